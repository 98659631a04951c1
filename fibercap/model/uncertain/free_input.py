"""Inputs that may differ from sample to sample: their unit, and why others may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Number, Of
from fibercap.core.language.series import OverTime, Series
from fibercap.core.language.spec import field_at, quantities
from fibercap.model.plan.inputs import written_path

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

SHARES: Final = ("percent", "share")
CALENDAR: Final = "dates, maturities and lives shape the calendar of the model"
CHOICE: Final = "it is a choice between a few numbers"


@dataclass(frozen=True)
class FreeInput:
    """An input that may differ by sample: its unit, "percent" of a share, and whether it may change over time."""

    path: str
    unit: str
    several: bool = False
    """Whether it has more than one value."""
    over_time: bool = False

    @property
    def house(self) -> str:
        """The unit of its numbers: that of a share is 1."""
        return "" if self.unit == "percent" else self.unit


@dataclass(frozen=True)
class FixedInput:
    """An input that is one for all samples, and why."""

    path: str
    why: str


def _differs(field: Any) -> bool:
    """Return whether a field takes samples."""
    return getattr(field, "takes_samples", True) or getattr(field, "takes_whole_samples", False)


def inputs_by_path(plan: Plan) -> dict[str, tuple[Any, str]]:
    """Return the value and the unit of every number, date and series of a plan, by path."""
    return {".".join(written_path(keys)): (value, unit) for keys, value, unit in quantities(plan)}


def _is_rate_of_growth(address: str, inputs: Mapping[str, tuple[Any, str]]) -> bool:
    """Tell whether an input is the rate at which a series grows, which stands beside its keys."""
    for key in ("growth", "growth.rate"):
        series = inputs.get(address.removesuffix(f".{key}"), (None, ""))[0] if address.endswith(f".{key}") else None
        if isinstance(series, Series) and series.growth is not None and series.growth.key == key:
            return True
    return False


def free_input(plan: Plan, path: str, inputs: Mapping[str, tuple[Any, str]]) -> FreeInput | FixedInput | None:
    """Return what an input is to samples; None if the plan has no such input.

    Parameters
    ----------
    plan, path : Plan, str
        The plan, and the path of the input, or of one value of a series.
    inputs : mapping
        Those of `inputs_by_path`.
    """
    stem, _, key = path.rpartition(".")
    series = inputs.get(stem, (None, ""))[0]
    of_series = path not in inputs and isinstance(series, Series) and key in series.names
    address = stem if of_series else path
    if address not in inputs:
        return None
    value, unit = inputs[address]
    if _is_rate_of_growth(address, inputs):
        return FreeInput(path, unit)
    field: Any = field_at(type(plan), tuple(address.split(".")))
    one = getattr(field, "of", field)
    if isinstance(one, Number) and one.known:
        return FixedInput(path, CHOICE)
    if not (isinstance(one, Number | Of | Duration) or hasattr(value, "unit")) or not _differs(one):
        return FixedInput(path, CALENDAR)
    if address.startswith("exchange."):
        unit = f"{plan.currency}/{address.split('.')[1]}"
    elif unit in SHARES:
        unit = "percent"
    else:
        unit = plan.house_unit_at(address, unit)
    several = isinstance(value, Mapping) or (isinstance(value, Series) and len(value.values) > 1)
    return FreeInput(path, unit, several and not of_series, isinstance(field, OverTime) and not of_series)
