"""Warnings about a plan that are not failures: dividends that are cut, assumptions that matter, unused inputs.

A new warning is a function that yields sentences, called by `warnings`. Failures are `findings`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.timeline import month_number
from fibercap.core.trees.tree import Branch, Leaf, leaves
from fibercap.model.cash.reserves import free_cash
from fibercap.model.loans.clauses.rates import Floating
from fibercap.model.loans.events.payment_dates import moved_payment_note
from fibercap.model.loans.prepayments import prepayments
from fibercap.model.plan.company import Multiple, NoTerminalValue
from fibercap.model.worth.without_projects import WITHOUT
from fibercap.studies.barred_by_terms import barred_by_terms
from fibercap.studies.findings import dry
from fibercap.studies.rank_warnings import unserved_sculpting
from fibercap.studies.step_warning import step_warning
from fibercap.studies.verdict.footing import owners_worth, worth_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection


def all_warnings(projection: Projection) -> list[str]:
    """Return what `check`, `run`, report, workbook and JSON show as warnings: those of `warnings` and of the step.

    Parameters
    ----------
    projection : Projection
        The projection of a single plan: the warning about its step takes another one, by month.
    """
    return [*warnings(projection), *step_warning(projection)]


def warnings(projection: Projection) -> list[str]:
    """Return the warnings about a plan that need no other projection; they come on top of its `findings`.

    Parameters
    ----------
    projection : Projection
        The projection of the plan; of a batch, the first sample counts.
    """
    scenario, labels = projection.scenario, projection.timeline.labels
    money, messages = scenario.currency, []
    cash, trifle = projection.value(free_cash(scenario))[0], _trifle(projection)
    if scenario.company.may_run_dry:
        expected = "`company.may_run_dry` says that this is expected"
        messages += [f"{finding.sentence}; {expected}" for finding in dry(projection)]
    least = float(np.ravel(scenario.money.minimum_cash)[0])
    under = np.flatnonzero(cash < least - trifle)
    if least > 0 and len(under):
        messages.append(
            f"cash is below its minimum of {least:,.0f} {money} in {len(under)} of {len(cash)} periods, first in "
            f"{labels[under[0]]}; {_way_to_lift(scenario)}"
        )
    messages += [
        *barred_by_terms(projection),
        *_opening(projection),
        *_cuts(projection),
        *_undrawn_loans(scenario),
        *_left_behind(scenario),
    ]
    messages += [*unserved_sculpting(projection), *_terminal(projection)]
    messages += _valuation(projection)
    messages += [*_reference(projection), *_loss_of_owners(projection), *_later(projection)]
    notes = [(scenario.loan_title(name), moved_payment_note(loan)) for name, loan in scenario.loans.items()]
    messages += [f"{title}: {note}" for title, note in notes if note]
    messages += [f"unused: {path}" for path in unused_paths(scenario)]
    return messages


def _trifle(projection: Projection) -> float:
    """Return the largest amount that counts as no money in the first sample. [money]"""
    return float(projection.trifle.value.flat[0])


def _left_behind(plan: Scenario) -> Iterator[str]:
    """Warn of projects that stay in the books when the plant at which they stand is sold."""
    deals = {name: plant.purchase for name, plant in plan.plants.items() if plant.purchase and plant.purchase.sold}
    for name, project in plan.projects.items():
        deal = deals.get(project.plant)
        if deal is not None and deal.sold is not None and project.sold is None and not project.cancelled:
            yield (
                f"`{project.plant}` is sold on {deal.sold.on} and `{name}`, which stands there, is not: it stays in "
                f"the books; give `projects.{name}` a `sold` too"
            )


def _opening(projection: Projection) -> Iterator[str]:
    """Warn if the company owes more than it owns before the plan begins."""
    equity, plan = float(np.ravel(projection.scalars["opening.retained_earnings"].value)[0]), projection.scenario
    if equity < -_trifle(projection):
        yield (
            f"the company owes more than it owns before {plan.horizon.start}: its equity is {equity:,.0f} "
            f"{plan.currency}; write under `opening` what it owns, if that is missing"
        )


def _cuts(projection: Projection) -> Iterator[str]:
    """Warn of dividends and prepayments that are cut because cash or retained earnings do not suffice."""
    plan, labels, money = projection.scenario, projection.timeline.labels, projection.scenario.currency
    dated = "dividends" if plan.company.payouts is None else "dividends_dated"
    planned, paid = (projection.value(f"accounts.{key}")[0] for key in ("dividends_planned", dated))
    barred = projection.value("accounts.dividends_barred")[0] if "accounts.dividends_barred" in projection.rows else 0.0
    allowed, trifle = planned - barred, _trifle(projection)
    for period in np.flatnonzero(allowed - paid > trifle):
        yield (
            f"dividends of {labels[period]} are cut: {allowed[period]:,.0f} {money} planned, {paid[period]:,.0f} "
            f"{money} paid; they are paid only from cash above its minimum and from retained earnings"
        )
    for item in prepayments(plan.over(projection.timeline_to_maturity)):
        rows = {key: projection.value(f"loans.{item.loan}.schedule.{key}")[0] for key in ("date", "closing", "prepaid")}
        event = int(np.flatnonzero(rows["date"] == serial(item.day))[-1])
        amount, code = float(np.ravel(item.amount)[0]), plan.loan_currency(item.loan)
        if amount - rows["prepaid"][event] > trifle and rows["closing"][event] > trifle:
            yield (
                f"a prepayment of {plan.loan_title(item.loan)} on {item.day} is cut: {amount:,.0f} {code} planned, "
                f"{rows['prepaid'][event]:,.0f} {code} paid; it is paid only from cash above its minimum"
            )


def _undrawn_loans(scenario: Scenario) -> list[str]:
    """Warn of loans that nothing in the plan uses."""
    return [
        f"{scenario.loan_title(name)} is not drawn: no funding, `gap`, `draws` or `outstanding` uses it, so it is "
        "only an offer and costs nothing"
        for name in scenario.loans
        if name in scenario.undrawn
    ]


def _terminal(projection: Projection) -> list[str]:
    """Warn if projects have no terminal value although the plants run on, or a negative one."""
    scenario = projection.scenario
    if not scenario.projects:
        return []
    if isinstance(scenario.money.terminal_value, NoTerminalValue):
        last_days = [scenario.plants[project.plant].last_day for project in scenario.projects.values()]
        if all(day and day <= scenario.horizon.end for day in last_days):
            return []
        return ["no terminal value: NPV and IRR count only flows within the horizon, though the plants run on"]
    worth = float(projection.value("returns.project_terminal_value")[0, -1])
    message = f"the terminal value is {worth:,.0f} {scenario.currency}, below zero; to close the plants may cost less"
    return [*([message] if worth < -_trifle(projection) else []), *_closed_early(scenario)]


def _closed_early(scenario: Scenario) -> Iterator[str]:
    """Warn of plants whose earnings the terminal value counts for longer than they are open."""
    kind, end = scenario.money.terminal_value, month_number(scenario.horizon.end)
    for name, plant in scenario.plants.items():
        left = (month_number(plant.last_day) - end) / 12 if plant.last_day else -1.0
        if left > -1 and isinstance(kind, Multiple) and left < float(np.max(kind.multiple)):
            when = f"{left:.1f} years after the horizon" if left > 0 else "within the horizon"
            yield (
                f"`{name}` closes on {plant.last_day}, {when}, and the terminal value "
                f"counts {float(np.max(kind.multiple)):g} years of what it earns"
            )


def _valuation(projection: Projection) -> list[str]:
    """Warn if the valuation date seems to be a day late, or if flows before it are compounded forward."""
    day, timeline = projection.scenario.money.valuation_date, projection.timeline
    if day is None:
        return []
    messages = []
    if day.day == 1:
        before = day - timedelta(days=1)
        messages.append(
            f"`money.valuation_date` {day} counts from the end of that day; if the start of the month is meant, write "
            f"{before}"
        )
    moved = np.zeros(timeline.count, dtype=bool)
    for row in ("returns.company_cash_flow", "returns.equity_flow"):
        moved |= np.abs(projection.value(row)[0]) > _trifle(projection)
    early = timeline.ends - (timeline.months / 2 if projection.scenario.money.in_middle else 0.0) < month_number(day)
    if (moved & early).any():
        first, last = (timeline.labels[int(np.flatnonzero(moved & early)[index])] for index in (0, -1))
        when = first if first == last else f"{first} to {last}"
        messages.append(f"flows of {when} fall before the valuation date {day}: they are compounded forward to it")
    return messages


def _reference(projection: Projection) -> list[str]:
    """Warn if the reference company, which the owners' worth is measured against, runs out of cash."""
    if not projection.scenario.projects:
        return []
    rows = [f"{WITHOUT}.accounts.{key}" for key in ("cash_free", "cash")]
    cash = projection.value(next(row for row in rows if row in projection.rows))[0]
    if cash.min() >= -_trifle(projection):
        return []
    lowest = projection.timeline.labels[int(cash.argmin())]
    message = "without projects, and paid for as the plan is written, the company would run out of cash: the lowest is "
    message += f"{cash.min():,.0f} {projection.scenario.currency} in {lowest}; owners' worth is measured against that"
    return [message]


