"""Rows of the levelized cost: costs of the projects after tax, and the km that they add after tax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.worth.without_projects import less, less_row

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

MOST_DAYS: Final = 366
"""Largest number of days of receivables that the formula of receivable km covers."""
SHORTEST_MONTH: Final = 30
"""Days of a month if a year has 360 days."""


def levelized_rows(sheet: Sheet, plan: Plan, prefix: str) -> None:
    """Write costs and km of the projects after tax, losses relieved at once, by period.

    At a price of p, a period earns p x ((1 - t) km - increase of receivable km). So the price at which the projects,
    with their assets sold at book value, have no NPV is the present value of the costs over that of the km.

    Parameters
    ----------
    sheet : Sheet
        The sheet of the plan with projects; it can read the rows without them.
    plan : Plan
        The plan, with its currency and its rules of working capital.
    prefix : str
        Prefix of the rows of the same plan without projects.

    Source
    ------
    docs/conventions.md, section 7; own derivation as above.
    """
    money, tax, stock = plan.currency, "{inputs.tax.rate}", "returns.project_stock"
    names = ("inventory", "payables", "cash_costs", "depreciation", "capex", "purchases", "grants", "maintenance")
    added = {key: less(f"accounts.{key}", prefix) for key in names}
    text = f"{added['inventory']} - {added['payables']}"
    sheet.line(Row(stock, "Projects: inventory less payables", money, STOCK, text))
    text = f"(1 - {tax}) * {added['cash_costs']} - {tax} * {added['depreciation']}"
    for key in plan.projects:
        if (row := f"projects.{key}.financing_depreciation") in sheet:
            text += f" + {tax} * {{{row}}}"
    text += f" + {added['capex']} + {added['purchases']} - {added['grants']} + {added['maintenance']}"
    text += f" + {{{stock}}} - {{{stock}@-1}}"
    sheet.line(Row("returns.levelized_costs", "Projects: costs after tax, for the levelized cost", money, FLOW, text))
    words = ("Projects: shipments", "km", FLOW)
    less_row(sheet, "returns.project_shipments", words, "accounts.shipments", prefix)
    _receivable_km_row(sheet, plan)
    path = "returns.project_receivable_km"
    text = f"(1 - {tax}) * {{returns.project_shipments}} - ({{{path}}} - {{{path}@-1}})"
    sheet.line(Row("returns.levelized_km", "Projects: km after tax, for the levelized cost", "km", FLOW, text))


def _receivable_km_row(sheet: Sheet, plan: Plan) -> None:
    """Write the km that customers have not paid for yet: shipments in the days of receivables before a period's end."""
    days_path, year = "inputs.working_capital.receivables", "{inputs.working_capital.days_in_year}"
    by_period, terms = days_path in sheet, []
    for back in range(MOST_DAYS // (SHORTEST_MONTH * plan.timeline.months) + 1):
        shift = f"@-{back}" if back else ""
        days = f"{{{days_path}{shift if by_period else ''}}}"
        share = f"MIN(MAX({days} / ({year} * {{time.years}}) - {back}, 0), 1)"
        terms.append(f"{{returns.project_shipments{shift}}} * {share}")
    label = "Projects: km that customers have not paid for"
    sheet.line(Row("returns.project_receivable_km", label, "km", STOCK, " + ".join(terms)))
