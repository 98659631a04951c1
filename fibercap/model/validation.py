"""From pydantic's errors to problems with a place; and the part of a scenario that is valid all the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, get_origin

from pydantic import TypeAdapter, ValidationError

from fibercap.core.errors import Problem, did_you_mean
from fibercap.core.spec import Spec, collection_in, fields_at, specs_in
from fibercap.core.tree import Branch, Leaf, Path, Tree, at, place_of

Raw = Mapping[str, Any]


def plain(tree: Tree) -> Any:  # noqa: ANN401 - a nested dict, or a leaf
    """Return a tree as the nested dictionaries that pydantic reads; leaves stay leaves."""
    return tree if isinstance(tree, Leaf) else {key: plain(child) for key, child in tree.items()}


def problems_of(error: ValidationError, spec: type[Spec], tree: Branch) -> list[Problem]:
    """Turn every error of a validation into a problem with its place in the tree."""
    return [_problem(dict(detail), spec, tree) for detail in error.errors(include_url=False, include_input=False)]


def _problem(detail: dict[str, Any], spec: type[Spec], tree: Branch) -> Problem:
    context = detail.get("ctx", {})
    path = _path(detail["loc"], tree, missing=detail["type"] == "missing")
    if "inside" in context:
        path = (*path, context["inside"])
    name, code = ".".join(path), detail["type"]
    if code == "extra_forbidden":
        known = fields_at(spec, path[:-1]) or frozenset()
        hint = _unknown_hint(path, known, tree)
        return Problem(name, "unknown_key", "unknown key", "", hint, place_of(tree, path, key=True))
    if code == "missing":
        where = place_of(tree, path[:-1], key=True) or tree.place
        return Problem(name, "missing", "nothing", f"`{path[-1]}`", f"add `{path[-1]}:` here", where)
    if "wanted" in context:
        inside_key = context.get("inside") and code in ("not_a_period", "not_a_date", "no_such_date")
        where = place_of(tree, path, key=bool(inside_key))
        return Problem(name, code, context["found"], context["wanted"], context["hint"], where)
    leaf = at(tree, path)
    found = f"`{leaf.value}`" if isinstance(leaf, Leaf) else "a block"
    known = sorted(fields_at(spec, path) or ())
    hint = f"its keys are {', '.join(known)}" if known else "see the scenario language"
    return Problem(name, "not_a_block", found, "a block of keys", hint, place_of(tree, path))


def _unknown_hint(path: Path, known: frozenset[str], tree: Branch) -> str:
    block = at(tree, path[:-1])
    style = block.get("style") if isinstance(block, Branch) else None
    if isinstance(style, Leaf) and path[-1] in known:
        return f"style `{style.value}` does not take it; in an overlay, `remove` it"
    return did_you_mean(path[-1], known - {"note"})


def _path(location: tuple[int | str, ...], tree: Branch, *, missing: bool) -> Path:
    """Return an error's path without the parts that only pydantic knows: union members and gathered blocks."""
    path: Path = ()
    last = len(location) - 1
    for number, part in enumerate(map(str, location)):
        if at(tree, (*path, part)) is not None or (missing and number == last):
            path = (*path, part)
    return path


@cache
def _adapter(spec: type[Spec], name: str) -> TypeAdapter[Any]:
    field = spec.model_fields[name]
    annotation: Any = field.annotation
    for mark in field.metadata:
        annotation = Annotated[annotation, mark]
    return TypeAdapter(annotation)


def partly_valid(spec: type[Spec], raw: Raw, context: dict[str, Any]) -> Any:  # noqa: ANN401 - a Spec with holes
    """Return a Spec that holds every field that is valid by itself; reading another raises InputInErrorError."""
    values: dict[str, Any] = {}
    keys, raw = spec.keys_known(), spec.gathered(raw)
    for key, name in keys.items():
        field = spec.model_fields[name]
        if key not in raw:
            if not field.is_required():
                values[name] = field.default
            continue
        try:
            values[name] = _adapter(spec, name).validate_python(raw[key], context=context)
        except ValidationError:
            kept = _partly(field.annotation, raw[key], context)
            if kept is not None:
                values[name] = kept
    made = spec.model_construct()
    for name in list(made.__dict__):
        if name not in values:
            del made.__dict__[name]
    made.__dict__.update(values)
    return made


def _partly(annotation: Any, raw: Any, context: dict[str, Any]) -> Any:  # noqa: ANN401
    if not isinstance(raw, dict):
        return None
    if get_origin(annotation) is Mapping:
        member = collection_in(annotation)
        made = {key: _member(member, value, context) for key, value in raw.items()}
        return {key: value for key, value in made.items() if value is not None}
    specs = specs_in(annotation)
    return partly_valid(specs[0], raw, context) if len(specs) == 1 else None


def _member(annotation: Any, raw: Any, context: dict[str, Any]) -> Any:  # noqa: ANN401
    specs = specs_in(annotation)
    if len(specs) == 1 and isinstance(raw, dict):
        return partly_valid(specs[0], raw, context)
    try:
        return TypeAdapter(annotation).validate_python(raw, context=context)
    except ValidationError:
        return None
