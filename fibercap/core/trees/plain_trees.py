"""Trees from Python dicts, in which programs write changes of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.units import text_of_units, unit_text

VERBS: Final = frozenset({"remove", "change", "add"})


def overlay_of(changes: Mapping[str, Any]) -> Branch:
    """Return the overlay of a dict: one with the keys `remove`, `change` and `add`, or else new values by path.

    Values are texts as in a file, numbers, dates, booleans, pint Quantities, and lists and dicts of these.
    """
    if isinstance(changes, Branch):
        return changes
    return _branch(changes if VERBS.issuperset(changes) else {"change": changes})


def _branch(values: Mapping[Any, Any]) -> Branch:
    return Branch(
        {str(key): _branch(child) if isinstance(child, Mapping) else _leaf(child) for key, child in values.items()}
    )


def _leaf(value: Any) -> Leaf:
    if isinstance(value, list | tuple):
        return Leaf(tuple(_text(child) for child in value))
    return Leaf(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "magnitude"):
        return f"{value.magnitude} {unit_text(text_of_units(value.units))}"
    return str(value)
