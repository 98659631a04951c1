"""The addresses of values in a workbook, references to them, and the letters of columns."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class CellAddress(NamedTuple):
    """Where a scalar or a line stands in the workbook.

    `sheet` is the name of the sheet and `row` the number of the row, 1 for the first. A scalar has one cell, in
    `column`. A line has a cell for each period in the columns `first` to `last`, and its value before the first period
    in `column`; `grid` is the number of its grid. Columns are letters; `first` and `last` are "" for a scalar.
    """

    sheet: str
    row: int
    column: str
    first: str = ""
    last: str = ""
    grid: int = 0

    @property
    def sheet_prefix(self) -> str:
        """The sheet as a formula names it: `'Loans'!`."""
        return f"'{self.sheet}'!"

    @property
    def cell(self) -> str:
        """The cell of a scalar, or of a line before its first period, as any sheet may read it: `'Inputs'!$B$9`."""
        return f"{self.sheet_prefix}${self.column}${self.row}"

    @property
    def range(self) -> str:
        """All cells of a line, as any sheet may read them: `'Loans'!$G$6:$AT$6`."""
        return f"{self.sheet_prefix}${self.first}${self.row}:${self.last}${self.row}"


def column_range(sheet: str, column: str, first: int, last: int) -> str:
    """Return the reference to the cells of a column in rows `first` to `last`: `'Checks'!$D$9:$D$20`."""
    return f"'{sheet}'!${column}${first}:${column}${last}"


@cache
def letters(number: int) -> str:
    """Return a column's letters, from its number; 0 is A."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(65 + digit) + text
    return text


def column_number(column: str) -> int:
    """Return a column's number, from its letters; A is 0."""
    number = 0
    for letter in column:
        number = 26 * number + ord(letter) - 64
    return number - 1
