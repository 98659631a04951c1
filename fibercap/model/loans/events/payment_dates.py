"""The dates on which a loan's payments fall due, and the interest periods between them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from fibercap.core.timeline import add_months, month_end
from fibercap.model.loans.clauses.rates import FOLLOWS_INDEX, Floating

if TYPE_CHECKING:
    from collections.abc import Collection

    from fibercap.model.loans.terms import Loan

SHORT_DAYS: Final = 5
"""A regular payment that falls this many days or fewer before maturity is made on maturity."""


class PaymentPeriod(NamedTuple):
    """An interest period: from one payment date to the next.

    `regular` ones are one interval long. `moved_from` is the regular date of a payment that is made on maturity, a few
    days later; `follows_moved` ones start on such a payment, so that they are a few days shorter. `due` is the regular
    date of a payment that rolls to a business day; interest counts between the days of `counted`, where these differ.
    """

    start: date
    end: date
    regular: bool
    moved_from: date | None = None
    follows_moved: bool = False
    due: date | None = None
    counted: tuple[date, date] | None = None

    @property
    def on_rhythm(self) -> bool:
        """Whether the period is regular and none of its ends is moved."""
        return self.regular and self.moved_from is None and not self.follows_moved


def regular_date(loan: Loan, number: int) -> date:
    """Return a date on the rhythm of payments, counted from the first payment, or from signing where none is given.

    Parameters
    ----------
    loan : Loan
        The contract; it has the first payment, the interval, and whether payments fall on ends of months.
    number : int
        Intervals after the first; may be negative.

    Source
    ------
    docs/conventions.md, section 4, Payment dates.
    """
    day = add_months(loan.payments.first or loan.signed, number * loan.interval)
    return month_end(12 * day.year + day.month) if loan.payments.end_of_month else day


def period_starts(loan: Loan) -> list[date]:
    """Return the first days of the interest periods of a loan whose rate is fixed on them; none of others."""
    rate = loan.rate
    if rate.reset == FOLLOWS_INDEX if isinstance(rate, Floating) else not rate.linear:
        return []
    return [period.start for period in payment_periods(loan) if period.start < loan.maturity]


def payment_periods(loan: Loan) -> list[PaymentPeriod]:
    """Return the periods between payments, from signing to maturity, and on to the end of `amortize_over`."""
    return _roll_periods(loan, _periods_to(loan, _stops(loan)))


def regular_periods(loan: Loan) -> list[PaymentPeriod]:
    """Return the periods over which payments are set: as `payment_periods`, but maturity does not cut one in two."""
    return _roll_periods(loan, _periods_to(loan, _stops(loan)[-1:]))


def has_notional_payments(loan: Loan) -> bool:
    """Return whether payments are set over a longer time than the loan runs."""
    return len(_stops(loan)) > 1


def moved_payment(loan: Loan) -> date | None:
    """Return the regular date of the last payment where it is moved to maturity, else None."""
    if loan.payments.short_last == "keep":
        return None
    return next((period.moved_from for period in payment_periods(loan) if period.end == loan.maturity), None)


def moved_payments(loan: Loan) -> dict[date, date]:
    """Return, by the day on which they are made, the regular dates of payments that are moved."""
    maturity = loan.maturity
    periods = [period for period in payment_periods(loan) if period.end <= maturity]
    regular = {period.end: period.moved_from or period.due or period.end for period in periods}
    return {day: due for day, due in regular.items() if due != day}


def rolled_payments_note(loan: Loan) -> str:
    """Return the remark on payments that roll to business days; "" if none does."""
    maturity = loan.maturity
    periods = [period for period in payment_periods(loan) if period.end <= maturity]
    count = sum(period.due not in (None, period.end) for period in periods)
    if not count:
        return ""
    return f"{count} of {len(periods)} payments move to the {loan.payments.roll_words.partition(',')[0]}"


def moved_payment_note(loan: Loan) -> str:
    """Return the remark on a last payment that is moved to maturity; "" if none is."""
    moved = moved_payment(loan)
    if moved is None:
        return ""
    return (
        f"the payment of {moved} is made on maturity, {loan.maturity}, as the last one; "
        "`payments: {short_last: keep}` makes both"
    )


def installment_dates(loan: Loan, schedule: Collection[date]) -> dict[date, date]:
    """Return the day on which each installment of a custom schedule is paid, by the day written.

    An installment that is written for a payment that moves to maturity moves with it; others roll to business days.

    Parameters
    ----------
    loan : Loan
        The contract; it decides which payment moves to maturity.
    schedule : (installment,)
        The days as written.

    Source
    ------
    docs/conventions.md, section 4, Payment dates.
    """
    moved = moved_payment(loan) if schedule else None
    return {day: loan.maturity if day == moved else loan.payments.business_day(day) for day in schedule}


def _stops(loan: Loan) -> list[date]:
    """Return maturity, and the end of `amortize_over` where that is later."""
    maturity, notional = loan.agreed_maturity, add_months(loan.signed, loan.repayment.months)
    near = 0 if loan.payments.short_last == "keep" else SHORT_DAYS
    return [maturity, *([notional] if (notional - maturity).days > near else [])]


def _roll_periods(loan: Loan, periods: list[PaymentPeriod]) -> list[PaymentPeriod]:
    """Return periods whose payments are made on business days; two that fall on one day are one.

    Source
    ------
    docs/conventions.md, section 4, Payment dates.
    """
    payments = loan.payments
    if not payments.roll_words:
        return periods
    rolled: list[PaymentPeriod] = []
    start, since, alone = loan.signed, loan.signed, True
    for period in periods:
        end = payments.business_day(period.end)
        if end <= start:  # two payments roll to one day: their periods become one
            alone = False
            if not rolled:
                continue
            start, since = rolled[-1].start, (rolled[-1].counted or (start, since))[0]
            rolled.pop()
        counted = (since, period.end) if payments.accrue == "unadjusted" else None
        regular = period.regular and alone
        rolled.append(period._replace(start=start, end=end, regular=regular, due=period.end, counted=counted))
        start, since, alone = end, period.end, True
    return rolled


def _periods_to(loan: Loan, stops: list[date]) -> list[PaymentPeriod]:
    """Return the periods between payments from signing to the last stop; each stop ends a period.

    Source
    ------
    docs/conventions.md, section 4: a regular payment 5 days or fewer before maturity is the last one, on maturity.
    Where payments are set over a longer time, the same holds for its end.
    """
    number, start_regular = _first_period(loan)
    periods: list[PaymentPeriod] = []
    anchor, interval, month_ends = loan.payments.first or loan.signed, loan.interval, loan.payments.end_of_month
    start, last, waiting, follows_moved = loan.signed, stops[-1], list(stops), False
    windows = [] if loan.payments.short_last == "keep" else [(s - timedelta(SHORT_DAYS), s) for s in _stops(loan)]
    near_stop = windows[0][0] if windows else date.max
    while start < last:
        regular = add_months(anchor, number * interval)
        if month_ends:
            regular = month_end(12 * regular.year + regular.month)
        due = regular
        if regular >= near_stop:
            due = next((stop for near, stop in windows if near <= regular < stop), regular)
        on_grid = due <= waiting[0]
        end = due if on_grid else waiting[0]
        moved_from = regular if end == due != regular else None
        periods.append(PaymentPeriod(start, end, on_grid and start_regular, moved_from, follows_moved))
        start, start_regular, follows_moved = end, on_grid, moved_from is not None
        number += on_grid
        if end >= waiting[0]:
            waiting.pop(0)
    return periods


def _first_period(loan: Loan) -> tuple[int, bool]:
    """Return the number of the first regular payment after signing, and whether the first period is a regular one."""
    first, signed = loan.payments.first, loan.signed
    number = 0 if first else 1
    number += regular_date(loan, number) == signed  # a payment on the day of signing would serve no interest
    is_regular = (not first and not loan.payments.end_of_month) or signed == regular_date(loan, number - 1)
    if first and not loan.payments.end_of_month:
        is_regular = is_regular or first == add_months(signed, loan.interval)
    return number, is_regular
