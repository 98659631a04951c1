"""Validate a tree: return a plan, or raise every problem of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.language.names import is_name, names_in, not_a_name
from fibercap.core.language.spec import Spec
from fibercap.core.problems.one_cause import unique
from fibercap.core.trees.tree import Branch, Leaf, Path, Tree, is_wrapper, place_of
from fibercap.model.checks.validation import partly_valid, plain, problems_of
from fibercap.model.currency.currency import currencies_by_path
from fibercap.model.plan.plan import Lending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

L = TypeVar("L", bound=Lending)
REFERRING = frozenset({"exchange", "funding"})


@dataclass(frozen=True)
class Parsed:
    """A tree without its `{value, source, where, note}` blocks, those blocks by path, and its name in messages.

    `like` holds the validated Specs of unchanged blocks, see `reusable_blocks`; `amounts` holds the currencies of their
    amounts, as `currencies_by_path` returns them.
    """

    values: Branch
    wrappers: Mapping[Path, Branch]
    name: str
    like: Mapping[str, Any] = field(default_factory=dict)
    amounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def validate(
    cls: type[L], parsed: Parsed, context: dict[str, Any], across: Callable[[Any, Branch], list[Problem]]
) -> L:
    """Validate a tree by its fields and across its blocks.

    Parameters
    ----------
    cls : type
        The class of the plan.
    parsed : Parsed
        The tree.
    context : dict
        What fields need from the plan: `currency`, other `currencies` that it has rates for, `eve` of the horizon.
    across : callable
        Returns the problems across blocks; it accepts a partly valid plan.

    Raises
    ------
    ScenarioError
        With every problem of the tree, in the order of the file.
    """
    currencies = currencies_by_path(parsed.values, parsed.amounts, cls)
    problems: list[Problem] = []
    try:
        plan = cls.model_validate(_with(parsed.values, parsed.like), context=context)
    except pydantic.ValidationError as error:
        plan = partly_valid(cls, plain(parsed.values), context)
        problems += problems_of(error, cls, parsed.values)
    plan._written_in = currencies  # noqa: SLF001 - known only now
    problems += across(plan, parsed.values)
    problems += _unknown_sources(parsed.values, parsed.wrappers)
    problems += _strange_names(cls, parsed)
    abroad = {
        problem.path for problem in problems if problem.code == "mixed_currency"
    }  # so an exchange rate would not help
    problems = [one for one in problems if not (one.code == "other_currency" and one.path in abroad)]
    if problems:
        raise ScenarioError(parsed.name, unique(problems))
    return plan


def reusable_blocks(tree: Branch, like: Lending, of: Branch) -> dict[str, Any]:
    """Return the validated Specs of the blocks that an overlay left unchanged, so that they are not validated again.

    The result of validating a block depends only on the block and the context.

    Parameters
    ----------
    tree, of : Branch
        The tree after and before the overlay.
    like : Lending
        The plan that was validated from `of`.
    """
    blocks: dict[str, Any] = {}
    for key, block in tree.items():
        spec, old = getattr(like, key, None), of.get(key)
        if isinstance(spec, Spec) and block is old:
            blocks[key] = spec
        elif isinstance(spec, Mapping) and isinstance(block, Branch) and isinstance(old, Branch):
            same = set() if is_wrapper(block) else {name for name, child in block.items() if child is old.get(name)}
            blocks[key] = {name: spec[name] for name in same if isinstance(spec[name], Spec)}
    return blocks


def reusable_amounts(read: Mapping[str, Any], like: Lending, of: Branch) -> dict[str, Mapping[str, str]]:
    """Return the currencies of the amounts in the blocks that `reusable_blocks` returns.

    Parameters
    ----------
    read : mapping
        The blocks, by name.
    like, of : Lending, Branch
        The plan before the overlay, and its tree.
    """
    blocks = ((key, of[key] if isinstance(block, Spec) else block) for key, block in read.items())
    paths = (f"{key}.{name}" for key, block in blocks if isinstance(block, Mapping) for name in block)
    return {path: like.amounts[path] for path in paths if path in like.amounts}


def _with(values: Tree, like: Any) -> Any:
    """Return a tree as pydantic validates it, with the reused Specs in place."""
    if isinstance(like, Spec):
        return like
    if not like or isinstance(values, Leaf):
        return plain(values)
    return {key: _with(child, like.get(key)) for key, child in values.items()}


def _strange_names(cls: type[Lending], parsed: Parsed) -> Iterator[Problem]:
    """Yield the names that cannot be part of a path, except names that only refer to another entry."""
    tree, reused = parsed.values, parsed.like
    for path in names_in(cls, Branch({key: _without_reused(child, reused.get(key)) for key, child in tree.items()})):
        if path[0] not in REFERRING and not is_name(path[-1]):
            where = place_of(tree, path, key=True)
            yield Problem(".".join(path), "not_a_name", *not_a_name(path[-1]), where)


def _without_reused(tree: Tree, reused: Any) -> Tree:
    """Return the part of a block that is not reused."""
    if reused is None or isinstance(tree, Leaf):
        return tree
    return Branch({} if isinstance(reused, Spec) else {key: child for key, child in tree.items() if key not in reused})


def _unknown_sources(tree: Branch, wrappers: Mapping[Path, Branch]) -> Iterator[Problem]:
    """Yield the sources that inputs name but that are not listed under `sources`."""
    block = tree.get("sources", Branch())
    if isinstance(block, Leaf):  # not a block, which is a problem reported elsewhere
        return
    names = set(block)
    for path, wrapper in wrappers.items():
        leaf = wrapper.get("source")
        if isinstance(leaf, Leaf) and leaf.value not in names:
            hint = did_you_mean(str(leaf.value), names, "sources")
            problem = f"unknown source `{leaf.value}`"
            yield Problem(".".join(path), "unknown_source", problem, "", hint, leaf.place)
