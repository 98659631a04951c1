"""Days as spreadsheets count them, and what formulas read off them: year, month, day, the end of a month."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from fibercap.core.units import Array

EXCEL_EPOCH: Final = 693_594  # date.toordinal() of 30 December 1899, from which spreadsheets count days
_UNIX: Final = 25_569  # 1 January 1970, so counted


def serial(day: date) -> float:
    """Return the number that spreadsheets use for a date: days since 30 December 1899. [day]"""
    return float(day.toordinal() - EXCEL_EPOCH)


def date_of(number: float) -> date:
    """Return the date of a spreadsheet's day number."""
    return date.fromordinal(round(number) + EXCEL_EPOCH)


def _days(serials: Array) -> Array:
    return (np.asarray(serials).astype("int64") - _UNIX).astype("datetime64[D]")


def year_of(serials: Array) -> Array:
    """Return the year of each day, (...). [1]"""
    return np.asarray(_days(serials).astype("datetime64[Y]").astype("int64") + 1970.0)


def month_of(serials: Array) -> Array:
    """Return the month of each day, from 1 to 12, (...). [1]"""
    return np.asarray(_days(serials).astype("datetime64[M]").astype("int64") % 12 + 1.0)


def day_of(serials: Array) -> Array:
    """Return the day of the month of each day, from 1 to 31, (...). [1]"""
    days = _days(serials)
    return np.asarray((days - days.astype("datetime64[M]").astype("datetime64[D]")).astype("int64") + 1.0)


def end_of_month(serials: Array, months: Array) -> Array:
    """Return the last day of the month that lies some months after each day, as EOMONTH does, (...). [day]

    Parameters
    ----------
    serials : (...)
        Days as spreadsheets count them. [day]
    months : (...)
        The months to add; negative to go back; broadcast with `serials`. [month]

    Source
    ------
    OASIS OpenDocument 1.2, part 2 (OpenFormula), function EOMONTH.
    """
    later = _days(serials).astype("datetime64[M]").astype("int64") + np.asarray(months).astype("int64") + 1
    return np.asarray(later.astype("datetime64[M]").astype("datetime64[D]").astype("int64") - 1.0 + _UNIX)


def month_numbers(serials: Array) -> Array:
    """Return `month_number` of each day, a whole number at the end of a month, (...). [month]"""
    days = _days(serials)
    months = days.astype("datetime64[M]")
    first, following = (part.astype("datetime64[D]").astype("int64") for part in (months, months + 1))
    # they count from 1970
    return np.asarray(12 * 1970 + months.astype("int64") + (days.astype("int64") + 1 - first) / (following - first))


def month_number_text(day: str, *, start: bool = False) -> str:
    """Return the formula text of a day's month number. [month]

    Parameters
    ----------
    day : str
        Formula text of the day, which spreadsheets count as a number. [day]
    start : bool
        Whether to count from the day's start, as `opens` and `from` do, instead of its end.

    Source
    ------
    docs/conventions.md, section 1.
    """
    elapsed = f"(DAY({day}) - 1)" if start else f"DAY({day})"
    number = f"12 * YEAR({day}) + MONTH({day}) - 1 + {elapsed} / DAY(EOMONTH({day}, 0))"
    return f"({number}) * {{time.one_month}}"
