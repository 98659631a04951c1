"""What owners pay in and take out: for projects and purchases, and on dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.payouts import earned_text, payout_rows
from fibercap.model.cash.reserves import reserves_paid_by_owners
from fibercap.model.income.operations import sum_row

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan


def owner_rows(sheet: Sheet, plan: Plan) -> None:
    """Write `accounts.equity_for_projects`, `accounts.equity_paid_in` and `accounts.dividends_planned`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows of funding and gets these, and the plan.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    funded = [f"funding.{key}.equity" for key, funding in plan.funding.items() if "equity" in funding.sources]
    funded += reserves_paid_by_owners(sheet, plan)
    sum_row(sheet, "accounts.equity_for_projects", "Equity for projects", plan.currency, FLOW, funded)
    _dated_row(sheet, plan, "equity_paid_in", "Equity paid in on dates", "equity", plan.company.equity or {})
    _limit_row(sheet, plan)
    _dated_row(sheet, plan, "dividends_planned", "Dividends planned", "dividends", plan.company.dividends or {})


def _limit_row(sheet: Sheet, plan: Plan) -> None:
    """Write `accounts.equity_left`, what owners may still pay beside dated equity, which is set aside. [money]"""
    limit, money = plan.company.equity_limit, plan.currency
    if limit is None:
        return
    start = sheet.give("inputs.company.equity_limit", money, limit)
    # All dated equity at once: what is promised later cannot be called now.
    start += "".join(f" - {{inputs.company.equity.{day}}}" for day in plan.company.equity or {})
    text = "{accounts.equity_left@-1} - {accounts.equity_for_projects} - {accounts.equity_for_cash}"
    sheet.put(Row("accounts.equity_left", "Equity that owners may still pay", money, STOCK, text, start), None)


def called_text(plan: Plan, short: str) -> str:
    """Return the formula of the equity that is called to hold cash, at most what owners may still pay. [money]

    Parameters
    ----------
    plan, short : Plan, str
        The plan, and the formula of the cash that is missing. [money]
    """
    if plan.company.equity_limit is None:
        return short
    return f"MIN({short}, MAX({{accounts.equity_left@-1}} - {{accounts.equity_for_projects}}, 0))"


def dividend_rows(sheet: Sheet, plan: Plan, locks: Collection[str], left: str) -> None:
    """Write `accounts.dividends_barred` and `accounts.dividends`: those planned and not barred, as far as cash lasts.

    With payouts, also `accounts.dividends_dated` and the rows of `payout_rows`. `settle_cash` computes their values.
    [money]

    Parameters
    ----------
    sheet, plan
        The sheet that has the rows of income and cash and gets these, and the plan.
    locks : collection of str
        Rows of covenants that bar dividends in the following period.
    left : str
        Formula text of the cash that service, prepayments and sweeps leave above the minimum. [money]

    Source
    ------
    docs/conventions.md, section 5: not beyond that cash, and not beyond retained earnings at the period's end.
    """
    planned, money, rule = "{accounts.dividends_planned}", plan.currency, plan.company.payouts
    allowed = planned
    if locks:
        bars = f"MAX({', '.join(f'{{{row}@-1}}' for row in sorted(locks))}, 0)"
        sheet.put(Row("accounts.dividends_barred", "Dividends barred", money, FLOW, f"{planned} * {bars}"), None)
        allowed = f"{planned} - {{accounts.dividends_barred}}"
    text = f"MIN({allowed}, MAX({left}, 0), MAX({earned_text(sheet, plan)}, 0))" if plan.company.dividends else "0"
    key, label = ("dividends_dated", "Dividends on dates") if rule else ("dividends", "Dividends")
    sheet.put(Row(f"accounts.{key}", label, money, FLOW, text), None if plan.company.dividends else np.zeros(1))
    if rule is not None:
        payout_rows(sheet, plan, rule, left, locks)
        text = "{accounts.dividends_dated} + {accounts.payouts}"
        sheet.put(Row("accounts.dividends", "Dividends", money, FLOW, text), None)


def _dated_row(sheet: Sheet, plan: Plan, key: str, label: str, block: str, amounts: Mapping[date, Array]) -> None:
    """Write the sum of the amounts whose dates lie in each period; none lies after the horizon."""
    terms, money = [], plan.currency
    sheet.after_horizon(f"accounts.{key}", "0")
    for day, amount in amounts.items():
        reference = sheet.give(f"inputs.company.{block}.{day}", money, amount)
        path = f"company.{block}.{day}"
        index = plan.timeline.index(day)
        when = sheet.give(f"{path}.period", "", index + 1, path, "horizon.from", "horizon.step")
        terms.append(f"IF({{time.period}} = {when}, {reference}, 0)")
    sheet.line(Row(f"accounts.{key}", label, money, FLOW, " + ".join(terms) or "0"))
