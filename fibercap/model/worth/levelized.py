"""What a levelized cost is made of: after-tax costs of the projects, and the km that they bring, after tax too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.worth.without_projects import less, less_row

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

MOST_DAYS: Final = 366
"""Days of receivables that the formula of receivable km reaches back at most."""
SHORTEST_MONTH: Final = 30
"""Days of a month where a year has 360."""


def levelized_rows(sheet: Sheet, plan: Plan, prefix: str) -> None:
    """Write costs and km of the projects after tax, losses relieved at once, by period.

    A price of p earns p x ((1 - t) km - increase of receivable km) in a period. So the price at which the projects,
    their assets sold at book value, are worth nothing is the worth of the costs over that of the km.

    Parameters
    ----------
    sheet : Sheet
        The plan with projects; it knows the rows without them.
    plan : Plan
        Gives the currency and the rules of working capital.
    prefix : str
        Under what the rows of the same plan without projects stand.

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
    _receivable_row(sheet, plan)
    path = "returns.project_receivable_km"
    text = f"(1 - {tax}) * {{returns.project_shipments}} - ({{{path}}} - {{{path}@-1}})"
    sheet.line(Row("returns.levelized_km", "Projects: km after tax, for the levelized cost", "km", FLOW, text))


def _receivable_row(sheet: Sheet, plan: Plan) -> None:
    """Write the km that customers have not paid for yet: those of the days of receivables before each period's end."""
    days_path, year = "inputs.working_capital.receivables", "{inputs.working_capital.days_in_year}"
    by_period, terms = days_path in sheet, []
    for back in range(MOST_DAYS // (SHORTEST_MONTH * plan.timeline.months) + 1):
        shift = f"@-{back}" if back else ""
        days = f"{{{days_path}{shift if by_period else ''}}}"
        share = f"MIN(MAX({days} / ({year} * {{time.years}}) - {back}, 0), 1)"
        terms.append(f"{{returns.project_shipments{shift}}} * {share}")
    label = "Projects: km that customers have not paid for"
    sheet.line(Row("returns.project_receivable_km", label, "km", STOCK, " + ".join(terms)))
