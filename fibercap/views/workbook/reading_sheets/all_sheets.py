"""The sheets for readers in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.views.workbook.reading_sheets.annual_reader import AnnualReader
from fibercap.views.workbook.reading_sheets.debt_sheet import debt_sheet
from fibercap.views.workbook.reading_sheets.funding_sheet import funding_sheet
from fibercap.views.workbook.reading_sheets.plant_sheet import plant_sheet
from fibercap.views.workbook.reading_sheets.statement_sheets import cover_sheet, statement_sheets

if TYPE_CHECKING:
    from fibercap.views.workbook.annual_sheet import AnnualSheet
    from fibercap.views.workbook.reading_sheets.year_sheet import YearSheet


def reading_sheets(annual: AnnualSheet) -> list[YearSheet]:
    """Return the sheets by year: statements, debt, cover, plants and funding; without those that would be empty."""
    reader = AnnualReader(annual)
    sheets = [*statement_sheets(reader)]
    if any(projection.scenario.loans for projection in reader.projections):
        sheets += [debt_sheet(reader), cover_sheet(reader)]
    sheets += [plant_sheet(reader), funding_sheet(reader)]
    return [sheet for sheet in sheets if sheet.tables]
