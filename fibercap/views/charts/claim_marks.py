"""Claims on a chart of capacity: where their markers stand, and what is said beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.dates import whole_period
from fibercap.core.timeline import STOCK
from fibercap.views.charts.labels import Label, label
from fibercap.views.charts.style import FAILS, HOLDS, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome

SIGNS: Final = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤", "about": "≈"}
ROWS: Final = {"nameplate": "nameplate", "effective_capacity": "effective"}
MARKER: Final = 7.0
POINTS: Final = 60


@dataclass(frozen=True)
class Mark:
    """A claim as it is drawn: at its time and limit; the time it speaks of; what it may be off by, in its unit."""

    outcome: Outcome
    start: float
    end: float
    at: float
    within: float

    def label_for(self, divisor: float) -> str:
        """Return the label in two lines: claimed, and found, in the unit of the axis."""
        row = ROWS[self.outcome.subject.rsplit(".", 1)[1]]
        verdict = "holds" if self.outcome.holds else "fails"
        found = "undefined" if self.outcome.value is None else short(self.outcome.value / divisor)
        return f"{row} {SIGNS[self.outcome.comparator]} {short(self.outcome.limit / divisor)}\n{verdict}: {found}"


def marks_on(projection: Projection, tested: Iterable[Outcome], plant: str) -> list[Mark]:
    """Return the claims on a plant's nameplate or effective capacity, in the order of the file."""
    rows = {f"plants.{plant}.{key}" for key in ROWS}
    return [_mark(projection, outcome) for outcome in tested if outcome.subject in rows]


def _mark(projection: Projection, outcome: Outcome) -> Mark:
    """Place a claim: a stock at the end of its time, a rate in the middle of the time it is averaged over."""
    span = whole_period(outcome.when.removeprefix("end of "))
    if span is None:
        raise ValueError(f"{outcome.name} is about no time")  # a stock or rate that was tested has one
    start, end = float(span[0]), float(span[1])
    if outcome.when.startswith("end of "):
        start = end - projection.timeline.months
    stock = projection.rows[outcome.subject].nature == STOCK
    claim = projection.scenario.claims[outcome.name]
    within = float(claim.within.room(np.asarray([outcome.limit]))[0]) if outcome.comparator == "about" else 0.0
    at = end if stock else (start + end) / 2
    return Mark(outcome, (end if stock else start) / 12, end / 12, at / 12, within)


def handles(tested: Iterable[Outcome]) -> list[Artist]:
    """Return the key's entries for the outcomes that occur."""
    from matplotlib.lines import Line2D

    found = {outcome.holds for outcome in tested}
    return [
        Line2D([], [], **marker(holds=holds), linestyle="none", label=f"claim {'holds' if holds else 'fails'}")
        for holds in (True, False)
        if holds in found
    ]


def marker(*, holds: bool) -> dict[str, Any]:
    """Return how a verdict is marked: a dot, or a cross."""
    colour, shape, size = (HOLDS, "o", MARKER) if holds else (FAILS, "X", MARKER + 1.5)
    return {"marker": shape, "color": colour, "markersize": size, "markeredgecolor": "white", "markeredgewidth": 0.9}


def colour_of(outcome: Outcome) -> str:
    """Return the colour of a claim that holds or fails; its marker has another shape too."""
    return HOLDS if outcome.holds else FAILS


def draw_claims(ax: Axes, marks: Sequence[Mark], divisor: float, lines: Array) -> None:
    """Draw markers with their labels; `lines` are points (point, 2) of the lines that labels had better not cover.

    Axes must have their limits by now, for labels are placed by what they would touch.
    """
    for mark in marks:
        y, colour = mark.outcome.limit / divisor, colour_of(mark.outcome)
        if mark.end > mark.start:
            ax.plot([mark.start, mark.end], [y, y], color=colour, linewidth=1.4, solid_capstyle="butt", zorder=5)
        if mark.within:
            ends = [y - mark.within / divisor, y + mark.within / divisor]
            ax.plot([mark.at, mark.at], ends, color=colour, linewidth=1.0, marker="_", markersize=5, zorder=5)
        ax.plot([mark.at], [y], **marker(holds=mark.outcome.holds), linestyle="none", clip_on=False, zorder=6)
    told = [Label(m.at, m.outcome.limit / divisor, m.label_for(divisor), colour_of(m.outcome)) for m in marks]
    label(ax, told, np.concatenate([lines, *(_shape(mark, divisor) for mark in marks)]), MARKER)


def _shape(mark: Mark, divisor: float) -> Array:
    """Return points along the bars that belong to a marker, (point, 2)."""
    y = mark.outcome.limit / divisor
    room = mark.within / divisor
    along, up = np.linspace(mark.start, mark.end, POINTS), np.linspace(y - room, y + room, POINTS)
    return np.concatenate(
        [np.column_stack([along, np.full(POINTS, y)]), np.column_stack([np.full(POINTS, mark.at), up])]
    )
