"""Write time sheets: lines with a column for each period, or for each event of a loan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import month_of, year_of
from fibercap.core.period_names import DECEMBER
from fibercap.core.timeline import FLOW
from fibercap.model.cash.waterfall import is_subtotal
from fibercap.views.sentences import unit_in_tables
from fibercap.views.workbook.book import BEFORE, FIRST_ROW
from fibercap.views.workbook.cases import SCHEDULE
from fibercap.views.workbook.cell_address import letters
from fibercap.views.workbook.formats import number_format, set_up, write_heads
from fibercap.views.workbook.formulas import POSITION_ROW
from fibercap.views.workbook.labels import width_of
from fibercap.views.workbook.lines import FORMULA, line_cells, looks_ahead

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.views.workbook.book import Book, SheetLine, TimeSheet
    from fibercap.views.workbook.formats import Styles
    from fibercap.views.workbook.lines import LineCells

HEADS: Final = ("Label", "Unit", "Path", "Kind", "Total", "Before")
DATES_ROW: Final = 3
YEARS_ROW: Final = 5


def period_sheet(sheet: Worksheet, book: Book, time_sheet: TimeSheet, style: Styles) -> None:
    """Write a time sheet, row by row from the top."""
    length = time_sheet.grid.length
    set_up(sheet, time_sheet.title, rows=FIRST_ROW - 1, columns=length)
    labels = [_label(book, entry) for entry in time_sheet.entries if not isinstance(entry, str)]
    sheet.set_column(0, 0, width_of(labels, 44))
    sheet.set_column(1, 1, 13)
    sheet.set_column(2, 2, 30, None, {"level": 1, "hidden": True})
    sheet.set_column(3, 3, 12)
    sheet.set_column(4, BEFORE + length, 11)
    sheet.write_string(0, 0, time_sheet.title, style("title"))
    sheet.write_string(1, 0, _remark(time_sheet), style("remark"))
    _heads(sheet, book, time_sheet, style)
    for place, entry in enumerate(time_sheet.entries):
        row = FIRST_ROW - 1 + place
        if isinstance(entry, str):
            sheet.write_string(row, 0, entry, style("group"))
        else:
            subtotal = is_subtotal(entry.line.path)
            sheet.write_string(row, 0, _label(book, entry), style("total" if subtotal else "text"))
            _line(sheet, row, line_cells(book, entry), style)
    _foot(sheet, book, time_sheet.name, style)


def _remark(time_sheet: TimeSheet) -> str:
    """Return the remark below the title of a time sheet."""
    if time_sheet.grid.name.endswith(SCHEDULE):
        return "One column for each date on which something happens. Money in millions by number format alone."
    if time_sheet.grid.name:
        return (
            "What the plan does after its horizon while a loan is owed; nothing new is begun. Before the first column "
            "stands the last one of the horizon."
        )
    return (
        "One column for each period. Money in millions by number format alone; column C (hidden) has each row's path."
    )


def _heads(sheet: Worksheet, book: Book, time_sheet: TimeSheet, style: Styles) -> None:
    """Write dates, numbers and years above the columns; dates refer to the sheet that holds their row."""
    name, count = time_sheet.grid.dates, time_sheet.grid.length
    dates = book.addresses[time_sheet.grid.number, name]
    values = next(v for v in time_sheet.grid.lines[name].values if v is not None)
    write_heads(sheet, DATES_ROW - 1, HEADS, style)
    prefix = "" if dates.sheet == time_sheet.name else dates.sheet_prefix
    if any(not isinstance(entry, str) and looks_ahead(entry) for entry in time_sheet.entries):
        sheet.write_string(DATES_ROW - 1, BEFORE + 1 + count, "After", style("head"))
    columns = [letters(BEFORE + 1 + number) for number in range(count)]
    for number, column in enumerate(columns):
        formula = f"={prefix}{column}${dates.row}"
        sheet.write_formula(DATES_ROW - 1, BEFORE + 1 + number, formula, style("head", "yyyy-mm-dd"), values[number])
    sheet.write_string(POSITION_ROW - 1, 0, "Number of the column", style("faint"))
    faint = style("faint", "0")
    numbered = f"N({letters(BEFORE)}${POSITION_ROW})+1"
    sheet.write_shared(POSITION_ROW - 1, BEFORE + 1, numbered, faint, range(1, count + 1))
    sheet.write_string(YEARS_ROW - 1, 0, "Year", style("faint"))
    _years(sheet, book, time_sheet.name, f"{columns[0]}${DATES_ROW}", values, style)


def _years(sheet: Worksheet, book: Book, name: str, day: str, days: Array, style: Styles) -> None:
    """Write the year of every column; a business year is named after the calendar year in which it ends."""
    ends, text = book.cases[0].projection.timeline.year_ends, f"YEAR({day})"
    if ends != DECEMBER:
        text += f"+(MONTH({day})>{book.scalar_cell(book.address(0, 'time.year_ends'), name)})"
    years = named_years(days, ends).tolist()
    sheet.write_shared(YEARS_ROW - 1, BEFORE + 1, text, style("faint", year_format(ends)), years)


def named_years(days: Array, year_ends: int) -> Array:
    """Return the year of each day; a business year is named after the calendar year in which it ends.

    Parameters
    ----------
    days : (day,)
        As spreadsheets count them.
    year_ends : int
        The month in which years end, from 1 to 12.
    """
    years = year_of(days)
    return years if year_ends == DECEMBER else years + (month_of(days) > year_ends)


def year_format(year_ends: int) -> str:
    """Return the number format of a year: `2002`, or `FY2002` where years end before December."""
    return "0" if year_ends == DECEMBER else '"FY"0'


def _foot(sheet: Worksheet, book: Book, name: str, style: Styles) -> None:
    """Write, at the foot of the sheet, references to the scalars that its formulas read."""
    repeated = book.repeated[name]
    for place, (address, copy) in enumerate(repeated.items()):
        if not place:
            sheet.write_string(copy.row - 2, 0, "Repeated from Inputs and Derived", style("group"))
        path, value = book.name_and_value(address)
        sheet.write_string(copy.row - 1, 0, book.labels.scalar(path) if "." in path else path, style("faint"))
        sheet.write_string(copy.row - 1, 2, path, style("faint"))
        sheet.write_formula(copy.row - 1, BEFORE, f"={address.cell}", style("formula"), value)


def _label(book: Book, entry: SheetLine) -> str:
    """Return the label of a line, with the options that a helper line is for."""
    label = book.labels.row(entry.line.path, entry.line.row.label)
    return f"{label} ({entry.only_in})" if entry.only_in else label


def are_whole(values: Array) -> bool:
    """Tell whether all values are whole numbers, as those of counts and flags are."""
    return bool((values == np.round(values)).all())


def _line(sheet: Worksheet, row: int, line: LineCells, style: Styles) -> None:
    """Write a line, beside its label: unit, path, kind, total, and its cells."""
    model_row, only_in = line.entry.line.row, line.entry.only_in
    names = f" ({only_in})" if only_in else ""
    date = model_row.unit == "day" and model_row.path.endswith((".date", "_on"))
    numbers = (
        "yyyy-mm-dd"
        if date
        else number_format(
            model_row.unit, model_row.nature, ratio=bool(model_row.undefined), integers=are_whole(line.values)
        )
    )
    subtotal = is_subtotal(model_row.path)
    sheet.write_string(row, 1, unit_in_tables(model_row.unit), style("unit"))
    sheet.write_string(row, 2, f"{model_row.path}{names}", style("faint"))
    sheet.write_string(row, 3, line.kind, style("faint"))
    kind = "total" if subtotal else "formula"
    plain = style(kind if line.kind == FORMULA or line.template else "value", numbers)
    count, first, last = len(line.values), letters(BEFORE + 1), letters(BEFORE + len(line.values))
    if model_row.nature == FLOW and model_row.unit and not model_row.undefined:
        total = float(line.values.sum())
        sheet.write_formula(row, 4, f"=SUM({first}{row + 1}:{last}{row + 1})", style("total", numbers), total)
    for column, (formula, value) in ((BEFORE, line.before), (BEFORE + 1 + count, line.after)):
        if formula:
            sheet.write_formula(row, column, formula, plain, "" if math.isnan(value) else value)
    values: list[float | str] = ["" if math.isnan(value) else value for value in line.values.tolist()]
    if line.template is None:
        for column, shown in enumerate(values, BEFORE + 1):
            if isinstance(shown, str):
                sheet.write_formula(row, column, '=""', plain, "")
            else:
                sheet.write_number(row, column, shown, plain)
        return
    if line.is_shared:
        sheet.write_shared(row, BEFORE + 1, next(line.formulas()).removeprefix("="), plain, values)
        return
    for column, (formula, exported) in enumerate(zip(line.formulas(), values, strict=True), BEFORE + 1):
        sheet.write_formula(row, column, formula, plain, exported)
