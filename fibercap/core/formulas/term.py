"""Term, the formula of a row as a tree: one representation, from which text, values, units and references come.

`term_of`, in `fibercap.core.formulas.formula_text`, reads a formula text such as `{opening} * {rate}` as a term.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TIGHTEST: Final = 9
BINDING: Final = {"<": 1, "<=": 1, ">": 1, ">=": 1, "=": 1, "+": 2, "-": 2, "*": 4, "/": 4, "^": _TIGHTEST}
"""How tightly each operator binds."""
COMPARISONS: Final = frozenset({"<", "<=", ">", ">=", "="})
SUMS: Final = frozenset({"+", "-"})
MOST_ADDED: Final = 50
"""Terms that a sum adds to its first one; of more, sums in brackets are added, so that no tree is too deep to walk."""
NEGATIVE: Final = 6
"""How tightly a minus sign before a term binds."""


class Term(ABC):
    """A formula, or a part of one. Equal terms are the same tree."""

    @property
    def parts(self) -> tuple[Term, ...]:
        """Its direct parts, in the order of its text."""
        return ()

    @property
    def binding(self) -> int:
        """How tightly its outermost operator binds."""
        return _TIGHTEST

    @cached_property
    def text(self) -> str:
        """The term in the workbook's words; `term_of` reads it back as the same tree."""
        return self.write(lambda _: "")

    @cached_property
    def references(self) -> tuple[tuple[str, int], ...]:
        """The (path, shift) of each reference in it, once, in the order of its text."""
        return tuple(dict.fromkeys((node.path, node.shift) for node in self.walk() if isinstance(node, Reference)))

    @cached_property
    def shape(self) -> str:
        """Its text with the references numbered; terms of one shape share a proof of units."""
        numbers = {reference: f"{{{place}}}" for place, reference in enumerate(self.references)}
        return self.write(lambda part: numbers[part.path, part.shift] if isinstance(part, Reference) else "")

    def write(self, replace: Callable[[Term], str]) -> str:
        """Return its text, with parts replaced by what `replace` returns for them; "" leaves a part as it is."""
        return replace(self) or self._write(replace)

    def walk(self) -> Iterator[Term]:
        """Yield the term and all parts of it, in the order of its text."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def rename(self, new_name: Callable[[str], str]) -> Term:
        """Return the term with every path replaced by the result of `new_name`."""
        return self._rebuild(tuple(part.rename(new_name) for part in self.parts))

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    @abstractmethod
    def _write(self, replace: Callable[[Term], str]) -> str:
        """Return its text; parts are written by `write`."""

    def _rebuild(self, parts: tuple[Term, ...]) -> Term:
        del parts
        return self


@dataclass(frozen=True, repr=False)
class Number(Term):
    """A constant."""

    value: float

    @property
    def binding(self) -> int:
        """How tightly it binds: a negative number as its sign does."""
        return NEGATIVE if self.value < 0 else _TIGHTEST

    def _write(self, replace: Callable[[Term], str]) -> str:
        del replace
        return number_text(self.value)


@dataclass(frozen=True, repr=False)
class Reference(Term):
    """The value of a row, `shift` columns later (earlier if negative), or of a scalar."""

    path: str
    shift: int = 0

    def rename(self, new_name: Callable[[str], str]) -> Term:
        """Return the reference with its path replaced."""
        return Reference(new_name(self.path), self.shift)

    def _write(self, replace: Callable[[Term], str]) -> str:
        del replace
        return f"{{{self.path}@{self.shift}}}" if self.shift else f"{{{self.path}}}"


@dataclass(frozen=True, repr=False)
class Negative(Term):
    """A term with its sign changed."""

    of: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        """The term whose sign is changed."""
        return (self.of,)

    @property
    def binding(self) -> int:
        """How tightly the sign binds."""
        return NEGATIVE

    def _write(self, replace: Callable[[Term], str]) -> str:
        return f"-{_with_brackets(self.of, _TIGHTEST, replace)}"

    def _rebuild(self, parts: tuple[Term, ...]) -> Term:
        return Negative(*parts)


@dataclass(frozen=True, repr=False)
class Operation(Term):
    """Two terms joined by an operator: arithmetic, or a comparison, which is 1 where it holds and 0 elsewhere."""

    sign: str
    left: Term
    right: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        """Both sides."""
        return (self.left, self.right)

    @property
    def binding(self) -> int:
        """How tightly the operator binds."""
        return BINDING[self.sign] if self.sign != "^" else _TIGHTEST - 1

    def _write(self, replace: Callable[[Term], str]) -> str:
        binds = BINDING[self.sign]
        left = binds + 1 if self.sign in COMPARISONS else binds
        right = binds if self.sign in "+*^" and not self._regroups else binds + 1
        above, below = _with_brackets(self.left, left, replace), _with_brackets(self.right, right, replace)
        return f"{above}{self.sign}{below}" if self.sign == "^" else f"{above} {self.sign} {below}"

    @property
    def _regroups(self) -> bool:
        """Whether the right side would be read as part of the left one if it stood without brackets."""
        return isinstance(self.right, Operation) and self.right.binding == self.binding

    def _rebuild(self, parts: tuple[Term, ...]) -> Term:
        return Operation(self.sign, *parts)


@dataclass(frozen=True, repr=False)
class Call(Term):
    """A function of terms."""

    function: str
    arguments: tuple[Term, ...]

    @property
    def parts(self) -> tuple[Term, ...]:
        """The arguments."""
        return self.arguments

    def _write(self, replace: Callable[[Term], str]) -> str:
        return f"{self.function}({', '.join(part.write(replace) for part in self.arguments)})"

    def _rebuild(self, parts: tuple[Term, ...]) -> Term:
        return Call(self.function, parts)


@dataclass(frozen=True, repr=False)
class Chain(Term):
    """Rows one after the other."""

    rows: tuple[Term, ...]

    @property
    def parts(self) -> tuple[Term, ...]:
        """The rows, the first one first."""
        return self.rows

    def _write(self, replace: Callable[[Term], str]) -> str:
        rows = ", ".join(part.write(replace) for part in self.rows)
        return f"({rows},)" if len(self.rows) == 1 else f"({rows})"

    def _rebuild(self, parts: tuple[Term, ...]) -> Term:
        return Chain(parts)


def number_text(value: float) -> str:
    """Return a number as formulas write it: the shortest text that is exact."""
    return short if float(short := f"{value:g}") == value else repr(value)


def _with_brackets(term: Term, binds: int, replace: Callable[[Term], str]) -> str:
    text = term.write(replace)
    return text if term.binding >= binds else f"({text})"


def add(start: Term, change: Term) -> Term:
    """Return `start + change` as one sum without brackets: `start + a - b`.

    Parameters
    ----------
    start, change : Term
        Terms in the same unit.
    """
    match change:
        case Operation(sign="+" | "-" as sign, left=left, right=right):
            return Operation(sign, add(start, left), right)
        case Negative(of=of):
            return Operation("-", start, of)
    return Operation("+", start, change)


def sum_of(first: Term, rest: list[tuple[str, Term]]) -> Term:
    """Return a term with others added and subtracted in order, in groups where there are very many.

    Parameters
    ----------
    first : Term
        The term to begin with.
    rest : list of (sign, Term)
        Each with the sign `+` or `-`; in the same unit.
    """
    if len(rest) > MOST_ADDED:
        size = MOST_ADDED
        while size * MOST_ADDED < len(rest):
            size *= MOST_ADDED
        groups = [rest[start : start + size] for start in range(0, len(rest), size)]
        rest = [("+", sum_of(term if sign == "+" else Negative(term), more)) for (sign, term), *more in groups]
    for sign, term in rest:
        first = Operation(sign, first, term)
    return first


def signed_references(term: Term, prefix: str, sign: int = 1) -> Iterator[tuple[str, int]]:
    """Yield the rows under a prefix that a sum adds (1) and subtracts (-1) in the same period, without the prefix.

    Parameters
    ----------
    term, prefix, sign : Term, str, int
        The sum, what paths begin with, and the sign of the sum as a whole.
    """
    match term:
        case Reference(path=path, shift=0) if path.startswith(prefix):
            yield path.removeprefix(prefix), sign
        case Negative(of=of):
            yield from signed_references(of, prefix, -sign)
        case Operation(sign=joined, left=left, right=right) if joined in SUMS:
            yield from signed_references(left, prefix, sign)
            yield from signed_references(right, prefix, sign if joined == "+" else -sign)
