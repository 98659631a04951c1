"""Claims on a chart: where their markers stand, what is said beside them, and how labels keep apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.fields import whole_period
from fibercap.core.timeline import STOCK
from fibercap.views.charts_style import SETTINGS, SIZES, SOFT, short, width_of

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
DISTANCES: Final = (9, 16, 26, 38, 52, 70, 90, 115, 145)
DIRECTIONS: Final = ((-1, 1), (1, 1), (-1, 0), (1, 0), (1, -1), (-1, -1), (0, 1), (0, -1))
PADDING: Final = 2.0
CLASH: Final = 1000.0
COVERED: Final = 20.0
NEAR: Final = 12.0


@dataclass(frozen=True)
class Mark:
    """A claim as it is drawn: at its time and limit; the time it speaks of; how far the limit may be missed."""

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
    within = float(np.ravel(claim.within)[0]) if outcome.comparator == "about" else 0.0
    at = end if stock else (start + end) / 2
    return Mark(outcome, (end if stock else start) / 12, end / 12, at / 12, within)


def handles(tested: Iterable[Outcome]) -> list[Artist]:
    """Return the key's entries for the outcomes that occur."""
    from matplotlib.lines import Line2D

    found = {outcome.holds for outcome in tested}
    return [
        Line2D([], [], **_style(holds=holds), linestyle="none", label=f"claim {'holds' if holds else 'fails'}")
        for holds in (True, False)
        if holds in found
    ]


def _style(*, holds: bool) -> dict[str, Any]:
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
        ax.plot([mark.at], [y], **_style(holds=mark.outcome.holds), linestyle="none", clip_on=False, zorder=6)
    _label(ax, marks, divisor, lines)


def _label(ax: Axes, marks: Sequence[Mark], divisor: float, lines: Array) -> None:
    """Label each marker at the place that touches least, the first ones first."""
    from matplotlib.transforms import Bbox

    pixel, inside = SETTINGS["figure.dpi"] / 72, ax.get_window_extent()
    bars = [
        np.column_stack([np.linspace(mark.start, mark.end, 60), np.full(60, mark.outcome.limit / divisor)])
        for mark in marks
    ]
    points = ax.transData.transform(np.concatenate([lines, *bars]))
    centres = [ax.transData.transform((mark.at, mark.outcome.limit / divisor)) for mark in marks]
    reach = 0.75 * MARKER * pixel
    taken = [Bbox.from_extents(x - reach, y - reach, x + reach, y + reach) for x, y in centres]
    for mark, centre in zip(marks, centres, strict=True):
        words, colour = mark.label_for(divisor), HOLDS if mark.outcome.holds else FAILS
        size = _size(words, pixel)
        places = [Bbox.from_bounds(*(centre + offset), *size) for offset in _offsets(size, pixel)]
        costs = [_cost(p.padded(PADDING * pixel), taken, points, inside) + n for n, p in enumerate(places)]
        place = places[int(np.argmin(costs))]
        taken.append(place)
        away = max(place.x0 - centre[0], centre[0] - place.x1, place.y0 - centre[1], centre[1] - place.y1)
        leader = {"arrowstyle": "-", "color": SOFT, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 5}
        ax.annotate(
            words, (mark.at, mark.outcome.limit / divisor), xytext=tuple((place.min - centre) / pixel),
            textcoords="offset points", ha="left", va="bottom", fontsize=SIZES["small"], linespacing=1.15, color=colour,
            bbox={"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 1.0}, zorder=7,
            arrowprops=leader if away > NEAR * pixel else None,
        )  # fmt: skip


def _size(words: str, pixel: float) -> Array:
    """Return width and height of a label. [pixel]"""
    lines = words.split("\n")
    return (
        np.array([max(width_of(line, "small") for line in lines) * 72 + 2, len(lines) * SIZES["small"] * 1.45]) * pixel
    )


def _offsets(size: Array, pixel: float) -> list[Array]:
    """Return where a label's lower left corner may lie, seen from its marker, the best liked first. [pixel]"""
    found = []
    for distance in DISTANCES:
        for across, up in DIRECTIONS:
            away = distance * pixel * np.array([across * (0.6 if up else 1.0), up * (0.6 if across else 1.0)])
            found.append(away - size * np.array([(1 - across) / 2, (1 - up) / 2]))
    return found


def _cost(place: Bbox, taken: Sequence[Bbox], points: Array, inside: Bbox) -> float:
    """Return how bad a place is: outside the panel, on a marker or label, or on a line."""
    outside = max(inside.x0 - place.x0, place.x1 - inside.x1, inside.y0 - place.y0, place.y1 - inside.y1, 0.0)
    touched = sum(place.overlaps(other) for other in taken)
    covered = ((points > place.min) & (points < place.max)).all(axis=1).any()
    return float(CLASH * (outside + touched) + COVERED * covered)
