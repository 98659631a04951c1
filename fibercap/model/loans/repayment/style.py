"""The base of all styles of repayment, with what a style writes formulas on and reads of its loan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import numpy as np

from fibercap.core.language.money_or_share import Part
from fibercap.core.language.spec import Spec, quantities
from fibercap.core.units import Array

if TYPE_CHECKING:
    from datetime import date

    from fibercap.model.loans.repayment.moment import Moment

NO_MONTHS = 0


class Page(Protocol):
    """Gives a style the inputs in its formulas. In a text, `[key]` stands for a row of the loan's schedule."""

    @property
    def recast(self) -> bool:
        """Whether prepayments lower later installments in proportion: `kept_share` or `share_base` is a row then."""

    def give(self, key: str, unit: str, value: Array | float) -> str:
        """Return the text of an input of the loan, by its key such as `repayment.balloon`.

        Parameters
        ----------
        key, unit : str
            The key within the loan, and the unit of the value.
        value : scalar or (sample, 1)
            [`unit`]
        """

    def give_money(self, key: str, value: Array) -> str:
        """Return the text of an input that is an amount in the loan's currency.

        Parameters
        ----------
        key : str
            The key within the loan.
        value : scalar or (sample, 1)
            [money]
        """

    def give_regular_fraction(self) -> str:
        """Return the text of the length of a regular payment period."""

    def counts(self, text: str) -> str:
        """Return the formula text of whether an amount counts as money. [1]"""


class Contract(Protocol):
    """What a style may read of its loan, in order to check its own fields."""

    @property
    def is_dated(self) -> bool:
        """Whether signing and maturity are known."""

    @property
    def signed(self) -> date:
        """The day of signing; named as the key of a loan is."""

    @property
    def agreed_maturity(self) -> date:
        """The day on which it matures as written; its installments lie on or before it."""

    @property
    def commitment(self) -> Array:
        """The most that may be drawn. [money]"""


Problem = tuple[str, str, str, str, str]  # key, code, found, wanted, hint


