"""The one operation on trees: an overlay of `remove`, `change` and `add`. Everything that asks "what if" is this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fibercap.core.errors import MOST_SHOWN, Place, Problem, did_you_mean, nearest
from fibercap.core.like import has_like, likened
from fibercap.core.operators import ASIDE, OPERATORS, OperatorError, is_operation
from fibercap.core.schema_of_paths import FREE, Schema
from fibercap.core.set_twice import set_twice
from fibercap.core.tree import WRAPPER, Branch, Leaf, Origin, Path, Tree, at, inside, is_wrapper

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
    `{plus: ...}` and `{delay: ...}` change what stands there. A `like` in what is laid is filled. An operator that this
    very overlay has applied to a value already, known by its place, is not applied again.

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
        With every path that is misspelt, missing, in the way or set twice, and every operator that does not fit.
    """
    twice = set_twice((changes,), schema)
    problems = list(twice.values())
    removed = removed_by(changes)
    for name, where in removed.items():
        path = tuple(name.split("."))
        if at(tree, path) is None:
            problems.append(_misspelt(tree, path, schema, where, search=len(problems) < MOST_SHOWN))
        else:
            tree = _removed(tree, path)
    for verb in ("change", "add"):
        block = changes.get(verb)
        for name, child in block.items() if isinstance(block, Branch) else ():
            path, where = tuple(name.split(".")), block.keys_at.get(name)  # type: ignore[union-attr]
            if (verb, name) in twice:
                continue
            problem = _refusal(tree, path, verb, schema, where, search=len(problems) < MOST_SHOWN)
            if problem is None:
                tree = _laid(tree, path, child, _Lay(how, where, schema, verb == "change", problems))
            else:
                problems.append(_taken_away(name, removed, where) or problem)
    if has_like(changes):
        tree = likened(tree, schema.one_value, problems)
    if problems:
        raise OverlayError(problems, tree)
    return tree


def removed_by(changes: Branch) -> dict[str, Place | None]:
    """Return the paths that an overlay removes, each with its place."""
    leaf = changes.get("remove")
    return dict(leaf.names()) if isinstance(leaf, Leaf) and isinstance(leaf.value, tuple) else {}


def _taken_away(name: str, removed: Iterable[str], where: Place | None) -> Problem | None:
    gone = next((path for path in removed if f"{name}.".startswith(f"{path}.")), "")
    told, hint = (
        f"a change of what `remove: [{gone}]` takes away",
        "do one or the other; what is to be new goes under `add`",
    )
    return Problem(name, "no_such_path", told, "a path that stays", hint, where) if gone else None


def _refusal(
    tree: Branch, path: Path, verb: str, schema: Schema, where: Place | None, *, search: bool
) -> Problem | None:
    exists = at(tree, path) is not None
    name = ".".join(path)
    if verb == "add" and exists:
        return Problem(name, "exists", "a path that exists already", "a new one", "use `change` to alter it", where)
    if verb == "change" and not exists and not settable(tree, path, schema):
        return _misspelt(tree, path, schema, where, new=True, search=search)
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
        if at(tree, path[:depth]) is None and path[depth - 1] not in (schema.fields(path[: depth - 1]) or ()):
            return False
    return True


def _misspelt(
    tree: Branch, path: Path, schema: Schema, where: Place | None, *, new: bool = False, search: bool = True
) -> Problem:
    if not search:
        return Problem(".".join(path), "no_such_path", "a path that does not exist", "one that does", place=where)
    depth = 0
    while at(tree, path[: depth + 1]) is not None:
        depth += 1
    block = at(tree, path[:depth])
    known = set(block) if isinstance(block, Branch) else set()
    fields = schema.fields(path[:depth]) or frozenset()
    return replace(_lost(path[: depth + 1], known | fields, where, new=new and not fields), path=".".join(path))


def _lost(path: Path, known: Iterable[str], where: Place | None, *, new: bool) -> Problem:
    stem, known = ".".join(path[:-1]), list(known)
    hint = did_you_mean(path[-1], known, f"names under `{stem}`" if stem else "blocks")
    if new and not nearest(path[-1], known):
        hint = f"{hint}; what is new goes under `add`"
    return Problem(".".join(path), "no_such_path", "a path that does not exist", "one that does", hint, where)


def _removed(tree: Branch, path: Path) -> Branch:
    inner = tree["value"] if is_wrapper(tree) and path[0] not in WRAPPER else tree
    tree = inner if isinstance(inner, Branch) else tree
    if len(path) == 1:
        return tree.without_child(path[0])
    child = tree[path[0]]
    return tree.with_child(path[0], _removed(child, path[1:])) if isinstance(child, Branch) else tree


@dataclass(frozen=True)
class _Lay:
    """The context of one change: its name, its place, the schema, and the list that gets its problems."""

    how: str
    where: Place | None
    schema: Schema
    changes: bool
    problems: list[Problem] = field(default_factory=list)


