"""Balances that lenders limit: net debt, net worth, and what of it is tangible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import Row
from fibercap.core.timeline import STOCK

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.plan.plan import Plan

BALANCES: Final = {
    "net_debt": ("Debt less cash", "{accounts.debt} - {accounts.cash}"),
    "net_worth": ("Net worth", "{accounts.paid_in_capital} + {accounts.retained_earnings}"),
    "tangible_net_worth": ("Tangible net worth", "{accounts.net_worth} - {accounts.deferred_fees}"),
}


def net_worth_rows(sheet: Sheet, plan: Plan) -> None:
    """Write `accounts.net_debt`, `accounts.net_worth` and `accounts.tangible_net_worth` at each period's end. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the balance sheet and gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 6, Rows that lenders ask for.
    """
    for key, (label, text) in BALANCES.items():
        sheet.line(Row(f"accounts.{key}", label, plan.currency, STOCK, text))
