"""`like: other` copies another entry of the same block; its own keys override the copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem, did_you_mean
from fibercap.core.trees.tree import Branch, Leaf, Origin, Path, Tree, is_wrapper, wrapped_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIKE: Final = "like"
_ASIDE: Final = "options"  # its entries are overlays; a `like` in one is filled when the overlay is applied


def has_like(tree: Tree) -> bool:
    """Return whether `like` stands anywhere in a tree."""
    if isinstance(tree, Leaf):
        return False
    return isinstance(tree.get(LIKE), Leaf) or any(has_like(child) for child in tree.values())


def entries_with_like(tree: Tree, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each entry that names another one by `like`, in the order of the file.

    Parameters
    ----------
    tree : Tree
        What was read.
    path : Path
        Where `tree` stands.
    """
    if isinstance(tree, Branch):
        if isinstance(tree.get(LIKE), Leaf):
            yield path
        for key, child in tree.items():
            yield from entries_with_like(child, (*path, key))


def fill_likes(
    tree: Branch, one_value: Callable[[Path], bool], problems: list[Problem], path: Path = (), depth: int = 0
) -> Branch:
    """Return a tree in which every `like` is filled from the entry it names; blocks without one stay the same object.

    Parameters
    ----------
    tree : Branch
        A scenario as written, or with overlays applied.
    one_value : callable
        Returns whether the block at a path is replaced as a whole, and not key by key.
    problems : list
        Problems are appended to it: an entry that does not exist, or a circle.
    path, depth
        Where `tree` stands.
    """
    filled = {
        name: _entry(tree, (name,), one_value, problems, path) if _names_another(child) else child
        for name, child in tree.items()
    }
    for name, child in filled.items():
        waits = (*path, name)[:1] == (_ASIDE,) and depth > 0
        if isinstance(child, Branch) and not waits:
            filled[name] = fill_likes(child, one_value, problems, (*path, name), depth + 1)
    same = all(filled[name] is child for name, child in tree.items())
    return tree if same else Branch(filled, tree.keys_at, tree.place)


def _names_another(child: Tree) -> bool:
    entry = wrapped_value(child)
    return isinstance(entry, Branch) and isinstance(entry.get(LIKE), Leaf)


def _around(filled: Branch, entry: Branch, base: Tree) -> Branch:
    """Return an entry in its own `{value, source, where, note}` block, or in that of the entry that it copies."""
    wrapper = entry if is_wrapper(entry) else base
    if not (isinstance(wrapper, Branch) and is_wrapper(wrapper)):
        return filled
    return Branch({**wrapper.children, "value": filled}, wrapper.keys_at, wrapper.place)


def _entry(
    block: Branch, trail: Path, one_value: Callable[[Path], bool], problems: list[Problem], path: Path
) -> Branch:
    """Return an entry of a block, filled from the one that its `like` names; `trail` holds the names followed so far.

    Every entry of a circle meets the circle; each begins it with the entry first in the file, to give one message.
    """
    written = block[trail[-1]]
    entry = wrapped_value(written)
    if not isinstance(written, Branch) or not isinstance(entry, Branch) or not _names_another(written):
        return written if isinstance(written, Branch) else Branch()
    leaf = entry[LIKE]
    other, rest = str(leaf.value if isinstance(leaf, Leaf) else ""), entry.without_child(LIKE)
    like_path = ".".join((*path, trail[-1], LIKE))
    if other in trail:
        names = trail[trail.index(other) :]
        first = min(range(len(names)), key=lambda number: [*block].index(names[number]))
        actual = f"`like` goes in a circle: {' -> '.join((*names[first:], *names[:first], names[first]))}"
        if all(problem.found != actual for problem in problems):
            problems.append(Problem(like_path, "circle", actual, "", "remove one `like`", leaf.place))
        return rest
    if not isinstance(block.get(other), Branch):
        known = [name for name, child in block.items() if isinstance(child, Branch) and name not in trail]
        actual = f"no entry `{other}` to copy in the same block"
        problems.append(
            Problem(like_path, "unknown_like", actual, "", did_you_mean(other, known, "entries"), leaf.place)
        )
        return rest
    base = _copy(_entry(block, (*trail, other), one_value, problems, path), other)
    filled = _fill(wrapped_value(base), rest, (*path, trail[-1]), one_value)
    return _around(filled, written, base)  # type: ignore[arg-type]  # a block, filled, is one


def _copy(tree: Tree, name: str) -> Tree:
    """Return a copy of a tree whose values keep their origins and record that they were copied."""
    if isinstance(tree, Leaf):
        return Leaf(tree.value, (*tree.origins, Origin(tree.place, f"like {name}")), tree.places)
    return Branch({key: _copy(child, name) for key, child in tree.items()}, tree.keys_at, tree.place)


def _fill(base: Tree, entry: Tree, path: Path, one_value: Callable[[Path], bool]) -> Tree:
    replaces = (
        isinstance(entry, Leaf) or isinstance(base, Leaf) or is_wrapper(entry) or is_wrapper(base) or one_value(path)
    )
    if replaces or not (isinstance(entry, Branch) and isinstance(base, Branch)):
        return entry
    children = dict(base.children)
    for key, child in entry.items():
        children[key] = _fill(base[key], child, (*path, key), one_value) if key in base else child
    return Branch(children, {**base.keys_at, **entry.keys_at}, entry.place)
