"""What the company owns: assets opened with, plants bought, projects built, and plants maintained; each depreciated."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK, Timeline, month_number
from fibercap.model.depreciation_method import Asset
from fibercap.model.horizon.run_off import RUN_OFF, completed

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
class Bought:
    """An asset that is paid for in parts, and depreciated from the month number `since`, when its cost is complete.

    It is due in the month `due`, with the formula `since_text`: `since` is never, where the horizon ends before.
    `text` is the formula of what is paid in a period, `life_at` the input that gives its life, `method` how it is
    depreciated.
    """

    at: str
    label: str
    text: str
    since: Array
    due: Array
    since_text: str
    life: int | Array
    life_at: str
    method: Depreciation


def _bought_rows(sheet: Sheet, timeline: Timeline, asset: Bought, money: str) -> None:
    """Write cost to date, construction in progress, depreciation and book value of one asset."""
    at, label, since = asset.at, asset.label, asset.since
    start = sheet.give(f"{at}.depreciates_from", "month", asset.due, formula=asset.since_text)
    if timeline.past and asset.due is not since:
        later = asset.since_text.replace("{projects.", f"{{{RUN_OFF}.projects.")
        sheet.give_after_horizon(f"{at}.depreciates_from", "month", since, later)
    years = sheet.give(f"inputs.{asset.life_at}", "month", asset.life)
    sheet.write_balance(f"{at}.cost_to_date", f"{label}: cost to date, net of grants", money, asset.text)
    row = Row(f"{at}.depreciation", f"{label}: depreciation", money, FLOW)
    _depreciation_row(sheet, timeline, row, f"{at}.cost_to_date", since, (asset.method, asset.life, years, start))
    text = f"IF({{time.end}} < {start}, {{{at}.cost_to_date}}, 0)"
    sheet.line(Row(f"{at}.in_progress", f"{label}: construction in progress", money, STOCK, text))
    sheet.write_balance(f"{at}.book_value", f"{label}: book value", money, f"{asset.text} - {{{at}.depreciation}}")


def _depreciation_row(
    sheet: Sheet,
    timeline: Timeline,
    row: Row,
    cost: str,
    since: Array,
    over: tuple[Depreciation, int | Array, str, str],
) -> None:
    """Write depreciation twice, as the method's kernel and as its formula, which are tested together.

    Parameters
    ----------
    sheet, timeline
        Where the row is written, and its periods.
    row : Row
        The row without its formula.
    cost : str
        The row of what is depreciated.
    since : () or (draw, 1)
        Month number from which it is. [month]
    over
        The method; the life, the reference to it, and the one to the month from which the asset is depreciated. [month]
    """
    method, life, years, start = over
    loss = method.loss(sheet.value(cost), np.asarray(life), timeline.starts - since, timeline.ends - since)
    asset = Asset(sheet, row.path.rpartition(".")[0])
    sheet.put(row._replace(formula=method.loss_text(asset, f"{{{cost}}}", years, start)), loss)


def project_asset(sheet: Sheet, timeline: Timeline, key: str, project: Project, money: str, *, granted: bool) -> None:
    """Write the rows of a project as an asset; a grant reduces its cost.

    Writes `cost_to_date`, `depreciation`, `book_value` and `in_progress` under `projects.<key>.`, and the depreciation
    of financing costs if there are any. [money]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    key, project : str, Project
        The project and its name.
    money, granted : str, bool
        The reporting currency, and whether a grant pays for a part.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    at = f"projects.{key}"
    text, due, costs = f"{{{at}.capex}}", np.ceil(project.completes - 1e-9), f"funding.{key}.financing_costs"
    since = np.ceil(completed(project.planned, project.delay, timeline) - 1e-9) if timeline.past else due
    if costs in sheet:
        text = f"{text} + {{{costs}}}"
        _financing_rows(sheet, timeline, key, project, money)
    text += f" - {{funding.{key}.grant}}" if granted else ""
    after = month_after(project.completes_text(key))
    asset = Bought(at, project.name or key, text, since, due, after, project.life, f"{at}.life", project.depreciation)
    _bought_rows(sheet, timeline, asset, money)


