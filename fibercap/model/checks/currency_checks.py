"""Checks of currencies: rates that fit their names, and amounts that must be in the reporting currency."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from fibercap.core.tree import Branch, leaves
from fibercap.core.units import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan.plan import Plan

    Found = Iterator[tuple[str, str, str, str, str]]  # path, code, found, wanted, hint

AT_HOME: Final = ("company", "opening", "money")


def exchange_codes(s: Plan, tree: Branch) -> Found:
    """Yield the rates of exchange that stand under a currency which is unknown, or whose rates they are not.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    block = tree.get("exchange")
    for code, rates in block.items() if isinstance(block, Branch) else ():
        if code not in CURRENCIES or code == s.currency:
            known = ", ".join(other for other in CURRENCIES if other != s.currency)
            told = "the reporting currency" if code == s.currency else f"the unknown currency `{code}`"
            yield f"exchange.{code}", "unknown_currency", told, f"one of {known}", "remove it, or name another"
            continue
        for path, leaf in leaves(rates, ("exchange", code)):
            unit = re.search(r"/([A-Z]{3})$", str(leaf.value))
            if unit and unit[1] != code:
                told, hint = f"a rate of {unit[1]}", f"write it in {s.currency}/{code}"
                yield ".".join(path), "wrong_currency", told, f"one of {code}", hint


def amounts_at_home(s: Plan, tree: Branch) -> Found:
    """Yield the company's own amounts outside the reporting currency, and funding outside the currency of its loan.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    del tree
    for block, amounts in s.amounts.items():
        first = block.split(".", 1)[0]
        for path, code in amounts.items() if first in (*AT_HOME, "funding") else ():
            told, payer = f"an amount in {code}", path.rsplit(".", 1)[-1]
            if first in AT_HOME and code != s.currency:
                yield path, "mixed_currency", told, f"one in {s.currency}", "the company reports in it"
            if first == "funding" and payer in s.loans and (own := s.loan_currency(payer)) != code:
                yield path, "mixed_currency", told, f"one in {own}", "write it in the loan's currency"


def path_currencies(s: Plan, tree: Branch) -> Found:
    """Yield the values over time of one input that are in another currency than the first.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    del tree
    first: dict[str, str] = {}
    mixed = [amounts for amounts in s.amounts.values() if len(set(amounts.values())) > 1]
    for path, code in chain.from_iterable(amounts.items() for amounts in mixed):
        *over, key = path.split(".")
        if path.startswith(("plants.", "projects.", "products.")) and re.fullmatch(r"[12][0-9]{3}(-[Q0-9]+)?", key):
            own = first.setdefault(".".join(over), code)
            if own != code:
                yield path, "mixed_currency", f"a value in {code}", f"one in {own}", "write a path in one currency"


def cash_loans(s: Plan, tree: Branch) -> Found:
    """Yield the loans that depend on cash and are not in the reporting currency, in which cash is held.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    del tree
    for name, loan in s.loans.items():
        if loan.needs_cash and s.loan_currency(name) != s.currency:
            told = f"a loan in {s.loan_currency(name)} that depends on cash in {s.currency}"
            hint = f"write revolvers and swept loans in {s.currency}"
            yield f"loans.{name}", "mixed_currency", told, f"one in {s.currency}", hint


CURRENCY_CHECKS = (exchange_codes, amounts_at_home, path_currencies, cash_loans)
