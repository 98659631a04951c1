"""Turn YAML text into a tree: scalars stay text, keys and values keep their place, and no objects are constructed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import yaml

from fibercap.core.errors import Place, Problem, ScenarioError
from fibercap.core.language.input_hints import quote
from fibercap.core.trees.tree import Branch, Leaf, Origin, Tree
from fibercap.reading.decoding import decode, problem_at_start
from fibercap.reading.syntax import problem_of_yaml_error

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NODES: Final = 200_000
DEEPEST: Final = 50
BROKEN: Final = None  # the value of a leaf that could not be read; every field refuses it too
_PLAIN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
_BEGIN: Final = "it begins with `fibercap: 1`"
_LISTS: Final = ("remove", "gap", "extends")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the parser in C is not in every installation


class _Builder:
    """Turns the nodes of one document into a tree and collects their problems."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines = name, text.splitlines()
        self.problems: list[Problem] = []
        self.incomplete: set[tuple[str, ...]] = set()
        self.sizes: dict[int, int] = {}

    def place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        text = self.lines[start.line] if start.line < len(self.lines) else ""
        width = end.column - start.column if end.line == start.line else len(text) - start.column
        return Place(self.name, start.line + 1, start.column + 1, text, max(width, 1))

    def problem(self, path: str, code: str, text: str, wanted: str, hint: str, place: Place) -> None:
        self.problems.append(Problem(path, code, text, wanted, hint, place))

    def count(self, node: yaml.Node) -> int:
        """Return the number of values of a node, aliases followed; each block is counted once.

        Raises
        ------
        ScenarioError
            If there are too many.
        """
        if not isinstance(node, yaml.MappingNode):
            return 1
        if id(node) not in self.sizes:
            self.sizes[id(node)] = 0  # a block that contains itself ends here; `build` refuses it as too deep
            self.sizes[id(node)] = 1 + sum(self.count(value) for _, value in node.value)
            if self.sizes[id(node)] > MOST_NODES:
                raise ScenarioError(self.name, [_problem_of_size(self.place(node), by_count=True)])
        return self.sizes[id(node)]

    def build(self, node: yaml.Node, path: tuple[str, ...] = (), key: Place | None = None) -> Tree:
        """Return the tree of a node; a leaf without a value if it cannot be used."""
        here = self.place(node)
        if len(path) > DEEPEST:
            raise ScenarioError(self.name, [_problem_of_size(here, by_count=False)])
        wrapped = len(path) > 1 and path[-1] == "value"
        name = ".".join(path[:-1] if wrapped else path)
        if node.tag not in _PLAIN_TAGS or self._has_written_tag(node):
            problem = f"the tag {quote(node.tag)}" if node.tag not in _PLAIN_TAGS else "a tag"
            self.problem(name, "tag", problem, "a plain value", "remove the tag", here)
        elif isinstance(node, yaml.MappingNode):
            return self._block(node, path)
        elif isinstance(node, yaml.SequenceNode):
            return self._list(node, path, name)
        elif node.tag.endswith(":null") and not getattr(node, "style", None):
            problem = f"{quote(node.value)}, which YAML takes for nothing" if node.value else "the key has no value"
            here = here if node.value else key or here
            hint = "write one, or remove the key"
            if re.search(r":\s+#", here.text):
                hint += "; a text that begins with `#` needs quotes"
            self.problem(name, "null", problem, "a value" if node.value else "", hint, here)
        else:
            return Leaf(node.value, (Origin(here),))
        return Leaf(BROKEN, (Origin(here),))

    def _has_written_tag(self, node: yaml.Node) -> bool:
        """Return whether a tag such as `!!float` is written; the parser's node does not tell it from an implied tag."""
        start = node.start_mark
        text = self.lines[start.line] if start.line < len(self.lines) else ""
        first = text[start.column : start.column + 1]
        return first == "!" or (first == "&" and bool(re.match(r"&\S+\s+!", text[start.column :])))

    def _list(self, node: yaml.SequenceNode, path: tuple[str, ...], name: str) -> Leaf:
        here = self.place(node)
        value: tuple[str, ...] | None = BROKEN
        places = tuple(self.place(item) for item in node.value)
        if not path or path[-1].rsplit(".", 1)[-1] not in _LISTS:
            hint = f"only {', '.join(f'`{word}`' for word in _LISTS)} are lists"
            self.problem(name, "list", "a list", "one value, or a block with a name for each entry", hint, here)
        elif not all(isinstance(item, yaml.ScalarNode) for item in node.value):
            self.problem(name, "list", "a list of blocks", "a list of names", "write it like `[one, two]`", here)
        elif any(item.tag.endswith(":null") and not item.style for item in node.value):
            self.problem(name, "null", "a list with an empty entry", "a list of names", "remove the empty entry", here)
        else:
            value = tuple(item.value for item in node.value)
        return Leaf(value, (Origin(here),), places)

    def _block(self, node: yaml.MappingNode, path: tuple[str, ...]) -> Branch:
        children: dict[str, Tree] = {}
        places: dict[str, Place] = {}
        before: str | None = None
        for key, value, here in self._pairs(node, path):
            stray = node.flow_style and before is not None and _is_empty(value)
            if (
                stray
                and (key[:1].isdigit() or " " in key)
                and self._refuse_comma(children, (*path, before or ""), here)
            ):
                continue
            before = key
            if key in places:
                first = places[key]
                problem = f"`{key}` is written twice (first in line {first.line}, column {first.column})"
                name = ".".join((*path, key))
                self.problem(name, "duplicate_key", problem, "", "keep one of the two", here)
                continue
            places[key] = here
            children[key] = self.build(value, (*path, key), here)
        return Branch(children, places, self.place(node))

    def _pairs(self, node: yaml.MappingNode, path: tuple[str, ...]) -> Iterator[tuple[str, yaml.Node, Place]]:
        """Yield the keys that can be used, each with its value and its place."""
        for key, value in node.value:
            name, here = ".".join(path), self.place(key)
            if not isinstance(key, yaml.ScalarNode):
                self.problem(name, "key", "a key that is a block or a list", "a name", "write a plain name", here)
            elif key.tag.endswith(":merge") and not key.style:
                hint = "write the keys out, or copy an entry of the same block by `like: name`"
                self.problem(name, "merge_key", "the merge key `<<`", "plain keys", hint, here)
            elif key.tag not in _PLAIN_TAGS or self._has_written_tag(key):
                self.problem(name, "tag", "a tag on a key", "a plain key", "remove the tag", here)
            else:
                yield key.value, value, here
                continue
            self.incomplete.add(path)

    def _refuse_comma(self, children: dict[str, Tree], path: tuple[str, ...], rest: Place) -> bool:
        """Refuse `{capex: 23,5 MUSD}`, which YAML reads as `capex: 23` and an empty key; return whether it did."""
        old = children.get(path[-1])
        if not isinstance(old, Leaf) or old.place is None or old.place.line != rest.line:
            return False
        start, end = old.place.column - 1, rest.column - 1 + rest.width
        value, place = rest.text[start:end], replace(old.place, width=end - start)
        number = re.sub(r",\s+", ",", value)
        is_number = bool(re.match(r"-?[0-9_]+(,[0-9_]+)*,[0-9]", number))
        if not is_number and value[:1] in "\"'[{":
            return False
        # The text before the comma was read as a value of its own; this problem replaces those of that value.
        self.problems = [p for p in self.problems if p.place is None or p.place != old.place]
        problem = f"{quote(number if is_number else value)}, which YAML reads as {quote(value.split(',')[0])}"
        problem += " and a key without a value"
        name = ".".join(path[:-1] if path[-1] == "value" else path)
        if is_number:
            hint = f"a comma is not allowed in a number; write {_without_comma(number)}"
            self.problem(name, "comma_in_number", problem, "a number without a comma", hint, place)
        else:
            hint = f"write `{json.dumps(value, ensure_ascii=False)}`"
            self.problem(name, "comma_in_text", problem, "a text in quotes", hint, place)
        children[path[-1]] = Leaf(BROKEN, (Origin(place),))
        return True


