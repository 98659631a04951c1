"""Proposals for a quantity in a unit that its field does not accept: the same amount in another unit, or ""."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import nearest
from fibercap.core.units import QuantityTextError, conversion, split_quantity
from fibercap.core.vocabulary import DAYS_IN_YEAR, SCALES, SPOKEN, vocabulary_in_use

if TYPE_CHECKING:
    from collections.abc import Callable

Amount = tuple[Fraction, dict[str, int]]
"""A factor, and the powers of the units that have a dimension of their own."""

_PREFIXES: Final[dict[str, int]] = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SMALL: Final = {"d": Fraction(1, 10), "c": Fraction(1, 100), "m": Fraction(1, 1000), "h": Fraction(100)}
_SCALED: Final[dict[str, Fraction]] = {**{prefix: Fraction(by) for prefix, by in _PREFIXES.items()}, **_SMALL}
_METER: Final = Fraction(1, 1000)
_LENGTHS: Final = {
    **dict.fromkeys(("meter", "meters", "metre", "metres"), _METER),
    **dict.fromkeys(("mile", "miles", "mi"), Fraction("1.609344")),
    **dict.fromkeys(("ft", "foot", "feet"), Fraction("0.0003048")),
    **dict.fromkeys(("yard", "yards"), Fraction("0.0009144")),
}
_OTHER: Final = {
    **{word: (factor, "km") for word, factor in _LENGTHS.items()},
    **{f"{prefix}m": (_METER * by, "km") for prefix, by in _SCALED.items() if prefix in "hGT"},
    **{f"{prefix}km": (by, "km") for prefix, by in _SCALED.items() if prefix != "M"},
    **{f"{prefix}{code}": (Fraction(_PREFIXES[prefix]), code) for prefix in "GT" for code in CURRENCIES},
    **dict.fromkeys(("lb", "lbs"), (Fraction("0.45359237"), "kg")),
    **dict.fromkeys(("kgs", "kilo", "kilos"), (Fraction(1), "kg")),
    **dict.fromkeys(("liter", "liters", "litre", "litres"), (Fraction(1, 1000), "m3")),
    **dict.fromkeys(("sqm", "qm"), (Fraction(1), "m2")),
    **dict.fromkeys(("pcs", "units"), (Fraction(1), "piece")),
    **dict.fromkeys(("week", "weeks"), (Fraction(7, DAYS_IN_YEAR), "year")),
    **dict.fromkeys(("hour", "hours"), (Fraction(1, 24 * DAYS_IN_YEAR), "year")),
    **dict.fromkeys(("decade", "decades"), (Fraction(10), "year")),
    **dict.fromkeys(("bps", "basis_points"), (Fraction(1, 10_000), "")),
    **dict.fromkeys(("permille", "promille"), (Fraction(1, 1000), "")),
    **dict.fromkeys(("pct", "percent", "pc"), (Fraction(1, 100), "")),
    "ppm": (Fraction(1, 10**6), ""),
}
"""Units that people write and the vocabulary does not have: their factor, and a unit that has a dimension."""
_TIMES: Final[dict[str, Fraction]] = {
    "year": Fraction(1),
    "quarter": Fraction(1, 4),
    "month": Fraction(1, 12),
    "day": Fraction(1, DAYS_IN_YEAR),
}
CALENDAR_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_TEXT: Final = re.compile(rf"(-?[0-9][0-9_.]*(?:[eE][+-]?[0-9]+)?)(?: ({'|'.join(SCALES)}))? ([^ ]+)")
_MOST_DIGITS: Final = 15


def fitting(text: str, house: str, fits: Callable[[str], bool]) -> str:
    """Return a quantity so written that a field accepts it with the same amount; "" where there is no such text.

    What is missing or too much per year or per kilometer is put right: `8.5 %` becomes `8.5 %/year`. An amount in a
    unit that the vocabulary does not have is converted: `0.04 USD/m` becomes `40 USD/km`.

    Parameters
    ----------
    text : str
        What was written: a number, perhaps a scale, and a unit.
    house : str
        The house unit of the field, with a currency in place of `money`; "percent" of a share.
    fits : callable
        Returns whether the field accepts a text.
    """
    if fits(text):
        return text
    match = _TEXT.fullmatch(text)
    if not match:
        return ""
    number, scale, unit = match.groups()
    product = house.rpartition("/")[2]
    if all(part in vocabulary_in_use().words or part == "1" for part in unit.split("/")):
        head, _, last = unit.rpartition("/")
        more = [] if head or house in ("", "percent") else [f"{text}/year", f"{text}/{product}"]
        proposals = [*more, *([text.removesuffix("/year")] if last == "year" and head and "/" not in head else [])]
    else:
        written = spoken_unit(house)
        ends = ("",) if "/" in unit or house in ("", "percent") else ("", "/year", f"/{product}")
        proposals = [_convert(number, scale, f"{unit}{end}", written) for end in ends]
    return next((proposal for proposal in proposals if proposal and fits(proposal)), "")


def in_known_units(text: str) -> str:
    """Return the same amount in units of the vocabulary, for a field that takes any unit; "" where that cannot be."""
    match = _TEXT.fullmatch(text)
    amount = _amount(match[3]) if match else None
    if match is None or amount is None:
        return ""
    above = [base for base, power in amount[1].items() if power == 1]
    below = [base for base, power in amount[1].items() if power == -1]
    if len(above) > 1 or len(above) + len(below) < len(amount[1]):
        return ""
    return _convert(match[1], match[2], match[3], "/".join([*(above or ["%"]), *below]))


def but_for_case(word: str) -> str:
    """Return the unit that differs from a word only in capital letters, "" if none; `mkm` may mean 0.001 km."""
    same = [known for known in vocabulary_in_use().words if known.lower() == word.lower()]
    return "" if len(same) != 1 or word == "mkm" else same[0]


def same_unit(word: str) -> str:
    """Return the unit of the vocabulary that is probably a misspelt word, "" where another amount might be meant.

    A letter more or less before a unit may be a prefix, and three capitals may be another currency.
    """
    if word in _OTHER:
        return ""
    if but_for_case(word):
        return but_for_case(word)
    if re.fullmatch(r"[A-Z]{3}", word):
        return next((code for code in CURRENCIES if sorted(code) == sorted(word)), "")
    words = vocabulary_in_use().words
    near = nearest(word, words)
    prefixed = any(word[cut:].lower() in {known.lower() for known in words} for cut in (1, 2))
    return near if near and near[0] == word[0] and not prefixed else ""


def spoken_unit(house: str) -> str:
    """Return a house unit as scenarios write it."""
    return {"percent": "%", "%": "%", "": "", "1/year": "%/year"}.get(house, house.replace(" ", ""))


def _amount(unit: str) -> Amount | None:
    """Return the factor and the powers of a unit, None if one of its parts is not known."""
    factor, powers, table = Fraction(1), dict[str, int](), vocabulary_in_use().table
    for place, part in enumerate(unit.split("/")):
        name = SPOKEN.get(part, part)
        if part == "1":
            continue
        if name in _TIMES:
            by, base = _TIMES[name], "year"
        elif name in table and name != "percent":
            by, base = Fraction(str(table[name][0])), table[name][1]
        elif part == "%":
            by, base = Fraction(1, 100), ""
        elif part in _OTHER:
            by, base = _OTHER[part]
        else:
            return None
        sign = -1 if place else 1
        factor *= by**sign
        if base:
            powers[base] = powers.get(base, 0) + sign
    return factor, {base: power for base, power in powers.items() if power}


def _convert(number: str, scale: str | None, unit: str, target: str) -> str:
    """Return an amount in another unit; "" where the dimensions differ or the number would not be exact."""
    written, wanted = _amount(unit), _amount(target) if target else None
    if written is None or wanted is None or written[1] != wanted[1]:
        return ""
    try:
        plain = Fraction(Decimal(number.replace("_", "")))
    except InvalidOperation:
        return ""
    value = plain * int(SCALES[scale] if scale else 1) * written[0] / wanted[0]
    shown = _decimal(value)
    return f"{shown} {target}" if shown else ""


def _decimal(value: Fraction) -> str:
    """Return a number as the grammar reads it, to fifteen digits; "" if that changes it by more than 1e-12."""
    places = max(0, _MOST_DIGITS - len(str(abs(value.numerator // value.denominator or 0))))
    text = f"{round(float(value), places):_.{places}f}" if value else "0"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    exact = Fraction(text.replace("_", ""))
    return text if exact and abs(exact - value) <= abs(value) / 10**12 else ""


def takes(text: str, house: str, low: float, high: float) -> bool:
    """Return whether a text is a quantity of a house unit between bounds; a bare number is not.

    Parameters
    ----------
    text, house : str
        The text, and the house unit, or `percent` of a share.
    low, high : float
        The least and the largest value. [house]
    """
    try:
        number, unit = split_quantity(text)
    except QuantityTextError:
        return False
    factor = conversion(unit, "" if house == "percent" else house)
    alike = bool(unit) and ("/" in unit or "/" not in house)
    return alike and text.isascii() and factor is not None and low <= number * factor <= high


def in_months(text: str) -> str:
    """Return the text of a duration in calendar months unchanged, "" for any other text."""
    try:
        return text if split_quantity(text)[1] in CALENDAR_MONTHS else ""
    except QuantityTextError:
        return ""


def as_number(text: str) -> str:
    """Return the text of a share as a bare number, of a bare number unchanged, "" for any other."""
    try:
        number, unit = split_quantity(text)
    except QuantityTextError:
        return ""
    factor = conversion(unit, "")
    return "" if factor is None else f"{number * factor:.12g}" if unit else text
