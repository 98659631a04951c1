"""The chart of funding: what each project and purchase costs and who pays for it, and the same by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.model.funding.sources import BRIDGE
from fibercap.views.charts.debt import drawn_loans, loan_colours
from fibercap.views.charts.panel import draw_bars, row_axis, tall_row, year_axis
from fibercap.views.charts.style import (
    FAILS,
    LINES,
    MARGIN,
    MOST,
    OTHERS,
    PALETTE,
    SIZES,
    WIDTH,
    alike,
    name_panel,
    notice,
    on,
    open_page,
    scale,
    width_of,
    wrap,
)
from fibercap.views.charts.years import Years, heights, write_values, yearly

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.style import Page

NAMES: Final = 2.4
LEFT: Final = MARGIN + NAMES
ROW: Final = 0.36
HEADING, BETWEEN, LOWER, UNDER = 0.35, 0.85, 2.3, 0.5
MOST_ROWS: Final = 16
EDGE: Final[dict[str, Any]] = {"edgecolor": "white"}  # parts stay apart in grey too
GAP: Final = "no source, paid from cash"
LATER: Final = "cash until a grant is received"
CALLED: Final = {"gap": GAP, BRIDGE: LATER}


@dataclass(frozen=True)
class Source:
    """Who pays: its name, how it is drawn, and what it pays for each use in each year, (use, year). [money]"""

    name: str
    style: dict[str, Any]
    paid: Array
    title: str = ""

    @property
    def label(self) -> str:
        """What the key calls it."""
        return self.title or self.name


def uses_of(projection: Projection) -> dict[str, str]:
    """Return the names of what is paid for, by key: projects and bought plants, in the order of the file."""
    plan = projection.scenario
    bought = {key: f"Purchase of {plant.name or key}" for key, plant in plan.plants.items() if plant.purchase}
    return bought | {key: project.name or key for key, project in plan.projects.items()}


def sources_of(projection: Projection) -> list[Source]:
    """Return who pays: loans by size, then grants, equity and cash; beyond the palette the smallest loans are one."""
    plan, keys = projection.scenario, list(uses_of(projection))
    zero = np.zeros((len(keys), len(projection.timeline.groups("year"))))
    paid: dict[str, Array] = {}
    for place, key in enumerate(keys):
        for name, row in plan.source_rows(key).items():
            paid.setdefault(CALLED.get(name, name), zero.copy())[place] += yearly(projection, row)
    paid = {name: amounts for name, amounts in paid.items() if projection.trifle.counts(amounts.sum()).any()}
    loans = sorted((name for name in paid if name in plan.loans), key=lambda name: -float(paid[name].sum()))
    purses = [name for name in ("grant", LATER, "equity", "cash") if name in paid]
    room = MOST - len(purses)
    kept, rest = (loans, []) if len(loans) <= room else (loans[: room - 1], loans[room - 1 :])
    found = [(name, paid[name]) for name in kept]
    if rest:
        found.append((f"{len(rest)} other loans", np.sum([paid[name] for name in rest], axis=0)))
    found += [(name, paid[name]) for name in purses]
    known = loan_colours(drawn_loans(projection))
    own = {name: known[name] for name in kept if name in known}
    free = (colour for colour in (*PALETTE[3:], *PALETTE[:3]) if colour not in own.values())
    own |= {name: next(free) for name in ("equity", "grant", LATER, "cash", *kept) if name in paid and name not in own}
    colours = [own.get(name, OTHERS) for name, _ in found]
    titles = {name: loan.title for name, loan in plan.loans.items()}
    listed = [
        Source(name, {"facecolor": colour}, amounts, titles.get(name, ""))
        for (name, amounts), colour in zip(found, colours, strict=True)
    ]
    if GAP in paid:
        style = {"facecolor": "white", "hatch": "////", "edgecolor": FAILS}
        listed.append(Source(GAP, style, paid[GAP]))
    return listed


def funding_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw each use as a bar of its sources, the dearest first, and all of them by year."""
    del comparison
    names, sources = uses_of(projection), sources_of(projection)
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
        "Uses of funds and who pays for them: each project and purchase, and all by calendar year",
        HEADING + tall + BETWEEN + LOWER + UNDER,
    )
    _key(page, sources)
    _draw_uses(page, projection, sources, rows)
    _draw_years(page, projection, sources, HEADING + tall + BETWEEN)
    return page.figure


def _key(page: Page, sources: list[Source]) -> None:
    from matplotlib.patches import Patch

    page.key([Patch(**source.style, linewidth=0, label=source.label) for source in sources])


def _draw_uses(page: Page, projection: Projection, sources: list[Source], rows: list[tuple[str, list[int]]]) -> None:
    """Draw one bar for each use, its sources end to end with their amounts, and what it comes to."""
    width, row_height = WIDTH - LEFT - MARGIN - 0.55, _row(rows)
    ax = page.panel(LEFT, HEADING, width, row_height * len(rows))
    pays = np.array([[source.paid[places].sum() for _, places in rows] for source in sources])
    divisor, word = scale(float(pays.sum(axis=0).max()))
    pays = pays / divisor
    longest = float(pays.sum(axis=0).max())
    row_axis(ax, len(rows), 0, longest)
    form = alike(pays.sum(axis=0))
    at, left = np.arange(len(rows)), np.zeros(len(rows))
    for source, amounts in zip(sources, pays, strict=True):
        draw_bars(ax, at, amounts, 0.66 * ROW / row_height, lying=True, base=left, linewidth=0.8, **EDGE | source.style)
        _write_inside(ax, source, amounts, left, width / longest, form)
        left = left + amounts
    for row, (name, _) in enumerate(rows):
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["label"]}
        told = "\n".join(_lines(name))
        ax.annotate(told, (0, row), xytext=(-7, 0), ha="right", **style)
        ax.annotate(form(left[row]), (left[row], row), xytext=(4, 0), ha="left", weight="bold", **style)
    name_panel(ax, "Cost of each use, by who pays", f"{word}{projection.scenario.currency}", width)


def _lines(name: str) -> list[str]:
    """Return the name of a use in lines."""
    return wrap(name, "label", NAMES - 0.15, LINES)


def _row(rows: list[tuple[str, list[int]]]) -> float:
    """Return how tall the row of each use is. [inch]"""
    return tall_row([_lines(name) for name, _ in rows], ROW)


def _write_inside(
    ax: Axes, source: Source, amounts: Array, left: Array, inches: float, form: Callable[[float], str]
) -> None:
    """Write each amount into its part of a bar, where it fits."""
    for row, (amount, start) in enumerate(zip(amounts, left, strict=True)):
        text = form(amount)
        if amount > 0 and width_of(text, "small") + 0.08 <= amount * inches:
            style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SIZES["small"]}
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if "hatch" in source.style else None
            ax.text(start + amount / 2, row, text, color=on(source.style["facecolor"]), bbox=box, **style)


def _draw_years(page: Page, projection: Projection, sources: list[Source], top: float) -> None:
    """Draw what each source pays in each year, one upon the other, and what is spent."""
    years, width = Years.of(projection), WIDTH - MARGIN - MARGIN - 0.2
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
    year_axis(ax, float(years.starts[0]), float(years.ends[-1]), width)
    name_panel(ax, "Spent in each year, by who pays", f"{word}{projection.scenario.currency}", width)
