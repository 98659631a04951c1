"""The cells of a line: one formula for all columns, the cells beside them, and why a line holds values instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.formula_text import term_of
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.cell_address import CellAddress, letters
from fibercap.views.workbook.formulas import LONGEST, FormulaWriter, NoSheetFormulaError

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book, SheetLine
    from fibercap.views.workbook.cases import GridLine

CALENDAR: Final = "value: calendar"
CALENDARS: Final = ("time.", f"{RUN_OFF}.time.")
BY_CELLS: Final = "by cells"
FORMULA: Final = "formula"
TOO_LONG: Final = "value: the formula is longer than a cell takes"
AHEAD: Final = "value: looks ahead to cash that it bars"

EdgeCell = tuple[str, float]
"""The cell before the first column of a line or after its last: formula, and value as exported."""


@dataclass(frozen=True)
class CaseContext:
    """The `FormulaContext` of one case; `path` is the row whose formula is being written."""

    book: Book
    case: int
    path: str = ""

    def address(self, path: str) -> CellAddress:
        """Return where a row or scalar stands."""
        return self.book.address(self.case, path)

    def scalar_cell(self, address: CellAddress, sheet: str) -> str:
        """Return the reference by which formulas on a sheet read a scalar."""
        return self.book.scalar_cell(address, sheet)

    def earlier(self, path: str) -> CellAddress | None:
        """Return the address of the row of the horizon that a row of the run-off continues; None for other rows."""
        return self.address(path.removeprefix(f"{RUN_OFF}.")) if path.startswith(f"{RUN_OFF}.") else None

    def calendar(self, path: str) -> Array | None:
        """Return the values of a row of the calendar; None where they follow from inputs."""
        grid = self.book.union.grid_of(self.case, path)
        line = grid.lines[path] if grid is not None else None
        return (
            line.values[self.case] if line is not None and (line.has_no_formula or path.startswith(CALENDARS)) else None
        )

    def may_be_empty(self, path: str) -> bool:
        """Tell whether a row is undefined, and its cells empty, in some periods."""
        row = self.book.cases[self.case].projection.rows.get(path)
        return row is not None and bool(row.undefined)

    def rests_on_target(self, path: str) -> bool:
        """Tell whether a row depends, in some period, on the line whose formula is being written."""
        return self.book.rest_on_each_other(self.case, self.path, path)


@dataclass
class LineCells:
    """What the cells of a line hold.

    `template` is the formula of all columns, None where they hold values; `kind` says which, and why. `values` are the
    values when exported.
    """

    entry: SheetLine
    kind: str
    template: str | None = None
    cells: list[list[str]] = field(default_factory=list)
    before: EdgeCell = ("", 0.0)
    after: EdgeCell = ("", 0.0)
    values: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def is_shared(self) -> bool:
        """Whether the cells can share one formula: it must read cells of its own sheet only."""
        return self.template is not None and not self.cells and "!" not in self.template

    def formulas(self) -> Iterator[str]:
        """Yield the formula of each column."""
        if self.template is None:
            return
        names = [letters(BEFORE + number) for number in range(len(self.values) + 2)]
        for number in range(len(self.values)):
            before, here, after = names[number : number + 3]
            cells = [column[number] for column in self.cells]
            yield "=" + self.template.format(before=before, here=here, after=after, cells=cells)


def line_cells(book: Book, entry: SheetLine) -> LineCells:
    """Return what the cells of a line hold: values, or the formula of every case."""
    line, address = entry.line, entry.address
    if entry.values is not None:
        return LineCells(entry, book.as_values.get(line.path, CALENDAR), values=entry.values)
    first = next(values for values in line.values if values is not None)
    is_calendar = line.path.startswith(CALENDARS)
    missing = first if is_calendar else np.full_like(first, math.nan if line.row.undefined else 0.0)
    values = line.values[0] if line.values[0] is not None else missing
    if line.has_no_formula and (address.grid, line.path) not in book.helpers:
        return LineCells(entry, CALENDAR, values=first, before=_from_horizon(book, entry) or ("", 0.0))
    edges = _from_horizon(book, entry) or _beside(book, entry, "before"), _beside(book, entry, "after")
    reason = book.as_values.get(line.path)
    if reason and (address.grid, line.path) not in book.helpers:
        return LineCells(entry, reason, None, [], *edges, values)
    try:
        template, cells = _template(book, entry, len(first))
    except NoSheetFormulaError as error:
        return LineCells(entry, f"value: {error}", None, [], *edges, values)
    if len(template) + sum(max(map(len, column)) for column in cells) > LONGEST:
        return LineCells(entry, TOO_LONG, None, [], *edges, values)
    return LineCells(entry, BY_CELLS if cells else FORMULA, template, cells, *edges, values)


def rows_as_values(book: Book) -> dict[str, str]:
    """Return the rows that no formula of a sheet computes, each with the reason."""
    paths = dict.fromkeys(
        path for grid in book.union.grids for path in grid.lines if path.endswith((".locked", ".broken"))
    )
    ahead = {path: AHEAD for path in paths if book.looks_ahead_to_itself(path)}
    return ahead | (dict.fromkeys(_rows_too_long(book), TOO_LONG) if len(book.cases) > 1 else {})


def _rows_too_long(book: Book) -> frozenset[str]:
    """Return the rows whose formulas are longer than a cell takes, in any sheet of periods."""
    lines = [entry for sheet in book.time_sheets for entry in sheet.entries if not isinstance(entry, str)]
    texts = ((entry, {row.formula for row in entry.line.rows if row is not None}) for entry in lines)
    long = [entry for entry, formulas in texts if sum(map(len, formulas)) > LONGEST // 2]  # names are short in cells
    return frozenset(entry.line.path for entry in long if line_cells(book, entry).kind == TOO_LONG)


def looks_ahead(entry: SheetLine) -> bool:
    """Tell whether a line has a value after its last column, for formulas that read one period ahead."""
    return any(row is not None and row.after != "0" for row in entry.line.rows)


def _from_horizon(book: Book, entry: SheetLine) -> EdgeCell | None:
    """Return the cell before the first column of a line of the run-off, the last of the horizon; None for others."""
    grid = next((grid for grid in book.union.run_offs if grid.number == entry.address.grid), None)
    if grid is None:
        return None
    path = entry.line.path.removeprefix(f"{grid.name}.")
    address, line = book.addresses[0, path], book.union.model.lines[path]
    missing = math.nan if line.row.undefined else 0.0
    value = missing if line.values[0] is None else float(line.values[0][-1])
    return f"={address.sheet_prefix}{address.last}{address.row}", value


def _template(book: Book, entry: SheetLine, length: int) -> tuple[str, list[list[str]]]:
    """Return the template of a line's formula, and the parts of it that differ from column to column."""
    line, cells = entry.line, list[list[str]]()
    keys = _known_keys(book, line)
    empty = '""' if line.row.undefined else "0"
    texts: dict[object, str] = {}
    for case, key in enumerate(keys):
        if key in texts:
            continue
        row = line.rows[case]
        if row is None and key is not None:
            continue
        helper = book.helpers.get((entry.address.grid, line.path), {}).get(key)
        if row is None:
            texts[key] = empty
        elif helper is not None:
            texts[key] = f"{{here}}{helper.row}"
        else:
            context = CaseContext(book, case, line.path)
            writer = FormulaWriter(term_of(row.formula), context, entry.address, length, cells)
            texts[key] = _text_or_empty(writer) if row.undefined else writer.text()
    return formula_by_case(book, keys, texts, entry.address.sheet), cells


