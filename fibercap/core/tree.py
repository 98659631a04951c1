"""Nested mappings whose leaves are Leaf(value, origins), and the one operation on them: overlay."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fibercap.core.errors import Place, Problem, did_you_mean

Path = tuple[str, ...]
WRAPPER = frozenset({"value", "source", "where", "note"})


@dataclass(frozen=True, slots=True)
class Origin:
    """One step in the life of a value: where it was written, by what, and what stood there before."""

    place: Place | None
    how: str = "written"
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar as it was written (text), a list of texts, or a drawn Quantity of shape (draw, 1)."""

    value: Any
    origins: tuple[Origin, ...] = field(default=(), compare=False)

    @property
    def place(self) -> Place | None:
        """Where the present value was written."""
        return self.origins[-1].place if self.origins else None


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
        """Run over the keys in the order of the file."""
        return iter(self.children)

    def __len__(self) -> int:
        """Return the number of children."""
        return len(self.children)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a child under a key; Mapping would ask by an exception."""
        return key in self.children

    def items(self) -> ItemsView[str, Leaf | Branch]:
        """Return the children with their keys, as quickly as the mapping that holds them."""
        return self.children.items()

    def __hash__(self) -> int:
        """Hash by keys; values may hold arrays."""
        return hash(tuple(self.children))

    def with_child(self, key: str, child: Leaf | Branch, at: Place | None = None) -> Branch:
        """Return a copy in which one child is new or replaced."""
        places = dict(self.keys_at)
        if at is not None:
            places.setdefault(key, at)
        return Branch({**self.children, key: child}, places, self.place)

    def without_child(self, key: str) -> Branch:
        """Return a copy without one child."""
        return Branch({k: v for k, v in self.children.items() if k != key}, self.keys_at, self.place)


Tree = Leaf | Branch


def at(tree: Tree, path: Path) -> Tree | None:
    """Return what stands at a path, or None; `{value, source, where, note}` blocks are looked through."""
    for key in path:
        if is_wrapper(tree) and key not in WRAPPER:
            tree = tree["value"]  # type: ignore[index]
        if not isinstance(tree, Branch) or key not in tree:
            return None
        tree = tree[key]
    return tree


def place_of(tree: Tree, path: Path, *, key: bool = False) -> Place | None:
    """Return the place of a value (or of its key); of the nearest block above where the path ends early."""
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
    """Run over every leaf with its path, in the order of the file."""
    if isinstance(tree, Leaf):
        yield path, tree
    else:
        for key, child in tree.items():
            yield from leaves(child, (*path, key))


def is_wrapper(tree: Tree) -> bool:
    """Tell whether a block only says where a value comes from: `{value, source, where, note}`."""
    return isinstance(tree, Branch) and "value" in tree.children and WRAPPER.issuperset(tree.children)


def unwrap(tree: Tree, path: Path = ()) -> tuple[Tree, dict[Path, Branch]]:
    """Lift the values out of their `{value, source, where, note}` blocks; return them beside those blocks by path."""
    if isinstance(tree, Leaf):
        return tree, {}
    if is_wrapper(tree):
        inner, found = unwrap(tree["value"], path)
        return inner, {path: tree, **found}
    children: dict[str, Tree] = {}
    all_found: dict[Path, Branch] = {}
    for key, child in tree.items():
        children[key], found = unwrap(child, (*path, key))
        all_found |= found
    return Branch(children, tree.keys_at, tree.place), all_found


@dataclass(frozen=True)
class Schema:
    """What an overlay must know: the field names at a path (None where names are free), and which blocks are one value.

    A block that is one value, such as a ramp, is replaced as a whole; its key says which kind it is.
    """

    fields: Callable[[Path], frozenset[str] | None] = lambda _path: None
    one_value: Callable[[Path], bool] = lambda _path: False


def overlay(tree: Branch, changes: Branch, schema: Schema = Schema(), how: str = "change") -> Branch:
    """Lay `{remove, change, add}` over a tree and return the new tree; the old one stays as it is.

    `remove` comes first, then `change` (the path must exist, or be an optional field that the schema knows at that
    block), then `add` (the path must not exist). Blocks merge, scalars and sourced values replace.

    Parameters
    ----------
    tree : Branch
        What is laid over.
    changes : Branch
        Any of `remove` (paths), `change` and `add` (values by dotted path).
    schema : Schema
        Which fields there may be, and which blocks are replaced as a whole.
    how : str
        What the change is called in the origins.

    Raises
    ------
    OverlayError
        With every path that is misspelt, missing or in the way.
    """
    problems: list[Problem] = []
    removed = changes.get("remove")
    for name in removed.value if isinstance(removed, Leaf) else ():
        path = tuple(name.split("."))
        if at(tree, path) is None:
            problems.append(_misspelt(tree, path, schema, removed.place if isinstance(removed, Leaf) else None))
        else:
            tree = _removed(tree, path)
    for verb in ("change", "add"):
        block = changes.get(verb)
        for name, child in block.items() if isinstance(block, Branch) else ():
            path, where = tuple(name.split(".")), block.keys_at.get(name)  # type: ignore[union-attr]
            problem = _refusal(tree, path, verb, schema, where)
            if problem is None:
                tree = _laid(tree, path, child, Lay(how, where, schema.one_value))
            else:
                problems.append(problem)
    if problems:
        raise OverlayError(problems)
    return tree


class OverlayError(ValueError):
    """An overlay does not fit; holds the problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(p.sentence() for p in problems))
        self.problems = problems


