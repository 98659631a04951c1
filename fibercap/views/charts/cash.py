"""The chart of cash: the balance at the end of every period, and the cash flows of each year."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.model.cash.reserves import free_cash, reserved_loans
from fibercap.views.charts.labels import ChartLabel, label, step_points
from fibercap.views.charts.page import open_page
from fibercap.views.charts.panel import draw_bars
from fibercap.views.charts.style import FAILS, INK, MARGIN, PALETTE, SOFT, name_panel, scale, short
from fibercap.views.charts.widths import is_narrow, page_width
from fibercap.views.charts.years import Years, heights, write_values, yearly

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison

LEFT: Final = MARGIN + 0.2
HEADING, UPPER, BETWEEN, LOWER, UNDER = 0.35, 2.3, 0.85, 2.3, 0.45
SMALL: Final = 0.1
FLOWS: Final = (("operating", PALETTE[3]), ("investing", PALETTE[0]), ("financing", PALETTE[1]))


def cash_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw cash as steps with its lowest point and its minimum, and the three cash flows of each year.

    What reserves hold stands on top of the cash that is free.
    """
    from matplotlib.patches import Patch

    del comparison
    years, money = Years.of(projection), projection.scenario.currency
    step, kind = projection.timeline.step, projection.timeline.year_kind
    subtitle = f"Cash at the end of each {step}, and the cash flows of each {kind}"
    page = open_page(projection, subtitle, HEADING + UPPER + BETWEEN + LOWER + UNDER, keyed=is_narrow())
    reserves = [Patch(facecolor=PALETTE[1], label="held in reserves")] if reserved_loans(projection.scenario) else []
    entries = [Patch(facecolor=color, label=f"{key} cash flow") for key, color in FLOWS]
    if is_narrow():
        page.key([*reserves, *entries])
    width = page_width() - LEFT - MARGIN
    cash = projection.value("accounts.cash")[0]
    divisor, word = scale(float(np.abs(cash).max()))
    upper = page.panel(LEFT, HEADING, width, UPPER)
    free = projection.value(free_cash(projection.scenario))[0]
    _draw_cash(upper, projection, (free / divisor, cash / divisor), divisor)
    if reserves and not is_narrow():
        page.key(reserves, left=LEFT + 2.4, top=HEADING - 0.26)
    years.set_axis(upper, width)
    name_panel(upper, "Cash held", f"{word}{money}", width)
    lower = page.panel(LEFT, HEADING + UPPER + BETWEEN, width, LOWER)
    flows = [yearly(projection, f"accounts.{key}_cash_flow") for key, _ in FLOWS]
    divisor, word = scale(float(np.abs(flows).max()))
    flows = [amounts / divisor for amounts in flows]
    slots = years.slots(len(FLOWS))
    for (places, wide), amounts, (_, color) in zip(slots, flows, FLOWS, strict=True):
        draw_bars(lower, places, amounts, wide, facecolor=color)
    heights(lower, flows)
    bars = [(places, amounts) for (places, _), amounts in zip(slots, flows, strict=True)]
    write_values(lower, bars, years.room(width) * 0.27)
    years.set_axis(lower, width)
    name_panel(lower, "Cash flow", f"{word}{money}", width)
    if not is_narrow():
        page.key(entries, left=LEFT + 2.4, top=HEADING + UPPER + BETWEEN - 0.26)
    return page.figure


def _draw_cash(ax: Axes, projection: Projection, balances: tuple[Array, Array], divisor: float) -> None:
    """Draw free cash, hatched below zero, its minimum as a line, its lowest point, and what reserves hold above it."""
    timeline, (cash, total) = projection.timeline, balances
    edges = np.append(timeline.origin, timeline.ends) / 12
    least = float(np.ravel(projection.scenario.money.minimum_cash)[0]) / divisor
    ax.stairs(np.maximum(cash, 0.0), edges, baseline=0, fill=True, color=PALETTE[3], linewidth=0)
    if (total > cash).any():
        ax.stairs(total, edges, baseline=cash, fill=True, color=PALETTE[1], linewidth=0)
    if cash.min() < 0:
        below: dict[str, Any] = {"facecolor": "white", "edgecolor": FAILS, "hatch": "////", "linewidth": 0}
        ax.stairs(np.minimum(cash, 0.0), edges, baseline=0, fill=True, **below)
    ax.stairs(cash, edges, baseline=None, color=INK, linewidth=1.3)
    heights(ax, [cash, total, np.array([least])], above=0.2)
    amount = partial(_amount, divisor=divisor, money=projection.scenario.currency)
    lowest, last = int(cash.argmin()), float(edges[-1])
    middle = float(edges[lowest] + edges[lowest + 1]) / 2
    labels = [
        ChartLabel(middle, float(cash[lowest]), f"lowest: {amount(cash[lowest])} in {timeline.labels[lowest]}", INK)
    ]
    lines = [step_points(edges, cash)]
    ax.plot([middle], [cash[lowest]], marker="o", markersize=6, color=INK, markeredgecolor="white", zorder=5)
    ax.set_xlim(float(edges[0]), last)
    if least > 0:
        ax.axhline(least, color=SOFT, linewidth=1.0, linestyle=(0, (5, 2)))
        labels.append(ChartLabel(last, least, f"least to be held: {amount(least)}", SOFT))
        lines.append(step_points(edges, np.full(len(cash), least)))
    label(ax, labels, np.concatenate(lines), 6.0)


def _amount(value: float, divisor: float, money: str) -> str:
    """Return the text of an amount in the unit of the axis, or in a smaller unit where that would show one digit."""
    if not value or abs(value) >= SMALL:
        return short(value)
    size, word = scale(abs(value * divisor))
    return f"{short(value * divisor / size)} {word}{money}"
