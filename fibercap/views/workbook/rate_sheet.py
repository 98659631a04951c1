"""The sheet of rates of return: flows in years, a grid of rates, and those at which each measure's flows balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.trifle import PATH
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.formats import set_up
from fibercap.views.workbook.formulas import CannotBeSaidError, Spot, letters, number_of
from fibercap.views.workbook.lines import CALENDARS, chosen
from fibercap.views.workbook.rate_block import FIRST, HEIGHT, LARGEST, X_ROW, Block, rate_of, write_block
from fibercap.views.workbook.rate_grid import GRID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.cases import Line
    from fibercap.views.workbook.formats import Looks

NAME: Final = "Rates"
TOP: Final = 8
"""The first row of the first measure."""
COLUMNS: Final = 16_000
"""Flows that a row takes; spreadsheets have 16,384 columns."""
NO_MONEY: Final = "$B$4"
REMARK: Final = (
    "Flows balance at a rate where log(inflows / outflows), both discounted, is nothing: it lies where the sign "
    "changes from one rate of the grid to the next, and Newton's steps lead there. The only rate is taken, or of "
    "several the only one from -50 % to 1,000 % a year; else there is none."
)

Pair = tuple[Spot, Spot]
"""A row of flows, and that of their dates or months."""


@dataclass
class Search:
    """Flows whose rate of return is looked for.

    Flows of every case stand together, for those of a loan that a case has not are zero; unless `apart`, where the same
    flows fall at other times in some case.
    """

    label: str
    dated: bool = False
    """Whether times are days, or months."""
    pairs_by_key: dict[object, tuple[Pair, ...]] = field(default_factory=dict)
    keys: list[object] = field(default_factory=list)
    """The formula of each case."""
    apart: bool = False
    nothing: str = '""'
    nothing_told: str = ""
    """What is said where there are no flows: as a formula, and as exported."""
    lines: dict[Spot, Line] = field(default_factory=dict)

    def take(self, book: Book, case: int, key: object, name: str, rows: Sequence[tuple[str, str]]) -> None:
        """Take the rows that a case's formula names, flows and times."""
        self.dated = name == "XIRR"
        pairs: list[Pair] = []
        for paths in rows:
            spots = [book.spot(case, path) for path in paths]
            pairs.append((spots[0], spots[1]))
            for spot, path in zip(spots, paths, strict=True):
                self.lines[spot] = book.union.grids[spot.grid].lines[path]
        self.pairs_by_key[key] = tuple(pairs)

    def row(self, spot: Spot) -> Array:
        """Return the values of a row as it is written."""
        line = self.lines[spot]
        first = next(values for values in line.values if values is not None)
        if line.values[0] is not None:
            return line.values[0]
        return first if line.bare or line.path.startswith(CALENDARS) else np.zeros_like(first)

    @property
    def pairs(self) -> list[Pair]:
        """Every row of flows with its times, once."""
        return list(dict.fromkeys(pair for pairs in self.pairs_by_key.values() for pair in pairs))


@dataclass
class Strip:
    """Flows and their times in years, side by side in two rows of the sheet."""

    search: Search
    pairs: list[Pair]
    row: int = 0

    def place_of(self, search: Search) -> tuple[int, int] | None:
        """Return the first cell of a measure's flows, and the one after them; None where they do not stand here."""
        pairs, count = search.pairs, len(search.pairs)
        for first in range(len(self.pairs) - count + 1):
            alike = self.pairs[first : first + count] == pairs and search.dated == self.search.dated
            if alike and (search is self.search or not (search.apart or self.search.apart)):
                start = sum(map(_width, self.pairs[:first]))
                return start, start + sum(map(_width, pairs))
        return None


