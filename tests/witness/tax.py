"""Tax on income, by calendar or business year, with losses carried forward (docs/conventions.md, section 6, tax)."""

from collections import defaultdict

import numpy as np

from tests.witness.capacity import Rows
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
        self.made = sum(loss for _, loss in self.losses)
        self.gone = 0.0
        self.as_year_began = (self.made, 0.0)
        self.rows: dict[str, list[float]] = defaultdict(list)
        self.taxes: list[float] = []
        self.paid: list[float] = []
        self.payables: list[float] = []

    def assess(self, index: int, income: float) -> float:
        """Return the tax of a period on its income."""
        if self.calendar.opens_year(index):
            self.income = self.so_far = self.used = 0.0
            self.as_year_began = (self.made, self.gone)
        self.income += income
        at_hand = sum(loss for _, loss in self.losses)
        self.used = min(at_hand, self.share * max(self.income, 0))
        tax = float(self.rates[index]) * (max(self.income, 0) - self.used) - self.so_far
        self.so_far += tax
        self.taxes.append(tax)
        self.paid.append(self.taxes[index - self.lag] if index >= self.lag else 0.0)
        self.payable += tax - self.paid[index]
        self.payables.append(self.payable)
        if self.calendar.closes_year(index):
            self.close_year(int(self.calendar.ends[index]))
        self.write_rows()
        return tax

    def write_rows(self) -> None:
        """Write down a period of the rows of rules 1 to 4; losses made and gone are those at the start of each year."""
        made, gone = self.as_year_began
        values = {
            "income_in_year": self.income,
            "losses_used": self.used,
            "tax_in_year": self.so_far,
            "losses_made_before_year": made,
            "losses_gone_before_year": gone,
            "tax": self.taxes[-1],
        }
        for name, value in values.items():
            self.rows[name].append(value)

    def list_rows(self, prefix: str) -> Rows:
        """Return the rows under a prefix."""
        return {f"{prefix}.{name}": np.array(values) for name, values in self.rows.items()}

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
        self.made += max(-self.income, 0)
        self.gone = self.made - sum(loss for _, loss in self.losses)


def assess_row(plan: Plan, calendar: Calendar, income: Row, prefix: str, rows: Rows) -> tuple[Row, Row]:
    """Return tax paid and tax payable on a row of income, and add the rows of the tax under a prefix."""
    taxpayer = Taxpayer(plan, calendar)
    for index, amount in enumerate(income):
        taxpayer.assess(index, float(amount))
    rows.update(taxpayer.list_rows(prefix))
    return np.array(taxpayer.paid), np.array(taxpayer.payables)
