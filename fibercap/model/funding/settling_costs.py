"""Financing costs at which sources equal uses: costs raise the draws that cause them, so they are found in rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.errors import FibercapError
from fibercap.core.formulas.sheet import Sheet
from fibercap.model.cash.largest_amount import loan_trifle
from fibercap.model.currency.exchange import day_rates
from fibercap.model.funding.financing_costs import (
    Costs,
    construction_periods,
    last_spending,
    lenders,
    projects_with_costs,
    share_of,
)
from fibercap.model.loans import Moves, Setting
from fibercap.model.loans.clauses.rounding import Rounding
from fibercap.model.loans.events.prepared import Prepared

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.prepayments import Cuts
    from fibercap.model.plan.plan import Plan

MOST: Final = 100
"""Rounds after which costs that do not settle are given up."""
SETTLED: Final = 1e-8
"""Largest change in a round at which costs count as settled, in a plan of any size. [money]"""
FINEST: Final = 1e-13
"""Share of all uses of a project by which its costs may still change and count as settled."""


def settle_costs(sheet: Sheet, plan: Plan, write: Callable[[Sheet, Costs], None], cuts: Cuts) -> Costs:
    """Return each project's financing costs by period at which sources equal uses, (..., period). [money]

    Costs are computed from draws and draws from costs, in rounds. Costs of a period depend on draws before it, so that
    each round settles at least one more period. If sources pay shares of all uses, the uses grow by less in each round,
    for the interest of a period is a fraction of them.

    Parameters
    ----------
    sheet, plan
        The sheet with all rows before funding, and the plan.
    write : callable
        Writes the rows of funding on a sheet, given costs by project.
    cuts : mapping
        By how much each dated prepayment is reduced, by loan and day. [money]

    Raises
    ------
    FibercapError
        If they do not settle within 100 rounds.

    Source
    ------
    docs/conventions.md, section 5; the fixed point is checked as the law `financing_costs` on every run.
    """
    keys = projects_with_costs(plan)
    costs: Costs = {key: np.zeros(sheet.length) for key in keys}
    change = 0.0
    for _ in range(MOST if keys else 0):  # without such projects nothing is to settle
        trial = sheet.fork()  # the rows of a round that does not agree are dropped
        write(trial, costs)
        new = {key: _costs_of(trial, plan, key, cuts) for key in keys}
        moves = {key: np.max(np.abs(new[key] - costs[key]), axis=-1, keepdims=True) for key in keys}
        change, costs = max(float(np.max(move)) for move in moves.values()), new
        uses = {key: np.sum(np.abs(trial.value(f"funding.{key}.uses")), axis=-1, keepdims=True) for key in keys}
        if all((moves[key] <= np.maximum(SETTLED, FINEST * uses[key])).all() for key in keys):
            return costs
    if keys:
        message = f"financing costs of {', '.join(keys)} do not settle: they still move by {change:g} {plan.currency}"
        way_out = "lower the rate, ask for amounts instead of shares, or let the loans round no payments"
        raise FibercapError("never_settles", message, way_out)
    return costs


def _costs_of(sheet: Sheet, plan: Plan, key: str, cuts: Cuts) -> Array:
    """Return the interest and fees that a project bears in each period of its construction, (..., period). [money]"""
    value = np.zeros(sheet.length)
    for name in lenders(plan, [key]):
        loan = plan.loans[name]
        trifle = loan_trifle(sheet, plan, name)
        setting = Setting(name, loan, plan.loan_currency(name), plan.timeline, plan.rates, trifle=trifle)
        moved = Moves(
            funded=sheet.value(f"loans.{name}.funded"),
            until=last_spending(plan, plan.uses_of_loan(name)),
            cuts={day: (cut, "") for (loan, day), cut in cuts.items() if loan == name},
        )
        prepared = Prepared(setting, moved)
        flows = prepared.carry()
        falls = (prepared.grid.period[:, None] == np.arange(1.0, sheet.length + 1)).astype(float)
        first = np.zeros(len(prepared.grid.dates))
        first[0] = 1.0
        paid, upfront = (flows["interest"] + flows["fees"]) @ falls, loan.commitment * loan.fees.upfront
        if setting.money != plan.currency:
            paid = paid * sheet.value(f"exchange.{setting.money}.average")
            upfront = upfront * day_rates(plan, setting.money).rates_on([serial(loan.signed)])
        paid = paid + upfront * first @ falls
        value = value + sheet.work_out(share_of(sheet, plan, key, name)) * paid
    return value * construction_periods(plan, key)


def rounding_of_costs(plan: Plan, read: Callable[[str], Array]) -> Array | float:
    """Return the most that rounding can take off the costs that become assets, (..., 1). [money]

    A payment in whole steps differs by up to a step from what accrued, and a project that has spent nothing yet bears
    the difference alone.

    Parameters
    ----------
    plan : Plan
        The plan that is projected.
    read : callable
        Returns the values of a row by its path, (..., column).

    Source
    ------
    docs/decisions/laws-by-what-went-in.md.
    """
    most: Array | float = 0.0
    for name in lenders(plan, projects_with_costs(plan)):
        loan, code = plan.loans[name], plan.loan_currency(name)
        if isinstance(loan.rounding, Rounding) and not loan.rounding.carries:
            rate = 1.0 if code == plan.currency else read(f"exchange.{code}.average").max(axis=-1, keepdims=True)
            most = most + rate * loan.rounding.step * read(f"loans.{name}.schedule.closing").shape[-1]
    return most
