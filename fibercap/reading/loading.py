"""A text or file, read with all that it extends: one tree, and everything that reading refused on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem, ScenarioError, unique
from fibercap.core.like import LIKE, entries_with_like
from fibercap.core.overlay import removals
from fibercap.core.tree import Branch, Leaf, leaves
from fibercap.reading.extends import Layer, Parents, resolved
from fibercap.reading.locating import bytes_of, parent_of, real, shown
from fibercap.reading.text import BROKEN, read_leniently

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from fibercap.reading.text import Reading

VERSION: Final = 1


@dataclass(frozen=True)
class Opened:
    """One tree of all files, and what is wrong with them; `name` is what messages call the one that was asked for."""

    name: str
    tree: Branch
    problems: tuple[Problem, ...]
    refused: frozenset[Place | None] = frozenset()
    incomplete: frozenset[tuple[str, ...]] = frozenset()
    removed: Mapping[str, Place | None] = field(default_factory=dict)

    def further(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Run over the problems that do not only follow from what reading refused already."""
        for problem in problems:
            lost = problem.code == "missing" and tuple(problem.path.split(".")[:-1]) in self.incomplete
            if not lost and (problem.code == "unknown_key" or problem.place not in self.refused):
                yield problem


@dataclass
class _Readings:
    """Reads each file once, and remembers what it refused."""

    folder: Path
    fence: Path | None
    readings: dict[Path | None, Reading] = field(default_factory=dict)

    def layer(self, text: str | bytes, name: str, path: Path | None) -> Layer:
        """Return the layer of a text.

        Raises
        ------
        ScenarioError
            If nothing of it can be read, or it is of a newer format.
        """
        reading = read_leniently(text, name)
        _check_version(reading.tree, name)
        self.readings[path] = reading
        return Layer(name, path, reading.tree)

    def find(self, name: str, layer: Layer, where: Place | None) -> Layer | Problem:
        """Return the layer of a file that another one extends."""
        found = parent_of(name, layer.path.parent if layer.path else self.folder, self.fence, where)
        if isinstance(found, Problem):
            return found
        if found in self.readings:
            return Layer(shown(found), found, self.readings[found].tree)
        try:
            return self.layer(bytes_of(found), shown(found), found)
        except ScenarioError as error:
            return error.problems[0]


def opened(text: str | bytes, name: str, path: Path | None, folder: Path, *, allow_outside: bool = False) -> Opened:
    """Read a text and all that it extends.

    Parameters
    ----------
    text : str or bytes
        YAML.
    name : str
        What messages call it.
    path : Path or None
        Where it lies, links followed; None for a text that is in no file.
    folder : Path
        Its folder: relative paths start there, and what it extends lies below it.
    allow_outside : bool
        Let `extends` leave that folder.

    Raises
    ------
    ScenarioError
        If nothing can be read of it, or nothing is there to lay it over.
    """
    folder = real(folder)
    readings = _Readings(folder, None if allow_outside else folder)
    parents = Parents(readings.find)
    layer = readings.layer(text, name, path)
    tree = resolved(layer, parents)
    told = [problem for reading in readings.readings.values() for problem in reading.problems] + parents.problems
    if told and not tree:
        raise ScenarioError(name, unique(told))
    refused = {leaf.place for r in readings.readings.values() for _, leaf in leaves(r.tree) if leaf.value is BROKEN}
    refused |= {problem.place for problem in told if problem.code == "no_operand"}
    lost = {path for reading in readings.readings.values() for path in reading.incomplete}
    if any(problem.path.endswith(f".{LIKE}") for problem in told):  # what is not there has not been copied
        lost |= {path for reading in readings.readings.values() for path in entries_with_like(reading.tree)}
    lost = {_in_plan(path) for path in lost}
    return Opened(name, tree, tuple(told), frozenset(refused), frozenset(lost), removals(layer.tree))


def _in_plan(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path that something has once laid; `change`, `add` and an option around them are no part of it."""
    laid = path[2:] if path[:1] == ("options",) and len(path) > 3 else path  # options, name, verb, path
    return tuple(".".join(laid[1:]).split(".")) if laid[:1] in {("change",), ("add",)} else path


def _check_version(tree: Branch, name: str) -> None:
    """Refuse a newer format before anything else is read: its other keys may mean other things."""
    leaf = tree.get("fibercap")
    text = leaf.value if isinstance(leaf, Leaf) else ""
    newer = isinstance(text, str) and re.fullmatch("[0-9]{1,9}", text) and int(text) > VERSION
    if newer and isinstance(leaf, Leaf):
        told, wanted = f"a scenario of format version {text}", f"version {VERSION}, the newest this fibercap knows"
        raise ScenarioError(name, [Problem("fibercap", "newer", told, wanted, "install a newer fibercap", leaf.place)])
