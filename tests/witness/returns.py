"""Rates of return: every rate at which flows are worth nothing (docs/conventions.md, section 7, rates of return)."""

import numpy as np

from tests.witness.dates import Row

LOWEST, HIGHEST, STEPS = -60.0, 25.0, 17_001


def find_rates(flows: Row, years: Row) -> list[float]:
    """Return all annual rates above -100 % that balance flows, found by halving on a fine grid of ln(1 + rate)."""
    largest = float(np.abs(flows).max(initial=0))
    if not largest:
        return []
    flows = np.where(np.abs(flows) < 1e-12 * largest, 0, flows)
    if flows.min() >= 0 or flows.max() <= 0:
        return []
    grid = np.linspace(LOWEST, HIGHEST, STEPS)
    signs = np.sign(weigh_all(flows, years, grid))
    rates = []
    for low, high, before, after in zip(grid[:-1], grid[1:], signs[:-1], signs[1:], strict=True):
        if before != after:
            rates.append(float(np.expm1(halve(flows, years, low, high))))
    return rates


def weigh_all(flows: Row, years: Row, growths: Row) -> Row:
    """Return the worth of flows at each logarithmic rate, scaled so that it never overflows."""
    exponents = -np.outer(growths, years)
    return np.asarray(np.exp(exponents - exponents.max(axis=1, keepdims=True)) @ flows)


def weigh(flows: Row, years: Row, growth: float) -> float:
    """Return the worth of flows at one logarithmic rate."""
    return float(weigh_all(flows, years, np.array([growth]))[0])


def halve(flows: Row, years: Row, low: float, high: float) -> float:
    """Return the root between two points with different signs."""
    sign = np.sign(weigh(flows, years, low))
    for _ in range(200):
        middle = (low + high) / 2
        if np.sign(weigh(flows, years, middle)) == sign:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def choose_rate(flows: Row, years: Row) -> float | None:
    """Return the rate of return, if it is one, or the only one from -50 % to 1,000 % (rules 1 to 3)."""
    rates = find_rates(flows, years)
    if len(rates) == 1:
        return rates[0]
    sensible = [rate for rate in rates if -0.5 <= rate <= 10]
    return sensible[0] if len(sensible) == 1 else None
