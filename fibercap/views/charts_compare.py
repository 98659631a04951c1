"""The chart that sets ways of financing side by side: debt service by year, all-in cost, interest and fees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.views.charts_debt import day_of
from fibercap.views.charts_style import (
    FAINT,
    INK,
    MARGIN,
    PALETTE,
    SIZES,
    SOFT,
    WIDTH,
    fit,
    mixed,
    name_panel,
    open_page,
    scale,
    year_axis,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Case, Comparison
    from fibercap.views.charts_style import Page

COLUMNS = 4
PANEL, HEADING, UNDER = 1.15, 0.45, 0.3
ROW = 0.24
PRINCIPAL, INTEREST = PALETTE[0], PALETTE[1]
NAMES = 2.3
Service = tuple["Array", "Array"]


def service_by_year(projection: Projection, years: range) -> Service:
    """Return principal, and interest with recurring fees, of all loans by calendar year of payment. [money]"""
    principal, interest = np.zeros(len(years)), np.zeros(len(years))
    for loan in projection.scenario.loans:
        at = f"loans.{loan}.schedule"
        places = np.array([day_of(day).year for day in projection.value(f"{at}.date")[0]]) - years.start
        inside = (places >= 0) & (places < len(years))
        np.add.at(principal, places[inside], projection.value(f"{at}.principal")[0][inside])
        for row in ("interest_paid", "fees_paid"):
            np.add.at(interest, places[inside], projection.value(f"{at}.{row}")[0][inside])
    return principal, interest


def years_of(cases: Mapping[str, Case], projection: Projection) -> range:
    """Return the calendar years from the first payment of any case to the last; the horizon's where nothing is paid."""
    found = set()
    for case in cases.values():
        for loan in case.projection.scenario.loans:
            at = f"loans.{loan}.schedule"
            days = case.projection.value(f"{at}.date")[0]
            found |= {day_of(day).year for day in days[case.projection.value(f"{at}.payment")[0] > 0]}
    found = found or {projection.timeline.start.year, projection.timeline.end.year}
    return range(min(found), max(found) + 1)


def compare_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw each option's debt service in a panel of its own, and under them what each costs.

    Raises
    ------
    FibercapError
        If there is nothing to compare.
    """
    if comparison is None:
        raise FibercapError(f"{projection.scenario.id} has no options to compare; write some under `options:`")
    cases = comparison.cases
    columns = min(COLUMNS, len(cases))
    rows = -(-len(cases) // columns)
    upper = rows * (HEADING + PANEL + UNDER)
    lower = HEADING + 0.3 + ROW * len(cases) + UNDER
    about = f"compared with {comparison.baseline} · debt service: by the year of payment, without upfront fees"
    page = open_page(
        projection, "Ways of financing: debt service by calendar year, and what the debt costs", upper + lower, about
    )
    page.key(_handles(comparison, rival=len(cases) > 1))
    years = years_of(cases, projection)
    services = {name: service_by_year(case.projection, years) for name, case in cases.items()}
    divisor, word = scale(max(float((p + i).max()) for p, i in services.values()))
    width = (WIDTH - 2 * MARGIN - 0.2 + 0.45) / max(columns, 2) - 0.45
    for position, (name, case) in enumerate(cases.items()):
        row, column = divmod(position, columns)
        ax = page.panel(MARGIN + 0.2 + column * (width + 0.45), HEADING + row * (HEADING + PANEL + UNDER), width, PANEL)
        highest = max(float((p + i).max()) for p, i in services.values()) / divisor
        ax.set_ylim(0, highest * 1.1 or 1.0)
        name_panel(ax, case.title, f"{word}{comparison.currency}", width)
        rival = services[comparison.baseline] if name != comparison.baseline else None
        _draw_service(ax, years, services[name], rival, divisor)
        year_axis(ax, years.start, years.stop, width)
    _draw_costs(page, comparison, upper)
    return page.figure


def _handles(comparison: Comparison, *, rival: bool) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Artist] = [
        Patch(facecolor=PRINCIPAL, label="principal"),
        Patch(facecolor=INTEREST, label="interest and recurring fees"),
    ]
    title = fit(comparison.cases[comparison.baseline].title, "label", 3.0)
    return [*entries, Line2D([], [], color=SOFT, linewidth=1.0, label=f"{title}, to compare")] if rival else entries


def _draw_service(ax: Axes, years: range, service: Service, rival: Service | None, divisor: float) -> None:
    """Draw bars of principal and interest by year, and the baseline's total as an outline."""
    middles = np.array(years) + 0.5
    principal, interest = service[0] / divisor, service[1] / divisor
    if not (principal + interest).any():
        ax.text(
            0.5, 0.5, "no debt", transform=ax.transAxes, ha="center", va="center", color=SOFT, fontsize=SIZES["panel"]
        )
    ax.bar(middles, principal, width=0.72, color=PRINCIPAL)
    ax.bar(middles, interest, width=0.72, bottom=principal, color=INTEREST)
    if rival is not None:
        edges = np.arange(years.start, years.stop + 1)
        ax.stairs((rival[0] + rival[1]) / divisor, edges, baseline=0, color=SOFT, linewidth=1.0)


