"""Labels on a chart that touch neither each other nor what is drawn."""

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
"""Places whose lines to their markers are looked at, the best ones."""
NEAR: Final = 9.0
PADDING: Final = 2.0
GRID: Final = 4.0
"""Distance between the places that are tried for a label. [point]"""


@dataclass(frozen=True)
class Label:
    """Words beside a point, which is given as the axes count."""

    x: float
    y: float
    words: str
    colour: str


def label(ax: Axes, labels: Sequence[Label], lines: Array, size: float) -> None:
    """Label each point at the place that touches least and lies nearest, the first ones first.

    Axes must have their limits by now, for labels are placed by what they would touch.

    Parameters
    ----------
    ax : Axes
        Where the points are drawn.
    labels : sequence of Label
        What to write.
    lines : Array
        Points (point, 2) of the lines that labels had better not cover.
    size : float
        How large the points' markers are. [point]
    """
    pixel, panel = SETTINGS["figure.dpi"] / 72, np.array(ax.get_window_extent().extents)
    points = ax.transData.transform(lines)
    points = np.unique((points / pixel).round(), axis=0) * pixel
    centres = [ax.transData.transform((each.x, each.y)) for each in labels]
    reach = 0.75 * size * pixel
    taken = [np.concatenate([centre - reach, centre + reach]) for centre in centres]
    for each, centre in zip(labels, centres, strict=True):
        boxes = _boxes(_size(each.words, pixel), panel, centre, pixel)
        costs = _clashes(boxes, taken, points) + (away := _away(boxes, centre)) / pixel
        costs += 0.05 * _aside(boxes, centre) / pixel
        likely = np.argsort(costs, kind="stable")[:LIKELY]
        crossed = _crossings(boxes[likely], centre, taken[len(labels) :]) * (away[likely] > NEAR * pixel)
        best = int(likely[np.argmin(costs[likely] + CROSSED * crossed)])
        taken.append(boxes[best] + PADDING * pixel * np.array([-1, -1, 1, 1]))
        leader = {"arrowstyle": "-", "color": each.colour, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 4}
        ax.annotate(
            each.words, (each.x, each.y), xytext=tuple((boxes[best, :2] - centre) / pixel),
            textcoords="offset points", ha="left", va="bottom", fontsize=SIZES["small"], linespacing=1.15,
            color=each.colour, bbox={"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 1.0}, zorder=7,
            arrowprops=leader if away[best] > NEAR * pixel else None,
        )  # fmt: skip


def step_points(edges: Array, levels: Array) -> Array:
    """Return points along a line of steps, dense enough that no label slips between two, (point, 2)."""
    along = np.linspace(edges[0], edges[-1], 400)
    inside = np.clip(np.searchsorted(edges, along, side="right") - 1, 0, len(levels) - 1)
    flat = np.column_stack([along, levels[inside]])
    rises = [
        np.column_stack([np.full(40, at), np.linspace(low, high, 40)])
        for at, low, high in zip(edges[1:-1], levels[:-1], levels[1:], strict=True)
        if low != high
    ]
    return np.concatenate([flat, *rises])


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


def _leader(boxes: Array, centre: Array) -> Array:
    """Return points along the line from each box to its marker, (place, point, 2). [pixel]"""
    along = np.linspace(0.0, 1.0, 24)[:, None]
    return np.asarray(centre + along * (((boxes[:, :2] + boxes[:, 2:]) / 2)[:, None] - centre))


def _crossings(boxes: Array, centre: Array, labels: Sequence[Array]) -> Array:
    """Return how many labels the line from each box to its marker would cross, (place,)."""
    if not labels:
        return np.zeros(len(boxes))
    lines, there = _leader(boxes, centre)[:, :, None], np.array(labels)
    inside = np.all(lines > there[:, :2], axis=-1) & np.all(lines < there[:, 2:], axis=-1)
    return np.asarray(np.sum(np.any(inside, axis=1), axis=1))


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
