"""The styles of repayment. Each returns a payment, or its principal, as a number and as a formula text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, get_args

import numpy as np

from fibercap.core.errors import close_to
from fibercap.core.language.by_key import ByKey
from fibercap.core.language.dates import Day
from fibercap.core.language.entries import error_in_entry
from fibercap.core.language.fields import Number, Of, Word, text_of, wrong
from fibercap.core.language.money_or_share import Part, PartField, Truth
from fibercap.core.language.spec import OneOf
from fibercap.core.units import Array
from fibercap.model.loans.repayment.amortizing_styles import EqualPrincipal, Level
from fibercap.model.loans.repayment.moment import Moment, per_sample
from fibercap.model.loans.repayment.style import Contract, Page, Problem, Style

Amount = Annotated[Array, Of("money", above=0.0)]


class FixedPayment(Style):
    """Payments of a given amount, the last one smaller; what they leave is due at maturity."""

    sets: ClassVar[str] = "payment"
    lowers_in_proportion: ClassVar[bool] = True
    blamed_field: ClassVar[str] = "payment"

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

    def installment(self, m: Moment) -> Any:
        """Return the payment. [money]

        Source
        ------
        docs/conventions.md, section 4: after a recast, times what is owed after it over what was owed before it.
        """
        return per_sample(self.payment) * m.kept_share

    def installment_text(self, page: Page) -> str:
        """Return the payment as an input, lowered by recasts."""
        return page.give_money("repayment.payment", self.payment) + (" * [kept_share@-1]" if page.recast else "")


class Bullet(Style):
    """Interest is paid, all principal at maturity."""

    at_once: ClassVar[bool] = True
    ignores_grace: ClassVar[bool] = True

    style: Annotated[str, Word(("bullet",))] = "bullet"
    """Interest only, all principal at maturity."""


class AtMaturity(Style):
    """Nothing is paid before maturity: interest is added to the balance on payment dates."""

    capitalizes: ClassVar[bool] = True
    at_once: ClassVar[bool] = True
    ignores_grace: ClassVar[bool] = True
    no_recast: ClassVar[str] = "nothing is paid before maturity"

    style: Annotated[str, Word(("at_maturity",))] = "at_maturity"
    """Nothing before maturity."""


class Custom(Style):
    """Principal on given dates: amounts, or shares of what has been drawn that total 100 %."""

    schedule_field: ClassVar[str] = "schedule"
    ignores_grace: ClassVar[bool] = True
    lowers_in_proportion: ClassVar[bool] = True

    style: Annotated[str, Word(("custom",))] = "custom"
    """Principal on given dates."""
    schedule: Annotated[Mapping[date, Part], ByKey(Day().parse, PartField())]
    """Principal by date: amounts, or shares of what has been drawn that total 100 %. Like `{2002-01-08: 30 %,
    2003-01-08: 70 %}`."""

    def problems(self, loan: Contract, money: str) -> Iterator[Problem]:
        """Yield what is wrong with the schedule: mixed units, a wrong total, or dates outside the loan.

        Parameters
        ----------
        loan : Contract
            The contract.
        money : str
            The loan's currency, for messages.
        """
        units = {part.unit for part in self.schedule.values()}
        if len(units) != 1:
            actual = "amounts and shares" if units else "an empty schedule"
            yield "schedule", "mixed_schedule", actual, "amounts, or shares", "write all in one way"
            return
        total = sum((part.value for part in self.schedule.values()), start=np.asarray(0.0))
        if self.in_shares and np.any(np.abs(total - 1.0) > 1e-9):  # rounding of the text
            worst = float(np.ravel(total)[0])
            yield "schedule", "not_all", f"shares that total {100 * worst:g} %", "100 %", "change one of them"
        if not loan.is_dated:
            return
        if not self.in_shares and np.any(total > loan.commitment * (1 + 1e-12)):
            actual = f"{float(np.ravel(total)[0]):,.0f} {money} in all"
            wanted = f"at most the commitment, {float(np.ravel(loan.commitment)[0]):,.0f} {money}"
            yield "schedule", "above_commitment", actual, wanted, "lower them"
        for day in self.schedule:
            if not loan.signed < day <= loan.agreed_maturity:
                wanted = f"a day after {loan.signed} and up to {loan.agreed_maturity}"
                yield f"schedule.{day}", "outside_loan", f"principal on {day}", wanted, "change the date"

    def principal(self, m: Moment) -> Any:
        """Return the amount of the date, or its share of what has been drawn; both lowered by recasts. [money]

        Source
        ------
        docs/conventions.md, section 4: a recast lowers all later installments in proportion.
        """
        return m.target * (m.share_base if self.in_shares else m.kept_share)

    def principal_text(self, page: Page) -> str:
        """Return the formula of the principal."""
        if self.in_shares:
            return f"[target] * [{'share_base' if page.recast else 'drawn_to_date'}@-1]"
        return "[target]" + (" * [kept_share@-1]" if page.recast else "")


class Sculpted(Style):
    """Payments follow the cash flow available for debt service: CFADS that loans served before leave, over `dscr`."""

    cover_field: ClassVar[str] = "dscr"
    needs_cash: ClassVar[bool] = True
    no_recast: ClassVar[str] = "its payments follow the cash flow, whatever is owed"

    style: Annotated[str, Word(("sculpted",))] = "sculpted"
    """Payments follow the cash flow available for debt service."""
    dscr: Annotated[Array, Number(low=1.0)]
    """That cash flow over the debt service. Like `1.3`."""
    tax: Annotated[str, Word(("paid", "unlevered"), "taxes")] = "paid"
    """Whether cash flow is counted after the tax really paid, or after the tax of a company without debt and before
    the service of any loan."""
    of: Annotated[str, Word(("rank", "package"), "covers")] = "rank"
    """Whose cover `dscr` is: that of the loan, by what loans served before it leave (`rank`), or that of all loans up
    to its rank together (`package`)."""

    @property
    def words(self) -> str:
        """How a loan is repaid, in words."""
        cover = float(np.ravel(self.dscr)[0])
        flow = "CFADS" if self.follows_tax else "CFADS with unlevered tax"
        return f"sculpted to a cover of {cover:g} by {flow}{' of all loans to its rank' if self.of_package else ''}"

    @property
    def follows_tax(self) -> bool:
        """Whether payments follow the cash flow after the tax really paid."""
        return self.tax == "paid"

    @property
    def of_package(self) -> bool:
        """Whether the cover is that of all loans together."""
        return self.of == "package"

    def problems(self, loan: Contract, money: str) -> Iterator[Problem]:
        """Yield an `of` beside `tax: unlevered`, which looks at no other loan.

        Parameters
        ----------
        loan : Contract
            The contract.
        money : str
            The loan's currency, for messages.
        """
        yield from super().problems(loan, money)
        if self.of_package and not self.follows_tax:
            hint = "remove `of`, or `tax: unlevered`"
            yield "of", "unlevered_rank", "both `package` and `tax: unlevered` are given", "", hint

    def principal(self, m: Moment) -> Any:
        """Return what the target service leaves after interest and recurring fees. [money]

        Source
        ------
        docs/conventions.md, section 4, Principal.
        """
        return m.target - m.service_due

    def principal_text(self, page: Page) -> str:
        """Return the formula of the principal."""
        del page
        return "[target] - [service_due]" if self.follows_tax else "[target] - [interest_due] - [fees_paid]"


class Revolver(Style):
    """Drawn when cash would fall below its minimum, repaid from the excess, all due at maturity."""

    needs_cash: ClassVar[bool] = True
    revolves: ClassVar[bool] = True
    ignores_grace: ClassVar[bool] = True
    no_recast: ClassVar[str] = "it has no payments that could be lowered before maturity"

    style: Annotated[str, Word(("revolver",))] = "revolver"
    """Drawn and repaid as cash is short or plenty."""


def _choose(raw: Any) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(raw, dict):
        raise wrong("not_a_block", f"`{text_of(raw, 'a block')}`", "a block", "write `{style: level}`")
    if "style" not in raw:
        if misspelt := next((key for key in raw if close_to(key, ["style"], 1, 0.8)), ""):
            raise error_in_entry(misspelt, wrong("unknown_key", "unknown key", "", "did you mean `style`?"), key=True)
        raise wrong("missing", "no `style`", f"one of {', '.join(STYLES)}", "write `style: level`")
    return Word(tuple(STYLES), "styles").parse(raw["style"]), raw


AnyStyle = Level | EqualPrincipal | Bullet | AtMaturity | FixedPayment | Custom | Sculpted | Revolver
STYLES: dict[str, type[Style]] = {style.model_fields["style"].default: style for style in get_args(AnyStyle)}
Repayment = Annotated[AnyStyle, OneOf(STYLES, _choose, title="repayment")]