def _refusal(tree: Branch, path: Path, verb: str, schema: Schema, where: Place | None) -> Problem | None:
    exists = at(tree, path) is not None
    name = ".".join(path)
    if verb == "add" and exists:
        return Problem(name, "exists", "a path that exists already", "a new one", "use `change` to alter it", where)
    if verb == "change" and not exists and not _optional(tree, path, schema):
        return _misspelt(tree, path, schema, where)
    return None


def _optional(tree: Branch, path: Path, schema: Schema) -> bool:
    """Tell whether a path that is not written may be set: every step is written, or a field the schema knows."""
    for depth in range(1, len(path) + 1):
        if at(tree, path[:depth]) is None and path[depth - 1] not in (schema.fields(path[: depth - 1]) or ()):
            return False
    return True


def _misspelt(tree: Branch, path: Path, schema: Schema, where: Place | None) -> Problem:
    depth = 0
    while at(tree, path[: depth + 1]) is not None:
        depth += 1
    block = at(tree, path[:depth])
    known = set(block) if isinstance(block, Branch) else set()
    known |= schema.fields(path[:depth]) or frozenset()
    stem = ".".join(path[:depth])
    hint = did_you_mean(path[depth], known, f"names under `{stem}`" if stem else "blocks")
    return Problem(".".join(path), "no_such_path", "a path that does not exist", "one that does", hint, where)


def _removed(tree: Branch, path: Path) -> Branch:
    inner = tree["value"] if is_wrapper(tree) and path[0] not in WRAPPER else tree
    tree = inner if isinstance(inner, Branch) else tree
    if len(path) == 1:
        return tree.without_child(path[0])
    child = tree[path[0]]
    return tree.with_child(path[0], _removed(child, path[1:])) if isinstance(child, Branch) else tree


@dataclass(frozen=True)
class Lay:
    """How one change is laid: what it is called, where it stands, and which blocks are one value."""

    how: str
    where: Place | None
    one_value: Callable[[Path], bool]


def _laid(tree: Branch, path: Path, new: Tree, lay: Lay, above: Path = ()) -> Branch:
    head, rest, here = path[0], path[1:], (*above, path[0])
    old = tree.get(head)
    if not rest:
        if lay.where is not None and lay.one_value(here):  # what was written before is gone, place and all
            tree = tree.without_child(head)
            tree = Branch(tree.children, {k: v for k, v in tree.keys_at.items() if k != head}, tree.place)
        return tree.with_child(head, merged(old, new, lay, here), lay.where)
    inner = old["value"] if old is not None and is_wrapper(old) and rest[0] not in WRAPPER else old  # type: ignore[index]
    block = inner if isinstance(inner, Branch) else Branch(place=lay.where)
    return tree.with_child(head, _laid(block, rest, new, lay, here), lay.where)


def merged(old: Tree | None, new: Tree, lay: Lay, path: Path) -> Tree:
    """Return `new` laid over `old`: blocks merge key by key; anything else replaces, and remembers what it replaced."""
    if isinstance(new, Leaf):
        before = old.origins if isinstance(old, Leaf) else ()
        last = str(old.value) if isinstance(old, Leaf) else None
        step = Origin(new.place, lay.how, last)
        return Leaf(new.value, (*before, step))
    if old is not None and is_wrapper(old) and not is_wrapper(new):
        old = old["value"]  # type: ignore[index]
    keep = not (is_wrapper(new) or lay.one_value(path) or (old is not None and is_wrapper(old)))
    base = old if keep and isinstance(old, Branch) else Branch(place=new.place)
    for key, child in new.items():
        base = base.with_child(key, merged(base.get(key), child, lay, (*path, key)), new.keys_at.get(key))
    return base
