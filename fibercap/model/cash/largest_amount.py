"""The largest amount of a plan: all that it earns, spends, opens with and may borrow; rounding errors grow with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.trifle import PATH, Trifle, give_trifle, trifle_of
from fibercap.model.income.overhead import overhead_by_year

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

OPENED: Final = ("receivables", "inventory", "payables", "other_assets", "other_liabilities", "tax_losses")


def trifle_rows(sheet: Sheet, plan: Plan) -> None:
    """Give `money.largest`, a plan's largest amount, and `money.trifle`, up to which an amount counts as no money.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the scalars, in the reporting currency, and the plan.

    Source
    ------
    docs/decisions/is-there-money.md: the sum of all that plants and projects ever earn and spend, what the plan opens
    with, and what owners and lenders are to pay; no amount in the plan exceeds it.
    """
    terms: list[tuple[str, Array]] = []
    within = plan.timeline.within
    for row, parts in _operating_rows(plan).items():
        moved = sum((sheet.value(path) for path in parts), start=np.zeros(sheet.length))
        terms.append((f"SUM({{accounts.{row}}})", moved[..., :within].sum(axis=-1, keepdims=True)))
    # its row is written later; a copy of the sheet has it now
    overhead = overhead_by_year(sheet.fork(), plan) * (plan.timeline.months / 12)
    terms.append(("SUM({accounts.overhead})", overhead[..., :within].sum(axis=-1, keepdims=True)))
    terms += _opening_and_owners(sheet, plan) + _commitments(sheet, plan)
    text = " + ".join(text for text, _ in terms)
    value = _as_scalar(sum((amount for _, amount in terms), start=np.asarray(0.0)))
    largest = sheet.give("money.largest", plan.currency, value, formula=text, aside=True)
    give_trifle(sheet, PATH, plan.currency, largest, value)


def _operating_rows(plan: Plan) -> dict[str, list[str]]:
    """Return the rows of `accounts.` that are totals over plants and projects, with the rows that each adds up."""
    plants = plan.plants
    return {
        "revenue": [f"plants.{key}.revenue" for key in plants],
        "variable_cost": [f"plants.{key}.variable_cost" for key in plants],
        "fixed_cost": [f"plants.{key}.fixed_cost" for key in plants],
        "maintenance": [f"plants.{key}.maintenance" for key in plants],
        "capex": [f"projects.{key}.capex" for key in plan.projects],
        "purchases": [f"plants.{key}.purchase" for key, plant in plants.items() if plant.purchase],
    }


def _opening_and_owners(sheet: Sheet, plan: Plan) -> list[tuple[str, Array]]:
    """Return the opening balances, and what owners pay in and take out on dates: formula texts and values. [money]"""
    opening, money, terms = plan.opening, plan.currency, []
    cash = sheet.give("inputs.opening.cash", money, opening.cash)
    # The absolute value, in functions that units and spreadsheets both know: cash may be an overdraft.
    terms.append((f"MAX({cash}, -{cash})", np.abs(opening.cash)))
    amounts = {f"opening.{key}": getattr(opening, key) for key in OPENED}
    if opening.fixed_assets is not None:
        amounts["opening.fixed_assets.value"] = opening.fixed_assets.value
    amounts |= {f"company.equity.{day}": amount for day, amount in (plan.company.equity or {}).items()}
    amounts |= {f"company.dividends.{day}": amount for day, amount in (plan.company.dividends or {}).items()}
    terms += [(sheet.give(f"inputs.{path}", money, amount), amount) for path, amount in amounts.items()]
    return terms


def _commitments(sheet: Sheet, plan: Plan) -> list[tuple[str, Array]]:
    """Return the loans' commitments, at the highest closing rate of the horizon: formula texts and values. [money]"""
    terms = []
    for name, loan in plan.loans.items():
        code, text, value = plan.loan_currency(name), f"{{inputs.loans.{name}.commitment}}", loan.commitment
        if code != plan.currency:
            row = f"exchange.{code}.closing"
            highest = sheet.value(row)[..., : plan.timeline.within].max(axis=-1, keepdims=True)
            text, value = f"{text} * MAX({{{row}}})", value * highest
        terms.append((text, value))
    return terms


def loan_trifle(sheet: Sheet, plan: Plan, name: str) -> Trifle:
    """Return the largest amount of a loan's currency that counts as no money: that of the plan, at the lowest rate.

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that has `money.trifle`, the plan, and the loan.

    Source
    ------
    docs/decisions/is-there-money.md.
    """
    code, plan_trifle = plan.loan_currency(name), trifle_of(sheet)
    if code == plan.currency:
        return plan_trifle
    row = f"exchange.{code}.closing"
    text = f"IF(MIN({{{row}}}) > 0, {{money.largest}} / MIN({{{row}}}), 0)"  # a workbook has options without the row
    # At the lowest rate money of the plan is most in the loan's currency: the trifle is never too small.
    lowest = sheet.value(row)[..., : plan.timeline.within].min(axis=-1, keepdims=True)
    value = _as_scalar(sheet.scalar("money.largest") / lowest)
    return give_trifle(sheet, f"loans.{name}.trifle", code, text, value)


def _as_scalar(value: Array) -> Array:
    """Return a value of the whole horizon as a scalar, `()` or `(sample, 1)`."""
    return value[0] if np.shape(value) == (1,) else np.asarray(value)
