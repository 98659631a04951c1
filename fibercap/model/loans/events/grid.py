"""The event grid of a loan: signing, draws, payments, prepayments, new rates and ends of model periods, in order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import EXCEL_EPOCH, month_numbers, serial
from fibercap.core.daycount import counter, year_fraction
from fibercap.core.timeline import Timeline, add_months, month_end
from fibercap.model.loans.events.payment_dates import (
    has_notional_payments,
    installment_dates,
    payment_periods,
    regular_date,
    regular_periods,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fibercap.core.units import Array
    from fibercap.model.loans.clauses.rates import RateCourse
    from fibercap.model.loans.events.payment_dates import PaymentPeriod
    from fibercap.model.loans.terms import Loan

LEAP_CYCLE: Final = 48  # months after which 28 February has once not been the end of its month


@dataclass(frozen=True)
class Grid:
    """A loan's events in order, and what the calendar says of each; every array is (event,), flags are 0 and 1.

    Payments that `amortize_over` counts after maturity are events too, at which nothing is owed any more. If payments
    are made at the start of periods, signing is two events: the draw, and the first payment.
    """

    dates: tuple[date, ...]
    serials: Array
    """The dates as spreadsheets count them. [day]"""
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
    interest_from: list[date]
    """The first day of the interest period that leads to each event."""

    def on_days(self, amounts: Iterable[tuple[date, Array]]) -> Array:
        """Return amounts, each of a day, by event, `(event,)` or `(sample, event)`."""
        amounts = list(amounts)
        shapes = {np.shape(amount) for _, amount in amounts}
        values = np.zeros(np.broadcast_shapes((len(self.dates),), *shapes))
        for day, amount in amounts:
            values[..., bisect_left(self.dates, day) : bisect_right(self.dates, day)] += amount
        return values


class Clock:
    """Counts time within payment periods as a loan's day count says."""

    def __init__(self, loan: Loan) -> None:
        self._count, self._regular_years, self.maturity = loan.day_count, loan.interval / 12, loan.maturity
        self._last_day = loan.agreed_maturity if loan.payments.accrue == "unadjusted" else loan.maturity
        self._plain = counter(loan.day_count)
        self._regular = _regular_period(loan) if loan.day_count == "ACT/ACT ICMA" else None

    def elapsed_years(self, period: PaymentPeriod, day: date) -> float:
        """Return the year fraction from the start of a payment period to a day within it. [year]

        Parameters
        ----------
        period : PaymentPeriod
            The days between two payments.
        day : date
            From `period.start` to `period.end`.

        Source
        ------
        docs/conventions.md, section 4, Year fractions and Payment dates.
        """
        if self._plain is not None and period.counted is None:
            return self._plain(period.start, day)
        start, end = period.counted or (period.start, period.end)
        # Counted days may differ from payment days that rolled: days outside them add no interest.
        day = end if day == period.end else min(max(day, start), end)
        if self._plain is not None:
            return self._plain(start, day)
        rolls = period.on_rhythm and not period.counted and period.due is not None
        if self._count != "equal_periods" and not rolls:
            reference = (start, end) if period.on_rhythm else self._regular
            return year_fraction(start, day, self._count, maturity=self._last_day, reference=reference)
        # An equal period has the same length whatever its days; a stub is measured in months of 30 days.
        period_years = self._regular_years if period.regular else year_fraction(start, end, "30/360")
        return period_years if day == end else period_years * (day - start).days / (end - start).days


