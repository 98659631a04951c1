"""At which value of an input a measure is what one wants: break-even, and everything like it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.model.measures import measure_named
from fibercap.model.projection import Projection, project
from fibercap.studies.levers import Handle, Lever, lever
from fibercap.studies.turning import Verdict, judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.units import Array
    from fibercap.model.scenario import Scenario

POINTS: Final = 129
"""How many values are looked at; two roots between neighbors go unseen."""
MOST: Final = 4.0
INSIDE: Final = 16
PASSES: Final = 3
NEAR: Final = 1e-6
"""Share of the measures' range within which a root counts as met."""


@dataclass(frozen=True)
class Root:
    """One answer: the factor on the input, its value where it is one number, and what the measure then is."""

    factor: float
    value: float | None
    result: float


@dataclass(frozen=True)
class Solution:
    """Where a measure equals a target as one input is moved between two factors; `ends` is the measure there.

    `jumps` are the factors across which it leaps over the target without being it.
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
    moves: bool


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
        What it is to be, in its unit.
    vary : str
        The path of the input. Its values over time move together.
    between : tuple of float, optional
        The least and the most to look at: values of a single number in house units, factors on several values. By
        default from nothing up to four times the present value, within the input's bounds.

    Raises
    ------
    FibercapError
        If there is no such measure or input, the input cannot be moved, or it is zero and nothing says how far to look.

    Source
    ------
    Own derivation: the measure is computed at 129 values in one batch; each change of sign is closed in on in three
    more, and then taken on a straight line between two near points.
    """
    whole = project(scenario)
    found = measure_named(whole, measure)
    moved, low, high = _range(lever(scenario, vary), between)
    factors = np.linspace(low, high, POINTS)
    values = _values(scenario, moved, factors, measure)
    known = np.flatnonzero(np.isfinite(values))
    moves = bool(len(known)) and bool(np.ptp(values[known]) > 1e-12 * max(np.abs(values[known]).max(), 1e-300))
    roots: list[float] = []
    if moves:
        brackets = _brackets(factors, values - target)
        for _ in range(PASSES):
            brackets = _narrowed(scenario, moved, brackets, measure, target)
        roots = [_crossing(*bracket) for bracket in brackets]
    results = _values(scenario, moved, np.array(roots), measure) if roots else np.zeros(0)
    slack = NEAR * max(float(np.ptp(values[known])) if len(known) else 0.0, abs(target), 1e-300)
    met = [bool(abs(result - target) <= slack) for result in results]
    answers = [
        Root(f, moved.at(f) if moved.alone else None, float(r))
        for f, r, ok in zip(roots, results, met, strict=True)
        if ok
    ]
    return Solution(
        measure,
        found.label,
        found.unit,
        target,
        moved,
        found.value,
        tuple(answers),
        tuple(factor for factor, ok in zip(roots, met, strict=True) if not ok),
        (low, high),
        (_defined(values[0]), _defined(values[-1])),
        moves,
    )


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _range(moved: Lever, between: tuple[float, float] | None) -> tuple[Lever, float, float]:
    """Return the lever, one that starts from zero moved by its own unit, and the factors to look between."""
    zero = all(handle.value == 0 for handle in moved.handles)
    if zero:
        handles = tuple(Handle(h.path, h.value, 1.0, h.unit) for h in moved.handles)
        moved = replace(moved, handles=handles)
        if between is None:
            usual = {"month": 24.0, "": 1.0 if moved.share else 0.0}.get(moved.unit, 0.0)
            if not usual:
                raise FibercapError(f"`{moved.name}` is zero; say between which values to look")
            between = (0.0, usual)
    if between is None:
        return moved, max(moved.low, 0.0), min(moved.high, MOST)
    if not between[0] < between[1]:
        raise FibercapError("the lower end is not below the upper one; turn them round")
    if not moved.alone:
        return moved, *between
    first = moved.handles[0]
    ends = sorted(1.0 + (value - first.value) / first.slope for value in between)
    return moved, ends[0], ends[1]


def _values(scenario: Scenario, moved: Lever, factors: Array, measure: str) -> Array:
    """Return a measure at each factor on a lever, nan where it is undefined or the scenario does not allow it."""

    def judge(projection: Projection) -> dict[str, Verdict]:
        values = np.broadcast_to(measure_named(projection, measure).values, (projection.draws,))
        return {measure: Verdict(np.isfinite(values), values)}

    found, _ = judged(scenario, [(moved, float(factor)) for factor in factors], judge)
    return found[measure].gap if measure in found else np.full(len(factors), np.nan)


Bracket = tuple[float, float, float, float]


def _brackets(factors: Array, gaps: Array) -> list[Bracket]:
    """Return where neighbors lie on two sides of zero, or one on it: two factors and the gaps there."""
    found = []
    for k in range(len(factors) - 1):
        one, two = gaps[k], gaps[k + 1]
        if np.isfinite(one) and np.isfinite(two) and one * two < 0:
            found.append((float(factors[k]), float(factors[k + 1]), float(one), float(two)))
    met = (k for k in range(len(factors)) if gaps[k] == 0.0)
    return sorted([*found, *((float(factors[k]), float(factors[k]), 0.0, 0.0) for k in met)])


def _narrowed(
    scenario: Scenario, moved: Lever, brackets: Sequence[Bracket], measure: str, target: float
) -> list[Bracket]:
    """Return narrower brackets, all of them looked into in one batch."""
    open_ = [b for b in brackets if b[0] < b[1]]
    inner = [np.linspace(low, high, INSIDE + 2)[1:-1] for low, high, _, _ in open_]
    if not inner:
        return list(brackets)
    gaps = _values(scenario, moved, np.concatenate(inner), measure) - target
    found = [b for b in brackets if b[0] == b[1]]
    for number, (low, high, one, two) in enumerate(open_):
        part = gaps[number * INSIDE : (number + 1) * INSIDE]
        found += _brackets(np.array([low, *inner[number], high]), np.array([one, *part, two]))
    return sorted(found)


def _crossing(low: float, high: float, one: float, two: float) -> float:
    return low if one == two else low + (high - low) * one / (one - two)
