"""How charts look: page, colours, texts that fit, and units."""

from __future__ import annotations

import logging
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.model.projection import Projection

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where there is no home, it writes of folders it missed

INK: Final = "#1D2935"
SOFT: Final = "#5F6B76"
FAINT: Final = "#DDE2E6"
PALETTE: Final = ("#1F4068", "#E0A458", "#5E8C61", "#BFD4E6", "#8C3F3A", "#D9CBA3", "#7A6C9D")
"""Dark and light in turn, so that neighbours stay apart in grey."""
OTHERS: Final = "#B4BBC1"
HOLDS: Final = "#00695C"
FAILS: Final = "#C2410C"
MOST: Final = len(PALETTE)
"""Parts of a stack that are drawn one by one; of more, the smallest are drawn as one."""

SIZES: Final = {"title": 14.0, "subtitle": 9.0, "panel": 9.5, "label": 8.0, "small": 7.0}
SETTINGS: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.size": SIZES["label"],
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a title is a dollar
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.7,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",  # words stay words, to be searched and copied
    "svg.hashsalt": "fibercap",
    "pdf.fonttype": 42,
    "figure.dpi": 150,
    "savefig.dpi": 150,
}
MARGIN: Final = 0.45
NEXT: Final = 0.1
PIXELS: Final = 1.02
"""How much wider than measured words may stand where letters are put on whole pixels."""
SECOND: Final = 0.17
"""Height of a panel's name where its unit stands below it. [inch]"""
WIDTH: Final = 9.6
TITLE: Final = "title"
TITLED: Final = 0.25
"""Height of a line of a title. [inch]"""
LINES: Final = 8
"""Lines of a name beside a row or above a panel, so that none but an absurd one is cut."""
KEYED: Final = 0.42
"""Width that an entry of a key takes beside its name. [inch]"""
SCALES: Final = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "))


@dataclass(frozen=True)
class Page:
    """A figure with its title and footer written; lengths are in inches, tops count from below the title."""

    figure: Figure
    height: float
    head: float

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes at a place: a line below; what it counts is drawn by `charts_panel`."""
        from matplotlib.ticker import MaxNLocator

        below = self.height - self.head - top - height
        ax = self.figure.add_axes((left / WIDTH, below / self.height, width / WIDTH, height / self.height))
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
        for axis, most in ((ax.xaxis, min(9, round(2.9 * width))), (ax.yaxis, max(3, round(2.4 * height)))):
            axis.set_visible(False)
            axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
        return ax

    def text(self, left: float, top: float, words: str, size: str = "label", **style: Any) -> None:
        """Write words with their upper left corner at a place."""
        style = {"color": INK, "va": "top", "ha": "left", **style}
        across, up = left / WIDTH, 1 - (self.head + top) / self.height
        self.figure.text(across, up, clean(words), fontsize=SIZES[size], **style)

    def key(self, handles: Sequence[Artist], left: float = MARGIN, top: float = -0.24) -> None:
        """Draw a key in one line, by default just below the subtitle; names are cut where they would not fit."""
        names = [str(handle.get_label()) for handle in handles]
        for handle, name in zip(handles, fitted(names, WIDTH - MARGIN - left - KEYED * len(names)), strict=True):
            handle.set_label(name)
        across, up = left / WIDTH, 1 - (self.head + top) / self.height
        self.figure.legend(
            handles=list(handles), loc="upper left", bbox_to_anchor=(across, up), ncols=len(handles), frameon=False,
            fontsize=SIZES["label"], borderaxespad=0, borderpad=0, columnspacing=1.6, handlelength=1.5, labelcolor=SOFT,
        )  # fmt: skip


def open_page(projection: Projection, subtitle: str, body: float, about: str = "", *, keyed: bool = True) -> Page:
    """Return a page with the scenario's title and footer, and a body of some inches for panels.

    The footer says which scenario and option this is, and `about`, what a reader must know besides. A page that is
    `keyed` keeps a line below the subtitle free for a key.
    """
    scenario, timeline = projection.scenario, projection.timeline
    option = f", option {scenario.option}" if scenario.option else ""
    told = [
        f"{scenario.id}{option}",
        f"{timeline.start} to {timeline.end} by {timeline.step}",
        *([about] if about else []),
    ]
    return titled(scenario.title or scenario.id, subtitle, told, body, keyed=keyed)


def titled(name: str, subtitle: str, told: Sequence[str], body: float, *, keyed: bool) -> Page:
    """Return a page with a title, a subtitle, and a footer of what is told; see `open_page`."""
    from matplotlib.figure import Figure

    title = wrap(name, "title", WIDTH - 2 * MARGIN, most=2)
    feet = wrap(" · ".join(told), "small", WIDTH - 2 * MARGIN, most=3)
    head, foot = 0.35 + TITLED * len(title) + (0.55 if keyed else 0.25), 0.3 + 0.14 * len(feet)
    height = head + body + foot
    page = Page(Figure(figsize=(WIDTH, height), facecolor="white"), height, head)
    for row, line in enumerate(title):
        page.text(MARGIN, 0.32 + TITLED * row - head, line, "title", weight="bold", gid=TITLE)
    page.text(
        MARGIN,
        0.32 + TITLED * len(title) + 0.03 - head,
        fit(subtitle, "subtitle", WIDTH - 2 * MARGIN),
        "subtitle",
        color=SOFT,
    )
    for row, line in enumerate(feet):
        page.text(MARGIN, body + foot - 0.14 * (len(feet) - row) - 0.12, line, "small", color=SOFT)
    return page


def notice(page: Page, words: str) -> None:
    """Say in place of a chart why there is none."""
    page.text(MARGIN, 0.5, words, "panel", color=SOFT)


def clean(words: str) -> str:
    """Return words on one line, without characters that cannot be drawn."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def width_of(words: str, size: str = "label") -> float:
    """Return how wide words are. [inch]"""
    return _width(clean(words), "bold" if size in ("title", "panel") else "normal") * SIZES[size] / 72


