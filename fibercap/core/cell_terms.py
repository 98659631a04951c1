"""Formulas as functions that compute one cell of a row from the cells that it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import numpy as np

from fibercap.core.errors import FormulaError
from fibercap.core.formula import FUNCTIONS
from fibercap.core.term import Call, Negative, Number, Operation, Reference, Term


class CellReader(Protocol):
    """Gives a cell function the cells of rows. A cell is a number, or an array (sample,)."""

    @property
    def rows(self) -> Mapping[str, Any]:
        """Rows by path, each as cells by column, None where a cell is not known; a scalar is the same in any column."""

    def read(self, path: str, column: int) -> Any:
        """Return a cell of a row, in the row's unit; compute it first if it is not known.

        Parameters
        ----------
        path : str
            The path of a row or a scalar.
        column : int
            Index of a period; negative before the first one, or beyond the last one.
        """

    def matches(self, path: str, key: Any) -> list[int]:
        """Return the columns in which a row that is the same in all samples equals a value.

        Parameters
        ----------
        path : str
            The path of the row.
        key : float or (sample,)
            The value to look for, in the row's unit.
        """

    def length(self, path: str) -> int:
        """Return the number of columns of a row, 0 if there is no such row."""


CellFunction = Callable[[CellReader, int], Any]


def cell_function(term: Term, is_open: Callable[[str], bool]) -> CellFunction:
    """Return a function that computes a term in one column, as a number or (sample,).

    Parameters
    ----------
    term : Term
        A formula.
    is_open : callable
        Returns whether the row at a path is yet to be computed. A factor beside a known zero, and the branch of an IF
        that is not taken, are not read, so that a cell depends on as few others as possible.

    Raises
    ------
    FormulaError
        If the term calls a function that looks at whole rows, other than SUM, MIN, MAX and SUMIFS.

    Examples
    --------
    >>> from fibercap.core.formula_text import term_of
    >>> class Cells:
    ...     rows = {"a": [2.0, 3.0], "b": [5.0, 7.0]}
    >>> cell_function(term_of("{a} * {b} + 1"), lambda path: False)(Cells(), 1)
    22.0
    """
    if isinstance(term, Number):
        value = term.value
        return lambda _cells, _column: value
    if isinstance(term, Reference):
        return _read(term.path, term.shift)
    if isinstance(term, Negative):
        of = cell_function(term.of, is_open)
        return lambda cells, column: -of(cells, column)
    if isinstance(term, Operation):
        return _operation(term, is_open)
    if isinstance(term, Call):
        return _call(term, is_open)
    raise FormulaError("not_of_one_column", f"`{term}` has no value in a single column")


def _read(path: str, shift: int) -> CellFunction:
    def read_here(cells: CellReader, column: int) -> Any:
        value = cells.rows[path][column]
        return cells.read(path, column) if value is None else value

    return (lambda cells, column: cells.read(path, column + shift)) if shift else read_here


def _operation(term: Operation, is_open: Callable[[str], bool]) -> CellFunction:
    left, right = cell_function(term.left, is_open), cell_function(term.right, is_open)
    if term.sign == "+":
        return lambda cells, column: left(cells, column) + right(cells, column)
    if term.sign == "-":
        return lambda cells, column: left(cells, column) - right(cells, column)
    if term.sign == "*":
        left_is_open = any(is_open(path) for path, _ in term.left.references)
        return _product(right, left) if left_is_open else _product(left, right)
    join = _JOINED[term.sign]
    return lambda cells, column: join(left(cells, column), right(cells, column))


def _product(first: CellFunction, second: CellFunction) -> CellFunction:
    def product(cells: CellReader, column: int) -> Any:
        factor = first(cells, column)
        return 0.0 if type(factor) is float and factor == 0.0 else factor * second(cells, column)

    return product


def _truth(holds: Any) -> Any:
    return (1.0 if holds else 0.0) if type(holds) is bool else np.asarray(holds, dtype=float)


def _quotient(above: Any, below: Any) -> Any:
    if type(below) is float:
        return above / below if below else above * np.nan
    above, below = np.broadcast_arrays(above, below)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)


_JOINED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "/": _quotient,
    "^": lambda left, right: _single(np.power(left, right)),
    "<": lambda left, right: _truth(left < right),
    "<=": lambda left, right: _truth(left <= right),
    ">": lambda left, right: _truth(left > right),
    ">=": lambda left, right: _truth(left >= right),
    "=": lambda left, right: _truth(left == right),
}


def _single(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


def _smaller(left: Any, right: Any) -> Any:
    if type(left) is float and type(right) is float:
        return left if left < right or left != left else right  # noqa: PLR0124 - an undefined number stays so
    return np.minimum(left, right)


def _larger(left: Any, right: Any) -> Any:
    if type(left) is float and type(right) is float:
        return left if left > right or left != left else right  # noqa: PLR0124 - an undefined number stays so
    return np.maximum(left, right)


def _call(term: Call, is_open: Callable[[str], bool]) -> CellFunction:
    if term.function == "SUMIFS":
        return _sum_where(term, is_open)
    parts = [cell_function(part, is_open) for part in term.arguments]
    if term.function in _OVER_ROWS and len(parts) == 1:
        return _over_row(term, parts[0])
    if term.function in _PAIRS:
        return _reduction(_PAIRS[term.function], parts)
    if term.function in _DECIDED_BY:
        return _junction(_DECIDED_BY[term.function], parts)
    if term.function == "IF":
        return _choice(*parts)
    function = FUNCTIONS.get(term.function)
    if function is None:
        raise FormulaError("not_of_one_column", f"`{term.function}` has no value in a single column, in `{term}`")
    return lambda cells, column: _single(function(*(part(cells, column) for part in parts)))


_PAIRS: Final[dict[str, Callable[[Any, Any], Any]]] = {"MIN": _smaller, "MAX": _larger}
_OVER_ROWS: Final[dict[str, Callable[..., Any]]] = {"SUM": np.nansum, "MIN": np.fmin.reduce, "MAX": np.fmax.reduce}
_DECIDED_BY: Final[dict[str, float]] = {"AND": 0.0, "OR": 1.0}
"""The truth value of one argument that decides the truth of the whole call."""


def _reduction(pair: Callable[[Any, Any], Any], parts: list[CellFunction]) -> CellFunction:
    first, *others = parts

    def fold(cells: CellReader, column: int) -> Any:
        value = first(cells, column)
        for other in others:
            value = pair(value, other(cells, column))
        return value

    return fold


def _junction(decides: float, parts: list[CellFunction]) -> CellFunction:
    join = np.logical_or if decides else np.logical_and

    def junction(cells: CellReader, column: int) -> Any:
        value: Any = 1.0 - decides
        for part in parts:
            truth = part(cells, column)
            if type(truth) is float:
                if bool(truth) == bool(decides):
                    return decides
            else:
                value = np.asarray(join(value, truth), dtype=float)
        return value

    return junction


def _choice(test: CellFunction, yes: CellFunction, no: CellFunction) -> CellFunction:
    def choice(cells: CellReader, column: int) -> Any:
        holds = test(cells, column)
        if type(holds) is float:
            return yes(cells, column) if holds else no(cells, column)
        if holds.all():
            return yes(cells, column)
        return np.where(holds != 0, yes(cells, column), no(cells, column)) if holds.any() else no(cells, column)

    return choice


def _sum_where(term: Call, is_open: Callable[[str], bool]) -> CellFunction:
    """Return the sum of a row over the columns in which another row has a value; 0 if the row does not exist."""
    values, keys, wanted = term.arguments
    if not isinstance(values, Reference) or not isinstance(keys, Reference):
        raise FormulaError("not_of_one_column", f"`{term}` has no value in a single column")
    path, key, value = values.path, keys.path, cell_function(wanted, is_open)

    def sum_where(cells: CellReader, column: int) -> Any:
        result: Any = 0.0
        if cells.length(path):
            for other in cells.matches(key, value(cells, column)):
                result = result + cells.read(path, other)
        return result

    return sum_where


def _over_row(term: Call, part: CellFunction) -> CellFunction:
    """Return the sum, the least or the largest value of a term over all columns."""
    reduce, paths = _OVER_ROWS[term.function], [path for path, _ in term.references]

    def over_row(cells: CellReader, column: int) -> Any:
        del column
        values = [part(cells, other) for other in range(max(cells.length(path) for path in paths))]
        return _single(reduce(np.stack(np.broadcast_arrays(*values)), axis=0))

    return over_row
