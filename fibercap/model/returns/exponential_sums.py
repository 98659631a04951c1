"""Sums of exponentials, which the value of flows is as a function of the logarithm of one plus the rate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fibercap.core.units import Array

TOUCHING: Final = 1e-12
"""A sum counts as touching zero if it is this close to it, relative to the sum of its absolute terms."""
STEEP: Final = 1e-4
"""Least slope of a sum at a zero that is known to be its only one, relative to its absolute terms over the whole span.

With less, another zero may be so near that both count as one.
"""
EPS: Final = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Flows:
    """The sum of sign * exp(size - time * x) as a function of x; a sign of zero stands for no flow.

    Sizes are logarithms, so that neither money nor rates nor repeated derivatives overflow.
    """

    times: Array  # (event), ascending
    signs: Array  # (event) or (member, event)
    sizes: Array

    @cached_property
    def span(self) -> float:
        """The time from the first flow to the last."""
        return float(self.times[-1] - self.times[0])

    @property
    def changes(self) -> NDArray[np.int_]:
        """The number of sign changes in the order of time, without zeros: (...)."""
        position = np.where(self.signs != 0, np.arange(self.times.size), 0)
        lasting = np.take_along_axis(self.signs, np.maximum.accumulate(position, axis=-1), axis=-1)
        return np.asarray(np.count_nonzero(lasting[..., 1:] * lasting[..., :-1] < 0, axis=-1))

    def balance(self, x: Array) -> tuple[Array, Array]:
        """Return log(inflows / outflows) at each x, and its slope: (member,).

        It has the same zeros and signs as the sum, but is nearly a straight line, which suits Newton's method.
        """
        exponents = self.sizes - self.times * x[:, np.newaxis]
        (inflows, early), (outflows, late) = (self._total(exponents, self.signs == sign) for sign in (1, -1))
        return inflows - outflows, late - early

    def _total(self, exponents: Array, chosen: Array) -> tuple[Array, Array]:
        """Return the logarithm of the chosen terms' sum, and their mean time."""
        chosen_exponents = np.where(chosen, exponents, -np.inf)
        peak = chosen_exponents.max(axis=-1)  # taken out, so that no power overflows
        weights = np.exp(chosen_exponents - peak[:, np.newaxis])
        total = weights.sum(axis=-1)
        return peak + np.log(total), (weights @ self.times) / total

    def derivative(self) -> Flows:
        """Return the derivative of exp(time * x) times the sum, where `time` is the one before the first sign change.

        The term at that time becomes a constant and drops out; the terms after it change their sign.
        """
        first = int(np.argmax(self.signs[1:] != self.signs[:-1]))
        ahead = np.delete(self.times[first] - self.times, first)
        signs, sizes = np.delete(self.signs, first), np.delete(self.sizes, first)
        return Flows(np.delete(self.times, first), signs * np.sign(ahead), sizes + np.log(np.abs(ahead)))


def zeros_within(flows: Flows, low: Array, high: Array, above: Array) -> Array:
    """Return the zero inside each bracket by Newton's method, safeguarded by bisection; `above` is the sign at `high`.

    If an end is infinite, steps of doubling length lead towards it until the sign changes.

    Parameters
    ----------
    flows : Flows
        One series, or as many as there are brackets.
    low, high, above : (bracket,)
        The ends, and the sign of the sum at the upper end.
    """
    stride = 8.0 / flows.span
    least = 1.0 / flows.span
    start = np.clip(0.0, low, high)
    with np.errstate(invalid="ignore"):  # inf - inf, where it is not chosen
        x = np.where(np.isinf(low) | np.isinf(high), start, (low + high) / 2)
    moved, converged = np.full(x.size, np.inf), np.zeros(x.size, dtype=bool)
    while not converged.all():
        value, slope = flows.balance(x)
        beyond = value * above > 0
        low, high = np.where(beyond, low, x), np.where(beyond, x, high)
        unbounded = np.isinf(low) | np.isinf(high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / slope
            halved = np.where(np.isinf(high), x + stride, np.where(np.isinf(low), x - stride, (low + high) / 2))
            limit = np.where(unbounded, stride, moved / 2)
            trusted = (low < newton) & (newton < high) & (np.abs(newton - x) <= limit)
        following = np.where(trusted, newton, halved)
        change = np.abs(following - x)
        near = ~unbounded & (high - low <= 2 * EPS * np.maximum(np.abs(x), least))
        converged |= (np.abs(value) <= 2 * EPS) | near | (trusted & (change <= 2 * EPS * np.maximum(np.abs(x), least)))
        x = np.where(converged, x, following)
        moved = np.where(unbounded, np.inf, change)
        stride *= 2.0
    return x


def lone_zeros(flows: Flows) -> Array:
    """Return the zero of each series whose sums up to any time, valued at that zero, have one sign; nan of the others.

    Such a series has no other zero, however often its flows change sign.

    Source
    ------
    Teichroew, Robichek and Montalbano (1965): a pure investment has one rate. By partial summation the value at x is
    the sum of S (exp(-t x) - exp(-t' x)), where S is the sum of the flows up to time t, valued at the zero, and t' the
    next time: all terms have one sign below the zero and the other one above it.
    """
    zeros = np.full(len(flows.signs), np.nan)
    position, is_flow = np.arange(flows.times.size), flows.signs != 0
    first, last = np.argmax(is_flow, axis=-1), position[-1] - np.argmax(is_flow[:, ::-1], axis=-1)
    rows = np.arange(len(first))
    crossing = np.flatnonzero(flows.signs[rows, first] != flows.signs[rows, last])
    if not crossing.size:
        return zeros
    first, last = first[crossing, np.newaxis], last[crossing, np.newaxis]
    signs, sizes = flows.signs[crossing], flows.sizes[crossing]
    above = np.take_along_axis(signs, first, axis=-1)
    everywhere = np.full(crossing.size, np.inf)
    x = zeros_within(Flows(flows.times, signs, sizes), -everywhere, everywhere, above[:, 0])
    exponents = np.where(signs != 0, sizes - flows.times * x[:, np.newaxis], -np.inf)
    terms = signs * np.exp(exponents - exponents.max(axis=-1, keepdims=True))
    sums, gross = above * np.cumsum(terms, axis=-1), np.abs(terms).sum(axis=-1)
    between = (first <= position) & (position < last)
    one_sign = np.where(between, sums, np.inf).min(axis=-1) > TOUCHING * gross
    steep = (np.where(between, sums, 0.0)[:, :-1] @ np.diff(flows.times)) > STEEP * gross * flows.span
    zeros[crossing] = np.where(one_sign & steep, x, np.nan)
    return zeros
