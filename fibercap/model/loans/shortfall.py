"""Payments that do not even cover the interest: found, and said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.loans.flows import HALF_A_CENT

if TYPE_CHECKING:
    from fibercap.model.loans.flows import Flows
    from fibercap.model.loans.grid import Grid


def first_shortfall(grid: Grid, flows: Flows, money: str) -> str:
    """Return the first payment below the interest due with it, in words; "" if there is none.

    Parameters
    ----------
    grid : Grid
        A loan's events.
    flows : Flows
        What happens at each; the style sets payments.
    money : str
        The loan's currency.
    """
    if not flows.fell_short:
        return ""
    due = (grid.repays > 0) & (grid.is_final == 0)
    short = due & (flows["opening"] > 0) & (flows["installment"] < flows["interest_due"] - HALF_A_CENT)
    if not short.any():
        return ""
    spot = tuple(np.argwhere(short)[0])
    draw = f" in draw {spot[0]}" if len(spot) > 1 else ""
    shape = short.shape
    paid, interest = (float(np.broadcast_to(v, shape)[spot]) for v in (flows["installment"], flows["interest_due"]))
    return (
        f"a payment of {paid:,.2f} {money} on {grid.dates[spot[-1]]} "
        f"against interest of {interest:,.2f} {money}{draw}; the loan would grow instead of being repaid"
    )
