"""The run-off: how paths and projects go on after the horizon while a loan is still owed, with nothing new begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.series import span_of

if TYPE_CHECKING:
    from fibercap.core.series import Series
    from fibercap.core.sheet import Sheet
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array

RUN_OFF: Final = "run_off"
"""What the paths of its rows begin with."""
NEVER: Final = 12.0 * 9999
"""The month number at which a project is planned to be complete that the horizon's end stops."""
YEAR: Final = 12


def completed(planned: float, delay: Array, timeline: Timeline) -> Array:
    """Return the month number from which a project counts: never, where it is not complete within the horizon. [month]

    Parameters
    ----------
    planned : float
        Month number of completion before any delay. [month]
    delay : () or (draw, 1)
        By how much it is late. [month]
    timeline : Timeline
        The model's periods and those of the run-off.
    """
    completes = planned + delay
    if not timeline.past:
        return completes
    return np.where(completes <= timeline.ends[timeline.within - 1], completes, NEVER + delay)


def repeats_after(timeline: Timeline, path: Series) -> int | None:
    """Return after how many periods a path repeats its last twelve months; None where it does not.

    It does in the run-off where its last key is a month or a quarter: from the first period after both the horizon and
    that key's time on.

    Parameters
    ----------
    timeline, path : Timeline, Series
        The periods, and the values over time.
    """
    if not timeline.past or not path.starts or "-" not in path.names[-1]:
        return None
    spent = -(-(span_of(path.names[-1])[1] - timeline.origin) // timeline.months)
    first = int(max(timeline.within, spent))
    return None if max(YEAR // timeline.months, 1) > first or first >= timeline.count else first


def goes_on(sheet: Sheet, timeline: Timeline, row: str, path: Series, text: str, value: Array) -> Array:
    """Let a row of a path repeat its last twelve months in the run-off where its last key is a month or a quarter.

    Parameters
    ----------
    sheet : Sheet
        Where the formula of the run-off is written.
    timeline : Timeline
        The model's periods and those of the run-off.
    row : str
        The row's path.
    path : Series
        What is written, by year, quarter or month.
    text : str
        The row's formula by its own keys.
    value : (..., period)
        The row by its own keys, the last of which holds.

    Returns
    -------
    (..., period)
        The row: from the first period after both the horizon and its last key's time on, what it was a year before.

    Source
    ------
    docs/conventions.md, section 7.
    """
    back, first = max(YEAR // timeline.months, 1), repeats_after(timeline, path)
    if first is None:
        return value
    again = f"{{{row}@-{back}}}"
    sheet.after_horizon(row, again if first == timeline.within else f"IF({{time.period}} > {first}, {again}, {text})")
    column = np.arange(timeline.count)
    return value[..., np.where(column < first, column, first - back + (column - first) % back)]
