"""The keys of the scenario language, read off its schema, and what else a value of each may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from fibercap.reading.schema import schema

Json = dict[str, Any]
ANY = "*"
"""Stands in a pattern for a name or a period."""
APART = {"options", "like", "note", "source", "where"}
"""What changes other keys, or says where a value comes from."""
DATE = re.compile(r"\d{4}-[\d-]+")
QUANTITY = re.compile(r"(-?[\d_.]+(?:e-?\d+)?)( .+)?")


@cache
def _parts() -> Json:
    return dict(schema()["$defs"])


@cache
def leaves() -> dict[str, list[Json]]:
    """Return what the schema says of each key that may have a value, by the key's pattern, such as `plants.*.life`."""
    results: dict[str, list[Json]] = {}
    for path, node in _walk(_parts()["Plan"], (), frozenset()):
        results.setdefault(".".join(path), []).append(node)
    return results


def _walk(node: Json, path: tuple[str, ...], above: frozenset[str]) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Run over the values below a part of the schema; what stands within itself is not entered again."""
    name = node.get("$ref", "").rsplit("/", 1)[-1]
    if name:
        if name not in above:
            yield from _walk(_parts()[name], path, above | {name})
        return
    if node.get("if") == {"required": ["value"]}:
        yield from _walk(node["else"], path, above)
        return
    inner = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    for one in inner:
        yield from _walk(one, path, above)
    for key, below in node.get("properties", {}).items():
        if key not in APART:
            yield from _walk(below, (*path, key), above)
    members = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    for below in members:
        if isinstance(below, dict):
            yield from _walk(below, (*path, ANY), above)
    if not inner and node.get("type") != "object" and node.get("type") != "array":
        yield path, node


@cache
def _steps() -> frozenset[str]:
    """Return all patterns that lead to a value."""
    return frozenset(
        ".".join(parts[:depth]) for parts in (key.split(".") for key in leaves()) for depth in range(1, len(parts) + 1)
    )


def pattern_of(path: tuple[str, ...]) -> str:
    """Return the pattern of a path in a plan; a value by period has that of its series."""
    pattern = path[0]
    for part in path[1:]:
        pattern = f"{pattern}.{part if f'{pattern}.{part}' in _steps() else ANY}"
    return pattern


def values(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Run over the values of a plan that was read as texts."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in APART:
                yield from values(value, path if key == "value" and path[0] != "opening" else (*path, key))
    elif isinstance(node, str):
        yield path, node


def other_value(pattern: str, text: str) -> str:
    """Return another value for a key: a number a tenth higher, a month or year more, or the word that comes next."""
    words = [word for one in leaves()[pattern] for word in (*one.get("enum", ()), one.get("const"))]
    words = list(dict.fromkeys(word for word in words if isinstance(word, str)))
    if text in words and len(words) > 1:
        return str(words[(words.index(text) + 1) % len(words)])
    match = QUANTITY.fullmatch(text)
    if match is None or DATE.fullmatch(text):
        raise LookupError(f"{pattern}: say what else it may be than {text!r}")
    number = float(match[1].replace("_", ""))
    if match[2] and match[2].strip().rstrip("s") in {"month", "year"}:
        return f"{number + 1:g}{match[2]}"
    return f"{number * 1.1:.10g}{match[2] or ''}"