def _known_keys(book: Book, line: GridLine) -> list[object]:
    """Return the keys of a line; a row of the calendar has one in every case, also where the case has no such row."""
    keys = book.keys(line)
    if not line.path.startswith(CALENDARS):
        return keys
    known = next(key for key in keys if key is not None)
    return [known if key is None else key for key in keys]


def _text_or_empty(writer: FormulaWriter) -> str:
    """Return a formula that gives an empty text where its divisor is zero or a cell that it reads is empty."""
    quotient = writer.quotient()
    if quotient is None or writer.may_read_empty:
        return f'IFERROR({writer.text()},"")'
    dividend, divisor = quotient
    # Not IFERROR, which would hide any other error in the formula.
    return f'IF({divisor}=0,"",({dividend})/({divisor}))'


def formula_by_case(book: Book, keys: Sequence[object], texts: Mapping[object, str], sheet: str = "") -> str:
    """Return one formula for all cases: the common text, or a `CHOOSE` among texts by the chosen option.

    Parameters
    ----------
    book : Book
        Holds the cell by which the choice is made.
    keys : sequence
        A key for each case.
    texts : mapping
        The formula for each key, without the equals sign.
    sheet : str
        The sheet on which the formula stands.
    """
    if len(set(texts.values())) == 1:
        return texts[keys[0]]
    choice = book.scalar_cell(book.selector(keys), sheet)
    return f"CHOOSE({choice},{','.join(texts[key] for key in dict.fromkeys(keys))})"


def _beside(book: Book, entry: SheetLine, edge: str) -> EdgeCell:
    """Return the cell `before` a line's first column, or `after` its last one; an empty formula for zero."""
    keys: list[object] = []
    texts: dict[object, str] = {}
    row_texts = ["0" if row is None else str(getattr(row, edge)) for row in entry.line.rows]
    for case, text in enumerate(row_texts):
        keys.append(None if text == "0" else book.union.readings(case, text))
        if keys[-1] not in texts:
            texts[keys[-1]] = "0" if text == "0" else _edge_formula(book, entry, case, text)
    if list(texts) == [None]:
        return "", 0.0
    value = float(np.ravel(evaluate(row_texts[0], reader(book.cases[0].projection)))[0])
    return "=" + formula_by_case(book, keys, texts, entry.address.sheet), value


def _edge_formula(book: Book, entry: SheetLine, case: int, text: str) -> str:
    cells, context = list[list[str]](), CaseContext(book, case, entry.line.path)
    formula = FormulaWriter(term_of(text), context, entry.address, 1, cells, first=True).text()
    return formula.format(cells=[column[0] for column in cells])


def reader(projection: Projection) -> Callable[[str, int], Array]:
    """Return a function that reads scalars and whole rows of a projection; it ignores the shift."""

    def read(path: str, shift: int) -> Array:
        del shift
        item = projection.scalars.get(path)
        return np.asarray(item.value if item is not None else projection.value(path)).reshape(1, -1)

    return read
