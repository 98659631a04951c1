"""Tests of the loans' covenants on their dates, with the room left to each limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.tree import place_of
from fibercap.core.unit_words import unit_mismatch
from fibercap.model.cash.lock_up import locked_row
from fibercap.model.loans.covenant_dates import dates_of, refusal
from fibercap.model.measures.all_measures import measure_named, names
from fibercap.studies.claims import ROUNDING, holds, problem_with_subject
from fibercap.studies.covenant_values import values_on

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.covenant import Covenant
    from fibercap.model.projection import Projection

PASS: Final = "PASS"  # noqa: S105 - a verdict
FAIL: Final = "FAIL"
NOT_TESTED: Final = "NOT TESTED"
IN_TOTAL: Final = "in total"
NO_DATE: Final = "no date on which it is tested falls within the horizon"


@dataclass(frozen=True)
class CovenantTest:
    """One test: its date, the value, the room left to the limit, `headroom` (that room / limit), and whether it holds.

    The value is infinite where debt is owed and EBITDA is not positive; this breaks any limit.
    """

    when: str
    value: float
    room: float
    headroom: float | None
    holds: bool

    @property
    def on(self) -> str:
        """The date as part of a sentence: ` in 2002-04`; "" for a measure of the whole plan."""
        return "" if self.when == IN_TOTAL else f" in {self.when}"


@dataclass(frozen=True)
class UntestedDate:
    """A date on which a covenant's ratio is undefined, and why."""

    when: str
    reason: str


