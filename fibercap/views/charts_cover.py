"""The chart of cover: debt service beside the cash flow for it, and below it the ratios with their covenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.timeline import month_number, month_start, period_label
from fibercap.model.twelve_months import OVER, YEARLY
from fibercap.studies.covenant_values import half_year
from fibercap.studies.covenants import covenants
from fibercap.views.charts_claims import SIGNS, marker
from fibercap.views.charts_panel import draw_bars, year_axis
from fibercap.views.charts_style import (
    FAILS,
    INK,
    MARGIN,
    PALETTE,
    SIZES,
    WIDTH,
    fit,
    name_panel,
    notice,
    open_page,
    scale,
    short,
    width_of,
)
from fibercap.views.charts_years import LINE, Band, Years, heights, name_bands, write_values, yearly

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import Tested
    from fibercap.views.charts_style import Page

LEFT: Final = MARGIN + 0.2
LABELS: Final = 1.85
HEADING, UPPER, BETWEEN, RATIO, UNDER = 0.35, 2.5, 0.4, 1.5, 0.45
PRINCIPAL, INTEREST, CASH = PALETTE[0], PALETTE[1], PALETTE[3]
BEYOND: Final = 6.0
"""Where ratios reach twice so many times the lowest one, or the highest limit, they are cut there."""
MOST: Final = 6
"""Loans whose own cover is drawn."""
TWELVE: Final = "accounts.dscr_12m"
TIMES: Final = "CFADS / debt service"


@dataclass(frozen=True, eq=False)
class Ratio:
    """A cover ratio where it is defined, and the covenants that limit it. [month / 12, 1]

    `labels` are for each value the names by which a test may call its period.
    """

    name: str
    places: Array
    values: Array
    labels: tuple[frozenset[str], ...]
    promises: tuple[Tested, ...]

    @property
    def broken(self) -> Array:
        """Tell for each value whether it breaks a covenant."""
        bad = {test.when for promise in self.promises for test in promise.tests if not test.holds}
        return np.array([bool(names & bad) for names in self.labels], dtype=bool)

    @property
    def limits(self) -> dict[tuple[str, float], list[str]]:
        """The loans that set each limit, the lowest first."""
        found: dict[tuple[str, float], list[str]] = {}
        for promise in sorted(self.promises, key=lambda promise: promise.limit):
            found.setdefault((SIGNS[promise.comparator], promise.limit), []).append(promise.loan_title)
        return found

    @property
    def room(self) -> float:
        """The least that is left to a limit, as a share of it."""
        rooms = [promise.tightest.headroom for promise in self.promises if promise.tightest]
        return min((room for room in rooms if room is not None), default=float("inf"))

    @property
    def shown(self) -> Array:
        """The values as they are drawn: far ones at the edge."""
        near = max([float(self.values.min()), 1.0, *(limit for _, limit in self.limits)])
        return np.minimum(self.values, BEYOND * near) if self.values.max() > 2 * BEYOND * near else self.values

    @property
    def tall(self) -> float:
        """Height of its panel, for the names of all limits to fit. [inch]"""
        return max(RATIO, LINE * (len(self.limits) + 1))


def ratios(projection: Projection) -> list[Ratio]:
    """Return the company's cover over twelve months at payments, and every other cover that a covenant limits."""
    promises = covenants(projection).values()
    found = [_at_periods("All loans, over twelve months, at payments", projection, TWELVE, promises)]
    subjects = dict.fromkeys(p.subject for p in promises if "dscr" in p.subject.rpartition(".")[2] and "." in p.subject)
    for row in subjects:
        if row in YEARLY:
            years = Years.of(projection)
            found.append(_ratio("All loans, by calendar year", years.middles, projection, row, promises))
        elif row != TWELVE and row in projection.rows:
            found.append(_at_periods(_name(projection, row), projection, row, promises))
    return [ratio for ratio in found if len(ratio.values)]


def _name(projection: Projection, row: str) -> str:
    """Return what a panel of one ratio is called."""
    stem, _, key = row.rpartition(".")
    loan = stem.removeprefix("loans.")
    whose = projection.scenario.loan_title(loan) if stem.startswith("loans.") else "All loans"
    if key.endswith(OVER):
        return f"{whose}{', before capex' if 'capex' in key else ''}, over twelve months, at payments"
    taxed = " with unlevered tax" if key == "dscr_unlevered" else ""
    return f"{whose}{taxed}, at its payments" if stem.startswith("loans.") else f"{whose}, by period"


