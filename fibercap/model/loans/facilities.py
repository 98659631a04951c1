"""Every loan of a plan in model periods: first those that do not depend on cash, then those that do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.draw_stop import write_stop
from fibercap.model.cash.largest_amount import loan_trifle
from fibercap.model.cash.order_of_cash import EQUITY, decided_rows, repaid_row
from fibercap.model.cash.owners import dividend_rows, owner_rows
from fibercap.model.cash.ranks import by_rank
from fibercap.model.cash.reserves import RESERVES, left_by_service, reserve_rows, reserve_target_row, reserved_loans
from fibercap.model.cash.sculpting import sculpted_rows
from fibercap.model.cover.service import payment_counts, pays_row, service_target_row
from fibercap.model.currency.exchange import day_rates
from fibercap.model.funding.financing_costs import fee_in_assets, last_spending, last_spending_text, to_asset_rows
from fibercap.model.loans import CurrencyRates, Moves, Setting, loan_rows, schedule_block
from fibercap.model.loans.foreign import OWN, translated_rows
from fibercap.model.loans.funded_service import funded_service_rows
from fibercap.model.loans.prepayments import Cuts, cuts_by_day, free_text, prepays
from fibercap.model.loans.rows.sweep_rows import sweep_share
from fibercap.model.loans.setting import used_commitment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from fibercap.core.formulas.rows import Block
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan


def known_loans(sheet: Sheet, plan: Plan, cuts: Cuts) -> tuple[dict[str, Block], dict[str, Moves]]:
    """Write owners' money and the loans that do not depend on cash, in model periods.

    Writes the rows of `owner_rows`, and those of `loan_rows` and `flow_rows` under `loans.<l>`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    cuts : Cuts
        By how much each prepayment is reduced. [money]

    Returns
    -------
    dict of Block, dict of Moves
        The schedules of these loans, and what moves on the other loans before cash decides, by name.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    owner_rows(sheet, plan)
    planned = {name: _moves_before_cash(sheet, plan, name, by_day) for name, by_day in cuts_by_day(plan, cuts).items()}
    on_their_own = [name for name, loan in plan.loans.items() if not loan.needs_cash]
    blocks = {name: _write_loan(sheet, plan, name, planned.pop(name)) for name in on_their_own}
    return blocks, planned


