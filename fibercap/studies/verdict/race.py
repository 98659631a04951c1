"""The race: how options rank by worth to their owners after numbers are moved, with as few projections as possible."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError, Problem
from fibercap.core.trees.like import has_like
from fibercap.core.trees.tree import Branch
from fibercap.model.cash.reserves import free_cash
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.project import project, project_owners_flow
from fibercap.studies.batch import CHUNK, TOGETHER, size_of
from fibercap.studies.covenants import sampled_tests
from fibercap.studies.turning_points import Judgement, judge_samples
from fibercap.studies.verdict.footing import owners_worth
from fibercap.studies.verdict.numbers_of_options import WholeMonths, in_common, lever_of, plan_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.turning_points import Move, Truth

WORTH: Final = "equity_npv"
"""The measure by which options are ranked."""
ROUNDING: Final = 1e-9
"""Differences of worth below this share of the largest worth count as rounding."""
CHOICE: Final = "choice"


def may_be_recommended(projection: Projection) -> Truth:
    """Return in which samples a plan may be recommended, (sample,).

    No covenant is broken there, cash never falls below zero, and every use has a source: `faults` finds nothing.
    """
    plan, trifle = projection.scenario, projection.trifle.value
    sound = np.ones(projection.samples, dtype=bool)
    for loan, terms in plan.loans.items():
        for name, covenant in terms.covenants.items():
            tests = sampled_tests(projection, loan, name, covenant)
            if not isinstance(tests, Problem):
                sound &= tests.holds.all(axis=-1)
    cash = free_cash(plan)
    for row in (cash, *([f"{RUN_OFF}.{cash}"] if projection.run_off is not None else [])):
        sound &= (projection.value(row) >= -trifle).all(axis=-1)
    for key in plan.spends:
        gap = projection.value(plan.source_rows(key)["gap"]).sum(axis=-1, keepdims=True)
        sound &= (gap <= trifle).all(axis=-1)
    return sound


def _project_for_standing(plan: Scenario, like: Projection | None) -> Projection:
    """Project a plan as far as `_standing` needs; all rows only if the plan has covenants, which may read any row."""
    # Only covenants read rows of cover, and a race takes hundreds of projections.
    tested = any(loan.covenants for loan in plan.loans.values())
    return project(plan, like) if tested else project_owners_flow(plan, like)


def _standing(projection: Projection) -> Judgement:
    """Return whether a plan may be recommended, and the worth of all that its owners pay and get, in every sample."""
    worth = np.broadcast_to(owners_worth(projection), (projection.samples,))
    return Judgement(may_be_recommended(projection), worth)


def _copies(plan: Scenario) -> bool:
    """Tell whether an option copies an entry by `like`."""
    options = plan.tree.get("options")
    changes = options.get(str(plan.option)) if isinstance(options, Branch) else None
    return changes is not None and has_like(changes)


@dataclass(frozen=True)
class Race:
    """Options that are ranked by their worth, and the `leaders` in the plan as it is; `seen` keeps computed moves."""

    projections: Mapping[str, Projection]
    leaders: tuple[str, ...]
    seen: dict[Move, tuple[dict[str, tuple[bool, float]], bool]] = field(default_factory=dict)

    @cached_property
    def plans(self) -> dict[str, Scenario]:
        """The options by name."""
        return {name: projection.scenario for name, projection in self.projections.items()}

    @cached_property
    def now(self) -> dict[str, Judgement]:
        """How each option stands before any move."""
        return {name: _standing(projection) for name, projection in self.projections.items()}

    @cached_property
    def size(self) -> int:
        """How many values one sample of the largest option has."""
        return size_of(*self.projections.values())

    @cached_property
    def chunk(self) -> int:
        """How many samples are projected together."""
        return min(max(TOGETHER // self.size, 1), CHUNK)

    @cached_property
    def common(self) -> dict[str, Scenario]:
        """The options of one plan as written that copy no entry of it; none if there are fewer than two."""
        written = next(iter(self.plans.values())).as_written
        options = {
            name: plan
            for name, plan in self.plans.items()
            if plan.as_written is written and plan.option is not None and not _copies(plan)
        }
        return options if len(options) > 1 else {}

    def after(self, moves: Sequence[Move]) -> tuple[dict[str, Judgement], Truth]:
        """Return how each option stands after each move, and which moves all options allow in which they are made."""
        new = [move for move in dict.fromkeys(moves) if move not in self.seen]
        if new:
            stands, allowed = self._look(new)
            for row, move in enumerate(new):
                one = {name: (bool(stand.holds[row]), float(stand.gap[row])) for name, stand in stands.items()}
                self.seen[move] = one, bool(allowed[row])
        known = [self.seen[move] for move in moves]
        by_option = {
            name: Judgement(
                np.array([each[name][0] for each, _ in known]), np.array([each[name][1] for each, _ in known])
            )
            for name in self.plans
        }
        return by_option, np.array([may for _, may in known])

    def _look(self, moves: list[Move]) -> tuple[dict[str, Judgement], Truth]:
        """Project the options after moves: as many as possible together, the others option by option.

        A move that one option does not allow is not tried in later options.
        """
        count = len(moves)
        allowed, done = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
        stands = {n: Judgement(np.repeat(now.holds, count), np.repeat(now.gap, count)) for n, now in self.now.items()}
        common = [row for row, (number, _) in enumerate(moves) if self.common and in_common(number, self.common)]
        together, done[common] = judge_samples(
            self._stands_over_common_plan, [moves[row] for row in common], self.chunk
        )
        for name, stand in stands.items():
            lever_moves = {
                row: (lever, f) for row, (n, f) in enumerate(moves) if (lever := lever_of(n, name)) is not None
            }
            if name in together:
                for index, row in enumerate(common):
                    if done[row] and row in lever_moves:
                        stand.holds[row], stand.gap[row] = together[name].holds[index], together[name].gap[index]
            left = [row for row in lever_moves if allowed[row] and not (done[row] and name in together)]
            stand.holds[left], stand.gap[left], may = self._alone(name, [lever_moves[row] for row in left])
            allowed[left] &= may
        return stands, allowed

    def _stands_over_common_plan(self, samples: Mapping[str, Any]) -> dict[str, Judgement]:
        """Return how options stand in samples of the plan as written; they share the rows of plants and projects."""
        first, *others = self.common
        written = self.common[first].as_written.with_samples(samples)
        like = _project_for_standing(written.with_option(first), None)
        stands = {name: _standing(_project_for_standing(written.with_option(name), like)) for name in others}
        return {first: _standing(like), **stands}

    def _alone(self, name: str, moves: list[Move]) -> tuple[Truth, Array, Truth]:
        """Return how one option stands after moves: numbers in batches, durations with a projection each."""
        plan, holds, gap = self.plans[name], np.zeros(len(moves), dtype=bool), np.full(len(moves), np.nan)
        allowed = np.ones(len(moves), dtype=bool)
        rows = [row for row, (lever, _) in enumerate(moves) if type(lever) is not WholeMonths]

        def judge(samples: Mapping[str, Any]) -> dict[str, Judgement]:
            return {WORTH: _standing(_project_for_standing(plan.with_samples(samples), self.projections[name]))}

        judgements, allowed[rows] = judge_samples(judge, [moves[row] for row in rows], self.chunk)
        if judgements:
            holds[rows], gap[rows] = judgements[WORTH]
        for row in (row for row, (lever, _) in enumerate(moves) if type(lever) is WholeMonths):
            try:
                stand = _standing(_project_for_standing(plan_after(plan, moves[row]), self.projections[name]))
            except FibercapError:
                allowed[row] = False
            else:
                holds[row], gap[row] = stand.holds[0], stand.gap[0]
        return holds, gap, allowed

    def judge(self, moves: Sequence[Move]) -> tuple[dict[str, Judgement], Truth]:
        """Return whether after each move the leaders are still first, and by how much; and which moves are allowed."""
        stands, allowed = self.after(moves)
        return {CHOICE: self.lead(stands)}, allowed

    def lead(self, stands: Mapping[str, Judgement]) -> Judgement:
        """Return whether one of the leaders is still first, and by how much; nan where none may be recommended."""
        worth = {name: np.where(stand.holds, stand.gap, -np.inf) for name, stand in stands.items()}
        best = np.max([worth[name] for name in self.leaders], axis=0)
        other = np.max([np.full(best.shape, -np.inf), *(w for n, w in worth.items() if n not in self.leaders)], axis=0)
        # Of the worth before moves: after one, all worths may be near zero, and so would be the slack.
        slack = ROUNDING * np.nanmax(np.abs([stand.gap for stand in self.now.values()]))
        with np.errstate(invalid="ignore"):  # -inf less -inf: no option may be recommended
            gap: Array = best - other
        return Judgement(~(other > best + slack), np.where(np.isfinite(gap), gap, np.nan))
