"""What a style of repayment reads on a payment date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array


def per_sample(amount: Array) -> Any:
    """Return an input `()` as a number, one `(sample, 1)` as `(sample,)`."""
    return float(amount) if np.ndim(amount) == 0 else np.asarray(amount)[:, 0]


def float_or_array(amount: Any) -> Any:
    """Return an array without dimensions as a float, which computes more quickly, and any other unchanged."""
    return float(amount) if np.ndim(amount) == 0 else amount


def by_event(values: Array) -> list[Any]:
    """Return a series as a list by event, of numbers, or of arrays (sample,) if it has samples."""
    if values.ndim == 1:
        numbers: list[Any] = values.tolist()
        return numbers
    return list(np.ascontiguousarray(values.T))  # contiguous: each event is read as a whole many times


def by_sample(events: list[Any]) -> Array:
    """Return a list by event as `(event,)` or `(sample, event)`."""
    # Types, not shapes: np.shape of thousands of floats would take longer than the loan.
    if np.ndarray not in set(map(type, events)):
        return np.array(events, dtype=float)
    values = np.empty((len(events), *np.broadcast_shapes(*set(map(np.shape, events)))))
    for index, event in enumerate(events):
        values[index] = event
    return np.moveaxis(values, 0, -1)


class Later(Protocol):
    """Discount factors of payments after an event, at the rate in force at the event. [1]"""

    def annuity(self, event: int) -> Any:
        """Return the discount factors of later payment dates on which principal is due, added up."""

    def discount(self, event: int) -> Any:
        """Return the discount factor of maturity."""


class Moment(NamedTuple):
    """A payment date before the last, as a style sees it: complete whenever it is asked, whatever the style.

    A style that sets installments is asked when one is set anew. Values are numbers, or arrays `(sample,)`. Interest of
    the date is counted already, nothing is repaid yet. `annuity` and `discount` are worked out when they are read.
    """

    balance: Any
    """What is owed. [money]"""
    interest_due: Any
    """Interest that falls due on this date, in whole steps where the contract rounds. [money]"""
    counted: Any
    """Interest counted to this date, before it is rounded. [money]"""
    fees_due: Any
    """Recurring fees that fall due on this date. [money]"""
    service_due: Any
    """Interest and fees paid on this date and on earlier ones to which no cash flow of their own belongs. [money]"""
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
    """The payment or principal that is set: until it is set anew on this date, that of the date before. [money]"""
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
