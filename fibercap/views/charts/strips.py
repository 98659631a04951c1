"""A chart cut between its rows of panels, so that a printed page may end between two of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final

from fibercap.views.charts.widths import SIDES, is_narrow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

LEAST: Final = 0.3
"""Rows of panels that are closer than this are not cut apart. [inch]"""
ABOVE: Final = 0.55
"""Share of the space between two rows that belongs to the lower one: its name and unit stand there."""


@dataclass(frozen=True)
class Strip:
    """A part of a figure over its full width, from `low` to `high`, with what stands in it. [inch]"""

    low: float
    high: float
    artists: Sequence[Artist]


def cut_into_strips(figure: Figure, top: float) -> list[Strip]:
    """Return the strips of a figure from its top downwards, each with one row of panels.

    Parameters
    ----------
    figure : Figure
        A drawn chart.
    top : float
        Where the first strip begins, above the lower edge of the figure. [inch]
    """
    height = figure.get_figheight()
    edges = [
        top,
        *_cuts(sorted((ax.get_position().y0 * height, ax.get_position().y1 * height) for ax in figure.axes)),
        0,
    ]
    children = [artist for artist in figure.get_children() if artist is not figure.patch]
    middles = [_middle(artist, figure) for artist in children]
    strips = []
    for high, low in pairwise(edges):
        above, below = (inf if high == top else high), (low or -inf)  # words beyond belong to the outer strips
        inside = [artist for artist, middle in zip(children, middles, strict=True) if below <= middle < above]
        strips.append(Strip(low, high, inside))
    return strips


def _cuts(panels: Sequence[tuple[float, float]]) -> list[float]:
    """Return where to cut between rows of panels, given by their lower and upper edges, from the top downwards."""
    cuts: list[float] = []
    reached = panels[0][1] if panels else 0.0
    for low, high in panels:
        if low - reached > LEAST:
            cuts.append(reached + ABOVE * (low - reached))
        reached = max(reached, high)
    return cuts[::-1]


def _middle(artist: Artist, figure: Figure) -> float:
    """Return the height at which an artist stands in a figure. [inch]"""
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend
    from matplotlib.text import Text

    height = figure.get_figheight()
    if isinstance(artist, Axes):
        return float(artist.get_position().y0 + artist.get_position().y1) / 2 * height
    if isinstance(artist, Text):
        return float(artist.get_position()[1]) * height
    if isinstance(artist, Legend):
        return float(artist.get_bbox_to_anchor().y1) / figure.dpi
    box = artist.get_window_extent()
    return float(box.y0 + box.y1) / 2 / figure.dpi


def save_strips(figure: Figure, top: float) -> list[bytes]:
    """Return each strip of a figure as SVG; of a narrow one without its margins."""
    from matplotlib.transforms import Bbox

    strips, saved = cut_into_strips(figure, top), []
    left, right = SIDES if is_narrow() else (0.0, 0.0)
    for strip in strips:
        for artist in (artist for other in strips for artist in other.artists):
            artist.set_visible(artist in strip.artists)
        content = io.BytesIO()
        box = Bbox([[left, strip.low], [figure.get_figwidth() - right, strip.high]])
        figure.savefig(content, format="svg", metadata={"Date": None}, bbox_inches=box)
        saved.append(content.getvalue())
    return saved
