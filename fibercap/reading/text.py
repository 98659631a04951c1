"""YAML text to a tree: every scalar stays text, every key and value keeps its place, nothing is constructed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from fibercap.core.errors import Place, Problem, ScenarioError
from fibercap.core.tree import Branch, Leaf, Origin, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NODES: Final = 200_000
MOST_BYTES: Final = 20_000_000
DEEPEST: Final = 50
_PLAIN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
_LISTS: Final = ("remove", "gap", "extends")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Builder:
    """Turns one document's nodes into a tree and gathers what is wrong with them."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines = name, text.splitlines()
        self.problems: list[Problem] = []
        self.nodes = 0

    def place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        text = self.lines[start.line] if start.line < len(self.lines) else ""
        width = end.column - start.column if end.line == start.line else len(text) - start.column
        return Place(self.name, start.line + 1, start.column + 1, text, max(width, 1))

    def problem(self, path: str, code: str, found: str, wanted: str, hint: str, node: yaml.Node) -> None:
        self.problems.append(Problem(path, code, found, wanted, hint, self.place(node)))

    def build(self, node: yaml.Node, path: tuple[str, ...] = ()) -> Tree | None:
        """Return the tree of a node, or None where it cannot be used."""
        self.nodes += 1
        name = ".".join(path)
        if self.nodes > MOST_NODES or len(path) > DEEPEST:
            if not any(p.code == "too_large" for p in self.problems):
                told = f"more than {MOST_NODES:,} values, aliases followed, or {DEEPEST} levels"
                self.problem(name, "too_large", told, "a scenario a person can read", "write it without aliases", node)
            return None
        if node.tag not in _PLAIN_TAGS:
            self.problem(name, "tag", f"the tag `{node.tag}`", "a plain value", "remove the tag", node)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._block(node, path)
        if isinstance(node, yaml.SequenceNode):
            return self._list(node, path)
        if node.tag.endswith(":null") and node.style is None:
            self.problem(name, "null", "nothing", "a value", "write a value, or remove the key", node)
            return None
        return Leaf(node.value, (Origin(self.place(node)),))

    def _list(self, node: yaml.SequenceNode, path: tuple[str, ...]) -> Leaf | None:
        name = ".".join(path)
        if not path or path[-1] not in _LISTS:
            hint = f"only {', '.join(_LISTS)} are lists"
            self.problem(name, "list", "a list", "a block with a name for each entry", hint, node)
            return None
        if not all(isinstance(item, yaml.ScalarNode) for item in node.value):
            self.problem(name, "list", "a list of blocks", "a list of names", "write `[one, two]`", node)
            return None
        return Leaf(tuple(item.value for item in node.value), (Origin(self.place(node)),))

    def _block(self, node: yaml.MappingNode, path: tuple[str, ...]) -> Branch:
        children: dict[str, Tree] = {}
        places: dict[str, Place] = {}
        for key, value in self._pairs(node, path):
            name = ".".join((*path, key.value))
            if key.value in places:
                first = places[key.value]
                told = f"`{key.value}` a second time; it stands first in line {first.line}, column {first.column}"
                self.problem(name, "duplicate_key", told, "each key once", "keep one of the two", key)
                continue
            places[key.value] = self.place(key)
            if self._is_stray(key, value, node, name):
                continue
            child = self.build(value, (*path, key.value))
            if child is not None:
                children[key.value] = child
        return Branch(children, places, self.place(node))

    def _pairs(self, node: yaml.MappingNode, path: tuple[str, ...]) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in node.value:
            name = ".".join(path)
            if not isinstance(key, yaml.ScalarNode):
                self.problem(name, "key", "a key that is a block or a list", "a name", "write a plain name", key)
            elif key.tag.endswith(":merge"):
                self.problem(name, "merge_key", "the merge key `<<`", "plain keys", "use `like`, or an option", key)
            elif key.tag not in _PLAIN_TAGS:
                self.problem(name, "tag", f"the tag `{key.tag}`", "a plain key", "remove the tag", key)
            else:
                yield key, value

    def _is_stray(self, key: yaml.ScalarNode, value: yaml.Node, block: yaml.MappingNode, name: str) -> bool:
        """Tell of `{capex: 23,5 MUSD}`, which YAML reads as `capex: 23` and an empty key `5 MUSD`."""
        empty = isinstance(value, yaml.ScalarNode) and value.tag.endswith(":null") and value.value == ""
        if not (empty and block.flow_style and key.value[:1].isdigit()):
            return False
        told = f"the key `{key.value}` with nothing after it: YAML takes the comma before it for the end of a value"
        hint = "a comma is not allowed in a number; write a point, or `_` between groups of digits"
        self.problem(name, "comma_in_number", told, "a number without a comma", hint, key)
        return True


