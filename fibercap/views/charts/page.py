"""The page of a chart: title, subtitle, key, footer, and room for panels between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fibercap.views.charts.style import (
    INK,
    KEYED,
    LINES,
    MARGIN,
    SIZES,
    SOFT,
    TITLE,
    TITLED,
    clean,
    fit,
    fit_all,
    wrap,
)
from fibercap.views.charts.widths import is_narrow, page_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.model.projection import Projection

KEY_LINE: Final = 0.18
"""Height of a line of a key. [inch]"""
SUBTITLE: Final = 0.16
"""Height of a line of a subtitle. [inch]"""


@dataclass
class ChartPage:
    """A figure with title and footer; lengths are in inches, and tops are measured from below the title."""

    figure: Figure
    height: float
    head: float

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes at a place, with a line at the bottom only; `views/charts/panel.py` draws ticks and numbers."""
        from matplotlib.ticker import MaxNLocator

        below = self.height - self.head - top - height
        ax = self.figure.add_axes(
            (left / page_width(), below / self.height, width / page_width(), height / self.height)
        )
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
        for axis, most in ((ax.xaxis, min(9, round(2.9 * width))), (ax.yaxis, max(3, round(2.4 * height)))):
            axis.set_visible(False)
            axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
        return ax

    def text(self, left: float, top: float, words: str, size: str = "label", **style: Any) -> None:
        """Write words with their upper left corner at a place."""
        style = {"color": INK, "va": "top", "ha": "left", **style}
        across, up = left / page_width(), 1 - (self.head + top) / self.height
        self.figure.text(across, up, clean(words), fontsize=SIZES[size], **style)

    def key(self, handles: Sequence[Artist], left: float = MARGIN, top: float = -0.24) -> None:
        """Draw a key, by default below the subtitle; names that do not fit side by side are broken, and the page grows.

        On a narrow page each entry begins a line.
        """
        names = [str(handle.get_label()) for handle in handles]
        columns = 1 if is_narrow() else len(names)
        names = self._break_names(names, left, columns)
        for handle, name in zip(handles, names, strict=True):
            handle.set_label(name)
        lines = [name.count("\n") + 1 for name in names]
        more = KEY_LINE * ((sum(lines) if columns == 1 else max(lines)) - 1)
        self._grow(more)
        across, up = left / page_width(), 1 - (self.head + top - more) / self.height
        self.figure.legend(
            handles=list(handles), loc="upper left", bbox_to_anchor=(across, up), ncols=columns, frameon=False,
            fontsize=SIZES["label"], borderaxespad=0, borderpad=0, columnspacing=1.6, handlelength=1.5, labelcolor=SOFT,
        )  # fmt: skip

    def _break_names(self, names: Sequence[str], left: float, columns: int) -> list[str]:
        """Return names, broken into lines, that fit into a key of one row, or of one column."""
        room = page_width() - MARGIN - left
        if columns == 1:
            return ["\n".join(wrap(name, "label", room - KEYED, LINES)) for name in names]
        return fit_all(names, room - KEYED * len(names))

    def _grow(self, more: float) -> None:
        """Make room above the panels, before any is drawn. [inch]"""
        tall = self.height + more
        for text in self.figure.texts:
            across, up = text.get_position()
            down = (1 - up) * self.height
            text.set_position((across, 1 - (down if down < self.head else down + more) / tall))
        self.figure.set_figheight(tall)
        self.height, self.head = tall, self.head + more


def open_page(projection: Projection, subtitle: str, body: float, about: str = "", *, keyed: bool = True) -> ChartPage:
    """Return a page with the scenario's title and footer, and room for panels.

    Parameters
    ----------
    projection : Projection
        The plan; the footer names its scenario, option and horizon.
    subtitle : str
        Written below the title.
    body : float
        Height of the room for panels. [inch]
    about : str
        Further notes for the footer.
    keyed : bool
        Keep a line below the subtitle free for a key.
    """
    scenario, timeline = projection.scenario, projection.timeline
    option = f", option {scenario.option}" if scenario.option else ""
    notes = [
        f"{scenario.id}{option}",
        f"{timeline.start} to {timeline.end} by {timeline.step}",
        *([about] if about else []),
    ]
    return open_titled_page(scenario.title or scenario.id, subtitle, notes, body, keyed=keyed)


def open_titled_page(name: str, subtitle: str, notes: Sequence[str], body: float, *, keyed: bool) -> ChartPage:
    """Return a page with a title, a subtitle, and a footer of notes; see `open_page`."""
    from matplotlib.figure import Figure

    room = page_width() - 2 * MARGIN
    title, feet = wrap(name, "title", room, most=2), wrap(" · ".join(notes), "small", room, most=3)
    below = wrap(subtitle, "subtitle", room, most=3) if is_narrow() else [fit(subtitle, "subtitle", room)]
    titled = 0.35 + TITLED * len(title)
    head, foot = titled + SUBTITLE * (len(below) - 1) + (0.55 if keyed else 0.25), 0.3 + 0.14 * len(feet)
    height = head + body + foot
    page = ChartPage(Figure(figsize=(page_width(), height), facecolor="white"), height, head)
    for row, line in enumerate(title):
        page.text(MARGIN, 0.32 + TITLED * row - head, line, "title", weight="bold", gid=TITLE)
    for row, line in enumerate(below):
        page.text(MARGIN, titled + SUBTITLE * row - head, line, "subtitle", color=SOFT)
    for row, line in enumerate(feet):
        page.text(MARGIN, body + foot - 0.14 * (len(feet) - row) - 0.12, line, "small", color=SOFT)
    return page


def notice(page: ChartPage, words: str) -> None:
    """Write, in place of a chart, why there is none."""
    page.text(MARGIN, 0.5, words, "panel", color=SOFT)
