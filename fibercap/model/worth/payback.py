"""Payback of the projects, undiscounted and discounted, without terminal value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.worth.without_projects import less

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan


def payback_rows(sheet: Sheet, plan: Plan, prefix: str) -> None:
    """Write the projects' spending, their flow without terminal value, and the months to payback.

    Writes `returns.project_outlay`, `returns.project_before_terminal`, `returns.project_cumulative` [money],
    `returns.waiting` [1] and `returns.payback_months` [month]; if there is a discount rate, also the last four with
    `_discounted`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet, which has `returns.project_flow`, and the plan.
    prefix : str
        Start of the paths of the company without projects.
    """
    money, label = plan.currency, "Projects: flow without terminal value"
    capex, bought, grants = (less(f"accounts.{key}", prefix) for key in ("capex", "purchases", "grants"))
    text = f"{capex} + {bought} - {grants}"
    sheet.line(Row("returns.project_outlay", "Projects: capex less grants", money, FLOW, text))
    spending = {key: project for key, project in plan.projects.items() if project.spends}
    first = min((project.spans[0].start for project in spending.values()), default=float(plan.timeline.origin))
    first_spending = [f"{{projects.{key}.first_spending}}" for key in spending]
    text = f"MIN({', '.join(first_spending)})" if len(first_spending) > 1 else next(iter(first_spending), "{time.from}")
    start = sheet.give("returns.first_spending", "month", first, formula=text)
    flow, text = "returns.project_before_terminal", "{returns.project_flow} - {returns.project_terminal_value}"
    sheet.line(Row(flow, label, money, FLOW, text))
    _months_row(sheet, plan, "", flow, start)
    if "returns.discount_factor" in sheet:
        text = "{returns.project_discounted} - {returns.project_terminal_value} * {returns.discount_factor}"
        sheet.line(Row(f"{flow}_discounted", f"{label}, discounted", money, FLOW, text))
        _months_row(sheet, plan, "_discounted", f"{flow}_discounted", start)


def _months_row(sheet: Sheet, plan: Plan, key: str, flow: str, start: str) -> None:
    """Write the months from first project spending until the cumulative flow stays positive."""
    cumulative, waiting = f"returns.project_cumulative{key}", f"returns.waiting{key}"
    words = ", discounted" if key else ""
    label = f"Projects: cumulative flow, terminal value left out{words}"
    sheet.write_balance(cumulative, label, plan.currency, f"{{{flow}}}")
    lacks = trifle_of(sheet).counts_text(f"-{{{cumulative}}}")
    sheet.until_last(waiting, f"Projects are not paid back yet{words}", lacks)
    text = (
        f"IF({{{waiting}}} > 0, MIN(MAX({{time.end}} - {start}, 0), {{time.months}}), "
        f"IF({{{waiting}@-1}} > 0, -{{{cumulative}@-1}} / {{{flow}}} * {{time.months}}, 0))"
    )
    sheet.line(Row(f"returns.payback_months{key}", f"Months to payback{words}", "month", FLOW, text))
