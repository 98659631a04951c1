"""The event grid of a loan: signing, draws, payments, prepayments, new rates and ends of model periods, in order."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.daycount import year_fraction
from fibercap.core.timeline import Timeline, add_months, month_end, month_number
from fibercap.model.loans.styles import Amortizing, Custom

if TYPE_CHECKING:
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.loans.rates import RateCourse
    from fibercap.model.loans.terms import Loan


@dataclass(frozen=True)
class Grid:
    """A loan's events in order, and what the calendar says of each; every array is (event,), flags are 0 and 1.

    Payments that `amortize_over` counts beyond maturity are on the grid too: nothing is owed there any more. Where
    payments are made at the start of periods, signing is there twice: the draw, and the first payment.
    """

    dates: tuple[date, ...]
    months: Array
    period: Array
    draws_here: Array
    is_payment: Array
    repays: Array
    is_final: Array
    capitalizes: Array
    payments_left: Array
    year_fraction: Array
    period_fraction: Array
    rate_set_on: tuple[date, ...]


@dataclass(frozen=True)
class PaymentPeriod:
    """From one payment date to the next; `regular` ones are exactly one interval long."""

    start: date
    end: date
    regular: bool

    def fraction(self, loan: Loan) -> float:
        """Return the whole period's year fraction by the loan's day count."""
        return self.elapsed(loan, self.end)

    def elapsed(self, loan: Loan, day: date) -> float:
        """Return the year fraction from the period's start to a day within it."""
        if day == self.start:
            return 0.0
        if loan.day_count != "equal_periods":
            return year_fraction(self.start, day, loan.day_count, maturity=loan.maturity, reference=_reference(loan))
        whole = loan.interval / 12 if self.regular else year_fraction(self.start, self.end, "30/360")
        return whole if day == self.end else whole * (day - self.start).days / (self.end - self.start).days


def _reference(loan: Loan) -> tuple[date, date] | None:
    """Return one regular payment period, from which ICMA's day count measures all others."""
    if loan.day_count != "ACT/ACT ICMA":
        return None
    return _due(loan, 0), _due(loan, 1)


def _due(loan: Loan, number: int) -> date:
    """Return a date on the rhythm of payments, counted from the first one (or from signing where none is given)."""
    day = add_months(loan.payments.first or loan.signed, number * loan.interval)
    return month_end(12 * day.year + day.month) if loan.payments.end_of_month else day


def payment_periods(loan: Loan) -> list[PaymentPeriod]:
    """Return the periods between payments, from signing to maturity, and on to the end of `amortize_over`."""
    return _periods_to(loan, _stops(loan))


def _stops(loan: Loan) -> list[date]:
    """Return maturity, and the end of `amortize_over` where that is later."""
    notional = add_months(loan.signed, loan.repayment.months)
    return [loan.maturity, *([notional] if notional > loan.maturity else [])]


def _periods_to(loan: Loan, stops: list[date]) -> list[PaymentPeriod]:
    """Return the periods between payments from signing to the last stop; each stop ends a period."""
    first, signed = loan.payments.first, loan.signed
    number = 0 if first else 1
    number += _due(loan, number) == signed
    start_regular = (not first and not loan.payments.end_of_month) or signed == _due(loan, number - 1)
    if first and not loan.payments.end_of_month:
        start_regular = start_regular or first == add_months(signed, loan.interval)
    periods: list[PaymentPeriod] = []
    start = signed
    while start < stops[-1]:
        due, stop = _due(loan, number), next(day for day in stops if day > start)
        on_grid = due <= stop
        end = due if on_grid else stop
        periods.append(PaymentPeriod(start, end, regular=on_grid and start_regular))
        start, start_regular = end, on_grid
        number += on_grid
    return periods


def event_grid(loan: Loan, timeline: Timeline | None, course: RateCourse) -> Grid:
    """Return a loan's events.

    Parameters
    ----------
    loan : Loan
        The contract.
    timeline : Timeline or None
        Model periods, whose ends become events; None for the contract alone.
    course : RateCourse
        Its rate over time.

    Source
    ------
    finance.md, section 4: interest within a payment period telescopes.
    """
    periods = payment_periods(loan)
    ends = [period.end for period in periods]
    at_start = loan.payments.on == "start" and loan.payments.first in (None, loan.signed)
    days = _days(loan, timeline, course, ends)
    events = [days[0], *days] if at_start else days
    second = [number == 1 and at_start for number in range(len(events))]
    stops = {*ends}
    due = [day in stops or twice for day, twice in zip(events, second, strict=True)]
    rhythm = {period.end: period.fraction(loan) for period in _periods_to(loan, _stops(loan)[-1:])}
    repays = [is_due and day in rhythm and _repays(loan, day) for is_due, day in zip(due, events, strict=True)]
    if at_start:
        repays[1] = _repays(loan, loan.signed)
    if isinstance(loan.repayment, Custom):
        repays = [day in loan.repayment.schedule for day in events]
    index = [min(bisect_left(ends, day), len(ends) - 1) for day in events]
    fractions = [0.0]
    for event in range(1, len(events)):
        period, before = periods[index[event]], events[event - 1]
        since = period.elapsed(loan, before) if before > period.start else 0.0
        fractions.append(period.elapsed(loan, events[event]) - since if events[event] > period.start else 0.0)
    growing = [is_due and _capitalizes(loan, day) for is_due, day in zip(due, events, strict=True)]
    return Grid(
        dates=tuple(events),
        months=np.array([month_number(day) for day in events]),
        period=np.array([float(timeline.index(day) + 1) if timeline else 0.0 for day in events]),
        draws_here=1.0 - np.array(second, dtype=float),
        is_payment=np.array(due, dtype=float),
        repays=np.array(repays, dtype=float),
        is_final=np.array([day == loan.maturity for day in events], dtype=float),
        capitalizes=np.array(growing, dtype=float),
        payments_left=np.cumsum(np.array(repays, dtype=float)[::-1])[::-1],
        year_fraction=np.array(fractions),
        period_fraction=np.array([rhythm.get(day, 0.0) * (not s) for day, s in zip(events, second, strict=True)]),
        rate_set_on=tuple(course.set_on(day) for day in [events[0], *events[:-1]]),
    )


def _days(loan: Loan, timeline: Timeline | None, course: RateCourse, ends: list[date]) -> list[date]:
    """Return every day on which something happens, in order."""
    days = {loan.signed, *ends, *(loan.draws or {}), *(loan.prepayments or {})}
    days |= set(course.changes(loan.signed, ends[-1]))
    if isinstance(loan.repayment, Custom):
        days |= set(loan.repayment.schedule)
    if loan.fees.available_until:
        days.add(loan.fees.available_until)
    if timeline is not None:
        closings = (month_end(timeline.origin), *timeline.dates)
        days |= {day for day in closings if loan.signed <= day <= loan.maturity}
    return sorted(days)


def _capitalizes(loan: Loan, day: date) -> bool:
    if loan.repayment.capitalizes:
        return day < loan.maturity
    return loan.capitalize_until is not None and day <= loan.capitalize_until


def _repays(loan: Loan, day: date) -> bool:
    """Tell whether principal falls due on a payment date: after grace, and not while interest is capitalized."""
    if loan.grace and day <= add_months(loan.signed, loan.grace):
        return False
    if loan.payments.on == "start" and day == loan.maturity:  # what payments one interval before leave
        style = loan.repayment
        return isinstance(style, Amortizing) and bool(style.months)
    return not _capitalizes(loan, day)
