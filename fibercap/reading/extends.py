"""Scenarios that extend others by `change`, `add` and `remove`; each file is applied once, parents first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem
from fibercap.core.trees.like import fill_likes
from fibercap.core.trees.overlay import VERBS, OverlayError, overlay
from fibercap.core.trees.tree import Branch, Leaf, Path, Tree, wrapped_value
from fibercap.model.plan.plan_schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FilePath

    from fibercap.core.errors import Place

OWN: Final = ("fibercap", "id", "title", "note")


@dataclass(frozen=True)
class Layer:
    """One file: its name in messages, its path (None for a text), and its tree."""

    name: str
    path: FilePath | None
    tree: Branch

    @property
    def extends(self) -> Leaf | None:
        """The files that it extends; None for a complete plan."""
        leaf = self.tree.get("extends")
        return leaf if isinstance(leaf, Leaf) else None


@dataclass
class Parents:
    """The files that a file extends; `find` returns the layer of a name, or the Problem why there is none."""

    find: Callable[[str, Layer, Place | None], Layer | Problem]
    problems: list[Problem] = field(default_factory=list)
    _parents_by_path: dict[FilePath | None, list[Layer]] = field(default_factory=dict)

    def of(self, layer: Layer) -> list[Layer]:
        """Return the files that a file extends, in its order; add a problem for each that cannot be used."""
        if layer.path not in self._parents_by_path:
            self._parents_by_path[layer.path] = self._find_parents(layer)
        return self._parents_by_path[layer.path]

    def _find_parents(self, layer: Layer) -> list[Layer]:
        extends = layer.extends
        if extends is None:
            return []
        names = dict(extends.names())
        if not names and extends.value is not None:
            hint = "write `extends: fibercore.yaml`"
            self.problems.append(Problem("extends", "empty", "no file", "one or more", hint, extends.place))
        parents = [self.find(name, layer, where) for name, where in names.items()]
        self.problems += [parent for parent in parents if isinstance(parent, Problem)]
        return [parent for parent in parents if isinstance(parent, Layer)]

    def chain(self, layer: Layer) -> list[Layer]:
        """Return all files that a file extends, then the file, each once; report a circle and stop there."""
        chain: list[Layer] = []
        seen, trail = {layer.path}, [(layer, iter(self.of(layer)))]
        while trail:
            parent = next(trail[-1][1], None)
            if parent is None:
                chain.append(trail.pop()[0])
            elif parent.path not in seen:
                seen.add(parent.path)
                trail.append((parent, iter(self.of(parent))))
            elif parent.path in (here := [step.path for step, _ in trail]):
                self._report_circle([step for step, _ in trail[here.index(parent.path) :]])
        return chain

    def _report_circle(self, steps: list[Layer]) -> None:
        names = [step.path.name for step in steps if step.path]
        problem = f"`extends` goes in a circle: {' -> '.join([*names, *names[:1]])}"
        where = steps[-1].extends.place if steps[-1].extends else None
        self.problems.append(Problem("extends", "circle", problem, "", "remove one", where))


def resolve_extends(layer: Layer, parents: Parents) -> Branch:
    """Return the tree of a file applied to those that it extends, with each `like` filled in.

    Changes that do not fit are left out of the tree, so that the rest can be checked too.

    Parameters
    ----------
    layer : Layer
        The file.
    parents : Parents
        Finds the files that it extends; its `problems` get all problems.
    """
    chain = parents.chain(layer)
    if all(step.extends is not None for step in chain):
        return Branch()  # no file of the chain is a complete plan
    trees: dict[tuple[FilePath | None, ...], Branch] = {}
    for step in chain:
        if len(parents.of(step)) > 1:
            parents.problems += _conflicts(step, parents, trees)
    tree = _apply_layers(chain, parents.problems)
    return _with_heading_of(tree, layer.tree) if layer.extends is not None else tree


def _apply_layers(chain: list[Layer], problems: list[Problem]) -> Branch:
    """Return the tree of several files: plans are merged, and overlays are applied to the tree so far."""
    tree = Branch()
    for layer in chain:
        tree = _apply_layer(tree, layer, problems)
    return tree


def _apply_layer(tree: Branch, layer: Layer, problems: list[Problem]) -> Branch:
    if layer.extends is None:
        return _merge(tree, fill_likes(layer.tree, SCHEMA.one_value, problems))
    problems += _unknown_keys(layer.tree)
    changes = Branch({v: layer.tree[v] for v in VERBS if v in layer.tree}, layer.tree.keys_at, layer.tree.place)
    try:
        return overlay(tree, changes, SCHEMA, layer.name)
    except OverlayError as error:
        problems += error.problems
        return error.tree


def _tree_of(chain: list[Layer], trees: dict[tuple[FilePath | None, ...], Branch]) -> Branch:
    """Return the tree of a chain; chains that begin with the same files share their trees."""
    paths = tuple(layer.path for layer in chain)
    shared_length = next((length for length in range(len(paths), 0, -1) if paths[:length] in trees), 0)
    tree = trees.get(paths[:shared_length], Branch())
    for length in range(shared_length, len(paths)):
        trees[paths[: length + 1]] = tree = _apply_layer(tree, chain[length], [])
    return tree


def _with_heading_of(tree: Branch, file_tree: Branch) -> Branch:
    """Return a tree with the id, title and note of the last file, not those of the files that it extends."""
    for key in OWN:
        if key in file_tree:
            tree = tree.with_child(key, file_tree[key], file_tree.keys_at.get(key))
        elif key != "title" and key in tree:
            tree = tree.without_child(key)
    return Branch(tree.children, {**tree.keys_at, **file_tree.keys_at}, file_tree.place)


def _unknown_keys(tree: Branch) -> Iterator[Problem]:
    """Yield keys that are not allowed beside `extends`, and parts of the overlay with a wrong form."""
    for key, child in tree.items():
        if key not in (*OWN, *VERBS, "extends"):
            problem, wanted = f"`{key}` beside `extends`", "changes to what is extended"
            hint = f"write it under `change:` or `add:`, such as `add: {{{key}.name: ...}}`"
            yield Problem(key, "unknown_key", problem, wanted, hint, tree.keys_at.get(key))
        elif key in ("change", "add") and isinstance(child, Leaf) and child.value is not None:
            hint = f"write it like `{key}: {{loans.fleet.rate: 9 %/year}}`"
            yield Problem(key, "not_a_block", f"`{child.value}`", "a block of paths with values", hint, child.place)
        elif key == "remove" and not (isinstance(child, Leaf) and isinstance(child.value, tuple | None)):
            hint = "write it like `remove: [loans.fleet]`"
            yield Problem(key, "not_a_list", "no list", "a list of paths", hint, tree.keys_at.get(key))


def _merge(one: Branch, other: Branch) -> Branch:
    children = dict(one.children)
    for key, child in other.items():
        current = one.get(key)
        children[key] = _merge(current, child) if isinstance(current, Branch) and isinstance(child, Branch) else child
    return Branch(children, {**other.keys_at, **one.keys_at}, one.place or other.place)


def _conflicts(layer: Layer, parents: Parents, trees: dict[tuple[FilePath | None, ...], Branch]) -> Iterator[Problem]:
    """Yield the values that two parents of a file set differently and that the file does not set."""
    changes = layer.tree.get("change")
    set_here = tuple(f"{name}." for name in changes) if isinstance(changes, Mapping) else ()
    where = layer.extends.place if layer.extends else None
    for one, other in combinations([parents.chain(parent) for parent in parents.of(layer)], 2):
        shared = [step for step in one if step.path in {another.path for another in other}]
        first, second, base = (_tree_of(chain, trees) for chain in (one, other, shared))
        for path, first_value, second_value in _clashes(first, second, base, ()):
            name = ".".join(path)
            if not f"{name}.".startswith(set_here) and path[0] not in OWN:
                problem = f"{_value_and_place(first_value)} and {_value_and_place(second_value)}"
                hint = f"set it here: `change: {{{name}: ...}}`"
                yield Problem(name, "conflict", problem, "one value", hint, where)


def _clashes(one: Tree, other: Tree, base: Tree | None, path: Path) -> Iterator[tuple[Path, Tree, Tree]]:
    """Yield the values that both trees changed, differently, from their common base."""
    one, other = wrapped_value(one), wrapped_value(other)
    base = None if base is None else wrapped_value(base)
    if one == other or base in (one, other):
        return
    if not (isinstance(one, Branch) and isinstance(other, Branch)):
        yield path, one, other
        return
    below = base if isinstance(base, Branch) else {}
    for key in other:
        if key in one:
            yield from _clashes(one[key], other[key], below.get(key), (*path, key))


def _value_and_place(tree: Tree) -> str:
    text = "a block" if isinstance(tree, Branch) else f"`{tree.value}`"
    return f"{text} in {tree.place.file}, line {tree.place.line}" if tree.place else text
