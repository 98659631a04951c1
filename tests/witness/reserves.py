"""Debt service reserves (docs/conventions.md, section 5, reserves)."""

from datetime import date
from typing import Any

import numpy as np

from tests.witness.dates import Calendar, add_months
from tests.witness.financing import find_completion
from tests.witness.ledger import CENT, Ledger
from tests.witness.plan import Plan
from tests.witness.quantities import read_number

SERVICE = ("interest_paid", "fees_paid", "scheduled")


class Reserve:
    """What is set aside for one loan, and what moved it in the period at hand."""

    def __init__(self, ledger: Ledger, block: dict[str, Any], complete: int | None = None) -> None:
        """Read how many months of service it covers; one from uses is filled in the period in which they are complete."""
        self.ledger, self.months, self.complete = ledger, int(read_number(block["covers"])), complete
        self.balance = self.used = self.filled = self.released = self.target = 0.0

    @property
    def short(self) -> float:
        """What the reserve lacks of its target."""
        return max(self.target - self.balance, 0.0)

    def open_period(self, index: int, day: date) -> float:
        """Forget what moved the reserve before, set its target, and return what is set aside at once."""
        self.used = self.filled = self.released = 0.0
        waits = self.complete is not None and index < self.complete
        self.target = 0.0 if waits else foresee_service(self.ledger, day, self.months)
        return self.target if index == self.complete else 0.0

    def use(self, lacking: float) -> float:
        """Pay service that cash does not pay, and return how much."""
        self.used = min(self.balance, lacking)
        self.balance -= self.used
        return self.used

    def fill(self, index: int, excess: float) -> None:
        """Fill the reserve from cash up to its target, or release what is above."""
        most = self.target if index == self.complete else max(excess, 0.0)
        self.filled = min(max(self.target - self.balance, 0.0), most)
        self.released = max(self.balance - self.target, 0.0)
        self.balance += self.filled - self.released


def foresee_service(ledger: Ledger, day: date, months: int) -> float:
    """Return the scheduled service of the next months by the contract as it stands, without a balloon (section 5, reserves).

    Of a sculpted loan it is the service of the last months; of interest and fees ahead where it was not drawn before them.
    """
    contract = ledger.contract
    if ledger.idle or not contract.signed <= day < contract.matures:
        return 0.0
    until = add_months(day, months, to_end=True) if is_month_end(day) else add_months(day, months)
    if contract.style == "sculpted":
        past = add_months(day, -months, to_end=True) if is_month_end(day) else add_months(day, -months)
        if ledger.sum_between("draws", None, past) > CENT:
            goes_on = ledger.owed > CENT and any(day < payment.day <= until for payment in contract.payments)
            return sum(ledger.sum_between(kind, past, day) for kind in SERVICE) * goes_on
    ahead = ledger.look_ahead(day, until)
    return sum(ahead.sum_between(kind, day, until) for kind in SERVICE) - ahead.left_at_end


def find_use(plan: Plan, name: str) -> str:
    """Return the project or purchase that a loan pays for."""
    return next(str(key) for key, block in plan["funding"].items() if name in (block or {}))


def find_filling(plan: Plan, name: str, block: Plan, calendar: Calendar) -> int | None:
    """Return the period in which a reserve from uses is filled; nothing of one from operations."""
    if block.get("filled_from") != "uses":
        return None
    return int(np.searchsorted(calendar.ends, find_completion(plan, find_use(plan, name)) - 1e-9))


def is_month_end(day: date) -> bool:
    """Whether a day is the last of its month."""
    return add_months(day, 0, to_end=True) == day
