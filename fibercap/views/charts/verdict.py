"""The chart of a verdict: the worth of each option to the owners, and how far it is behind the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fibercap.core.errors import FibercapError
from fibercap.studies.findings import faults
from fibercap.studies.verdict.footing import footing
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import draw_bars, row_axis, tall_row
from fibercap.views.charts.style import (
    FAILS,
    LINES,
    MARGIN,
    PALETTE,
    SIZES,
    SOFT,
    name_panel,
    scale,
    with_minus_sign,
    wrap,
)
from fibercap.views.charts.widths import page_width, room_beside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison

NAMES: Final = 3.2
HEADING, ROW, UNDER = 0.42, 0.32, 0.5
BESIDE: Final = 0.45
"""Share of the axis that is kept free for the text beside a bar."""


def verdict_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw a bar for each option, the highest worth first; hatched if it may not be recommended.

    Raises
    ------
    FibercapError
        If there is nothing to compare.
    """
    if comparison is None:
        raise FibercapError(
            "no_options", f"{projection.scenario.id} has no options to compare", "write some under `options:`"
        )
    worth = footing(comparison).worth
    ranked = sorted(worth, key=lambda name: -worth[name])
    unlike = [comparison.cases[name].title for name in comparison.unlike]
    subtitle = "Net present value to the owners, the highest first; hatched: not to be recommended as the plan stands"
    subtitle += f"; not ranked: {', '.join(unlike)}" if unlike else ""
    sound = {name: not faults(comparison.cases[name].projection, comparison.cases[name].covenants) for name in ranked}
    first = next((name for name in ranked if sound[name]), "")
    names = {
        name: wrap(comparison.cases[name].title, "panel" if name == first else "label", room_beside(NAMES) - 0.2, LINES)
        for name in ranked
    }
    tall = tall_row(names.values(), ROW)
    page = open_page(projection, subtitle, HEADING + tall * len(ranked) + UNDER if ranked else 1.2, keyed=False)
    if not ranked:
        notice(page, "This needs projects and `money.discount_rate`.")
        return page.figure
    size, word = scale(max(abs(value) for value in worth.values()))
    low, high = min(0.0, *worth.values()) / size, max(0.0, *worth.values()) / size
    left = MARGIN + room_beside(NAMES)
    width = page_width() - left - MARGIN
    ax = page.panel(left, HEADING, width, tall * len(ranked))
    row_axis(ax, len(ranked), low - (0.05 if low else 0.0) * (high - low), high + BESIDE * ((high - low) or 1.0))
    ax.axvline(0, color=SOFT, linewidth=0.7)
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["label"]}
    for row, name in enumerate(ranked):
        value, weight = worth[name] / size, "bold" if name == first else "normal"
        draw_bars(ax, row, value, 0.62 * ROW / tall, lying=True, **_bar(chosen=name == first, sound=sound[name]))
        words, beside = "\n".join(names[name]), ("axes fraction", "data")
        ax.annotate(words, (0, row), (-7, 0), xycoords=beside, ha="right", weight=weight, **style)
        behind = f" ({(worth[name] - worth[first]) / size:+,.2f})" if first and name != first else ""
        text = f"{with_minus_sign(f'{value:,.2f}{behind}')}{'' if sound[name] else ', excluded'}"
        ax.annotate(text, (max(value, 0.0), row), (4, 0), ha="left", weight=weight, **style)
    name_panel(ax, "NPV of the owners, and how far from the first", f"{word}{comparison.currency}", width)
    return page.figure


def _bar(*, chosen: bool, sound: bool) -> dict[str, Any]:
    """Return the style of a bar: dark for the first, lighter for others, hatched for excluded options."""
    if not sound:
        return {"facecolor": "white", "edgecolor": FAILS, "hatch": "////", "linewidth": 0.8}
    return {"facecolor": PALETTE[0] if chosen else PALETTE[3], "linewidth": 0}
