"""Choice flips: the numbers of a plan that, moved by a tenth, make another option the best one."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.model.project import project
from fibercap.studies.findings import faults
from fibercap.studies.movable_inputs import Change, input_samples
from fibercap.studies.turning_points import turns_of
from fibercap.studies.verdict.numbers_of_options import (
    POINT,
    RATE,
    TENTH,
    Number,
    WholeMonths,
    lever_of,
    numbers,
    plan_after,
    tenths,
)
from fibercap.studies.verdict.race import CHOICE, ROUNDING, Race

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.turning_points import Move

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
    flips = flips_at(race, [(turn.lever, turn.factor) for turn in turned.get(CHOICE, ())])
    flips += flips_at(race, [*_duration_turns(race, lives)])
    if runner_up:
        two = Race({name: projections[name] for name in (*leaders, runner_up)}, leaders)
        of_loans = [n for n in every if n.in_months and not n.is_life and any(lever_of(n, name) for name in two.plans)]
        flips += flips_at(two, [*_duration_turns(two, of_loans)])
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


def flips_at(race: Race, turns: Sequence[Move]) -> list[ChoiceFlip]:
    """Return for each turn which option is best beyond it, and which finding forbids the present one, if any.

    Options are compared a little beyond the turn, because at the turn itself both are worth the same. All turns are
    projected in one batch, and so are the findings.

    Parameters
    ----------
    race, turns : Race, sequence of (Lever, float)
        The options, and the numbers that change the choice, each with the factor at which it does.
    """
    beyond = [(number, _beyond(number, factor)) for number, factor in turns]
    _, allowed = race.after(beyond)
    # A move that is refused goes beyond a bound of the input.
    moves = [move if may else turn for turn, move, may in zip(turns, beyond, allowed, strict=True)]
    stands, _ = race.after(moves)
    first = race.leaders[0]
    barred = {
        row: (lever, factor)
        for row, (number, factor) in enumerate(moves)
        if (lever := lever_of(number, first)) is not None and not any(stands[n].holds[row] for n in race.leaders)
    }
    reasons = dict(zip(barred, _faults_after(race, first, [*barred.values()]), strict=True))
    others = [name for name in stands if name not in race.leaders]
    flips = []
    for row, (number, factor) in enumerate(turns):
        worth = {name: float(stands[name].gap[row]) for name in others if stands[name].holds[row]}
        best = max(worth, key=lambda name: worth[name], default="")
        flips.append(ChoiceFlip(number, factor - 1.0, best, reasons.get(row, "")))
    return flips


def _beyond(number: Lever, factor: float) -> float:
    # A whole month is beyond the turn already.
    return factor if isinstance(number, Number) and number.in_months else 1.0 + (factor - 1.0) * (1.0 + 1e-6)


def _faults_after(race: Race, option: str, moves: Sequence[Move]) -> list[str]:
    """Return the first fault of an option after each move, "" if it has none; numbers are moved in one batch."""
    plan = race.plans[option]
    reasons: dict[Move, str] = {}
    numbers_only = [move for move in moves if not isinstance(move[0], WholeMonths)]
    for start in range(0, len(numbers_only), race.chunk):
        reasons |= _faults_in_batch(plan, numbers_only[start : start + race.chunk])
    return [reasons[move] if move in reasons else _first_fault(project(plan_after(plan, move))) for move in moves]


def _faults_in_batch(plan: Scenario, moves: Sequence[Move]) -> dict[Move, str]:
    """Return the first fault of a plan by move; moves that cannot be projected together are tried by halves."""
    try:
        batch = project(plan.with_samples(input_samples(moves)))
    except FibercapError:
        if len(moves) == 1:
            raise
        middle = len(moves) // 2
        return _faults_in_batch(plan, moves[:middle]) | _faults_in_batch(plan, moves[middle:])
    return {move: _first_fault(batch.sample(row, plan_after(plan, move))) for row, move in enumerate(moves)}


def _first_fault(projection: Projection) -> str:
    return next((each.fault for each in faults(projection)), "")
