"""Messages about a text that is not a quantity or a date: what was found, what was wanted, a likely correction."""

from __future__ import annotations

import calendar
import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import close_to
from fibercap.core.language.unit_hints import but_for_case, same_unit, spoken_unit
from fibercap.core.language.unit_words import in_words
from fibercap.core.problems.trade_words import SCALES_OF_INDIA
from fibercap.core.units import QuantityTextError, conversion, known_units, split_quantity, unit_text
from fibercap.core.vocabulary import vocabulary_in_use

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 60
FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 2999
MONTHS: Final = 12
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "Rs": "INR", "Rs.": "INR"}
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
    "rs": "INR",
    "mark": "DEM",
    "marks": "DEM",
    "a": "year",
    "y": "year",
    "annum": "year",
    "mo": "month",
    "q": "quarter",
    "d": "day",
    "mio": "million",
    "mn": "million",
    "m": "million",
    "bn": "billion",
    "mt": "tonne",  # in the trade a metric ton, not a megatonne
    "tpa": "tonne/year",
    "ktpa": "kt/year",
    "mtpa": "Mt/year",
}


def quote(text: object) -> str:
    """Return a text in back quotes, on one line and no longer than a person reads."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    line = line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
    return f'"{line}"' if "`" in line else f"`{line}`"


def advice(
    text: str, error: QuantityTextError, wanted: str, example: str, fit: Callable[[str], str]
) -> tuple[str, str, str]:
    """Return found, wanted and hint for a text that is not a quantity of the wanted kind.

    A hint proposes only a text that the field accepts and that means the amount written.

    Parameters
    ----------
    text : str
        What was written.
    error : QuantityTextError
        The error that reading the text raised.
    wanted : str
        The wanted kind of quantity, in words.
    example : str
        A quantity of that kind, in back quotes.
    fit : callable
        Rewrites a text so that the field accepts it with the same amount; returns "" where that is impossible.
    """
    if not text:
        return "an empty text", wanted, f"write it like {example}"
    actual, unit = quote(text), ""
    if error.code == "unknown_unit":
        unit = error.actual.split("`")[1]
        actual = f"the unknown unit {quote(unit)} in {actual}"
    elif error.code == "double_scale":
        return f"two scales in {actual}", wanted, error.hint
    elif "beyond" in error.actual:
        return f"{actual}, more than can be computed", wanted, f"write it like {example}"
    reason, better = _repair(text[: 2 * LONGEST], fit)
    if better:
        return actual, wanted, f"{reason}write `{better}`"
    return (
        actual,
        wanted,
        _about_unit(text, unit, fit) if 0 < len(unit) <= LONGEST else f"{reason}write it like {example}",
    )


def _about_unit(text: str, unit: str, fit: Callable[[str], str]) -> str:
    """Return the hint for an unknown unit: the same amount in a known unit, or a list of the known ones."""
    converted = fit(text)
    if converted:
        return f"write `{converted}`"
    known = same_unit(unit) or unit
    meant = re.sub(rf"(?<![A-Za-z%]){re.escape(unit)}(?![A-Za-z%])", known, text)
    if (
        known != unit and is_quantity(meant) and (known[-3:] in CURRENCIES or fit(meant))
    ):  # a currency is proposed even if its exchange rate is missing
        return f"did you mean `{known}`?"
    if is_currency_code(unit):
        return unknown_currency(unit[-3:])
    return known_units(vocabulary_in_use())


def unknown_currency(code: str) -> str:
    """Return the hint for three capitals that are not a currency: the codes that are most like them."""

    def likeness(known: str) -> tuple[bool, int, list[bool]]:
        same = list(map(str.__eq__, code, known))
        return sorted(code) == sorted(known), sum(same), same  # in the same places, first ones before later ones

    near = max(sorted(close_to(code, CURRENCIES)), key=likeness, default="")
    return f"did you mean `{near}`?" if near else "write a code of ISO 4217, such as `USD`, `INR` or `JPY`"


def is_currency_code(unit: str) -> bool:
    """Return whether an unknown unit looks like a currency: three capitals, perhaps scaled."""
    return bool(re.fullmatch(r"[kM]?[A-Z]{3}", unit)) and unit not in vocabulary_in_use().words


def misfit(text: str, house: str, wanted: str, fit: Callable[[str], str]) -> tuple[str, str, str, str]:
    """Return code, found, wanted and hint for a quantity that a field of a house unit does not take.

    Parameters
    ----------
    text : str
        A quantity of the grammar, perhaps without a unit.
    house : str
        The house unit of the field, with a currency in place of `money`; "percent" of a share.
    wanted : str
        The wanted kind of quantity, in words.
    fit : callable
        Rewrites a text so that the field accepts it with the same amount; returns "" where that is impossible.
    """
    number, unit = split_quantity(text)
    target = spoken_unit(unit_text(house))
    if not unit:
        over, _, under = house.partition("/")
        if {over, under}.issubset(vocabulary_in_use().product_units) and conversion(over, under) is not None:
            target = f"{over}/{over}"  # a number alone is a ratio: of kilograms to kilograms, not to tonnes
        digits = f"{100 * number:g}" if "%" in target and 0 < abs(number) <= 1 else text
        return (
            "bare_number",
            f"the bare number {quote(text)}",
            wanted,
            f"write it like `{f'{digits} {target}'.strip()}`",
        )
    currency = next((code for code in CURRENCIES if code in house), "")
    other = next((code for code in CURRENCIES if code in unit and code != currency), "")
    if currency and other and conversion(unit.replace(other, currency), house) is not None:
        way = f"give its rates under `exchange: {{{other}: ...}}`, or convert it"
        return "other_currency", f"{quote(text)}, in {other} without an exchange rate", f"{wanted} in {currency}", way
    dimension, better = in_words("percent" if unit == "bp" else unit), fit(text)
    hint = f"write it like `{better}`" if better else f"its unit is `{target}`" if target else "it has no unit"
    return "wrong_dimension", quote(text) if dimension.startswith("a quantity in") else dimension, wanted, hint


def day_of(text: str) -> date | tuple[str, str, str, str]:
    """Return the day that a text such as `2001-12-31` names, or code, found, wanted and hint."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text)
    if not match:
        return "not_a_date", quote(text), "a date", _hint_of_day(text)
    year, month, day = map(int, match.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return "no_such_date", quote(text), f"a year from {FIRST_YEAR} to {LAST_YEAR}", ""
    if not 1 <= month <= MONTHS:
        return "no_such_date", quote(text), "a date of the calendar", "a year has months 01 to 12"
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        hint = f"{calendar.month_name[month]} {year} has {days} days"
        return "no_such_date", quote(text), "a date of the calendar", hint
    read = date(year, month, day)
    return read if read.isoformat() == text else ("not_a_date", quote(text), "a date", f"write `{read}`")


def _hint_of_day(text: str) -> str:
    """Return how to write a date; where its parts stand in another order, only if a day above 12 makes that certain."""
    if re.fullmatch(r"[12][0-9]{3}", text):
        return f"name the day too, like `{text}-12-31`"
    if re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])", text):
        return f"name the day too, like `{text}-{calendar.monthrange(int(text[:4]), int(text[5:]))[1]}`"
    last = re.fullmatch(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([12][0-9]{3})", text)
    if last:
        (month, day), year = sorted(map(int, last.group(1, 3))), int(last[4])
        if 1 <= month <= MONTHS < day <= calendar.monthrange(year, month)[1]:
            return f"write `{date(year, month, day)}`"
    words = re.sub(r"(?<=\d)(st|nd|rd|th)|[,.]", "", text.replace("-", " "))
    for form in ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y"):
        with suppress(ValueError):
            return f"write `{datetime.strptime(words, form).date()}`"  # noqa: DTZ007 - a day, not a time
    return "write it like `2001-12-31`"


def is_quantity(text: str) -> bool:
    """Return whether a text is a quantity in ASCII characters."""
    try:
        split_quantity(text)
    except QuantityTextError:
        return False
    return text.isascii()


def _repair(text: str, fit: Callable[[str], str]) -> tuple[str, str]:
    """Return why a text is refused, and the corrected text, "" if no correction is certain."""
    reason, written = "", text
    for why, repair in _REPAIRS:
        changed = repair(text)
        if changed != text:
            text, reason = changed, reason or why
        if text != written and is_quantity(text):
            right = fit(text)
            return reason, _both_ways(right, reason) if right else ""
    right = fit(text) if text != written else ""
    return reason or (_NO_SIGN if set("$€£₹") & set(written) else ""), right


def _both_ways(text: str, reason: str) -> str:
    """Name both readings of a comma before three digits: it may set off decimals or thousands."""
    twofold = re.fullmatch(r"(-?\d{1,3})\.(\d{3})((?: .*)?)", text)
    if reason.startswith("a comma") and twofold:
        return f"{twofold[1]}_{twofold[2]}{twofold[3]}` or `{text}"
    return text


def _move_currency(text: str, written: str) -> str:
    """Put a currency that is written before a number, such as `$` or `USD`, behind it as its code."""
    match = re.fullmatch(rf"({written})\s?(-?[\d_.,]+)\s?([kM]?|[a-z]+)(/\w+)?", text)
    if not match:
        return text
    scale = match[3] if len(match[3]) <= 1 else f"{match[3]} "
    return f"{match[2]} {scale}{_SIGNS.get(match[1], match[1])}{match[4] or ''}"


def _replace_scale_of_india(text: str) -> str:
    match = re.fullmatch(r"(-?[\d_]+(?:\.\d+)?) ([a-z]+) (.+)", text, re.IGNORECASE)
    by, scale = SCALES_OF_INDIA.get(match[2].lower(), (None, "")) if match else (None, "")
    if match is None or by is None:
        return text
    return f"{(Decimal(match[1].replace('_', '')) * by).normalize():f} {scale} {match[3]}"


def _replace_comma(text: str) -> str:
    thousands = re.match(r"-?\d{1,3}(,\d{3})+(?=\.)|-?\d{1,3}(,\d{3}){2,}", text)
    if thousands:
        return thousands[0].replace(",", "_") + text[thousands.end() :]
    return re.sub(r"^(-?[\d_]+),(\d)", r"\1.\2", text)


def _replace_words(text: str) -> str:
    """Replace other words for units and scales by those of the vocabulary: `8 Percent` becomes `8 %`."""
    words = {*vocabulary_in_use().words, *_SCALES}

    def word(match: re.Match[str]) -> str:
        other = _OTHER_WORDS.get(match[0].lower(), "")
        scale = match[0].lower() if match[0].lower() in _SCALES else ""
        return other or scale or but_for_case(match[0]) or match[0]

    head, blank, tail = text.partition(" ")
    return head + blank + "".join(p if p in words else re.sub(r"[A-Za-z]+", word, p) for p in re.split(r"([ /])", tail))


_NO_SIGN: Final = "a currency sign is not allowed; "
_BLANKS: Final = "one blank stands between number and unit, none elsewhere; "
_REPAIRS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("", lambda text: re.sub(r" (p\. ?a\.?|pa|per annum|annually|yearly)$", "/year", text)),
    ("", lambda text: re.sub(r" ?/ ?| (per|a) ", "/", text)),
    (_NO_SIGN, lambda text: _move_currency(text, r"[$€£₹]|Rs\.?")),
    ("the currency comes after the number; ", lambda text: _move_currency(text, "[A-Z]{3}")),
    ("a comma is not allowed in a number; ", _replace_comma),
    (_BLANKS, lambda text: re.sub(r"\s+", " ", text.strip())),
    (_BLANKS, lambda text: re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "_", text)),
    ("put a blank between number and unit: ", lambda text: re.sub(r"^(-?[\d_.]+)(?=[A-Za-z%])", r"\1 ", text)),
    ("a crore is 10 million, a lakh 100 thousand; ", _replace_scale_of_india),
    ("", _replace_words),
    ("", lambda text: re.sub(r"^\+", "", text)),
    ("", lambda text: re.sub(r"^(-?)\.", r"\g<1>0.", text)),
    ("", lambda text: re.sub(r"^(-?[\d_]+)\.(?!\d)", r"\1", text)),
)
