"""Bars by calendar year, with their values beside them, and the names of stacked bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.views.charts.panel import value_axis
from fibercap.views.charts.style import INK, SIZES, SOFT, alike, apart, fit, short, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

    Form = Callable[[float], str]

LINE: Final = 0.19
"""Height that a name beside a band takes. [inch]"""


@dataclass(frozen=True)
class Band:
    """One of several things stacked: its name, its colour, and where its edges are; `size` is what is said of it."""

    name: str
    colour: str
    low: float
    high: float
    size: float


@dataclass(frozen=True)
class Years:
    """The calendar years of a horizon, the first and last of which may be cut. [month / 12]"""

    names: tuple[str, ...]
    starts: Array
    ends: Array

    @classmethod
    def of(cls, projection: Projection) -> Years:
        """Return the years of a projection's horizon."""
        timeline = projection.timeline
        parts = timeline.groups("year")
        first, last = [part.start for part in parts.values()], [part.stop - 1 for part in parts.values()]
        return cls(tuple(parts), timeline.starts[first] / 12, timeline.ends[last] / 12)

    @property
    def middles(self) -> Array:
        """Where each year's bars are centred."""
        return (self.starts + self.ends) / 2

    @property
    def spans(self) -> Array:
        """How much of each year lies within the horizon."""
        return self.ends - self.starts

    def slots(self, count: int, share: float = 0.8) -> list[tuple[Array, Array]]:
        """Return places and widths of some bars side by side in each year."""
        wide = self.spans * share / count
        return [(self.middles + wide * (place - (count - 1) / 2), wide * 0.92) for place in range(count)]

    def room(self, width: float) -> float:
        """Return how wide the narrowest year is on axes of some inches. [inch]"""
        return width * float(self.spans.min()) / float(self.ends[-1] - self.starts[0])


def yearly(projection: Projection, path: str) -> Array:
    """Return a row by calendar year, of a batch the first draw, (year,)."""
    return np.array([value[0] for value in projection.by(path).values()])


def heights(ax: Axes, values: Sequence[Array], *, above: float = 0.14) -> None:
    """Set the vertical limits so that some values fit from zero on, with room for what is written beside them."""
    every = np.concatenate([np.ravel(value) for value in values])
    low, high = min(0.0, float(every.min(initial=0.0))), max(0.0, float(every.max(initial=0.0)))
    span = high - low or 1.0
    value_axis(ax, low - (above * span if low < 0 else 0.0), high + above * span)
    if low < 0:
        ax.axhline(0, color=SOFT, linewidth=0.7, zorder=1.5)


def write_values(ax: Axes, bars: Sequence[tuple[Array, Array]], room: float, form: Form | None = None) -> None:
    """Write each bar's value above it, or below where it is negative; none at all where the widest has no room.

    Parameters
    ----------
    ax : Axes
        Where the bars are.
    bars : sequence of (places, values)
        One for each bar of a year.
    room : float
        How wide a value may be. [inch]
    form : callable, optional
        How a value is written; with as many decimals as the largest has, if not given.
    """
    form = form or alike([value for _, values in bars for value in values])
    words = [[form(value) if value else "" for value in values] for _, values in bars]
    if max((width_of(text, "small") for texts in words for text in texts), default=0.0) > room:
        return
    style: dict[str, Any] = {"ha": "center", "fontsize": SIZES["small"], "textcoords": "offset points", "color": INK}
    box = {"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 0.3}
    for (places, values), texts in zip(bars, words, strict=True):
        for place, value, text in zip(places, values, texts, strict=True):
            up = value >= 0
            if text:
                ax.annotate(text, (place, value), (0, 2 if up else -2), va="bottom" if up else "top", bbox=box, **style)


def name_bands(ax: Axes, bands: Sequence[Band], width: float, height: float, room: float, shape: str = "s") -> None:
    """Write each band's name and size beside the axes, moved apart where bands are thin.

    Parameters
    ----------
    ax : Axes
        Where the bands end, at the right.
    bands : sequence of Band
        From the lowest to the highest.
    width, height : float
        Of the axes. [inch]
    room : float
        How wide the names may be, with the lines that lead to them. [inch]
    shape : str
        The marker that shows a band's colour.
    """
    from matplotlib.transforms import blended_transform_factory

    low, high = ax.get_ylim()
    line = LINE / height * (high - low)
    middles = [(band.low + band.high) / 2 for band in bands]
    beside = blended_transform_factory(ax.transAxes, ax.transData)
    for band, middle, at in zip(bands, middles, apart(middles, line, low + line / 2, high), strict=True):
        across = [1.0, 1 + 0.06 / width, 1 + 0.14 / width]
        ax.plot(across, [middle, middle, at], color=SOFT, linewidth=0.6, transform=beside, clip_on=False)
        square: dict[str, Any] = {"marker": shape, "markersize": 6, "color": band.colour, "linestyle": "none"}
        ax.plot([1 + 0.22 / width], [at], transform=beside, clip_on=False, **square)
        number = short(band.size)
        name = fit(band.name, "label", room - 0.42 - width_of(number))
        ax.text(1 + 0.32 / width, at, f"{name}  {number}", transform=beside, va="center", fontsize=SIZES["label"])
