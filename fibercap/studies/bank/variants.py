"""A loan under other conventions: what may be changed, the plainest first, and the changed loan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise, product
from statistics import median, mode
from typing import Any, Final

import numpy as np

from fibercap.core.daycount import CONVENTIONS
from fibercap.core.timeline import add_months, days_in_month
from fibercap.model.loans.clauses.business_days import NO_ROLL, ROLLS, BusinessCalendar
from fibercap.model.loans.clauses.payments import Payments
from fibercap.model.loans.clauses.rates import INTERVALS
from fibercap.model.loans.clauses.rounding import Exact, Rounding
from fibercap.model.loans.clauses.values_by_day import Steps
from fibercap.model.loans.events.payment_dates import payment_periods
from fibercap.model.loans.repayment.styles import FixedPayment
from fibercap.model.loans.terms import COMPOUNDING, Loan

DAY_COUNTS: Final = ("equal_periods", *CONVENTIONS)
WEEKDAYS: Final = "weekdays"
"""The calendar in which banks are closed on Saturdays and Sundays alone."""
MOST_WAYS: Final = 8
WAYS: Final = ("half_up", "half_even", "up", "down", "none")

Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """What a loan is read with: its currency, the smallest amount paid in it, and calendars by name."""

    currency: str
    minor_unit: float
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)

    @property
    def context(self) -> dict[str, Any]:
        """The context with which blocks of the loan are validated."""
        known = {WEEKDAYS: BusinessCalendar(), **self.calendars}
        return {"currency": self.currency, "currencies": (), "minor_unit": self.minor_unit, "calendars": known}


@dataclass(frozen=True)
class Variant:
    """A loan, and the keys in which it differs from the one as written; each value as it is written in a file."""

    loan: Loan
    changes: Changes = field(default_factory=dict)

    def change(self, frame: Frame, changes: Changes) -> Variant:
        """Return the loan with more changes; those that change nothing are left out."""
        if not changes:
            return self
        return Variant(_change_loan(self.loan, frame, changes), {**self.changes, **changes})

    @property
    def cost(self) -> float:
        """How far it is from the loan as written: the plainest has the least."""
        return sum(_cost(key, value) for key, value in self.changes.items())


def _cost(key: str, value: Any) -> float:
    if key == "rounding":
        return (
            1.0
            if isinstance(value, str)
            else 1.2 + 0.3 * len(value) + 0.2 * sum(v in {"up", "down", "none"} for v in value.values())
        )
    if key in {"rate", "repayment"}:
        return 5.0
    return {"payments.calendar": 0.2, "payments.accrue": 0.6, "compounding": 1.5, "true_up": 0.5}.get(key, 1.0)


def _change_loan(loan: Loan, frame: Frame, changes: Changes) -> Loan:
    """Return a loan with other conventions, each written as in a file."""
    update: dict[str, Any] = {}
    payments = {key.removeprefix("payments."): value for key, value in changes.items() if key.startswith("payments.")}
    if payments:
        update["payments"] = Payments.model_validate({**texts_of(loan.payments), **payments}, context=frame.context)
    for key, value in changes.items():
        if key == "rounding":
            update[key] = (
                Exact()
                if value == "none"
                else Rounding.model_validate({} if value == "cent" else value, context=frame.context)
            )
        elif key == "rate":
            update[key] = rate_of(value)
        elif key == "repayment":
            update[key] = FixedPayment.model_validate(value, context=frame.context)
        elif key in {"matures", "signed"}:
            update[key] = date.fromisoformat(value)
        elif not key.startswith("payments."):
            update[key] = value
    return loan.model_copy(update=update)


def rate_of(value: Any) -> Steps:
    """Return a rate that is written as `8.4 %/year`, or as such texts by date."""
    if isinstance(value, str):
        return Steps((np.asarray(float(value.split()[0]) / 100),))
    days = tuple(map(date.fromisoformat, value))
    return Steps(tuple(np.asarray(float(text.split()[0]) / 100) for text in value.values()), days, tuple(value))


def texts_of(payments: Payments) -> dict[str, str]:
    """Return the keys of a block `payments` as they are written."""
    block = {key: getattr(payments, key) for key in payments.model_fields_set - {"note"}}
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in block.items()
        if value is not None
    }


def payment_days(loan: Loan) -> list[date]:
    """Return the days on which payments are made, signing included where the first is made on it."""
    at_start = loan.payments.on == "start" and loan.payments.first in (None, loan.signed)
    maturity = loan.maturity
    days = [period.end for period in payment_periods(loan) if period.end <= maturity]
    return [loan.signed, *days] if at_start else days


def dates_that_fit(base: Variant, frame: Frame, dates: tuple[date, ...]) -> list[Variant]:
    """Return the plainest ways in which a loan's payments fall on some days; none if no way does.

    Parameters
    ----------
    base : Variant
        The loan as written.
    frame : Frame
        Its currency and its calendars.
    dates : tuple of date
        Days of payments in a table, in order; some may be missing.
    """
    wanted = set(dates)

    def fits(loan: Loan) -> bool:
        days = payment_days(loan)
        return wanted <= set(days) and sum(days[0] <= day <= days[-1] for day in wanted) == len(wanted)

    written = [base] if fits(base.loan) else []
    if written and sum(day <= dates[-1] for day in payment_days(base.loan)) < 1.6 * len(dates):
        shorter = base.change(frame, {"matures": str(dates[-1])})
        return [base, shorter] if dates[-1] < base.loan.maturity and fits(shorter.loan) else written
    fitting = list(written)
    for changes in _ways_to_pay(base.loan, frame, dates):
        try:
            variant = base.change(frame, changes)
            if variant.loan.maturity > variant.loan.signed and fits(variant.loan):
                fitting.append(variant)
        except (ValueError, IndexError):
            continue
    missing = {id(variant): _missing(variant.loan, dates) for variant in fitting}
    fitting.sort(key=lambda variant: (missing[id(variant)], variant.cost))
    least = [variant for variant in fitting if missing[id(variant)] == missing[id(fitting[0])]]
    near = [variant for variant in least if variant.cost <= fitting[0].cost + 1.2]
    return [*near[:MOST_WAYS], *(variant for variant in written if variant not in near)]


def _missing(loan: Loan, dates: tuple[date, ...]) -> int:
    """Return how many payments of a loan up to the last of some days are not among them."""
    return abs(sum(day <= dates[-1] for day in payment_days(loan)) - len(dates))


def _ways_to_pay(loan: Loan, frame: Frame, dates: tuple[date, ...]) -> Iterator[Changes]:
    """Yield the changes of payment dates and conventions that may lead to some days."""
    anchors = _anchors(loan, dates)
    gaps = [(b - a).days for a, b in pairwise(dates)] or [loan.interval * 30]
    every = min(INTERVALS, key=lambda name: abs(INTERVALS[name] * 30.4 - median(gaps)))
    keep = {} if every == loan.payments.every else {"payments.every": every}
    closed = [("", NO_ROLL), *((name, roll) for name in (*frame.calendars, WEEKDAYS) for roll in ROLLS)]
    ends: list[Changes] = [{}]
    if dates[-1] != loan.maturity:
        ends += [{"matures": str(dates[-1])}]
    ends += [{"payments.short_last": "keep"}] if loan.payments.short_last != "keep" else []
    starts: list[Changes] = [{}, {"payments.on": "start" if loan.payments.on == "end" else "end"}]
    firsts: list[Changes] = [{}, *({"payments.first": str(day)} for day in anchors)]
    month_ends: list[Changes] = [{}, {"payments.end_of_month": "false" if loan.payments.end_of_month else "true"}]
    for first, eom, start, end, (calendar, roll) in product(firsts, month_ends, starts, ends, closed):
        if (calendar or NO_ROLL) == (loan.payments.calendar or NO_ROLL) and roll == loan.payments.roll:
            rolls: Changes = {}
        else:
            rolls = {"payments.roll": roll, "payments.calendar": calendar} if calendar else {"payments.roll": roll}
        if not calendar and loan.payments.roll == NO_ROLL and rolls:
            continue
        yield {**keep, **first, **eom, **start, **end, **rolls}


def _anchors(loan: Loan, dates: tuple[date, ...]) -> list[date]:
    """Return days on which regular payments may begin: the first as printed, or on the day of most payments."""
    first, day = dates[0], mode(day.day for day in dates)
    usual = first.replace(day=min(day, days_in_month(first.year, first.month)))
    near = [usual, *(add_months(usual, months) for months in (-1, 1))]
    last = first.replace(day=days_in_month(first.year, first.month))
    days = [first, *(other for other in near if abs((other - first).days) <= 5), last]
    days = [other for other in dict.fromkeys(days) if loan.signed <= other <= loan.agreed_maturity + timedelta(400)]
    return [other for other in days if other != loan.payments.first]


def roundings(digits: int | None, frame: Frame) -> list[Changes]:
    """Return what a lender may round, the plainest first.

    Parameters
    ----------
    digits : int or None
        The decimals with which interest is printed, None where it is printed in full.
    frame : Frame
        The loan's currency, and the smallest amount that is paid in it.
    """
    ways: list[Changes] = [{"rounding": "none"}]
    if digits is None:
        return ways
    step = 10.0**-digits
    to: dict[str, str] = {} if step == frame.minor_unit else {"to": f"{step:g} {frame.currency}"}
    ways.append({"rounding": to or "cent"})
    ways.append({"rounding": {**to, "balance": "carry"}})
    for interest, payment in product(WAYS, WAYS):
        block = {key: way for key, way in (("interest", interest), ("payment", payment)) if way != "half_up"}
        if block:
            ways.append({"rounding": {**to, **block}})
            if interest == payment and interest != "none":
                ways.append({"rounding": {**to, **block, "balance": "carry"}})
    return ways


def other_counts(loan: Loan) -> Iterator[Changes]:
    """Yield the other ways in which time and interest may be counted, and none."""
    accrues = ("adjusted", "unadjusted") if loan.payments.roll_words else (loan.payments.accrue,)
    for count, compounding, accrue in product(DAY_COUNTS, COMPOUNDING, accrues):
        changes = {"day_count": count, "compounding": compounding, "payments.accrue": accrue}
        now = {"day_count": loan.day_count, "compounding": loan.compounding, "payments.accrue": loan.payments.accrue}
        yield {key: value for key, value in changes.items() if value != now[key]}
