"""The panel of all-in cost against the lowest debt service cover: each option is a point with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.views.charts.claim_marks import SIGNS
from fibercap.views.charts.labels import ChartLabel, label
from fibercap.views.charts.panel import across_axis, value_axis
from fibercap.views.charts.style import FAILS, INK, LINES, MARGIN, PALETTE, SOFT, fit, name_panel, short, wrap
from fibercap.views.charts.widths import page_width, room_beside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from matplotlib.axes import Axes

    from fibercap.core.units import Array
    from fibercap.studies.compare import Case, Comparison
    from fibercap.views.charts.page import ChartPage

HEADING, PANEL, UNDER = 0.45, 2.9, 1.0
LEFT: Final = MARGIN + 0.2
LONGEST: Final = 2.4
MARKER: Final = 8.0
AROUND: Final = 0.18
PIECE: Final = 0.06
"""Half the length of a limit that applies to single points only, as a share of the axis."""


def without_loans(comparison: Comparison) -> tuple[str, ...]:
    """Return the cases that draw only loans which every case draws on the same terms; none if that is all of them.

    Their cost and cover say nothing about a choice between loans.
    """
    cases, changes = comparison.cases, [path for paths in comparison.differences.values() for path in paths]
    drawn_by_case = {name: _drawn_amounts(case) for name, case in cases.items()}
    base = drawn_by_case[comparison.baseline]
    trifle = float(cases[comparison.baseline].projection.trifle.value.flat[0])
    everywhere = {
        loan
        for loan, amount in base.items()
        if all(abs(each.get(loan, 0.0) - amount) <= trifle for each in drawn_by_case.values())
        and not any(f"{path}.".startswith(f"loans.{loan}.") for path in changes)
    }
    free = tuple(name for name, loans in drawn_by_case.items() if loans.keys() <= everywhere)
    return free if len(free) < len(cases) else ()


def _drawn_amounts(case: Case) -> dict[str, float]:
    """Return the total drawn of each loan that is drawn at all. [its currency]"""
    totals = {
        loan: float(case.projection.value(f"loans.{loan}.schedule.drawn")[0].sum())
        for loan in case.projection.scenario.loans
    }
    return {loan: total for loan, total in totals.items() if total}


def points_of(comparison: Comparison) -> dict[str, tuple[float, float]]:
    """Return all-in cost and lowest DSCR of each case that has both and loans of its own. [%/year, 1]"""
    points, free = {}, without_loans(comparison)
    for name, case in comparison.cases.items():
        if name in free:
            continue
        cost, cover = case.measures["all_in_cost"].value, case.measures["min_dscr"].value
        if cost is not None and cover is not None:
            points[name] = (100 * cost, cover)
    return points


def tradeoff_height(comparison: Comparison) -> float:
    """Return the height of the panel; 0 if it would have fewer than two points. [inch]"""
    return HEADING + PANEL + UNDER if len(points_of(comparison)) > 1 else 0.0


def draw_tradeoff(page: ChartPage, comparison: Comparison, top: float) -> None:
    """Draw cost on the horizontal and cover on the vertical axis, and covenants as lines; up and left is better."""
    points = points_of(comparison)
    width = page_width() - LEFT - MARGIN
    ax = page.panel(LEFT, top + HEADING, width, PANEL)
    places = np.array(list(points.values()))
    limits = _limits(comparison, points)
    _frame(ax, places, limits)
    name_panel(ax, "Lowest DSCR over twelve months against all-in cost of debt", "CFADS / debt service", width)
    labels, lines = [], [places]
    for name, (cost, cover) in sorted(points.items(), key=lambda point: point[1]):
        base = name == comparison.baseline
        fill = "white" if base else PALETTE[0]
        ax.plot([cost], [cover], "o", markersize=MARKER, color=fill, markeredgecolor=PALETTE[0], markeredgewidth=1.6)
        words = wrap(comparison.cases[name].title, "small", room_beside(LONGEST), most=LINES)
        labels.append(ChartLabel(cost, cover, "\n".join(words), INK))
    low, high = ax.get_xlim()
    for (sign, limit), (loans, names) in limits.items():
        ends = [(low, high)] if names >= points.keys() else _beside([points[name][0] for name in names], low, high)
        for start, end in ends:
            ax.plot([start, end], [limit, limit], color=FAILS, linewidth=1.1, linestyle=(0, (5, 2)))
            lines.append(np.column_stack([np.linspace(start, end, 300), np.full(300, limit)]))
        labels.append(
            ChartLabel(ends[-1][1], limit, f"{fit(', '.join(loans), 'small', LONGEST)} {sign} {short(limit)}", FAILS)
        )
    label(ax, labels, np.concatenate(lines), MARKER)
    across = "across: all-in cost of debt, %/year, cheaper to the left; upwards: better covered"
    missing = "; ".join(case.title for name, case in comparison.cases.items() if name not in points)
    notes = [*wrap(across, "small", width, most=2), *_missing(missing, width)]
    for line, note in enumerate(notes):
        page.text(LEFT, top + HEADING + PANEL + 0.3 + 0.16 * line, note, "small", color=SOFT)


def _missing(names: str, width: float) -> list[str]:
    """Return the lines of a note on the cases that are not drawn; none if all are."""
    text = f"not drawn, for they have no loan of their own, or one of both is undefined: {names}"
    return wrap(text, "small", width, most=LINES) if names else []


def _beside(costs: list[float], low: float, high: float) -> list[tuple[float, float]]:
    """Return the ends of the short lines that mark a limit at single points, from left to right."""
    reach = PIECE * (high - low)
    return [(max(cost - reach, low), min(cost + reach, high)) for cost in sorted(costs)]


def _limits(comparison: Comparison, shown: Collection[str]) -> dict[tuple[str, float], tuple[list[str], set[str]]]:
    """Return the limits on DSCR over twelve months, each with the loans that set it and the cases with these loans."""
    limits: dict[tuple[str, float], tuple[list[str], set[str]]] = {}
    for name in shown:
        for promise in comparison.cases[name].covenants.values():
            if promise.subject in {"accounts.dscr_12m", "min_dscr"}:
                loans, names = limits.setdefault((SIGNS[promise.comparator], promise.limit), ([], set()))
                loans += [promise.loan_title] if promise.loan_title not in loans else []
                names.add(name)
    return limits


def _frame(ax: Axes, places: Array, limits: Iterable[tuple[str, float]]) -> None:
    """Set limits with room for names around the points, and numbers on each axis."""
    heights = np.append(places[:, 1], [limit for _, limit in limits])
    across_axis(ax, *_around(places[:, 0], least=0.5))
    value_axis(ax, *_around(heights, least=0.2))


def _around(values: Array, least: float) -> tuple[float, float]:
    """Return limits below and above values, at a distance of at least `least`."""
    low, high = float(values.min()), float(values.max())
    pad = max(AROUND * (high - low), least)
    return low - pad, high + pad
