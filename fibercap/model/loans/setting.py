"""The setting of a loan, its name, currency and periods, and what a projection moves on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.cash.trifle import give_trifle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.cash.trifle import Trifle
    from fibercap.model.currency.day_rates import DayRates
    from fibercap.model.loans.clauses.rates import Indices
    from fibercap.model.loans.terms import Loan


def used_commitment(name: str) -> str:
    """Return the path of the scalar that is what the company without projects uses of a loan's commitment. [money]"""
    return f"loans.{name}.commitment_used"


def used_share(name: str) -> str:
    """Return the path of the share of a loan's other amounts that the company without projects pays. [1]"""
    return f"loans.{name}.share_used"


@dataclass(frozen=True)
class CurrencyRates:
    """The rates of a loan's currency: its code, their unit, the average by period, and the rate of any day."""

    code: str
    unit: str
    average: Array
    rates: DayRates


@dataclass(frozen=True)
class Setting:
    """A loan with its name, its currency, the model's periods and the indices on which its rate may float.

    `is_drawn` is false for a loan that nothing in its plan uses: no money is drawn on it.
    """

    name: str
    loan: Loan
    money: str
    timeline: Timeline | None = None
    indices: Indices = field(default_factory=dict)
    exchange: CurrencyRates | None = None
    fee_in_assets: Array = field(default_factory=lambda: np.asarray(0.0))
    trifle: Trifle | None = None
    is_drawn: bool = True
    commitment_text: str = ""
    """Formula of the commitment, where it is cut to what is used of it."""

    def trifle_on(self, sheet: Sheet) -> Trifle:
        """Return the largest amount that counts as no money: that of the plan, or of a loan on its own."""
        if self.trifle is not None:
            return self.trifle
        amount = sheet.give(f"{self.terms}.{self.loan.amount_field}", self.money, self.loan.commitment)
        return give_trifle(sheet, f"loans.{self.name}.trifle", self.money, amount, self.loan.commitment)

    @property
    def prefix(self) -> str:
        """Prefix of the paths of its schedule's rows."""
        return f"loans.{self.name}.schedule"

    @property
    def terms(self) -> str:
        """Prefix of the paths of its inputs in formulas."""
        return f"inputs.loans.{self.name}"

    @property
    def commitment(self) -> str:
        """The path of the scalar that is its commitment."""
        return used_commitment(self.name) if self.commitment_text else f"{self.terms}.commitment"

    def reads(self, *keys: str) -> tuple[str, ...]:
        """Return the paths of inputs of the loan; `matures` and `commitment` may be written under other names."""
        written, prefix = {"matures": self.loan.end_field, "commitment": self.loan.amount_field}, f"loans.{self.name}."
        return tuple([prefix + written.get(key, key) for key in keys])


@dataclass(frozen=True)
class Moves:
    """What a projection moves by model periods, each `(period,)` or `(sample, period)`. [money]

    Money moves on the periods' last days: `funded` is drawn for projects; `called` is drawn and `paid` repaid as cash
    decides; `service` is what a sculpted loan is to pay. `until` is the month number of the last planned draw,
    `until_text` its formula text. `cuts` has, by day, by how much a prepayment is cut, and the formula text.
    """

    funded: Array | None = None
    called: Array | None = None
    paid: Array | None = None
    service: Array | None = None
    until: Array | None = None
    until_text: str = ""
    cuts: Mapping[date, tuple[Array, str]] = field(default_factory=dict)
