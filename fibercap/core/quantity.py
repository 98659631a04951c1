"""Quantities with units for users of Python: pint, with the vocabulary of fibercap and no other units.

Pint takes long to import, and reading and projecting do not use it: import this module inside functions that need it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import pint

from fibercap.core.vocabulary import BUILT_IN, SPOKEN, Vocabulary


@cache
def registry_of(vocabulary: Vocabulary) -> pint.UnitRegistry[Any]:
    """Return the registry that knows the units of a vocabulary; scenarios that declare the same ones share it.

    Quantities of two registries cannot be joined: pint says so.
    """
    lines = []
    for unit, (factor, base) in vocabulary.table.items():
        dimension = vocabulary.dimensions.get(unit)
        meaning = f"[{dimension}]" if dimension else f"{factor!r} * {base}".removesuffix(" * ")
        lines.append(" = ".join([unit, meaning, "_", *(word for word, name in SPOKEN.items() if name == unit)]))
    # No cache on disk: a registry of a dozen lines is made in milliseconds, and a folder may not be writable.
    return pint.UnitRegistry(lines, cache_folder=None)


registry: Final = registry_of(BUILT_IN)
# So that quantities survive pickling, which asks for the registry of the application.
pint.set_application_registry(registry)  # type: ignore[no-untyped-call]  # pint leaves it untyped
Quantity = registry.Quantity


@cache
def house_unit(text: str) -> pint.Unit:
    """Return the unit that a text such as `USD/km` stands for; "" is dimensionless."""
    return registry.Unit(text or "dimensionless")