def cash_loans(sheet: Sheet, plan: Plan, planned: Mapping[str, Moves], locks: Collection[str]) -> dict[str, Block]:
    """Write the loans that depend on cash, and dividends, as if cash moved nothing; return the loans' schedules.

    `settle_cash` later replaces the values that depend on cash. Writes `loans.<l>.repaid` or `loans.<l>.swept`, the
    rows of `loan_rows` and `flow_rows`, what a loan does before cash decides, and the rows of `dividend_rows`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    planned : mapping
        What moves on each loan before cash decides, by name.
    locks : collection of str
        Rows that bar dividends in the period after theirs.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    blocks, nothing = {}, np.zeros(sheet.length)
    reserve_rows(sheet, plan)
    for name, moves in planned.items():
        _cash_rows(sheet, plan, name)
        called = nothing if plan.loans[name].revolves else None
        # Zeros, not None: the schedule then has the rows, and the formulas, that cash fills later.
        blocks[name] = _write_loan(sheet, plan, name, replace(moves, called=called, paid=nothing))
        _rows_before_cash(sheet, plan, name, blocks[name])
    dividend_rows(sheet, plan, locks, after_sweeps(sheet, plan))
    return blocks


def _setting(sheet: Sheet, plan: Plan, name: str) -> Setting:
    code, exchange = plan.loan_currency(name), None
    if code != plan.currency:
        average = sheet.value(f"exchange.{code}.average")
        exchange = CurrencyRates(code, f"{plan.currency}/{code}", average, day_rates(plan, code))
    loan, is_drawn = plan.loans[name], name not in plan.undrawn
    loan, in_assets = loan if is_drawn else loan.undrawn_loan, fee_in_assets(sheet, plan, name)
    cut = f"SUM({{loans.{name}.funded}})" if sheet.knows(used_commitment(name)) else ""
    trifle = loan_trifle(sheet, plan, name)
    return Setting(name, loan, code, plan.timeline, plan.rates, exchange, in_assets, trifle, is_drawn, cut)


def _moves_before_cash(sheet: Sheet, plan: Plan, name: str, cuts: Mapping[date, tuple[Array, str]]) -> Moves:
    """Return what moves on a loan before cash decides: draws of funding, and the service of a sculpted loan."""
    keys = plan.uses_of_loan(name)
    write_stop(sheet, plan, name)
    return Moves(
        funded=sheet.value(f"loans.{name}.funded") if keys else None,
        service=_service_aimed_at(sheet, plan, name),
        until=last_spending(plan, keys),
        until_text=last_spending_text(plan, keys),
        cuts=cuts,
    )


def _service_aimed_at(sheet: Sheet, plan: Plan, name: str) -> Array | None:
    """Return what a sculpted loan aims to pay in model periods; None of another loan."""
    style = plan.loans[name].repayment
    if style.follows_tax:
        return sculpted_rows(sheet, plan, name)
    return service_target_row(sheet, plan, name, style) if style.cover_field else None


def _write_loan(sheet: Sheet, plan: Plan, name: str, moved: Moves) -> Block:
    setting = _setting(sheet, plan, name)
    block = schedule_block(setting, moved)
    sheet.know(block)
    if setting.money == plan.currency:
        loan_rows(sheet, setting, plan.timeline, block, f"loans.{name}")
    else:
        loan_rows(sheet, setting, plan.timeline, block, f"loans.{name}.{OWN}")
        translated_rows(sheet, plan, name, block)
    to_asset_rows(sheet, plan, name)
    funded_service_rows(sheet, plan, name)
    reserve_target_row(sheet, plan, name)
    return block


def _least(sheet: Sheet, plan: Plan) -> str:
    return sheet.give("inputs.money.minimum_cash", plan.currency, plan.money.minimum_cash)


def repayment_order(plan: Plan) -> list[str]:
    """Return the loans that cash repays: revolvers first, then by rank."""
    names = [name for name in by_rank(plan) if plan.loans[name].needs_cash]
    return sorted(names, key=lambda name: not plan.loans[name].revolves)  # sorted is stable: ranks keep their order


def moves_of_cash(plan: Plan) -> tuple[str, ...]:
    """Return the loans in the order in which cash repays them, and the rows that cash decides."""
    return (*repayment_order(plan), *decided_rows(plan), *by_rank(plan))


def _cash_rows(sheet: Sheet, plan: Plan, name: str) -> None:
    """Write what cash repays on a loan, and draws on it."""
    prefix, loan, money, least = f"loans.{name}", plan.loans[name], plan.currency, _least(sheet, plan)
    excess = f"MAX({_left_text(plan, name, least)}, 0)"
    text, label = f"MIN({excess}, {{{prefix}.repayable}})", "repaid from excess cash"
    if not loan.revolves:
        share = sweep_share(sheet, plan, name)
        text = f"IF({{{prefix}.pays}} > 0, MIN({share} * {excess}, {{{prefix}.repayable}}), 0)"
        label = "swept from cash"
        if f"{prefix}.pays" not in sheet:
            pays_row(sheet, plan, name, payment_counts(plan, name))
    sheet.put(Row(repaid_row(plan, name), f"{loan.title or key_in_words(name)}: {label}", money, FLOW, text), None)
    if loan.revolves:
        text = f"MIN({short_text(sheet, plan, name)}, {{{prefix}.room}})" if name in plan.cash_lifters else "0"
        sheet.put(
            Row(f"{prefix}.called", f"{loan.title or key_in_words(name)}: drawn to hold cash", money, FLOW, text), None
        )


def _left_text(plan: Plan, name: str, least: str) -> str:
    """Return the formula of the cash above its minimum that is left for a loan; for "", after all loans are served."""
    order = repayment_order(plan)
    served = order[: order.index(name)] if name else order
    if name and plan.loans[name].revolves:
        repaid = "".join(f" - {{{repaid_row(plan, other)}}}" for other in served)
        return f"{{{left_by_service(plan)}}}{repaid} - {least}"
    prepaid = " - {accounts.prepayments}" if prepays(plan) else ""
    if any(plan.loans[other].charges_prepayments for other in prepays(plan)):
        prepaid += " - {accounts.prepayment_fees}"
    swept = "".join(f" - {{{repaid_row(plan, other)}}}" for other in served if not plan.loans[other].revolves)
    return f"{free_text(plan, least)}{prepaid}{swept}"


def after_sweeps(sheet: Sheet, plan: Plan) -> str:
    """Return the formula of the cash above its minimum that service, prepayments and sweeps leave. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    return _left_text(plan, "", _least(sheet, plan))


