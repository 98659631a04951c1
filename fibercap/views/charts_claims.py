"""Claims on a chart: where their markers stand, what is said beside them, and how labels keep apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.fields import whole_period
from fibercap.core.timeline import STOCK
from fibercap.views.charts_style import INK, SIZES, SOFT, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome

HOLDS: Final = "#00695C"
FAILS: Final = "#C2410C"
SIGNS: Final = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤", "about": "≈"}
ROWS: Final = {"nameplate": "nameplate", "effective_capacity": "effective"}
MARKER: Final = 7.0
DISTANCES: Final = (9, 16, 26, 38, 52, 70)
DIRECTIONS: Final = ((-1, 1), (1, 1), (-1, 0), (1, 0), (1, -1), (-1, -1), (0, 1), (0, -1))
CLASH: Final = 1000.0


@dataclass(frozen=True)
class Mark:
    """A claim as it is drawn: at its time and limit, with the time it speaks of, and how far the limit may be missed."""

    outcome: Outcome
    start: float
    end: float
    at: float
    within: float

    @property
    def label(self) -> str:
        """What is claimed of what, in the unit of the axis; the second line follows in `label_for`."""
        return ROWS[self.outcome.subject.rsplit(".", 1)[1]]

    def label_for(self, divisor: float) -> str:
        """Return the label in two lines: claimed, and found."""
        verdict = "holds" if self.outcome.holds else "fails"
        found = "undefined" if self.outcome.value is None else short(self.outcome.value / divisor)
        return (
            f"{self.label} {SIGNS[self.outcome.comparator]} {short(self.outcome.limit / divisor)}\n{verdict}: {found}"
        )


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
    within = float(np.ravel(claim.within)[0]) if outcome.comparator == "about" else 0.0
    at = end if stock else (start + end) / 2
    return Mark(outcome, (end if stock else start) / 12, end / 12, at / 12, within)


def handles(tested: Iterable[Outcome]) -> list[Artist]:
    """Return the key's entries for the outcomes that occur."""
    from matplotlib.lines import Line2D

    found = {outcome.holds for outcome in tested}
    return [
        Line2D([], [], **_style(holds=holds), linestyle="none", label=f"claim {'holds' if holds else 'fails'}")  # type: ignore[arg-type] - styles as matplotlib names them
        for holds in (True, False)
        if holds in found
    ]


def _style(*, holds: bool) -> dict[str, object]:
    colour, shape, size = (HOLDS, "o", MARKER) if holds else (FAILS, "X", MARKER + 1.5)
    return {"marker": shape, "color": colour, "markersize": size, "markeredgecolor": "white", "markeredgewidth": 0.9}


def draw_claims(ax: Axes, marks: Sequence[Mark], divisor: float, lines: Array) -> None:
    """Draw markers with their labels; `lines` are points (point, 2) of the lines that labels had better not cover.

    Axes must have their limits by now, for labels are placed by what they would touch.
    """
    for mark in marks:
        y, colour = mark.outcome.limit / divisor, HOLDS if mark.outcome.holds else FAILS
        if mark.end > mark.start:
            ax.plot([mark.start, mark.end], [y, y], color=colour, linewidth=1.4, solid_capstyle="butt", zorder=5)
        if mark.within:
            ends = [y * (1 - mark.within), y * (1 + mark.within)]
            ax.plot([mark.at, mark.at], ends, color=colour, linewidth=1.0, marker="_", markersize=5, zorder=5)
        ax.plot([mark.at], [y], **_style(holds=mark.outcome.holds), linestyle="none", clip_on=False, zorder=6)  # type: ignore[arg-type] - styles as matplotlib names them
    _label(ax, marks, divisor, lines)


def _label(ax: Axes, marks: Sequence[Mark], divisor: float, lines: Array) -> None:
    """Label each marker at the place that touches least, the first ones first."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Bbox

    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes stand on no figure")
    renderer = FigureCanvasAgg(figure).get_renderer()
    pixel, inside = figure.dpi / 72, ax.get_window_extent(renderer)
    points = ax.transData.transform(lines)
    centres = [ax.transData.transform((mark.at, mark.outcome.limit / divisor)) for mark in marks]
    reach = 0.75 * MARKER * pixel
    taken = [Bbox.from_extents(x - reach, y - reach, x + reach, y + reach) for x, y in centres]
    for mark, centre in zip(marks, centres, strict=True):
        note = ax.annotate(
            mark.label_for(divisor), (mark.at, mark.outcome.limit / divisor), textcoords="offset points", xytext=(0, 0),
            fontsize=SIZES["small"], linespacing=1.15, color=INK, zorder=7,
            bbox={"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip
        size = note.get_window_extent(renderer)
        best = min(_places(size.width, size.height, pixel), key=lambda p: _cost(p, centre, taken, points, inside))
        x, y, _ = best
        note.set_position((x / pixel, y / pixel))
        box = _box(best, size, centre)
        taken.append(box)
        _leader(ax, mark, divisor, box, centre)


Place = tuple[float, float, float]


def _places(width: float, height: float, pixel: float) -> list[Place]:
    raise NotImplementedError


def _cost(place: Place, centre: Array, taken: Sequence[Bbox], points: Array, inside: Bbox) -> float:
    raise NotImplementedError
