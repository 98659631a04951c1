"""The chart of cover: cash flow available and debt service by year; below, cover ratios with their covenants."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.timeline import month_number, month_start
from fibercap.studies.covenants import covenants
from fibercap.views.charts.claim_marks import marker
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import draw_bars
from fibercap.views.charts.ratios import nearest_to_limits, ratios
from fibercap.views.charts.style import FAILS, INK, MARGIN, PALETTE, SIZES, fit, name_panel, scale, short, width_of
from fibercap.views.charts.widths import page_width, room_beside
from fibercap.views.charts.years import Band, Years, heights, name_bands, write_values, yearly

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import CovenantResult
    from fibercap.views.charts.page import ChartPage
    from fibercap.views.charts.ratios import Ratio

LEFT: Final = MARGIN + 0.2
LABELS: Final = 1.85
HEADING, UPPER, BETWEEN, UNDER = 0.35, 2.5, 0.4, 0.45
PRINCIPAL, INTEREST, CASH = PALETTE[0], PALETTE[1], PALETTE[3]
ROOM: Final = 0.25
"""Height that a number below its dot needs. [inch]"""
TIMES: Final = "CFADS / debt service"


def cover_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw cash flow available and debt service by year, and below them the cover ratios."""
    del comparison
    years, every = Years.of(projection), ratios(projection)
    shown = nearest_to_limits(every)
    hidden = (
        f" · not drawn: {len(every) - len(shown)} loans that are farther from their limits" if every != shown else ""
    )
    kind = projection.timeline.year_kind
    subtitle = f"Debt service and the cash flow available for it, by {kind}, and how often it is covered"
    body = HEADING + UPPER + UNDER + sum(BETWEEN + ratio.tall + UNDER for ratio in shown)
    about = f"CFADS: cash flow available for debt service{hidden}{_untested_note(projection)}"
    page = open_page(projection, subtitle, body if shown else 1.2, about, keyed=bool(shown))
    if not shown:
        notice(page, "No debt service is due in this plan.")
        return page.figure
    page.key(_handles(shown))
    _draw_service(page, projection, years)
    top = HEADING + UPPER + UNDER
    for ratio in shown:
        _draw_ratio(page, projection, ratio, top + BETWEEN, years)
        top += BETWEEN + ratio.tall + UNDER
    return page.figure


def _untested_note(projection: Projection) -> str:
    """Return a note on dates on which covenants could not be tested, with the reason if all share it; "" if none."""
    promises = covenants(projection).values()
    reasons = [date.reason for promise in promises for date in promise.untested]
    if not reasons:
        return ""
    count = len(reasons) + sum(len(promise.tests) for promise in promises)
    why = f": {reasons[0]}" if len(set(reasons)) == 1 else ""
    return f" · covenants not tested on {len(reasons)} of {count} dates{why}"


def _draw_service(page: ChartPage, projection: Projection, years: Years) -> None:
    """Draw two bars for each year: cash flow available; principal, interest and fees."""
    width = page_width() - LEFT - MARGIN - room_beside(LABELS)
    ax = page.panel(LEFT, HEADING, width, UPPER)
    cash, principal = yearly(projection, "accounts.cfads"), yearly(projection, "accounts.scheduled_principal")
    interest = yearly(projection, "accounts.interest_paid") + yearly(projection, "accounts.fees_paid")
    interest = interest - yearly(projection, "accounts.service_funded")
    service = principal + interest
    divisor, word = scale(float(max(np.abs(cash).max(), service.max())))
    (middles, wide), (beside, thin) = years.slots(2)
    draw_bars(ax, middles, cash / divisor, wide, facecolor=CASH)
    draw_bars(ax, beside, principal / divisor, thin, facecolor=PRINCIPAL)
    draw_bars(ax, beside, interest / divisor, thin, base=principal / divisor, facecolor=INTEREST)
    heights(ax, [cash / divisor, service / divisor])
    room = years.room(width) * 0.4
    write_values(ax, [(middles, cash / divisor), (beside, service / divisor)], room)
    years.set_axis(ax, width)
    name_panel(ax, "Cash flow and debt service", f"{word}{projection.scenario.currency}", width)


