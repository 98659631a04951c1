"""What later payments are worth today: growth over a period, and discount factors added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.model.loans.style import held

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.grid import Grid
    from fibercap.model.loans.terms import Loan


def by_event(values: Array) -> list[Any]:
    """Return a series as a list of numbers, or of arrays (draw,) where it has draws."""
    if values.ndim == 1:
        numbers: list[Any] = values.tolist()
        return numbers
    return list(np.ascontiguousarray(values.T))


def by_draw(events: list[Any]) -> Array:
    """Return a list by event as `(event,)` or `(draw, event)`."""
    if np.ndarray in set(map(type, events)):
        events = list(np.broadcast_arrays(*events))
    return np.moveaxis(np.array(events, dtype=float), 0, -1)


def growth(loan: Loan, rate: Array, fraction: Array) -> Array:
    """Return the interest on one unit of money over a fraction of a year, (...). [1]

    Source
    ------
    docs/conventions.md, section 4: nominal, effective, and semiannual compounding as Canadian mortgages use it.
    """
    if loan.compounding == "nominal":
        return rate * fraction
    times = 1.0 if loan.compounding == "effective" else 2.0
    return np.asarray(np.expm1(times * fraction * np.log1p(rate / times)))


def growths(loan: Loan, rate: Array, steps: tuple[int, ...], fractions: Array) -> list[Any]:
    """Return the growth up to each event; one rate over like fractions is worked out once. [1]"""
    if len(set(steps)) > 1:
        return by_event(growth(loan, rate, fractions))
    only = held(rate[..., 0])
    found = {fraction: held(growth(loan, only, np.asarray(fraction))) for fraction in set(fractions.tolist())}
    return [found[fraction] for fraction in fractions.tolist()]


class Discounts:
    """Seen from each event: later payments' discount factors added up, and that of maturity.

    Both are at the rate in force at the event, as if it never changed again. A loan with several rates has a series
    for each at which principal falls due, of which an event reads its own.
    """

    def __init__(self, loan: Loan, grid: Grid, rate: Array, steps: tuple[int, ...]) -> None:
        self._grid, self._steps = grid, steps
        self._balloon = bool(np.any(loan.repayment.left))
        served = [step for step, due in zip(steps, grid.repays.tolist(), strict=True) if due] or steps[:1]
        firsts = {step: steps.index(step) for step in dict.fromkeys(served)}
        self._grown = {
            step: growths(loan, rate[..., first : first + 1], (step,), grid.period_fraction)
            for step, first in firsts.items()
        }

    @property
    def steps(self) -> list[int]:
        """The numbers of the rates, in order."""
        return sorted(self._grown)

    def at(self, event: int) -> tuple[Any, Any]:
        """Return sum and discount factor of maturity as seen from an event, at its rate. [1]"""
        sums, finals = self._seen(self._steps[event], event)
        return sums[-1], finals[-1]

    def rows(self, step: int) -> tuple[Array, Array]:
        """Return one rate's sums and discount factors of maturity, `(event,)` or `(draw, event)`. [1]"""
        sums, finals = self._seen(step, None)
        return by_draw(sums[::-1]), by_draw(finals[::-1])

    def _seen(self, step: int, until: int | None) -> tuple[list[Any], list[Any]]:
        """Return both at one rate from the last event backwards: at all events, or at one alone.

        Source
        ------
        Own derivation: the sum seen from one payment is (1 + the sum seen from the next) discounted over its period.
        """
        grid, grown = self._grid, self._grown[step]
        inverse = {id(part): 1.0 / (1.0 + part) for part in grown}
        due, repays, final = (grid.period_fraction > 0).tolist(), grid.repays.tolist(), grid.is_final.tolist()
        sums: list[Any] = []
        finals: list[Any] = []
        seen: Any = 0.0
        last: Any = 0.0
        for event in range(len(due) - 1, -1 if until is None else until - 1, -1):
            if final[event]:
                last = 1.0
            if until is None or event == until:
                sums.append(seen)
                finals.append(last)
            if due[event]:
                factor = inverse[id(grown[event])]
                seen = (seen + repays[event]) * factor
                last = last * factor if self._balloon else last
        return sums, finals
