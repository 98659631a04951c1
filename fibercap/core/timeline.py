"""Periods and calendar arithmetic; flows, stocks and rates aggregated by quarter and year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from fibercap.core.period_names import DECEMBER, half_year, period_label, whole_period
from fibercap.core.units import Array

STEPS: Final = {"month": 1, "quarter": 3, "year": 12}
FLOW: Final = "flow"
STOCK: Final = "stock"
RATE: Final = "rate"


SHORTEST: Final = 28
"""Every month has at least so many days. [day]"""
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days in a month of the Gregorian calendar. [day]

    Parameters
    ----------
    year, month : int
        The year, and the month from 1 to 12.
    """
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)  # the calendar
    return _DAYS[month - 1] + leap


def month_number(day: date) -> float:
    """Return `12 * year + (month - 1) + day / days in the month`, a whole number at the end of a month. [month]

    Source
    ------
    docs/conventions.md, section 1.

    Examples
    --------
    >>> month_number(date(2000, 12, 31))
    24012.0
    """
    return 12 * day.year + day.month - 1 + day.day / days_in_month(day.year, day.month)


def month_start(day: date) -> float:
    """Return the month number at the end of the day before, as `opens` and `from` count. [month]

    Source
    ------
    docs/conventions.md, section 1.
    """
    return 12 * day.year + day.month - 1 + (day.day - 1) / days_in_month(day.year, day.month)


def month_end(number: int) -> date:
    """Return the last day of the month whose end has a month number.

    Examples
    --------
    >>> month_end(24012)
    datetime.date(2000, 12, 31)
    """
    year, month = divmod(number - 1, 12)
    return date(year, month + 1, days_in_month(year, month + 1))


def add_months(day: date, months: int) -> date:
    """Return the same day of the month some months later, or the last day of a shorter month.

    Parameters
    ----------
    day : date
        The first date of a series. Months are always counted from it, so that a 31st returns after a shorter month.
    months : int
        The months to add; negative to go back. [month]

    Source
    ------
    docs/conventions.md, section 1, rule 3.

    Examples
    --------
    >>> add_months(date(2001, 1, 31), 1), add_months(date(2001, 1, 31), 2)
    (datetime.date(2001, 2, 28), datetime.date(2001, 3, 31))
    """
    number, of_month = 12 * day.year + day.month - 1 + months, day.day
    year, month = number // 12, number % 12 + 1
    return date(year, month, of_month if of_month <= SHORTEST else min(of_month, days_in_month(year, month)))


def first_of_each(ordered: Array) -> npt.NDArray[np.intp]:
    """Return the index at which each distinct moment of a sorted array first occurs.

    It replaces np.unique, which would import masked arrays.
    """
    return np.flatnonzero(np.append(True, np.diff(ordered) > 0))


