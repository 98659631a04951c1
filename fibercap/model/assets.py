"""What the company owns: assets opened with, plants bought, projects built, and plants maintained; each depreciated."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import FLOW, STOCK, Timeline, month_number
from fibercap.model.depreciation import straight_line, straight_line_text
from fibercap.model.run_off import RUN_OFF, completed

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plants import Plant
    from fibercap.model.projects import Project


def month_after(month: str) -> str:
    """Return the formula of the end of the month that a month number falls in. [month]"""
    return f"ROUNDUP(ROUND({month}, 6), 0)"


@dataclass(frozen=True)
class Bought:
    """An asset that is paid for in parts, and depreciated from the month number `since`, when its cost is complete.

    It is due in the month `due`, with the formula `since_text`: `since` is never, where the horizon ends before.
    `life_at` is the input that gives its life.
    """

    at: str
    label: str
    spent: Array
    text: str
    since: Array
    due: Array
    since_text: str
    life: int | Array
    life_at: str


def _bought_rows(sheet: Sheet, timeline: Timeline, asset: Bought, money: str) -> None:
    """Write cost to date, construction in progress, depreciation and book value of one asset."""
    at, label, since, life = asset.at, asset.label, asset.since, asset.life
    start = sheet.give(f"{at}.depreciates_from", "month", asset.due, formula=asset.since_text)
    if timeline.past and asset.due is not since:
        later = asset.since_text.replace("{projects.", f"{{{RUN_OFF}.projects.")
        sheet.give_after_horizon(f"{at}.depreciates_from", "month", since, later)
    years = sheet.give(f"inputs.{asset.life_at}", "month", life)
    cost = np.cumsum(asset.spent, axis=-1)
    text = f"{{{at}.cost_to_date@-1}} + {asset.text}"
    sheet.put(Row(f"{at}.cost_to_date", f"{label}: cost to date, net of grants", money, STOCK, text), cost)
    loss = straight_line.plain(cost, np.asarray(life), timeline.starts - since, timeline.ends - since)
    text = straight_line_text(f"{{{at}.cost_to_date}}", years, start)
    sheet.put(Row(f"{at}.depreciation", f"{label}: depreciation", money, FLOW, text), loss)
    building = np.where(timeline.ends < since, cost, 0.0)
    text = f"IF({{time.end}} < {start}, {{{at}.cost_to_date}}, 0)"
    sheet.put(Row(f"{at}.in_progress", f"{label}: construction in progress", money, STOCK, text), building)
    text = f"{{{at}.book_value@-1}} + {asset.text} - {{{at}.depreciation}}"
    row = Row(f"{at}.book_value", f"{label}: book value", money, STOCK, text)
    sheet.put(row, cost - np.cumsum(loss, axis=-1))


def project_asset(
    sheet: Sheet, timeline: Timeline, key: str, project: Project, money: str, grant: Array | None
) -> None:
    """Write the rows of a project as an asset; a grant reduces its cost."""
    at = f"projects.{key}"
    spent, text = sheet.value(f"{at}.capex"), f"{{{at}.capex}}"
    due, costs = np.ceil(project.completes - 1e-9), f"funding.{key}.financing_costs"
    since = np.ceil(completed(project.planned, project.delay, timeline) - 1e-9) if timeline.past else due
    if costs in sheet:
        spent, text = spent + sheet.value(costs), f"{text} + {{{costs}}}"
        _financing_rows(sheet, timeline, key, project, money)
    if grant is not None:
        spent, text = spent - grant, f"{text} - {{funding.{key}.grant}}"
    asset = Bought(
        at,
        project.name or key,
        spent,
        text,
        since,
        due,
        month_after(project.completes_text(key)),
        project.life,
        f"{at}.life",
    )
    _bought_rows(sheet, timeline, asset, money)


def _financing_rows(sheet: Sheet, timeline: Timeline, key: str, project: Project, money: str) -> None:
    """Write what of a project's depreciation is of its financing costs: without financing there were none."""
    at, label, costs = f"projects.{key}", project.name or key, f"funding.{key}.financing_costs"
    text = f"{{{costs}_to_date@-1}} + {{{costs}}}"
    row = Row(f"{costs}_to_date", f"{label}: financing costs to date", money, STOCK, text)
    total = sheet.put(row, np.cumsum(sheet.value(costs), axis=-1))
    since = np.ceil(completed(project.planned, project.delay, timeline) - 1e-9)
    loss = straight_line.plain(total, np.asarray(project.life), timeline.starts - since, timeline.ends - since)
    years = sheet.give(f"inputs.{at}.life", "month", project.life)
    due = np.ceil(project.completes - 1e-9)
    start = sheet.give(f"{at}.depreciates_from", "month", due, formula=month_after(project.completes_text(key)))
    text = straight_line_text(f"{{{costs}_to_date}}", years, start)
    row = Row(f"{at}.financing_depreciation", f"{label}: depreciation of financing costs", money, FLOW, text)
    sheet.put(row, loss)


