"""A loan's own schedule: the balance carried from event to event, and the rows that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Block, Row, Sheet
from fibercap.core.timeline import FLOW, STOCK, month_number
from fibercap.model.loans.grid import Grid, event_grid

if TYPE_CHECKING:
    from datetime import date

    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan

EXCEL_EPOCH = 693_594  # date.toordinal() of 30 December 1899, from which spreadsheets count days


def serial(day: date) -> float:
    """Return a date as spreadsheets count it. [day]"""
    return float(day.toordinal() - EXCEL_EPOCH)


@dataclass(frozen=True)
class Flows:
    """What happens at each event, every array (event,) or (draw, event). [money]"""

    opening: Array
    drawn: Array
    interest: Array
    interest_paid: Array
    fees: Array
    fees_paid: Array
    principal: Array
    closing: Array
    annuity: Array


def annuities(loan: Loan, grid: Grid) -> Array:
    """Return, seen from each event, the discount factors of the later payments added up, (..., event). [1]

    Source
    ------
    Own derivation: the sum seen from one payment is (1 + the sum seen from the next) discounted over its period.
    """
    seen = np.zeros((*np.shape(loan.rate)[:1], len(grid.dates)))
    rate = np.reshape(loan.rate, np.shape(loan.rate)[:1])
    for event in range(len(grid.dates) - 2, -1, -1):
        after = seen[..., event + 1]
        due = grid.is_payment[event + 1]
        seen[..., event] = (1.0 + after) / (1.0 + rate * grid.period_fraction[event + 1]) if due else after
    return seen


def run(loan: Loan, grid: Grid, drawn: Array, until: Array) -> Flows:
    """Carry a loan from event to event.

    On one date interest is counted to date, paid, then principal is paid, then money is drawn.

    Parameters
    ----------
    loan : Loan
        The contract; its commitment and rate are `()` or `(draw, 1)`.
    grid : Grid
        Its events.
    drawn : (event,) or (draw, event)
        Money drawn at each event. [money]
    until : () or (draw, 1)
        Month number up to which undrawn money may be drawn, and costs its fee. [month]

    Returns
    -------
    Flows

    Source
    ------
    finance.md, section 4.
    """
    annuity = annuities(loan, grid)
    available = (grid.months <= until) & (grid.months > grid.months[0])
    undrawn = loan.commitment - np.cumsum(drawn, axis=-1) + drawn
    fees = np.maximum(undrawn, 0.0) * loan.fees.undrawn * grid.year_fraction * available
    rate = np.reshape(loan.rate, np.shape(loan.rate)[:1])
    draws = np.broadcast_shapes(np.shape(drawn)[:-1], np.shape(rate))
    opening, interest, paid, principal = (np.zeros((*draws, len(grid.dates))) for _ in range(4))
    balance, accrued = np.zeros(draws), np.zeros(draws)
    for event, fraction in enumerate(grid.year_fraction):
        opening[..., event] = balance
        interest[..., event] = balance * rate * fraction
        accrued = accrued + interest[..., event]
        if grid.is_payment[event]:
            paid[..., event] = accrued
            if grid.is_final[event]:
                principal[..., event] = balance
            elif grid.repays[event]:
                left = grid.payments_left[event]
                principal[..., event] = loan.repayment.principal(balance, accrued, annuity[..., event], left)
            accrued = np.zeros(draws)
        balance = balance - principal[..., event] + drawn[..., event]
    return Flows(
        opening=opening,
        drawn=drawn,
        interest=interest,
        interest_paid=paid,
        fees=fees,
        fees_paid=_paid(fees, grid),
        principal=principal,
        closing=opening - principal + drawn,
        annuity=annuity,
    )


def _paid(fees: Array, grid: Grid) -> Array:
    """Gather what accrued since the last payment date into the payment dates."""
    if not fees.any():
        return np.zeros(fees.shape)
    total = np.cumsum(fees, axis=-1)
    due = np.flatnonzero(grid.is_payment)
    result = np.zeros(fees.shape)
    result[..., due] = np.diff(total[..., due], axis=-1, prepend=0.0)
    return result


def schedule_block(
    name: str, loan: Loan, money: str, timeline: Timeline, funded: Array | None, planned_until: Array | None
) -> Block:
    """Return the block `loans.<name>.schedule`: the contract's events and what happens at each.

    Parameters
    ----------
    name, loan, money
        The loan and its currency.
    timeline : Timeline
        The model's periods.
    funded : (period,) or (draw, period), or None
        What funding draws in each period, on its last day. [money]
    planned_until : () or (draw, 1), or None
        Month number of the last spending that funding asks this loan to pay for. [month]
    """
    grid = event_grid(loan, timeline)
    sheet = Sheet(f"loans.{name}.schedule", len(grid.dates))
    drawn = _draw_row(sheet, name, loan, money, grid, timeline, funded)
    flows = run(loan, grid, drawn, _until(loan, planned_until))
    until = sheet.give(f"loans.{name}.available_until", "month", _until(loan, planned_until))
    _calendar_rows(sheet, name, grid)
    _flow_rows(sheet, name, loan, money, flows, until)
    _cost_rows(sheet, name, loan, money, grid, flows)
    return sheet.block()


def _until(loan: Loan, planned: Array | None) -> Array:
    if loan.fees.available_until:
        return np.asarray(month_number(loan.fees.available_until))
    last = month_number(max(loan.draws)) if loan.draws else month_number(loan.signed)
    return np.maximum(last, planned) if planned is not None else np.asarray(last)


def _draw_row(  # noqa: PLR0913, PLR0917 - a draw needs the contract, its grid and the periods
    sheet: Sheet, name: str, loan: Loan, money: str, grid: Grid, timeline: Timeline, funded: Array | None
) -> Array:
    """Write the money drawn at each event: dated, asked for by funding, or else all of it at signing."""
    at, terms = f"loans.{name}.schedule", []
    drawn = np.zeros(len(grid.dates))
    planned = dict(loan.draws or {})
    if not planned and funded is None:
        planned = {loan.signed: loan.commitment}
    for day, amount in planned.items():
        on = sheet.give(f"inputs.loans.{name}.draws.{day}.on", "day", serial(day))
        much = sheet.give(f"inputs.loans.{name}.draws.{day}", money, amount)
        terms.append(f"IF({{{at}.date}} = {on}, {much}, 0)")
        drawn = drawn + amount * np.array([day == event for event in grid.dates])
    if funded is not None:
        terms.append(f"SUMIFS({{loans.{name}.funded}}, {{time.date}}, {{{at}.date}})")
        ends = {day: position for position, day in enumerate(timeline.dates)}
        at_end = np.zeros((timeline.count, len(grid.dates)))
        for event, day in enumerate(grid.dates):
            if day in ends:
                at_end[ends[day], event] = 1.0
        drawn = drawn + funded @ at_end
    return sheet.put(Row(f"{at}.drawn", "Drawn", money, FLOW, " + ".join(terms)), drawn)


def _calendar_rows(sheet: Sheet, name: str, grid: Grid) -> None:
    at = f"loans.{name}.schedule"
    for key, label, unit, value in (
        ("date", "Date", "day", np.array([serial(day) for day in grid.dates])),
        ("month", "Month number", "month", grid.months),
        ("period", "Model period", "", grid.period),
        ("is_payment", "Payment date", "", grid.is_payment),
        ("repays", "Principal is due", "", grid.repays),
        ("is_final", "Maturity", "", grid.is_final),
        ("year_fraction", "Years since the last event", "year", grid.year_fraction),
        ("period_fraction", "Years of the payment period", "year", grid.period_fraction),
    ):
        sheet.put(Row(f"{at}.{key}", label, unit, STOCK if key in ("date", "month") else FLOW), value)
    text = f"{{{at}.repays}} + {{{at}.payments_left@1}}"
    sheet.put(Row(f"{at}.payments_left", "Payments left", "", STOCK, text), grid.payments_left)


def _flow_rows(sheet: Sheet, name: str, loan: Loan, money: str, flows: Flows, until: str) -> None:
    at, terms = f"loans.{name}.schedule", f"inputs.loans.{name}"
    rate = sheet.give(f"{terms}.rate", "1/year", loan.rate)
    commitment = sheet.give(f"{terms}.commitment", money, loan.commitment)
    undrawn = sheet.give(f"{terms}.fees.undrawn", "1/year", loan.fees.undrawn)

    def put(key: str, label: str, nature: str, text: str, value: Array, unit: str = money) -> None:
        sheet.put(Row(f"{at}.{key}", label, unit, nature, text), value)

    seen = f"(1 + {{{at}.annuity@1}}) / (1 + {rate} * {{{at}.period_fraction@1}})"
    text = f"IF({{{at}.is_payment@1}} > 0, {seen}, {{{at}.annuity@1}})"
    put("annuity", "Discount factors of later payments", STOCK, text, flows.annuity, "")
    put("opening", "Opening", STOCK, f"{{{at}.closing@-1}}", flows.opening)
    put("interest", "Interest accrued", FLOW, f"{{{at}.opening}} * {rate} * {{{at}.year_fraction}}", flows.interest)
    accrued = np.cumsum(flows.interest - flows.interest_paid, axis=-1)
    owed = f"{{{at}.accrued_interest@-1}} + {{{at}.interest}}"
    put("interest_paid", "Interest paid", FLOW, f"{{{at}.is_payment}} * ({owed})", flows.interest_paid)
    put("accrued_interest", "Interest owed", STOCK, f"{owed} - {{{at}.interest_paid}}", accrued)
    text = f"IF({{{at}.repays}} > 0, {loan.repayment.principal_text(at)}, 0)"
    text = f"IF({{{at}.is_final}} > 0, {{{at}.opening}}, {text})"
    put("principal", "Principal", FLOW, text, flows.principal)
    text = f"{{{at}.opening}} - {{{at}.principal}} + {{{at}.drawn}}"
    put("closing", "Closing", STOCK, text, flows.closing)
    text = f"{{{at}.drawn_to_date@-1}} + {{{at}.drawn}}"
    put("drawn_to_date", "Drawn to date", STOCK, text, np.cumsum(flows.drawn, axis=-1))
    text = f"MAX({commitment} - {{{at}.drawn_to_date@-1}}, 0) * {undrawn} * {{{at}.year_fraction}}"
    put("fees", "Recurring fees accrued", FLOW, f"IF({{{at}.month}} <= {until}, {text}, 0)", flows.fees)
    owed = f"{{{at}.accrued_fees@-1}} + {{{at}.fees}}"
    put("fees_paid", "Recurring fees paid", FLOW, f"{{{at}.is_payment}} * ({owed})", flows.fees_paid)
    accrued = np.cumsum(flows.fees - flows.fees_paid, axis=-1)
    put("accrued_fees", "Fees owed", STOCK, f"{owed} - {{{at}.fees_paid}}", accrued)


def _cost_rows(sheet: Sheet, name: str, loan: Loan, money: str, grid: Grid, flows: Flows) -> None:
    """Write the upfront fee, the payment, and the borrower's flow from which the all-in cost follows."""
    at = f"loans.{name}.schedule"
    share = sheet.give(f"inputs.loans.{name}.fees.upfront", "", loan.fees.upfront)
    signed = sheet.give(f"inputs.loans.{name}.signed", "day", serial(loan.signed))
    text = f"IF({{{at}.date}} = {signed}, {{inputs.loans.{name}.commitment}} * {share}, 0)"
    first = np.array([day == loan.signed for day in grid.dates], dtype=float)
    upfront = loan.commitment * loan.fees.upfront * first
    sheet.put(Row(f"{at}.upfront_fee", "Upfront fee", money, FLOW, text), upfront)
    paid = flows.interest_paid + flows.principal + flows.fees_paid
    text = f"{{{at}.interest_paid}} + {{{at}.principal}} + {{{at}.fees_paid}}"
    sheet.put(Row(f"{at}.payment", "Payment", money, FLOW, text), paid)
    text = f"{{{at}.drawn}} - {{{at}.upfront_fee}} - {{{at}.payment}}"
    sheet.put(Row(f"{at}.borrower_cash_flow", "Borrower's flow", money, FLOW, text), flows.drawn - upfront - paid)