def _draw_ratio(page: ChartPage, projection: Projection, ratio: Ratio, top: float, years: Years) -> None:
    """Draw one ratio as dots, with crosses where it breaks a covenant, and the covenants as lines."""
    width = page_width() - LEFT - MARGIN - room_beside(LABELS)
    ax = page.panel(LEFT, top, width, ratio.tall)
    shown = ratio.drawn_values
    heights(ax, [shown, np.array(ratio.every_limit)], above=0.24)
    ax.set_xlim(float(years.starts[0]), float(years.ends[-1]))
    for promise in ratio.promises:
        _line(ax, projection, ratio, promise)
    broken, cut = ratio.breaks_covenant, shown < ratio.values
    for holds in (True, False):
        mask = (broken != holds) & ~cut
        dots = marker(holds=holds) | _plain(holds=holds) | {"linestyle": "none", "zorder": 4, "clip_on": False}
        ax.plot(ratio.places[mask], shown[mask], **dots)
    ax.plot(ratio.places[cut], shown[cut], marker="^", markersize=6, color=INK, linestyle="none", zorder=4)
    _write(ax, ratio, shown, width)
    name_panel(ax, ratio.name, TIMES, width)
    years.set_axis(ax, width)
    bands = [
        Band(f"{_whose(loans)} {sign}", FAILS, limit, limit, limit) for (sign, limit), loans in ratio.limits.items()
    ]
    if bands:
        name_bands(ax, bands, width, ratio.tall, room_beside(LABELS), "_")


def _whose(loans: list[str]) -> str:
    """Return who sets a limit: a loan by its title, or how many loans."""
    return f"{len(loans)} loans" if len(loans) > 1 else fit(loans[0], "label", room_beside(LABELS) / 2)


def _plain(*, holds: bool) -> dict[str, Any]:
    """Return the style of a value that breaks no covenant: a plain color, because not every value is tested."""
    return {"color": INK, "markersize": 6} if holds else {}


def _line(ax: Axes, projection: Projection, ratio: Ratio, promise: CovenantResult) -> None:
    """Draw a covenant's limit over the life of its loan and all dates of its tests, in steps if it changes."""
    loan = projection.scenario.loans[promise.loan]
    dates = {test.when for test in promise.tests}
    tested = [place for place, label in zip(ratio.places, ratio.labels, strict=True) if label & dates]
    low, high = ax.get_xlim()
    first, last = min([month_start(loan.signed) / 12, *tested]), max([month_number(loan.maturity) / 12, *tested])
    begins, ends = max(first, low), min(last, high)
    places: list[float] = []
    limits: list[float] = []
    for step, later in zip_longest(promise.limits, promise.limits[1:]):
        since, until = (min(max(edge, begins), ends) for edge in (step.start / 12, later.start / 12 if later else ends))
        if until > since or not places:
            places += [since, until]
            limits += [step.value, step.value]
    ax.plot(places, limits, color=FAILS, linewidth=1.1, linestyle=(0, (5, 2)), zorder=2)


def _write(ax: Axes, ratio: Ratio, shown: Array, width: float) -> None:
    """Write each value above its dot; if they are too many, only the lowest, below its dot where there is room."""
    low, high = ax.get_xlim()
    apart = float(np.diff(ratio.places).min()) * width / (high - low) if len(shown) > 1 else width
    every = np.arange(len(shown))
    few = max(width_of(f"{value:,.2f}", "small") for value in ratio.values) > 0.95 * apart
    floor, top = ax.get_ylim()
    if few:
        every = np.array([int(ratio.values.argmin())])
    for place in every:
        value = ratio.values[place]
        under = few and (shown[place] - floor) / (top - floor) * ratio.tall > ROOM
        style: dict[str, Any] = {
            "ha": "center",
            "va": "top" if under else "bottom",
            "fontsize": SIZES["small"],
            "textcoords": "offset points",
        }
        word = short(value) if shown[place] < value else f"{value:,.2f}"
        box = {"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 0.5}
        point = (ratio.places[place], shown[place])
        ax.annotate(word, point, xytext=(0, -5 if under else 5), bbox=box, zorder=5, **style)


def _handles(shown: list[Ratio]) -> list[Artist]:
    """Return the entries of the key; marks of ratios only where some ratio has them."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Artist] = [
        Patch(facecolor=CASH, label="CFADS"),
        Patch(facecolor=PRINCIPAL, label="scheduled principal"),
        Patch(facecolor=INTEREST, label="interest and recurring fees that funding does not pay"),
    ]
    if any(ratio.promises for ratio in shown):
        entries.append(Line2D([], [], color=FAILS, linewidth=1.1, linestyle=(0, (5, 2)), label="covenant"))
    if any(ratio.breaks_covenant.any() for ratio in shown):
        entries.append(Line2D([], [], **marker(holds=False), linestyle="none", label="broken"))
    if any((ratio.drawn_values < ratio.values).any() for ratio in shown):
        entries.append(Line2D([], [], marker="^", markersize=6, color=INK, linestyle="none", label="higher than drawn"))
    return entries
