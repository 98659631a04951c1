"""The tree of errors. A Problem says where, what was found, what was wanted, and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FibercapError(Exception):
    """Root of every error that fibercap raises on purpose."""


class UnitError(FibercapError, ValueError):
    """A formula or a row does not hold together in its units."""


class FormulaError(FibercapError, ValueError):
    """A formula text cannot be read, or names something that does not exist."""


class IdentityError(FibercapError):
    """A law of the books is broken: names the law, row, period, draw and gap."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key or a value stands in a text: line and column count from 1."""

    file: str
    line: int
    column: int
    text: str = ""
    width: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, in the user's words."""

    path: str
    code: str
    found: str
    wanted: str = ""
    hint: str = ""
    place: Place | None = None

    def sentence(self) -> str:
        """Return found, wanted and hint as one sentence."""
        told = f"found {self.found}, wanted {self.wanted}" if self.wanted else self.found
        return f"{told}; {self.hint}" if self.hint else told

    def as_json(self) -> dict[str, str | int | None]:
        """Return the problem as the object that `--json` prints."""
        at = self.place
        return {
            "file": at.file if at else None,
            "line": at.line if at else None,
            "column": at.column if at else None,
            "path": self.path,
            "code": self.code,
            "found": self.found,
            "wanted": self.wanted,
            "hint": self.hint,
        }

    def render(self) -> str:
        """Return place, text with carets, and sentence, several lines long."""
        if self.place is None:
            return f"{self.path}\n    {self.sentence()}"
        at = self.place
        head = f"{at.file}:{at.line}:{at.column}"
        lines = [f"{head}: {self.path}" if self.path else head]
        if at.text:
            shown, column = _window(at.text, at.column)
            margin = f"    {at.line} | "
            carets = "^" * max(1, min(at.width, len(shown) - column + 1))
            lines += [margin + shown, " " * (len(margin) - 2) + "| " + " " * (column - 1) + carets]
        return "\n".join([*lines, f"    {self.sentence()}"])


class ScenarioError(FibercapError, ValueError):
    """A scenario cannot be used; holds every problem found, in the order of the file."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=_order))
        count = len(self.problems)
        head = f"{name} cannot be used: {count} problem{'' if count == 1 else 's'}"
        super().__init__("\n\n".join([head, *(p.render() for p in self.problems)]))


def _order(problem: Problem) -> tuple[bool, int, int]:
    at = problem.place
    return (at is None, at.line if at else 0, at.column if at else 0)


def _window(text: str, column: int, width: int = 100) -> tuple[str, int]:
    """Cut a very long line around the column; tabs become one blank so that carets stand right."""
    text = "".join(" " if character == "\t" or not character.isprintable() else character for character in text)
    if len(text) <= width:
        return text, column
    start = max(0, column - width // 3)
    return text[start : start + width], column - start


def did_you_mean(word: str, known: Iterable[str], kind: str = "keys") -> str:
    """Return a hint that names the nearest known word, or else lists the known ones."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6) or [n for n in names if n.lower() == word.lower()]
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known {kind}: {', '.join(names)}" if names else f"there are no {kind} here"


def unique(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems with repeated ones (same place, path and sentence) told once."""
    ordered = sorted(problems, key=lambda p: (*_order(p), p.path, p.sentence()))
    return [next(group) for _, group in groupby(ordered, key=lambda p: (*_order(p), p.path, p.sentence()))]
