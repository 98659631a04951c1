"""Each period's spending shared among those who pay."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array


def pay(uses: Array, limits: list[Array], may: list[Array], worth: list[Array], order: str) -> list[Array]:
    """Share each period's spending among the sources.

    Parameters
    ----------
    uses : (period,) or (draw, period)
        Spending. [money]
    limits : list of () or (draw, 1)
        The most that each source pays in all, in its own currency. [money]
    may : list of (period,)
        1 where a source is available, else 0.
    worth : list of (), (period,) or (draw, period)
        What a source's currency is worth; `()` for the reporting one. [1]
    order : str
        `in_order`: each pays what it can, in turn; `pro_rata`: in proportion to what each still has to pay.

    Returns
    -------
    list of (..., period)
        What each source pays, in the reporting currency; together at most the uses. [money]

    Source
    ------
    Own derivation: between two changes of who is available, or of what a currency is worth, cumulative payments are
    cumulative uses cut at the limits.
    """
    count = uses.shape[-1]
    shape = np.broadcast_shapes(uses.shape, *map(np.shape, (*limits, *worth)))  # who pays later depends on all before
    paid = [np.zeros(shape) for _ in limits]
    left = [np.asarray(limit, dtype=float) for limit in limits]
    changes = {0, count} | {int(k) for m in may for k in np.flatnonzero(np.diff(m)) + 1}
    if any(np.ndim(rate) for rate in worth):
        changes = set(range(count + 1))
    for start, end in pairwise(sorted(changes)):
        spent = np.cumsum(uses[..., start:end], axis=-1)
        rates = [rate[..., start : start + 1] if np.ndim(rate) else rate for rate in worth]
        able = [amount * m[start] * rate for amount, m, rate in zip(left, may, rates, strict=True)]
        room = sum(able, start=np.asarray(0.0))
        taken = np.minimum(spent, room)
        before: Array = np.asarray(0.0)
        for source, amount in enumerate(able):
            if order == "in_order":
                reached = np.clip(taken - before, 0.0, amount)
            else:
                reached = taken * np.divide(amount, room, out=np.zeros(np.shape(room)), where=room > 0)
            before = before + amount
            paid[source][..., start:end] = np.diff(reached, axis=-1, prepend=0.0)
            left[source] = left[source] - reached[..., -1:] / rates[source]
    return paid
