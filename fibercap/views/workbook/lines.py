"""What stands in the cells of a line: one formula for all columns, what was before them, and why it is a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formula import evaluate
from fibercap.core.formula_text import term_of
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.formulas import LONGEST, CannotBeSaidError, Spot, Wording, letters

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book, Placed
    from fibercap.views.workbook.cases import Line

CALENDAR: Final = "value: calendar"
CALENDARS: Final = ("time.", f"{RUN_OFF}.time.")
BY_CELLS: Final = "by cells"
FORMULA: Final = "formula"
TOO_LONG: Final = "value: the formula is longer than a cell takes"

Edge = tuple[str, float]
"""What stands beside the columns of a line: formula, and value as exported."""


@dataclass(frozen=True)
class Surroundings:
    """What formulas are told of a case: where things stand, and which rows are known beforehand."""

    book: Book
    case: int
    path: str = ""

    def spot(self, path: str) -> Spot:
        """Return where a row or scalar stands."""
        return self.book.spot(self.case, path)

    def cell(self, spot: Spot, sheet: str) -> str:
        """Return a scalar's cell as a formula on a sheet reads it."""
        return self.book.cell(spot, sheet)

    def earlier(self, path: str) -> Spot | None:
        """Return where the row stands from which one of the run-off goes on; None for any other."""
        return self.spot(path.removeprefix(f"{RUN_OFF}.")) if path.startswith(f"{RUN_OFF}.") else None

    def calendar(self, path: str) -> Array | None:
        """Return the values of a row that only the calendar gives, or that counts its columns; else None."""
        grid = self.book.union.grid_of(self.case, path)
        line = grid.lines[path] if grid is not None else None
        return line.values[self.case] if line is not None and (line.bare or path.startswith(CALENDARS)) else None

    def may_be_empty(self, path: str) -> bool:
        """Tell whether a row is undefined, and its cells empty, in some periods."""
        row = self.book.cases[self.case].projection.rows.get(path)
        return row is not None and bool(row.undefined)

    def tangled(self, path: str) -> bool:
        """Tell whether a row rests on the line that is written."""
        return self.book.tangled(self.case, self.path, path)


@dataclass
class Written:
    """A line as it is written: a template for all columns (None for values), and that of what stood before them."""

    placed: Placed
    kind: str
    template: str | None = None
    cells: list[list[str]] = field(default_factory=list)
    before: Edge = ("", 0.0)
    after: Edge = ("", 0.0)
    values: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def shared(self) -> bool:
        """Whether its cells share one formula: they may where it reads cells of its sheet alone."""
        return self.template is not None and not self.cells and "!" not in self.template

    def formulas(self) -> Iterator[str]:
        """Run over the formulas of the columns."""
        if self.template is None:
            return
        names = [letters(BEFORE + number) for number in range(len(self.values) + 2)]
        for number in range(len(self.values)):
            before, here, after = names[number : number + 3]
            cells = [column[number] for column in self.cells]
            yield "=" + self.template.format(before=before, here=here, after=after, cells=cells)


def written(book: Book, placed: Placed) -> Written:
    """Return what a line holds."""
    line, spot = placed.line, placed.spot
    if placed.values is not None:
        return Written(placed, CALENDAR, values=placed.values)
    first = next(values for values in line.values if values is not None)
    standing = line.path.startswith(CALENDARS)
    missing = first if standing else np.full_like(first, math.nan if line.row.undefined else 0.0)
    values = line.values[0] if line.values[0] is not None else missing
    if line.bare and (spot.grid, line.path) not in book.helpers:
        return Written(placed, CALENDAR, values=first, before=_from_horizon(book, placed) or ("", 0.0))
    edges = _from_horizon(book, placed) or _beside(book, placed, "before"), _beside(book, placed, "after")
    try:
        template, cells = _template(book, placed, len(first))
    except CannotBeSaidError as error:
        return Written(placed, f"value: {error}", None, [], *edges, values)
    if len(template) + sum(max(map(len, column)) for column in cells) > LONGEST:
        return Written(placed, TOO_LONG, None, [], *edges, values)
    return Written(placed, BY_CELLS if cells else FORMULA, template, cells, *edges, values)


