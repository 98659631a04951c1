"""Time sheets: lines with one column for each period, or for each event of a loan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import year_of
from fibercap.core.timeline import FLOW
from fibercap.views.workbook.book import BEFORE, FIRST_ROW
from fibercap.views.workbook.cases import SCHEDULE
from fibercap.views.workbook.formats import number_format, set_up
from fibercap.views.workbook.formulas import POSITION_ROW, letters
from fibercap.views.workbook.lines import FORMULA, looks_ahead, written

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.views.workbook.book import Book, Page
    from fibercap.views.workbook.formats import Looks
    from fibercap.views.workbook.lines import Written

HEADS: Final = ("Label", "Unit", "Path", "Kind", "Total", "Before")
DATES_ROW: Final = 3
YEARS_ROW: Final = 5


def period_sheet(sheet: Worksheet, book: Book, page: Page, looks: Looks) -> None:
    """Write a time sheet, row by row from the top."""
    length = page.grid.length
    set_up(sheet, page.title, rows=FIRST_ROW - 1, columns=length)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 9)
    sheet.set_column(2, 2, 30, None, {"level": 1, "hidden": True})
    sheet.set_column(3, 3, 12)
    sheet.set_column(4, BEFORE + length, 11)
    sheet.write_string(0, 0, page.title, looks("title"))
    sheet.write_string(1, 0, _remark(page), looks("remark"))
    _heads(sheet, book, page, looks)
    for place, entry in enumerate(page.entries):
        row = FIRST_ROW - 1 + place
        if isinstance(entry, str):
            sheet.write_string(row, 0, entry, looks("group"))
        else:
            _line(sheet, row, written(book, entry), looks)
    _foot(sheet, book, page.name, looks)


def _remark(page: Page) -> str:
    if page.grid.name.endswith(SCHEDULE):
        return "One column for each date on which something happens. Money in millions by number format alone."
    if page.grid.name:
        return (
            "What the plan does after its horizon while a loan is owed; nothing new is begun. Before the first column "
            "stands the last one of the horizon."
        )
    return (
        "One column for each period. Money in millions by number format alone; column C (hidden) has each row's path."
    )


def _heads(sheet: Worksheet, book: Book, page: Page, looks: Looks) -> None:
    """Write dates, numbers and years of the columns; on all sheets but one they are those of the calendar."""
    name, count = page.grid.dates, page.grid.length
    dates = book.spots[page.grid.number, name]
    values = next(v for v in page.grid.lines[name].values if v is not None)
    for place, head in enumerate(HEADS):
        sheet.write_string(DATES_ROW - 1, place, head, looks("head"))
    at = "" if dates.sheet == page.name else dates.at
    if any(not isinstance(entry, str) and looks_ahead(entry) for entry in page.entries):
        sheet.write_string(DATES_ROW - 1, BEFORE + 1 + count, "After", looks("head"))
    columns = [letters(BEFORE + 1 + number) for number in range(count)]
    for number, column in enumerate(columns):
        formula = f"={at}{column}${dates.row}"
        sheet.write_formula(DATES_ROW - 1, BEFORE + 1 + number, formula, looks("head", "yyyy-mm-dd"), values[number])
    sheet.write_string(POSITION_ROW - 1, 0, "Number of the column", looks("faint"))
    faint = looks("faint", "0")
    numbered = f"N({letters(BEFORE)}${POSITION_ROW})+1"
    sheet.write_shared(POSITION_ROW - 1, BEFORE + 1, numbered, faint, range(1, count + 1))
    sheet.write_string(YEARS_ROW - 1, 0, "Year", looks("faint"))
    sheet.write_shared(YEARS_ROW - 1, BEFORE + 1, f"YEAR({columns[0]}${DATES_ROW})", faint, year_of(values).tolist())


def _foot(sheet: Worksheet, book: Book, name: str, looks: Looks) -> None:
    """Repeat the scalars that the sheet's formulas read."""
    repeated = book.repeated[name]
    for place, (spot, here) in enumerate(repeated.items()):
        if not place:
            sheet.write_string(here.row - 2, 0, "Repeated from Inputs and Derived", looks("group"))
        path, value = book.name_and_value(spot)
        sheet.write_string(here.row - 1, 0, path, looks("faint"))
        formula = f"={spot.at}${spot.column}${spot.row}"
        sheet.write_formula(here.row - 1, BEFORE, formula, looks("formula"), value)


def is_whole(values: Array) -> bool:
    """Tell whether values are whole numbers: counts and flags."""
    return bool((values == np.round(values)).all())


def _line(sheet: Worksheet, row: int, line: Written, looks: Looks) -> None:
    own, told = line.placed.line.row, line.placed.told
    date = own.unit == "day" and own.path.endswith((".date", "_on"))
    numbers = (
        "yyyy-mm-dd"
        if date
        else number_format(own.unit, own.nature, ratio=bool(own.undefined), whole=is_whole(line.values))
    )
    sheet.write_string(row, 0, f"{own.label}{f' ({told})' if told else ''}", looks("text"))
    sheet.write_string(row, 1, own.unit or "1", looks("faint"))
    sheet.write_string(row, 2, f"{own.path}{f' ({told})' if told else ''}", looks("faint"))
    sheet.write_string(row, 3, line.kind, looks("faint"))
    plain = looks("formula" if line.kind == FORMULA or line.template else "value", numbers)
    count, first, last = len(line.values), letters(BEFORE + 1), letters(BEFORE + len(line.values))
    if own.nature == FLOW and own.unit and not own.undefined:
        total = float(line.values.sum())
        sheet.write_formula(row, 4, f"=SUM({first}{row + 1}:{last}{row + 1})", looks("total", numbers), total)
    for column, (formula, value) in ((BEFORE, line.before), (BEFORE + 1 + count, line.after)):
        if formula:
            sheet.write_formula(row, column, formula, plain, "" if math.isnan(value) else value)
    if line.template is None:
        for number in range(count):
            sheet.write_number(row, BEFORE + 1 + number, float(line.values[number]), plain)
        return
    values: list[float | str] = ["" if math.isnan(value) else value for value in line.values.tolist()]
    if line.shared:
        sheet.write_shared(row, BEFORE + 1, next(line.formulas()).removeprefix("="), plain, values)
        return
    for column, (formula, shown) in enumerate(zip(line.formulas(), values, strict=True), BEFORE + 1):
        sheet.write_formula(row, column, formula, plain, shown)
