"""One scenario laid over others: `extends`, then `change`, `add` and `remove`, each file laid once, parents first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem
from fibercap.core.like import fill_likes
from fibercap.core.overlay import VERBS, OverlayError, overlay
from fibercap.core.tree import Branch, Leaf, Path, Tree, wrapped_value
from fibercap.model.plan.scenario import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FilePath

    from fibercap.core.errors import Place

OWN: Final = ("fibercap", "id", "title", "note")


@dataclass(frozen=True)
class Layer:
    """One file: what messages call it, where it lies (None for a text), and its tree."""

    name: str
    path: FilePath | None
    tree: Branch

    @property
    def extends(self) -> Leaf | None:
        """What it is laid over; None for a plan that stands alone."""
        found = self.tree.get("extends")
        return found if isinstance(found, Leaf) else None


@dataclass
class Parents:
    """Finds what a file extends: `find` returns the layer of a name, or says in a Problem why there is none."""

    find: Callable[[str, Layer, Place | None], Layer | Problem]
    problems: list[Problem] = field(default_factory=list)
    _known: dict[FilePath | None, list[Layer]] = field(default_factory=dict)

    def of(self, layer: Layer) -> list[Layer]:
        """Return the files that a file names, in its order; what is wrong with one goes to the problems."""
        if layer.path not in self._known:
            self._known[layer.path] = self._found(layer)
        return self._known[layer.path]

    def _found(self, layer: Layer) -> list[Layer]:
        wanted = layer.extends
        if wanted is None:
            return []
        names = dict(wanted.names())
        if not names and wanted.value is not None:
            hint = "write `extends: fibercore.yaml`"
            self.problems.append(Problem("extends", "empty", "no file", "one or more", hint, wanted.place))
        found = [self.find(name, layer, where) for name, where in names.items()]
        self.problems += [parent for parent in found if isinstance(parent, Problem)]
        return [parent for parent in found if isinstance(parent, Layer)]

    def chain(self, layer: Layer) -> list[Layer]:
        """Return a file behind all that it extends, each file once; a circle goes to the problems and ends there."""
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
                self._circle([step for step, _ in trail[here.index(parent.path) :]])
        return chain

    def _circle(self, steps: list[Layer]) -> None:
        names = [step.path.name for step in steps if step.path]
        told = f"a circle: {' -> '.join([*names, *names[:1]])}"
        where = steps[-1].extends.place if steps[-1].extends else None
        self.problems.append(Problem("extends", "circle", told, "a chain that ends", "remove one", where))


def resolved(layer: Layer, parents: Parents) -> Branch:
    """Return a file's tree, its `like` filled, laid over those it extends; what is wrong goes to `parents.problems`.

    What does not fit is left out of the tree, so that the rest can be looked at all the same.
    """
    chain = parents.chain(layer)
    if all(step.extends is not None for step in chain):
        return Branch()  # there is no plan to lay it over
    trees: dict[tuple[FilePath | None, ...], Branch] = {}
    for step in chain:
        if len(parents.of(step)) > 1:
            parents.problems += _conflicts(step, parents, trees)
    tree = _laid(chain, parents.problems)
    return _named(tree, layer.tree) if layer.extends is not None else tree


def _laid(chain: list[Layer], problems: list[Problem]) -> Branch:
    """Lay files one over the other: those that stand alone are joined, changes are laid over what is there."""
    tree = Branch()
    for layer in chain:
        tree = _laid_over(tree, layer, problems)
    return tree


def _laid_over(tree: Branch, layer: Layer, problems: list[Problem]) -> Branch:
    if layer.extends is None:
        return _joined(tree, fill_likes(layer.tree, SCHEMA.one_value, problems))
    problems += _strangers(layer.tree)
    changes = Branch({v: layer.tree[v] for v in VERBS if v in layer.tree}, layer.tree.keys_at, layer.tree.place)
    try:
        return overlay(tree, changes, SCHEMA, layer.name)
    except OverlayError as error:
        problems += error.problems
        return error.tree


def _tree_of(chain: list[Layer], trees: dict[tuple[FilePath | None, ...], Branch]) -> Branch:
    """Return the tree of a chain; chains that begin alike share what they have in common."""
    paths = tuple(layer.path for layer in chain)
    known = next((length for length in range(len(paths), 0, -1) if paths[:length] in trees), 0)
    tree = trees.get(paths[:known], Branch())
    for length in range(known, len(paths)):
        trees[paths[: length + 1]] = tree = _laid_over(tree, chain[length], [])
    return tree


def _named(laid: Branch, own: Branch) -> Branch:
    """Return a tree with the name, title and note of the file that was laid over it, not of what it extends."""
    for key in OWN:
        if key in own:
            laid = laid.with_child(key, own[key], own.keys_at.get(key))
        elif key != "title" and key in laid:
            laid = laid.without_child(key)
    return Branch(laid.children, {**laid.keys_at, **own.keys_at}, own.place)


def _strangers(tree: Branch) -> Iterator[Problem]:
    """Run over the keys that a file which extends another may not have, and what is no overlay."""
    for key, child in tree.items():
        if key not in (*OWN, *VERBS, "extends"):
            told, wanted = f"`{key}` beside `extends`", "changes to what is extended"
            hint = f"write it under `change:` or `add:`, such as `add: {{{key}.name: ...}}`"
            yield Problem(key, "unknown_key", told, wanted, hint, tree.keys_at.get(key))
        elif key in ("change", "add") and isinstance(child, Leaf) and child.value is not None:
            hint = f"write it like `{key}: {{loans.fleet.rate: 9 %/year}}`"
            yield Problem(key, "not_a_block", f"`{child.value}`", "a block of paths with values", hint, child.place)
        elif key == "remove" and not (isinstance(child, Leaf) and isinstance(child.value, tuple | None)):
            hint = "write it like `remove: [loans.fleet]`"
            yield Problem(key, "not_a_list", "no list", "a list of paths", hint, tree.keys_at.get(key))


def _joined(one: Branch, other: Branch) -> Branch:
    children = dict(one.children)
    for key, child in other.items():
        mine = one.get(key)
        children[key] = _joined(mine, child) if isinstance(mine, Branch) and isinstance(child, Branch) else child
    return Branch(children, {**other.keys_at, **one.keys_at}, one.place or other.place)


def _conflicts(layer: Layer, parents: Parents, trees: dict[tuple[FilePath | None, ...], Branch]) -> Iterator[Problem]:
    """Run over the values that two parents of a file set differently, and the file itself does not set."""
    changes = layer.tree.get("change")
    settled = tuple(f"{name}." for name in changes) if isinstance(changes, Mapping) else ()
    where = layer.extends.place if layer.extends else None
    for one, other in combinations([parents.chain(parent) for parent in parents.of(layer)], 2):
        shared = [step for step in one if step.path in {another.path for another in other}]
        mine, theirs, base = (_tree_of(chain, trees) for chain in (one, other, shared))
        for path, here, there in _clashes(mine, theirs, base, ()):
            name = ".".join(path)
            if not f"{name}.".startswith(settled) and path[0] not in OWN:
                told = f"{_spoken(here)} and {_spoken(there)}"
                hint = f"set it here: `change: {{{name}: ...}}`"
                yield Problem(name, "conflict", told, "one value", hint, where)


def _clashes(one: Tree, other: Tree, base: Tree | None, path: Path) -> Iterator[tuple[Path, Tree, Tree]]:
    """Run over what two trees hold differently, where neither holds what both were made from."""
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


def _spoken(tree: Tree) -> str:
    told = "a block" if isinstance(tree, Branch) else f"`{tree.value}`"
    return f"{told} in {tree.place.file}, line {tree.place.line}" if tree.place else told
