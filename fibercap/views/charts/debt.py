"""The chart of debt: the balance of every loan, on its own dates, to maturity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import date_of
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import month_number
from fibercap.model.loans.foreign import reported_row
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import value_axis, whole_years, year_axis
from fibercap.views.charts.style import (
    INK,
    LINES,
    MARGIN,
    MOST,
    OTHERS,
    PALETTE,
    SIZES,
    SOFT,
    name_panel,
    scale,
    short,
    wrap,
)
from fibercap.views.charts.widths import is_narrow, page_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.page import ChartPage

BODY = 4.5
KEY = 2.1
GAP, UNDER = 0.4, 0.4
EACH, LINE = 0.45, 0.15
"""Height of a loan in the key with its name on one line, and of each line more. [inch]"""


@dataclass(frozen=True)
class LoanDebt:
    """The balance of a loan, or of `count` loans together: `closing[i]` from `times[i]` on. [money, month / 12]"""

    name: str
    times: Array
    closing: Array
    count: int = 1
    title: str = ""

    @property
    def label(self) -> str:
        """The name in the key."""
        return (self.title or key_in_words(self.name)) if self.count == 1 else f"{self.count} other loans"

    @property
    def peak(self) -> float:
        """The largest balance."""
        return float(self.closing.max(initial=0.0))

    def balance(self, times: Array) -> Array:
        """Return the balance from each of `times` on."""
        return np.append(0.0, self.closing)[np.searchsorted(self.times, times, side="right")]


def loan_debt(projection: Projection, loan: str) -> LoanDebt:
    """Return the balance of a loan after each of its events."""
    days = projection.value(f"loans.{loan}.schedule.date")[0]
    times = np.array([month_number(date_of(day)) / 12 for day in days])
    closing = projection.trifle.without_dust(projection.value(reported_row(projection.scenario, loan, "closing")))
    return LoanDebt(loan, times, closing[0], title=projection.scenario.loans[loan].title)


def stack_order(loans: list[LoanDebt]) -> list[LoanDebt]:
    """Return loans in the order in which they are drawn first; where the palette is too short, the smallest are one.

    That one comes first, at the bottom of the stack.
    """
    ordered = sorted(loans, key=lambda loan: -loan.peak)
    largest, rest = (ordered, []) if len(ordered) <= MOST else (ordered[: MOST - 1], ordered[MOST - 1 :])
    largest.sort(key=lambda loan: (float(loan.times[np.flatnonzero(loan.closing > 0)[0]]), loan.name))
    if not rest:
        return largest
    times = np.unique(np.concatenate([loan.times for loan in rest]))
    together = np.sum([loan.balance(times) for loan in rest], axis=0)
    return [LoanDebt("", times, together, len(rest)), *largest]


def drawn_loans(projection: Projection) -> list[LoanDebt]:
    """Return the loans that are ever drawn, as the chart stacks them."""
    loans = [loan_debt(projection, name) for name in projection.scenario.loans]
    return stack_order([loan for loan in loans if loan.peak > 0])


def loan_colors(drawn: list[LoanDebt]) -> dict[str, str]:
    """Return the color of each loan, the same in every chart; loans that are shown as one share a color."""
    return {loan.name: PALETTE[place] if loan.count == 1 else OTHERS for place, loan in enumerate(drawn)}


def _body(drawn: list[LoanDebt]) -> float:
    """Return the height of the panel, and of the key below it on a narrow chart. [inch]"""
    tall = sum(EACH + LINE * (len(_names(loan)) - 1) for loan in drawn)
    return (BODY + tall if is_narrow() else max(BODY, GAP + tall)) if drawn else 1.2


def _names(loan: LoanDebt) -> list[str]:
    """Return the lines of a loan's name in the key."""
    return wrap(loan.label, "panel", (page_width() - 2 * MARGIN if is_narrow() else KEY) - 0.35, LINES)


def debt_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw the balances of all loans, stacked, as steps on each loan's own dates."""
    del comparison
    drawn = drawn_loans(projection)
    page = open_page(projection, "Debt by loan, on each loan's own dates, to maturity", _body(drawn), keyed=False)
    if not drawn:
        notice(page, "No loan is drawn in this plan." if projection.scenario.loans else "This plan has no loans.")
        return page.figure
    ends = float(projection.timeline.ends[-1]) / 12
    times = np.unique(np.concatenate([*(loan.times for loan in drawn), [projection.timeline.origin / 12, ends]]))
    levels = [loan.balance(times) for loan in drawn]
    divisor, word = scale(float(np.sum(levels, axis=0).max()))
    colors = list(loan_colors(drawn).values())
    width, height = page_width() - 2 * MARGIN - (0 if is_narrow() else KEY) - 0.2, BODY - GAP - UNDER
    ax = page.panel(MARGIN + 0.2, GAP, width, height)
    base = np.zeros(len(times) - 1)
    for level, color in zip(levels, colors, strict=True):
        top = base + level[:-1] / divisor
        ax.stairs(top, times, baseline=base, fill=True, color=color, linewidth=0)
        ax.stairs(top, times, baseline=None, color="white", linewidth=0.8)
        base = top
    ax.stairs(base, times, baseline=0, color=INK, linewidth=1.2)
    name_panel(ax, "Owed", f"{word}{projection.scenario.currency}", width)
    value_axis(ax, 0, float(base.max()) * 1.12)
    year_ends = projection.timeline.year_ends
    year_axis(ax, *whole_years(float(times[0]), float(times[-1]), year_ends), width, year_ends)
    _horizon(ax, ends, projection.timeline.end)
    _key(page, drawn, colors, divisor)
    return page.figure


def _horizon(ax: Axes, ends: float, day: date) -> None:
    """Draw a line at the end of the horizon, with its label on the side that has room."""
    low, high = ax.get_xlim()
    right = ends > (low + high) / 2
    ax.axvline(ends, color=SOFT, linewidth=0.9, linestyle=(0, (4, 3)), clip_on=False)
    ax.annotate(
        f"horizon ends {day}", (ends, 1), xycoords=("data", "axes fraction"), xytext=(-4 if right else 4, -2),
        textcoords="offset points", ha="right" if right else "left", va="top", fontsize=SIZES["label"], color=SOFT,
    )  # fmt: skip


def _key(page: ChartPage, drawn: list[LoanDebt], colors: list[str], divisor: float) -> None:
    """Write the loans beside the chart, in the order of the stack."""
    from matplotlib.patches import Rectangle

    left = MARGIN if is_narrow() else page_width() - MARGIN - KEY + 0.15
    top = BODY if is_narrow() else GAP
    for loan, color in reversed(list(zip(drawn, colors, strict=True))):
        down = page.height - page.head - top - 0.13
        square = (left / page_width(), down / page.height)
        wide, high = 0.13 / page_width(), 0.13 / page.height
        page.figure.add_artist(Rectangle(square, wide, high, facecolor=color, edgecolor="none"))
        names = _names(loan)
        for line, words in enumerate(names):
            page.text(left + 0.2, top - 0.01 + LINE * line, words, "label", weight="bold")
        last = loan.times[np.flatnonzero(loan.closing > 0)[-1] + 1 :]
        paid = f", repaid {int(np.ceil(last[0])) - 1}" if len(last) else ""
        page.text(
            left + 0.2, top - 0.01 + LINE * len(names), f"peak {short(loan.peak / divisor)}{paid}", "small", color=SOFT
        )
        top += EACH + LINE * (len(names) - 1)
