"""Bars by year with their values, and the names of stacked bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.views.charts.panel import value_axis, year_axis
from fibercap.views.charts.style import INK, SIZES, SOFT, fit, same_decimals, short, spread, width_of
from fibercap.views.charts.widths import is_narrow

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
    """A part of a stack: name, color and edges; `size` is the number written after its name."""

    name: str
    color: str
    low: float
    high: float
    size: float


@dataclass(frozen=True)
class Years:
    """The years of a horizon, each ending with month `year_ends`; the first and last may be incomplete. [month / 12]"""

    names: tuple[str, ...]
    starts: Array
    ends: Array
    year_ends: int

    @classmethod
    def of(cls, projection: Projection) -> Years:
        """Return the years of a projection's horizon."""
        timeline = projection.timeline
        parts = timeline.groups("year")
        first, last = [part.start for part in parts.values()], [part.stop - 1 for part in parts.values()]
        return cls(tuple(parts), timeline.starts[first] / 12, timeline.ends[last] / 12, timeline.year_ends)

    @property
    def middles(self) -> Array:
        """The middle of each year, on which its bars are centered."""
        return (self.starts + self.ends) / 2

    @property
    def spans(self) -> Array:
        """The part of each year within the horizon."""
        return self.ends - self.starts

    def slots(self, count: int, share: float = 0.8) -> list[tuple[Array, Array]]:
        """Return places and widths of `count` bars side by side in each year; they fill a `share` of it."""
        wide = self.spans * share / count
        return [(self.middles + wide * (place - (count - 1) / 2), wide * 0.92) for place in range(count)]

    def set_axis(self, ax: Axes, width: float) -> None:
        """Let the horizontal axis of some inches run over these years, with their names."""
        year_axis(ax, float(self.starts[0]), float(self.ends[-1]), width, self.year_ends)

    def room(self, width: float) -> float:
        """Return the width of the shortest year on axes of a width. [inch]"""
        return width * float(self.spans.min()) / float(self.ends[-1] - self.starts[0])


def yearly(projection: Projection, path: str) -> Array:
    """Return a row by year, (year,); of a batch, the first sample."""
    return np.array([value[0] for value in projection.by(path).values()])


def heights(ax: Axes, values: Sequence[Array], *, above: float = 0.14) -> None:
    """Set vertical limits that include zero and all values, with room (a share `above`) for text beyond them."""
    every = np.concatenate([np.ravel(value) for value in values])
    low, high = min(0.0, float(every.min(initial=0.0))), max(0.0, float(every.max(initial=0.0)))
    span = high - low or 1.0
    value_axis(ax, low - (above * span if low < 0 else 0.0), high + above * span)
    if low < 0:
        ax.axhline(0, color=SOFT, linewidth=0.7, zorder=1.5)


def write_values(ax: Axes, bars: Sequence[tuple[Array, Array]], room: float, form: Form | None = None) -> None:
    """Write the value of each bar above it, or below a negative one; nothing if the widest does not fit.

    Parameters
    ----------
    ax : Axes
        The axes of the bars.
    bars : sequence of (places, values)
        One for each bar of a year.
    room : float
        The width available for a value. [inch]
    form : callable, optional
        Writes a value; by default with the decimals that the largest value needs.
    """
    form = form or same_decimals([value for _, values in bars for value in values])
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
        The axes, at whose right side the names stand.
    bands : sequence of Band
        From the lowest to the highest.
    width, height : float
        Size of the axes. [inch]
    room : float
        The width available for names and the lines that lead to them. [inch]
    shape : str
        The marker in the band's color.
    """
    from matplotlib.transforms import blended_transform_factory

    low, high = ax.get_ylim()
    texts = [_band_words(band, room) for band in bands]
    line = (LINE + 0.12 * (max((len(words) for words in texts), default=1) - 1)) / height * (high - low)
    middles = [(band.low + band.high) / 2 for band in bands]
    beside = blended_transform_factory(ax.transAxes, ax.transData)
    places = spread(middles, line, low + line / 2, high)
    for band, words, middle, y in zip(bands, texts, middles, places, strict=True):
        across = [1.0, 1 + 0.06 / width, 1 + 0.14 / width]
        ax.plot(across, [middle, middle, y], color=SOFT, linewidth=0.6, transform=beside, clip_on=False)
        square: dict[str, Any] = {"marker": shape, "markersize": 6, "color": band.color, "linestyle": "none"}
        ax.plot([1 + 0.22 / width], [y], transform=beside, clip_on=False, **square)
        style: dict[str, Any] = {"va": "center", "fontsize": SIZES["label"], "linespacing": 1.1}
        ax.text(1 + 0.32 / width, y, "\n".join(words), transform=beside, **style)


def _band_words(band: Band, room: float) -> list[str]:
    """Return a band's name and size: on one line, or on two of a narrow chart."""
    number = short(band.size)
    in_one = f"{band.name}  {number}"
    if is_narrow() and width_of(in_one) > room - 0.32:
        return [fit(band.name, "label", room - 0.32), number]
    return [f"{fit(band.name, 'label', room - 0.42 - width_of(number))}  {number}"]
