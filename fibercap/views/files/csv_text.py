"""CSV that a spreadsheet reads as it is meant: numbers as numbers, and no text as a formula."""

from __future__ import annotations

import csv
import io
from math import isnan
from typing import TYPE_CHECKING, Final

from fibercap.core.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    Cell = str | float | int | bool | date | None

RISKY: Final = ("=", "+", "-", "@", "\t", "\n")


def csv_text(header: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV text, in full precision; what is undefined is an empty cell.

    A text that a spreadsheet would take for a formula, because of its first character, is preceded by an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    for line in lines:
        writer.writerow([_cell(cell) for cell in line])
    return written.getvalue()


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, str):
        text = visible(cell.replace("\r\n", "\n").replace("\r", "\n"))  # csv leaves a lone return unquoted
        return f"'{text}" if text.startswith(RISKY) else text
    return None if isinstance(cell, float) and isnan(cell) else cell