def _at_periods(name: str, projection: Projection, row: str, promises: Iterable[Tested]) -> Ratio:
    """Return a ratio of single periods: of twelve months, where a payment falls or a covenant is tested."""
    own = tuple(p for p in promises if p.subject == row or (row == TWELVE and p.subject == "min_dscr"))
    timeline, values = projection.timeline, projection.value(row)[0]
    shown = np.isfinite(values)
    if row.endswith(OVER):
        stem = row.rpartition(".")[0]
        tested = {test.when for promise in own for test in promise.tests}
        dates = np.array([bool(_labels(day, timeline.step) & tested) for day in timeline.dates])
        shown &= (projection.value(f"{stem}.has_payment")[0] > 0) | dates
    labels = tuple(_labels(timeline.dates[k], timeline.step) for k in np.flatnonzero(shown))
    return Ratio(name, (timeline.ends / 12)[shown], values[shown], labels, own)


def _labels(day: date, step: str) -> frozenset[str]:
    """Return the names by which a test may call the period that a day closes: the model's, or one of the calendar."""
    found = {period_label(day, step)}
    for months, word in ((3, period_label(day, "quarter")), (6, half_year(day)), (12, period_label(day, "year"))):
        if day.month % months == 0:
            found.add(word)
    return frozenset(found)


def chosen(found: list[Ratio]) -> list[Ratio]:
    """Return the company's ratio, and of the loans' own those that come nearest to their limits."""
    company, own = found[:1], found[1:]
    kept = sorted(own, key=lambda ratio: ratio.room)[:MOST]
    return [*company, *(ratio for ratio in own if ratio in kept)]


def _ratio(name: str, places: Array, projection: Projection, row: str, promises: Iterable[Tested]) -> Ratio:
    """Return a ratio of calendar years."""
    by_year = projection.by(row)
    values = np.array([value[0] for value in by_year.values()])
    known = np.isfinite(values)
    labels = tuple(frozenset({year}) for year, is_known in zip(by_year, known, strict=True) if is_known)
    return Ratio(name, places[known], values[known], labels, tuple(p for p in promises if p.subject == row))


