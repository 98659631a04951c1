"""The chart of what is likely to hold: the chance of each claim, and of keeping each promise, option by option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fibercap.studies.chances.kept import CLAIM, EVER
from fibercap.views.chances_tables import claims_of, fault_label, percent
from fibercap.views.charts.chances.page import case_handles, open_page
from fibercap.views.charts.page import notice
from fibercap.views.charts.panel import draw_bars, row_axis, tall_row
from fibercap.views.charts.style import FAINT, LINES, MARGIN, PALETTE, SIZES, SOFT, name_panel, wrap
from fibercap.views.charts.widths import WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.studies.chances.estimates import Estimate
    from fibercap.views.charts.chances.page import Chances

NAMES: Final = 4.2
LEFT: Final = MARGIN + NAMES
HEADING, BAR, UNDER = 0.4, 0.2, 0.45
MOST: Final = 40


def claims_chart(chances: Chances) -> Figure:
    """Draw a bar for the chance of each claim, and of keeping each covenant, for every option."""
    rows = _rows(chances)
    shown = rows[:MOST]
    hidden = f"{len(rows) - MOST} further rows are not drawn" if len(rows) > MOST else ""
    names = [wrap(label, "label", NAMES - 0.2, LINES) for label, _ in shown]
    several = len(chances.cases) > 1
    tall = tall_row(names, BAR * len(chances.cases) + 0.12)
    body = HEADING + tall * len(shown) + UNDER if shown else 1.2
    subtitle = "Chance that each claim holds, and that each covenant is kept on all its dates"
    page = open_page(chances, subtitle, body, hidden, keyed=several and bool(shown))
    if not shown:
        notice(page, "This plan makes no claims, and its loans have no covenants.")
        return page.figure
    if several:
        page.key(case_handles(chances))
    width = WIDTH - LEFT - MARGIN - 0.65
    ax = page.panel(LEFT, HEADING, width, tall * len(shown))
    row_axis(ax, len(shown), 0, 100)
    for row, (lines, (_, values)) in enumerate(zip(names, shown, strict=True)):
        words, beside = "\n".join(lines), ("axes fraction", "data")
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["label"]}
        ax.annotate(words, (0, row), (-7, 0), xycoords=beside, ha="right", **style)
        for place, value in enumerate(values):
            middle = row + (place - (len(values) - 1) / 2) * BAR / tall
            _bar(ax, middle, 0.82 * BAR / tall, value, PALETTE[place])
    name_panel(ax, "Chance", "%", width)
    return page.figure


def _rows(chances: Chances) -> list[tuple[str, list[Estimate | None]]]:
    """Return claims and covenants by what they say, each with its chance for every option; None where it has none."""
    claims = [
        (says, [case.chances(CLAIM).get(name, [None])[0] for case in chances.cases])
        for name, says in claims_of(chances.cases).items()
    ]
    covenants: dict[str, list[Estimate | None]] = {}
    for place, case in enumerate(chances.cases):
        for key, (broken,) in case.chances(EVER).items():
            label = fault_label(case, key).removesuffix(" broken") + " kept"
            covenants.setdefault(label, [None] * len(chances.cases))[place] = broken.complement
    return [*claims, *covenants.items()]


def _bar(ax: Axes, middle: float, wide: float, value: Estimate | None, color: str) -> None:
    """Draw a bar from 0 to a chance, with its number; a dash where there is none."""
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["small"]}
    if value is None or value.value != value.value:
        ax.annotate("–", (0, middle), (4, 0), color=SOFT, **style)
        return
    reach = 100 * value.value
    draw_bars(ax, middle, 100.0, wide, lying=True, facecolor=FAINT, linewidth=0, zorder=1.6)
    draw_bars(ax, middle, reach, wide, lying=True, facecolor=color, linewidth=0, zorder=2)
    ax.annotate(percent(value), (100, middle), (4, 0), annotation_clip=False, **style)
