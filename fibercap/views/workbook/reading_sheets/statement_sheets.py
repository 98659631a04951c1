"""Income, cash flow, balance sheet and cover ratios by year, from the one description of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.ranks import ranks_of
from fibercap.views.statement_lines import ORDER_OF_CASH, merged_lines
from fibercap.views.statements import CHANGE_OF_CASH, CLOSING_CASH, COVER, cash_at_start, is_shown
from fibercap.views.workbook.reading_sheets.year_sheet import YearLine, YearTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.views.workbook.reading_sheets.annual_reader import AnnualReader
    from fibercap.views.workbook.reading_sheets.year_sheet import YearSheet

COVER_RATIOS: Final = "Cover ratios"
STATEMENT_SHEETS: Final = {
    "Income": ("Income",),
    "Cash flow": ("Cash flow", ORDER_OF_CASH),
    "Balance sheet": ("Balance sheet",),
}
"""The statements on each sheet."""
PROFIT, SALES = "accounts.gross_profit", "accounts.revenue"


def statement_sheets(reader: AnnualReader) -> Iterator[YearSheet]:
    """Yield the sheets of the three statements."""
    for name, titles in STATEMENT_SHEETS.items():
        sheet = reader.sheet(name, f" in {reader.currency}")
        sheet.tables += [YearTable(title, list(_lines(reader, title))) for title in titles]
        yield sheet


def cover_sheet(reader: AnnualReader) -> YearSheet:
    """Return the sheet of cash available for debt service, debt service, and the lenders' ratios."""
    sheet = reader.sheet(COVER_RATIOS)
    sheet.tables.append(YearTable("Debt service", list(_lines(reader, "Debt service"))))
    lines = [reader.line(f"accounts.{key}", label) for key, label in COVER.items() if reader.has(f"accounts.{key}")]
    ranks = [ranks_of(projection.scenario) for projection in reader.projections]
    for number in sorted({number for by_number in ranks if len(by_number) > 1 for number in by_number}):
        paths = [f"loans.{r[number][0]}.dscr_12m" if len(r) > 1 and number in r else "" for r in ranks]
        lines.append(reader.line_by_case(paths, f"DSCR of rank {number}"))  # loans of a rank share their cover
    sheet.tables.append(YearTable("Ratios", lines))
    return sheet


def _lines(reader: AnnualReader, title: str) -> Iterator[YearLine]:
    """Yield the lines of a statement in the order of its description."""
    if title == ORDER_OF_CASH:
        yield _cash_at_start(reader)
    for line in merged_lines(reader.projections, title):
        row = next(p.rows[line.path] for p in reader.projections if line.path in p.rows)
        hidden = not any(is_shown(line, values, plan) for values, plan in reader.years_of(line.path))
        yield reader.line(line.path, line.label(row), strong=line.role == "total", hidden=hidden)
        if line.path == PROFIT:
            yield _margin(reader)


def _cash_at_start(reader: AnnualReader) -> YearLine:
    """Return the line of the cash with which each year opens: what it closes with, less its change."""
    closing = reader.line(CLOSING_CASH, "Cash at the start")
    look = reader.look_of(reader.projections[0].scenario.currency)

    def formula(year: int) -> str:
        cells = (reader.annual.cell(path, year) for path in (CLOSING_CASH, CHANGE_OF_CASH))
        return f"({'-'.join(cells)}){look.divisor}"

    before = [cash_at_start(reader.projections[0]) / look.size, *closing.values[:-1]]
    return YearLine(closing.label, closing.unit, closing.numbers, formula, before, target=closing.target)


def _margin(reader: AnnualReader) -> YearLine:
    """Return the line of gross profit over revenue, undefined where nothing is sold."""

    def formula(year: int) -> str:
        profit, sales = (reader.annual.cell(path, year) for path in (PROFIT, SALES))
        return f'IF({sales}=0,"",{profit}/{sales})'

    profit, sales = (np.array(reader.annual.values_of(path)) for path in (PROFIT, SALES))
    values = np.divide(profit, sales, out=np.full(len(sales), np.nan), where=sales != 0)
    target = reader.line(PROFIT, "").target
    return YearLine("Memo: gross margin", "of revenue", "0.0%", formula, values.tolist(), target=target)
