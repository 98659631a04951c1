"""Until when a loan may be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.timeline import month_number

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan


def available_until(loan: Loan, planned: Array | None) -> Array:
    """Return the month number up to which undrawn money may be drawn, and costs its fee. [month]

    Parameters
    ----------
    loan : Loan
        The contract.
    planned : () or (sample, 1), or None
        Month number of the last draw that funding plans; None if it plans none. [month]
    """
    if loan.fees.available_until:
        return np.asarray(month_number(loan.fees.available_until))
    if loan.revolves:
        return np.asarray(month_number(loan.maturity))
    last = month_number(max(loan.draws)) if loan.draws else month_number(loan.signed)
    return np.maximum(last, planned) if planned is not None else np.asarray(last)