def _loss_of_owners(projection: Projection) -> Iterator[str]:
    """Warn if owners get back less than they pay in, whatever the projects add."""
    scenario = projection.scenario
    if not scenario.projects or scenario.money.discount_rate is None:
        return
    worth, factor = float(owners_worth(projection)[0]), projection.value("returns.discount_factor")[0]
    if worth < -_trifle(projection):
        nothing = float((projection.value(f"{WITHOUT}.returns.owners_flow")[0] * factor).sum())
        yield (
            f"owners get back less than they pay in: all that they pay and get is worth {worth:,.0f} "
            f"{scenario.currency}, and {nothing:,.0f} {scenario.currency} with nothing new; what the projects are "
            "worth to them is the difference"
        )


def _later(projection: Projection) -> Iterator[str]:
    """Warn if counting debts and grants due after the horizon at face value overstates the owners' worth."""
    scenario = projection.scenario
    if not scenario.projects or scenario.money.discount_rate is None:
        return
    more = worth_after(projection)
    if more < -_trifle(projection):
        yield (
            "debts and grants that fall due after the horizon count at face value on its last day; counted as they are "
            f"paid, at the discount rate, owners' worth is {-more:,.0f} {scenario.currency} less"
        )


def _way_to_lift(scenario: Scenario) -> str:
    if not scenario.cash_lifters:
        return "nobody lifts it: write `company: {gap: [equity]}`, or a loan of style `revolver`"
    return f"{', '.join(scenario.cash_lifters)} cannot lift it further"


