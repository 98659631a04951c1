"""Bars of chances by year: one panel for each thing that may fail, a bar for each option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.views.charts.chances.page import HEADING, LEFT, UNDER, WIDE, case_handles, open_page
from fibercap.views.charts.page import notice
from fibercap.views.charts.panel import draw_bars, value_axis
from fibercap.views.charts.style import PALETTE, name_panel
from fibercap.views.charts.years import Years, write_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.views.charts.chances.page import Chances

TALL: Final = {1: 3.2, 2: 1.9}
"""Height of a panel: of a single one, and of several. [inch]"""


@dataclass(frozen=True)
class Failing:
    """Something that may fail: a name, and its chance by year for each option; None where an option has no such thing.

    Years without a test are nan.
    """

    name: str
    chances: Sequence[Array | None]


def by_year_chart(chances: Chances, subtitle: str, failing: Sequence[Failing], about: str, missing: str) -> Figure:
    """Draw chances by year.

    Parameters
    ----------
    chances : Chances
        The simulation.
    subtitle, about : str
        Written below the title, and in the footer.
    failing : sequence of Failing
        What is drawn, a panel each.
    missing : str
        Written where there is nothing to draw.
    """
    several = len(chances.cases) > 1
    tall = TALL[1 if len(failing) == 1 else 2]
    pitch = HEADING + tall + UNDER
    page = open_page(chances, subtitle, pitch * len(failing) or 1.2, about, keyed=several and bool(failing))
    if not failing:
        notice(page, missing)
        return page.figure
    if several:
        page.key(case_handles(chances))
    years = Years.of(chances.first.base)
    largest = max(
        float(np.nanmax(100 * one, initial=0.0)) for each in failing for one in each.chances if one is not None
    )
    for place, each in enumerate(failing):
        ax = page.panel(LEFT, place * pitch + HEADING, WIDE, tall)
        value_axis(ax, 0, min(largest * 1.15 or 1.0, 104.0))
        years.set_axis(ax, WIDE)
        drawn = [(color, one) for color, one in zip(PALETTE, each.chances, strict=False) if one is not None]
        slots = years.slots(len(drawn), 0.8 if len(drawn) > 1 else 0.5)
        bars = []
        for (color, one), (middles, wide) in zip(drawn, slots, strict=True):
            tested = ~np.isnan(one)
            draw_bars(ax, middles[tested], 100 * one[tested], wide[tested], facecolor=color, linewidth=0, zorder=2)
            bars.append((middles[tested], 100 * one[tested]))
        write_values(ax, bars, 0.9 * years.room(WIDE) / len(drawn))
        name_panel(ax, each.name, "%", WIDE)
    return page.figure
