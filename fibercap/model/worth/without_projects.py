"""Differences between the rows of a plan and those of the same plan without projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet

if TYPE_CHECKING:
    from fibercap.core.units import Array

WITHOUT: Final = "without_projects"
"""Prefix of the rows of the company without projects, financed as in the plan before any option."""
SAME_WITHOUT: Final = "same_without_projects"
"""Prefix of the rows of this option without projects, if an option changes the grant of a purchase or buys a plant."""


def less(row: str, prefix: str) -> str:
    """Return the formula of a row less the same row under a prefix; of the row alone if the prefix is "".

    Parameters
    ----------
    row, prefix : str
        Path of the row, and start of the paths of the company without projects.
    """
    return f"({{{row}}} - {{{prefix}.{row}}})" if prefix else f"{{{row}}}"


def less_row(sheet: Sheet, path: str, words: tuple[str, str, str], row: str, prefix: str) -> Array:
    """Write a row less the same without projects.

    Parameters
    ----------
    sheet : Sheet
        The sheet of the plan with projects; it can read the rows without them.
    path, words
        Path of the new row, and its label, unit and nature.
    row : str
        Path of the row with projects.
    prefix : str
        Prefix of the rows without projects; "" to subtract nothing.
    """
    return sheet.line(Row(path, *words, less(row, prefix)))
