"""Which model periods' cash flow a payment date of a loan is served from: the whole periods since the date before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.model.loans.events.payment_dates import payment_periods

if TYPE_CHECKING:
    from datetime import date

    from fibercap.core.timeline import Timeline
    from fibercap.model.loans.terms import Loan


def whole_periods(day: date, timeline: Timeline) -> int:
    """Return how many periods of the model end on or before a day.

    Parameters
    ----------
    day : date
        Any day.
    timeline : Timeline
        The model's periods.
    """
    index = timeline.index(day)
    ends_here = 0 <= index < timeline.count and timeline.dates[index] == day
    return min(max(index + ends_here, 0), timeline.count)


def served_periods(loan: Loan, timeline: Timeline) -> dict[date, int]:
    """Return, by payment date, the number of the last period whose cash flow serves it, counted from 1.

    A date on or before which no further period ends since the date before, or since signing, is left out.

    Parameters
    ----------
    loan : Loan
        The contract.
    timeline : Timeline
        The model's periods.

    Source
    ------
    docs/conventions.md, section 4, Principal.
    """
    served, last = {}, whole_periods(loan.signed, timeline)
    for period in payment_periods(loan):
        number = whole_periods(period.end, timeline)
        if number > last and period.end <= loan.maturity:
            served[period.end], last = number, number
    return served
