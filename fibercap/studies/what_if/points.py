"""Points: a plan projected with some of its inputs moved; a refused point keeps the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, IdentityError, ScenarioError
from fibercap.core.units import Samples
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.studies.batch import chunk_of
from fibercap.studies.verdict.race import may_be_recommended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.turning_points import Move

MOST: Final = 101
"""The most points of an input."""


@dataclass(frozen=True)
class Point:
    """A plan after some moves.

    Parameters
    ----------
    factors : tuple of float
        The factor on each input that is moved.
    measures : mapping
        Measures by name, nan where undefined or refused.
    sound : bool
        Whether no covenant is broken, cash never falls below zero, and every use has a source.
    refused : str
        Why the plan does not allow the moves; "" if it does.
    """

    factors: tuple[float, ...]
    measures: Mapping[str, float]
    sound: bool = False
    refused: str = ""


def points_at(scenario: Scenario, together: Sequence[Sequence[Move]], measures: Sequence[str]) -> list[Point]:
    """Return the plan after each of several groups of moves.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    together : sequence of sequence of Move
        For each point, the moves that are made together, of no input twice.
    measures : sequence of str
        Names of the measures that are computed.

    Source
    ------
    Own derivation: points are samples of one batch, each as if it were projected alone.
    """
    chunk = chunk_of(scenario)
    parts = (together[start : start + chunk] for start in range(0, len(together), chunk))
    return [point for part in parts for point in _points(scenario, part, measures)]


def _points(scenario: Scenario, together: Sequence[Sequence[Move]], measures: Sequence[str]) -> Iterator[Point]:
    """Yield points; a batch that the plan refuses is halved until the refused points stand alone."""
    try:
        projection = project(scenario.with_samples(samples_of(together)))
    except IdentityError:
        raise
    except FibercapError as error:
        if len(together) > 1:
            half = len(together) // 2
            yield from _points(scenario, together[:half], measures)
            yield from _points(scenario, together[half:], measures)
            return
        undefined = dict.fromkeys(measures, float("nan"))
        yield Point(tuple(factor for _, factor in together[0]), undefined, refused=_why(error))
        return
    values = {name: _by_sample(projection, name) for name in measures}
    sound = may_be_recommended(projection)
    for row, moves in enumerate(together):
        results = {name: float(series[row]) for name, series in values.items()}
        yield Point(tuple(factor for _, factor in moves), results, bool(sound[row]))


def samples_of(together: Sequence[Sequence[Move]]) -> dict[str, Samples]:
    """Return the values of all moved inputs by path, (point, 1); what a point does not move stays as it is."""
    values: dict[str, Array] = {}
    units: dict[str, str] = {}
    for row, moves in enumerate(together):
        for lever, factor in moves:
            for handle in lever.handles:
                column = values.setdefault(handle.path, np.full((len(together), 1), handle.value))
                column[row] = _to_15_digits(handle.value + (factor - 1.0) * handle.slope)
                units[handle.path] = handle.unit
    return {path: Samples(column, units[path]) for path, column in values.items()}


def _to_15_digits(value: float) -> float:
    """Return a number of 15 digits, so that the end of a range is not beyond a bound by a rounding of its factor."""
    return float(f"{value:.15g}")


def _by_sample(projection: Projection, name: str) -> Array:
    return np.broadcast_to(measure_named(projection, name).values, (projection.samples,))


def _why(error: FibercapError) -> str:
    if isinstance(error, ScenarioError):
        return error.problems[0].sentence().replace(" in sample 0", "")
    return str(error)
