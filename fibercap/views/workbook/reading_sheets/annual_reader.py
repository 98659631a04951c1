"""Lines of sheets for readers, from rows of the annual sheet: in a common scale of money, with units in words."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.currencies import CURRENCIES
from fibercap.views.numbers import SCALES
from fibercap.views.workbook.annual_sheet import NAME as ANNUAL
from fibercap.views.workbook.formats import number_format
from fibercap.views.workbook.lines import formula_by_case
from fibercap.views.workbook.reading_sheets.year_sheet import Target, YearLine, Years, YearSheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.model.projection import Projection
    from fibercap.views.workbook.annual_sheet import AnnualSheet

MONEY: Final = "[>=0.005]#,##0.00;[Red][<=-0.005]-#,##0.00;-"
"""Money in thousands or millions; what rounds to nothing shows as a dash."""
POWERS: Final = {1e6: "/10^6", 1e3: "/10^3", 1.0: ""}
LARGE: Final = ("accounts.total_assets", "accounts.revenue", "accounts.debt")
"""Rows whose largest value decides the scale of money."""


class UnitLook(NamedTuple):
    """How a unit is shown: in words, by what values are divided, as a number and as a part of formulas, and format."""

    words: str
    size: float
    divisor: str
    numbers: str


class AnnualReader:
    """Makes lines that read the annual sheet."""

    def __init__(self, annual: AnnualSheet) -> None:
        self.annual = annual
        self.projections: list[Projection] = [case.projection for case in annual.book.cases]

    @cached_property
    def scale(self) -> tuple[float, str]:
        """The scale of money, one for the whole workbook, and its word: `million ` wherever amounts are that large."""
        rows = [p.value(path) for p in self.projections for path in LARGE]
        largest = max(float(np.abs(row).max(initial=0.0)) for row in rows)
        return next(((size, word) for size, word in SCALES if largest >= size), SCALES[-1])

    @property
    def currency(self) -> str:
        """The reporting currency in the scale of money, such as `million USD`."""
        return self.look_of(self.projections[0].scenario.currency).words

    @property
    def divisor(self) -> str:
        """The part of a formula that brings money to its scale, such as `/10^6`."""
        return POWERS[self.scale[0]]

    def look_of(self, unit: str, *, ratio: bool = False) -> UnitLook:
        """Return how values of a unit are shown."""
        if unit in CURRENCIES:
            size, word = self.scale
            return UnitLook(f"{word}{unit}", size, POWERS[size], MONEY)
        words = {"1/year": "a year", "": "times" if ratio else ""}.get(unit, unit)
        return UnitLook(words, 1.0, "", "0.00" if ratio else number_format(unit))

    def sheet(self, name: str, what: str = "") -> YearSheet:
        """Return an empty sheet with the years of the horizon; `what` says more of its money."""
        timeline = self.projections[0].timeline
        first = int(self.annual.years[0].removeprefix("FY"))
        years = Years(self.annual.year_cell(0), first, len(self.annual.years), timeline.year_ends)
        return YearSheet(name, f"{name}{what}, by {timeline.year_kind}", years, self.divisor)

    def line(self, path: str, label: str, *, strong: bool = False, hidden: bool = False) -> YearLine:
        """Return the line of a row."""
        row = next(p.rows[path] for p in self.projections if path in p.rows)
        look = self.look_of(row.unit, ratio=bool(row.undefined))

        def formula(year: int) -> str:
            cell = self.annual.cell(path, year)
            return f'IF({cell}="","",{cell}{look.divisor})' if row.undefined else f"{cell}{look.divisor}"

        values = [value / look.size for value in self.annual.values_of(path)]
        target = Target(ANNUAL, self.annual.rows[path])
        return YearLine(label, look.words, look.numbers, formula, values, strong, hidden, target)

    def line_by_case(self, paths: Sequence[str], label: str) -> YearLine:
        """Return a line that reads another ratio in each option; it is undefined where the path is empty."""
        lines = {path: self.line(path, label) for path in paths if path}
        first = next(iter(lines.values()))

        def formula(year: int) -> str:
            texts: dict[object, str] = {"": '""'} if "" in paths else {}
            texts |= {path: line.formula(year) for path, line in lines.items()}
            return formula_by_case(self.annual.book, paths, texts)

        values = lines[paths[0]].values if paths[0] else [math.nan] * len(first.values)
        return replace(first, formula=formula, values=values)

    def has(self, path: str) -> bool:
        """Tell whether the annual sheet has a row."""
        return path in self.annual.rows

    def years_of(self, path: str) -> Iterator[tuple[list[float], Projection]]:
        """Yield the values of a row by year in each option that has it, with the option's projection."""
        for projection in self.projections:
            if path in projection.rows:
                yield [float(value[0]) for value in projection.by(path).values()], projection
