"""The chart of covenants: the chance that each is broken, by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.studies.chances.kept import COVENANT
from fibercap.views.chances_tables import fault_label
from fibercap.views.charts.chances.by_year import Failing, by_year_chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.views.charts.chances.page import Chances

MOST: Final = 8


def covenants_chart(chances: Chances) -> Figure:
    """Draw the chance that each covenant is broken in each year, a bar for each option; the likeliest first."""
    by_label: dict[str, list[Array | None]] = {}
    for place, case in enumerate(chances.cases):
        for key, years in case.chances(COVENANT).items():
            columns = by_label.setdefault(fault_label(case, key), [None] * len(chances.cases))
            columns[place] = np.array([one.value for one in years])
    failing = sorted((Failing(*item) for item in by_label.items()), key=_likeliest)
    hidden = f"not drawn: the {len(failing) - MOST} covenants least likely to be broken" if len(failing) > MOST else ""
    kind = chances.first.base.timeline.year_kind
    missing = "No loan of this plan has a covenant."
    subtitle = f"Chance that each covenant is broken, by {kind} of the horizon"
    return by_year_chart(chances, subtitle, failing[:MOST], hidden, missing)


def _likeliest(failing: Failing) -> float:
    return -max(float(np.nanmax(one, initial=0.0)) for one in failing.chances if one is not None)
