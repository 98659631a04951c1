"""Reserves: cash set aside for the service of loans, filled and used in the place of their rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.language.money_or_share import REST
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.ranks import ranks_of
from fibercap.model.funding.financing_costs import last_spending_text
from fibercap.model.plants.capex import spending_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fibercap.model.plan.plan import Plan

RESERVES: Final = "accounts.reserves"
FLOWS: Final = (("used", "used for service"), ("filled", "filled"), ("released", "released"))
"""What moves a reserve: the last part of the row's path after `reserve_`, and its words."""


def reserved_loans(plan: Plan) -> list[str]:
    """Return the loans that have a reserve, in the order of the file."""
    return [name for name, loan in plan.loans.items() if loan.reserve is not None]


def free_cash(plan: Plan) -> str:
    """Return the path of the row of cash that may be spent: less reserves, where there are any."""
    return "accounts.cash_free" if reserved_loans(plan) else "accounts.cash"


def left_by_service(plan: Plan) -> str:
    """Return the path of the row of cash that scheduled service leaves, and reserves, where there are any."""
    return "accounts.cash_after_reserves" if reserved_loans(plan) else "accounts.cash_after_service"


def short_reserves(plan: Plan) -> list[str]:
    """Return the rows of what reserves lack of their targets."""
    return [f"loans.{name}.reserve_short" for name in reserved_loans(plan)]


def use_of_reserve(plan: Plan, name: str) -> str:
    """Return the project or purchase whose completion fills the reserve of a loan; "" if operations fill it.

    Parameters
    ----------
    plan, name : Plan, str
        The plan, and the loan.
    """
    reserve, uses = plan.loans[name].reserve, plan.uses_of_loan(name)
    return uses[0] if reserve is not None and reserve.from_uses and uses else ""


def reserves_of_owners(plan: Plan) -> dict[str, list[str]]:
    """Return the loans whose reserves owners fill, by the project or purchase of which they pay the rest."""
    loans: dict[str, list[str]] = {}
    for name in reserved_loans(plan):
        key = use_of_reserve(plan, name)
        part = plan.funding[key].sources.get("equity") if key else None
        if part is not None and part.unit == REST:
            loans.setdefault(key, []).append(name)
    return loans


def rows_of_reserves(plan: Plan) -> list[str]:
    """Return the paths of the rows of reserves, which have no values until cash is settled."""
    names = reserved_loans(plan)
    keys = ("reserve", "reserve_short", *(f"reserve_{key}" for key, _ in FLOWS))
    rows = [f"loans.{name}.{key}" for name in names for key in keys]
    ranks = {plan.loans[name].rank for name in names}
    rows += [f"ranks.{rank}.cash_to_serve" for rank in ranks]
    rows += [f"loans.{name}.reserve_from_uses" for name in names if use_of_reserve(plan, name)]
    rows += [f"funding.{key}.equity_for_reserve" for key in reserves_of_owners(plan)]
    return [*rows, RESERVES, "accounts.cash_free", "accounts.cash_after_reserves"] if names else []


def reserve_target_row(sheet: Sheet, plan: Plan, name: str) -> None:
    """Write `loans.<l>.reserve_target`, the service that its reserve is to hold at the end of a period. [money]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that knows the loan's schedule, the plan, and the loan; one without a reserve has no row.

    Source
    ------
    docs/conventions.md, section 5, Reserves.
    """
    loan, schedule, code = plan.loans[name], f"loans.{name}.schedule", plan.loan_currency(name)
    if loan.reserve is None:
        return
    text = f"SUMIFS({{{schedule}.reserve_target}}, {{{schedule}.date}}, {{time.date}})"
    if code != plan.currency:
        text += f" * {{exchange.{code}.closing}}"
    label, key = f"{loan.title or key_in_words(name)}: service to be held in reserve", use_of_reserve(plan, name)
    if key:
        done = last_spending_text(plan, [key])
        text = f"IF({{time.end}} >= {done}, {text}, 0)"
    sheet.line(Row(f"loans.{name}.reserve_target", label, plan.currency, STOCK, text))
    if key:
        now = f"AND({{time.end}} >= {done}, {{time.start}} < {done})"
        text, path = f"IF({now}, {{loans.{name}.reserve_target}}, 0)", f"loans.{name}.reserve_from_uses"
        label = f"{loan.title or key_in_words(name)}: reserve as a use of {spending_title(plan, key)}"
        sheet.after_horizon(path, "0")
        reads = (f"loans.{name}.reserve.filled_from", f"funding.{key}")
        sheet.put(Row(path, label, plan.currency, FLOW, text, reads=reads), None)


