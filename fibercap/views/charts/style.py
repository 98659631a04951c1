"""How charts look: page, colors, sizes, texts that fit, numbers and units."""

from __future__ import annotations

import logging
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fibercap.views.charts.fonts import families_for
from fibercap.views.charts.widths import is_narrow, page_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.axes import Axes


logging.getLogger("matplotlib").setLevel(logging.ERROR)  # without a home folder it warns of folders that are missing

INK: Final = "#1D2935"
SOFT: Final = "#5F6B76"
FAINT: Final = "#DDE2E6"
PALETTE: Final = ("#1F4068", "#E0A458", "#5E8C61", "#BFD4E6", "#8C3F3A", "#D9CBA3", "#7A6C9D")
"""Dark and light in turn, so that neighbors differ in gray too."""
OTHERS: Final = "#949DA5"
HOLDS: Final = "#00695C"
FAILS: Final = "#C2410C"
MOST: Final = len(PALETTE)
"""The most parts of a stack; of more, the smallest are drawn as one."""

SIZES: Final = {"title": 14.0, "subtitle": 9.0, "panel": 9.5, "label": 8.0, "small": 7.0}
SETTINGS: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.size": SIZES["label"],
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a title is a dollar
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.7,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",  # text stays text, which can be searched and copied
    "svg.hashsalt": "fibercap",
    "pdf.fonttype": 42,
    "figure.dpi": 150,
    "savefig.dpi": 150,
}
MARGIN: Final = 0.45
NEXT: Final = 0.1
PIXELS: Final = 1.02
"""Words may be wider than measured by this factor, where letters are placed on whole pixels."""
SECOND: Final = 0.17
"""Height of a panel's name where its unit stands below it. [inch]"""
TITLE: Final = "title"
TITLED: Final = 0.25
"""Height of a line of a title. [inch]"""
LINES: Final = 8
"""The most lines of a name beside a row or above a panel; only absurdly long names are cut."""
KEYED: Final = 0.42
"""Width that an entry of a key takes beside its name. [inch]"""
SCALES: Final = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "))


def clean(words: str) -> str:
    """Return words on one line, without characters that cannot be drawn."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def width_of(words: str, size: str = "label") -> float:
    """Return the width of words. [inch]"""
    return _width(clean(words), "bold" if size in ("title", "panel") else "normal") * SIZES[size] / 72


@lru_cache(maxsize=4096)
def _width(words: str, weight: str) -> float:
    """Return the width of words as a multiple of the font size."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    properties = FontProperties(family=families_for(words), size=1, weight=weight)
    return float(text_to_path.get_text_width_height_descent(words, properties, ismath=False)[0])


def fit(words: str, size: str, width: float) -> str:
    """Return words, cut with an ellipsis if they are wider than `width`. [inch]"""
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
    """Return words on at most `most` lines, none wider than `width`; the last may end in an ellipsis. [inch]"""
    best = lines = _fill_lines(words, size, width, most)
    while 1 < len(lines) == len(best) and not lines[-1].endswith(
        "…"
    ):  # narrower lines, so that the last is not a single word
        best, width = lines, 0.97 * width
        lines = _fill_lines(words, size, width, most)
    return best


def _fill_lines(words: str, size: str, width: float, most: int) -> list[str]:
    """Return words on at most `most` lines, each with as many words as fit."""
    lines: list[str] = []
    rest = clean(words).split(" ")
    while rest and len(lines) < most - 1:
        firsts = [" ".join(rest[: count + 1]) for count in range(len(rest))]
        count_of_words = max(1, bisect_right(firsts, width, key=lambda line: width_of(line, size)))
        lines.append(fit(firsts[count_of_words - 1], size, width))
        rest = rest[count_of_words:]
    return [*lines, fit(" ".join(rest), size, width)] if rest else lines


def scale(largest: float) -> tuple[float, str]:
    """Return a divisor that keeps the numbers of an axis short, and its word, such as `million `."""
    return next(((size, word) for size, word in SCALES if largest >= size), (1.0, ""))


