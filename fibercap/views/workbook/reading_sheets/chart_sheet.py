"""Charts of capacity, debt and debt service cover, which read the other sheets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.names import key_in_words
from fibercap.core.visible_text import visible
from fibercap.views.loan_words import loan_label
from fibercap.views.numbers import SCALES
from fibercap.views.workbook.formats import set_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import xlsxwriter
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

    from fibercap.views.workbook.annual_sheet import AnnualSheet
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.formats import Styles

CHARTS: Final = "Charts"


CHART_ROWS: Final = 18
MOST_SERIES: Final = 255
"""The most series of a chart that spreadsheets draw."""
PALETTE: Final = (
    "#1F4E79", "#C55A11", "#548235", "#BF9000", "#7030A0", "#808080", "#9DC3E6", "#F4B183", "#A9D18E", "#FFD966",
    "#B4A7D6", "#D0CECE",
)  # fmt: skip
LABELS: Final = 15
"""How many years fit below a chart."""
RATIO: Final = "times"
FEW: Final = 8
"""Below this largest value, axes need a decimal for their steps."""


@dataclass(frozen=True)
class SheetChart:
    """Stacked columns: title, unit and number format of the axis, names by reference to values, and categories.

    The categories are days, a column for each period, or years.
    """

    title: str
    unit: str
    numbers: str
    series: Mapping[str, str]
    categories: str
    by_period: bool = False


def chart_sheet(
    sheet: Worksheet, workbook: xlsxwriter.Workbook, book: Book, annual: AnnualSheet, style: Styles
) -> None:
    """Insert charts of capacity, debt and debt service cover, which read the other sheets."""
    set_up(sheet, CHARTS)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.write_string(0, 0, CHARTS, style("title"))
    years = math.ceil(len(annual.years) / LABELS)
    place = 2
    for chart in (*_capacity_charts(book, annual), _debt_chart(book), _cover_chart(book, annual)):
        if chart.series:
            sheet.insert_chart(place, 0, _chart(workbook, chart, years))
            place += CHART_ROWS
    sheet.print_area(0, 0, place, 13)


def _capacity_charts(book: Book, annual: AnnualSheet) -> Iterator[SheetChart]:
    """Yield a chart of effective capacity for each unit of products."""
    by_unit: dict[str, dict[str, str]] = {}
    for case in book.cases:
        plan = case.projection.scenario
        for name, plant in plan.plants.items():
            path = f"plants.{name}.effective_capacity"
            by_unit.setdefault(plan.unit_of_plant(name), {})[path] = plant.name or key_in_words(name)
    for unit, plants in by_unit.items():
        word, numbers = _axis(book, plants)
        series = {annual.cells_of(path): name for path, name in plants.items()}
        title = f"Effective capacity by {book.cases[0].projection.timeline.year_kind}"
        yield SheetChart(title, f"{word}{unit}/year", numbers, series, annual.year_cells)


def _debt_chart(book: Book) -> SheetChart:
    """Return the chart of what is owed on each loan at the end of each period."""
    plans = [case.projection.scenario for case in book.cases]
    loans = {f"loans.{name}.closing": loan_label(loan, name) for plan in plans for name, loan in plan.loans.items()}
    loans = {path: label for path, label in loans.items() if path in book.union.model.lines}
    word, numbers = _axis(book, loans)
    owed = {f"={book.address(0, path).range}": label for path, label in loans.items()}
    days = f"={book.address(0, 'time.date').range}"
    return SheetChart(
        "Debt at the end of each period", f"{word}{plans[0].currency}", numbers, owed, days, by_period=True
    )


def _cover_chart(book: Book, annual: AnnualSheet) -> SheetChart:
    """Return the chart of debt service cover."""
    title = f"DSCR by {book.cases[0].projection.timeline.year_kind}"
    return SheetChart(title, RATIO, "General", {annual.cells_of("accounts.dscr"): "DSCR"}, annual.year_cells)


def _axis(book: Book, paths: Iterable[str]) -> tuple[str, str]:
    """Return the word for the scale of stacked rows, such as `million `, and the number format of their axis."""
    sums = [
        sum(case.projection.value(path)[0] for path in paths if path in case.projection.rows) for case in book.cases
    ]
    largest = max((float(np.max(total)) for total in sums), default=0.0)
    size, word = next(((size, word) for size, word in SCALES if largest >= size), SCALES[-1])
    commas = "," * round(math.log10(size) / 3)
    return word, f"#,##0{'.0' if largest < FEW * size else ''}{commas}"


def _chart(workbook: xlsxwriter.Workbook, chart: SheetChart, years: int) -> Chart:
    """Return a chart, with a label on its axis every `years` years."""
    drawn = workbook.add_chart({"type": "column", "subtype": "stacked"})
    for number, (values, name) in enumerate(islice(chart.series.items(), MOST_SERIES)):
        drawn.add_series(
            {
                "name": visible(f" {name}" if name.startswith("=") else name),  # a text with `=` is a reference
                "categories": chart.categories,
                "values": values,
                "gap": 0 if chart.by_period else 60,
                "fill": {"color": PALETTE[number % len(PALETTE)]},
                "border": {"none": chart.by_period},
            }
        )
    more = f": the first {MOST_SERIES} of {len(chart.series):,}" if len(chart.series) > MOST_SERIES else ""
    lines = {"visible": True, "line": {"color": "#DDDDDD"}}
    small = {"size": 9, "bold": False}
    drawn.set_title({"name": f"{chart.title}{more}", "name_font": {"size": 12}, "overlay": False})
    drawn.set_y_axis(
        {
            "num_format": chart.numbers,
            "major_gridlines": lines,
            "name": chart.unit,
            "name_font": small,
            **({"min": 0} if chart.unit != RATIO else {}),
        }
    )
    dates = {"date_axis": True, "major_unit": years, "major_unit_type": "years", "num_format": "yyyy"}
    drawn.set_x_axis(
        {"num_font": {"rotation": 0}, **(dates if chart.by_period else {"num_format": "0", "interval_unit": years})}
    )
    drawn.set_legend({"position": "bottom"} if len(chart.series) > 1 else {"none": True})
    drawn.set_size({"width": 860, "height": 330})
    return drawn
