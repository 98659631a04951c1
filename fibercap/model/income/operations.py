"""Rows before financing: assets, income to EBIT, grants, and the unlevered cash flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.funding.financing_costs import paid_by_cash
from fibercap.model.funding.sources import BRIDGE, GRANT
from fibercap.model.income.asset_sales import cancelled_projects, sold_assets
from fibercap.model.income.assets import (
    financing_charges,
    maintenance_asset,
    opening_asset,
    project_asset,
    purchase_asset,
)
from fibercap.model.income.deferred_tax import deferred_tax_rows, taxable_text
from fibercap.model.income.overhead import overhead_by_year
from fibercap.model.income.tax import tax_paid_row, tax_rows

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan


def sum_of_rows(sheet: Sheet, paths: list[str]) -> Array:
    """Return the sum of rows, (..., period); zeros for none.

    Parameters
    ----------
    sheet, paths : Sheet, list of str
        The sheet, and the rows to add up, which have the same unit. [any unit]
    """
    return sum((sheet.value(path) for path in paths), start=np.zeros(sheet.length))


def sum_row(sheet: Sheet, path: str, label: str, money: str, nature: str, of: list[str]) -> Array:
    """Write a row that adds up others; return it, (..., period).

    Parameters
    ----------
    sheet, path, label, money, nature
        The sheet; the row's path, words for readers, unit, and flow or stock.
    of : list of str
        Paths of the rows to add up.
    """
    return sheet.line(Row(path, label, money, nature, total(of)))


def asset_rows(sheet: Sheet, plan: Plan) -> None:
    """Write every asset, its cost net of grants, and their totals.

    Writes the rows of `project_asset`, `purchase_asset`, `maintenance_asset` and `opening_asset`, and
    `accounts.depreciation`, `accounts.construction_in_progress` and `accounts.net_fixed_assets`; with sales of assets,
    `accounts.asset_sales` and `accounts.gain_on_sales`; with cancelled projects, `accounts.write_offs`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    money = plan.currency
    for key, project in plan.projects.items():
        project_asset(sheet, plan, key, project, has_grant=_has_grant(plan, key))
    for key, plant in plan.plants.items():
        purchase_asset(sheet, plan, key, plant, has_grant=_has_grant(plan, key))
        maintenance_asset(sheet, plan, key, plant)
    opening = plan.opening.fixed_assets
    assets = [f"projects.{k}" for k in plan.projects]
    assets += [f"plants.{k}.purchased" for k, p in plan.plants.items() if p.purchase]
    building = [f"{a}.in_progress" for a in assets]
    assets += [f"plants.{k}" for k in plan.plants]
    if opening is not None:
        opening_asset(sheet, plan, opening)
        assets.append("opening")
    sum_row(sheet, "accounts.depreciation", "Depreciation", money, FLOW, [f"{a}.depreciation" for a in assets])
    sum_row(sheet, "accounts.construction_in_progress", "Construction in progress", money, STOCK, building)
    books = [f"{a}.book_value" for a in assets]
    text = f"{total(books)} - {{accounts.construction_in_progress}}"
    before = "{inputs.opening.fixed_assets.value}" if opening is not None else "0"
    sheet.line(Row("accounts.net_fixed_assets", "Net fixed assets", money, STOCK, text, before))
    deferred_tax_rows(sheet, plan, assets)
    if sold := [prefix for prefix, _ in sold_assets(plan)]:
        prices, values = (total(f"{prefix}.{key}" for prefix in sold) for key in ("sale", "disposed"))
        sheet.line(Row("accounts.asset_sales", "Sales of assets", money, FLOW, prices))
        text = f"{{accounts.asset_sales}} - ({values})"
        sheet.line(Row("accounts.gain_on_sales", "Gain on sales of assets", money, FLOW, text))
    if gone := [f"projects.{key}.written_off" for key in cancelled_projects(plan)]:
        sum_row(sheet, "accounts.write_offs", "Write-off of cancelled projects", money, FLOW, gone)


def _has_grant(plan: Plan, key: str) -> bool:
    """Return whether a grant pays for a part of a project or purchase."""
    return key in plan.funding and GRANT in plan.funding[key].sources


def income_rows(sheet: Sheet, plan: Plan) -> None:
    """Write income from revenue to EBIT.

    Writes `revenue`, `variable_cost`, `fixed_cost`, `gross_profit`, `overhead`, `cash_costs`, `ebitda`, `ebit` [money]
    and `shipments` [unit] under `accounts.`, and `inputs.company.overhead`. [money/year]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the plants' rows and gets these, and the plan.

    Source
    ------
    docs/conventions.md, section 6, Income.
    """
    money, plants = plan.currency, plan.plants

    def line(key: str, label: str, formula: str) -> None:
        sheet.line(Row(f"accounts.{key}", label, money, FLOW, formula))

    sum_row(sheet, "accounts.revenue", "Revenue", money, FLOW, [f"plants.{k}.revenue" for k in plants])
    for unit in plan.product_units:
        shipped = [f"plants.{k}.shipments" for k in plants if plan.unit_of_plant(k) == unit]
        sum_row(sheet, plan.by_unit("accounts.shipments", unit), "Shipments", unit, FLOW, shipped)
    variable = [f"plants.{k}.variable_cost" for k in plants]
    sum_row(sheet, "accounts.variable_cost", "Variable cost", money, FLOW, variable)
    fixed = [f"plants.{k}.fixed_cost" for k in plants]
    sum_row(sheet, "accounts.fixed_cost", "Fixed cost", money, FLOW, fixed)
    direct = "{accounts.variable_cost} - {accounts.fixed_cost}"
    text = f"{{accounts.revenue}} - {direct} - {{accounts.depreciation}}"
    line("gross_profit", "Gross profit", text)
    overhead_by_year(sheet, plan)
    line("overhead", "Overhead", "{inputs.company.overhead} * {time.years}")
    line("cash_costs", "Cash costs", "{accounts.variable_cost} + {accounts.fixed_cost} + {accounts.overhead}")
    line("ebitda", "EBITDA", "{accounts.revenue} - {accounts.cash_costs}")
    gain = " + {accounts.gain_on_sales}" if "accounts.gain_on_sales" in sheet else ""
    gone = " - {accounts.write_offs}" if "accounts.write_offs" in sheet else ""
    line("ebit", "EBIT", "{accounts.ebitda} - {accounts.depreciation}" + gain + gone)


