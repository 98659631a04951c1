"""What is taken from a plan to see what its projects add: the same without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet

if TYPE_CHECKING:
    from fibercap.core.units import Array

WITHOUT: Final = "without_projects"
"""Prefix of the rows of the company that does nothing new."""
SAME_WITHOUT: Final = "same_without_projects"
"""Prefix of the rows of the same plan without projects, where an option changes the grant of a purchase."""


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
        The plan with projects; it knows the rows without them.
    path, words
        The new row, and its label, unit and nature.
    row : str
        The row that is taken with projects and without.
    prefix : str
        Under what the rows without projects stand; "" where nothing is taken.
    """
    return sheet.line(Row(path, *words, less(row, prefix)))
