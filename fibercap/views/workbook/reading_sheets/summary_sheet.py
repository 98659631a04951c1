"""The summary: the verdict when exported, what holds now, and twelve results, each with a link to where it is from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from fibercap.views.workbook.check_sheet import MASTER, VERDICT
from fibercap.views.workbook.check_sheet import NAME as CHECKS
from fibercap.views.workbook.formats import fit_row, set_up, write_heads, write_link
from fibercap.views.workbook.inputs import option_in_words
from fibercap.views.workbook.measure_sheet import NAME as MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.views.workbook.check_sheet import CheckSheet
    from fibercap.views.workbook.formats import Styles
    from fibercap.views.workbook.measure_sheet import MeasureSheet
    from fibercap.views.workbook.reading_sheets.annual_reader import AnnualReader

SUMMARY: Final = "Summary"
RESULTS: Final = (
    "equity_npv", "equity_irr", "project_npv", "project_irr", "min_dscr", "min_llcr", "max_debt_to_ebitda",
    "all_in_cost", "total_interest", "owed_at_horizon", "equity_called", "lowest_cash",
)  # fmt: skip
"""The measures that are shown."""
WIDTHS: Final = (58, 16, 14, 44, 18)
CHARACTERS: Final = 170
"""How many characters of a sentence fit on a line across the sheet."""
HEADS: Final = ("Result", "Value", "Unit", "Note", "From")


class SummarySheet:
    """Writes the summary."""

    def __init__(
        self, reader: AnnualReader, measures: MeasureSheet, checks: CheckSheet, verdict: Sequence[str]
    ) -> None:
        self.reader, self.measures, self.checks, self.verdict = reader, measures, checks, verdict
        self.names = [name for name in RESULTS if name in measures.names]

    def write(self, sheet: Worksheet, style: Styles) -> None:
        """Write the sheet."""
        plan = self.reader.projections[0].scenario
        set_up(sheet, f"{SUMMARY}: {plan.title or plan.id}")
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, plan.title or plan.id, style("title"))
        sheet.write_string(2, 0, "The verdict, when exported", style("group"))
        row = 3
        for number, text in enumerate(self.verdict):
            sheet.set_row(row, 15 * math.ceil(len(text) / CHARACTERS) + 2 * (number == 0))
            sheet.merge_range(row, 0, row, len(WIDTHS) - 1, "", style("wrapped"))
            sheet.write_string(row, 0, text, style("wrapped" if number else "lead"))
            row += 1
        row = self._now(sheet, row + 1, style)
        row = self._results(sheet, row + 1, style)
        sheet.print_area(0, 0, row, len(WIDTHS) - 1)

    def _now(self, sheet: Worksheet, row: int, style: Styles) -> int:
        """Write the option in use and whether the plan keeps what it must, live; return the next row."""
        book = self.measures.book
        sheet.write_string(row, 0, "Now, live: for the financing option in use", style("group"))
        row += 1
        sheet.write_string(row, 0, "Financing option in use", style("text"))
        sheet.write_formula(row, 1, f"={book.chosen_option.cell}", style("key"), option_in_words(book.cases[0].name))
        write_link(sheet, row, 4, book.chosen_option.sheet, book.chosen_option.row, "Inputs, the switch", style("link"))
        row += 1
        sheet.write_string(row, 0, "Every law of the books is kept", style("text"))
        sheet.write_formula(row, 1, f"={MASTER.cell}", style("formula", VERDICT), 1)
        write_link(sheet, row, 4, CHECKS, MASTER.row, f"{CHECKS}, row {MASTER.row}", style("link"))
        for place, (words, _, fine) in enumerate(self.checks.warnings):
            row, of = row + 1, self.checks.warnings_from + place + 1
            sheet.write_string(row, 0, words, style("text"))
            sheet.write_formula(row, 1, f"='{CHECKS}'!D{of}", style("formula", '"yes";;"NO"'), int(fine))
            write_link(sheet, row, 4, CHECKS, of, f"{CHECKS}, row {of}", style("link"))
        return row + 1

    def _results(self, sheet: Worksheet, row: int, style: Styles) -> int:
        """Write the results with their links; return the last row."""
        sheet.write_string(row, 0, "Results, live: for the financing option in use", style("group"))
        row += 1
        write_heads(sheet, row, HEADS, style)
        for name in self.names:
            row += 1
            measure, address = self.measures.measure(name), self.measures.address(name)
            look = self.reader.look_of(measure.unit, ratio=not measure.unit)
            of_first_case = self.measures.measures_by_case[0].get(name)
            value = None if of_first_case is None else of_first_case.value
            formula = f'=IF({address.cell}="","undefined",{address.cell}{look.divisor})'
            exported = "undefined" if value is None else value / look.size
            fit_row(sheet, row, "small", [(self.measures.note(name), WIDTHS[3])])
            sheet.write_string(row, 0, measure.label, style("text"))
            sheet.write_formula(row, 1, formula, style("result", look.numbers), exported)
            sheet.write_string(row, 2, look.words, style("unit"))
            note = f'={address._replace(column="E").cell}&""'
            sheet.write_formula(row, 3, note, style("small"), self.measures.note(name))
            write_link(sheet, row, 4, MEASURES, address.row, f"{MEASURES}, row {address.row}", style("link"))
        return row
