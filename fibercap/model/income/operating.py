"""Rows of plants and projects before financing; plans that differ only in financing share them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.prefixed import prefix_block
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.core.trees.tree import Path, subtree
from fibercap.model.cash.largest_amount import trifle_rows
from fibercap.model.currency.currencies import Currencies
from fibercap.model.currency.exchange import exchange_rows
from fibercap.model.funding.cash_limits import CashLimits, limit_rows, limits_by_cash
from fibercap.model.funding.financing_costs import Costs, cost_rows
from fibercap.model.funding.large_grants import refuse_large_grants
from fibercap.model.funding.requests import FundingPlan, TotalUses
from fibercap.model.funding.rows import funding_rows
from fibercap.model.funding.settling_costs import settle_costs
from fibercap.model.income.operations import asset_rows, income_rows, unlevered_rows
from fibercap.model.income.tax import rate_row
from fibercap.model.income.working_capital import working_capital_rows
from fibercap.model.plants.capex import capex_rows, give_dates, spending_title
from fibercap.model.plants.cash_cost_per_unit import cash_cost_rows
from fibercap.model.plants.market import market_rows
from fibercap.model.plants.plant_rows import capacity_rows, running_cost_rows
from fibercap.model.plants.products_and_time import index_rows, time_rows
from fibercap.model.plants.purchases import purchase_rows
from fibercap.model.worth.reference import (
    Reference,
    plants_bought_by_option,
    reference_of,
    reference_plan,
    same_reference,
    shared_loans,
)
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.formulas.rows import Block
    from fibercap.core.language.money_or_share import Part
    from fibercap.core.units import Array
    from fibercap.model.loans.prepayments import Cuts
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plan.scenario import Scenario

PAYING: Final = frozenset(
    {"loans", "funding", "options", "claims", "sources", "default_source", "fibercap", "id", "title", "note"}
)
"""Blocks that rows of plants and projects do not read, except the funding of purchased plants."""


@dataclass(frozen=True)
class Operations:
    """The rows of plants and projects up to their spending, and the company without projects.

    `same` is set if an option changes the grant of a purchase, or buys a plant. It is this option without projects. Its
    unlevered flows differ from those of `reference`, which has the purchases and grants of the plan as written.
    """

    plan: Scenario
    spent: Sheet
    reference: Reference
    same: Block | None = None

    def apply_to(self, plan: Scenario) -> bool:
        """Return whether a plan differs from `self.plan` only in the financing of projects."""
        parts: set[Path] = {(key,) for key in (*plan.tree, *self.plan.tree) if key not in PAYING}
        parts |= _blocks_that_fund_purchases(plan) | _blocks_that_fund_purchases(self.plan)
        alike = all(subtree(plan.tree, part) is subtree(self.plan.tree, part) for part in parts)
        alike = alike and plan.foreign == self.plan.foreign  # a loan in another currency brings its rate along
        return alike and same_reference(plan, self.plan)

    def import_rows(self, sheet: Sheet) -> str:
        """Let formulas of a sheet read the rows without projects; return the prefix of those of the same option."""
        sheet.know(self.reference.rows, WITHOUT)
        if self.same is None:
            return WITHOUT
        sheet.know(self.same, SAME_WITHOUT)
        return SAME_WITHOUT

    @property
    def blocks(self) -> dict[str, Block]:
        """The rows without projects under their prefixes, by name of block."""
        blocks = dict(self.reference.prefixed)
        if self.same is not None:
            names = frozenset(self.same.rows) | frozenset(self.same.given)
            blocks[SAME_WITHOUT] = prefix_block(self.same, SAME_WITHOUT, names)
        return blocks


def operations(plan: Scenario, other: Operations | None = None) -> Operations:
    """Return the rows of plants and projects, and of the company without projects.

    Parameters
    ----------
    plan : Scenario
        The plan, or one of its options.
    other : Operations, optional
        Rows of another option; they are shared if they apply to this one too.
    """
    shared = other is not None and other.apply_to(plan)
    if other is not None and shared and plan.timeline.count <= other.spent.length:
        return other
    spent = Sheet("model", plan.timeline.count, plan.timeline.within)
    _write_spending(spent, plan)
    if other is not None and shared:  # loans of this option last longer
        return replace(other, plan=plan, spent=spent)
    short = plan.over(plan.horizon.timeline)
    without_projects = reference_plan(short)
    unfinanced = _sheet_without_projects(without_projects, limits_by_cash(without_projects))
    refuse_large_grants(unfinanced, without_projects)
    same = (
        None
        if _same_grants(plan) and not plants_bought_by_option(plan)
        else _sheet_without_projects(_without_projects(short), {})
    )
    if same is not None:
        refuse_large_grants(same, short)
    reference = reference_of(unfinanced, without_projects, shared_loans(plan))
    return Operations(plan, spent, reference, None if same is None else same.block())


def _sheet_without_projects(plan: Plan, limits: Mapping[str, CashLimits]) -> Sheet:
    """Return the sheet of a plan without projects, up to the financing of its purchases, within limits of cash."""
    sheet = Sheet("model", plan.timeline.count, plan.timeline.within)
    _write_spending(sheet, plan)
    funded_rows(sheet, plan, {}, limits)
    return sheet


def _same_grants(plan: Scenario) -> bool:
    """Return whether purchases have the same grants as in the plan as written."""
    written = plan.as_written

    def grant(of: Scenario, key: str) -> Part | None:
        return of.funding[key].sources.get("grant") if key in of.funding else None

    pairs = [(grant(plan, key), grant(written, key)) for key in plan.plants]
    return all(
        one is other or (one is not None and other is not None and repr(one) == repr(other)) for one, other in pairs
    )


def _blocks_that_fund_purchases(plan: Scenario) -> set[Path]:
    """Return the funding and loans that finance purchased plants; the plan without projects reads them too."""
    bought = [key for key in plan.funding if key in plan.plants]
    lenders = {name for key in bought for name in plan.funding[key].sources if name in plan.loans}
    return {("funding", key) for key in bought} | {("loans", name) for name in lenders}


def _write_spending(sheet: Sheet, plan: Plan) -> None:
    """Write all rows up to the spending of projects."""
    timeline = plan.timeline
    money = Currencies(plan.currency, plan.currency_at)
    time_rows(sheet, timeline)
    dates = np.array([serial(day) for day in timeline.dates])
    eve = sheet.give("time.eve", "day", serial(timeline.eve), "horizon.from")
    text = "EOMONTH({time.date@-1}, {time.months_in_period} / {time.one_month})"
    # the values come from the calendar; the formula adds months to the date in its column before
    sheet.put(Row("time.date", "Last day", "day", STOCK, text, eve), dates)
    index_rows(sheet, timeline, plan.indices)
    exchange_rows(sheet, plan)
    rate_row(sheet, plan)
    for key, project_ in plan.projects.items():
        give_dates(sheet, timeline, key, project_)
    for key, plant in plan.plants.items():
        built = {name: project_ for name, project_ in plan.projects.items() if project_.adds_to(key)}
        capacity_rows(sheet, plan, key, built)
        running_cost_rows(sheet, timeline, key, plant, built, money)
        if plant.purchase is not None:
            purchase_rows(sheet, key, plant.purchase, plant.name or key_in_words(key), money)
    market_rows(sheet, plan)
    cash_cost_rows(sheet, plan)
    for key, project_ in plan.projects.items():
        capex_rows(sheet, timeline, key, project_, money)


def funded_rows(sheet: Sheet, plan: Plan, cuts: Cuts, limits: Mapping[str, CashLimits]) -> None:
    """Write the funding of projects and purchases, and the rows that depend on it, except loans.

    Writes the rows of `funding_rows`, `asset_rows`, `income_rows`, `working_capital_rows` and `unlevered_rows`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the spending and gets the rows, and the plan.
    cuts : mapping
        Amount by which each prepayment is lowered. [money]
    limits : mapping
        By project or purchase, what cash decides of its sources.

    Source
    ------
    docs/conventions.md, section 5.
    """
    trifle_rows(sheet, plan)
    _write_funding(sheet, plan, cuts, limits)
    asset_rows(sheet, plan)
    income_rows(sheet, plan)
    working_capital_rows(sheet, plan)
    unlevered_rows(sheet, plan)


def _write_funding(sheet: Sheet, plan: Plan, cuts: Cuts, limits: Mapping[str, CashLimits]) -> None:
    """Write the uses of each project and purchase, financing costs included, and their sources."""
    money = Currencies(plan.currency, plan.currency_at)
    for key in limits:
        limit_rows(sheet, plan, key)

    def write(on: Sheet, costs: Costs) -> None:
        plans = [_uses(on, plan, key, money, costs.get(key)) for key in plan.funding]
        funding_rows(on, plan.timeline, plans, plan.loans, money, limits)

    costs = settle_costs(sheet, plan, write, cuts)
    write(sheet, costs)
    cost_rows(sheet, plan, costs)


def _uses(sheet: Sheet, plan: Plan, key: str, money: Currencies, costs: Array | None) -> FundingPlan:
    """Write the uses of funds of a project or purchase by period; return them with its funding."""
    row = f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase"
    text, total_cost = f"{{{row}}}", _total_cost(sheet, plan, key, money)
    line = Row(f"funding.{key}.uses", f"{spending_title(plan, key)}: uses of funds", plan.currency, FLOW, text)
    if costs is None:
        uses = sheet.line(line)
    else:  # financing costs are iterated; their row is written after they have converged
        line = line._replace(formula=f"{text} + {{funding.{key}.financing_costs}}")
        uses = sheet.put(line, sheet.value(row) + costs)
        added = costs[..., : plan.timeline.within].sum(axis=-1, keepdims=True)
        total_cost = TotalUses(
            f"({total_cost.text} + SUM({{funding.{key}.financing_costs}}))", total_cost.value + added
        )
    return FundingPlan(key, spending_title(plan, key), uses, plan.funding[key], total_cost, circular=costs is not None)


def _total_cost(sheet: Sheet, plan: Plan, key: str, money: Currencies) -> TotalUses:
    """Return the total cost of a project or purchase; in another currency, the sum of its row over the horizon."""
    if key in plan.projects:
        path, cost = f"projects.{key}.capex", plan.projects[key].cost
        text = f"({{inputs.{path}}} * (1 + {{inputs.projects.{key}.overrun}}))"
    else:
        path, deal = f"plants.{key}.purchase.price", plan.plants[key].purchase
        text, cost = f"{{inputs.{path}}}", deal.price if deal else np.asarray(0.0)
    if not money.rate(path):
        return TotalUses(text, cost)
    row = f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase"
    text, value = f"SUM({{{row}}})", sheet.value(row)
    if (saved := f"{row}_saved") in sheet:
        text, value = f"({text} + SUM({{{saved}}}))", value + sheet.value(saved)
    return TotalUses(text, value[..., : plan.timeline.within].sum(axis=-1, keepdims=True))


def _without_projects(plan: Plan) -> Plan:
    funding = {key: value for key, value in plan.funding.items() if key in plan.plants}
    loans = {
        name: loan for name, loan in plan.loans.items() if any(name in terms.sources for terms in funding.values())
    }
    return plan.model_copy(update={"projects": {}, "funding": funding, "loans": loans})
