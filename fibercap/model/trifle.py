"""Is there money? One rule for kernels and formulas: an amount counts where it is more than rounding may leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.core.rows import Sheet
    from fibercap.model.plan import Plan

HALF_A_CENT: Final = 0.005
ROUNDING: Final = 1e-12
"""Share of the largest amount that rounding may leave of it."""
PATH: Final = "money.trifle"
OPENED: Final = ("receivables", "inventory", "payables", "other_assets", "other_liabilities", "tax_losses")


@dataclass(frozen=True)
class Trifle:
    """The largest amount that counts as no money: the reference by which formulas know it, and its value.

    `value` is `()` or `(draw, 1)`. [money]
    """

    text: str
    value: Array

    def counts(self, amount: Array) -> npt.NDArray[np.bool_]:
        """Tell where there is money, (...)."""
        return np.asarray(amount > self.value)

    def counts_text(self, amount: str) -> str:
        """Return the formula of `counts`."""
        return f"{amount} > {self.text}"

    def counted(self, amount: Array) -> Array:
        """Return an amount where there is money, else 0, (...). [money]"""
        return np.where(amount > self.value, amount, 0.0)

    def without_dust(self, flows: Array) -> Array:
        """Return flows of either sign without those that are no money, (...). [money]"""
        return np.where(np.abs(flows) > self.value, flows, 0.0)

    def counted_text(self, amount: str) -> str:
        """Return the formula of `counted`."""
        return f"IF({self.counts_text(amount)}, {amount}, 0)"


def least_money(largest: Array) -> Array:
    """Return the largest amount that counts as no money beside a plan's largest amount, (...). [money]

    Source
    ------
    docs/conventions.md, section 6; docs/decisions/is-there-money.md.
    """
    return np.maximum(HALF_A_CENT, ROUNDING * largest)


def give_trifle(sheet: Sheet, path: str, money: str, largest: str, value: Array) -> Trifle:
    """Make the largest amount that counts as no money known to formulas.

    Parameters
    ----------
    sheet : Sheet
        Where it is given.
    path : str
        What formulas call it.
    money : str
        The currency.
    largest, value
        The largest amount of a plan, or of a loan that stands alone: formula and value. [money]
    """
    least = sheet.give(f"{path.rpartition('.')[0]}.half_a_cent", money, HALF_A_CENT)
    text = f"MAX({least}, {ROUNDING!r} * {largest})"
    return Trifle(sheet.give(path, money, least_money(value), formula=text, aside=True), least_money(value))


def trifle_of(sheet: Sheet) -> Trifle:
    """Return the largest amount that counts as no money in a plan, in its reporting currency."""
    return Trifle(f"{{{PATH}}}", sheet.given(PATH))


def trifle_rows(sheet: Sheet, plan: Plan) -> None:
    """Give `money.largest`, a plan's largest amount, and `money.trifle`, what counts as no money beside it.

    Source
    ------
    docs/decisions/is-there-money.md: all that plants and projects ever earn and spend, what the plan opens with, and
    what owners and lenders are to pay, added up; no sum of the plan can come near more.
    """
    terms: list[tuple[str, Array]] = []
    for row, parts in _moved(plan).items():
        moved = sum((sheet.value(path) for path in parts), start=np.zeros(sheet.length))
        terms.append((f"SUM({{accounts.{row}}})", moved.sum(axis=-1, keepdims=True)))
    overhead = plan.company.overhead.averages(plan.timeline) * (plan.timeline.months / 12)
    terms.append(("SUM({accounts.overhead})", overhead.sum(axis=-1, keepdims=True)))
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
            text, value = f"{text} * MAX({{{row}}})", value * sheet.value(row).max(axis=-1, keepdims=True)
        found.append((text, value))
    return found


def loan_trifle(sheet: Sheet, plan: Plan, name: str) -> Trifle:
    """Return what counts as no money on a loan of a plan, in the loan's currency: the plan's, at the lowest rate."""
    code, whole = plan.loan_currency(name), trifle_of(sheet)
    if code == plan.currency:
        return whole
    row = f"exchange.{code}.closing"
    value = _whole(sheet.given("money.largest") / sheet.value(row).min(axis=-1, keepdims=True))
    return give_trifle(sheet, f"loans.{name}.trifle", code, f"{{money.largest}} / MIN({{{row}}})", value)


def _whole(value: Array) -> Array:
    """Return a value of the whole horizon as a scalar, `()` or `(draw, 1)`."""
    return value[0] if np.shape(value) == (1,) else np.asarray(value)
