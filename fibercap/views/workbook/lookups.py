"""Formulas that look a row up in a year, at the end of a period, or over the whole horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fibercap.core.calendar import serial
from fibercap.core.timeline import FLOW, STOCK, month_end
from fibercap.model.horizon.run_off import RUN_OFF

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Row
    from fibercap.views.workbook.book import Book


class LookupDays(NamedTuple):
    """The days later than `after`, up to `until`, as spreadsheets count them; with `end`, the last day only."""

    after: float
    until: float
    end: bool = False


def lookup_days(when: str, book: Book) -> LookupDays:
    """Return the days of a time as claims write it, such as `2004` or `end of 2004`; without a time, of the horizon."""
    timeline = book.cases[0].projection.timeline
    months = timeline.span(when.removeprefix("end of "))
    if months is None:
        return LookupDays(serial(timeline.eve), serial(timeline.dates[-1]))
    return LookupDays(serial(month_end(months[0])), serial(month_end(months[1])), when.startswith("end of "))


def lookup_formula(book: Book, case: int, row: Row, days: LookupDays, cells: tuple[str, str]) -> str:
    """Return the formula that looks up a row: a sum of flows, a stock at the end, or the mean of a rate.

    Days after the horizon are looked up in the row of the run-off.

    Parameters
    ----------
    book, case
        The workbook, and the number of the case whose row is looked up.
    row : Row
        A row in model periods.
    days : LookupDays
        The days.
    cells : two references
        The cells that hold `after` and `until`.
    """
    projection = book.cases[case].projection
    formula, later = _formula_of(book, case, row, row.path, days, cells), f"{RUN_OFF}.{row.path}"
    if days.until <= serial(projection.timeline.dates[-1]) or later not in projection.rows:
        return formula
    beyond = _formula_of(book, case, row, later, days, cells)
    if row.nature != FLOW or days.end or days.after >= serial(projection.timeline.dates[-1]):
        return beyond
    return f"{formula}+{beyond}"


def _formula_of(book: Book, case: int, row: Row, path: str, days: LookupDays, cells: tuple[str, str]) -> str:
    """Return the formula that looks a path up in one sheet; see `lookup_formula`."""
    address, dates = book.address(case, path), book.address(case, f"{path.removesuffix(row.path)}time.date")
    values = address.range
    date_cells = dates.range
    if row.nature == STOCK or days.end:
        if row.undefined:
            # AVERAGEIFS, for SUMIFS gives 0 where the cell is empty, and 0 is not undefined.
            return f'IFERROR(AVERAGEIFS({values},{date_cells},{cells[1]}),"")'
        return f"SUMIFS({values},{date_cells},{cells[1]})"
    kind = "SUMIFS" if row.nature == FLOW else "AVERAGEIFS"
    formula = f'{kind}({values},{date_cells},">"&{cells[0]},{date_cells},"<="&{cells[1]})'
    return f'IFERROR({formula},"")' if row.undefined else formula
