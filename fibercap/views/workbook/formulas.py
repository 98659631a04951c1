"""Formula texts become formulas of a sheet: here, and nowhere else.

A formula of a line is a template with `{here}`, `{before}` and `{after}` for column letters, so that the same one
stands in every column; what must be written out by cells has its own text for each column in `cells`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from fibercap.core.formula_text import term_of
from fibercap.core.term import (
    BINDING,
    COMPARISONS,
    Call,
    Chain,
    Negative,
    Number,
    Operation,
    Reference,
    Term,
    number_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fibercap.core.units import Array

LONGEST: Final = 8000
"""Characters of a formula; spreadsheets take 8,192."""


class CannotBeSaidError(ValueError):
    """A formula text has no formula of a sheet; says why."""


class Spot(NamedTuple):
    """Where a line or scalar stands: sheet, row (1 is the first), and the lettered columns of a line; "" for a scalar.

    `column` is that of a scalar, or that of what a line was before its first column.
    """

    sheet: str
    row: int
    column: str
    first: str = ""
    last: str = ""
    grid: int = 0

    @property
    def at(self) -> str:
        """The sheet as a formula names it."""
        return f"'{self.sheet}'!"


class Places(Protocol):
    """What a formula must be told of its surroundings: where things stand, for one case."""

    def spot(self, path: str) -> Spot:
        """Return where a row or scalar stands."""

    def cell(self, spot: Spot, sheet: str) -> str:
        """Return a scalar's cell as a formula on a sheet reads it."""

    def earlier(self, path: str) -> Spot | None:
        """Return where the row stands from which one of the run-off goes on; None for any other."""

    def calendar(self, path: str) -> Array | None:
        """Return the values of a row of the calendar, or None where they follow from inputs."""

    def tangled(self, path: str) -> bool:
        """Tell whether a row rests, in other periods, on the line whose formula is written."""

    def may_be_empty(self, path: str) -> bool:
        """Tell whether a row is undefined, and its cells empty, in some periods."""


