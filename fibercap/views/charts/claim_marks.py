"""Claims on a chart of capacity: their markers and labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.timeline import STOCK
from fibercap.views.charts.labels import ChartLabel, label
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
    """The marker of a claim on a chart: at `x`, over the time from `start` to `end`.

    Times are months / 12. `within` is the tolerance of the claim, in its unit.
    """

    outcome: Outcome
    start: float
    end: float
    x: float
    within: float

    def label_for(self, divisor: float) -> str:
        """Return the label in two lines, the claim and the value in the plan; `divisor` is the unit of the axis."""
        row = ROWS[self.outcome.subject.rsplit(".", 1)[1]]
        verdict = "holds" if self.outcome.holds else "fails"
        value = "undefined" if self.outcome.value is None else short(self.outcome.value / divisor)
        return f"{row} {SIGNS[self.outcome.comparator]} {short(self.outcome.limit / divisor)}\n{verdict}: {value}"


def marks_on(projection: Projection, tested: Iterable[Outcome], plant: str) -> list[Mark]:
    """Return the claims on a plant's nameplate or effective capacity, in the order of the file."""
    rows = {f"plants.{plant}.{key}" for key in ROWS}
    return [_mark(projection, outcome) for outcome in tested if outcome.subject in rows]


def _mark(projection: Projection, outcome: Outcome) -> Mark:
    """Return the marker of a claim: at the end of its time for a stock, in the middle for a rate."""
    span = projection.timeline.span(outcome.when.removeprefix("end of "))
    if span is None:
        raise ValueError(f"{outcome.name} is about no time")  # a stock or rate that was tested has one
    start, end = float(span[0]), float(span[1])
    if outcome.when.startswith("end of "):
        start = end - projection.timeline.months
    stock = projection.rows[outcome.subject].nature == STOCK
    claim = projection.scenario.claims[outcome.name]
    within = float(claim.within.room(np.asarray([outcome.limit]))[0]) if outcome.comparator == "about" else 0.0
    x = end if stock else (start + end) / 2
    return Mark(outcome, (end if stock else start) / 12, end / 12, x / 12, within)


def verdict_handles(tested: Iterable[Outcome]) -> list[Artist]:
    """Return the entries of the key: one for claims that hold, one for those that fail, if there are any."""
    from matplotlib.lines import Line2D

    verdicts = {outcome.holds for outcome in tested}
    return [
        Line2D([], [], **marker(holds=holds), linestyle="none", label=f"claim {'holds' if holds else 'fails'}")
        for holds in (True, False)
        if holds in verdicts
    ]


def marker(*, holds: bool) -> dict[str, Any]:
    """Return the style of a marker: a dot for what holds, a cross for what fails."""
    color, shape, size = (HOLDS, "o", MARKER) if holds else (FAILS, "X", MARKER + 1.5)
    return {"marker": shape, "color": color, "markersize": size, "markeredgecolor": "white", "markeredgewidth": 0.9}


def color_of(outcome: Outcome) -> str:
    """Return the color of a claim by whether it holds. Color never stands alone: markers differ in shape too."""
    return HOLDS if outcome.holds else FAILS


def draw_claims(ax: Axes, marks: Sequence[Mark], divisor: float, lines: Array) -> None:
    """Draw markers with their labels.

    Parameters
    ----------
    ax : Axes
        The axes, whose limits must be set before: labels are placed where they touch least.
    marks : sequence of Mark
        The claims.
    divisor : float
        The unit of the axis.
    lines : (point, 2)
        Points of the lines that labels should not cover.
    """
    for mark in marks:
        y, color = mark.outcome.limit / divisor, color_of(mark.outcome)
        if mark.end > mark.start:
            ax.plot([mark.start, mark.end], [y, y], color=color, linewidth=1.4, solid_capstyle="butt", zorder=5)
        if mark.within:
            ends = [y - mark.within / divisor, y + mark.within / divisor]
            ax.plot([mark.x, mark.x], ends, color=color, linewidth=1.0, marker="_", markersize=5, zorder=5)
        ax.plot([mark.x], [y], **marker(holds=mark.outcome.holds), linestyle="none", clip_on=False, zorder=6)
    labels = [ChartLabel(m.x, m.outcome.limit / divisor, m.label_for(divisor), color_of(m.outcome)) for m in marks]
    label(ax, labels, np.concatenate([lines, *(_shape(mark, divisor) for mark in marks)]), MARKER)


def _shape(mark: Mark, divisor: float) -> Array:
    """Return points along the bars that belong to a marker, (point, 2)."""
    y = mark.outcome.limit / divisor
    room = mark.within / divisor
    along, up = np.linspace(mark.start, mark.end, POINTS), np.linspace(y - room, y + room, POINTS)
    return np.concatenate(
        [np.column_stack([along, np.full(POINTS, y)]), np.column_stack([np.full(POINTS, mark.x), up])]
    )
