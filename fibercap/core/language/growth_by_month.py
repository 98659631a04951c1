"""How much a series has grown in each month after its last key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.language.growth import Growth
    from fibercap.core.language.series import Series
    from fibercap.core.units import Array


def factors_by_month(growth: Growth, index: Series | None, months: Array, year_ends: int) -> Array:
    """Return by how much a series has grown in each month, (month,) or (sample, month). [1]

    Parameters
    ----------
    growth : Growth
        How it grows.
    index : Series or None
        The rates by which it grows, if an index gives them. [1/year]
    months : (month,)
        The month number at which each month begins, from the one after that of the last key on. [month]
    year_ends : int
        The month in which years end, from 1 to 12.

    Source
    ------
    docs/conventions.md, section 1, Growth; a month at a time, without the formulas of `growth_rows`.
    """
    rate = np.asarray(growth.rate if index is None else 0.0)
    for number, value in enumerate(index.values if index is not None else ()):
        holds = np.searchsorted(index.starts[1:], months, side="right") == number  # type: ignore[union-attr]  # None has no values to run over
        rate = rate + value * holds
    if growth.every == "month":
        steps = (1.0 + rate) ** (1 / 12) * np.ones(len(months))
    else:
        steps = np.where((months - year_ends) % 12 == 0, 1.0 + rate, 1.0)
    return np.asarray(np.cumprod(steps, axis=-1))
