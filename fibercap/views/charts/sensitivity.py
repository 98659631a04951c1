"""The chart of sensitivity (tornado): a measure when one input at a time is lower or higher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.studies.sensitivity import one_at_a_time
from fibercap.studies.what_if.one_way import measures_now
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import draw_bars, row_axis, tall_row
from fibercap.views.charts.style import INK, LINES, MARGIN, PALETTE, SIZES, name_panel, same_decimals, scale, wrap
from fibercap.views.charts.widths import is_narrow, page_width, room_beside
from fibercap.views.input_words import input_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.studies.sensitivity import Effect

NAMES: Final = 3.0
HEADING, ROW, UNDER = 0.4, 0.3, 0.45
MOST: Final = 15
TENTH: Final = 0.1
LOWER, HIGHER = PALETTE[1], PALETTE[0]


def tornado_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw the effect of every number of the plan, a tenth lower and higher, on worth to the owners or the like."""
    del comparison
    measure = next(iter(measures_now(projection, ()).values()))
    return sensitivity_chart(projection, measure, one_at_a_time(projection.scenario, [measure.name]))


def sensitivity_chart(projection: Projection, measure: Measure, effects: Sequence[Effect], by: float = TENTH) -> Figure:
    """Draw for each input a bar from one outcome to the other, the widest first; a line marks the plan.

    Parameters
    ----------
    projection : Projection
        The plan.
    measure : Measure
        The measure, with its value in the plan.
    effects : sequence of Effect
        The measure when an input is lower and higher, for each input.
    by : float
        The share by which inputs were moved.
    """
    from matplotlib.patches import Patch

    base = measure.value or 0.0
    shown = sorted(effects, key=lambda each: -each.swing(measure.name, base))[:MOST]
    shown = [each for each in shown if each.swing(measure.name, base)]
    share = "a tenth" if by == TENTH else f"{100 * by:g} %"
    subtitle = f"{measure.label} when one input at a time is {share} lower or higher"
    names = [
        wrap(input_words(projection.scenario, each.path), "label", room_beside(NAMES) - 0.15, LINES) for each in shown
    ]
    tall = tall_row(names, ROW)
    page = open_page(projection, subtitle, HEADING + tall * len(shown) + UNDER if shown else 1.2, keyed=bool(shown))
    if not shown:
        notice(page, "No input moves it.")
        return page.figure
    page.key([Patch(facecolor=LOWER, label="input lower"), Patch(facecolor=HIGHER, label="input higher")])
    ends = np.array([each.measures[measure.name] for each in shown])
    percent = measure.unit == "1/year"
    divisor, word = (0.01, "%/year") if percent else scale(float(np.nanmax(np.abs([*ends.ravel(), base]))))
    left = MARGIN + room_beside(NAMES)
    width = page_width() - left - MARGIN - 0.1
    ax = page.panel(left, HEADING, width, tall * len(shown))
    low, high = (float(bound(np.append(ends, base))) / divisor for bound in (np.nanmin, np.nanmax))
    room = (0.22 if is_narrow() else 0.12) * (high - low)
    row_axis(ax, len(shown), low - room, high + room)
    ax.axvline(base / divisor, color=INK, linewidth=1.0, zorder=3)
    form = same_decimals(float(reach) for reach in np.ravel(ends - base) / divisor if np.isfinite(reach))
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center"}
    for row, (lines, pair) in enumerate(zip(names, ends / divisor, strict=True)):
        name, coordinates = "\n".join(lines), ("axes fraction", "data")
        ax.annotate(name, (0, row), (-7, 0), xycoords=coordinates, ha="right", fontsize=SIZES["label"], **style)
        for value, color in zip(pair, (LOWER, HIGHER), strict=True):
            if np.isfinite(value) and value != base / divisor:
                _bar(ax, (row, 0.6 * ROW / tall), base / divisor, float(value), color, form)
    unit = word if percent else f"{word}{measure.unit}" or "ratio"
    name_panel(ax, f"{measure.label}, now {form(base / divisor)}", unit, width)
    return page.figure


def _bar(
    ax: Axes, place: tuple[int, float], base: float, value: float, color: str, form: Callable[[float], str]
) -> None:
    """Draw a bar from the plan's value to another one, which is written at its end."""
    right, (row, wide) = value > base, place
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["small"]}
    draw_bars(ax, row, value - base, wide, lying=True, base=base, facecolor=color)
    ax.annotate(form(value), (value, row), (3 if right else -3, 0), ha="left" if right else "right", **style)
