"""`like: other` copies another entry of the same block; its own keys override the copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem, did_you_mean
from fibercap.core.tree import Branch, Leaf, Origin, Path, Tree, inside, is_wrapper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIKE: Final = "like"
_ASIDE: Final = "options"  # an overlay waits in each of its entries; what is `like` in it is filled when it is laid


def has_like(tree: Tree) -> bool:
    """Return whether `like` stands anywhere in a tree."""
    if isinstance(tree, Leaf):
        return False
    return isinstance(tree.get(LIKE), Leaf) or any(has_like(child) for child in tree.values())


def who_likes(tree: Tree, path: Path = ()) -> Iterator[Path]:
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
            yield from who_likes(child, (*path, key))


def likened(
    tree: Branch, one_value: Callable[[Path], bool], problems: list[Problem], path: Path = (), depth: int = 0
) -> Branch:
    """Return a tree in which every `like` is filled from the entry it names; blocks without one stay the same object.

    Parameters
    ----------
    tree : Branch
        What was read or laid.
    one_value : callable
        Which blocks are taken as a whole and not field by field.
    problems : list
        Gets what is wrong: an entry that is not there, or a circle.
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
            filled[name] = likened(child, one_value, problems, (*path, name), depth + 1)
    same = all(filled[name] is child for name, child in tree.items())
    return tree if same else Branch(filled, tree.keys_at, tree.place)


def _names_another(child: Tree) -> bool:
    entry = inside(child)
    return isinstance(entry, Branch) and isinstance(entry.get(LIKE), Leaf)


def _around(filled: Branch, own: Branch, base: Tree) -> Branch:
    """Return an entry in its own `{value, source, where, note}` block, or in that of the entry that it copies."""
    wrapper = own if is_wrapper(own) else base
    if not (isinstance(wrapper, Branch) and is_wrapper(wrapper)):
        return filled
    return Branch({**wrapper.children, "value": filled}, wrapper.keys_at, wrapper.place)


def _entry(
    block: Branch, trail: Path, one_value: Callable[[Path], bool], problems: list[Problem], path: Path
) -> Branch:
    """Return an entry of a block, filled from the one that its `like` names; `trail` is how it was reached."""
    own = block[trail[-1]]
    entry = inside(own)
    if not isinstance(own, Branch) or not isinstance(entry, Branch) or not _names_another(own):
        return own if isinstance(own, Branch) else Branch()
    leaf = entry[LIKE]
    other, rest = str(leaf.value if isinstance(leaf, Leaf) else ""), entry.without_child(LIKE)
    at = ".".join((*path, trail[-1], LIKE))
    if other in trail:
        names = trail[trail.index(other) :]
        first = min(
            range(len(names)), key=lambda number: [*block].index(names[number])
        )  # each of the entries comes upon the circle from its own side
        told = f"a circle: {' -> '.join((*names[first:], *names[:first], names[first]))}"
        if all(problem.found != told for problem in problems):
            problems.append(Problem(at, "circle", told, "a chain that ends", "remove one `like`", leaf.place))
        return rest
    if not isinstance(block.get(other), Branch):
        known = [name for name, child in block.items() if isinstance(child, Branch) and name not in trail]
        told, wanted = f"`{other}`, which is not there to be copied", "an entry of the same block"
        problems.append(Problem(at, "unknown_like", told, wanted, did_you_mean(other, known, "entries"), leaf.place))
        return rest
    base = _copied(_entry(block, (*trail, other), one_value, problems, path), other)
    filled = _filled(inside(base), rest, (*path, trail[-1]), one_value)
    return _around(filled, own, base)  # type: ignore[arg-type]


def _copied(tree: Tree, name: str) -> Tree:
    """Return a copy of a tree whose values keep their origins and record that they were copied."""
    if isinstance(tree, Leaf):
        return Leaf(tree.value, (*tree.origins, Origin(tree.place, f"like {name}")), tree.places)
    return Branch({key: _copied(child, name) for key, child in tree.items()}, tree.keys_at, tree.place)


def _filled(base: Tree, own: Tree, path: Path, one_value: Callable[[Path], bool]) -> Tree:
    whole = isinstance(own, Leaf) or isinstance(base, Leaf) or is_wrapper(own) or is_wrapper(base) or one_value(path)
    if whole or not (isinstance(own, Branch) and isinstance(base, Branch)):
        return own
    children = dict(base.children)
    for key, child in own.items():
        children[key] = _filled(base[key], child, (*path, key), one_value) if key in base else child
    return Branch(children, {**base.keys_at, **own.keys_at}, own.place)
