"""The one operation on trees: an overlay of `remove`, `change` and `add`. Everything that asks "what if" is this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fibercap.core.errors import MOST_SHOWN, Place, Problem, did_you_mean, nearest
from fibercap.core.language.product_units import vocabulary_of
from fibercap.core.trees.like import fill_likes, has_like
from fibercap.core.trees.operators import ASIDE, OPERATORS, OperatorError, is_operation
from fibercap.core.trees.schema_of_paths import FREE, Schema
from fibercap.core.trees.set_twice import find_repeated_settings
from fibercap.core.trees.tree import (
    WRAPPER,
    Branch,
    Leaf,
    Origin,
    Path,
    Tree,
    is_wrapper,
    subtree,
    unwrap,
    wrapped_value,
)
from fibercap.core.vocabulary import using

VERBS = ("remove", "change", "add")


class OverlayError(ValueError):
    """An overlay does not fit; holds the problems, and the tree with the entries applied that do fit."""

    def __init__(self, problems: Iterable[Problem], tree: Branch) -> None:
        self.problems, self.tree = list(problems), tree
        super().__init__("\n".join(problem.sentence() for problem in self.problems))


def overlay(tree: Branch, changes: Branch, schema: Schema = FREE, how: str = "change") -> Branch:
    """Lay `{remove, change, add}` over a tree and return the new tree; the old one stays as it is.

    `remove` comes first, then `change` (the path must exist, or be an optional field that the schema knows at that
    block), then `add` (the path must not exist). Blocks merge, scalars and sourced values replace; `{times: 0.8}`,
    `{plus: ...}` and `{delay: ...}` change the present value. A `like` in the overlay is filled. An operator is applied
    once to a value: the value's origins hold the place in the file of each operator that has been applied.

    Parameters
    ----------
    tree : Branch
        The scenario to change.
    changes : Branch
        Any of `remove` (paths), `change` and `add` (values by dotted path).
    schema : Schema
        Which fields there may be, and which blocks are replaced as a whole.
    how : str
        The name of the change, which the origins of values record.

    Raises
    ------
    OverlayError
        With every path that is misspelt, missing, already there or set twice, and every operator that does not fit.
    """
    naming = Branch({key: tree[key] for key in ("units", "products") if key in tree})
    units, _ = unwrap(naming)  # a unit may stand beside its source, `coil: {value: 12 km, note: ...}`
    with using(vocabulary_of(units if isinstance(units, Branch) else naming)):
        return _overlay(tree, changes, schema, how)


def _overlay(tree: Branch, changes: Branch, schema: Schema, how: str) -> Branch:
    twice = find_repeated_settings((changes,), schema)
    problems = list(twice.values())
    removed = removals(changes)
    for name, where in removed.items():
        path = tuple(name.split("."))
        if subtree(tree, path) is None:
            problems.append(_misspelling(tree, path, schema, where, search=len(problems) < MOST_SHOWN))
        else:
            tree = _remove(tree, path)
    for verb in ("change", "add"):
        block = changes.get(verb)
        for name, child in block.items() if isinstance(block, Branch) else ():
            path, where = tuple(name.split(".")), block.keys_at.get(name)  # type: ignore[union-attr]  # only a block has items
            if (verb, name) in twice:
                continue
            problem = _refusal(tree, path, child, verb, schema, where, search=len(problems) < MOST_SHOWN)
            if problem is None:
                tree = _lay(tree, path, child, _Change(how, where, schema, verb == "change", problems))
            else:
                problems.append(_change_of_removed_path(name, removed, where) or problem)
    if has_like(changes):
        tree = fill_likes(tree, schema.one_value, problems)
    if problems:
        raise OverlayError(problems, tree)
    return tree


def removals(changes: Branch) -> dict[str, Place | None]:
    """Return the paths that an overlay removes, each with its place."""
    leaf = changes.get("remove")
    return dict(leaf.names()) if isinstance(leaf, Leaf) and isinstance(leaf.value, tuple) else {}


def _change_of_removed_path(name: str, removed: Iterable[str], where: Place | None) -> Problem | None:
    gone = next((path for path in removed if f"{name}.".startswith(f"{path}.")), "")
    actual, hint = (
        f"a change of what `remove: [{gone}]` takes away",
        "do one or the other; what is to be new goes under `add`",
    )
    return Problem(name, "no_such_path", actual, "a path that stays", hint, where) if gone else None


def _way_to_add(name: str, present: Tree | None, addition: Tree) -> str:
    """Return the hint for `add` at a path that exists: its new keys are added by their full paths."""
    if not isinstance(present, Branch) or not isinstance(addition, Branch):
        return "use `change` to alter it"
    new = [f"`{name}.{key}`" for key in addition if key not in present]
    return f"write {', '.join(new)} whole, or use `change` to alter it" if new else "use `change` to alter it"


def _refusal(  # noqa: PLR0913 - all that a message needs
    tree: Branch, path: Path, child: Tree, verb: str, schema: Schema, where: Place | None, *, search: bool
) -> Problem | None:
    exists = subtree(tree, path) is not None
    name = ".".join(path)
    if verb == "add" and exists:
        hint = _way_to_add(name, subtree(tree, path), child)
        return Problem(name, "exists", "the path exists already", "", hint, where)
    if verb == "change" and not exists and not settable(tree, path, schema):
        return _misspelling(tree, path, schema, where, new=True, search=search)
    return None


def settable(tree: Branch, path: Path, schema: Schema) -> bool:
    """Return whether an input may be set: each step of its path is written, or is a field that the schema knows.

    Parameters
    ----------
    tree : Branch
        The scenario as written.
    path : Path
        The path of the input.
    schema : Schema
        The fields that may be written.
    """
    for depth in range(1, len(path) + 1):
        if subtree(tree, path[:depth]) is None and path[depth - 1] not in _fields_of(path[: depth - 1], schema):
            return False
    return True


def _fields_of(path: Path, schema: Schema) -> frozenset[str]:
    """Return the keys that the schema knows at a path: the fields of a block, or the settings of a series."""
    return schema.fields(path) or schema.settings(path)


def _misspelling(
    tree: Branch, path: Path, schema: Schema, where: Place | None, *, new: bool = False, search: bool = True
) -> Problem:
    if not search:
        return Problem(".".join(path), "no_such_path", "no such path", place=where)
    depth = 0
    while subtree(tree, path[: depth + 1]) is not None:
        depth += 1
    block = subtree(tree, path[:depth])
    known = set(block) if isinstance(block, Branch) else set()
    fields = _fields_of(path[:depth], schema)
    return replace(_unknown_path(path[: depth + 1], known | fields, where, new=new and not fields), path=".".join(path))


def _unknown_path(path: Path, known: Iterable[str], where: Place | None, *, new: bool) -> Problem:
    stem, known = ".".join(path[:-1]), list(known)
    hint = did_you_mean(path[-1], known, f"names under `{stem}`" if stem else "blocks")
    if new and not nearest(path[-1], known):
        hint = f"{hint}; what is new goes under `add`"
    return Problem(".".join(path), "no_such_path", "no such path", "", hint, where)


def _remove(tree: Branch, path: Path) -> Branch:
    inner = tree["value"] if is_wrapper(tree) and path[0] not in WRAPPER else tree
    tree = inner if isinstance(inner, Branch) else tree
    if len(path) == 1:
        return tree.without_child(path[0])
    child = tree[path[0]]
    return tree.with_child(path[0], _remove(child, path[1:])) if isinstance(child, Branch) else tree


@dataclass(frozen=True)
class _Change:
    """The context of one change: its name, its place, the schema, and the list that gets its problems."""

    how: str
    where: Place | None
    schema: Schema
    is_change: bool
    problems: list[Problem] = field(default_factory=list)


def _lay(tree: Branch, path: Path, new: Tree, change: _Change, above: Path = ()) -> Branch:
    head, rest, here = path[0], path[1:], (*above, path[0])
    old = tree.get(head)
    if not rest:
        if change.where is not None and change.schema.one_value(here):  # what was written before is gone, place and all
            tree = tree.without_child(head)
            tree = Branch(tree.children, {k: v for k, v in tree.keys_at.items() if k != head}, tree.place)
        return tree.with_child(head, _merge(old, new, change, here), change.where)
    inner = _value(old) if rest[0] not in WRAPPER else old
    block = inner if isinstance(inner, Branch) else _block_of(old, inner, change, (*here, rest[0]))
    return tree.with_child(head, _lay(block, rest, new, change, here), change.where)


def _block_of(old: Tree | None, inner: Tree | None, change: _Change, path: Path) -> Branch:
    """Return a block with the bare value and its source, to which a new key is added; empty if there is none."""
    key = change.schema.bare_key(path, str(inner.value)) if isinstance(inner, Leaf) else ""
    return Branch({key: old} if old is not None and key else {}, place=change.where)


def _value(tree: Tree | None) -> Tree | None:
    return None if tree is None else wrapped_value(tree)


def _merge(old: Tree | None, new: Tree, change: _Change, path: Path) -> Tree:
    """Return `new` laid over `old`: blocks merge key by key; anything else replaces, and records what it replaced."""
    stood = _value(old)
    if isinstance(new, Leaf):
        before = stood.origins if isinstance(stood, Leaf) else ()
        last = stood.text if isinstance(stood, Leaf) else None
        return Leaf(new.value, (*before, Origin(new.place, change.how, last)), new.places)
    if is_operation(new, _value(old), change.schema.fields(path)):
        return _operate(old, new, change, path)
    keep = not (is_wrapper(new) or change.schema.one_value(path))
    base = stood if keep and isinstance(stood, Branch) else Branch(place=new.place)
    children, places = dict(base.children), dict(base.keys_at)
    for key, child in new.items():
        here = (*path, key)
        problem = _refused_entry(base, here, child, change, new.keys_at.get(key)) if keep else None
        if problem is not None and old is not None:
            change.problems.append(problem)
            continue
        sourced = key == "value" and is_wrapper(new) and isinstance(child, Leaf)
        below = stood if sourced and isinstance(stood, Leaf) else base.get(key)
        children[key] = _merge(below, child, change, here)
        if (where := new.keys_at.get(key)) is not None:
            places.setdefault(key, where)
    return Branch(children, places, base.place)


def _refused_entry(base: Branch, path: Path, child: Tree, change: _Change, where: Place | None) -> Problem | None:
    """Return the problem of a new entry, such as a loan, in a change, or of a name that is a path; else None."""
    name = path[-1]
    if change.schema.fields(path[:-1]) is not None or change.schema.fields(path) is None or name in base:
        return None
    if "." in name:
        hint = f"write `{'.'.join(path)}` whole, at the top of `{'change' if change.is_change else 'add'}`"
        return Problem(".".join(path), "not_a_name", f"the path `{name}` inside a block", "one name", hint, where)
    return _unknown_path(path, base, where, new=True) if change.is_change and isinstance(child, Branch) else None


def _operate(old: Tree | None, new: Branch, change: _Change, path: Path) -> Tree:
    """Return a value, or every value of a block, changed by the operators, with the source that they name."""
    inner, fields = _value(old), (change.schema.fields(path) or frozenset()) - ASIDE
    first = next(key for key in new if key in OPERATORS)
    if inner is None and path[-1] not in (change.schema.fields(path[:-1]) or path):
        return new  # the key itself is unknown; validation reports it
    several = [key for key in inner if key in fields] if isinstance(inner, Branch) else []
    if inner is None or several:
        actual = f"`{first}` on {'nothing' if inner is None else 'a block of several inputs'}"
        hint = (
            "write the value itself" if inner is None else f"name one of them, such as `{'.'.join(path)}.{several[0]}`"
        )
        where = new.keys_at.get(first) or change.where
        change.problems.append(Problem(".".join(path), "no_operand", actual, "a value to change", hint, where))
        return old if old is not None else Leaf(None, (Origin(where),))
    result: Tree = inner
    for operator, operand in new.items():
        if operator in OPERATORS and isinstance(operand, Leaf):
            result = _each(result, operator, operand, change, path)
    evidence = {key: child for key, child in new.items() if key in ASIDE}
    return Branch({"value": result, **evidence}, new.keys_at, new.place) if evidence else result


def _each(tree: Tree, operator: str, operand: Leaf, change: _Change, path: Path) -> Tree:
    tree = wrapped_value(tree)
    if isinstance(tree, Branch):
        settings = change.schema.settings(path)
        children = {
            key: child if key == "note" or key in settings else _each(child, operator, operand, change, (*path, key))
            for key, child in tree.items()
        }
        return Branch(children, tree.keys_at, tree.place)
    step = Origin(operand.place, change.how, str(tree.value), f"{operator}: {operand.value}")
    # The plan may have the option already, as with `--set` after `--option`.
    again = any((o.place, o.how, o.operator) == (step.place, step.how, step.operator) for o in tree.origins)
    if tree.value is None or (step.place is not None and again):
        return tree
    try:
        return Leaf(OPERATORS[operator](tree.value, operand.value), (*tree.origins, step))
    except OperatorError as error:
        name = ".".join(path)
        change.problems.append(Problem(name, "bad_operator", error.actual, error.wanted, error.hint, operand.place))
        return tree
