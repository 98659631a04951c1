"""The sheet of rates of return: flows, a grid of rates, and the rates at which the flows of each measure balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.trifle import PATH
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.cell_address import CellAddress, column_number, letters
from fibercap.views.workbook.formats import set_up
from fibercap.views.workbook.formulas import NoSheetFormulaError
from fibercap.views.workbook.lines import CALENDARS, formula_by_case
from fibercap.views.workbook.rate_block import FIRST, HEIGHT, LARGEST, X_ROW, RateBlock, rate_of, write_block
from fibercap.views.workbook.rate_grid import GRID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.cases import GridLine
    from fibercap.views.workbook.formats import Styles

NAME: Final = "Rates"
TOP: Final = 8
"""The first row of the first measure."""
COLUMNS: Final = 16_000
"""The most flows in a row; spreadsheets have 16,384 columns."""
NO_MONEY: Final = "$B$4"
REMARK: Final = (
    "Flows balance at a rate where log(inflows / outflows), both discounted, is zero: it lies where the sign "
    "changes from one rate of the grid to the next, and Newton's steps lead there. The only rate is taken, or of "
    "several the only one from -50 % to 1,000 % a year; else there is none."
)

Pair = tuple[CellAddress, CellAddress]
"""The addresses of a row of flows and of the row of their dates or months."""


@dataclass
class Search:
    """The flows of a measure whose rate of return is sought.

    The flows of all cases stand side by side; those of a loan that a case lacks are zero there. If `apart`, the same
    flows fall at other times in some case; then each case has its own, and the flows of the other cases count as zero.
    """

    label: str
    dated: bool = False
    """Whether times are dates; otherwise they are months."""
    pairs_by_key: dict[object, tuple[Pair, ...]] = field(default_factory=dict)
    keys: list[object] = field(default_factory=list)
    """The key of the measure's formula in each case."""
    apart: bool = False
    no_flows_formula: str = '""'
    no_flows_text: str = ""
    """The reason given where there are no flows: as a formula, and its text when exported."""
    lines: dict[CellAddress, GridLine] = field(default_factory=dict)

    def add_case(self, book: Book, case: int, key: object, name: str, rows: Sequence[tuple[str, str]]) -> None:
        """Add the rows of flows and times that the formula of a case names."""
        self.dated = name == "XIRR"
        pairs: list[Pair] = []
        for paths in rows:
            addresses = [book.address(case, path) for path in paths]
            pairs.append((addresses[0], addresses[1]))
            for address, path in zip(addresses, paths, strict=True):
                self.lines[address] = book.union.grids[address.grid].lines[path]
        self.pairs_by_key[key] = tuple(pairs)

    def row(self, address: CellAddress) -> Array:
        """Return the values of a row when exported."""
        line = self.lines[address]
        first = next(values for values in line.values if values is not None)
        if line.values[0] is not None:
            return line.values[0]
        return first if line.has_no_formula or line.path.startswith(CALENDARS) else np.zeros_like(first)

    @property
    def pairs(self) -> list[Pair]:
        """The rows of flows with their times, each once."""
        return list(dict.fromkeys(pair for pairs in self.pairs_by_key.values() for pair in pairs))


@dataclass
class CopiedFlows:
    """Flows and their times in years, side by side in two rows of the sheet."""

    search: Search
    pairs: list[Pair]
    row: int = 0

    def columns_of(self, search: Search) -> tuple[int, int] | None:
        """Return the first column of a measure's flows and the one after the last; None if they are not among these."""
        pairs, count = search.pairs, len(search.pairs)
        for first in range(len(self.pairs) - count + 1):
            alike = self.pairs[first : first + count] == pairs and search.dated == self.search.dated
            if alike and (search is self.search or not (search.apart or self.search.apart)):
                start = sum(map(_width, self.pairs[:first]))
                return start, start + sum(map(_width, pairs))
        return None


