"""What happens to a plan's measures when one input at a time is lower or higher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.studies.batch import evaluate
from fibercap.studies.levers import drawn, levers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.scenario import Scenario
    from fibercap.studies.levers import Lever

SHARE: Final = 0.1


@dataclass(frozen=True)
class Moved:
    """An input, by which share it was moved down and up, and what each measure came to: (down, up), nan undefined."""

    path: str
    kind: str
    down: float
    up: float
    measures: Mapping[str, tuple[float, float]]

    def reach(self, measure: str, base: float) -> float:
        """Return how far a measure moves from its base, in the direction in which it moves farther."""
        return max((abs(value - base) for value in self.measures[measure] if np.isfinite(value)), default=0.0)


def one_at_a_time(scenario: Scenario, measures: Sequence[str], share: float = SHARE) -> tuple[list[Moved], list[str]]:
    """Move every number of a plan down and up by a share, one at a time, all of them in one batch.

    An input is moved no farther than its bounds allow; its values over time move together.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    measures : sequence of str
        Names of the measures to keep.
    share : float
        By how much inputs are moved, such as 0.1.

    Returns
    -------
    list of Moved, list of str
        The inputs in the order of the scenario, and the paths of those that the plan does not let move.
    """
    known = {lever.name: lever for lever in levers(scenario)}
    found = _outcomes(scenario, list(known.values()), measures, share)
    moved = []
    for name, (steps, values) in found.items():
        pairs = {key: (float(value[0]), float(value[1])) for key, value in values.items()}
        moved.append(Moved(name, known[name].kind, steps[0] - 1, steps[1] - 1, pairs))
    moved.sort(key=lambda each: list(known).index(each.path))
    return moved, [name for name in known if name not in found]


Found = dict[str, tuple[tuple[float, float], dict[str, "Array"]]]


def _outcomes(scenario: Scenario, among: list[Lever], measures: Sequence[str], share: float) -> Found:
    """Return steps and measures for each lever that may be moved; where some are refused, each half is tried again."""
    if not among:
        return {}
    steps = [(max(1 - share, lever.low), min(1 + share, lever.high)) for lever in among]
    moves = [(lever, factor) for lever, pair in zip(among, steps, strict=True) for factor in pair]
    try:
        kept = evaluate(scenario, drawn(moves), measures)
    except ScenarioError as error:
        refused = {f"{problem.path}." for problem in error.problems}
        left = [lever for lever in among if not any(f"{lever.name}.".startswith(path) for path in refused)]
        if 0 < len(left) < len(among):
            return _outcomes(scenario, left, measures, share)
        return _in_halves(scenario, among, measures, share)
    except FibercapError:
        return _in_halves(scenario, among, measures, share)
    values = [{key: value[2 * row : 2 * row + 2] for key, value in kept.items()} for row in range(len(among))]
    return {lever.name: (pair, each) for lever, pair, each in zip(among, steps, values, strict=True)}


def _in_halves(scenario: Scenario, among: list[Lever], measures: Sequence[str], share: float) -> Found:
    half = len(among) // 2
    if not half:
        return {}
    first, second = (_outcomes(scenario, part, measures, share) for part in (among[:half], among[half:]))
    return first | second
