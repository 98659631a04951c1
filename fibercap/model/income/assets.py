"""Fixed assets and their depreciation: opening assets, purchased plants, projects, and maintenance of plants."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK, month_number
from fibercap.model.depreciation_by_units import MADE, UnitsOfEach, counts_units
from fibercap.model.depreciation_method import Asset
from fibercap.model.horizon.run_off import RUN_OFF, counting_month
from fibercap.model.income.asset_rows import Holding, charge_rows, method_of, value_rows
from fibercap.model.income.asset_sales import month_after
from fibercap.model.plants.asset_terms import give_sale_month
from fibercap.model.plants.capacity import not_bought

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.model.plan.company import FixedAssets
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.capacity import Plant
    from fibercap.model.plants.projects import Project

CHARGED: Final = ("depreciation", "disposed", "written_off")
"""What takes the cost of an asset out of the books: the ends of rows' names."""


def _purchased_asset_rows(sheet: Sheet, plan: Plan, asset: Holding, text: str) -> None:
    """Write the rows of an asset that is paid for in parts; `text` is the formula of the payments in a period."""
    prefix, label, money = asset.prefix, asset.label, plan.currency
    start = asset.written_off or _give_start(sheet, asset)
    if plan.timeline.past and asset.due is not asset.since:
        later = asset.since_text.replace("{projects.", f"{{{RUN_OFF}.projects.")
        sheet.give_after_horizon(f"{prefix}.depreciates_from", "month", asset.since, later)
    if not (asset.terms.land or asset.written_off):
        sheet.give(f"inputs.{asset.path}.life", "month", asset.terms.life)
    sheet.write_balance(asset.cost, f"{label}: cost to date, net of grants", money, text)
    in_progress = f"IF({{time.end}} < {start}, {{{asset.cost}}}, 0)"
    sheet.line(Row(f"{prefix}.in_progress", f"{label}: construction in progress", money, STOCK, in_progress))
    value_rows(sheet, plan, asset, text, start)


def _give_start(sheet: Sheet, asset: Holding) -> str:
    """Give the month number from which an asset is depreciated; return the reference to it. [month]"""
    return sheet.give(f"{asset.prefix}.depreciates_from", "month", asset.due, formula=asset.since_text)


def project_asset(sheet: Sheet, plan: Plan, key: str, project: Project, *, has_grant: bool) -> None:
    """Write the rows of a project as an asset; a grant reduces its cost.

    Writes `cost_to_date`, `depreciation`, `book_value` and `in_progress` under `projects.<key>.`, the depreciation of
    financing costs if there are any, and the rows of its sale, or `written_off` if it is cancelled. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    key, project : str, Project
        The project and its name.
    has_grant : bool
        Whether a grant pays for a part.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    prefix, timeline, costs = f"projects.{key}", plan.timeline, f"funding.{key}.financing_costs"
    text, due = f"{{{prefix}.capex}}", np.ceil(project.completes - 1e-9)
    since = np.ceil(counting_month(project.planned_month, project.delay, timeline) - 1e-9) if timeline.past else due
    after, label = month_after(project.completes_text(key)), project.name or key_in_words(key)
    asset = Holding(prefix, label, f"{prefix}.cost_to_date", since, due, after, prefix, project)
    if project.cancelled:
        asset = replace(asset, since=due, written_off=project.built_until_text(key))
    if counts_units(project, plan.tax.depreciation):
        unit, asset = plan.unit_of_plant(project.plant), replace(asset, capacity=f"{{inputs.{prefix}.adds}}")
        sheet.write_balance(f"{prefix}.{MADE}", f"{label}: units made to date", unit, f"{{{prefix}.shipments}}")
    if costs in sheet:
        text = f"{text} + {{{costs}}}"
        _financing_rows(sheet, plan, asset, costs)
    text += f" - {{funding.{key}.grant}}" if has_grant else ""
    _purchased_asset_rows(sheet, plan, asset, text)


def _financing_rows(sheet: Sheet, plan: Plan, asset: Holding, costs: str) -> None:
    """Write the part of a project's charges that is due to financing costs, for results without financing."""
    label, cost = f"{asset.label}: financing costs to date", f"{costs}_to_date"
    sheet.write_balance(cost, label, plan.currency, f"{{{costs}}}")
    if not (asset.terms.land or asset.written_off):
        sheet.give(f"inputs.{asset.path}.life", "month", asset.terms.life)
    part, start = replace(asset, cost=cost, key="financing_"), asset.written_off or _give_start(sheet, asset)
    charge_rows(sheet, plan, part, start)
    if plan.tax.depreciation is not None:
        charge_rows(sheet, plan, part.depreciate_for_tax("financing_tax_", plan.tax.depreciation), start)


def financing_charges(sheet: Sheet, key: str, *, for_tax: bool = False) -> list[str]:
    """Return the rows of a project's charges that are due to financing costs.

    Parameters
    ----------
    sheet, key : Sheet, str
        The sheet that may have the rows, and the project's name.
    for_tax : bool
        Whether to return the charges for tax; they are those of the books where tax has no depreciation of its own.
    """
    kind = "financing_tax_" if for_tax and "accounts.tax_depreciation" in sheet else "financing_"
    return [row for end in CHARGED if (row := f"projects.{key}.{kind}{end}") in sheet]


