"""Measures of what the projects are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.measure import HIGHER, LOWER, Measure, made, undefined
from fibercap.model.roots import all_rates, only_rate, rate_reason

if TYPE_CHECKING:
    from fibercap.model.projection import Projection


def _no_projects(projection: Projection) -> str:
    return "" if projection.scenario.projects else "the scenario has no projects"


def _npv(projection: Projection, key: str, label: str) -> Measure:
    money, name, row = projection.scenario.currency, f"{key}_npv", f"returns.{key}_discounted"
    formula = f"SUM({{{row}}})"
    reason = _no_projects(projection) if key == "project" else ""
    if projection.scenario.money.discount_rate is None:
        reason, formula = "no `money.discount_rate` is given", ""
    values = undefined(projection) if reason else projection.value(row).sum(axis=-1)
    return made(name, label, money, formula, values, reason=reason, better=HIGHER)


def project_npv(projection: Projection) -> Measure:
    """Net present value of the flows that the projects add, terminal value included."""
    return _npv(projection, "project", "NPV of the projects")


def company_npv(projection: Projection) -> Measure:
    """Net present value of the whole company's unlevered flows, terminal value included."""
    return _npv(projection, "company", "NPV of the company")


def equity_npv(projection: Projection) -> Measure:
    """Net present value of the owners' flow: the projects' flows and those of the debt that pays for them.

    Source
    ------
    The owners' flow of finance.md, section 7, at `money.discount_rate`; unlike the projects' it depends on financing.
    """
    reason = _no_projects(projection)
    if projection.scenario.money.discount_rate is None:
        reason = "no `money.discount_rate` is given"
    values, money = undefined(projection), projection.scenario.currency
    if not reason:
        flow, factor = projection.value("returns.equity_flow"), projection.value("returns.discount_factor")
        values = (flow * factor).sum(axis=-1)
    formula = "SUM({returns.equity_flow} * {returns.discount_factor})"
    formula = formula if "returns.discount_factor" in projection.rows else ""
    return made("equity_npv", "NPV of the owners", money, formula, values, reason=reason, better=HIGHER)


def levelized_cost(projection: Projection) -> Measure:
    """Worth of what the projects cost in cash, capex net of grants and unlevered tax / worth of the km they ship.

    Source
    ------
    finance.md, section 7; maintenance and purchases count as capex. All capex is borne by the km of the horizon.
    """
    reason = _no_projects(projection) or "the projects ship nothing within the horizon"
    if projection.scenario.money.discount_rate is None:
        reason = "no `money.discount_rate` is given"
    values, plan = undefined(projection), projection.scenario
    if plan.money.discount_rate is not None:
        factor = projection.value("returns.discount_factor")
        cost, shipped = ((projection.value(f"returns.project_{k}") * factor).sum(-1) for k in ("costs", "shipments"))
        values = np.divide(cost, shipped, out=values, where=shipped > 0)
    formula = "SUM({returns.project_costs} * {returns.discount_factor}) / "
    formula += "SUM({returns.project_shipments} * {returns.discount_factor})"
    formula = formula if "returns.discount_factor" in projection.rows else ""
    name, label = "levelized_cost", "Levelized cost of added fiber"
    return made(name, label, f"{plan.currency}/km", formula, values, reason=reason, better=LOWER)


def _irr(projection: Projection, name: str, label: str, row: str) -> Measure:
    formula = f"((1 + IRR({{{row}}}))^({{time.months_in_year}} / {{time.months_in_period}}) - 1) / {{time.one_year}}"
    flows, years = (
        projection.trifle.without_dust(projection.value(row)),
        np.arange(1, projection.timeline.count + 1) * projection.timeline.months / 12,
    )
    reason = _no_projects(projection)
    values = undefined(projection) if reason else only_rate(years, flows)
    missing = np.flatnonzero(np.isnan(values))
    if len(missing) and not reason:
        member = flows[missing[0]]
        reason = rate_reason(all_rates(years, member), member)
    return made(name, label, "1/year", formula, values, reason=reason, better=HIGHER)


def project_irr(projection: Projection) -> Measure:
    """Effective annual rate at which the projects' flows, terminal value included, are worth nothing."""
    return _irr(projection, "project_irr", "IRR of the projects", "returns.project_flow")


def equity_irr(projection: Projection) -> Measure:
    """Effective annual rate of the owners' flow: the projects' flows and those of the debt that pays for them."""
    return _irr(projection, "equity_irr", "IRR of the owners", "returns.equity_flow")


def terminal_value(projection: Projection) -> Measure:
    """Worth of the projects on the horizon's last day by the scenario's rule, not discounted."""
    row = "returns.project_terminal_value"
    money = projection.scenario.currency
    return made("terminal_value", "Terminal value", money, f"SUM({{{row}}})", projection.value(row).sum(axis=-1))


def payback(projection: Projection) -> Measure:
    """Years from first project spending until the cumulative undiscounted flow is positive for good."""
    waits = "SUM({returns.is_last} * {returns.waiting})"
    formula = f"SUM({{returns.payback_months}}) / {{time.months_in_year}} * {{time.one_year}} / (1 - {waits})"
    values = projection.value("returns.payback_months").sum(axis=-1) / 12
    never = projection.value("returns.waiting")[..., -1] > 0
    reason = _no_projects(projection) or "not paid back within the horizon, terminal value left out"
    values = np.where(never | bool(_no_projects(projection)), np.nan, values)
    return made("payback", "Payback", "year", formula, values, reason=reason, better=LOWER)


def capacity_cost(projection: Projection) -> Measure:
    """Gross capex of all projects, overruns included, per km/year they add."""
    projects = projection.scenario.projects
    plan = projection.scenario
    foreign = {key for key in projects if plan.currency_at(f"projects.{key}.capex") != plan.currency}
    spent = {key: projection.value(f"projects.{key}.capex").sum(axis=-1, keepdims=True) for key in foreign}
    cost = sum((spent.get(key, project.cost) for key, project in projects.items()), start=np.asarray(0.0))
    adds = sum((project.adds for project in projects.values()), start=np.asarray(0.0))
    flat = np.ravel(cost / np.where(adds > 0, adds, np.nan)) * np.ones(projection.draws)
    costs = [
        f"SUM({{projects.{k}.capex}})"
        if k in foreign
        else f"{{inputs.projects.{k}.capex}} * (1 + {{inputs.projects.{k}.overrun}})"
        for k in projects
    ]
    added = [f"{{inputs.projects.{k}.adds}}" for k in projects]
    formula = f"({' + '.join(costs)}) / ({' + '.join(added)})" if projects else ""
    unit, reason = f"{projection.scenario.currency}*year/km", "the projects add no capacity"
    return made("capacity_cost", "Capex per km/year added", unit, formula, flat, reason=reason, better=LOWER)
