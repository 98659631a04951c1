"""When projects are paid back, undiscounted and discounted, terminal value left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.trifle import trifle_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan


def payback_rows(sheet: Sheet, plan: Plan, without: Mapping[str, Array], prefix: str) -> None:
    """Write what the projects spend, their flow without terminal value, and the months until it is paid back.

    Source
    ------
    docs/conventions.md, section 7.
    """
    money, text, value = plan.currency, "", np.zeros(sheet.length)
    for row, sign in (("accounts.capex", 1), ("accounts.purchases", 1), ("accounts.grants", -1)):
        text += f" {'+' if sign > 0 else '-'} ({{{row}}} - {{{prefix}.{row}}})"
        value = value + sign * (sheet.value(row) - without[row])
    sheet.put(Row("returns.project_outlay", "Projects: capex less grants", money, FLOW, text[3:]), value)
    first = min((project.spans[0].start for project in plan.projects.values()), default=float(plan.timeline.origin))
    begun = [f"{{projects.{key}.first_spending}}" for key in plan.projects]
    text = f"MIN({', '.join(begun)})" if len(begun) > 1 else next(iter(begun), "{time.from}")
    start = sheet.give("returns.first_spending", "month", first, formula=text)
    at, label = "returns.project_before_terminal", "Projects: flow without terminal value"
    text, value = "{returns.project_flow} - {returns.project_terminal_value}", sheet.value("returns.project_flow")
    worth = sheet.value("returns.project_terminal_value")
    flow = sheet.put(Row(at, label, money, FLOW, text), value - worth)
    _months_row(sheet, plan, "", (at, flow), (start, first))
    if "returns.discount_factor" in sheet:
        text = "{returns.project_discounted} - {returns.project_terminal_value} * {returns.discount_factor}"
        value = sheet.value("returns.project_discounted") - worth * sheet.value("returns.discount_factor")
        flow = sheet.put(Row(f"{at}_discounted", f"{label}, discounted", money, FLOW, text), value)
        _months_row(sheet, plan, "_discounted", (f"{at}_discounted", flow), (start, first))


def _months_row(sheet: Sheet, plan: Plan, key: str, of: tuple[str, Array], since: tuple[str, float]) -> None:
    """Write the months from first project spending until the cumulative flow is positive for good."""
    (row, flow), (start, first), trifle = of, since, trifle_of(sheet)
    summed, whole, waits = np.cumsum(flow, axis=-1), f"returns.project_cumulative{key}", f"returns.waiting{key}"
    words = ", discounted" if key else ""
    label = f"Projects: cumulative flow, terminal value left out{words}"
    sheet.put(Row(whole, label, plan.currency, STOCK, f"{{{whole}@-1}} + {{{row}}}"), summed)
    waiting = np.flip(np.maximum.accumulate(np.flip(trifle.counts(-summed), -1), axis=-1), -1).astype(float)
    lacks = trifle.counts_text(f"-{{{whole}}}")
    text = f"IF(OR({lacks}, {{{waits}@1}} > 0), 1, 0)"
    sheet.put(Row(waits, f"Projects are not paid back yet{words}", "", FLOW, text), waiting)
    step = plan.timeline.months
    passed = np.clip(plan.timeline.ends - first, 0.0, step)
    before = np.concatenate([np.zeros((*summed.shape[:-1], 1)), summed[..., :-1]], axis=-1)
    waited = np.concatenate([np.zeros((*waiting.shape[:-1], 1)), waiting[..., :-1]], axis=-1)
    part = np.divide(-before, flow, out=np.zeros(waiting.shape), where=(flow != 0) & (waited > 0) & (waiting == 0))
    text = (
        f"IF({{{waits}}} > 0, MIN(MAX({{time.end}} - {start}, 0), {{time.months}}), "
        f"IF({{{waits}@-1}} > 0, -{{{whole}@-1}} / {{{row}}} * {{time.months}}, 0))"
    )
    label = f"Months to payback{words}"
    sheet.put(
        Row(f"returns.payback_months{key}", label, "month", FLOW, text), np.where(waiting > 0, passed, part * step)
    )
