"""The inputs of a plan as written, each with its source, its place in the source, and its note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fibercap.core.trees.tree import Branch, Leaf, leaves, subtree
from fibercap.core.units import QuantityTextError, split_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.trees.tree import Path
    from fibercap.model.plan.scenario import Scenario


@dataclass(frozen=True)
class WrittenInput:
    """An input as written: its texts (of a series over time several, each with its key), and its source."""

    path: str
    texts: tuple[tuple[str, str], ...]
    source: str
    kind: str
    where: str
    note: str

    @property
    def text(self) -> str:
        """All texts on one line."""
        return "; ".join(f"{key}: {text}" if key else text for key, text in self.texts)


def written_inputs(scenario: Scenario) -> list[WrittenInput]:
    """Return every written number, date and series, in the order of the scenario."""
    values, wrappers = scenario.unwrapped_tree
    inputs = []
    for item in scenario.inputs():
        path = tuple(item.path.split("."))
        where, note = (_text_beside(wrappers, path, key) for key in ("where", "note"))
        block = subtree(values, path)
        texts = tuple((".".join(keys), leaf.text) for keys, leaf in leaves(block)) if block is not None else ()
        inputs.append(WrittenInput(item.path, texts, item.source, item.kind, where, note))
    return inputs


def _text_beside(wrappers: Mapping[Path, Branch], path: Path, key: str) -> str:
    """Return the note or place written for exactly this input; "" if there is none."""
    leaf = wrappers.get(path, Branch()).get(key)
    return leaf.text if isinstance(leaf, Leaf) else ""


def amount(text: str) -> tuple[float, str] | tuple[str, str]:
    """Return the number and the unit of a written quantity; any other text as it is, without a unit."""
    try:
        number, unit = split_quantity(text)
    except QuantityTextError:
        return text, ""
    return number, unit.replace(" ", "").replace("percent", "%")
