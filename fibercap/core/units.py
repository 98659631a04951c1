"""One short vocabulary of units, and one strict grammar for quantities.

House units are coherent: one money unit per currency, `km` (of fiber), `year`, and `month` and `day` where the
calendar counts. Formulas multiply them symbolically, so no conversion factor can hide in a model. Quantities that carry
their unit are made of the same vocabulary, in `core/quantity`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import UnitError

Array = npt.NDArray[np.float64]

DEM_PER_EUR: Final = 1.95583  # Council Regulation (EC) No 2866/98, irrevocable since 1 January 1999
DIMENSIONS: Final = {"km": "fiber", "year": "time", "USD": "dollar", "EUR": "euro", "BRL": "real"}
DAYS_IN_YEAR: Final = 365
"""A day in rates is so great a part of a year; calendar arithmetic counts days by their dates."""
CURRENCIES: Final = ("USD", "EUR", "DEM", "BRL")
_PLAIN: Final = {
    **{unit: (1.0, unit) for unit in DIMENSIONS},
    "Mkm": (1e6, "km"),
    "quarter": (1 / 4, "year"),
    "month": (1 / 12, "year"),
    "day": (1 / DAYS_IN_YEAR, "year"),
    "percent": (0.01, ""),
    "bp": (0.0001, ""),
    "DEM": (1 / DEM_PER_EUR, "EUR"),
}
UNITS: Final = _PLAIN | {
    f"{prefix}{code}": (scale * _PLAIN[code][0], _PLAIN[code][1])
    for code in CURRENCIES
    for prefix, scale in (("k", 1e3), ("M", 1e6))
}
"""Every unit with its factor to a unit that has a dimension of its own, "" for a plain number."""

SHARES: Final = ("percent", "bp")
SCALES: Final = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
SPOKEN: Final = {
    "years": "year",
    "yr": "year",
    "quarters": "quarter",
    "months": "month",
    "days": "day",
    "%": "percent",
}
VOCABULARY: Final = frozenset({*UNITS, *SPOKEN} - {"percent"})

SCALED_UNITS: Final = frozenset({"Mkm"} | {prefix + code for prefix in "kM" for code in CURRENCIES})


@dataclass(frozen=True, eq=False)
class Drawn:
    """One amount for each sample, (sample, 1), with its unit, in place of a text; a pint Quantity works as well."""

    magnitude: Array
    units: str


class QuantityTextError(ValueError):
    """A text is not a quantity; holds what was found, what was wanted and a hint."""

    def __init__(self, code: str, actual: str, wanted: str, hint: str) -> None:
        super().__init__(actual)
        self.code, self.actual, self.wanted, self.hint = code, actual, wanted, hint


UNSIGNED: Final = r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER = re.compile(f"-?{UNSIGNED}")
_WRITE = "write it like `25 million USD`, `255_000 km/year` or `8.5 %`"


def _number(text: str, quantity: str) -> float:
    if not _NUMBER.fullmatch(text):
        hint = _WRITE
        if "," in text:
            point, groups = quantity.replace(",", ".", 1), quantity.replace(",", "_", 1)
            hint = f"a comma is not allowed in a number; write `{point}` or `{groups}`"
        elif text[:1] in "$€£":
            hint = "a currency sign is not allowed; write the code after the number, like `25 million USD`"
        raise QuantityTextError("not_a_number", f"`{quantity}`", "a number and a unit", hint)
    value = float(text)
    if not np.isfinite(value):
        raise QuantityTextError("not_a_number", f"`{quantity}`, beyond what can be computed", "a finite number", _WRITE)
    return value


def _unit(text: str, quantity: str) -> str:
    """Return the pint unit for a unit text of the vocabulary, such as `%/year`."""
    parts = text.split("/")
    for part in parts:
        if part not in VOCABULARY and not (part == "1" and len(parts) > 1 and part is parts[0]):
            hint = f"known units: {', '.join(sorted(VOCABULARY))}"
            raise QuantityTextError(
                "unknown_unit", f"the unknown unit `{part}` in `{quantity}`", "a unit we know", hint
            )
    return " / ".join(SPOKEN.get(part, part) for part in parts)


def words_like(unit: str) -> tuple[str, ...]:
    """Return the words of the vocabulary that may stand for a house unit without `/`; `money` is any currency."""
    if unit in ("percent", "1"):
        return ("%", "bp")
    bases = {UNITS[code][1] for code in (CURRENCIES if unit == "money" else (unit,))}
    words = [word for word in VOCABULARY if UNITS[SPOKEN.get(word, word)][1] in bases]
    return tuple(sorted(words, key=lambda word: (word in SCALED_UNITS, word)))


@lru_cache(maxsize=20_000)  # years and months of a path repeat one another
def split_quantity(text: str) -> tuple[float, str]:
    """Read `NUMBER [thousand|million|billion] UNIT`; return the number and a pint unit text ("" if none is written).

    Raises
    ------
    QuantityTextError
        If the text does not follow the grammar or a unit is not in the vocabulary.
    """
    words = text.split(" ")
    number = _number_of_words(words, text)
    rest = words[1:]
    scaled = bool(rest) and rest[0] in SCALES
    if scaled:
        number *= SCALES[rest[0]]
        rest = rest[1:]
    if not rest:
        return number, ""
    if len(rest) > 1:
        digits = "".join(words[:2]).replace("_", "").isdigit()
        hint = f"no blanks inside a number; write `{'_'.join(words[:2])} {' '.join(words[2:])}`" if digits else _WRITE
        raise QuantityTextError("not_a_quantity", f"`{text}`", "one number and one unit", hint)
    if scaled and rest[0].split("/")[0] in SCALED_UNITS:
        hint = f"keep one of them: `{words[1]}`, or the `{rest[0][0]}` of `{rest[0]}`"
        raise QuantityTextError("double_scale", f"two scales in `{text}`", "one", hint)
    return number, _unit(rest[0], text)


def is_share(text: str) -> bool:
    """Return whether a text is a share, such as `23 %` or `2300 bp`."""
    try:
        return split_quantity(text)[1] in SHARES
    except QuantityTextError:
        return False


def _number_of_words(words: list[str], text: str) -> float:
    head = words[0]
    glued = re.fullmatch(r"(-?[\d_.]+(?:[eE][+-]?\d+)?)(%|[A-Za-z][A-Za-z/]*)", head)
    if glued and glued[2] in VOCABULARY:
        hint = f"put a blank between number and unit: `{glued[1]} {glued[2]}`"
        raise QuantityTextError("not_a_quantity", f"`{text}`", "a number, a blank and a unit", hint)
    return _number(head, text)


_TERM = re.compile(r"([*/]?) *([A-Za-z]+|1)(?: *(?:\*\*|\^) *([0-9.]+))? *")
Powers = tuple[tuple[str, float], ...]


@cache
def powers(text: str) -> Powers:
    """Return a unit text as sorted (name, power) pairs, by symbols alone: a month is not a twelfth of a year here.

    Raises
    ------
    UnitError
        If the text is not of the form `USD/km`, or a unit is not in the vocabulary.
    """
    total: dict[str, float] = {}
    for sign, name, power in _TERM.findall(text):
        if name in UNITS:
            total[name] = total.get(name, 0.0) + float(power or 1) * (-1 if sign == "/" else 1)
        elif name not in {"1", "dimensionless"}:
            raise UnitError(
                "unknown_unit", f"the unknown unit `{name}` in `{text}`", f"known units: {', '.join(sorted(UNITS))}"
            )
    if _TERM.sub("", text):
        raise UnitError("unknown_unit", f"`{text}` is not a unit", "write it like `USD/km`")
    return tuple(sorted((name, power) for name, power in total.items() if power))


@cache
def _base_units(text: str) -> tuple[float, Powers]:
    """Return a unit's factor to units that have a dimension of their own, and those."""
    factor, total = 1.0, dict[str, float]()
    for name, power in powers(text):
        scale, base = UNITS[name]
        factor *= scale**power
        total[base] = total.get(base, 0.0) + power
    return factor, tuple(sorted((name, power) for name, power in total.items() if name and power))


