"""Formulas of rows unrolled into cells: each cell is a number, or a node of a graph."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.components import circles, dependent
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.program.cell_functions import cell_function
from fibercap.core.program.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from fibercap.core.formulas.rows import Block, Given
    from fibercap.core.program.cell_reader import CellFunction
    from fibercap.core.program.graph import Graph
    from fibercap.core.program.node import Value

Cell = tuple[str, int]


class _NotKnownError(Exception):
    """A cell is read before it is worked out."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self.cell = cell


class Unroller:
    """The cells of the rows and scalars of a plan; a scalar has one cell.

    Rows and scalars that depend on no input have the values of a projection. The others are worked out on a graph, each
    after those that it reads; those that depend on one another cell by cell.

    Parameters
    ----------
    graph : Graph
        Gets the nodes.
    blocks : sequence of Block
        The rows of a projection.
    inputs : mapping
        By path of a scalar without a formula, the input that gives its value.
    least_money : callable
        Returns the formula text of the largest amount that counts as no money beside a row.
    """

    def __init__(
        self,
        graph: Graph,
        blocks: Sequence[Block],
        inputs: Mapping[str, Value],
        least_money: Callable[[str], str],
    ) -> None:
        self.graph, self._least_money = graph, least_money
        self._blocks: dict[str, Block] = {}
        self._scalars: dict[str, Given] = {}
        for block in blocks:
            self._blocks |= {path: block for path in block.rows if path not in self._blocks}
            self._scalars |= {
                # Several blocks may hold one scalar; the entry with the formula says how it depends on inputs.
                path: item
                for path, item in block.given.items()
                if path not in self._scalars or item.formula
            }
        self._cells: dict[str, list[Value | None]] = {path: [value] for path, value in inputs.items()}
        self._beyond: dict[tuple[str, int], Value] = {}
        self._functions: dict[str, CellFunction] = {}
        self._columns_of: dict[str, dict[Value, list[int]]] = {}
        self._reads_of: dict[str, list[str]] = {}
        self._dependent = self._closure(inputs)

    @property
    def round_by_round(self) -> list[str]:
        """The scalars that depend on an input and on themselves, such as the cut of a prepayment for lack of cash."""
        return [path for path, item in self._scalars.items() if item.formula and item.fixed and path in self._dependent]

    def with_answers(self, values: Mapping[str, Value]) -> Unroller:
        """Return the cells where scalars that depend on themselves have given values.

        Parameters
        ----------
        values : mapping
            Their values by path.
        """
        other = copy(self)
        other._dependent = self._dependent | set(values)  # noqa: SLF001 - of the same class
        changed = self._closure(values)
        other._cells = {path: cells for path, cells in self._cells.items() if path not in changed}  # noqa: SLF001 - likewise
        other._cells |= {path: [value] for path, value in values.items()}  # noqa: SLF001 - likewise
        other._beyond, other._functions, other._columns_of = {}, {}, {}  # noqa: SLF001 - functions read the cells of the one that made them
        return other

    def follow(self, path: str) -> Value:
        """Return what the formula of a scalar gives, whatever value it is given.

        Parameters
        ----------
        path : str
            The path of the scalar.
        """
        return self.value(self._scalars[path].formula)

    def columns(self, path: str) -> list[Value]:
        """Return the values of a row in all its columns."""
        self._know([path])
        return [self.read(path, column) for column in range(self.length(path))]

    def value(self, text: str) -> Value:
        """Return the value of a formula text that gives one number, such as a sum over a row."""
        self._know(_paths(text))
        return self._function(text)(0)

    def take_alike(self, other: Unroller) -> None:
        """Take the cells that another plan on the same graph has worked out, of rows that are the same in both.

        Parameters
        ----------
        other : Unroller
            The cells of the other plan, such as those of another option.
        """
        unlike = self._closure([path for path in (*self._blocks, *self._scalars) if not self._is_alike(path, other)])
        alike = self._dependent - unlike - set(self._cells)
        self._cells |= {path: other._cells[path] for path in alike if path in other._cells}

    def _is_alike(self, path: str, other: Unroller) -> bool:
        """Return whether a row or scalar has the same definition in another plan, whatever it reads."""
        if path in self._blocks:
            ours, theirs = self._blocks[path], other._blocks.get(path)
            if theirs is None or ours.length != theirs.length:
                return False
            row, like = ours.rows[path], theirs.rows[path]
            same = (row.formula, row.before, row.after) == (like.formula, like.before, like.after)
            known = row.formula or np.array_equal(ours.values[path], theirs.values[path], equal_nan=True)
            return same and bool(known) and (ours.continues is None) == (theirs.continues is None)
        item, like_item = self._scalars[path], other._scalars.get(path)
        if like_item is None or item.formula != like_item.formula or item.fixed or like_item.fixed:
            return False
        if item.formula:
            return True
        if path in self._dependent and path in other._dependent:
            return self._cells[path][0] is other._cells[path][0]
        return path not in self._dependent and np.array_equal(item.value, like_item.value)

    def depends(self, path: str) -> bool:
        """Return whether a row or scalar depends on an input."""
        return path in self._dependent

    def length(self, path: str) -> int:
        """Return the number of columns of a row; 1 of a scalar, 0 if there is no such row."""
        return self._blocks[path].length if path in self._blocks else int(path in self._scalars)

    def is_defined(self, path: str) -> bool:
        """Return whether no cell at a path may be undefined."""
        return path not in self._blocks or not self._blocks[path].rows[path].undefined

    def columns_of(self, path: str) -> Mapping[Value, Sequence[int]]:
        """Return the columns in which a row has each of its values."""
        if path not in self._columns_of:
            columns: dict[Value, list[int]] = {}
            for column in range(self.length(path)):
                columns.setdefault(self.read(path, column), []).append(column)
            self._columns_of[path] = columns
        return self._columns_of[path]

    def least_money(self, path: str) -> Value:
        """Return the largest amount that counts as no money beside the flows of a row."""
        return self.value(self._least_money(path))

    def read(self, path: str, column: int) -> Value:
        """Return a cell of a row, also before its first and after its last column; a scalar is the same in any.

        Parameters
        ----------
        path, column : str, int
            The row or scalar, and the index of the column.

        Raises
        ------
        FormulaError
            If there is no such row or scalar.
        """
        row = self._cells.get(path)
        if row is None:
            row = self._cells[path] = self._numbers(path)
        if path not in self._blocks:
            column = 0
        elif not 0 <= column < len(row):
            return self._read_beyond(path, column)
        value = row[column]
        if value is None:
            raise _NotKnownError((path, column))
        return value

    def _read_beyond(self, path: str, column: int) -> Value:
        block = self._blocks[path]
        if column < 0 and block.continues is not None:
            before = block.continued_path(path)
            return self.read(before, self.length(before) + column)
        key = (path, -1 if column < 0 else 1)
        if key not in self._beyond:
            row = block.rows[path]
            self._beyond[key] = self._function(row.before if column < 0 else row.after)(0)
        return self._beyond[key]

    def _numbers(self, path: str) -> list[Value | None]:
        """Return the cells of a row or scalar that depends on no input."""
        if path in self._dependent:
            return [None] * self.length(path)
        if path in self._blocks:
            values = np.asarray(self._blocks[path].values[path])
            return list((values[0] if values.ndim > 1 else values).astype(float).tolist())
        if path not in self._scalars:
            raise FormulaError("not_a_formula", f"no row or scalar `{path}`")
        return [float(np.ravel(self._scalars[path].value)[0])]

    def _function(self, text: str) -> CellFunction:
        if text not in self._functions:
            self._functions[text] = cell_function(term_of(text), self)
        return self._functions[text]

    def _closure(self, inputs: Collection[str]) -> set[str]:
        """Return the paths of all rows and scalars that depend on an input."""
        return dependent({path: self._reads(path) for path in (*self._blocks, *self._scalars)}, inputs)

    def _reads(self, path: str) -> list[str]:
        """Return the paths that the cells of a row or scalar read, beside its first and its last column too."""
        if path not in self._reads_of:
            block = self._blocks.get(path)
            if block is None:
                reads = _paths(self._scalars[path].formula)
            else:
                row = block.rows[path]
                reads = [name for text in (row.formula, row.before, row.after) for name in _paths(text)]
                reads += [block.continued_path(path)] if block.continues is not None else []
            self._reads_of[path] = reads
        return self._reads_of[path]

    def _know(self, paths: Iterable[str]) -> None:
        """Work out all rows and scalars that these rows and scalars need, themselves included."""
        needed: dict[str, list[str]] = {}
        left = [path for path in paths if path in self._dependent and path not in self._cells]
        while left:
            path = left.pop()
            if path not in needed:
                needed[path] = [
                    name for name in self._reads(path) if name in self._dependent and name not in self._cells
                ]
                left += needed[path]
        members: dict[int, list[str]] = {}
        for path, number in circles(needed).items():
            members.setdefault(number, []).append(path)
        for _, together in sorted(members.items()):
            self._fill(together)

    def _fill(self, paths: list[str]) -> None:
        """Work out all cells of a row, or of rows that depend on one another."""
        for path in paths:
            self._cells[path] = [None] * self.length(path)
        for column in range(max(map(self.length, paths))):
            for path in paths:
                if column < self.length(path):
                    self._find((path, column))

    def _find(self, wanted: Cell) -> None:
        """Work out a cell after those that it reads."""
        # No recursion: chains through all periods are longer than Python's limit.
        stack, on_stack = [wanted], {wanted}
        while stack:
            path, column = stack[-1]
            try:
                if self._cells[path][column] is None:
                    self._cells[path][column] = self._compute(path, column)
            except _NotKnownError as needed:
                if needed.cell in on_stack:
                    name, place = needed.cell
                    message = f"`{name}` rests on itself in column {place + 1} where inputs decide what it reads"
                    raise FormulaError("rests_on_itself", message) from None
                stack.append(needed.cell)
                on_stack.add(needed.cell)
            else:
                on_stack.discard(stack.pop())

    def _compute(self, path: str, column: int) -> Value:
        if path not in self._blocks:
            return self._function(self._scalars[path].formula)(0)
        row = self._blocks[path].rows[path]
        value = self._function(row.formula)(column)
        if not row.undefined and isinstance(value, Node):
            value.may_be_undefined = False  # the row never is, though a division in it looks as if it could be
        return value


def _paths(text: str) -> list[str]:
    return [path for path, _ in term_of(text).references] if "{" in text else []
