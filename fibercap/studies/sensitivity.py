"""Sensitivity: how a plan's measures change when one input at a time is lower or higher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.measures.all_measures import measure_named
from fibercap.studies.batch import size_if_large
from fibercap.studies.movable_inputs import lever, levers
from fibercap.studies.turning_points import Judgement, Turn, judge_moves, turns
from fibercap.studies.verdict.choice_flips import MOST
from fibercap.studies.verdict.numbers_of_options import FINANCING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.movable_inputs import Lever

SHARE: Final = 0.1


@dataclass(frozen=True)
class Effect:
    """The effect of one input: the shares by which it was moved (down, up), and each measure after these moves.

    A measure is nan where it is undefined, or where the plan does not allow the move.
    """

    path: str
    kind: str
    shares: tuple[float, float]
    measures: Mapping[str, tuple[float, float]]

    def swing(self, measure: str, base: float) -> float:
        """Return the highest less the lowest value of a measure, its base among them."""
        known = [base, *(value for value in self.measures[measure] if np.isfinite(value))]
        return max(known) - min(known)

    def least(self, measure: str, base: float) -> float:
        """Return the lowest value of a measure after the moves; its base if neither move is possible."""
        return min((value for value in self.measures[measure] if np.isfinite(value)), default=base)


def one_at_a_time(scenario: Scenario, measures: Sequence[str], share: float = SHARE) -> list[Effect]:
    """Move every number of a plan down and up by a share, one at a time, in one batch; return the effects.

    An input is moved no farther than its bounds allow; its values over time move together. Moves that the plan does not
    allow, such as a commitment below what is drawn on it, are left out. Of a very large plan only some inputs are
    moved, those of financing first.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    measures : sequence of str
        Names of the measures to compute after each move.
    share : float
        The size of the moves, such as 0.1.
    """
    in_order = sorted(levers(scenario), key=lambda each: not each.name.startswith(FINANCING))
    movable = movable_within(scenario, in_order)
    factors = [(max(1 - share, each.low), min(1 + share, each.high)) for each in movable]
    moves = [(each, factor) for each, pair in zip(movable, factors, strict=True) for factor in pair]

    def values(projection: Projection) -> dict[str, Judgement]:
        flat = {key: measure_named(projection, key).values for key in measures}
        shape = (projection.samples,)
        return {key: Judgement(np.ones(shape, bool), np.broadcast_to(series, shape)) for key, series in flat.items()}

    judgements, allowed = judge_moves(scenario, moves, values)
    result = []
    for row, (each, (down, up)) in enumerate(zip(movable, factors, strict=True)):
        both, may = slice(2 * row, 2 * row + 2), allowed[2 * row : 2 * row + 2]
        pairs = {key: np.where(may, verdict.gap[both], np.nan).tolist() for key, verdict in judgements.items()}
        result.append(Effect(each.name, each.kind, (down - 1, up - 1), {key: (a, b) for key, (a, b) in pairs.items()}))
    return result


def movable_within(scenario: Scenario, movable: Sequence[Lever]) -> list[Lever]:
    """Return the inputs of a plan that are moved: all of them, of a very large plan the first ones.

    Parameters
    ----------
    scenario, movable : Scenario, sequence of Lever
        The plan, and its inputs that can be moved.
    """
    size = size_if_large(scenario)
    if size is None or 2 * size * len(movable) <= MOST:
        return list(movable)
    return list(movable[: max(MOST // (2 * size), 1)])


def turns_at(scenario: Scenario, path: str, measure: str, base: float, least: float) -> Turn | None:
    """Return the factor on an input at which a measure first falls below a limit; None if none from 0 to 2 does.

    It is interpolated on a straight line between two factors about a fiftieth apart, which is near enough for a table.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    path : str
        The input to move.
    measure : str
        Name of the measure.
    base : float
        Its value in the plan as it is.
    least : float
        The limit, in the unit of the measure.
    """

    def judge(projection: Projection) -> dict[str, Judgement]:
        values = np.broadcast_to(measure_named(projection, measure).values, (projection.samples,))
        return {measure: Judgement(values >= least, values - least)}

    now = Judgement(np.array([base >= least]), np.array([base - least]))
    return next(iter(turns(scenario, [lever(scenario, path)], judge, {measure: now}, passes=1)[measure]), None)
