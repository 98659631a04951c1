"""Depreciation by months."""

from __future__ import annotations

import numpy as np

from fibercap.core.kernel import kernel
from fibercap.core.units import Array


@kernel(returns="USD", cost="USD", life="month", age_before="month", age="month")
def straight_line(cost: Array, life: Array, age_before: Array, age: Array) -> Array:
    """Return what an asset loses between two ages when it loses the same every month.

    Parameters
    ----------
    cost : (...)
        What is depreciated. [USD]
    life : (...)
        Months over which it is depreciated, more than zero. [month]
    age_before, age : (...)
        Months since depreciation began, at the start and the end of the period; negative before. [month]

    Returns
    -------
    (...), the broadcast of the arguments
        Depreciation of the period. [USD]

    Raises
    ------
    DimensionalityError
        If an argument is in the wrong unit.

    Source
    ------
    IAS 16, paragraph 62: a constant charge over the useful life.
    """
    return cost * (np.clip(age, 0.0, life) - np.clip(age_before, 0.0, life)) / life


def straight_line_text(cost: str, life: str, since: str) -> str:
    """Return the formula text of `straight_line` from a month number on."""
    at_end, at_start = (f"MIN(MAX({{time.{edge}}} - {since}, 0), {life})" for edge in ("end", "start"))
    return f"{cost} * ({at_end} - {at_start}) / {life}"
