"""How a loan is repaid. Each style says what a payment or its principal is, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from fibercap.core.dates import Day
from fibercap.core.durations import Duration
from fibercap.core.fields import Number, Of, Word, text_of, wrong
from fibercap.core.parts import Part, PartField, Truth
from fibercap.core.paths import ByKey
from fibercap.core.spec import OneOf
from fibercap.core.units import Array
from fibercap.model.loans.style import NO_MONTHS, Moment, Style, per_draw

if TYPE_CHECKING:
    from fibercap.core.rows import Sheet

Amount = Annotated[Array, Of("money", above=0.0)]


class Amortizing(Style):
    """What `level` and `equal_principal` share: a longer time to amortize over, or a balloon."""

    amortize_over: Annotated[int, Duration(low=1.0)] = NO_MONTHS
    """Time over which payments are set, where that is longer than the loan; the rest is due at maturity. Like `10
    years`."""
    balloon: Annotated[Array, Of("money", low=0.0)] = np.asarray(0.0)
    """What is left on purpose for the last payment. Like `2 million USD`."""

    @property
    def months(self) -> int:
        """Months over which payments are set."""
        return self.amortize_over

    @property
    def leaves_rest(self) -> bool:
        """Whether the last payment may bring more than the others."""
        return bool(self.amortize_over) or bool(np.any(self.balloon))

    @property
    def left(self) -> Array:
        """The balloon."""
        return self.balloon

    def owed_text(self, sheet: Sheet, name: str, money: str, owed: str) -> str:
        """Return what is owed less the balloon, or less all of it where prepayments leave less than the balloon."""
        if not np.any(self.balloon):
            return owed
        given = sheet.give(f"inputs.loans.{name}.repayment.balloon", money, self.balloon)
        balloon = f"MIN({given}, {{loans.{name}.schedule.opening}})"
        discounted = f" * {{loans.{name}.schedule.discount}}" if self.discounts else ""
        return f"({owed} - {balloon}{discounted})"


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
    def discounts(self) -> bool:
        """Whether the payment rests on discount factors; one quoted by its initial repayment does not."""
        return self.initial_repayment is None

    @property
    def grows(self) -> bool:
        """Whether a payment below the interest is allowed."""
        return self.allow_negative_amortization

    def installment(self, m: Moment) -> Any:  # noqa: ANN401
        """Return the level payment. [money]

        Source
        ------
        Own derivation: what is owed, less the balloon discounted, is the payment times (1 + annuity). With an initial
        repayment, docs/conventions.md, section 4.
        """
        if self.initial_repayment is not None:
            return (m.rate + per_draw(self.initial_repayment)) * m.balance * m.regular_fraction
        owed = m.balance + m.counted
        if self.balloon.any():
            owed = owed - np.minimum(per_draw(self.balloon), m.balance) * m.discount
        return owed / (1.0 + m.annuity)

    def installment_text(self, sheet: Sheet, name: str, money: str) -> str:
        """Return the formula of the level payment."""
        at = f"loans.{name}.schedule"
        if self.initial_repayment is not None:
            first = sheet.give(f"inputs.loans.{name}.repayment.initial_repayment", "1/year", self.initial_repayment)
            return f"({{{at}.rate}} + {first}) * {{{at}.opening}} * {{loans.{name}.regular_fraction}}"
        owed = self.owed_text(sheet, name, money, f"({{{at}.opening}} + {{{at}.counted}})")
        return f"{owed} / (1 + {{{at}.annuity}})"


class EqualPrincipal(Amortizing):
    """Equal principal: what is owed, less a balloon, over the payments left."""

    sets: ClassVar[str] = "principal"

    style: Annotated[str, Word(("equal_principal",))] = "equal_principal"
    """Equal principal, interest on top."""

    def installment(self, m: Moment) -> Any:  # noqa: ANN401
        """Return the principal of each payment. [money]

        Source
        ------
        docs/conventions.md, section 4: balance over payments left.
        """
        owed = m.balance - np.minimum(per_draw(self.balloon), m.balance) if self.balloon.any() else m.balance
        return owed / m.payments_left

    def installment_text(self, sheet: Sheet, name: str, money: str) -> str:
        """Return the formula of the principal of each payment."""
        at = f"loans.{name}.schedule"
        return f"{self.owed_text(sheet, name, money, f'{{{at}.opening}}')} / {{{at}.payments_left}}"


class FixedPayment(Style):
    """Payments of a given amount, the last one smaller; what they leave is due at maturity."""

    sets: ClassVar[str] = "payment"
    lowers_in_proportion: ClassVar[bool] = True

    style: Annotated[str, Word(("fixed_payment",))] = "fixed_payment"
    """Payments of a given amount."""
    payment: Amount
    """Interest and principal together; the last payment is smaller, or brings what is left. Like `100_000 USD`."""
    allow_negative_amortization: Truth = False
    """Whether the payment may be below the interest; what is missing is added to the balance."""

    @property
    def may_fall_short(self) -> bool:
        """Whether a payment may be below the interest."""
        return True

    @property
    def grows(self) -> bool:
        """Whether a payment below the interest is allowed."""
        return self.allow_negative_amortization

    def installment(self, m: Moment) -> Any:  # noqa: ANN401
        """Return the payment. [money]

        Source
        ------
        docs/conventions.md, section 4: after a recast, times what is owed after it over what was owed before it.
        """
        return per_draw(self.payment) * m.kept_share

    def installment_text(self, sheet: Sheet, name: str, money: str) -> str:
        """Return the payment as an input, lowered by recasts."""
        payment = sheet.give(f"inputs.loans.{name}.repayment.payment", money, self.payment)
        kept = f"loans.{name}.schedule.kept_share"  # written only for a loan that recasts
        return f"{payment} * {{{kept}@-1}}" if kept in sheet else payment


class Bullet(Style):
    """Interest is paid, all principal at maturity."""

    style: Annotated[str, Word(("bullet",))] = "bullet"
    """Interest only, all principal at maturity."""


class AtMaturity(Style):
    """Nothing is paid before maturity: interest is added to the balance on payment dates."""

    capitalizes: ClassVar[bool] = True
    no_recast: ClassVar[str] = "nothing is paid before maturity"

    style: Annotated[str, Word(("at_maturity",))] = "at_maturity"
    """Nothing before maturity."""


class Custom(Style):
    """Principal on given dates: amounts, or shares of what has been drawn that total 100 %."""

    lowers_in_proportion: ClassVar[bool] = True

    style: Annotated[str, Word(("custom",))] = "custom"
    """Principal on given dates."""
    schedule: Annotated[Mapping[date, Part], ByKey(Day().parse, PartField())]
    """Principal by date: amounts, or shares of what has been drawn that total 100 %. Like `{2002-01-08: 30 %,
    2003-01-08: 70 %}`."""

    @property
    def in_shares(self) -> bool:
        """Whether the schedule is in shares; it is never in both."""
        return all(part.unit == "share" for part in self.schedule.values())

    def principal(self, m: Moment) -> Any:  # noqa: ANN401
        """Return the amount of the date, or its share of what has been drawn; both lowered by recasts. [money]

        Source
        ------
        docs/conventions.md, section 4: a recast lowers all later installments in proportion.
        """
        return m.target * (m.share_base if self.in_shares else m.kept_share)

    def principal_text(self, at: str, *, recast: bool) -> str:
        """Return the formula of the principal."""
        if self.in_shares:
            return f"{{{at}.target}} * {{{at}.{'share_base' if recast else 'drawn_to_date'}@-1}}"
        return f"{{{at}.target}}" + (f" * {{{at}.kept_share@-1}}" if recast else "")


class Sculpted(Style):
    """Payments follow the cash flow available for debt service: CFADS with unlevered tax over the target DSCR."""

    needs_cash: ClassVar[bool] = True
    no_recast: ClassVar[str] = "its payments follow the cash flow, whatever is owed"

    style: Annotated[str, Word(("sculpted",))] = "sculpted"
    """Payments follow the cash flow available for debt service."""
    dscr: Annotated[Array, Number(low=1.0)]
    """That cash flow over the debt service. Like `1.3`."""

    def principal(self, m: Moment) -> Any:  # noqa: ANN401
        """Return what the target service leaves after interest and recurring fees. [money]

        Source
        ------
        docs/conventions.md, section 6: service is sized on CFADS with unlevered tax.
        """
        return m.target - m.interest_due - m.fees_due

    def principal_text(self, at: str, *, recast: bool) -> str:
        """Return the formula of the principal."""
        del recast
        return f"{{{at}.target}} - {{{at}.interest_due}} - {{{at}.fees_paid}}"


class Revolver(Style):
    """Drawn when cash would fall below its minimum, repaid from the excess, all due at maturity."""

    needs_cash: ClassVar[bool] = True
    no_recast: ClassVar[str] = "it has no payments that could be lowered before maturity"

    style: Annotated[str, Word(("revolver",))] = "revolver"
    """Drawn and repaid as cash is short or plenty."""


def _choose(raw: Any) -> tuple[str, Mapping[str, Any]]:  # noqa: ANN401 - what stands in the tree
    if not isinstance(raw, dict):
        raise wrong("not_a_block", f"`{text_of(raw, 'a block')}`", "a block", "write `{style: level}`")
    if "style" not in raw:
        raise wrong("missing", "no `style`", f"one of {', '.join(STYLES)}", "write `style: level`")
    return Word(tuple(STYLES), "styles").parse(raw["style"], None), raw  # type: ignore[arg-type]


STYLES: dict[str, type[Style]] = {
    "level": Level,
    "equal_principal": EqualPrincipal,
    "bullet": Bullet,
    "at_maturity": AtMaturity,
    "fixed_payment": FixedPayment,
    "custom": Custom,
    "sculpted": Sculpted,
    "revolver": Revolver,
}
AnyStyle = Level | EqualPrincipal | Bullet | AtMaturity | FixedPayment | Custom | Sculpted | Revolver
Repayment = Annotated[AnyStyle, OneOf(STYLES, _choose, title="repayment")]