def _grant_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the grants received, and the balance that has been claimed but not received.

    Source
    ------
    docs/conventions.md, section 5: a grant is claimed as money is spent, and may be received later.
    """
    money, later = plan.currency, {key for key in plan.uses_with_grant if f"funding.{key}.{BRIDGE}" in sheet}
    received = [f"funding.{key}.{'grant_received' if key in later else GRANT}" for key in plan.uses_with_grant]
    claimed = [f"funding.{key}.{GRANT}" for key in plan.uses_with_grant]
    value = sum_row(sheet, "accounts.grants", "Grants received", money, FLOW, received)
    owed = np.cumsum(sum_of_rows(sheet, claimed) - value, axis=-1) if later else np.zeros(sheet.length)
    text = f"{{accounts.grants_receivable@-1}} + {total(claimed)} - {{accounts.grants}}" if later else "0"
    row = Row("accounts.grants_receivable", "Grants receivable", money, STOCK, text)
    # rounding can leave a small negative balance, which the kernel removes and the formula keeps
    sheet.put(row, np.maximum(owed, 0.0))


def unlevered_rows(sheet: Sheet, plan: Plan) -> None:
    """Write capital spending, the tax due without financing, and the cash flow available for debt service.

    Writes `capex`, `purchases`, `unfunded_uses`, `maintenance`, `tax_paid_unlevered`, `tax_payable_unlevered`,
    `cfads_unlevered` and `unlevered_cash_flow` under `accounts.` [money], those of grants and of self-funded capex, and
    the rows of `tax_rows` under `tax_unlevered.`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 6.
    """
    money = plan.currency
    projects, plants = [f"projects.{k}.capex" for k in plan.projects], plan.plants
    bought = [f"plants.{k}.purchase" for k, p in plants.items() if p.purchase]
    sum_row(sheet, "accounts.capex", "Capex", money, FLOW, projects)
    sum_row(sheet, "accounts.purchases", "Purchases of plants", money, FLOW, bought)
    _grant_rows(sheet, plan)
    unfunded = [plan.source_rows(key)["gap"] for key in plan.spends]
    sum_row(sheet, "accounts.unfunded_uses", "Uses that no source of funding covers", money, FLOW, unfunded)
    sum_row(sheet, "accounts.maintenance", "Maintenance", money, FLOW, [f"plants.{k}.maintenance" for k in plants])
    built = [row for key in plan.projects for row in financing_charges(sheet, key)]
    income = total(["accounts.ebit", *built])
    taxed = taxable_text(sheet, plan, income, without_financing=True)
    tax_rows(sheet, plan, "tax_unlevered", "Without financing", taxed)
    label = "Tax paid without financing"
    tax_paid_row(sheet, plan, "accounts.tax_paid_unlevered", label, "tax_unlevered.tax")
    change = "{tax_unlevered.tax} - {accounts.tax_paid_unlevered}"
    sheet.write_balance("accounts.tax_payable_unlevered", "Tax payable without financing", money, change)
    _self_funded_row(sheet, plan)
    before = "{accounts.ebitda} - {accounts.tax_paid_unlevered} - {accounts.working_capital_increase}"
    before += " - {accounts.maintenance}"
    text = f"{before} - {{accounts.self_funded_capex}}"
    sheet.line(Row("accounts.cfads_unlevered", "CFADS with unlevered tax", money, FLOW, text))
    text = f"{before} - {{accounts.capex}} - {{accounts.purchases}} + {{accounts.grants}}"
    text += " + {accounts.asset_sales}" if "accounts.asset_sales" in sheet else ""
    sheet.line(Row("accounts.unlevered_cash_flow", "Unlevered free cash flow", money, FLOW, text))


def _self_funded_row(sheet: Sheet, plan: Plan) -> None:
    """Write capex and purchases that neither loan, grant nor equity pays, so that cash does, (..., period). [money]

    Writes `accounts.self_funded_capex`. Of a project whose financing costs are funded too, cash pays capex and costs in
    proportion.

    Source
    ------
    docs/conventions.md, section 6.
    """
    terms = []
    rows = {key: f"projects.{key}.capex" for key in plan.projects}
    rows |= {key: f"plants.{key}.purchase" for key, plant in plan.plants.items() if plant.purchase}
    for key, row in rows.items():
        if key not in plan.funding:
            terms.append(f"{{{row}}}")
        elif (share := f"funding.{key}.cash_share") in sheet:
            terms.append(f"{{{row}}} * {{{share}}}")
        else:
            terms.append(paid_by_cash(plan, key))
    text = " + ".join(terms) or "0"
    sheet.line(Row("accounts.self_funded_capex", "Capex paid by cash", plan.currency, FLOW, text))
