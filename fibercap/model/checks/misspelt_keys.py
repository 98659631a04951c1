"""Misspelt keys: each is an error by itself, and what a plan lacks because of it is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fibercap.core.errors import Problem, ScenarioError, nearest
from fibercap.core.language.spec import fields_at
from fibercap.core.problems.one_cause import unique
from fibercap.core.trees.tree import Branch, Path

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.core.language.spec import Spec


def without_effects(
    error: ScenarioError, tree: Branch, spec: type[Spec], read: Callable[[Branch], Any]
) -> ScenarioError:
    """Return the error of a tree without what follows from misspelt keys: the others are those of the tree as meant.

    What stands at a misspelt key is not checked: the key that is most like it may not be the one that was meant.

    Parameters
    ----------
    error : ScenarioError
        The error of the tree as written.
    tree : Branch
        The inputs as read.
    spec : type of Spec
        The class that they were validated by.
    read : callable
        Reads a tree, and raises its ScenarioError.
    """
    meant, misspelt, addresses = tree, list[Problem](), list[str]()
    for problem in error.problems:
        *block, key = problem.path.split(".")
        if problem.code == "unknown_key" and problem.hint.startswith("did you mean"):
            near = nearest(key, (fields_at(spec, tuple(block)) or frozenset()) - {"note"})
            renamed = _with_key(meant, tuple(block), key, near)
            if near and renamed is not meant:
                meant = renamed
                misspelt.append(problem)
                addresses.append(".".join((*block, near, "")))
    if not misspelt:
        return error
    try:
        read(meant)
    except ScenarioError as other:
        misspelt += [problem for problem in other.problems if not f"{problem.path}.".startswith(tuple(addresses))]
    return ScenarioError(error.name, unique(misspelt))


def _with_key(tree: Branch, block: Path, key: str, other: str) -> Branch:
    """Return a tree with another key in a block; the tree itself if there is no such block, or it has both."""
    if block:
        child = tree.get(block[0])
        made = _with_key(child, block[1:], key, other) if isinstance(child, Branch) else child
        return tree if made is None or made is child else tree.with_child(block[0], made)
    if key not in tree or other in tree:
        return tree
    children = {other if name == key else name: child for name, child in tree.items()}
    return Branch(children, {other if name == key else name: place for name, place in tree.keys_at.items()}, tree.place)