def reserves_paid_by_owners(sheet: Sheet, plan: Plan) -> list[str]:
    """Write `funding.<p>.equity_for_reserve`, what owners pay into reserves at completion; return the rows. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 5, Reserves.
    """
    paths: list[str] = []
    for key, names in reserves_of_owners(plan).items():
        asked = total(f"loans.{name}.reserve_from_uses" for name in names)
        if plan.company.equity_limit is not None:
            others = [f"funding.{other}.equity" for other, f in plan.funding.items() if "equity" in f.sources]
            before = "".join(f" - {{{path}}}" for path in (*others, *paths))
            asked = f"MIN({asked}, MAX({{accounts.equity_left@-1}}{before}, 0))"
        paths.append(f"funding.{key}.equity_for_reserve")
        sheet.after_horizon(paths[-1], "0")
        label = f"{spending_title(plan, key)}: paid by owners into the reserve"
        sheet.put(Row(paths[-1], label, plan.currency, FLOW, asked), None)
    return paths


def reserve_rows(sheet: Sheet, plan: Plan) -> None:
    """Write what is set aside for each loan that has a reserve, and what moves it; `settle_cash` has the values.

    Writes `reserve`, `reserve_used`, `reserve_filled`, `reserve_released` and `reserve_short` under `loans.<l>.`,
    `ranks.<n>.cash_to_serve`, and `reserves`, `cash_free` and `cash_after_reserves` under `accounts.`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 5, Reserves.
    """
    names, money = reserved_loans(plan), plan.currency
    if not names:
        return
    least = sheet.give("inputs.money.minimum_cash", money, plan.money.minimum_cash)
    ranks = ranks_of(plan)
    for rank, lent in ranks.items():
        here = [name for name in lent if name in names]
        if not here:
            continue
        text = f"{{accounts.cash_after_service}} - {{{RESERVES}@-1}} + {total_service(r for r in ranks if r >= rank)}"
        higher = [name for name in names if plan.loans[name].rank < rank]
        text += "".join(f" {_moves(name)}" for name in higher)
        label = f"Rank {rank}: free cash before its service"
        sheet.put(Row(f"ranks.{rank}.cash_to_serve", label, money, STOCK, text), None)
        for name in here:
            _rows_of(sheet, plan, name, here, least)
    reserves = total(f"loans.{name}.reserve" for name in names)
    sheet.put(Row(RESERVES, "Cash held in reserves", money, STOCK, reserves), None)
    text, label = f"{{accounts.cash}} - {{{RESERVES}}}", "Cash less reserves"
    sheet.put(Row("accounts.cash_free", label, money, STOCK, text, "{inputs.opening.cash}"), None)
    text, label = f"{{accounts.cash_after_service}} - {{{RESERVES}}}", "Cash that debt service and reserves leave"
    sheet.put(Row("accounts.cash_after_reserves", label, money, STOCK, text), None)


def total_service(ranks: Iterable[int]) -> str:
    """Return the formula of what loans of some ranks are paid by schedule: interest, fees and principal. [money]"""
    keys = ("interest_paid", "fees_paid", "scheduled")
    return total(f"ranks.{rank}.{key}" for rank in ranks for key in keys)


def _moves(name: str) -> str:
    """Return the formula of what a reserve adds to free cash in a period. [money]"""
    prefix = f"loans.{name}.reserve"
    return f"+ {{{prefix}_used}} - {{{prefix}_filled}} + {{{prefix}_released}}"


def _rows_of(sheet: Sheet, plan: Plan, name: str, names: list[str], least: str) -> None:
    """Write the reserve of one loan; `names` are those of its rank that have one, in the order of the file."""
    prefix, title, rank = f"loans.{name}", plan.loan_title(name), plan.loans[name].rank
    before, free, service = names[: names.index(name)], f"{{ranks.{rank}.cash_to_serve}}", total_service([rank])
    kept, used, target = f"{{{prefix}.reserve@-1}}", f"{{{prefix}.reserve_used}}", f"{{{prefix}.reserve_target}}"
    others = "".join(f" - {{loans.{other}.reserve_used}}" for other in before)
    texts = {"used": f"MIN({kept}, MAX({service} - MAX({free}, 0){others}, 0))"}
    left = f"{free} - ({service})" + "".join(f" + {{loans.{other}.reserve_used}}" for other in names)
    left += "".join(f" + {{loans.{o}.reserve_released}} - {{loans.{o}.reserve_filled}}" for o in before)
    texts["filled"] = f"MIN(MAX({target} - {kept} + {used}, 0), MAX({left} - {least}, 0))"
    if use_of_reserve(plan, name):
        texts["filled"] = f"MAX({{{prefix}.reserve_from_uses}}, {texts['filled']})"
    texts["released"] = f"MAX({kept} - {used} - {target}, 0)"
    for key, words in FLOWS:
        sheet.put(Row(f"{prefix}.reserve_{key}", f"{title}: reserve {words}", plan.currency, FLOW, texts[key]), None)
    change = f"{{{prefix}.reserve_filled}} - {{{prefix}.reserve_used}} - {{{prefix}.reserve_released}}"
    sheet.write_balance(f"{prefix}.reserve", f"{title}: reserve", plan.currency, change)
    text = f"MAX({target} - {{{prefix}.reserve}}, 0)"
    label = f"{title}: what the reserve lacks of its target"
    sheet.put(Row(f"{prefix}.reserve_short", label, plan.currency, STOCK, text), None)
