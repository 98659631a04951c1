"""The market of plants: price and demand of products, shipments, revenue and variable cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet, total
from fibercap.core.timeline import FLOW, RATE, Timeline
from fibercap.model.currency.currencies import Currencies
from fibercap.model.plants.products_and_time import ALL, MarketDemand, Product, series_row

if TYPE_CHECKING:
    from fibercap.model.plants.capacity import Plant


def market_rows(
    sheet: Sheet, timeline: Timeline, plants: Mapping[str, Plant], products: Mapping[str, Product], money: Currencies
) -> None:
    """Write each product's price and demand, and each plant's shipments, revenue and variable cost.

    Where a product has a demand, its plants share it in proportion to their output, or the cheapest is served first.
    Writes `demand` and `output`
    [unit] and `sold_share` [1] under `products.<p>.`; `shipments` [unit], `revenue` and `variable_cost` [money] under
    `plants.<p>.`.

    Parameters
    ----------
    sheet, timeline, plants, products, money
        The sheet, its periods, plants and products by name, and the currencies of amounts.

    Source
    ------
    docs/conventions.md, section 2, and section 3 (Revenue and cost).
    """
    for name, product in products.items():
        makers = [key for key, plant in plants.items() if plant.product == name]
        linear, prefix = product.interpolate == "linear", f"products.{name}"
        unit, price = product.unit, f"{money.code_of(f'{prefix}.price')}/{product.unit}"
        series_row(sheet, timeline, f"{prefix}.price", f"{name}: price", product.price, price, linear=linear)
        if product.demand is None or not makers:
            continue
        text = f"({_demand_text(sheet, timeline, name, product)}) * {{time.years}}"
        sheet.line(Row(f"{prefix}.demand", f"{name}: demand", unit, FLOW, text))
        sheet.line(Row(f"{prefix}.output", f"{name}: output", unit, FLOW, total(f"plants.{k}.output" for k in makers)))
        if product.serve == "share":
            text = f"IF({{{prefix}.output}} > {{{prefix}.demand}}, {{{prefix}.demand}} / {{{prefix}.output}}, 1)"
            sheet.line(Row(f"{prefix}.sold_share", f"{name}: share of output sold", "", RATE, text))
    for key, plant in plants.items():
        unit, path = products[plant.product].unit, f"plants.{key}.cash_cost"
        label = f"{plant.name or key}: cash cost"
        series_row(sheet, timeline, path, label, plant.cash_cost, f"{money.code_of(path)}/{unit}")
    for key, plant in plants.items():
        _sales_rows(sheet, key, plant, _sold_text(key, plants, products[plant.product], money), products, money)


def _demand_text(sheet: Sheet, timeline: Timeline, name: str, product: Product) -> str:
    """Write the series of a product's demand; return the formula of what it comes to in a year. [unit/year]"""
    linear, path, unit = product.interpolate == "linear", f"products.{name}.demand", f"{product.unit}/year"
    demand = product.demand
    if not isinstance(demand, MarketDemand):
        series_row(sheet, timeline, path, f"{name}: demand by year", demand or ALL, unit, linear=linear)
        return f"{{inputs.{path}}}"
    series_row(sheet, timeline, f"{path}.market", f"{name}: market by year", demand.market, unit, linear=linear)
    series_row(sheet, timeline, f"{path}.share", f"{name}: share of the market", demand.share, "", linear=linear)
    text = f"{{inputs.{path}.market}} * {{inputs.{path}.share}}"
    if demand.exports is not None:
        series_row(sheet, timeline, f"{path}.exports", f"{name}: exports by year", demand.exports, unit, linear=linear)
        text += f" + {{inputs.{path}.exports}}"
    return text


def _sold_text(key: str, plants: Mapping[str, Plant], product: Product, money: Currencies) -> str:
    """Return the formula of what a plant ships in a period: its output, or its part of demand. [unit]

    Of plants that cost the same, the one that stands first in the file is served first.
    """
    output, prefix = f"{{plants.{key}.output}}", f"products.{plants[key].product}"
    if product.demand is None:
        return output
    if product.serve == "share":
        return f"{output} * {{{prefix}.sold_share}}"
    others = [other for other, plant in plants.items() if plant.product == plants[key].product]
    earlier, before = set(others[: others.index(key)]), []
    cost = _cost_text(key, money)
    for other in others:
        if other != key:
            sign = "<=" if other in earlier else "<"
            before.append(f"IF({_cost_text(other, money)} {sign} {cost}, {{plants.{other}.output}}, 0)")
    left = f"{{{prefix}.demand}}" + "".join(f" - {text}" for text in before)
    return f"MIN({output}, MAX({left}, 0))"


def _cost_text(key: str, money: Currencies) -> str:
    """Return the formula of a plant's variable cost of a unit, in the reporting currency."""
    path = f"plants.{key}.cash_cost"
    return money.flow(path, f"{{inputs.{path}}}")


def _sales_rows(
    sheet: Sheet, key: str, plant: Plant, sold: str, products: Mapping[str, Product], money: Currencies
) -> None:
    """Write what a plant ships, what it earns, and what that costs; `sold` is the formula of what it ships."""
    prefix, label, product = f"plants.{key}", plant.name or key, f"products.{plant.product}"
    sheet.line(Row(f"{prefix}.shipments", f"{label}: shipments", products[plant.product].unit, FLOW, sold))
    text = money.flow(f"{product}.price", f"{{{prefix}.shipments}} * {{inputs.{product}.price}}")
    sheet.line(Row(f"{prefix}.revenue", f"{label}: revenue", money.reporting, FLOW, text))
    path = f"{prefix}.cash_cost"
    text = money.flow(path, f"{{{prefix}.shipments}} * {{inputs.{path}}}")
    sheet.line(Row(f"{prefix}.variable_cost", f"{label}: variable cost", money.reporting, FLOW, text))
