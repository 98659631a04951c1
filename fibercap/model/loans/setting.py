"""A loan among other things, and what a projection moves on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.cash.trifle import give_trifle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fibercap.core.sheet import Sheet
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.cash.trifle import Trifle
    from fibercap.model.currency.day_rates import DayRates
    from fibercap.model.loans.rates import Indices
    from fibercap.model.loans.terms import Loan


def used_commitment(name: str) -> str:
    """Return the scalar that is a loan's commitment, cut to what the company without projects uses of it."""
    return f"loans.{name}.commitment_used"


def used_share(name: str) -> str:
    """Return the scalar that is the share of a loan's other amounts that the company without projects pays."""
    return f"loans.{name}.share_used"


@dataclass(frozen=True)
class Exchanged:
    """What a loan's currency is worth: its code, the unit, the average by period, and the rate of any day."""

    code: str
    unit: str
    average: Array
    rates: DayRates


@dataclass(frozen=True)
class Setting:
    """A loan among other things: its name, its currency, the model's periods and the indices it may float on.

    `is_drawn` is false for a loan that nothing in its plan uses: no money is drawn on it.
    """

    name: str
    loan: Loan
    money: str
    timeline: Timeline | None = None
    indices: Indices = field(default_factory=dict)
    exchange: Exchanged | None = None
    fee_in_assets: Array = field(default_factory=lambda: np.asarray(0.0))
    trifle: Trifle | None = None
    is_drawn: bool = True
    commitment_text: str = ""
    """Formula of the commitment, where it is cut to what is used of it."""

    def trifle_on(self, sheet: Sheet) -> Trifle:
        """Return what counts as no money: that of the plan, or of a loan that stands alone beside its commitment."""
        if self.trifle is not None:
            return self.trifle
        amount = sheet.give(f"{self.terms}.{self.loan.owed_as}", self.money, self.loan.commitment)
        return give_trifle(sheet, f"loans.{self.name}.trifle", self.money, amount, self.loan.commitment)

    @property
    def at(self) -> str:
        """Where its schedule's rows stand."""
        return f"loans.{self.name}.schedule"

    @property
    def terms(self) -> str:
        """Where its inputs stand."""
        return f"inputs.loans.{self.name}"

    @property
    def commitment(self) -> str:
        """The scalar that is its commitment."""
        return used_commitment(self.name) if self.commitment_text else f"{self.terms}.commitment"

    def reads(self, *keys: str) -> tuple[str, ...]:
        """Return the paths of inputs of the loan, `matures` and `commitment` by the names they are written under."""
        written = {"matures": self.loan.ends_as, "commitment": self.loan.owed_as}
        return tuple(f"loans.{self.name}.{written.get(key, key)}" for key in keys)


@dataclass(frozen=True)
class Moved:
    """What a projection moves by model periods, each `(period,)` or `(draw, period)`. [money]

    Money moves on the periods' last days: `funded` is drawn for projects; `called` is drawn and `paid` repaid as cash
    decides; `service` is what a sculpted loan is to pay. `until` is the month number of the
    last planned draw, `until_text` its formula. `cuts` say by how much prepayments are cut, by day, and the formula.
    """

    funded: Array | None = None
    called: Array | None = None
    paid: Array | None = None
    service: Array | None = None
    until: Array | None = None
    until_text: str = ""
    cuts: Mapping[date, tuple[Array, str]] = field(default_factory=dict)
