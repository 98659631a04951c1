"""What cash decides in each period: repayments, sweeps, draws on revolvers, dividends, calls on owners."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.cells import CircularError
from fibercap.core.formulas.circle import settle
from fibercap.model.cash.circular_plan import circular_plan
from fibercap.model.cash.draw_stop import stopped_row, stopping_loans
from fibercap.model.cash.interest_on_cash import interest_rows_of
from fibercap.model.cash.payouts import PAYOUT_ROWS
from fibercap.model.cash.reserves import reserved_loans, rows_of_reserves
from fibercap.model.cash.tested_terms import tested_terms
from fibercap.model.cash.tests_ahead import settle_or_try
from fibercap.model.funding.cash_limits import rows_that_hang_on_cash
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.loans.rows.ahead_rows import rows_ahead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.formulas.rows import Block
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

EQUITY: Final = "equity"


def cash_decides(plan: Plan) -> bool:
    """Return whether any loan, dividend or interest of a plan depends on cash, or any term of a loan on a ratio."""
    known = not plan.company.dividends and plan.company.payouts is None and not interest_rows_of(plan)
    rests = any(loan.needs_cash or loan.repayment.follows_tax or loan.ratio_terms for loan in plan.loans.values())
    return not known or bool(rows_that_hang_on_cash(plan) or stopping_loans(plan) or reserved_loans(plan)) or rests


def repaid_row(plan: Plan, name: str) -> str:
    """Return the path of the row of what cash repays on a loan: `repaid` of a revolver, `swept` of another.

    Parameters
    ----------
    plan, name : Plan, str
        The plan, and a loan in it.
    """
    return f"loans.{name}.{'repaid' if plan.loans[name].revolves else 'swept'}"


def decided_rows(plan: Plan) -> list[str]:
    """Return the paths of rows whose values depend on the cash of the same period, or on covenants' tests."""
    rows = [f"accounts.{key}" for key in ("equity_for_cash", "dividends", "dividends_barred")] + interest_rows_of(plan)
    rows += rows_that_hang_on_cash(plan) + [stopped_row(name) for name in stopping_loans(plan)]
    rows += [f"accounts.{key}" for key in PAYOUT_ROWS] if plan.company.payouts is not None else []
    for name, loan in plan.loans.items():
        rows += [repaid_row(plan, name), f"loans.{name}.called"] if loan.needs_cash else []
        keys = ("cfads_left", "cfads_to_serve", "service_target") if loan.repayment.follows_tax else ()
        rows += [f"loans.{name}.{key}" for key in keys]
    rows += [row for row, _ in tested_terms(plan)] + rows_of_reserves(plan)
    return rows


def settle_cash(sheet: Sheet, plan: Plan, schedules: Mapping[str, Block], locks: Mapping[str, str]) -> dict[str, Block]:
    """Compute the rows that cash decides and all rows that depend on them; return the loans' schedules by name.

    Parameters
    ----------
    sheet, plan
        The sheet with all rows, those that depend on cash still without values, and the plan.
    schedules : mapping
        The blocks of the loans' schedules, by name.
    locks : mapping
        By path of each lock-up and draw stop, the row that says whether it bars dividends or draws.

    Raises
    ------
    FibercapError
        If one never settles: a ratio that looks ahead may depend on the dividends or draws that it bars. If cash
        depends on itself within a period.

    Source
    ------
    docs/conventions.md, section 5. Nothing is circular: interest of a period runs on balances opened with, so tax and
    cash after service are known before any revolver or sweep moves, and those move on the period's last day.
    """
    blocks, rows = [sheet.block(), *schedules.values()], [row for row in decided_rows(plan) if row in sheet]
    waiting = [name for name in reserved_loans(plan) if plan.loans[name].needs_cash]
    rows += [row for name in waiting for row in rows_ahead(schedules[f"loans.{name}.schedule"])]

    by_period = {path: sheet.read(path, 0) for path in sheet.given_later}

    def settle_with(barred: Mapping[str, Array]) -> dict[str, Array]:
        within, assumed = plan.timeline.within, {**by_period, **barred}
        return settle(blocks, rows, later=sheet.later, later_from=within, elsewhere=f"{RUN_OFF}.", assumed=assumed)

    try:
        values = settle_or_try(settle_with, plan.timeline.labels, locks)
    except CircularError as error:
        raise circular_plan(error) from None
    sheet.settle(values)
    settled_schedules = {
        # checked=0: the values are new, so the block checks all of them again.
        name: replace(block, values={path: values.get(path, value) for path, value in block.values.items()}, checked=0)
        for name, block in schedules.items()
    }
    for block in settled_schedules.values():
        sheet.know(block)
    return settled_schedules