def _financing_rows(sheet: Sheet, timeline: Timeline, key: str, project: Project, money: str) -> None:
    """Write what of a project's depreciation is of its financing costs: without financing there were none."""
    at, label, costs = f"projects.{key}", project.name or key, f"funding.{key}.financing_costs"
    sheet.write_balance(f"{costs}_to_date", f"{label}: financing costs to date", money, f"{{{costs}}}")
    since = np.ceil(completed(project.planned, project.delay, timeline) - 1e-9)
    years = sheet.give(f"inputs.{at}.life", "month", project.life)
    due = np.ceil(project.completes - 1e-9)
    start = sheet.give(f"{at}.depreciates_from", "month", due, formula=month_after(project.completes_text(key)))
    row = Row(f"{at}.financing_depreciation", f"{label}: depreciation of financing costs", money, FLOW)
    over = (project.depreciation, project.life, years, start)
    _depreciation_row(sheet, timeline, row, f"{costs}_to_date", since, over)


def purchase_asset(sheet: Sheet, timeline: Timeline, key: str, plant: Plant, money: str, *, granted: bool) -> None:
    """Write a purchased plant's working capital, and the rest of its price as an asset; nothing if it was not bought.

    Writes `depreciation`, `book_value`, `in_progress` and what they read under `plants.<key>.purchased.`. [money]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    key, plant : str, Plant
        The plant and its name.
    money, granted : str, bool
        The reporting currency, and whether a grant pays for a part.

    Source
    ------
    docs/conventions.md, section 3, Depreciation.
    """
    if plant.purchase is None:
        return
    at, deal, label = f"plants.{key}.purchased", plant.purchase, plant.name or key
    text = f"{{plants.{key}.purchase}} - {{{at}.working_capital}}"
    text += f" - {{funding.{key}.grant}}" if granted else ""
    since = np.asarray(float(ceil(month_number(deal.on) - 1e-9)))
    after, life_at = month_after(f"{{plants.{key}.purchase.month}}"), f"plants.{key}.purchase.life"
    asset = Bought(at, label, text, since, since, after, deal.life, life_at, deal.depreciation)
    _bought_rows(sheet, timeline, asset, money)


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
    at, label = f"plants.{key}", plant.name or key
    sheet.write_balance(f"{at}.maintenance_to_date", f"{label}: maintenance to date", money, f"{{{at}.maintenance}}")
    sheet.give(f"inputs.{at}.life", "month", plant.life, fixed=True)
    spent, method = f"{at}.maintenance", plant.depreciation
    text = method.loss_of_spending_text(Asset(sheet, at), spent, plant.life, timeline.months)
    sheet.line(Row(f"{at}.depreciation", f"{label}: depreciation of maintenance", money, FLOW, text))
    words = f"{label}: maintenance depreciated to date"
    sheet.write_balance(f"{at}.maintenance_depreciated", words, money, f"{{{at}.depreciation}}")
    text = f"{{{at}.maintenance_to_date}} - {{{at}.maintenance_depreciated}}"
    sheet.line(Row(f"{at}.book_value", f"{label}: book value of maintenance", money, STOCK, text))


def opening_asset(sheet: Sheet, timeline: Timeline, opened: FixedAssets, money: str) -> None:
    """Write `opening.depreciation` and `opening.book_value`, of the fixed assets on the opening balance sheet. [money]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    opened, money : FixedAssets, str
        Their value, life and method, and the reporting currency.

    Source
    ------
    docs/conventions.md, section 3, Opening balances.
    """
    cost = sheet.give("inputs.opening.fixed_assets.value", money, opened.value)
    years = sheet.give("inputs.opening.fixed_assets.life", "month", opened.life)
    since = float(timeline.origin)
    starts, ends = timeline.starts - since, timeline.ends - since
    loss = opened.depreciation.loss(opened.value, np.asarray(opened.life), starts, ends)
    text = opened.depreciation.loss_text(Asset(sheet, "opening"), cost, years, "{time.from}")
    sheet.put(Row("opening.depreciation", "Assets opened with: depreciation", money, FLOW, text), loss)
    sheet.write_balance("opening.book_value", "Assets opened with: book value", money, "-{opening.depreciation}", cost)
