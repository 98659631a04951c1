"""One strict grammar for quantities, and conversion between units of one vocabulary.

Quantities that carry their unit are made of the same vocabulary, in `core/quantity`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import UnitError
from fibercap.core.vocabulary import (
    BUILT_IN,
    SCALED_UNITS,
    SCALES,
    SHARES,
    SPOKEN,
    Vocabulary,
    vocabulary_in_use,
)

Array = npt.NDArray[np.float64]


_NAME: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """One amount for each sample, (sample, 1), with its unit, in place of a text; a pint Quantity works as well."""

    magnitude: Array
    units: str

    def __repr__(self) -> str:
        """Return a line without the amounts, which would fill pages."""
        return f"<{np.size(self.magnitude):,} samples{self.units and f' in {self.units}'}>"


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
            # nobody can tell which was meant
            hint = f"a comma is not allowed in a number; write `{point}` or `{groups}`"
        elif text[:1] in "$€£₹":
            hint = "a currency sign is not allowed; write the code after the number, like `25 million USD`"
        raise QuantityTextError("not_a_number", f"`{quantity}`", "a number and a unit", hint)
    value = float(text)
    if not np.isfinite(value):
        raise QuantityTextError("not_a_number", f"`{quantity}`, beyond what can be computed", "a finite number", _WRITE)
    return value


def _unit(text: str, quantity: str, vocabulary: Vocabulary) -> str:
    """Return the pint unit for a unit text of the vocabulary, such as `%/year`."""
    parts = text.split("/")
    for part in parts:
        if part not in vocabulary.words and not (part == "1" and len(parts) > 1 and part is parts[0]):
            raise QuantityTextError(
                "unknown_unit", f"the unknown unit `{part}` in `{quantity}`", "a unit we know", known_units(vocabulary)
            )
    return " / ".join(SPOKEN.get(part, part) for part in parts)


def known_units(vocabulary: Vocabulary) -> str:
    """Return a hint that names the units of products, time and shares; currencies are too many."""
    others = "day, month, quarter, year, %, bp, and currencies by their ISO 4217 code"
    return f"{known_product_units(vocabulary)}, {others}; declare one of your own under `units`"


def known_product_units(vocabulary: Vocabulary) -> str:
    """Return a hint that names the units of products, without all of their prefixes.

    Parameters
    ----------
    vocabulary : Vocabulary
        The units that a plan declares beside those that are known.
    """
    declared = (name for name, _, _ in vocabulary.declared)
    return f"known units: {', '.join((*USUAL_PRODUCT_UNITS, *declared))}"


USUAL_PRODUCT_UNITS = ("km", "m", "m2", "m3", "l", "kg", "g", "tonne", "kWh", "MWh", "piece")


def words_like(unit: str) -> tuple[str, ...]:
    """Return the built-in words for a house unit without `/`."""
    if unit in ("percent", "1"):
        return ("%", "bp")
    table = BUILT_IN.table
    words = [word for word in BUILT_IN.words if table[SPOKEN.get(word, word)][1] == table[unit][1]]
    return tuple(sorted(words, key=lambda word: (word in SCALED_UNITS, word)))


def split_quantity(text: str) -> tuple[float, str]:
    """Read `NUMBER [thousand|million|billion] UNIT`; return the number and a pint unit text ("" if none is written).

    Raises
    ------
    QuantityTextError
        If the text does not follow the grammar or a unit is not in the vocabulary in use.
    """
    return _split(text, vocabulary_in_use())


@lru_cache(maxsize=20_000)  # years and months of a path repeat one another
def _split(text: str, vocabulary: Vocabulary) -> tuple[float, str]:
    words = text.split(" ")
    number = _number_of_words(words, text, vocabulary)
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
    # `2 million MUSD` would be two trillions.
    if scaled and rest[0].split("/")[0] in SCALED_UNITS:
        hint = f"keep one of them: `{words[1]}`, or the `{rest[0][0]}` of `{rest[0]}`"
        raise QuantityTextError("double_scale", f"two scales in `{text}`", "one", hint)
    return number, _unit(rest[0], text, vocabulary)


def is_share(text: str) -> bool:
    """Return whether a text is a share, such as `23 %` or `2300 bp`."""
    try:
        return split_quantity(text)[1] in SHARES
    except QuantityTextError:
        return False


def _number_of_words(words: list[str], text: str, vocabulary: Vocabulary) -> float:
    head = words[0]
    glued = re.fullmatch(r"(-?[\d_.]+(?:[eE][+-]?\d+)?)(%|[A-Za-z][A-Za-z0-9/]*)", head)
    if glued and glued[2] in vocabulary.words:
        hint = f"put a blank between number and unit: `{glued[1]} {glued[2]}`"
        raise QuantityTextError("not_a_quantity", f"`{text}`", "a number, a blank and a unit", hint)
    return _number(head, text)


_TERM = re.compile(r"([*/]?) *([A-Za-z]+[23]?|1)(?: *(?:\*\*|\^) *([0-9.]+))? *")
Powers = tuple[tuple[str, float], ...]


@cache
def powers(text: str) -> Powers:
    """Return a unit text as sorted (name, power) pairs, by symbols alone: a month is not a twelfth of a year here.

    Raises
    ------
    UnitError
        If the text is not of the form `USD/km`.
    """
    total: dict[str, float] = {}
    for sign, name, power in _TERM.findall(text):
        if name not in {"1", "dimensionless"}:
            total[name] = total.get(name, 0.0) + float(power or 1) * (-1 if sign == "/" else 1)
    if _TERM.sub("", text):
        raise UnitError("unknown_unit", f"`{text}` is not a unit", "write it like `USD/km`")
    return tuple(sorted((name, power) for name, power in total.items() if power))


@cache
def base_units(text: str, vocabulary: Vocabulary) -> tuple[float, Powers]:
    """Return a unit's factor to units that have a dimension of their own, and those with their powers.

    Parameters
    ----------
    text : str
        A unit text such as `tonne/month`.
    vocabulary : Vocabulary
        The units that it may name.

    Raises
    ------
    UnitError
        If a unit is not in the vocabulary.
    """
    factor, total = 1.0, dict[str, float]()
    for name, power in powers(text):
        if name not in vocabulary.table:
            raise UnitError("unknown_unit", f"the unknown unit `{name}` in `{text}`", known_units(vocabulary))
        scale, base = vocabulary.table[name]
        factor *= scale**power
        total[base] = total.get(base, 0.0) + power
    return factor, tuple(sorted((name, power) for name, power in total.items() if name and power))


def conversion(written: str, wanted: str) -> float | None:
    """Return the factor from a written unit to a house unit, or None where the dimensions differ.

    Parameters
    ----------
    written, wanted : str
        Unit texts such as `km/month` and `km/year`, of the vocabulary in use.

    Raises
    ------
    UnitError
        If a text is not a unit of the vocabulary.
    """
    return _conversion(written, wanted, vocabulary_in_use())


@cache
def _conversion(written: str, wanted: str, vocabulary: Vocabulary) -> float | None:
    (source, dimension), (target, target_dimension) = (base_units(text, vocabulary) for text in (written, wanted))
    return source / target if dimension == target_dimension else None


def factor_of_samples(value: Any, unit: str) -> float | None:
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


def text_of_units(units: Any) -> str:
    """Return the text of a unit of pint; names that another registry gives in full become symbols, `kilometer` km.

    Parameters
    ----------
    units : pint.Unit or str
        The unit of a quantity, or its text.
    """
    text, registry = str(units), getattr(units, "_REGISTRY", None)
    if registry is None:
        return text
    # Pint prints a unit by its full name: `kilometer` of its own registry is `km` here.
    known = {*vocabulary_in_use().table, "dimensionless"}
    return _NAME.sub(lambda name: name[0] if name[0] in known else str(registry.get_symbol(name[0])), text)


def unit_text(unit: str) -> str:
    """Return a pint unit text as people write it: `percent / year` becomes `%/year`."""
    return unit.replace("percent", "%").replace(" ", "")
