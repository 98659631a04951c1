"""Tests of the loans' covenants on their dates, with the room left to each limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.language.names import key_in_words
from fibercap.core.language.unit_words import unit_mismatch
from fibercap.core.trees.tree import place_of
from fibercap.model.cash.lock_up import locked_row
from fibercap.model.cover.own_ratio import RATIOS
from fibercap.model.loans.covenants.covenant_dates import dates_of, refusal
from fibercap.model.measures.all_measures import measure_named, names
from fibercap.studies.claims import ROUNDING, holds, problem_with_subject
from fibercap.studies.covenant_values import values_on

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.covenants.covenant import Covenant
    from fibercap.model.loans.covenants.covenant_limit import LimitStep
    from fibercap.model.projection import Projection

PASS: Final = "PASS"  # noqa: S105 - a verdict
FAIL: Final = "FAIL"
NOT_TESTED: Final = "NOT TESTED"
IN_TOTAL: Final = "in total"
NO_EARNINGS: Final = "there is debt, and no EBITDA"
NOTHING_BELOW: Final = "its denominator is not above zero"
FLOORS: Final = frozenset({"above", "at_least"})
NO_DATE: Final = "no date on which it is tested falls within the horizon"


@dataclass(frozen=True)
class CovenantTest:
    """One test: its date, the value, the limit in force, the room left to it, and whether it holds.

    `headroom` is the room as a share of the limit. The value is infinite where debt is owed and EBITDA is not positive;
    this breaks any limit.
    """

    when: str
    value: float
    limit: float
    room: float
    headroom: float | None
    holds: bool

    @property
    def on(self) -> str:
        """The date as part of a sentence: ` in 2002-04`; "" for a measure of the whole plan."""
        return "" if self.when == IN_TOTAL else f" in {self.when}"


@dataclass(frozen=True)
class UntestedDate:
    """A date on which a covenant's ratio is undefined, why, and the limit in force."""

    when: str
    reason: str
    limit: float


