"""Which one number of a plan, moved by a tenth of itself, makes another option first than the one that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, Problem
from fibercap.model.projection import project
from fibercap.model.run_off import RUN_OFF
from fibercap.studies.batch import CHUNK
from fibercap.studies.covenants import tests_of
from fibercap.studies.findings import faults
from fibercap.studies.footing import owners_worth
from fibercap.studies.levers import Change, Lever
from fibercap.studies.numbers_of_options import (
    POINT,
    RATE,
    TENTH,
    Beneath,
    Number,
    WholeMonths,
    drawable,
    lever_of,
    moved,
    numbers,
    tenths,
)
from fibercap.studies.turning import Judgement, judged, turns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.model.scenario import Scenario
    from fibercap.studies.turning import Move, Truth

WORTH: Final = "equity_npv"
"""The measure by which options are ranked."""
TOGETHER: Final = 30_000_000
"""Values that are held at once: so many draws are projected together."""
MOST: Final = 300_000_000
"""Values that are computed at most in the first look at every number."""
ROUNDING: Final = 1e-9
"""Share of the largest worth that rounding may leave of a difference."""
CHOICE: Final = "choice"


@dataclass(frozen=True)
class ChoiceFlip(Change):
    """A number, moved by a tenth or less, and the option that is first then.

    Of the discount rate, `change` is a difference. `fault` says what speaks against the present choice then; "" where
    the other one is worth more.
    """

    first: str
    fault: str = ""

    @property
    def only_in(self) -> tuple[str, ...]:
        """The options in which it is moved, where others have another number in its place; else none."""
        return self.lever.only_in if isinstance(self.lever, Number) else ()


def may_be_recommended(projection: Projection) -> Truth:
    """Tell in which draws no covenant is broken, cash never falls below zero, and every use has a source, (draw,).

    It says of every draw what `faults` say of the first.
    """
    plan, trifle = projection.scenario, projection.trifle.value
    sound = np.ones(projection.draws, dtype=bool)
    for loan, terms in plan.loans.items():
        for name, covenant in terms.covenants.items():
            tests = tests_of(projection, loan, name, covenant)
            if not isinstance(tests, Problem):
                sound &= tests.holds.all(axis=-1)
    for row in ("accounts.cash", *([f"{RUN_OFF}.accounts.cash"] if projection.run_off is not None else [])):
        sound &= (projection.value(row) >= -trifle).all(axis=-1)
    for key in plan.spends:
        gap = projection.value(plan.source_rows(key)["gap"]).sum(axis=-1, keepdims=True)
        sound &= (gap <= trifle).all(axis=-1)
    return sound


def _standing(projection: Projection) -> dict[str, Judgement]:
    """Return whether a plan may be recommended, and what all that its owners pay and get is worth, in every draw."""
    worth = np.broadcast_to(owners_worth(projection), (projection.draws,))
    return {WORTH: Judgement(may_be_recommended(projection), worth)}


@dataclass(frozen=True)
class Race:
    """Options that are ranked by what they are worth, and the ones that are first as things are."""

    projections: Mapping[str, Projection]
    leaders: tuple[str, ...]

    @cached_property
    def plans(self) -> dict[str, Scenario]:
        """The options by name."""
        return {name: projection.scenario for name, projection in self.projections.items()}

    @cached_property
    def now(self) -> dict[str, Judgement]:
        """How each option stands as things are."""
        return {name: _standing(projection)[WORTH] for name, projection in self.projections.items()}

    @cached_property
    def size(self) -> int:
        """The values of one draw of the largest option."""
        blocks = [projection.blocks.values() for projection in self.projections.values()]
        return max(sum(block.length * len(block.rows) for block in each) for each in blocks)

    def after(self, moves: Sequence[Move]) -> tuple[dict[str, Judgement], Truth]:
        """Return how each option stands after each move, and which moves every option allows in which they are made."""
        allowed = np.ones(len(moves), dtype=bool)
        stands = {}
        for name, now in self.now.items():
            holds, gap = np.repeat(now.holds, len(moves)), np.repeat(now.gap, len(moves))
            own = [(row, (lever, factor)) for row, (n, factor) in enumerate(moves) if (lever := lever_of(n, name))]
            if own:
                rows = [row for row, _ in own]
                holds[rows], gap[rows], may = self._alone(name, [move for _, move in own])
                allowed[rows] &= may
            stands[name] = Judgement(holds, gap)
        return stands, allowed

    def _alone(self, name: str, moves: list[Move]) -> tuple[Truth, Array, Truth]:
        """Return how one option stands after moves of its own levers: drawn ones in batches, durations one by one."""
        holds, gap = np.zeros(len(moves), dtype=bool), np.full(len(moves), np.nan)
        allowed = np.ones(len(moves), dtype=bool)
        kinds = [type(lever) for lever, _ in moves]
        chunk = min(max(TOGETHER // self.size, 1), CHUNK)
        for kind in (Lever, Beneath):
            rows = [row for row, each in enumerate(kinds) if each is kind]
            if rows:
                plan, part = drawable(self.plans[name], moves[rows[0]][0]), [moves[row] for row in rows]
                found, allowed[rows] = judged(plan, part, _standing, chunk)
                if found:
                    holds[rows], gap[rows] = found[WORTH]
        for row in (row for row, each in enumerate(kinds) if each is WholeMonths):
            try:
                stand = _standing(project(moved(self.plans[name], moves[row]), self.projections[name]))[WORTH]
            except FibercapError:
                allowed[row] = False
            else:
                holds[row], gap[row] = stand.holds[0], stand.gap[0]
        return holds, gap, allowed

    def judge(self, moves: Sequence[Move]) -> tuple[dict[str, Judgement], Truth]:
        """Return whether after each move no other option is first, and by how much the present one leads."""
        stands, allowed = self.after(moves)
        return {CHOICE: self.lead(stands)}, allowed

    def lead(self, stands: Mapping[str, Judgement]) -> Judgement:
        """Return whether no other option is first; by how much one of the present ones leads, nan where none may."""
        worth = {name: np.where(stand.holds, stand.gap, -np.inf) for name, stand in stands.items()}
        best = np.max([worth[name] for name in self.leaders], axis=0)
        other = np.max([np.full(best.shape, -np.inf), *(w for n, w in worth.items() if n not in self.leaders)], axis=0)
        slack = ROUNDING * np.nanmax(np.abs([stand.gap for stand in self.now.values()]))
        with np.errstate(invalid="ignore"):
            gap = best - other
        return Judgement(~(other > best + slack), np.where(np.isfinite(gap), gap, np.nan))


def choice_flips(
    projections: Mapping[str, Projection], leaders: tuple[str, ...], runner_up: str
) -> tuple[tuple[ChoiceFlip, ...], int]:
    """Return the numbers that make another option first, the nearest first, and how many numbers were not looked at.

    Each number is moved a tenth down and up, the discount rate a point, in every option in which it stands; where that
    makes another option first, the gap is closed in on. Durations in whole months, each of which takes a projection of
    its own, are moved in these only.

    Parameters
    ----------
    projections : mapping
        The options whose worth to their owners is defined.
    leaders : tuple of str
        Those that are first: one, or several in a tie.
    runner_up : str
        The next one behind these; "" where there is none.

    Source
    ------
    docs/decisions/verdict.md.
    """
    race = Race(projections, leaders)
    known = [number for number in numbers(race.plans) if not number.in_months]
    most = max(MOST // (2 * race.size * len(projections)), 1)
    turned = turns_of(race.judge, known[:most], {CHOICE: race.lead(race.now)}, passes=2, grid=tenths)
    flips = [_flip(race, turn.lever, turn.factor) for turn in turned.get(CHOICE, ())]
    if runner_up:
        two = Race({name: projections[name] for name in (*leaders, runner_up)}, leaders)
        flips += [_flip(two, number, factor) for number, factor in _duration_turns(two)]
    flips.sort(key=lambda flip: abs(flip.change) / (POINT if flip.path == RATE else TENTH))
    return tuple(flips), max(len(known) - most, 0)


def _duration_turns(race: Race) -> Iterator[tuple[Number, float]]:
    """Run over the durations that turn the choice, each with the whole months nearest to what it is that do."""
    for number in (each for each in numbers(race.plans) if each.in_months):
        months = round(number.at(1.0))
        for end in (ceil(months * (1 - TENTH) - ROUNDING), floor(months * (1 + TENTH) + ROUNDING)):
            inner, outer = months, end
            turned = end != months and _turned(race, number, end)
            while turned and abs(outer - inner) > 1:
                middle = (inner + outer) // 2
                inner, outer = (inner, middle) if _turned(race, number, middle) else (middle, outer)
            if turned:
                yield number, outer / months


def _turned(race: Race, number: Number, months: int) -> bool:
    found, allowed = race.judge([(number, months / number.at(1.0))])
    return bool(allowed[0] and not found[CHOICE].holds[0])


def _flip(race: Race, number: Lever, factor: float) -> ChoiceFlip:
    """Say which option is first after a move, and what speaks against the present one, if anything does.

    It is looked at a little beyond the move, for there the two are worth the same.
    """
    beyond = factor if isinstance(number, Number) and number.in_months else 1.0 + (factor - 1.0) * (1.0 + 1e-6)
    stands, _ = race.after([(number, beyond)])
    worth = {n: float(s.gap[0]) for n, s in stands.items() if n not in race.leaders and s.holds[0]}
    fault, first = "", race.leaders[0]
    own = lever_of(number, first)
    if own is not None and not any(stands[name].holds[0] for name in race.leaders):
        fault = next((each.fault for each in faults(project(moved(race.plans[first], (own, beyond))))), "")
    return ChoiceFlip(number, factor - 1.0, max(worth, key=lambda name: worth[name], default=""), fault)
