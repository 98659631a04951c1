"""The choice of the rate of return among several roots, and the remark on the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array

LEAST: Final = -0.5
"""Of several rates, those below it, -50 %, are set aside."""
MOST: Final = 10.0
"""Of several rates, those above it, 1,000 %, are set aside."""
NAMED: Final = 5
"""Number of rates that a message names."""
ONE_SIGN: Final = "all flows have one sign"
NO_RATE: Final = "no rate balances the flows"
OVER: Final = "over 1,000 %"


def plausible_rate(rates: Array) -> float:
    """Return the rate of return among all roots of a series; nan if it is undefined.

    Parameters
    ----------
    rates : (rate,)
        Every rate at which the flows are worth nothing. [1 per unit of time]

    Source
    ------
    docs/conventions.md, section 7, and docs/decisions/absurd-rates.md.
    """
    if len(rates) == 1:
        return float(rates[0])
    inside = rates[(rates >= LEAST) & (rates <= MOST)]
    return float(inside[0]) if len(inside) == 1 else np.nan


def rate_reason(rates: Array, flows: Array) -> str:
    """Return why a series of flows has no rate of return, or "" if it has one.

    Parameters
    ----------
    rates : (rate,)
        All rates at which the flows are worth nothing. [1/year]
    flows : (event,)
        The flows. [money]
    """
    if not len(rates):
        return NO_RATE if (flows > 0).any() and (flows < 0).any() else ONE_SIGN
    return "" if not np.isnan(plausible_rate(rates)) else f"several rates: {_rates_text(rates)}"


def rate_remark(rates: Array) -> str:
    """Return a remark on the other annual rates of a series whose only rate from -50 % to 1,000 % was chosen, or ""."""
    chosen = plausible_rate(rates)
    others = rates[rates != chosen]
    if np.isnan(chosen) or not len(others):
        return ""
    if len(others) == 1:
        return f"another rate, {_rates_text(others)}/year, is set aside"
    return f"other rates, {_rates_text(others)} a year, are set aside"


def _rates_text(rates: Array) -> str:
    texts = [f"{100 * rate:,.2f} %" if rate <= MOST else OVER for rate in rates[:NAMED]]
    return ", ".join([*dict.fromkeys(texts), *(["more"] if len(rates) > NAMED else [])])
