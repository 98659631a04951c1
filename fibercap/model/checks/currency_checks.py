"""Checks of currencies: rates that fit their names, and amounts that must be in the reporting currency."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from fibercap.core.currencies import CURRENCIES
from fibercap.core.language.input_hints import unknown_currency
from fibercap.core.language.product_units import why_no_name
from fibercap.core.trees.tree import Branch, leaves

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan


OTHER: Final = "another currency of ISO 4217, or one that the euro replaced"
AT_HOME: Final = ("company", "opening", "money")


def exchange_codes(s: Plan, tree: Branch) -> Findings:
    """Yield exchange rates under an unknown currency, or under a currency other than their own.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    block = tree.get("exchange")
    for code, rates in block.items() if isinstance(block, Branch) else ():
        if code not in CURRENCIES or code == s.currency:
            known, hint = code in CURRENCIES, "remove it, or name another"
            problem = "the reporting currency" if known else f"the unknown currency `{code}`"
            yield f"exchange.{code}", "unknown_currency", problem, OTHER, hint if known else unknown_currency(code)
            continue
        for path, leaf in leaves(rates, ("exchange", code)):
            unit = re.search(r"/([A-Z]{3})$", str(leaf.value))
            if unit and unit[1] != code:
                problem, hint = f"a rate of {unit[1]}", f"write it in {s.currency}/{code}"
                yield ".".join(path), "wrong_currency", problem, f"one of {code}", hint


def amounts_at_home(s: Plan, tree: Branch) -> Findings:
    """Yield amounts of the company that are not in the reporting currency, and funding not in its loan's currency.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    del tree
    for block, amounts in s.amounts.items():
        first = block.split(".", 1)[0]
        for path, code in amounts.items() if first in (*AT_HOME, "funding") else ():
            problem, payer = f"an amount in {code}", path.rsplit(".", 1)[-1]
            if first in AT_HOME and code != s.currency:
                yield path, "mixed_currency", problem, f"one in {s.currency}", "the company reports in it"
            if first == "funding" and payer in s.loans and (currency := s.loan_currency(payer)) != code:
                yield path, "mixed_currency", problem, f"one in {currency}", "write it in the loan's currency"


def path_currencies(s: Plan, tree: Branch) -> Findings:
    """Yield the values of a series that are in another currency than its first value.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    del tree
    first: dict[str, str] = {}
    mixed = [amounts for amounts in s.amounts.values() if len(set(amounts.values())) > 1]
    for path, code in chain.from_iterable(amounts.items() for amounts in mixed):
        *prefix, key = path.split(".")
        if path.startswith(("plants.", "projects.", "products.")) and re.fullmatch(r"[12][0-9]{3}(-[Q0-9]+)?", key):
            currency = first.setdefault(".".join(prefix), code)
            if currency != code:
                yield path, "mixed_currency", f"a value in {code}", f"one in {currency}", "write a path in one currency"


def cash_loans(s: Plan, tree: Branch) -> Findings:
    """Yield the loans that depend on cash but are not in the reporting currency.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    del tree
    for name, loan in s.loans.items():
        if loan.needs_cash and s.loan_currency(name) != s.currency:
            problem = f"a loan in {s.loan_currency(name)} that depends on cash in {s.currency}"
            hint = f"write revolvers and swept loans in {s.currency}"
            yield f"loans.{name}", "mixed_currency", problem, f"one in {s.currency}", hint


def declared_units(s: Plan, tree: Branch) -> Findings:
    """Yield the declared units whose names cannot be used.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    del tree
    for name in s.units:
        if why := why_no_name(name):
            problem, hint = f"`{name}`, {why}", "name it with other letters, such as `coil`"
            yield f"units.{name}", "no_unit_name", problem, "a name for a unit", hint


CURRENCY_CHECKS = (declared_units, exchange_codes, amounts_at_home, path_currencies, cash_loans)
