"""Each period's spending shared among those who pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array

DUST: Final = 1e-12
"""Share of a limit below which what is left of it is what rounding leaves."""


def pay(uses: Array, limits: list[Array], may: list[Array], worth: list[Array], order: str) -> tuple[list[Array], Array]:
    """Share each period's spending among the sources, period by period.

    Parameters
    ----------
    uses : (period,) or (draw, period)
        Spending. [money]
    limits : list of () or (draw, 1)
        The most that each source pays in all, in its own currency; infinite for one that pays whatever is left. [money]
    may : list of (period,)
        1 where a source is available, else 0.
    worth : list of (), (period,) or (draw, period)
        What a source's currency is worth; `()` for the reporting one. [1]
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
    shape = np.broadcast_shapes(uses.shape, *map(np.shape, (*limits, *worth)))  # who pays later depends on all before
    paid = [np.zeros(shape) for _ in limits]
    gap = np.zeros(shape)
    left: list[Any] = [_column(limit, 0) for limit in limits]
    least = [DUST * limit if np.all(np.isfinite(limit)) else 0.0 for limit in left]
    for period in range(count):
        spent = _column(uses, period)
        if not np.any(spent):
            continue
        rates = [_column(rate, period) for rate in worth]
        known = zip(left, least, may, rates, strict=True)
        able = [np.where(rest > few, rest, 0.0) * rate if m[period] else 0.0 for rest, few, m, rate in known]
        parts = _in_order(spent, able) if order == "in_order" else _pro_rata(spent, able)
        for source, amount in enumerate(parts):
            paid[source][..., period] = amount
            left[source] = left[source] - amount / rates[source]
            spent = spent - amount
        gap[..., period] = np.maximum(spent, 0.0)
    return paid, gap


def _column(values: Array, period: int) -> Any:  # noqa: ANN401 - a number or an array (draw,)
    """Return the values of one period, `()` or `(draw,)`; a value of all periods stands for each."""
    values = np.asarray(values)
    return values[..., period if values.shape[-1:] != (1,) else 0] if values.ndim else values


def _in_order(spent: Any, able: list[Any]) -> list[Any]:  # noqa: ANN401 - a number or an array (draw,)
    """Return what each pays in turn."""
    parts = []
    for amount in able:
        parts.append(np.minimum(spent, amount))
        spent = spent - parts[-1]
    return parts


def _pro_rata(spent: Any, able: list[Any]) -> list[Any]:  # noqa: ANN401 - a number or an array (draw,)
    """Return what each pays in proportion to what it is able to pay."""
    room = np.asarray(sum(able, start=np.zeros(np.shape(spent))))
    taken = np.minimum(spent, room)
    whole = np.where(room > 0, room, 1.0)
    return [taken * amount / whole for amount in able]
