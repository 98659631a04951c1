"""The chart of funding: the cost of each project and purchase by source, and of all by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.language.names import key_in_words
from fibercap.model.funding.sources import BRIDGE
from fibercap.views.charts.debt import drawn_loans, loan_colors
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import draw_bars, row_axis, tall_row
from fibercap.views.charts.style import (
    FAILS,
    LINES,
    MARGIN,
    MOST,
    OTHERS,
    PALETTE,
    SIZES,
    name_panel,
    same_decimals,
    scale,
    text_color_on,
    width_of,
    wrap,
)
from fibercap.views.charts.widths import page_width, room_beside
from fibercap.views.charts.years import Years, heights, write_values, yearly
from fibercap.views.input_words import name_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.page import ChartPage

NAMES: Final = 2.4
ROW: Final = 0.36
HEADING, BETWEEN, LOWER, UNDER = 0.35, 0.85, 2.3, 0.5
MOST_ROWS: Final = 16
EDGE: Final[dict[str, Any]] = {"edgecolor": "white"}  # parts stay apart in gray too
GAP: Final = "no source, paid from cash"
LATER: Final = "cash until a grant is received"
CALLED: Final = {"gap": GAP, BRIDGE: LATER}


@dataclass(frozen=True)
class FundingSource:
    """A source of funds: name, style of its bars, and what it pays for each use in each year, (use, year). [money]"""

    name: str
    style: dict[str, Any]
    paid: Array
    title: str = ""

    @property
    def label(self) -> str:
        """The name in the key."""
        return self.title or key_in_words(self.name)


def use_names(projection: Projection) -> dict[str, str]:
    """Return the names of uses by key: projects and bought plants, in the order of the file."""
    plan = projection.scenario
    bought = {key: f"Purchase of {name_in_words(plan, key)}" for key, plant in plan.plants.items() if plant.purchase}
    return bought | {key: name_in_words(plan, key) for key in plan.projects}


def sources_of(projection: Projection) -> list[FundingSource]:
    """Return the sources: loans by size, then grants, equity and cash.

    Where the palette is too short, the smallest loans are one source.
    """
    plan, keys = projection.scenario, list(use_names(projection))
    zero = np.zeros((len(keys), len(projection.timeline.groups("year"))))
    paid: dict[str, Array] = {}
    for place, key in enumerate(keys):
        for name, row in plan.source_rows(key).items():
            paid.setdefault(CALLED.get(name, name), zero.copy())[place] += yearly(projection, row)
    paid = {
        name: amounts for name, amounts in paid.items() if projection.trifle.counts(np.asarray(amounts.sum())).any()
    }
    loans = sorted((name for name in paid if name in plan.loans), key=lambda name: -float(paid[name].sum()))
    purses = [name for name in ("grant", LATER, "equity", "cash") if name in paid]
    room = MOST - len(purses)
    largest, rest = (loans, []) if len(loans) <= room else (loans[: room - 1], loans[room - 1 :])
    shown = [(name, paid[name]) for name in largest]
    if rest:
        shown.append((f"{len(rest)} other loans", np.sum([paid[name] for name in rest], axis=0)))
    shown += [(name, paid[name]) for name in purses]
    loan_color = loan_colors(drawn_loans(projection))
    color_of = {name: loan_color[name] for name in largest if name in loan_color}
    free = (color for color in (*PALETTE[3:], *PALETTE[:3]) if color not in color_of.values())
    color_of |= {
        name: next(free)
        for name in ("equity", "grant", LATER, "cash", *largest)
        if name in paid and name not in color_of
    }
    colors = [color_of.get(name, OTHERS) for name, _ in shown]
    titles = {name: loan.title for name, loan in plan.loans.items()}
    listed = [
        FundingSource(name, {"facecolor": color}, amounts, titles.get(name, ""))
        for (name, amounts), color in zip(shown, colors, strict=True)
    ]
    if GAP in paid:
        style = {"facecolor": "white", "hatch": "////", "edgecolor": FAILS}
        listed.append(FundingSource(GAP, style, paid[GAP]))
    return listed


def funding_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw a bar for each use, made of its sources, the most expensive first; below, all uses by year."""
    del comparison
    names, sources = use_names(projection), sources_of(projection)
    if not sources:
        page = open_page(projection, "Uses and sources of funds", 1.2, keyed=False)
        notice(page, "Nothing is built or bought in this plan.")
        return page.figure
    costs = np.sum([source.paid.sum(axis=1) for source in sources], axis=0)
    order = [place for place in np.argsort(-costs, kind="stable") if costs[place] > 0]
    shown, rest = order[:MOST_ROWS], order[MOST_ROWS:]
    rows = [(list(names.values())[place], [place]) for place in shown]
    rows += [(f"{len(rest)} other uses", rest)] if rest else []
    tall = _row(rows) * len(rows)
    page = open_page(
        projection,
        f"Uses of funds and who pays for them: each project and purchase, and all by {projection.timeline.year_kind}",
        HEADING + tall + BETWEEN + LOWER + UNDER,
    )
    _key(page, sources)
    _draw_uses(page, projection, sources, rows)
    _draw_years(page, projection, sources, HEADING + tall + BETWEEN)
    return page.figure


