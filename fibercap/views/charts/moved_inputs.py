"""Charts of moved inputs: a line for each input that was moved alone, a colored grid of two moved together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.studies.what_if.two_way import TwoWay
from fibercap.views.charts.page import open_page
from fibercap.views.charts.panel import across_axis, value_axis
from fibercap.views.charts.sensitivity import sensitivity_chart
from fibercap.views.charts.style import (
    FAILS,
    INK,
    MARGIN,
    OTHERS,
    PALETTE,
    SIZES,
    SOFT,
    fit,
    mix,
    name_panel,
    text_color_on,
    with_minus_sign,
)
from fibercap.views.charts.widths import WIDTH
from fibercap.views.input_words import input_words
from fibercap.views.what_if_words import UNSOUND, UNSOUND_NOTE, cell_text, heading_of, scale_of, values_with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.studies.what_if.one_way import Moved, Sensitivity
    from fibercap.views.what_if_words import Scale

LEFT: Final = MARGIN + 0.35
HEADING, PANEL, UNDER = 0.45, 1.9, 0.55
ROW: Final = 0.42
NAMES: Final = 1.3
HEADS: Final = 0.75
FOOT: Final = 0.35
ROOM: Final = 0.08
DEEPEST: Final = 0.75
"""Share of a color in the cell of the largest value."""


def chart_of(result: Sensitivity | TwoWay) -> Figure:
    """Draw the chart that fits a result: bars of a tornado, lines of single inputs, or a colored grid of two."""
    if isinstance(result, TwoWay):
        return two_way_chart(result)
    if result.tornado:
        measure = next(iter(result.measures.values()))
        return sensitivity_chart(result.base, measure, result.effects, result.by)
    return one_way_chart(result)


def one_way_chart(result: Sensitivity) -> Figure:
    """Draw for each input and measure a line over the values of the input; what fails there is marked."""
    panels = [(moved, measure) for moved in result.inputs for measure in result.measures.values()]
    subtitle = "One input at a time"
    notes = f"dashed: the plan as it is; diamond: break-even; cross: {UNSOUND_NOTE.removeprefix(UNSOUND).strip()}"
    page = open_page(result.base, subtitle, (HEADING + PANEL + UNDER) * len(panels), notes, keyed=False)
    width = WIDTH - LEFT - MARGIN
    for place, (moved, measure) in enumerate(panels):
        ax = page.panel(LEFT, HEADING + place * (HEADING + PANEL + UNDER), width, PANEL)
        scale = scale_of(measure, moved.values(measure.name))
        target = result.target if measure is panels[0][1] and moved.zeros.factors else None
        unit = _draw_line(ax, moved, measure, scale, target)
        words = input_words(result.base.scenario, moved.lever.name)
        across = fit(f"{words}{f', {unit}' if unit else ''}", "label", width)
        ax.annotate(
            across, (1, 0), (0, -26), xycoords="axes fraction", textcoords="offset points", ha="right",
            color=SOFT, fontsize=SIZES["label"],
        )  # fmt: skip
        name_panel(ax, f"{measure.label}, now {scale.text(measure.values[0])}", scale.unit, width)
    return page.figure


def _draw_line(ax: Axes, moved: Moved, measure: Measure, scale: Scale, target: float | None) -> str:
    """Draw a measure over the values of an input; return the unit of these values."""
    lever = moved.lever
    size, unit = 1.0, lever.unit
    if not lever.alone:
        size, unit = 0.01, "% of the values in the plan"
    elif lever.share or lever.unit == "1/year":
        size, unit = 0.01, "%" if lever.share else "%/year"
    factors = np.array([point.factors[0] for point in moved.points])
    values = np.array([lever.value_at(factor) if lever.alone else factor for factor in factors]) / size
    results = np.array(moved.values(measure.name)) / scale.divisor
    sound = np.array([point.sound for point in moved.points])
    known = np.isfinite(results)
    ends = np.append(results[known], [] if target is None else [target / scale.divisor])
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    pad = ROOM * (high - low) or 1.0
    across_axis(ax, float(values.min()), float(values.max()))
    value_axis(ax, low - pad, high + pad)
    style: dict[str, Any] = {"clip_on": False, "zorder": 3}
    ax.plot(values, results, color=PALETTE[0], linewidth=1.6, zorder=2)
    good, bad = known & sound, known & ~sound
    ax.plot(values[good], results[good], "o", markersize=4.5, color=PALETTE[0], **style)
    ax.plot(values[bad], results[bad], "X", markersize=6.5, color=FAILS, **style)
    present = (lever.value_at(1.0) if lever.alone else 1.0) / size
    if values.min() <= present <= values.max():
        ax.axvline(present, color=SOFT, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
    if target is not None:
        ax.axhline(target / scale.divisor, color=INK, linewidth=0.9, zorder=1)
        turned = [(lever.value_at(factor) if lever.alone else factor) / size for factor in moved.zeros.factors]
        ax.plot(turned, np.full(len(turned), target / scale.divisor), "D", markersize=6, color=PALETTE[1], **style)
    return unit


def two_way_chart(result: TwoWay) -> Figure:
    """Draw a grid of the first measure at all pairs of values; each cell is colored by its value."""
    measure = next(iter(result.measures.values()))
    values = result.values(measure.name)
    scale = scale_of(measure, values.ravel().tolist())
    lines, unit = values_with_unit(result.one.lever, result.one.factors)
    heads, head_unit = values_with_unit(result.other.lever, result.other.factors)
    down, across = (
        f"{input_words(result.base.scenario, axis.lever.name)}{f' [{of}]' if of else ''}"
        for axis, of in ((result.one, unit), (result.other, head_unit))
    )
    subtitle = f"{heading_of(measure, scale)}, now {scale.text(measure.values[0])}"
    body = HEADS + ROW * len(lines) + FOOT
    page = open_page(result.base, subtitle, body, UNSOUND_NOTE, keyed=False)
    width = WIDTH - MARGIN - NAMES - MARGIN
    ax = page.panel(MARGIN + NAMES, HEADS, width, ROW * len(lines))
    ax.set_xlim(-0.5, len(heads) - 0.5)
    ax.set_ylim(len(lines) - 0.5, -0.5)
    ax.spines["bottom"].set_visible(False)
    _cells(ax, result, values, scale)
    style: dict[str, Any] = {"fontsize": SIZES["label"], "color": SOFT, "textcoords": "offset points"}
    for column, head in enumerate(heads):
        ax.annotate(with_minus_sign(head), (column, -0.5), (0, 5), ha="center", va="bottom", **style)
    for row, line in enumerate(lines):
        ax.annotate(with_minus_sign(line), (-0.5, row), (-6, 0), ha="right", va="center", **style)
    page.text(MARGIN + NAMES, 0.18, fit(f"across: {across}", "label", width), color=INK)
    page.text(MARGIN, HEADS + ROW * len(lines) + 0.1, fit(f"down: {down}", "label", WIDTH - 2 * MARGIN), color=INK)
    return page.figure


def _cells(ax: Axes, result: TwoWay, values: Array, scale: Scale) -> None:
    """Draw a colored cell for each pair, with its number; the pair of the plan as it is has a frame."""
    from matplotlib.patches import Rectangle

    measure = next(iter(result.measures))
    for row, line in enumerate(result.points):
        for column, point in enumerate(line):
            color = _color(values[row, column], values)
            now = point.factors == (1.0, 1.0)
            ax.add_patch(
                Rectangle(
                    (column - 0.49, row - 0.47), 0.98, 0.94, facecolor=color, zorder=2 + now,
                    edgecolor=INK if now else color, linewidth=1.8 if now else 0.0,
                )
            )  # fmt: skip
            words = with_minus_sign(cell_text(point, measure, scale))
            style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SIZES["label"], "zorder": 4}
            ax.text(column, row, words, color=text_color_on(color), **style)


def _color(value: float, values: Array) -> str:
    """Return the color of a cell: two colors where values lie on both sides of zero, else from light to deep."""
    if not np.isfinite(value):
        return mix(OTHERS, "white", 0.4)
    known = values[np.isfinite(values)]
    low, high = float(known.min()), float(known.max())
    if low < 0 < high:
        return mix("white", PALETTE[0] if value >= 0 else FAILS, DEEPEST * abs(value) / max(high, -low))
    return mix("white", PALETTE[0], DEEPEST * (value - low) / (high - low) if high > low else 0.0)
