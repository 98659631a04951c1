"""Functions of a cell that join those of two others: sums, products, comparisons, the smaller and the larger one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from fibercap.core.formulas.formula import power

CellFunction = Callable[[int], Any]
"""Computes the cell of a row at an index, a number or (sample,)."""
Joined = Callable[[CellFunction, CellFunction], CellFunction]


def single(value: Any) -> Any:
    """Return a value as a number, unless it is one by sample.

    Parameters
    ----------
    value : float, () or (sample,)
        The value.
    """
    return float(value) if np.ndim(value) == 0 else value


DIRECT: Final[dict[str, tuple[Callable[..., CellFunction], ...]]] = {
    "+": (
        lambda left, right: lambda index: left[index] + right[index],
        lambda left, right: lambda index: left[index] + right(index),
        lambda left, right: lambda index: left(index) + right[index],
        lambda left, right: lambda index: left(index) + right(index),
    ),
    "-": (
        lambda left, right: lambda index: left[index] - right[index],
        lambda left, right: lambda index: left[index] - right(index),
        lambda left, right: lambda index: left(index) - right[index],
        lambda left, right: lambda index: left(index) - right(index),
    ),
    "<": (
        lambda left, right: lambda index: left[index] < right[index],
        lambda left, right: lambda index: left[index] < right(index),
        lambda left, right: lambda index: left(index) < right[index],
        lambda left, right: lambda index: left(index) < right(index),
    ),
    "<=": (
        lambda left, right: lambda index: left[index] <= right[index],
        lambda left, right: lambda index: left[index] <= right(index),
        lambda left, right: lambda index: left(index) <= right[index],
        lambda left, right: lambda index: left(index) <= right(index),
    ),
    ">": (
        lambda left, right: lambda index: left[index] > right[index],
        lambda left, right: lambda index: left[index] > right(index),
        lambda left, right: lambda index: left(index) > right[index],
        lambda left, right: lambda index: left(index) > right(index),
    ),
    ">=": (
        lambda left, right: lambda index: left[index] >= right[index],
        lambda left, right: lambda index: left[index] >= right(index),
        lambda left, right: lambda index: left(index) >= right[index],
        lambda left, right: lambda index: left(index) >= right(index),
    ),
    "=": (
        lambda left, right: lambda index: left[index] == right[index],
        lambda left, right: lambda index: left[index] == right(index),
        lambda left, right: lambda index: left(index) == right[index],
        lambda left, right: lambda index: left(index) == right(index),
    ),
}
"""Two cells joined, where both are read from lists, the first one, the second one, and none."""


def _product(first: CellFunction, second: CellFunction) -> CellFunction:
    def product(index: int) -> Any:
        factor = first(index)
        # The second cell is not even read: it may not be computed yet, and need not be.
        return 0.0 if type(factor) is float and factor == 0.0 else factor * second(index)

    return product


def _quotient(first: CellFunction, second: CellFunction) -> CellFunction:
    def quotient(index: int) -> Any:
        above, below = first(index), second(index)
        if type(below) is float:
            return above / below if below else above * np.nan
        return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below != 0)

    return quotient


def _power(first: CellFunction, second: CellFunction) -> CellFunction:
    return lambda index: single(power(first(index), second(index)))


def _smaller(first: CellFunction, second: CellFunction) -> CellFunction:
    def smaller(index: int) -> Any:
        left, right = first(index), second(index)
        if type(left) is float and type(right) is float:
            return left if left < right or left != left else right  # noqa: PLR0124 - an undefined number stays so
        return np.minimum(left, right)

    return smaller


def _larger(first: CellFunction, second: CellFunction) -> CellFunction:
    def larger(index: int) -> Any:
        left, right = first(index), second(index)
        if type(left) is float and type(right) is float:
            return left if left > right or left != left else right  # noqa: PLR0124 - an undefined number stays so
        return np.maximum(left, right)

    return larger


JOINED: Final[dict[str, Joined]] = {
    "*": _product,
    "/": _quotient,
    "^": _power,
}
PAIRS: Final[dict[str, Joined]] = {"MIN": _smaller, "MAX": _larger}