@dataclass(frozen=True)
class CovenantResult:
    """The result of testing a covenant: its tests, and the dates on which it could not be tested.

    `title` is what readers see: the title of the loan and what the covenant says. `limits` are the limits over time;
    `limit` is that of the tightest test, or the first if there is none.
    `locked` are the periods in which a planned dividend is barred because the row is beyond `lock_up`.
    """

    loan: str
    name: str
    says: str
    loan_title: str
    subject: str
    comparator: str
    limits: tuple[LimitStep, ...]
    unit: str
    tests: tuple[CovenantTest, ...]
    untested: tuple[UntestedDate, ...] = ()
    lock_ups: tuple[LimitStep, ...] = ()
    locked: tuple[str, ...] = ()

    @property
    def limit(self) -> float:
        """The limit of the tightest test; the first one of a covenant that is not tested."""
        return self.tightest.limit if self.tightest else self.limits[0].value

    @property
    def lock_up(self) -> float | None:
        """The level at which dividends are barred first: the strictest one, if it changes; None if there is none."""
        levels = [step.value for step in self.lock_ups]
        return (max if self.comparator in FLOORS else min)(levels, default=None)

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
    def why_infinite(self) -> str:
        """What is wrong where the value is infinite, in words."""
        return NOTHING_BELOW if self.subject.startswith(RATIOS) else NO_EARNINGS

    def limit_on(self, when: str) -> float:
        """Return the limit in force on a date on which it is tested, or would be."""
        limits = {test.when: test.limit for test in self.tests} | {date.when: date.limit for date in self.untested}
        return limits[when]

    @property
    def worst(self) -> CovenantTest:
        """The test of a broken covenant that is farthest beyond its limit."""
        return min((test for test in self.tests if not test.holds), key=self._room_of)

    def _room_of(self, test: CovenantTest) -> float:
        """Return the room of a test as a share of its limit; as it is where some limit is zero."""
        return test.room / abs(test.limit) if self._by_share else test.room

    @cached_property
    def _by_share(self) -> bool:
        return all(test.limit for test in self.tests)

    @cached_property
    def tightest(self) -> CovenantTest | None:
        """The test with the least room as a share of its limit; the first of several that differ only by rounding.

        If a limit is zero, rooms are compared as they are.
        """
        least = min(map(self._room_of, self.tests), default=0.0)
        near = least + ROUNDING if self._by_share else least
        return next((test for test in self.tests if self._room_of(test) <= near), None)


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
    """A covenant's values on its dates, nan where it is not tested, and the limits in force, (sample or 1, date).

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


def sampled_tests(projection: Projection, loan: str, name: str, covenant: Covenant) -> SampledTests | Problem:
    """Test one covenant on every sample; return a Problem if it cannot be tested."""
    path = f"loans.{loan}.covenants.{name}"
    problem = problem_with_subject(projection, names(projection), path, covenant)
    if problem is not None:
        return problem
    measure = measure_named(projection, covenant.measure) if covenant.measure else None
    unit = measure.unit if measure else projection.rows[covenant.row].unit
    comparator, written = covenant.limit
    for key, limit in ((comparator, written), ("lock_up", covenant.lock_up)):
        misfit = limit.misfit(unit) if limit is not None else None
        if misfit is not None:
            return Problem(f"{path}.{key}{misfit[0]}", "wrong_dimension", *unit_mismatch(misfit[1].unit, unit))
    beyond = -np.inf if comparator in FLOORS else np.inf
    if measure is not None:
        values = np.broadcast_to(measure.values, (projection.samples,))[:, None]
        if measure.breaks_any_limit is not None:
            values = np.where(measure.breaks_any_limit[:, None], beyond, values)
        why_not = measure.reason if np.isnan(values[0, 0]) else ""
        return SampledTests(
            (IN_TOTAL,), values, written.values_in(unit)[0].reshape(-1, 1), unit, comparator, (why_not,)
        )
    timeline, terms = projection.timeline, projection.scenario.loans[loan]
    row = projection.rows[covenant.tested_row]
    why = refusal(timeline, loan, terms, covenant, row, projection.value)
    if why is not None:
        return Problem(f"{path}.test", "not_on_dates", *why)
    dates = dates_of(timeline, loan, covenant, row)
    dated = list(values_on(projection, loan, covenant, dates, row, beyond))
    for key, limit in ((comparator, written), ("lock_up", covenant.lock_up)):
        if limit is not None and (late := limit.starts_after(dated[0].end if dated else np.inf)):
            hint = f"add a limit that starts earlier, or write `from: {limit.names[0]}`"
            return Problem(f"{path}.{key}", "late_path", late, f"one for the first test, {dated[0].label}", hint)
    values = np.stack([each.value for each in dated], axis=-1) if dated else np.zeros((projection.samples, 0))
    limits = written.in_force(np.array([each.end for each in dated]), unit)
    when, reasons = tuple(each.label for each in dated), tuple(each.reason for each in dated)
    return SampledTests(when, values, limits, unit, comparator, reasons)


def _outcome(projection: Projection, loan: str, name: str, covenant: Covenant) -> CovenantResult | Problem:
    results = sampled_tests(projection, loan, name, covenant)
    if isinstance(results, Problem):
        return results
    columns = (results.values, results.limit, results.room, results.holds)
    dates = zip(results.when, *(column[0].tolist() for column in columns), strict=True)
    tests = tuple(
        CovenantTest(when, value, limit, room, room / abs(limit) if limit else None, keeps)
        for when, value, limit, room, keeps in dates
        if not np.isnan(value)
    )
    reasons = zip(results.when, results.reasons, results.limit[0].tolist(), strict=True)
    untested = (UntestedDate(*date_) for date_ in reasons if date_[1])
    return CovenantResult(
        loan=loan,
        name=name,
        says=covenant.says or key_in_words(name),
        loan_title=projection.scenario.loan_title(loan),
        subject=covenant.row or covenant.measure,
        comparator=results.comparator,
        limits=covenant.limit[1].steps(results.unit),
        unit=results.unit,
        tests=tests,
        untested=tuple(untested),
        lock_ups=covenant.lock_up.steps(results.unit) if covenant.lock_up is not None else (),
        locked=_locked_periods(projection, locked_row(loan, name)),
    )


def _locked_periods(projection: Projection, row: str) -> tuple[str, ...]:
    """Return the periods whose dividends a lock-up bars."""
    if row not in projection.rows:
        return ()
    bars = np.concatenate([[0.0], projection.value(row)[0, :-1]])
    planned, trifle = projection.value("accounts.dividends_planned")[0], projection.trifle.value.flat[0]
    if (wanted := "accounts.payout_before_limits") in projection.rows:
        planned = planned + projection.value(wanted)[0]
    return tuple(projection.timeline.labels[k] for k in np.flatnonzero((bars > 0) & (planned > trifle)))
