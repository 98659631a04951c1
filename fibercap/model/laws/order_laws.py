"""The law that cash serves in turn: nothing is paid beyond what earlier turns leave, or while one of them is unpaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fibercap.model.cash.order_of_cash import repaid_row
from fibercap.model.cash.reserves import left_by_service
from fibercap.model.cash.trifle import PATH as TRIFLE
from fibercap.model.laws.law import Law
from fibercap.model.loans.clauses.rounding import Rounding
from fibercap.model.loans.facilities import repayment_order
from fibercap.model.loans.prepayments import FEES, prepays
from fibercap.model.loans.rows.sweep_rows import share_of_sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

NAME = "served_in_turn"
PREPAYMENTS = "accounts.prepayments"


class Turn(NamedTuple):
    """A payment in the order of cash: its row, the formula of the amount paid, and of the amount due out of `{left}`.

    `due` is "" where nothing has to be paid.
    """

    row: str
    paid: str
    due: str = ""


def laws_of_order(plan: Plan, read: Callable[[str], Array]) -> Iterator[Law]:
    """Yield the laws of the order of cash: each turn is paid from what the turns before it leave, and in full first.

    Parameters
    ----------
    plan : Plan
        The plan.
    read : callable
        Returns a row by its path, (..., period) [unit of the row].

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    turns, ahead = list(_turns(plan)), ""
    if len(turns) == 1 and not plan.company.dividends and plan.company.payouts is None:
        return
    for number, turn in enumerate(turns):
        left = f"MAX({{{left_by_service(plan)}}}{ahead} - {{inputs.money.minimum_cash}}, 0)"
        rounding = _rounding_of_fees(plan, read) if turn.row == PREPAYMENTS else 0.0
        text = f"MIN({left} - {turn.paid}, 0)"
        yield Law(NAME, turn.row, text, flows=(turn.paid,), company=True, rounding=rounding)
        behind = " + ".join(later.paid for later in turns[number + 1 :])
        if turn.due and behind:
            # comparisons and MAX with 0 alone, so that a sheet can take it over all columns at once
            unpaid = f"(({turn.due.replace('{left}', left)} - {turn.paid}) > {{{TRIFLE}}})"
            yield Law(NAME, turn.row, f"{unpaid} * ({behind})", flows=(turn.paid,), company=True)
        ahead += f" - {turn.paid}"


def _turns(plan: Plan) -> Iterator[Turn]:
    """Yield who is served after scheduled debt service, in turn: revolvers, prepayments, sweeps by rank, owners."""
    order = repayment_order(plan)
    for name in order:
        if plan.loans[name].revolves:
            row = repaid_row(plan, name)
            yield Turn(row, f"{{{row}}}", _least("{left}", f"{{loans.{name}.repayable}}"))
    if prepays(plan):
        fees = any(plan.loans[name].charges_prepayments for name in prepays(plan))
        paid = f"{{accounts.prepayments}}{f' + {{{FEES}}}' if fees else ''}"
        yield Turn(PREPAYMENTS, f"({paid})")
    for name in order:
        if not plan.loans[name].revolves:
            row, share = repaid_row(plan, name), share_of_sweep(plan, name)
            swept = _least(f"{share} * {{left}}", f"{{loans.{name}.repayable}}")
            due = f"({{loans.{name}.pays}} > 0) * {swept}"
            yield Turn(row, f"{{{row}}}", due)
    yield Turn("accounts.dividends", "{accounts.dividends}")


def _rounding_of_fees(plan: Plan, read: Callable[[str], Array]) -> float:
    """Return by how much fees on prepayments that are rounded up may exceed what is left for them. [money]"""
    most = 0.0
    for name in prepays(plan):
        loan, code = plan.loans[name], plan.loan_currency(name)
        if isinstance(loan.rounding, Rounding) and loan.charges_prepayments:
            rate = 1.0 if code == plan.currency else float(np.max(read(f"exchange.{code}.average")))
            most += loan.rounding.step * rate * len(loan.prepayments or ())
    return most


def _least(one: str, other: str) -> str:
    """Return the formula of the lesser of two amounts. [money]"""
    return f"({one} - MAX({one} - {other}, 0))"