@lru_cache(maxsize=4096)
def _width(words: str, weight: str) -> float:
    """Return how wide words are, as a multiple of the size they are written in."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    properties = FontProperties(size=1, weight=weight)
    return float(text_to_path.get_text_width_height_descent(words, properties, ismath=False)[0])


def fit(words: str, size: str, width: float) -> str:
    """Return words, cut with an ellipsis where they are wider than some inches."""
    words = clean(words)
    if width_of(words, size) <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        inside = width_of(words[:middle].rstrip() + "…", size) <= width
        low, high = (middle, high) if inside else (low, middle - 1)
    return words[:low].rstrip() + "…"


def wrap(words: str, size: str, width: float, most: int) -> list[str]:
    """Return words on at most so many lines, each no wider than some inches; the last one may end in an ellipsis."""
    best = lines = _filled(words, size, width, most)
    while 1 < len(lines) == len(best) and not lines[-1].endswith("…"):  # no line of one word under a long one
        best, width = lines, 0.97 * width
        lines = _filled(words, size, width, most)
    return best


def _filled(words: str, size: str, width: float, most: int) -> list[str]:
    """Return words on at most so many lines, each as full as can be."""
    lines: list[str] = []
    rest = clean(words).split(" ")
    while rest and len(lines) < most - 1:
        firsts = [" ".join(rest[: count + 1]) for count in range(len(rest))]
        taken = max(1, bisect_right(firsts, width, key=lambda line: width_of(line, size)))
        lines.append(fit(firsts[taken - 1], size, width))
        rest = rest[taken:]
    return [*lines, fit(" ".join(rest), size, width)] if rest else lines


def scale(largest: float) -> tuple[float, str]:
    """Return the divisor, and its word with a blank, that keep the numbers of an axis short."""
    return next(((size, word) for size, word in SCALES if largest >= size), (1.0, ""))


def short(value: float) -> str:
    """Return a number of an axis with three figures or so: 5.2, 0.51, 1,250."""
    if abs(value) >= 100 or value == 0:  # three figures
        return signed(f"{value:,.0f}")
    decimals = 1 if abs(value) >= 10 else 2  # the same
    text = f"{value:.{decimals}f}"
    return signed(text.rstrip("0").rstrip("."))


def alike(values: Iterable[float]) -> Callable[[float], str]:
    """Return how numbers that stand side by side are written: all with the decimals of the largest, 2 at most."""
    largest = max((abs(value) for value in values), default=0.0)
    decimals = next((decimals for least, decimals in ((99.95, 0), (9.995, 1)) if largest >= least), 2)
    return lambda value: signed(f"{value:,.{decimals}f}")


def signed(text: str) -> str:
    """Return a number with the minus that axes have, and none before a zero."""
    return text.replace("-", "−") if text.strip("-0.,") else text.removeprefix("-")


def in_one_line(name: str, unit: str, width: float) -> bool:
    """Tell whether a panel's name has room beside its unit."""
    return _named(clean(name)) + width_of(unit) <= width


def _named(name: str) -> float:
    """Return how far a panel's name reaches, with the gap after it. [inch]"""
    return PIXELS * width_of(name, "panel") + NEXT


def name_panel(ax: Axes, name: str, unit: str, width: float, *, beside: bool = True) -> None:
    """Write a panel's name and, at the top of the axis, its unit: beside the name, or else below it."""
    name = fit(name, "panel", (width - width_of(unit) - NEXT) / PIXELS if beside else width)
    place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "baseline"}
    after, up = (72 * _named(name), 9) if beside else (0.0, 9 + 72 * SECOND)
    ax.annotate(name, (0, 1), (0, up), fontsize=SIZES["panel"], weight="bold", **place)
    ax.annotate(unit, (0, 1), (after, 9), fontsize=SIZES["label"], color=SOFT, **place)


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share of another mixed in."""
    from matplotlib.colors import to_hex, to_rgb

    pairs = zip(to_rgb(colour), to_rgb(other), strict=True)
    first, second, third = ((1 - share) * a + share * b for a, b in pairs)
    return to_hex((first, second, third))


def on(colour: str) -> str:
    """Return the colour of words that can be read on another: dark on light, light on dark."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(colour)
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"  # half as bright as white


def fitted(names: Sequence[str], room: float) -> list[str]:
    """Return names, the longest of them cut so far that all of them side by side take some inches."""
    widths = [width_of(clean(name)) for name in names]
    low, high = 0.0, max(widths, default=0.0)
    if sum(widths) > room:
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if sum(min(wide, middle) for wide in widths) <= room else (low, middle)
        high = low
    return [fit(name, "label", high + 1e-6) for name in names]


def apart(places: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Return places (ascending) moved as little as needed to lie some distance apart, between two ends if they can."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + distance) if moved else max(place, low))
    ceiling = high
    for position in range(len(moved) - 1, -1, -1):
        moved[position] = min(moved[position], ceiling)
        ceiling = moved[position] - distance
    return moved