def _key(page: ChartPage, sources: list[FundingSource]) -> None:
    from matplotlib.patches import Patch

    page.key([Patch(**source.style, linewidth=0, label=source.label) for source in sources])


def _draw_uses(
    page: ChartPage, projection: Projection, sources: list[FundingSource], rows: list[tuple[str, list[int]]]
) -> None:
    """Draw a bar for each use, its sources end to end with their amounts, and its total."""
    left_edge = MARGIN + room_beside(NAMES)
    width, row_height = page_width() - left_edge - MARGIN - 0.55, _row(rows)
    ax = page.panel(left_edge, HEADING, width, row_height * len(rows))
    pays = np.array([[source.paid[places].sum() for _, places in rows] for source in sources])
    divisor, word = scale(float(pays.sum(axis=0).max()))
    pays = pays / divisor
    longest = float(pays.sum(axis=0).max())
    row_axis(ax, len(rows), 0, longest)
    form = same_decimals(pays.sum(axis=0))
    positions, left = np.arange(len(rows)), np.zeros(len(rows))
    for source, amounts in zip(sources, pays, strict=True):
        draw_bars(
            ax, positions, amounts, 0.66 * ROW / row_height, lying=True, base=left, linewidth=0.8, **EDGE | source.style
        )
        _write_inside(ax, source, amounts, left, width / longest, form)
        left = left + amounts
    for row, (name, _) in enumerate(rows):
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["label"]}
        text = "\n".join(_lines(name))
        ax.annotate(text, (0, row), xytext=(-7, 0), ha="right", **style)
        ax.annotate(form(left[row]), (left[row], row), xytext=(4, 0), ha="left", weight="bold", **style)
    name_panel(ax, "Cost of each use, by who pays", f"{word}{projection.scenario.currency}", width)


def _lines(name: str) -> list[str]:
    """Return the lines of the name of a use."""
    return wrap(name, "label", room_beside(NAMES) - 0.15, LINES)


def _row(rows: list[tuple[str, list[int]]]) -> float:
    """Return the height of each row. [inch]"""
    return tall_row([_lines(name) for name, _ in rows], ROW)


def _write_inside(
    ax: Axes, source: FundingSource, amounts: Array, left: Array, inches: float, form: Callable[[float], str]
) -> None:
    """Write the amounts of a source into its parts of the bars, where they fit."""
    for row, (amount, start) in enumerate(zip(amounts, left, strict=True)):
        text = form(amount)
        if amount > 0 and width_of(text, "small") + 0.08 <= amount * inches:
            style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SIZES["small"]}
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if "hatch" in source.style else None
            ax.text(start + amount / 2, row, text, color=text_color_on(source.style["facecolor"]), bbox=box, **style)


def _draw_years(page: ChartPage, projection: Projection, sources: list[FundingSource], top: float) -> None:
    """Draw what each source pays in each year, stacked, and the total spent."""
    years, width = Years.of(projection), page_width() - MARGIN - MARGIN - 0.2
    ax = page.panel(MARGIN + 0.2, top, width, LOWER)
    pays = np.array([source.paid.sum(axis=0) for source in sources])
    spent = pays.sum(axis=0)
    divisor, word = scale(float(spent.max()))
    base = np.zeros(len(spent))
    for source, amounts in zip(sources, pays / divisor, strict=True):
        draw_bars(ax, years.middles, amounts, 0.6 * years.spans, base=base, linewidth=0.8, **EDGE | source.style)
        base = base + amounts
    heights(ax, [base])
    write_values(ax, [(years.middles, base)], years.room(width))
    years.set_axis(ax, width)
    name_panel(ax, "Spent in each year, by who pays", f"{word}{projection.scenario.currency}", width)
