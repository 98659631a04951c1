"""What is taken from a plan to see what its projects add: the same without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.rows import Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array

WITHOUT: Final = "without_projects"
"""Prefix of the rows of the company that does nothing new."""
SAME_WITHOUT: Final = "same_without_projects"
"""Prefix of the rows of the same plan without projects, where an option changes the grant of a purchase."""


def less_row(
    sheet: Sheet, path: str, told: tuple[str, str, str], row: str, without: Mapping[str, Array], prefix: str
) -> Array:
    """Write a row less the same without projects.

    Parameters
    ----------
    sheet : Sheet
        The plan with projects.
    path, told
        The new row, and its label, unit and nature.
    row : str
        The row that is taken with projects and without.
    without : mapping
        The rows without projects, by path.
    prefix : str
        Under what these stand; "" where nothing is taken.
    """
    text = f"{{{row}}}" + (f" - {{{prefix}.{row}}}" if prefix else "")
    return sheet.put(Row(path, *told, text), sheet.value(row) - without[row] if prefix else sheet.value(row))
