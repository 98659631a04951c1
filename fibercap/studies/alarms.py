"""What a reader must be told before any figure: gaps, negative cash, and inputs that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import month_number
from fibercap.core.tree import Leaf, leaves
from fibercap.model.company import NoTerminalValue
from fibercap.model.loans.rates import Floating
from fibercap.model.run_off import RUN_OFF

if TYPE_CHECKING:
    from fibercap.model.projection import Projection
    from fibercap.model.scenario import Scenario

CENT: Final = 0.01


def warnings(projection: Projection) -> list[str]:
    """Return what is wrong with a plan although its books tie, the worst first.

    Parameters
    ----------
    projection : Projection
        What the plan leads to; of a batch, the first draw is looked at.
    """
    scenario, labels = projection.scenario, projection.timeline.labels
    money, told = scenario.currency, []
    cash = projection.value("accounts.cash")[0]
    if cash.min() < -CENT:
        below = np.flatnonzero(cash < -CENT)
        last = labels[int(cash.argmin())]
        told.append(
            f"cash is negative in {len(below)} of {len(cash)} periods, first in {labels[below[0]]}; "
            f"the lowest is {cash.min():,.0f} {money} in {last}"
        )
    told += _dry_later(projection)
    least = float(np.ravel(scenario.money.minimum_cash)[0])
    under = np.flatnonzero(cash < least - CENT)
    if least > 0 and len(under):
        told.append(
            f"cash is below its minimum of {least:,.0f} {money} in {len(under)} of {len(cash)} periods, first in "
            f"{labels[under[0]]}; {_lifted_by(scenario)}"
        )
    if any(c.lock_up is not None for loan in scenario.loans.values() for c in loan.covenants.values()):
        barred = projection.value("accounts.dividends_barred")[0]
        if barred.sum() > CENT:
            first = labels[int(np.flatnonzero(barred > CENT)[0])]
            told.append(f"dividends of {barred.sum():,.0f} {money} are locked up by covenants, from {first} on")
    for key in scenario.funding:
        gap = projection.value(f"funding.{key}.gap")[0]
        if gap.sum() > CENT:
            first = labels[int(np.flatnonzero(gap > CENT)[0])]
            told.append(f"funding gap: {gap.sum():,.0f} {money} of `{key}` is covered by no source, from {first} on")
    bought = [key for key, plant in scenario.plants.items() if plant.purchase]
    told += [
        f"`{key}` has no funding; it is paid from cash"
        for key in (*scenario.projects, *bought)
        if key not in scenario.funding
    ]
    told += _terminal(projection)
    told += [f"unused: {path}" for path in unused(scenario)]
    return told


def _dry_later(projection: Projection) -> list[str]:
    """Say so where cash falls below zero only after the horizon, while loans run off."""
    if projection.run_off is None:
        return []
    cash, labels = projection.value(f"{RUN_OFF}.accounts.cash")[0], projection.run_off.labels
    below = np.flatnonzero(cash < -CENT)
    if not len(below):
        return []
    money, when = projection.scenario.currency, labels[int(cash.argmin())]
    told = f"in {len(below)} of {len(cash)} periods, first in {labels[below[0]]}"
    lowest = f"the lowest is {cash.min():,.0f} {money} in {when}"
    return [f"cash is below zero after the horizon: while loans run off, {told}; {lowest}"]


def _terminal(projection: Projection) -> list[str]:
    """Say so where projects end in nothing though the plants run on, or in less than nothing."""
    scenario = projection.scenario
    if not scenario.projects:
        return []
    if isinstance(scenario.money.terminal_value, NoTerminalValue):
        return ["no terminal value: NPV and IRR count only flows within the horizon, though the plants run on"]
    worth = float(projection.value("returns.project_terminal_value")[0, -1])
    told = f"the terminal value is {worth:,.0f} {scenario.currency}, below zero; to close the plants may cost less"
    return [told] if worth < -CENT else []


def _lifted_by(scenario: Scenario) -> str:
    if not scenario.lifts:
        return "nobody lifts it: write `company: {gap: [equity]}`, or a loan of style `revolver`"
    return f"{', '.join(scenario.lifts)} cannot lift it further"


def unused(scenario: Scenario) -> list[str]:
    """Return the paths of products no plant makes, plants that never stand, and sources nobody cites."""
    made = {plant.product for plant in scenario.plants.values()}
    found = [f"products.{name}" for name in scenario.products if name not in made]
    start, end = scenario.horizon.start, scenario.horizon.end
    for name, plant in scenario.plants.items():
        if (plant.opens and plant.opens > end) or (plant.closes and plant.closes < start):
            found.append(f"plants.{name}")
    for name, project in scenario.projects.items():
        closes = scenario.plants[project.plant].closes
        if closes and month_number(closes) <= float(np.max(project.completes)):
            found.append(f"projects.{name}, complete when its plant is closed")
    used = {loan.rate.index for loan in scenario.loans.values() if isinstance(loan.rate, Floating)}
    found += [f"rates.{name}" for name in scenario.rates if name not in used]
    tied = {"EUR", "DEM"} if {"EUR", "DEM"} & set(scenario.foreign) else set()
    found += [f"exchange.{code}" for code in scenario.exchange if code not in tied | set(scenario.foreign)]
    for name, loan in scenario.loans.items():
        if loan.grace and loan.repayment.style in {"bullet", "at_maturity", "custom", "revolver"}:
            found.append(f"loans.{name}.grace, for a loan of style `{loan.repayment.style}`")
        locks = [key for key, covenant in loan.covenants.items() if covenant.lock_up is not None]
        if locks and not scenario.company.dividends:
            found += [f"loans.{name}.covenants.{key}.lock_up, for there are no dividends" for key in locks]
        if loan.after_prepayment == "recast" and not (loan.prepayments or np.any(loan.sweep)):
            found.append(f"loans.{name}.after_prepayment, for there are no prepayments")
    if "revolver" in scenario.company.gap and not any(loan.revolves for loan in scenario.loans.values()):
        found.append("company.gap, which names revolvers though there are none")
    cited = {str(leaf.value) for path, leaf in leaves(scenario.tree) if path[-1] == "source" and isinstance(leaf, Leaf)}
    cited.add(scenario.default_source)
    return found + [f"sources.{name}" for name in scenario.sources if name not in cited]
