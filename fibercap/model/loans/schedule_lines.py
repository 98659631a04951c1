"""A loan's events as lines of its schedule, one for each date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.rounding import round_to_step
from fibercap.model.loans.clauses.rounding import Rounding

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.events.flows import Flows
    from fibercap.model.loans.terms import Loan

FLOWS: Final = {
    "drawn": "drawn",
    "interest": "interest_due",
    "capitalized": "capitalized",
    "fees": "fees_paid",
    "principal": "scheduled",
    "payment": "payment",
}
"""Columns of a line, each with the row of the block that has it, to which `BESIDE` adds others."""


BESIDE: Final = {"fees": ("upfront_fee", "prepayment_fee"), "principal": ("prepaid",)}


def by_payment(value: Mapping[str, Array], firsts: npt.NDArray[np.intp], last: int) -> Array:
    """Return the fraction of the payment period that each date falls in, (date,). [year]

    Parameters
    ----------
    value : (event,) or (sample, event)
        Rows of the schedule by key.
    firsts : (date,)
        Position of each date's first event.
    last : int
        Number of events up to the last date.
    """
    return np.asarray(value["period_fraction"][np.append(firsts[1:], last) - 1])


class Lines(Mapping[str, "Array"]):
    """What happens on each date by name, `(date,)` or `(sample, date)`; computed when it is read. [money]"""

    def __init__(
        self, value: Mapping[str, Array], firsts: npt.NDArray[np.intp], last: int, flows: Flows | None, least: Array
    ) -> None:
        self._value, self._firsts, self._last, self._flows = value, firsts, last, flows
        self._alike, self.least = len(firsts) == last, least

    def __getitem__(self, key: str) -> Array:
        """Return one of them."""
        if key == "opening":
            return self._value[key][..., self._firsts if not self._alike else slice(self._last)]
        if key == "closing":
            ends = np.append(self._firsts[1:], self._last) - 1
            return self._value[key][..., ends if not self._alike else slice(self._last)]
        amounts = self._by_date(FLOWS[key])
        for beside in BESIDE.get(key, ()):
            if beside in self._value and self._value[beside].any():
                amounts = amounts + self._by_date(beside)
        return amounts

    def _by_date(self, key: str) -> Array:
        amounts = self._value[key][..., : self._last]
        return amounts if self._alike else np.asarray(np.add.reduceat(amounts, self._firsts, axis=-1))

    def __iter__(self) -> Iterator[str]:
        """Run over the names."""
        return iter(("opening", *FLOWS, "closing"))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(FLOWS) + 2

    def _any_sample(self, key: str) -> npt.NDArray[np.bool_]:
        """Return on which dates an amount is money in any sample, (date,)."""
        if self._flows is not None and self._alike and key not in BESIDE:
            return self._flows.exceeds(FLOWS.get(key, key), self.least)[: self._last]
        return np.asarray((np.abs(self[key]) > self.least).reshape(-1, len(self._firsts)).any(axis=0))

    def rates(self) -> Array:
        """Return the rate of each payment's interest, by date, (date,) or (sample, date). [1/year]"""
        return period_rates(self._value, self._firsts, self._last)

    def dates_to_show(self) -> tuple[npt.NDArray[np.intp], Array, tuple[str, ...]]:
        """Return the dates to show, which of them are payments, and what each is."""
        due = self._by_date("is_payment") > 0
        shown = due & self._any_sample("opening")
        if not shown[1:].all():
            for key in FLOWS:
                shown |= self._any_sample(key)
        shown[0] = True
        keep = np.flatnonzero(shown)
        drawn = self._any_sample("drawn")[keep]
        drawn[:1] = True  # the first line is that of signing
        paid = due[keep]
        kinds = (
            "payment" if pays else "draw" if draws else "prepayment"
            for pays, draws in zip(paid.tolist(), drawn.tolist(), strict=True)
        )
        return keep, paid.astype(float), tuple(kinds)


class ShownLines(Mapping[str, "Array"]):
    """Lines as the contract shows them: on dates on which money moves, in whole steps if it rounds. [money]"""

    def __init__(self, loan: Loan, lines: Lines, keep: npt.NDArray[np.intp] | None) -> None:
        self._lines, self._keep = lines, keep
        self._rounding = loan.rounding if isinstance(loan.rounding, Rounding) else None
        self._made: dict[str, Array] = {}

    def __getitem__(self, key: str) -> Array:
        """Return one of them."""
        if key not in self._made:
            self._made[key] = self._round(key) if self._rounding is not None else self._exact(key)
        return self._made[key]

    @cached_property
    def rates(self) -> Array:
        """The rate of each payment's interest, by date, (date,) or (sample, date). [1/year]"""
        rates = self._lines.rates()
        return rates if self._keep is None else rates[..., self._keep]

    def _exact(self, key: str) -> Array:
        amounts = self._lines[key]
        return amounts if self._keep is None else amounts[..., self._keep]

    def _round(self, key: str) -> Array:
        assert self._rounding is not None  # noqa: S101 - asked before
        if not self._rounding.carries:
            digits = max(0, -int(Decimal(str(self._rounding.step)).as_tuple().exponent))
            return np.round(self._exact(key), digits)
        if key == "principal":  # not rounded itself: the payment shown less the interest shown, so that lines add up
            left = self["payment"] - self["interest"] - self["fees"] + self["capitalized"]
            return np.where(self._exact(key) > self._lines.least, left, 0.0)
        way = {"interest": self._rounding.interest, "fees": self._rounding.interest, "payment": self._rounding.payment}
        return round_to_step(self._exact(key), self._rounding.step, way.get(key, "half_up"))

    def __iter__(self) -> Iterator[str]:
        """Run over the names."""
        return iter(self._lines)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._lines)


def period_rates(value: Mapping[str, Array], firsts: npt.NDArray[np.intp], last: int) -> Array:
    """Return the rate of the interest of each payment period, by date, (date,) or (sample, date). [1/year]

    It is averaged by time where it changes within the period; 0 where no time passes.

    Parameters
    ----------
    value, firsts, last
        As for `by_payment`.

    Source
    ------
    Own derivation: the sum of rate times year fraction over the events of the period, / the sum of the fractions.
    """
    paid = np.flatnonzero(value["is_payment"][:last] > 0)
    begins = np.concatenate([[0], paid[:-1] + 1])
    rate, years = value["rate"][..., : paid[-1] + 1], value["year_fraction"][: paid[-1] + 1]
    passed, grown = np.add.reduceat(years, begins), np.add.reduceat(rate * years, begins, axis=-1)
    mean = np.divide(grown, passed, out=np.zeros(grown.shape), where=np.broadcast_to(passed > 0, grown.shape))
    low, high = np.minimum.reduceat(rate, begins, axis=-1), np.maximum.reduceat(rate, begins, axis=-1)
    by_event = np.zeros((*grown.shape[:-1], last))
    by_event[..., paid] = np.where((low == high) & (passed > 0), low, mean)  # one rate is shown to its last digit
    return np.asarray(by_event[..., np.append(firsts[1:], last) - 1])
