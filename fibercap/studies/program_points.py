"""The points at which a program is checked: corners of the samples' ranges, and some of the samples themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.model.project import project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

CORNERS: Final = 8
INNER: Final = 8

InputSamples = Mapping[str, Any]
"""Samples by path of an input, (sample, 1): with a unit, or by the operator that changes the value written."""


@dataclass(frozen=True)
class Points:
    """Points, their projection, and the number of corners that the plan refuses."""

    samples: InputSamples
    projection: Projection
    refused: int

    @property
    def number(self) -> int:
        """The number of points."""
        return self.projection.samples


def points_of(scenario: Scenario, samples: InputSamples) -> Points:
    """Return the points at which a program of a plan is checked.

    Parameters
    ----------
    scenario, samples : Scenario, mapping
        The plan, and the samples of its inputs as `sample_values` gives them.

    Raises
    ------
    FibercapError
        If the plan refuses one of the samples.
    """
    corners, inner = _corners(samples), _members(samples, INNER)
    try:
        return Points(both := _join([corners, inner]), project(scenario.with_samples(both)), 0)
    except FibercapError:
        fit = [corner for number in range(CORNERS) if _fits(scenario, corner := _part(corners, number))]
        both = _join([*fit, inner])
        return Points(both, project(scenario.with_samples(both)), CORNERS - len(fit))


def ranges(samples: InputSamples) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the lowest and the highest sample by path and operator, each in the unit of the samples."""
    return {key: (float(values.min()), float(values.max())) for key, values in _arrays(samples)}


def _corners(samples: InputSamples) -> InputSamples:
    """Return points at which each input has its lowest sample as often as its highest, in mixed order."""
    # One seed: a plan has a program always or never, not by chance.
    order = np.random.default_rng(0)
    high = np.arange(CORNERS) % 2 == 1

    def ends(values: Array) -> Array:
        return np.asarray(np.where(order.permutation(high), values.max(), values.min()))[:, np.newaxis]

    return _each(samples, ends)


def _members(samples: InputSamples, number: int) -> InputSamples:
    return _each(samples, lambda values: values[np.linspace(0, len(values) - 1, number).astype(int)])


def _part(samples: InputSamples, number: int) -> InputSamples:
    return _each(samples, lambda values: values[number : number + 1])


def _join(parts: list[InputSamples]) -> InputSamples:
    """Return the samples of several batches one after the other."""
    others = [dict(_arrays(part)) for part in parts]
    keys = iter([key for key, _ in _arrays(parts[0])])

    def join(_: Array) -> Array:
        key = next(keys)
        return np.concatenate([part[key] for part in others])

    return _each(parts[0], join)


def _fits(scenario: Scenario, samples: InputSamples) -> bool:
    try:
        project(scenario.with_samples(samples))
    except FibercapError:
        return False
    return True


def _arrays(samples: InputSamples) -> Iterator[tuple[tuple[str, str], Array]]:
    for path, value in samples.items():
        for operator, values in value.items() if isinstance(value, Mapping) else [("", value)]:
            yield (path, operator), np.asarray(values.magnitude, dtype=float).reshape(-1, 1)


def _each(samples: InputSamples, change: Callable[[Array], Array]) -> InputSamples:
    """Return samples in the same units, in the order of `_arrays`."""

    def change_one(one: Any) -> Any:
        return one.__class__(change(np.asarray(one.magnitude, dtype=float).reshape(-1, 1)), one.units)

    return {
        path: {operator: change_one(one) for operator, one in value.items()}
        if isinstance(value, Mapping)
        else change_one(value)
        for path, value in samples.items()
    }
