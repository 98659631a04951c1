"""Rates of return with the reason why one is undefined, and a remark on other roots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.returns.rate_choice import rate_reason, rate_remark
from fibercap.model.returns.roots import all_rates, only_rate

if TYPE_CHECKING:
    from fibercap.core.units import Array


def explained_rates(times: Array, cash_flows: Array) -> tuple[Array, str, str]:
    """Return the rate of each series, the reason of the first undefined one, and other rates of the first series.

    Parameters
    ----------
    times : (event,)
        Times of the flows, in any order. [any unit]
    cash_flows : (sample, event)
        Inflows positive, outflows negative. [money]

    Returns
    -------
    rates : (sample,) [1 per unit of time]
        The rates, nan if undefined.
    reason : str
        "" if every series has a rate.
    remark : str
        Other rates of the first series; "" if it has none.
    """
    rates, reason, remark = only_rate(times, cash_flows), "", ""
    missing = np.flatnonzero(np.isnan(rates))
    if len(missing):
        member = cash_flows[missing[0]]
        reason = rate_reason(all_rates(times, member), member)
    if not np.isnan(rates[0]) and np.count_nonzero(np.diff(np.sign(cash_flows[0][cash_flows[0] != 0]))) > 1:
        remark = rate_remark(all_rates(times, cash_flows[0]))
    return rates, reason, remark
