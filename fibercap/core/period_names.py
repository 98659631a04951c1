"""Names of periods, `2002`, `2002-Q3`, `2002-07` and business years, `FY2002`: the months that each covers."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import Final

DECEMBER: Final = 12
MONTH_NAMES: Final = tuple(calendar.month_name[1:])
_LENGTHS: Final = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
NO_BUSINESS_YEARS: Final = "years end in December"
"""How the way out of a key such as `FY2002` begins where years are those of the calendar."""


def year_end(month: int, year_ends: int = DECEMBER) -> int:
    """Return the month number at which the year ends that contains a month.

    Parameters
    ----------
    month : int
        The month number at the month's end. [month]
    year_ends : int
        The month in which years end, from 1 to 12.

    Examples
    --------
    >>> year_end(12 * 2001 + 7, year_ends=6) == 12 * 2002 + 6
    True
    """
    return month + (year_ends - month) % 12


def is_business_year(text: str) -> bool:
    """Return whether a text is the name of a business year, such as `FY2002`."""
    return bool(re.fullmatch("FY[12][0-9]{3}", text))


@lru_cache(maxsize=5_000)  # every series has the same keys
def whole_period(text: str, year_ends: int = DECEMBER) -> tuple[int, int] | None:
    """Return the month numbers at the start and the end of `2002`, `2002-Q3`, `2002-07` or `FY2002`; None of others.

    Parameters
    ----------
    text : str
        The name of a period. A year without `FY` is a calendar year, wherever business years end.
    year_ends : int
        The month in which years end, from 1 to 12; with 12 there are no business years.

    Source
    ------
    docs/conventions.md, section 1.

    Examples
    --------
    >>> whole_period("2002-Q3"), whole_period("FY2002", 6), whole_period("FY2002")
    ((24030, 24033), (24018, 24030), None)
    """
    if is_business_year(text):
        end = 12 * int(text[2:]) + year_ends
        return None if year_ends == DECEMBER else (end - 12, end)
    match = re.fullmatch(r"([12][0-9]{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text)
    if not match:
        return None
    year = 12 * int(match[1])
    if match[2]:
        return year + 3 * int(match[2]) - 3, year + 3 * int(match[2])
    return (year + int(match[3]) - 1, year + int(match[3])) if match[3] else (year, year + 12)


def period_label(day: date, by: str, year_ends: int = DECEMBER) -> str:
    """Return the name of the year, half-year, quarter or month that contains a day.

    Parameters
    ----------
    day : date
        Any day of the period.
    by : str
        `year`, `half_year`, `quarter` or `month`.
    year_ends : int
        The month in which years end, from 1 to 12. Years that end before December, and their halves, are those of the
        business; quarters and months are those of the calendar.

    Examples
    --------
    >>> [period_label(date(2002, 7, 1), by) for by in ("year", "half_year", "quarter", "month")]
    ['2002', '2002-H2', '2002-Q3', '2002-07']
    >>> [period_label(date(2002, 7, 1), by, year_ends=6) for by in ("year", "half_year", "quarter")]
    ['FY2003', 'FY2003-H1', '2002-Q3']
    """
    if by == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if by == "month":
        return f"{day.year}-{day.month:02d}"
    month = 12 * day.year + day.month
    end = year_end(month, year_ends)
    name = f"{'' if year_ends == DECEMBER else 'FY'}{(end - 1) // 12}"
    return name if by == "year" else f"{name}-H{1 if end - month >= _LENGTHS['half_year'] else 2}"


def half_year(text: str, year_ends: int = DECEMBER) -> tuple[int, int] | None:
    """Return the month numbers at the start and the end of `2004-H1` or `FY2004-H1`, None of other texts.

    Parameters
    ----------
    text : str
        The name of a period, as covenants that are tested by half-year have it.
    year_ends : int
        The month in which years end, from 1 to 12.
    """
    name, _, half = text.partition("-H")
    year = whole_period(name, year_ends) if half in {"1", "2"} else None
    return year and (year[0] + 6 * int(half) - 6, year[0] + 6 * int(half))


def ends(month: int, by: str, year_ends: int = DECEMBER) -> bool:
    """Return whether a year, half-year, quarter or month ends with a month.

    Parameters
    ----------
    month : int
        The month number at the month's end. [month]
    by : str
        `year`, `half_year`, `quarter` or `month`.
    year_ends : int
        The month in which years end, from 1 to 12.
    """
    return (month - (year_ends if by in {"year", "half_year"} else 0)) % _LENGTHS[by] == 0


def periods_between(first: date, last: date, by: str, year_ends: int = DECEMBER) -> list[str]:
    """Return the names of all years, quarters or months from one day to another, in order of time.

    Parameters
    ----------
    first, last : date
        Days of the first and of the last period.
    by : str
        `year`, `quarter` or `month`.
    year_ends : int
        The month in which years end, from 1 to 12.

    Examples
    --------
    >>> periods_between(date(2001, 11, 30), date(2002, 5, 1), "quarter")
    ['2001-Q4', '2002-Q1', '2002-Q2']
    """
    months = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    days = (date(month // 12, month % 12 + 1, 1) for month in months)
    return list(dict.fromkeys(period_label(day, by, year_ends) for day in days))


def forms(year_ends: int = DECEMBER) -> str:
    """Return examples of names of periods, for messages.

    Parameters
    ----------
    year_ends : int
        The month in which years end, from 1 to 12.
    """
    return "`2001`, `2001-Q3` or `2001-07`" if year_ends == DECEMBER else "`FY2002`, `2001`, `2001-Q3` or `2001-07`"