@dataclass
class Wording:
    """Writes one formula text as a formula of a sheet."""

    formula: Term
    places: Places
    own: Spot | None = None
    length: int = 0
    cells: list[list[str]] = field(default_factory=list)
    solve: Callable[[str, Sequence[tuple[str, str]]], str] | None = None
    first: bool = False
    """Whether rows with other columns are read in their first one."""

    def whole(self) -> str:
        """Return the formula, without the equals sign."""
        text, _ = self.said(self.formula)
        return f"IF({text},1,0)" if _is_truth(self.formula) else text

    def quotient(self) -> tuple[str, str] | None:
        """Return the two sides of a formula that is a quotient, to say what it is without anything to divide by."""
        match self.formula:
            case Operation(sign="/", left=left, right=right):
                return self.said(left)[0], self.said(right)[0]
        return None

    @property
    def reads_empty(self) -> bool:
        """Whether a row that it refers to is undefined, and its cells empty, in some periods."""
        return any(self.places.may_be_empty(path) for path, _ in self.formula.references)

    def said(self, term: Term, *, ranges: bool = False) -> tuple[str, int]:
        """Return a part of the formula and how tightly it binds; `ranges` where rows are read as a whole."""
        match term:
            case Number(value=value):
                return number_text(value), 9
            case Reference(path=path, shift=shift):
                return self._reference(path, shift, ranges=ranges), 9
            case Negative(of=of):
                return f"-{self._tight(of, 9, ranges=ranges)}", 6
            case Operation(sign=sign) if sign in COMPARISONS:
                return self._compared(term, ranges=ranges)
            case Operation(sign=sign, left=left, right=right):
                binds = BINDING[sign]
                below = binds if sign == "^" else binds + 1
                text = f"{self._tight(left, binds, ranges=ranges)}{sign}{self._tight(right, below, ranges=ranges)}"
                return text, term.binding  # within others, a power stands in brackets: programs differ on -2^2
            case Call(function=name, arguments=arguments):
                return self._called(name, arguments, ranges=ranges), 9
        raise CannotBeSaidError(f"`{term}` has no form in a sheet")

    def _compared(self, term: Operation, *, ranges: bool) -> tuple[str, int]:
        """Return a comparison, false where its left side is an empty cell, which to a sheet is above any number."""
        binds = BINDING[term.sign] + 1
        above = self._tight(term.left, binds, ranges=ranges)
        test = f"{above}{term.sign}{self._tight(term.right, binds, ranges=ranges)}"
        if not ranges and isinstance(term.left, Reference) and self.places.may_be_empty(term.left.path):
            return f"IF(ISNUMBER({above}),{test},FALSE)", 9
        return test, binds - 1

    def _tight(self, term: Term, binds: int, *, ranges: bool) -> str:
        text, own = self.said(term, ranges=ranges)
        return text if own >= binds else f"({text})"

    def _called(self, name: str, arguments: Sequence[Term], *, ranges: bool) -> str:
        if name in ("SUM", "MIN", "MAX") and len(arguments) == 1:
            return self._of_whole(name, arguments[0])
        if name == "SUMIFS":
            return self._picked(*arguments)
        if name in ("IRR", "XIRR"):
            return self._solved(name, arguments)
        if ranges and name in ("MIN", "MAX") and [getattr(part, "value", None) for part in arguments[1:]] == [0]:
            text = self.said(arguments[0], ranges=True)[0]
            return f"((({text}){'<' if name == 'MIN' else '>'}0)*({text}))"
        if ranges and name in ("IF", "AND", "OR", "MIN", "MAX"):
            raise CannotBeSaidError(f"{name} of whole rows would need an array formula")
        return f"{name}({','.join(self.said(argument, ranges=ranges)[0] for argument in arguments)})"

    def _of_whole(self, name: str, argument: Term) -> str:
        paths = [path for path, _ in argument.references]
        circle = next((path for path in paths if self.own is not None and self.places.tangled(path)), None)
        if circle:
            raise CannotBeSaidError(f"the whole of {circle} rests on this row")
        plain, cells = name != "SUM" or isinstance(argument, Reference | Chain), self._ranges(argument)
        found = f"{name if plain else 'SUMPRODUCT'}({cells})"
        if name == "SUM" or not any(map(self.places.may_be_empty, paths)):
            return found
        return f"({found}/(COUNT({cells})>0))"  # of nothing, a sheet says 0

    def _ranges(self, argument: Term) -> str:
        """Return the cells of what is read as a whole; of rows one after the other, each row's."""
        parts = argument.rows if isinstance(argument, Chain) else [argument]
        return ",".join(self.said(part, ranges=True)[0] for part in parts)

    def _solved(self, name: str, arguments: Sequence[Term]) -> str:
        if self.solve is None:
            raise CannotBeSaidError(f"{name} stands in a row")
        paths = [_path(argument) for argument in arguments]
        return self.solve(name, list(zip(paths[::2], paths[1::2], strict=True)))

    def _picked(self, values: Term, keys: Term, wanted: Term) -> str:
        path = _path(values)
        if self.own is None or not self.places.tangled(path):
            texts = [self.said(values, ranges=True)[0], self.said(keys, ranges=True)[0], self.said(wanted)[0]]
            return f"SUMIFS({','.join(texts)})"
        known = self.places.calendar(_path(keys))
        asked = (
            np.full(self.length, wanted.value) if isinstance(wanted, Number) else self.places.calendar(_path(wanted))
        )
        if known is None or asked is None:
            raise CannotBeSaidError(f"{path} rests on this row, and its dates are not known beforehand")
        spot = self.places.spot(path)
        columns = [letters(number) for number in range(number_of(spot.first), number_of(spot.last) + 1)]
        at = self._at(spot)
        found: dict[float, list[str]] = {}
        for column, key in zip(columns, known.tolist(), strict=True):
            found.setdefault(key, []).append(f"{at}{column}{spot.row}")
        self.cells.append([f"({'+'.join(found[key])})" if key in found else "0" for key in asked.tolist()])
        return f"{{cells[{len(self.cells) - 1}]}}"

    def _at(self, spot: Spot) -> str:
        return "" if self.own is not None and self.own.sheet == spot.sheet else spot.at

    def _reference(self, path: str, shift: int, *, ranges: bool) -> str:
        spot = self.places.spot(path)
        at, row = self._at(spot), spot.row
        if not spot.first:
            return self.places.cell(spot, "" if self.own is None else self.own.sheet)
        if ranges:
            first, last = (letters(number_of(column) + shift) for column in (spot.first, spot.last))
            return f"{at}${first}${row}:${last}${row}"
        if self.first and self.own is not None and self.own.grid != spot.grid and not shift:
            return f"{at}{spot.first}{row}"
        if self.own is None or self.own.grid != spot.grid:
            raise CannotBeSaidError(f"{path} has other columns")
        if shift in _NEAR:
            return f"{at}{{{_NEAR[shift]}}}{row}"
        if shift > 0:
            raise CannotBeSaidError(f"{path} is read {shift} columns later")
        return self._long_ago(path, spot, -shift)

    def _long_ago(self, path: str, spot: Spot, back: int) -> str:
        """Return a row so many columns earlier: of the horizon, or what was before it, where that is off its own."""
        at, row, position = self._at(spot), spot.row, "{here}$" + str(POSITION_ROW)
        first, earlier = f"{at}${spot.column}{row}", self.places.earlier(path)
        if earlier is not None:  # the columns of the horizon count on to these
            first = f"{earlier.at}${earlier.column}${earlier.row}"
            if back < self.length + number_of(earlier.last) - number_of(earlier.column):
                cells = f"{first}:${earlier.last}${earlier.row}"
                first = f"INDEX({cells},1,MAX({position}+COLUMNS({cells})-{back},1))"
        if back >= self.length:
            return first
        cells = f"{at}${spot.column}{row}:{{before}}{row}"
        return f"IF({position}>{back},INDEX({cells},1,{position}-{back}+1),{first})"


POSITION_ROW: Final = 4
"""The row of every time sheet that numbers its columns."""
_NEAR: Final = {0: "here", -1: "before", 1: "after"}


def _is_truth(term: Term) -> bool:
    match term:
        case Operation(sign=sign):
            return sign in COMPARISONS
        case Call(function=name):
            return name in ("AND", "OR")
    return False


def _path(term: Term) -> str:
    if not isinstance(term, Reference):
        raise CannotBeSaidError(f"`{term}` stands where a row is wanted")
    return term.path


def worded(text: str, places: Places, own: Spot, length: int) -> Wording:
    """Return the wording of a line's formula text at its own spot."""
    return Wording(term_of(text), places, own, length)


@cache
def letters(number: int) -> str:
    """Return a column's letters, from its number; 0 is A."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(65 + digit) + text
    return text


def number_of(column: str) -> int:
    """Return a column's number, from its letters; A is 0."""
    number = 0
    for letter in column:
        number = 26 * number + ord(letter) - 64
    return number - 1
