"""Each period's spending shared among those who pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array

DUST: Final = 1e-12
"""If less than this share of a limit is left, it is the remnant of rounding and counts as nothing."""


def pay(
    uses: Array, limits: list[Array], may: list[Array], worth: list[Array], order: str
) -> tuple[list[Array], Array]:
    """Share each period's spending among the sources, period by period.

    Parameters
    ----------
    uses : (period,) or (sample, period)
        Spending. [money]
    limits : list of () or (sample, 1)
        The most that each source pays in all, in its own currency; infinite for one that pays whatever is left. [money]
    may : list of (period,)
        1 where a source is available, else 0.
    worth : list of (), (period,) or (sample, period)
        The value of a unit of each source's currency in the reporting one; `()` for the reporting one. [1]
    order : str
        `in_order`: each pays what it can, in turn; `pro_rata`: in proportion to what each still has to pay.

    Returns
    -------
    list of (..., period)
        What each source pays, in the reporting currency. [money]
    (..., period)
        What is left, which no source pays. [money]

    Source
    ------
    docs/conventions.md, section 5. What a source paid last is what was left for it, not a difference of running totals,
    so that the parts add up to the whole without a remnant.
    """
    count = uses.shape[-1]
    shape = np.broadcast_shapes(uses.shape, *map(np.shape, (*limits, *worth)))  # each depends on sources before it
    plain = len(shape) == 1
    spending, rates = _columns(uses, count, plain=plain), [_columns(rate, count, plain=plain) for rate in worth]
    left: list[Any] = [_columns(limit, count, plain=plain)[0] for limit in limits]
    least = [DUST * limit if np.all(np.isfinite(limit)) else 0.0 for limit in left]
    paid, gap = [np.zeros(shape) for _ in limits], np.zeros(shape)
    share = _in_order if order == "in_order" else _pro_rata
    for period in np.flatnonzero(np.any(uses.reshape(-1, count) != 0, axis=0)).tolist():
        spent, worths = spending[period], [rate[period] for rate in rates]
        known = zip(left, least, may, worths, strict=True)
        parts = share(spent, [rest * (rest > few) * rate if m[period] else 0.0 for rest, few, m, rate in known])
        for source, amount in enumerate(parts):
            paid[source][..., period] = amount
            left[source] = left[source] - amount / worths[source]
            spent = spent - amount
        gap[..., period] = spent * (spent > 0)
    return paid, gap


def _columns(values: Array, count: int, *, plain: bool) -> list[Any]:
    """Return the value of each period, a number or (sample,); a value without periods is repeated."""
    values = np.asarray(values)
    if values.shape[-1:] != (count,):
        column = values if values.ndim == 0 else values[..., 0]
        return [float(column) if plain else column] * count
    return values.tolist() if plain else list(np.moveaxis(values, -1, 0))


def _lesser(one: Any, other: Any) -> Any:
    return min(one, other) if isinstance(one, float) and isinstance(other, float) else np.minimum(one, other)


def _in_order(spent: Any, able: list[Any]) -> list[Any]:
    """Return what each source pays, in turn as much as it can."""
    parts = []
    for amount in able:
        parts.append(_lesser(spent, amount))
        spent = spent - parts[-1]
    return parts


def _pro_rata(spent: Any, able: list[Any]) -> list[Any]:
    """Return what each source pays, in proportion to what it can pay."""
    room = sum(able, start=spent * 0.0)
    taken = _lesser(spent, room)
    return [taken * amount / (room + (room == 0)) for amount in able]
