"""Tests of ratios that look ahead to cash which they bar: tried until what they say is what was barred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.cells import CircularError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from fibercap.core.units import Array

    Settled = dict[str, Array]

LAST_ROUNDS: Final = 6
"""The last rounds: results that still change in them are tried in every combination."""
MOST: Final = 8
"""Largest number of changing results of a plan of which every combination is tried."""


def settle_or_try(
    settle_with: Callable[[Mapping[str, Array]], Settled], labels: Sequence[str], locks: Mapping[str, str]
) -> Settled:
    """Return the values of all rows: computed in their order, or tried until tests say what was assumed of them.

    Parameters
    ----------
    settle_with : callable
        Returns all rows for assumed results of tests, by path, (period,) or (sample, period).
    labels : sequence of str
        The names of the periods, for the message.
    locks : mapping
        By path of each lock-up and draw stop, the row of its test.

    Raises
    ------
    CircularError
        If a cell depends on itself, and none of the tests can be what makes it so.
    FibercapError
        If no results of tests are found that agree with themselves.

    Source
    ------
    Own derivation, docs/decisions/lock-up.md: the results of a round are assumed in the next one, at first that nothing
    is barred. Results that go on changing are tried in all combinations, so that the number of rounds is bounded.
    """
    try:
        return settle_with({})
    except CircularError:  # a ratio looks ahead to what it bars: no order exists, so try
        if not locks:
            raise
    rounds = [dict.fromkeys(locks.values(), np.zeros(len(labels)))]
    while len(rounds) < len(labels) + 2:
        values = settle_with(rounds[-1])
        tests = {row: values[row] for row in rounds[-1] if row in values}  # the others do not wait for cash
        # Exact equality is right here: results of tests are 0 or 1.
        if len(tests) == len(rounds[-1]) and all(np.array_equal(tests[row], rounds[-1][row]) for row in tests):
            return values
        rounds.append(tests)
    rows = list(rounds[-1])
    last = [_side_by_side(results, rows) for results in rounds[-LAST_ROUNDS:]]
    changing = np.ptp(np.stack(np.broadcast_arrays(*last)), axis=0) > 0
    agreed = _combination(settle_with, rows, last[-1], changing)
    if agreed is None:
        raise _never_settles(locks, labels[np.flatnonzero(np.atleast_2d(changing).any(axis=0))[0] % len(labels)])
    return settle_with(_by_row(agreed, rows))


def _combination(
    settle_with: Callable[[Mapping[str, Array]], Settled],
    rows: Sequence[str],
    results: Array,
    changing: npt.NDArray[np.bool_],
) -> Array | None:
    """Return results that agree with themselves, each sample its first ones, (..., row and period); None without."""
    bit, count = np.maximum(np.cumsum(changing, axis=-1) - 1, 0), int(changing.sum(axis=-1).max())
    agreed, done = results, np.zeros(changing.shape[:-1], dtype=bool)
    for number in range(2**count if count <= MOST else 0):
        tried = np.where(changing, number >> bit & 1, results).astype(float)
        agrees = (_side_by_side(settle_with(_by_row(tried, rows)), rows) == tried).all(axis=-1) & ~done
        agreed, done = np.where(agrees[..., np.newaxis], tried, agreed), done | agrees
        if done.all():
            return agreed
    return None


def _side_by_side(results: Mapping[str, Array], rows: Sequence[str]) -> Array:
    return np.concatenate(np.broadcast_arrays(*(results[row] for row in rows)), axis=-1)


def _by_row(results: Array, rows: Sequence[str]) -> dict[str, Array]:
    return dict(zip(rows, np.split(results, len(rows), axis=-1), strict=True))


def _never_settles(locks: Mapping[str, str], first: str) -> FibercapError:
    names = ", ".join(f"`{path}`" for path in locks)
    what = "dividends" if all(path.endswith(".lock_up") for path in locks) else "draws or dividends"
    message = f"{names} never settles: it bars {what} on which it depends itself, first at the end of {first}"
    return FibercapError("never_settles", message, "test a ratio of the past")
