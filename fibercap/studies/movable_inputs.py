"""Inputs that can be moved: the numbers of a scenario, each multiplied by a factor, many of them in one batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.core.language.fields import Number, Of
from fibercap.core.language.series import Series
from fibercap.core.language.spec import field_at, quantities
from fibercap.core.units import Array, Samples
from fibercap.model.loans.clauses.values_by_day import Steps
from fibercap.model.plan.inputs import written_path
from fibercap.model.plan.scenario import Scenario
from fibercap.model.uncertain.free_input import FixedInput, free_input, inputs_by_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOTALS: Final = frozenset({"spend", "schedule", "table"})
"""Blocks whose members must add up to 100 %: none can be moved alone."""

SHARES: Final = ("percent", "share")
"""Units of inputs that are written in %."""


@dataclass(frozen=True)
class Handle:
    """One number: its path, present value in house units, and unit; `slope` is the amount that a factor of 2 adds."""

    path: str
    value: float
    slope: float
    unit: str


@dataclass(frozen=True)
class Lever:
    """An input that can be moved by a factor between `low` and `high`, all its values over time together.

    `share` says whether it is written in %.
    """

    name: str
    handles: tuple[Handle, ...]
    kind: str = ""
    source: str = ""
    low: float = 0.0
    high: float = np.inf
    share: bool = False

    @property
    def alone(self) -> bool:
        """Whether the input is a single number, so that its value can be printed instead of a factor."""
        return len(self.handles) == 1

    @property
    def unit(self) -> str:
        """Unit of its values."""
        return self.handles[0].unit

    def value_at(self, factor: float) -> float:
        """Return the value of the input, the first of several, when it is moved by a factor."""
        first = self.handles[0]
        return first.value + (factor - 1.0) * first.slope


@dataclass(frozen=True)
class Change:
    """An input moved by `change`, a share of its value: 0.1 is a tenth higher."""

    lever: Lever
    change: float

    @property
    def path(self) -> str:
        """The path of the input."""
        return self.lever.name

    @property
    def kind(self) -> str:
        """The evidence for the input: stated, derived or assumed."""
        return self.lever.kind

    @property
    def unit(self) -> str:
        """Its unit."""
        return self.lever.unit

    @property
    def present(self) -> float | None:
        """Its present value; None if it is several values over time."""
        return self.lever.value_at(1.0) if self.lever.alone else None

    @property
    def value(self) -> float | None:
        """Its value after the change; None if it is several values over time."""
        return self.lever.value_at(1.0 + self.change) if self.lever.alone else None


def levers(scenario: Scenario) -> list[Lever]:
    """Return a lever for every written number that can be moved and is not zero, in the order of the scenario.

    Dates, names, counts, kinds and maturities cannot be moved; shares that must total 100 % cannot be moved alone.
    """
    movable = []
    for item in scenario.inputs():
        handles = tuple(_handles(scenario, item.path, item.value, item.unit))
        if handles and any(handle.value for handle in handles) and not TOTALS & set(item.path.split(".")):
            low, high = _range(item.path, item.unit, handles)
            share = item.unit in SHARES
            movable.append(Lever(item.path, handles, item.kind, item.source, low, high, share))
    return movable


def lever(scenario: Scenario, path: str) -> Lever:
    """Return a lever for one input by its path, written or left at its default; it may be zero.

    Raises
    ------
    FibercapError
        If there is no such input, or it cannot be moved.
    """
    written = {item.path: item for item in scenario.inputs()}
    known: dict[str, tuple[Any, str]] = {}
    for keys, value, unit in quantities(scenario):
        name = ".".join(written_path(keys))
        known[name] = (value, unit)
    if path not in known:
        raise FibercapError(
            "no_such_name", f"no input `{path}` in {scenario.file}", did_you_mean(path, _near(path, known), "inputs")
        )
    handles = tuple(_handles(scenario, path, *known[path]))
    if not handles:
        fixed = free_input(scenario, path, inputs_by_path(scenario))
        why = fixed.why if isinstance(fixed, FixedInput) else "it is not a number"
        raise FibercapError("not_movable", f"`{path}` is fixed: {why}", f"compare plans: --set {path}=VALUE")
    low, high = _range(path, known[path][1], handles)
    item = written.get(path)
    kind, source = (item.kind, item.source) if item else ("assumed", "")
    return Lever(path, handles, kind, source, low, high, known[path][1] in SHARES)


def _near(path: str, known: Mapping[str, Any]) -> list[str]:
    """Return the inputs of the same block as a path; all inputs if it has none. It keeps a hint short."""
    stem = path.rsplit(".", 1)[0]
    return [name for name in known if name.startswith(f"{stem}.")] or list(known)


def _handles(scenario: Scenario, path: str, value: Any, unit: str) -> Iterator[Handle]:
    field = field_at(Scenario, tuple(path.split(".")))
    if isinstance(field, Number) and field.known:  # a choice between a few, such as days in a year
        return
    if isinstance(field, Of) and not field.takes_samples:
        return
    house = "" if unit in SHARES else scenario.house_unit_at(path, unit)
    if path.startswith("exchange.") and unit != "1/year":  # the rate itself, not its growth
        house = f"{scenario.currency}/{path.split('.')[1]}"
    if isinstance(value, Series | Steps):
        members = [(f"{path}.{name}" if name else path, amount) for name, amount in value.by_key]
    elif isinstance(value, Mapping):
        members = [(f"{path}.{key}", amount) for key, amount in value.items()]
    else:
        members = [(path, value)]
    for name, amount in members:
        # `rest` has no number of its own, samples are moved already, and dates and words are no arrays.
        if unit == "rest" or np.shape(amount) or type(amount) is not np.ndarray:
            return
        yield Handle(name, float(amount), float(amount), house)


def _range(path: str, unit: str, handles: Sequence[Handle]) -> tuple[float, float]:
    """Return the factors between which every value stays within the bounds of its field."""
    bounds = _bounds(path, unit)
    largest = max(abs(handle.value) for handle in handles)
    if not largest:
        return 0.0, np.inf
    high = bounds[1] / largest if np.isfinite(bounds[1]) else np.inf
    # All values move together: the largest meets the upper bound first, the smallest the lower one.
    low = bounds[0] / min(abs(h.value) for h in handles if h.value) if bounds[0] > 0 else 0.0
    return low, high


def _bounds(path: str, unit: str) -> tuple[float, float]:
    """Return the lowest and the highest value that an input may have, in house units."""
    field: Any = field_at(Scenario, tuple(path.split(".")))
    field = getattr(field, "of", field)
    if isinstance(field, Of):
        return field.low, field.bounds[1]
    return (0.0, 1.0) if unit in SHARES else (0.0, np.inf)


def input_samples(moves: Sequence[tuple[Lever, float]]) -> dict[str, Any]:
    """Return the values of inputs, by path, each `(move, 1)`: in every sample one lever is moved, the others stay."""
    samples: dict[str, Array] = {}
    units: dict[str, str] = {}
    for row, (moved, factor) in enumerate(moves):
        for handle in moved.handles:
            values = samples.setdefault(handle.path, np.full((len(moves), 1), handle.value))
            # Not value * factor: an input that is zero, and a discount rate, are moved by units.
            values[row] = handle.value + (factor - 1.0) * handle.slope
            units[handle.path] = handle.unit
    return {path: Samples(values, units[path]) for path, values in samples.items()}