def read_text(text: str | bytes, name: str) -> Branch:
    """Return the tree of a YAML text.

    Parameters
    ----------
    text : str or bytes
        The text; bytes must be UTF-8.
    name : str
        What to call it in messages.

    Raises
    ------
    ScenarioError
        If it is not UTF-8, empty, not YAML, too large, or uses what the scenario language refuses.
    """
    tree, problems = read_leniently(text, name)
    if problems:
        raise ScenarioError(name, problems)
    return tree


def read_leniently(text: str | bytes, name: str) -> tuple[Branch, list[Problem]]:
    """Return what can be read of a YAML text, and what is wrong with the rest; raise only where nothing can be read."""
    decoded = _decoded(text, name)
    try:
        node = yaml.compose(decoded, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise ScenarioError(name, [_syntax(error, name, decoded)]) from None
    except yaml.YAMLError as error:
        raise ScenarioError(
            name, [_only(name, "not_yaml", f"text that is not YAML ({error})", "a YAML file")]
        ) from None
    except RecursionError:
        told = "blocks nested too deeply to read"
        raise ScenarioError(name, [_only(name, "too_large", told, f"at most {DEEPEST} levels")]) from None
    if node is None:
        raise ScenarioError(name, [_only(name, "empty", "an empty file", "a scenario; it begins with `fibercap: 1`")])
    if not isinstance(node, yaml.MappingNode):
        told = "a list" if isinstance(node, yaml.SequenceNode) else "one value"
        raise ScenarioError(name, [_only(name, "not_a_block", told, "a scenario; it begins with `fibercap: 1`")])
    builder = _Builder(name, decoded)
    tree = builder.build(node)
    return (tree if isinstance(tree, Branch) else Branch()), builder.problems


def _decoded(text: str | bytes, name: str) -> str:
    if len(text) > MOST_BYTES:
        told = f"{len(text):,} bytes"
        raise ScenarioError(name, [_only(name, "too_large", told, f"at most {MOST_BYTES:,} bytes")])
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        told = f"the byte 0x{text[error.start]:02x}, which is not UTF-8"
        at = Place(name, line, error.start - (text.rfind(b"\n", 0, error.start) + 1) + 1)
        raise ScenarioError(name, [Problem("", "not_utf8", told, "UTF-8 text", "save the file as UTF-8", at)]) from None


def _syntax(error: yaml.MarkedYAMLError, name: str, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines()
    at = None
    if mark is not None:
        shown = lines[mark.line] if mark.line < len(lines) else ""
        at = Place(name, mark.line + 1, mark.column + 1, shown)
    told = " ".join(part for part in (error.context, error.problem) if part)
    hint = "check indentation, brackets and quotes around here; quote a text that holds `: ` or `#`"
    if "\t" in (at.text if at else ""):
        hint = "indent with blanks, not with tabs"
    return Problem("", "not_yaml", f"text that YAML cannot read ({told})", "YAML", hint, at)


def _only(name: str, code: str, found: str, wanted: str) -> Problem:
    return Problem("", code, found, wanted, "", Place(name, 1, 1))
