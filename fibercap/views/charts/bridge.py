"""The chart of bridges: the steps that lead from the worth of one option to that of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import draw_bars, row_axis, tall_row
from fibercap.views.charts.style import (
    FAILS,
    HOLDS,
    LINES,
    MARGIN,
    PALETTE,
    PIXELS,
    SECOND,
    SIZES,
    SOFT,
    name_panel,
    scale,
    with_minus_sign,
    wrap,
)
from fibercap.views.charts.widths import is_narrow, page_width, room_beside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.page import ChartPage

NAMES: Final = 3.6
HEADING, ROW, UNDER = 0.42, 0.32, 0.5
SEEN: Final = 0.5
"""The axis begins at zero if the steps span at least this share of the highest amount."""
LEAST: Final = 0.005
CUT: Final = 0.01
UNIT: Final = 1.3
"""Room for a unit and the gap before it. [inch]"""


def _panel_edge() -> float:
    """Return where panels begin. [inch]"""
    return MARGIN + room_beside(NAMES)


@dataclass(frozen=True)
class BridgePanel:
    """A panel with one bridge: two amounts with their names, and the steps between them, which add up. [money]"""

    name: str
    start: tuple[str, float]
    steps: tuple[tuple[str, float], ...]
    end: tuple[str, float]

    @property
    def heading(self) -> list[str]:
        """The lines of its name; beside the last there is room for a unit."""
        return wrap(self.name, "panel", (page_width() - _panel_edge() - MARGIN - UNIT) / PIXELS, LINES)

    @property
    def head(self) -> float:
        """Height of its name. [inch]"""
        return HEADING + SECOND * (len(self.heading) - 1)

    @property
    def names(self) -> list[list[str]]:
        """The lines of each row's name; the first and the last row are the ends of the bridge."""
        ends = {self.start[0], self.end[0]}
        names = [name for name, _ in (self.start, *self.steps, self.end)]
        return [wrap(name, "panel" if name in ends else "label", room_beside(NAMES) - 0.2, LINES) for name in names]

    @property
    def row(self) -> float:
        """Height of each row. [inch]"""
        return tall_row(self.names, ROW)

    @property
    def height(self) -> float:
        """Height of the panel with name and axis. [inch]"""
        return self.head + self.row * (len(self.steps) + 2) + UNDER


def bridge_panels(comparison: Comparison) -> list[BridgePanel]:
    """Return a bridge from the baseline to each other case, by worth to the owners, without steps of zero."""
    panels = []
    base = comparison.cases[comparison.baseline].title
    for name, case in comparison.cases.items():
        bridge = comparison.bridge(name) if name != comparison.baseline else None
        if bridge is not None:
            trifle = case.projection.trifle.value.flat[0]
            steps = tuple((step.label, step.amount) for step in bridge.steps if abs(step.amount) > trifle)
            panels.append(BridgePanel(case.title, (base, bridge.start), steps, (case.title, bridge.end)))
    return panels


def bridge_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw, for each other option, the steps from the baseline's worth to the owners to that option's.

    Raises
    ------
    FibercapError
        If there is nothing to compare.
    """
    if comparison is None:
        raise FibercapError(
            "no_options", f"{projection.scenario.id} has no options to compare", "write some under `options:`"
        )
    panels = bridge_panels(comparison)
    subtitle = (
        "Net present value to the owners: from the baseline to each option, step by step; an axis may begin above zero"
    )
    body = sum(panel.height for panel in panels) if panels else 1.2
    page = open_page(projection, subtitle, body, f"baseline: {comparison.baseline}", keyed=False)
    if not panels:
        alone = len(comparison.cases) == 1
        notice(page, "There is no other option." if alone else "This needs projects and `money.discount_rate`.")
    top = 0.0
    for panel in panels:
        draw_bridge_panel(page, panel, comparison.currency, top)
        top += panel.height
    return page.figure


def draw_bridge_panel(page: ChartPage, panel: BridgePanel, money: str, top: float) -> None:
    """Draw a bridge: a bar for each end, a floating bar for each step, each with its amount beside it.

    Parameters
    ----------
    page : ChartPage
        Where to draw.
    panel : BridgePanel
        What to draw.
    money : str
        The currency.
    top : float
        Where its panel begins. [inch]
    """
    amounts = np.array([amount for _, amount in panel.steps])
    after = panel.start[1] + np.append(0.0, np.cumsum(amounts))
    reached = np.append(after, [_foot(np.append(after, panel.end[1])), panel.end[1]])
    size, word = scale(float(np.abs(reached).max()))
    width, rows = page_width() - _panel_edge() - MARGIN, len(amounts) + 2
    ax = page.panel(_panel_edge(), top + panel.head, width, panel.row * rows)
    low, high = float(reached.min()) / size, float(reached.max()) / size
    room, foot = (0.32 if is_narrow() else 0.16) * (high - low or 1.0), float(reached[-2]) / size
    row_axis(ax, rows, low - (room if low < foot or low < 0 else 0.0), high + room)
    ax.axvline(foot, color=SOFT, linewidth=0.7)
    froms = np.concatenate([[foot * size], after[:-1], [foot * size]]) / size
    tos = np.concatenate([after[:1], after[1:], [panel.end[1]]]) / size
    for row, (lines, begin, stop) in enumerate(zip(panel.names, froms, tos, strict=True)):
        is_end = row in {0, rows - 1}
        bar = _style(stop - begin, is_end=is_end)
        draw_bars(ax, row, stop - begin, 0.62 * ROW / panel.row, lying=True, base=begin, **bar)
        if row < rows - 1:
            ax.plot([stop, stop], [row, row + 1], color=SOFT, linewidth=0.7)
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["label"]}
        weight = "bold" if is_end else "normal"
        words, beside = "\n".join(lines), ("axes fraction", "data")
        ax.annotate(words, (0, row), (-7, 0), xycoords=beside, ha="right", weight=weight, **style)
        number = stop if is_end else stop - begin
        text = with_minus_sign(f"{number:,.2f}") if is_end else _step(number)
        right = max(begin, stop) if number >= 0 or not is_end else stop
        side = 1 if right >= 0 or not is_end else -1
        ax.annotate(
            text, (right, row), xytext=(4 * side, 0), ha="left" if side > 0 else "right", weight=weight, **style
        )
    *above, last = panel.heading
    name_panel(ax, last, f"{word}{money}", width)
    for row, line in enumerate(reversed(above), start=1):
        up = (0, 9 + 72 * SECOND * row)
        ax.annotate(
            line, (0, 1), up, "axes fraction", textcoords="offset points", fontsize=SIZES["panel"], weight="bold"
        )


def _step(moved: float) -> str:
    """Return the text of a step's amount; a step that rounds to zero still shows its sign."""
    if abs(moved) < LEAST:
        return with_minus_sign(f"{'+' if moved > 0 else '-'}<0.01")
    return with_minus_sign(f"{moved:+,.2f}")


def _foot(reached: Array) -> float:
    """Return where the bars of the ends begin: at zero, unless the steps would then be too small to see."""
    low, high = float(reached.min()), float(reached.max())
    if low <= 0 or high - low > SEEN * high:
        return 0.0
    return max(low - (high - low or CUT * high), 0.0)


def _style(moved: float, *, is_end: bool) -> dict[str, Any]:
    """Return the style of a bar: ends are dark, gains plain, losses hatched."""
    if is_end:
        return {"facecolor": PALETTE[0], "linewidth": 0}
    if moved >= 0:
        return {"facecolor": HOLDS, "linewidth": 0}
    return {"facecolor": "white", "edgecolor": FAILS, "hatch": "////", "linewidth": 0.8}
