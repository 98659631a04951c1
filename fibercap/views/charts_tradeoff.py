"""All-in cost against lowest debt service cover: each way of financing as a point with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.views.charts_claims import SIGNS
from fibercap.views.charts_labels import Label, label
from fibercap.views.charts_panel import across_axis, value_axis
from fibercap.views.charts_style import (
    FAILS,
    INK,
    MARGIN,
    PALETTE,
    SOFT,
    WIDTH,
    fit,
    name_panel,
    short,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fibercap.core.units import Array
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts_style import Page

HEADING, PANEL, UNDER = 0.45, 2.9, 0.75
LEFT: Final = MARGIN + 0.2
LONGEST: Final = 2.4
MARKER: Final = 8.0
AROUND: Final = 0.18


def points_of(comparison: Comparison) -> dict[str, tuple[float, float]]:
    """Return all-in cost and lowest DSCR of each case that has both. [%/year, 1]"""
    found = {}
    for name, case in comparison.cases.items():
        cost, cover = case.measures["all_in_cost"].value, case.measures["min_dscr"].value
        if cost is not None and cover is not None:
            found[name] = (100 * cost, cover)
    return found


def tradeoff_height(comparison: Comparison) -> float:
    """Return the height that the panel takes; none where fewer than two cases have both. [inch]"""
    return HEADING + PANEL + UNDER if len(points_of(comparison)) > 1 else 0.0


def draw_tradeoff(page: Page, comparison: Comparison, top: float) -> None:
    """Draw cost across and cover upwards, so that up and to the left is better; covenants as lines."""
    points = points_of(comparison)
    width = WIDTH - LEFT - MARGIN
    ax = page.panel(LEFT, top + HEADING, width, PANEL)
    places = np.array(list(points.values()))
    limits = _limits(comparison)
    _frame(ax, places, limits)
    name_panel(ax, "Lowest DSCR over twelve months against all-in cost of debt", "CFADS / debt service", width)
    told, lines = [], [places]
    for name, (cost, cover) in sorted(points.items(), key=lambda point: point[1]):
        base = name == comparison.baseline
        fill = "white" if base else PALETTE[0]
        ax.plot([cost], [cover], "o", markersize=MARKER, color=fill, markeredgecolor=PALETTE[0], markeredgewidth=1.6)
        told.append(Label(cost, cover, fit(comparison.cases[name].title, "small", LONGEST), INK))
    for (sign, limit), loans in limits.items():
        low, high = ax.get_xlim()
        ax.axhline(limit, color=FAILS, linewidth=1.1, linestyle=(0, (5, 2)))
        told.append(Label(high, limit, f"{', '.join(loans)} {sign} {short(limit)}", FAILS))
        lines.append(np.column_stack([np.linspace(low, high, 300), np.full(300, limit)]))
    label(ax, told, np.concatenate(lines), MARKER)
    across = "across: all-in cost of debt, %/year, cheaper to the left; upwards: better covered"
    page.text(LEFT, top + HEADING + PANEL + 0.3, across, "small", color=SOFT)
    missing = [case.title for name, case in comparison.cases.items() if name not in points]
    if missing:
        words = wrap(f"without both: {'; '.join(missing)}", "small", 0.45 * width, most=1)[0]
        page.text(WIDTH - MARGIN, top + HEADING + PANEL + 0.3, words, "small", color=SOFT, ha="right")


def _limits(comparison: Comparison) -> dict[tuple[str, float], list[str]]:
    """Return the limits that covenants set on DSCR over twelve months, with the loans that set them."""
    found: dict[tuple[str, float], list[str]] = {}
    for case in comparison.cases.values():
        for promise in case.covenants.values():
            if promise.subject in {"accounts.dscr_12m", "min_dscr"}:
                loans = found.setdefault((SIGNS[promise.comparator], promise.limit), [])
                loans += [promise.loan] if promise.loan not in loans else []
    return found


def _frame(ax: Axes, places: Array, limits: dict[tuple[str, float], list[str]]) -> None:
    """Set limits with room for names around the points, and numbers on each axis."""
    heights = np.append(places[:, 1], [limit for _, limit in limits])
    across_axis(ax, *_around(places[:, 0], least=0.5))
    value_axis(ax, *_around(heights, least=0.2))


def _around(values: Array, least: float) -> tuple[float, float]:
    """Return limits some way below and above values."""
    low, high = float(values.min()), float(values.max())
    pad = max(AROUND * (high - low), least)
    return low - pad, high + pad