class Style(Spec):
    """The base of all styles: unless a style overrides it, no installment, and no principal before the last payment."""

    if TYPE_CHECKING:
        style: str

    sets: ClassVar[str] = ""
    """What is equal in all payments until it is set anew: `payment`, `principal`, or "" for neither."""
    capitalizes: ClassVar[bool] = False
    """Whether interest is added to the balance until maturity."""
    needs_cash: ClassVar[bool] = False
    """Whether it depends on a company's cash, so that it can be run only inside a projection."""
    revolves: ClassVar[bool] = False
    """Whether what is repaid may be drawn again."""
    at_once: ClassVar[bool] = False
    """Whether all principal is due with the last payment."""
    ignores_grace: ClassVar[bool] = False
    """Whether `grace`, a time in which payments are interest only, has no effect."""
    no_recast: ClassVar[str] = ""
    """Why a prepayment cannot lower the later payments; "" where it can."""
    lowers_in_proportion: ClassVar[bool] = False
    """Whether a recast lowers the later installments in proportion, for they are not computed from the balance."""

    term_field: ClassVar[str] = ""
    """The field with the months over which payments are set, where these may be longer than the loan; or ""."""
    balloon_field: ClassVar[str] = ""
    """The field with the amount that is planned to be left for the last payment; or ""."""
    schedule_field: ClassVar[str] = ""
    """The field with the principal of given dates, which replace payment dates; or ""."""
    cover_field: ClassVar[str] = ""
    """The field with the cover of debt service by cash flow, where payments follow the cash flow; or ""."""
    blamed_field: ClassVar[str] = "style"
    """The field at which a payment below the interest is reported."""

    @property
    def months(self) -> int:
        """Months over which payments are set, where that is longer than the loan; else 0."""
        return getattr(self, self.term_field) if self.term_field else NO_MONTHS

    @property
    def balloon_amount(self) -> Array:
        """The amount that is planned to be left for the last payment. [money]"""
        return getattr(self, self.balloon_field) if self.balloon_field else np.asarray(0.0)

    @property
    def planned_principal(self) -> Mapping[date, Part]:
        """Principal by date, where dates are given."""
        return getattr(self, self.schedule_field) if self.schedule_field else {}

    @property
    def in_shares(self) -> bool:
        """Whether the principal of given dates is in shares of what has been drawn; it is never in both."""
        return bool(self.schedule_field) and all(part.unit == "share" for part in self.planned_principal.values())

    @property
    def cover(self) -> Array:
        """The cover of debt service that payments are sized to, where they follow the cash flow. [1]"""
        return getattr(self, self.cover_field) if self.cover_field else np.asarray(np.nan)

    @property
    def follows_tax(self) -> bool:
        """Whether payments follow the cash flow after the tax really paid, which depends on the loan's interest."""
        return False

    @property
    def of_package(self) -> bool:
        """Whether the cover that payments keep is that of all loans together, not that of the loan's rank."""
        return False

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
    def discounts(self) -> tuple[str, ...]:
        """Which of `annuity` and `discount` its formulas read; their rows are written for it."""
        return ()

    @property
    def grows(self) -> bool:
        """Whether a payment below the interest is allowed; what is missing is added to the balance."""
        return False

    @property
    def words(self) -> str:
        """How a loan is repaid, in words."""
        return self.style.replace("_", " ")

    def ways(self) -> list[str]:
        """Return the fields given of those that set a payment; more than one is an error."""
        given = {self.term_field: bool(self.months), self.balloon_field: bool(np.any(self.balloon_amount))}
        return [field for field, is_given in given.items() if is_given]

    def problems(self, loan: Contract, money: str) -> Iterator[Problem]:
        """Yield what is wrong with its fields in a loan, with paths that begin within `repayment`.

        Parameters
        ----------
        loan : Contract
            The contract.
        money : str
            The loan's currency, for messages.
        """
        del money
        ways = self.ways()
        if len(ways) > 1:
            hint = "each of them says what a payment is"
            yield ways[1], "given_twice", f"both `{ways[0]}` and `{ways[1]}` are given", "", hint
        if loan.is_dated and np.any(self.balloon_amount > loan.commitment):
            actual, wanted = f"a {self.balloon_field} above the commitment", "at most the commitment"
            yield self.balloon_field, "above_commitment", actual, wanted, "lower it"

    def amounts(self, money: str) -> dict[str, tuple[str, Array]]:
        """Return its fields that are amounts of money, by key: unit and value."""
        inputs = quantities(self)
        return {
            ".".join(path): (unit.replace("money", money), value) for path, value, unit in inputs if "money" in unit
        }

    def in_part(self, share: Array) -> Self:
        """Return the style with its amounts of money multiplied by a share, `()` or `(sample, 1)`. [1]"""
        changed: dict[str, Any] = {}
        for key in {key.partition(".")[0] for key in self.amounts("money")}:
            changed[key] = _part_of(getattr(self, key), share)
        return self.model_copy(update=changed)

    def installment(self, m: Moment) -> Any:
        """Return the payment or principal that is set on a payment date; 0 unless the style overrides it. [money]"""
        del m
        return 0.0

    def installment_text(self, page: Page) -> str:
        """Return the formula text of `installment`. [money]"""
        del page
        return "0"

    def principal(self, m: Moment) -> Any:
        """Return the principal of a payment before the last. [money]"""
        return principal_within(self.sets, m.installment, m.interest_due) if self.sets else 0.0

    def principal_text(self, page: Page) -> str:
        """Return the formula of the principal of a payment before the last."""
        del page
        return {"": "0", "payment": "[installment] - [interest_due]", "principal": "[installment]"}[self.sets]


def principal_within(sets: str, installment: Any, interest: Any) -> Any:
    """Return the principal within an installment. [money]

    Parameters
    ----------
    sets : str
        What the style sets: `payment` or `principal`.
    installment, interest : scalar or (sample,)
        What it has set, and the interest that falls due with it. [money]
    """
    return installment - interest if sets == "payment" else installment


def _part_of(value: Any, share: Array) -> Any:
    """Return amounts of money multiplied by a share: one, a Part, or a mapping of them."""
    if isinstance(value, Mapping):
        return {key: _part_of(member, share) for key, member in value.items()}
    if isinstance(value, Part):
        return replace(value, value=value.value * share) if value.unit == "money" else value
    return value * share
