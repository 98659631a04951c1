"""The largest amount of a plan: all that it moves, opens with and may borrow. It says what rounding may leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.trifle import PATH, Trifle, give_trifle, trifle_of

if TYPE_CHECKING:
    from fibercap.core.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

OPENED: Final = ("receivables", "inventory", "payables", "other_assets", "other_liabilities", "tax_losses")


def trifle_rows(sheet: Sheet, plan: Plan) -> None:
    """Give `money.largest`, a plan's largest amount, and `money.trifle`, what counts as no money beside it.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the scalars, in the reporting currency, and the plan.

    Source
    ------
    docs/decisions/is-there-money.md: all that plants and projects ever earn and spend, what the plan opens with, and
    what owners and lenders are to pay, added up; no sum of the plan can come near more.
    """
    terms: list[tuple[str, Array]] = []
    within = plan.timeline.within
    for row, parts in _moved(plan).items():
        moved = sum((sheet.value(path) for path in parts), start=np.zeros(sheet.length))
        terms.append((f"SUM({{accounts.{row}}})", moved[..., :within].sum(axis=-1, keepdims=True)))
    overhead = plan.company.overhead.averages(plan.timeline) * (plan.timeline.months / 12)
    terms.append(("SUM({accounts.overhead})", overhead[..., :within].sum(axis=-1, keepdims=True)))
    terms += _given(sheet, plan) + _lent(sheet, plan)
    text = " + ".join(text for text, _ in terms)
    value = _whole(sum((amount for _, amount in terms), start=np.asarray(0.0)))
    largest = sheet.give("money.largest", plan.currency, value, formula=text, aside=True)
    give_trifle(sheet, PATH, plan.currency, largest, value)


def _moved(plan: Plan) -> dict[str, list[str]]:
    """Return the rows of `accounts.` that plants and projects make up, and the rows that each adds up."""
    plants = plan.plants
    return {
        "revenue": [f"plants.{key}.revenue" for key in plants],
        "variable_cost": [f"plants.{key}.variable_cost" for key in plants],
        "fixed_cost": [f"plants.{key}.fixed_cost" for key in plants],
        "maintenance": [f"plants.{key}.maintenance" for key in plants],
        "capex": [f"projects.{key}.capex" for key in plan.projects],
        "purchases": [f"plants.{key}.purchase" for key, plant in plants.items() if plant.purchase],
    }


def _given(sheet: Sheet, plan: Plan) -> list[tuple[str, Array]]:
    """Return what a plan opens with, and what owners pay in and take out on dates: formulas and values."""
    opening, money, found = plan.opening, plan.currency, []
    cash = sheet.give("inputs.opening.cash", money, opening.cash)
    found.append((f"MAX({cash}, -{cash})", np.abs(opening.cash)))
    amounts = {f"opening.{key}": getattr(opening, key) for key in OPENED}
    if opening.fixed_assets is not None:
        amounts["opening.fixed_assets.value"] = opening.fixed_assets.value
    amounts |= {f"company.equity.{day}": amount for day, amount in (plan.company.equity or {}).items()}
    amounts |= {f"company.dividends.{day}": amount for day, amount in (plan.company.dividends or {}).items()}
    found += [(sheet.give(f"inputs.{path}", money, amount), amount) for path, amount in amounts.items()]
    return found


def _lent(sheet: Sheet, plan: Plan) -> list[tuple[str, Array]]:
    """Return what lenders are to pay, at the highest closing rate of the horizon: formulas and values."""
    found = []
    for name, loan in plan.loans.items():
        code, text, value = plan.loan_currency(name), f"{{inputs.loans.{name}.commitment}}", loan.commitment
        if code != plan.currency:
            row = f"exchange.{code}.closing"
            highest = sheet.value(row)[..., : plan.timeline.within].max(axis=-1, keepdims=True)
            text, value = f"{text} * MAX({{{row}}})", value * highest
        found.append((text, value))
    return found


def loan_trifle(sheet: Sheet, plan: Plan, name: str) -> Trifle:
    """Return what counts as no money on a loan, in its own currency: that of the plan, at the lowest rate of exchange.

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that has `money.trifle`, the plan, and the loan.

    Source
    ------
    docs/decisions/is-there-money.md.
    """
    code, whole = plan.loan_currency(name), trifle_of(sheet)
    if code == plan.currency:
        return whole
    row = f"exchange.{code}.closing"
    text = f"IF(MIN({{{row}}}) > 0, {{money.largest}} / MIN({{{row}}}), 0)"  # a workbook has options without the row
    lowest = sheet.value(row)[..., : plan.timeline.within].min(axis=-1, keepdims=True)
    value = _whole(sheet.scalar("money.largest") / lowest)
    return give_trifle(sheet, f"loans.{name}.trifle", code, text, value)


def _whole(value: Array) -> Array:
    """Return a value of the whole horizon as a scalar, `()` or `(draw, 1)`."""
    return value[0] if np.shape(value) == (1,) else np.asarray(value)
