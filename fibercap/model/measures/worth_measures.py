"""Measures of the worth of the projects: NPV, IRR, payback, terminal value, levelized cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.trifle import PATH
from fibercap.model.measures.measure import HIGHER, LOWER, Measure
from fibercap.model.measures.parts import headline, make_measure, undefined_values
from fibercap.model.returns.explained_rates import explained_rates

if TYPE_CHECKING:
    from fibercap.model.projection import Projection


OWNERS_PAY: Final = f"MIN({{returns.equity_paid}}) < -{{{PATH}}}"
"""Formula of whether owners pay anything in; if they do not, they have no rate of return."""
NOTHING_PAID: Final = "owners pay nothing in"


def reason_without_projects(projection: Projection) -> str:
    """Return the reason that there are no projects; "" if there are some."""
    return "" if projection.scenario.projects else "the scenario has no projects"


def reason_undefined(projection: Projection) -> str:
    """Return why the worth of the projects is undefined; "" if it is defined."""
    if projection.scenario.money.discount_rate is None:
        return "no `money.discount_rate` is given"
    return reason_without_projects(projection)


def _npv(projection: Projection, key: str, label: str) -> Measure:
    money, name, row = projection.scenario.currency, f"{key}_npv", f"returns.{key}_discounted"
    formula = f"SUM({{{row}}})"
    reason = reason_without_projects(projection) if key == "project" else ""
    if projection.scenario.money.discount_rate is None:
        reason, formula = "no `money.discount_rate` is given", ""
    values = undefined_values(projection) if reason else projection.value(row).sum(axis=-1)
    return make_measure(name, label, money, formula, values, reason=reason, better=HIGHER)


@headline
def project_npv(projection: Projection) -> Measure:
    """Net present value of the flows that the projects add, terminal value included."""
    return _npv(projection, "project", "NPV of the projects")


def company_npv(projection: Projection) -> Measure:
    """Net present value of the whole company's unlevered flows, terminal value included."""
    return _npv(projection, "company", "NPV of the company")


@headline
def equity_npv(projection: Projection) -> Measure:
    """Net present value of what owners really pay and get, less that of the company that does nothing new.

    Source
    ------
    docs/conventions.md, section 7. Money that stays in the company earns nothing and is theirs on the last day.
    """
    return _npv_of_ends(projection, "equity_npv", "NPV of the owners", "returns.equity_flow")


def fcfe_npv(projection: Projection) -> Measure:
    """Net present value of the free cash flow to equity: the projects' flow and those of the debt that pays for them.

    Source
    ------
    docs/conventions.md, section 7: as if every dollar were paid out as it comes.
    """
    measure = _npv_of_ends(projection, "fcfe_npv", "NPV of cash flow to equity", "returns.fcfe_flow")
    if not projection.scenario.money.in_middle or not measure.formula:
        return measure
    early, late = "returns.project_discounted", ("returns.debt_cash_flow", "returns.debt_settlement")
    factor = projection.value("returns.discount_factor")
    values = projection.value(early).sum(axis=-1) + sum((projection.value(row) * factor).sum(axis=-1) for row in late)
    values = np.where(np.isnan(measure.values), np.nan, values)
    formula = f"SUM({{{early}}}) + " + " + ".join(f"SUM({{{row}}} * {{returns.discount_factor}})" for row in late)
    return replace(measure, values=values, formula=formula)


def _npv_of_ends(projection: Projection, name: str, label: str, row: str) -> Measure:
    """Return the NPV of a row of flows at the periods' ends."""
    reason = reason_without_projects(projection)
    if projection.scenario.money.discount_rate is None:
        reason = "no `money.discount_rate` is given"
    values, money = undefined_values(projection), projection.scenario.currency
    if not reason:
        values = (projection.value(row) * projection.value("returns.discount_factor")).sum(axis=-1)
    formula = f"SUM({{{row}}} * {{returns.discount_factor}})" if "returns.discount_factor" in projection.rows else ""
    return make_measure(name, label, money, formula, values, reason=reason, better=HIGHER)


Timed = tuple[str, str]
"""A row of flows, and the row of their month numbers."""


def _irr(projection: Projection, name: str, label: str, series: tuple[Timed, ...], reason: str = "") -> Measure:
    """Return the effective annual rate of return of rows of flows, each with the row of their month numbers."""
    formula = f"IRR({', '.join(f'{{{flow}}}, {{{when}}}' for flow, when in series)}) / {{time.one_year}}"
    reason, remark, values = reason or reason_without_projects(projection), "", undefined_values(projection)
    if not reason:
        flows = projection.trifle.without_dust(np.concatenate([projection.value(flow) for flow, _ in series], axis=-1))
        months = np.concatenate([projection.value(when)[0] for _, when in series])
        values, reason, remark = explained_rates((months - months.min()) / 12, flows)
    measure = make_measure(name, label, "1/year", formula, values, reason=reason, better=HIGHER)
    return replace(measure, remark=remark)


def _project_series(projection: Projection, *more: str) -> tuple[Timed, ...]:
    """Return the rows of the projects' flow with their times, and `more` rows at the periods' ends."""
    late = tuple((row, "time.end") for row in more)
    if not projection.scenario.money.in_middle:
        return (("returns.project_flow", "time.end"), *late)
    prefix = "returns.project"
    ends = ((f"{prefix}_terminal_value", "time.end"), (f"{prefix}_settlement", "time.end"))
    return ((f"{prefix}_cash_flow", "returns.middle"), *ends, *late)


