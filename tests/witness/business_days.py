"""Days on which banks are closed, and where payments move from them (docs/conventions.md, section 4, payment dates, rule 6)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.witness.dates import read_day

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Closed:
    """The way in which payments move, the days that are closed, and whether interest counts by regular dates."""

    way: str = "none"
    weekends: bool = True
    holidays: frozenset[date] = field(default_factory=frozenset)
    by_regular: bool = True

    def seek(self, day: date, step: timedelta) -> date:
        """Return the first open day from a day on, forward or backward."""
        while day in self.holidays or (self.weekends and day.isoweekday() > 5):
            day += step
        return day

    def move(self, day: date) -> date:
        """Return the day on which a payment of a day is made."""
        if self.way == "none":
            return day
        after, before = self.seek(day, DAY), self.seek(day, -DAY)
        if self.way == "preceding" or (self.way == "modified_following" and after.month != day.month):
            return before
        return after


def read_closed(payments: dict[str, Any], calendars: dict[str, Any]) -> Closed:
    """Return how the payments of a loan move."""
    if payments.get("roll", "none") == "none":
        return Closed()
    block = calendars[payments["calendar"]]
    holidays = frozenset(map(read_day, block.get("holidays", {})))
    by_regular = payments.get("accrue", "adjusted") == "unadjusted"
    return Closed(payments["roll"], block.get("weekends", "true") == "true", holidays, by_regular)
