"""Assets that are sold: what is received, the end of depreciation, and the book value that is taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.timeline import FLOW, month_number
from fibercap.model.currency.currencies import Currencies
from fibercap.model.plants.asset_terms import give_sale_month

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.asset_terms import Sale


def month_after(month: str) -> str:
    """Return the formula of the end of the month that a month number falls in. [month]"""
    return f"ROUNDUP(ROUND({month}, 6), 0)"


def ages_until_sale(
    sheet: Sheet, timeline: Timeline, since: Array, start: str, path: str, sale: Sale | None
) -> tuple[tuple[Array, Array], tuple[str, str]]:
    """Return an asset's ages at the start and the end of each period, and their formulas; none grows after its sale.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the month of the sale, and the periods.
    since, start : () or (sample, 1), str
        The month number from which it is depreciated, and the reference to it. [month]
    path, sale : str, Sale or None
        Path of the asset's block, and its sale.

    Returns
    -------
    two of (..., period), two of str
        [month]
    """
    edges = {"start": timeline.starts, "end": timeline.ends}
    if sale is None:
        ages = tuple(edge - since for edge in edges.values())
        return (ages[0], ages[1]), (f"{{time.start}} - {start}", f"{{time.end}} - {start}")
    month, until = month_after(give_sale_month(sheet, f"{path}.sold", sale)), np.ceil(month_number(sale.on) - 1e-9)
    ages = tuple(np.minimum(edge, until) - since for edge in edges.values())
    return (ages[0], ages[1]), (f"MIN({{time.start}}, {month}) - {start}", f"MIN({{time.end}}, {month}) - {start}")


def in_period_of(on: str, text: str) -> str:
    """Return the formula of an amount that counts in one period alone.

    Parameters
    ----------
    on, text : str
        Reference to a month number that lies in the period [month], and the formula of the amount. [any unit]
    """
    return f"IF(AND({{time.start}} < {on}, {on} <= {{time.end}}), {text}, 0)"


def sale_row(sheet: Sheet, plan: Plan, prefix: str, label: str, path: str, sale: Sale) -> None:
    """Write `<prefix>.sale`, what is received for an asset, in the period of its sale. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the row, and the plan.
    prefix, label : str
        Start of the row's path, and the asset's name for readers.
    path, sale : str, Sale
        Path of the asset's block, and its sale.

    Source
    ------
    docs/conventions.md, section 3, Sales of assets.
    """
    money, price_path = Currencies(plan.currency, plan.currency_at), f"{path}.sold.price"
    give_sale_month(sheet, f"{path}.sold", sale)
    price = sheet.give(f"inputs.{price_path}", money.code_of(price_path), sale.price)
    text = money.flow(price_path, in_period_of(f"{{{path}.sold.month}}", price))
    sheet.line(Row(f"{prefix}.sale", f"{label}: price of the sale", plan.currency, FLOW, text))


def disposed_row(sheet: Sheet, plan: Plan, depreciation: str, labels: tuple[str, str], cost: str, path: str) -> str:
    """Write the value that a sale takes out of the books, and the depreciation to date; return the row's path.

    Writes, beside a row such as `projects.line.depreciation`, `projects.line.depreciated` and `projects.line.disposed`.
    [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    depreciation, labels : str, two of str
        Path of the row of depreciation, and the labels of the two rows.
    cost, path : str
        Path of the cost to date, and of the asset's block.

    Source
    ------
    docs/conventions.md, section 3, Sales of assets; IAS 16, paragraph 71.
    """
    prefix, money = depreciation.removesuffix("depreciation"), plan.currency
    sheet.write_balance(f"{prefix}depreciated", labels[0], money, f"{{{depreciation}}}")
    text = in_period_of(f"{{{path}.sold.month}}", f"{{{cost}}} - {{{prefix}depreciated}}")
    sheet.line(Row(f"{prefix}disposed", labels[1], money, FLOW, text))
    return f"{prefix}disposed"


def sold_assets(plan: Plan) -> list[tuple[str, str]]:
    """Return the start of the rows' paths, and the path of the block, of each asset that is sold."""
    sold = [(f"projects.{key}", f"projects.{key}") for key, project in plan.projects.items() if project.sold]
    bought = ((key, plant.purchase) for key, plant in plan.plants.items())
    sold += [(f"plants.{key}.purchased", f"plants.{key}.purchase") for key, deal in bought if deal and deal.sold]
    fixed = plan.opening.fixed_assets
    return [*sold, ("opening", "opening.fixed_assets")] if fixed is not None and fixed.sold else sold


def cancelled_projects(plan: Plan) -> list[str]:
    """Return the names of the projects that are cancelled."""
    return [key for key, project in plan.projects.items() if project.cancelled]
