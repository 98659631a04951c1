"""The chart of running out of cash: the chance that cash falls below zero, by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.studies.chances.estimates import chance
from fibercap.studies.chances.kept import CASH, LATER
from fibercap.views.chances_tables import percent
from fibercap.views.charts.chances.by_year import Failing, by_year_chart
from fibercap.views.charts.chances.page import name_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.views.charts.chances.page import Chances


def cash_chart(chances: Chances) -> Figure:
    """Draw the chance that cash falls below zero in each year, a bar for each option."""
    columns = [np.array([one.value for one in case.chances(CASH)[""]]) for case in chances.cases]
    several = len(chances.cases) > 1
    notes = []
    for case in chances.cases:
        later = f", after it {percent(chance(case.kept[LATER]))}" if LATER in case.kept else ""
        name = f"{name_of(chances, case)}: " if several else ""
        notes.append(f"{name}ever in the horizon {percent(chance(case.dry))}{later}")
    kind = chances.first.base.timeline.year_kind
    subtitle = f"Chance that cash falls below zero, by {kind}"
    return by_year_chart(chances, subtitle, [Failing("Cash below zero", columns)], " · ".join(notes), "")
