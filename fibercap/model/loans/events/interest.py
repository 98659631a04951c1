"""Interest on one unit of money over a time: rate x time, compounded as the loan says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.model.loans.repayment.moment import by_event, float_or_array

if TYPE_CHECKING:
    from collections.abc import Collection

    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan


def interest_on_one(loan: Loan, rate: Array, fraction: Array) -> Array:
    """Return the interest on one unit of money over a fraction of a year, (...). [1]

    Parameters
    ----------
    loan : Loan
        Says how its rate compounds.
    rate : (...)
        Interest for one year. [1/year]
    fraction : (...)
        Time as a share of a year. [year]

    Source
    ------
    docs/conventions.md, section 4: nominal, effective, and semiannual compounding as Canadian mortgages use it.
    """
    if loan.compounding == "nominal":
        return rate * fraction
    times = 1.0 if loan.compounding == "effective" else 2.0
    return np.asarray(np.expm1(times * fraction * np.log1p(rate / times)))


def interest_on_one_by_event(loan: Loan, rate: Array, steps: tuple[int, ...], fractions: Array) -> list[Any]:
    """Return the interest on one unit of money up to each event; equal fractions at one rate are computed once.

    Parameters
    ----------
    loan : Loan
        Says how its rate compounds.
    rate : (..., event)
        [1/year]
    steps : (event,)
        The number of the rate in force at each event.
    fractions : (event,)
        Time since the event before. [year]

    Returns
    -------
    a list of scalar or (sample,), one for each event [1]

    Source
    ------
    docs/conventions.md, section 4, Interest; see `interest_on_one`.
    """
    if len(set(steps)) > 1:
        return by_event(interest_on_one(loan, rate, fractions))
    lengths = fractions.tolist()
    by_length = interest_on_one_by_length(loan, rate, set(lengths))
    return [by_length[length] for length in lengths]


def interest_on_one_by_length(loan: Loan, rate: Array, lengths: Collection[float]) -> dict[float, Any]:
    """Return the interest on one unit of money at one rate, scalar or (sample,), by length of time. [1]

    Parameters
    ----------
    loan : Loan
        Says how its rate compounds.
    rate : (..., 1)
        [1/year]
    lengths : (length,)
        Times, each once. [year]

    Source
    ------
    See `interest_on_one`.
    """
    only = float_or_array(rate[..., 0])
    return {length: float_or_array(interest_on_one(loan, only, np.asarray(length))) for length in lengths}
