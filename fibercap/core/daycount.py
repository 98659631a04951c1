"""Year fractions by named convention."""

from __future__ import annotations

from calendar import isleap
from datetime import date
from typing import TYPE_CHECKING, Final

from fibercap.core.timeline import add_months, days_in_month, month_end

if TYPE_CHECKING:
    from collections.abc import Callable

FEBRUARY: Final = 2


def _ends_february(day: date) -> bool:
    return day.month == FEBRUARY and day.day == (29 if isleap(day.year) else 28)


def _of_360(start: date, end: date, first: int, last: int) -> float:
    return (360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first) / 360


def _bond_basis(start: date, end: date) -> float:
    first, last = start.day, end.day
    if first >= 30:
        first, last = 30, min(last, 30)
    # written out, for each period of each loan is counted by it
    return (360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first) / 360


def _us(start: date, end: date) -> float:
    """Like the bond basis, but a start on the last of February, and then an end on it too, counts as the 30th.

    An end on the 31st stays there unless the start itself is a 30th or 31st; a February does not make it one.
    """
    if not _ends_february(start):
        return _bond_basis(start, end)
    return _of_360(start, end, 30, 30 if _ends_february(end) else end.day)


def _european(start: date, end: date) -> float:
    return _of_360(start, end, min(start.day, 30), min(end.day, 30))


def _isda_european(start: date, end: date, maturity: date | None) -> float:
    first = 30 if _ends_february(start) else min(start.day, 30)
    last = 30 if _ends_february(end) and end != maturity else min(end.day, 30)
    return _of_360(start, end, first, last)


def _days_in(year: int) -> int:
    return 366 if isleap(year) else 365


def _actual_isda(start: date, end: date) -> float:
    """Return the sum, over calendar years, of the days in the year divided by its length."""
    if start.year == end.year:
        return (end - start).days / _days_in(start.year)
    first = (date(start.year + 1, 1, 1) - start).days / _days_in(start.year)
    last = (end - date(end.year, 1, 1)).days / _days_in(end.year)
    return first + (end.year - start.year - 1) + last


def _whole_months(start: date, end: date) -> int:
    """Return the length of a regular period in months, 0 if it is not 1, 2, 3, 4, 6 or 12 months."""
    months = 12 * (end.year - start.year) + end.month - start.month
    fits = add_months(start, months) == end or add_months(end, -months) == start  # so do any two month ends
    return months if 1 <= months <= 12 and 12 % months == 0 and fits else 0  # months of a year


def _is_month_end(day: date) -> bool:
    return day.day == days_in_month(day.year, day.month)


def _actual_icma(start: date, end: date, reference: tuple[date, date]) -> float:
    """Return the sum, over regular periods, of the days in the period divided by its length and the periods a year."""
    months = _whole_months(*reference)
    if not months:
        span = f"{reference[0]} to {reference[1]}"
        raise ValueError(
            f"{span} is no regular period of 1, 2, 3, 4, 6 or 12 months; give one as `reference=(first day, last day)`"
        )
    if reference[0] <= start and end <= reference[1]:
        return (end - start).days / (reference[1] - reference[0]).days * months / 12
    ends, anchor = all(map(_is_month_end, reference)), max(reference, key=lambda day: day.day)

    def quasi(number: int) -> date:
        day = add_months(anchor, number * months)
        return month_end(12 * day.year + day.month) if ends else day

    number = (12 * (start.year - anchor.year) + start.month - anchor.month) // months
    number -= quasi(number) > start  # the period that holds the start may begin in the month before
    total, since, left = 0.0, start, quasi(number)
    while since < end:
        number += 1
        right = quasi(number)
        until = min(end, right)
        total += (until - since).days / (right - left).days
        since, left = until, right
    return total * months / 12


_PLAIN: Final[dict[str, Callable[[date, date], float]]] = {
    "30/360": _bond_basis,
    "30/360 US": _us,
    "30E/360": _european,
    "ACT/360": lambda start, end: (end - start).days / 360,
    "ACT/365F": lambda start, end: (end - start).days / 365,
    "ACT/ACT ISDA": _actual_isda,
}
CONVENTIONS: Final = (
    "30/360", "30/360 US", "30E/360", "30E/360 ISDA", "ACT/360", "ACT/365F", "ACT/ACT ISDA", "ACT/ACT ICMA",
)  # fmt: skip


def counter(convention: str) -> Callable[[date, date], float] | None:
    """Return the year fraction of a convention as a function of two dates, None if it needs more than the dates."""
    return _PLAIN.get(convention)


def year_fraction(
    start: date, end: date, convention: str, *, maturity: date | None = None, reference: tuple[date, date] | None = None
) -> float:
    """Return the years from one date to another as a contract counts them.

    Parameters
    ----------
    start, end : date
        The first day is counted, the last is not; `end` may not lie before `start`.
    convention : str
        `30/360` (bond basis), `30/360 US` (with the rule for the end of February, as spreadsheets' basis 0), `30E/360`,
        `30E/360 ISDA`, `ACT/360`, `ACT/365F`, `ACT/ACT ISDA` or `ACT/ACT ICMA`.
    maturity : date, optional
        The last day of the contract; under `30E/360 ISDA` an end of February on it does not count as the 30th.
    reference : (date, date), optional
        Under `ACT/ACT ICMA`, one regular interest period; others lie before and after it in its rhythm, on month ends
        if both its days are month ends. Without it, `start` and `end` are taken as one.

    Returns
    -------
    float [year]
        0 from a day to itself.

    Raises
    ------
    ValueError
        If the convention is unknown, the dates are in the wrong order, or there is no regular period.

    Source
    ------
    ISDA 2006 Definitions, section 4.16: (b) Actual/Actual, (d) Actual/365 (Fixed), (e) Actual/360, (f) 30/360 (Bond
    Basis), (g) 30E/360, (h) 30E/360 (ISDA). ICMA rule 251. `30/360 US`: OASIS OpenDocument 1.2, part 2, section 4.11.7,
    basis 0, as Excel's YEARFRAC; the SIA's rule counts a day less from the last of February to a 31st.

    Examples
    --------
    >>> year_fraction(date(2001, 1, 31), date(2001, 7, 31), "30/360")
    0.5
    >>> round(year_fraction(date(2001, 1, 31), date(2001, 7, 31), "ACT/360"), 6)
    0.502778
    """
    if convention not in CONVENTIONS:
        raise ValueError(f"unknown day count `{convention}`; known: {', '.join(CONVENTIONS)}")
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    if start == end:
        return 0.0
    if convention == "30E/360 ISDA":
        return _isda_european(start, end, maturity)
    if convention == "ACT/ACT ICMA":
        return _actual_icma(start, end, reference or (start, end))
    return _PLAIN[convention](start, end)
