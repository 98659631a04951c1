"""The lines of a bank's table: which rows are payments, and the numbers of each column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import FibercapError
from fibercap.core.units import Array
from fibercap.studies.bank.cells import (
    DAY_FIRST,
    MONTH_FIRST,
    date_of,
    decimal_mark,
    is_blank,
    looks_like_date,
    number_of,
)

Rows = Sequence[Sequence[Any]]
LEAST_LINES: Final = 2
MOST_DIGITS: Final = 6
SIGNS: Final = {"€": "EUR", "£": "GBP", "¥": "JPY"}


@dataclass(frozen=True)
class Grid:
    """Lines of a table that may be payments: where they stand, their dates, and numbers by column, nan where none."""

    rows: tuple[int, ...]
    """Rows of the file, counted from 1."""
    dates: tuple[date, ...] | None
    """The dates of the lines; None where no column has dates."""
    dated: int | None
    """The column of the file that has them, counted from 0."""
    numbers: tuple[int, ...] | None
    """The numbers of the payments where a column counts them."""
    columns: tuple[int, ...]
    """Columns of the file, counted from 0, that hold amounts."""
    amounts: Array
    """(line, column)"""
    headings: tuple[str, ...]
    """What stands above each column."""
    currencies: frozenset[str]
    """Codes of currencies that the table names."""

    def digits(self, column: int) -> int | None:
        """Return the decimals with which a column is written, None where it is written in full."""
        return digits_of(self.amounts[:, column])


def digits_of(amounts: Array) -> int | None:
    """Return the decimals with which amounts are written, at most 4; None where they are written in full."""
    known = amounts[np.isfinite(amounts)]
    for digits in range(5):
        scaled = known * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-6 + 1e-15 * np.abs(scaled)):
            return digits
    return None


def read_grid(rows: Rows, order: str = "", name: str = "the table") -> Grid:
    """Return the lines of a table that may be payments.

    Parameters
    ----------
    rows : sequence of sequences
        The cells as the sheet holds them: texts, numbers, dates, or nothing.
    order : str
        `day-first` or `month-first` where dates such as `03/04/2001` are read so; "" where it is not known.
    name : str
        The table's name in messages.

    Raises
    ------
    FibercapError
        If no rows look like payments, there are two tables, or the order of days and months is open.
    """
    width = max(map(len, rows), default=0)
    cells = [[*row, *[None] * (width - len(row))] for row in rows]
    mark = decimal_mark(cell for row in cells for cell in row if isinstance(cell, str))
    numbers_in = [[None if looks_like_date(cell) else number_of(cell, mark) for cell in row] for row in cells]
    by, dates = _dates(cells, numbers_in, order, name)
    lines = [row for row in range(len(cells)) if _is_line(cells[row], numbers_in[row], dates, row)]
    if len(lines) < LEAST_LINES:
        what = f"{name} has no rows of a schedule: dates with amounts beside them"
        raise FibercapError("no_schedule_table", what)
    lines = _in_order(lines, dates, name)
    columns = [
        column
        for column in range(width)
        if column != by and sum(numbers_in[row][column] is not None for row in lines) * 2 >= len(lines)
    ]
    counted = _counting(numbers_in, lines, columns)
    amounts = [column for column in columns if column != counted]
    values = [[numbers_in[row][column] for column in amounts] for row in lines]
    return Grid(
        rows=tuple(row + 1 for row in lines),
        dates=None if dates is None else tuple(dates[row] for row in lines),
        dated=by,
        numbers=None if counted is None else tuple(int(numbers_in[row][counted] or 0) for row in lines),
        columns=tuple(amounts),
        amounts=np.array([[np.nan if v is None else v for v in line] for line in values]).reshape(len(lines), -1),
        headings=tuple(_heading(cells, lines[0], column) for column in amounts),
        currencies=_currencies(cells),
    )


def _dates(
    cells: list[list[Any]], numbers_in: list[list[float | None]], order: str, name: str
) -> tuple[int | None, dict[int, date] | None]:
    """Return the column of dates and the dates by row; None if the table has none."""
    counts = [sum(looks_like_date(row[column]) for row in cells) for column in range(len(cells[0]) if cells else 0)]
    most = max(counts, default=0)
    if most < LEAST_LINES:
        return None, None
    near = [column for column, count in enumerate(counts) if count >= max(LEAST_LINES, 0.8 * most)]
    read = {column: _read_dates(cells, column, order, name) for column in near}
    column = near[0]
    filled = [
        sum(numbers_in[row][place] is not None for row in read[column]) * 2 >= most for place in range(len(counts))
    ]
    for one, other in pairwise(near):
        apart = sum(filled[one + 1 : other]) > 1 and sum(filled[other + 1 :]) > 1
        if apart or not _go_together(read[one], read[other]):
            raise _two_tables(name, f"side by side, with dates in columns {letters(one)} and {letters(other)}")
        column = other if _begins_where_other_ends(read[one], read[other]) else column
    return column, read[column]


def _read_dates(cells: list[list[Any]], column: int, order: str, name: str) -> dict[int, date]:
    """Return the dates of a column by row, in the one order of days and months that they can have."""
    here = {row: line[column] for row, line in enumerate(cells) if looks_like_date(line[column])}
    fits = []
    for way in (order,) if order else (DAY_FIRST, MONTH_FIRST):
        dates = {row: day for row, cell in here.items() if (day := date_of(cell, way)) is not None}
        # The right order reads most dates, and they ascend; 03/04 alone could be either.
        fits.append((len(dates), sum(b > a for a, b in pairwise(dates.values())), dates))
    best = max(fits, key=lambda fit: fit[:2])
    rivals = [fit for fit in fits if fit[:2] == best[:2] and fit[2] != best[2]]
    if rivals:
        row = next(row for row in here if best[2][row] != rivals[0][2][row])
        what = f"{name}: the date `{here[row]}` in row {row + 1} may be {best[2][row]} or {rivals[0][2][row]}"
        raise FibercapError("ambiguous_dates", what)
    return best[2]


def _go_together(one: dict[int, date], other: dict[int, date]) -> bool:
    """Return whether two columns of dates are of the same lines: in the same rows, and never far apart."""
    rows = one.keys() & other.keys()
    return len(rows) >= 0.8 * len(other) and all(abs((other[row] - one[row]).days) <= 400 for row in rows)


def _begins_where_other_ends(one: dict[int, date], other: dict[int, date]) -> bool:
    """Return whether a column has the ends of periods that begin in another."""
    rows = sorted(one.keys() & other.keys())
    return all(other[row] > one[row] for row in rows) and any(
        (one[after] - other[row]).days in {0, 1} for row, after in pairwise(rows)
    )


def _is_line(cells: list[Any], numbers_in: list[float | None], dates: dict[int, date] | None, row: int) -> bool:
    numbers = sum(number is not None for number in numbers_in)
    if dates is not None:
        return row in dates and numbers >= 1
    return numbers >= 3 and not any(
        isinstance(cell, str) and not is_blank(cell) and number_of(cell, ".") is None and number_of(cell, ",") is None
        for cell in cells
    )


def _in_order(lines: list[int], dates: dict[int, date] | None, name: str) -> list[int]:
    """Return rows so that their dates ascend."""
    if dates is None:
        return lines
    days = [dates[row] for row in lines]
    if all(b <= a for a, b in pairwise(days)) and days[0] > days[-1]:
        return lines[::-1]
    back = [place for place, (a, b) in enumerate(pairwise(days), 1) if b < a]
    for place in back:
        # One date out of order is a typing error or a sum below; several lines on both sides are two tables.
        if min(place, len(days) - place) >= LEAST_LINES:
            raise _two_tables(name, f"one below the other: dates go back to {days[place]} in row {lines[place] + 1}")
    return [row for place, row in enumerate(lines) if place not in back]


def _two_tables(name: str, how: str) -> FibercapError:
    return FibercapError("two_tables", f"{name} holds two tables, {how}")


def _counting(numbers_in: list[list[float | None]], lines: list[int], columns: list[int]) -> int | None:
    """Return the column that counts the payments: 1, 2, 3, with gaps where lines are missing."""
    for column in columns:
        numbers = [numbers_in[row][column] for row in lines]
        known = [int(number) for number in numbers if number is not None and number == int(number)]
        if len(known) < max(LEAST_LINES, len(lines) - 1) or not 0 <= known[0] <= 1 or known[-1] > 1.5 * len(known) + 2:
            continue
        if all(b > a for a, b in pairwise(known)):
            return column
    return None


def _heading(cells: list[list[Any]], first: int, column: int) -> str:
    """Return the nearest text above a column; a merged heading stands in a cell to its left."""
    for row in range(first - 1, max(-1, first - 4), -1):  # headings take up to three rows
        cell = cells[row][column]
        if isinstance(cell, str) and cell.strip():
            return " ".join(cell.split())
    return ""


def letters(column: int) -> str:
    """Return the name of a column as sheets have it: A, B, ..., AA."""
    text = ""
    while column >= 0:
        text, column = chr(65 + column % 26) + text, column // 26 - 1
    return text


def _currencies(cells: list[list[Any]]) -> frozenset[str]:
    texts = {cell for row in cells for cell in row if isinstance(cell, str)}
    codes = {word for text in texts for word in re.findall(r"\b[A-Z]{3}\b", text) if word in CURRENCIES}
    return frozenset(codes | {code for sign, code in SIGNS.items() if any(sign in text for text in texts)})
