"""Payouts: what owners are paid by a rule, a share of the cash above what is kept, on regular dates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK, add_months
from fibercap.model.cash.reserves import short_reserves
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.loans.clauses.rates import INTERVALS

if TYPE_CHECKING:
    from fibercap.model.plan.company import Payouts
    from fibercap.model.plan.plan import Plan

PAYOUT_ROWS: Final = ("dividends_dated", "cash_to_pay_out", "payout_before_limits", "payouts", "payouts_held")
"""Rows of `accounts.` that only plans with payouts have."""


def payout_days(plan: Plan, rule: Payouts) -> list[date]:
    """Return the dates of payouts within the horizon.

    Parameters
    ----------
    plan, rule : Plan, Payouts
        The plan, and its rule; without `first`, the first date is the end of the first interval of the horizon.
    """
    months, end = INTERVALS[rule.every], plan.horizon.end
    first = rule.first or add_months(plan.horizon.start, months) - timedelta(days=1)
    count = 12 * (end.year - first.year) + end.month - first.month
    days = [add_months(first, months * number) for number in range(count // months + 1 if count >= 0 else 0)]
    return [day for day in days if day <= end]


def payout_rows(sheet: Sheet, plan: Plan, rule: Payouts, left: str, locks: Collection[str]) -> None:
    """Write what owners are paid by the rule; `settle_cash` computes the values.

    Writes `payout_due` [1], `cash_to_pay_out`, `payout_before_limits`, `payouts` and, beside a lock-up, `payouts_held`
    under `accounts.`. [money]

    Parameters
    ----------
    sheet, plan, rule
        The sheet that has the rows of income and cash and gets these, the plan, and its rule.
    left : str
        Formula text of the cash that service, prepayments and sweeps leave above the minimum. [money]
    locks : collection of str
        Rows of covenants that bar payouts in the following period.

    Source
    ------
    docs/conventions.md, section 5, Payouts.
    """
    money, path = plan.currency, "company.payouts"
    _due_row(sheet, plan, rule)
    share = sheet.give(f"inputs.{path}.share", "", rule.share)
    least = "{inputs.money.minimum_cash}"
    keep = least if rule.keep is None else sheet.give(f"inputs.{path}.keep", money, rule.keep)
    more = f" - MAX({keep} - {least}, 0)" if rule.keep is not None else ""
    above = "{accounts.cash_to_pay_out}"
    text = f"MAX({left} - {{accounts.dividends_dated}}{more}, 0)"
    sheet.put(Row("accounts.cash_to_pay_out", "Cash above what payouts keep", money, STOCK, text), None)
    waiting = "{accounts.payouts_held@-1}"
    day = f"{share} * MAX({above} - {waiting}, 0)" if locks else f"{share} * {above}"
    # What lock-ups held back is paid first and in full; the share applies to the rest.
    text = f"MIN({waiting}, {above}) + {day}" if locks else day
    text = f"IF({{accounts.payout_due}} > 0, {text}, 0)"
    sheet.put(Row("accounts.payout_before_limits", "Payouts before limits", money, FLOW, text), None)
    short = _short_text(sheet, plan)
    locked = f"MAX({', '.join(f'{{{row}@-1}}' for row in sorted(locks))}, 0) > 0" if locks else ""
    earned = f"MAX({earned_text(sheet, plan)} - {{accounts.dividends_dated}}, 0)"
    text = f"MIN({{accounts.payout_before_limits}}, {earned})"
    for bars in (short, locked):
        text = f"IF({bars}, 0, {text})" if bars else text
    sheet.put(Row("accounts.payouts", "Payouts", money, FLOW, text), None)
    if locks:
        more = f"{waiting} + MIN({day}, MAX({earned} - {waiting}, 0))"
        text = f"IF({{accounts.payout_due}} = 0, {waiting}, IF({locked}, {more}, 0))"
        text = f"IF({short}, {waiting}, {text})" if short else text
        sheet.put(Row("accounts.payouts_held", "Payouts held back by lock-ups", money, STOCK, text), None)


def earned_text(sheet: Sheet, plan: Plan) -> str:
    """Return the formula of retained earnings at a period's end before dividends, less capital opened with. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the input `opening.paid_in_capital`, and the plan.
    """
    text, capital = "{accounts.retained_earnings@-1} + {accounts.net_income}", plan.opening.paid_in_capital
    if capital is None:
        return text
    return f"{text} - {sheet.give('inputs.opening.paid_in_capital', plan.currency, capital)}"


def _due_row(sheet: Sheet, plan: Plan, rule: Payouts) -> None:
    """Write the number of payout dates in each period. [1]"""
    due = np.zeros(plan.timeline.count)
    for day in payout_days(plan, rule):
        due[plan.timeline.index(day)] += 1  # monthly payouts may fall several times in one period
    reads = (*(f"company.payouts.{key}" for key in ("every", "first")), "horizon")
    sheet.put(Row("accounts.payout_due", "Dates of payouts", "", FLOW, reads=reads), due)


def _short_text(sheet: Sheet, plan: Plan) -> str:
    """Return the formula of whether a reserve is short of its target; "" without reserves. [1]"""
    rows = short_reserves(plan)
    return trifle_of(sheet).counts_text(f"({' + '.join(f'{{{row}}}' for row in rows)})") if rows else ""
