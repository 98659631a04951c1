"""What operations give on numbers, and the operations that need no node."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, isnan, nan
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.formula import PRODUCTS, power
from fibercap.core.program.node import is_number, is_truth, may_be_undefined
from fibercap.core.program.operations import Do
from fibercap.core.rounding import round_to_step

if TYPE_CHECKING:
    from fibercap.core.program.node import Value

Apply = Callable[..., "Value"]
"""Returns the value of an operation on some operands."""
COMMUTES: Final = frozenset({Do.ADD, Do.MULTIPLY, Do.EQUAL, Do.AND, Do.OR})
"""Operations whose operands may change places."""


def number_of(do: Do, *numbers: float) -> float:
    """Return what an operation gives on numbers.

    Parameters
    ----------
    do, *numbers : Do, float
        The operation and its operands.
    """
    return _ON_NUMBERS[do](*numbers)


def _power(base: float, exponent: float) -> float:
    return float(power(np.asarray(base), np.asarray(exponent)))  # Python's own `**` may differ in the last digit


def _minimum(x: float, y: float) -> float:
    return x if x < y or isnan(x) else y  # undefined where either is, unlike Python's min


def _maximum(x: float, y: float) -> float:
    return x if x > y or isnan(x) else y  # likewise


_ON_NUMBERS: Final[dict[Do, Callable[..., float]]] = {
    Do.ADD: lambda x, y: x + y,
    Do.SUBTRACT: lambda x, y: x - y,
    Do.MULTIPLY: lambda x, y: x * y,
    Do.DIVIDE: lambda x, y: x / y if y else nan,
    Do.POWER: _power,
    Do.MINIMUM: _minimum,
    Do.MAXIMUM: _maximum,
    Do.LEAST: lambda x, y: y if isnan(x) else x if isnan(y) else min(x, y),
    Do.MOST: lambda x, y: y if isnan(x) else x if isnan(y) else max(x, y),
    Do.LESS: lambda x, y: float(x < y),
    Do.AT_MOST: lambda x, y: float(x <= y),
    Do.EQUAL: lambda x, y: float(x == y),
    Do.AND: lambda x, y: float(x != 0 and y != 0),
    Do.OR: lambda x, y: float(x != 0 or y != 0),
    Do.IF: lambda test, yes, no: yes if test else no,
    Do.ROUND: lambda x, step: float(round_to_step(x, step, "half_up")),
    Do.CEILING: lambda x: x if isnan(x) else float(ceil(x)),
    Do.DEFINED: lambda x: 0.0 if isnan(x) else x,
}


def simpler(apply: Apply, do: Do, *operands: Value) -> Value | None:
    """Return the value of an operation on nodes if it needs no node of its own, else None.

    `0 * x` is 0 only where x cannot be undefined.

    Parameters
    ----------
    apply : callable
        Returns the value of an operation, a node of its own if it needs one.
    do, *operands : Do, float or int
        The operation, and its operands, of which one at least is a node.
    """
    rule = _SIMPLER.get(do)
    return None if rule is None else rule(apply, *operands)


def _is(value: Value, number: float) -> bool:
    return is_number(value) and value == number


def _add(_: Apply, x: Value, y: Value) -> Value | None:
    return y if _is(x, 0.0) else x if _is(y, 0.0) else None


def _subtract(apply: Apply, x: Value, y: Value) -> Value | None:
    if _is(y, 0.0):
        return x
    if x is y and not may_be_undefined(x):
        return 0.0
    return apply(Do.MULTIPLY, -1.0, y) if _is(x, 0.0) else None


def _multiply(_: Apply, x: Value, y: Value) -> Value | None:
    factor, other = (x, y) if is_number(x) else (y, x)
    if _is(factor, 1.0):
        return other
    return 0.0 if _is(factor, 0.0) and not may_be_undefined(other) else None


def _divide(_: Apply, x: Value, y: Value) -> Value | None:
    return x if _is(y, 1.0) else nan if _is(y, 0.0) else None


def _power_of(apply: Apply, x: Value, y: Value) -> Value | None:
    if not is_number(y) or y not in PRODUCTS:
        return x if _is(y, 1.0) else 1.0 if _is(y, 0.0) else None
    value = x
    for _ in range(1, int(y)):
        value = apply(Do.MULTIPLY, value, x)
    return value


def _same(_: Apply, x: Value, y: Value) -> Value | None:
    return x if x is y else None


def _extreme(apply: Apply, do: Do, x: Value, y: Value) -> Value | None:
    for one, other in ((x, y), (y, x)):
        if is_number(one) and isnan(one):
            return other
    if may_be_undefined(x) or may_be_undefined(y):
        return _same(apply, x, y)
    return apply(Do.MINIMUM if do is Do.LEAST else Do.MAXIMUM, x, y)


def _junction(_: Apply, decides: float, x: Value, y: Value) -> Value | None:
    for one, other in ((x, y), (y, x)):
        if is_number(one):
            if (one != 0) == (decides != 0):
                return decides
            return other if is_truth(other) else None  # AND(1, x) is 1 for x = 5, not 5
    return x if x is y and is_truth(x) else None


def _choose(_: Apply, test: Value, yes: Value, no: Value) -> Value | None:
    if is_number(test):
        return yes if test else no
    if yes is no or (is_number(yes) and yes == no):
        return yes
    return test if _is(yes, 1.0) and _is(no, 0.0) and is_truth(test) else None


def _zero_for_undefined(_: Apply, x: Value) -> Value | None:
    return None if may_be_undefined(x) else x


_SIMPLER: Final[dict[Do, Callable[..., Value | None]]] = {
    Do.ADD: _add,
    Do.SUBTRACT: _subtract,
    Do.MULTIPLY: _multiply,
    Do.DIVIDE: _divide,
    Do.POWER: _power_of,
    Do.MINIMUM: _same,
    Do.MAXIMUM: _same,
    Do.LEAST: lambda apply, x, y: _extreme(apply, Do.LEAST, x, y),
    Do.MOST: lambda apply, x, y: _extreme(apply, Do.MOST, x, y),
    Do.AND: lambda apply, x, y: _junction(apply, 0.0, x, y),
    Do.OR: lambda apply, x, y: _junction(apply, 1.0, x, y),
    Do.IF: _choose,
    Do.DEFINED: _zero_for_undefined,
}