def _regular_period(loan: Loan) -> tuple[date, date]:
    """Return one regular payment period, by which ICMA's day count measures irregular ones.

    A period between two month ends is taken only if all are: from 30 June to 30 September alone, the day count would
    infer that all payments fall on month ends.
    """
    periods = [
        (regular_date(loan, number), regular_date(loan, number + 1)) for number in range(LEAP_CYCLE // loan.interval)
    ]
    return next((period for period in periods if not all(map(_is_month_end, period))), periods[0])


def _is_month_end(day: date) -> bool:
    return day == month_end(12 * day.year + day.month)


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
    docs/conventions.md, section 4: interest within a payment period telescopes.
    """
    clock, periods = Clock(loan), payment_periods(loan)
    rhythm = regular_periods(loan) if has_notional_payments(loan) else periods
    at_start = loan.payments.on == "start" and loan.payments.first in (None, loan.signed)
    days = _days(loan, timeline, course, [period.end for period in periods])
    events = [days[0], *days] if at_start else days
    # only payments that roll to business days
    written = {period.end: period.due for period in periods if period.due is not None}
    # By the rhythm, beyond maturity too: annuities count notional payments that are never made.
    period_fractions = {period.end: clock.elapsed_years(period, period.end) for period in rhythm}
    ends = period_fractions if rhythm is periods else {period.end for period in periods}
    due = [day in ends for day in events]
    due[1] |= at_start
    grows, repays = _duties(loan, events, due, period_fractions, written)
    if at_start:
        repays[1] = not (loan.grace or grows[1])  # the payment at signing, which `_duties` takes for the draw
    serials = np.array(list(map(date.toordinal, events))) - float(EXCEL_EPOCH)
    months, fractions = month_numbers(serials), [period_fractions.get(day, 0.0) for day in events]
    draws_here = np.ones(len(events))
    if at_start:
        draws_here[1] = fractions[1] = 0.0
    passed, starts = _time_passed(clock, periods, events, period_fractions if rhythm is periods else {})
    return Grid(
        dates=tuple(events),
        serials=serials,
        months=months,
        period=_periods(timeline, events, clock.maturity) if timeline else 0.0 * months,
        draws_here=draws_here,
        is_payment=np.array(due, dtype=float),
        repays=np.array(repays, dtype=float),
        is_final=(serials == serial(clock.maturity)).astype(float),
        capitalizes=np.array(grows, dtype=float),
        payments_left=np.cumsum(np.array(repays, dtype=float)[::-1])[::-1],
        year_fraction=np.array(passed),
        period_fraction=np.array(fractions),
        rate_set_on=tuple(map(course.set_on, [events[0], *events[:-1]]))
        if course.resets
        else (events[0], *events[:-1]),
        interest_from=starts,
    )


def _periods(timeline: Timeline, events: list[date], maturity: date) -> Array:
    """Return the number of the model period of each event; an event after maturity is in none of them."""
    within = [timeline.index(day) if day <= maturity else timeline.count for day in events]
    return np.array(within, dtype=float) + 1.0


def _time_passed(
    clock: Clock, periods: list[PaymentPeriod], events: list[date], period_fractions: Mapping[date, float]
) -> tuple[list[float], list[date]]:
    """Return the years since the event before, and the first day of the interest period that leads to each event.

    Within a payment period the years add up to its fraction.
    """
    fractions, starts, place, since = [0.0], [periods[0].start], 0, 0.0
    for day in events[1:]:
        period = periods[place]
        starts.append(period.start)
        ends = day == period.end
        # -1: not computed yet. 0 would not do, for it is the fraction of an empty period.
        elapsed = period_fractions.get(day, -1.0) if ends else -1.0
        if elapsed < 0:
            elapsed = clock.elapsed_years(period, day) if day > period.start else 0.0
        fractions.append(elapsed - since)
        since = elapsed
        if ends and place + 1 < len(periods):
            place, since = place + 1, 0.0
    return fractions, starts


def _duties(
    loan: Loan, events: list[date], due: list[bool], rhythm: Mapping[date, float], written: Mapping[date, date]
) -> tuple[list[bool], list[bool]]:
    """Return where interest is capitalized, and where principal falls due, which is after grace and capitalization.

    Both go by the regular dates of payments, as `written` has them, even where they roll to business days.
    """
    style, maturity = loan.repayment, loan.maturity
    until = date.max if style.capitalizes else loan.capitalize_until or date.min
    grows = (
        [False] * len(events)
        if until == date.min
        else [
            is_due and written.get(day, day) <= until and (day < maturity or not style.capitalizes)
            for is_due, day in zip(due, events, strict=True)
        ]
    )
    if style.schedule_field:
        paid = set(installment_dates(loan, style.planned_principal).values())
        return grows, [day in paid for day in events]
    after = add_months(loan.signed, loan.grace) if loan.grace else date.min
    last = maturity if loan.payments.on == "start" and not style.months else date.max  # in advance, none then
    repays = [
        is_due and not growing and after < written.get(day, day) and day != last and day in rhythm
        for is_due, growing, day in zip(due, grows, events, strict=True)
    ]
    return grows, repays


def _days(loan: Loan, timeline: Timeline | None, course: RateCourse, ends: list[date]) -> list[date]:
    """Return every day on which something happens, in order."""
    # in a list, for what is in order already is soon sorted
    days = [loan.signed, *ends, *(loan.draws or {}), *(loan.prepayments or {})]
    days += course.changes(loan.signed, ends[-1])
    days += installment_dates(loan, loan.repayment.planned_principal).values()
    if loan.fees.available_until:
        days.append(loan.fees.available_until)
    days += [day for day in loan.fees.days if loan.signed < day < loan.maturity]
    if timeline is not None:
        # The eve of the horizon too: what is owed on it is the first opening balance.
        closings = (month_end(timeline.origin), *timeline.dates)
        signed, maturity = loan.signed, loan.maturity
        days += [day for day in closings if signed <= day <= maturity]
    return sorted(dict.fromkeys(days))
