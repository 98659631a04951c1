"""Rows of the levelized cost: costs of the projects after tax, and what they ship after tax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.income.asset_sales import sold_assets
from fibercap.model.income.assets import financing_charges
from fibercap.model.income.deferred_tax import DIFFERENCE
from fibercap.model.worth.without_projects import less, less_row

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

TAX: Final = "{inputs.tax.rate}"
KINDS: Final = ("cash_costs", "depreciation", "capex", "purchases", "grants", "maintenance")
MOST_DAYS: Final = 366
"""Largest number of days of receivables that the formula of unpaid shipments covers."""
SHORTEST_MONTH: Final = 30
"""Days of a month if a year has 360 days."""


def levelized_rows(sheet: Sheet, plan: Plan, prefix: str) -> None:
    """Write costs and shipments of the projects after tax, losses relieved at once, by period and unit of products.

    At a price of p, a period earns p x ((1 - t) shipments - increase of unpaid shipments). So the price at which the
    projects, with their assets sold at book value, have no NPV is the present value of the costs over that of the
    shipments. Writes `returns.project_stock` and, for each unit, `levelized_costs`, `levelized_assets` [money],
    `project_shipments`, `unpaid_shipments` and `levelized_shipments` [unit] under `returns.`.

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
    stock = f"{less('accounts.inventory', prefix)} - {less('accounts.payables', prefix)}"
    sheet.line(Row("returns.project_stock", "Projects: inventory less payables", plan.currency, STOCK, stock))
    for unit in plan.product_units:
        _cost_rows(sheet, plan, prefix, unit)
        shipped, unpaid = (plan.by_unit(f"returns.{key}", unit) for key in ("project_shipments", "unpaid_shipments"))
        less_row(sheet, shipped, ("Projects: shipments", unit, FLOW), plan.by_unit("accounts.shipments", unit), prefix)
        _unpaid_row(sheet, plan, shipped, unpaid, unit)
        text = f"(1 - {TAX}) * {{{shipped}}} - ({{{unpaid}}} - {{{unpaid}@-1}})"
        label = "Projects: shipments after tax, for the levelized cost"
        sheet.line(Row(plan.by_unit("returns.levelized_shipments", unit), label, unit, FLOW, text))


def _cost_rows(sheet: Sheet, plan: Plan, prefix: str, unit: str) -> None:
    """Write what the projects of one unit cost after tax, and what their assets and stock are worth."""
    money, path = plan.currency, plan.by_unit("returns.levelized_stock", unit)
    if len(plan.product_units) == 1:
        added = {key: less(f"accounts.{key}", prefix) for key in KINDS}
        assets, path = "{returns.project_fixed_assets}", "returns.project_stock"
        if DIFFERENCE in sheet:  # tax on selling at book value
            added["depreciation"] = less("accounts.tax_depreciation", prefix)
            assets += f" - {TAX} * {less(DIFFERENCE, prefix)}"
    else:  # plants and projects of the unit, and of the company's stock the part of their cash costs
        added = {key: _sum_text(plan, rows, prefix) for key, rows in _rows_of_unit(sheet, plan, unit).items()}
        assets, total = added["assets"], _sum_text(plan, ["accounts.variable_cost", "accounts.fixed_cost"], prefix)
        assets += f" - {TAX} * ({assets} - {added['tax_values']})" if DIFFERENCE in sheet else ""
        text = f"IF({total} = 0, 0, {added['cash_costs']} / {total}) * {{returns.project_stock}}"
        sheet.line(Row(path, f"Projects: inventory less payables, {unit}", money, STOCK, text))
    text = f"(1 - {TAX}) * {added['cash_costs']} - {TAX} * {added['depreciation']}"
    for key, project in plan.projects.items():
        if plan.unit_of_plant(project.plant) == unit:
            text += "".join(f" + {TAX} * {{{row}}}" for row in financing_charges(sheet, key, for_tax=True))
            gone = "tax_written_off" if DIFFERENCE in sheet else "written_off"
            text += f" - {TAX} * {{projects.{key}.{gone}}}" if project.cancelled else ""
    text += _sales_text(sheet, plan, prefix, unit)
    text += f" + {added['capex']} + {added['purchases']} - {added['grants']} + {added['maintenance']}"
    text += f" + {{{path}}} - {{{path}@-1}}"
    label = "Projects: costs after tax, for the levelized cost"
    sheet.line(Row(plan.by_unit("returns.levelized_costs", unit), label, money, FLOW, text))
    label = "Projects: fixed assets and stock, for the levelized cost"
    sheet.line(Row(plan.by_unit("returns.levelized_assets", unit), label, money, STOCK, f"{assets} + {{{path}}}"))


