"""How a workbook finds rates of return: a grid of rates, and the values of its cells when exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.model.returns.rate_choice import LEAST, MOST

if TYPE_CHECKING:
    from fibercap.core.units import Array

_INSIDE: Final = (
    LEAST, -0.4, -0.3, -0.25, *(step / 40 for step in range(-8, 17)), 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4,
    1.6, 2, 2.5, 3, 4, 6, MOST,
)  # fmt: skip
_BELOW: Final = (1e-40, 1e-10, 1e-4, 0.01, 0.1, 0.2, 0.35)
_ABOVE: Final = (21, 51, 101, 1e3, 1e5, 1e10, 1e40)
"""One plus the rate, for rates too low or too high to be plausible."""
FAR: Final = 1e5
"""The logarithm of a rate at which the first or the last flow, a day from the others, outweighs them."""
GRID: Final = np.array([-FAR, *np.log(_BELOW), *np.log1p(_INSIDE), *np.log(_ABOVE), FAR])
"""The logarithms of one plus the rates."""
LEAST_AT: Final = 1 + len(_BELOW)
MOST_AT: Final = LEAST_AT + len(_INSIDE) - 1
STEPS: Final = 10
ROUNDED: Final = 11
"""Digits to which the balance is rounded; what rounds to zero counts as zero."""


class RateBracket(NamedTuple):
    """An interval that holds one rate: the number of its point on the grid, and its ends as log(1 + rate)."""

    number: int
    low: float
    high: float


class GridScan(NamedTuple):
    """The balance of flows at each point of the grid, and the intervals that hold rates.

    `turns` is log(1 + rate) of an extremum near a point where the balance does not change its sign, and `turn_balance`
    the balance there; both are nan elsewhere. `counts` is the number of rates up to each point.
    """

    balance: Array
    turns: Array
    turn_balance: Array
    counts: Array
    brackets: list[RateBracket]


def ends(times: Array, flows: Array) -> list[float]:
    """Return the first and last time of inflows, then those of outflows; nan where there are none. [year]"""
    parts = [times[flows > 0], times[flows < 0]]
    return [float(bound(part)) if len(part) else np.nan for part in parts for bound in (np.min, np.max)]


def balance(x: Array, times: Array, flows: Array) -> tuple[Array, Array]:
    """Return log(inflows / outflows), both discounted, at each logarithm x of one plus a rate; and its slope.

    Source
    ------
    As `fibercap.model.returns.roots`: it has the zeros of the worth of the flows, but is nearly a straight line.
    """
    totals = []
    for part in (flows > 0, flows < 0):
        exponents = np.log(np.abs(flows[part])) - x[:, np.newaxis] * times[part]
        peak = exponents.max(axis=-1)
        weights = np.exp(exponents - peak[:, np.newaxis])
        total = weights.sum(axis=-1)
        totals.append((peak + np.log(total), weights @ times[part] / total))
    (inflows, early), (outflows, late) = totals
    return inflows - outflows, late - early


def scan_grid(times: Array, flows: Array) -> GridScan | None:
    """Return the balance of flows on the grid and where rates lie; None where all flows have one sign."""
    if not ((flows > 0).any() and (flows < 0).any()):
        return None
    value = np.round(balance(GRID, times, flows)[0], ROUNDED)
    before, after = np.concatenate([[0.0], value[:-1]]), np.concatenate([value[1:], [0.0]])
    dips = (before * value > 0) & (value * after > 0)
    dips &= (np.abs(value) <= np.abs(before)) & (np.abs(value) < np.abs(after))
    turns, turned = np.full(GRID.size, np.nan), np.full(GRID.size, np.nan)
    for number in np.flatnonzero(dips).tolist():
        turns[number] = _vertex(GRID[number - 1 : number + 2], value[number - 1 : number + 2])
    turned[dips] = np.round(balance(turns[dips], times, flows)[0], ROUNDED)
    pairs, touches = dips & (turned * value < 0), dips & (turned == 0)
    rates_here = (value == 0) + 1.0 * (value * after < 0) + 2.0 * pairs + touches
    brackets = []
    for number in np.flatnonzero(rates_here).tolist():
        low, high, turn = GRID[max(number - 1, 0)], GRID[min(number + 1, GRID.size - 1)], turns[number]
        if np.isnan(turn):
            brackets.append(RateBracket(number + 1, GRID[number], high))
        else:
            brackets += [RateBracket(number + 1, low, turn), RateBracket(number + 1, turn, high)][
                : int(rates_here[number])
            ]
    return GridScan(value, turns, turned, np.cumsum(rates_here), brackets)


def _vertex(x: Array, y: Array) -> float:
    """Return the x of the vertex of a parabola through three points."""
    left, right = (x[1] - x[0]) * (y[1] - y[2]), (x[1] - x[2]) * (y[1] - y[0])
    return float(x[1] - ((x[1] - x[0]) * left - (x[1] - x[2]) * right) / (left - right) / 2)


def newton_steps(bracket: RateBracket, times: Array, flows: Array) -> list[float]:
    """Return the middle of a bracket, then the results of Newton's steps from there, which do not leave it."""
    iterates = [(bracket.low + bracket.high) / 2]
    for _ in range(STEPS):
        value, slope = balance(np.array(iterates[-1:]), times, flows)
        iterates.append(float(np.median([bracket.low, bracket.high, iterates[-1] - value[0] / slope[0]])))
    return iterates
