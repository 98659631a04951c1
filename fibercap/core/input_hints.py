"""What to say of a text that is no quantity or no date: found, wanted, and how it is probably meant."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING, Final

from fibercap.core.unit_hints import but_for_case, same_unit, spoken_unit
from fibercap.core.units import (
    CURRENCIES,
    VOCABULARY,
    QuantityTextError,
    conversion,
    in_words,
    split_quantity,
    unit_text,
)

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
    "mn": "million",
    "m": "million",
    "bn": "billion",
}


def quoted(text: object) -> str:
    """Return a text in back quotes, on one line and no longer than a person reads."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    line = line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
    return f'"{line}"' if "`" in line else f"`{line}`"


def advice(
    text: str, error: QuantityTextError, wanted: str, example: str, fit: Callable[[str], str]
) -> tuple[str, str, str]:
    """Return found, wanted and hint for a text that is not a quantity of the wanted kind.

    A text that a hint proposes is one that the field takes, and the same amount as the text that was written.

    Parameters
    ----------
    text : str
        What was written.
    error : QuantityTextError
        What the grammar said of it.
    wanted : str
        The wanted kind of quantity, in words.
    example : str
        A quantity of that kind, in back quotes.
    fit : callable
        Returns a text so written that the field takes it, of the same amount; "" where that cannot be.
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
    reason, better = _repaired(text[: 2 * LONGEST], fit)
    if better:
        return found, wanted, f"{reason}write `{better}`"
    return (
        found,
        wanted,
        _about_unit(text, unit, fit) if 0 < len(unit) <= LONGEST else f"{reason}write it like {example}",
    )


def _about_unit(text: str, unit: str, fit: Callable[[str], str]) -> str:
    """Return the hint for a unit that is not in the vocabulary: the same amount in one that is, or which there are."""
    converted = fit(text)
    if converted:
        return f"write `{converted}`"
    known = same_unit(unit) or unit
    meant = re.sub(rf"(?<![A-Za-z%]){re.escape(unit)}(?![A-Za-z%])", known, text)
    if (
        known != unit and is_quantity(meant) and (known[-3:] in CURRENCIES or fit(meant))
    ):  # its rate may be missing, too
        return f"did you mean `{known}`?"
    if is_currency_code(unit):
        return f"known currencies: {', '.join(CURRENCIES)}; convert other money"
    return f"known units: {', '.join(sorted(VOCABULARY))}"


def is_currency_code(unit: str) -> bool:
    """Return whether an unknown unit looks like a currency: three capitals, perhaps scaled."""
    return bool(re.fullmatch(r"[kM]?[A-Z]{3}", unit)) and unit not in VOCABULARY


def misfit(text: str, house: str, wanted: str, fit: Callable[[str], str]) -> tuple[str, str, str, str]:
    """Return code, found, wanted and hint for a quantity that a field of a house unit does not take.

    Parameters
    ----------
    text : str
        A quantity of the grammar, perhaps without a unit.
    house : str
        The unit that the field keeps, with a currency in place of `money`; "percent" of a share.
    wanted : str
        The wanted kind of quantity, in words.
    fit : callable
        Returns the same amount so written that the field takes it, "" where that cannot be.
    """
    number, unit = split_quantity(text)
    asked = spoken_unit(unit_text(house))
    if not unit:
        digits = f"{100 * number:g}" if "%" in asked and 0 < abs(number) <= 1 else text
        return (
            "bare_number",
            f"the bare number {quoted(text)}",
            wanted,
            f"write it like `{f'{digits} {asked}'.strip()}`",
        )
    own = next((code for code in CURRENCIES if code in house), "")
    other = next((code for code in CURRENCIES if code in unit and code != own), "")
    if own and other and conversion(unit.replace(other, own), house) is not None:
        way = f"give its rates under `exchange: {{{other}: ...}}`, or convert it"
        return "other_currency", f"{quoted(text)}, in {other} without an exchange rate", f"{wanted} in {own}", way
    found, better = in_words("percent" if unit == "bp" else unit), fit(text)
    hint = f"write it like `{better}`" if better else f"its unit is `{asked}`" if asked else "it has no unit"
    return "wrong_dimension", quoted(text) if found.startswith("a quantity in") else found, wanted, hint


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
    """Return whether a text is a quantity in ASCII characters."""
    try:
        split_quantity(text)
    except QuantityTextError:
        return False
    return text.isascii()


def _repaired(text: str, fit: Callable[[str], str]) -> tuple[str, str]:
    """Return why a text is refused, and the same text written right, "" if that is anybody's guess."""
    reason, written = "", text
    for why, repair in _REPAIRS:
        changed = repair(text)
        if changed != text:
            text, reason = changed, reason or why
        if text != written and is_quantity(text):
            right = fit(text)
            return reason, _both_ways(right, reason) if right else ""
    right = fit(text) if text != written else ""
    return reason or (_REPAIRS[0][0] if set("$€£") & set(written) else ""), right


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
        scale = found[0].lower() if found[0].lower() in _SCALES else ""
        return other or scale or but_for_case(found[0]) or found[0]

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
