"""Changes by dotted path: which paths there are, and what may be laid at each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from fibercap.core.fields import Field
from fibercap.core.grammar import Json
from fibercap.core.names import NAME
from fibercap.core.spec import OneOf, Spec, collection_in, specs_in
from fibercap.model.plan.plan import Plan
from fibercap.reading.schema.maker import NAMES, Maker, kind_of, mark_in

_BESIDE: Final = r"(?:\.(?:value|source|where|note))?"
Paths = Iterator[tuple[str, Json]]


def changes(maker: Maker) -> Json:
    """Return what may stand under `change` or `add`: a value by each path."""
    by_path: dict[str, list[Json]] = {}
    for path, shape in _of_block(maker, Plan, ""):
        known = by_path.setdefault(path, [])
        known += [] if shape in known else [shape]
    by_shape: dict[str, list[str]] = {}
    for path, shapes in by_path.items():
        shape = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
        by_shape.setdefault(json.dumps(shape), []).append(path)
    laid = {f"^(?:{'|'.join(paths)})$": json.loads(shape) for shape, paths in by_shape.items()}
    beside = {r"^.+\.(?:source|where|note)$": {"$ref": "#/$defs/text"}}
    return {"type": "object", "propertyNames": {"$ref": "#/$defs/path"}, "patternProperties": laid | beside}


def path(maker: Maker) -> Json:
    """Return what a path looks like, block by block."""
    by_block: dict[str, dict[str, None]] = {}
    for at, _ in _of_block(maker, Plan, ""):
        block, dot, rest = at.partition(r"\.")
        by_block.setdefault(block, {})[f"{dot}{rest}"] = None
    told = {"description": "A path to a value or a block, such as `loans.fleet.rate`."}
    missed = {"patternErrorMessage": "no path of the scenario language; write one like `loans.fleet.rate`"}
    patterns = [{"pattern": f"^{block}(?:{'|'.join(rests)}){_BESIDE}$", **missed} for block, rests in by_block.items()]
    return {"title": "path", **told, "type": "string", "anyOf": patterns}


def _of_block(maker: Maker, spec: type[Spec], at: str, *, member: bool = False) -> Paths:
    """Run over the paths below a block, with what may be laid at each."""
    for key, name in spec.fields_by_key().items():
        annotation, kind = kind_of(spec, name)
        if name in spec.gathers:
            yield from _of_entries(maker, annotation, kind, at)
        else:
            yield f"{at}{key}", maker.shape(key, annotation, kind)
            yield from _below(maker, key, annotation, kind, rf"{at}{key}\.")
    if member:
        yield f"{at}like", {"$ref": "#/$defs/like"}


def _below(maker: Maker, key: str, annotation: Any, kind: Field | OneOf | None, at: str) -> Paths:
    """Run over the paths below a key."""
    if isinstance(kind, OneOf):
        for member in kind.members.values():
            if isinstance(member, type):
                yield from _of_block(maker, member, at)
            else:
                yield from _of_entries(maker, member, mark_in(member), at)
    elif kind is not None or collection_in(annotation) is not None:
        yield from _of_entries(maker, annotation, kind, at, key)
    else:
        for spec in specs_in(annotation):
            yield from _of_block(maker, spec, at)


def _of_entries(maker: Maker, annotation: Any, kind: Field | OneOf | None, at: str, key: str = "") -> Paths:
    """Run over the entries of a path, of a block of values, or of a collection."""
    member = collection_in(annotation)
    if isinstance(kind, Field):
        for form in kind.schema().get("anyOf", ()):
            for pattern, value in form.get("patternProperties", {}).items():
                yield f"{at}{pattern[1:-1]}", maker.told(value)
    elif member is not None:
        at = f"{at}(?:{NAMES[key]})" if key == "exchange" else f"{at}{NAME}"
        specs = specs_in(member)
        yield at, maker.value(member, member=bool(specs))
        for spec in specs:
            yield from _of_block(maker, spec, rf"{at}\.", member=True)
        if not specs and (kind := mark_in(member)) is not None:
            yield from _of_entries(maker, member, kind, rf"{at}\.")
