"""Charts of a simulation by name, and the bytes of their files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.studies.chances.kept import COVENANT, ROW
from fibercap.views.charts.all_charts import render_chart
from fibercap.views.charts.chances.cash import cash_chart
from fibercap.views.charts.chances.claims import claims_chart
from fibercap.views.charts.chances.covenants import covenants_chart
from fibercap.views.charts.chances.drivers import drivers_chart
from fibercap.views.charts.chances.fan import fan_chart
from fibercap.views.charts.chances.page import Chances
from fibercap.views.charts.chances.worth import worth_chart
from fibercap.views.charts.fonts import warn_of_boxes_in, words_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class SimulationChart:
    """A chart of a simulation: what it shows, the function that draws it, and the simulations to which it applies."""

    shows: str
    draw: Callable[[Chances], Figure]
    applies: Callable[[Chances], bool] = lambda _chances: True


def _keeps(chances: Chances, kind: str) -> bool:
    return any(key.startswith(kind) for case in chances.cases for key in case.kept)


SIMULATION_CHARTS: Final[dict[str, SimulationChart]] = {
    "fan": SimulationChart(
        "A row by year: P5 to P95, median, the plan as written", fan_chart, lambda c: _keeps(c, ROW)
    ),
    "worth": SimulationChart("How worth to the owners is distributed, by option", worth_chart),
    "claims": SimulationChart("Chance that each claim holds, that each covenant is kept", claims_chart),
    "covenants": SimulationChart(
        "Chance that each covenant is broken, by year", covenants_chart, lambda c: _keeps(c, COVENANT)
    ),
    "cash": SimulationChart("Chance that cash falls below zero, by year", cash_chart),
    "drivers": SimulationChart("What drives a measure: Sobol indices", drivers_chart, lambda c: bool(c.groups)),
}
"""Every chart that `simulate --chart` draws, by name; its help lists them."""


def refuse_unknown_chart(name: str) -> None:
    """Raise an error that names the nearest chart, if a name is unknown."""
    if name not in SIMULATION_CHARTS:
        raise FibercapError("no_such_name", f"no chart `{name}`", did_you_mean(name, SIMULATION_CHARTS, "charts"))


def write_simulation_chart(name: str, path_suffix: str, chances: Chances) -> bytes:
    """Draw a chart of a simulation and return its file's bytes, the same each time.

    Parameters
    ----------
    name : str
        One of `SIMULATION_CHARTS`.
    path_suffix : str
        `.png`, `.svg` or `.pdf`, in any case.
    chances : Chances
        The simulation, what drives a measure of it, and the row of a fan.

    Raises
    ------
    FibercapError
        If chart or suffix is unknown, or no row was kept for a fan.
    """
    refuse_unknown_chart(name)
    warn_of_boxes_in(words_of(chances.simulation.scenario), [path_suffix])
    return render_chart(lambda: SIMULATION_CHARTS[name].draw(chances), path_suffix)