class RateSheet:
    """Takes what rates are looked for, then writes where they are."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.searches: list[Search] = []

    @property
    def following(self) -> int:
        """The row of the next measure."""
        return TOP + HEIGHT * len(self.searches)

    def result(self, column: str) -> str:
        """Return the cell of the next measure's rate, `B`, or of what is said of it, `C`."""
        return f"'{NAME}'!${column}${self.following}"

    def add(self, search: Search) -> None:
        """Take a measure.

        Raises
        ------
        CannotBeSaidError
            If it has more flows than a sheet has columns.
        """
        if sum(map(_width, search.pairs)) > COLUMNS:
            raise CannotBeSaidError("more flows than a sheet has columns")
        self.searches.append(search)

    def write(self, sheet: Worksheet, looks: Looks) -> None:
        """Write the sheet."""
        strips = self._strips()
        set_up(sheet, NAME, rows=X_ROW, columns=GRID.size)
        for first, last, width in ((0, 0, 62), (1, 4, 11), (BEFORE, BEFORE, 4), (BEFORE + 1, BEFORE + GRID.size, 13)):
            sheet.set_column(first, last, width)
        if strips:  # the flows below are copies, and wide
            sheet.print_area(0, 0, strips[0].row - 2, BEFORE + GRID.size)
        self._top(sheet, looks)
        for number, search in enumerate(self.searches):
            write_block(sheet, self._block(TOP + HEIGHT * number, search, strips), looks)
        for strip in strips:
            self._strip(sheet, strip, looks)

    def _top(self, sheet: Worksheet, looks: Looks) -> None:
        trifle = self.book.scalars[PATH]
        known = float(self.book.cases[0].projection.trifle.value.flat[0])
        sheet.write_string(0, 0, "Rates of return", looks("title"))
        sheet.write_string(1, 0, REMARK, looks("remark"))
        sheet.write_string(2, 0, "Steps agree within", looks("text"))
        sheet.write_number(2, 1, 1e-9, looks("value", "0E+00"))
        sheet.write_string(3, 0, "Flows that are no money", looks("text"))
        sheet.write_formula(3, 1, f"={trifle.at}${trifle.column}${trifle.row}", looks("formula", "0.000"), known)
        sheet.write_string(4, 0, "Rate a year", looks("text"))
        shown = [float(np.expm1(x)) if x <= LARGEST else "beyond" for x in GRID]
        sheet.write_shared(4, BEFORE + 1, rate_of(f"{FIRST}{X_ROW}", '"beyond"'), looks("head", "0.0%"), shown)
        sheet.write_string(5, 0, "log(1 + rate)", looks("text"))
        for place, x in enumerate(GRID, BEFORE + 1):
            sheet.write_number(5, place, x, looks("value", "0.0000"))

    def _strips(self) -> list[Strip]:
        """Return the rows of flows: those of a loan stand among those of all loans."""
        strips: list[Strip] = []
        for search in sorted(self.searches, key=lambda own: -len(own.pairs)):
            if not any(strip.place_of(search) for strip in strips):
                strips.append(Strip(search, search.pairs))
        for number, strip in enumerate(strips):
            strip.row = self.following + 3 * number
        return strips

    def _block(self, top: int, search: Search, strips: Sequence[Strip]) -> Block:
        strip, (start, end) = next((s, at) for s in strips if (at := s.place_of(search)) is not None)
        first, last = letters(BEFORE + 1 + start), letters(BEFORE + end)
        years, flows = (f"${first}${row}:${last}${row}" for row in (strip.row + 1, strip.row + 2))
        values = tuple(np.concatenate(part)[start:end] for part in zip(*self._values(strip), strict=True))
        return Block(top, search.label, flows, years, search.nothing, search.nothing_told, (values[0], values[1]))

    def _values(self, strip: Strip) -> list[tuple[Array, Array]]:
        """Return the years and flows of each pair as exported."""
        here = strip.search.pairs_by_key.get(strip.search.keys[0], ()) if strip.search.apart else strip.pairs
        read = [(strip.search.row(time), strip.search.row(flow)) for flow, time in strip.pairs]
        origin = min(float(times.min()) for times, _ in read)
        dust = self.book.cases[0].projection.trifle.without_dust
        return [
            ((times - origin) / _year(strip), dust(flows) if pair in here else np.zeros(flows.size))
            for pair, (times, flows) in zip(strip.pairs, read, strict=True)
        ]

    def _strip(self, sheet: Worksheet, strip: Strip, looks: Looks) -> None:
        """Write years from the earliest time, and flows but for what is no money."""
        row, kind = strip.row, "dates" if strip.search.dated else "months"
        ranges = ",".join(
            f"{t.at}${t.first}${t.row}:${t.last}${t.row}" for t in dict.fromkeys(t for _, t in strip.pairs)
        )
        values = self._values(strip)
        origin = min(float(strip.search.row(time).min()) for _, time in strip.pairs)
        sheet.write_string(row - 1, 0, f"Flows and the years from the earliest, by {kind}", looks("group"))
        sheet.write_string(row, 0, "Years", looks("text"))
        look = looks("formula", "yyyy-mm-dd" if strip.search.dated else "0.0")
        sheet.write_formula(row, 1, f"=MIN({ranges})", look, origin)
        place = BEFORE + 1
        for (_, time), (times, _) in zip(strip.pairs, values, strict=True):
            for cell, value in zip(_cells(time), times, strict=True):
                sheet.write_formula(
                    row, place, f"=({cell}-$B${row + 1})/{_year(strip)}", looks("formula", "0.000"), value
                )
                place += 1
        sheet.write_string(row + 1, 0, "Flows", looks("text"))
        place = BEFORE + 1
        for pair, (_, flows) in zip(strip.pairs, values, strict=True):
            for cell, value in zip(_cells(pair[0]), flows, strict=True):
                formula = self._flow(strip.search, pair, f"IF(ABS({cell})>{NO_MONEY},{cell},0)")
                sheet.write_formula(row + 1, place, f"={formula}", looks("formula", "#,##0;-#,##0;-"), value)
                place += 1

    def _flow(self, search: Search, pair: Pair, cell: str) -> str:
        if not search.apart:
            return cell
        texts = {key: cell if pair in pairs else "0" for key, pairs in search.pairs_by_key.items()}
        return chosen(self.book, search.keys, texts)


def _width(pair: Pair) -> int:
    return number_of(pair[0].last) - number_of(pair[0].first) + 1


def _cells(spot: Spot) -> list[str]:
    first, last = number_of(spot.first), number_of(spot.last)
    return [f"{spot.at}{letters(column)}{spot.row}" for column in range(first, last + 1)]


def _year(strip: Strip) -> int:
    return 365 if strip.search.dated else 12
