"""Formula texts taken apart, to be written out: what stays, what refers to a value, and what gathers whole rows."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fibercap.core.formula import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.formula import Formula

GATHERING: Final = frozenset({"SUM", "SUMIFS", "IRR", "XIRR"})
EXTREMES: Final = frozenset({"MIN", "MAX"})
"""These take a whole row where they have one argument."""
_NAME: Final = re.compile(r"\b_(\d+)\b")


@dataclass(frozen=True)
class Reference:
    """The value of a row, some columns away, or of a given number."""

    path: str
    shift: int


@dataclass(frozen=True)
class Gathering:
    """A call that takes whole rows, with the formula texts of its arguments."""

    function: str
    arguments: tuple[str, ...]


Piece = str | Reference | Gathering


@lru_cache(maxsize=10_000)
def pieces(text: str) -> tuple[Piece, ...]:
    """Return a formula text as its pieces, in order: plain text, references, and calls that take whole rows.

    Raises
    ------
    FormulaError
        If it is not a formula of the language.
    """
    formula = parse(text)
    found: list[Piece] = []
    place = 0
    for call in sorted(_gatherings(formula.body), key=lambda node: node.col_offset):
        found += _plain(formula, formula.shape[place : call.col_offset])
        arguments = tuple(_original(formula, node) for node in call.args)
        found.append(Gathering(call.func.id, arguments))  # type: ignore[attr-defined]  # `_gathers` saw a name
        place = call.end_col_offset or len(formula.shape)
    return (*found, *_plain(formula, formula.shape[place:]))


def is_union(text: str) -> bool:
    """Tell whether a formula text is rows one after the other, `({a}, {b})`."""
    return isinstance(parse(text).body, ast.Tuple)


def named(text: str) -> str:
    """Return a formula text as a person reads it: names without braces."""
    return text.replace("{", "").replace("}", "")


def _gatherings(node: ast.AST) -> Iterator[ast.Call]:
    """Run over the outermost calls that take whole rows."""
    if _gathers(node):
        yield node  # type: ignore[misc]  # a call
        return
    for child in ast.iter_child_nodes(node):
        yield from _gatherings(child)


def _gathers(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    return node.func.id in GATHERING or (node.func.id in EXTREMES and len(node.args) == 1)


def _original(formula: Formula, node: ast.expr) -> str:
    """Return a part of a formula as it was written."""

    def reference(match: re.Match[str]) -> str:
        path, shift = formula.references[int(match[1])]
        return f"{{{path}@{shift}}}" if shift else f"{{{path}}}"

    return _NAME.sub(reference, _in_words(formula.shape[node.col_offset : node.end_col_offset]))


def _in_words(plain: str) -> str:
    return plain.replace("**", "^").replace("==", "=")


def _plain(formula: Formula, text: str) -> Iterator[Piece]:
    """Run over a stretch without calls that take whole rows."""
    place = 0
    for match in _NAME.finditer(text):
        if match.start() > place:
            yield _in_words(text[place : match.start()])
        yield Reference(*formula.references[int(match[1])])
        place = match.end()
    if place < len(text):
        yield _in_words(text[place:])
