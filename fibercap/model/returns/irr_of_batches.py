"""Rates of return of many series at once, each of which has exactly one.

One matrix product gives a short Taylor series for each; Halley's method then solves all of them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fibercap.core.units import Array

CHUNK: Final = 8192
"""Number of series that are solved together, so that they fit in the cache."""
PRODUCT: Final = 2**18
"""Largest size of a matrix product that BLAS does on one thread; several threads would wait on busy cores."""
REACH: Final = 3.0
"""Largest distance of a result from the middle of the Taylor series, as a logarithm over the span of time."""
TERMS: Final = 21
"""Terms of the Taylor series; at `REACH` the next term is below (REACH / 2) ** TERMS / TERMS! = 1e-16 of the flows."""
PASSES: Final = (8, 12, TERMS)
"""Terms of the series in each step of Halley's method after the first, which reads three; early ones need few."""
SURE: Final = 1e-5
"""A series has converged if a Newton step would be this small; the error after Halley's step is about its cube."""
LONGEST: Final = 8.0
"""Largest step."""
TINY: Final = 1e-140
"""Sums below this would lose digits when they are squared, because the square is nearly a subnormal number."""
ROUNDS: Final = 4
"""Number of times that a middle is chosen: first for all series, then for those out of its reach."""
FEW: Final = 64
"""Smallest number of series with a middle of their own."""
STEPS: Final = 12
"""Largest number of steps for series that are solved one by one."""


