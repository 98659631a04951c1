"""Load a text or file with all files that it extends: one tree, and the problems of all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem, ScenarioError
from fibercap.core.problems.one_cause import unique
from fibercap.core.trees.like import LIKE, entries_with_like
from fibercap.core.trees.overlay import removals
from fibercap.core.trees.tree import Branch, Leaf, leaves
from fibercap.reading.extends import Layer, Parents, resolve_extends
from fibercap.reading.locating import bytes_of, display_path, parent_of, real_path
from fibercap.reading.series_files import SeriesFiles, digest_of
from fibercap.reading.text import BROKEN, read_leniently

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from fibercap.reading.text import Reading

VERSION: Final = 1


@dataclass(frozen=True)
class LoadedText:
    """The tree of all files, and their problems.

    `name` is the name of the file in messages, `folder` the folder from which its paths start, `files` reads the files
    of series, `refused` are the places of values that cannot be read, `incomplete` the blocks in which keys are missing
    because they could not be read, `removed` the places of removals by path.
    """

    name: str
    tree: Branch
    problems: tuple[Problem, ...]
    folder: Path
    files: SeriesFiles
    refused: frozenset[Place | None] = frozenset()
    incomplete: frozenset[tuple[str, ...]] = frozenset()
    removed: Mapping[str, Place | None] = field(default_factory=dict)

    @property
    def files_read(self) -> dict[str, str]:
        """The SHA-256 of each file that was read, by its path from the folder, or its name where it lies outside."""
        inside = {path: path.is_relative_to(self.folder) for path in self.files.digests}
        names = {path: path.relative_to(self.folder).as_posix() if inside[path] else path.name for path in inside}
        return {names[path]: digest for path, digest in self.files.digests.items()}

    def with_files(self, changes: Branch) -> Branch:
        """Return changes in which the series of files stand as keys and values.

        Raises
        ------
        ScenarioError
            If a series cannot be read.
        """
        count = len(self.files.problems)
        filled = self.files.fill(changes, self.folder)
        if len(self.files.problems) > count:
            raise ScenarioError(self.name, unique(self.files.problems[count:]))
        return filled

    def problems_beyond(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yield the problems that do not merely follow from those of reading."""
        for problem in problems:
            is_incomplete = problem.code == "missing" and tuple(problem.path.split(".")[:-1]) in self.incomplete
            if not is_incomplete and (problem.code == "unknown_key" or problem.place not in self.refused):
                yield problem


@dataclass
class _Readings:
    """Reads each file once, and keeps its tree and its problems."""

    folder: Path
    files: SeriesFiles
    readings: dict[Path | None, Reading] = field(default_factory=dict)

    def layer(self, text: str | bytes, name: str, path: Path | None) -> Layer:
        """Return the layer of a text.

        Raises
        ------
        ScenarioError
            If nothing of it can be read, or its format is newer than this fibercap.
        """
        reading = read_leniently(text, name)
        _check_version(reading.tree, name)
        if path is not None:
            self.files.digests[path] = digest_of(text)
        tree = self.files.fill(reading.tree, path.parent if path else self.folder)
        self.readings[path] = replace(reading, tree=tree)
        return Layer(name, path, tree)

    def find(self, name: str, layer: Layer, where: Place | None) -> Layer | Problem:
        """Return the layer of a file that another one extends."""
        parent = parent_of(name, layer.path.parent if layer.path else self.folder, self.files.fence, where)
        if isinstance(parent, Problem):
            return parent
        if parent in self.readings:
            return Layer(display_path(parent), parent, self.readings[parent].tree)
        try:
            return self.layer(bytes_of(parent), display_path(parent), parent)
        except ScenarioError as error:
            return error.problems[0]


def load_text(
    text: str | bytes, name: str, path: Path | None, folder: Path, *, allow_outside: bool = False
) -> LoadedText:
    """Read a text and all files that it extends.

    Parameters
    ----------
    text : str or bytes
        YAML.
    name : str
        Name of the text in messages.
    path : Path or None
        Path of its file, links followed; None for a text without a file.
    folder : Path
        Folder of the file, from which relative paths start and which `extends` and `file` may not leave.
    allow_outside : bool
        Allow them to leave that folder.

    Raises
    ------
    ScenarioError
        If nothing of it can be read, or no file that it extends can be used.
    """
    folder = real_path(folder)
    files = SeriesFiles(None if allow_outside else folder)
    readings = _Readings(folder, files)
    parents = Parents(readings.find)
    layer = readings.layer(text, name, path)
    tree = resolve_extends(layer, parents)
    problems = [problem for reading in readings.readings.values() for problem in reading.problems]
    problems += parents.problems + files.problems
    if problems and not tree:  # else all problems are reported together, with those of the plan
        raise ScenarioError(name, unique(problems))
    refused = {leaf.place for r in readings.readings.values() for _, leaf in leaves(r.tree) if leaf.value is BROKEN}
    refused |= {problem.place for problem in problems if problem.code == "no_operand"}
    incomplete = {path for reading in readings.readings.values() for path in reading.incomplete}
    if any(
        problem.path.endswith(f".{LIKE}") for problem in problems
    ):  # keys of an entry that is missing are not copied
        incomplete |= {path for reading in readings.readings.values() for path in entries_with_like(reading.tree)}
    incomplete = {_path_in_plan(path) for path in incomplete}
    known = frozenset(refused), frozenset(incomplete), removals(layer.tree)
    return LoadedText(name, tree, tuple(problems), folder, files, *known)


def _path_in_plan(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path as the plan has it, without `change` or `add`, and the option around them."""
    change_path = path[2:] if path[:1] == ("options",) and len(path) > 3 else path  # options, name, verb, path
    return tuple(".".join(change_path[1:]).split(".")) if change_path[:1] in {("change",), ("add",)} else path


def _check_version(tree: Branch, name: str) -> None:
    """Refuse a newer format before anything else is checked, because its keys may have another meaning."""
    leaf = tree.get("fibercap")
    text = leaf.value if isinstance(leaf, Leaf) else ""
    newer = isinstance(text, str) and re.fullmatch("[0-9]{1,9}", text) and int(text) > VERSION
    if newer and isinstance(leaf, Leaf):
        problem, wanted = f"a scenario of format version {text}", f"version {VERSION}, the newest this fibercap knows"
        raise ScenarioError(
            name, [Problem("fibercap", "newer", problem, wanted, "install a newer fibercap", leaf.place)]
        )
