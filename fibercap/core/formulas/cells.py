"""Cells of rows: those that are known, and those that are computed one by one from the formulas of rows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import dropwhile
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.cell_pairs import CellFunction
from fibercap.core.formulas.cell_terms import cell_function
from fibercap.core.formulas.formula import evaluate, shift_columns
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.open_cells import NeededError, Open, Place, Places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.formulas.rows import Block, Given
    from fibercap.core.units import Array


class CircularError(FormulaError):
    """A cell depends on itself; holds the paths of the rows on the way round."""

    def __init__(self, code: str, message: str, paths: Sequence[str]) -> None:
        super().__init__(code, message)
        self.paths = tuple(dict.fromkeys(paths))


class Texts(NamedTuple):
    """The formula texts of a row: in its columns, after the horizon, before the first column, after the last one."""

    formula: str
    later: str
    before: str
    after: str


Step = tuple[CellFunction, list[Any], int]
"""The computation of one cell: its function, the list of its row, and its index there."""


@dataclass(frozen=True)
class Circle:
    """Rows that depend on one another, and their cells in an order in which each depends on earlier ones only.

    The list of a row holds its cells by column, then what follows its last column, as often as formulas read ahead, and
    at its end what stands before its first one, which an index below 0 reads.
    """

    places: Places
    steps: Mapping[str, Sequence[Step]]
    """The computation of each cell of a row, by path."""
    unknown: Mapping[str, Sequence[Open]]
    """The cells of a row before any is computed, by path."""
    order: list[Step] = field(default_factory=list)
    lock: AbstractContextManager[bool] = field(default_factory=Lock)
    """Held while the lists are in use."""


def circle_of(texts: Mapping[str, Texts], lengths: Mapping[str, int], later_from: int) -> Circle:
    """Return a circle of rows.

    Parameters
    ----------
    texts, lengths : mapping
        The formula texts of its rows, by path, and the number of columns of each row of the model.
    later_from : int
        Index of the first column after the horizon.

    Raises
    ------
    FormulaError
        If a text is not a formula, or has no value in a single column.
    """
    places = Places(lengths, texts)
    functions = {
        path: [cell_function(term_of(text or "0"), places, lengths[path]) for text in four]
        for path, four in texts.items()
    }
    steps: dict[str, list[Step]] = {}
    for path, (formula, later, before, after) in functions.items():
        length = lengths[path]
        within = min(later_from, length) if texts[path].later else length
        cells = [formula] * within + [later] * (length - within)
        cells += [_in_first_column(after)] * places.ahead + [_in_first_column(before)] * places.behind
        steps[path] = [(function, places.rows[path], index) for index, function in enumerate(cells)]
    unknown = {path: [Open(path, index) for index in range(len(row))] for path, row in steps.items()}
    return Circle(places, steps, unknown)


def _in_first_column(function: CellFunction) -> CellFunction:
    return lambda _index: function(0)


class Cells:
    """Rows as arrays and as cells: those known beforehand, and those computed here."""

    def __init__(
        self,
        blocks: Sequence[Block],
        later_from: int,
        later: Mapping[str, str],
        elsewhere: str,
        assumed: Mapping[str, Array],
    ) -> None:
        self._later_from, self._later, self._elsewhere = later_from, later, elsewhere
        self._blocks = {path: block for block in blocks for path in block.rows}
        self._scalars: dict[str, Given] = {}
        self._values: dict[str, Array] = {}
        for block in reversed(blocks):  # of a path in several blocks, that of the first block counts
            self._scalars |= block.given
            self._values |= block.values
        self._assumed = assumed
        self._values |= assumed
        self.computed: dict[str, Array] = {}
        self._columns: dict[str, dict[float, list[int]]] = {}

    def evaluate(self, path: str) -> None:
        """Compute a whole row from rows that are already computed."""
        block = self._blocks[path]
        value = self._spread(evaluate(block.rows[path].formula, self._array), block.length)
        if path in self._later and self._later_from < block.length:
            after = self._spread(evaluate(self._later[path], self._array), block.length)
            parts = value[..., : self._later_from], after[..., self._later_from :]
            samples = np.broadcast_shapes(value.shape, after.shape)[:-1]
            value = np.concatenate([np.broadcast_to(part, (*samples, part.shape[-1])) for part in parts], -1)
        self._keep(path, value)

    def _keep(self, path: str, value: Array) -> None:
        self.computed[path] = value
        if path not in self._assumed:  # readers go on with what was assumed; the caller compares the two
            self._values[path] = value

    def _spread(self, value: Array, length: int) -> Array:
        return value if value.shape[-1:] == (length,) else np.broadcast_to(value, (*value.shape[:-1], length))

    def _array(self, path: str, shift: int) -> Array:
        """Return a scalar, or a row read `shift` columns later, as formulas read it."""
        value = self._values.get(path)
        if value is None:
            # Rows of the run-off have no values yet; here, one period long, they add nothing.
            return np.zeros(1) if path.startswith(self._elsewhere) else self._scalars[path].value
        return value if not shift else shift_columns(value, shift, self._beyond_row(path, before=shift < 0))

    def _beyond_row(self, path: str, *, before: bool) -> Array:
        """Return the value before a row's first column or after its last one, (..., 1)."""
        row = self._blocks[path].rows[path]
        return np.atleast_1d(evaluate(row.before if before else row.after, self._array))[..., :1]

    def fill(self, circle: Circle) -> None:
        """Compute all cells of a circle of rows in its order, and record the order where it is not known yet."""
        with circle.lock:
            for path, row in circle.places.rows.items():
                row[:] = circle.unknown[path]
            for place, cells in circle.places.known.items():
                cells[:] = self._cells_of(place)
            is_complete = bool(circle.order)
            for function, row, index in circle.order:
                try:
                    row[index] = function(index)
                except NeededError:
                    is_complete = False  # other values take other branches
            if not is_complete:
                _find_order(circle)
            for path, row in circle.places.rows.items():
                self._keep(path, _array(row[: self._blocks[path].length]))

    def _cells_of(self, place: Place) -> list[Any]:
        """Return the cells of a term that no row of the circle enters, or the columns that each of them leads to."""
        value = evaluate(place.term, self._array)
        cells = _cells(value != 0.0 if place.is_truth else value, place.length)
        if not place.among:
            return cells
        if place.among not in self._columns:
            columns = self._columns[place.among] = {}
            for column, key in enumerate(_cells(self._array(place.among, 0), self._blocks[place.among].length)):
                columns.setdefault(key, []).append(column)
        return [self._columns[place.among].get(cell, ()) for cell in cells]


