"""The styles whose payments are computed from the balance: `level` and `equal_principal`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np

from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Of, Word
from fibercap.core.language.money_or_share import Truth
from fibercap.core.units import Array
from fibercap.model.loans.repayment.moment import Moment, float_or_array, per_sample
from fibercap.model.loans.repayment.style import NO_MONTHS, Page, Style


class Amortizing(Style):
    """The base of `level` and `equal_principal`: a longer time to amortize over, or a balloon."""

    term_field: ClassVar[str] = "amortize_over"
    balloon_field: ClassVar[str] = "balloon"

    amortize_over: Annotated[int, Duration(low=1.0)] = NO_MONTHS
    """Time over which payments are set, where that is longer than the loan; the rest is due at maturity. Like `10
    years`."""
    balloon: Annotated[Array, Of("money", low=0.0)] = np.asarray(0.0)
    """What is left on purpose for the last payment. Like `2 million USD`."""

    @property
    def leaves_rest(self) -> bool:
        """Whether the last payment may bring more than the others."""
        return bool(self.amortize_over) or bool(np.any(self.balloon))

    def owed_text(self, page: Page, owed: str, *, discounted: bool) -> str:
        """Return the formula of the balance that installments repay: what is owed, less the balloon.

        The balloon is at most the opening balance, since prepayments may leave less than the balloon.

        Parameters
        ----------
        page : Page
            Where the balloon is given as an input.
        owed : str
            Formula of what is owed. [money]
        discounted : bool
            Whether the balloon counts at its present value, times the row `discount`.

        Source
        ------
        docs/conventions.md, section 4, Principal.
        """
        if not np.any(self.balloon):
            return owed
        balloon = f"MIN({page.give_money('repayment.balloon', self.balloon)}, [opening])"
        return f"({owed} - {balloon}{' * [discount]' if discounted else ''})"


class Level(Amortizing):
    """Equal total payments. `amortize_over`, or a `balloon`, leaves the rest to maturity.

    `initial_repayment` sets the payment as German annuity loans are quoted: rate and initial repayment on the amount.
    `after_reset` says whether a new rate sets a new payment; `payment_cap` limits how much it may rise at once.
    """

    sets: ClassVar[str] = "payment"

    style: Annotated[str, Word(("level",))] = "level"
    """Equal payments of interest and principal together."""
    initial_repayment: Annotated[Array | None, Of("1/year", above=0.0)] = None
    """Repayment in the first year as a rate on the amount, as annuity loans are quoted in Germany; it sets the
    payment. Like `1 %/year`."""
    after_reset: Annotated[str, Word(("relevel", "keep_payment"), "ways after a reset")] = "relevel"
    """Whether a new rate sets a new payment, or leaves it as it is."""
    payment_cap: Annotated[Array | None, Of("percent", above=0.0)] = None
    """Share by which a payment may rise at once. Like `7.5 %`."""
    allow_negative_amortization: Truth = False
    """Whether a payment may be below the interest; what is missing is added to the balance."""

    @property
    def leaves_rest(self) -> bool:
        """Whether the last payment may bring more than the others."""
        return super().leaves_rest or self.may_fall_short

    @property
    def may_fall_short(self) -> bool:
        """Whether a payment may be below the interest after a new rate, or from the first."""
        quoted = self.initial_repayment is not None
        return quoted or self.payment_cap is not None or self.keeps_payment

    @property
    def keeps_payment(self) -> bool:
        """Whether a new rate leaves the payment as it is."""
        return self.after_reset == "keep_payment"

    @property
    def discounts(self) -> tuple[str, ...]:
        """The discount factors that the payment depends on; none if an initial repayment sets it."""
        if self.initial_repayment is not None:
            return ()
        return ("annuity", "discount") if np.any(self.balloon) else ("annuity",)

    @property
    def grows(self) -> bool:
        """Whether a payment below the interest is allowed."""
        return self.allow_negative_amortization

    def ways(self) -> list[str]:
        """Return the fields that are given and each say what a payment is."""
        return super().ways() + ["initial_repayment"] * (self.initial_repayment is not None)

    def installment(self, m: Moment) -> Any:
        """Return the level payment, which may not rise above its cap. [money]

        Source
        ------
        Own derivation: what is owed, less the balloon discounted, is the payment times (1 + annuity). With an initial
        repayment, docs/conventions.md, section 4.
        """
        if self.initial_repayment is not None:
            payment = (m.rate + per_sample(self.initial_repayment)) * m.balance * m.regular_fraction
        else:
            owed = m.balance + m.counted
            if self.balloon.any():
                owed = owed - np.minimum(per_sample(self.balloon), m.balance) * m.discount
            payment = owed / (1.0 + m.annuity)
        if self.payment_cap is None:
            return payment
        most = m.installment * (1.0 + per_sample(self.payment_cap))
        # Nothing caps the first payment: there is none before it.
        return float_or_array(np.where(m.installment > m.trifle, np.minimum(payment, most), payment))

    def installment_text(self, page: Page) -> str:
        """Return the formula of the level payment."""
        if self.initial_repayment is not None:
            first = page.give("repayment.initial_repayment", "1/year", self.initial_repayment)
            payment = f"([rate] + {first}) * [opening] * {page.give_regular_fraction()}"
        else:
            payment = f"{self.owed_text(page, '([opening] + [counted])', discounted=True)} / (1 + [annuity])"
        if self.payment_cap is None:
            return payment
        cap = page.give("repayment.payment_cap", "", self.payment_cap)
        most = f"[installment@-1] * (1 + {cap})"
        return f"IF({page.counts('[installment@-1]')}, MIN({payment}, {most}), {payment})"


class EqualPrincipal(Amortizing):
    """Equal principal: what is owed, less a balloon, over the payments left."""

    sets: ClassVar[str] = "principal"

    style: Annotated[str, Word(("equal_principal",))] = "equal_principal"
    """Equal principal, interest on top."""

    def installment(self, m: Moment) -> Any:
        """Return the principal of each payment. [money]

        Source
        ------
        docs/conventions.md, section 4: balance over payments left.
        """
        owed = m.balance - np.minimum(per_sample(self.balloon), m.balance) if self.balloon.any() else m.balance
        return owed / m.payments_left

    def installment_text(self, page: Page) -> str:
        """Return the formula of the principal of each payment."""
        return f"{self.owed_text(page, '[opening]', discounted=False)} / [payments_left]"
