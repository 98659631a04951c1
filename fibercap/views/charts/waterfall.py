"""The chart of the order of cash: from cash at the start of the horizon, line by line, to cash at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.views.charts.bridge import BridgePanel, draw_bridge_panel
from fibercap.views.charts.page import open_page
from fibercap.views.statement_lines import ORDER_OF_CASH, statement_lines
from fibercap.views.statements import cash_at_start

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison


def waterfall_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw what was paid and received over the whole horizon in the order of cash, without lines of zero."""
    del comparison
    trifle = projection.trifle.value.flat[0]
    totals = [
        (row.label, float(projection.value(row.path)[0].sum()))
        for line, row in statement_lines(projection, ORDER_OF_CASH)
        if line.role == "plus"
    ]
    steps = tuple((label, amount) for label, amount in totals if abs(amount) > trifle)
    start, end = cash_at_start(projection), float(projection.value("accounts.cash")[0, -1])
    years = list(projection.timeline.groups("year"))
    name = f"All of {years[0]} to {years[-1]}" if len(years) > 1 else f"All of {years[0]}"
    panel = BridgePanel(name, ("Cash at the start", start), steps, ("Cash at the end", end))
    subtitle = "Cash from the start of the horizon to its end, in the order in which it is paid"
    page = open_page(projection, subtitle, panel.height, keyed=False)
    draw_bridge_panel(page, panel, projection.scenario.currency, 0.0)
    return page.figure