class RateSheet:
    """Collects the rates of return that measures need, then writes the cells that find them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.searches: list[Search] = []

    @property
    def next_row(self) -> int:
        """The first row of the next measure."""
        return TOP + HEIGHT * len(self.searches)

    def result(self, column: str) -> str:
        """Return the reference to the next measure's rate (column `B`) or the note on it (`C`)."""
        return CellAddress(NAME, self.next_row, column).cell

    def add(self, search: Search) -> None:
        """Add a measure.

        Raises
        ------
        NoSheetFormulaError
            If it has more flows than a sheet has columns.
        """
        if sum(map(_width, search.pairs)) > COLUMNS:
            raise NoSheetFormulaError("more flows than a sheet has columns")
        self.searches.append(search)

    def write(self, sheet: Worksheet, style: Styles) -> None:
        """Write the sheet."""
        flow_rows = self._flow_rows()
        set_up(sheet, NAME, rows=X_ROW, columns=GRID.size)
        for first, last, width in ((0, 0, 62), (1, 4, 11), (BEFORE, BEFORE, 4), (BEFORE + 1, BEFORE + GRID.size, 13)):
            sheet.set_column(first, last, width)
        if flow_rows:  # the flows below are copies, and wide
            sheet.print_area(0, 0, flow_rows[0].row - 2, BEFORE + GRID.size)
        self._top(sheet, style)
        for number, search in enumerate(self.searches):
            write_block(sheet, self._block(TOP + HEIGHT * number, search, flow_rows), style)
        for rows in flow_rows:
            self._write_flow_rows(sheet, rows, style)

    def _top(self, sheet: Worksheet, style: Styles) -> None:
        """Write title, tolerances and the grid of rates."""
        trifle = self.book.scalars[PATH]
        exported = float(self.book.cases[0].projection.trifle.value.flat[0])
        sheet.write_string(0, 0, "Rates of return", style("title"))
        sheet.write_string(1, 0, REMARK, style("remark"))
        sheet.write_string(2, 0, "Steps agree within", style("text"))
        sheet.write_number(2, 1, 1e-9, style("value", "0E+00"))
        sheet.write_string(3, 0, "Flows that count as no money", style("text"))
        sheet.write_formula(3, 1, f"={trifle.cell}", style("formula", "0.000"), exported)
        sheet.write_string(4, 0, "Rate a year", style("text"))
        shown = [float(np.expm1(x)) if x <= LARGEST else "beyond" for x in GRID]
        sheet.write_shared(4, BEFORE + 1, rate_of(f"{FIRST}{X_ROW}", '"beyond"'), style("head", "0.0%"), shown)
        sheet.write_string(5, 0, "log(1 + rate)", style("text"))
        for place, x in enumerate(GRID, BEFORE + 1):
            sheet.write_number(5, place, x, style("value", "0.0000"))

    def _flow_rows(self) -> list[CopiedFlows]:
        """Return the rows of flows to write; a measure whose flows stand in a longer row has none of its own."""
        flow_rows: list[CopiedFlows] = []
        for search in sorted(self.searches, key=lambda one: -len(one.pairs)):
            if not any(rows.columns_of(search) for rows in flow_rows):
                flow_rows.append(CopiedFlows(search, search.pairs))
        for number, rows in enumerate(flow_rows):
            rows.row = self.next_row + 3 * number
        return flow_rows

    def _block(self, top: int, search: Search, flow_rows: Sequence[CopiedFlows]) -> RateBlock:
        """Return the block of a measure, which refers to the flows where they are copied."""
        rows, (start, end) = next((s, columns) for s in flow_rows if (columns := s.columns_of(search)) is not None)
        first, last = letters(BEFORE + 1 + start), letters(BEFORE + end)
        years, flows = (f"${first}${row}:${last}${row}" for row in (rows.row + 1, rows.row + 2))
        values = tuple(np.concatenate(part)[start:end] for part in zip(*self._values(rows), strict=True))
        return RateBlock(
            top, search.label, flows, years, search.no_flows_formula, search.no_flows_text, (values[0], values[1])
        )

    def _values(self, rows: CopiedFlows) -> list[tuple[Array, Array]]:
        """Return the years and flows of each pair as exported."""
        of_first_case = rows.search.pairs_by_key.get(rows.search.keys[0], ()) if rows.search.apart else rows.pairs
        read = [(rows.search.row(time), rows.search.row(flow)) for flow, time in rows.pairs]
        origin = min(float(times.min()) for times, _ in read)
        dust = self.book.cases[0].projection.trifle.without_dust
        return [
            ((times - origin) / _year(rows), dust(flows) if pair in of_first_case else np.zeros(flows.size))
            for pair, (times, flows) in zip(rows.pairs, read, strict=True)
        ]

    def _write_flow_rows(self, sheet: Worksheet, rows: CopiedFlows, style: Styles) -> None:
        """Write the years since the earliest time and the flows; amounts that count as no money become zero."""
        row, kind = rows.row, "dates" if rows.search.dated else "months"
        ranges = ",".join(t.range for t in dict.fromkeys(t for _, t in rows.pairs))
        values = self._values(rows)
        origin = min(float(rows.search.row(time).min()) for _, time in rows.pairs)
        sheet.write_string(row - 1, 0, f"Flows and the years from the earliest, by {kind}", style("group"))
        sheet.write_string(row, 0, "Years", style("text"))
        look = style("formula", "yyyy-mm-dd" if rows.search.dated else "0.0")
        sheet.write_formula(row, 1, f"=MIN({ranges})", look, origin)
        place = BEFORE + 1
        for (_, time), (times, _) in zip(rows.pairs, values, strict=True):
            for cell, value in zip(_cells(time), times, strict=True):
                sheet.write_formula(
                    row, place, f"=({cell}-$B${row + 1})/{_year(rows)}", style("formula", "0.000"), value
                )
                place += 1
        sheet.write_string(row + 1, 0, "Flows", style("text"))
        place = BEFORE + 1
        for pair, (_, flows) in zip(rows.pairs, values, strict=True):
            for cell, value in zip(_cells(pair[0]), flows, strict=True):
                formula = self._flow(rows.search, pair, f"IF(ABS({cell})>{NO_MONEY},{cell},0)")
                sheet.write_formula(row + 1, place, f"={formula}", style("formula", "#,##0;-#,##0;-"), value)
                place += 1

    def _flow(self, search: Search, pair: Pair, cell: str) -> str:
        """Return a flow's formula; if flows stand apart, it is zero in options whose formula does not read it."""
        if not search.apart:
            return cell
        texts = {key: cell if pair in pairs else "0" for key, pairs in search.pairs_by_key.items()}
        return formula_by_case(self.book, search.keys, texts)


def _width(pair: Pair) -> int:
    return column_number(pair[0].last) - column_number(pair[0].first) + 1


def _cells(address: CellAddress) -> list[str]:
    first, last = column_number(address.first), column_number(address.last)
    return [f"{address.sheet_prefix}{letters(column)}{address.row}" for column in range(first, last + 1)]


def _year(rows: CopiedFlows) -> int:
    return 365 if rows.search.dated else 12
