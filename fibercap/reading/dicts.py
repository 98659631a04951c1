"""Scenarios written as Python dicts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.units import text_of_units, unit_text

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "the dict"


def text_of_dict(plan: Mapping[Any, Any]) -> str:
    """Return the YAML text of a scenario that is written as a dict.

    Parameters
    ----------
    plan : mapping
        Keys as in a file; values are texts, numbers, dates, booleans, pint Quantities, and lists and dicts of these.
        NumPy's numbers count as numbers.

    Raises
    ------
    ScenarioError
        With every value that cannot be written in a scenario.
    """
    problems = [*_problems(plan, ())]
    if problems:
        raise ScenarioError(NAME, problems)
    return yaml.safe_dump(_plain(plan), sort_keys=False, allow_unicode=True, default_flow_style=False, width=100_000)


def _problems(value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the values that have no form in a file."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _problems(child, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for number, child in enumerate(value, start=1):
            yield from _problems(child, (*path, str(number)))
    elif not isinstance(value, str | bool | int | float | date | np.generic | None) and not _is_quantity(value):
        kind, wanted = type(value).__name__, "a text, a number, a date, a Quantity, a list or a dict"
        yield Problem(".".join(path), "not_in_a_dict", f"an object of type `{kind}`", wanted)


def _plain(value: Any) -> Any:
    """Return a value with plain Python objects only, as YAML can be written from."""
    if isinstance(value, Mapping):
        return {key if isinstance(key, int | date) else str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(child) for child in value]
    if isinstance(value, np.generic):
        return value.item()
    if _is_quantity(value):
        return f"{_plain(np.asarray(value.magnitude)[()])} {unit_text(text_of_units(value.units))}"
    return value.date() if isinstance(value, datetime) else value


def _is_quantity(value: Any) -> bool:
    """Return whether a value is one pint Quantity, of any registry."""
    return hasattr(value, "magnitude") and hasattr(value, "units") and np.ndim(value.magnitude) == 0
