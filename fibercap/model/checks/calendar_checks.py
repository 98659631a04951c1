"""Checks of calendars of business days, and of the loans whose payments roll by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import did_you_mean
from fibercap.model.loans.clauses.business_days import MOST_CLOSED, NO_ROLL

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Lending

_FIRST_CALENDAR: Final = "write `calendars: {weekdays: {weekends: true}}` in the file, and `calendar: weekdays` here"
"""What to write where a plan has no calendar yet."""


def closed_days(s: Lending, name: str) -> Findings:
    """Yield a calendar in which no business day comes for weeks.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the calendar.
    """
    day = s.calendars[name].closed_too_long
    if day is not None:
        problem, wanted = f"no business day for weeks from {day}", f"one in any {MOST_CLOSED - 1} days"
        yield f"calendars.{name}.holidays", "closed_too_long", problem, wanted, "remove some of its holidays"


def loan_business_days(s: Lending, name: str) -> Findings:
    """Yield a roll without a calendar, a calendar that is not there, or what says nothing without a roll.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    payments, prefix = s.loans[name].payments, f"loans.{name}.payments"
    if payments.calendar and payments.calendar not in s.calendars:
        way = did_you_mean(payments.calendar, s.calendars, "calendars")
        problem = f"unknown calendar `{payments.calendar}`"
        yield f"{prefix}.calendar", "unknown_calendar", problem, "", way
    if payments.roll != NO_ROLL and not payments.calendar:
        names = list(s.calendars)
        way = f"add `calendar: {names[0]}`" if names else _FIRST_CALENDAR
        problem = f"`roll: {payments.roll}` without a calendar"
        yield f"{prefix}.roll", "roll_without_calendar", problem, "", way
    written = payments.model_fields_set
    for key in ("calendar", "accrue") if "roll" not in written else ():
        if key in written:
            way = "add `roll: following`, or remove the key"
            yield f"{prefix}.{key}", "nothing_rolls", f"`{key}` without `roll`", "", way
