"""The rule on plain names: a function is a verb phrase or names what it returns; seven vague words name nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from tests.sources import Function, Sources, Violation, tree_of

TRIALS: Final = ("tests/", "benchmarks/")
"""The folders that keep the rule beside the package."""

VAGUE_WORDS: Final = frozenset({"told", "found", "own", "at", "held", "whole", "said"})
"""Words that once stood for six things each. A name says what the value is: `rows`, `message`, `prefix`, `date`."""

ALLOWED_NAMES: Final = {
    ("Contract", "signed"): "the key of a loan's day of signing, which `Loan` has as a field",
    ("Problem", "found"): "a problem says what was found and what was wanted; outsiders read the key `found` in JSON",
    ("FibercapError", "found"): "what went wrong, which callers of the package read as `error.found`",
    ("Report", "found"): "what random plans got wrong, a key of the file from which a run goes on",
    ("Source", "found"): "where a figure was read, a key of the files in tests/published",
}
"""By class and name: why this one property, parameter, attribute or field keeps its name."""

IRREGULAR: Final = frozenset({
    *("begun", "borne", "bought", "bound", "bred", "broken", "brought", "built", "caught", "chosen", "dealt", "done"),
    *("drawn", "driven", "fallen", "fed", "felt", "forbidden", "forgiven", "forgotten", "fought", "found", "frozen"),
    *("given", "gone", "ground", "grown", "heard", "held", "hidden", "hung", "kept", "known", "laid", "led", "left"),
    *("lent", "lost", "made", "meant", "met", "paid", "proven", "risen", "said", "seen", "sent", "shaken", "shown", "sold"),
    *("sought", "spent", "spoken", "spun", "stolen", "stood", "struck", "stuck", "sung", "sunk", "swept", "sworn"),
    *("taken", "taught", "thought", "thrown", "told", "torn", "understood", "woken", "won", "worn", "wound", "written"),
})  # fmt: skip
"""Past participles that do not end in -ed. Those that are the verb too (`read`, `cut`, `run`, `put`) are no offense."""

NO_PARTICIPLES: Final = {
    "embed": "a verb",
    "exceed": "a verb",
    "feed": "a verb",
    "indeed": "an adverb",
    "need": "a verb",
    "proceed": "a verb",
    "red": "a color",
    "seed": "a noun, of random numbers",
    "speed": "a noun",
}
"""Words that end in -ed and are no participles, each with what it is."""

PREPOSITIONS: Final = frozenset({
    *("again", "apart", "as", "aside", "at", "away", "back", "by", "down", "for", "from", "in", "into", "of", "off"),
    *("on", "out", "over", "to", "under", "up", "upon", "with"),
})  # fmt: skip


def is_bare_participle(name: str) -> bool:
    """Tell whether a name is one past participle and nothing else but prepositions, such as `_kept` or `paid_for`."""
    first, *others = [word for word in name.split("_") if word] or [""]
    participle = first in IRREGULAR or (first.endswith("ed") and first not in NO_PARTICIPLES)
    return participle and PREPOSITIONS.issuperset(others)


def violations_of_plain_names(sources: Sources) -> list[Violation]:
    """Return functions that are named with a bare participle, and all names that are one of the vague words.

    Functions include methods and properties; other names are those of parameters, variables, attributes and fields.
    """
    return [
        violation
        for path, text in sources.items()
        if path.startswith(("fibercap/", *TRIALS))
        for violation in _violations_below(tree_of(text), path, "")
    ]


def _violations_below(node: ast.AST, path: str, owner: str) -> Iterator[Violation]:
    """Run over what breaks the rule in a part of a file that belongs to the class `owner`, "" where to none."""
    allowed = (owner, _bound_name(node)) in ALLOWED_NAMES
    if isinstance(node, Function) and is_bare_participle(node.name) and not allowed:
        yield Violation(path, node.lineno, f"the function `{node.name}` is named with a bare participle")
    elif (name := _bound_name(node)) in VAGUE_WORDS and not allowed:
        line = getattr(node, "lineno", 1)
        yield Violation(path, line, f"`{name}` says nothing about what it names")
    for child in ast.iter_child_nodes(node):
        yield from _violations_below(child, path, node.name if isinstance(node, ast.ClassDef) else owner)


def _bound_name(node: ast.AST) -> str:
    """Return the name that a node gives to something; "" where it gives none."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
            return name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return name
        case ast.MatchMapping(rest=str(name)) | ast.alias(asname=str(name)):
            return name
    return ""
