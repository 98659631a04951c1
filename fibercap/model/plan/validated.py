"""From a tree to a plan, or to every reason why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic

from fibercap.core.errors import Problem, ScenarioError, did_you_mean, unique
from fibercap.core.names import is_name, names_in, not_a_name
from fibercap.core.spec import Spec
from fibercap.core.tree import Branch, Leaf, Path, Tree, is_wrapper, place_of
from fibercap.model.checks.validation import partly_valid, plain, problems_of
from fibercap.model.currency.currency import currencies_by_path
from fibercap.model.plan.plan import Lending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

L = TypeVar("L", bound=Lending)
REFERRING = frozenset({"exchange", "funding"})


@dataclass(frozen=True)
class Parsed:
    """A tree without its `{value, source, where, note}` blocks, those blocks by path, and what to call it.

    `like` holds what has been read before of blocks that are the very same, see `read_before`; `amounts` the currencies
    of theirs, as `currencies_by_path` returns them.
    """

    values: Branch
    wrappers: Mapping[Path, Branch]
    name: str
    like: Mapping[str, Any] = field(default_factory=dict)
    amounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def validated(
    cls: type[L], parsed: Parsed, context: dict[str, Any], across: Callable[[Any, Branch], list[Problem]]
) -> L:
    """Validate a tree by its fields and across its blocks.

    Parameters
    ----------
    cls : type
        What it is to become.
    parsed : Parsed
        The tree.
    context : dict
        What fields need to know: `currency`, `currencies` that may be used beside it, `eve` of the horizon.
    across : callable
        Returns what is wrong across blocks, for a partly valid one too.

    Raises
    ------
    ScenarioError
        With every problem of the tree, in the order of the file.
    """
    currencies = currencies_by_path(parsed.values, parsed.amounts, cls)
    problems: list[Problem] = []
    try:
        made = cls.model_validate(_with(parsed.values, parsed.like), context=context)
    except pydantic.ValidationError as error:
        made = partly_valid(cls, plain(parsed.values), context)
        problems += problems_of(error, cls, parsed.values)
    made._written_in = currencies  # noqa: SLF001 - known only now
    problems += across(made, parsed.values)
    problems += _unknown_sources(parsed.values, parsed.wrappers)
    problems += _strange_names(cls, parsed)
    if problems:
        raise ScenarioError(parsed.name, unique(problems))
    return made


def read_before(tree: Branch, like: Lending, of: Branch) -> dict[str, Any]:
    """Return the blocks of a tree that were read before: those that are the very same in the tree it comes from.

    An overlay leaves most of a scenario alone, and each block is read by itself, knowing nothing but the context.

    Parameters
    ----------
    tree, of : Branch
        The tree, and the one that it was made from.
    like : Lending
        What was read from `of`.
    """
    found: dict[str, Any] = {}
    for key, block in tree.items():
        made, old = getattr(like, key, None), of.get(key)
        if isinstance(made, Spec) and block is old:
            found[key] = made
        elif isinstance(made, Mapping) and isinstance(block, Branch) and isinstance(old, Branch):
            same = set() if is_wrapper(block) else {name for name, child in block.items() if child is old.get(name)}
            found[key] = {name: made[name] for name in same if isinstance(made[name], Spec)}
    return found


def amounts_before(read: Mapping[str, Any], like: Lending, of: Branch) -> dict[str, Mapping[str, str]]:
    """Return the currencies of the amounts in the blocks that `read_before` returns.

    Parameters
    ----------
    read : mapping
        The blocks, by name.
    like, of : Lending, Branch
        What was read before, and the tree that it was read from.
    """
    blocks = ((key, of[key] if isinstance(block, Spec) else block) for key, block in read.items())
    paths = (f"{key}.{name}" for key, block in blocks if isinstance(block, Mapping) for name in block)
    return {path: like.amounts[path] for path in paths if path in like.amounts}


def _with(values: Tree, like: Any) -> Any:
    """Return a tree as pydantic reads it, with what has been read before."""
    if isinstance(like, Spec):
        return like
    if not like or isinstance(values, Leaf):
        return plain(values)
    return {key: _with(child, like.get(key)) for key, child in values.items()}


def _strange_names(cls: type[Lending], parsed: Parsed) -> Iterator[Problem]:
    """Run over the names that cannot be part of a path; where a name only refers to another, that is unknown anyway."""
    tree, known = parsed.values, parsed.like
    for path in names_in(cls, Branch({key: _unread(child, known.get(key)) for key, child in tree.items()})):
        if path[0] not in REFERRING and not is_name(path[-1]):
            where = place_of(tree, path, key=True)
            yield Problem(".".join(path), "not_a_name", *not_a_name(path[-1]), where)


def _unread(tree: Tree, known: Any) -> Tree:
    """Return what of a block has not been read before."""
    if known is None or isinstance(tree, Leaf):
        return tree
    return Branch({} if isinstance(known, Spec) else {key: child for key, child in tree.items() if key not in known})


def _unknown_sources(tree: Branch, wrappers: Mapping[Path, Branch]) -> Iterator[Problem]:
    """Run over the sources that inputs name but nobody described."""
    block = tree.get("sources", Branch())
    if isinstance(block, Leaf):  # refused as a whole
        return
    known = set(block)
    for path, wrapper in wrappers.items():
        leaf = wrapper.get("source")
        if isinstance(leaf, Leaf) and leaf.value not in known:
            hint = did_you_mean(str(leaf.value), known, "sources")
            told = f"the unknown source `{leaf.value}`"
            yield Problem(".".join(path), "unknown_source", told, "one under `sources`", hint, leaf.place)
