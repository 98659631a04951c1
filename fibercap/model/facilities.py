"""Every loan of a plan, in model periods: those on their own first, then those that depend on cash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash import EQUITY, CashLoan, Known, Moves
from fibercap.model.cover import service_target
from fibercap.model.exchange import day_rates
from fibercap.model.financing_costs import fee_in_assets, last_spending, last_spending_text, to_asset_rows
from fibercap.model.foreign_loans import OWN, translated_rows
from fibercap.model.funded_service import funded_service_rows
from fibercap.model.largest_amount import loan_trifle
from fibercap.model.loans import Exchanged, Moved, Setting, loan_rows, schedule_block
from fibercap.model.loans.setting import used_commitment
from fibercap.model.operations import added
from fibercap.model.order_of_cash import solve
from fibercap.model.owners import dividend_rows, earned_before, owner_rows
from fibercap.model.prepayments import Cuts, cut_texts, free_text, prepays

if TYPE_CHECKING:
    from collections.abc import Collection

    from fibercap.core.rows import Block
    from fibercap.core.units import Array
    from fibercap.model.plan import Plan


INCOME: Final = ("interest_to_assets", "fees_to_assets")
"""What loans cost that is no expense."""


def loan_blocks(
    sheet: Sheet, plan: Plan, locks: Collection[str], barred: Array, cuts: Cuts
) -> tuple[dict[str, Block], Moves]:
    """Write owners' money and every loan's rows in model periods; return the loans' schedules, and what cash moves.

    `locks` are the rows that bar dividends in the period after theirs, `barred` is 1 where they do; `cuts` say by how
    much prepayments are cut.
    """
    owner_rows(sheet, plan)
    planned = {name: _planned(sheet, plan, name, cuts) for name in plan.loans}
    blocks = {
        name: _written(sheet, plan, name, planned[name]) for name in plan.loans if not plan.loans[name].needs_cash
    }
    moves = _moves(sheet, plan, planned, barred)
    for name, paid in moves.paid.items():
        was = planned[name]
        moved = replace(was, called=moves.called.get(name), paid=paid)
        _moved_rows(sheet, plan, name, moves)
        blocks[name] = _written(sheet, plan, name, moved)
        _known_rows(sheet, plan, name, blocks[name])
    paid = np.zeros(sheet.length) if moves.dividends is None else moves.dividends
    dividend_rows(sheet, plan, locks, barred, paid, f"MAX({after_sweeps(sheet, plan)}, 0)")
    return {blocks[name].name: blocks[name] for name in plan.loans}, moves


def _setting(sheet: Sheet, plan: Plan, name: str) -> Setting:
    code, exchange = plan.loan_currency(name), None
    if code != plan.currency:
        average = sheet.value(f"exchange.{code}.average")
        exchange = Exchanged(code, f"{plan.currency}/{code}", average, day_rates(plan, code))
    loan, is_drawn = plan.loans[name], name not in plan.undrawn
    loan, in_assets = loan if is_drawn else loan.offered, fee_in_assets(sheet, plan, name)
    cut = f"SUM({{loans.{name}.funded}})" if sheet.knows(used_commitment(name)) else ""
    trifle = loan_trifle(sheet, plan, name)
    return Setting(name, loan, code, plan.timeline, plan.rates, exchange, in_assets, trifle, is_drawn, cut)


def _planned(sheet: Sheet, plan: Plan, name: str, cuts: Cuts) -> Moved:
    """Return what is known of a loan before cash: what funding draws, and what a sculpted one is to pay."""
    asked = plan.funded_by(name)
    style, texts = plan.loans[name].repayment, cut_texts(plan).get(name, {})
    return Moved(
        funded=sheet.value(f"loans.{name}.funded") if asked else None,
        service=service_target(sheet, plan, name, style) if style.cover_field else None,
        until=last_spending(plan, asked),
        until_text=last_spending_text(plan, asked),
        cuts={day: (cuts.get((name, day), np.asarray(0.0)), text) for day, text in texts.items()},
    )


def _written(sheet: Sheet, plan: Plan, name: str, moved: Moved) -> Block:
    setting = _setting(sheet, plan, name)
    block = schedule_block(setting, moved)
    sheet.know(block.values)
    if setting.money == plan.currency:
        loan_rows(sheet, setting, plan.timeline, block, f"loans.{name}")
    else:
        loan_rows(sheet, setting, plan.timeline, block, f"loans.{name}.{OWN}")
        translated_rows(sheet, plan, name, block)
    to_asset_rows(sheet, plan, name)
    funded_service_rows(sheet, plan, name)
    return block


def _moves(sheet: Sheet, plan: Plan, planned: dict[str, Moved], barred: Array) -> Moves:
    """Return what cash decides; nothing where no loan and no dividend depends on it."""
    timeline = plan.timeline
    loans = {
        name: CashLoan(_setting(sheet, plan, name), planned[name], timeline)
        for name, loan in plan.loans.items()
        if loan.needs_cash
    }
    if not loans and not plan.company.dividends:
        return Moves()
    others = [f"loans.{name}" for name in plan.loans if name not in loans]

    def of(*keys: str) -> Array:
        return added(sheet, [f"{loan}.{key}" for loan in others for key in keys])

    def accounts(*keys: str) -> Array:
        return added(sheet, [f"accounts.{key}" for key in keys])

    rows = [f"loans.{name}.{key}" for name in plan.loans if name not in loans for key in INCOME]
    beside = added(sheet, [row for row in rows if row in sheet])
    revalued = [f"{loan}.{key}_revaluation" for loan in others for key in ("closing", "accrued")]
    beside = beside - added(sheet, [row for row in revalued if row in sheet])
    pretax = accounts("ebit") - of("interest", "fees", "fee_amortization") + beside
    flow = accounts("ebitda", "grants", "equity_for_projects", "equity_paid_in") + of("draws")
    flow = flow - accounts("working_capital_increase", "capex", "purchases", "maintenance")
    flow = flow - of("scheduled", "interest_paid", "fees_paid", "upfront_fee")
    known = Known(
        pretax,
        flow,
        prepaid=of("principal") - of("scheduled"),
        dividends=accounts("dividends_planned") * (1.0 - barred),
        earned=earned_before(sheet, plan, (name for name in plan.loans if name not in loans)),
    )
    return solve(plan, sheet, loans, known)


def _least(sheet: Sheet, plan: Plan) -> str:
    return sheet.give("inputs.money.minimum_cash", plan.currency, plan.money.minimum_cash)


def paid_row(plan: Plan, name: str) -> str:
    """Return the row of what cash repays on a loan: `repaid` of a revolver, `swept` of another."""
    return f"loans.{name}.{'repaid' if plan.loans[name].revolves else 'swept'}"


def paid_in_order(plan: Plan) -> list[str]:
    """Return the loans that cash repays, revolvers first."""
    names = [name for name, loan in plan.loans.items() if loan.needs_cash]
    return sorted(names, key=lambda name: not plan.loans[name].revolves)


def _moved_rows(sheet: Sheet, plan: Plan, name: str, moves: Moves) -> None:
    """Write what cash repays on a loan, and draws on it."""
    at, loan, money, least = f"loans.{name}", plan.loans[name], plan.currency, _least(sheet, plan)
    excess = f"MAX({_left_text(plan, name, least)}, 0)"
    text, label = f"MIN({excess}, {{{at}.repayable}})", "repaid from excess cash"
    if not loan.revolves:
        share = sheet.give(f"inputs.{at}.sweep", "", loan.sweep)
        text = f"IF({{{at}.pays}} > 0, MIN({share} * {excess}, {{{at}.repayable}}), 0)"
        label = "swept from cash"
    sheet.put(Row(paid_row(plan, name), f"{loan.title or name}: {label}", money, FLOW, text), moves.paid[name])
    if loan.revolves:
        text = f"MIN({short_text(sheet, plan, name)}, {{{at}.room}})" if name in plan.lifts else "0"
        sheet.put(
            Row(f"{at}.called", f"{loan.title or name}: drawn to hold cash", money, FLOW, text), moves.called[name]
        )


def _left_text(plan: Plan, name: str, least: str) -> str:
    """Return the formula of the cash above its minimum that is left for a loan; for "", once all are served."""
    order = paid_in_order(plan)
    served = order[: order.index(name)] if name else order
    if name and plan.loans[name].revolves:
        return (
            f"{{accounts.cash_after_service}}{''.join(f' - {{{paid_row(plan, other)}}}' for other in served)} - {least}"
        )
    prepaid = " - {accounts.prepayments}" if prepays(plan) else ""
    swept = "".join(f" - {{{paid_row(plan, other)}}}" for other in served if not plan.loans[other].revolves)
    return f"{free_text(plan, least)}{prepaid}{swept}"


def after_sweeps(sheet: Sheet, plan: Plan) -> str:
    """Return the formula of the cash above its minimum that service, prepayments and sweeps leave. [money]"""
    return _left_text(plan, "", _least(sheet, plan))


def short_text(sheet: Sheet, plan: Plan, name: str) -> str:
    """Return the formula of what cash is short of before a revolver, or owners, lift it."""
    lifts = plan.lifts
    rows = ["accounts.equity_for_cash" if other == EQUITY else f"loans.{other}.called" for other in lifts]
    before = "".join(f" - {{{row}}}" for row in rows[: lifts.index(name)])
    return f"MAX({_least(sheet, plan)} - {{accounts.cash_before_gap}}{before}, 0)"


def _known_rows(sheet: Sheet, plan: Plan, name: str, block: Block) -> None:
    """Write what a loan does before cash decides, and what it may do then, in model periods."""
    at, own, loan, money = f"loans.{name}", block.name, plan.loans[name], plan.currency
    timeline, events, dates = plan.timeline, block.values[f"{block.name}.period"], block.values[f"{block.name}.date"]
    falls = (events[:, None] == np.arange(1.0, timeline.count + 1)).astype(float)
    ends = (dates[:, None] == sheet.value("time.date")).astype(float)

    def put(key: str, label: str, keys: tuple[str, ...], *, at_end: bool = False) -> None:
        match = f"{{{own}.date}}, {{time.date}}" if at_end else f"{{{own}.period}}, {{time.period}}"
        text = " + ".join(f"SUMIFS({{{own}.{part}}}, {match})" for part in keys)
        value = sum((block.values[f"{own}.{part}"] for part in keys), start=np.zeros(block.length))
        row = Row(f"{at}.{key}", f"{loan.title or name}: {label}", money, FLOW, text)
        sheet.put(row, value @ (ends if at_end else falls))

    drawn = ("known_drawn",) if loan.revolves else ("drawn",)
    put("known_draws", "drawn by plan", drawn)
    put("known_principal", "principal by plan", ("scheduled", "known_prepaid"))
    put("repayable", "may be repaid from cash", ("repayable",), at_end=True)
    if not loan.revolves:
        return
    put("draws_at_end", "drawn by plan on the last day", drawn, at_end=True)
    past = (block.values[f"{own}.known_drawn"] * (events > timeline.count)).sum(axis=-1, keepdims=True)
    text = f"SUM({{{own}.known_drawn}} * ({{{own}.period}} > {timeline.count}))"
    beyond = sheet.give(f"{at}.draws_beyond", money, past if past.ndim > 1 else past[0], formula=text)
    known = sheet.value(f"{at}.known_draws")
    later = np.flip(np.cumsum(np.flip(known, -1), -1), -1) - known + past
    text = f"IF({{time.period}} = {timeline.count}, {beyond}, {{{at}.later_draws@1}} + {{{at}.known_draws@1}})"
    label = f"{loan.title or name}: "
    sheet.put(Row(f"{at}.later_draws", f"{label}drawn by plan later", money, STOCK, text), later)
    may = np.zeros(timeline.count)
    for column, day in enumerate(timeline.dates):
        may[column] = loan.signed <= day < loan.maturity and day <= (loan.fees.available_until or loan.maturity)
    reads = loan.drawing_reads(name)
    sheet.put(Row(f"{at}.may_draw", f"{label}may be drawn on the last day", "", FLOW, reads=reads), may)
    commitment = _commitment(sheet, plan, name)
    owed = f"{{{at}.repayable}} - {{{at}.repaid}} + {{{at}.draws_at_end}} + {{{at}.later_draws}}"
    text = f"{{{at}.may_draw}} * MAX({commitment} - ({owed}), 0)"
    left = sheet.value(f"{at}.repayable") - sheet.value(f"{at}.repaid") + sheet.value(f"{at}.draws_at_end") + later
    sheet.put(
        Row(f"{at}.room", f"{label}may still be drawn", money, FLOW, text), may * np.maximum(loan.commitment - left, 0)
    )


def _commitment(sheet: Sheet, plan: Plan, name: str) -> str:
    """Give a loan's commitment, or what the company without projects uses of it."""
    if sheet.knows(used_commitment(name)):
        return f"{{{used_commitment(name)}}}"
    loan, at = plan.loans[name], f"loans.{name}"
    return sheet.give(f"inputs.{at}.commitment", plan.currency, loan.commitment, f"{at}.{loan.owed_as}")
