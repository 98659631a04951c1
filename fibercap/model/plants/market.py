"""The market of plants: price and demand of products, shipments, revenue and variable cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet, total
from fibercap.core.timeline import FLOW, RATE, Timeline
from fibercap.model.currency.currencies import Currencies
from fibercap.model.plants.products_and_time import Product, series_row

if TYPE_CHECKING:
    from fibercap.model.plants.capacity import Plant


def market_rows(
    sheet: Sheet, timeline: Timeline, plants: Mapping[str, Plant], products: Mapping[str, Product], money: Currencies
) -> None:
    """Write each product's price and demand, and each plant's shipments, revenue and variable cost.

    Where a product has a demand, its plants share it in proportion to their output. Writes `demand` and `output`
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
        makers = [f"plants.{key}.output" for key, plant in plants.items() if plant.product == name]
        linear, prefix = product.interpolate == "linear", f"products.{name}"
        unit, price = product.unit, f"{money.code_of(f'{prefix}.price')}/{product.unit}"
        series_row(sheet, timeline, f"{prefix}.price", f"{name}: price", product.price, price, linear=linear)
        if product.demand is None or not makers:
            continue
        words = f"{name}: demand by year"
        series_row(sheet, timeline, f"{prefix}.demand", words, product.demand, f"{unit}/year", linear=linear)
        text = f"{{inputs.{prefix}.demand}} * {{time.years}}"
        sheet.line(Row(f"{prefix}.demand", f"{name}: demand", unit, FLOW, text))
        sheet.line(Row(f"{prefix}.output", f"{name}: output", unit, FLOW, total(makers)))
        text = f"IF({{{prefix}.output}} > {{{prefix}.demand}}, {{{prefix}.demand}} / {{{prefix}.output}}, 1)"
        sheet.line(Row(f"{prefix}.sold_share", f"{name}: share of output sold", "", RATE, text))
    for key, plant in plants.items():
        _sales_rows(sheet, timeline, key, plant, products, money)


def _sales_rows(
    sheet: Sheet, timeline: Timeline, key: str, plant: Plant, products: Mapping[str, Product], money: Currencies
) -> None:
    prefix, label, product = f"plants.{key}", plant.name or key, f"products.{plant.product}"
    text, unit = f"{{{prefix}.output}}", products[plant.product].unit
    text += f" * {{{product}.sold_share}}" if products[plant.product].demand is not None else ""
    sheet.line(Row(f"{prefix}.shipments", f"{label}: shipments", unit, FLOW, text))
    text = money.flow(f"{product}.price", f"{{{prefix}.shipments}} * {{inputs.{product}.price}}")
    sheet.line(Row(f"{prefix}.revenue", f"{label}: revenue", money.reporting, FLOW, text))
    cost_path = f"{prefix}.cash_cost"
    series_row(sheet, timeline, cost_path, f"{label}: cash cost", plant.cash_cost, f"{money.code_of(cost_path)}/{unit}")
    text = money.flow(cost_path, f"{{{prefix}.shipments}} * {{inputs.{cost_path}}}")
    sheet.line(Row(f"{prefix}.variable_cost", f"{label}: variable cost", money.reporting, FLOW, text))
