"""Rates of many series at once, where each has exactly one: Newton's method on the logarithm of inflows over outflows.

It is nearly a straight line, so that a handful of steps do. What does not settle is left to `roots`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array

CHUNK: Final = 2048
"""Series that are solved together; so many fit the cache."""
STEPS: Final = 12
NEAR: Final = 1e-4
"""After a step this small, in lengths of the series, one more is taken: each doubles the digits."""
SURE: Final = 1e-7
"""If that last step is this small, what it leaves is below the precision of a number."""


def quick_rates(times: Array, cash_flows: Array) -> Array:
    """Return the logarithm of one plus the rate of each series, nan where it does not settle quickly.

    Parameters
    ----------
    times : (event,)
        Ascending, the first one 0.
    cash_flows : (member, event)
        Each with exactly one change of sign.

    Returns
    -------
    (member,) [1 per unit of time]

    Source
    ------
    Own derivation: with E the earlier and L the later flows, log L - log E falls by the distance of their mean times.
    """
    found = np.full(len(cash_flows), np.nan)
    regular = len(times) > 1 and bool(np.all(np.abs(np.diff(times) / times[1] - 1.0) < 1e-12))  # noqa: PLR2004 - rounding
    for first in range(0, len(cash_flows), CHUNK):
        part = slice(first, first + CHUNK)
        sums = _Powers(times, cash_flows[part]) if regular else _Exponentials(times, cash_flows[part])
        found[part] = _newton(sums, float(times[-1]))
    return found


def _newton(sums: _Powers | _Exponentials, span: float) -> Array:
    with np.errstate(all="ignore"):
        x = np.clip(_start(*sums.at_zero()), -8.0 / span, 8.0 / span)
        for _ in range(STEPS):
            early, late, early_mean, late_mean = sums.at(x)
            move = np.log(late / early) / (late_mean - early_mean)
            x = x + np.clip(move, -8.0 / span, 8.0 / span)
            if not (np.abs(move) * span > NEAR).any():
                break
        early, late, early_mean, late_mean = sums.at(x)
        move = np.log(late / early) / (late_mean - early_mean)
    return np.where(np.abs(move) * span <= SURE, x + move, np.nan)


def _start(early: Array, late: Array) -> Array:
    """Return where a parabola through zero's value, slope and curvature crosses; moments are (3, member)."""
    (one, early_mean, early_square), (other, late_mean, late_square) = (
        (part[0], part[1] / part[0], part[2] / part[0]) for part in (early, late)
    )
    height, slope = np.log(other / one), late_mean - early_mean
    bend = (late_square - late_mean**2) - (early_square - early_mean**2)
    inside = slope**2 - 2.0 * height * bend
    return np.asarray(np.where(inside > 0, 2.0 * height / (slope + np.sqrt(np.maximum(inside, 0.0))), height / slope))


class _Powers:
    """Sums over regular times, by Horner's rule in the discount factor of one step."""

    def __init__(self, times: Array, cash_flows: Array) -> None:
        turned = np.ascontiguousarray(cash_flows.T)
        self.count, self._step = turned.shape[1], float(times[1])
        sign = np.where(turned[np.argmax(turned != 0, axis=0), np.arange(self.count)] > 0, -1.0, 1.0)
        if (sign < 0).any():
            turned *= sign
        early = np.flatnonzero((turned < 0).any(axis=1))
        self._last = int(early[-1]) + 1 if early.size else 1
        self._early = np.maximum(-turned[: self._last], 0.0)
        self._late = turned
        self._late[: self._last] = np.maximum(turned[: self._last], 0.0)

    def at_zero(self) -> tuple[Array, Array]:
        """Return the moments 0, 1 and 2 of the earlier and later flows at a rate of zero, (3, member)."""
        times = self._step * np.arange(len(self._late))
        moments = np.stack([np.ones(times.size), times, times**2])
        return moments[:, : self._last] @ self._early, moments @ self._late

    def at(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """Return the earlier and later flows' worth at rates, and their mean times."""
        factor = np.exp(-x * self._step)
        early, early_slope = _horner(self._early, factor)
        late, late_slope = _horner(self._late, factor)
        scale = factor * self._step
        return early, late, early_slope / early * scale, late_slope / late * scale


def _horner(coefficients: Array, at: Array) -> tuple[Array, Array]:
    """Return polynomials and their slopes, one for each column."""
    value, slope = coefficients[-1].copy(), np.zeros(at.size)
    for row in coefficients[-2::-1]:
        slope *= at
        slope += value
        value *= at
        value += row
    return value, slope


class _Exponentials:
    """Sums over any times."""

    def __init__(self, times: Array, cash_flows: Array) -> None:
        self.count, self._times = len(cash_flows), times
        sign = np.where(cash_flows[np.arange(self.count), np.argmax(cash_flows != 0, axis=1)] > 0, -1.0, 1.0)
        turned = cash_flows * sign[:, np.newaxis]
        early = np.flatnonzero((turned < 0).any(axis=0))
        self._last = int(early[-1]) + 1 if early.size else 1
        self._early = np.maximum(-turned[:, : self._last], 0.0)
        self._late = np.maximum(turned, 0.0)
        self._moments = np.stack([np.ones(times.size), times], axis=1)
        self._weights = np.empty_like(self._late)

    def at_zero(self) -> tuple[Array, Array]:
        """Return the moments 0, 1 and 2 of the earlier and later flows at a rate of zero, (3, member)."""
        moments = np.stack([np.ones(self._times.size), self._times, self._times**2])
        return moments[:, : self._last] @ self._early.T, moments @ self._late.T

    def at(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """Return the earlier and later flows' worth at rates, and their mean times."""
        weights = np.exp(np.multiply.outer(-x, self._times, out=self._weights), out=self._weights)
        early = (self._early * weights[:, : self._last]) @ self._moments[: self._last]
        weights *= self._late
        late = weights @ self._moments
        return early[:, 0], late[:, 0], early[:, 1] / early[:, 0], late[:, 1] / late[:, 0]
