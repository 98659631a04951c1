"""Capacity, output and shipments of plants by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.names import key_in_words
from fibercap.views.statements import CAPACITY_ROWS, all_plants
from fibercap.views.workbook.cell_address import letters
from fibercap.views.workbook.reading_sheets.year_sheet import FIRST_YEAR, YearLine, YearTable

if TYPE_CHECKING:
    from fibercap.views.workbook.reading_sheets.annual_reader import AnnualReader
    from fibercap.views.workbook.reading_sheets.year_sheet import YearSheet

PLANTS: Final = "Plants"


def plant_sheet(reader: AnnualReader) -> YearSheet:
    """Return the sheet of plants."""
    sheet = reader.sheet(PLANTS)
    plans = [projection.scenario for projection in reader.projections]
    units = dict.fromkeys(unit for plan in plans for unit in plan.product_units)
    for title, key in CAPACITY_ROWS.items():
        for unit in units:
            plants = {
                f"plants.{name}.{key}": plant.name or key_in_words(name)
                for plan in plans
                for name, plant in plan.plants.items()
                if plan.unit_of_plant(name) == unit
            }
            lines = [reader.line(path, name) for path, name in plants.items()]
            sheet.tables.append(YearTable(title, lines))
            if len(lines) > 1:
                place = len(sheet.tables) - 1
                rows = (sheet.row_of(place, 0), sheet.row_of(place, len(lines) - 1))
                sheet.tables[-1] = YearTable(title, [*lines, _total(lines, rows, all_plants(plans[0], unit))])
    return sheet


def _total(lines: list[YearLine], rows: tuple[int, int], label: str) -> YearLine:
    """Return the sum of the lines of a table, which stand in rows from the first to the second."""

    def formula(year: int) -> str:
        column = letters(FIRST_YEAR + year)
        return f"SUM({column}{rows[0]}:{column}{rows[1]})"

    sums = np.sum([line.values for line in lines], axis=0).tolist()
    return YearLine(label, lines[0].unit, lines[0].numbers, formula, sums, strong=True)
