"""What owners are paid by policy (docs/conventions.md, section 5, payouts)."""

from typing import Any

from tests.witness.dates import STEPS, Calendar, add_months, read_day
from tests.witness.quantities import read_number


class Payouts:
    """Pays a share of cash above what is kept on its dates, and after a lock-up what it would have paid while that lasted."""

    def __init__(self, block: dict[str, Any] | None, minimum: float, calendar: Calendar, capital: float) -> None:
        """Read the dates within the horizon, the share, and what is kept."""
        self.block = block or {}
        self.keep = read_number(self.block["keep"]) if "keep" in self.block else minimum
        self.share = read_number(self.block.get("share"), "100 %")
        self.capital, self.waiting = capital, 0.0
        self.periods = self.find_periods(calendar) if block else set()

    def find_periods(self, calendar: Calendar) -> set[int]:
        """Return the periods in which a date of the policy falls."""
        first, every = read_day(self.block["first"]), STEPS[self.block.get("every", "year")]
        days = (add_months(first, every * k) for k in range(12 * calendar.horizon * calendar.step // every + 1))
        return {at for at in map(calendar.find, days) if 0 <= at < calendar.horizon}

    def pay(self, at: int, free: float, earned: float, *, locked: bool, short: bool) -> tuple[float, float]:
        """Return what is paid at a period's end, and what would be before limits."""
        if at not in self.periods:
            return 0.0, 0.0
        above = max(free - self.keep, 0.0)
        day = self.share * max(above - self.waiting, 0.0)
        wanted = min(self.waiting, above) + day
        if locked:
            self.waiting += day
            return 0.0, wanted
        if short:
            return 0.0, wanted
        self.waiting = 0.0
        return min(wanted, max(earned - self.capital, 0.0)), wanted
