"""Every loan by year from signing to maturity, past the horizon too, looked up from its own dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.views.loan_words import loan_label, terms_text
from fibercap.views.statements import HALF, LOAN_LINES
from fibercap.views.workbook.cases import SCHEDULE
from fibercap.views.workbook.cell_address import letters
from fibercap.views.workbook.lines import formula_by_case
from fibercap.views.workbook.periods import YEARS_ROW, named_years
from fibercap.views.workbook.reading_sheets.label_sums import sums_by_label
from fibercap.views.workbook.reading_sheets.year_sheet import FIRST_YEAR, HEAD_ROW, Target, YearLine, Years, YearTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fibercap.core.units import Array
    from fibercap.model.loans import Loan
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.reading_sheets.annual_reader import AnnualReader
    from fibercap.views.workbook.reading_sheets.year_sheet import YearSheet

DEBT: Final = "Debt"
OWED: Final = "Owed at the end"
YEAR: Final = "{year}"
"""The place in a formula of the cell that names the year."""


def debt_sheet(reader: AnnualReader) -> YearSheet:
    """Return the sheet of loans, each to its maturity, then all of them if they are in the reporting currency."""
    sheet = reader.sheet(DEBT)
    loans: dict[str, tuple[Loan, Projection]] = {}
    for projection in reader.projections:
        for name, loan in projection.scenario.loans.items():
            if f"loans.{name}{SCHEDULE}.date" in projection.rows:
                loans.setdefault(name, (loan, projection))
    sheet.years = _years(reader, list(loans))
    for name, (loan, _) in loans.items():
        lines = list(_LoanLines(reader, name, sheet.years).lines())
        heading = loan_label(loan, name)
        sheet.tables.append(YearTable(heading, lines, terms_text(loan)))
    currencies = {projection.scenario.loan_currency(name) for name, (_, projection) in loans.items()}
    money = f" in {reader.currency}" if currencies == {reader.projections[0].scenario.currency} else ""
    sheet.title = sheet.title.replace(DEBT, f"{DEBT}{money}, to maturity", 1)
    if len(loans) > 1 and len(currencies) == 1:
        sheet.tables.append(sums_by_label(sheet, "All loans", (OWED,)))
    return sheet


def _years(reader: AnnualReader, loans: list[str]) -> Years:
    """Return the years from the first date of any loan, or the first of the horizon, to the last date of a loan."""
    ends = reader.projections[0].timeline.year_ends
    horizon = reader.sheet(DEBT).years
    numbers = [horizon.first, horizon.first + horizon.count - 1]
    for projection in reader.projections:
        for name in loans:
            path = f"loans.{name}{SCHEDULE}.date"
            if path in projection.rows:
                days = projection.value(path)[0]
                numbers += [int(year) for year in named_years(days[[0, -1]], ends)]
    first, last = min(numbers), max(numbers)
    start = reader.annual.year_cell(0)
    return Years(f"{start}-{horizon.first - first}" if first < horizon.first else start, first, last - first + 1, ends)


@dataclass(frozen=True)
class _LoanLines:
    """The lines of one loan."""

    reader: AnnualReader
    name: str
    years: Years

    @property
    def book(self) -> Book:
        """The addresses of the workbook."""
        return self.reader.annual.book

    def lines(self) -> Iterator[YearLine]:
        """Yield what is drawn, paid and owed; a line that is zero in every option is hidden."""
        for key, label in {**LOAN_LINES, "closing": OWED}.items():
            path = f"loans.{self.name}{SCHEDULE}.{key}"
            plans = [(case, p) for case, p in enumerate(self.reader.projections) if path in p.rows]
            if plans:
                look = self.reader.look_of(plans[0][1].rows[path].unit)
                zero = not any((np.abs(plan.value(path)) >= HALF).any() for _, plan in plans)
                address = self.book.address(plans[0][0], path)
                yield YearLine(
                    label,
                    look.words,
                    look.numbers,
                    self._formula(path, look.divisor),
                    (self._values(path) / look.size).tolist(),
                    strong=key == "closing",
                    hidden=zero and key not in {"principal", "closing"},
                    target=Target(address.sheet, address.row),
                )

    def _formula(self, path: str, divisor: str) -> Callable[[int], str]:
        """Return the formula of a row by year: the sum of its dates in the year, or what is owed after the last."""
        keys: list[object] = []
        texts: dict[object, str] = {}
        for case, projection in enumerate(self.reader.projections):
            address = self.book.address(case, path) if path in projection.rows else None
            keys.append(None if address is None else (address.sheet, address.row))
            if address is None:
                texts[None] = "0"
                continue
            years = address._replace(row=YEARS_ROW).range
            if path.endswith(".closing"):
                count = f'COUNTIF({years},"<="&{YEAR})'
                texts[keys[-1]] = f"IF({count}=0,0,INDEX({address.range},1,MAX(1,{count})))"
            else:
                texts[keys[-1]] = f"SUMIFS({address.range},{years},{YEAR})"
        text = formula_by_case(self.book, keys, texts)
        sums = text if text.startswith(("SUMIFS", "CHOOSE")) else f"({text})"
        return lambda year: f"{sums}{divisor}".replace(YEAR, f"{letters(FIRST_YEAR + year)}${HEAD_ROW}")

    def _values(self, path: str) -> Array:
        """Return the values of a row by year in the option in use when exported. [money]"""
        projection, numbers = self.reader.projections[0], self.years.first + np.arange(self.years.count)
        if path not in projection.rows:
            return np.zeros(self.years.count)
        values = projection.value(path)[0]
        days = projection.value(f"loans.{self.name}{SCHEDULE}.date")[0]
        of = named_years(days, self.years.year_ends)
        if path.endswith(".closing"):
            passed = (of <= numbers[:, None]).sum(axis=1)
            owed: Array = np.where(passed == 0, 0.0, values[np.maximum(passed, 1) - 1])
            return owed
        sums: Array = np.where(of == numbers[:, None], values, 0.0).sum(axis=1)
        return sums
