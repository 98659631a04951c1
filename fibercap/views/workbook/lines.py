"""What stands in the cells of a line: one formula for all columns, what was before them, and why it is a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formula import evaluate, parse
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.formulas import LONGEST, CannotBeSaidError, Spot, Wording, letters

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book, Placed

CALENDAR: Final = "value: calendar"
BY_CELLS: Final = "by cells"
FORMULA: Final = "formula"
TOO_LONG: Final = "value: the formula is longer than a cell takes"


@dataclass(frozen=True)
class Surroundings:
    """What formulas are told of a case: where things stand, and which rows are known beforehand."""

    book: Book
    case: int
    path: str = ""

    def spot(self, path: str) -> Spot:
        """Return where a row or scalar stands."""
        return self.book.spot(self.case, path)

    def calendar(self, path: str) -> Array | None:
        """Return the values of a row that only the calendar gives, or that counts its columns; else None."""
        grid = self.book.union.grid_of(self.case, path)
        line = grid.lines[path] if grid is not None else None
        return line.values[self.case] if line is not None and (line.bare or path.startswith("time.")) else None

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
    before: str = ""
    before_value: float = 0.0
    values: Array = field(default_factory=lambda: np.zeros(0))

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
    values = line.values[0] if line.values[0] is not None else np.zeros_like(first)
    if line.bare and (spot.grid, line.path) not in book.helpers:
        return Written(placed, CALENDAR, values=first)
    before, told = _before(book, placed), reader(book.cases[0].projection)
    row = line.rows[0]
    past = float(np.ravel(evaluate(row.before, told))[0]) if row is not None and row.before != "0" else 0.0
    try:
        template, cells = _template(book, placed, len(first))
    except CannotBeSaidError as error:
        return Written(placed, f"value: {error}", None, [], before, past, values)
    if len(template) + sum(max(map(len, column)) for column in cells) > LONGEST:
        return Written(placed, TOO_LONG, None, [], before, past, values)
    return Written(placed, BY_CELLS if cells else FORMULA, template, cells, before, past, values)


def _template(book: Book, placed: Placed, length: int) -> tuple[str, list[list[str]]]:
    line, cells = placed.line, list[list[str]]()
    keys = book.keys(line)
    empty = '""' if line.row.undefined else "0"
    texts: dict[object, str] = {}
    for case, key in enumerate(keys):
        if key in texts:
            continue
        row = line.rows[case]
        helper = book.helpers.get((placed.spot.grid, line.path), {}).get(key)
        if row is None:
            texts[key] = empty
        elif helper is not None:
            texts[key] = f"{{here}}{helper.row}"
        else:
            wording = Wording(parse(row.formula), Surroundings(book, case, line.path), placed.spot, length, cells)
            texts[key] = _defined(wording) if row.undefined else wording.whole()
    return chosen(book, keys, texts), cells


def _defined(wording: Wording) -> str:
    """Return a formula that is empty where there is nothing to divide by, or a cell that it reads is empty."""
    sides = wording.quotient()
    if sides is None or wording.reads_empty:
        return f'IFERROR({wording.whole()},"")'
    above, below = sides
    return f'IF({below}=0,"",({above})/({below}))'


def chosen(book: Book, keys: Sequence[object], texts: Mapping[object, str]) -> str:
    """Return the formula of each case's text by its key; a choice among them where they differ."""
    if len(set(texts.values())) == 1:
        return texts[keys[0]]
    spot = book.selector(keys)
    return f"CHOOSE({spot.at}${spot.column}${spot.row},{','.join(texts[key] for key in dict.fromkeys(keys))})"


def _before(book: Book, placed: Placed) -> str:
    """Return the formula of what a line was before its first column; "" for nothing."""
    line = placed.line
    keys: list[object] = []
    texts: dict[object, str] = {}
    for case, row in enumerate(line.rows):
        key = None if row is None or row.before == "0" else book.union.readings(case, row.before)
        keys.append(key)
        if key not in texts:
            texts[key] = "0" if key is None or row is None else _said_before(book, placed, case, row.before)
    if list(texts) == [None]:
        return ""
    return "=" + chosen(book, keys, texts)


def _said_before(book: Book, placed: Placed, case: int, text: str) -> str:
    cells = list[list[str]]()
    said = Wording(parse(text), Surroundings(book, case, placed.line.path), placed.spot, 1, cells).whole()
    return said.format(cells=[column[0] for column in cells])


def reader(projection: Projection) -> Callable[[str, int], Array]:
    """Return what reads scalars and whole rows of a projection."""

    def read(path: str, shift: int) -> Array:
        del shift
        item = projection.given.get(path)
        return np.asarray(item.value if item is not None else projection.value(path)).reshape(1, -1)

    return read
