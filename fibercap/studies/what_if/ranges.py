"""Ranges: the values between which an input is moved, from the texts or numbers that were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.studies.movable_inputs import Lever, lever
from fibercap.studies.quantities_asked_for import number_of

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario

End = str | float
"""An end of a range: a text with its unit, or a number in house units; of several values, a factor on them."""
TENTH: Final = 0.1
WAY: Final = "give its range: --between LOW HIGH, or in Python {path: (low, high)}"


@dataclass(frozen=True)
class Range:
    """An input and the lowest and the highest factor to which it is moved."""

    lever: Lever
    low: float
    high: float

    def factors(self, count: int) -> Array:
        """Return `count` evenly spaced factors; one that is 1 but for rounding is exactly 1, the present value."""
        factors = np.linspace(self.low, self.high, count)
        return np.where(np.isclose(factors, 1.0, rtol=0.0, atol=1e-12), 1.0, factors)


def ranges_of(
    scenario: Scenario, inputs: Sequence[str] | Mapping[str, tuple[End, End] | None], by: float
) -> list[Range]:
    """Return the ranges of some inputs.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    inputs : sequence of str, or mapping
        Paths of inputs, or by path the two ends of the range; without them the input is moved by a share.
    by : float
        That share, such as 0.1.

    Raises
    ------
    FibercapError
        If an input is named twice, is not there or is fixed, or a range is empty, reversed or in another unit.
    """
    check_share(by)
    inputs = [inputs] if isinstance(inputs, str) else inputs
    names = list(inputs)
    twice = next((name for place, name in enumerate(names) if name in names[:place]), "")
    if twice:
        raise FibercapError("not_together", f"`{twice}` is named twice", "name another input, or name it once")
    given = inputs if isinstance(inputs, Mapping) else dict.fromkeys(names)
    return [_range(lever(scenario, path), ends, by) for path, ends in given.items()]


def check_share(by: float) -> None:
    """Check that inputs are moved by a share above 0 % and of at most 100 %.

    Raises
    ------
    FibercapError
        If not.
    """
    if not 0 < by <= 1:
        raise FibercapError("no_range", f"inputs cannot be moved by {by:.0%}", "write more than 0 %, and at most 100 %")


def around(moved: Lever, by: float) -> tuple[float, float]:
    """Return the factors for a share less and a share more, within the bounds of the input."""
    return max(1.0 - by, moved.low), min(1.0 + by, moved.high)


def _range(moved: Lever, ends: tuple[End, End] | None, by: float) -> Range:
    zero = not any(handle.value for handle in moved.handles)
    if ends is None:
        if zero:
            raise FibercapError("no_range", f"`{moved.name}` is zero, and so is any share of it", WAY)
        return Range(moved, *around(moved, by))
    if zero and not moved.alone:
        raise FibercapError("no_range", f"all values of `{moved.name}` are zero", "write other values into the plan")
    what = f"the range of {moved.name}"
    unit = moved.unit if moved.alone else ""
    share = moved.alone and moved.share
    low, high = (number_of(end, unit, what, share=share) if isinstance(end, str) else float(end) for end in ends)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise FibercapError("no_range", f"the range of `{moved.name}` is not two numbers", "give two finite ends")
    if not low < high:
        empty = "the range of `{}` is empty: both ends are the same" if low == high else "the range of `{}` is reversed"
        way = "give two ends" if low == high else "write the lower end first"
        raise FibercapError("no_range", empty.format(moved.name), way)
    if not moved.alone:
        return Range(moved, low, high)
    if zero:
        moved = replace(moved, handles=tuple(replace(handle, slope=1.0) for handle in moved.handles))
    first = moved.handles[0]
    return Range(moved, *(1.0 + (value - first.value) / first.slope for value in (low, high)))
