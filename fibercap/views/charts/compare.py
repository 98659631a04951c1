"""The chart that compares options: debt service by year, all-in cost, interest and fees of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fibercap.core.calendar import date_of, serial
from fibercap.core.errors import FibercapError
from fibercap.core.period_names import year_end
from fibercap.model.loans.foreign import reported_row
from fibercap.views.charts.page import open_page
from fibercap.views.charts.panel import draw_bars, row_axis, value_axis, year_axis, year_shift
from fibercap.views.charts.style import (
    INK,
    LINES,
    MARGIN,
    PALETTE,
    SECOND,
    SIZES,
    SOFT,
    in_one_line,
    mix,
    name_panel,
    scale,
    wrap,
)
from fibercap.views.charts.tradeoff import draw_tradeoff, tradeoff_height
from fibercap.views.charts.widths import abreast, page_width, room_beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Case, Comparison
    from fibercap.views.charts.page import ChartPage

COLUMNS = 4
PANEL, HEADING, UNDER, BETWEEN = 1.2, 0.35, 0.35, 0.45
LEFT = MARGIN + 0.2
ROW = 0.24
PRINCIPAL, INTEREST = PALETTE[0], PALETTE[1]
NAMES, KEYED = 2.3, 3.0
NEXT_LINE, UNDER_NAME = 0.19, 0.15
"""Distance between the lines of a title: at the head of a panel, and beside a row. [inch]"""
PAID = ("principal", "interest_paid", "fees_paid", "prepayment_fee")
Service = tuple["Array", "Array"]


def year_numbers(projection: Projection, days: Array) -> npt.NDArray[np.int_]:
    """Return the numbers of the plan's years that contain some days, (day,): 2002 for `2002` or `FY2002`. [1]"""
    ends = projection.timeline.year_ends
    months = [12 * day.year + day.month for day in map(date_of, days)]
    return np.array([(year_end(month, ends) - 1) // 12 for month in months], dtype=int)


def service_by_year(projection: Projection, years: range) -> Service:
    """Return principal, and interest with fees but the upfront one, of all loans by year of payment. [money]"""
    principal, interest = np.zeros(len(years)), np.zeros(len(years))
    for loan in projection.scenario.loans:
        schedule = f"loans.{loan}.schedule"
        places = year_numbers(projection, projection.value(f"{schedule}.date")[0]) - years.start
        inside = (places >= 0) & (places < len(years))
        rows = {key: reported_row(projection.scenario, loan, key) for key in PAID}
        for key, row in rows.items():
            if row in projection.rows:
                total = principal if key == "principal" else interest
                np.add.at(total, places[inside], projection.value(row)[0][inside])
    return principal, interest


def payment_years(cases: Mapping[str, Case], projection: Projection) -> range:
    """Return the years from the first payment of any case to the last; the horizon's without payments."""
    years: set[int] = set()
    for case in cases.values():
        for loan in case.projection.scenario.loans:
            schedule = f"loans.{loan}.schedule"
            days = case.projection.value(f"{schedule}.date")[0]
            pays = case.projection.trifle.counts(case.projection.value(f"{schedule}.payment"))[0]
            years |= set(year_numbers(projection, days[pays]).tolist())
    edges = [serial(day) for day in (projection.timeline.start, projection.timeline.end)]
    years = years or set(year_numbers(projection, np.array(edges)).tolist())
    return range(min(years), max(years) + 1)


def compare_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw the debt service of each option in a panel of its own, and below what the debt of each costs.

    Raises
    ------
    FibercapError
        If there is nothing to compare.
    """
    if comparison is None:
        raise FibercapError(
            "no_options", f"{projection.scenario.id} has no options to compare", "write some under `options:`"
        )
    years = payment_years(comparison.cases, projection)
    edges = np.arange(years.start, years.stop + 1, dtype=float) + year_shift(projection.timeline.year_ends)
    services = {name: service_by_year(case.projection, years) for name, case in comparison.cases.items()}
    divisor, word = scale(_highest(services))
    grid = _grid(comparison, f"{word}{comparison.currency}")
    room = room_beside(NAMES) - 0.15
    names = {name: wrap(case.title, "label", room, most=LINES) for name, case in comparison.cases.items()}
    row = ROW + UNDER_NAME * (max(map(len, names.values())) - 1)
    panels = 2 // abreast(2)
    lower = 0.1 + (HEADING + row * len(comparison.cases) + UNDER) * panels
    about = f"compared with {comparison.baseline} · debt service: by the year of payment, without upfront fees"
    kind = projection.timeline.year_kind
    subtitle = f"Ways of financing: debt service by {kind}, and what the debt costs to maturity"
    page = open_page(projection, subtitle, grid.height + lower + tradeoff_height(comparison), about)
    page.key(_handles(comparison))
    for position, (name, case) in enumerate(comparison.cases.items()):
        ax = page.panel(*grid.place(position), grid.width, PANEL)
        value_axis(ax, 0, _highest(services) / divisor * 1.1 or 1.0)
        grid.name(ax, case.title)
        rival = services[comparison.baseline] if name != comparison.baseline else None
        _draw_service(ax, edges, services[name], rival, divisor)
        year_axis(ax, float(edges[0]), float(edges[-1]), grid.width, projection.timeline.year_ends)
    _draw_costs(page, comparison, grid.height, list(names.values()), row)
    if tradeoff_height(comparison):
        draw_tradeoff(page, comparison, grid.height + lower)
    return page.figure


@dataclass(frozen=True)
class PanelGrid:
    """Equal panels in rows and columns.

    With `beside`, every name has room on one line with the unit. `lines` is the number of lines of the longest name.
    """

    rows: int
    columns: int
    unit: str
    beside: bool
    lines: int

    @property
    def width(self) -> float:
        """Width of a panel; a single panel is as wide as each of two. [inch]"""
        return _panel_width(max(self.columns, 2))

    @property
    def pitch(self) -> float:
        """Height of a row with its names and years. [inch]"""
        return HEADING + (0.0 if self.beside else SECOND) + NEXT_LINE * (self.lines - 1) + PANEL + UNDER

    @property
    def height(self) -> float:
        """Height of all rows. [inch]"""
        return self.rows * self.pitch

    def place(self, position: int) -> tuple[float, float]:
        """Return left and top of a panel. [inch]"""
        row, column = divmod(position, self.columns)
        return LEFT + column * (self.width + BETWEEN), (row + 1) * self.pitch - PANEL - UNDER

    def name(self, ax: Axes, title: str) -> None:
        """Write a panel's name, on as many lines as it needs."""
        *above, last = wrap(title, "panel", self.width, most=LINES)
        name_panel(ax, last, self.unit, self.width, beside=self.beside)
        for line, words in enumerate(reversed(above), start=1):
            up = 9 + 72 * ((0.0 if self.beside else SECOND) + NEXT_LINE * line)
            style: dict[str, Any] = {"fontsize": SIZES["panel"], "weight": "bold", "va": "baseline"}
            ax.annotate(words, (0, 1), (0, up), xycoords="axes fraction", textcoords="offset points", **style)


def _panel_width(columns: int) -> float:
    return (page_width() - LEFT - MARGIN + BETWEEN) / columns - BETWEEN


def _grid(comparison: Comparison, unit: str) -> PanelGrid:
    """Return the grid that holds a panel for each case."""
    count = len(comparison.cases)
    rows = -(-count // abreast(COLUMNS, 2))
    columns = -(-count // rows)
    width = _panel_width(max(columns, 2))
    beside = all(in_one_line(case.title, unit, width) for case in comparison.cases.values())
    lines = max(len(wrap(case.title, "panel", width, most=LINES)) for case in comparison.cases.values())
    return PanelGrid(rows, columns, unit, beside, lines)


def _highest(services: Mapping[str, Service]) -> float:
    return max(float((principal + interest).max()) for principal, interest in services.values())


def _handles(comparison: Comparison) -> list[Artist]:
    """Return the entries of the key; with several cases, the baseline's outline too."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Artist] = [
        Patch(facecolor=PRINCIPAL, label="principal"),
        Patch(facecolor=INTEREST, label="interest and recurring fees"),
    ]
    title = comparison.cases[comparison.baseline].title
    return (
        [*entries, Line2D([], [], color=SOFT, linewidth=1.0, label=f"{title}, to compare")]
        if len(comparison.cases) > 1
        else entries
    )


def _draw_service(ax: Axes, edges: Array, service: Service, rival: Service | None, divisor: float) -> None:
    """Draw bars of principal and interest by year, and the baseline's total as an outline."""
    middles = edges[:-1] + 0.5
    principal, interest = service[0] / divisor, service[1] / divisor
    if not (principal + interest).any():
        place: dict[str, Any] = {"xycoords": "axes fraction", "ha": "center", "va": "center"}
        ax.annotate("no debt", (0.5, 0.5), color=SOFT, bbox={"facecolor": "white", "edgecolor": "none"}, **place)
        return
    draw_bars(ax, middles, principal, 0.72, facecolor=PRINCIPAL)
    draw_bars(ax, middles, interest, 0.72, base=principal, facecolor=INTEREST)
    if rival is not None:
        ax.stairs((rival[0] + rival[1]) / divisor, edges, baseline=0, color=SOFT, linewidth=1.0)


def _draw_costs(page: ChartPage, comparison: Comparison, top: float, names: list[list[str]], pitch: float) -> None:
    """Draw two panels, all-in cost and interest with fees: a dot for each case, with the names on the left."""
    cases = comparison.cases
    costs = [case.measures["all_in_cost"].value for case in cases.values()]
    rates = [None if cost is None else 100 * cost for cost in costs]
    free = [_debt_free(case.projection) for case in cases.values()]
    totals = [None if none else _interest_and_fees(case) for none, case in zip(free, cases.values(), strict=True)]
    divisor, word = scale(max([total for total in totals if total is not None], default=1.0))
    money = [None if total is None else total / divisor for total in totals]
    height, start = pitch * len(cases), top + HEADING + 0.1
    left, columns = MARGIN + room_beside(NAMES), abreast(2)
    width = (page_width() - left - MARGIN - 0.6 * (columns - 1)) / columns
    reasons = ["no debt" if none else "undefined" for none in free]
    panels = (
        ("All-in cost of debt", "%/year", rates, "{:.2f}"),
        ("Interest and fees", f"{word}{comparison.currency}", money, "{:,.2f}"),
    )
    for position, (name, unit, values, form) in enumerate(panels):
        row, column = divmod(position, columns)
        down = start + row * (height + UNDER + HEADING)
        if column == 0:
            _write_names(page, names, down, pitch, left)
        ax = page.panel(left + column * (width + 0.6), down, width, height)
        _dots(ax, values, reasons, form)
        name_panel(ax, name, unit, width)


def _write_names(page: ChartPage, names: list[list[str]], top: float, pitch: float, left: float) -> None:
    """Write the names of the cases, each beside its row."""
    for row, lines in enumerate(names):
        for line, words in enumerate(lines):
            middle = top + pitch * (row + 0.5) + UNDER_NAME * (line - (len(lines) - 1) / 2)
            page.text(left - 0.12, middle, words, "label", ha="right", va="center")


def _debt_free(projection: Projection) -> bool:
    amounts_by_loan = {name: projection.value(f"loans.{name}.schedule.drawn")[:1] for name in projection.scenario.loans}
    return not any(projection.trifle_of(name).counts(amounts).any() for name, amounts in amounts_by_loan.items())


def _interest_and_fees(case: Case) -> float:
    return sum(case.measures[name].value or 0.0 for name in ("total_interest", "total_fees"))


def _dots(ax: Axes, values: list[float | None], reasons: list[str], form: str) -> None:
    """Draw a dot in each row with its number beside it; the reason where there is no value."""
    highest = max([value for value in values if value is not None], default=0.0) or 1.0
    row_axis(ax, len(values), 0, highest * 1.3)
    for row, (value, reason) in enumerate(zip(values, reasons, strict=True)):
        if value is None:
            ax.annotate(reason, (0, row), xytext=(4, 0), textcoords="offset points", va="center", color=SOFT)
            continue
        ax.plot([0, value], [row, row], color=mix(PRINCIPAL, "white", 0.55), linewidth=1.2)
        ax.plot([value], [row], marker="o", markersize=6, color=PRINCIPAL, linestyle="none")
        text = form.format(value)
        ax.annotate(text, (value, row), xytext=(7, 0), textcoords="offset points", va="center", color=INK)
