"""Claims on a chart: where their markers stand, what is said beside them, and how labels keep apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.dates import whole_period
from fibercap.core.timeline import STOCK
from fibercap.views.charts_style import SETTINGS, SIZES, short, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome

HOLDS: Final = "#00695C"
FAILS: Final = "#C2410C"
SIGNS: Final = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤", "about": "≈"}
ROWS: Final = {"nameplate": "nameplate", "effective_capacity": "effective"}
MARKER: Final = 7.0
CLASH: Final = 1000.0
COVERED: Final = 25.0
NEAR: Final = 9.0
PADDING: Final = 2.0
GRID: Final = 4.0
"""Distance between the places that are tried for a label. [point]"""
POINTS: Final = 60


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
    """Label each marker at the place that touches least and lies nearest, the first ones first."""
    pixel, panel = SETTINGS["figure.dpi"] / 72, np.array(ax.get_window_extent().extents)
    shapes = [lines, *(_shape(mark, divisor) for mark in marks)]
    points = ax.transData.transform(np.concatenate(shapes))
    points = np.unique((points / pixel).round(), axis=0) * pixel
    centres = [ax.transData.transform((mark.at, mark.outcome.limit / divisor)) for mark in marks]
    reach = 0.75 * MARKER * pixel
    taken = [np.concatenate([centre - reach, centre + reach]) for centre in centres]
    for mark, centre in zip(marks, centres, strict=True):
        words, colour = mark.label_for(divisor), HOLDS if mark.outcome.holds else FAILS
        boxes = _boxes(_size(words, pixel), panel, centre, pixel)
        costs = _clashes(boxes, taken, points) + (away := _away(boxes, centre)) / pixel
        best = int(np.argmin(costs + 0.05 * _aside(boxes, centre) / pixel))
        taken.append(boxes[best] + PADDING * pixel * np.array([-1, -1, 1, 1]))
        leader = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 4}
        ax.annotate(
            words, (mark.at, mark.outcome.limit / divisor), xytext=tuple((boxes[best, :2] - centre) / pixel),
            textcoords="offset points", ha="left", va="bottom", fontsize=SIZES["small"], linespacing=1.15, color=colour,
            bbox={"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 1.0}, zorder=7,
            arrowprops=leader if away[best] > NEAR * pixel else None,
        )  # fmt: skip


def _shape(mark: Mark, divisor: float) -> Array:
    """Return points along the bars that belong to a marker, (point, 2)."""
    y = mark.outcome.limit / divisor
    along, up = np.linspace(mark.start, mark.end, POINTS), np.linspace(1 - mark.within, 1 + mark.within, POINTS) * y
    return np.concatenate(
        [np.column_stack([along, np.full(POINTS, y)]), np.column_stack([np.full(POINTS, mark.at), up])]
    )


def _size(words: str, pixel: float) -> Array:
    """Return width and height of a label. [pixel]"""
    lines = words.split("\n")
    wide, high = max(width_of(line, "small") for line in lines) * 72 + 6, len(lines) * SIZES["small"] * 1.4
    return np.array([wide, high]) * pixel


def _boxes(size: Array, panel: Array, centre: Array, pixel: float) -> Array:
    """Return where a label may lie in its panel, (place, 4) as x0, y0, x1, y1: on a grid through its marker. [pixel]"""
    low, high = panel[:2] + pixel, np.maximum(panel[2:] - size - pixel, panel[:2] + pixel)
    steps = [
        np.unique(
            np.append(np.arange(first, last, GRID * pixel), np.clip([at, at - 0.5 * long, at - long], first, last))
        )
        for first, last, at, long in zip(low, high, centre, size, strict=True)
    ]
    corners = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 2)
    return np.concatenate([corners, corners + size], axis=1)


def _clashes(boxes: Array, taken: Sequence[Array], points: Array) -> Array:
    """Return how bad it is, in points of distance, that each box touches a marker, a label or a line."""
    there = np.array(taken)
    near = boxes + 2 * PADDING * np.array([-1, -1, 1, 1])
    touched = _overlaps(boxes, there[:, :2], there[:, 2:]).sum(axis=1)
    covered = _overlaps(near, points, points).sum(axis=1) > 0
    return np.asarray(CLASH * touched + COVERED * covered)


def _overlaps(boxes: Array, low: Array, high: Array) -> Array:
    """Tell for each box and each other one, from its lower left to its upper right corner, whether they overlap."""
    across = (boxes[:, None, 0] < high[:, 0]) & (boxes[:, None, 2] > low[:, 0])
    return np.asarray(across & (boxes[:, None, 1] < high[:, 1]) & (boxes[:, None, 3] > low[:, 1]))


def _away(boxes: Array, centre: Array) -> Array:
    """Return how far the nearest point of each box is from a marker. [pixel]"""
    return np.asarray(np.hypot(*np.maximum(np.maximum(boxes[:, :2] - centre, centre - boxes[:, 2:]), 0.0).T))


def _aside(boxes: Array, centre: Array) -> Array:
    """Return how far the middle of each box is from a marker. [pixel]"""
    return np.asarray(np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - centre).T))
