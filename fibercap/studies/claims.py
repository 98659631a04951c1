"""Tests of a scenario's claims on a projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.language.tolerance import POINT, POINTED
from fibercap.core.language.unit_words import in_words, unit_mismatch
from fibercap.core.timeline import FLOW, STOCK
from fibercap.core.trees.tree import place_of
from fibercap.model.plan.claim import Multiple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fibercap.core.language.tolerance import Tolerance
    from fibercap.core.units import Array
    from fibercap.model.loans.covenants.covenant import Covenant
    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.claim import Claim
    from fibercap.model.projection import Projection

WORDS: Final = {
    "above": "more than",
    "at_least": "at least",
    "below": "less than",
    "at_most": "at most",
    "about": "about",
}
ROUNDING: Final = 1e-9
"""Relative difference below which a value counts as its limit."""


@dataclass(frozen=True)
class Outcome:
    """The result of testing a claim. `margin` is value / limit - 1; positive is above the limit.

    `evidence` is the weakest kind of input that the value depends on; "" if there is none.
    """

    name: str
    says: str
    subject: str
    when: str
    comparator: str
    holds: bool
    expected: bool
    value: float | None
    limit: float
    unit: str
    reason: str = ""
    note: str = ""
    source: str = ""
    evidence: str = ""
    within: Tolerance | None = None

    @property
    def off(self) -> str:
        """How far the value lies above its limit: in points if the claim is in points, else in percent of the limit."""
        if self.within is not None and self.within.points and self.value is not None:
            return f"{(self.value - self.limit) / POINT:+.1f} points"
        return f"{self.margin:+.1%}" if self.margin is not None else ""

    @property
    def tolerance_text(self) -> str:
        """The tolerance, to follow the limit in a sentence: ` within 5 points`; "" if it is not in points."""
        return f" within {self.within}" if self.within is not None and self.within.points else ""

    @property
    def margin(self) -> float | None:
        """How far the value lies above its limit, as a share of the limit."""
        return None if self.value is None or self.limit == 0 else self.value / self.limit - 1

    @property
    def as_expected(self) -> bool:
        """Whether the claim holds or fails as the scenario expects."""
        return self.holds == self.expected


def outcomes(projection: Projection, measures: Mapping[str, Measure] | None = None) -> dict[str, Outcome]:
    """Test every claim of the scenario on the first sample of its projection.

    Parameters
    ----------
    projection : Projection
        The projection of the scenario.
    measures : mapping, optional
        Its measures, if the caller has computed them.

    Raises
    ------
    ScenarioError
        If a claim names no row or measure, is about a time outside the horizon, or compares different units. A claim
        that cannot be tested never passes.
    """
    needs_measures = any(claim.measure for claim in projection.scenario.claims.values())
    by_name = measures if measures is not None else (projection.measures if needs_measures else {})
    problems: list[Problem] = []
    tested: dict[str, Outcome] = {}
    for name, claim in projection.scenario.claims.items():
        result = _outcome(projection, by_name, name, claim)
        if isinstance(result, Problem):
            keys = tuple(result.path.split("."))
            place = place_of(projection.scenario.tree, keys)
            problems.append(Problem(result.path, result.code, result.found, result.wanted, result.hint, place))
        else:
            tested[name] = result
    if problems:
        raise ScenarioError(projection.scenario.file, problems)
    return tested


@dataclass(frozen=True)
class ClaimValues:
    """A claim's value and limit in every sample, (sample,), and whether it holds; it never does if undefined."""

    value: Array
    limit: Array
    holds: npt.NDArray[np.bool_]
    unit: str
    reason: str = ""


def claim_values(
    projection: Projection, measures: Mapping[str, Measure], name: str, claim: Claim
) -> ClaimValues | Problem:
    """Test one claim on every sample; return a Problem if it cannot be tested."""
    problem = problem_with_subject(projection, measures, f"claims.{name}", claim)
    if problem is not None:
        return problem
    row, measure = projection.rows.get(claim.row), measures.get(claim.measure)
    unit = row.unit if row else (measure.unit if measure else "")
    value = _value_at(projection, claim.row, claim.when) if row or measure is None else measure.values
    if isinstance(value, str):
        return Problem(f"claims.{name}.when", "outside_horizon", f"`{claim.when}`", value, "choose a time the row has")
    limit = _limit(projection, name, claim, unit)
    if isinstance(limit, Problem):
        return limit
    if claim.within.points and unit not in POINTED:
        return _points_refused(name, claim, unit)
    value, limit = (np.broadcast_to(numbers, (projection.samples,)) for numbers in (value, limit))
    keeps = holds(claim.limit[0], value, limit, claim.within.room(limit))
    reason = row.undefined if row else (measure.reason if measure else "")
    return ClaimValues(value, limit, keeps & ~np.isnan(value), unit, reason)


def _points_refused(name: str, claim: Claim, unit: str) -> Problem:
    """Return the problem of a tolerance in points for a value that is no share, ratio or rate."""
    text = f"`{claim.within}` of {in_words(unit)}, `{claim.row or claim.measure}`"
    share = "write a share of the limit, such as `5 %`"
    return Problem(f"claims.{name}.within", "wrong_dimension", text, "points of a share, a ratio or a rate", share)


