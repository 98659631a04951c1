"""The keys and words of the scenario language, and which of them a plan has; read from the schema alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fibercap.reading.schema.document import schema

REMARKS = ("value", "source", "where", "note")
OPERATORS = ("times", "plus", "delay")
LAID = ("extends", "change", "add", "remove")


@dataclass
class Node:
    """A place of the language: keys below it, what a name of one's own leads to, words, and kinds by their `style`."""

    keys: dict[str, Node] = field(default_factory=dict)
    name: Node | None = None
    words: set[str] = field(default_factory=set)
    kinds: dict[str, Node] = field(default_factory=dict)
    takes_remarks: bool = False


@cache
def language() -> Node:
    """Return the tree of all that a plan may hold."""
    document = schema()
    root = Node()
    grow(root, document["$defs"]["Plan"], document["$defs"])
    return root


def grow(node: Node, part: dict[str, Any], parts: dict[str, Any]) -> None:  # noqa: C901 - a schema has that many kinds of nodes
    """Add what a part of the schema allows to a node; a block of remarks around a value is no key of its own."""
    referred = part.get("$ref", "").rpartition("/")[2]
    if referred in LAID:
        return  # values by path, which may be anything that a plan holds
    if referred:
        grow(node, parts[referred], parts)
    node.words |= {str(word).lower() for word in [*part.get("enum", []), *([part["const"]] if "const" in part else [])]}
    own = part.get("properties", {})
    if {"value", "source"} <= own.keys():
        node.takes_remarks = True
        return
    style = own.get("style", {}).get("$ref", "").rpartition("/")[2]
    named = find_words(parts.get(style, {}))
    if len(named) == 1 and "title" in part:
        kind = node.kinds.setdefault(next(iter(named)), Node())
        grow(kind, {**part, "properties": {key: value for key, value in own.items() if key != "style"}}, parts)
        return
    for key, below in own.items():
        grow(node.keys.setdefault(key, Node()), below, parts)
    others = [part.get("additionalProperties"), *part.get("patternProperties", {}).values()]
    for below in (below for below in others if isinstance(below, dict)):
        node.name = node.name or Node()
        grow(node.name, below, parts)
    for word in ("anyOf", "oneOf", "allOf"):
        for below in part.get(word, []):
            grow(node, below, parts)
    for word in ("then", "else"):
        if isinstance(part.get(word), dict):
            grow(node, part[word], parts)


def find_words(part: dict[str, Any]) -> set[str]:
    """Return the words that a part of the schema names itself."""
    found = {str(word) for word in [*part.get("enum", []), *([part["const"]] if "const" in part else [])]}
    return found.union(*(find_words(below) for below in part.get("anyOf", [])))


def list_keys(node: Node | None = None, path: str = "") -> Iterator[str]:
    """Run over every key and word of the language, each by its path."""
    if node is None:
        yield from (f"({key})" for key in (*REMARKS, *OPERATORS, *LAID))
        node = language()
    yield from (f"{path}={word}" for word in sorted(node.words))
    if path.endswith((".change", ".add", ".note")):
        return
    for key, below in node.keys.items():
        if key == "style" and node.kinds:
            continue
        at = f"{path}.{key}".lstrip(".")
        yield at
        yield from list_keys(below, at)
    for kind, below in node.kinds.items():
        yield f"{path}({kind})"
        yield from list_keys(below, f"{path}({kind})")
    if node.name is not None:
        yield from list_keys(node.name, f"{path}.NAME")


def find_keys(plan: Any, node: Node | None = None, path: str = "") -> Iterator[str]:
    """Run over the keys and words that a plan has."""
    node = language() if node is None else node
    if isinstance(plan, dict) and "value" in plan and set(plan) <= {*REMARKS} and "value" not in node.keys:
        yield from (f"({key})" for key in plan)
        yield from find_keys(plan["value"], node, path)
    elif isinstance(plan, dict):
        if "style" in plan and node.kinds:
            style = plan["style"]["value"] if isinstance(plan["style"], dict) else plan["style"]
            path, node = f"{path}({style})", node.kinds[style]
            yield path
            plan = {key: below for key, below in plan.items() if key != "style"}
        for key, below in plan.items():
            if key in node.keys:
                at = f"{path}.{key}".lstrip(".")
                yield at
                yield from find_keys(below, node.keys[key], at)
            elif key in LAID:
                yield f"({key})"
                yield from (f"({word})" for word in OPERATORS if f"'{word}':" in str(below))
            elif node.name is not None:
                yield from find_keys(below, node.name, f"{path}.NAME")
    elif str(plan).lower() in node.words:
        yield f"{path}={str(plan).lower()}"
