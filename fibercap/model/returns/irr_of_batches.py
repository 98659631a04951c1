"""Rates of many series at once, where each has exactly one.

One matrix product makes a short Taylor series of each, on which Halley's method runs for all of them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fibercap.core.units import Array

CHUNK: Final = 8192
"""Series that are solved together; so many fit the cache."""
PRODUCT: Final = 2**18
"""Products of so many multiplications BLAS does on one thread; several would wait for each other on busy cores."""
REACH: Final = 3.0
"""How far from the middle a rate is believed, in logarithms over the whole span of time."""
TERMS: Final = 21
"""Even there, the next term is below (REACH / 2) ** TERMS / TERMS! = 1e-16 of the flows."""
PASSES: Final = (3, 8, 12, TERMS)
"""Terms of the series in each step of Halley's method; the first steps need few."""
SURE: Final = 1e-5
"""A series is settled if a step of Newton's method would be this small: Halley's leaves its cube, below any digit."""
LONGEST: Final = 8.0
"""Steps are no longer than this."""
TINY: Final = 1e-140
"""Sums below it lose digits where they are squared: their squares are hardly normal numbers."""
ROUNDS: Final = 4
"""How often a middle is chosen: for all series, then for those that were out of its reach."""
FEW: Final = 64
"""Fewer than these are not worth a middle of their own."""
STEPS: Final = 12
"""Steps of a series that is solved alone."""


def quick_rates(times: Array, cash_flows: Array) -> Array:
    """Return the logarithm of one plus the rate of each series, nan where it is not plainly the only one.

    Parameters
    ----------
    times : (event,)
        Ascending, two or more, the first one 0.
    cash_flows : (member, event)
        Inflows positive, outflows negative.

    Returns
    -------
    (member,) [1 per unit of time]
        nan where the sign does not change or more than once, or a rate is not found quickly: too far off, for one.

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
        found, settled = np.full(len(flows), np.nan), np.zeros(len(flows), dtype=bool)
        middle = _common(places, flows[:: len(flows) // FEW + 1])
        parts: list[tuple[slice | NDArray[np.int_], float]]
        parts = [(slice(first, first + CHUNK), middle) for first in range(0, len(flows), CHUNK)]
        for _ in range(ROUNDS):
            for part, middle in parts:
                found[part], settled[part] = _near(middle, places, flows[part])
            left = np.flatnonzero(~settled & np.isfinite(found))
            parts = [(part, float(np.median(found[part]))) for part in _neighbors(left, found[left])]
        for part in np.array_split(left, len(left) // CHUNK + 1):
            found[part], settled[part] = _alone(found[part], places, flows[part])
    return np.where(settled, found / times[-1], np.nan)


def _common(places: Array, flows: Array) -> float:
    """Return a middle for all series, seen from some of them."""
    middle = 0.0
    for _ in range(ROUNDS):
        found, settled = _near(middle, places, flows)
        found = found[np.isfinite(found)]
        middle = float(np.median(found)) if found.size else 0.0
        if np.count_nonzero(settled) > len(flows) // 2:
            break
    return middle


def _neighbors(members: NDArray[np.int_], found: Array) -> list[NDArray[np.int_]]:
    """Return members whose guesses are close together, part by part."""
    windows = np.rint(found / REACH)
    order = np.argsort(windows, kind="stable")
    groups = np.split(members[order], np.flatnonzero(np.diff(windows[order])) + 1)
    return [part for group in groups if group.size >= FEW for part in np.array_split(group, group.size // CHUNK + 1)]


def _near(middle: float, places: Array, flows: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return where near a middle the series are worth nothing, (member,), and whether that is settled.

    What is not settled is a guess; nan where there is not one change of sign.
    """
    orders = np.arange(TERMS)[:, np.newaxis]
    weights = np.exp(-places * middle) * np.cumprod(np.where(orders, -places / np.maximum(orders, 1), 1.0), axis=0)
    terms = np.empty((TERMS, len(flows)))
    strip = max(PRODUCT // weights.size, 1)
    for first in range(0, len(flows), strip):
        np.matmul(weights, flows[first : first + strip].T, out=terms[:, first : first + strip])
    turn = _turn(places, flows)
    away = 0.0 * turn
    for count in PASSES:
        move, sure = _halley(*_taylor(terms[:count], away), turn)
        away -= move
    return middle + away, sure & (np.abs(away) <= REACH)


def _alone(found: Array, places: Array, flows: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the same, from a guess for each series, by its flows themselves.

    Far off, Newton's method on log(later / earlier flows) is better: that is nearly a straight line. A small step s
    leaves less than s ** 2, as the line's slope is the distance of their mean times, its bend less: their variances.
    """
    late = places >= _turn(places, flows)[:, np.newaxis]
    moments = np.stack([np.ones(places.size), places], axis=1)
    for _ in range(STEPS):
        worths = np.abs(flows) * np.exp(np.multiply.outer(-found, places))
        (early, early_sum), (later, later_sum) = ((np.where(part, worths, 0.0) @ moments).T for part in (~late, late))
        move = np.clip(np.log(later / early) / (later_sum / later - early_sum / early), -LONGEST, LONGEST)
        found = found + move
    return found, (np.abs(move) <= SURE**1.5) & (np.minimum(early, later) > TINY)


def _halley(value: Array, slope: Array, bend: Array, turn: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return a step of Halley's method on exp(turn * u) times a function, and whether it is the last one needed.

    The function is given by its value, slope and half its curvature.
    """
    tilt = turn * value
    bend += turn * (slope + 0.5 * tilt)
    slope += tilt
    steep = np.abs(slope)
    move = np.clip(value * slope / (slope * slope - value * bend), -LONGEST, LONGEST)
    return move, (np.abs(value) <= SURE * steep) & (steep > TINY)


def _turn(places: Array, flows: Array) -> Array:
    """Return where each series changes sign, (member,), nan unless once."""
    event = _change(flows < 0)
    unclear = np.flatnonzero(event < 0)
    if unclear.size:
        chosen = flows[unclear]  # where zeros, so far inflows, take the sign before them, or the first
        first = np.argmax(chosen != 0, axis=1)[:, np.newaxis]
        last = np.maximum.accumulate(np.where(chosen == 0, first, np.arange(places.size)), axis=1)
        filled = np.take_along_axis(chosen, last, axis=1)
        event[unclear] = _change(filled < 0)
    return np.where(event < 0, np.nan, places[event])


def _change(outflow: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Return the event at which each series changes, (member,), -1 unless one does."""
    changed = outflow[:, 1:] != outflow[:, :-1]
    member, before = np.divmod(np.flatnonzero(changed), changed.shape[1])
    event = np.full(len(outflow), -1)
    event[member] = before + 1
    event[np.bincount(member, minlength=len(outflow)) > 1] = -1
    return event


def _taylor(terms: Array, away: Array) -> tuple[Array, Array, Array]:
    """Return the value, slope and half the curvature of polynomials, one for each column, by Horner's rule."""
    value, slope, bend = terms[-1].copy(), np.zeros(away.size), np.zeros(away.size)
    for row in terms[-2::-1]:
        bend *= away
        bend += slope
        slope *= away
        slope += value
        value *= away
        value += row
    return value, slope, bend
