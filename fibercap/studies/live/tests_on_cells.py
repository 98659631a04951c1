"""Tests of covenants and claims, and the faults for which an option may not be recommended, as cells."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, Problem
from fibercap.core.program.operations import Do
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.reserves import free_cash
from fibercap.model.cash.trifle import PATH
from fibercap.model.cover.twelve_months import NO_EBITDA
from fibercap.model.loans.covenants.covenant_dates import breaking_row, dates_of, indices
from fibercap.model.plan.claim import Multiple
from fibercap.studies.covenants import FLOORS, sampled_tests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.core.program.node import Value
    from fibercap.model.loans.covenants.covenant import Covenant
    from fibercap.model.plan.claim import Claim
    from fibercap.studies.covenants import SampledTests
    from fibercap.studies.live.option_cells import OptionCells, PlanCells

BREAKING: Final = {"max_debt_to_ebitda": "quarter", "max_debt_to_ebitda_by_year": "year"}
"""Measures that break any limit where debt is owed without earnings, and the times at which they look at it."""


@dataclass(frozen=True)
class TestedDate:
    """A test of a covenant: the value, nan where it is not tested; the limit; whether it holds; its room as a share.

    `beyond` is 1 where the value breaks any limit, and `room` is as it is where the limit is zero.
    """

    when: str
    value: Value
    limit: Value
    holds: Value
    room: Value
    beyond: Value


def covenant_on_cells(plan: PlanCells, of: OptionCells, loan: str, name: str) -> list[TestedDate]:
    """Return the tests of a covenant on the dates on which it is tested in some sample.

    Parameters
    ----------
    plan, of : PlanCells, OptionCells
        The cells of the plan, and of the option.
    loan, name : str
        The loan and its covenant.

    Raises
    ------
    FibercapError
        If the covenant cannot be tested, or its limit follows no single input.
    """
    covenant = of.projection.scenario.loans[loan].covenants[name]
    tests = sampled_tests(of.projection, loan, name, covenant)
    if isinstance(tests, Problem):
        raise FibercapError("no_program", tests.sentence())
    values = list(_values(of, loan, covenant))
    limits = [plan.value_of(of, column) for column in np.broadcast_to(tests.limit, tests.values.shape).T]
    return [_test(of, tests, when, *pair, limit) for when, pair, limit in zip(tests.when, values, limits, strict=True)]


def _test(of: OptionCells, tests: SampledTests, when: str, value: Value, beyond: Value, limit: Value) -> TestedDate:
    apply, kind = of.graph.apply, tests.comparator
    room = apply(Do.SUBTRACT, value, limit) if kind in FLOORS else apply(Do.SUBTRACT, limit, value)
    share = apply(Do.IF, limit, apply(Do.DIVIDE, room, of.size(limit)), room)
    keeps = apply(Do.IF, of.is_defined(value), of.holds(kind, value, limit, 0.0), 1.0)
    keeps = apply(Do.IF, beyond, 0.0, keeps)
    return TestedDate(when, value, limit, keeps, share, beyond)


def _values(of: OptionCells, loan: str, covenant: Covenant) -> Iterator[tuple[Value, Value]]:
    """Yield for each date the value, nan where it is not tested, and 1 if it breaks any limit, else 0."""
    apply, projection = of.graph.apply, of.projection
    if covenant.measure:
        each = BREAKING.get(covenant.measure)
        beyond = of.cells.value(f"IF(SUM({{time.ends_{each}}} * {{{NO_EBITDA}}}) > 0, 1, 0)") if each else 0.0
        yield of.measure(covenant.measure), beyond
        return
    row = projection.rows[covenant.tested_row]
    timeline, days = projection.timeline, projection.dates_to_maturity
    dates = dates_of(timeline, loan, covenant, row)
    series, count = of.to_maturity(row.path), dates.months // timeline.months
    flags = of.to_maturity(dates.flag) if dates.flag else [1.0] * len(series)
    breaking = breaking_row(covenant)
    breaks = of.to_maturity(breaking) if breaking else [0.0] * len(series)
    known = projection.to_maturity(dates.flag) > 0 if dates.flag else np.ones((1, len(series)), dtype=bool)
    for k in indices(dates, timeline, projection.scenario.loans[loan], covenant, days):
        if not known[:, k].any():
            continue
        part, is_whole = series[max(k - count + 1, 0) : k + 1], k + 1 >= count
        value = nan if row.nature != STOCK and not is_whole else of.together(part, row.nature)
        tested = apply(Do.LESS, 0.0, flags[k])
        beyond = apply(Do.AND, tested, apply(Do.LESS, 0.0, breaks[k]))
        yield apply(Do.IF, apply(Do.IF, beyond, 0.0, tested), value, nan), beyond


@dataclass(frozen=True)
class TestedClaim:
    """A claim as cells: its value, its limit, and whether it holds."""

    value: Value
    limit: Value
    holds: Value


def claim_on_cells(plan: PlanCells, of: OptionCells, name: str) -> TestedClaim:
    """Return a claim as cells.

    Parameters
    ----------
    plan, of, name : PlanCells, OptionCells, str
        The cells of the plan and of the option, and the claim.
    """
    claim, apply = of.projection.scenario.claims[name], of.graph.apply
    value = _value_at(of, claim.row, claim.when) if claim.row else of.measure(claim.measure)
    limit = _limit(plan, of, claim)
    wide = plan.value_of(of, np.ravel(claim.within.value))
    room = wide if claim.within.points else apply(Do.MULTIPLY, wide, of.size(limit))
    keeps = of.holds(claim.limit[0], value, limit, room)
    return TestedClaim(value, limit, apply(Do.AND, of.is_defined(value), keeps))


def _limit(plan: PlanCells, of: OptionCells, claim: Claim) -> Value:
    written = claim.limit[1]
    if isinstance(written, Multiple):
        return of.graph.apply(
            Do.MULTIPLY, plan.value_of(of, np.ravel(written.times)), _value_at(of, claim.row, written.of)
        )
    rows, measures = of.projection.rows, of.projection.measures
    unit = rows[claim.row].unit if claim.row else measures[claim.measure].unit
    limit = written.amount.in_unit(unit)
    if limit is None:
        raise FibercapError("no_program", f"a claim in `{written.amount.unit}` of what is in `{unit}`")
    return float(limit)


def _value_at(of: OptionCells, row: str, when: str) -> Value:
    """Return a row's cell at a time, as `studies/claims.py` takes it."""
    timeline, nature = of.projection.timeline, of.projection.rows[row].nature
    if when == "in total":
        return of.together(of.columns(row), FLOW)
    span = timeline.span(when.removeprefix("end of "))
    if span is None:
        raise FibercapError("no_program", f"`{when}` is no time")
    first, last = span[0] - timeline.origin, span[1] - timeline.origin
    part = of.columns(row)[first // timeline.months : last // timeline.months]
    return part[-1] if when.startswith("end of ") else of.together(part, nature)


@dataclass(frozen=True)
class Faults:
    """Free cash by period, uses without a source, and whether an option has no fault, broken covenants included."""

    cash: list[Value]
    unfunded: dict[str, Value]
    trifle: Value
    is_sound: Value


def faults_on_cells(of: OptionCells, tests: Sequence[TestedDate]) -> Faults:
    """Return the faults of an option as cells.

    Parameters
    ----------
    of, tests : OptionCells, sequence of TestedDate
        The cells of the option, and all tests of its covenants.
    """
    apply, plan = of.graph.apply, of.projection.scenario
    trifle = of.cells.value(f"{{{PATH}}}")
    cash = of.to_maturity(free_cash(plan))
    unfunded = {key: of.together(of.columns(plan.source_rows(key)["gap"]), FLOW) for key in plan.spends}
    least = apply(Do.SUBTRACT, 0.0, trifle)
    truths = [test.holds for test in tests]
    truths += [apply(Do.AT_MOST, least, value) for value in cash]
    truths += [apply(Do.AT_MOST, gap, trifle) for gap in unfunded.values()]
    return Faults(cash, unfunded, trifle, of.graph.fold(Do.AND, truths, 1.0))