def _sales_text(sheet: Sheet, plan: Plan, prefix: str, unit: str) -> str:
    """Return the formula of what sales of the projects' assets lower the costs by: the price less the tax on the gain.

    Assets that the company without projects has too cancel out.
    """
    units = {f"projects.{key}": plan.unit_of_plant(project.plant) for key, project in plan.projects.items()}
    units |= {f"plants.{key}.purchased": plan.unit_of_plant(key) for key in plan.plants}
    sold = [asset for asset, _ in sold_assets(plan) if units.get(asset) == unit]
    keys = ("sale", "tax_disposed" if DIFFERENCE in sheet else "disposed")
    prices, books = (_sum_text(plan, [f"{asset}.{key}" for asset in sold], prefix) for key in keys)
    return f" - (1 - {TAX}) * {prices} - {TAX} * {books}" if sold else ""


def _rows_of_unit(sheet: Sheet, plan: Plan, unit: str) -> dict[str, list[str]]:
    """Return the rows that the costs and assets of plants and projects of one unit are added up from."""
    plants = [key for key in plan.plants if plan.unit_of_plant(key) == unit]
    projects = [key for key, project in plan.projects.items() if project.plant in plants]
    bought = [key for key in plants if plan.plants[key].purchase]
    assets = [*(f"projects.{k}" for k in projects), *(f"plants.{k}.purchased" for k in bought)]
    assets += [f"plants.{k}" for k in plants]
    taxed = DIFFERENCE in sheet
    granted = (f"funding.{k}.grant" for k in (*projects, *bought))
    return {
        "cash_costs": [f"plants.{k}.{cost}" for k in plants for cost in ("variable_cost", "fixed_cost")],
        "depreciation": [f"{asset}.{'tax_' if taxed else ''}depreciation" for asset in assets],
        "capex": [f"projects.{k}.capex" for k in projects],
        "purchases": [f"plants.{k}.purchase" for k in bought],
        "grants": [row for row in granted if row in sheet],
        "maintenance": [f"plants.{k}.maintenance" for k in plants],
        "assets": [f"{asset}.book_value" for asset in assets],
        "tax_values": [f"{asset}.tax_value" for asset in assets if taxed],
    }


def _sum_text(plan: Plan, rows: list[str], prefix: str) -> str:
    """Return the formula of the sum of rows, less what of them is there without projects: all but the projects' own."""
    names = ((row, row.split(".")[1]) for row in rows)
    return f"({' + '.join(f'{{{row}}}' if name in plan.projects else less(row, prefix) for row, name in names) or '0'})"


def _unpaid_row(sheet: Sheet, plan: Plan, shipped: str, path: str, unit: str) -> None:
    """Write what customers have not paid for yet: shipments of the days of receivables before each period's end."""
    days_path, year = "inputs.working_capital.receivables", "{inputs.working_capital.days_in_year}"
    by_period, terms = days_path in sheet, []
    for back in range(MOST_DAYS // (SHORTEST_MONTH * plan.timeline.months) + 1):
        shift = f"@-{back}" if back else ""
        days = f"{{{days_path}{shift if by_period else ''}}}"
        share = f"MIN(MAX({days} / ({year} * {{time.years}}) - {back}, 0), 1)"
        terms.append(f"{{{shipped}{shift}}} * {share}")
    label = "Projects: shipments that customers have not paid for"
    sheet.line(Row(path, label, unit, STOCK, " + ".join(terms)))
