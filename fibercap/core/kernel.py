"""Kernels: plain array functions that can be called with units."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec

from fibercap.core.units import Array

P = ParamSpec("P")


class Kernel(Generic[P]):
    """A function on plain arrays in house units, `.plain`, that may also be called with quantities.

    A call converts every argument that has a declared unit, and raises `DimensionalityError` if its dimension is
    another. It takes a bare number where the unit is "", passes other arguments unchanged, and returns a Quantity.
    """

    def __init__(self, plain: Callable[P, Array], returns: str, units: dict[str, str]) -> None:
        self.plain, self.returns, self.units = plain, returns, units
        self._signature = inspect.signature(plain)
        unknown = set(units) - set(self._signature.parameters)
        if unknown:
            raise TypeError(f"{plain.__name__} has no argument {', '.join(sorted(unknown))}")
        update_wrapper(self, plain)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the result as a Quantity in the declared unit."""
        from fibercap.core.quantity import Quantity, house_unit  # noqa: PLC0415 - a command does without pint

        bound = self._signature.bind(*args, **kwargs)
        for name, unit in self.units.items():
            if name in bound.arguments:
                quantity = Quantity(bound.arguments[name])
                bound.arguments[name] = quantity.to(house_unit(unit)).magnitude
        return Quantity(self.plain(*bound.args, **bound.kwargs), house_unit(self.returns))


def kernel(returns: str, **units: str) -> Callable[[Callable[P, Array]], Kernel[P]]:
    """Return a decorator that makes a `Kernel` of a function on plain arrays.

    Parameters
    ----------
    returns : str
        The house unit of the result.
    **units : str
        The house unit of each argument that has one.

    Raises
    ------
    TypeError
        On decorating, if the function has no argument of such a name.
    """

    def decorate(plain: Callable[P, Array]) -> Kernel[P]:
        return Kernel(plain, returns, units)

    return decorate
