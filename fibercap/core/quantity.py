"""Quantities with units for users of Python: pint, with the vocabulary of fibercap and no other units.

Pint takes long to import, and reading and projecting do not use it: import this module inside functions that need it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import pint

from fibercap.core.units import DIMENSIONS, SPOKEN, UNITS


def _make_registry() -> pint.UnitRegistry[Any]:
    lines = []
    for unit, (factor, base) in UNITS.items():
        meaning = f"[{DIMENSIONS[unit]}]" if unit in DIMENSIONS else f"{factor!r} * {base}".removesuffix(" * ")
        lines.append(" = ".join([unit, meaning, "_", *(word for word, name in SPOKEN.items() if name == unit)]))
    made: pint.UnitRegistry[Any] = pint.UnitRegistry(lines, cache_folder=None)
    pint.set_application_registry(made)  # type: ignore[no-untyped-call]  # pint leaves it untyped
    return made


registry: Final = _make_registry()
Quantity = registry.Quantity


@cache
def house_unit(text: str) -> pint.Unit:
    """Return the unit that a text such as `USD/km` stands for; "" is dimensionless."""
    return registry.Unit(text or "dimensionless")
