"""Units in words: the dimension of a unit as messages name it, and what kind of amount it measures."""

from __future__ import annotations

from functools import cache
from typing import Final

from fibercap.core.currencies import CURRENCIES
from fibercap.core.units import base_units, powers, unit_text
from fibercap.core.vocabulary import Vocabulary, vocabulary_in_use

_NOUNS: Final = {
    "km": "a length",
    "m2": "an area",
    "m3": "a volume",
    "kg": "a mass",
    "kWh": "an energy",
    "piece": "a number of pieces",
    "product": "an amount of a product",
    "material": "an amount of a material",
    "year": "a duration",
}


def in_words(unit: str) -> str:
    """Return the dimension of a unit in words, such as "a length per time".

    `money` is any currency, `product` the unit of any product, "percent" a share.
    """
    return "a share" if unit == "percent" else _in_words(unit, vocabulary_in_use())


@cache
def _in_words(unit: str, vocabulary: Vocabulary) -> str:
    known = unit.replace("money", CURRENCIES[0])
    others = tuple((name, 1.0, name) for name, _ in powers(known) if name not in vocabulary.table)  # `product` too
    powers_of = dict(base_units(known, Vocabulary((*vocabulary.declared, *others), vocabulary.undeclared))[1])
    if not powers_of and "/" in known:  # such as kilograms of a material in a kilogram of the product
        base = vocabulary.base_of(known.partition("/")[0].strip())
        return f"{_noun(base)} per {_noun_after_per(base)}"
    over = [name for name, power in powers_of.items() if power == 1.0]
    under = [name for name, power in powers_of.items() if power == -1.0]
    if len(over) > 1 or len(under) > 1 or len(over) + len(under) < len(powers_of):
        return f"a quantity in {unit_text(unit)}"
    noun = _noun(over[0]) if over else "a rate" if under else "a number without a unit"
    if not under:
        return {"money": "an amount of money"}.get(noun, noun)
    return f"{noun} per {_noun_after_per(under[0])}"


def _noun(base: str) -> str:
    """Return what a unit with a dimension of its own measures."""
    return "money" if base in CURRENCIES else _NOUNS.get(base, f"an amount in {base}")


def _noun_after_per(base: str) -> str:
    noun = _noun(base)
    return {"a duration": "time"}.get(noun, noun.removeprefix("an ").removeprefix("a "))


def unit_mismatch(actual: str, wanted: str) -> tuple[str, str, str]:
    """Return the texts of an error: a limit is in another unit than the row or measure that it limits.

    Parameters
    ----------
    actual, wanted : str
        The units of the limit and of the subject.
    """
    if actual in CURRENCIES and wanted in CURRENCIES:
        return f"an amount in {actual}", f"one in {wanted}", f"the subject is in {wanted}"
    return in_words(actual), in_words(wanted), f"the subject is in {wanted or 'plain numbers'}"


_TIMES: Final = frozenset({"", "1", "year", "month", "day", "percent", "dimensionless"})


def is_money(unit: str) -> bool:
    """Return whether a unit is that of money, or of money by the year."""
    over, _, under = unit.replace(" ", "").partition("/")
    return over in CURRENCIES and under in ("", "year")


def counts_products(unit: str) -> bool:
    """Return whether a unit is that of products, or of products by the year, such as `km` or `tonne/year`."""
    over, _, under = unit.replace(" ", "").partition("/")
    return "*" not in over and over not in _TIMES and over not in CURRENCIES and under in ("", "year")
