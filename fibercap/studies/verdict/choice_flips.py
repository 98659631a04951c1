"""Choice flips: the numbers of a plan that, moved by a tenth, make another option the best one."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from fibercap.model.project import project
from fibercap.studies.findings import faults
from fibercap.studies.movable_inputs import Change
from fibercap.studies.turning_points import turns_of
from fibercap.studies.verdict.numbers_of_options import (
    POINT,
    RATE,
    TENTH,
    Number,
    lever_of,
    numbers,
    plan_after,
    tenths,
)
from fibercap.studies.verdict.race import CHOICE, ROUNDING, Race

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fibercap.model.projection import Projection
    from fibercap.studies.movable_inputs import Lever

MOST: Final = 300_000_000
"""The most values that are computed when all numbers are moved for the first time."""


@dataclass(frozen=True)
class ChoiceFlip(Change):
    """A number that makes the option `first` the best one when it is moved by a tenth or less.

    For the discount rate, `change` is a difference of rates. `fault` is the finding that then forbids the present
    choice; "" if the other option simply is worth more.
    """

    first: str
    fault: str = ""

    @property
    def only_in(self) -> tuple[str, ...]:
        """The options in which it is moved, if other options have another number in its place; else none."""
        return self.lever.only_in if isinstance(self.lever, Number) else ()


def choice_flips(
    projections: Mapping[str, Projection], leaders: tuple[str, ...], runner_up: str
) -> tuple[tuple[ChoiceFlip, ...], int]:
    """Return the numbers that make another option the best one, the nearest first, and how many were not tried.

    Each number is moved a tenth down and up, the discount rate a point, in every option that has it. If that makes
    another option the best one, the interval is narrowed to the value at which the choice changes. Durations are moved
    by whole months; those of loans take a projection each, so they move only in the leaders and the runner-up.

    Parameters
    ----------
    projections : mapping
        The options whose worth to their owners is defined.
    leaders : tuple of str
        The best option, or several in a tie.
    runner_up : str
        The next option behind the leaders; "" if there is none.

    Source
    ------
    docs/decisions/verdict.md.
    """
    race = Race(projections, leaders)
    every = numbers(race.plans)
    known, lives = [n for n in every if not n.in_months], [n for n in every if n.is_life]
    most = max(MOST // (2 * race.size * len(projections)), 1)
    moves = [(n, f) for n in known[:most] for f in tenths(n)]
    race.after(
        [*moves, *((n, end / n.value_at(1.0)) for n in lives for end in _ends(n))]
    )  # all in one batch; the race keeps the results
    turned = turns_of(race.judge, known[:most], {CHOICE: race.lead(race.now)}, passes=2, grid=tenths)
    flips = [flip_at(race, turn.lever, turn.factor) for turn in turned.get(CHOICE, ())]
    flips += [flip_at(race, number, factor) for number, factor in _duration_turns(race, lives)]
    if runner_up:
        two = Race({name: projections[name] for name in (*leaders, runner_up)}, leaders)
        of_loans = [n for n in every if n.in_months and not n.is_life and any(lever_of(n, name) for name in two.plans)]
        flips += [flip_at(two, number, factor) for number, factor in _duration_turns(two, of_loans)]
    flips.sort(key=lambda flip: abs(flip.change) / (POINT if flip.path == RATE else TENTH))
    return tuple(flips), max(len(known) - most, 0)


def _ends(number: Number) -> tuple[int, ...]:
    """Return the fewest and the most months to which a duration is moved, without its present months."""
    months = number.value_at(1.0)
    # A tenth of 120 months is 12, though 120 * 1.1 is 132.00000000000003.
    ends = ceil(months * (1 - TENTH) - ROUNDING), floor(months * (1 + TENTH) + ROUNDING)
    return tuple(end for end in ends if end != round(months))


def _duration_turns(race: Race, durations: Iterable[Number]) -> Iterator[tuple[Number, float]]:
    """Yield the durations that change the choice, each with the factor of the nearest whole month that does."""
    for number in durations:
        months = round(number.value_at(1.0))
        for end in _ends(number):
            inner, outer = months, end
            turned = _turns_choice(race, number, end)
            while turned and abs(outer - inner) > 1:
                middle = (inner + outer) // 2
                inner, outer = (inner, middle) if _turns_choice(race, number, middle) else (middle, outer)
            if turned:
                yield number, outer / months


def _turns_choice(race: Race, number: Number, months: int) -> bool:
    judgements, allowed = race.judge([(number, months / number.value_at(1.0))])
    return bool(allowed[0] and not judgements[CHOICE].holds[0])


def flip_at(race: Race, number: Lever, factor: float) -> ChoiceFlip:
    """Return which option is best after a move, and which finding forbids the present one, if any.

    It is judged a little beyond the move, because at the move itself both options are worth the same.

    Parameters
    ----------
    race, number, factor : Race, Lever, float
        The options, the number that is moved, and the factor at which the choice changes.
    """
    # A whole month is beyond the turn already.
    beyond = factor if isinstance(number, Number) and number.in_months else 1.0 + (factor - 1.0) * (1.0 + 1e-6)
    stands, allowed = race.after([(number, beyond)])
    if not allowed[0]:  # the move goes to a bound of the input
        beyond = factor
        stands, _ = race.after([(number, beyond)])
    worth = {n: float(s.gap[0]) for n, s in stands.items() if n not in race.leaders and s.holds[0]}
    fault, first = "", race.leaders[0]
    lever = lever_of(number, first)
    if lever is not None and not any(stands[name].holds[0] for name in race.leaders):
        fault = next((each.fault for each in faults(project(plan_after(race.plans[first], (lever, beyond))))), "")
    return ChoiceFlip(number, factor - 1.0, max(worth, key=lambda name: worth[name], default=""), fault)
