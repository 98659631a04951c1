"""Discount factors of a loan's later payments, and their sums."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.model.loans.events.interest import interest_on_one_by_length
from fibercap.model.loans.repayment.moment import by_sample

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.events.grid import Grid
    from fibercap.model.loans.terms import Loan


class Discounts:
    """At each event: the sum of later payments' discount factors, and the discount factor of maturity.

    Both are at the rate in force at the event, as if it never changed again. A loan with several rates has a series
    for each rate at which principal falls due; an event reads the series of its rate.
    """

    def __init__(self, loan: Loan, grid: Grid, rate: Array, steps: tuple[int, ...]) -> None:
        self._loan, self._grid, self._rate, self._steps = loan, grid, rate, steps
        self._factors: dict[int, list[Any]] = {}

    @property
    def steps(self) -> list[int]:
        """The numbers of the rates, in order."""
        served = {step for step, due in zip(self._steps, self._grid.repays.tolist(), strict=True) if due}
        return sorted(served or self._steps[:1])

    def annuity(self, event: int) -> Any:
        """Return the discount factors of later payment dates on which principal is due, added up. [1]"""
        return self._at_event(event, self._annuities(self._factors_at(self._steps[event])))

    def discount(self, event: int) -> Any:
        """Return the discount factor of maturity, at the rate of an event. [1]"""
        return self._at_event(event, self._finals(self._factors_at(self._steps[event])))

    def row(self, key: str, rate: Array) -> Array:
        """Return the series of `annuity` or `discount` at one rate, (event,) or (sample, event). [1]

        Parameters
        ----------
        key : str
            `annuity` or `discount`.
        rate : () or (sample, 1)
            [1/year]
        """
        series = {"annuity": self._annuities, "discount": self._finals}[key]
        return by_sample(list(series(self._factors_of(np.atleast_1d(rate))))[::-1])

    def _at_event(self, event: int, series: Iterator[Any]) -> Any:
        """Return the value at an event of a series that runs backwards."""
        # run from its end each time: a payment is set on few dates, and most series are never read to their start
        return next(islice(series, len(self._steps) - 1 - event, None))

    def _factors_at(self, step: int) -> list[Any]:
        """Return the discount factor over the payment period that ends with each event; 1 where none ends."""
        if step not in self._factors:
            first = self._steps.index(step)
            self._factors[step] = self._factors_of(self._rate[..., first : first + 1])
        return self._factors[step]

    def _factors_of(self, rate: Array) -> list[Any]:
        """Return the same at a rate, (..., 1)."""
        lengths = self._grid.period_fraction.tolist()
        by_length = interest_on_one_by_length(self._loan, rate, set(lengths))
        factors = {length: 1.0 / (1.0 + grown) for length, grown in by_length.items()}
        return [factors[length] for length in lengths]

    def _annuities(self, factors: list[Any]) -> Iterator[Any]:
        """Run over the sums of later discount factors at one rate, from the last event backwards.

        Source
        ------
        Own derivation: the sum seen from one payment is (1 + the sum seen from the next) discounted over its period.
        """
        grid, seen = self._grid, 0.0
        due, repays = (grid.period_fraction > 0).tolist(), grid.repays.tolist()
        for is_due, repaid, factor in zip(due[::-1], repays[::-1], factors[::-1], strict=True):
            yield seen
            if is_due:
                seen = (seen + repaid) * factor

    def _finals(self, factors: list[Any]) -> Iterator[Any]:
        """Run over the discount factors of maturity at one rate, from the last event backwards."""
        grid, last = self._grid, 0.0
        due, final = (grid.period_fraction > 0).tolist(), grid.is_final.tolist()
        for is_due, is_final, factor in zip(due[::-1], final[::-1], factors[::-1], strict=True):
            last = 1.0 if is_final else last
            yield last
            if is_due:
                last = last * factor
