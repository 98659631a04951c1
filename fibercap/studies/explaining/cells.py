"""Cells of a projection: a row in one period, the values before its first period, and sums over whole rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import EXCEL_EPOCH
from fibercap.core.errors import FibercapError
from fibercap.core.formulas.dependencies import references
from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.formula_pieces import pieces
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import Call, Reference, Term
from fibercap.model.returns.roots import only_rate

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Block, Given, Row
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

FEW = 6
"""The most terms of a sum that is explained term by term."""


@dataclass(frozen=True)
class Gathered:
    """The value of a function of whole rows, such as SUM, and the columns that are not zero in it.

    `count` is the number of all its columns; `read` is its row, if it is a single one.
    """

    value: float
    columns: tuple[int, ...]
    count: int
    read: Reference | None


class Cells:
    """The cells of one sample of a projection."""

    def __init__(self, projection: Projection, sample: int = 0) -> None:
        if not 0 <= sample < projection.samples:
            raise FibercapError(
                "no_such_name", f"no sample {sample}", f"the projection has {projection.samples}, from 0 on"
            )
        self.projection, self.sample = projection, sample
        self.given: dict[str, Given] = {p: g for block in projection.blocks.values() for p, g in block.given.items()}
        self._block = {path: block for block in projection.blocks.values() for path in block.rows}
        self._labels: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, Array] = {}

    def row(self, path: str) -> Row:
        """Return the description of a row."""
        return self.projection.rows[path]

    def block(self, path: str) -> Block:
        """Return the block in which a row stands."""
        return self._block[path]

    def earlier(self, path: str) -> str:
        """Return the row of the horizon that a row of the run-off continues; of any other row, the row itself."""
        block = self._block[path]
        return block.continued_path(path) if block.continues is not None else path

    def where(self, path: str, column: int) -> tuple[str, int]:
        """Return the row and column that hold a value, for a column before or after those of the row itself."""
        block, later = self._block[path], references(self.row(path).after)
        if column < 0 and block.continues is not None:
            return self.where(block.continued_path(path), column + block.continues.length)
        return self.where(later[0], column - block.length) if column >= block.length and later else (path, column)

    def original_cell(self, path: str, column: int) -> tuple[str, int]:
        """Return the cell of the horizon whose value an input over time repeats, year after year, in the run-off."""
        formula = term_of(self.row(path).formula)
        back = next((shift for reference, shift in formula.references if reference == path), 0)
        since = re.match(r"IF\(\{[a-z_.]+\} > (\d+)", formula.text)
        if not back or (
            since and self.cell(f"{path.removesuffix(self.earlier(path))}time.period", column) <= int(since[1])
        ):
            return path, column
        return self.original_cell(*self.where(path, column + back))

    def event_dates(self, path: str) -> tuple[date, ...] | None:
        """Return the dates of the events of a row in a loan's schedule; None for a row in model periods."""
        block = self._block[path]
        if not block.name.endswith(".schedule"):
            return None
        return tuple(date.fromordinal(int(day) + EXCEL_EPOCH) for day in block.values[f"{block.name}.date"])

    def label(self, path: str, column: int) -> str:
        """Return the name of a column: `2002-06`, or the date of an event."""
        path, column = self.where(path, column)
        block = self._block[path]
        if block.name not in self._labels:
            dates = self.event_dates(path)
            self._labels[block.name] = tuple(map(str, dates)) if dates else self.projection.timeline_of(path).labels
        labels = self._labels[block.name]
        if 0 <= column < len(labels):
            return labels[column]
        return f"before {labels[0]}" if column < 0 else f"after {labels[-1]}"

    def series(self, path: str, shift: int = 0) -> Array:
        """Return a row over all its columns, `(column,)`, shifted if asked; or a given number, `()`."""
        if path in self.given:
            value = np.ravel(self.given[path].value)
            return np.asarray(value[self.sample if len(value) > 1 else 0])
        if path not in self._rows:
            self._rows[path] = self.projection.value(path)[self.sample]
        row = self._rows[path]
        return row if not shift else np.array([self.cell(path, column + shift) for column in range(len(row))])

    def cell(self, path: str, column: int) -> float:
        """Return a given number, or the value of a row in a column, which may lie before or after its own columns."""
        values = self.series(path)
        if values.ndim == 0:
            return float(values)
        if not 0 <= column < len(values):
            path, column = self.where(path, column)
            values = self.series(path)
        if column < 0:
            return float(np.ravel(evaluate(self.row(path).before, self.series))[0])
        return float(values[column]) if column < len(values) else 0.0

    def gather(self, call: Call, column: int) -> Gathered:
        """Return the value of a function of whole rows in one column, and which columns it reads."""
        function, arguments = call.function, call.arguments
        values = np.atleast_1d(evaluate(arguments[0], self.series))
        first = next((piece for piece in pieces(arguments[0]) if isinstance(piece, Reference)), None)
        alone = first if first is not None and len(pieces(arguments[0])) == 1 else None
        within = np.ones(values.shape, dtype=bool)
        if function == "SUMIFS":
            criterion = evaluate(arguments[2], lambda path, shift: np.asarray(self.cell(path, column + shift)))
            within = np.atleast_1d(evaluate(arguments[1], self.series)) == criterion
        counts = np.flatnonzero(within & (values != 0) & ~np.isnan(values))
        if function in {"MIN", "MAX"}:
            if np.isnan(values).all():
                return Gathered(np.nan, (), len(values), alone)
            index = int(np.nanargmin(values) if function == "MIN" else np.nanargmax(values))
            return Gathered(float(values[index]), (index,), len(values), alone)
        total = float(np.nansum(np.where(within, values, 0.0)))
        if function in {"IRR", "XIRR"}:  # the arguments are pairs of flows and times, which together are one series
            flows, times = (np.concatenate([evaluate(a, self.series) for a in arguments[part::2]]) for part in (0, 1))
            units = 12 if function == "IRR" else 365
            total = float(only_rate((times - times.min()) / units, flows[None, :])[0])
        return Gathered(total, tuple(int(place) for place in counts), int(within.sum()), alone)

    def numbers(self, formula: Term | str, column: int) -> str:
        """Return a formula with a number in place of each name; "" if one of them is undefined."""
        written = []
        for piece in pieces(formula):
            if isinstance(piece, str):
                written.append(piece)
            elif isinstance(piece, Reference):
                written.append(exact(self.cell(piece.path, column + piece.shift)))
            else:
                written.append(self._terms(piece, column))
        return "" if "nan" in written else "".join(written)

    def _terms(self, call: Call, column: int) -> str:
        gathered = self.gather(call, column)
        if call.function not in {"SUM", "SUMIFS"} or not 1 < len(gathered.columns) <= FEW:
            return exact(gathered.value)
        values = np.atleast_1d(evaluate(call.arguments[0], self.series))
        return f"({' + '.join(exact(float(values[place])) for place in gathered.columns)})"


def exact(value: float) -> str:
    """Return a number with all its digits; a negative one in brackets, so that it can stand anywhere in a formula."""
    text = repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))  # exact
    return f"({text})" if text.startswith("-") else text
