"""Fixed assets and their depreciation: opening assets, purchased plants, projects, and maintenance of plants."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK, Timeline, month_number
from fibercap.model.depreciation_method import Asset
from fibercap.model.horizon.run_off import RUN_OFF, counting_month

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.depreciation_method import Depreciation
    from fibercap.model.plan.company import FixedAssets
    from fibercap.model.plants.capacity import Plant
    from fibercap.model.plants.projects import Project


def month_after(month: str) -> str:
    """Return the formula of the end of the month that a month number falls in. [month]"""
    return f"ROUNDUP(ROUND({month}, 6), 0)"


@dataclass(frozen=True)
class PurchasedAsset:
    """An asset that is paid for in parts, and depreciated from the month number `since`, when its cost is complete.

    It is planned to be complete in the month `due`, with the formula `since_text`; `since` is later than every period
    if it is not complete within the horizon. `prefix` is the start of its rows' paths, `text` the formula of the
    payments in a period, `life_path` the input that gives its life, `method` its depreciation.
    """

    prefix: str
    label: str
    text: str
    since: Array
    due: Array
    since_text: str
    life: int | Array
    life_path: str
    method: Depreciation


def _purchased_asset_rows(sheet: Sheet, timeline: Timeline, asset: PurchasedAsset, money: str) -> None:
    """Write cost to date, construction in progress, depreciation and book value of one asset."""
    prefix, label, since = asset.prefix, asset.label, asset.since
    start = sheet.give(f"{prefix}.depreciates_from", "month", asset.due, formula=asset.since_text)
    if timeline.past and asset.due is not since:
        later = asset.since_text.replace("{projects.", f"{{{RUN_OFF}.projects.")
        sheet.give_after_horizon(f"{prefix}.depreciates_from", "month", since, later)
    years = sheet.give(f"inputs.{asset.life_path}", "month", asset.life)
    sheet.write_balance(f"{prefix}.cost_to_date", f"{label}: cost to date, net of grants", money, asset.text)
    row = Row(f"{prefix}.depreciation", f"{label}: depreciation", money, FLOW)
    _depreciation_row(sheet, timeline, row, f"{prefix}.cost_to_date", since, (asset.method, asset.life, years, start))
    text = f"IF({{time.end}} < {start}, {{{prefix}.cost_to_date}}, 0)"
    sheet.line(Row(f"{prefix}.in_progress", f"{label}: construction in progress", money, STOCK, text))
    sheet.write_balance(
        f"{prefix}.book_value", f"{label}: book value", money, f"{asset.text} - {{{prefix}.depreciation}}"
    )


def _depreciation_row(
    sheet: Sheet,
    timeline: Timeline,
    row: Row,
    cost: str,
    since: Array,
    terms: tuple[Depreciation, int | Array, str, str],
) -> None:
    """Write depreciation both from the method's kernel and as its formula; a test compares them.

    Parameters
    ----------
    sheet, timeline
        The sheet that gets the row, and its periods.
    row : Row
        The row without its formula.
    cost : str
        Path of the row of cost to date.
    since : () or (sample, 1)
        Month number from which the asset is depreciated. [month]
    terms
        The method; the life, the reference to it, and the reference to the month of `since`. [month]
    """
    method, life, years, start = terms
    loss = method.loss(sheet.value(cost), np.asarray(life), timeline.starts - since, timeline.ends - since)
    asset = Asset(sheet, row.path.rpartition(".")[0])
    sheet.put(row._replace(formula=method.loss_text(asset, f"{{{cost}}}", years, start)), loss)


def project_asset(sheet: Sheet, timeline: Timeline, key: str, project: Project, money: str, *, has_grant: bool) -> None:
    """Write the rows of a project as an asset; a grant reduces its cost.

    Writes `cost_to_date`, `depreciation`, `book_value` and `in_progress` under `projects.<key>.`, and the depreciation
    of financing costs if there are any. [money]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    key, project : str, Project
        The project and its name.
    money, has_grant : str, bool
        The reporting currency, and whether a grant pays for a part.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    prefix = f"projects.{key}"
    text, due, costs = f"{{{prefix}.capex}}", np.ceil(project.completes - 1e-9), f"funding.{key}.financing_costs"
    since = np.ceil(counting_month(project.planned_month, project.delay, timeline) - 1e-9) if timeline.past else due
    if costs in sheet:
        text = f"{text} + {{{costs}}}"
        _financing_rows(sheet, timeline, key, project, money)
    text += f" - {{funding.{key}.grant}}" if has_grant else ""
    after = month_after(project.completes_text(key))
    asset = PurchasedAsset(
        prefix, project.name or key, text, since, due, after, project.life, f"{prefix}.life", project.depreciation
    )
    _purchased_asset_rows(sheet, timeline, asset, money)


