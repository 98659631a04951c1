"""The order of cash as a table: from the first payment of a period to the last, down to closing cash."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final, NamedTuple

from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.formulas.term import signed_references
from fibercap.core.timeline import FLOW
from fibercap.model.cash.order_of_cash import repaid_row
from fibercap.model.cash.ranks import by_rank, ranks_of
from fibercap.model.cash.reserves import RESERVES, reserved_loans
from fibercap.model.income.asset_sales import sold_assets
from fibercap.model.loans.prepayments import FEES, prepays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fibercap.model.plan.plan import Plan

WATERFALL: Final = "waterfall."
CHANGE, CLOSING = "change", "closing"
SUBTOTALS: Final = ("after_*", CHANGE, CLOSING)
"""The last parts of the paths of what is left after each stage, and of cash at the end, in order."""
SERVICE: Final = (
    ("fees", "recurring fees", "fees_paid"), ("interest", "interest", "interest_paid"),
    ("principal", "scheduled principal", "scheduled"),
)  # fmt: skip
"""The lines of debt service: the last part of the path, the label, and the row of each loan."""


SHOWN_ELSEWHERE: Final = frozenset({"ebit", "interest_expense", "fee_expense", "exchange_result"})
"""Parts of pretax income that have lines of their own, or move no cash."""


def is_subtotal(path: str) -> bool:
    """Return whether a row says what is left of the cash of a period, not what moves it.

    Parameters
    ----------
    path : str
        The path of any row.
    """
    return path.startswith(WATERFALL) and any(fnmatch(path, f"{WATERFALL}{last}") for last in SUBTOTALS)


class Part(NamedTuple):
    """One line: the last part of its row's path, its label, and its formula, negative for what is paid. [money]"""

    key: str
    label: str
    text: str


class Stage(NamedTuple):
    """Lines that are served before all later ones, and the row of the cash that they leave."""

    key: str
    label: str
    parts: tuple[Part, ...]


