"""The largest amount allowed in each kind of unit; a larger one is a slip of the pen, and its sums would lose cents."""

from __future__ import annotations

from functools import cache
from typing import Final

from fibercap.core.units import CURRENCIES, conversion

LARGEST: Final = 1e18
"""The limit in other units: larger than in any plan, but the product of a few such numbers is still finite."""
RATE: Final = 10.0
YEARS: Final = 200.0
MONEY: Final = 1e15


@cache
def most(unit: str) -> float:
    """Return the largest amount that is allowed in a unit; minus that is the least.

    Parameters
    ----------
    unit : str
        A unit of the vocabulary, such as `USD/year` or `percent / year`; `money` stands for any currency, and
        `unit` for the one that is exchanged.

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
    known = unit.replace("money", CURRENCIES[0]).removesuffix("/unit")
    for like, limit in (("1 / year", RATE), ("year", YEARS)):
        factor = conversion(like, known)
        if factor is not None:
            return limit * factor
    over = known.partition("/")[0].strip()
    factors = (conversion(code, over) for code in CURRENCIES)
    return next((MONEY * factor for factor in factors if factor is not None), LARGEST)


def amount_text(number: float) -> str:
    """Return a number as messages show it and the grammar reads it: `1e15`, not `1e+15`."""
    return f"{number:g}".replace("e+", "e")
