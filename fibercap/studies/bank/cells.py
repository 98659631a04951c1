"""Cells of a bank's table: numbers and dates, as sheets hold them and as people write them in many countries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from math import isnan
from typing import Any, Final

DAY_FIRST: Final = "day-first"
MONTH_FIRST: Final = "month-first"
Parts = tuple[int, int, int] | None
"""Year, month and day, as a text has them."""

_SPACES: Final = re.compile(r"[\s'\u2019`_\u00a0\u2007\u2009\u202f]+")
_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+")
_SIGNS: Final = re.compile(r"[A-Za-z]{1,3}\$|R\$|[$€£¥]|\b[A-Z]{3}\b|\bkr\b")
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_NUMERIC: Final = re.compile(r"(\d{1,2})([-/. ]\s?)(\d{1,2})\2(\d{4}|\d{2})")
_NAMED: Final = re.compile(
    r"(?:[^\W\d]+,?\s+)?(\d{1,2})\.?[-\s/]*(?:de\s+)?([^\W\d]{3,})\.?,?[-\s/]*(?:de\s+)?(\d{4}|\d{2})"
)
_NAME_FIRST: Final = re.compile(r"([^\W\d]{3,})\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4})")
_MONTHS: Final = (
    "jan gen ene jän janv", "feb fév fev fevr", "mar mär mrz maa mars", "apr avr abr", "may mai maj mei mag",
    "jun juin giu", "jul juil lug", "aug aoû aou ago", "sep set sept", "oct okt ott out", "nov", "dec dez déc dic",
)  # fmt: skip
"""How names of months begin in English, German, French, Spanish, Portuguese, Italian, Dutch and Swedish."""


def is_blank(cell: Any) -> bool:
    """Return whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or (isinstance(cell, float) and isnan(cell))


def bare_number(cell: Any) -> str:
    """Return the digits and marks of a number that is written as text, "" if it is none; brackets make it negative."""
    if not isinstance(cell, str):
        return ""
    # Banks set a minus as a typographic sign or a dash; apostrophes between thousands are Swiss.
    text = _SPACES.sub("", _SIGNS.sub("", cell.strip())).replace("−", "-").replace("–", "-")
    negative = text.startswith(("(", "-")) or text.endswith(("-", ")"))
    text = text.strip("()+-*").removesuffix(",-").removesuffix(".-")  # `1.200,-` has no cents
    return f"{'-' if negative else ''}{text}" if _NUMBER.fullmatch(text) else ""


def decimal_mark(cells: Iterable[Any]) -> str:
    """Return the decimal mark of a table's texts, `.` or `,`; "" if none shows it: all marks then part thousands."""
    votes = {".": 0, ",": 0}
    for text in map(bare_number, cells):
        last = max(text.rfind("."), text.rfind(","))
        if last < 0:
            continue
        mark, other = (".", ",") if text[last] == "." else (",", ".")
        if other in text:
            votes[mark] += 1
        elif text.count(mark) > 1:
            votes[other] += 1
        # Three digits after a lone mark may be thousands or decimals: such a text has no vote.
        elif len(text) - last != 4:
            votes[mark] += 1
    if votes["."] == votes[","]:
        return "" if not votes["."] else "."
    return max(votes, key=lambda mark: votes[mark])


def number_of(cell: Any, mark: str) -> float | None:
    """Return the number in a cell, None if it is none.

    Parameters
    ----------
    cell : Any
        What the sheet holds: a number or a text.
    mark : str
        The decimal mark of texts, `.` or `,`; "" where none was seen.
    """
    if isinstance(cell, bool) or is_blank(cell):  # True is a number to Python
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    text = bare_number(cell) if hasattr(cell, "strip") else ""
    if not text:
        return None
    for other in {".", ","} - {mark}:
        text = text.replace(other, "")
    return float(text.replace(",", "."))


def date_of(cell: Any, order: str = "") -> date | None:
    """Return the date in a cell, None if it is none or its order is not known.

    Parameters
    ----------
    cell : Any
        A date, or a text such as `2001-03-31`, `31.03.2001`, `3/31/2001` or `31 mars 2001`.
    order : str
        `day-first` or `month-first`, for texts such as `03/04/2001`; dots always divide days from months.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    read = (one(cell.strip(), order) for one in _WAYS) if isinstance(cell, str) else ()
    parts = next(filter(None, read), None)
    return _date(*parts) if parts else None


def _iso(text: str, _order: str) -> Parts:
    match = _ISO.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _numeric(text: str, order: str) -> Parts:
    match = _NUMERIC.fullmatch(text)
    if not match:
        return None
    one, other, year = int(match[1]), int(match[3]), _year(match[4])
    if match[2].startswith(".") or order == DAY_FIRST:
        return year, other, one
    return (year, one, other) if order == MONTH_FIRST else None


def _name_first(text: str, _order: str) -> Parts:
    match = _NAME_FIRST.fullmatch(text)
    return (int(match[3]), _month(match[1]), int(match[2])) if match else None


def _day_and_name(text: str, _order: str) -> Parts:
    match = _NAMED.fullmatch(text)
    return (_year(match[3]), _month(match[2]), int(match[1])) if match else None


_WAYS: Final = (_iso, _numeric, _name_first, _day_and_name)


def looks_like_date(cell: Any) -> bool:
    """Return whether a cell is a date in some order."""
    return any(date_of(cell, order) is not None for order in (DAY_FIRST, MONTH_FIRST))


def _year(text: str) -> int:
    year = int(text)
    # two digits stand for 1970 to 2069
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _month(word: str) -> int:
    """Return the number of a month by its name, 0 if it is none."""
    name = word.lower()
    for number, starts in enumerate(_MONTHS, 1):
        if name.startswith(tuple(starts.split())):
            return number
    return 0


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
