"""A sheet of tables with a column for each year: how its lines are given, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from fibercap.views.statements import HALF
from fibercap.views.workbook.cell_address import letters
from fibercap.views.workbook.formats import set_up, write_heads, write_link
from fibercap.views.workbook.periods import year_format

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from fibercap.views.workbook.formats import Styles

HEADS: Final = ("Label", "Unit")
HEAD_ROW: Final = 3
FIRST_YEAR: Final = len(HEADS)
"""The number of the column of the first year."""
LEAST_COLUMNS: Final = 6
"""The number of the last printed column of a sheet of few years, whose remark is wider."""
REMARK: Final = (
    "Live: every figure is looked up, for the financing option in use. A label leads to the line that it rests on. "
    "Lines that were zero when exported are hidden in groups."
)


class Target(NamedTuple):
    """The sheet and the row, counted from 1, to which a label leads."""

    sheet: str
    row: int


@dataclass(frozen=True)
class YearLine:
    """A line of a table.

    Parameters
    ----------
    label, unit : str
        As the sheet shows them.
    numbers : str
        The number format.
    formula : callable
        Returns the formula, without the equals sign, in the year of a number; `rows` are the rows of the table's lines.
    values : sequence of float
        The values when exported, as the sheet shows them; nan where they are undefined.
    strong : bool
        It is a subtotal or total.
    hidden : bool
        It is zero in all years of all options.
    target : Target, optional
        What it rests on.
    """

    label: str
    unit: str
    numbers: str
    formula: Callable[[int], str]
    values: Sequence[float]
    strong: bool = False
    hidden: bool = False
    target: Target | None = None


@dataclass(frozen=True)
class YearTable:
    """Lines under a heading, with a note beside it."""

    title: str
    lines: Sequence[YearLine]
    note: str = ""


@dataclass(frozen=True)
class Years:
    """The years of a sheet: the formula of the first one, its value, how many there are, and the month they end in."""

    first_formula: str
    first: int
    count: int
    year_ends: int


@dataclass
class YearSheet:
    """A sheet of tables by year."""

    name: str
    title: str
    years: Years
    divisor: str
    tables: list[YearTable] = field(default_factory=list)

    def row_of(self, table: int, line: int) -> int:
        """Return the row, counted from 1, of a line of a table; of its heading for -1."""
        return HEAD_ROW + 2 + line + sum(len(before.lines) + 2 for before in self.tables[:table])

    def write(self, sheet: Worksheet, style: Styles) -> None:
        """Write the sheet."""
        last = FIRST_YEAR + self.years.count - 1
        set_up(sheet, self.title, rows=HEAD_ROW, columns=self.years.count, labels=FIRST_YEAR)
        sheet.repeat_rows(HEAD_ROW - 1)  # the head of each page has the title
        sheet.set_column(0, 0, 42)
        sheet.set_column(1, 1, 14)
        sheet.set_column(FIRST_YEAR, last, 11)
        sheet.write_string(0, 0, self.title, style("title"))
        sheet.write_string(1, 0, REMARK, style("remark"))
        write_heads(sheet, HEAD_ROW - 1, HEADS, style)
        look = style("year", year_format(self.years.year_ends))
        for number in range(self.years.count):
            formula = f"{letters(FIRST_YEAR + number - 1)}{HEAD_ROW}+1" if number else self.years.first_formula
            sheet.write_formula(HEAD_ROW - 1, FIRST_YEAR + number, f"={formula}", look, self.years.first + number)
        for place, table in enumerate(self.tables):
            self._table(sheet, place, table, style)
        sheet.print_area(0, 0, self.row_of(len(self.tables), -2) - 1, max(last, LEAST_COLUMNS))

    def _table(self, sheet: Worksheet, place: int, table: YearTable, style: Styles) -> None:
        """Write the heading of a table, and its lines."""
        row, last = self.row_of(place, -1), letters(FIRST_YEAR + self.years.count - 1)
        sheet.write_string(row - 1, 0, table.title, style("group"))
        hidden = [
            self.row_of(place, number)
            for number, line in enumerate(table.lines)
            if line.hidden and not any(line.values)
        ]
        if hidden:
            cells = ",".join(f"{letters(FIRST_YEAR)}{number}:{last}{number}" for number in hidden)
            least = f"{HALF:g}{self.divisor}"
            formula = f'=IF(OR(MAX({cells})>{least},MIN({cells})<-{least}),"open what is hidden","")'
            sheet.write_formula(row - 1, 1, formula, style("failure"), "")
        if table.note:
            sheet.write_string(row - 1, FIRST_YEAR, table.note, style("remark"))
        for number, line in enumerate(table.lines):
            self._line(sheet, self.row_of(place, number) - 1, line, style)

    def _line(self, sheet: Worksheet, row: int, line: YearLine, style: Styles) -> None:
        """Write a line; one that is always zero is hidden in a group."""
        if line.hidden:
            sheet.set_row(row, None, None, {"level": 1, "hidden": True})
        words, figures = ("subtotal", "subtotal") if line.strong else ("text", "formula")
        if line.target is not None:
            write_link(sheet, row, 0, line.target.sheet, line.target.row, line.label, style(words))
        else:
            sheet.write_string(row, 0, line.label, style(words))
        sheet.write_string(row, 1, line.unit, style("subtotal-unit" if line.strong else "unit"))
        look = style(figures, line.numbers)
        for number, value in enumerate(line.values):
            formula = f"={line.formula(number)}"
            sheet.write_formula(row, FIRST_YEAR + number, formula, look, "" if math.isnan(value) else value)
