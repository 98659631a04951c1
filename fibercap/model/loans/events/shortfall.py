"""Payments that do not cover the interest, and the message about the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.events.flows import Flows
    from fibercap.model.loans.events.grid import Grid


def first_shortfall(grid: Grid, flows: Flows, money: str, trifle: Array) -> str:
    """Return the first payment below the interest due with it, in words; "" if there is none.

    Parameters
    ----------
    grid : Grid
        A loan's events.
    flows : Flows
        What happens at each, under a style that sets payments.
    money : str
        The loan's currency.
    trifle : () or (sample, 1)
        The largest amount that counts as no money. [money]
    """
    if not flows.fell_short:
        return ""
    due = (grid.repays > 0) & (grid.is_final == 0)
    short = due & (flows["opening"] > trifle) & (flows["installment"] < flows["interest_due"] - trifle)
    if not short.any():
        return ""
    position = tuple(np.argwhere(short)[0])
    sample = f" in sample {position[0]}" if len(position) > 1 else ""
    shape = short.shape
    paid, interest = (float(np.broadcast_to(v, shape)[position]) for v in (flows["installment"], flows["interest_due"]))
    return (
        f"a payment of {paid:,.2f} {money} on {grid.dates[position[-1]]} "
        f"against interest of {interest:,.2f} {money}{sample}; the loan would grow instead of being repaid"
    )
