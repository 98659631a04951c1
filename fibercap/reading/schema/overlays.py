"""The schema of changes by dotted path: all paths, and the values that each takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from fibercap.core.language.fields import Field
from fibercap.core.language.grammar import Json
from fibercap.core.language.names import NAME
from fibercap.core.language.spec import OneOf, Spec, collection_in, specs_in
from fibercap.model.plan.plan import Plan
from fibercap.reading.schema.maker import NAMES, Maker, kind_of, mark_in

_BESIDE: Final = r"(?:\.(?:value|source|where|note))?"
Paths = Iterator[tuple[str, Json]]


def changes(maker: Maker) -> Json:
    """Return the schema of `change` or `add`: a value by each path."""
    by_path: dict[str, list[Json]] = {}
    for path, shape in _paths_of_block(maker, Plan, ""):
        shapes_here = by_path.setdefault(path, [])
        shapes_here += [] if shape in shapes_here else [shape]
    by_shape: dict[str, list[str]] = {}
    for path, shapes in by_path.items():
        shape = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
        by_shape.setdefault(json.dumps(shape), []).append(path)
    values = {f"^(?:{'|'.join(paths)})$": json.loads(shape) for shape, paths in by_shape.items()}
    beside = {r"^.+\.(?:source|where|note)$": {"$ref": "#/$defs/text"}}
    return {"type": "object", "propertyNames": {"$ref": "#/$defs/path"}, "patternProperties": values | beside}


def path(maker: Maker) -> Json:
    """Return the schema of a path, block by block."""
    by_block: dict[str, dict[str, None]] = {}
    for address, _ in _paths_of_block(maker, Plan, ""):
        block, dot, rest = address.partition(r"\.")
        by_block.setdefault(block, {})[f"{dot}{rest}"] = None
    description = {"description": "A path to a value or a block, such as `loans.fleet.rate`."}
    missed = {"patternErrorMessage": "no path of the scenario language; write one like `loans.fleet.rate`"}
    patterns = [{"pattern": f"^{block}(?:{'|'.join(rests)}){_BESIDE}$", **missed} for block, rests in by_block.items()]
    return {"title": "path", **description, "type": "string", "anyOf": patterns}


def _paths_of_block(maker: Maker, spec: type[Spec], prefix: str, *, member: bool = False) -> Paths:
    """Yield the paths below a block, each with the schema of its value."""
    for key, name in spec.fields_by_key().items():
        annotation, kind = kind_of(spec, name)
        if name in spec.gathers:
            yield from _paths_of_entries(maker, annotation, kind, prefix)
        else:
            yield f"{prefix}{key}", maker.shape(key, annotation, kind)
            yield from _paths_below(maker, key, annotation, kind, rf"{prefix}{key}\.")
    if member:
        yield f"{prefix}like", {"$ref": "#/$defs/like"}


def _paths_below(maker: Maker, key: str, annotation: Any, kind: Field | OneOf | None, prefix: str) -> Paths:
    """Yield the paths below a key."""
    if isinstance(kind, OneOf):
        for member in kind.members.values():
            if isinstance(member, type):
                yield from _paths_of_block(maker, member, prefix)
            else:
                yield from _paths_of_entries(maker, member, mark_in(member), prefix)
    elif kind is not None or collection_in(annotation) is not None:
        yield from _paths_of_entries(maker, annotation, kind, prefix, key)
    else:
        for spec in specs_in(annotation):
            yield from _paths_of_block(maker, spec, prefix)


def _paths_of_entries(maker: Maker, annotation: Any, kind: Field | OneOf | None, prefix: str, key: str = "") -> Paths:
    """Yield the paths of the entries of a series, a block of values, or a collection."""
    member = collection_in(annotation)
    if isinstance(kind, Field):
        for form in kind.schema().get("anyOf", ()):
            for pattern, value in form.get("patternProperties", {}).items():
                yield f"{prefix}{pattern[1:-1]}", maker.value_reference(value)
                yield from _paths_of_settings(maker, form, prefix)
    elif member is not None:
        prefix = f"{prefix}(?:{NAMES[key]})" if key == "exchange" else f"{prefix}{NAME}"
        specs = specs_in(member)
        yield prefix, maker.value(member, member=bool(specs))
        for spec in specs:
            yield from _paths_of_block(maker, spec, rf"{prefix}\.", member=True)
        if not specs and (kind := mark_in(member)) is not None:
            yield from _paths_of_entries(maker, member, kind, rf"{prefix}\.")


def _paths_of_settings(maker: Maker, form: Json, prefix: str) -> Paths:
    """Yield the paths of the settings of a series, such as `growth`, and of their parts, such as `growth.rate`."""
    for key, value in form.get("properties", {}).items():
        yield f"{prefix}{key}", maker.value_reference(value)
        for part in value.get("anyOf", ()):
            yield from _paths_of_settings(maker, part, rf"{prefix}{key}\.")
