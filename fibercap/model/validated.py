"""From a tree to a plan, or to every reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic

from fibercap.core.errors import Problem, ScenarioError, did_you_mean, unique
from fibercap.core.tree import Branch, Leaf, Path
from fibercap.model.currency import written_in
from fibercap.model.plan import Lending
from fibercap.model.validation import partly_valid, plain, problems_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

L = TypeVar("L", bound=Lending)


@dataclass(frozen=True)
class Parsed:
    """A tree without its `{value, source, where, note}` blocks, those blocks by path, and what to call it."""

    values: Branch
    wrappers: Mapping[Path, Branch]
    name: str


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
    raw, currencies = plain(parsed.values), written_in(parsed.values)
    problems: list[Problem] = []
    try:
        made = cls.model_validate(raw, context=context)
    except pydantic.ValidationError as error:
        made = partly_valid(cls, raw, context)
        problems += problems_of(error, cls, parsed.values)
    made._written_in = currencies  # noqa: SLF001 - known only now
    problems += across(made, parsed.values)
    problems += _unknown_sources(parsed.values, parsed.wrappers)
    if problems:
        raise ScenarioError(parsed.name, unique(problems))
    return made


def _unknown_sources(tree: Branch, wrappers: Mapping[Path, Branch]) -> Iterator[Problem]:
    """Run over the sources that inputs name but nobody described."""
    block = tree.get("sources")
    known = set(block) if isinstance(block, Branch) else set()
    for path, wrapper in wrappers.items():
        leaf = wrapper.get("source")
        if isinstance(leaf, Leaf) and leaf.value not in known:
            hint = did_you_mean(str(leaf.value), known, "sources")
            told = f"the unknown source `{leaf.value}`"
            yield Problem(".".join(path), "unknown_source", told, "one under `sources`", hint, leaf.place)