@dataclass(frozen=True)
class Timeline:
    """The periods of the model, each of whole calendar months; the first begins with the day `start`.

    Where a plan runs off after its horizon, the last `past` periods are those of the run-off. Years end with the month
    `year_ends`, from 1 to 12.

    Examples
    --------
    >>> quarters = Timeline(date(2001, 1, 1), date(2002, 12, 31), "quarter")
    >>> quarters.count, quarters.labels[:2], quarters.index(date(2001, 5, 17))
    (8, ('2001-Q1', '2001-Q2'), 1)
    >>> quarters.annual(np.ones(8), FLOW)
    {'2001': array(4.), '2002': array(4.)}
    """

    start: date
    end: date
    step: str
    past: int = 0
    year_ends: int = DECEMBER

    @cached_property
    def months(self) -> int:
        """Months in a period."""
        return STEPS[self.step]

    @cached_property
    def origin(self) -> int:
        """Month number at which the first period begins."""
        return 12 * self.start.year + self.start.month - 1

    @cached_property
    def count(self) -> int:
        """Number of periods."""
        return (12 * self.end.year + self.end.month - self.origin) // self.months

    @cached_property
    def within(self) -> int:
        """Number of periods of the horizon."""
        return self.count - self.past

    def longer(self, past: int) -> Timeline:
        """Return these periods followed by `past` periods of a run-off."""
        end = month_end(self.origin + self.months * (self.count + past))
        return timeline_between(self.start, end, self.step, past, self.year_ends)

    @property
    def run_off(self) -> Timeline | None:
        """The periods of the run-off alone, None where there is none."""
        first = month_end(self.origin + self.within * self.months + 1).replace(day=1)
        return timeline_between(first, self.end, self.step, 0, self.year_ends) if self.past else None

    @cached_property
    def ends(self) -> Array:
        """Month number at each period's end, (period,). [month]"""
        return self.origin + self.months * np.arange(1, self.count + 1, dtype=float)

    @cached_property
    def starts(self) -> Array:
        """Month number at each period's start, (period,). [month]"""
        return self.ends - self.months

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Last day of each period."""
        return tuple(month_end(int(number)) for number in self.ends)

    @property
    def eve(self) -> date:
        """The day before the first period."""
        return month_end(self.origin)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Each period's name: `2002`, `FY2002`, `2002-Q3` or `2002-07`."""
        return tuple(self.label(day, self.step) for day in self.dates)

    @property
    def year_kind(self) -> str:
        """Whether its years are those of the calendar or of the business, in words."""
        return "calendar year" if self.year_ends == DECEMBER else "business year"

    def label(self, day: date, by: str) -> str:
        """Return the name of the year, half-year, quarter or month that contains a day.

        Parameters
        ----------
        day : date
            Any day.
        by : str
            `year`, `half_year`, `quarter` or `month`.
        """
        return period_label(day, by, self.year_ends)

    def span(self, text: str) -> tuple[int, int] | None:
        """Return the month numbers at the start and the end of `2002-Q3`, `2002-H1` or such; None of other texts."""
        return half_year(text, self.year_ends) or whole_period(text, self.year_ends)

    def index(self, day: date) -> int:
        """Return the index of the period that contains a date; -1 before the first period, `count` after the last."""
        months = 12 * day.year + day.month - 1 - self.origin
        return -1 if months < 0 else min(months // self.months, self.count)

    def groups(self, by: str) -> dict[str, slice]:
        """Return the slice of periods in each year, quarter or month, by label and in order of time.

        Raises
        ------
        ValueError
            If a period of the model is longer than `by`.
        """
        if STEPS[by] < self.months:
            raise ValueError(f"the model steps by {self.step}; it cannot be shown by {by}")
        return _groups(self, by)

    def aggregate(self, values: Array, nature: str, by: str = "year") -> dict[str, Array]:
        """Return values by year, quarter or month: the sum of a flow, the last value of a stock, the mean of a rate.

        Parameters
        ----------
        values : (..., period)
            Values in any unit.
        nature : str
            `flow`, `stock` or `rate`. Nothing else decides how values are aggregated.
        by : str
            `year`, `quarter` or `month`.

        Returns
        -------
        dict of str to (...)
            The aggregated values by label such as `2002-Q3`, in order of time, in the unit of `values`.

        Raises
        ------
        ValueError
            If a period of the model is longer than `by`.

        Source
        ------
        docs/conventions.md, section 1, Natures.
        """
        return {label: _aggregate(values[..., part], nature) for label, part in self.groups(by).items()}

    def annual(self, values: Array, nature: str) -> dict[str, Array]:
        """Return values by calendar or business year, each (...) in the unit of `values`; see `aggregate`.

        Parameters
        ----------
        values : (..., period)
            Values in any unit.
        nature : str
            `flow`, `stock` or `rate`.
        """
        return self.aggregate(values, nature)


@lru_cache(maxsize=256)
def timeline_between(start: date, end: date, step: str, past: int = 0, year_ends: int = DECEMBER) -> Timeline:
    """Return the one timeline of these dates, which computes its properties once.

    Parameters
    ----------
    start, end, step, past, year_ends : date, date, str, int, int
        As of a `Timeline`.
    """
    return Timeline(start, end, step, past, year_ends)


@lru_cache(maxsize=256)
def _groups(timeline: Timeline, by: str) -> dict[str, slice]:
    groups: dict[str, slice] = {}
    for position, day in enumerate(timeline.dates):
        label = timeline.label(day, by)
        first = groups[label].start if label in groups else position
        groups[label] = slice(first, position + 1)
    return groups


def _aggregate(part: Array, nature: str) -> Array:
    if nature == FLOW:
        return np.asarray(part.sum(axis=-1))
    return np.asarray(part[..., -1] if nature == STOCK else part.mean(axis=-1))
