"""Fractions of a year between two dates (docs/conventions.md, section 4, year fractions)."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise


@dataclass(frozen=True)
class Rhythm:
    """The whole intervals of a loan's payments, from before signing to after maturity, and the day it matures."""

    days: Sequence[date]
    months: int
    matures: date


def ends_february(day: date) -> bool:
    """Whether a day is the last of February."""
    return day.month == 2 and (day + timedelta(days=1)).month == 3


def count_months(start: date, end: date, first: int, last: int) -> float:
    """Return a fraction of years of 360 days, with days of the month as a rule changes them."""
    return (360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first) / 360


def count_30_360(start: date, end: date) -> float:
    """Count by 30/360 (ISDA 2006, 4.16(f))."""
    first = min(start.day, 30)
    return count_months(start, end, first, min(end.day, 30) if first == 30 else end.day)


def count_30_360_us(start: date, end: date) -> float:
    """Count by 30/360 US (OpenDocument 1.2, part 2, 4.11.7, basis 0): the end of February counts as a 30th."""
    if ends_february(start):
        return count_months(start, end, 30, 30 if ends_february(end) else end.day)
    return count_30_360(start, end)


def count_30e_360(start: date, end: date) -> float:
    """Count by 30E/360 (ISDA 2006, 4.16(g))."""
    return count_months(start, end, min(start.day, 30), min(end.day, 30))


def count_30e_360_isda(start: date, end: date, matures: date) -> float:
    """Count by 30E/360 ISDA (ISDA 2006, 4.16(h)): the end of February is a 30th, but for that of maturity."""
    first = 30 if ends_february(start) else min(start.day, 30)
    last = 30 if ends_february(end) and end != matures else min(end.day, 30)
    return count_months(start, end, first, last)


def count_actual_isda(start: date, end: date) -> float:
    """Count by ACT/ACT ISDA (ISDA 2006, 4.16(b)): days of leap years over 366, others over 365."""
    total = 0.0
    for year in range(start.year, end.year + 1):
        days = (min(end, date(year + 1, 1, 1)) - max(start, date(year, 1, 1))).days
        total += days / (366 if calendar.isleap(year) else 365)
    return total


def count_actual_icma(start: date, end: date, rhythm: Rhythm) -> float:
    """Count by ACT/ACT ICMA (rule 251): days over those of the whole interval in which they lie."""
    total = 0.0
    for first, last in pairwise(rhythm.days):
        days = (min(end, last) - max(start, first)).days
        total += max(days, 0) / (last - first).days * rhythm.months / 12
    return total


def count_fraction(count_by: str, start: date, end: date, rhythm: Rhythm) -> float:
    """Return the fraction of a year between two dates of a loan."""
    if count_by in {"ACT/360", "ACT/365F"}:
        return (end - start).days / (360 if count_by == "ACT/360" else 365)
    if count_by == "30E/360 ISDA":
        return count_30e_360_isda(start, end, rhythm.matures)
    if count_by == "ACT/ACT ICMA":
        return count_actual_icma(start, end, rhythm)
    counts = {
        "30/360": count_30_360,
        "30/360 US": count_30_360_us,
        "30E/360": count_30e_360,
        "ACT/ACT ISDA": count_actual_isda,
    }
    return counts[count_by](start, end)
