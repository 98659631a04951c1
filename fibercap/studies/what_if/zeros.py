"""Break-even: the values of an input at which a measure equals a target, of one input or of many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.measures.all_measures import measure_named
from fibercap.studies.solving import solve
from fibercap.studies.turning_points import Judgement, turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.what_if.ranges import Range

ONCE_MORE = 2.0
"""The highest factor on an input of a tornado; the lowest is 0."""


@dataclass(frozen=True)
class Zeros:
    """Where a measure equals a target.

    Parameters
    ----------
    factors : tuple of float
        The factors on the input.
    jumps : tuple of float
        The factors at which it jumps past the target without being equal to it.
    between : tuple of float
        The lowest and the highest factor that was tried.
    """

    factors: tuple[float, ...]
    jumps: tuple[float, ...]
    between: tuple[float, float]

    @property
    def nearest(self) -> float | None:
        """The factor nearest to the plan as it is; None if there is none."""
        return min(self.factors, key=lambda factor: abs(factor - 1.0), default=None)


def zeros_between(scenario: Scenario, of: Range, measure: str, target: float) -> Zeros:
    """Return where a measure equals a target within the range of one input, as `solve` does.

    Parameters
    ----------
    scenario, of, measure, target : Scenario, Range, str, float
        The plan, the input with its range, the measure, and the value in its unit.
    """
    moved, ends = of.lever, (of.low, of.high)
    values = (moved.value_at(of.low), moved.value_at(of.high)) if moved.alone else ends
    solution = solve(scenario, measure, target, moved.name, values)
    low, high = sorted(ends)
    return Zeros(tuple(root.factor for root in solution.roots), solution.jumps, (low, high))


def zeros_of_all(base: Projection, levers: Sequence[Lever], measure: Measure, target: float) -> list[Zeros]:
    """Return for each of many inputs where a measure first falls below or rises above a target, from 0 to 2 times.

    Parameters
    ----------
    base, levers, measure, target : Projection, sequence of Lever, Measure, float
        The plan, the inputs, the measure as it is now, and the value in its unit.
    """

    def judge(projection: Projection) -> dict[str, Judgement]:
        values = np.broadcast_to(measure_named(projection, measure.name).values, (projection.samples,))
        # A measure that becomes undefined does not turn there.
        holds = np.where(np.isnan(values), is_above, values >= target)
        return {measure.name: Judgement(holds, values - target)}

    between = (0.0, ONCE_MORE)
    if measure.value is None:
        return [Zeros((), (), between) for _ in levers]
    is_above = measure.value >= target
    now = {measure.name: Judgement(np.array([is_above]), np.array([measure.value - target]))}
    turned = turns(base.scenario, list(levers), judge, now)[measure.name]
    by_lever = {turn.lever.name: turn.factor for turn in turned}
    return [Zeros((by_lever[each.name],) if each.name in by_lever else (), (), between) for each in levers]
