"""Tax on income, by calendar year, with losses carried forward (docs/conventions.md, section 6, tax)."""

import numpy as np

from tests.witness.dates import Calendar, Row
from tests.witness.plan import Plan
from tests.witness.quantities import read_number
from tests.witness.series import average_series


class Taxpayer:
    """Assesses one period after another (docs/conventions.md, section 6, tax, rules 1 to 5)."""

    def __init__(self, plan: Plan, calendar: Calendar) -> None:
        """Read the rules of tax and the losses of earlier years."""
        block = plan.get("tax", {})
        self.calendar = calendar
        self.rates = average_series(block.get("rate"), calendar)
        self.share = read_number(block.get("use_at_most"), "100 %")
        self.expire = read_number(block["expire"]) if "expire" in block else None
        self.lag = int(read_number(block.get("lag"))) // calendar.step
        self.losses = [(calendar.first, read_number(plan.get("opening", {}).get("tax_losses")))]
        self.income = self.so_far = self.used = self.payable = 0.0
        self.taxes: list[float] = []
        self.paid: list[float] = []
        self.payables: list[float] = []

    def assess(self, at: int, income: float) -> float:
        """Return the tax of a period on its income."""
        if self.calendar.opens_year(at):
            self.income = self.so_far = self.used = 0.0
        self.income += income
        at_hand = sum(loss for _, loss in self.losses)
        self.used = min(at_hand, self.share * max(self.income, 0))
        tax = float(self.rates[at]) * (max(self.income, 0) - self.used) - self.so_far
        self.so_far += tax
        self.taxes.append(tax)
        self.paid.append(self.taxes[at - self.lag] if at >= self.lag else 0.0)
        self.payable += tax - self.paid[at]
        self.payables.append(self.payable)
        if self.calendar.closes_year(at):
            self.close_year(int(self.calendar.ends[at]))
        return tax

    def close_year(self, end: int) -> None:
        """Use up losses, first in, first out; add the year's own; drop those that are too old (rule 4)."""
        used = self.used
        kept = []
        for made, loss in self.losses:
            gone = min(used, loss)
            used -= gone
            kept.append((made, loss - gone))
        kept.append((end, max(-self.income, 0)))
        self.losses = [(made, loss) for made, loss in kept if self.expire is None or made > end - self.expire]


def assess_row(plan: Plan, calendar: Calendar, income: Row) -> tuple[Row, Row, Row]:
    """Return tax, tax paid and tax payable on a row of income."""
    taxpayer = Taxpayer(plan, calendar)
    for at, amount in enumerate(income):
        taxpayer.assess(at, float(amount))
    return np.array(taxpayer.taxes), np.array(taxpayer.paid), np.array(taxpayer.payables)
