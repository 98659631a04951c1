"""What all styles of repayment share, and what they are told on a payment date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from fibercap.core.spec import Spec
from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.core.rows import Sheet

NO_MONTHS = 0


def per_draw(amount: Array) -> Any:  # noqa: ANN401 - a number, or an array (draw,)
    """Return an input `()` as a number, one `(draw, 1)` as `(draw,)`."""
    return float(amount) if np.ndim(amount) == 0 else np.asarray(amount)[:, 0]


def held(amount: Any) -> Any:  # noqa: ANN401 - a number, or an array (draw,)
    """Return a result as an account holds it: one number as a float, which is quicker than an array of one."""
    return float(amount) if np.ndim(amount) == 0 else amount


class Moment(Protocol):
    """What a style is told on a payment date. Amounts `()` or `(draw,)`. [money]"""

    balance: Any
    interest_due: Any
    counted: Any
    fees_due: Any
    annuity: Any
    discount: Any
    payments_left: Any
    regular_fraction: Any
    rate: Any
    drawn: Any
    target: Any
    installment: Any
    kept_share: Any
    share_base: Any


class Style(Spec):
    """What all styles share: no installment, no principal before the last payment."""

    sets: ClassVar[str] = ""
    """What stays the same from payment to payment until it is set anew: `payment`, `principal`, or nothing."""
    capitalizes: ClassVar[bool] = False
    """Whether interest is added to the balance until maturity."""
    needs_cash: ClassVar[bool] = False
    """Whether it can be run only inside a projection."""
    no_recast: ClassVar[str] = ""
    """Why a prepayment cannot lower the later payments; "" where it can."""
    lowers_in_proportion: ClassVar[bool] = False
    """Whether a recast lowers the later installments in proportion, for they are not worked out from what is owed."""

    @property
    def months(self) -> int:
        """Months over which payments are set, where that is longer than the loan; else 0."""
        return NO_MONTHS

    @property
    def keeps_payment(self) -> bool:
        """Whether a new rate leaves the payment as it is."""
        return False

    @property
    def may_fall_short(self) -> bool:
        """Whether a payment may be below the interest, from the first or after a new rate."""
        return False

    @property
    def leaves_rest(self) -> bool:
        """Whether the last payment may bring more than the others."""
        return True

    @property
    def discounts(self) -> bool:
        """Whether the installment rests on the discount factors of later payments."""
        return False

    @property
    def grows(self) -> bool:
        """Whether a payment below the interest is allowed; what is missing is added to the balance."""
        return False

    @property
    def in_shares(self) -> bool:
        """Whether installments are shares of what has been drawn."""
        return False

    @property
    def left(self) -> Array:
        """What is left to the last payment on purpose. [money]"""
        return np.asarray(0.0)

    def installment(self, m: Moment) -> Any:  # noqa: ANN401 - a number or an array
        """Return what is set on a payment date: nothing, unless the style says otherwise. [money]"""
        del m
        return 0.0

    def installment_text(self, sheet: Sheet, name: str, money: str) -> str:
        """Return the formula of what is set."""
        del sheet, name, money
        return "0"

    def principal(self, m: Moment) -> Any:  # noqa: ANN401 - a number or an array
        """Return the principal of a payment before the last. [money]"""
        if not self.sets:
            return 0.0
        return m.installment - m.interest_due if self.sets == "payment" else m.installment

    def principal_text(self, at: str, *, recast: bool) -> str:
        """Return the formula of the principal of a payment before the last; `recast` where one may lower it."""
        del recast
        if not self.sets:
            return "0"
        return f"{{{at}.installment}}" + (f" - {{{at}.interest_due}}" if self.sets == "payment" else "")
