"""Solving: the values of an input at which a measure equals a target, such as break-even."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.measures.measure import number_in_words
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.studies.findings import faults
from fibercap.studies.movable_inputs import Handle, Lever, input_samples, lever
from fibercap.studies.turning_points import Judgement, Truth, judge_move, judge_moves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario

POINTS: Final = 129
"""How many values are tried first; two roots between neighboring values may be missed."""
MOST: Final = 4.0
INSIDE: Final = 16
PASSES: Final = range(3, 13)
"""How often brackets are narrowed, at least and at most; three times is enough unless the range is very wide."""
NEAR: Final = 1e-6
"""Share of the measure's range within which its value at a root must equal the target."""
Bracket = tuple[float, float, float, float]


@dataclass(frozen=True)
class Root:
    """One solution: the factor on the input, its value (None for several values), and the measure there.

    `faults` are broken covenants and missing cash or funding of the plan at this value.
    """

    factor: float
    value: float | None
    result: float
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Solution:
    """The values of an input, between two factors, at which a measure equals a target.

    `jumps` are factors at which the measure jumps over the target without taking its value. `between` are the two ends
    of the range; if the plan does not allow all of it, `refused` says why, and the ends are those that it allows. At
    both ends, `ends` is the measure and `end_faults` is what is wrong with the plan. `reason` says why the measure is
    undefined in the plan as it is, if so.
    """

    measure: str
    label: str
    unit: str
    target: float
    lever: Lever
    present: float | None
    roots: tuple[Root, ...]
    jumps: tuple[float, ...]
    between: tuple[float, float]
    ends: tuple[float | None, float | None]
    end_faults: tuple[tuple[str, ...], tuple[str, ...]]
    moves: bool
    reason: str = ""
    refused: str = ""

    def __repr__(self) -> str:
        """Return the solutions on one line."""
        met = ", ".join(f"{root.factor:.6g}" for root in self.roots) or "none"
        target = f"{number_in_words(self.target)} {self.unit}".rstrip()
        return f"<Solution: {self.measure} is {target} where {self.lever.name} is so many times itself: {met}>"

    @property
    def throughout(self) -> bool:
        """Whether the measure equals the target whatever the input is."""
        now = np.nan if self.present is None else self.present
        return not self.moves and bool(abs(now - self.target) <= NEAR * abs(self.target))


def solve(
    scenario: Scenario, measure: str, target: float, vary: str, between: tuple[float, float] | None = None
) -> Solution:
    """Return every value of an input at which a measure equals a target.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    measure : str
        Its name, such as `project_npv` or `all_in_cost.fleet`.
    target : float
        The value to reach, in the unit of the measure.
    vary : str
        The path of the input. Its values over time move together.
    between : tuple of float, optional
        Search range: values of a single number in house units, factors on several values. By default from 0 to 4 times
        the present value, within the input's bounds.

    Raises
    ------
    FibercapError
        If there is no such measure or input, the input cannot be moved, or it is zero and no range is given.

    Source
    ------
    Own derivation: the measure is computed at 129 values in one batch. Each interval in which its difference to the
    target changes sign is narrowed in further batches, and the root interpolated on a straight line, until the measure
    equals the target there.
    """
    projection = project(scenario)
    now = measure_named(projection, measure)
    moved, low, high = _range(lever(scenario, vary), between)
    factors = np.linspace(low, high, POINTS)
    values, refused = _values(scenario, moved, factors, measure)
    known = np.flatnonzero(np.isfinite(values))
    reach = float(np.ptp(values[known])) if len(known) else 0.0
    moves = bool(len(known)) and reach > 1e-12 * max(float(np.abs(values[known]).max()), 1e-300)
    slack = NEAR * max(reach, abs(target), 1e-300)  # 1e-300: above zero, where all is zero
    roots, jumps = _roots(
        scenario, moved, _brackets(factors, values - target) if moves else [], (measure, target, slack)
    )
    within = np.flatnonzero(~refused)
    first, last = (int(within[0]), int(within[-1])) if len(within) else (0, POINTS - 1)
    return Solution(
        measure, now.label, now.unit, target, moved, now.value,
        roots=tuple(
            Root(f, moved.value_at(f) if moved.alone else None, result, _faults(scenario, moved, f))
            for f, result in roots
        ),
        jumps=tuple(jumps),
        between=(float(factors[first]), float(factors[last])),
        ends=(_none_if_nan(values[first]), _none_if_nan(values[last])),
        end_faults=(
            _faults(scenario, moved, float(factors[first])) if len(within) else (),
            _faults(scenario, moved, float(factors[last])) if len(within) else (),
        ),
        moves=moves,
        reason=now.reason if now.value is None else "",
        refused=_refusal(scenario, moved, factors, refused),
    )  # fmt: skip


