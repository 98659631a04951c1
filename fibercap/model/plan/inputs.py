"""The written inputs of a scenario, and the sources that they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fibercap.core.trees.tree import Leaf, Path, Tree, is_wrapper

GATHERED: Final = {"funding": "sources", "projects": "shares"}  # fields of the Specs that are not written in the file


NO_INPUTS: Final = frozenset({"options", "claims", "sources", "fibercap", "uncertain"})
"""Blocks whose numbers are not inputs of the plan."""


@dataclass(frozen=True)
class Input:
    """A number, date or series that the scenario gives, and its source."""

    path: str
    value: Any
    unit: str
    source: str
    kind: str


def collect_sources(tree: Tree, path: Path, source: str, sources: dict[Path, frozenset[str]]) -> frozenset[str]:
    """Fill in by path the sources of the values at and below it; a value without one has that of the block around.

    Parameters
    ----------
    tree, path : Tree, tuple of str
        A part of the scenario, with its `{value, source, where, note}` blocks, and its address.
    source : str
        The source of values that name none.
    sources : dict
        Gets the names of the sources at each address.

    Returns
    -------
    frozenset of str
        The sources at and below `path`.
    """
    if isinstance(tree, Leaf):
        sources[path] = frozenset((source,))
    elif is_wrapper(tree):
        leaf = tree.get("source")
        name = str(leaf.value) if isinstance(leaf, Leaf) else source
        return collect_sources(tree["value"], path, name, sources)
    else:
        below = [collect_sources(child, (*path, key), source, sources) for key, child in tree.items()]
        sources[path] = frozenset[str]().union(*below)
    return sources[path]


def written_path(path: Path) -> Path:
    """Return the path in the file of an input that the Specs hold at a path."""
    collection = GATHERED.get(path[0])
    return tuple(part for part in path if part != collection) if collection in path else path
