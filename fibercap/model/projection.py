"""project(scenario): the whole model, in the order of the trade."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.core.rows import Block, Given, Row, Sheet, prefixed, prove
from fibercap.core.timeline import FLOW, STOCK, Timeline
from fibercap.model.currencies import Currencies
from fibercap.model.evidence import Evidence
from fibercap.model.exchange import exchange_rows
from fibercap.model.financing_costs import Costs, cost_rows, solved
from fibercap.model.funding import Plan as FundingPlan
from fibercap.model.funding import Whole, funding_rows
from fibercap.model.laws import prove_laws
from fibercap.model.lock_up import financed_rows
from fibercap.model.market import time_rows
from fibercap.model.operations import asset_rows, income_rows, unlevered_rows, working_capital_rows
from fibercap.model.plants import capacity_rows, market_rows, purchase_rows, running_cost_rows
from fibercap.model.projects import capex_rows, dates_given
from fibercap.model.tax import rate_row
from fibercap.model.worth import WITHOUT, worth_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan
    from fibercap.model.scenario import Scenario


@dataclass(frozen=True, repr=False)
class Projection:
    """What a scenario leads to: blocks of rows, the laws' largest gaps, and how many formulas were proved."""

    scenario: Scenario
    blocks: Mapping[str, Block]
    laws: Mapping[str, float]
    proved: int
    draws: int = field(default=1)

    def __repr__(self) -> str:
        """Say what it is in a line, for its arrays would fill pages; `fibercap.annual` shows them."""
        plan, timeline = self.scenario, self.timeline
        option = f", option {plan.option}" if plan.option else ""
        draws = f", {self.draws:,} draws" if self.draws > 1 else ""
        span = f"{timeline.start} to {timeline.end} by {timeline.step}"
        return f"<Projection of {plan.id}{option}: {span}, {len(self.period_rows)} rows{draws}>"

    @property
    def timeline(self) -> Timeline:
        """The model's periods."""
        return self.scenario.timeline

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """Every row by its path, model periods first, then the loans' own schedules."""
        return ChainMap(*(dict(block.rows) for block in self.blocks.values()))

    @cached_property
    def _values(self) -> Mapping[str, Array]:
        return ChainMap(*(dict(block.values) for block in self.blocks.values()))

    @cached_property
    def evidence(self) -> Evidence:
        """What tells on which inputs its rows and measures rest, and how weak the weakest of them is."""
        return Evidence(self.scenario, self.blocks.values())

    @cached_property
    def period_rows(self) -> dict[str, Row]:
        """The rows in model periods, in their order."""
        return {p: row for b in self.blocks.values() if not b.name.endswith(".schedule") for p, row in b.rows.items()}

    @cached_property
    def given(self) -> Mapping[str, Given]:
        """Every scalar that formulas read, by its path; with its formula where any part of the model knows one."""
        found: dict[str, Given] = {}
        for block in self.blocks.values():
            found |= {path: item for path, item in block.given.items() if path not in found or item.formula}
        return found

    def value(self, path: str) -> Array:
        """Return a row's magnitudes in its house unit, (draw, period).

        Raises
        ------
        FibercapError
            If there is no such row; the nearest one is named.
        """
        if path not in self._values:
            raise FibercapError(f"no row `{path}`; {did_you_mean(path, list(self.rows), 'rows')}")
        value = self._values[path]
        return np.broadcast_to(value, (self.draws, value.shape[-1]))

    def __getitem__(self, path: str) -> Any:  # noqa: ANN401 - a pint Quantity
        """Return a row as a pint Quantity, (draw, period): one value per period, a single run is a batch of one."""
        from fibercap.core.quantity import Quantity, house_unit  # noqa: PLC0415 - a command does without pint

        return Quantity(self.value(path), house_unit(self.rows[path].unit))

    def by(self, path: str, step: str = "year") -> dict[str, Array]:
        """Return a row by year, quarter or month, each (draw,), as its nature says."""
        return self.timeline.grouped(self.value(path), self.rows[path].nature, step)


