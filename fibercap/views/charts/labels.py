"""Place labels on a chart so that they cover neither each other nor lines and markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.views.charts.style import SETTINGS, SIZES, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from fibercap.core.units import Array

CLASH: Final = 1000.0
COVERED: Final = 25.0
CROSSED: Final = 30.0
LIKELY: Final = 300
"""The number of best places for which lines from label to marker are compared."""
NEAR: Final = 9.0
PADDING: Final = 2.0
GRID: Final = 4.0
"""Distance between the places that are tried for a label. [point]"""


@dataclass(frozen=True)
class ChartLabel:
    """Words beside a point, which is given in the coordinates of the axes."""

    x: float
    y: float
    words: str
    color: str


def label(ax: Axes, labels: Sequence[ChartLabel], lines: Array, size: float) -> None:
    """Write labels, one after the other, each at the place where it covers least and is nearest to its point.

    Parameters
    ----------
    ax : Axes
        The axes of the points; their limits must be set before.
    labels : sequence of ChartLabel
        What to write.
    lines : Array
        Points (point, 2) of the lines that labels should not cover.
    size : float
        The size of the points' markers. [point]
    """
    pixel, panel = SETTINGS["figure.dpi"] / 72, np.array(ax.get_window_extent().extents)
    points = ax.transData.transform(lines)
    points = np.unique((points / pixel).round(), axis=0) * pixel
    centers = [ax.transData.transform((each.x, each.y)) for each in labels]
    reach = 0.75 * size * pixel
    occupied = [np.concatenate([center - reach, center + reach]) for center in centers]
    for each, center in zip(labels, centers, strict=True):
        boxes = _boxes(_size(each.words, pixel), panel, center, pixel)
        costs = _clashes(boxes, occupied, points) + (away := _away(boxes, center)) / pixel
        costs += 0.05 * _aside(boxes, center) / pixel
        likely = np.argsort(costs, kind="stable")[:LIKELY]
        crossed = _crossings(boxes[likely], center, occupied[len(labels) :]) * (away[likely] > NEAR * pixel)
        best = int(likely[np.argmin(costs[likely] + CROSSED * crossed)])
        occupied.append(boxes[best] + PADDING * pixel * np.array([-1, -1, 1, 1]))
        leader = {"arrowstyle": "-", "color": each.color, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 4}
        ax.annotate(
            each.words, (each.x, each.y), xytext=tuple((boxes[best, :2] - center) / pixel),
            textcoords="offset points", ha="left", va="bottom", fontsize=SIZES["small"], linespacing=1.15,
            color=each.color, bbox={"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 1.0}, zorder=7,
            arrowprops=leader if away[best] > NEAR * pixel else None,
        )  # fmt: skip


def step_points(edges: Array, levels: Array) -> Array:
    """Return points along a line of steps, so dense that no label fits between two, (point, 2)."""
    along = np.linspace(edges[0], edges[-1], 400)
    inside = np.clip(np.searchsorted(edges, along, side="right") - 1, 0, len(levels) - 1)
    flat = np.column_stack([along, levels[inside]])
    rises = [
        np.column_stack([np.full(40, x), np.linspace(low, high, 40)])
        for x, low, high in zip(edges[1:-1], levels[:-1], levels[1:], strict=True)
        if low != high
    ]
    return np.concatenate([flat, *rises])


def _size(words: str, pixel: float) -> Array:
    """Return width and height of a label. [pixel]"""
    lines = words.split("\n")
    wide, high = max(width_of(line, "small") for line in lines) * 72 + 6, len(lines) * SIZES["small"] * 1.4
    return np.array([wide, high]) * pixel


def _boxes(size: Array, panel: Array, center: Array, pixel: float) -> Array:
    """Return the boxes in which a label may stand, on a grid through its marker, (place, 4): x0, y0, x1, y1. [pixel]"""
    low, high = panel[:2] + pixel, np.maximum(panel[2:] - size - pixel, panel[:2] + pixel)
    steps = [
        np.unique(
            np.append(
                np.arange(first, last, GRID * pixel), np.clip([middle, middle - 0.5 * long, middle - long], first, last)
            )
        )
        for first, last, middle, long in zip(low, high, center, size, strict=True)
    ]
    corners = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 2)
    return np.concatenate([corners, corners + size], axis=1)


def _clashes(boxes: Array, occupied: Sequence[Array], points: Array) -> Array:
    """Return the cost of what each box covers (markers, labels, lines), in points of distance."""
    others = np.array(occupied)
    near = boxes + 2 * PADDING * np.array([-1, -1, 1, 1])
    touched = _overlaps(boxes, others[:, :2], others[:, 2:]).sum(axis=1)
    covered = _overlaps(near, points, points).sum(axis=1) > 0
    return np.asarray(CLASH * touched + COVERED * covered)


def _leader(boxes: Array, center: Array) -> Array:
    """Return points along the line from each box to its marker, (place, point, 2). [pixel]"""
    along = np.linspace(0.0, 1.0, 24)[:, None]
    return np.asarray(center + along * (((boxes[:, :2] + boxes[:, 2:]) / 2)[:, None] - center))


def _crossings(boxes: Array, center: Array, labels: Sequence[Array]) -> Array:
    """Return how many labels the line from each box to its marker would cross, (place,)."""
    if not labels:
        return np.zeros(len(boxes))
    lines, others = _leader(boxes, center)[:, :, None], np.array(labels)
    inside = np.all(lines > others[:, :2], axis=-1) & np.all(lines < others[:, 2:], axis=-1)
    return np.asarray(np.sum(np.any(inside, axis=1), axis=1))


def _overlaps(boxes: Array, low: Array, high: Array) -> Array:
    """Return whether each box overlaps each other one, given by lower left and upper right corners, (box, other)."""
    across = (boxes[:, None, 0] < high[:, 0]) & (boxes[:, None, 2] > low[:, 0])
    return np.asarray(across & (boxes[:, None, 1] < high[:, 1]) & (boxes[:, None, 3] > low[:, 1]))


def _away(boxes: Array, center: Array) -> Array:
    """Return the distance of the nearest point of each box from a marker. [pixel]"""
    return np.asarray(np.hypot(*np.maximum(np.maximum(boxes[:, :2] - center, center - boxes[:, 2:]), 0.0).T))


def _aside(boxes: Array, center: Array) -> Array:
    """Return the distance of the middle of each box from a marker. [pixel]"""
    return np.asarray(np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - center).T))
