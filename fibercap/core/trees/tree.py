"""Nested mappings whose leaves are Leaf(value, origins)."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from fibercap.core.errors import Place

Path = tuple[str, ...]
_SUFFIXES = (".yaml", ".yml")
WRAPPER = frozenset({"value", "source", "where", "note"})


@dataclass(frozen=True, slots=True)
class Origin:
    """One step in the history of a value: its place, the overlay that wrote it, the former value, and any operator.

    `how` names the overlay (`option bullet`, `slow_brazil.yaml`, `--set ...`), or says `written` or `like xtal_1`.
    """

    place: Place | None
    how: str = "written"
    previous: str | None = None
    operator: str = ""

    def without_folder(self) -> Origin:
        """Return the step with files by their names alone: it reads the same wherever they lie."""
        if self.place is None:
            return self
        is_file = self.how.endswith(_SUFFIXES) and not self.how.startswith("--")
        how = PurePath(self.how).name if is_file else self.how
        return replace(self, place=self.place.without_folder(), how=how)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar as it was written (text), a list of texts, or samples, a Quantity of shape (sample, 1)."""

    value: Any
    origins: tuple[Origin, ...] = field(default=(), compare=False)
    places: tuple[Place, ...] = field(default=(), compare=False)
    """Where each text of a list stands."""

    @property
    def place(self) -> Place | None:
        """Where the present value was written."""
        return self.origins[-1].place if self.origins else None

    @property
    def text(self) -> str:
        """The value as a file would write it: a list in brackets, everything else as it is."""
        return f"[{', '.join(map(str, self.value))}]" if isinstance(self.value, tuple) else str(self.value)

    def names(self) -> Iterator[tuple[str, Place | None]]:
        """Yield each text of a list, or the single text, with its place."""
        texts = (self.value,) if isinstance(self.value, str) else self.value or ()
        for number, text in enumerate(texts):
            yield text, self.places[number] if self.places else self.place


@dataclass(frozen=True)
class Branch(Mapping[str, "Leaf | Branch"]):
    """A block: its children by key, and where each key stands. Equality looks at the children only."""

    children: Mapping[str, Leaf | Branch] = field(default_factory=dict)
    keys_at: Mapping[str, Place] = field(default_factory=dict, compare=False)
    place: Place | None = field(default=None, compare=False)

    def __getitem__(self, key: str) -> Leaf | Branch:
        """Return the child under a key."""
        return self.children[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in the order of the file."""
        return iter(self.children)

    def __len__(self) -> int:
        """Return the number of children."""
        return len(self.children)

    def __contains__(self, key: object) -> bool:
        """Return whether a key has a child; the method of Mapping would raise and catch an exception."""
        return key in self.children

    def items(self) -> ItemsView[str, Leaf | Branch]:
        """Return the children with their keys, as quickly as the mapping that holds them."""
        return self.children.items()

    def __hash__(self) -> int:
        """Hash by keys; values may hold arrays."""
        return hash(tuple(self.children))

    def with_child(self, key: str, child: Leaf | Branch, place: Place | None = None) -> Branch:
        """Return a copy in which one child is new or replaced.

        Parameters
        ----------
        key : str
            The key of the child.
        child : Leaf or Branch
            The new child.
        place : Place, optional
            Where the key stands in a file, if it is new.
        """
        places = dict(self.keys_at)
        if place is not None:
            places.setdefault(key, place)
        return Branch({**self.children, key: child}, places, self.place)

    def without_child(self, key: str) -> Branch:
        """Return a copy without one child."""
        return Branch({k: v for k, v in self.children.items() if k != key}, self.keys_at, self.place)


Tree = Leaf | Branch


def subtree(tree: Tree, path: Path) -> Tree | None:
    """Return the value or block at a path, or None; the keys of `{value, source, where, note}` may be left out.

    Parameters
    ----------
    tree : Tree
        Where the path begins.
    path : Path
        The keys.
    """
    for key in path:
        if is_wrapper(tree) and key not in WRAPPER:
            tree = tree["value"]  # type: ignore[index]  # a wrapper is a block
        if not isinstance(tree, Branch) or key not in tree:
            return None
        tree = tree[key]
    return tree


def place_of(tree: Tree, path: Path, *, key: bool = False) -> Place | None:
    """Return the place of a value in its file, or of the nearest block above where the path ends early.

    Parameters
    ----------
    tree : Tree
        Where the path begins.
    path : Path
        The keys.
    key : bool
        Whether to return the place of the last key instead of its value.
    """
    best = tree.place
    for step, name in enumerate(path):
        if not isinstance(tree, Branch) or name not in tree:
            return best
        child = tree[name]
        last = step == len(path) - 1
        wanted = tree.keys_at.get(name) if key or isinstance(child, Branch) or not last else child.place
        best = wanted or child.place or tree.keys_at.get(name) or best
        tree = child
    return best


def leaves(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
    """Yield each leaf with its path, in the order of the file.

    Parameters
    ----------
    tree : Tree
        What was read.
    path : Path
        Where `tree` stands.
    """
    if isinstance(tree, Leaf):
        yield path, tree
    else:
        for key, child in tree.items():
            yield from leaves(child, (*path, key))


def is_wrapper(tree: Tree) -> bool:
    """Return whether a block is a value with its evidence: `{value, source, where, note}`."""
    return isinstance(tree, Branch) and "value" in tree.children and WRAPPER.issuperset(tree.children)


def wrapped_value(tree: Tree) -> Tree:
    """Return the value of a `{value, source, where, note}` block, or any other tree unchanged."""
    return wrapped_value(tree["value"]) if is_wrapper(tree) else tree  # type: ignore[index]  # likewise


def unwrap(tree: Tree, path: Path = ()) -> tuple[Tree, dict[Path, Branch]]:
    """Return a tree with plain values in place of `{value, source, where, note}` blocks, and those blocks by path.

    Parameters
    ----------
    tree : Tree
        What was read.
    path : Path
        Where `tree` stands.
    """
    wrappers: dict[Path, Branch] = {}

    def lift(tree: Tree, path: Path) -> Tree:
        if isinstance(tree, Leaf):
            return tree
        if is_wrapper(tree):
            wrappers[path] = tree
            return lift(tree["value"], path)
        children = {key: lift(child, (*path, key)) for key, child in tree.items()}
        return Branch(children, tree.keys_at, tree.place)

    return lift(tree, path), wrappers
