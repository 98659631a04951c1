"""One scenario laid over others: `extends`, then `change`, `add` and `remove`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.tree import Branch, Leaf, OverlayError, at, leaves, overlay
from fibercap.model.scenario import SCHEMA
from fibercap.reading.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN: Final = ("fibercap", "id", "title", "note")
VERBS: Final = ("change", "add", "remove")


def resolved(tree: Branch, name: str, folder: Path, chain: tuple[Path, ...] = ()) -> Branch:
    """Return a file's tree laid over those it extends; as it is where it extends none.

    Parameters
    ----------
    tree : Branch
        What the file says.
    name : str
        What messages call it.
    folder : Path
        Where its relative paths start.
    chain : tuple of Path
        The files that led here, to see a circle.

    Raises
    ------
    ScenarioError
        If a file is missing, the chain is a circle, two parents differ, or a change does not fit.
    """
    wanted = tree.get("extends")
    if wanted is None:
        return tree
    problems = [*_strangers(tree)]
    parents = _parents(wanted, folder, chain, problems)
    if problems or not parents:
        hint = "write `extends: fibercore.yaml`"
        raise ScenarioError(
            name, problems or [Problem("extends", "empty", "no file", "one or more", hint, wanted.place)]
        )
    base = parents[0][1]
    for (first, _), (second, other) in pairwise(parents):
        problems += _conflicts(base, other, tree, (first, second))
        base = _joined(base, other)
    changes = Branch({verb: tree[verb] for verb in VERBS if verb in tree}, tree.keys_at, tree.place)
    try:
        laid = overlay(base, changes, SCHEMA, name)
    except OverlayError as error:
        raise ScenarioError(name, [*problems, *error.problems]) from None
    if problems:
        raise ScenarioError(name, problems)
    return _named(laid, tree)


def _named(laid: Branch, tree: Branch) -> Branch:
    """Return a tree with the name, title and note of the file that was laid over it, not of what it extends."""
    for key in OWN:
        if key in tree:
            laid = laid.with_child(key, tree[key], tree.keys_at.get(key))
        elif key in ("id", "note") and key in laid:
            laid = laid.without_child(key)
    return laid


def _parents(
    wanted: Leaf | Branch, folder: Path, chain: tuple[Path, ...], problems: list[Problem]
) -> list[tuple[str, Branch]]:
    """Return the files that are extended, by name; what is wrong with one goes to the problems."""
    names = wanted.value if isinstance(wanted, Leaf) else ()
    parents = []
    for parent in (names,) if isinstance(names, str) else names:
        try:
            parents.append((parent, _parent(parent, folder, chain, wanted)))
        except ScenarioError as error:
            problems += error.problems
    return parents


def _strangers(tree: Branch) -> Iterator[Problem]:
    """Run over the keys that a file which extends another may not have."""
    for key in tree:
        if key not in (*OWN, *VERBS, "extends"):
            hint = f"write it under `change:` or `add:`, such as `add: {{{key}.name: ...}}`"
            yield Problem(
                key,
                "unknown_key",
                f"`{key}` beside `extends`",
                "changes to what is extended",
                hint,
                tree.keys_at.get(key),
            )


def _parent(parent: str, folder: Path, chain: tuple[Path, ...], wanted: Leaf | Branch) -> Branch:
    path = (folder / parent).resolve()
    if path in chain:
        circle = " -> ".join(step.name for step in (*chain[chain.index(path) :], path))
        raise ScenarioError(
            parent,
            [
                Problem(
                    "extends",
                    "circle",
                    f"a circle: {circle}",
                    "a chain that ends",
                    "remove one `extends`",
                    wanted.place,
                )
            ],
        )
    if not path.is_file():
        near = {file.name for suffix in ("*.yaml", "*.yml") for file in folder.glob(suffix)}
        told, hint = f"no file `{parent}`", did_you_mean(Path(parent).name, near, "files in that folder")
        raise ScenarioError(parent, [Problem("extends", "no_such_file", told, "a scenario", hint, wanted.place)])
    shown = str(Path(parent)) if folder == Path() else str(folder / parent)
    inner = read_text(path.read_bytes(), shown)
    return resolved(inner, shown, path.parent, (*chain, path))


def _joined(one: Branch, other: Branch) -> Branch:
    for key, child in other.items():
        mine = one.get(key)
        both = isinstance(mine, Branch) and isinstance(child, Branch)
        one = one.with_child(key, _joined(mine, child) if both else child, other.keys_at.get(key))  # type: ignore[arg-type]
    return one


def _conflicts(one: Branch, other: Branch, child: Branch, names: tuple[str, str]) -> Iterator[Problem]:
    """Run over the leaves that two parents set differently and the child does not set."""
    changes = child.get("change")
    settled = set(changes) if isinstance(changes, Mapping) else set()
    for path, leaf in leaves(other):
        mine, name = at(one, path), ".".join(path)
        if (
            not isinstance(mine, Leaf)
            or mine == leaf
            or path[0] in OWN
            or any(f"{name}.".startswith(f"{s}.") for s in settled)
        ):
            continue
        told = f"`{mine.value}` in {names[0]} and `{leaf.value}` in {names[1]}"
        hint = f"set it here: `change: {{{name}: ...}}`"
        yield Problem(name, "conflict", told, "one value", hint, leaf.place)
