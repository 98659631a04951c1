"""A loan in model periods: every flow is the sum over the events of the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Block, Row, Sheet
from fibercap.core.timeline import FLOW, STOCK, Timeline

if TYPE_CHECKING:
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan

FLOWS = {
    "drawn": ("draws", "draws"),
    "interest": ("interest", "interest accrued"),
    "interest_paid": ("interest_paid", "interest paid"),
    "fees": ("fees", "recurring fees accrued"),
    "fees_paid": ("fees_paid", "recurring fees paid"),
    "upfront_fee": ("upfront_fee", "upfront fee"),
    "principal": ("principal", "principal"),
}


def loan_rows(sheet: Sheet, timeline: Timeline, name: str, loan: Loan, money: str, schedule: Block) -> None:
    """Write a loan's rows in model periods from its schedule.

    Before the horizon the contract has run by its own dates: the first opening balance is what it owes by then.
    """
    at, own = f"loans.{name}", f"loans.{name}.schedule"
    events = schedule.values[f"{own}.period"]
    falls = (events[:, None] == np.arange(1.0, timeline.count + 1)).astype(float)
    label = loan.title or name

    def flow(key: str) -> Array:
        return np.asarray(schedule.values[f"{own}.{key}"] @ falls)

    def stock(path: str) -> tuple[Array, Array]:
        """Return a balance at the horizon's start and at period ends: what the last event so far left."""
        padded = np.concatenate([np.zeros((*schedule.values[path].shape[:-1], 1)), schedule.values[path]], axis=-1)
        ends = padded[..., np.searchsorted(events, np.arange(timeline.count + 1), side="right")]
        return ends[..., :1], ends[..., 1:]

    def stood(*terms: str) -> str:
        texts = [f"{t[0]} SUMIFS({{{own}.{t[1:]}}}, {{{own}.period}}, 0)" for t in terms]
        return "0 " + " ".join(texts)

    for key, (row, words) in FLOWS.items():
        text = f"SUMIFS({{{own}.{key}}}, {{{own}.period}}, {{time.period}})"
        sheet.put(Row(f"{at}.{row}", f"{label}: {words}", money, FLOW, text), flow(key))
    nothing = np.zeros(timeline.count)
    sheet.put(Row(f"{at}.capitalized", f"{label}: interest capitalized", money, FLOW, "0"), nothing)
    start, closing = stock(f"{own}.closing")
    text = f"{{{at}.opening}} + {{{at}.draws}} + {{{at}.capitalized}} - {{{at}.principal}}"
    before = stood("+drawn", "-principal")
    sheet.put(Row(f"{at}.opening", f"{label}: opening", money, STOCK, f"{{{at}.closing@-1}}"), _opening(start, closing))
    sheet.put(Row(f"{at}.closing", f"{label}: closing", money, STOCK, text, before), closing)
    text = f"{{{at}.accrued@-1}} + {{{at}.interest}} + {{{at}.fees}} - {{{at}.interest_paid}} - {{{at}.fees_paid}}"
    before = stood("+interest", "+fees", "-interest_paid", "-fees_paid")
    row_ = Row(f"{at}.accrued", f"{label}: interest and fees owed", money, STOCK, text, before)
    sheet.put(row_, stock(f"{own}.accrued_interest")[1] + stock(f"{own}.accrued_fees")[1])
    _fee_rows(sheet, timeline, name, loan, money)


def _opening(start: Array, closing: Array) -> Array:
    return np.concatenate([np.broadcast_to(start, (*closing.shape[:-1], 1)), closing[..., :-1]], axis=-1)


def _fee_rows(sheet: Sheet, timeline: Timeline, name: str, loan: Loan, money: str) -> None:
    """Write the upfront fee still to be expensed, spread by days from signing to maturity."""
    at, label = f"loans.{name}", loan.title or name
    started = timeline.start.fromordinal(timeline.start.toordinal() - 1)
    left = np.array([_left(loan, day) for day in timeline.dates])
    before = sheet.give(f"{at}.fee_left_at_start", "", _left(loan, started))
    sheet.put(Row(f"{at}.fee_left", f"{label}: share of days left", "", STOCK, "", before), left)
    fee = loan.commitment * loan.fees.upfront
    text = f"{{inputs.{at}.commitment}} * {{inputs.{at}.fees.upfront}} * {{{at}.fee_left}}"
    start = text.replace(f"{{{at}.fee_left}}", before)
    row = Row(f"{at}.deferred_fee", f"{label}: upfront fee not yet expensed", money, STOCK, text, start)
    deferred = sheet.put(row, fee * left)
    text = f"{{{at}.deferred_fee@-1}} + {{{at}.upfront_fee}} - {{{at}.deferred_fee}}"
    row = Row(f"{at}.fee_amortization", f"{label}: upfront fee expensed", money, FLOW, text)
    earlier = _opening(np.asarray(fee * _left(loan, started)).reshape((*deferred.shape[:-1], 1)), deferred)
    sheet.put(row, earlier + sheet.value(f"{at}.upfront_fee") - deferred)


def _left(loan: Loan, day: date) -> float:
    if day < loan.signed:
        return 0.0
    return max((loan.maturity - day).days / (loan.maturity - loan.signed).days, 0.0)