def _draw_costs(page: Page, comparison: Comparison, top: float) -> None:
    """Draw two panels of dots, each in its own unit, with the cases' names on the left."""
    cases = comparison.cases
    costs = [case.measures["all_in_cost"].value for case in cases.values()]
    rates = [None if cost is None else 100 * cost for cost in costs]
    totals = [None if case.measures["all_in_cost"].reason == NO_DEBT else _paid_for(case) for case in cases.values()]
    divisor, word = scale(max([total for total in totals if total is not None], default=1.0))
    money = [None if total is None else total / divisor for total in totals]
    height, start = ROW * len(cases), top + HEADING + 0.3
    width = (WIDTH - MARGIN - NAMES - MARGIN - 0.6) / 2
    for row, case in enumerate(cases.values()):
        name = fit(case.title, "label", NAMES - 0.15)
        page.text(MARGIN + NAMES - 0.12, start + ROW * (row + 0.5), name, "label", ha="right", va="center")
    reasons = ["no debt" if total is None else "undefined" for total in totals]
    left = MARGIN + NAMES
    panels = (
        ("All-in cost of debt, to maturity", "%/year", rates, "{:.2f}"),
        ("Interest and fees, to maturity", f"{word}{comparison.currency}", money, "{:,.2f}"),
    )
    for position, (name, unit, values, form) in enumerate(panels):
        ax = page.panel(left + position * (width + 0.6), start, width, height)
        _dots(ax, values, reasons, form)
        name_panel(ax, name, unit, width)


NO_DEBT = "no loan is drawn"


def _paid_for(case: Case) -> float:
    return sum(case.measures[name].value or 0.0 for name in ("total_interest", "total_fees"))


def _dots(ax: Axes, values: list[float | None], reasons: list[str], form: str) -> None:
    """Draw one dot a row, from zero, with its number beside it; where there is none, the reason."""
    highest = max([value for value in values if value is not None], default=0.0) or 1.0
    ax.set_xlim(0, highest * 1.25)
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.set_yticks([])
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color=FAINT, linewidth=0.7)
    for row, (value, reason) in enumerate(zip(values, reasons, strict=True)):
        if value is None:
            ax.annotate(reason, (0, row), xytext=(4, 0), textcoords="offset points", va="center", color=SOFT)
            continue
        ax.plot([0, value], [row, row], color=mixed(PRINCIPAL, "white", 0.55), linewidth=1.2)
        ax.plot([value], [row], marker="o", markersize=6, color=PRINCIPAL, linestyle="none")
        told = form.format(value)
        ax.annotate(told, (value, row), xytext=(7, 0), textcoords="offset points", va="center", color=INK)
    ax.tick_params(axis="x", length=3, color=SOFT, labelcolor=SOFT, labelsize=SIZES["label"])
