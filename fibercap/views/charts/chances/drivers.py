"""The chart of what drives a measure: how much of its spread each group of inputs explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fibercap.core.language.names import key_in_words
from fibercap.views.charts.chances.page import open_page
from fibercap.views.charts.page import notice
from fibercap.views.charts.panel import draw_bars, row_axis, tall_row
from fibercap.views.charts.style import INK, LINES, MARGIN, PALETTE, SIZES, SOFT, name_panel, with_minus_sign, wrap
from fibercap.views.charts.widths import WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.studies.chances.drivers import Driver
    from fibercap.views.charts.chances.page import Chances

NAMES: Final = 3.2
LEFT: Final = MARGIN + NAMES
HEADING, ROW, UNDER = 0.4, 0.34, 0.45
MOST: Final = 20
ALONE, TOTAL = PALETTE[0], PALETTE[3]
BESIDE: Final = 1.75
"""Room beside the bars for the numbers. [inch]"""


def drivers_chart(chances: Chances) -> Figure:
    """Draw for each group of inputs the share of the variance that it explains alone, and in all."""
    from matplotlib.patches import Patch

    shown = chances.groups[:MOST]
    names = [_lines(chances, driver) for driver in shown]
    tall = tall_row(names, ROW)
    label = chances.first.base.measures[chances.driven].label
    hidden = f"not drawn: the {len(chances.groups) - MOST} weakest" if len(chances.groups) > MOST else ""
    where = f", {chances.first.title}" if len(chances.cases) > 1 else ""
    subtitle = f"What drives {label}{where}: share of its variance that each input explains"
    body = HEADING + tall * len(shown) + UNDER if shown else 1.2
    page = open_page(chances, subtitle, body, hidden, keyed=bool(shown))
    if not shown:
        notice(page, "Nothing moves it.")
        return page.figure
    page.key([Patch(facecolor=ALONE, label="alone (first order)"), Patch(facecolor=TOTAL, label="in all (total)")])
    width = WIDTH - LEFT - MARGIN - BESIDE
    ax = page.panel(LEFT, HEADING, width, tall * len(shown))
    reach = max(100 * driver.total.value for driver in shown)
    row_axis(ax, len(shown), 0, max(1.05 * reach, 1.0))
    for row, (driver, lines) in enumerate(zip(shown, names, strict=True)):
        _draw(ax, row, driver, "\n".join(lines), ROW / tall)
    head: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "color": SOFT}
    heads = "alone / in all ±, rank correlation"
    ax.annotate(heads, (1, 1), (72 * BESIDE, 9), ha="right", va="baseline", fontsize=SIZES["small"], **head)
    name_panel(ax, "Share of the variance", "%", width)
    return page.figure


def _lines(chances: Chances, driver: Driver) -> list[str]:
    inputs = chances.simulation.sampler.uncertain.inputs
    titles = [inputs[name].title or key_in_words(name) for name in driver.inputs]
    return wrap(" with ".join(titles), "label", NAMES - 0.2, LINES)


def _draw(ax: Axes, row: int, driver: Driver, name: str, share: float) -> None:
    """Draw the total index as a bar, and the first-order index as a thinner one upon it."""
    first, total = (max(100 * index.value, 0.0) for index in (driver.first, driver.total))
    draw_bars(ax, row, total, 0.66 * share, lying=True, facecolor=TOTAL, linewidth=0, zorder=2)
    draw_bars(ax, row, first, 0.3 * share, lying=True, facecolor=ALONE, linewidth=0, zorder=3)
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center"}
    beside = ("axes fraction", "data")
    ax.annotate(name, (0, row), (-7, 0), xycoords=beside, ha="right", fontsize=SIZES["label"], **style)
    ranks = ", ".join("–" if rank != rank else f"{rank:z.2f}" for rank in driver.ranks.values())  # noqa: PLR0124 - nan
    shares = f"{100 * driver.first.value:z.0f} / {100 * driver.total.value:z.0f} ±{100 * driver.total.error:.0f}"
    text = with_minus_sign(f"{shares},  {ranks}")
    ax.annotate(text, (1, row), (6, 0), xycoords=beside, ha="left", fontsize=SIZES["small"], color=INK, **style)
