"""The chart of worth: how a measure is distributed over the samples, option under option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.views.charts.chances.page import AS_WRITTEN, name_of, open_page, scale_of
from fibercap.views.charts.page import notice
from fibercap.views.charts.panel import LINE, row_axis
from fibercap.views.charts.style import INK, LINES, MARGIN, PALETTE, SIZES, SOFT, mix, name_panel, same_decimals, wrap
from fibercap.views.charts.widths import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.views.charts.chances.page import Chances

NAMES: Final = 2.3
LEFT: Final = MARGIN + NAMES
HEADING, ROW, UNDER = 0.4, 0.95, 0.45
BARS: Final = 72
"""The most bars of a histogram; of few samples, twice the square root of their number."""
ENDS: Final = (0.005, 0.995)
"""Shares of the samples between which the axis reaches."""
FILLED: Final = mix(PALETTE[0], "white", 0.6)


def worth_chart(chances: Chances) -> Figure:
    """Draw how a measure is distributed, a hill for each option, with its median, P5 and P95, and the plan's value."""
    name = chances.driven
    measure = chances.first.base.measures[name]
    values = [(case, _present(case.measure(name))) for case in chances.cases]
    values = [(case, present) for case, present in values if present.size]
    names = [wrap(name_of(chances, case), "label", NAMES - 0.2, LINES) for case, _ in values]
    tall = max([ROW, *(LINE * (len(lines) + 3) + 0.1 for lines in names)])
    subtitle = f"{measure.label}: how often it comes to what, over all samples"
    undefined = [
        f"undefined in {100 * float(np.isnan(case.measure(name)).mean()):.1f} % of the samples: {case.title}"
        for case, present in values
        if len(present) < chances.simulation.samples - len(case.refused)
    ]
    about = " · ".join(["drawn from the lowest to the highest 0.5 %", *undefined])
    body = HEADING + tall * len(values) + UNDER if values else 1.2
    page = open_page(chances, subtitle, body, about, keyed=bool(values))
    if not values:
        notice(page, "It is undefined in every sample.")
        return page.figure
    page.key(_handles())
    ends = np.array([np.quantile(present, ENDS) for _, present in values])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    divisor, unit = scale_of(measure.unit, max(abs(low), abs(high)))
    low, high = low / divisor, high / divisor
    room = 0.02 * (high - low) or 1.0
    width = WIDTH - LEFT - MARGIN - 0.1
    ax = page.panel(LEFT, HEADING, width, tall * len(values))
    row_axis(ax, len(values), low - room, high + room)
    if low - room < 0 < high + room:
        ax.axvline(0, color=SOFT, linewidth=0.9, zorder=1.5)
    form = same_decimals([low, high])
    bars = int(min(max(2 * chances.simulation.samples**0.5, 12), BARS))
    edges = np.linspace(low - room, high + room, bars + 1)
    for row, ((case, present), lines) in enumerate(zip(values, names, strict=True)):
        _hill(ax, row, present / divisor, edges)
        plan = case.base.measures[name].value
        _mark_plan(ax, row, None if plan is None else plan / divisor, (low - room, high + room))
        _write(ax, row, lines, present / divisor, form)
    name_panel(ax, measure.label, unit, width)
    return page.figure


def _present(values: Array) -> Array:
    return np.asarray(values[~np.isnan(values)])


def _hill(ax: Axes, row: int, values: Array, edges: Array) -> None:
    """Draw a histogram that stands on the foot of its row, and ticks at P5, the median and P95."""
    counts, _ = np.histogram(values, edges)
    foot, top = row + 0.4, 0.82 * counts / max(int(counts.max()), 1)
    ax.stairs(foot - top, edges, baseline=foot, fill=True, color=FILLED, linewidth=0, zorder=2)
    ax.plot([edges[0], edges[-1]], [foot, foot], color=SOFT, linewidth=0.7, zorder=2.1)
    for level, tall, wide in ((0.05, 0.16, 1.1), (0.5, 0.82, 1.6), (0.95, 0.16, 1.1)):
        x = float(np.quantile(values, level))
        ax.plot([x, x], [foot, foot - tall], color=PALETTE[0], linewidth=wide, zorder=3, solid_capstyle="butt")


def _mark_plan(ax: Axes, row: int, value: float | None, limits: tuple[float, float]) -> None:
    """Mark the value of the plan as written, at the edge if it lies beyond."""
    if value is None:
        return
    x = min(max(value, limits[0]), limits[1])
    style: dict[str, Any] = {"marker": "D", "markersize": 4.2, "color": AS_WRITTEN, "linestyle": "none"}
    ax.plot([x], [row + 0.4], zorder=4, clip_on=False, **style)


def _write(ax: Axes, row: int, lines: list[str], values: Array, form: Callable[[float], str]) -> None:
    """Write an option's name and its quantiles beside its row."""
    low, median, high = (form(float(np.quantile(values, level))) for level in (0.05, 0.5, 0.95))
    place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "ha": "right"}
    up = LINE * 72 / 2
    ax.annotate("\n".join(lines), (0, row), (-7, up), va="center", fontsize=SIZES["label"], color=INK, **place)
    below = up - LINE * 72 * (len(lines) + 1) / 2 - 2
    text = f"P5 {low} · P50 {median} · P95 {high}"
    ax.annotate(text, (0, row), (-7, below), va="center", fontsize=SIZES["small"], color=SOFT, **place)


def _handles() -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Patch(facecolor=FILLED, label="samples"),
        Line2D([], [], color=PALETTE[0], linewidth=1.6, label="median; P5 and P95 short"),
        Line2D([], [], color=AS_WRITTEN, marker="D", markersize=4.2, linestyle="none", label="the plan as written"),
    ]