def cover_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw debt service beside the cash flow for it by year, and below it how often it is covered."""
    del comparison
    years, every = Years.of(projection), ratios(projection)
    found = chosen(every)
    hidden = (
        f" · not drawn: {len(every) - len(found)} loans that are farther from their limits" if every != found else ""
    )
    subtitle = "Debt service and the cash flow available for it, by calendar year, and how often it is covered"
    body = HEADING + UPPER + UNDER + sum(BETWEEN + ratio.tall + UNDER for ratio in found)
    about = f"CFADS: cash flow available for debt service{hidden}{_untested(projection)}"
    page = open_page(projection, subtitle, body if found else 1.2, about, keyed=bool(found))
    if not found:
        notice(page, "No debt service is due in this plan.")
        return page.figure
    page.key(_handles(found))
    _draw_service(page, projection, years)
    top = HEADING + UPPER + UNDER
    for ratio in found:
        _draw_ratio(page, projection, ratio, top + BETWEEN, years)
        top += BETWEEN + ratio.tall + UNDER
    return page.figure


def _untested(projection: Projection) -> str:
    """Say on how many dates covenants could not be tested, and why where there is one reason; "" where on none."""
    promises = covenants(projection).values()
    reasons = [date.reason for promise in promises for date in promise.untested]
    if not reasons:
        return ""
    count = len(reasons) + sum(len(promise.tests) for promise in promises)
    why = f": {reasons[0]}" if len(set(reasons)) == 1 else ""
    return f" · covenants not tested on {len(reasons)} of {count} dates{why}"


def _draw_service(page: Page, projection: Projection, years: Years) -> None:
    """Draw cash flow for debt service beside principal, interest and fees, year by year."""
    width = WIDTH - LEFT - MARGIN - LABELS
    ax = page.panel(LEFT, HEADING, width, UPPER)
    cash, principal = yearly(projection, "accounts.cfads"), yearly(projection, "accounts.scheduled_principal")
    interest = yearly(projection, "accounts.interest_paid") + yearly(projection, "accounts.fees_paid")
    interest = interest - yearly(projection, "accounts.service_funded")
    service = principal + interest
    divisor, word = scale(float(max(np.abs(cash).max(), service.max())))
    (at, wide), (beside, thin) = years.slots(2)
    draw_bars(ax, at, cash / divisor, wide, facecolor=CASH)
    draw_bars(ax, beside, principal / divisor, thin, facecolor=PRINCIPAL)
    draw_bars(ax, beside, interest / divisor, thin, base=principal / divisor, facecolor=INTEREST)
    heights(ax, [cash / divisor, service / divisor])
    room = years.room(width) * 0.4
    write_values(ax, [(at, cash / divisor), (beside, service / divisor)], room)
    year_axis(ax, float(years.starts[0]), float(years.ends[-1]), width)
    name_panel(ax, "Cash flow and debt service", f"{word}{projection.scenario.currency}", width)


def _draw_ratio(page: Page, projection: Projection, ratio: Ratio, top: float, years: Years) -> None:
    """Draw one ratio as dots, crosses where it breaks a covenant, and the covenants as lines."""
    width = WIDTH - LEFT - MARGIN - LABELS
    ax = page.panel(LEFT, top, width, ratio.tall)
    shown = ratio.shown
    heights(ax, [shown, np.array([limit for _, limit in ratio.limits])], above=0.24)
    ax.set_xlim(float(years.starts[0]), float(years.ends[-1]))
    for promise in ratio.promises:
        _line(ax, projection, ratio, promise)
    broken, cut = ratio.broken, shown < ratio.values
    for holds in (True, False):
        at = (broken != holds) & ~cut
        dots = marker(holds=holds) | _plain(holds=holds) | {"linestyle": "none", "zorder": 4, "clip_on": False}
        ax.plot(ratio.places[at], shown[at], **dots)
    ax.plot(ratio.places[cut], shown[cut], marker="^", markersize=6, color=INK, linestyle="none", zorder=4)
    _write(ax, ratio, shown, width)
    name_panel(ax, ratio.name, TIMES, width)
    year_axis(ax, float(years.starts[0]), float(years.ends[-1]), width)
    bands = [
        Band(f"{fit(', '.join(loans), 'label', LABELS / 2)} {sign}", FAILS, limit, limit, limit)
        for (sign, limit), loans in ratio.limits.items()
    ]
    if bands:
        name_bands(ax, bands, width, ratio.tall, LABELS, "_")


def _plain(*, holds: bool) -> dict[str, Any]:
    """Return the colour of a value that breaks nothing: no verdict is due on it."""
    return {"color": INK, "markersize": 6} if holds else {}


def _line(ax: Axes, projection: Projection, ratio: Ratio, promise: Tested) -> None:
    """Draw a covenant's limit while its loan runs, and as far as it is tested."""
    loan = projection.scenario.loans[promise.loan]
    dates = {test.when for test in promise.tests}
    tested = [place for place, label in zip(ratio.places, ratio.labels, strict=True) if label & dates]
    low, high = ax.get_xlim()
    first, last = min([month_start(loan.signed) / 12, *tested]), max([month_number(loan.maturity) / 12, *tested])
    ends = [max(first, low), min(last, high)]
    ax.plot(ends, [promise.limit] * 2, color=FAILS, linewidth=1.1, linestyle=(0, (5, 2)), zorder=2)


def _write(ax: Axes, ratio: Ratio, shown: Array, width: float) -> None:
    """Write each value above its dot; of many, the lowest alone."""
    low, high = ax.get_xlim()
    apart = float(np.diff(ratio.places).min()) * width / (high - low) if len(shown) > 1 else width
    every = np.arange(len(shown))
    if max(width_of(f"{value:,.2f}", "small") for value in ratio.values) > 0.95 * apart:
        every = np.array([int(ratio.values.argmin())])
    for place in every:
        value = ratio.values[place]
        style: dict[str, Any] = {
            "ha": "center",
            "va": "bottom",
            "fontsize": SIZES["small"],
            "textcoords": "offset points",
        }
        word = short(value) if shown[place] < value else f"{value:,.2f}"
        box = {"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 0.5}
        ax.annotate(word, (ratio.places[place], shown[place]), xytext=(0, 5), bbox=box, zorder=3, **style)


def _handles(found: list[Ratio]) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Artist] = [
        Patch(facecolor=CASH, label="CFADS"),
        Patch(facecolor=PRINCIPAL, label="scheduled principal"),
        Patch(facecolor=INTEREST, label="interest and recurring fees that funding does not pay"),
    ]
    if any(ratio.promises for ratio in found):
        entries.append(Line2D([], [], color=FAILS, linewidth=1.1, linestyle=(0, (5, 2)), label="covenant"))
    if any(ratio.broken.any() for ratio in found):
        entries.append(Line2D([], [], **marker(holds=False), linestyle="none", label="broken"))
    if any((ratio.shown < ratio.values).any() for ratio in found):
        entries.append(Line2D([], [], marker="^", markersize=6, color=INK, linestyle="none", label="higher than drawn"))
    return entries