@cache
def conversion(written: str, wanted: str) -> float | None:
    """Return the factor from a written unit to a house unit, or None where the dimensions differ.

    Parameters
    ----------
    written, wanted : str
        Unit texts such as `km/month` and `km/year`.

    Raises
    ------
    UnitError
        If a text is not a unit of the vocabulary.
    """
    (source, dimension), (target, target_dimension) = _base_units(written), _base_units(wanted)
    return source / target if dimension == target_dimension else None


def factor_of_draws(value: Any, unit: str) -> float | None:
    """Return the factor that converts samples to a unit, or None where dimensions differ or a unit is unknown.

    Parameters
    ----------
    value : pint.Quantity
        One amount for each sample, (sample, 1).
    unit : str
        The unit to convert to.
    """
    try:
        return conversion(str(value.units), unit)
    except UnitError:
        return None


_WORDS: Final = {
    "": "a number without a unit",
    "km": "a length of fiber",
    "km/year": "a length of fiber per time",
    "money": "an amount of money",
    "money/year": "money per time",
    "money/km": "money per length of fiber",
    "year": "a duration",
    "1/year": "a rate per time",
    "percent": "a share",
}


@cache
def in_words(unit: str) -> str:
    """Return the dimension of a unit in words, such as "a length of fiber per time"."""
    if unit == "percent":
        return _WORDS["percent"]
    for known, words in _WORDS.items():
        if any(conversion(unit, known.replace("money", code)) is not None for code in CURRENCIES):
            return words
    return f"a quantity in {unit}"


def unit_mismatch(actual: str, wanted: str) -> tuple[str, str, str]:
    """Return what was found, what was wanted, and a hint, for a limit whose unit does not fit its subject.

    Parameters
    ----------
    actual, wanted : str
        The units of the limit and of the subject.
    """
    if actual in CURRENCIES and wanted in CURRENCIES:
        return f"an amount in {actual}", f"one in {wanted}", f"the subject is in {wanted}"
    return in_words(actual), in_words(wanted), f"the subject is in {wanted or 'plain numbers'}"


def unit_text(unit: str) -> str:
    """Return a pint unit text as people write it: `percent / year` becomes `%/year`."""
    return unit.replace("percent", "%").replace(" ", "")
