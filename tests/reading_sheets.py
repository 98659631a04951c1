"""The sheets of a workbook for readers, compared with the tables of the terminal, whose lines they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fibercap.model.projection import Projection
from fibercap.views.loan_words import loan_label
from fibercap.views.numbers import Figures
from fibercap.views.statement_lines import ORDER_OF_CASH
from fibercap.views.statements import HALF, capacity_figures, cover_figures, loan_figures, statement_figures
from fibercap.views.workbook.reading_sheets.summary_sheet import RESULTS

READING = ("Income", "Cash flow", "Balance sheet", "Debt", "Cover ratios", "Plants", "Funding")
Cells = Callable[[str, int, int], Any]
SIZES = {"million": 1e6, "thousand": 1e3}
HEAD = 3
STATEMENTS = {
    "Income": ("Income",), "Cash flow": ("Cash flow", ORDER_OF_CASH), "Balance sheet": ("Balance sheet",),
    "Cover ratios": ("Debt service",),
}  # fmt: skip
REPEATS = "CFADS before capex paid by cash"
"""A line that stands only beside another one."""


@dataclass(frozen=True)
class ShownLine:
    """A line of a table on a sheet: its row, its unit, and its cells by year."""

    row: int
    unit: str
    cells: Mapping[str, Any]

    def unlike(self, wanted: Mapping[str, float | None]) -> list[str]:
        """Return the years in which a cell is not what is wanted, in the unit's own size."""
        size = SIZES.get(self.unit.split(" ")[0], 1.0)
        return [year for year, value in self.cells.items() if not _alike(value, wanted.get(year, 0.0), size)]


def _alike(value: Any, wanted: float | None, size: float) -> bool:
    if wanted is None or np.isnan(wanted):
        return bool(value == "")
    return isinstance(value, int | float) and abs(value * size - wanted) <= max(1e-6, 1e-9 * abs(wanted))


def tables_on(sheets: Any, name: str) -> dict[str, dict[str, ShownLine]]:
    """Return the tables of a sheet by heading, their lines by label; the second of two labels has ` 2` behind it."""
    cells: Cells = sheets
    years: dict[int, str] = {}
    while cells(name, HEAD, 3 + len(years)) != "":
        years[3 + len(years)] = f"{cells(name, HEAD, 3 + len(years)):.0f}"
    tables: dict[str, dict[str, ShownLine]] = {}
    title = ""
    for row in (row for row in sheets.rows(name) if row > HEAD):
        label, unit = str(cells(name, row, 1)), str(cells(name, row, 2))
        values = {year: cells(name, row, column) for column, year in years.items()}
        if not unit and not any(isinstance(value, int | float) for value in values.values()):
            title, number = label, 1
            while title in tables:
                number += 1
                title = f"{label} {number}"
            tables[title] = {}
        elif unit == "open what is hidden":
            tables[f"{label}: something hidden is not zero"] = {}
        else:
            tables[title][f"{label} 2" if label in tables[title] else label] = ShownLine(row, unit, values)
    return tables


def of_reading_sheets(sheets: Any, projection: Projection) -> Iterator[str]:
    """Yield where the sheets for readers say otherwise than the tables of the terminal."""
    for name, titles in STATEMENTS.items():
        if name not in sheets.cells:  # there is no loan in any option
            continue
        tables = tables_on(sheets, name)
        for title in titles:
            yield from _of_figures(name, tables[title], statement_figures(projection, title, "year"))
        if name == "Cover ratios":
            for figures in cover_figures(projection, "year"):
                yield from _of_figures(name, tables["Ratios"], figures)
    if projection.scenario.loans:
        tables = tables_on(sheets, "Debt")
        for key, loan in projection.scenario.loans.items():
            if f"loans.{key}.schedule.date" in projection.rows:
                figures = loan_figures(projection, key, "year")
                heading = loan_label(loan, key.replace("_", " "))
                yield from _of_figures("Debt", tables[heading], figures)
    plants = tables_on(sheets, "Plants") if projection.scenario.plants else {}
    seen: dict[str, int] = {}
    for figures in capacity_figures(projection, "year") if plants else ():
        seen[figures.title] = seen.get(figures.title, 0) + 1
        named = [replace(line, label=line.label.replace("_", " ")) for line in figures.lines]
        table = plants[figures.title + (f" {seen[figures.title]}" if seen[figures.title] > 1 else "")]
        yield from _of_figures("Plants", table, replace(figures, lines=named))
    yield from _of_funding(sheets, projection)
    yield from _of_summary(sheets, projection)


def _of_figures(name: str, lines: Mapping[str, ShownLine], figures: Figures) -> Iterator[str]:
    """Yield the lines of a table that differ: every one of the terminal is here, in its order, and all others are zero."""
    years = [column.removeprefix("FY") for column in figures.columns]
    wanted = {line.label: dict(zip(years, line.values, strict=True)) for line in figures.lines}
    order = [label for label in lines if label in wanted]
    if order != list(wanted):
        yield f"{name}: {figures.title} has the lines {order}, wanted {list(wanted)}"
    for label, line in lines.items():
        if label in wanted:
            if years_unlike := line.unlike(wanted[label]):
                yield f"{name}: {label} of {figures.title} is not what it is in {years_unlike}: {line.cells}"
        elif label != REPEATS and figures.unit and line.unlike({}) and max(map(abs, line.cells.values())) >= HALF:
            yield f"{name}: {label} is shown, and not by the terminal"


def _of_funding(sheets: Any, projection: Projection) -> Iterator[str]:
    plan = projection.scenario
    tables = tables_on(sheets, "Funding") if plan.spends else {}
    for key in plan.spends:
        named = plan.projects.get(key) or plan.plants[key]
        name = f"{'' if key in plan.projects else 'Purchase of '}{named.name or key.replace('_', ' ')}"
        lines = list(tables[name].values())
        rows = [*plan.source_rows(key).values()]
        for row in (row for row in rows if row in projection.rows):
            wanted = {year.removeprefix("FY"): float(value[0]) for year, value in projection.by(row).items()}
            if all(line.unlike(wanted) for line in lines):
                yield f"Funding: no line of {name} is {row}"
    for total in tables.get("All projects and purchases", {}).items():
        label, line = total
        parts = [table[label] for title, table in tables.items() if title[:4] != "All " and label in table]
        sums = {
            year: sum(part.cells[year] for part in parts) * SIZES.get(line.unit.split(" ")[0], 1.0)
            for year in line.cells
        }
        if line.unlike(sums):
            yield f"Funding: {label} of all is {line.cells}, wanted {sums}"


def _of_summary(sheets: Any, projection: Projection) -> Iterator[str]:
    """Yield the results of the summary that differ from the measures."""
    rows = {sheets("Summary", row, 1): row for row in sheets.rows("Summary")}
    for measure in (projection.measures[name] for name in RESULTS):
        row = rows[measure.label]
        value, unit = sheets("Summary", row, 2), str(sheets("Summary", row, 3))
        if measure.value is None:
            if value != "undefined":
                yield f"Summary: {measure.label} is {value!r}, wanted `undefined`"
        elif not _alike(value, measure.value, SIZES.get(unit.split(" ", maxsplit=1)[0], 1.0)):
            yield f"Summary: {measure.label} is {value!r} {unit}, wanted {measure.value!r}"
