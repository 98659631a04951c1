"""What all styles of repayment share: what a style may read on a payment date, and what it may say of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np

from fibercap.core.money_or_share import Part
from fibercap.core.spec import Spec, quantities
from fibercap.core.units import Array

if TYPE_CHECKING:
    from datetime import date

NO_MONTHS = 0


def per_draw(amount: Array) -> Any:
    """Return an input `()` as a number, one `(draw, 1)` as `(draw,)`."""
    return float(amount) if np.ndim(amount) == 0 else np.asarray(amount)[:, 0]


def held(amount: Any) -> Any:
    """Return a result as an account holds it: one number as a float, which is quicker than an array of one."""
    return float(amount) if np.ndim(amount) == 0 else amount


class Later(Protocol):
    """What payments after an event are worth at the event, at the rate in force there. [1]"""

    def annuity(self, event: int) -> Any:
        """Return the discount factors of later payment dates on which principal is due, added up."""

    def discount(self, event: int) -> Any:
        """Return the discount factor of maturity."""


class Moment(NamedTuple):
    """A payment date before the last, as a style sees it: complete on each, whatever the style.

    Values are numbers, or arrays `(draw,)`. Interest of the date is counted already, nothing is repaid yet.
    `annuity` and `discount` are worked out when they are read.
    """

    balance: Any
    """What is owed. [money]"""
    interest_due: Any
    """Interest that falls due on this date, in whole steps where the contract rounds. [money]"""
    counted: Any
    """Interest counted to this date, before it is rounded. [money]"""
    fees_due: Any
    """Recurring fees that fall due on this date. [money]"""
    rate: Any
    """The rate in force up to this date. [1/year]"""
    payments_left: Any
    """Number of payments of principal left, this one included. [1]"""
    regular_fraction: Any
    """Length of a regular payment period. [year]"""
    drawn: Any
    """All that has been drawn so far. [money]"""
    target: Any
    """What is planned for this date: a share or an amount of a schedule, or the service to be paid from cash."""
    installment: Any
    """What is set now: before this date when it is set anew, then for this date. [money]"""
    kept_share: Any
    """Share of the later installments that recasts have kept. [1]"""
    share_base: Any
    """Amount that installments in shares are shares of: all that was drawn, lowered by recasts. [money]"""
    trifle: Any
    """The largest amount that counts as no money. [money]"""
    later: Later
    event: int

    @property
    def annuity(self) -> Any:
        """The discount factors of later payment dates on which principal is due, added up. [1]"""
        return self.later.annuity(self.event)

    @property
    def discount(self) -> Any:
        """The discount factor of maturity. [1]"""
        return self.later.discount(self.event)


class Page(Protocol):
    """What a style writes its formulas with. In a text, `[key]` stands for a row of the loan's schedule."""

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
        """Return the text that tells whether an amount is more than a trifle."""


class Contract(Protocol):
    """What a style may read of the loan that it belongs to, to say what is wrong with its own fields."""

    @property
    def is_dated(self) -> bool:
        """Whether signing and maturity are known."""

    @property
    def signed(self) -> date:
        """The day of signing."""

    @property
    def maturity(self) -> date:
        """The day on which everything still owed is due."""

    @property
    def commitment(self) -> Array:
        """The most that may be drawn. [money]"""


Problem = tuple[str, str, str, str, str]  # key, code, found, wanted, hint


class Style(Spec):
    """What all styles share: no installment, no principal before the last payment."""

    if TYPE_CHECKING:
        style: str

    sets: ClassVar[str] = ""
    """What stays the same from payment to payment until it is set anew: `payment`, `principal`, or nothing."""
    capitalizes: ClassVar[bool] = False
    """Whether interest is added to the balance until maturity."""
    needs_cash: ClassVar[bool] = False
    """Whether it can be run only inside a projection."""
    revolves: ClassVar[bool] = False
    """Whether what is repaid may be drawn again."""
    at_once: ClassVar[bool] = False
    """Whether all principal is due with the last payment."""
    ignores_grace: ClassVar[bool] = False
    """Whether a time in which payments are interest only changes nothing."""
    no_recast: ClassVar[str] = ""
    """Why a prepayment cannot lower the later payments; "" where it can."""
    lowers_in_proportion: ClassVar[bool] = False
    """Whether a recast lowers the later installments in proportion, for they are not worked out from what is owed."""

    term_field: ClassVar[str] = ""
    """The field with the months over which payments are set, where these may be longer than the loan; or ""."""
    balloon_field: ClassVar[str] = ""
    """The field with what is left on purpose for the last payment; or ""."""
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
    def left(self) -> Array:
        """What is left to the last payment on purpose. [money]"""
        return getattr(self, self.balloon_field) if self.balloon_field else np.asarray(0.0)

    @property
    def planned(self) -> Mapping[date, Part]:
        """Principal by date, where dates are given."""
        return getattr(self, self.schedule_field) if self.schedule_field else {}

    @property
    def in_shares(self) -> bool:
        """Whether the principal of given dates is in shares of what has been drawn; it is never in both."""
        return bool(self.schedule_field) and all(part.unit == "share" for part in self.planned.values())

    @property
    def cover(self) -> Array:
        """The cover of debt service that payments are sized to, where they follow the cash flow. [1]"""
        return getattr(self, self.cover_field) if self.cover_field else np.asarray(np.nan)

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
        """Return the fields that are given and each say what a payment is: there may be one."""
        given = {self.term_field: bool(self.months), self.balloon_field: bool(np.any(self.left))}
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
            yield ways[1], "given_twice", f"`{ways[1]}` beside `{ways[0]}`", "one of them", hint
        if loan.is_dated and np.any(self.left > loan.commitment):
            found, wanted = f"a {self.balloon_field} above the commitment", "at most the commitment"
            yield self.balloon_field, "above_commitment", found, wanted, "lower it"

    def amounts(self, money: str) -> dict[str, tuple[str, Array]]:
        """Return its fields that are amounts of money, by key: unit and value."""
        found = quantities(self)
        return {".".join(path): (unit.replace("money", money), value) for path, value, unit in found if "money" in unit}

    def in_part(self, share: Array) -> Self:
        """Return the style with its amounts of money multiplied by a share, `()` or `(draw, 1)`. [1]"""
        changed: dict[str, Any] = {}
        for key in {key.partition(".")[0] for key in self.amounts("money")}:
            changed[key] = _part_of(getattr(self, key), share)
        return self.model_copy(update=changed)

    def installment(self, m: Moment) -> Any:
        """Return what is set on a payment date: nothing, unless the style says otherwise. [money]"""
        del m
        return 0.0

    def installment_text(self, page: Page) -> str:
        """Return the formula of what is set."""
        del page
        return "0"

    def principal(self, m: Moment) -> Any:
        """Return the principal of a payment before the last. [money]"""
        if not self.sets:
            return 0.0
        return m.installment - m.interest_due if self.sets == "payment" else m.installment

    def principal_text(self, page: Page) -> str:
        """Return the formula of the principal of a payment before the last."""
        del page
        return {"": "0", "payment": "[installment] - [interest_due]", "principal": "[installment]"}[self.sets]


def _part_of(value: Any, share: Array) -> Any:
    """Return amounts of money multiplied by a share: one, a Part, or a mapping of them."""
    if isinstance(value, Mapping):
        return {key: _part_of(member, share) for key, member in value.items()}
    if isinstance(value, Part):
        return replace(value, value=value.value * share) if value.unit == "money" else value
    return value * share
