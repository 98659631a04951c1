"""Debt service reserves (docs/conventions.md, section 5, reserves)."""

from datetime import date
from typing import Any

from tests.witness.dates import add_months
from tests.witness.ledger import Ledger
from tests.witness.quantities import read_number

SERVICE = ("interest_paid", "fees_paid", "scheduled")


class Reserve:
    """What is set aside for one loan, and what moved it in the period at hand."""

    def __init__(self, ledger: Ledger, block: dict[str, Any]) -> None:
        """Read how many months of service it covers."""
        self.ledger, self.months = ledger, int(read_number(block["covers"]))
        self.from_uses = block.get("filled_from") == "uses"
        self.balance = self.used = self.filled = self.released = self.target = 0.0

    @property
    def short(self) -> float:
        """What the reserve lacks of its target."""
        return max(self.target - self.balance, 0.0)

    def open_period(self) -> None:
        """Forget what moved the reserve before."""
        self.used = self.filled = self.released = 0.0

    def use(self, lacking: float) -> float:
        """Pay service that cash does not pay, and return how much."""
        self.used = min(self.balance, lacking)
        self.balance -= self.used
        return self.used

    def fill(self, day: date, excess: float) -> float:
        """Fill the reserve from cash up to its target, or release what is above; return what cash loses by it."""
        self.target = foresee_service(self.ledger, day, self.months)
        self.filled = min(max(self.target - self.balance, 0.0), max(excess, 0.0))
        self.released = max(self.balance - self.target, 0.0)
        self.balance += self.filled - self.released
        return self.filled - self.released


def foresee_service(ledger: Ledger, day: date, months: int) -> float:
    """Return the scheduled service of the next months by the contract as it stands: without later draws, and without a balloon.

    Of a sculpted loan it is the service of the last months.
    """
    contract = ledger.contract
    if ledger.idle or day >= contract.matures:
        return 0.0
    until = add_months(day, months, to_end=True) if is_month_end(day) else add_months(day, months)
    if contract.style == "sculpted":
        past = add_months(day, -months, to_end=True) if is_month_end(day) else add_months(day, -months)
        return sum(ledger.sum_between(kind, past, day) for kind in SERVICE)
    ahead = ledger.look_ahead(until)
    return sum(ahead.sum_between(kind, day, until) for kind in SERVICE) - ahead.left_at_end


def is_month_end(day: date) -> bool:
    """Whether a day is the last of its month."""
    return add_months(day, 0, to_end=True) == day