def looks_ahead(placed: Placed) -> bool:
    """Tell whether something follows the last column of a line, so that a line that looks ahead can read it."""
    return any(row is not None and row.after != "0" for row in placed.line.rows)


def _from_horizon(book: Book, placed: Placed) -> Edge | None:
    """Return what a line of the run-off was before its first column: the last of the horizon's; None for others."""
    grid = next((grid for grid in book.union.run_offs if grid.number == placed.spot.grid), None)
    if grid is None:
        return None
    path = placed.line.path.removeprefix(f"{grid.name}.")
    spot, line = book.spots[0, path], book.union.model.lines[path]
    missing = math.nan if line.row.undefined else 0.0
    value = missing if line.values[0] is None else float(line.values[0][-1])
    return f"={spot.at}{spot.last}{spot.row}", value


def _template(book: Book, placed: Placed, length: int) -> tuple[str, list[list[str]]]:
    line, cells = placed.line, list[list[str]]()
    keys = _known_keys(book, line)
    empty = '""' if line.row.undefined else "0"
    texts: dict[object, str] = {}
    for case, key in enumerate(keys):
        if key in texts:
            continue
        row = line.rows[case]
        if row is None and key is not None:
            continue
        helper = book.helpers.get((placed.spot.grid, line.path), {}).get(key)
        if row is None:
            texts[key] = empty
        elif helper is not None:
            texts[key] = f"{{here}}{helper.row}"
        else:
            wording = Wording(term_of(row.formula), Surroundings(book, case, line.path), placed.spot, length, cells)
            texts[key] = _defined(wording) if row.undefined else wording.whole()
    return chosen(book, keys, texts, placed.spot.sheet), cells


def _known_keys(book: Book, line: Line) -> list[object]:
    """Return the keys of a line; the calendar of a run-off stands in every case, though it counts only in some."""
    keys = book.keys(line)
    if not line.path.startswith(CALENDARS):
        return keys
    known = next(key for key in keys if key is not None)
    return [known if key is None else key for key in keys]


def _defined(wording: Wording) -> str:
    """Return a formula that is empty where there is nothing to divide by, or a cell that it reads is empty."""
    sides = wording.quotient()
    if sides is None or wording.reads_empty:
        return f'IFERROR({wording.whole()},"")'
    above, below = sides
    return f'IF({below}=0,"",({above})/({below}))'


def chosen(book: Book, keys: Sequence[object], texts: Mapping[object, str], sheet: str = "") -> str:
    """Return the formula of each case's text by its key; a choice among them, on that sheet, where they differ."""
    if len(set(texts.values())) == 1:
        return texts[keys[0]]
    choice = book.cell(book.selector(keys), sheet)
    return f"CHOOSE({choice},{','.join(texts[key] for key in dict.fromkeys(keys))})"


def _beside(book: Book, placed: Placed, edge: str) -> Edge:
    """Return what stands `before` a line's first column, or `after` its last one; no formula for nothing."""
    keys: list[object] = []
    texts: dict[object, str] = {}
    own = ["0" if row is None else str(getattr(row, edge)) for row in placed.line.rows]
    for case, text in enumerate(own):
        keys.append(None if text == "0" else book.union.readings(case, text))
        if keys[-1] not in texts:
            texts[keys[-1]] = "0" if text == "0" else _said_beside(book, placed, case, text)
    if list(texts) == [None]:
        return "", 0.0
    value = float(np.ravel(evaluate(own[0], reader(book.cases[0].projection)))[0])
    return "=" + chosen(book, keys, texts, placed.spot.sheet), value


def _said_beside(book: Book, placed: Placed, case: int, text: str) -> str:
    cells, own = list[list[str]](), Surroundings(book, case, placed.line.path)
    said = Wording(term_of(text), own, placed.spot, 1, cells, first=True).whole()
    return said.format(cells=[column[0] for column in cells])


def reader(projection: Projection) -> Callable[[str, int], Array]:
    """Return what reads scalars and whole rows of a projection."""

    def read(path: str, shift: int) -> Array:
        del shift
        item = projection.given.get(path)
        return np.asarray(item.value if item is not None else projection.value(path)).reshape(1, -1)

    return read
