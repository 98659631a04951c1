"""The error classes. A Problem says where, what was found, what was wanted, and the way out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final
from unicodedata import combining, east_asian_width

from fibercap.core.problems.request_codes import EVERY_KIND
from fibercap.core.problems.trade_words import OTHER_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.core.problems.kind_of_problem import Kind

MOST_SHOWN: Final = 100
"""Problems of one kind that a message shows; it counts the others, and no similar names are searched for them."""
MOST_LISTED: Final = 40
"""Known words that a hint lists; of more, it names those that are most like the one that is misspelt."""
FIRST_ENTRY: Final = {
    "calendars": "{weekends: true}",
    "indices": "{2001: 2 %/year}",
    "rates": "{2001: 4 %/year}",
    "sources": "{title: Offer of the bank, kind: stated}",
}
"""Examples of entries, by block; a hint shows one where the block is empty."""


class FibercapError(Exception):
    """Root of every error that fibercap raises on purpose: its code, what is wrong, and the way out.

    If there is no hint, the message ends with the cure of its code.

    Parameters
    ----------
    code : str
        One of those that docs/errors.md lists.
    found : str
        What is wrong.
    hint : str, optional
        The way out.
    """

    def __init__(self, code: str, found: str, hint: str = "") -> None:
        self.code, self.found, self.hint = code, found, hint or kind_of(code).hint
        super().__init__(code, found, self.hint)  # all three, so that it can be pickled for another process

    def __str__(self) -> str:
        """Return what is wrong and the way out."""
        return f"{self.found}; {self.hint}" if self.hint else self.found


class UnitError(FibercapError, ValueError):
    """The units in a formula do not agree, or a row has another unit than its formula."""


class FormulaError(FibercapError, ValueError):
    """A formula text cannot be read, or names something that does not exist."""


class NoSuchKeyError(FibercapError, KeyError):
    """A row or measure is asked for that a plan does not have."""

    __str__ = FibercapError.__str__  # a KeyError would print its message in quotes


class IdentityError(FibercapError):
    """A law of the books is broken: names the law, row, period, sample and gap."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key or a value stands in a text: line and column count from 1."""

    file: str
    line: int
    column: int
    text: str = ""
    width: int = 1

    def without_folder(self) -> Place:
        """Return the place with its file's name alone; a setting of the command line stays as it is."""
        return self if self.file.startswith("--") else replace(self, file=PurePath(self.file).name)

    @property
    def file_line(self) -> str:
        """File and line, as `plan.yaml:12`; a setting of the command line has no lines."""
        return self.file if self.file.startswith("--") else f"{self.file}:{self.line}"

    @property
    def head(self) -> str:
        """Where a message begins: file, line and column; a setting shows the column by its carets alone."""
        return _one_line(self.file_line if self.file.startswith("--") else f"{self.file_line}:{self.column}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, in the user's words; `under` names the overlay that causes it.

    With `wanted`, `found` is a value that does not fit, and the message says both; without, `found` is a sentence.
    Its code is one of `core/problems/problem_codes`, whose cure is the hint if none is given.
    """

    path: str
    code: str
    found: str
    wanted: str = ""
    hint: str = ""
    place: Place | None = None
    under: str = ""

    def __post_init__(self) -> None:
        cure = kind_of(self.code).hint
        if not self.hint:
            object.__setattr__(self, "hint", cure)

    def sentence(self) -> str:
        """Return the overlay that causes it, what is wrong, what was wanted if a value does not fit, and the hint."""
        text = f"found {self.found}, wanted {self.wanted}" if self.wanted else self.found
        text = f"{text}; {self.hint}" if self.hint else text
        return f"with {self.under}: {text}" if self.under else text

    def render(self) -> str:
        """Return place, text with carets, and sentence, several lines long."""
        if self.place is None:
            return f"{self.path}\n    {self.sentence()}"
        place = self.place
        lines = [f"{place.head}: {_one_line(self.path)}" if self.path else place.head]
        if place.text:
            shown, column = _window(place.text, place.column)
            margin = f"    {place.line} | "
            before, marked = shown[: column - 1], shown[column - 1 : column - 1 + place.width]
            carets = "^" * max(1, _cells(marked))
            lines += [margin + shown, " " * (len(margin) - 2) + "| " + " " * _cells(before) + carets]
        return "\n".join([*lines, f"    {self.sentence()}"])


class ScenarioError(FibercapError, ValueError):
    """A scenario cannot be used; holds every problem found, in the order of the file, and the code of the first."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda problem: order_of(problem, name)))
        count = len(self.problems)
        head = f"{name} cannot be used: {count:,} problem{'' if count == 1 else 's'}"
        super().__init__(self.problems[0].code, "\n\n".join([head, *_render_problems(self.problems)]))
        self.hint = ""  # each problem says its own


def _render_problems(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield the text of each problem, up to a hundred of each kind, and the number of those left out."""
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.code] = number = counts.get(problem.code, 0) + 1
        if number <= MOST_SHOWN:
            yield problem.render()
    for code, number in counts.items():
        if number > MOST_SHOWN:
            yield f"and {number - MOST_SHOWN:,} more of the kind `{code}`; --json lists them all"


def order_of(problem: Problem, name: str = "") -> tuple[bool, bool, str, int, int]:
    """Return a sort key by place; problems of the named file come before those of the files that it extends.

    Parameters
    ----------
    problem, name : Problem, str
        The problem, and the name of the file.
    """
    place = problem.place
    file = place.file if place else ""
    return (place is None, file != name, file, place.line if place else 0, place.column if place else 0)


def _cells(text: str) -> int:
    """Return the width of a text in a terminal: a wide character takes two cells, a combining one none."""
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _window(text: str, column: int, width: int = 100) -> tuple[str, int]:
    """Cut a very long line around the column; tabs become one blank so that carets stand right."""
    text = _one_line(text)
    if len(text) <= width:
        return text, column
    start = max(0, column - width // 3)
    return text[start : start + width], column - start


def kind_of(code: str) -> Kind:
    """Return what a code means and what to do.

    Raises
    ------
    ValueError
        If there is no such code.
    """
    if code not in EVERY_KIND:
        raise ValueError(f"`{code}` is no code of a problem; {did_you_mean(code, EVERY_KIND, 'codes')}")
    return EVERY_KIND[code]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like a misspelt one, "" if none is near.

    A word that differs only in capital letters comes first, then the one that means the same in the trade.

    Parameters
    ----------
    word : str
        The word as written; its first 100 characters are compared.
    known : iterable of str
        The words that exist.
    """
    names = sorted(known)
    same = [name for name in names if name.lower() == word.lower()]
    same += [name for name in names if name == OTHER_NAMES.get(word.lower())]
    return next(iter(same or close_to(word, names, 1)), "")


def close_to(word: str, known: Iterable[str], most: int = 12, cutoff: float = 0.6) -> list[str]:
    """Return known words that are like a misspelt one, the most like first.

    Parameters
    ----------
    word, known, most : str, iterable of str, int
        The word as written, whose first 100 characters are compared; the words that exist; and how many to return.
    cutoff : float
        How alike they must be, from 0 to 1.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - needed only where something is misspelt

    return get_close_matches(word[:100], sorted(known), n=most, cutoff=cutoff)


def did_you_mean(word: str, known: Iterable[str], kind: str = "keys") -> str:
    """Return a hint that proposes the nearest known word, or else lists the known ones, of many the most alike.

    Parameters
    ----------
    word : str
        The word as written.
    known : iterable of str
        The words that exist. Of a block that is empty the hint says how to write the first entry.
    kind : str
        What the words are, in the plural, for the list.
    """
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"did you mean `{near}`?"
    if len(names) > MOST_LISTED:
        alike = ", ".join(f"`{name}`" for name in close_to(word, names, 3, cutoff=0.0))
        return f"of {len(names)} {kind} the most alike are {alike}"
    if names:
        return f"known {kind}: {', '.join(names)}"
    first = FIRST_ENTRY.get(kind)
    return f"there are no {kind} here" + (f"; write `{kind}: {{{word}: {first}}}`" if first else "")
