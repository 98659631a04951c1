"""When the payments of a loan fall due: their rhythm, and how they move to business days."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import pydantic

from fibercap.core.language.dates import Day
from fibercap.core.language.fields import Label, Word
from fibercap.core.language.money_or_share import Truth
from fibercap.core.language.spec import Spec
from fibercap.model.loans.clauses.business_days import NO_ROLL, ROLLS, BusinessCalendar
from fibercap.model.loans.clauses.rates import INTERVALS


class Payments(Spec):
    """How often payments fall due. The first is one interval after signing unless a date is given.

    `on: start` puts payments at the start of their periods: the first at signing, the last an interval before maturity.
    """

    every: Annotated[str, Word(tuple(INTERVALS), "intervals")] = "quarter"
    """Time from one payment to the next."""
    first: Annotated[date | None, Day()] = None
    """Day of the first payment; without it, one interval after signing, or signing itself with `on: start`. Like
    `2001-03-31`."""
    end_of_month: Truth = False
    """Whether payments fall on the last day of their months."""
    on: Annotated[str, Word(("end", "start"), "ends of a period")] = "end"
    """Whether a period is paid for at its end or in advance."""
    short_last: Annotated[str, Word(("join", "keep"), "ways to treat a short last period")] = "join"
    """Where a regular payment falls 5 days or fewer before maturity: `join` makes it the last one, on maturity; `keep`
    leaves it, and a short last period after it."""
    roll: Annotated[str, Word((NO_ROLL, *ROLLS), "ways to roll")] = NO_ROLL
    """Where a payment falls on a day without business: on which business day it is made. `modified_following` is
    `preceding` where the following one lies in another month. Goes with `calendar`."""
    calendar: Label = ""
    """Name of the calendar under `calendars` that says which days are business days. Like `new_york`."""
    accrue: Annotated[str, Word(("adjusted", "unadjusted"), "ways to count interest")] = "adjusted"
    """Whether interest counts to the day on which a payment that rolls is made, or to its regular day."""

    _closed: BusinessCalendar | None = pydantic.PrivateAttr(None)

    def model_post_init(self, context: Any) -> None:
        """Keep the calendar of business days that it names."""
        self._closed = (context or {}).get("calendars", {}).get(self.calendar)

    def business_day(self, day: date) -> date:
        """Return the day on which a payment is made that falls on a day."""
        return day if self._closed is None else self._closed.roll(day, self.roll)

    @property
    def roll_words(self) -> str:
        """How payments roll, in words; "" if they do not."""
        if self._closed is None or self.roll == NO_ROLL:
            return ""
        counted = ", interest by regular dates" if self.accrue == "unadjusted" else ""
        return f"{self.roll.replace('_', ' ')} business day of {self.calendar}{counted}"
