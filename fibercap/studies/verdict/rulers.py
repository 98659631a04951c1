"""Rulers: the inputs by which worth is measured, and the plans that measure it by others than the plan as written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.period_names import is_business_year
from fibercap.studies.differences import different_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.model.plan.scenario import Scenario

RULERS: Final = ("money.discount_rate", "money.valuation_date", "money.terminal_value", "opening")
"""Inputs by which worth is measured, or from which it starts; plans that differ in one cannot be compared by worth."""


def unlike_rulers(plans: Mapping[str, Scenario], baseline: str) -> dict[str, tuple[str, ...]]:
    """Return the plans that measure worth by other inputs than the plan as written, with those inputs.

    If all plans do, they are compared with the baseline instead.
    """
    unlike = _unlike(differences_from_written(plans, baseline))
    if all(name in unlike for name in plans):
        return _unlike({name: different_inputs(plans[baseline], plan) for name, plan in plans.items()})
    return unlike


def differences_from_written(
    plans: Mapping[str, Scenario], baseline: str
) -> dict[str, dict[str, tuple[str | None, str | None]]]:
    """Return by plan the inputs in which it differs from the plan as written, before any option, with both texts."""
    written = plans[baseline].as_written
    return {name: different_inputs(written, plan) for name, plan in plans.items()}


def _unlike(apart: Mapping[str, Mapping[str, object]]) -> dict[str, tuple[str, ...]]:
    return {name: inputs for name, paths in apart.items() if (inputs := _within(paths, RULERS))}


def _within(paths: Mapping[str, object], blocks: tuple[str, ...]) -> tuple[str, ...]:
    """Return the inputs that lie in some blocks, each once, in short."""
    short_paths = dict.fromkeys(
        short_path(path) for path in paths if f"{path}.".startswith(tuple(f"{b}." for b in blocks))
    )
    return tuple(short_paths)


def short_path(path: str) -> str:
    """Return a path up to its first key that is a date."""
    parts = path.split(".")
    dated = (n for n, part in enumerate(parts) if n > 1 and (part[0].isdigit() or is_business_year(part)))
    return ".".join(parts[: next(dated, len(parts))])