def unused_paths(scenario: Scenario) -> list[str]:
    """Return the paths of inputs that nothing uses, such as products that no plant makes and sources that nobody cites.

    Rates and currencies that an option names count as used.
    """
    made = {name for plant in scenario.plants.values() for name in plant.product_names}
    paths = [f"products.{name}" for name in scenario.products if name not in made]
    start, end = scenario.horizon.start, scenario.horizon.end
    for name, plant in scenario.plants.items():
        if (plant.opens and plant.opens > end) or (plant.last_day and plant.last_day < start):
            paths.append(f"plants.{name}")
    paths += _idle_projects(scenario)
    used = {loan.rate.index for loan in scenario.loans.values() if isinstance(loan.rate, Floating)}
    used |= (offered := _words_of_options(scenario))
    paths += [f"rates.{name}" for name in scenario.rates if name not in used]
    tied = {"EUR", "DEM"} if {"EUR", "DEM"} & set(scenario.foreign) else set()
    paths += [f"exchange.{code}" for code in scenario.exchange if code not in tied | set(scenario.foreign) | offered]
    for name, loan in scenario.loans.items():
        if loan.grace and loan.repayment.ignores_grace:
            paths.append(f"loans.{name}.grace, for a loan of style `{loan.repayment.style}`")
        locks = [key for key, covenant in loan.covenants.items() if covenant.lock_up is not None]
        if locks and not scenario.company.dividends and scenario.company.payouts is None:
            paths += [f"loans.{name}.covenants.{key}.lock_up, for there are no dividends" for key in locks]
        if loan.prepayment_fee.ever and not loan.prepayments:
            paths.append(f"loans.{name}.prepayment_fee, for there are no dated prepayments")
        if loan.after_prepayment == "recast" and not (loan.prepayments or loan.sweep.ever):
            paths.append(f"loans.{name}.after_prepayment, for there are no prepayments")
    if "revolver" in scenario.company.gap and not any(loan.revolves for loan in scenario.loans.values()):
        paths.append("company.gap, which names revolvers though there are none")
    cited = {str(leaf.value) for path, leaf in leaves(scenario.tree) if path[-1] == "source" and isinstance(leaf, Leaf)}
    cited.add(scenario.default_source)
    return paths + [f"sources.{name}" for name in scenario.sources if name not in cited]


def _idle_projects(scenario: Scenario) -> Iterator[str]:
    """Yield the projects that do nothing, each with the reason."""
    for name, project in scenario.projects.items():
        closes = scenario.plants[project.plant].last_day
        if not project.spends:
            yield f"projects.{name}, cancelled before anything is spent on it"
        elif closes and not project.cancelled and month_number(closes) <= float(np.max(project.completes)):
            yield f"projects.{name}, complete when its plant is closed"


def _words_of_options(scenario: Scenario) -> set[str]:
    """Return every word in the options, among them names of indices and codes of currencies."""
    options = scenario.tree.get("options")
    texts = [leaf.text for _, leaf in leaves(options)] if isinstance(options, Branch) else []
    return {word for text in texts for word in text.replace("/", " ").split()}
