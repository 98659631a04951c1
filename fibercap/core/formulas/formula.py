"""Evaluation of terms on arrays, which gives the values of rows."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np

from fibercap.core.calendar import day_of, end_of_month, month_of, year_of
from fibercap.core.errors import FormulaError
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import COMPARISONS, Call, Negative, Number, Operation, Reference, Term
from fibercap.core.rounding import round_to_step
from fibercap.core.units import Array

PRODUCTS: Final = frozenset({2.0, 3.0, 4.0})
"""Exponents of powers that are products."""
Read = Callable[[str, int], Array]
Functions = Mapping[str, Callable[..., Any]]
Calculation = Callable[[Read, Functions], Any]
"""Computes a term from the arrays that it reads and from functions beyond the plain ones."""


def _divide(above: Array, below: Array) -> Array:
    """Divide; where there is nothing to divide by, the result is undefined (nan), never infinite."""
    # The usual case, and quicker than a division with `where`.
    if np.count_nonzero(below) == np.size(below):
        return np.asarray(above / below)
    above, below = np.broadcast_arrays(above, below)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0))


def power(base: Array, exponent: Array) -> Array:
    """Return a power, that of a small whole exponent by products: the last digit of `np.power` depends on the memory.

    Parameters
    ----------
    base, exponent : (...)
        Numbers.
    """
    if np.ndim(exponent) == 0 and float(exponent) in PRODUCTS:
        value = base
        for _ in range(1, int(exponent)):
            value = value * base
        return value
    with np.errstate(all="ignore"):  # IF works out both of its sides
        return np.power(base, exponent)


def _least(*values: Array) -> Array:
    # Over one row undefined cells are skipped, as in a spreadsheet; between rows they stay undefined.
    return np.fmin.reduce(values[0], axis=-1, keepdims=True) if len(values) == 1 else _fold(np.minimum, values)


def _most(*values: Array) -> Array:
    return np.fmax.reduce(values[0], axis=-1, keepdims=True) if len(values) == 1 else _fold(np.maximum, values)


def _fold(pair: Callable[[Any, Any], Array], values: tuple[Array, ...]) -> Array:
    result = values[0]
    for value in values[1:]:
        result = pair(result, value)
    return result


def _sum(values: Array) -> Array:
    # nansum copies the row; it is needed only where a cell is undefined.
    added = np.add.reduce(values, axis=-1, keepdims=True)
    return np.nansum(values, axis=-1, keepdims=True) if np.isnan(added).any() else added


def _in_a_row(*parts: Array) -> Array:
    """Return whole rows one after the other."""
    shape = np.broadcast_shapes(*(np.shape(part)[:-1] for part in parts))
    return np.concatenate([np.broadcast_to(part, (*shape, np.shape(part)[-1])) for part in parts], axis=-1)


def _sumifs(values: Array, keys: Array, wanted: Array) -> Array:
    # Keys are dates or periods, the same in every sample: the first one stands for all.
    keys, wanted = (np.reshape(of, (-1, np.shape(of)[-1] if np.ndim(of) else 1))[0] for of in (keys, wanted))
    return np.asarray(np.asarray(values) @ (keys[:, None] == wanted[None, :]).astype(float))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "MIN": _least,
    "MAX": _most,
    "IF": np.where,
    "AND": lambda *tests: _fold(np.logical_and, tests),
    "OR": lambda *tests: _fold(np.logical_or, tests),
    "ROUND": lambda value, digits: round_to_step(value, np.asarray(10.0 ** -int(digits)), "half_up"),
    "ROUNDUP": lambda value, digits: np.ceil(value * 10.0**digits) / 10.0**digits,
    "YEAR": year_of,
    "MONTH": month_of,
    "DAY": day_of,
    "EOMONTH": end_of_month,
    "SUM": _sum,
    "SUMIFS": _sumifs,
    "IRR": None,  # type: ignore[dict-item]  # the trade's own; handed in by whoever evaluates
    "XIRR": None,  # type: ignore[dict-item]  # likewise
}
_TRUTHS: Final = COMPARISONS | {"AND", "OR"}
_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,  # of few numbers quicker than NumPy's functions
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "^": power,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


def evaluate(formula: Term | str, read: Read, functions: Functions | None = None) -> Array:
    """Evaluate a formula on arrays.

    Parameters
    ----------
    formula : Term or str
        The formula; a text is read as a term first.
    read : callable
        Gives the array for (path, shift).
    functions : mapping, optional
        Functions beyond the plain ones, such as IRR.

    Returns
    -------
    array
        The values, of the shape to which those that it reads broadcast.

    Raises
    ------
    FormulaError
        If the text is not a formula, or calls a function that is not known.
    """
    text = formula if isinstance(formula, str) else formula.text
    return np.asarray(_calculation_of(text)(read, functions or {}), dtype=float)


@lru_cache(maxsize=50_000)
def _calculation_of(text: str) -> Calculation:
    return _calculation(term_of(text))


def _calculation(term: Term) -> Calculation:
    """Return the function that works out a term; of a comparison, AND and OR it gives truths."""
    if isinstance(term, Reference):
        path, shift = term.path, term.shift
        return lambda read, _: read(path, shift)
    if isinstance(term, Number):
        value = np.asarray(term.value)  # twice as quick beside an array as a plain number
        return lambda *_: value
    if isinstance(term, Operation):
        return _calculation_of_operation(term)
    if isinstance(term, Call):
        return _calculation_of_call(term)
    parts = [_number(part) for part in term.parts]
    if isinstance(term, Negative):
        return lambda read, functions: -parts[0](read, functions)
    return lambda read, functions: _in_a_row(*(part(read, functions) for part in parts))


def _calculation_of_operation(term: Operation) -> Calculation:
    join, left, right = _OPERATORS[term.sign], _number(term.left), _number(term.right)
    # Most operations read a row on the right, without a call of its own.
    if not isinstance(term.right, Reference):
        return lambda read, functions: join(left(read, functions), right(read, functions))
    path, shift = term.right.path, term.right.shift
    if not isinstance(term.left, Reference):
        return lambda read, functions: join(left(read, functions), read(path, shift))
    first, first_shift = term.left.path, term.left.shift
    return lambda read, _: join(read(first, first_shift), read(path, shift))


def _calculation_of_call(term: Call) -> Calculation:
    name, tested = term.function, {"IF": 1, "AND": len(term.arguments), "OR": len(term.arguments)}
    parts = [_truth(part) for part in term.arguments[: tested.get(name, 0)]]
    parts += [_number(part) for part in term.arguments[tested.get(name, 0) :]]
    if (plain := FUNCTIONS.get(name)) is not None:
        return lambda read, functions: plain(*[part(read, functions) for part in parts])
    return lambda read, functions: function_of(term, functions)(*[part(read, functions) for part in parts])


def _is_truth(term: Term) -> bool:
    word = term.sign if isinstance(term, Operation) else term.function if isinstance(term, Call) else ""
    return word in _TRUTHS


def _number(term: Term) -> Calculation:
    """Return what works out a term as numbers: a truth is 1 or 0."""
    calculation = _calculation(term)
    return (
        (lambda read, functions: np.asarray(calculation(read, functions), dtype=float))
        if _is_truth(term)
        else calculation
    )


def _truth(term: Term) -> Calculation:
    """Return the calculation of a term as truths; a number is true where it is not 0."""
    calculation = _calculation(term)
    return calculation if _is_truth(term) else lambda read, functions: calculation(read, functions) != 0


def function_of(term: Call, functions: Functions) -> Callable[..., Any]:
    """Return the function that a term calls.

    Parameters
    ----------
    term, functions : Call, mapping
        The call, and the functions by name.

    Raises
    ------
    FormulaError
        If there is no function of that name.
    """
    if term.function not in functions:
        raise FormulaError(
            "not_a_formula", f"`{term.function}` is no function of the language of formulas, in `{term}`"
        )
    return functions[term.function]


def shift_columns(value: Array, shift: int, beyond: Array) -> Array:
    """Return a row read some columns later, or earlier if the shift is negative, (..., column), in its own unit.

    Parameters
    ----------
    value : (..., column)
        The row.
    shift : int
        By how many columns.
    beyond : () or (..., column)
        The value before the row's first column, or after its last one; only its own first column is read. [the same]
    """
    length, beyond = value.shape[-1], beyond[..., :1] if beyond.ndim else beyond
    away = min(abs(shift), length)
    draws = np.broadcast_shapes(beyond.shape[:-1], value.shape[:-1]) if beyond.ndim > 1 else value.shape[:-1]
    result = np.empty((*draws, length))
    there, here = (slice(away), slice(away, None)) if shift < 0 else (slice(length - away, None), slice(length - away))
    result[..., there] = beyond
    result[..., here] = value[..., : length - away] if shift < 0 else value[..., away:]
    return result
