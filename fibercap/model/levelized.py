"""What a levelized cost is made of: after-tax costs of the projects, and the km that they bring, after tax too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.without_projects import less_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

MOST_DAYS: Final = 366
"""Days of receivables that the formula of receivable km reaches back at most."""
SHORTEST_MONTH: Final = 30
"""Days of a month where a year has 360."""
SPENT: Final = (
    ("accounts.capex", 1), ("accounts.purchases", 1), ("accounts.grants", -1), ("accounts.maintenance", 1),
)  # fmt: skip


def levelized_rows(sheet: Sheet, plan: Plan, without: Mapping[str, Array], prefix: str) -> None:
    """Write costs and km of the projects after tax, losses relieved at once, by period.

    A price of p earns p x ((1 - t) km - increase of receivable km) in a period. So the price at which the projects,
    their assets sold at book value, are worth nothing is the worth of the costs over that of the km.

    Parameters
    ----------
    sheet : Sheet
        The plan with projects.
    plan : Plan
        Gives the currency and the rules of working capital.
    without, prefix
        The rows of the same plan without projects, and under what they stand.

    Source
    ------
    docs/conventions.md, section 7; own derivation as above.
    """
    money = plan.currency

    def less(row: str) -> tuple[str, Array]:
        return f"({{{row}}} - {{{prefix}.{row}}})", sheet.value(row) - without[row]

    tax, rate = "{inputs.tax.rate}", sheet.value("inputs.tax.rate")
    stock = less("accounts.inventory"), less("accounts.payables")
    text, value = f"{stock[0][0]} - {stock[1][0]}", stock[0][1] - stock[1][1]
    path = "returns.project_stock"
    left = sheet.put(Row(path, "Projects: inventory less payables", money, STOCK, text), value)
    costs, worn = less("accounts.cash_costs"), less("accounts.depreciation")
    text, value = f"(1 - {tax}) * {costs[0]} - {tax} * {worn[0]}", (1.0 - rate) * costs[1] - rate * worn[1]
    for key in plan.projects:
        if (row := f"projects.{key}.financing_depreciation") in sheet:
            text, value = f"{text} + {tax} * {{{row}}}", value + rate * sheet.value(row)
    for row, sign in SPENT:
        part = less(row)
        text, value = f"{text} {'+' if sign > 0 else '-'} {part[0]}", value + sign * part[1]
    text += f" + {{{path}}} - {{{path}@-1}}"
    label = "Projects: costs after tax, for the levelized cost"
    value = value + np.diff(left, axis=-1, prepend=0.0)
    sheet.put(Row("returns.levelized_costs", label, money, FLOW, text), value)
    told = ("Projects: shipments", "km", FLOW)
    shipped = less_row(sheet, "returns.project_shipments", told, "accounts.shipments", without, prefix)
    owed = _receivable_row(sheet, plan, shipped)
    path = "returns.project_receivable_km"
    text = f"(1 - {tax}) * {{returns.project_shipments}} - ({{{path}}} - {{{path}@-1}})"
    value = (1.0 - rate) * shipped - np.diff(owed, axis=-1, prepend=0.0)
    sheet.put(Row("returns.levelized_km", "Projects: km after tax, for the levelized cost", "km", FLOW, text), value)


def _receivable_row(sheet: Sheet, plan: Plan, shipped: Array) -> Array:
    """Write the km that customers have not paid for yet: those of the days of receivables before each period's end."""
    days_path, year = "inputs.working_capital.receivables", "{inputs.working_capital.days_in_year}"
    by_period = days_path in sheet
    days = sheet.value(days_path) if by_period else sheet.given(days_path)
    lengths = sheet.given("inputs.working_capital.days_in_year") * (plan.timeline.months / 12)
    terms, value = [], np.zeros(sheet.length)
    for back in range(MOST_DAYS // (SHORTEST_MONTH * plan.timeline.months) + 1):
        at = f"@-{back}" if back else ""
        days_text = f"{{{days_path}{at if by_period else ''}}}"
        share = f"MIN(MAX({days_text} / ({year} * {{time.years}}) - {back}, 0), 1)"
        terms.append(f"{{returns.project_shipments{at}}} * {share}")
        owed = shipped * np.clip(days / lengths - back, 0.0, 1.0)
        value = value + np.concatenate([np.zeros((*owed.shape[:-1], back)), owed], axis=-1)[..., : sheet.length]
    label = "Projects: km that customers have not paid for"
    return sheet.put(Row("returns.project_receivable_km", label, "km", STOCK, " + ".join(terms)), value)
