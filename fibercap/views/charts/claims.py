"""The chart of claims: how far each one's value lies above or below what was claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fibercap.studies.claims import outcomes
from fibercap.views.charts.claim_marks import colour_of, handles, marker
from fibercap.views.charts.panel import LINE, row_axis
from fibercap.views.charts.style import (
    INK,
    LINES,
    MARGIN,
    SIZES,
    SOFT,
    WIDTH,
    name_panel,
    notice,
    open_page,
    signed,
    wrap,
)
from fibercap.views.sentences import claim_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.style import Page

NAMES: Final = 5.1
LEFT: Final = MARGIN + NAMES
HEADING, ROW, UNDER = 0.4, 0.42, 0.45
FARTHEST: Final = 100.0
"""Claims missed or met by more than so much are drawn at the edge, with their number. [%]"""
LEAST: Final = 10.0
MOST: Final = 40


def claims_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw a row for each claim: what is claimed and found in words, and the margin as a marker."""
    del comparison
    tested = list(outcomes(projection).values())
    shown = tested[:MOST]
    hidden = f"{len(tested) - MOST} further claims are not drawn" if len(tested) > MOST else ""
    failed = sum(not outcome.holds for outcome in tested)
    subtitle = f"Claims against what the plan leads to: {len(tested) - failed} of {len(tested)} hold"
    words = [_words(outcome) for outcome in shown]
    tall = ROW + LINE * (max([len(says) + len(found) for says, found in words], default=2) - 2)
    body = HEADING + tall * len(shown) + UNDER if shown else 1.2
    page = open_page(projection, subtitle if shown else "Claims", body, hidden, keyed=bool(shown))
    if not shown:
        notice(page, "This plan makes no claims.")
        return page.figure
    page.key(handles(shown))
    width = WIDTH - LEFT - MARGIN - 0.1
    ax = page.panel(LEFT, HEADING, width, tall * len(shown))
    margins = [100 * outcome.margin for outcome in shown if outcome.margin is not None]
    reach = min(max([abs(margin) for margin in margins], default=0.0) * 1.25, FARTHEST)
    reach = max(reach, LEAST)
    if margins:
        row_axis(ax, len(shown), -reach * 1.02, reach * 1.02)
        ax.axvline(0, color=SOFT, linewidth=1.2)
        name_panel(ax, "Above or below the claim", "%", width)
    else:
        ax.set_axis_off()
        ax.set(xlim=(-reach, reach), ylim=(len(shown) - 0.5, -0.5))
    for row, (outcome, told) in enumerate(zip(shown, words, strict=True)):
        _tell(page, told, HEADING + tall * row + (tall - ROW - LINE * (len(told[0]) + len(told[1]) - 2)) / 2)
        _mark(ax, outcome, row, reach)
    return page.figure


def _words(outcome: Outcome) -> tuple[list[str], list[str]]:
    """Return what is claimed and what is found, in lines."""
    _, found = claim_lines(outcome)
    return wrap(outcome.says, "label", NAMES - 0.2, LINES), wrap(found, "small", NAMES - 0.2, LINES)


def _tell(page: Page, words: tuple[list[str], list[str]], top: float) -> None:
    """Write what is claimed and, below it, what is found."""
    says, found = words
    for row, line in enumerate(says):
        page.text(MARGIN, top + 0.05 + LINE * row, line, "label")
    for row, line in enumerate(found, start=len(says) - 1):
        page.text(MARGIN, top + 0.215 + LINE * row, line, "small", color=SOFT)


def _mark(ax: Axes, outcome: Outcome, row: int, reach: float) -> None:
    """Mark one claim by its verdict, at the edge where it lies beyond; say so where it has no margin."""
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["small"]}
    box = {"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 0.8}
    colour = colour_of(outcome)
    if outcome.margin is None:
        told = "undefined" if outcome.value is None else "claimed against zero"
        ax.plot([0], [row], **marker(holds=outcome.holds), linestyle="none", zorder=5)
        ax.annotate(told, (0, row), xytext=(8, 0), color=colour, bbox=box, **style)
        return
    margin = 100 * outcome.margin
    at = min(max(margin, -reach), reach)
    ax.plot([0, at], [row, row], color=colour, linewidth=1.4, solid_capstyle="butt", zorder=4)
    ax.plot([at], [row], **marker(holds=outcome.holds), linestyle="none", zorder=5, clip_on=False)
    inward = abs(at) > 0.6 * reach
    right = (at >= 0) != inward
    text = signed(f"{margin:+,.1f}")
    place: dict[str, Any] = {"xytext": (8 if right else -8, 8 if inward else 0), "ha": "left" if right else "right"}
    ax.annotate(text, (at, row), color=INK, bbox=None if inward else box, **place, **style)
