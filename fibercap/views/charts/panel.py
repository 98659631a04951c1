"""The parts of panels: grids, tick marks, numbers and bars, each kind drawn as few artists.

Matplotlib draws each of its own ticks as five artists, which took over half the time of a chart. Its axes are kept,
invisible, for their limits and the places of ticks (`ax.get_xticks()`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.period_names import DECEMBER
from fibercap.views.charts.style import FAINT, SIZES, SOFT, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.transforms import Transform
    from numpy.typing import ArrayLike

    from fibercap.core.units import Array

MARK: Final = 3.0
"""Length of the tick mark at a number. [point]"""
START: Final = 4.0
"""Length of the tick mark where a year begins. [point]"""
PAD: Final = 3.5
"""Distance between a number and its tick mark, or the axis. [point]"""
NAMED: Final = 6.0
"""Distance between the axis and a year's name. [point]"""
LINE: Final = 0.135
"""Height of a line of a name beside a row. [inch]"""
SLACK: Final = 1e-9
"""Ticks may lie beyond the limits by this share of the axis, so that rounding does not lose them."""


def value_axis(ax: Axes, low: float, high: float) -> None:
    """Set the limits of the vertical axis; draw its numbers and a grid line at each."""
    ax.set_ylim(low, high)
    numbers = _numbers(ax.yaxis, low, high)
    _grid(ax, numbers, ax.get_yaxis_transform(), across=True)
    place, vertical, across = ax.get_yaxis_text1_transform(PAD)
    style: dict[str, Any] = {"transform": place, "va": vertical, "ha": across}
    for y, words in numbers.items():
        ax.text(0, y, words, color=SOFT, fontsize=SIZES["label"], **style)


def across_axis(ax: Axes, low: float, high: float) -> None:
    """Set the limits of the horizontal axis; draw its numbers with a tick mark and a grid line at each."""
    ax.set_xlim(low, high)
    numbers = _numbers(ax.xaxis, low, high)
    _grid(ax, numbers, ax.get_xaxis_transform(), across=False)
    _below(ax, numbers, MARK, numbers.items(), MARK + PAD)


def row_axis(ax: Axes, rows: int, low: float, high: float) -> None:
    """Set limits for rows of bars, the first on top, and draw the horizontal axis below them."""
    ax.set_ylim(rows - 0.5, -0.5)
    across_axis(ax, low, high)


def tall_row(names: Iterable[Sequence[str]], least: float) -> float:
    """Return the height of rows at which the lines of every name beside them fit; at least `least`. [inch]"""
    return max([least, *(LINE * len(lines) + 0.05 for lines in names)])


def year_shift(year_ends: int) -> float:
    """Return where a year starts, as a distance from its number: 0 for calendar years, -0.5 where June ends them.

    Moments are months divided by 12, so that a whole number is the start of a calendar year. [month / 12]
    """
    return year_ends / DECEMBER - 1


def whole_years(start: float, end: float, year_ends: int) -> tuple[float, float]:
    """Return the start of the year that contains a moment, and the end of that which contains another.

    Parameters
    ----------
    start, end : float
        The moments: months divided by 12. [month / 12]
    year_ends : int
        The month in which years end, from 1 to 12.
    """
    shift = year_shift(year_ends)
    return math.floor(start - shift + SLACK) + shift, math.ceil(end - shift - SLACK) + shift


def year_axis(ax: Axes, start: float, end: float, width: float, year_ends: int = DECEMBER) -> None:
    """Draw a horizontal axis of years: tick marks where they begin, names in the middle.

    Parameters
    ----------
    ax : Axes
        The axes.
    start, end : float
        The limits, months / 12: a whole number is the start of a calendar year.
    width : float
        Width of the axes, which decides how many years are named. [inch]
    year_ends : int
        The month in which years end, from 1 to 12.
    """
    from matplotlib.ticker import FixedLocator

    shift = year_shift(year_ends)
    years = range(math.floor(start - shift + SLACK), math.ceil(end - shift - SLACK))
    room, sign = width / max(end - start, 1e-9), "" if year_ends == DECEMBER else "FY"
    wide = width_of(f"{sign}2000") * 1.25
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if n * room >= wide or n >= len(years))
    shown = [year for year in years if every == 1 or year % every == 0] or [years[0]]
    spans = {f"{sign}{year}": (max(year + shift, start), min(year + 1 + shift, end)) for year in shown}
    least = width_of(f"{sign}20") if every == 1 else 0.0
    names = [((low + high) / 2, name) for name, (low, high) in spans.items() if (high - low) * room > least]
    first, last = math.ceil(start - shift - SLACK), math.floor(end - shift + SLACK)
    starts = [year + shift for year in range(first, last + 1)]
    ax.set_xlim(start, end)
    ax.xaxis.set_major_locator(FixedLocator(starts))
    _below(ax, starts, START, names, NAMED)


def draw_bars(
    ax: Axes, middles: ArrayLike, lengths: ArrayLike, wide: ArrayLike, *,
    base: ArrayLike = 0.0, lying: bool = False, **style: Any,
) -> None:  # fmt: skip
    """Draw all bars of one style as a single artist; each starts at its base; horizontal if `lying`."""
    from matplotlib.collections import PolyCollection

    middle, long, half, foot = np.broadcast_arrays(np.atleast_1d(middles), lengths, np.asarray(wide) / 2, base)
    sides = np.stack([middle - half, middle + half, middle + half, middle - half], axis=1)
    ends = np.stack([foot, foot, foot + long, foot + long], axis=1)
    corners = np.stack([ends, sides] if lying else [sides, ends], axis=2)
    ax.add_collection(PolyCollection(list(corners), joinstyle="miter", **style), autolim=False)


def _numbers(axis: Axis, low: float, high: float) -> dict[float, str]:
    """Return the ticks of an axis between its limits, each with the text that matplotlib gives it."""
    slack = SLACK * (high - low)
    places = [float(place) for place in axis.get_majorticklocs() if low - slack <= place <= high + slack]
    return dict(zip(places, axis.get_major_formatter().format_ticks(places), strict=True))


def _grid(ax: Axes, places: Iterable[float], transform: Transform, *, across: bool) -> None:
    """Draw grid lines through the panel, behind everything else."""
    from matplotlib.lines import Line2D

    points = np.repeat(list(places), 3)
    ends = np.tile([0.0, 1.0, np.nan], len(points) // 3)
    line: tuple[Array, Array] = (ends, points) if across else (points, ends)
    ax.add_artist(Line2D(*line, transform=transform, color=FAINT, linewidth=0.7, zorder=0.5))


def _below(
    ax: Axes, marked: Iterable[float], length: float, names: Iterable[tuple[float, str]], distance: float
) -> None:
    """Draw tick marks below the axis, and names at a distance from it in points."""
    from matplotlib.lines import Line2D
    from matplotlib.markers import TICKDOWN

    points = list(marked)
    marks: dict[str, Any] = {"marker": TICKDOWN, "markersize": length, "markeredgewidth": 0.8, "linestyle": "none"}
    transform = ax.get_xaxis_transform()
    ax.add_artist(
        Line2D(points, np.zeros(len(points)), transform=transform, clip_on=False, color=SOFT, zorder=2.01, **marks)
    )
    place, vertical, across = ax.get_xaxis_text1_transform(distance)
    style: dict[str, Any] = {"transform": place, "va": vertical, "ha": across}
    for x, words in names:
        ax.text(x, 0, words, color=SOFT, fontsize=SIZES["label"], **style)