def quick_rates(times: Array, cash_flows: Array) -> Array:
    """Return the logarithm of one plus the rate of each series that clearly has exactly one rate, nan for the others.

    Parameters
    ----------
    times : (event,)
        Ascending, two or more, the first one 0.
    cash_flows : (member, event)
        Inflows positive, outflows negative.

    Returns
    -------
    (member,) [1 per unit of time]
        nan if the sign of the flows does not change exactly once, or if the iteration does not converge.

    Source
    ------
    Own derivation. With p = t / span - 1/2 and u = span log(1 + rate), a rate is a zero of F(u) = sum of c exp(-p u).
    Around a middle m this is the sum over k of (u - m) ** k times sum of c exp(-p m) (-p) ** k / k!, the same weights
    for every series. Where |u - m| <= REACH, the powers of p (u - m) are below those of REACH / 2.

    A small step proves a zero, and how near: let the sign change at q. The slope of G(u) = exp(q u) F(u) is the sum of
    (q - p) c exp((q - p) u), whose terms have one sign, and further derivatives are no larger, as |q - p| <= 1. So
    within twice a step of Newton's method on G, if that is below 1/2, lies a zero (Kantorovich), and after a step s of
    Halley's less than s ** 3 is left.
    """
    flows = np.ascontiguousarray(cash_flows)
    with np.errstate(all="ignore"):
        places = times / times[-1] - 0.5
        guesses, converged = np.full(len(flows), np.nan), np.zeros(len(flows), dtype=bool)
        middle = _common_middle(places, flows[:: len(flows) // FEW + 1])
        parts: list[tuple[slice | NDArray[np.int_], float]]
        parts = [(slice(first, first + CHUNK), middle) for first in range(0, len(flows), CHUNK)]
        for _ in range(ROUNDS):
            for part, middle in parts:
                guesses[part], converged[part] = _solve_near(middle, places, flows[part])
            remaining = np.flatnonzero(~converged & np.isfinite(guesses))
            parts = [(part, float(np.median(guesses[part]))) for part in _group_by_guess(remaining, guesses[remaining])]
        for part in np.array_split(remaining, len(remaining) // CHUNK + 1):
            guesses[part], converged[part] = _solve_each(guesses[part], places, flows[part])
    return np.where(converged, guesses / times[-1], np.nan)


def _common_middle(places: Array, flows: Array) -> float:
    """Return one middle for all series, estimated from some of them."""
    middle = 0.0
    for _ in range(ROUNDS):
        guesses, converged = _solve_near(middle, places, flows)
        guesses = guesses[np.isfinite(guesses)]
        middle = float(np.median(guesses)) if guesses.size else 0.0
        if np.count_nonzero(converged) > len(flows) // 2:
            break
    return middle


def _group_by_guess(members: NDArray[np.int_], guesses: Array) -> list[NDArray[np.int_]]:
    """Return groups of members with similar guesses."""
    windows = np.rint(guesses / REACH)
    order = np.argsort(windows, kind="stable")
    groups = np.split(members[order], np.flatnonzero(np.diff(windows[order])) + 1)
    return [part for group in groups if group.size >= FEW for part in np.array_split(group, group.size // CHUNK + 1)]


def _solve_near(middle: float, places: Array, flows: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the zeros of the series near a middle, (member,), and whether each has converged.

    A zero that has not converged is a guess; it is nan unless the flows change sign exactly once.
    """
    orders = np.arange(TERMS)[:, np.newaxis]
    weights = np.exp(-places * middle) * np.cumprod(np.where(orders, -places / np.maximum(orders, 1), 1.0), axis=0)
    terms = np.empty((TERMS, len(flows)))
    strip = max(PRODUCT // weights.size, 1)
    for first in range(0, len(flows), strip):
        np.matmul(weights, flows[first : first + strip].T, out=terms[:, first : first + strip])
    turn = _time_of_sign_change(places, flows)
    away = 0.0 * turn
    away -= _halley_step(terms[0], terms[1].copy(), terms[2].copy(), turn)  # in the middle itself
    for count in PASSES:
        value, slope, bend = _evaluate_polynomials(terms[:count], away)
        away -= _halley_step(value, slope, bend, turn)
    steep = np.abs(slope)
    sure = (np.abs(value) <= SURE * steep) & (steep > TINY)
    return middle + away, sure & (np.abs(away) <= REACH)


def _solve_each(guesses: Array, places: Array, flows: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the zeros from a guess for each series, and whether each has converged, without a Taylor series.

    Far from the zero, Newton's method on log(later / earlier flows) is better, because that is nearly a straight line.
    After a small step s the error is below s ** 2: the slope of the line is the distance between the mean times of the
    two parts, and its curvature, the difference of their variances, is smaller.
    """
    late = places >= _time_of_sign_change(places, flows)[:, np.newaxis]
    moments = np.stack([np.ones(places.size), places], axis=1)
    for _ in range(STEPS):
        worths = np.abs(flows) * np.exp(np.multiply.outer(-guesses, places))
        (early, early_sum), (later, later_sum) = ((np.where(part, worths, 0.0) @ moments).T for part in (~late, late))
        move = np.clip(np.log(later / early) / (later_sum / later - early_sum / early), -LONGEST, LONGEST)
        guesses = guesses + move
    return guesses, (np.abs(move) <= SURE**1.5) & (np.minimum(early, later) > TINY)


def _halley_step(value: Array, slope: Array, bend: Array, turn: Array) -> Array:
    """Return a step of Halley's method on exp(turn * u) times a function.

    The function is given by its value, slope and half its curvature; the last two become those of the product.
    """
    tilt = turn * value
    step = 0.5 * tilt
    step += slope  # of the untilted function
    step *= turn
    bend += step
    slope += tilt
    bend *= value
    square = slope * slope
    square -= bend
    np.multiply(value, slope, out=step)
    step /= square
    return np.clip(step, -LONGEST, LONGEST, out=step)


def _time_of_sign_change(places: Array, flows: Array) -> Array:
    """Return the scaled time at which each series changes sign, (member,), nan unless it changes once."""
    event = _event_of_sign_change(flows < 0)
    unclear = np.flatnonzero(event < 0)
    if unclear.size:
        chosen = flows[
            unclear
        ]  # zeros counted as inflows so far; now they take the sign before them, or the first sign
        first = np.argmax(chosen != 0, axis=1)[:, np.newaxis]
        last = np.maximum.accumulate(np.where(chosen == 0, first, np.arange(places.size)), axis=1)
        filled = np.take_along_axis(chosen, last, axis=1)
        event[unclear] = _event_of_sign_change(filled < 0)
    return np.where(event < 0, np.nan, places[event])


def _event_of_sign_change(outflow: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Return the event at which each series changes sign, (member,), -1 unless it changes once."""
    members, events = outflow.shape
    flat = outflow.ravel()
    # one comparison of all, for rows are short; from one series to the next is no change
    changed = np.zeros(flat.size, dtype=bool)
    np.not_equal(flat[1:], flat[:-1], out=changed[1:])
    changed[::events] = False
    places = np.flatnonzero(changed)
    member = places // events
    event = np.full(members, -1)
    event[member] = places - events * member
    event[member[1:][member[1:] == member[:-1]]] = -1
    return event


def _evaluate_polynomials(terms: Array, away: Array) -> tuple[Array, Array, Array]:
    """Return the value, slope and half the curvature of polynomials, one for each column, by Horner's rule."""
    value, slope, bend = terms[-1] * away + terms[-2], terms[-1].copy(), np.zeros(away.size)
    for row in terms[-3::-1]:
        bend *= away
        bend += slope
        slope *= away
        slope += value
        value *= away
        value += row
    return value, slope, bend