def _find_order(circle: Circle) -> None:
    """Compute the cells of a circle that are still open, each after those that it needs, and note the order."""
    # Of the old order what could be computed now stays; only the rest is searched again.
    order = [step for step in circle.order if type(step[1][step[2]]) is not Open]
    for path, cells in circle.unknown.items():
        for cell in cells[: circle.places.lengths[path]]:
            order += _follow(circle, cell)
    circle.order[:] = order  # only now: of a circle that cannot be computed no order is noted


def _follow(circle: Circle, wanted: Open) -> list[Step]:
    """Compute a cell after the cells that it depends on; return the computed cells in that order.

    Raises
    ------
    CircularError
        If a cell depends on itself.
    """
    order, stack, on_stack = [], [wanted], {wanted}
    while stack:
        cell = stack[-1]
        function, row, index = step = circle.steps[cell.path][cell.index]
        try:
            if type(row[index]) is Open:
                row[index] = function(index)
                order.append(step)
        except NeededError as error:
            if error.cell in on_stack:
                message = f"`{error.cell.path}` rests on itself in column {error.cell.index + 1}"
                raise CircularError("rests_on_itself", message, _paths_from(error.cell, stack)) from None
            stack.append(error.cell)
            on_stack.add(error.cell)
        else:
            on_stack.discard(stack.pop())
    return order


def _paths_from(cell: Open, stack: Sequence[Open]) -> list[str]:
    """Return the paths of a stack from a cell on; open cells answer no comparison but `is`."""
    return [each.path for each in dropwhile(lambda each: each is not cell, stack)]


def _cells(value: Array, length: int) -> list[Any]:
    """Return a scalar or a row as cells by column: numbers, or arrays (sample,)."""
    if value.ndim == 0:
        return [value.item()] * length
    if value.ndim > 1:
        cells: list[Any] = list(np.ascontiguousarray(value.T))
    else:
        cells = value.tolist()
    return cells * length if len(cells) == 1 else cells


def _array(cells: list[Any]) -> Array:
    """Return cells as a row, (column,) or (sample, column)."""
    if set(map(type, cells)) == {float}:
        return np.array(cells)
    row = np.empty((max(np.size(cell) for cell in cells), len(cells)))  # a third of the time of np.stack
    for column, cell in enumerate(cells):
        row[:, column] = cell
    return row
