"""The words for units: those that are built in, and those that a scenario declares for its own products.

House units are coherent: one money unit per currency, one unit for each kind of product, `year`, and `month` and `day`
where the calendar counts. Formulas multiply them symbolically, so no conversion factor can hide in a model.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fibercap.core.currencies import CURRENCIES, PER_EURO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Table = dict[str, tuple[float, str]]
"""The factor of each unit to a unit that has a dimension of its own, and that unit; "" for a plain number."""

DAYS_IN_YEAR: Final = 365
"""A day in rates is so great a part of a year; calendar arithmetic counts days by their dates."""

PRODUCT_DIMENSIONS: Final = {
    "km": "length",
    "m2": "area",
    "m3": "volume",
    "kg": "mass",
    "kWh": "energy",
    "piece": "count",
}
"""The unit of each kind of product that has a dimension of its own; pint's name of the dimension."""
DIMENSIONS: Final = {
    **PRODUCT_DIMENSIONS,
    "year": "time",
    **{code: code for code in CURRENCIES if code not in PER_EURO},
}

_PREFIXES: Final = {"m": -3, "c": -2, "d": -1, "": 0, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12}
_SYMBOLS: Final = (  # a symbol, the exponent of its factor to a unit with a dimension, its power, and its prefixes
    ("m", -3, "km", 1, ("m", "c", "d", "", "k", "M")),
    ("m2", 0, "m2", 2, ("m", "c", "", "k")),
    ("m3", 0, "m3", 3, ("m", "c", "d", "", "k")),
    ("l", -3, "m3", 1, ("m", "c", "d", "", "h", "k", "M")),
    ("g", -3, "kg", 1, ("m", "", "k")),
    ("t", 3, "kg", 1, ("", "k", "M")),
    ("Wh", -3, "kWh", 1, ("", "k", "M", "G", "T")),
)
PRODUCT_UNITS: Final[Table] = {
    **{
        f"{prefix}{symbol}": (10.0 ** (exponent + power * _PREFIXES[prefix]), base)
        for symbol, exponent, base, power, prefixes in _SYMBOLS
        for prefix in prefixes
    },
    "Mkm": (1e6, "km"),
    "tonne": (1e3, "kg"),
    "piece": (1.0, "piece"),
}
_OTHER: Final[Table] = {
    "year": (1.0, "year"),
    "quarter": (1 / 4, "year"),
    "month": (1 / 12, "year"),
    "day": (1 / DAYS_IN_YEAR, "year"),
    "percent": (0.01, ""),
    "bp": (0.0001, ""),
}
_MONEY: Final[Table] = {
    f"{prefix}{code}": (scale * (1 / PER_EURO[code]), "EUR") if code in PER_EURO else (scale, code)
    for prefix, scale in (("", 1.0), ("k", 1e3), ("M", 1e6))
    for code in CURRENCIES
}
UNITS: Final[Table] = {**PRODUCT_UNITS, **_OTHER, **_MONEY}
"""Every unit that is built in."""

SHARES: Final = ("percent", "bp")
SCALES: Final = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
SPOKEN: Final = {
    "years": "year",
    "yr": "year",
    "quarters": "quarter",
    "months": "month",
    "days": "day",
    "tonnes": "tonne",
    "pieces": "piece",
    "%": "percent",
}
"""Other words for units; `percent` itself is written `%`."""
SCALED_UNITS: Final = frozenset({"Mkm"} | {f"{prefix}{code}" for prefix in "kM" for code in CURRENCIES})
"""Units that say thousand or million themselves, so that the number before them does not."""


@dataclass(frozen=True)
class Vocabulary:
    """The units that one scenario knows: those built in, and those that it declares.

    Attributes
    ----------
    declared : tuple of (name, factor, base)
        Units of the scenario's own, with their factor to a unit that has a dimension; a new one is its own base.
    undeclared : tuple of str
        Names that products have as their units though nobody declares them. They are read as new units, so that only
        the product's `unit` is in error.
    circles : tuple of tuple of str
        Declared units that are defined by each other, which are read as new units too; only their meaning is in error.

    Examples
    --------
    >>> coils = Vocabulary((("coil", 12.0, "km"), ("pallet", 1.0, "pallet")))
    >>> coils.table["coil"], coils.dimensions["pallet"], coils.base_of("tonne")
    ((12.0, 'km'), 'pallet', 'kg')
    """

    declared: tuple[tuple[str, float, str], ...] = ()
    undeclared: tuple[str, ...] = ()
    circles: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def _own_units(self) -> tuple[tuple[str, float, str], ...]:
        return (*self.declared, *((name, 1.0, name) for name in self.undeclared))

    @cached_property
    def table(self) -> Mapping[str, tuple[float, str]]:
        """The factor of every unit to one with a dimension of its own, and that one."""
        return (
            {**UNITS, **{name: (factor, base) for name, factor, base in self._own_units}} if self._own_units else UNITS
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that may be written for a unit."""
        return frozenset({*self.table, *SPOKEN} - {"percent"})

    @cached_property
    def dimensions(self) -> Mapping[str, str]:
        """The units that have a dimension of their own, and the names of those dimensions."""
        return {**DIMENSIONS, **{name: name for name, _, base in self._own_units if name == base}}

    @cached_property
    def product_units(self) -> tuple[str, ...]:
        """The units that a product may be measured in."""
        return (*PRODUCT_UNITS, *(name for name, _, _ in self.declared))

    def base_of(self, unit: str) -> str:
        """Return the unit with a dimension of its own to which a unit is converted."""
        return self.table[unit][1]


BUILT_IN: Final = Vocabulary()


class PlanUnits(NamedTuple):
    """The units in which a plan keeps amounts: its currency, and those of the product and the material in question.

    A plan in kg and tonnes keeps both in one of them; `product_as_written` and `material_as_written` are for messages.
    """

    currency: str = "USD"
    product: str = "km"
    material: str = "kg"
    product_as_written: str = ""
    material_as_written: str = ""

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> PlanUnits:
        """Return the units that a validation's context names."""
        return cls(**{name: context[name] for name in cls._fields if name in context})

    @property
    def as_written(self) -> PlanUnits:
        """The units as the plan writes them, in which messages speak."""
        product, material = self.product_as_written or self.product, self.material_as_written or self.material
        return self._replace(product=product, material=material)


_in_use: ContextVar[Vocabulary] = ContextVar("vocabulary", default=BUILT_IN)


def vocabulary_in_use() -> Vocabulary:
    """Return the vocabulary of the scenario that is being read, or the built-in one."""
    return _in_use.get()


@contextmanager
def using(vocabulary: Vocabulary) -> Iterator[None]:
    """Read quantities with the units of a scenario, as long as the block lasts."""
    token = _in_use.set(vocabulary)
    try:
        yield
    finally:
        _in_use.reset(token)