def _laid(tree: Branch, path: Path, new: Tree, lay: _Lay, above: Path = ()) -> Branch:
    head, rest, here = path[0], path[1:], (*above, path[0])
    old = tree.get(head)
    if not rest:
        if lay.where is not None and lay.schema.one_value(here):  # what was written before is gone, place and all
            tree = tree.without_child(head)
            tree = Branch(tree.children, {k: v for k, v in tree.keys_at.items() if k != head}, tree.place)
        return tree.with_child(head, _merged(old, new, lay, here), lay.where)
    inner = _value(old) if rest[0] not in WRAPPER else old
    block = inner if isinstance(inner, Branch) else _block_of(old, inner, lay, (*here, rest[0]))
    return tree.with_child(head, _laid(block, rest, new, lay, here), lay.where)


def _block_of(old: Tree | None, inner: Tree | None, lay: _Lay, path: Path) -> Branch:
    """Return a block with the bare value and its source, to which a new key is added; empty if there is none."""
    key = lay.schema.bare_key(path, str(inner.value)) if isinstance(inner, Leaf) else ""
    return Branch({key: old} if old is not None and key else {}, place=lay.where)


def _value(tree: Tree | None) -> Tree | None:
    return None if tree is None else inside(tree)


def _merged(old: Tree | None, new: Tree, lay: _Lay, path: Path) -> Tree:
    """Return `new` laid over `old`: blocks merge key by key; anything else replaces, and records what it replaced."""
    stood = _value(old)
    if isinstance(new, Leaf):
        before = stood.origins if isinstance(stood, Leaf) else ()
        last = stood.text if isinstance(stood, Leaf) else None
        return Leaf(new.value, (*before, Origin(new.place, lay.how, last)), new.places)
    if is_operation(new, _value(old), lay.schema.fields(path)):
        return _operated(old, new, lay, path)
    keep = not (is_wrapper(new) or lay.schema.one_value(path))
    base = stood if keep and isinstance(stood, Branch) else Branch(place=new.place)
    children, places = dict(base.children), dict(base.keys_at)
    for key, child in new.items():
        here = (*path, key)
        problem = _refused_entry(base, here, child, lay, new.keys_at.get(key)) if keep else None
        if problem is not None and old is not None:
            lay.problems.append(problem)
            continue
        sourced = key == "value" and is_wrapper(new) and isinstance(child, Leaf)
        below = stood if sourced and isinstance(stood, Leaf) else base.get(key)
        children[key] = _merged(below, child, lay, here)
        if (where := new.keys_at.get(key)) is not None:
            places.setdefault(key, where)
    return Branch(children, places, base.place)


def _refused_entry(base: Branch, path: Path, child: Tree, lay: _Lay, where: Place | None) -> Problem | None:
    """Return the problem of a new entry, such as a loan, in a change, or of a name that is a path; else None."""
    name = path[-1]
    if lay.schema.fields(path[:-1]) is not None or lay.schema.fields(path) is None or name in base:
        return None
    if "." in name:
        hint = f"write `{'.'.join(path)}` whole, at the top of `{'change' if lay.changes else 'add'}`"
        return Problem(".".join(path), "not_a_name", f"the path `{name}` inside a block", "one name", hint, where)
    return _lost(path, base, where, new=True) if lay.changes and isinstance(child, Branch) else None


def _operated(old: Tree | None, new: Branch, lay: _Lay, path: Path) -> Tree:
    """Return a value, or every value of a block, changed by the operators, with the source that they name."""
    inner, fields = _value(old), (lay.schema.fields(path) or frozenset()) - ASIDE
    first = next(key for key in new if key in OPERATORS)
    if inner is None and path[-1] not in (lay.schema.fields(path[:-1]) or path):
        return new  # the key itself is unknown, which is told when the plan is looked at
    several = [key for key in inner if key in fields] if isinstance(inner, Branch) else []
    if inner is None or several:
        found = f"`{first}` on {'nothing' if inner is None else 'a block of several inputs'}"
        hint = (
            "write the value itself" if inner is None else f"name one of them, such as `{'.'.join(path)}.{several[0]}`"
        )
        where = new.keys_at.get(first) or lay.where
        lay.problems.append(Problem(".".join(path), "no_operand", found, "a value to change", hint, where))
        return old if old is not None else Leaf(None, (Origin(where),))
    result: Tree = inner
    for operator, operand in new.items():
        if operator in OPERATORS and isinstance(operand, Leaf):
            result = _each(result, operator, operand, lay, path)
    told = {key: child for key, child in new.items() if key in ASIDE}
    return Branch({"value": result, **told}, new.keys_at, new.place) if told else result


def _each(tree: Tree, operator: str, operand: Leaf, lay: _Lay, path: Path) -> Tree:
    tree = inside(tree)
    if isinstance(tree, Branch):
        children = {
            key: child if key == "note" else _each(child, operator, operand, lay, (*path, key))
            for key, child in tree.items()
        }
        return Branch(children, tree.keys_at, tree.place)
    step = Origin(operand.place, lay.how, str(tree.value), f"{operator}: {operand.value}")
    again = any((o.place, o.how, o.operator) == (step.place, step.how, step.operator) for o in tree.origins)
    if tree.value is None or (step.place is not None and again):
        return tree
    try:
        return Leaf(OPERATORS[operator](tree.value, operand.value), (*tree.origins, step))
    except OperatorError as error:
        name = ".".join(path)
        lay.problems.append(Problem(name, "bad_operator", error.found, error.wanted, error.hint, operand.place))
        return tree