def stages(plan: Plan, rows: Mapping[str, Row]) -> Iterator[Stage]:
    """Yield what is paid and received in a period, in the order in which it is served.

    Parameters
    ----------
    plan, rows : Plan, mapping
        The plan, and the rows of its accounts by path.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    yield Stage("after_operations", "Cash from operations after tax", tuple(_operations(rows)))
    yield Stage("after_funding", "Cash after investment and funding", tuple(_funding(plan)))
    yield from _service(plan)
    for key, label, parts in (
        ("after_prepayments", "Cash after early repayments", tuple(_prepayments(plan, rows))),
        ("after_owners", "Cash after dividends", tuple(_owners(plan))),
    ):
        if parts:
            yield Stage(key, label, parts)
    yield Stage(CHANGE, "Change of cash", tuple(_lifts(plan)))


def _operations(rows: Mapping[str, Row]) -> Iterator[Part]:
    """Yield the lines of operations; what else stands in pretax income moves cash as it accrues."""
    yield Part("ebitda", "EBITDA", "{accounts.ebitda}")
    yield Part("working_capital", "Working capital", "-{accounts.working_capital_increase}")
    for key, sign in signed_references(term_of(rows["accounts.pretax_income"].formula), "accounts."):
        if key not in SHOWN_ELSEWHERE:
            yield Part(key, rows[f"accounts.{key}"].label, f"{'-' if sign < 0 else ''}{{accounts.{key}}}")
    yield Part("tax", "Tax paid", "-{accounts.tax_paid}")


def _funding(plan: Plan) -> Iterator[Part]:
    yield Part("maintenance", "Maintenance", "-{accounts.maintenance}")
    if plan.projects:
        yield Part("capex", "Capex", "-{accounts.capex}")
    if any(plant.purchase for plant in plan.plants.values()):
        yield Part("purchases", "Purchases of plants", "-{accounts.purchases}")
    if sold_assets(plan):
        yield Part("asset_sales", "Sales of assets", "{accounts.asset_sales}")
    if plan.uses_with_grant:
        yield Part("grants", "Grants received", "{accounts.grants}")
    if plan.loans:
        called = "".join(f" - {{loans.{name}.called}}" for name in _revolvers(plan))
        yield Part("draws", "Loans drawn by plan", f"{{accounts.draws}}{called}")
        yield Part("upfront_fees", "Upfront fees", "-{accounts.upfront_fees_paid}")
    if any("equity" in funding.sources for funding in plan.funding.values()):
        yield Part("equity_for_projects", "Equity for projects", "{accounts.equity_for_projects}")
    if plan.company.equity:
        yield Part("equity_paid_in", "Equity paid in on dates", "{accounts.equity_paid_in}")


def _service(plan: Plan) -> Iterator[Stage]:
    """Yield the service of each rank in turn; with one rank it goes without a number."""
    ranks = ranks_of(plan)
    for rank, names in ranks.items():
        first, words = (f"rank_{rank}_", f"Rank {rank}: ") if len(ranks) > 1 else ("", "")
        parts = tuple(
            Part(f"{first}{key}", _sentence(f"{words}{label}"), f"-({total(f'loans.{name}.{row}' for name in names)})")
            for key, label, row in SERVICE
        )
        parts += tuple(_reserves(plan, names, first, words))
        key, of = (f"after_rank_{rank}", f"rank {rank}") if words else ("after_service", "debt service")
        yield Stage(key, f"Cash after {of}", parts)


def _reserves(plan: Plan, names: list[str], first: str, words: str) -> Iterator[Part]:
    """Yield what reserves of some loans add to free cash, and what fills them."""
    reserved = [name for name in names if plan.loans[name].reserve is not None]
    for key in ("used", "filled", "released") if reserved else ():
        moved = total(f"loans.{name}.reserve_{key}" for name in reserved)
        text = f"-({moved})" if key == "filled" else moved
        yield Part(f"{first}reserves_{key}", _sentence(f"{words}reserves {key}"), text)


def _prepayments(plan: Plan, rows: Mapping[str, Row]) -> Iterator[Part]:
    swept = [name for name in by_rank(plan) if plan.loans[name].needs_cash and not plan.loans[name].revolves]
    if revolvers := _revolvers(plan):
        repaid = total(repaid_row(plan, name) for name in revolvers)
        yield Part("revolvers_repaid", "Revolvers repaid", f"-({repaid})")
    if prepays(plan):
        yield Part("prepayments", "Prepayments on dates", "-{accounts.prepayments}")
    if FEES in rows:
        yield Part("prepayment_fees", "Fees on prepayments", f"-{{{FEES}}}")
    if swept:
        yield Part("sweeps", "Sweeps", f"-({total(repaid_row(plan, name) for name in swept)})")


def _owners(plan: Plan) -> Iterator[Part]:
    rule, dated = plan.company.payouts, "dividends_dated" if plan.company.payouts else "dividends"
    if plan.company.dividends:
        yield Part("dividends", "Dividends on dates" if rule else "Dividends", f"-{{accounts.{dated}}}")
    if rule:
        yield Part("payouts", "Payouts", "-{accounts.payouts}")


def _lifts(plan: Plan) -> Iterator[Part]:
    lifters = plan.cash_lifters
    if called := [f"loans.{name}.called" for name in _revolvers(plan) if name in lifters]:
        yield Part("revolvers_drawn", "Revolvers drawn to hold cash", total(called))
    if "equity" in lifters:
        yield Part("equity_for_cash", "Equity called to hold cash", "{accounts.equity_for_cash}")
    if reserved_loans(plan):
        yield Part("reserves_kept", "Kept in reserves, net", f"{{{RESERVES}}} - {{{RESERVES}@-1}}")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _revolvers(plan: Plan) -> list[str]:
    return [name for name, loan in plan.loans.items() if loan.revolves]


def waterfall_rows(sheet: Sheet, plan: Plan) -> None:
    """Write `waterfall.<line>` in the order in which cash is paid, what is left after each stage, and closing cash.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the accounts and gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    left, money = "", plan.currency
    for stage in stages(plan, sheet.rows):
        for part in stage.parts:
            sheet.line(Row(f"{WATERFALL}{part.key}", part.label, money, FLOW, part.text))
        texts = [f"{{{WATERFALL}{key}}}" for key in (left, *(part.key for part in stage.parts)) if key]
        sheet.line(Row(f"{WATERFALL}{stage.key}", stage.label, money, FLOW, " + ".join(texts)))
        left = stage.key
    change, closing = f"{{{WATERFALL}{CHANGE}}}", f"{WATERFALL}{CLOSING}"
    sheet.write_balance(closing, "Cash at the end", money, change, before="{inputs.opening.cash}")
