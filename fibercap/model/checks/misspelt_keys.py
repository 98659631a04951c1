"""Misspelt keys: each is an error by itself, and what a plan lacks because of it is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.problems.one_cause import unique
from fibercap.core.trees.tree import Branch, Path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CODES: Final = frozenset({"unknown_key", "unknown_loan", "unknown_project"})
_PROPOSAL: Final = re.compile(r"did you mean `([^`]+)`\?")


def without_effects(error: ScenarioError, tree: Branch, read: Callable[[Branch], Any]) -> ScenarioError:
    """Return the error of a tree without what follows from misspelt keys: the others are those of the tree as meant.

    What stands at a misspelt key is not checked: the key that is most like it may not be the one that was meant.

    Parameters
    ----------
    error : ScenarioError
        The error of the tree as written.
    tree : Branch
        The inputs as read.
    read : callable
        Reads a tree, and raises its ScenarioError.
    """
    meant, misspelt = with_meant_keys(tree, error.problems)
    if not misspelt:
        return error
    problems = list(misspelt.values())
    try:
        read(meant)
    except ScenarioError as other:
        problems += [problem for problem in other.problems if not f"{problem.path}.".startswith(tuple(misspelt))]
    return ScenarioError(error.name, unique(problems))


def with_meant_keys(tree: Branch, problems: Iterable[Problem]) -> tuple[Branch, dict[str, Problem]]:
    """Return a tree in which misspelt keys and names are as their errors propose, and these errors.

    Parameters
    ----------
    tree : Branch
        The inputs as read.
    problems : iterable of Problem
        Their problems, in the order of the file.

    Returns
    -------
    Branch, dict of str to Problem
        The tree, and the error of each key by its address as meant, such as `loans.bank.rate.`.
    """
    misspelt = dict[str, Problem]()
    for problem in problems:
        *block, key = problem.path.split(".")
        near = _PROPOSAL.fullmatch(problem.hint)
        if near and problem.code in _CODES and (problem.code == "unknown_key" or f"`{key}`" in problem.found):
            renamed = _with_key(tree, tuple(block), key, near[1])
            if renamed is not tree:
                tree = renamed
                inside = block if near[1] == "like" else [*block, near[1]]  # what would be copied is not known
                misspelt[".".join((*inside, ""))] = problem
    return tree, misspelt


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
