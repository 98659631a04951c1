"""Cells of rows: those that are known, and those that are computed one by one from the formulas of rows."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fibercap.core.cell_terms import CellFunction, cell_function
from fibercap.core.errors import FormulaError
from fibercap.core.formula import evaluate, shift_columns
from fibercap.core.formula_text import term_of

if TYPE_CHECKING:
    from fibercap.core.rows import Block, Given
    from fibercap.core.units import Array

Cell = tuple[str, int]


class CircularError(FormulaError):
    """A cell depends on itself."""


class _NeededError(Exception):
    """A cell is read before it is computed."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self.cell = cell


class Texts(NamedTuple):
    """The formula texts of a row: in its columns, after the horizon, before the first column, after the last one."""

    formula: str
    later: str
    before: str
    after: str


class Functions(NamedTuple):
    """The formulas of a row, as in `Texts`, as functions of a column."""

    formula: CellFunction
    later: CellFunction
    before: CellFunction
    after: CellFunction


@dataclass(frozen=True)
class Circle:
    """Rows that depend on one another, and their cells in an order in which each depends on earlier ones only."""

    rows: Mapping[str, Functions]
    order: list[Cell] = field(default_factory=list)


def functions_of(texts: Texts, is_open: Callable[[str], bool]) -> Functions:
    """Return the formulas of a row as functions of a column.

    Parameters
    ----------
    texts : Texts
        The formula texts of the row.
    is_open : callable
        Whether the row at a path is part of the circle, so that its values are not known beforehand.

    Raises
    ------
    FormulaError
        If a text is not a formula, or has no value in a single column.
    """
    formula, before, after = (
        cell_function(term_of(text), is_open) for text in (texts.formula, texts.before, texts.after)
    )
    return Functions(formula, cell_function(term_of(texts.later), is_open) if texts.later else formula, before, after)


class _Everywhere:
    """A scalar, which is the same in any column."""

    def __init__(self, value: Array) -> None:
        self._value: Any = value[..., 0] if value.ndim > 1 else value.item()

    def __getitem__(self, column: int) -> Any:
        """Return its value."""
        return self._value


class _Rows(dict[str, Any]):
    """Cells of rows by path and column; an array is split into cells when its row is first read."""

    def __init__(self, values: Mapping[str, Array], scalars: Mapping[str, Given]) -> None:
        super().__init__()
        self._values, self._scalars = values, scalars

    def __missing__(self, path: str) -> Any:
        """Return the cells of a row that is known, or a scalar."""
        value = self._values.get(path)
        if value is None:
            cells: Any = _Everywhere(self._scalars[path].value)
        else:
            cells = list(value.tolist() if value.ndim == 1 else np.moveaxis(value, -1, 0))
        self[path] = cells
        return cells


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
        self._scalars = ChainMap(*(dict(block.given) for block in blocks))
        self.computed: dict[str, Array] = {}
        self._values = ChainMap(dict(assumed), self.computed, *(dict(block.values) for block in blocks))
        self.rows = _Rows(self._values, self._scalars)
        self._functions: dict[str, Functions] = {}
        self._beyond: dict[tuple[str, bool], Any] = {}
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
        self.computed[path] = value

    def _spread(self, value: Array, length: int) -> Array:
        return value if value.shape[-1:] == (length,) else np.broadcast_to(value, (*value.shape[:-1], length))

    def _array(self, path: str, shift: int) -> Array:
        """Return a scalar, or a row read `shift` columns later, as formulas read it."""
        value = self._values.get(path)
        if value is None:
            return np.zeros(1) if path.startswith(self._elsewhere) else self._scalars[path].value
        return value if not shift else shift_columns(value, shift, self._beyond_row(path, before=shift < 0))

    def _beyond_row(self, path: str, *, before: bool) -> Array:
        """Return the value before a row's first column or after its last one, (..., 1)."""
        row = self._blocks[path].rows[path]
        return np.atleast_1d(evaluate(row.before if before else row.after, self._array))[..., :1]

    def length(self, path: str) -> int:
        """Return the number of columns of a row, 0 if it belongs to another sheet."""
        if path.startswith(self._elsewhere):
            return 0
        return self._blocks[path].length

    def read(self, path: str, column: int) -> Any:
        """Return a cell of a row, `()` or (sample,), in the row's unit; outside the row, what its edges give.

        Parameters
        ----------
        path : str
            The path of a row or a scalar.
        column : int
            Index of a period; negative before the first one, or beyond the last one.

        Raises
        ------
        _NeededError
            If the cell is not known yet; `fill` catches it and computes the cell first.
        """
        row = self.rows[path]
        if type(row) is _Everywhere:
            return row[column]
        if not 0 <= column < len(row):
            return self._cell_beyond(path, before=column < 0)
        value = row[column]
        if value is None:
            raise _NeededError((path, column))
        return value

    def matches(self, path: str, key: Any) -> list[int]:
        """Return the columns in which a row that is the same in all samples equals a value.

        Parameters
        ----------
        path : str
            The path of the row.
        key : float
            The value to look for, in the row's unit.
        """
        if path not in self._columns:
            columns = self._columns[path] = {}
            for column, value in enumerate(self.rows[path]):
                columns.setdefault(value, []).append(column)
        return self._columns[path].get(key, [])

    def fill(self, circle: Circle) -> None:
        """Compute all cells of a circle of rows in its order, and record the order where it is not known yet."""
        self._functions |= circle.rows
        for path in circle.rows:
            self.rows[path] = [None] * self.length(path)
        for cell in circle.order:
            try:
                self._find(*cell)
            except _NeededError:
                continue  # other values take other branches
        missing = [
            (path, column) for path in circle.rows for column, cell in enumerate(self.rows[path]) if cell is None
        ]
        if missing:
            kept = [(path, column) for path, column in circle.order if self.rows[path][column] is not None]
            circle.order[:] = kept + [cell for start in missing for cell in self._follow(start)]
        for path in circle.rows:
            self.computed[path] = _array(self.rows[path])

    def _follow(self, wanted: Cell) -> list[Cell]:
        """Compute a cell after the cells that it depends on; return the computed cells in that order."""
        order, stack, on_stack = [], [wanted], {wanted}
        while stack:
            name, column = stack[-1]
            try:
                if self.rows[name][column] is None:
                    self._find(name, column)
                    order.append((name, column))
            except _NeededError as needed:
                if needed.cell in on_stack:
                    message = f"`{needed.cell[0]}` rests on itself in column {needed.cell[1] + 1}"
                    raise CircularError("rests_on_itself", message) from None
                stack.append(needed.cell)
                on_stack.add(needed.cell)
            else:
                on_stack.discard(stack.pop())
        return order

    def _find(self, path: str, column: int) -> None:
        functions = self._functions[path]
        is_later = column >= self._later_from and path in self._later
        self.rows[path][column] = (functions.later if is_later else functions.formula)(self, column)

    def _cell_beyond(self, path: str, *, before: bool) -> Any:
        if (path, before) not in self._beyond:
            functions = self._functions.get(path)
            if functions is not None:
                self._beyond[path, before] = (functions.before if before else functions.after)(self, 0)
            else:
                value = self._beyond_row(path, before=before)
                self._beyond[path, before] = value[..., 0] if value.ndim > 1 else value.item()
        return self._beyond[path, before]


def _array(cells: list[Any]) -> Array:
    """Return cells as a row, (column,) or (sample, column)."""
    if all(type(cell) is float for cell in cells):
        return np.array(cells)
    return np.stack(np.broadcast_arrays(*cells), axis=-1)
