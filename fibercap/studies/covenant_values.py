"""The values of a covenant's row on the dates of its tests, and why some are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cover.own_ratio import RATIOS
from fibercap.model.cover.twelve_months import MONTHS, NO_YEAR, OVER, YEARLY
from fibercap.model.loans.covenants.covenant_dates import breaking_row, indices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.formulas.rows import Row
    from fibercap.core.units import Array
    from fibercap.model.loans.covenants.covenant import Covenant
    from fibercap.model.loans.covenants.covenant_dates import Dates
    from fibercap.model.projection import Projection

PART_OF_PERIOD: Final = "the horizon holds only a part of it"


class DatedValue(NamedTuple):
    """The value of a covenant's row on a test date, (sample,), and why that of the first sample is undefined, or "".

    `end` is the month number at the end of the date. [month]
    """

    label: str
    end: float
    value: Array
    reason: str


def values_on(
    projection: Projection, loan: str, covenant: Covenant, dates: Dates, row: Row, beyond: float
) -> Iterator[DatedValue]:
    """Yield the value of a covenant's row on each of its test dates.

    Parameters
    ----------
    projection : Projection
        The projection of a plan.
    loan, covenant : str, Covenant
        The loan that carries the covenant, and its terms.
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
    breaking = breaking_row(covenant)
    for k in indices(dates, timeline, projection.scenario.loans[loan], covenant, days):
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
        if breaking:
            value = np.where(projection.to_maturity(breaking)[:, k] > 0, beyond, value)
        value = np.where(is_tested, value, np.nan)
        label = timeline.label(days[k], timeline.step if dates.step == "period" else dates.step)
        months = (k + 1) * timeline.months
        reason = _reason(projection, row, months) if is_tested[0] and np.isnan(value[0]) else ""
        yield DatedValue(label, float(timeline.origin + months), value, reason)


def _reason(projection: Projection, row: Row, months: int) -> str:
    """Say why a row has no value `months` months after the start of the horizon."""
    if row.nature != STOCK:
        return PART_OF_PERIOD
    if months < MONTHS and (row.path in YEARLY or OVER in row.path):
        return NO_YEAR
    why, _, too_early = row.undefined.partition(", or ")
    ratio = projection.scenario.ratios.get(row.path.removeprefix(RATIOS))
    return too_early if ratio is not None and months < ratio.over else why
