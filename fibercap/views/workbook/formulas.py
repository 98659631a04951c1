"""Translate formula texts of the model into formulas of a sheet. No other file translates a formula.

The formula of a line is a template: `{here}`, `{before}` and `{after}` stand for the letters of a column and its
neighbors, so that one template serves every column. A part that differs from column to column is a list of texts, one
for each column, in `cells`; the template refers to it as `{cells[0]}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from fibercap.core.formulas.term import (
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
from fibercap.views.workbook.cell_address import column_number, letters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fibercap.core.units import Array
    from fibercap.views.workbook.cell_address import CellAddress

LONGEST: Final = 8000
"""Characters of a formula; spreadsheets take 8,192."""


class NoSheetFormulaError(ValueError):
    """A formula of the model cannot be written as a formula of a sheet; the message says why."""


class FormulaContext(Protocol):
    """Answers the questions of a `FormulaWriter` about one case, such as the address of a row."""

    def address(self, path: str) -> CellAddress:
        """Return where a row or scalar stands."""

    def scalar_cell(self, address: CellAddress, sheet: str) -> str:
        """Return the reference by which formulas on a sheet read a scalar."""

    def earlier(self, path: str) -> CellAddress | None:
        """Return the address of the row of the horizon that a row of the run-off continues; None for other rows."""

    def calendar(self, path: str) -> Array | None:
        """Return the values of a row of the calendar, or None where they follow from inputs."""

    def rests_on_target(self, path: str) -> bool:
        """Tell whether a row depends, in some period, on the line whose formula is being written."""

    def may_be_empty(self, path: str) -> bool:
        """Tell whether a row is undefined, and its cells empty, in some periods."""


@dataclass
class FormulaWriter:
    """Writes one formula of the model as a formula of a sheet.

    Parameters
    ----------
    formula : Term
        The formula of the model.
    context : FormulaContext
        Where the rows and scalars stand that it reads.
    target : CellAddress or None
        The line that gets the formula; None where it stands alone in a cell and reads no single periods.
    length : int
        Columns of that line.
    cells : list of lists of str
        Receives the parts of the formula that differ from column to column: for each such part a text for each column.
    solve : callable or None
        Returns the cell of an internal rate of return, from `IRR` or `XIRR` and pairs of paths (flows, times).
    first : bool
        Read rows that have other columns in their first one.
    """

    formula: Term
    context: FormulaContext
    target: CellAddress | None = None
    length: int = 0
    cells: list[list[str]] = field(default_factory=list)
    solve: Callable[[str, Sequence[tuple[str, str]]], str] | None = None
    first: bool = False

    def text(self) -> str:
        """Return the formula, without the equals sign; a condition gives 1 or 0."""
        text, _ = self._write(self.formula)
        return f"IF({text},1,0)" if _is_condition(self.formula) else text

    def quotient(self) -> tuple[str, str] | None:
        """Return dividend and divisor of a formula that is a quotient; None for any other."""
        match self.formula:
            case Operation(sign="/", left=left, right=right):
                return self._write(left)[0], self._write(right)[0]
        return None

    @property
    def may_read_empty(self) -> bool:
        """Whether a row that the formula reads is undefined, and its cells empty, in some periods."""
        return any(self.context.may_be_empty(path) for path, _ in self.formula.references)

    def _write(self, term: Term, *, ranges: bool = False) -> tuple[str, int]:
        """Return a part of the formula and how tightly it binds; with `ranges`, it reads all columns of a row."""
        match term:
            case Number(value=value):
                return number_text(value), 9
            case Reference(path=path, shift=shift):
                return self._reference(path, shift, ranges=ranges), 9
            case Negative(of=of):
                # 9 binds tightest: -(a*b) keeps its brackets, though -a*b would be the same.
                return f"-{self._in_brackets(of, 9, ranges=ranges)}", 6
            case Operation(sign=sign) if sign in COMPARISONS:
                return self._comparison(term, ranges=ranges)
            case Operation(sign=sign, left=left, right=right):
                binds = BINDING[sign]
                below = binds if sign == "^" else binds + 1  # a-(b-c) and a/(b/c) keep their brackets
                before = self._in_brackets(left, binds, ranges=ranges)
                after = self._in_brackets(right, below, ranges=ranges)
                # a power within another operation stands in brackets: spreadsheet programs differ on -2^2
                return f"{before}{sign}{after}", term.binding
            case Call(function=name, arguments=arguments):
                return self._call(name, arguments, ranges=ranges), 9
        raise NoSheetFormulaError(f"`{term}` has no form in a sheet")

    def _comparison(self, term: Operation, *, ranges: bool) -> tuple[str, int]:
        """Return a comparison; it is false where its left side is an empty cell.

        Without that a sheet would call the empty text of such a cell larger than any number.
        """
        binds = BINDING[term.sign] + 1
        left = self._in_brackets(term.left, binds, ranges=ranges)
        test = f"{left}{term.sign}{self._in_brackets(term.right, binds, ranges=ranges)}"
        if not ranges and isinstance(term.left, Reference) and self.context.may_be_empty(term.left.path):
            return f"IF(ISNUMBER({left}),{test},FALSE)", 9
        return test, binds - 1

    def _in_brackets(self, term: Term, binds: int, *, ranges: bool) -> str:
        """Return a part of the formula, in brackets where it binds less tightly than `binds`."""
        text, tightness = self._write(term, ranges=ranges)
        return text if tightness >= binds else f"({text})"

    def _call(self, name: str, arguments: Sequence[Term], *, ranges: bool) -> str:
        """Return the call of a function."""
        if name in ("SUM", "MIN", "MAX") and len(arguments) == 1:
            return self._aggregate(name, arguments[0])
        if name == "SUMIFS":
            return self._sum_where(*arguments)
        if name in ("IRR", "XIRR"):
            return self._rate_of_return(name, arguments)
        if ranges and name in ("IF", "AND", "OR", "MIN", "MAX"):
            return self._cell_by_cell(name, arguments)
        texts = [self._write(argument, ranges=ranges)[0] for argument in arguments]
        # MAX(x, 0) needs no N: an empty cell that it passes over leaves the 0.
        if name in ("MIN", "MAX") and 0 not in [getattr(part, "value", None) for part in arguments]:
            # MIN and MAX pass over empty cells, such as those before a first column: N reads them as 0
            beside = [isinstance(part, Reference) and part.shift for part in arguments]
            texts = [f"N({text})" if shift else text for text, shift in zip(texts, beside, strict=True)]
        return f"{name}({','.join(texts)})"

    def _cell_by_cell(self, name: str, arguments: Sequence[Term]) -> str:
        """Return a function of ranges in each cell, by arithmetic: the function itself would give one number."""
        if name in ("MIN", "MAX"):
            return self._extreme(name, arguments)
        parts = [self._write(argument, ranges=True)[0] for argument in arguments]
        if name == "IF":
            test, one, other = parts
            return f"(({test})*({one})+(1-({test}))*({other}))"
        joined = ("*" if name == "AND" else "+").join(f"({part})" for part in parts)
        # Truths are 1 and 0: a product above 0 is AND, a sum above 0 is OR.
        return f"(({joined})>0)"

    def _extreme(self, name: str, arguments: Sequence[Term]) -> str:
        """Return the lowest or highest of ranges in each cell; each half of them by itself, as a range stands twice."""
        if len(arguments) == 1:
            return self._write(arguments[0], ranges=True)[0]
        middle = len(arguments) // 2
        one, other = self._extreme(name, arguments[:middle]), self._extreme(name, arguments[middle:])
        if other == "0":  # the usual case, in which the range need not stand four times
            return f"((({one}){'<' if name == 'MIN' else '>'}0)*({one}))"
        return f"((({one})+({other}){'-' if name == 'MIN' else '+'}ABS(({one})-({other})))/2)"

    def _aggregate(self, name: str, argument: Term) -> str:
        """Return `SUM`, `MIN` or `MAX` over all columns of what is read."""
        paths = [path for path, _ in argument.references]
        circle = next((path for path in paths if self.target is not None and self.context.rests_on_target(path)), None)
        if circle:
            raise NoSheetFormulaError(f"the whole of {circle} rests on this row")
        plain, cells = name != "SUM" or isinstance(argument, Reference | Chain), self._ranges(argument)
        text = f"{name if plain else 'SUMPRODUCT'}({cells})"
        if name == "SUM" or not any(map(self.context.may_be_empty, paths)):
            return text
        return f"({text}/(COUNT({cells})>0))"  # MIN and MAX of empty cells are 0 in a sheet; this makes them an error

    def _ranges(self, argument: Term) -> str:
        """Return the ranges of what is read in all columns; rows in a chain have a range each."""
        parts = argument.rows if isinstance(argument, Chain) else [argument]
        return ",".join(self._write(part, ranges=True)[0] for part in parts)

    def _rate_of_return(self, name: str, arguments: Sequence[Term]) -> str:
        if self.solve is None:
            raise NoSheetFormulaError(f"{name} stands in a row")
        paths = [_path(argument) for argument in arguments]
        return self.solve(name, list(zip(paths[::2], paths[1::2], strict=True)))

    def _sum_where(self, values: Term, keys: Term, wanted: Term) -> str:
        """Return the sum of the values whose keys are those wanted.

        `SUMIFS` over a row that rests on the target would be a circular reference. Such a sum is written out cell by
        cell, which takes keys that are known when the workbook is written.
        """
        path = _path(values)
        if self.target is None or not self.context.rests_on_target(path):
            texts = [self._write(values, ranges=True)[0], self._write(keys, ranges=True)[0], self._write(wanted)[0]]
            return f"SUMIFS({','.join(texts)})"
        dates = self.context.calendar(_path(keys))
        wanted_dates = (
            np.full(self.length, wanted.value) if isinstance(wanted, Number) else self.context.calendar(_path(wanted))
        )
        if dates is None or wanted_dates is None:
            raise NoSheetFormulaError(f"{path} rests on this row, and its dates are not known beforehand")
        address = self.context.address(path)
        columns = [letters(number) for number in range(column_number(address.first), column_number(address.last) + 1)]
        prefix = self._prefix(address)
        by_date: dict[float, list[str]] = {}
        for column, date in zip(columns, dates.tolist(), strict=True):
            by_date.setdefault(date, []).append(f"{prefix}{column}{address.row}")
        self.cells.append([f"({'+'.join(by_date[d])})" if d in by_date else "0" for d in wanted_dates.tolist()])
        return f"{{cells[{len(self.cells) - 1}]}}"

    def _prefix(self, address: CellAddress) -> str:
        """Return the sheet's part of a reference; "" if the target stands on the same sheet."""
        return "" if self.target is not None and self.target.sheet == address.sheet else address.sheet_prefix

    def _reference(self, path: str, shift: int, *, ranges: bool) -> str:
        """Return the reference to a scalar, to a row `shift` periods later, or with `ranges` to all of its columns."""
        address, target = self.context.address(path), self.target
        prefix, row = self._prefix(address), address.row
        if not address.first:
            return self.context.scalar_cell(address, "" if target is None else target.sheet)
        if ranges:
            first, last = (letters(column_number(column) + shift) for column in (address.first, address.last))
            return f"{prefix}${first}${row}:${last}${row}"
        if self.first and target is not None and target.grid != address.grid and not shift:
            return f"{prefix}{address.first}{row}"
        if target is None or target.grid != address.grid:
            raise NoSheetFormulaError(f"{path} has other columns")
        if shift in _NEAR:
            return f"{prefix}{{{_NEAR[shift]}}}{row}"
        if shift > 0:
            raise NoSheetFormulaError(f"{path} is read {shift} columns later")
        return self._earlier_column(path, address, -shift)

    def _earlier_column(self, path: str, address: CellAddress, back: int) -> str:
        """Return the reference to a row `back` columns earlier.

        Before the first column, that is the value before it; for a row of the run-off, the column of the horizon.
        """
        prefix, row, position = self._prefix(address), address.row, "{here}$" + str(POSITION_ROW)
        first, earlier = f"{prefix}${address.column}{row}", self.context.earlier(path)
        if earlier is not None:  # the run-off follows the last column of the horizon
            first = earlier.cell
            if back < self.length + column_number(earlier.last) - column_number(earlier.column):
                cells = f"{first}:${earlier.last}${earlier.row}"
                first = f"INDEX({cells},1,MAX({position}+COLUMNS({cells})-{back},1))"
        if back >= self.length:
            return first
        cells = f"{prefix}${address.column}{row}:{{before}}{row}"
        return f"IF({position}>{back},INDEX({cells},1,{position}-{back}+1),{first})"


POSITION_ROW: Final = 4
"""The row of every time sheet that numbers its columns."""
_NEAR: Final = {0: "here", -1: "before", 1: "after"}


def _is_condition(term: Term) -> bool:
    match term:
        case Operation(sign=sign):
            return sign in COMPARISONS
        case Call(function=name):
            return name in ("AND", "OR")
    return False


def _path(term: Term) -> str:
    if not isinstance(term, Reference):
        raise NoSheetFormulaError(f"`{term}` stands where a row is wanted")
    return term.path
