"""Turning points: where a condition changes as one input moves; many inputs, one at a time, in a few batches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.studies.batch import CHUNK, chunk_of
from fibercap.studies.movable_inputs import Lever, input_samples

if TYPE_CHECKING:
    from collections.abc import Collection

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario

DOWN: Final = (0.99, 0.9, 0.75, 0.5, 0.25, 0.0)
UP: Final = (1.01, 1.1, 1.25, 1.5, 1.75, 2.0)
INSIDE: Final = 12
"""Points inside a bracket in each pass."""
PASSES: Final = 3
_SAMPLE: Final = re.compile(r"\bsample (\d+)")
"""How an error names the sample that is refused."""

Truth = npt.NDArray[np.bool_]
Move = tuple[Lever, float]


class Judgement(NamedTuple):
    """Whether a condition holds in each sample, (sample,), and its gap, zero where it turns and nan if unknown."""

    holds: Truth
    gap: Array


Judge = Callable[[Projection], Mapping[str, Judgement]]
SamplesJudge = Callable[[Mapping[str, Any]], Mapping[str, Judgement]]
MovesJudge = Callable[[Sequence[Move]], tuple[Mapping[str, Judgement], Truth]]
"""Returns by name what holds after each move, (move,), and which moves are allowed."""
Grid = Callable[[Lever], Sequence[float]]
"""Returns the factors on a lever that are tried first, on each side outwards."""


@dataclass(frozen=True)
class Turn:
    """The first factor on a lever, seen from 1 outwards, at which a condition turns."""

    lever: Lever
    factor: float

    @property
    def distance(self) -> float:
        """The distance from the present value, as a share of it."""
        return abs(self.factor - 1.0)


class _Bracket(NamedTuple):
    lever: Lever
    inner: float
    outer: float
    gaps: tuple[float, float]


def judge_moves(
    scenario: Scenario, moves: Sequence[Move], judge: Judge, chunk: int | None = None
) -> tuple[dict[str, Judgement], Truth]:
    """Project a scenario once for each move of a lever, and judge each; moves that it does not allow are left out.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    moves : sequence of (Lever, float)
        Levers and the factors on them, one for each projection.
    judge : callable
        Returns which conditions hold in each sample of a projection, by name.
    chunk : int, optional
        How many moves are projected together; as many as fit in memory if not given.

    Returns
    -------
    tuple
        The judgements by name, (move,), with nan gaps for moves that are not allowed; and which moves are allowed.
    """
    chunk = chunk or chunk_of(scenario)
    return judge_samples(lambda each: judge(project(scenario.with_samples(each))), moves, chunk)


def judge_samples(judge: SamplesJudge, moves: Sequence[Move], chunk: int = CHUNK) -> tuple[dict[str, Judgement], Truth]:
    """Judge moves as `judge_moves` does, by a judge that takes the samples of inputs and projects them itself."""
    allowed = np.ones(len(moves), dtype=bool)
    judgements: dict[str, Judgement] = {}
    waiting = [list(range(start, min(start + chunk, len(moves)))) for start in range(0, len(moves), chunk)]
    while waiting:
        rows = [row for row in waiting.pop() if allowed[row]]
        if not rows:
            continue
        try:
            part = judge(input_samples([moves[row] for row in rows]))
        except FibercapError as error:
            waiting += _forbid(rows, moves, allowed, error)
            continue
        for name, verdict in part.items():
            all_moves = judgements.setdefault(name, Judgement(np.zeros(len(moves), bool), np.full(len(moves), np.nan)))
            all_moves.holds[rows], all_moves.gap[rows] = verdict.holds, verdict.gap
    return judgements, allowed


def judge_move(scenario: Scenario, move: Move, judge: Judge) -> tuple[Mapping[str, Judgement], str]:
    """Return the judgements of one move and "", or nothing and why the scenario does not allow the move."""
    try:
        return judge(project(scenario.with_samples(input_samples([move])))), ""
    except ScenarioError as error:
        return {}, error.problems[0].sentence().replace(" in sample 0", "")
    except FibercapError as error:
        return {}, str(error)


def _forbid(rows: list[int], moves: Sequence[Move], allowed: Truth, error: FibercapError) -> list[list[int]]:
    """Mark the moves that an error names, and all that go further, as not allowed; return the rows to try again."""
    sentences = [p.found for p in error.problems] if isinstance(error, ScenarioError) else [str(error)]
    named = {int(match[1]) for text in sentences for match in [_SAMPLE.search(text)] if match}
    for row in named:
        lever, factor = moves[rows[row]]
        side = 1.0 if factor > 1.0 else -1.0
        for other, (same, further) in enumerate(moves):
            if same is lever and side * (further - 1.0) >= side * (factor - 1.0):
                allowed[other] = False
    if named:
        return [rows]
    if len(rows) == 1:
        allowed[rows] = False
        return []
    return [rows[: len(rows) // 2], rows[len(rows) // 2 :]]  # the error names no move: try each half alone


def turns(
    scenario: Scenario,
    levers: Sequence[Lever],
    judge: Judge,
    base: Mapping[str, Judgement],
    among: Mapping[str, Collection[str]] | None = None,
    passes: int = PASSES,
) -> dict[str, list[Turn]]:
    """Return where each condition turns as one lever at a time is moved up to twice its value, or down to zero.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    levers : sequence of Lever
        The levers.
    judge : callable
        Returns which conditions hold in each sample of a projection, by name.
    base : mapping
        By name, the judgement of the plan as it is.
    among : mapping, optional
        By name, the levers that the condition depends on. If given, only its nearest turn is returned (several if they
        tie); else the nearest turn of each lever.
    passes : int
        How often the bracket of a turn is narrowed, with twelve points each time.

    Returns
    -------
    dict
        By name, the turns, nearest first; empty if no lever turns the condition.
    """
    if among is not None:
        asked = {name for names in among.values() for name in names}
        levers = [lever for lever in levers if lever.name in asked]
    return turns_of(lambda moves: judge_moves(scenario, moves, judge), levers, base, among, passes)


def turns_of(
    judge: MovesJudge,
    levers: Sequence[Lever],
    base: Mapping[str, Judgement],
    among: Mapping[str, Collection[str]] | None = None,
    passes: int = PASSES,
    grid: Grid | None = None,
) -> dict[str, list[Turn]]:
    """Return where each condition turns, as `turns` does, with another judge and another grid of factors.

    Parameters
    ----------
    judge : callable
        Returns which conditions hold after each of some moves, and which moves are allowed.
    levers, base, among, passes
        As in `turns`.
    grid : callable, optional
        Returns the factors on a lever that are tried first; if not given, twelve factors from 0 to 2.
    """
    nearest = among is not None
    moves = [(lever, factor) for lever in levers for factor in (grid or usual_grid)(lever)]
    judgements, allowed = judge(moves)
    brackets = {name: _brackets(moves, allowed, judgements[name], base[name]) for name in base} if judgements else {}
    if among is not None:
        brackets = {name: [b for b in list_ if b.lever.name in among[name]] for name, list_ in brackets.items()}
    for _ in range(passes):
        brackets = {name: _worth_a_look(list_, nearest=nearest) for name, list_ in brackets.items()}
        inner = [(b.lever, f) for list_ in brackets.values() for b in list_ for f in _points(b)]
        if not inner:
            break
        judgements, allowed = judge(inner)
        start = 0
        for name, list_ in brackets.items():
            narrowed = []
            for bracket in list_:
                part = slice(start, start + INSIDE)
                narrowed.append(_narrow(bracket, inner[part], allowed[part], judgements.get(name), part, base[name]))
                start += INSIDE
            brackets[name] = narrowed
    return {name: _turns(list_, nearest=nearest) for name, list_ in brackets.items()}


def usual_grid(lever: Lever) -> list[float]:
    """Return the factors to try, on each side outwards, within the bounds of the lever and including them."""
    factors = []
    for side, edge in ((DOWN, lever.low), (UP, lever.high)):
        inside = [f for f in side if lever.low <= f <= lever.high]
        if np.isfinite(edge) and len(inside) < len(side) and edge != 1.0:
            inside.append(edge)
        factors += inside
    return factors


def _brackets(moves: Sequence[Move], allowed: Truth, verdict: Judgement, base: Judgement) -> list[_Bracket]:
    """Return, for each lever and side, the factors between which the condition first turns."""
    brackets, before = [], None
    done = False
    for row, (lever, factor) in enumerate(moves):
        side = (lever, factor > 1.0)
        if before is None or before[0] != side:
            before, done = (side, 1.0, float(base.gap[0])), False
        if done or not allowed[row]:
            continue
        if verdict.holds[row] != base.holds[0]:
            brackets.append(_Bracket(lever, before[1], factor, (before[2], float(verdict.gap[row]))))
            done = True
        before = (side, factor, float(verdict.gap[row]))
    return brackets


def _worth_a_look(brackets: list[_Bracket], *, nearest: bool) -> list[_Bracket]:
    if not nearest or not brackets:
        return brackets
    most = min(abs(b.outer - 1.0) for b in brackets)
    return [b for b in brackets if abs(b.inner - 1.0) <= most]  # the others begin beyond where the nearest ends


def _points(bracket: _Bracket) -> list[float]:
    return [float(factor) for factor in np.linspace(bracket.inner, bracket.outer, INSIDE + 2)[1:-1]]


def _narrow(
    bracket: _Bracket,
    moves: Sequence[Move],
    allowed: Truth,
    verdict: Judgement | None,
    part: slice,
    base: Judgement,
) -> _Bracket:
    """Return the narrower bracket in which the condition first turns."""
    inner, gap = bracket.inner, bracket.gaps[0]
    if verdict is None:
        return bracket
    for (lever, factor), may, holds, value in zip(moves, allowed, verdict.holds[part], verdict.gap[part], strict=True):
        if not may:
            continue
        if holds != base.holds[0]:
            return _Bracket(lever, inner, factor, (gap, float(value)))
        inner, gap = factor, float(value)
    return _Bracket(bracket.lever, inner, bracket.outer, (gap, bracket.gaps[1]))


def _turns(brackets: list[_Bracket], *, nearest: bool) -> list[Turn]:
    by_distance = sorted((Turn(b.lever, _root(b)) for b in brackets), key=lambda turn: turn.distance)
    if nearest and by_distance:
        slack = by_distance[0].distance * (1 + 1e-6) + 1e-9  # two levers that scale one number tie but for rounding
        return [turn for turn in by_distance if turn.distance <= slack]
    first: dict[Lever, Turn] = {}
    for turn in by_distance:
        first.setdefault(turn.lever, turn)
    return list(first.values())


def _root(bracket: _Bracket) -> float:
    """Return the factor in a bracket at which the gap, on a straight line, is zero; the outer end if unknown."""
    inner, outer = bracket.gaps
    if np.isfinite(inner) and np.isfinite(outer) and inner * outer <= 0 and inner != outer:
        return bracket.inner + (bracket.outer - bracket.inner) * inner / (inner - outer)
    return bracket.outer
