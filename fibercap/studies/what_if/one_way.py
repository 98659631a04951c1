"""Sensitivity: measures of a plan when one input at a time is moved, where they turn, and what changes the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.shown import html_of
from fibercap.core.threads import one_blas_thread
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.studies.movable_inputs import levers
from fibercap.studies.sensitivity import Effect, movable_within
from fibercap.studies.what_if.first_changes import FirstChanges, first_changes
from fibercap.studies.what_if.lines import heads_of, line_of
from fibercap.studies.what_if.points import MOST, Point, points_at
from fibercap.studies.what_if.ranges import TENTH, Range, around, check_share, ranges_of
from fibercap.studies.what_if.zeros import Zeros, zeros_between, zeros_of_all

if TYPE_CHECKING:
    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.verdict.choice_flips import ChoiceFlip
    from fibercap.studies.what_if.lines import Cell
    from fibercap.studies.what_if.ranges import End

SHOWN: Final = 12
"""Inputs of a tornado, those that move the first measure most."""
USUAL: Final = ("equity_npv", "project_npv", "company_npv", "min_dscr", "lowest_cash")
"""The measure that is taken if none is asked for is the first of these that has a value."""


@dataclass(frozen=True)
class Moved:
    """One input: its values that were tried, where the first measure equals the target, and where the choice changes.

    Parameters
    ----------
    lever : Lever
        The input.
    points : tuple of Point
        The plan at each of its values, from the low end of its range to the high one.
    zeros : Zeros
        Where the first measure equals the target.
    firsts : tuple of ChoiceFlip
        Where another option becomes first, the nearest first.
    """

    lever: Lever
    points: tuple[Point, ...]
    zeros: Zeros
    firsts: tuple[ChoiceFlip, ...] = ()

    def values(self, measure: str) -> list[float]:
        """Return a measure at each point, nan where undefined or refused."""
        return [point.measures[measure] for point in self.points]

    def swing(self, measure: Measure) -> float:
        """Return the highest less the lowest value of a measure, that of the plan as it is among them."""
        known = [
            value
            for value in (*self.values(measure.name), measure.value if measure.value is not None else np.nan)
            if np.isfinite(value)
        ]
        return float(max(known) - min(known)) if known else 0.0


@dataclass(frozen=True, repr=False)
class Sensitivity:
    """Measures of a plan when one input at a time is moved.

    Parameters
    ----------
    base : Projection
        The plan as it is.
    measures : mapping
        The measures, as they are now, by name.
    inputs : tuple of Moved
        The inputs; of a tornado, the widest swing of the first measure first.
    target : float
        The value of the first measure for which inputs are solved, such as 0. [its unit]
    by : float, optional
        The share by which inputs without a range of their own were moved.
    tornado : bool
        Whether all inputs of the plan were moved, and those that matter most are kept.
    tried, left_out : int
        Inputs of the plan that were moved, and those that were not because the plan is too large.
    choice : FirstChanges
        Which option is first now, and where another becomes first, or why that was not computed.
    """

    base: Projection
    measures: Mapping[str, Measure]
    inputs: tuple[Moved, ...]
    target: float
    by: float
    tornado: bool
    tried: int
    left_out: int
    choice: FirstChanges

    def __repr__(self) -> str:
        """Return one line."""
        plan, name = self.base.scenario, next(iter(self.measures))
        inputs = f"{len(self.inputs)} inputs" if len(self.inputs) != 1 else self.inputs[0].lever.name
        return f"<Sensitivity of {plan.id}: {name} to {inputs}>"

    def __getitem__(self, path: str) -> Moved:
        """Return one input by its path."""
        for moved in self.inputs:
            if moved.lever.name == path:
                return moved
        raise KeyError(path)

    @property
    def effects(self) -> list[Effect]:
        """The effects of the lowest and the highest point of each input, for the chart of a tornado."""
        return [
            Effect(
                moved.lever.name,
                moved.lever.kind,
                (moved.points[0].factors[0] - 1.0, moved.points[-1].factors[0] - 1.0),
                {name: (moved.values(name)[0], moved.values(name)[-1]) for name in self.measures},
            )
            for moved in self.inputs
        ]

    @property
    def heads(self) -> list[str]:
        """The heads of `lines`."""
        return heads_of(1, list(self.measures))

    @property
    def lines(self) -> list[list[Cell]]:
        """Every point as a line; `value` is None for inputs of several values, `refused` says why a point is refused.

        `factor` is what all values of the input are multiplied by; `sound` is false where a covenant breaks, cash falls
        below zero or uses lack a source.
        """
        return [line_of((moved.lever,), point) for moved in self.inputs for point in moved.points]

    def _repr_html_(self) -> str:
        """Return the lines as a table for a notebook."""
        return html_of(self)


@one_blas_thread()
def sensitivity(
    scenario: Scenario,
    inputs: Sequence[str] | Mapping[str, tuple[End, End] | None] = (),
    *,
    by: float = TENTH,
    points: int = 9,
    measures: Sequence[str] = (),
    target: float = 0.0,
) -> Sensitivity:
    """Move one input at a time; return measures at each value, break-even, and where another option becomes first.

    Parameters
    ----------
    scenario : Scenario
        The plan, with an option applied or as written.
    inputs : sequence of str, or mapping
        Paths of inputs (or one), or by path the two ends of a range: texts with units, or numbers in house units; of a
        series, factors on all its values. None as a range, or no range, means a share less and a share more. Without
        inputs, every number of the plan is moved, and those that matter most are returned (a tornado).
    by : float
        That share.
    points : int
        How many values of each input are tried; a tornado has two.
    measures : sequence of str
        Names of measures (or one); if none is given, worth to the owners or the nearest to it that the plan has.
    target : float
        The value of the first measure for which inputs are solved, such as 0 for break-even. [its unit]

    Returns
    -------
    Sensitivity

    Raises
    ------
    FibercapError
        If an input is not there, is fixed or is named twice, a range is empty, reversed or in another unit, or a
        measure is not there.

    Source
    ------
    Own derivation; docs/sensitivity.md.
    """
    base = project(scenario)
    now = measures_now(base, measures)
    ranges, left_out = (ranges_of(scenario, inputs, by), 0) if inputs else _all_ranges(scenario, by)
    check_count(points)
    count = points if inputs else 2
    factors = [rng.factors(count) for rng in ranges]
    moves = [[(rng.lever, float(factor))] for rng, series in zip(ranges, factors, strict=True) for factor in series]
    every = points_at(scenario, moves, list(now))
    nothing = Zeros((), (), (0.0, 0.0))
    moved = [Moved(rng.lever, tuple(every[row * count : (row + 1) * count]), nothing) for row, rng in enumerate(ranges)]
    first = next(iter(now.values()))
    if not inputs:
        moving = [each for each in moved if each.swing(first) > 0]
        moved = sorted(moving, key=lambda each: -each.swing(first))[:SHOWN]
        zeros = zeros_of_all(base, [each.lever for each in moved], first, target)
    else:
        zeros = [zeros_between(scenario, rng, first.name, target) for rng in ranges]
    spans = None if not inputs else [sorted((rng.low, rng.high)) for rng in ranges]
    choice = first_changes(scenario, [each.lever for each in moved], spans)
    complete = tuple(
        Moved(each.lever, each.points, zero, choice.by_input.get(each.lever.name, ()))
        for each, zero in zip(moved, zeros, strict=True)
    )
    return Sensitivity(base, now, complete, target, by, not inputs, len(ranges), left_out, choice)


def measures_now(base: Projection, names: Sequence[str]) -> dict[str, Measure]:
    """Return measures of a plan by name; without names, the usual one that has a value."""
    if not names:
        usual = [measure_named(base, name) for name in USUAL]
        chosen = next((measure for measure in usual if measure.value is not None), usual[0])
        return {chosen.name: chosen}
    names = [names] if isinstance(names, str) else names
    return {name: measure_named(base, name) for name in dict.fromkeys(names)}


def _all_ranges(scenario: Scenario, by: float) -> tuple[list[Range], int]:
    """Return a range around every number of a plan, as far as it is not too large, and how many are left out."""
    check_share(by)
    every = levers(scenario)
    kept: list[Lever] = movable_within(scenario, _in_turns(every))
    return [Range(each, *around(each, by)) for each in kept], len(every) - len(kept)


def _in_turns(movable: Sequence[Lever]) -> list[Lever]:
    """Return inputs of all kinds in turns: the price of the first product, the capacity of the first plant, and on."""
    seen: dict[tuple[str, ...], int] = {}
    turns = {}
    for each in movable:
        path = each.name.split(".")
        kind = ("funding",) if path[0] == "funding" else (path[0], *path[2:])  # without the name of the plant or loan
        turns[each.name] = seen[kind] = seen.get(kind, 0) + 1
    return sorted(movable, key=lambda each: turns[each.name])


def check_count(points: int) -> None:
    """Check that at least 2 and at most `MOST` points are asked for.

    Raises
    ------
    FibercapError
        If not.
    """
    if not 2 <= points <= MOST:
        raise FibercapError("no_range", f"{points} points", f"ask for 2 to {MOST}")