def short_text(sheet: Sheet, plan: Plan, name: str) -> str:
    """Return the formula of the cash that is missing before a revolver, or owners, supply it. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows, and the plan.
    name : str
        One of `plan.cash_lifters`: a revolver or `equity`; what those before it supply is taken off.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    lifts = plan.cash_lifters
    rows = ["accounts.equity_for_cash" if other == EQUITY else f"loans.{other}.called" for other in lifts]
    before = "".join(f" - {{{row}}}" for row in rows[: lifts.index(name)])
    reserves = f" + {{{RESERVES}}}" if reserved_loans(plan) else ""
    return f"MAX({_least(sheet, plan)} - {{accounts.cash_before_gap}}{reserves}{before}, 0)"


def _rows_before_cash(sheet: Sheet, plan: Plan, name: str, block: Block) -> None:
    """Write what a loan does before cash decides, and what it may do then, in model periods."""
    prefix, schedule, loan, money = f"loans.{name}", block.name, plan.loans[name], plan.currency
    timeline, events, dates = plan.timeline, block.values[f"{block.name}.period"], block.values[f"{block.name}.date"]
    falls = (events[:, None] == np.arange(1.0, timeline.count + 1)).astype(float)
    ends = (dates[:, None] == sheet.value("time.date")).astype(float)

    def put(key: str, label: str, keys: tuple[str, ...], *, at_end: bool = False) -> None:
        match = f"{{{schedule}.date}}, {{time.date}}" if at_end else f"{{{schedule}.period}}, {{time.period}}"
        text = " + ".join(f"SUMIFS({{{schedule}.{part}}}, {match})" for part in keys)
        # `put` and not `line`: a product of matrices is quicker than SUMIFS in each period
        value = sum((block.values[f"{schedule}.{part}"] for part in keys), start=np.zeros(block.length))
        row = Row(f"{prefix}.{key}", f"{loan.title or key_in_words(name)}: {label}", money, FLOW, text)
        sheet.put(row, value @ (ends if at_end else falls))

    drawn = ("known_drawn",) if loan.revolves else ("drawn",)
    put("known_draws", "drawn by plan", drawn)
    put("known_principal", "principal by plan", ("scheduled", "known_prepaid"))
    put("repayable", "may be repaid from cash", ("repayable",), at_end=True)
    if not loan.revolves:
        return
    put("draws_at_end", "drawn by plan on the last day", drawn, at_end=True)
    text = f"SUM({{{schedule}.known_drawn}} * ({{{schedule}.period}} > {timeline.count}))"
    beyond = sheet.derive(f"{prefix}.draws_beyond", money, text)
    known = sheet.value(f"{prefix}.known_draws")
    # `put` and not `line`: the formula reads its own next column; the values are a cumulative sum
    later = np.flip(np.cumsum(np.flip(known, -1), -1), -1) - known + sheet.scalar(f"{prefix}.draws_beyond")
    text = f"IF({{time.period}} = {timeline.count}, {beyond}, {{{prefix}.later_draws@1}} + {{{prefix}.known_draws@1}})"
    label = f"{loan.title or key_in_words(name)}: "
    sheet.put(Row(f"{prefix}.later_draws", f"{label}drawn by plan later", money, STOCK, text), later)
    may = np.zeros(timeline.count)
    for column, day in enumerate(timeline.dates):
        may[column] = loan.signed <= day < loan.maturity and day <= (loan.fees.available_until or loan.maturity)
    reads = loan.drawing_reads(name)
    sheet.put(Row(f"{prefix}.may_draw", f"{label}may be drawn on the last day", "", FLOW, reads=reads), may)
    commitment = _commitment(sheet, plan, name)
    owed = f"{{{prefix}.repayable}} - {{{prefix}.repaid}} + {{{prefix}.draws_at_end}} + {{{prefix}.later_draws}}"
    text = f"{{{prefix}.may_draw}} * MAX({commitment} - ({owed}), 0)"
    text += f" * {stop}" if (stop := write_stop(sheet, plan, name)) else ""
    sheet.line(Row(f"{prefix}.room", f"{label}may still be drawn", money, FLOW, text))


def _commitment(sheet: Sheet, plan: Plan, name: str) -> str:
    """Return the reference to a loan's commitment, or to what the company without projects uses of it."""
    if sheet.knows(used_commitment(name)):
        return f"{{{used_commitment(name)}}}"
    loan, prefix = plan.loans[name], f"loans.{name}"
    return sheet.give(f"inputs.{prefix}.commitment", plan.currency, loan.commitment, f"{prefix}.{loan.amount_field}")