@dataclass(frozen=True)
class CovenantResult:
    """The result of testing a covenant: its tests, and the dates on which it could not be tested.

    `title` is what readers see: the title of the loan and what the covenant says.
    `locked` are the periods in which a planned dividend is barred because the row is beyond `lock_up`.
    """

    loan: str
    name: str
    says: str
    loan_title: str
    subject: str
    comparator: str
    limit: float
    unit: str
    tests: tuple[CovenantTest, ...]
    untested: tuple[UntestedDate, ...] = ()
    lock_up: float | None = None
    locked: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title of the loan, and what the covenant says."""
        return f"{self.loan_title}: {self.says}"

    @property
    def holds(self) -> bool | None:
        """Whether every test holds; None if there is no test: the covenant is then neither kept nor broken."""
        return all(test.holds for test in self.tests) if self.tests else None

    @property
    def is_broken(self) -> bool:
        """Whether some test does not hold."""
        return self.holds is False

    @property
    def verdict(self) -> str:
        """PASS, FAIL, or NOT TESTED."""
        return NOT_TESTED if self.holds is None else (PASS if self.holds else FAIL)

    @property
    def why_untested(self) -> str:
        """Why some or all dates were not tested; if there are several reasons, each with its number of dates."""
        if not self.untested:
            return "" if self.tests else NO_DATE
        counts: dict[str, int] = {}
        for date_ in self.untested:
            counts[date_.reason] = counts.get(date_.reason, 0) + 1
        several = len(counts) > 1
        return ", ".join(f"{reason} ({count})" if several else reason for reason, count in counts.items())

    @property
    def tightest(self) -> CovenantTest | None:
        """The test with the least room; the first of several that differ only by rounding."""
        least = min((test.room for test in self.tests), default=0.0)
        near = least + ROUNDING * abs(self.limit) if np.isfinite(least) else least
        return next((test for test in self.tests if test.room <= near), None)


def covenants(projection: Projection) -> dict[str, CovenantResult]:
    """Test every covenant of every loan on the first sample; return the results by `<loan>.<name>`.

    Raises
    ------
    ScenarioError
        If a covenant names no row or measure, or its limit is in another unit. A covenant that cannot be tested never
        passes.
    """
    problems: list[Problem] = []
    tested: dict[str, CovenantResult] = {}
    for loan, terms in projection.scenario.loans.items():
        for name, covenant in terms.covenants.items():
            outcome = _outcome(projection, loan, name, covenant)
            if isinstance(outcome, Problem):
                place = place_of(projection.scenario.tree, tuple(outcome.path.split(".")))
                problems.append(Problem(outcome.path, outcome.code, outcome.found, outcome.wanted, outcome.hint, place))
            else:
                tested[f"{loan}.{name}"] = outcome
    if problems:
        raise ScenarioError(projection.scenario.file, problems)
    return tested


@dataclass(frozen=True)
class SampledTests:
    """A covenant's values on its dates, (sample, date), nan where it is not tested; and its limit, (1, 1).

    `reasons` say, date by date, why the first sample is not tested; "" where it is.
    """

    when: tuple[str, ...]
    values: Array
    limit: Array
    unit: str
    comparator: str
    reasons: tuple[str, ...]

    @property
    def room(self) -> Array:
        """The room left to the limit, (sample, date); negative where it is broken."""
        sign = 1.0 if self.comparator in FLOORS else -1.0
        return sign * (self.values - self.limit)

    @property
    def holds(self) -> npt.NDArray[np.bool_]:
        """Whether the limit is kept, (sample, date); True where the covenant is not tested."""
        return holds(self.comparator, self.values, self.limit, np.zeros(1)) | np.isnan(self.values)


FLOORS: Final = frozenset({"above", "at_least"})


def sampled_tests(projection: Projection, loan: str, name: str, covenant: Covenant) -> SampledTests | Problem:
    """Test one covenant on every sample; return a Problem if it cannot be tested."""
    path = f"loans.{loan}.covenants.{name}"
    problem = problem_with_subject(projection, names(projection), path, covenant)
    if problem is not None:
        return problem
    measure = measure_named(projection, covenant.measure) if covenant.measure else None
    unit = measure.unit if measure else projection.rows[covenant.row].unit
    comparator, written = covenant.limit
    limit, level = written.in_unit(unit), covenant.lock_up and covenant.lock_up.in_unit(unit)
    for key, quantity, converted in ((comparator, written, limit), ("lock_up", covenant.lock_up, level)):
        if quantity is not None and converted is None:
            return Problem(f"{path}.{key}", "wrong_dimension", *unit_mismatch(quantity.unit, unit))
    limits, beyond = np.full((1, 1), limit), -np.inf if comparator in FLOORS else np.inf
    if measure is not None:
        values = np.broadcast_to(measure.values, (projection.samples,))[:, None]
        if measure.breaks_any_limit is not None:
            values = np.where(measure.breaks_any_limit[:, None], beyond, values)
        why_not = measure.reason if np.isnan(values[0, 0]) else ""
        return SampledTests((IN_TOTAL,), values, limits, unit, comparator, (why_not,))
    timeline, terms = projection.timeline, projection.scenario.loans[loan]
    row = projection.rows[covenant.tested_row]
    why = refusal(timeline, loan, terms, covenant, row, projection.value)
    if why is not None:
        return Problem(f"{path}.test", "not_on_dates", *why)
    dates = dates_of(timeline, loan, covenant, row)
    dated_values = list(values_on(projection, loan, dates, row, beyond))
    values = (
        np.stack([value for _, value, _ in dated_values], axis=-1)
        if dated_values
        else np.zeros((projection.samples, 0))
    )
    when, reasons = tuple(label for label, _, _ in dated_values), tuple(reason for _, _, reason in dated_values)
    return SampledTests(when, values, limits, unit, comparator, reasons)


def _outcome(projection: Projection, loan: str, name: str, covenant: Covenant) -> CovenantResult | Problem:
    results = sampled_tests(projection, loan, name, covenant)
    if isinstance(results, Problem):
        return results
    limit = float(results.limit[0, 0])
    dates = zip(
        results.when, results.values[0].tolist(), results.room[0].tolist(), results.holds[0].tolist(), strict=True
    )
    tests = tuple(
        CovenantTest(when, value, room, room / abs(limit) if limit else None, keeps)
        for when, value, room, keeps in dates
        if not np.isnan(value)
    )
    untested = (UntestedDate(when, why) for when, why in zip(results.when, results.reasons, strict=True) if why)
    level = covenant.lock_up
    return CovenantResult(
        loan=loan,
        name=name,
        says=covenant.says or name,
        loan_title=projection.scenario.loan_title(loan),
        subject=covenant.row or covenant.measure,
        comparator=results.comparator,
        limit=limit,
        unit=results.unit,
        tests=tests,
        untested=tuple(untested),
        lock_up=level.in_unit(results.unit) if level is not None else None,
        locked=_locked_periods(projection, locked_row(loan, name)),
    )


def _locked_periods(projection: Projection, row: str) -> tuple[str, ...]:
    """Return the periods whose dividends a lock-up bars."""
    if row not in projection.rows:
        return ()
    bars = np.concatenate([[0.0], projection.value(row)[0, :-1]])
    planned, trifle = projection.value("accounts.dividends_planned")[0], projection.trifle.value.flat[0]
    return tuple(projection.timeline.labels[k] for k in np.flatnonzero((bars > 0) & (planned > trifle)))