def project_irr(projection: Projection) -> Measure:
    """Effective annual rate at which the projects' flows, terminal value included, are worth nothing."""
    return _irr(projection, "project_irr", "IRR of the projects", _project_series(projection))


@headline
def equity_irr(projection: Projection) -> Measure:
    """Effective annual rate of what owners really pay and get, less that of the company that does nothing new."""
    measure = _irr(projection, "equity_irr", "IRR of the owners", (("returns.equity_flow", "time.end"),))
    nothing_paid = ~np.atleast_1d(projection.trifle.counts(-projection.value("returns.equity_paid")).any(axis=-1))
    if not nothing_paid.any() or reason_without_projects(projection):
        return measure
    values = np.where(nothing_paid, np.nan, measure.values)
    remark = "" if nothing_paid[0] else measure.remark
    return replace(measure, values=values, reason=NOTHING_PAID, remark=remark)


@headline
def fcfe_irr(projection: Projection) -> Measure:
    """Effective annual rate of the free cash flow to equity."""
    series: tuple[Timed, ...] = (("returns.fcfe_flow", "time.end"),)
    if projection.scenario.money.in_middle:
        series = _project_series(projection, "returns.debt_cash_flow", "returns.debt_settlement")
    return _irr(projection, "fcfe_irr", "IRR of cash flow to equity", series)


def terminal_value(projection: Projection) -> Measure:
    """Worth of the projects on the horizon's last day by the scenario's rule, not discounted."""
    row = "returns.project_terminal_value"
    money = projection.scenario.currency
    return make_measure(
        "terminal_value", "Terminal value", money, f"SUM({{{row}}})", projection.value(row).sum(axis=-1)
    )


def terminal_share(projection: Projection) -> Measure:
    """Share of the projects' NPV that is worth of what runs on after the horizon.

    Source
    ------
    docs/conventions.md, section 7.
    """
    name, label = "terminal_share", "Terminal value in the projects' NPV"
    reason, values = reason_undefined(projection), undefined_values(projection)
    row, factor = "returns.project_terminal_value", "returns.discount_factor"
    below = projection.trifle.counted_text("SUM({returns.project_discounted})")
    formula = f"SUM({{{row}}} * {{{factor}}}) / {below}" if not reason else ""
    if not reason:
        worth = (projection.value(row) * projection.value(factor)).sum(axis=-1)
        npv = projection.value("returns.project_discounted").sum(axis=-1)
        counts = projection.trifle.sum_counts(npv)
        values = np.divide(worth, npv, out=values, where=counts)
        first = float(worth[int(np.argmin(counts))])
        money = projection.scenario.currency
        reason = f"the NPV is not above zero; the terminal value is worth {first:z,.0f} {money} of it"
    return make_measure(name, label, "", formula, values, reason=reason)


def payback(projection: Projection) -> Measure:
    """Years from first project spending until the cumulative undiscounted flow is positive for good."""
    return _payback(projection, "", reason_without_projects(projection))


def payback_discounted(projection: Projection) -> Measure:
    """Years from first project spending until the cumulative discounted flow is positive for good."""
    return _payback(projection, "_discounted", reason_undefined(projection))


def _payback(projection: Projection, key: str, reason: str) -> Measure:
    name, label = f"payback{key}", "Payback, discounted" if key else "Payback"
    if reason:
        return make_measure(name, label, "year", "", undefined_values(projection), reason=reason, better=LOWER)
    months, waiting = f"returns.payback_months{key}", f"returns.waiting{key}"
    waits = f"SUM({{returns.is_last}} * {{{waiting}}})"
    formula = f"SUM({{{months}}}) / {{time.months_in_year}} * {{time.one_year}} / (1 - {waits})"
    values, never = projection.value(months).sum(axis=-1) / 12, projection.value(waiting)[..., -1] > 0
    reason = "not paid back within the horizon, terminal value left out"
    return make_measure(name, label, "year", formula, np.where(never, np.nan, values), reason=reason, better=LOWER)


def share_paid_back(projection: Projection) -> Measure:
    """Share of the projects' spending that their flow pays back within the horizon, terminal value left out."""
    return _share_paid_back(projection, "", reason_without_projects(projection))


def share_paid_back_discounted(projection: Projection) -> Measure:
    """Share of the worth of the projects' spending that their discounted flow pays back within the horizon."""
    return _share_paid_back(projection, "_discounted", reason_undefined(projection))


def _share_paid_back(projection: Projection, key: str, reason: str) -> Measure:
    name, label = f"share_paid_back{key}", "Share paid back, discounted" if key else "Share paid back"
    if reason:
        return make_measure(name, label, "", "", undefined_values(projection), reason=reason, better=HIGHER)
    flow, outlay, spent = f"returns.project_before_terminal{key}", "returns.project_outlay", "{returns.project_outlay}"
    paid, cost = projection.value(flow), projection.value(outlay)
    if key:
        row = "returns.discount_factor_middle" if projection.scenario.money.in_middle else "returns.discount_factor"
        cost, spent = cost * projection.value(row), f"{spent} * {{{row}}}"
    total_cost = cost.sum(axis=-1)
    share = np.divide(
        paid.sum(axis=-1), total_cost, out=undefined_values(projection), where=projection.trifle.sum_counts(total_cost)
    )
    formula = f"1 + SUM({{{flow}}}) / {projection.trifle.counted_text(f'SUM({spent})')}"
    return make_measure(name, label, "", formula, 1.0 + share, reason="the projects spend nothing", better=HIGHER)
