"""The differences between two plans: in their inputs, and in their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fibercap.core.trees.tree import Branch, Leaf, leaves, wrapped_value
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.studies.claims import outcomes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fibercap.core.errors import Place
    from fibercap.core.trees.tree import Path
    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.scenario import Scenario

ALIKE: Final = 1e-9
"""Results that differ by less than this share of the larger count as equal."""
OWN: Final = frozenset({"id", "title", "note", "fibercap"})
ASIDE: Final = OWN | {"options", "claims", "sources", "default_source"}
"""Blocks that change no result."""


@dataclass(frozen=True)
class Difference:
    """One input in which two plans differ: its text, source and place in each; None where it is not written."""

    path: str
    old: str | None
    new: str | None
    old_source: str | None
    new_source: str | None
    old_place: Place | None
    new_place: Place | None


@dataclass(frozen=True)
class ChangedMeasure:
    """A measure that differs between two plans: its value in the first and in the second."""

    old: Measure
    new: Measure


def differences(one: Scenario, other: Scenario) -> dict[str, Difference]:
    """Return the inputs in which two plans differ in value or source, in the order of the first, then of the second.

    A plan's own name, title and note, and the notes of its inputs, are left out.
    """
    old, new = _inputs(one), _inputs(other)
    paths = [*old, *(path for path in new if path not in old)]
    nothing = (None, None, None)
    changed = {}
    for path in paths:
        (before, source, place), (after, other_source, other_place) = old.get(path, nothing), new.get(path, nothing)
        if (before, source) != (after, other_source):
            changed[path] = Difference(path, before, after, source, other_source, place, other_place)
    return changed


def _inputs(plan: Scenario) -> dict[str, tuple[str | None, str | None, Place | None]]:
    """Return the text, source and place of every leaf that is an input."""
    values, wrappers = plan.unwrapped_tree
    inputs: dict[str, tuple[str | None, str | None, Place | None]] = {}
    for path, leaf in leaves(values):
        if path[0] not in OWN and path[-1] != "note":
            inputs[".".join(path)] = (leaf.text, _source(path, wrappers), leaf.place)
    return inputs


def _source(path: Path, wrappers: Mapping[Path, Branch]) -> str | None:
    for depth in range(len(path), 0, -1):
        source = wrappers[path[:depth]].get("source") if path[:depth] in wrappers else None
        if source is not None:
            leaf = wrapped_value(source)
            return leaf.text if isinstance(leaf, Leaf) else None
    return None


def different_inputs(one: Scenario, other: Scenario) -> dict[str, tuple[str | None, str | None]]:
    """Return the inputs in which two plans differ, with the text in each; None in a plan that does not write it.

    Blocks that are one object in both plans are skipped, which makes it quick for the options of one scenario.
    """
    blocks = {key for key in (*one.tree, *other.tree) if one.tree.get(key) is not other.tree.get(key)} - ASIDE
    old, new = _texts(one, blocks), _texts(other, blocks)
    paths = [*old, *(path for path in new if path not in old)]
    return {path: (old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)}


def _texts(plan: Scenario, blocks: Collection[str]) -> dict[str, str]:
    values, _ = plan.unwrapped_tree
    chosen = Branch({key: child for key, child in values.items() if key in blocks})
    return {".".join(path): leaf.text for path, leaf in leaves(chosen)}


def changed_results(
    one: Scenario, other: Scenario
) -> tuple[dict[str, ChangedMeasure], dict[str, tuple[bool | None, bool | None]]]:
    """Return the measures that differ between two plans, and the claims that hold in only one of them.

    Raises
    ------
    IdentityError
        If a law of the books is broken in either plan.
    """
    first = project(one)
    second = project(other, first)
    old, new = measures(first), measures(second)
    changed = {
        name: ChangedMeasure(old[name], new[name]) for name in old if name in new and _differs(old[name], new[name])
    }
    old_claims, new_claims = outcomes(first, old), outcomes(second, new)
    names = [*old_claims, *(name for name in new_claims if name not in old_claims)]
    verdicts = {
        name: (
            old_claims[name].holds if name in old_claims else None,
            new_claims[name].holds if name in new_claims else None,
        )
        for name in names
    }
    return changed, {name: pair for name, pair in verdicts.items() if pair[0] != pair[1]}


def _differs(old: Measure, new: Measure) -> bool:
    before, after = old.value, new.value
    if before is None or after is None:
        return before is not after
    return abs(after - before) > ALIKE * max(abs(before), abs(after))
