"""Tables that add up lines of the same label in the tables above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.views.workbook.cell_address import letters
from fibercap.views.workbook.reading_sheets.year_sheet import FIRST_YEAR, YearLine, YearTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fibercap.views.workbook.reading_sheets.year_sheet import YearSheet


def sums_by_label(sheet: YearSheet, title: str, strong: Sequence[str]) -> YearTable:
    """Return a table with the sum of all lines of each label, in the order in which labels come first.

    Parameters
    ----------
    sheet : YearSheet
        The sheet with the tables that are added up; the new one comes below them.
    title : str
        The heading of the new table.
    strong : sequence of str
        The labels that are totals; they come last.
    """
    lines: dict[str, list[YearLine]] = {}
    for table in sheet.tables:
        for line in table.lines:
            lines.setdefault(line.label, []).append(line)
    last = sheet.row_of(len(sheet.tables), -2) - 1
    labels = sorted(lines, key=lambda label: label in strong)
    first = sheet.row_of(len(sheet.tables), 0)
    sums = [
        YearLine(
            label,
            lines[label][0].unit,
            lines[label][0].numbers,
            _sum_of_label(first + place, last),
            np.sum([line.values for line in lines[label]], axis=0).tolist(),
            strong=label in strong,
            hidden=all(line.hidden for line in lines[label]),
        )
        for place, label in enumerate(labels)
    ]
    return YearTable(title, sums)


def _sum_of_label(row: int, last: int) -> Callable[[int], str]:
    """Return the formula that adds the lines with the label of a row, down to row `last`."""

    def formula(year: int) -> str:
        column = letters(FIRST_YEAR + year)
        return f"SUMIFS({column}$4:{column}${last},$A$4:$A${last},$A{row})"

    return formula
