"""All rates of return of a series of flows, as the zeros of a sum of exponentials."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import first_of_each
from fibercap.model.returns.exponential_sums import EPS, TOUCHING, Flows, lone_zeros, zeros_within
from fibercap.model.returns.irr_of_batches import quick_rates
from fibercap.model.returns.rate_choice import plausible_rate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from fibercap.core.units import Array

CHANGES: Final = 1000
"""Largest number of sign changes for which rates are isolated by derivatives; above it a grid is used."""
GRID: Final = 8192
MANY: Final = 64
"""Smallest number of series that are solved together."""


def all_rates(times: ArrayLike, cash_flows: ArrayLike) -> Array:
    """Return every rate per unit of time, above -100 %, at which the present value of the flows is zero.

    Parameters
    ----------
    times : (event,)
        Times of the flows, in any order; flows at the same time are added. [any unit]
    cash_flows : (event,)
        Inflows positive, outflows negative; their scale does not matter. [money]

    Returns
    -------
    (rate,), ascending [1 per unit of time]
        Empty where no rate exists. A rate counts once, whatever its multiplicity. A rate too large for a float is inf;
        one within rounding of -100 % is -1.

    Raises
    ------
    ValueError
        If the shapes do not fit, there are no flows, or something is not finite.

    Notes
    -----
    The present value counts as touching zero if it is within 1e-12 of zero, relative to the sum of the absolute present
    values of the flows. So two rates closer than about 1e-6 / (span of the times) count as one, and a near miss of that
    size counts as a rate. Series with more than 1000 sign changes are searched on a grid of 8192 rates instead, where
    two rates between neighbors of the grid, or a rate at which the value only touches zero, can be missed.

    Source
    ------
    Own derivation. With x = log(1 + rate) the value is f(x) = sum of c_t exp(-t x), which has at most as many zeros as
    c has sign changes in time (Descartes, for real exponents Laguerre 1883). Let `a` be the time before a sign change.
    Then exp(a x) f(x) has the derivative sum of (a - t) c_t exp((a - t) x), which has one sign change less. Its zeros,
    computed recursively, divide the line into intervals on which exp(a x) f(x) is monotone; each has at most one zero,
    which the signs at its ends reveal. The recursion ends with a sum without sign changes, which has no zero.
    """
    flows, single = _ordered_flows(times, cash_flows)
    if single.ndim != 1:
        raise ValueError(f"one series is wanted here, found cash flows of shape {single.shape}")
    return _rates_of_series(flows)


def only_rate(times: ArrayLike, cash_flows: ArrayLike) -> Array:
    """Return the rate per unit of time, above -100 %, at which the present value of each series is zero.

    If there is one such rate, it is returned, wherever it lies. If there are several, the only one from -50 % to
    1,000 % is returned.

    Parameters
    ----------
    times : (event,)
        Times of the flows, in any order, the same for all series. [any unit]
    cash_flows : (..., event)
        Inflows positive, outflows negative. [money]

    Returns
    -------
    (...,) [1 per unit of time]
        The rates, nan if there is no such rate.

    Raises
    ------
    ValueError
        If the shapes do not fit, there are no flows, or something is not finite.

    Source
    ------
    As `all_rates`. Series with one change of sign have exactly one rate and are solved together.
    """
    when, amounts = np.asarray(times, dtype=float), np.asarray(cash_flows, dtype=float)
    # A copy, for a caller may change what the cache holds.
    if amounts.ndim == 2 and len(amounts) == 1 and when.shape == amounts.shape[1:]:  # (member, event)
        return _cached_rate(when.tobytes(), amounts.tobytes()).copy()
    many = amounts.ndim == 2 and len(amounts) >= MANY
    if not many or when.shape != amounts.shape[1:] or when.size < 2 or not (np.diff(when) > 0).all():
        return _only_rate(when, amounts)
    rates = _rate_from_logarithm(quick_rates(when - when[0], amounts))
    remaining = np.isnan(rates)
    if remaining.any():
        rates[remaining] = _only_rate(when, amounts[remaining])
    return rates


@lru_cache(maxsize=256)
def _cached_rate(times: bytes, cash_flows: bytes) -> Array:
    """Return the rate of one series; it is cached because options of financing share flows."""
    return _only_rate(np.frombuffer(times), np.frombuffer(cash_flows)[np.newaxis])


def _only_rate(times: Array, cash_flows: Array) -> Array:
    """Return the rates as `only_rate` does, series by series where they have several sign changes."""
    flows, amounts = _ordered_flows(times, cash_flows)
    members = Flows(flows.times, *(part.reshape(-1, flows.times.size) for part in (flows.signs, flows.sizes)))
    rates = np.full(len(members.signs), np.nan)
    changes = members.changes
    if (simple := changes == 1).any():
        chosen = Flows(flows.times, members.signs[simple], members.sizes[simple])
        earliest = np.take_along_axis(chosen.signs, np.argmax(chosen.signs != 0, axis=-1)[:, np.newaxis], axis=-1)[:, 0]
        everywhere = np.full(earliest.size, np.inf)
        rates[simple] = _rate_from_logarithm(zeros_within(chosen, -everywhere, everywhere, earliest))
    several = np.flatnonzero(changes > 1)
    alone = lone_zeros(Flows(flows.times, members.signs[several], members.sizes[several]))
    rates[several] = _rate_from_logarithm(alone)
    for member in several[np.isnan(alone)]:
        rates_of_member = _rates_of_series(Flows(flows.times, members.signs[member], members.sizes[member]))
        rates[member] = plausible_rate(rates_of_member)
    return rates.reshape(amounts.shape[:-1])


def _ordered_flows(times: ArrayLike, cash_flows: ArrayLike) -> tuple[Flows, Array]:
    """Return the flows in order of time, added by time, as signs and logarithms; and the cash flows as an array."""
    when, amounts = np.asarray(times, dtype=float), np.asarray(cash_flows, dtype=float)
    if when.ndim != 1 or amounts.ndim == 0 or when.size != amounts.shape[-1]:
        raise ValueError(f"times of shape {when.shape} do not fit cash flows of shape {amounts.shape}")
    if when.size == 0:
        raise ValueError("there are no cash flows")
    if not (np.isfinite(when).all() and np.isfinite(amounts).all()):
        raise ValueError("times and cash flows must be finite")
    largest = np.abs(amounts).max(axis=-1, keepdims=True, initial=0.0)
    # Flows of 1e300 would overflow in sums, and the scale does not move a zero.
    scaled = amounts / np.where(largest == 0, 1.0, largest)
    order = np.argsort(when, kind="stable")
    ordered = when[order]
    starts = first_of_each(ordered)
    moments = ordered[starts]
    merged, gross = (np.add.reduceat(part[..., order], starts, axis=-1) for part in (scaled, np.abs(scaled)))
    merged = np.where(np.abs(merged) <= 4 * EPS * gross, 0.0, merged)  # 0.1 + 0.2 - 0.3 on one day is zero
    sizes = np.log(np.where(merged == 0, 1.0, np.abs(merged)))
    return Flows(moments - moments[0], np.sign(merged), sizes), amounts


def _rate_from_logarithm(x: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.expm1(x)


def _rates_of_series(flows: Flows) -> Array:
    """Return the rates of one series."""
    is_flow = flows.signs != 0
    flows = Flows(flows.times[is_flow], flows.signs[is_flow], flows.sizes[is_flow])
    if flows.changes == 0:
        return np.empty(0)
    if flows.changes > CHANGES:
        return _rate_from_logarithm(_zeros_between(flows, _grid(flows)))
    ladder = [flows]
    while (lower := ladder[-1].derivative()).changes > 0:
        ladder.append(lower)
    zeros = np.empty(0)
    for step in reversed(ladder):  # from the simplest derivative up to the flows themselves
        zeros = _zeros_between(step, zeros)
    return _rate_from_logarithm(zeros)


def _grid(flows: Flows) -> Array:
    """Return points, dense around zero, up to where the first or the last flow outweighs all others together."""
    ends = []
    for edge, direction in ((-1, -1.0), (0, 1.0)):
        alone = np.full(flows.times.size, -1.0)
        alone[edge] = 1.0
        dominance = Flows(flows.times, alone, flows.sizes)
        reach = 1.0 / flows.span
        while dominance.balance(np.array([direction * reach]))[0][0] <= 0:
            reach *= 2.0
        ends.append(direction * reach)
    low, high = np.arcsinh(np.multiply(ends, flows.span))
    return np.asarray(np.sinh(np.linspace(low, high, GRID)) / flows.span)


def _zeros_between(flows: Flows, points: Array) -> Array:
    """Return the given points at which the sum touches zero, and the zero between each two points of opposite sign."""
    values = np.concatenate([flows.balance(part)[0] for part in np.array_split(points, points.size // 64 + 1)])
    # Twice, for these points are zeros of a derivative only up to rounding.
    inner = np.where(np.abs(values) <= 2 * TOUCHING, 0.0, np.sign(values))
    # At a rate of -100 % the last flow outweighs all others, at an infinite rate the first.
    signs = np.concatenate([flows.signs[-1:], inner, flows.signs[:1]])
    ends = np.concatenate([[-np.inf], points, [np.inf]])
    crossed = signs[:-1] * signs[1:] < 0
    crossings = zeros_within(flows, ends[:-1][crossed], ends[1:][crossed], signs[1:][crossed])
    return np.sort(np.concatenate([points[inner == 0], crossings]))
