"""The chart of output: for each product, output, sales and demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.names import key_in_words
from fibercap.model.plants.product_mix import makers
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import year_axis
from fibercap.views.charts.style import FAILS, INK, MARGIN, PALETTE, SECOND, in_one_line, name_panel, scale
from fibercap.views.charts.widths import abreast, is_narrow, page_width
from fibercap.views.charts.years import heights

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison

LEFT: Final = MARGIN + 0.2
BETWEEN: Final = 0.6
HEADING, UNDER = 0.35, 0.45
TALL: Final = {1: 3.6, 2: 2.3, 3: 1.6}
"""Height of a panel, by the number of columns. [inch]"""
MOST: Final = 12
SOLD, DEMAND = PALETTE[3], INK


@dataclass(frozen=True)
class Market:
    """Output, sales and demand of a product as rates, (period,); demand is None if the market takes all. [unit/year]"""

    name: str
    unit: str
    made: Array
    sold: Array
    demand: Array | None


def markets(projection: Projection) -> list[Market]:
    """Return the products that plants make, the largest output first."""
    plan, years = projection.scenario, projection.timeline.months / 12
    listed = []
    for key, product in plan.products.items():
        prefixes = [maker.prefix for maker in makers(plan.plants) if maker.product == key]
        if not prefixes:
            continue
        made, sold = (
            np.sum([projection.value(f"{prefix}.{row}")[0] for prefix in prefixes], axis=0) / years
            for row in ("output", "shipments")
        )
        demand = projection.value(f"products.{key}.demand")[0] / years if product.demand is not None else None
        listed.append(Market(product.name or key_in_words(key), product.unit, made, sold, demand))
    return sorted(listed, key=lambda market: -float(market.made.max()))


def output_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw a panel for each product: sales, output that is not sold, and demand as a line."""
    del comparison
    every = markets(projection)
    shown = every[:MOST]
    columns = abreast(1 if len(shown) <= 1 else (2 if len(shown) in {2, 4} else 3))
    rows, tall = -(-len(shown) // columns), TALL[2 if is_narrow() else columns]
    width = (page_width() - LEFT - MARGIN + BETWEEN) / columns - BETWEEN
    beside = all(in_one_line(market.name, f"thousand {market.unit}/year", width) for market in shown)
    pitch = HEADING + (0.0 if beside else SECOND) + tall + UNDER
    body = rows * pitch if shown else 1.2
    subtitle = f"Output and demand by product, each {projection.timeline.step} as a rate per year"
    page = open_page(projection, subtitle, body, _about(every, shown), keyed=bool(shown))
    if not shown:
        notice(page, "No plant makes anything in this plan.")
        return page.figure
    page.key(_handles(shown))
    edges = np.append(projection.timeline.origin, projection.timeline.ends) / 12
    for position, market in enumerate(shown):
        row, column = divmod(position, columns)
        ax = page.panel(LEFT + column * (width + BETWEEN), (row + 1) * pitch - tall - UNDER, width, tall)
        peak = max(float(market.made.max()), float(market.demand.max()) if market.demand is not None else 0.0)
        divisor, word = scale(peak)
        ax.stairs(market.sold / divisor, edges, baseline=0, fill=True, color=SOLD, linewidth=0)
        if _unsold(market):
            made, sold = market.made / divisor, market.sold / divisor
            ax.stairs(
                made, edges, baseline=sold, fill=True, facecolor="white", edgecolor=FAILS, hatch="////", linewidth=0
            )
        if market.demand is not None:
            ax.stairs(market.demand / divisor, edges, baseline=None, color=DEMAND, linewidth=1.4, linestyle=(0, (4, 2)))
        ax.stairs(market.made / divisor, edges, baseline=None, color=PALETTE[0], linewidth=1.2)
        heights(ax, [np.array([peak / divisor])])
        name_panel(ax, market.name, f"{word}{market.unit}/year", width, beside=beside)
        year_axis(ax, float(edges[0]), float(edges[-1]), width, projection.timeline.year_ends)
    return page.figure


def _about(every: list[Market], shown: list[Market]) -> str:
    """Return a note on products that are left out, and on what a product without a demand means."""
    notes = (
        [f"not drawn: the {len(every) - len(shown)} products with the smallest output"]
        if len(every) > len(shown)
        else []
    )
    notes += ["without a demand the market takes all"] if any(market.demand is None for market in shown) else []
    return " · ".join(notes)


def _unsold(market: Market) -> bool:
    return bool((market.made - market.sold > 1e-9 * market.made.max()).any())


def _handles(shown: list[Market]) -> list[Artist]:
    """Return the entries of the key; unsold output and demand only where there are any."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Artist] = [
        Line2D([], [], color=PALETTE[0], linewidth=1.2, label="output"),
        Patch(facecolor=SOLD, label="sold"),
    ]
    if any(_unsold(market) for market in shown):
        entries.append(Patch(facecolor="white", edgecolor=FAILS, hatch="////", linewidth=0, label="made but not sold"))
    if any(market.demand is not None for market in shown):
        entries.append(Line2D([], [], color=DEMAND, linewidth=1.4, linestyle=(0, (4, 2)), label="demand"))
    return entries
