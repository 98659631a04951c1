"""Tables of numbers that share a unit, and how these numbers are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from fibercap.core.language.unit_words import counts_products
from fibercap.core.period_names import DECEMBER, whole_period, year_end

SCALES = ((1e6, "million "), (1e3, "thousand "), (1.0, ""))


@dataclass(frozen=True)
class Line:
    """One line of a table: a label and a number for each column; None is printed as a dash.

    `strong` lines are totals. A `share` is printed in percent, whatever the unit of the table.
    """

    label: str
    values: Sequence[float | None]
    strong: bool = False
    share: bool = False

    def texts(self, divisor: float, decimals: int) -> list[str]:
        """Return each value as the table prints it."""
        if self.share:
            return [
                f"{number(value, 0.01, 1)} %" if value is not None else number(None, 1.0, 0) for value in self.values
            ]
        return [number(value, divisor, decimals) for value in self.values]


@dataclass(frozen=True)
class Figures:
    """A table of numbers that share a unit; where its columns are periods, their years end with month `year_ends`."""

    title: str
    unit: str
    columns: Sequence[str]
    lines: Sequence[Line] = field(default_factory=list)
    note: str = ""
    year_ends: int = DECEMBER

    def scale(self) -> tuple[float, str, int]:
        """Return divisor, unit text and decimals that keep the largest number short."""
        present = [
            abs(v) for line in self.lines if not line.share for v in line.values if v is not None and np.isfinite(v)
        ]
        largest = max(present, default=0.0)
        if self.unit == "":
            return 1.0, "", 2
        counted = counts_products(self.unit)
        # products read best in whole thousands from 100 thousand on, in millions from 100 million on
        size, word = next(((s, w) for s, w in SCALES if largest >= s * (100 if counted else 1)), SCALES[-1])
        decimals = 0 if counted and largest >= 100 * size else 2
        return size, f"{word}{self.unit}", decimals

    def within(self, months: tuple[int, int] | None) -> Figures | None:
        """Return the table with only the columns of periods between two month numbers; None if it has none."""
        if months is None:
            return self
        kept = [place for place, column in enumerate(self.columns) if lies_within(column, months, self.year_ends)]
        lines = [replace(line, values=[line.values[place] for place in kept]) for line in self.lines]
        return replace(self, columns=[self.columns[place] for place in kept], lines=lines) if kept else None


def lies_within(name: str, months: tuple[int, int] | None, year_ends: int) -> bool:
    """Return whether a period lies between two month numbers, as every one does where they are None.

    Parameters
    ----------
    name : str
        The name of the period; any other text lies in no range.
    months : tuple of int
        The month numbers. [month]
    year_ends : int
        The month in which years end, from 1 to 12.
    """
    span = whole_period(name, year_ends)
    return months is None or (span is not None and months[0] <= span[0] and span[1] <= months[1])


def blocks_of(columns: Sequence[str], most: int, year_ends: int = DECEMBER) -> list[slice]:
    """Split columns into blocks of similar size: of whole years if a year fits in a block, else of parts of years.

    Parameters
    ----------
    columns : sequence of str
        The headings of the columns.
    most : int
        How many columns fit in a block; at least one.
    year_ends : int
        The month in which years end, from 1 to 12.
    """

    def year_of(column: str) -> int:
        span = whole_period(column, year_ends)
        return year_end(span[1], year_ends) if span else 0

    years = [len(list(group)) for _, group in groupby(columns, year_of)]
    fit = all(year <= most for year in years)
    pieces = years if fit else [size for year in years for size in _parts(year, most)]
    least = -(-len(columns) // max(1, -(-len(columns) // most)))
    blocks, start, stop = [], 0, 0
    for size in pieces:
        full = stop + size - start > most or (stop - start >= least and len(pieces) > 1)
        if full and stop > start:
            blocks.append(slice(start, stop))
            start = stop
        stop += size
    return [*blocks, slice(start, stop)] if stop > start else blocks


def _parts(count: int, most: int) -> list[int]:
    """Return the sizes of the fewest nearly equal parts of some columns, none larger than `most`."""
    parts = -(-count // most)
    return [count // parts + (place < count % parts) for place in range(parts)]


def number(value: float | None, divisor: float, decimals: int) -> str:
    """Return a number as tables print it: a dash if it is undefined, and no minus before a zero."""
    if value is None or not np.isfinite(value):
        return "–"
    shown = f"{value / divisor:,.{decimals}f}"
    return shown.removeprefix("-") if not shown.strip("-0.,") else shown
