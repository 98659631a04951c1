"""The all-in cost of a loan, and its average life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.returns.explained_rates import explained_rates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan


def effective_cost(days: Array, flows: Array) -> tuple[Array, str, str]:
    """Return the effective annual rate of the borrower's flows by actual days / 365, (sample,). [1/year]

    Two texts follow it: why it is undefined, if it is, and a remark that names other rates.

    Parameters
    ----------
    days : (event,)
        Serial days, in any order.
    flows : (event,) or (sample, event)
        What the borrower receives, less what it pays. [money]

    Source
    ------
    docs/conventions.md, section 7, and docs/decisions/absurd-rates.md.
    """
    return explained_rates((days - np.min(days)) / 365, np.atleast_2d(flows))


def average_life(loan: Loan, value: Mapping[str, Array], least: Array) -> Array:
    """Return balance times time over all that is drawn, (sample,); nan if that is no more than `least`. [year]

    Parameters
    ----------
    loan : Loan
        Says how days are counted.
    value : (event,) or (sample, event)
        Rows of the schedule by key. [money]
    least : scalar or (sample,)
        The largest amount that counts as no money. [money]

    Source
    ------
    docs/conventions.md, section 7: periods under `equal_periods`, else actual days / 365.
    """
    drawn = np.atleast_2d(value["drawn"]).sum(axis=-1)
    carried = carried_years(loan, value)
    shape = np.broadcast_shapes(carried.shape, drawn.shape)
    counts = np.broadcast_to(drawn > np.ravel(least), shape)
    return np.asarray(np.divide(carried, drawn, out=np.full(shape, np.nan), where=counts))


def carried_years(loan: Loan, value: Mapping[str, Array]) -> Array:
    """Return balance times time, added up over the events, (sample,). [money*year]

    Parameters
    ----------
    loan : Loan
        Says how days are counted.
    value : (event,) or (sample, event)
        Rows of the schedule by key. [money]

    Source
    ------
    docs/conventions.md, section 7: periods under `equal_periods`, else actual days / 365.
    """
    dates = value["date"]
    years = value["year_fraction"] if loan.day_count == "equal_periods" else np.diff(dates, prepend=dates[0]) / 365
    return np.asarray((np.atleast_2d(value["opening"]) * years).sum(axis=-1))