def _financing_rows(sheet: Sheet, timeline: Timeline, key: str, project: Project, money: str) -> None:
    """Write the part of a project's depreciation that is due to financing costs, for results without financing."""
    prefix, label, costs = f"projects.{key}", project.name or key, f"funding.{key}.financing_costs"
    sheet.write_balance(f"{costs}_to_date", f"{label}: financing costs to date", money, f"{{{costs}}}")
    since = np.ceil(counting_month(project.planned_month, project.delay, timeline) - 1e-9)
    years = sheet.give(f"inputs.{prefix}.life", "month", project.life)
    due = np.ceil(project.completes - 1e-9)
    start = sheet.give(f"{prefix}.depreciates_from", "month", due, formula=month_after(project.completes_text(key)))
    row = Row(f"{prefix}.financing_depreciation", f"{label}: depreciation of financing costs", money, FLOW)
    terms = (project.depreciation, project.life, years, start)
    _depreciation_row(sheet, timeline, row, f"{costs}_to_date", since, terms)


def purchase_asset(sheet: Sheet, timeline: Timeline, key: str, plant: Plant, money: str, *, has_grant: bool) -> None:
    """Write the price of a purchased plant less its working capital as an asset; nothing if there is no purchase.

    Writes `cost_to_date`, `depreciation`, `book_value` and `in_progress` under `plants.<key>.purchased.`. [money]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    key, plant : str, Plant
        The plant and its name.
    money, has_grant : str, bool
        The reporting currency, and whether a grant pays for a part.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    if plant.purchase is None:
        return
    prefix, deal, label = f"plants.{key}.purchased", plant.purchase, plant.name or key
    text = f"{{plants.{key}.purchase}} - {{{prefix}.working_capital}}"
    text += f" - {{funding.{key}.grant}}" if has_grant else ""
    since = np.asarray(float(ceil(month_number(deal.on) - 1e-9)))
    after, life_at = month_after(f"{{plants.{key}.purchase.month}}"), f"plants.{key}.purchase.life"
    asset = PurchasedAsset(prefix, label, text, since, since, after, deal.life, life_at, deal.depreciation)
    _purchased_asset_rows(sheet, timeline, asset, money)


def maintenance_asset(sheet: Sheet, timeline: Timeline, key: str, plant: Plant, money: str) -> None:
    """Write depreciation and book value of a plant's maintenance: each period's spending from the next period on.

    Writes `maintenance_to_date`, `depreciation`, `maintenance_depreciated` and `book_value` under `plants.<key>.`.
    [money]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    key, plant : str, Plant
        The plant and its name.
    money : str
        The reporting currency.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    prefix, label = f"plants.{key}", plant.name or key
    sheet.write_balance(
        f"{prefix}.maintenance_to_date", f"{label}: maintenance to date", money, f"{{{prefix}.maintenance}}"
    )
    sheet.give(f"inputs.{prefix}.life", "month", plant.life, fixed=True)
    spent, method = f"{prefix}.maintenance", plant.depreciation
    text = method.loss_of_spending_text(Asset(sheet, prefix), spent, plant.life, timeline.months)
    sheet.line(Row(f"{prefix}.depreciation", f"{label}: depreciation of maintenance", money, FLOW, text))
    words = f"{label}: maintenance depreciated to date"
    sheet.write_balance(f"{prefix}.maintenance_depreciated", words, money, f"{{{prefix}.depreciation}}")
    text = f"{{{prefix}.maintenance_to_date}} - {{{prefix}.maintenance_depreciated}}"
    sheet.line(Row(f"{prefix}.book_value", f"{label}: book value of maintenance", money, STOCK, text))


def opening_asset(sheet: Sheet, timeline: Timeline, assets: FixedAssets, money: str) -> None:
    """Write `opening.depreciation` and `opening.book_value` of the fixed assets on the opening balance sheet. [money]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    assets, money : FixedAssets, str
        Their value, life and method, and the reporting currency.

    Source
    ------
    docs/conventions.md, section 3, Opening balances.
    """
    cost = sheet.give("inputs.opening.fixed_assets.value", money, assets.value)
    years = sheet.give("inputs.opening.fixed_assets.life", "month", assets.life)
    since = float(timeline.origin)
    starts, ends = timeline.starts - since, timeline.ends - since
    loss = assets.depreciation.loss(assets.value, np.asarray(assets.life), starts, ends)
    text = assets.depreciation.loss_text(Asset(sheet, "opening"), cost, years, "{time.from}")
    sheet.put(Row("opening.depreciation", "Assets opened with: depreciation", money, FLOW, text), loss)
    sheet.write_balance("opening.book_value", "Assets opened with: book value", money, "-{opening.depreciation}", cost)
