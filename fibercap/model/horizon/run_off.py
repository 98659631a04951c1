"""The run-off: series and projects after the horizon, until the last loan is repaid; no new project is completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.language.series import Series
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array

RUN_OFF: Final = "run_off"
"""Prefix of its rows."""
NEVER: Final = 12.0 * 9999
"""The planned month number of completion of a project that is not complete at the end of the horizon."""
YEAR: Final = 12


def counting_month(planned: float, delay: Array, timeline: Timeline) -> Array:
    """Return the month number from which a project counts; `NEVER` if it is not complete within the horizon. [month]

    Parameters
    ----------
    planned : float
        Month number of completion before any delay. [month]
    delay : () or (sample, 1)
        Delay of completion. [month]
    timeline : Timeline
        The model's periods and those of the run-off.
    """
    completes = planned + delay
    if not timeline.past:
        return completes
    return np.where(completes <= timeline.ends[timeline.within - 1], completes, NEVER + delay)


def first_repeated_period(timeline: Timeline, series: Series) -> int | None:
    """Return the index of the first period in which a series repeats its last twelve months; None if it does not.

    A series repeats in the run-off if its last key is shorter than a year and it does not grow, from the first period
    that is after both the horizon and the time of that key.

    Parameters
    ----------
    timeline, series : Timeline, Series
        The periods, and the values over time.
    """
    holds = series.growth is not None or not series.starts or series.ends[-1] - series.starts[-1] == YEAR
    if not timeline.past or holds:
        return None
    spent = -(-(series.ends[-1] - timeline.origin) // timeline.months)
    first = int(max(timeline.within, spent))
    return None if max(YEAR // timeline.months, 1) > first or first >= timeline.count else first


def repeat_last_year(sheet: Sheet, timeline: Timeline, row: str, series: Series, text: str, value: Array) -> Array:
    """Make a row repeat its last twelve months in the run-off if the last key of its series is a month or a quarter.

    Parameters
    ----------
    sheet : Sheet
        The sheet that gets the formula of the run-off.
    timeline : Timeline
        The model's periods and those of the run-off.
    row : str
        The row's path.
    series : Series
        The values by year, quarter or month.
    text : str
        The row's formula without repetition.
    value : (..., period)
        The row without repetition: the last value holds. [unit of the row]

    Returns
    -------
    (..., period)
        The row; from `first_repeated_period` on, each value is that of a year before. [unit of the row]

    Source
    ------
    docs/conventions.md, section 7.
    """
    back, first = max(YEAR // timeline.months, 1), first_repeated_period(timeline, series)
    if first is None:
        return value
    year_before = f"{{{row}@-{back}}}"
    sheet.after_horizon(
        row, year_before if first == timeline.within else f"IF({{time.period}} > {first}, {year_before}, {text})"
    )
    column = np.arange(timeline.count)
    return value[..., np.where(column < first, column, first - back + (column - first) % back)]
