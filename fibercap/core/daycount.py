"""Year fractions by named convention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


def _thirty_360(start: date, end: date) -> float:
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day  # noqa: PLR2004 - the 31st and 30th of the convention
    return (360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first) / 360


_CONVENTIONS: Final[dict[str, Callable[[date, date], float]]] = {
    "30/360": _thirty_360,
    "ACT/360": lambda start, end: (end - start).days / 360,
    "ACT/365F": lambda start, end: (end - start).days / 365,
}
CONVENTIONS: Final = tuple(_CONVENTIONS)


def year_fraction(start: date, end: date, convention: str) -> float:
    """Return the years from one date to another as a contract counts them.

    Parameters
    ----------
    start, end : date
        The first day is counted, the last is not; `end` may not lie before `start`.
    convention : str
        `30/360` (bond basis), `ACT/360` or `ACT/365F`.

    Returns
    -------
    float [year]

    Raises
    ------
    ValueError
        If the convention is unknown or the dates are in the wrong order.

    Source
    ------
    ISDA 2006 Definitions, section 4.16: (d) Actual/365 (Fixed), (e) Actual/360, (f) 30/360 (Bond Basis).
    """
    if convention not in _CONVENTIONS:
        raise ValueError(f"unknown day count `{convention}`; known: {', '.join(_CONVENTIONS)}")
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    return _CONVENTIONS[convention](start, end)
