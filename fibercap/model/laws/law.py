"""A law of the books as it applies to one row, and the scale of the gap that it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array


class Law(NamedTuple):
    """A law as it applies to one row: the formula of its gap, zero if the law is kept, and the scale of the gap.

    The scale is the largest amount that enters the check: the largest value of the formulas in `balances`, of the
    formulas in `flows` summed from the start, of the books of the company if `company` is true, and of the balance of
    `loan`. Rounding by loan contracts may lower the row by up to `rounding`, (..., 1).
    """

    name: str
    row: str
    text: str
    balances: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    company: bool = False
    loan: str = ""
    rounding: Array | float = 0.0


def largest_amount(*balances: Array, flows: tuple[Array, ...] = ()) -> Array:
    """Return the largest of balances, and of flows summed from the start, (..., 1).

    The rounding error of a sum grows with every amount added, so a flow counts with all flows before it.

    Parameters
    ----------
    *balances : (..., period)
        Amounts that are compared as they are. [any unit]
    flows : tuple of (..., period)
        Amounts whose absolute values are summed over the periods. [any unit]
    """
    largest: Array = np.zeros(1)
    for balance in balances:
        largest = np.maximum(largest, np.max(np.abs(balance), axis=-1, keepdims=True, initial=0.0))
    for flow in flows:
        largest = np.maximum(largest, np.sum(np.abs(flow), axis=-1, keepdims=True))
    return largest
