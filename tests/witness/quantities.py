"""Quantities as a scenario writes them, such as `1.5 million km/year` (docs/reference/scenario.md, how things are written)."""

import re
from typing import Any, NamedTuple

CURRENCIES = ("USD", "EUR", "DEM", "BRL", "INR")
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
UNITS = {
    "%": 0.01,
    "bp": 0.0001,
    "km": 1.0,
    "Mkm": 1e6,
    "annuity": 1.0,
    "kg": 1.0,
    "bottle": 1.0,
    "coil": 1.0,
    "tonne": 1.0,
    "l": 1.0,
    "manday": 1.0,
    "day": 1.0,
    "month": 1.0,
    "quarter": 3.0,
    "year": 12.0,
}
PER_YEAR = {"year": 1.0, "month": 12.0, "quarter": 4.0, "day": 365.0}
FORM = re.compile(r"^([-+]?[\d_.]+(?:e[-+]?\d+)?)(?:\s+(thousand|million|billion))?(?:\s+(\S+))?$")


class Quantity(NamedTuple):
    """A number in currency, km, years, months or days, and the currency that it is in, if any."""

    value: float
    currency: str


def read_quantity(text: str) -> Quantity:
    """Return the quantity that a text such as `8.5 %/year` stands for (docs/conventions.md, section 1)."""
    match = FORM.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a quantity")
    number, scale, unit = match.groups()
    value = float(number.replace("_", "")) * SCALES.get(scale or "", 1.0)
    if unit is None:
        return Quantity(value, "")
    above, _, below = unit.partition("/")
    if above[-3:] in CURRENCIES:
        value *= {"": 1.0, "k": 1e3, "M": 1e6}[above[:-3]]
        currency = above[-3:]
    else:
        value *= UNITS[above if above in UNITS else above.removesuffix("s")]
        currency = ""
    return Quantity(value * PER_YEAR.get(below, 1.0), currency)


def read_number(node: Any, default: str = "0") -> float:
    """Return the number of a quantity, without its currency."""
    return read_quantity(default if node is None else node).value


def is_share(text: str) -> bool:
    """Whether a text is a share, such as `23 %`."""
    return text.strip().endswith(("%", "bp"))