def _outcome(projection: Projection, measures: Mapping[str, Measure], name: str, claim: Claim) -> Outcome | Problem:
    values = claim_values(projection, measures, name, claim)
    if isinstance(values, Problem):
        return values
    value = None if np.isnan(values.value[0]) else float(values.value[0])
    return Outcome(
        name=name,
        says=claim.says,
        subject=claim.row or claim.measure,
        when=claim.when,
        comparator=claim.limit[0],
        holds=bool(values.holds[0]),
        expected=claim.expect == "holds",
        value=value,
        limit=float(values.limit[0]),
        unit=values.unit,
        reason="" if value is not None else values.reason,
        note=claim.note,
        source=claim.source,
        evidence="" if value is None else _evidence(projection, measures, claim),
        within=claim.within if claim.limit[0] == "about" else None,
    )


def _evidence(projection: Projection, measures: Mapping[str, Measure], claim: Claim) -> str:
    return projection.evidence.weakest([claim.row]) if claim.row else measures[claim.measure].evidence


def problem_with_subject(
    projection: Projection, measures: Collection[str], path: str, claim: Claim | Covenant
) -> Problem | None:
    """Return a Problem if the row or measure of a claim or covenant does not exist, else None.

    Parameters
    ----------
    projection : Projection
        The projection of the plan.
    measures : collection of str
        The names of its measures.
    path : str
        The path of the claim or covenant, for the message.
    claim : Claim or Covenant
        What names the row or measure.
    """
    rows = projection.period_rows
    if claim.row and claim.row not in rows:
        hint = did_you_mean(claim.row, rows_of_block(claim.row, list(rows)), "rows")
        return Problem(f"{path}.row", "no_such_row", f"`{claim.row}`, which matches no row", "a row of the model", hint)
    if claim.measure and claim.measure not in measures:
        hint = did_you_mean(claim.measure, measures, "measures")
        text = f"`{claim.measure}`, which matches no measure"
        return Problem(f"{path}.measure", "no_such_measure", text, "a measure", hint)
    return None


def _limit(projection: Projection, name: str, claim: Claim, unit: str) -> Array | Problem:
    """Return a claim's limit in the unit of its row or measure, (sample,) or (1,)."""
    comparator, written = claim.limit
    where = f"claims.{name}.{comparator}"
    if isinstance(written, Multiple):
        base = _value_at(projection, claim.row, written.of) if claim.row else "a row, for a measure has no other time"
        if isinstance(base, str) or np.isnan(base[0]):
            wanted = base if isinstance(base, str) else "a defined value"
            return Problem(f"{where}.of", "outside_horizon", f"`{written.of}`", wanted, "choose another")
        return np.asarray(written.times.reshape(-1) * base)
    limit = written.amount.in_unit(unit)
    if limit is None:
        return Problem(where, "wrong_dimension", *unit_mismatch(written.amount.unit, unit))
    return np.asarray([limit])


def rows_of_block(word: str, rows: list[str]) -> list[str]:
    """Return the rows of the same block as a word; all rows if it has none. It keeps a hint short."""
    stem = word.rsplit(".", 1)[0]
    return [row for row in rows if row.startswith(f"{stem}.")] or rows


def _value_at(projection: Projection, row: str, when: str) -> Array | str:
    """Return a row's value at a time, (sample,), nan where undefined; or, as a text, which times the row has.

    A flow is summed over the time, a stock is taken at its end, a rate is averaged.
    """
    timeline, nature = projection.timeline, projection.rows[row].nature
    value = projection.value(row)
    if when == "in total":
        return np.asarray(value.sum(axis=-1)) if nature == FLOW else "one time: only flows have a total"
    span = timeline.span(when.removeprefix("end of "))
    inside = span is not None and timeline.origin <= span[0] and span[1] <= timeline.ends[-1]
    if span is None or not inside:
        return f"a time from {timeline.start} to {timeline.end}"
    first, last = span[0] - timeline.origin, span[1] - timeline.origin
    if (first % timeline.months and not when.startswith("end of ")) or last % timeline.months:
        return f"whole periods of the model, which steps by {timeline.step}"
    part = value[..., first // timeline.months : last // timeline.months]
    if nature == STOCK or when.startswith("end of "):
        return np.asarray(part[..., -1])
    return np.asarray(part.sum(axis=-1) if nature == FLOW else part.mean(axis=-1))


def holds(comparator: str, value: Array, limit: Array, room: Array) -> npt.NDArray[np.bool_]:
    """Tell whether values keep their limits, (sample,).

    Parameters
    ----------
    comparator : str
        One of `WORDS`.
    value, limit : (sample,)
        The values and their limits, in one unit.
    room : (sample,) or (1,)
        The largest difference that `about` allows, in the same unit; other comparators ignore it.
    """
    # A value may be infinite, debt over no EBITDA; times ROUNDING it would excuse any breach.
    slack = ROUNDING * np.maximum(np.where(np.isfinite(value), np.abs(value), 0.0), np.abs(limit))
    keeps = {
        "above": value > limit + slack,
        "at_least": value >= limit - slack,
        "below": value < limit - slack,
        "at_most": value <= limit + slack,
        "about": np.abs(value - limit) <= room + slack,
    }[comparator]
    return np.asarray(keeps)
