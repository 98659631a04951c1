"""The largest amount allowed in each kind of unit; a larger one is a slip of the pen, and its sums would lose cents."""

from __future__ import annotations

from functools import cache
from typing import Final

from fibercap.core.currencies import CURRENCIES
from fibercap.core.units import base_units, powers
from fibercap.core.vocabulary import Vocabulary, vocabulary_in_use

LARGEST: Final = 1e18
"""The limit in other units: larger than in any plan, but the product of a few such numbers is still finite."""
RATE: Final = 10.0
YEARS: Final = 200.0
MONEY: Final = 1e15
_AMOUNTS: Final = frozenset((code, 1.0) for code in CURRENCIES)


def most(unit: str) -> float:
    """Return the largest amount that is allowed in a unit; minus that is the least.

    Parameters
    ----------
    unit : str
        A unit of the vocabulary, such as `USD/year` or `percent / year`; `money` stands for any currency, `product` and
        `material` for the unit of any product, and `unit` for the currency that is exchanged.

    Returns
    -------
    float [unit]
        1,000 % a year for rates, 200 years for durations, 1e15 for money, also over time or length; else 1e18.

    Raises
    ------
    UnitError
        If a unit is not in the vocabulary.

    Source
    ------
    docs/reference/scenario.md, "How things are written": a choice of the project.
    """
    for name, known in (("money", CURRENCIES[0]), ("product", "km"), ("material", "kg"), ("/unit", "")):
        unit = unit.replace(name, known)
    return _most(unit, vocabulary_in_use())


@cache
def _most(unit: str, vocabulary: Vocabulary) -> float:
    scale, base = base_units(unit, vocabulary)
    for like, limit in (("1 / year", RATE), ("year", YEARS)):
        if base == powers(like):
            return limit / scale
    over, dimension = base_units(unit.partition("/")[0].strip(), vocabulary)
    return MONEY / over if len(dimension) == 1 and dimension[0] in _AMOUNTS else LARGEST


def amount_text(number: float) -> str:
    """Return a number as messages show it and the grammar reads it: `1e15`, not `1e+15`."""
    return f"{number:g}".replace("e+", "e")