def _roots(
    scenario: Scenario, moved: Lever, brackets: list[Bracket], wanted: tuple[str, float, float]
) -> tuple[list[tuple[float, float]], list[float]]:
    """Narrow brackets until each holds a root or a jump; return the roots with the measure there, and the jumps."""
    measure, target, slack = wanted
    for number in range(1, PASSES.stop):
        brackets = _narrow(scenario, moved, brackets, measure, target)
        if number < PASSES.start:
            continue
        crossings = [_crossing(*bracket) for bracket in brackets]
        results = _values(scenario, moved, np.array(crossings), measure)[0] if crossings else np.zeros(0)
        met = np.abs(results - target) <= slack
        if met.all():
            break
    pairs = list(zip(crossings, results.tolist(), met.tolist(), strict=True))
    return [(f, value) for f, value, ok in pairs if ok], [f for f, _, ok in pairs if not ok]


def _refusal(scenario: Scenario, moved: Lever, factors: Array, refused: Truth) -> str:
    """Say why the plan refuses a factor next to those that it allows; "" if it allows all."""
    if not refused.any():
        return ""
    allowed = np.flatnonzero(~refused)
    beside = [k for k in np.flatnonzero(refused) if not len(allowed) or np.abs(allowed - k).min() == 1]
    return judge_move(scenario, (moved, float(factors[beside[0]])), lambda _: {})[1]


def _faults(scenario: Scenario, moved: Lever, factor: float) -> tuple[str, ...]:
    """Return what is wrong with the plan at a factor that it allows."""
    return tuple(finding.fault for finding in faults(project(scenario.with_samples(input_samples([(moved, factor)])))))


def _none_if_nan(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _range(moved: Lever, between: tuple[float, float] | None) -> tuple[Lever, float, float]:
    """Return the lever and the lowest and highest factor; an input that is zero is moved by units, not by shares."""
    zero = all(handle.value == 0 for handle in moved.handles)
    if zero:
        handles = tuple(Handle(h.path, h.value, 1.0, h.unit) for h in moved.handles)
        moved = replace(moved, handles=handles)
        if between is None:
            usual = {"month": 24.0, "": 1.0 if moved.share else 0.0}.get(moved.unit, 0.0)
            if not usual:
                raise FibercapError("no_range", f"`{moved.name}` is zero", "give the values to search between")
            between = (0.0, usual)
    if between is None:
        return moved, max(moved.low, 0.0), min(moved.high, MOST)
    if not between[0] < between[1]:
        raise FibercapError("no_range", "the lower end is not below the upper one", "swap them")
    if not moved.alone:
        return moved, *between
    first = moved.handles[0]
    ends = sorted(1.0 + (value - first.value) / first.slope for value in between)
    return moved, ends[0], ends[1]


def _values(scenario: Scenario, moved: Lever, factors: Array, measure: str) -> tuple[Array, Truth]:
    """Return a measure at each factor on a lever, nan where undefined; and which factors the plan refuses."""

    def judge(projection: Projection) -> dict[str, Judgement]:
        values = np.broadcast_to(measure_named(projection, measure).values, (projection.samples,))
        return {measure: Judgement(np.isfinite(values), values)}

    judgements, allowed = judge_moves(scenario, [(moved, float(factor)) for factor in factors], judge)
    return judgements[measure].gap if measure in judgements else np.full(len(factors), np.nan), ~allowed


def _brackets(factors: Array, gaps: Array) -> list[Bracket]:
    """Return the pairs of neighboring factors between which the gap changes sign, or that have no gap."""
    brackets = []
    for k in range(len(factors) - 1):
        one, two = gaps[k], gaps[k + 1]
        if np.isfinite(one) and np.isfinite(two) and one * two < 0:
            brackets.append((float(factors[k]), float(factors[k + 1]), float(one), float(two)))
    # Exactly met at a point that was tried: no sign changes beside it, so it is a bracket without width.
    met = (k for k in range(len(factors)) if gaps[k] == 0.0)
    return sorted([*brackets, *((float(factors[k]), float(factors[k]), 0.0, 0.0) for k in met)])


def _narrow(
    scenario: Scenario, moved: Lever, brackets: Sequence[Bracket], measure: str, target: float
) -> list[Bracket]:
    """Return narrower brackets; points within all of them are computed in one batch."""
    open_ = [b for b in brackets if b[0] < b[1]]
    inner = [np.linspace(low, high, INSIDE + 2)[1:-1] for low, high, _, _ in open_]
    if not inner:
        return list(brackets)
    gaps = _values(scenario, moved, np.concatenate(inner), measure)[0] - target
    narrower = [b for b in brackets if b[0] == b[1]]
    for number, (low, high, one, two) in enumerate(open_):
        part = gaps[number * INSIDE : (number + 1) * INSIDE]
        narrower += _brackets(np.array([low, *inner[number], high]), np.array([one, *part, two]))
    return sorted(narrower)


def _crossing(low: float, high: float, one: float, two: float) -> float:
    return low if one == two else low + (high - low) * one / (one - two)