def purchase_asset(sheet: Sheet, plan: Plan, key: str, plant: Plant, *, has_grant: bool) -> None:
    """Write the price of a purchased plant less its working capital as an asset; nothing if there is no purchase.

    Writes `cost_to_date`, `depreciation`, `book_value` and `in_progress`, and the rows of its sale, under
    `plants.<key>.purchased.`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    key, plant : str, Plant
        The plant and its name.
    has_grant : bool
        Whether a grant pays for a part.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    if plant.purchase is None:
        return
    prefix, deal, label = f"plants.{key}.purchased", plant.purchase, plant.name or key_in_words(key)
    text = f"{{plants.{key}.purchase}} - {{{prefix}.working_capital}}"
    text += f" - {{funding.{key}.grant}}" if has_grant else ""
    since = np.asarray(float(ceil(month_number(deal.on) - 1e-9)))
    after, path = month_after(f"{{plants.{key}.purchase.month}}"), f"plants.{key}.purchase"
    asset = Holding(prefix, label, f"{prefix}.cost_to_date", since, since, after, path, deal)
    if counts_units(deal, plan.tax.depreciation):
        asset = replace(asset, capacity=_capacity_text([key]))
        _made_row(sheet, plan, asset, [key])
    _purchased_asset_rows(sheet, plan, asset, text)


def _capacity_text(plants: Sequence[str]) -> str:
    """Return the formula of the capacities of some plants, without their projects. [unit/year]"""
    capacities = total(f"inputs.plants.{key}.capacity" for key in plants)
    return f"({capacities})" if len(plants) > 1 else capacities


def _made_row(sheet: Sheet, plan: Plan, asset: Holding, plants: Sequence[str], until: str = "") -> None:
    """Write `<asset>.units_made`: what some plants have made to date, without what projects that add to them made.

    It counts up to the month number `until`, and of the period in which that lies a part by time.
    """
    made = total(f"plants.{key}.shipments" for key in plants)
    added = [name for name, project in plan.projects.items() if any(map(project.adds_to, plants))]
    made += "".join(f" - {{projects.{name}.shipments}}" for name in added)
    if until:
        made = f"({made}) * MIN(MAX(({until} - {{time.start}}) / {{time.months}}, 0), 1)"
    words, unit = f"{asset.label}: units made to date", plan.unit_of_plant(plants[0])
    sheet.write_balance(f"{asset.prefix}.{MADE}", words, unit, made)


def maintenance_asset(sheet: Sheet, plan: Plan, key: str, plant: Plant) -> None:
    """Write depreciation and book value of a plant's maintenance: each period's spending from the next period on.

    Writes `maintenance_to_date`, `depreciation`, `maintenance_depreciated` and `book_value` under `plants.<key>.`.
    [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    key, plant : str, Plant
        The plant and its name.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    prefix, label, money = f"plants.{key}", plant.name or key_in_words(key), plan.currency
    sheet.write_balance(
        f"{prefix}.maintenance_to_date", f"{label}: maintenance to date", money, f"{{{prefix}.maintenance}}"
    )
    sheet.give(f"inputs.{prefix}.life", "month", plant.life, fixed=True)
    spent, of = f"{prefix}.maintenance", Asset(sheet, prefix, f"{prefix}.depreciation")
    text = method_of(plant).loss_of_spending_text(of, spent, plant.life, plan.timeline.months)
    sheet.line(Row(f"{prefix}.depreciation", f"{label}: depreciation of maintenance", money, FLOW, text))
    words = f"{label}: maintenance depreciated to date"
    sheet.write_balance(f"{prefix}.maintenance_depreciated", words, money, f"{{{prefix}.depreciation}}")
    text = f"{{{prefix}.maintenance_to_date}} - {{{prefix}.maintenance_depreciated}}"
    sheet.line(Row(f"{prefix}.book_value", f"{label}: book value of maintenance", money, STOCK, text))
    if (way := plan.tax.depreciation) is not None:
        if isinstance(way, UnitsOfEach):
            text = f"{{{prefix}.depreciation}}"
        else:
            of = Asset(sheet, prefix, "tax.depreciation", by="depreciates_for_tax_by")
            text = way.loss_of_spending_text(of, spent, plant.life, plan.timeline.months)
        words, path = f"{label}: depreciation of maintenance for tax", f"{prefix}.tax_depreciation"
        sheet.line(Row(path, words, money, FLOW, text))
        words = f"{label}: value of maintenance for tax"
        sheet.write_balance(f"{prefix}.tax_value", words, money, f"{{{spent}}} - {{{path}}}")


def opening_asset(sheet: Sheet, plan: Plan, assets: FixedAssets) -> None:
    """Write depreciation, book value and sale of the fixed assets on the opening balance sheet, under `opening.`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows [money], and the plan.
    assets : FixedAssets
        Their value, life and method.

    Source
    ------
    docs/conventions.md, section 3, Opening balances.
    """
    money, label, path = plan.currency, "Assets opened with", "opening.fixed_assets"
    cost = sheet.give(f"inputs.{path}.value", money, assets.value)
    if not assets.land:
        sheet.give(f"inputs.{path}.life", "month", assets.life)
    since = np.asarray(float(plan.timeline.origin))
    asset = Holding("opening", label, f"inputs.{path}.value", since, since, "", path, assets, before=cost)
    if counts_units(assets, plan.tax.depreciation):
        asset = replace(asset, capacity=_capacity_text(not_bought(plan.plants)))
        until = month_after(give_sale_month(sheet, f"{path}.sold", assets.sold)) if assets.sold else ""
        _made_row(sheet, plan, asset, not_bought(plan.plants), until)
    value_rows(sheet, plan, asset, "", "{time.from}")
