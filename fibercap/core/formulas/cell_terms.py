"""Formulas as functions that compute one cell of a row, at an index, from the cells that it reads.

The lists of cells of a circle of rows are part of its functions. Parts of a formula that no row of the circle enters
are worked out whole beforehand, and stand in a list of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, Final

import numpy as np

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.cell_pairs import DIRECT, JOINED, PAIRS, CellFunction, single
from fibercap.core.formulas.formula import FUNCTIONS
from fibercap.core.formulas.open_cells import Open, Place, Places
from fibercap.core.formulas.term import COMPARISONS, Call, Negative, Operation, Reference, Term


def cell_function(term: Term, places: Places, length: int) -> CellFunction:
    """Return a function that computes a term in one column, as a number or (sample,).

    A factor beside a zero, and the branch of an IF that is not taken, are not read, so that a cell depends on as few
    others as possible.

    Parameters
    ----------
    term, places : Term, Places
        A formula, and the lists of its circle; those that it reads are added.
    length : int
        The number of columns of the row whose formula it is.

    Raises
    ------
    FormulaError
        If the term calls a function that looks at whole rows, other than SUM, MIN, MAX and SUMIFS.

    Examples
    --------
    >>> from fibercap.core.formulas.formula_text import term_of
    >>> places = Places({"a": 2, "b": 2}, ["a", "b"])
    >>> product = cell_function(term_of("{a} * {b} + {a}"), places, 2)
    >>> places.rows["a"][:], places.rows["b"][:] = [2.0, 3.0], [5.0, 7.0]
    >>> product(1)
    24.0
    """
    if _is_known(term, places):
        return places.cells(Place(term, length)).__getitem__
    match term:
        case Reference(path=path, shift=shift):
            places.behind, places.ahead = max(places.behind, -shift), max(places.ahead, shift)
            return _read(places.rows[path], shift)
        case Negative(of=of):
            negated = cell_function(of, places, length)
            return lambda index: -negated(index)
        case Operation():
            return _operation(term, places, length)
        case Call():
            return _call(term, places, length)
    raise FormulaError("not_of_one_column", f"`{term}` has no value in a single column")


def _cells_of(term: Term, places: Places, length: int) -> list[Any] | None:
    """Return the list that holds a term's cells at the same indices, None if there is none."""
    if isinstance(term, Reference) and not term.shift and term.path in places.rows:
        return places.rows[term.path]
    return places.cells(Place(term, length)) if _is_known(term, places) else None


def _is_known(term: Term, places: Places) -> bool:
    """Return whether a term can be worked out whole before the rows of the circle."""
    return not places.is_open(term) and not any(isinstance(part, Call) and _is_of_rows(part) for part in term.walk())


def _is_of_rows(term: Call) -> bool:
    """Return whether a call has no value in a single column, or adds up other columns."""
    return term.function == "SUMIFS" or FUNCTIONS.get(term.function) is None


def _read(cells: list[Any], shift: int) -> CellFunction:
    def read(index: int) -> Any:
        value = cells[index + shift]
        return value.ask_first() if type(value) is Open else value

    return read


def _operation(term: Operation, places: Places, length: int) -> CellFunction:
    left, right = term.parts
    if term.sign in JOINED:
        # The factor that is known comes first: if it is 0, the open cell is not asked for, which may cut a circle.
        if term.sign == "*" and places.is_open(left):
            left, right = right, left
        return JOINED[term.sign](cell_function(left, places, length), cell_function(right, places, length))
    if term.sign in COMPARISONS:
        truth = _truth(term, places, length)
        return lambda index: _number(truth(index))
    return _direct(term, places, length)


def _direct(term: Operation, places: Places, length: int) -> CellFunction:
    """Return a function that joins two terms, cells read from lists without a call of their own."""
    of_lists, of_left, of_right, of_none = DIRECT[term.sign]
    left, right = (_cells_of(side, places, length) for side in term.parts)
    if left is not None and right is not None:
        return of_lists(left, right)
    if left is not None:
        return of_left(left, cell_function(term.right, places, length))
    if right is not None:
        return of_right(cell_function(term.left, places, length), right)
    return of_none(*(cell_function(side, places, length) for side in term.parts))


