"""Retained earnings at the start of the horizon, which balance the opening balance sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.sheet import Sheet, total

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan


def opening_earnings_text(sheet: Sheet, plan: Plan) -> str:
    """Return the formula of retained earnings at the horizon's start, which balance the opening balance sheet. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows of loans, and the plan.

    Source
    ------
    docs/conventions.md, section 6.
    """
    had = ["cash", "receivables", "inventory", "other_assets"]
    had += ["fixed_assets.value"] if plan.opening.fixed_assets else []
    text = total(f"inputs.opening.{key}" for key in had)
    text += " - {inputs.opening.payables} - {inputs.opening.other_liabilities}"
    for name in plan.loans:
        first = f"loans.{name}"
        for sign, key in (("+", "deferred_fee"), ("-", "closing"), ("-", "accrued")):
            text += f" {sign} ({sheet.rows[f'{first}.{key}'].before})"
    return text