def short(value: float) -> str:
    """Return the text of a number with about three digits: 5.2, 0.51, 1,250."""
    if abs(value) >= 100 or value == 0:  # three figures
        return with_minus_sign(f"{value:,.0f}")
    decimals = 1 if abs(value) >= 10 else 2  # the same
    text = f"{value:.{decimals}f}"
    return with_minus_sign(text.rstrip("0").rstrip("."))


def same_decimals(values: Iterable[float]) -> Callable[[float], str]:
    """Return a function that writes numbers, all with the decimals that the largest needs, 2 at most."""
    largest = max((abs(value) for value in values), default=0.0)
    decimals = next((decimals for least, decimals in ((99.95, 0), (9.995, 1)) if largest >= least), 2)
    return lambda value: with_minus_sign(f"{value:,.{decimals}f}")


def with_minus_sign(text: str) -> str:
    """Return the text of a number with the minus sign of axes, and none before a zero."""
    return text.replace("-", "−") if text.strip("-0.,") else text.removeprefix("-")


def in_one_line(name: str, unit: str, width: float) -> bool:
    """Tell whether a panel's name and its unit fit on one line."""
    return _name_width(clean(name)) + width_of(unit) <= width


def _name_width(name: str) -> float:
    """Return the width of a panel's name with the gap after it. [inch]"""
    return PIXELS * width_of(name, "panel") + NEXT


def name_panel(ax: Axes, name: str, unit: str, width: float, *, beside: bool = True) -> None:
    """Write a panel's name and its unit above the axis: the unit beside the name or, without `beside`, below it."""
    shift = 0.0
    if is_narrow() and not (beside and in_one_line(name, unit, width)):
        beside, left = False, ax.get_position().x0 * page_width()
        if width_of(name, "panel") > width:  # it may begin left of the panel
            room = page_width() - 2 * MARGIN
            shift, width = max(0.0, min(left - MARGIN, width_of(name, "panel") - room + left - MARGIN)), room
    name = fit(name, "panel", (width - width_of(unit) - NEXT) / PIXELS if beside else width)
    place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "baseline"}
    after, up = (72 * _name_width(name), 9) if beside else (-72 * shift, 9 + 72 * SECOND)
    ax.annotate(name, (0, 1), (-72 * shift, up), fontsize=SIZES["panel"], weight="bold", **place)
    ax.annotate(unit, (0, 1), (after, 9), fontsize=SIZES["label"], color=SOFT, **place)


def mix(color: str, other: str, share: float) -> str:
    """Return a color into which a share of another is mixed."""
    from matplotlib.colors import to_hex, to_rgb

    pairs = zip(to_rgb(color), to_rgb(other), strict=True)
    first, second, third = ((1 - share) * a + share * b for a, b in pairs)
    return to_hex((first, second, third))


def text_color_on(color: str) -> str:
    """Return the color of text that is legible on a background: dark on light, white on dark."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(color)
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"  # half as bright as white


def fit_all(names: Sequence[str], room: float) -> list[str]:
    """Return names, the longest of them on several lines, so that all fit side by side into `room`. [inch]"""
    widths = [width_of(clean(name)) for name in names]
    low, high = 0.0, max(widths, default=0.0)
    if sum(widths) > room:
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if sum(min(wide, middle) for wide in widths) <= room else (low, middle)
        high = low
    return ["\n".join(wrap(name, "label", high + 1e-6, LINES)) for name in names]  # 1e-6: the widest just fits


def spread(places: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Return ascending places, moved as little as needed to be `distance` apart, within `low` and `high`."""
    result: list[float] = []
    for place in places:
        result.append(max(place, result[-1] + distance) if result else max(place, low))
    ceiling = high
    for position in range(len(result) - 1, -1, -1):
        result[position] = min(result[position], ceiling)
        ceiling = result[position] - distance
    return result
