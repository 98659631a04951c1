"""What is known of a loan before its account is carried, and what happens at each event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fibercap.model.loans.repayment.moment import by_event, by_sample, per_sample

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.events.discounting import Discounts


@dataclass(frozen=True)
class Course:
    """What is known of a loan before its account is carried; each `(event,)` or `(sample, event)`.

    `rate` holds from the event before to this one, `steps` numbers its values; `drawn` is money drawn, `prepaid` the
    most that is prepaid, of which `dated` is prepaid on dates; `target` is what is planned for payments; `trifle`
    is the largest amount that counts as no money, `()` or `(sample, 1)`; `fees` are the recurring ones by key; `serves`
    is 1 at payments that the cash flow of whole periods serves, None for a style that does not ask.
    """

    rate: Array
    steps: tuple[int, ...]
    drawn: Array
    prepaid: Array
    dated: Array
    target: Array
    available: Array
    trifle: Array
    fees: Mapping[str, Array]
    serves: Array | None = None


class Flows(Mapping[str, "Array"]):
    """What happens at each event by name, `(event,)` or `(sample, event)`; arrays are made when first read. [money]

    `opening` and `closing` are owed; `drawn`, `interest` as it accrues, `counted` before it is rounded, `interest_due`,
    of which some may be `capitalized`; `fees` as they accrue and `fees_paid`; `scheduled` is principal by the contract,
    `prepaid` what is paid beyond it; `payment` is interest, fees and principal paid. `installment` is what the style
    set, `changed` counts why.
    """

    def __init__(self, kept: Mapping[str, list[Any]], discounts: Discounts, *, fell_short: bool) -> None:
        self._kept, self.discounts, self.fell_short = kept, discounts, fell_short
        self._made: dict[str, Array] = {}

    def __getitem__(self, key: str) -> Array:
        """Return the values of one name."""
        if key not in self._made:
            made = {"closing": self._closing, "payment": self._payment}.get(key)
            self._made[key] = made() if made else by_sample(self._kept[key])
        return self._made[key]

    def _closing(self) -> Array:
        """Return what is owed after each event: what the next one opens with."""
        moved = [-self["scheduled"][..., -1:], -self["prepaid"][..., -1:], self["drawn"][..., -1:]]
        last = sum(moved, start=self["opening"][..., -1:] + self["capitalized"][..., -1:])
        shape = np.broadcast_shapes(self["opening"].shape[:-1], last.shape[:-1])
        # The opening may be one number in all samples where the last draw is not.
        opening = np.broadcast_to(self["opening"], (*shape, self["opening"].shape[-1]))
        return np.concatenate([opening[..., 1:], np.broadcast_to(last, (*shape, 1))], axis=-1)

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter((*self._kept, "closing", "payment"))

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._kept) + 2

    def _payment(self) -> Array:
        """Return interest, fees and principal paid at each event. [money]"""
        keys = ("interest_due", "scheduled", "prepaid", "fees_paid", "prepayment_fee")
        parts = [self[key] for key in keys if self.any(key)]
        total = parts[0] if parts else self["interest_due"]
        for part in parts[1:]:
            total = total + part
        return total - self["capitalized"] if self.any("capitalized") else total

    def any(self, key: str) -> bool:
        """Return whether the values of a name are not all zero."""
        # An array counts as not zero without a test: a needless sum costs less than the test.
        return any(isinstance(amount, np.ndarray) or amount != 0.0 for amount in self._kept[key])

    def exceeds(self, key: str, least: Array) -> npt.NDArray[np.bool_]:
        """Return at which events the value of a name, whatever its sign, is money in any sample, (event,).

        Parameters
        ----------
        key : str
            The name.
        least : () or (sample, 1)
            The largest amount that counts as no money. [money]
        """
        kept, limit = self._kept[key] if key in self._kept else by_event(self[key]), per_sample(least)
        if isinstance(limit, float) and np.ndarray not in set(map(type, kept)):
            return np.asarray(np.abs(np.array(kept)) > limit)
        return np.array([np.any(np.abs(amount) > limit) for amount in kept])

    def happens(self, key: str) -> npt.NDArray[np.bool_]:
        """Return at which events the value of a name is not zero in any sample, (event,)."""
        return np.array([x.any() if isinstance(x, np.ndarray) else x != 0.0 for x in self._kept[key]])


KEPT = (
    "opening", "interest", "interest_due", "counted", "capitalized", "fees", "fees_paid", "changed", "installment",
    "scheduled", "prepaid", "prepayment_fee", "drawn",
)  # fmt: skip
