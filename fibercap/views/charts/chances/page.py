"""What the charts of a simulation share: what they draw, the page, the colors of options, the axis of chances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fibercap.views.charts.page import open_titled_page
from fibercap.views.charts.style import FAILS, MARGIN, PALETTE, scale
from fibercap.views.charts.widths import WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist

    from fibercap.studies.chances.drivers import Driver
    from fibercap.studies.chances.simulate import Case, Simulation
    from fibercap.views.charts.page import ChartPage

MOST: Final = len(PALETTE)
"""The most options that a chart shows; each has a color of its own."""
LEFT: Final = MARGIN + 0.2
WIDE: Final = WIDTH - LEFT - MARGIN
HEADING, UNDER = 0.35, 0.45
AS_WRITTEN: Final = FAILS
"""The color of the plan as written."""


@dataclass(frozen=True)
class Chances:
    """A simulation, what drives a measure of it, and the row that a fan shows."""

    simulation: Simulation
    groups: Sequence[Driver] = ()
    driven: str = "equity_npv"
    row: str = ""

    @property
    def cases(self) -> list[Case]:
        """The plan as written or the options that are drawn: the first few."""
        return list(self.simulation.cases.values())[:MOST]

    @property
    def first(self) -> Case:
        """The first of them."""
        return self.cases[0]


def open_page(chances: Chances, subtitle: str, body: float, about: str = "", *, keyed: bool = True) -> ChartPage:
    """Return a page with the plan's title, and a footer with the number of samples and the seed.

    Parameters
    ----------
    chances : Chances
        What is drawn.
    subtitle : str
        Written below the title.
    body : float
        Height of the room for panels. [inch]
    about : str
        Further notes for the footer.
    keyed : bool
        Keep a line below the subtitle free for a key.
    """
    simulation = chances.simulation
    plan, hidden = simulation.scenario, len(simulation.cases) - len(chances.cases)
    refused = [f"{case.title}: {len(case.refused):,} refused" for case in chances.cases if case.refused]
    notes = [plan.id, f"{simulation.samples:,} samples, seed {simulation.sampler.seed}", *refused]
    notes += [about] if about else []
    notes += [f"{hidden} further options are not drawn"] if hidden else []
    return open_titled_page(plan.title or plan.id, subtitle, notes, body, keyed=keyed)


def name_of(chances: Chances, case: Case) -> str:
    """Return what a chart calls the plan as written or an option."""
    return case.title if case.name else ("as written" if len(chances.cases) > 1 else "The plan")


def case_handles(chances: Chances) -> list[Artist]:
    """Return an entry of the key for each option."""
    from matplotlib.patches import Patch

    return [
        Patch(facecolor=color, label=name_of(chances, case))
        for case, color in zip(chances.cases, PALETTE, strict=False)
    ]


def scale_of(unit: str, largest: float) -> tuple[float, str]:
    """Return a divisor, and the unit of an axis whose numbers reach so far."""
    if unit == "1/year":
        return 0.01, "%/year"
    divisor, word = scale(largest)
    return divisor, f"{word}{unit}" or "ratio"