def purchase_asset(sheet: Sheet, timeline: Timeline, key: str, plant: Plant, money: str, grant: Array | None) -> None:
    """Write a bought plant's working capital, and the rest of its price as an asset; nothing if it was not bought."""
    if plant.purchase is None:
        return
    at, deal, label = f"plants.{key}.purchased", plant.purchase, plant.name or key
    spent = sheet.value(f"plants.{key}.purchase") - sheet.value(f"{at}.working_capital")
    text = f"{{plants.{key}.purchase}} - {{{at}.working_capital}}"
    if grant is not None:
        spent, text = spent - grant, f"{text} - {{funding.{key}.grant}}"
    since = np.asarray(float(ceil(month_number(deal.on) - 1e-9)))
    after, life_at = month_after(f"{{plants.{key}.purchase.month}}"), f"plants.{key}.purchase.life"
    _bought_rows(sheet, timeline, Bought(at, label, spent, text, since, since, after, deal.life, life_at), money)


def maintenance_asset(sheet: Sheet, timeline: Timeline, key: str, plant: Plant, money: str) -> None:
    """Write depreciation and book value of a plant's maintenance: each period's spending from the next period on.

    Source
    ------
    Own derivation: spending j periods old is depreciated in full while its life covers the period, then in part.
    """
    at, label, step = f"plants.{key}", plant.name or key, timeline.months
    spent = sheet.value(f"{at}.maintenance")
    total = np.cumsum(spent, axis=-1)
    text = f"{{{at}.maintenance_to_date@-1}} + {{{at}.maintenance}}"
    sheet.put(Row(f"{at}.maintenance_to_date", f"{label}: maintenance to date", money, STOCK, text), total)
    whole, part = floor(plant.life / step), plant.life % step
    edges = np.concatenate([np.zeros((*total.shape[:-1], 1)), total], axis=-1)
    ages = np.arange(timeline.count)[:, None] - np.arange(timeline.count)[None, :]
    share = np.where(ages == whole + 1, part, np.where((ages >= 1) & (ages <= whole), step, 0)) / plant.life
    within = timeline.within  # the horizon by itself: the order in which a product adds up hangs on its length
    loss = np.ascontiguousarray(spent[..., :within]) @ np.ascontiguousarray(share[:within, :within]).T
    loss = np.concatenate([loss, spent @ share[within:].T], axis=-1) if timeline.past else loss
    life = sheet.give(f"inputs.{at}.life", "month", plant.life, fixed=True)
    over = sheet.give(f"{at}.maintenance_left_over", "month", part, f"{at}.life", "horizon.step")
    full = f"({{{at}.maintenance_to_date@-1}} - {{{at}.maintenance_to_date@-{whole + 1}}}) * {{time.months}}"
    text = f"({full} + {{{at}.maintenance@-{whole + 1}}} * {over}) / {life}"
    sheet.put(Row(f"{at}.depreciation", f"{label}: depreciation of maintenance", money, FLOW, text), loss)
    text = f"{{{at}.maintenance_to_date}} - {{{at}.maintenance_depreciated}}"
    gone = np.cumsum(loss, axis=-1)
    own = f"{{{at}.maintenance_depreciated@-1}} + {{{at}.depreciation}}"
    row = Row(f"{at}.maintenance_depreciated", f"{label}: maintenance depreciated to date", money, STOCK, own)
    sheet.put(row, gone)
    row = Row(f"{at}.book_value", f"{label}: book value of maintenance", money, STOCK, text)
    sheet.put(row, edges[..., 1:] - gone)


def opening_asset(sheet: Sheet, timeline: Timeline, value: Array, life: int | Array, money: str) -> None:
    """Write depreciation and book value of the fixed assets opened with."""
    cost = sheet.give("inputs.opening.fixed_assets.value", money, value)
    years = sheet.give("inputs.opening.fixed_assets.life", "month", life)
    since = float(timeline.origin)
    loss = straight_line.plain(value, np.asarray(life), timeline.starts - since, timeline.ends - since)
    text = straight_line_text(cost, years, "{time.from}")
    row = Row("opening.depreciation", "Assets opened with: depreciation", money, FLOW, text)
    loss = sheet.put(row, loss)
    text = "{opening.book_value@-1} - {opening.depreciation}"
    row = Row("opening.book_value", "Assets opened with: book value", money, STOCK, text, cost)
    sheet.put(row, value - np.cumsum(loss, axis=-1))
