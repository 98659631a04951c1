"""Net present values and rates of return of plain numbers, dates and arrays, without units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.daycount import year_fraction
from fibercap.model.returns.roots import all_rates, only_rate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import ArrayLike

    from fibercap.core.units import Array


def npv(rate: ArrayLike, cash_flows: ArrayLike) -> Array:
    """Return the present value of flows one period apart, the first of them now.

    Parameters
    ----------
    rate : scalar or (...)
        Discount rate per period, above -1. [1 per period]
    cash_flows : (..., period)
        The first is not discounted, unlike NPV of a spreadsheet.

    Returns
    -------
    (...,), the broadcast of `rate` and the series [money of the flows]

    Raises
    ------
    ValueError
        If a rate is -100 % or less, or the shapes do not fit.

    Source
    ------
    OASIS OpenDocument 1.2, part 2 (OpenFormula), function NPV, times (1 + rate).
    """
    flows = _series(cash_flows)
    return _worth(rate, _periods(flows), flows)


def xnpv(rate: ArrayLike, dates: Sequence[date], cash_flows: ArrayLike) -> Array:
    """Return the value of dated flows at the earliest date.

    Parameters
    ----------
    rate : scalar or (...)
        Effective discount rate per year, above -1. [1 per year]
    dates : (event,)
        In any order; time is counted ACT/365F.
    cash_flows : (..., event)
        One for each date.

    Returns
    -------
    (...,), the broadcast of `rate` and the series [money of the flows]

    Raises
    ------
    ValueError
        If a rate is -100 % or less, or the shapes do not fit.

    Source
    ------
    OASIS OpenDocument 1.2, part 2 (OpenFormula), function XNPV, from the earliest date instead of the first listed.
    """
    return _worth(rate, _years(dates), _series(cash_flows))


def mirr(cash_flows: ArrayLike, finance_rate: ArrayLike, reinvest_rate: ArrayLike) -> Array:
    """Return the modified internal rate of return.

    Outflows are financed at one rate, back to the first period; inflows earn another, up to the last.

    Parameters
    ----------
    cash_flows : (..., period)
        Inflows positive, outflows negative; one period apart.
    finance_rate, reinvest_rate : scalar or (...)
        Above -1. [1 per period]

    Returns
    -------
    (...,) [1 per period]
        nan without an outflow or without an inflow.

    Raises
    ------
    ValueError
        If a rate is -100 % or less, or the shapes do not fit.

    Source
    ------
    OASIS OpenDocument 1.2, part 2 (OpenFormula), function MIRR.
    """
    flows = _series(cash_flows)
    periods = _periods(flows)
    spent = -_worth(finance_rate, periods, np.minimum(flows, 0.0))
    earned = _worth(reinvest_rate, periods - periods[-1:], np.maximum(flows, 0.0))
    defined = (spent > 0) & (earned > 0)
    growth = np.where(defined, earned, np.nan) / np.where(defined, spent, 1.0)
    return np.asarray(growth ** (1 / max(periods.size - 1, 1)) - 1)[()]


def irr(cash_flows: ArrayLike) -> Array:
    """Return the internal rate of return per period: the only one, or the only one from -50 % to 1,000 % a period.

    Parameters
    ----------
    cash_flows : (..., period)
        Inflows positive, outflows negative; one period apart.

    Returns
    -------
    (...,) [1 per period]
        nan where the rate is undefined; `all_irrs` returns every rate.

    Raises
    ------
    ValueError
        If a flow is not finite.

    Source
    ------
    `only_rate`: the rate at which `npv` is zero.

    Examples
    --------
    >>> float(round(irr([-100.0, 60.0, 60.0]), 4))
    0.1307
    """
    flows = _series(cash_flows)
    return only_rate(_periods(flows), flows)[()]


def all_irrs(cash_flows: ArrayLike) -> Array:
    """Return every internal rate of return per period above -100 %.

    Parameters
    ----------
    cash_flows : (period,)
        One series, inflows positive, outflows negative; one period apart.

    Returns
    -------
    (rate,), ascending [1 per period]
        Empty where the rate is undefined.

    Raises
    ------
    ValueError
        If a flow is not finite or there are several series.

    Source
    ------
    `all_rates`, where accuracy and limits stand.
    """
    flows = _series(cash_flows)
    return all_rates(_periods(flows), flows)


def xirr(dates: Sequence[date], cash_flows: ArrayLike) -> Array:
    """Return the effective rate per year of dated flows: the only one, or the only one from -50 % to 1,000 % a year.

    Parameters
    ----------
    dates : (event,)
        In any order, the same for all series; flows of one day count together. Time is counted ACT/365F.
    cash_flows : (..., event)
        One for each date, inflows positive, outflows negative.

    Returns
    -------
    (...,) [1 per year]
        nan where the rate is undefined; `all_xirrs` returns every rate.

    Raises
    ------
    ValueError
        If a flow is not finite or the shapes do not fit.

    Source
    ------
    `only_rate`: the rate at which `xnpv` is zero.
    """
    return only_rate(_years(dates), _series(cash_flows))[()]


def all_xirrs(dates: Sequence[date], cash_flows: ArrayLike) -> Array:
    """Return every effective rate per year of dated flows above -100 %.

    Parameters
    ----------
    dates : (event,)
        In any order; flows of one day count together. Time is counted ACT/365F.
    cash_flows : (event,)
        One series, inflows positive, outflows negative.

    Returns
    -------
    (rate,), ascending [1 per year]
        Empty where the rate is undefined.

    Raises
    ------
    ValueError
        If a flow is not finite, the shapes do not fit or there are several series.

    Source
    ------
    `all_rates`, where accuracy and limits stand.
    """
    return all_rates(_years(dates), _series(cash_flows))


def _series(cash_flows: ArrayLike) -> Array:
    flows = np.asarray(cash_flows, dtype=float)
    if flows.ndim == 0:
        raise ValueError("a series of cash flows is wanted, found a single number")
    return flows


def _periods(flows: Array) -> Array:
    return np.arange(flows.shape[-1], dtype=float)


def _years(dates: Sequence[date]) -> Array:
    earliest = min(dates, default=None)
    return np.array([year_fraction(earliest, day, "ACT/365F") for day in dates] if earliest else [], dtype=float)


def _worth(rate: ArrayLike, times: Array, flows: Array) -> Array:
    """Return flows (..., event) discounted to time zero at a rate (...)."""
    rates = np.asarray(rate, dtype=float)
    if not (rates > -1).all():
        raise ValueError("a rate must be above -100 %")
    if times.size != flows.shape[-1]:
        raise ValueError(f"{times.size} dates do not fit cash flows of shape {flows.shape}")
    factors = np.exp(-times * np.log1p(rates)[..., np.newaxis])
    return np.asarray((flows * factors).sum(axis=-1))[()]
