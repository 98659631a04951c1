"""The chart of revenue: revenue by plant beside EBITDA, by year; below, the EBITDA margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.names import key_in_words
from fibercap.views.charts.page import open_page
from fibercap.views.charts.panel import draw_bars
from fibercap.views.charts.style import INK, MARGIN, MOST, OTHERS, PALETTE, SOFT, name_panel, scale, with_minus_sign
from fibercap.views.charts.widths import page_width, room_beside
from fibercap.views.charts.years import Band, Years, heights, name_bands, write_values, yearly

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.page import ChartPage

LEFT: Final = MARGIN + 0.2
LABELS: Final = 1.85
HEADING, UPPER, BETWEEN, LOWER, UNDER = 0.35, 3.0, 0.8, 1.3, 0.45


def sellers(projection: Projection) -> list[tuple[str, str, Array]]:
    """Return name, color and revenue by year of each plant, the largest first.

    Where the palette is too short, the smallest plants are one.
    """
    plants = projection.scenario.plants
    revenue = {key: yearly(projection, f"plants.{key}.revenue") for key in plants}
    ordered = sorted(plants, key=lambda key: -float(revenue[key].sum()))
    largest, rest = (ordered, []) if len(ordered) <= MOST else (ordered[: MOST - 1], ordered[MOST - 1 :])
    parts = [(plants[key].name or key_in_words(key), PALETTE[place], revenue[key]) for place, key in enumerate(largest)]
    if rest:
        parts.append((f"{len(rest)} other plants", OTHERS, np.sum([revenue[key] for key in rest], axis=0)))
    return parts


def revenue_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw revenue by plant as stacked bars with EBITDA beside them, and the margin below."""
    from matplotlib.patches import Patch

    del comparison
    years, parts = Years.of(projection), sellers(projection)
    revenue, ebitda = yearly(projection, "accounts.revenue"), yearly(projection, "accounts.ebitda")
    divisor, word = scale(max(float(revenue.max()), float(np.abs(ebitda).max())))
    width = page_width() - LEFT - MARGIN - room_beside(LABELS)
    subtitle = f"Revenue by plant and EBITDA, by {projection.timeline.year_kind}"
    page = open_page(projection, subtitle, HEADING + UPPER + BETWEEN + LOWER + UNDER)
    page.key([
        Patch(facecolor=PALETTE[0], label="left bar: revenue, by plant"),
        Patch(facecolor="white", edgecolor=INK, linewidth=1.2, label="right bar: EBITDA"),
    ])  # fmt: skip
    upper = page.panel(LEFT, HEADING, width, UPPER)
    (left, wide), (right, thin) = years.slots(2)
    base = np.zeros(len(revenue))
    bands = []
    for name, color, amounts in parts:
        draw_bars(upper, left, amounts / divisor, wide, base=base, facecolor=color, edgecolor="white", linewidth=0.5)
        bands.append(Band(name, color, float(base[-1]), float(base[-1] + amounts[-1] / divisor), amounts[-1] / divisor))
        base = base + amounts / divisor
    draw_bars(upper, right, ebitda / divisor, thin, facecolor="white", edgecolor=INK, linewidth=1.2)
    heights(upper, [revenue / divisor, ebitda / divisor])
    room = years.room(width) * 0.4
    write_values(upper, [(left, revenue / divisor), (right, ebitda / divisor)], room)
    years.set_axis(upper, width)
    name_panel(upper, "Revenue and EBITDA", f"{word}{projection.scenario.currency}", width)
    name_bands(upper, bands, width, UPPER, room_beside(LABELS))
    page.text(
        page_width() - MARGIN - room_beside(LABELS) + 0.14,
        HEADING - 0.21,
        f"revenue, {years.names[-1]}",
        "small",
        color=SOFT,
    )
    _draw_margin(page, years, revenue, ebitda)
    return page.figure


def _draw_margin(page: ChartPage, years: Years, revenue: Array, ebitda: Array) -> None:
    """Draw EBITDA as a share of revenue, for the years that have revenue."""
    width = page_width() - LEFT - MARGIN - room_beside(LABELS)
    lower = page.panel(LEFT, HEADING + UPPER + BETWEEN, width, LOWER)
    margin = 100 * np.divide(ebitda, revenue, out=np.full(len(revenue), np.nan), where=revenue > 0)
    has_revenue = np.isfinite(margin)
    draw_bars(
        lower, years.middles[has_revenue], margin[has_revenue], 0.4 * years.spans[has_revenue], facecolor=PALETTE[3]
    )
    heights(lower, [margin[has_revenue]], above=0.22)
    bars = [(years.middles[has_revenue], margin[has_revenue])]
    write_values(lower, bars, years.room(width), lambda value: with_minus_sign(f"{value:.1f}"))
    years.set_axis(lower, width)
    name_panel(lower, "EBITDA margin", "% of revenue", width)
