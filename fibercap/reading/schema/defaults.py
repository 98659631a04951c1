"""Default values of fields as text in a scenario file."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic_core import PydanticCustomError

from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Field, Number, Of, Word
from fibercap.core.language.money_or_share import TruthField
from fibercap.core.language.product_units import UnitOfProduct
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.language.tolerance import Tolerance
from fibercap.core.trees.tree import Leaf
from fibercap.core.units import unit_text
from fibercap.core.vocabulary import PlanUnits

MONTHS_IN_YEAR = 12


def written_default(default: Any, kind: Field | OneOf | None) -> Any:
    """Return a default as it would be written; None if it means that the key is left out.

    A default that may not be written, such as a commitment of 0, means that the key is left out.

    Parameters
    ----------
    default : object
        The default. [house unit]
    kind : Field or OneOf, optional
        The field type or union that reads the key.
    """
    if isinstance(kind, OneOf):
        return _default_of_union(default, kind)
    if kind is None or default is None or (isinstance(default, str) and not default):
        return None
    value = _value(default, kind)
    try:
        kind.parse(Leaf(str(value).lower() if isinstance(value, bool) else str(value)), _NO_CONTEXT)
    except PydanticCustomError:
        return None
    return value


class _NoContext:
    context: dict[str, Any] | None = None


_NO_CONTEXT: Any = _NoContext()


def _value(default: Any, kind: Field) -> Any:
    if isinstance(kind, PathOf) and isinstance(default, Series):
        return _value(default.values[0], kind.of)
    if isinstance(kind, Of):
        return _quantity(float(default), kind)
    if isinstance(kind, Duration):
        months = int(default)
        count, unit = (months, "month") if months % MONTHS_IN_YEAR or not months else (months // MONTHS_IN_YEAR, "year")
        return f"{count} {unit}{'s' * (count != 1)}"
    if isinstance(default, Tolerance):
        return str(default)
    if isinstance(kind, Number):
        return float(default) if float(default) % 1 else int(default)
    return default if isinstance(kind, Word | TruthField | UnitOfProduct) else ""


def _quantity(magnitude: float, kind: Of) -> str:
    factor, unit = {"percent": (100, "%"), "1/year": (100, "%/year"), "day": (1, "days")}.get(
        kind.unit, (1, unit_text(kind.house(PlanUnits())))
    )
    return f"{np.round(factor * magnitude, 9):g} {unit}"


def _default_of_union(default: Any, union: OneOf) -> Any:
    """Return a default of a union: a word, or a block of the keys that name its kind."""
    for tag, member in union.members.items():
        if isinstance(member, type) and type(default) is member:
            return tag if tag in union.words else kind_words(member) or None
    return None


def kind_words(spec: type[Spec]) -> dict[str, str]:
    """Return the keys of a block whose only possible value names its kind, such as `style: level`."""
    words = {}
    for key, name in spec.fields_by_key().items():
        for mark in spec.model_fields[name].metadata:
            if isinstance(mark, Word) and len(mark.known) == 1:
                words[key] = mark.known[0]
    return words
