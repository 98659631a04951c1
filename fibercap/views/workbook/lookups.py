"""Formulas that look a row up at a time: a year, the end of a period, the whole horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fibercap.core.calendar import serial
from fibercap.core.dates import whole_period
from fibercap.core.timeline import FLOW, STOCK, month_end
from fibercap.model.horizon.run_off import RUN_OFF

if TYPE_CHECKING:
    from fibercap.core.rows import Row
    from fibercap.views.workbook.book import Book


class Span(NamedTuple):
    """The days after and until which a time runs, as spreadsheets count them; `end` looks at its last day alone."""

    after: float
    until: float
    end: bool = False


def span_of(when: str, book: Book) -> Span:
    """Return the days of a time as claims write it; of the whole horizon where it is none."""
    months = _half_year(when) or whole_period(when.removeprefix("end of "))
    if months is None:
        timeline = book.cases[0].projection.timeline
        return Span(serial(timeline.eve), serial(timeline.dates[-1]))
    return Span(serial(month_end(months[0])), serial(month_end(months[1])), when.startswith("end of "))


def _half_year(when: str) -> tuple[int, int] | None:
    """Return the month numbers (start, end) of `2004-H1`, as covenants tested by half-year have it, or None."""
    year, _, half = when.partition("-H")
    return (12 * int(year) + 6 * int(half) - 6, 12 * int(year) + 6 * int(half)) if half else None


def looked_up(book: Book, case: int, row: Row, span: Span, cells: tuple[str, str]) -> str:
    """Return the formula of a row at a time, by its nature; after the horizon it is that of the run-off.

    Parameters
    ----------
    book, case
        Where the row stands for a case.
    row : Row
        In model periods.
    span : Span
        The time.
    cells : two references
        Where its two days stand.
    """
    projection = book.cases[case].projection
    here, later = _looked_up(book, case, row, row.path, span, cells), f"{RUN_OFF}.{row.path}"
    if span.until <= serial(projection.timeline.dates[-1]) or later not in projection.rows:
        return here
    beyond = _looked_up(book, case, row, later, span, cells)
    if row.nature != FLOW or span.end or span.after >= serial(projection.timeline.dates[-1]):
        return beyond
    return f"{here}+{beyond}"


def _looked_up(book: Book, case: int, row: Row, path: str, span: Span, cells: tuple[str, str]) -> str:
    spot, dates = book.spot(case, path), book.spot(case, f"{path.removesuffix(row.path)}time.date")
    values = f"{spot.at}${spot.first}${spot.row}:${spot.last}${spot.row}"
    days = f"{dates.at}${dates.first}${dates.row}:${dates.last}${dates.row}"
    if row.nature == STOCK or span.end:
        if row.undefined:
            return f'IFERROR(AVERAGEIFS({values},{days},{cells[1]}),"")'
        return f"SUMIFS({values},{days},{cells[1]})"
    kind = "SUMIFS" if row.nature == FLOW else "AVERAGEIFS"
    found = f'{kind}({values},{days},">"&{cells[0]},{days},"<="&{cells[1]})'
    return f'IFERROR({found},"")' if row.undefined else found
