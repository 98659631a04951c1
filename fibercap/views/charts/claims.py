"""The chart of claims: how far the value of each in the plan lies above or below the claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fibercap.studies.claims import outcomes
from fibercap.views.charts.claim_marks import color_of, marker, verdict_handles
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import LINE, row_axis
from fibercap.views.charts.style import INK, LINES, MARGIN, SIZES, SOFT, name_panel, with_minus_sign, wrap
from fibercap.views.charts.widths import page_width, room_beside
from fibercap.views.sentences import claim_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.page import ChartPage

NAMES: Final = 5.1
HEADING, ROW, UNDER = 0.4, 0.42, 0.45
FARTHEST: Final = 100.0
"""Claims missed or met by more than this are drawn at the edge, with their number. [%]"""
LEAST: Final = 10.0
MOST: Final = 40


def claims_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw a row for each claim: the claim and its value in the plan as text, the margin as a marker."""
    del comparison
    tested = list(outcomes(projection).values())
    shown = tested[:MOST]
    hidden = f"{len(tested) - MOST} further claims are not drawn" if len(tested) > MOST else ""
    failed = sum(not outcome.holds for outcome in tested)
    subtitle = f"Claims against what the plan leads to: {len(tested) - failed} of {len(tested)} hold"
    words = [_words(outcome) for outcome in shown]
    tall = ROW + LINE * (max([len(says) + len(result) for says, result in words], default=2) - 2)
    body = HEADING + tall * len(shown) + UNDER if shown else 1.2
    page = open_page(projection, subtitle if shown else "Claims", body, hidden, keyed=bool(shown))
    if not shown:
        notice(page, "This plan makes no claims.")
        return page.figure
    page.key(verdict_handles(shown))
    left = MARGIN + room_beside(NAMES)
    width = page_width() - left - MARGIN - 0.1
    ax = page.panel(left, HEADING, width, tall * len(shown))
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
    for row, (outcome, lines) in enumerate(zip(shown, words, strict=True)):
        _write_words(page, lines, HEADING + tall * row + (tall - ROW - LINE * (len(lines[0]) + len(lines[1]) - 2)) / 2)
        _mark(ax, outcome, row, reach)
    return page.figure


def _words(outcome: Outcome) -> tuple[list[str], list[str]]:
    """Return the lines of the claim and those of its value in the plan."""
    _, result = claim_lines(outcome)
    room = room_beside(NAMES) - 0.2
    return wrap(outcome.says, "label", room, LINES), wrap(result, "small", room, LINES)


def _write_words(page: ChartPage, words: tuple[list[str], list[str]], top: float) -> None:
    """Write the claim and, below it, its value in the plan."""
    says, result = words
    for row, line in enumerate(says):
        page.text(MARGIN, top + 0.05 + LINE * row, line, "label")
    for row, line in enumerate(result, start=len(says) - 1):
        page.text(MARGIN, top + 0.215 + LINE * row, line, "small", color=SOFT)


def _mark(ax: Axes, outcome: Outcome, row: int, reach: float) -> None:
    """Draw the marker of one claim, at the edge if its margin is larger; write why where it has no margin."""
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SIZES["small"]}
    box = {"facecolor": "white", "alpha": 0.82, "edgecolor": "none", "pad": 0.8}
    color = color_of(outcome)
    if outcome.margin is None:
        reason = "undefined" if outcome.value is None else "claimed against zero"
        ax.plot([0], [row], **marker(holds=outcome.holds), linestyle="none", zorder=5)
        ax.annotate(reason, (0, row), xytext=(8, 0), color=color, bbox=box, **style)
        return
    margin = 100 * outcome.margin
    x = min(max(margin, -reach), reach)
    ax.plot([0, x], [row, row], color=color, linewidth=1.4, solid_capstyle="butt", zorder=4)
    ax.plot([x], [row], **marker(holds=outcome.holds), linestyle="none", zorder=5, clip_on=False)
    inward = abs(x) > 0.6 * reach
    right = (x >= 0) != inward
    text = with_minus_sign(f"{margin:+,.1f}")
    place: dict[str, Any] = {"xytext": (8 if right else -8, 8 if inward else 0), "ha": "left" if right else "right"}
    ax.annotate(text, (x, row), color=INK, bbox=None if inward else box, **place, **style)