def _number(truth: Any) -> Any:
    """Return a truth, or truths (sample,), as 1 or 0."""
    return (1.0 if truth else 0.0) if type(truth) is bool else np.asarray(truth, dtype=float)


def _truth(term: Term, places: Places, length: int) -> CellFunction:
    """Return a function that computes a term as a truth, or truths (sample,); a number is true where it is not 0."""
    if _is_known(term, places):
        return places.cells(Place(term, length, is_truth=True)).__getitem__
    if isinstance(term, Operation) and term.sign in COMPARISONS:
        return _direct(term, places, length)
    if isinstance(term, Call) and term.function in _DECIDED_BY:
        return _junction(_DECIDED_BY[term.function], [_truth(part, places, length) for part in term.arguments])
    number = cell_function(term, places, length)
    return lambda index: number(index) != 0.0


def _call(term: Call, places: Places, length: int) -> CellFunction:
    if term.function == "SUMIFS":
        return _sum_where(term, places, length)
    if term.function in _OVER_ROWS and len(term.arguments) == 1:
        return _over_row(term, places)
    if term.function in _DECIDED_BY:
        truth = _truth(term, places, length)
        return lambda index: _number(truth(index))
    if term.function == "IF":
        test, *sides = term.arguments
        return _choice(_truth(test, places, length), *(cell_function(side, places, length) for side in sides))
    parts = [cell_function(part, places, length) for part in term.arguments]
    if term.function in PAIRS:
        return reduce(PAIRS[term.function], parts)
    function = FUNCTIONS.get(term.function)
    if function is None:
        raise FormulaError("not_of_one_column", f"`{term.function}` has no value in a single column, in `{term}`")
    return lambda index: single(function(*(part(index) for part in parts)))


_OVER_ROWS: Final[dict[str, Callable[..., Any]]] = {"SUM": np.nansum, "MIN": np.fmin.reduce, "MAX": np.fmax.reduce}
_DECIDED_BY: Final[dict[str, bool]] = {"AND": False, "OR": True}
"""The truth of one argument that decides the truth of the whole call."""


def _junction(decides: bool, parts: list[CellFunction]) -> CellFunction:  # noqa: FBT001 - a truth
    join = np.logical_or if decides else np.logical_and

    def junction(index: int) -> Any:
        value: Any = not decides
        for part in parts:
            truth = part(index)
            if truth is decides:
                return decides
            if type(truth) is not bool:
                value = join(value, truth)
        return value

    return junction


def _choice(test: CellFunction, yes: CellFunction, no: CellFunction) -> CellFunction:
    def choice(index: int) -> Any:
        holds = test(index)
        if type(holds) is bool:
            return yes(index) if holds else no(index)  # the other side may rest on this very cell
        count = np.count_nonzero(holds)
        if count == np.size(holds):
            return yes(index)
        return np.where(holds, yes(index), no(index)) if count else no(index)

    return choice


def _sum_where(term: Call, places: Places, length: int) -> CellFunction:
    """Return the sum of a row over the columns in which another row has a value; 0 if the row does not exist."""
    values, keys, wanted = term.arguments
    if not isinstance(values, Reference) or not isinstance(keys, Reference) or values.shift or keys.shift:
        raise FormulaError("not_of_one_column", f"`{term}` has no value in a single column")
    if values.path not in places.lengths:
        return lambda _index: 0.0
    if places.is_open(wanted) or places.is_open(keys):
        raise FormulaError("not_of_one_column", f"`{term}` looks for a value that rests on the row itself")
    cells = places.rows.get(values.path)
    cells = places.cells(Place(values, places.lengths[values.path])) if cells is None else cells
    columns = places.cells(Place(wanted, length, among=keys.path))

    def sum_where(index: int) -> Any:
        result: Any = 0.0
        for other in columns[index]:
            result = result + cells[other]
        return result

    return sum_where


def _over_row(term: Call, places: Places) -> CellFunction:
    """Return the sum, the least or the largest value of a term over all columns."""
    join, length = _OVER_ROWS[term.function], max(places.lengths.get(path, 0) for path, _ in term.references)
    part = cell_function(term.arguments[0], places, length)

    def over_row(index: int) -> Any:
        del index
        values = [part(other) for other in range(length)]
        return single(join(np.stack(np.broadcast_arrays(*values)), axis=0))

    return over_row
