"""First changes: the values of inputs at which another option becomes the best one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.studies.compare import compare
from fibercap.studies.movable_inputs import lever
from fibercap.studies.turning_points import turns_of, usual_grid
from fibercap.studies.verdict.choice_flips import MOST, ChoiceFlip, flips_at
from fibercap.studies.verdict.footing import footing
from fibercap.studies.verdict.numbers_of_options import Number, numbers
from fibercap.studies.verdict.race import CHOICE, Race
from fibercap.studies.verdict.verdict import rank

if TYPE_CHECKING:
    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.movable_inputs import Lever

STEPS: Final = 9
"""Factors that are tried on each side of the plan as it is, itself among them."""
PASSES: Final = 2
"""How often a change is narrowed, with twelve points each time."""


@dataclass(frozen=True, repr=False)
class FirstChanges:
    """Which options are first in the plan as it is, and where another one becomes first, by input.

    Inputs `not_tried` were not moved, because the plan is too large. `why_not` says why no such changes were computed;
    "" if they were.
    """

    first: tuple[str, ...] = ()
    by_input: Mapping[str, tuple[ChoiceFlip, ...]] = field(default_factory=dict)
    not_tried: tuple[str, ...] = ()
    why_not: str = ""

    def __repr__(self) -> str:
        """Return which option is first, and by which inputs that changes."""
        return f"<FirstChanges from {', '.join(self.first) or 'none'}: {', '.join(self.by_input) or 'none'}>"


def first_changes(scenario: Scenario, levers: Sequence[Lever], spans: Sequence[Sequence[float]] | None) -> FirstChanges:
    """Return where another option of a plan becomes first when one input at a time is moved.

    Options are ranked as `compare` ranks them: by worth to the owners, without those that break a covenant, run out of
    cash or leave uses unfunded.

    Parameters
    ----------
    scenario : Scenario
        The plan, or one of its options.
    levers : sequence of Lever
        The inputs.
    spans : sequence of (float, float), optional
        The lowest and the highest factor on each; if not given, 0 and 2.
    """
    plan = scenario.as_written
    if len(plan.options) < 2:
        return FirstChanges(why_not="the plan has fewer than two options")
    try:
        comparison = compare(plan)
    except FibercapError as error:
        return FirstChanges(why_not=str(error).partition("\n")[0])
    ranking = rank(comparison, footing(comparison).worth)
    if not ranking.recommended:
        return FirstChanges(why_not="no option is worth something to the owners without a fault")
    race = Race({name: comparison.cases[name].projection for name in ranking.ranked}, ranking.recommended)
    span_of = dict(zip((each.name for each in levers), spans, strict=True)) if spans is not None else {}
    moved = {each.name: each for each in levers}
    chosen = [number for number in numbers(race.plans) if number.name in moved and not number.in_months]
    # No factor moves an input that is zero, so `numbers` leaves it out; here it is moved by its span.
    chosen += [_zero(race.plans, each) for each in levers if not any(handle.value for handle in each.handles)]
    # what is left out is then last in the caller's order
    chosen.sort(key=lambda number: list(moved).index(number.name))
    most = max(MOST // (2 * STEPS * race.size * len(race.plans)), 1)
    chosen, left_out = chosen[:most], {number.name for number in chosen[most:]}

    def grid(number: Lever) -> list[float]:
        span = span_of.get(number.name)
        if span is None:
            return usual_grid(number)
        low, high = sorted(_factor_on(number, moved[number.name], end) for end in span)
        outwards = [*np.linspace(1.0, low, STEPS)[1:], *np.linspace(1.0, high, STEPS)[1:]]
        return [float(factor) for factor in outwards if low <= factor <= high]

    turned = turns_of(race.judge, chosen, {CHOICE: race.lead(race.now)}, passes=PASSES, grid=grid)
    changes: dict[str, list[ChoiceFlip]] = {}
    for flip in flips_at(race, [(turn.lever, turn.factor) for turn in turned.get(CHOICE, ())]):
        changes.setdefault(flip.path, []).append(flip)
    by_input = {name: tuple(sorted(flips, key=lambda flip: abs(flip.change))) for name, flips in changes.items()}
    return FirstChanges(
        ranking.recommended, by_input, tuple(name for name in moved if name in left_out and name not in by_input)
    )


def _factor_on(number: Lever, moved: Lever, factor: float) -> float:
    """Return the factor on a number of options at which it has the value that a factor on the plan's input gives it."""
    first = number.handles[0]
    return factor if not moved.alone else 1.0 + (moved.value_at(factor) - first.value) / first.slope


def _zero(plans: Mapping[str, Scenario], moved: Lever) -> Number:
    """Return an input that is zero as a number of all options that have it, and have no other value there."""
    by_option = []
    for name, plan in plans.items():
        try:
            alike = lever(plan, moved.name)
        except FibercapError:
            continue
        if not any(handle.value for handle in alike.handles):
            by_option.append((name, moved))
    return Number(
        moved.name, moved.handles, moved.kind, moved.source, moved.low, moved.high, moved.share, (*by_option,)
    )
