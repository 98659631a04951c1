"""What a plan's plants and projects do, whoever pays for them: shared by plans that differ only in who pays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.prefixed import prefix_block
from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.core.tree import Path, subtree
from fibercap.model.cash.largest_amount import trifle_rows
from fibercap.model.currency.currencies import Currencies
from fibercap.model.currency.exchange import exchange_rows
from fibercap.model.funding.financing_costs import Costs, cost_rows
from fibercap.model.funding.large_grants import refuse_large_grants
from fibercap.model.funding.requests import FundingPlan, TotalUses
from fibercap.model.funding.rows import funding_rows
from fibercap.model.funding.settling_costs import settle_costs
from fibercap.model.income.operations import asset_rows, income_rows, unlevered_rows
from fibercap.model.income.tax import rate_row
from fibercap.model.income.working_capital import working_capital_rows
from fibercap.model.plants.capacity import capacity_rows, market_rows, purchase_rows, running_cost_rows
from fibercap.model.plants.products_and_time import time_rows
from fibercap.model.plants.projects import capex_rows, dates_given
from fibercap.model.worth.reference import (
    Reference,
    newly_bought,
    reference_of,
    reference_plan,
    same_reference,
    shared_loans,
)
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT

if TYPE_CHECKING:
    from fibercap.core.money_or_share import Part
    from fibercap.core.rows import Block
    from fibercap.core.units import Array
    from fibercap.model.loans.prepayments import Cuts
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plan.scenario import Scenario

PAYING: Final = frozenset(
    {"loans", "funding", "options", "claims", "sources", "default_source", "fibercap", "id", "title", "note"}
)
"""Blocks that plants and projects do not look into, but for what buys a plant."""


@dataclass(frozen=True)
class Operations:
    """The rows of plants and projects up to what they spend, and the company that does nothing new.

    `same` is the same plan without projects, where an option changes the grant of a purchase, or buys a plant: its
    unlevered flows are not those of the company that does nothing new, which buys and is paid for as the plan was
    written.
    """

    plan: Scenario
    spent: Sheet
    reference: Reference
    same: Block | None = None

    def hold_for(self, plan: Scenario) -> bool:
        """Tell whether a plan differs from theirs only in who pays for projects: its other blocks are the very same."""
        parts: set[Path] = {(key,) for key in (*plan.tree, *self.plan.tree) if key not in PAYING}
        parts |= _paying_for_plants(plan) | _paying_for_plants(self.plan)
        alike = all(subtree(plan.tree, part) is subtree(self.plan.tree, part) for part in parts)
        alike = alike and plan.foreign == self.plan.foreign  # a loan in another currency brings its rate along
        return alike and same_reference(plan, self.plan)

    def make_known(self, sheet: Sheet) -> str:
        """Let formulas of a sheet read the rows without projects; return the prefix of those of the same plan."""
        sheet.know(self.reference.rows, WITHOUT)
        if self.same is None:
            return WITHOUT
        sheet.know(self.same, SAME_WITHOUT)
        return SAME_WITHOUT

    @property
    def blocks(self) -> dict[str, Block]:
        """The rows without projects under their prefixes, by name of block."""
        found = dict(self.reference.prefixed)
        if self.same is not None:
            names = frozenset(self.same.rows) | frozenset(self.same.given)
            found[SAME_WITHOUT] = prefix_block(self.same, SAME_WITHOUT, names)
        return found


def operations(plan: Scenario, known: Operations | None = None) -> Operations:
    """Return the rows of plants and projects, and of the company that does nothing new.

    Parameters
    ----------
    plan : Scenario
        The plan, or one of its options.
    known : Operations, optional
        Rows of another option; what of them holds for this one is shared.
    """
    shared = known is not None and known.hold_for(plan)
    if known is not None and shared and plan.timeline.count <= known.spent.length:
        return known
    spent = Sheet("model", plan.timeline.count, plan.timeline.within)
    _spending(spent, plan)
    if known is not None and shared:  # loans of this option last longer
        return replace(known, plan=plan, spent=spent)
    short = plan.over(plan.horizon.timeline)
    alone = reference_plan(short)
    unfinanced = _unfinanced(alone)
    refuse_large_grants(unfinanced, alone)
    same = None if _same_grants(plan) and not newly_bought(plan) else _unfinanced(_bare(short))
    if same is not None:
        refuse_large_grants(same, short)
    reference = reference_of(unfinanced, alone, shared_loans(plan))
    return Operations(plan, spent, reference, None if same is None else same.block())


def _unfinanced(plan: Plan) -> Sheet:
    """Write a plan without projects up to who pays for its purchases."""
    sheet = Sheet("model", plan.timeline.count, plan.timeline.within)
    _spending(sheet, plan)
    paid_rows(sheet, plan, {})
    return sheet


def _same_grants(plan: Scenario) -> bool:
    """Tell whether purchases have the grants with which they were written before any option."""
    written = plan.as_written

    def grant(of: Scenario, key: str) -> Part | None:
        return of.funding[key].sources.get("grant") if key in of.funding else None

    pairs = [(grant(plan, key), grant(written, key)) for key in plan.plants]
    return all(
        one is other or (one is not None and other is not None and repr(one) == repr(other)) for one, other in pairs
    )


def _paying_for_plants(plan: Scenario) -> set[Path]:
    """Return the blocks that say who pays for plants that are bought: with the projects or without, these are rows."""
    bought = [key for key in plan.funding if key in plan.plants]
    asked = {name for key in bought for name in plan.funding[key].sources if name in plan.loans}
    return {("funding", key) for key in bought} | {("loans", name) for name in asked}


def _spending(sheet: Sheet, plan: Plan) -> None:
    """Write everything up to what projects spend."""
    timeline = plan.timeline
    money = Currencies(plan.currency, plan.currency_at)
    time_rows(sheet, timeline)
    dates = np.array([serial(day) for day in timeline.dates])
    eve = sheet.give("time.eve", "day", serial(timeline.eve), "horizon.from")
    text = "EOMONTH({time.date@-1}, {time.months_in_period} / {time.one_month})"
    # the calendar gives the days; the formula goes on from its own column before
    sheet.put(Row("time.date", "Last day", "day", STOCK, text, eve), dates)
    exchange_rows(sheet, plan)
    rate_row(sheet, plan)
    for key, project_ in plan.projects.items():
        dates_given(sheet, timeline, key, project_)
    for key, plant in plan.plants.items():
        built = {name: project_ for name, project_ in plan.projects.items() if project_.plant == key}
        capacity_rows(sheet, timeline, key, plant, built)
        running_cost_rows(sheet, timeline, key, plant, built, money)
        if plant.purchase is not None:
            purchase_rows(sheet, key, plant.purchase, plant.name or key, money)
    market_rows(sheet, timeline, plan.plants, plan.products, money)
    for key, project_ in plan.projects.items():
        capex_rows(sheet, timeline, key, project_, money)


def paid_rows(sheet: Sheet, plan: Plan, cuts: Cuts) -> None:
    """Write who pays for projects, and all that follows from it, except loans.

    Writes the rows of `funding_rows`, `asset_rows`, `income_rows`, `working_capital_rows` and `unlevered_rows`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has what is spent and gets the rows, and the plan.
    cuts : mapping
        By how much each prepayment is lowered. [money]

    Source
    ------
    docs/conventions.md, section 5.
    """
    trifle_rows(sheet, plan)
    _funding(sheet, plan, Currencies(plan.currency, plan.currency_at), cuts)
    asset_rows(sheet, plan)
    income_rows(sheet, plan)
    working_capital_rows(sheet, plan)
    unlevered_rows(sheet, plan)


def _funding(sheet: Sheet, plan: Plan, money: Currencies, cuts: Cuts) -> None:
    """Write the uses of each project and purchase, financing costs included, and who pays for them."""

    def write(on: Sheet, costs: Costs) -> None:
        plans = [_uses(on, plan, key, money, costs.get(key)) for key in plan.funding]
        funding_rows(on, plan.timeline, plans, plan.loans, money)

    costs = settle_costs(sheet, plan, write, cuts)
    write(sheet, costs)
    cost_rows(sheet, plan, costs)


def _uses(sheet: Sheet, plan: Plan, key: str, money: Currencies, costs: Array | None) -> FundingPlan:
    """Write what a project or purchase uses, period by period; return it with who is asked to pay."""
    row = f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase"
    text, whole = f"{{{row}}}", _whole(sheet, plan, key, money)
    line = Row(f"funding.{key}.uses", f"{key}: uses of funds", plan.currency, FLOW, text)
    if costs is None:
        uses = sheet.line(line)
    else:  # costs are found round by round, and their row is written once they are
        line = line._replace(formula=f"{text} + {{funding.{key}.financing_costs}}")
        uses = sheet.put(line, sheet.value(row) + costs)
        added = costs[..., : plan.timeline.within].sum(axis=-1, keepdims=True)
        whole = TotalUses(f"({whole.text} + SUM({{funding.{key}.financing_costs}}))", whole.value + added)
    return FundingPlan(key, uses, plan.funding[key], whole, circular=costs is not None)


def _whole(sheet: Sheet, plan: Plan, key: str, money: Currencies) -> TotalUses:
    """Return what a project or purchase costs in all; added up over the horizon where it is in another currency."""
    if key in plan.projects:
        path, cost = f"projects.{key}.capex", plan.projects[key].cost
        text = f"({{inputs.{path}}} * (1 + {{inputs.projects.{key}.overrun}}))"
    else:
        path, deal = f"plants.{key}.purchase.price", plan.plants[key].purchase
        text, cost = f"{{inputs.{path}}}", deal.price if deal else np.asarray(0.0)
    if not money.rate(path):
        return TotalUses(text, cost)
    row = f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase"
    return TotalUses(f"SUM({{{row}}})", sheet.value(row)[..., : plan.timeline.within].sum(axis=-1, keepdims=True))


def _bare(plan: Plan) -> Plan:
    funding = {key: value for key, value in plan.funding.items() if key in plan.plants}
    loans = {name: loan for name, loan in plan.loans.items() if any(name in own.sources for own in funding.values())}
    return plan.model_copy(update={"projects": {}, "funding": funding, "loans": loans})