def _without_comma(number: str) -> str:
    """Return how a number with commas may be meant: with a decimal point, or with marks between thousands."""
    thousands, point = number.replace(",", "_"), number.replace(",", ".", 1)
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\D.*)?", number):
        return f"`{thousands}`" + (f" or `{point}`" if number.count(",") == 1 else "")
    return f"`{point}`"


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null") and node.value == ""


@dataclass(frozen=True)
class Reading:
    """The part of a text that can be read, the problems of the rest, and the blocks in which keys could not be read."""

    tree: Branch
    problems: list[Problem] = field(default_factory=list)
    incomplete: frozenset[tuple[str, ...]] = frozenset()


def read_text(text: str | bytes, name: str) -> Branch:
    """Return the tree of a YAML text.

    Parameters
    ----------
    text : str or bytes
        The text; bytes must be UTF-8.
    name : str
        Name of the text in messages.

    Raises
    ------
    ScenarioError
        If it is not UTF-8, empty, not YAML, too large, or uses what the scenario language refuses.
    """
    reading = read_leniently(text, name)
    if reading.problems:
        raise ScenarioError(name, reading.problems)
    return reading.tree


def read_leniently(text: str | bytes, name: str) -> Reading:
    """Return the part of a YAML text that can be read, and the problems of the rest.

    Parameters
    ----------
    text : str or bytes
        The text; bytes must be UTF-8.
    name : str
        Name of the text in messages.

    Raises
    ------
    ScenarioError
        If nothing can be read.
    """
    decoded = decode(text, name)
    try:
        _refuse_too_large(decoded, name)
        node = yaml.compose(decoded, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise ScenarioError(name, [problem_of_yaml_error(error, name, decoded)]) from None
    if node is None or _is_empty(node):
        raise ScenarioError(name, [problem_at_start(name, "empty", "an empty file", "a scenario", _BEGIN)])
    if not isinstance(node, yaml.MappingNode):
        problem = "a list" if isinstance(node, yaml.SequenceNode) else "one value"
        raise ScenarioError(name, [problem_at_start(name, "not_a_block", problem, "a scenario", _BEGIN)])
    builder = _Builder(name, decoded)
    builder.count(node)
    tree = builder.build(node)
    incomplete = frozenset(builder.incomplete)
    return Reading(tree if isinstance(tree, Branch) else Branch(), builder.problems, incomplete)


def _refuse_too_large(text: str, name: str) -> None:
    """Refuse a text that is too deep or too long before its nodes are made, which would take the parser's memory."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        mark = event.start_mark
        if mark is not None and (depth > DEEPEST or count > 3 * MOST_NODES):
            place = Place(name, mark.line + 1, mark.column + 1, text.splitlines()[mark.line])
            raise ScenarioError(name, [_problem_of_size(place, by_count=depth <= DEEPEST)])


def _problem_of_size(place: Place, *, by_count: bool) -> Problem:
    problem = (
        f"more than {MOST_NODES:,} values, aliases followed" if by_count else f"more than {DEEPEST} levels of blocks"
    )
    return Problem("", "too_large", problem, "a scenario that a person can read", "write less, or less deep", place)
