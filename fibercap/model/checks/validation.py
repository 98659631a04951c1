"""Turn pydantic's errors into problems with a place, and read the part of a scenario that is valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, get_origin

from pydantic import TypeAdapter, ValidationError

from fibercap.core.errors import MOST_SHOWN, Problem, close_to, did_you_mean, nearest
from fibercap.core.language.input_hints import quote
from fibercap.core.language.product_units import InUnits
from fibercap.core.language.series import SETTINGS
from fibercap.core.language.spec import Spec, UnreadInput, collection_in, fields_at, specs_in
from fibercap.core.period_names import is_business_year, whole_period
from fibercap.core.trees.tree import WRAPPER, Branch, Leaf, Path, Tree, place_of, subtree

Raw = Mapping[str, Any]
_BESIDE_PERIODS = "it stands beside values by period, such as `{value: {2001: 45 USD/km, growth: 5 %/year}, note: ...}`"


def plain(tree: Tree) -> Any:
    """Return a tree as the nested dictionaries that pydantic validates; leaves stay leaves."""
    return tree if isinstance(tree, Leaf) else {key: plain(child) for key, child in tree.items()}


def problems_of(error: ValidationError, spec: type[Spec], tree: Branch) -> list[Problem]:
    """Return every error of a validation as a problem with its place in the tree.

    Parameters
    ----------
    error : ValidationError
        The error that pydantic raised.
    spec, tree : type, Branch
        The class that was validated, and the tree of its inputs.
    """
    problems: list[Problem] = []
    details: list[dict[str, Any]] = [{**detail} for detail in error.errors(include_url=False, include_input=False)]
    entries, unknown = _Entries(tree), 0
    for detail in details:
        path = _path(detail["loc"], tree, missing=detail["type"] == "missing")
        unknown += detail["type"] == "extra_forbidden"
        if unknown > MOST_SHOWN and detail["type"] == "extra_forbidden":
            where = place_of(tree, path, key=True)
            problems.append(Problem(".".join(path), "unknown_key", "unknown key", place=where))
            continue
        context = detail.get("ctx", {})
        misused = _of_wrapper(path, tree) or _of_misspelt_wrapper(path[:-1], tree)
        problems += misused or [_problem(path, detail["type"], context, spec, entries)]
        if not misused:
            problems += [_problem_of_field(path, code, other, entries) for code, other in context.get("others", ())]
    return problems


class _Entries:
    """The entries of blocks by their name or value as messages quote it; each block is searched once."""

    def __init__(self, tree: Branch) -> None:
        self.tree = tree
        self._keys_by_text: dict[Path, dict[str, str]] = {}

    def key(self, path: Path, text: str) -> str | None:
        """Return the first key of a block that a message quotes by name or by value; None if there is none.

        Parameters
        ----------
        path : tuple of str
            Address of the block.
        text : str
            The key or value as the message quotes it.
        """
        if path not in self._keys_by_text:
            keys: dict[str, str] = {}
            block = subtree(self.tree, path)
            for key, child in block.items() if isinstance(block, Branch) else ():
                keys.setdefault(f"`{key}`", key)
                if isinstance(child, Leaf):
                    keys.setdefault(f"`{child.value}`", key)
            self._keys_by_text[path] = keys
        return self._keys_by_text[path].get(text)


def _of_wrapper(path: Path, tree: Branch) -> list[Problem]:
    """Return the problems of a block that was meant as `{value, source, where, note}` but is not valid."""
    block = subtree(tree, path)
    if not isinstance(block, Branch) or not WRAPPER.intersection(block):
        return []
    strange = [key for key in block if key not in WRAPPER]
    name = ".".join(path)
    if problems := _of_misspelt_wrapper(path, tree):
        return problems
    if "value" not in block and not strange:
        hint = "write it like `{value: ..., source: ...}`"
        return [Problem(name, "missing", f"no `value` beside `{next(iter(block))}`", "", hint, place_of(tree, path))]
    if "value" not in block or any(whole_period(key) or is_business_year(key) for key in strange):
        return []
    return [
        Problem(".".join((*path, key)), "unknown_key", "unknown key", "", hint, place_of(tree, (*path, key), key=True))
        for key in strange
        for hint in [_BESIDE_PERIODS if key in SETTINGS else did_you_mean(key, WRAPPER)]
    ]


def _of_misspelt_wrapper(path: Path, tree: Branch) -> list[Problem]:
    """Return the problem of a block that was meant as `{value, source, where, note}`, one of which is misspelt."""
    block = subtree(tree, path)
    if not isinstance(block, Branch) or not WRAPPER.intersection(block):
        return []
    strange = [key for key in block if key not in WRAPPER]
    lacking = [word for word in sorted(WRAPPER) if word not in block and ("value" in block or word == "value")]
    for word in lacking:
        for key in close_to(word, strange, 1, 0.8):
            where, hint = (*path, key), f"did you mean `{word}`?"
            place = place_of(tree, where, key=True)
            return [Problem(".".join(where), "unknown_key", "unknown key", "", hint, place)]
    return []


def _problem(path: Path, code: str, context: dict[str, Any], spec: type[Spec], entries: _Entries) -> Problem:
    name, tree = ".".join(path), entries.tree
    if "wanted" in context:
        return _problem_of_field(path, code, context, entries)
    if code == "extra_forbidden":
        keys = fields_at(spec, path[:-1]) or frozenset()
        hint = _unknown_hint(path, keys, tree)
        return Problem(name, "unknown_key", "unknown key", "", hint, place_of(tree, path, key=True))
    if code == "missing":
        where = place_of(tree, path[:-1], key=True) if path[:-1] else tree.place and replace(tree.place, width=1)
        problem = f"no `{path[-1]}` in `{'.'.join(path[:-1])}`" if path[:-1] else f"no `{path[-1]}`"
        return Problem(name, "missing", problem, "", f"add `{path[-1]}:`", where)
    leaf = subtree(tree, path)
    value = leaf.value if isinstance(leaf, Leaf) else None
    value_text = quote(value) if isinstance(value, str) else "a list" if isinstance(value, tuple) else "no block"
    keys = (fields_at(spec, path) or frozenset()) - {"note"}
    hint = f"its keys are {', '.join(sorted(keys))}" if keys else "give each entry a name"
    if path[:1] == ("funding",):  # its names are gathered from the file
        hint = "write it like `{fleet: 2 million USD, equity: rest}`"
    return Problem(name, "not_a_block", value_text, "a block of keys", hint, place_of(tree, path))


def _problem_of_field(path: Path, code: str, context: dict[str, Any], entries: _Entries) -> Problem:
    """Return the problem that a field reported, at the entry of the block that caused it."""
    by_key = bool(context.get("key"))
    if "inside" in context:
        path = (*path, *context["inside"])
    value = context["found"]
    key = entries.key(path, value)
    if key is not None:  # this entry is why the block was refused
        path, by_key = (*path, key), value == f"`{key}`"
    where = place_of(entries.tree, path, key=by_key)
    return Problem(".".join(path), code, value, context["wanted"], context["hint"], where)


def _unknown_hint(path: Path, keys: frozenset[str], tree: Branch) -> str:
    block = subtree(tree, path[:-1])
    style = block.get("style") if isinstance(block, Branch) else None
    if isinstance(style, Leaf) and path[-1] in keys:
        return f"style `{style.value}` does not take it; remove it"
    if "." in path[-1]:
        return "a path with dots stands at the top of `change` or `add`, not inside a block; write the whole path there"
    if len(path) == len(("plants", "jena", "like")) and nearest(path[-1], keys | {"like"}) == "like":
        return "did you mean `like`?"
    return did_you_mean(path[-1], keys - {"note"})


def _path(location: tuple[int | str, ...], tree: Branch, *, missing: bool = False) -> Path:
    """Return an error's path without the parts that pydantic adds: union members and gathered blocks."""
    path: Path = ()
    last = len(location) - 1
    for number, part in enumerate(map(str, location)):
        if subtree(tree, (*path, part)) is not None or (missing and number == last):
            path = (*path, part)
    return path


