"""Where inputs come from: their text, place, source and all changes since they were first written, or their default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.language.money_or_share import Part
from fibercap.core.language.series import Series
from fibercap.core.language.spec import Spec, quantities
from fibercap.core.language.tolerance import Tolerance
from fibercap.core.trees.overlay import settable
from fibercap.core.trees.tree import Leaf, leaves, subtree
from fibercap.core.units import unit_text
from fibercap.model.plan.inputs import written_path
from fibercap.model.plan.plan_schema import SCHEMA

if TYPE_CHECKING:
    from fibercap.core.errors import Place
    from fibercap.core.trees.tree import Tree
    from fibercap.model.plan.scenario import Scenario


@dataclass(frozen=True)
class Step:
    """One step in the history of an input: its value after the step, where and how it was written.

    `operator` is the operator, such as `times`, that changed the `previous` value.
    """

    value: str
    place: Place | None
    how: str
    operator: str = ""
    previous: str | None = None


@dataclass(frozen=True)
class Written:
    """An input as written, or its default where it is omitted; `text` is empty for a block of inputs."""

    path: str
    text: str
    is_default: bool = False
    steps: tuple[Step, ...] = ()
    source: str = ""
    title: str = ""
    kind: str = ""
    where: str = ""
    note: str = ""

    @property
    def place(self) -> Place | None:
        """The place of its present value."""
        return self.steps[-1].place if self.steps else None


class Inputs:
    """The inputs of one scenario, by path."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.values, self.wrappers = scenario.unwrapped_tree

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of all written inputs."""
        return tuple(".".join(path) for path, _ in leaves(self.values))

    @cached_property
    def _paths_with_evidence(self) -> tuple[str, ...]:
        return tuple(item.path for item in self.scenario.inputs())

    @cached_property
    def _quantities(self) -> dict[str, tuple[Any, str]]:
        """Every number, date and series of the plan, defaults included, with its unit."""
        numbers = {}
        for path, value, unit in quantities(self.scenario):
            numbers[".".join(written_path(path))] = value, unit
        return numbers

    def is_input(self, path: str) -> bool:
        """Tell whether a path is an input or a block of inputs, written or left at its default."""
        keys = tuple(path.split("."))
        return settable(self.values, keys, SCHEMA)

    def moves_between_keys(self, path: str) -> bool:
        """Tell whether an input over time grows, or is joined by straight lines."""
        value, _ = self._quantities.get(path, (None, ""))
        if not isinstance(value, Series) or not value.starts:
            return False
        product = self.scenario.products.get(path.split(".")[1]) if path.startswith("products.") else None
        linear = product is not None and product.interpolate == "linear" if value.linear is None else value.linear
        return linear or value.growth is not None

    def below(self, path: str) -> tuple[Written, ...]:
        """Return each input written at or below a path; its default if none is written."""
        keys = tuple(path.split("."))
        tree = subtree(self.values, keys)
        nodes = [((*keys, *inner), leaf) for inner, leaf in leaves(tree)] if tree is not None else []
        inputs = [self._leaf(where, leaf) for where, leaf in nodes if where[-1] != "note" or len(nodes) == 1]
        return tuple(inputs) or self._defaults(path)

    def one(self, path: str) -> Written:
        """Return an input as one entry; a block, such as a series over time, with all its values on one line."""
        keys = tuple(path.split("."))
        tree = subtree(self.values, keys)
        while tree is None and len(keys) > 1 and not self.is_input(".".join(keys)):
            keys = keys[:-1]
            tree = subtree(self.values, keys)
        if tree is None:
            return self._default(path)
        if isinstance(tree, Leaf):
            return self._leaf(keys, tree)
        step = Step(_line(tree), tree.place, "written")
        return Written(".".join(keys), _line(tree), is_default=False, steps=(step,), **self._provenance(keys))

    def _leaf(self, keys: tuple[str, ...], leaf: Leaf) -> Written:
        return Written(
            ".".join(keys), _text(leaf.value), is_default=False, steps=_steps(leaf), **self._provenance(keys)
        )

    def _provenance(self, keys: tuple[str, ...]) -> dict[str, str]:
        """Return source, title, kind, where and note of an input: its own, or those of the block around it.

        An input that is not a number, a date or a series, such as a title or a style, needs no evidence: it has a
        source only if one is written.
        """
        around = [self.wrappers[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.wrappers]
        block: Mapping[str, Tree] = around[0] if around else {}
        notes = {key: _text(leaf.value) for key in ("where", "note") if isinstance(leaf := block.get(key), Leaf)}
        if not self._counts(".".join(keys)) and not any("source" in wrapper for wrapper in around):
            return notes
        name = self.scenario.source_at(keys, self.wrappers)
        source = self.scenario.sources.get(name)
        title, kind = (source.title, source.kind) if source else ("", self.scenario.kind_of(name))
        return {"source": name, "title": title, "kind": kind, **notes}

    def _counts(self, path: str) -> bool:
        """Tell whether a path is a number, date or series, part of one, or a block that holds one."""
        return any(f"{path}.".startswith(f"{one}.") or one.startswith(f"{path}.") for one in self._paths_with_evidence)

    def _plan_value(self, path: str) -> Any:
        """Return the value in the plan at a path, written or default."""
        value: Any = self.scenario
        for key in path.split("."):
            if isinstance(value, Spec):
                value = getattr(value, value.fields_by_key().get(key, key), None)
            else:
                value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def _defaults(self, path: str) -> tuple[Written, ...]:
        """Return the default of an input; for a block, the default of each of its inputs."""
        default = self._default(path)
        block = self._plan_value(path)
        if default.text or not isinstance(block, Spec):
            return (default,)
        return tuple(self._default(f"{path}.{key}") for key in block.fields_by_key() if key != "note")

    def _default(self, path: str) -> Written:
        value = self._plan_value(path)
        _, unit = self._quantities.get(path, (None, ""))
        return Written(path, default_text(value, unit.replace("money", self.scenario.currency)), is_default=True)


def _steps(leaf: Leaf) -> tuple[Step, ...]:
    """Return the history of a leaf, the first value first; a step that only copies it keeps its value."""
    value, steps = _text(leaf.value), list[Step]()
    for origin in reversed(leaf.origins):
        steps.append(Step(value, origin.place, origin.how, origin.operator, origin.previous))
        value = value if origin.previous is None else origin.previous
    return tuple(reversed(steps))


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return value if isinstance(value, str) else f"{np.size(getattr(value, 'magnitude', value))} samples"


def _line(tree: Tree) -> str:
    """Return a block in one line, as it might be written."""
    if isinstance(tree, Leaf):
        return _text(tree.value)
    return f"{{{', '.join(f'{key}: {_line(child)}' for key, child in tree.items() if key != 'note')}}}"


def default_text(value: Any, unit: str) -> str:  # noqa: PLR0911 - one line for each type of a field
    """Return the default of an input as a scenario would write it; "" for a block of inputs, and for None."""
    if isinstance(value, Series):
        return default_text(value.values[0], unit)
    if isinstance(value, Part):
        return default_text(value.value, "percent" if value.unit == "share" else unit)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | date | Tolerance):
        return str(value)
    if isinstance(value, int | float | np.ndarray):
        return _number_text(float(np.ravel(value)[0]), unit)
    if isinstance(value, Spec):
        return str(getattr(value, "style", getattr(value, "kind", "" if len(value.fields_by_key()) > 1 else "none")))
    return ""


def _number_text(number: float, unit: str) -> str:
    if unit in {"percent", "1/year"}:
        return f"{100 * number:g} {'%' if unit == 'percent' else '%/year'}"
    if unit == "month" and number and number % 12 == 0:
        return f"{number / 12:g} year{'' if number == 12 else 's'}"  # a year
    return f"{number:g} {unit_text(unit)}{'s' if unit == 'month' else ''}".strip()
