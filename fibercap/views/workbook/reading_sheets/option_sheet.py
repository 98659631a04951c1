"""The financing options side by side, as fibercap computed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.views.sentences import unit_in_tables
from fibercap.views.workbook.formats import fit_row, number_format, set_up
from fibercap.views.workbook.inputs import option_in_words
from fibercap.views.workbook.measure_sheet import OPTIONS, OPTIONS_COLUMN, OPTIONS_ROW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.worksheet import Worksheet

    from fibercap.model.measures.measure import Measure
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.formats import Styles
    from fibercap.views.workbook.measure_sheet import MeasureSheet


LIVE, UNIT = 1, 2
"""The columns of what the workbook computes, and of units."""
WIDTH: Final = 22
"""Width of the column of an option. [characters]"""
HEAD_FIT: Final = 0.85
"""Share of a column's width that its head may use, because bold letters are wider."""


def option_sheet(
    sheet: Worksheet, book: Book, measures: MeasureSheet, left_out: Mapping[str, str], style: Styles
) -> None:
    """Write the measures of every option as values, beside those that the workbook computes."""
    set_up(sheet, OPTIONS, rows=OPTIONS_ROW - 1)
    sheet.set_column(0, 0, 46)
    sheet.set_column(LIVE, LIVE, 16)
    sheet.set_column(UNIT, UNIT, 15)
    sheet.set_column(OPTIONS_COLUMN, OPTIONS_COLUMN + len(book.cases) - 1, WIDTH)
    sheet.write_string(0, 0, "Options side by side", style("title"))
    remark = (
        "Values as fibercap computed them when the workbook was exported: they do not follow inputs. Column B does."
    )
    sheet.write_string(1, 0, remark, style("remark"))
    notes: dict[str, int] = {}
    titles = [case.title if number else option_in_words(case.name) for number, case in enumerate(book.cases)]
    heads = ["Measure", "Live now", "Unit", *titles]
    fit_row(sheet, OPTIONS_ROW - 2, "wrapped", [(title, HEAD_FIT * WIDTH) for title in titles])
    for column, head in enumerate(heads):
        kind = {0: "head", UNIT: "unit-head"}.get(column, "option")
        sheet.write_string(OPTIONS_ROW - 2, column, head, style(kind))
    for place, name in enumerate(measures.names):
        _option_row(sheet, OPTIONS_ROW - 1 + place, name, measures, style, notes)
    row = OPTIONS_ROW + len(measures.names)
    for reason, number in notes.items():
        sheet.write_string(row, 0, f"({number}) undefined: {reason}", style("remark"))
        row += 1
    row += bool(notes)
    for name, why in left_out.items():
        sheet.write_string(
            row, 0, f"{name} is not in this workbook: {why}; export it alone with --option {name}", style("remark")
        )
        row += 1


def _option_row(
    sheet: Worksheet, row: int, name: str, measures: MeasureSheet, style: Styles, notes: dict[str, int]
) -> None:
    measure, address = measures.measure(name), measures.address(name)
    numbers = number_format(measure.unit) if measure.unit else "0.00"
    first = measures.measures_by_case[0].get(name)
    value = first.value if first is not None else None
    sheet.write_string(row, 0, measure.label, style("text"))
    formula = f'=IF({address.cell}="","",{address.cell})'
    sheet.write_formula(row, LIVE, formula, style("formula", numbers), "" if value is None else value)
    sheet.write_string(row, UNIT, unit_in_tables(measure.unit), style("unit"))
    for number, by_name in enumerate(measures.measures_by_case):
        of_option = by_name.get(name)
        if of_option is None or of_option.value is None:
            sheet.write_string(row, OPTIONS_COLUMN + number, _why_none(of_option, notes), style("reason"))
        else:
            sheet.write_number(row, OPTIONS_COLUMN + number, of_option.value, style("value", numbers))


def _why_none(measure: Measure | None, notes: dict[str, int]) -> str:
    """Return that an option has no such measure, with the number of the note that says why; a new reason is noted."""
    if measure is None:
        return "no such loan"
    return f"undefined ({notes.setdefault(measure.reason, len(notes) + 1)})"