@cache
def _adapter(spec: type[Spec], name: str) -> TypeAdapter[Any]:
    field = spec.model_fields[name]
    annotation: Any = field.annotation
    for mark in field.metadata:
        annotation = Annotated[annotation, mark]
    return TypeAdapter(annotation)


def partly_valid(spec: type[Spec], raw: Raw, context: dict[str, Any]) -> Any:
    """Return a Spec that holds every field that is valid alone; reading another field raises InputInErrorError.

    Parameters
    ----------
    spec, raw : type, Raw
        The class to validate, and the inputs as nested dictionaries.
    context : dict
        What fields need from the rest of the scenario.
    """
    values: dict[str, Any] = {}
    keys, raw = spec.fields_by_key(), spec.gather_fields(raw)
    inside = spec.units_of(raw, context) if issubclass(spec, InUnits) else {}
    context = context | inside
    for key, name in keys.items():
        field = spec.model_fields[name]
        if key not in raw:
            if not field.is_required():
                values[name] = field.default
            continue
        try:
            values[name] = _adapter(spec, name).validate_python(raw[key], context=context)
        except ValidationError:
            value = _partly(field.annotation, raw[key], context)
            if value is not None:
                values[name] = value
    spec_made = spec.model_construct()
    for name in list(spec_made.__dict__):
        if name not in values:
            del spec_made.__dict__[name]
    spec_made.__dict__.update(values)
    object.__setattr__(spec_made, "__pydantic_fields_set__", {name for key, name in keys.items() if key in raw})
    if isinstance(spec_made, InUnits):
        spec_made._inside = inside  # noqa: SLF001 - as where the whole block is valid
    return spec_made


def _partly(annotation: Any, raw: Any, context: dict[str, Any]) -> Any:
    if not isinstance(raw, dict):
        return None
    if get_origin(annotation) is Mapping:
        member = collection_in(annotation)
        named = get_origin(member) is Annotated or specs_in(member)
        return {key: _member(member, value, context) for key, value in raw.items()} if named else {}
    specs = specs_in(annotation)
    return partly_valid(specs[0], raw, context) if len(specs) == 1 else None


def _member(annotation: Any, raw: Any, context: dict[str, Any]) -> Any:
    specs = specs_in(annotation)
    if len(specs) == 1 and isinstance(raw, dict):
        return partly_valid(specs[0], raw, context)
    if specs:  # keep the name, because other inputs may refer to it
        made = specs[0].model_construct()
        made.__dict__.clear()
        return made
    try:
        return TypeAdapter(annotation).validate_python(raw, context=context)
    except ValidationError:
        return UnreadInput()  # its name is known, which is all that others may read
