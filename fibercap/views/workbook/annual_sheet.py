"""The sheet of years, calendar or business: rows of interest as yearly sums, year-end values or means."""

from __future__ import annotations

import math
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import FLOW, STOCK
from fibercap.views.sentences import unit_in_tables
from fibercap.views.statement_lines import STATEMENTS, statement_paths
from fibercap.views.workbook.book import FUNDING, PLANTS
from fibercap.views.workbook.cell_address import CellAddress, letters
from fibercap.views.workbook.formats import number_format, set_up, write_heads, write_link
from fibercap.views.workbook.labels import width_of
from fibercap.views.workbook.periods import YEARS_ROW, are_whole, year_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.worksheet import Worksheet

    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book, SheetLine
    from fibercap.views.workbook.formats import Styles

NAME: Final = "Annual"
HEADS: Final = ("Label", "Unit", "Path", "Brought to years", "", "")
HEAD_ROW: Final = 3
SHOWN: Final = (PLANTS, "Projects", FUNDING, "Loans", "Accounts", "Order of cash", "Returns")
WAYS: Final = {FLOW: "sum", STOCK: "year's end"}


class AnnualSheet:
    """Lays out the rows by year, then writes them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.years = list(book.cases[0].projection.timeline.groups("year"))
        time_sheets = [time_sheet for time_sheet in book.time_sheets if time_sheet.name in SHOWN]
        rows = [entry for time_sheet in time_sheets for entry in time_sheet.entries if _is_for_years(entry)]
        self.entries = list(_with_lines(_statements_first(rows, [case.projection for case in book.cases])))
        self.rows = {e.line.path: HEAD_ROW + 1 + n for n, e in enumerate(self.entries) if not isinstance(e, str)}
        self._values_of: dict[str, list[float]] = {}

    def cells_of(self, path: str) -> str:
        """Return the reference to a row's cells, for charts."""
        return f"={self._row_of_years(self.rows[path]).range}"

    def cell(self, path: str, year: int) -> str:
        """Return the reference to a row's cell in the year of a number; the first is 0."""
        return f"'{NAME}'!{letters(len(HEADS) + year)}{self.rows[path]}"

    def year_cell(self, year: int) -> str:
        """Return the reference to the cell that names the year of a number; the first is 0."""
        return f"'{NAME}'!{letters(len(HEADS) + year)}{HEAD_ROW}"

    def values_of(self, path: str) -> list[float]:
        """Return the values of a row by year when exported; nan for a ratio that the chosen case lacks."""
        if path not in self._values_of:
            entry = self.entries[self.rows[path] - HEAD_ROW - 1]
            self._values_of[path] = [] if isinstance(entry, str) else list(self._values(entry))
        return self._values_of[path]

    @property
    def year_cells(self) -> str:
        """The reference to the cells that name the years."""
        return f"={self._row_of_years(HEAD_ROW).range}"

    def _row_of_years(self, row: int) -> CellAddress:
        """Return the address of a row's cells of years."""
        return CellAddress(NAME, row, "", letters(len(HEADS)), letters(len(HEADS) + len(self.years) - 1))

    def write(self, sheet: Worksheet, style: Styles) -> None:
        """Write the sheet."""
        timeline = self.book.cases[0].projection.timeline
        set_up(sheet, NAME, rows=HEAD_ROW, columns=len(self.years))
        sheet.set_column(0, 0, width_of(map(self._label, self.entries), 44))
        sheet.set_column(1, 1, 13)
        sheet.set_column(2, 2, 30, None, {"level": 1, "hidden": True})
        sheet.set_column(3, 3, 14)
        sheet.set_column(4, 5, 1)
        sheet.set_column(len(HEADS), len(HEADS) + len(self.years) - 1, 13)
        sheet.write_string(0, 0, f"By {timeline.year_kind}", style("title"))
        sheet.write_string(
            1,
            0,
            "Looked up from the time sheets by year and by the nature of each row. A label leads to its row.",
            style("remark"),
        )
        write_heads(sheet, HEAD_ROW - 1, HEADS, style)
        first = self.book.address(0, "time.date")
        for number, year in enumerate(self.years):
            before = f"{letters(len(HEADS) + number - 1)}${HEAD_ROW}+1"
            formula = f"={f'{first.sheet_prefix}${first.first}${YEARS_ROW}' if number == 0 else before}"
            head = style("head", year_format(timeline.year_ends))
            sheet.write_formula(HEAD_ROW - 1, len(HEADS) + number, formula, head, int(year.removeprefix("FY")))
        for place, entry in enumerate(self.entries):
            row = HEAD_ROW + place
            if isinstance(entry, str):
                sheet.write_string(row, 0, entry, style("group"))
            else:
                self._line(sheet, row, entry, style)

    def _label(self, entry: SheetLine | str) -> str:
        """Return the label of a row; a heading is its own."""
        return entry if isinstance(entry, str) else self.book.labels.row(entry.line.path, entry.line.row.label)

    def _line(self, sheet: Worksheet, row: int, entry: SheetLine, style: Styles) -> None:
        """Write a row: label, unit, path, nature, and a formula for each year."""
        model_row, values = entry.line.row, np.array(self.values_of(entry.line.path))
        cell_format = style(
            "formula",
            number_format(
                model_row.unit, model_row.nature, ratio=bool(model_row.undefined), integers=are_whole(values)
            ),
        )
        write_link(sheet, row, 0, entry.address.sheet, entry.address.row, self._label(entry), style("text"))
        texts = (unit_in_tables(model_row.unit), model_row.path, WAYS.get(model_row.nature, "mean"))
        for column, text in enumerate(texts, 1):
            sheet.write_string(row, column, text, style("unit" if column == 1 else "faint"))
        for number, value in enumerate(values):
            formula = self._formula(entry, letters(len(HEADS) + number), self.flags[number])
            sheet.write_formula(row, len(HEADS) + number, formula, cell_format, "" if math.isnan(value) else value)

    @cached_property
    def flags(self) -> list[str]:
        """The path, for each year, of the row that marks its last period; the horizon may end within a year."""
        timeline = self.book.cases[0].projection.timeline
        last = "time.closes_year" if timeline.end.month == timeline.year_ends else "returns.is_last"
        return ["time.closes_year"] * (len(self.years) - 1) + [last]

    def _formula(self, entry: SheetLine, column: str, flag: str) -> str:
        """Return the formula of a row in the year of a column; `flag` is the row that marks each year's last period."""
        row, address = entry.line.row, entry.address
        flags = self.book.address(0, flag)
        values = address.range
        years = f"{address._replace(row=YEARS_ROW).range},{column}${HEAD_ROW}"
        closes = f"{flags.range},1"
        if row.undefined:
            return f'=IFERROR(AVERAGEIFS({values},{years}{f",{closes}" if row.nature == STOCK else ""}),"")'
        if row.nature == STOCK:
            return f"=SUMIFS({values},{years},{closes})"
        return f"={'SUMIFS' if row.nature == FLOW else 'AVERAGEIFS'}({values},{years})"

    def _values(self, entry: SheetLine) -> Iterator[float]:
        """Yield the values of a row by year when exported; nan for a ratio that the chosen case lacks."""
        line = entry.line
        by_case = [values for values in line.values[: None if line.has_no_formula else 1] if values is not None]
        values = by_case[0] if by_case else np.zeros(self.book.union.model.length)
        missing = line.values[0] is None and line.row.undefined
        for value in self.book.cases[0].projection.timeline.annual(values, line.row.nature).values():
            yield math.nan if missing else float(value)


def _statements_first(entries: list[SheetLine | str], projections: list[Projection]) -> list[SheetLine | str]:
    """Return the lines of the statements in the order of `STATEMENTS`, then all other rows.

    A row that two statements show, such as cash, stands in the first of them.
    """
    lines = {entry.line.path: entry for entry in entries if not isinstance(entry, str)}
    ordered: list[SheetLine | str] = []
    for title in STATEMENTS:
        ordered.append(title)
        ordered += [lines.pop(path) for path in statement_paths(projections, title) if path in lines]
    return ordered + [entry for entry in entries if isinstance(entry, str) or entry.line.path in lines]


def _with_lines(entries: list[SheetLine | str]) -> Iterator[SheetLine | str]:
    """Leave out headings without lines below them."""
    for entry, after in pairwise([*entries, ""]):
        if not (isinstance(entry, str) and isinstance(after, str)):
            yield entry


def _is_for_years(entry: SheetLine | str) -> bool:
    return isinstance(entry, str) or (not entry.only_in and not entry.line.path.startswith("inputs."))
