"""Covenants: limits on a row or a measure that the borrower has promised the lender to keep."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from fibercap.core.language.dates import Edge
from fibercap.core.language.fields import Label, Word
from fibercap.core.language.spec import Spec
from fibercap.model.loans.covenants.covenant_limit import AnyLimit, LimitOverTime

COVENANT_LIMITS = ("above", "at_least", "below", "at_most")
AT_PAYMENTS = "_at_payments"
"""Suffix of a row of cover over life that has values at payments and draws only."""
OVER_LIFE = frozenset({"accounts.llcr", "accounts.plcr"})


class Covenant(Spec):
    """One covenant: a row, tested while the loan runs, or a measure; and one limit, which may change over the years.

    Lenders test cover over twelve months: `{row: accounts.dscr_12m, at_least: 1.2, test: payment}`. Without `test`, a
    ratio that exists on certain dates only is tested on these, LLCR and PLCR on those of payments and draws, another
    ratio in each period, any other row at each year's end. While a row is beyond `lock_up`, a level before the limit,
    no dividends are paid.
    """

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("row", "measure"), COVENANT_LIMITS)

    says: Label = ""
    """What was promised; without it, the covenant's name. Like `Debt service is covered 1.2 times`."""
    row: Label = ""
    """Row of the projection that is tested. Like `accounts.dscr_12m`."""
    measure: Label = ""
    """Measure that is tested, in place of a row. Like `min_dscr`."""
    test: Annotated[str, Word(("payment", "period", "quarter", "half_year", "year"), "times to test")] = ""
    """Dates on which a row is tested while the loan runs: at the ends of periods with a payment of the loan, of every
    period of the model, or of calendar quarters, half-years or years. Like `quarter`."""
    first_test: Annotated[date | None, Edge()] = Spec.field_with_key("from", None)
    """Before this day it is not tested; without it, from signing on. Like `2002` or `2002-07-01`."""
    above: AnyLimit = None
    """It is more than this. Like `1.2`."""
    at_least: AnyLimit = None
    """It is this or more. Like `1.2` or `{2001: 1.1, 2003: 1.3}`."""
    below: AnyLimit = None
    """It is less than this. Like `3`."""
    at_most: AnyLimit = None
    """It is this or less; the limit in force on a date is that of its period. Like `3` or `{2001: 4.5, 2002: 3}`."""
    lock_up: AnyLimit = None
    """Level at which dividends are barred already. Like `1.3` or `{2001: 1.2, 2003: 1.4}`."""

    @property
    def limit(self) -> tuple[str, LimitOverTime]:
        """The comparator and its limit."""
        return next((name, getattr(self, name)) for name in COVENANT_LIMITS if getattr(self, name) is not None)

    @property
    def tested_row(self) -> str:
        """The row whose values are compared with the limit."""
        return f"{self.row}{AT_PAYMENTS}" if self.row in OVER_LIFE and not self.test else self.row
