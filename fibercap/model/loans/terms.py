"""What a loan contract says: amount, dates, rate, repayment, fees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import numpy as np

from fibercap.core.daycount import CONVENTIONS
from fibercap.core.fields import Date, Day, Duration, Field, Label, Of, Share, Word, text_of, wrong
from fibercap.core.paths import Dated
from fibercap.core.spec import OneOf, Spec
from fibercap.core.timeline import add_months
from fibercap.core.units import Array

INTERVALS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
NO_MONTHS = 0
PerYear = Annotated[Array, Of("1/year", low=0.0)]


class DateOrTerm(Field):
    """A date, or a duration from signing."""

    unit = "month"

    def parse(self, raw: Any, info: Any) -> date | int:  # noqa: ANN401
        """Return the date, or whole months."""
        text = text_of(raw, "a date or a duration")
        if re.match(r"\d{4}-", text):
            return Day().parse(raw, info)
        months: int = Duration(low=1.0, wanted="a date, or a duration in months, quarters or years").parse(raw, info)
        return months


class Payments(Spec):
    """How often payments fall due. The first is one interval after signing unless a date is given."""

    every: Annotated[str, Word(tuple(INTERVALS), "intervals")] = "quarter"
    first: Annotated[date | None, Day()] = None


class Fees(Spec):
    """Upfront: a share of the commitment, at signing. Undrawn: a year, on what is not drawn while it may be."""

    upfront: Share = np.asarray(0.0)
    undrawn: PerYear = np.asarray(0.0)
    available_until: Annotated[date | None, Day()] = None


class Level(Spec):
    """Equal total payments. `amortize_over` sets them as if the loan ran that long; the rest is due at maturity."""

    style: Annotated[str, Word(("level",))] = "level"
    amortize_over: Annotated[int, Duration(low=1.0)] = NO_MONTHS

    def principal_text(self, at: str) -> str:
        """Return the formula of the principal of a payment before the last."""
        return f"({{{at}.opening}} + {{{at}.interest_paid}}) / (1 + {{{at}.annuity}}) - {{{at}.interest_paid}}"

    def principal(self, opening: Array, interest: Array, annuity: Array, left: float) -> Array:
        """Return the principal of a payment before the last, (...). [money]

        Parameters
        ----------
        opening, interest : (...)
            Owed before the payment, and the interest due with it. [money]
        annuity : (...)
            Discount factors of the later payments, added up, seen from this one. [1]
        left : float
            Payments left, this one included; not used here.

        Source
        ------
        Own derivation: what is owed is the payment times (1 + annuity).
        """
        del left
        return (opening + interest) / (1.0 + annuity) - interest


class EqualPrincipal(Spec):
    """Equal principal: what is owed over the payments left."""

    style: Annotated[str, Word(("equal_principal",))] = "equal_principal"
    amortize_over: Annotated[int, Duration(low=1.0)] = NO_MONTHS

    def principal_text(self, at: str) -> str:
        """Return the formula of the principal of a payment before the last."""
        return f"{{{at}.opening}} / {{{at}.payments_left}}"

    def principal(self, opening: Array, interest: Array, annuity: Array, left: float) -> Array:
        """Return the principal of a payment before the last, (...). [money]

        Source
        ------
        finance.md, section 4: balance over payments left.
        """
        del interest, annuity
        return opening / left


class Bullet(Spec):
    """Interest is paid, all principal at maturity."""

    style: Annotated[str, Word(("bullet",))] = "bullet"

    @property
    def amortize_over(self) -> int:
        """A bullet amortizes over no time."""
        return NO_MONTHS

    def principal_text(self, at: str) -> str:
        """Return the formula of the principal of a payment before the last."""
        del at
        return "0"

    def principal(self, opening: Array, interest: Array, annuity: Array, left: float) -> Array:
        """Return no principal before the last payment, (...). [money]

        Source
        ------
        finance.md, section 4.
        """
        del interest, annuity, left
        return np.zeros(np.shape(opening))


def _choose(raw: Any) -> tuple[str, Mapping[str, Any]]:  # noqa: ANN401 - what stands in the tree
    if not isinstance(raw, dict):
        raise wrong("not_a_block", f"`{text_of(raw, 'a block')}`", "a block", "write `{style: level}`")
    if "style" not in raw:
        raise wrong("missing", "no `style`", f"one of {', '.join(STYLES)}", "write `style: level`")
    return Word(tuple(STYLES), "styles").parse(raw["style"], None), raw  # type: ignore[arg-type]


STYLES: dict[str, type[Spec]] = {"level": Level, "equal_principal": EqualPrincipal, "bullet": Bullet}
Style = Level | EqualPrincipal | Bullet
Repayment = Annotated[Style, OneOf(STYLES, _choose)]


class Loan(Spec):
    """A loan contract with its own dates, projected to maturity even past the horizon."""

    title: Label = ""
    lender: Label = ""
    commitment: Annotated[Array, Of("money", above=0.0)]
    signed: Date
    matures: Annotated[date | int, DateOrTerm()]
    rate: Annotated[Array, Of("1/year", low=0.0)]
    day_count: Annotated[str, Word(("equal_periods", *CONVENTIONS), "day counts")] = "equal_periods"
    payments: Payments = Payments()
    grace: Annotated[int, Duration()] = NO_MONTHS
    repayment: Repayment = Level()
    draws: Dated = None
    fees: Fees = Fees()

    @property
    def maturity(self) -> date:
        """The day on which everything still owed is due."""
        return self.matures if isinstance(self.matures, date) else add_months(self.signed, self.matures)

    @property
    def interval(self) -> int:
        """Months from one payment to the next."""
        return INTERVALS[self.payments.every]
