"""The values of a covenant's row on the dates of its tests, and why some are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cover.twelve_months import LEVERAGE, MONTHS, NO_EBITDA, NO_YEAR, OVER, YEARLY
from fibercap.model.loans.covenant_dates import indices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.rows import Row
    from fibercap.core.units import Array
    from fibercap.model.loans.covenant_dates import Dates
    from fibercap.model.projection import Projection

PART_OF_PERIOD: Final = "the horizon holds only a part of it"


def values_on(
    projection: Projection, loan: str, dates: Dates, row: Row, beyond: float
) -> Iterator[tuple[str, Array, str]]:
    """Yield for each test date of a covenant: its label, the row's value, (sample,), and why the first is undefined.

    Parameters
    ----------
    projection : Projection
        The projection of a plan.
    loan : str
        The loan that carries the covenant.
    dates : Dates
        When the covenant is tested.
    row : Row
        The row that the covenant limits.
    beyond : float
        The value of a ratio that breaks any limit: an infinity on the wrong side of it.
    """
    timeline, days = projection.timeline, projection.dates_to_maturity
    series, count = projection.to_maturity(row.path), dates.months // timeline.months
    flags = projection.to_maturity(dates.flag) > 0 if dates.flag else np.ones_like(series, dtype=bool)
    for k in indices(dates, timeline, projection.scenario.loans[loan], days):
        is_tested = flags[:, k]
        if not is_tested.any():
            continue
        part, is_whole = series[:, max(k - count + 1, 0) : k + 1], k + 1 >= count
        if row.nature == STOCK:
            value = part[:, -1]
        elif is_whole:
            value = part.sum(axis=-1) if row.nature == FLOW else part.mean(axis=-1)
        else:
            value = np.full(len(part), np.nan)
        if row.path in LEVERAGE:
            value = np.where(projection.to_maturity(NO_EBITDA)[:, k] > 0, beyond, value)
        value = np.where(is_tested, value, np.nan)
        label = timeline.label(days[k], timeline.step if dates.step == "period" else dates.step)
        yield label, value, _reason(row, (k + 1) * timeline.months) if is_tested[0] and np.isnan(value[0]) else ""


def _reason(row: Row, months: int) -> str:
    """Say why a row has no value so many months after the start of the horizon."""
    if row.nature != STOCK:
        return PART_OF_PERIOD
    if months < MONTHS and (row.path in YEARLY or OVER in row.path):
        return NO_YEAR
    return row.undefined.partition(", or")[0]
