"""What owners are paid by a rule (docs/conventions.md, section 5, payouts)."""

from datetime import date
from typing import Any, NamedTuple

from tests.witness.dates import STEPS, Calendar, add_months, read_day
from tests.witness.quantities import read_number


class Payout(NamedTuple):
    """What a period pays, what it would pay before limits, and the cash that there is for it."""

    paid: float
    wanted: float
    above: float


class Payouts:
    """Pays a share of cash above what is kept on its dates, and after a lock-up what it would have paid while that lasted."""

    def __init__(self, block: dict[str, Any] | None, minimum: float, calendar: Calendar, capital: float) -> None:
        """Read the dates within the horizon, the share, and what is kept."""
        self.block = block or {}
        self.keep = max(read_number(self.block.get("keep")), minimum)
        self.share = read_number(self.block.get("share"), "100 %")
        self.capital, self.withheld = capital, 0.0
        self.periods = self.find_periods(calendar) if block else set()

    def find_periods(self, calendar: Calendar) -> set[int]:
        """Return the periods in which a date of the rule falls."""
        every = STEPS[self.block.get("every", "year")]
        at_end = add_months(calendar.eve, every, to_end=True)
        first: date = read_day(self.block["first"]) if "first" in self.block else at_end
        days = (add_months(first, every * k) for k in range(calendar.horizon * calendar.step // every + 1))
        return {index for index in map(calendar.find, days) if 0 <= index < calendar.horizon}

    def pay(self, index: int, free: float, earned: float, *, locked: bool, short: bool) -> Payout:
        """Return what is paid at a period's end (rules 1 to 4)."""
        above = max(free - self.keep, 0.0)
        if index not in self.periods:
            return Payout(0.0, 0.0, above)
        day, cap = self.share * max(above - self.withheld, 0.0), max(earned - self.capital, 0.0)
        wanted = min(self.withheld, above) + day
        if short:
            return Payout(0.0, wanted, above)
        if locked:
            self.withheld += min(day, max(cap - self.withheld, 0.0))
            return Payout(0.0, wanted, above)
        self.withheld = 0.0
        return Payout(min(wanted, cap), wanted, above)
