"""What a lender has promised to it: a limit on a row in every period or year, or on a measure."""

from __future__ import annotations

from typing import Annotated

from fibercap.core.fields import Label, Word
from fibercap.core.spec import Spec
from fibercap.model.claim import Amount, AnyQuantity

COVENANT_LIMITS = ("above", "at_least", "below", "at_most")
AnyLimit = Annotated[Amount | None, AnyQuantity()]


class Covenant(Spec):
    """One covenant: a row, tested while the loan runs, or a measure; and one limit.

    A row that exists on certain dates only, such as a cover ratio, is tested on these, others at each year's end;
    `test` says otherwise. While a row is beyond `lock_up`, a level before the limit, no dividends are paid.
    """

    says: Label = ""
    row: Label = ""
    measure: Label = ""
    test: Annotated[str, Word(("year", "period"), "times to test")] = ""
    above: AnyLimit = None
    at_least: AnyLimit = None
    below: AnyLimit = None
    at_most: AnyLimit = None
    lock_up: AnyLimit = None

    @property
    def limit(self) -> tuple[str, Amount]:
        """The comparator and its limit."""
        return next((name, getattr(self, name)) for name in COVENANT_LIMITS if getattr(self, name) is not None)
