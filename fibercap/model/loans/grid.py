"""The event grid of a loan: signing, draws, payment dates and ends of model periods, in order."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.daycount import year_fraction
from fibercap.core.timeline import Timeline, add_months, month_end, month_number

if TYPE_CHECKING:
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan


@dataclass(frozen=True)
class Grid:
    """A loan's events in order, and what the calendar says of each; every array is (event,).

    Payments that `amortize_over` counts beyond maturity are on the grid too: nothing is owed there any more.
    """

    dates: tuple[date, ...]
    months: Array
    period: Array
    is_payment: Array
    repays: Array
    is_final: Array
    payments_left: Array
    year_fraction: Array
    period_fraction: Array


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
        if loan.day_count != "equal_periods":
            return year_fraction(self.start, day, loan.day_count)
        whole = loan.interval / 12 if self.regular else year_fraction(self.start, self.end, "30/360")
        return whole * (day - self.start).days / (self.end - self.start).days


def payment_periods(loan: Loan) -> list[PaymentPeriod]:
    """Return the periods between payments, from signing to maturity, and on to the end of `amortize_over`."""
    first = loan.payments.first
    anchor, number = (first, 0) if first else (loan.signed, 1)
    notional = add_months(loan.signed, loan.repayment.amortize_over)
    stops = [loan.maturity, *([notional] if notional > loan.maturity else [])]
    periods: list[PaymentPeriod] = []
    start = loan.signed
    start_regular = (
        first is None or first == add_months(start, loan.interval) or start == add_months(first, -loan.interval)
    )
    while start < stops[-1]:
        due = add_months(anchor, number * loan.interval)
        stop = next(day for day in stops if day > start)
        on_grid = due <= stop
        end = due if on_grid else stop
        periods.append(PaymentPeriod(start, end, regular=on_grid and start_regular))
        start, start_regular = end, on_grid
        number += on_grid
    return periods


def event_grid(loan: Loan, timeline: Timeline | None) -> Grid:
    """Return a loan's events.

    Parameters
    ----------
    loan : Loan
        The contract.
    timeline : Timeline or None
        Model periods, whose ends become events; None for the contract alone.

    Source
    ------
    finance.md, section 4: interest within a payment period telescopes.
    """
    periods = payment_periods(loan)
    ends = [period.end for period in periods]
    maturity, grace = loan.maturity, add_months(loan.signed, loan.grace)
    dates = {loan.signed, *ends, *(loan.draws or {})}
    if loan.fees.available_until:
        dates.add(loan.fees.available_until)
    if timeline is not None:
        dates |= {day for day in (month_end(timeline.origin), *timeline.dates) if loan.signed <= day <= maturity}
    days = tuple(sorted(dates))
    index = [min(bisect_left(ends, day), len(ends) - 1) for day in days]
    stops = set(ends)
    due = np.array([day in stops for day in days], dtype=float)
    after_grace = np.array([day > grace for day in days], dtype=float)
    repays = due * after_grace
    fractions = [0.0]
    for event in range(1, len(days)):
        period = periods[index[event]]
        since = period.elapsed(loan, days[event - 1]) if days[event - 1] > period.start else 0.0
        fractions.append(period.elapsed(loan, days[event]) - since)
    return Grid(
        dates=days,
        months=np.array([month_number(day) for day in days]),
        period=np.array([float(timeline.index(day) + 1) if timeline else 0.0 for day in days]),
        is_payment=due,
        repays=repays,
        is_final=np.array([day == maturity for day in days], dtype=float),
        payments_left=np.cumsum(repays[::-1])[::-1],
        year_fraction=np.array(fractions),
        period_fraction=np.array([periods[i].fraction(loan) if d else 0.0 for i, d in zip(index, due, strict=True)]),
    )
