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


SERIES = "(series)"


@dataclass
class Node:
    """A place of the language: keys below it, what a name of one's own leads to, words, and kinds by their `style`.

    `shapes` are forms of a value that the schema has at many places, such as `(series)`: their keys are counted once,
    and at each place whether it ever takes that form; a `shared` key, such as `like`, is counted once too.
    """

    keys: dict[str, Node] = field(default_factory=dict)
    name: Node | None = None
    words: set[str] = field(default_factory=set)
    kinds: dict[str, Node] = field(default_factory=dict)
    shapes: dict[str, Node] = field(default_factory=dict)
    takes_remarks: bool = False
    shared: bool = False

    def enter(self, block: dict[str, Any], path: str = "") -> tuple[str, str, Node]:
        """Return what a block at this path is counted as, by its kind or shape, and the path and node of its keys."""
        if "style" in block and self.kinds:
            style = block["style"]["value"] if isinstance(block["style"], dict) else block["style"]
            return f"{path}({style})", f"{path}({style})", self.kinds[style]
        for label, shape in sorted(self.shapes.items(), key=lambda pair: pair[0] == SERIES):
            if shape.keys.keys() & block.keys() or (label == SERIES and not self.keys.keys() & block.keys()):
                return f"{path}{label}", label, shape
        return "", path, self


@cache
def language() -> Node:
    """Return the tree of all that a plan may hold."""
    root = Node()
    grow(root, definitions()["Plan"])
    return root


@cache
def definitions() -> dict[str, Any]:
    """Return what the schema defines, by name."""
    parts: dict[str, Any] = schema()["$defs"]
    return parts


def alternatives(part: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the forms that a value may have, of those within one another too."""
    below = [*part.get("anyOf", []), *part.get("oneOf", [])]
    return [form for one in below for form in (alternatives(one) or [one])]


def is_series(form: dict[str, Any]) -> bool:
    """Tell whether a form of a value is a block without a name of its own, other than a value with its source."""
    return form.get("type") == "object" and "title" not in form and "value" not in form.get("properties", {})


@cache
def shared_records() -> dict[str, str]:
    """Return the labels of records that have the same keys and are forms of different amounts, by their names."""
    parts, groups = definitions(), dict[tuple[str, ...], set[str]]()
    for name, part in parts.items():
        if "x-unit" in part and not name.endswith("_changed"):
            for form in alternatives(part):
                record = form.get("$ref", "").rpartition("/")[2]
                if keys := tuple(sorted(parts.get(record, {}).get("properties", {}))):
                    groups.setdefault(keys, set()).add(record)
    results = {}
    for records in groups.values():
        titles = [parts[record]["title"].lower().split() for record in sorted(records)]
        common = " ".join(word for word in titles[0] if all(word in title for title in titles))
        results.update(dict.fromkeys(records if len(records) > 1 else (), f"({common})"))
    return results


def is_shared(key: str, part: dict[str, Any]) -> bool:
    """Tell whether a key is one that the schema defines by its name, with the same words wherever it stands."""
    named = definitions().get(key, {"title": ""})
    same = part.get("$ref") == f"#/$defs/{key}" or part.get("description", "") == named.get("description")
    return "title" not in named and key not in LAID and same


def grow(node: Node, part: dict[str, Any]) -> None:
    """Add what a part of the schema allows to a node; a block of remarks around a value is no key of its own."""
    referred = part.get("$ref", "").rpartition("/")[2]
    if referred in LAID:
        return  # values by path, which may be anything that a plan holds
    if referred:
        grow(node, definitions()[referred])
    node.words |= {str(word).lower() for word in [*part.get("enum", []), *([part["const"]] if "const" in part else [])]}
    keys = part.get("properties", {})
    if {"value", "source"} <= keys.keys():
        node.takes_remarks = True
        return
    style = keys.get("style", {}).get("$ref", "").rpartition("/")[2]
    named = find_words(definitions().get(style, {}))
    if len(named) == 1 and "title" in part:
        kind = node.kinds.setdefault(next(iter(named)), Node())
        grow(kind, {**part, "properties": {key: value for key, value in keys.items() if key != "style"}})
        return
    for key, below in keys.items():
        grow(node.keys.setdefault(key, Node()), below)
        node.keys[key].shared |= is_shared(key, below)
    others = [part.get("additionalProperties"), *part.get("patternProperties", {}).values()]
    for below in (below for below in others if isinstance(below, dict)):
        node.name = node.name or Node()
        grow(node.name, below)
    grow_forms(node, part)
    for word in ("then", "else"):
        if isinstance(part.get(word), dict):
            grow(node, part[word])


def grow_forms(node: Node, part: dict[str, Any]) -> None:
    """Add the forms that a value may have to a node: those that many places share as shapes."""
    forms = alternatives(part)
    over_time = "x-unit" in part and any(is_series(form) and "patternProperties" in form for form in forms)
    for form in [*forms, *part.get("allOf", [])]:
        label = shared_records().get(form.get("$ref", "").rpartition("/")[2], "")
        label = label or (SERIES if over_time and is_series(form) else "")
        grow(node.shapes.setdefault(label, Node()) if label else node, form)


def find_words(part: dict[str, Any]) -> set[str]:
    """Return the words that a part of the schema names itself."""
    results = {str(word) for word in [*part.get("enum", []), *([part["const"]] if "const" in part else [])]}
    return results.union(*(find_words(below) for below in part.get("anyOf", [])))


@cache
def list_keys() -> list[str]:
    """Return every key and word of the language, each by its path."""
    return list(dict.fromkeys([f"({key})" for key in (*REMARKS, *OPERATORS, *LAID)] + [*list_below(language(), "")]))


def list_below(node: Node, path: str) -> Iterator[str]:
    """Run over the keys and words below a place."""
    yield from (f"{path}={word}" for word in sorted(node.words))
    for key, below in node.keys.items():
        if not (key == "style" and node.kinds):
            place = f"({key})" if below.shared else f"{path}.{key}".lstrip(".")
            yield place
            yield from list_below(below, place)
    for kind, below in node.kinds.items():
        yield f"{path}({kind})"
        yield from list_below(below, f"{path}({kind})")
    for label, shape in node.shapes.items():
        yield f"{path}{label}"
        yield from list_below(shape, label)
    if node.name is not None:
        yield from list_below(node.name, f"{path}.NAME")


def find_keys(plan: Any) -> Iterator[str]:
    """Run over the keys and words that a plan has."""
    yield from find_below(plan, language(), "")


def find_below(plan: Any, node: Node, path: str) -> Iterator[str]:
    """Run over the keys and words that a part of a plan has."""
    if isinstance(plan, dict) and "value" in plan and set(plan) <= {*REMARKS} and "value" not in node.keys:
        yield from (f"({key})" for key in plan)
        yield from find_below(plan["value"], node, path)
    elif isinstance(plan, dict):
        place, path, node = node.enter(plan, path)
        yield from [place] if place else []
        for key, below in plan.items():
            if key in LAID:
                yield from (f"({word})" for word in OPERATORS if f"'{word}':" in str(below))
            if key in node.keys:
                index = f"({key})" if node.keys[key].shared else f"{path}.{key}".lstrip(".")
                yield index
                yield from find_below(below, node.keys[key], index)
            elif key in LAID:
                yield f"({key})"
            elif node.name is not None:
                yield from find_below(below, node.name, f"{path}.NAME")
    elif str(plan).lower() in node.words:
        yield f"{path}={str(plan).lower()}"
