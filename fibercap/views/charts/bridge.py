"""The chart of a bridge: from one amount to another, step by step, without a remainder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
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
    WIDTH,
    name_panel,
    notice,
    open_page,
    scale,
    signed,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.style import Page

NAMES: Final = 3.6
LEFT: Final = MARGIN + NAMES
HEADING, ROW, UNDER = 0.42, 0.32, 0.5
SEEN: Final = 0.5
"""Share of the highest amount that the steps must span for the axis to begin at zero."""
LEAST: Final = 0.005
CUT: Final = 0.01
UNIT: Final = 1.3
"""Room for a unit and the gap before it. [inch]"""


@dataclass(frozen=True)
class Span:
    """A way from one amount to another: its ends with their names, and the steps between, which add up. [money]"""

    name: str
    start: tuple[str, float]
    steps: tuple[tuple[str, float], ...]
    end: tuple[str, float]

    @property
    def heading(self) -> list[str]:
        """The lines of its name, which leave room for a unit beside the last."""
        return wrap(self.name, "panel", (WIDTH - LEFT - MARGIN - UNIT) / PIXELS, LINES)

    @property
    def head(self) -> float:
        """Height of its name. [inch]"""
        return HEADING + SECOND * (len(self.heading) - 1)

    @property
    def names(self) -> list[list[str]]:
        """The names of its rows in lines, its ends first and last."""
        ends = {self.start[0], self.end[0]}
        names = [name for name, _ in (self.start, *self.steps, self.end)]
        return [wrap(name, "panel" if name in ends else "label", NAMES - 0.2, LINES) for name in names]

    @property
    def row(self) -> float:
        """Height of each row. [inch]"""
        return tall_row(self.names, ROW)

    @property
    def height(self) -> float:
        """Height of its panel with its name and axis. [inch]"""
        return self.head + self.row * (len(self.steps) + 2) + UNDER


def spans_of(comparison: Comparison) -> list[Span]:
    """Return the way from the baseline's worth to its owners to that of each other case, steps of nothing left out."""
    found = []
    base = comparison.cases[comparison.baseline].title
    for name, case in comparison.cases.items():
        bridge = comparison.bridge(name) if name != comparison.baseline else None
        if bridge is not None:
            trifle = case.projection.trifle.value.flat[0]
            steps = tuple((step.label, step.amount) for step in bridge.steps if abs(step.amount) > trifle)
            found.append(Span(case.title, (base, bridge.start), steps, (case.title, bridge.end)))
    return found


def bridge_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw the steps from the baseline's worth to its owners to each other option's.

    Raises
    ------
    FibercapError
        If there is nothing to compare.
    """
    if comparison is None:
        raise FibercapError(
            "no_options", f"{projection.scenario.id} has no options to compare", "write some under `options:`"
        )
    spans = spans_of(comparison)
    subtitle = (
        "Net present value to the owners: from the baseline to each option, step by step; an axis may begin above zero"
    )
    body = sum(span.height for span in spans) if spans else 1.2
    page = open_page(projection, subtitle, body, f"baseline: {comparison.baseline}", keyed=False)
    if not spans:
        alone = len(comparison.cases) == 1
        notice(page, "There is no other option." if alone else "This needs projects and `money.discount_rate`.")
    top = 0.0
    for span in spans:
        draw_span(page, span, comparison.currency, top)
        top += span.height
    return page.figure


def draw_span(page: Page, span: Span, money: str, top: float) -> None:
    """Draw a bar for each end and a floating one for each step, a row each, with its amount beside it.

    Parameters
    ----------
    page : Page
        Where to draw.
    span : Span
        What to draw.
    money : str
        The currency.
    top : float
        Where its panel begins. [inch]
    """
    amounts = np.array([amount for _, amount in span.steps])
    after = span.start[1] + np.append(0.0, np.cumsum(amounts))
    reached = np.append(after, [_foot(np.append(after, span.end[1])), span.end[1]])
    size, word = scale(float(np.abs(reached).max()))
    width, rows = WIDTH - LEFT - MARGIN, len(amounts) + 2
    ax = page.panel(LEFT, top + span.head, width, span.row * rows)
    low, high = float(reached.min()) / size, float(reached.max()) / size
    room, foot = 0.16 * (high - low or 1.0), float(reached[-2]) / size
    row_axis(ax, rows, low - (room if low < foot or low < 0 else 0.0), high + room)
    ax.axvline(foot, color=SOFT, linewidth=0.7)
    froms = np.concatenate([[foot * size], after[:-1], [foot * size]]) / size
    tos = np.concatenate([after[:1], after[1:], [span.end[1]]]) / size
    for row, (lines, begin, stop) in enumerate(zip(span.names, froms, tos, strict=True)):
        whole = row in {0, rows - 1}
        bar = _style(stop - begin, whole=whole)
        draw_bars(ax, row, stop - begin, 0.62 * ROW / span.row, lying=True, base=begin, **bar)
        if row < rows - 1:
            ax.plot([stop, stop], [row, row + 1], color=SOFT, linewidth=0.7)
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["label"]}
        weight = "bold" if whole else "normal"
        words, beside = "\n".join(lines), ("axes fraction", "data")
        ax.annotate(words, (0, row), (-7, 0), xycoords=beside, ha="right", weight=weight, **style)
        moved = stop if whole else stop - begin
        text = signed(f"{moved:,.2f}") if whole else _step(moved)
        right = max(begin, stop) if moved >= 0 or not whole else stop
        side = 1 if right >= 0 or not whole else -1
        ax.annotate(
            text, (right, row), xytext=(4 * side, 0), ha="left" if side > 0 else "right", weight=weight, **style
        )
    *above, last = span.heading
    name_panel(ax, last, f"{word}{money}", width)
    for row, line in enumerate(reversed(above), start=1):
        up = (0, 9 + 72 * SECOND * row)
        ax.annotate(
            line, (0, 1), up, "axes fraction", textcoords="offset points", fontsize=SIZES["panel"], weight="bold"
        )


def _step(moved: float) -> str:
    """Return how far a step goes, as it is written beside its bar; of one that rounds to nothing, its sign."""
    if abs(moved) < LEAST:
        return signed(f"{'+' if moved > 0 else '-'}<0.01")
    return signed(f"{moved:+,.2f}")


def _foot(reached: Array) -> float:
    """Return where the bars of the ends begin: at zero, unless the steps would be too small to be seen from there."""
    low, high = float(reached.min()), float(reached.max())
    if low <= 0 or high - low > SEEN * high:
        return 0.0
    return max(low - (high - low or CUT * high), 0.0)


def _style(moved: float, *, whole: bool) -> dict[str, Any]:
    """Return how a bar is drawn: ends full, what is gained plain, what is lost hatched."""
    if whole:
        return {"facecolor": PALETTE[0], "linewidth": 0}
    if moved >= 0:
        return {"facecolor": HOLDS, "linewidth": 0}
    return {"facecolor": "white", "edgecolor": FAILS, "hatch": "////", "linewidth": 0.8}
