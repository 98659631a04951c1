"""What to say of a text that is no quantity or no date: found, wanted, and how it is probably meant."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import did_you_mean, nearest
from fibercap.core.units import CURRENCIES, VOCABULARY, QuantityTextError, split_quantity

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 60
FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 2999
MONTHS: Final = 12
_SIGNS: Final = {"$": "USD", "€": "EUR"}
_SCALES: Final = ("thousand", "million", "billion")
_OTHER_WORDS: Final = {
    "percent": "%",
    "pct": "%",
    "bps": "bp",
    "kilometer": "km",
    "kilometers": "km",
    "kilometre": "km",
    "kilometres": "km",
    "dollar": "USD",
    "dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "mark": "DEM",
    "marks": "DEM",
    "a": "year",
    "y": "year",
    "annum": "year",
    "mo": "month",
    "q": "quarter",
    "d": "day",
    "mio": "million",
    "mil": "million",
    "mn": "million",
    "m": "million",
    "bn": "billion",
}


def quoted(text: object) -> str:
    """Return a text in back quotes, on one line and no longer than a person reads."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    line = line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
    return f'"{line}"' if "`" in line else f"`{line}`"


def advice(text: str, error: QuantityTextError, wanted: str, example: str) -> tuple[str, str, str]:
    """Return found, wanted and hint for a text that is not the quantity that was asked for.

    Parameters
    ----------
    text : str
        What was written.
    error : QuantityTextError
        What the grammar said of it.
    wanted : str
        What was asked for, in words.
    example : str
        A quantity of that kind, in back quotes.
    """
    if not text:
        return "an empty text", wanted, f"write it like {example}"
    found, unit = quoted(text), ""
    if error.code == "unknown_unit":
        unit = error.found.split("`")[1]
        found = f"the unknown unit {quoted(unit)} in {found}"
    elif error.code == "double_scale":
        return f"two scales in {found}", wanted, error.hint
    elif "beyond" in error.found:
        return f"{found}, more than can be computed", wanted, f"write it like {example}"
    reason, better = _repaired(text[: 2 * LONGEST])
    if better:
        return found, wanted, f"{reason}write `{better}`"
    return found, wanted, _about_unit(unit) if 0 < len(unit) <= LONGEST else f"{reason}write it like {example}"


def _about_unit(unit: str) -> str:
    """Return the hint for a unit that is not in the vocabulary."""
    if re.search(r"\b[kM]?[A-Z]{3}\b", unit) and not nearest(unit, VOCABULARY):
        return f"known currencies: {', '.join(CURRENCIES)}; convert other money"
    return did_you_mean(unit, VOCABULARY, "units")


def day_of(text: str) -> date | tuple[str, str, str, str]:
    """Return the day that a text such as `2001-12-31` names, or code, found, wanted and hint."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text)
    if not found:
        year_only = re.fullmatch(r"[12][0-9]{3}", text)
        hint = f"name the day too, like `{text}-12-31`" if year_only else "write it like `2001-12-31`"
        return "not_a_date", quoted(text), "a date", hint
    year, month, day = map(int, found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return "no_such_date", quoted(text), f"a year from {FIRST_YEAR} to {LAST_YEAR}", ""
    if not 1 <= month <= MONTHS:
        return "no_such_date", quoted(text), "a date of the calendar", "a year has months 01 to 12"
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        hint = f"{calendar.month_name[month]} {year} has {days} days"
        return "no_such_date", quoted(text), "a date of the calendar", hint
    read = date(year, month, day)
    return read if read.isoformat() == text else ("not_a_date", quoted(text), "a date", f"write `{read}`")


def is_quantity(text: str) -> bool:
    """Tell whether a text follows the quantity grammar, in plain characters."""
    try:
        split_quantity(text)
    except QuantityTextError:
        return False
    return text.isascii()


def _repaired(text: str) -> tuple[str, str]:
    """Return why a text is refused, and the same text written right, "" if that is anybody's guess."""
    reason, written = "", text
    for why, repair in _REPAIRS:
        changed = repair(text)
        if changed != text:
            text, reason = changed, reason or why
        if text != written and is_quantity(text):
            return reason, _both_ways(text, reason)
    return reason or (_REPAIRS[0][0] if set("$€£") & set(written) else ""), ""


def _both_ways(text: str, reason: str) -> str:
    """Name both readings of a comma before three digits: it may set off decimals or thousands."""
    twofold = re.fullmatch(r"(-?\d{1,3})\.(\d{3})((?: .*)?)", text)
    if reason.startswith("a comma") and twofold:
        return f"{twofold[1]}_{twofold[2]}{twofold[3]}` or `{text}"
    return text


def _sign(text: str) -> str:
    found = re.fullmatch(r"([$€])\s?(-?[\d_.,]+)\s?([kM]?|thousand|million|billion)(/\w+)?", text)
    if not found:
        return text
    scale = found[3] if len(found[3]) <= 1 else f"{found[3]} "
    return f"{found[2]} {scale}{_SIGNS[found[1]]}{found[4] or ''}"


def _comma(text: str) -> str:
    thousands = re.match(r"-?\d{1,3}(,\d{3})+(?=\.)|-?\d{1,3}(,\d{3}){2,}", text)
    if thousands:
        return thousands[0].replace(",", "_") + text[thousands.end() :]
    return re.sub(r"^(-?[\d_]+),(\d)", r"\1.\2", text)


def _spelled(text: str) -> str:
    """Put the words that people also use in place: `8 Percent` becomes `8 %`."""
    known = {*VOCABULARY, *_SCALES}

    def word(found: re.Match[str]) -> str:
        other = _OTHER_WORDS.get(found[0].lower(), "")
        same = nearest(found[0], known) if found[0] not in known else found[0]
        return other or (same if same.lower() == found[0].lower() else found[0])

    head, blank, tail = text.partition(" ")
    return head + blank + "".join(p if p in known else re.sub(r"[A-Za-z]+", word, p) for p in re.split(r"([ /])", tail))


_BLANKS: Final = "one blank stands between number and unit, none elsewhere; "
_REPAIRS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("a currency sign is not allowed; ", _sign),
    ("a comma is not allowed in a number; ", _comma),
    (_BLANKS, lambda text: re.sub(r"\s+", " ", text.strip())),
    (_BLANKS, lambda text: re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "_", text)),
    ("", lambda text: re.sub(r" ?/ ?| per ", "/", text)),
    ("put a blank between number and unit: ", lambda text: re.sub(r"^(-?[\d_.]+)(?=[A-Za-z%])", r"\1 ", text)),
    ("", _spelled),
    ("", lambda text: re.sub(r"^\+", "", text)),
    ("", lambda text: re.sub(r"^(-?)\.", r"\g<1>0.", text)),
    ("", lambda text: re.sub(r"^(-?[\d_]+)\.(?!\d)", r"\1", text)),
)
