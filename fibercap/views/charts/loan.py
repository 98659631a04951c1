"""The chart of one loan: interest, fees and principal of every payment, and the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.names import key_in_words
from fibercap.core.period_names import DECEMBER
from fibercap.core.timeline import month_number
from fibercap.views.charts.page import notice, open_titled_page
from fibercap.views.charts.panel import draw_bars, value_axis, whole_years, year_axis
from fibercap.views.charts.style import INK, MARGIN, PALETTE, name_panel, scale
from fibercap.views.charts.widths import WIDTH
from fibercap.views.loan_words import terms_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.model.loans import Loan, Schedule

PARTS: Final = (("Principal", "principal"), ("Interest", "interest"), ("Fees", "fees"))
GAP, UPPER, BETWEEN, LOWER, UNDER = 0.35, 2.3, 0.75, 1.7, 0.4


def loan_chart(name: str, loan: Loan, schedule: Schedule, year_ends: int = DECEMBER) -> Figure:
    """Draw every payment, with principal below interest and fees; in a lower panel, the balance as steps.

    Years end with the month `year_ends`, from 1 to 12.
    """
    from matplotlib.patches import Patch

    values = {key: np.atleast_2d(amounts)[0] for key, amounts in schedule.values.items()}
    least = np.ravel(schedule.least)[0]
    paid = [np.asarray(schedule.numbers) > 0, values["principal"] > least, values["fees"] > least]
    shown = np.any(paid, axis=0)
    title = ", ".join(filter(None, (loan.title or key_in_words(name), loan.lender)))
    page = open_titled_page(f"Loan {title}", "Each payment, and what is owed after it", [terms_text(loan)],
                  GAP + UPPER + BETWEEN + LOWER + UNDER, keyed=True)  # fmt: skip
    if not shown.any():
        notice(page, "Nothing is paid on this loan.")
        return page.figure
    times = np.array([month_number(day) / 12 for day in schedule.dates])
    start, end = whole_years(float(times[0]), float(times[-1]), year_ends)
    width = WIDTH - 2 * MARGIN - 0.2
    parts = [(label, values[key] - (values["capitalized"] if key == "interest" else 0.0)) for label, key in PARTS]
    parts = [(label, amounts) for label, amounts in parts if amounts[shown].any()]
    top = np.sum([amounts for _, amounts in parts], axis=0)
    divisor, word = scale(float(top.max()))
    upper = page.panel(MARGIN + 0.2, GAP, width, UPPER)
    gaps = np.diff(np.unique(times[shown]))
    thick = min(0.8 * float(np.min(gaps, initial=1.0)), 0.25) if len(gaps) else 0.25
    base = np.zeros(int(shown.sum()))
    for color, (_, amounts) in zip(PALETTE, parts, strict=False):
        draw_bars(upper, times[shown], amounts[shown] / divisor, thick, base=base, facecolor=color, linewidth=0)
        base = base + amounts[shown] / divisor
    value_axis(upper, 0, max(float(base.max()), 1e-9) * 1.1)
    year_axis(upper, start, end, width, year_ends)
    name_panel(upper, "Paid on each date", f"{word}{schedule.currency}", width)
    page.key([Patch(facecolor=color, label=label) for color, (label, _) in zip(PALETTE, parts, strict=False)])
    divisor, word = scale(float(values["closing"].max()))
    lower = page.panel(MARGIN + 0.2, GAP + UPPER + BETWEEN, width, LOWER)
    edges = np.append(times, end)
    lower.stairs(values["closing"] / divisor, edges, fill=True, color=PALETTE[3], linewidth=0)
    lower.stairs(values["closing"] / divisor, edges, color=INK, linewidth=0.8, baseline=None)
    value_axis(lower, 0, max(float(values["closing"].max()) / divisor, 1e-9) * 1.1)
    year_axis(lower, start, end, width, year_ends)
    name_panel(lower, "Owed", f"{word}{schedule.currency}", width)
    return page.figure
