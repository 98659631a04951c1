"""Inputs that one overlay sets twice, however their paths are spelled: dotted, nested, under `change` or `add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem
from fibercap.core.trees.operators import is_operation
from fibercap.core.trees.tree import Branch, Leaf, Path, Tree, is_wrapper

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.core.trees.schema_of_paths import Schema

Setting = tuple[Path, Place | None]
_DEEPEST: Final = 50
"""No input lies below more names; a longer path is refused as unknown, and its beginnings would fill memory."""


def find_repeated_settings(overlays: Iterable[Branch], schema: Schema) -> dict[tuple[str, str], Problem]:
    """Return a problem for each entry that sets an input which an earlier entry already sets, by verb and name.

    An input is set twice, too, where one entry replaces a block as a whole and another sets something inside it.

    Parameters
    ----------
    overlays : iterable of Branch
        Any of `change` and `add` (values by dotted path); several that are laid one after another count as one.
    schema : Schema
        Which blocks are one value.
    """
    places: dict[Path, Place | None] = {}
    above: dict[Path, Setting] = {}
    problems: dict[tuple[str, str], Problem] = {}
    for changes in overlays:
        for verb in ("change", "add"):
            block = changes.get(verb)
            for name, child in block.items() if isinstance(block, Branch) else ():
                settings = _settings(child, tuple(name.split(".")), block.keys_at.get(name), schema)  # type: ignore[union-attr]  # only a block has items
                inputs = [setting for setting in settings if len(setting[0]) <= _DEEPEST]
                for path, where in inputs:
                    starts = (path[:depth] for depth in range(1, len(path) + 1))
                    first = next(((start, places[start]) for start in starts if start in places), above.get(path))
                    if first is not None:
                        problems.setdefault((verb, name), _problem(path, where, *first))
                for path, where in inputs:
                    places.setdefault(path, where)
                    for depth in range(1, len(path)):
                        above.setdefault(path[:depth], (path, where))
    return problems


def _settings(tree: Tree, path: Path, where: Place | None, schema: Schema) -> Iterator[Setting]:
    """Yield the inputs that an entry sets, each with the place of its key."""
    if path[-1] == "value" and "value" not in (schema.fields(path[:-1]) or ()):
        path = path[:-1]  # `x: {value: 5 USD}` sets `x`
    wraps = is_wrapper(tree) and "value" not in (schema.fields(path) or ())
    one = isinstance(tree, Leaf) or not tree or wraps or schema.one_value(path)
    if isinstance(tree, Leaf) or one or is_operation(tree, None, schema.fields(path)):
        yield path, where
    else:
        for key, child in tree.items():
            yield from _settings(child, (*path, key), tree.keys_at.get(key, where), schema)


def _problem(path: Path, where: Place | None, first: Path, first_at: Place | None) -> Problem:
    name, other = ".".join(path), ".".join(first)
    first_told = [f"as `{other}`"] * (other != name) + ([f"at {first_at.head}"] if first_at else [])
    actual = f"`{name}` is set twice" + (f" (first {' '.join(first_told)})" if first_told else "")
    return Problem(name, "set_twice", actual, "", "keep one of the two", where)
