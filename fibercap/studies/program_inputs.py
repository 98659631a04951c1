"""The inputs of a program: the numbers of a plan that differ by sample, and the scalars of formulas that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.rows import INPUT
from fibercap.core.language.series import Series
from fibercap.core.language.spec import quantities
from fibercap.model.loans.clauses.values_by_day import Steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection


def numbers_by_sample(scenario: Scenario) -> dict[str, Array]:
    """Return the numbers of a plan that differ by sample, by address, each (sample,) in house units.

    Parameters
    ----------
    scenario : Scenario
        A plan with samples. A value of a series has the name of its period at the end of its address.
    """
    return {
        address: np.ravel(number)
        for path, value, _ in quantities(scenario)
        for address, number in _numbers(".".join(path), value)
        if np.ndim(number) > 1
    }


def _numbers(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Series | Steps):
        for name, number in zip(value.names or ("",), value.values, strict=True):
            yield f"{path}.{name}" if name else path, number
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _numbers(f"{path}.{key}", part)
    elif isinstance(value, np.ndarray):
        yield path, value


def inputs_by_scalar(projection: Projection) -> dict[str, str]:
    """Return the address of the number that a scalar holds, by path of the scalar, for all that differ by sample.

    Parameters
    ----------
    projection : Projection
        A projection of samples that differ in every input.

    Raises
    ------
    FibercapError
        If an input decides a row of the calendar, or a scalar other than the input itself; a program has those fixed.
    """
    numbers = numbers_by_sample(projection.scenario)
    addresses: dict[str, str] = {}
    for block in projection.blocks.values():
        for path, item in block.given.items():
            if item.formula or np.ndim(item.value) < 2:
                continue
            address = _address(path, np.ravel(item.value), numbers)
            if address is None or item.fixed:
                raise _no_formula(path, item.reads)
            addresses[path] = address
        for path, row in block.rows.items() if block.continues is None else ():
            if not row.formula and _differs(block.values[path]):
                raise _no_formula(path, row.reads)
    return addresses


def _address(scalar: str, values: Array, numbers: Mapping[str, Array]) -> str | None:
    """Return the address of the number that a scalar holds: that of its own name, or one with the same samples."""
    name = scalar[scalar.find(INPUT) + len(INPUT) :]
    named = [address for address in (name, name.removesuffix(".value")) if address in numbers]
    same = (address for address in (*named, *numbers) if np.array_equal(numbers[address], values))
    return next(same, None)


def _differs(values: Array) -> bool:
    return values.ndim > 1 and bool((values != values[:1]).any())


def _no_formula(path: str, reads: tuple[str, ...]) -> FibercapError:
    named = ", ".join(f"`{name}`" for name in reads) or "an input"
    return FibercapError("no_program", f"{named} decides `{path}`, which has no formula of it")