def project(scenario: Scenario) -> Projection:
    """Project a scenario: capacity, output, loans, accounts and worth, period by period, proved on the way.

    Parameters
    ----------
    scenario : Scenario
        The plan; drawn numbers of shape (draw, 1) make a batch.

    Returns
    -------
    Projection

    Raises
    ------
    UnitError
        If a formula does not hold in its units.
    IdentityError
        If a law of the books is broken.
    """
    sheet = Sheet("model", scenario.timeline.count)
    _operations(sheet, scenario)
    sheet, schedules = financed_rows(sheet, scenario)

    bare = _without_projects(scenario)
    without = Sheet("model", scenario.timeline.count)
    _operations(without, bare)
    worth_rows(sheet, scenario, without.block().values)

    model, other = sheet.block(), without.block()
    renamed = prefixed(other, WITHOUT, _own(other))
    blocks = {"model": model, WITHOUT: renamed, **schedules}
    values = ChainMap(*(dict(block.values) for block in blocks.values()))
    return Projection(
        scenario=scenario,
        blocks=blocks,
        proved=prove([model, other, *schedules.values()], known=[renamed]),
        laws=prove_laws(scenario, values),
        draws=max(block.draws for block in blocks.values()),
    )


def _operations(sheet: Sheet, plan: Plan) -> None:
    """Write everything that does not depend on loans."""
    timeline = plan.timeline
    money = Currencies(plan.currency, plan.currency_at)
    time_rows(sheet, timeline)
    dates = np.array([serial(day) for day in timeline.dates])
    eve = sheet.give("time.eve", "day", serial(timeline.eve), "horizon.from")
    text = "EOMONTH({time.date@-1}, {time.months_in_period} / {time.one_month})"
    sheet.put(Row("time.date", "Last day", "day", STOCK, text, eve), dates)
    exchange_rows(sheet, plan)
    rate_row(sheet, plan)
    for key, project_ in plan.projects.items():
        dates_given(sheet, key, project_)
    for key, plant in plan.plants.items():
        at = {name: project_ for name, project_ in plan.projects.items() if project_.plant == key}
        capacity_rows(sheet, timeline, key, plant, at)
        running_cost_rows(sheet, timeline, key, plant, at, money)
        if plant.purchase is not None:
            purchase_rows(sheet, timeline, key, plant.purchase, plant.name or key, money)
    market_rows(sheet, timeline, plan.plants, plan.products, money)
    for key, project_ in plan.projects.items():
        capex_rows(sheet, timeline, key, project_, money)
    _funding(sheet, plan, money)
    asset_rows(sheet, plan)
    income_rows(sheet, plan)
    working_capital_rows(sheet, plan)
    unlevered_rows(sheet, plan)


def _funding(sheet: Sheet, plan: Plan, money: Currencies) -> None:
    """Write the uses of each project and purchase, financing costs included, and who pays for them."""

    def write(on: Sheet, costs: Costs) -> None:
        plans = [_uses(on, plan, key, money, costs.get(key)) for key in plan.funding]
        funding_rows(on, plan.timeline, plans, plan.loans, money)

    costs = solved(sheet, plan, write)
    write(sheet, costs)
    cost_rows(sheet, plan, costs)


def _uses(sheet: Sheet, plan: Plan, key: str, money: Currencies, costs: Array | None) -> FundingPlan:
    """Write what a project or purchase uses, period by period; return it with who is asked to pay."""
    row = f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase"
    uses, text = sheet.value(row), f"{{{row}}}"
    whole = _whole(sheet, plan, key, money)
    if costs is not None:
        uses, text = uses + costs, f"{text} + {{funding.{key}.financing_costs}}"
        added = costs.sum(axis=-1, keepdims=True)
        whole = Whole(f"({whole.text} + SUM({{funding.{key}.financing_costs}}))", whole.value + added)
    sheet.put(Row(f"funding.{key}.uses", f"{key}: uses of funds", plan.currency, FLOW, text), uses)
    return FundingPlan(key, uses, plan.funding[key], whole, circular=costs is not None)


def _whole(sheet: Sheet, plan: Plan, key: str, money: Currencies) -> Whole:
    """Return what a project or purchase costs in all; added up over the horizon where it is in another currency."""
    if key in plan.projects:
        path, cost = f"projects.{key}.capex", plan.projects[key].cost
        text = f"({{inputs.{path}}} * (1 + {{inputs.projects.{key}.overrun}}))"
    else:
        path, deal = f"plants.{key}.purchase.price", plan.plants[key].purchase
        text, cost = f"{{inputs.{path}}}", deal.price if deal else np.asarray(0.0)
    if not money.rate(path):
        return Whole(text, cost)
    row = f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase"
    return Whole(f"SUM({{{row}}})", sheet.value(row).sum(axis=-1, keepdims=True))


def _without_projects(scenario: Scenario) -> Plan:
    funding = {key: value for key, value in scenario.funding.items() if key in scenario.plants}
    return scenario.model_copy(update={"projects": {}, "funding": funding})


def _own(block: Block) -> frozenset[str]:
    return frozenset(block.rows) | frozenset(block.given)
