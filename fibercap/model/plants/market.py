"""The market of plants: price and demand of products, shipments, revenue and variable cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import total
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, RATE
from fibercap.model.currency.currencies import Currencies
from fibercap.model.plants.plant_rows import ships_apart
from fibercap.model.plants.product_mix import Maker, makers, product_rows
from fibercap.model.plants.products_and_time import ALL, MarketDemand, Product, series_row
from fibercap.model.plants.variable_costs import VariableCosts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.plan.plan import Plan


def market_rows(sheet: Sheet, plan: Plan) -> None:
    """Write each product's price and demand, and each plant's shipments, revenue and variable cost.

    Where a product has a demand, its plants share it in proportion to their output, or the cheapest is served first.
    Writes `demand` and `output` [unit] and `sold_share` [1] under `products.<p>.`; `shipments` [unit], `revenue` and
    `variable_cost` [money] under `plants.<p>.`, the first two also by product of plants that make several; the cost of
    each cost line under `plants.<p>.costs.`, and of projects with a cash cost their share and cost. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the plants' output and gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 2, and section 3 (Revenue and cost).
    """
    money, listed = Currencies(plan.currency, plan.currency_at), makers(plan.plants)
    for key in plan.plants:
        product_rows(sheet, plan, key)
    for name in plan.products:
        _product_rows(sheet, plan, name, [maker for maker in listed if maker.product == name], money)
    costs = {}
    for key, plant in plan.plants.items():
        apart = tuple(k for k, p in plan.projects.items() if p.adds_to(key) and ships_apart(plan, k))
        priced = tuple(k for k in apart if plan.projects[k].cash_cost is not None)
        costs[key] = VariableCosts(sheet, key, plant, apart, priced, money)
        costs[key].write_inputs(plan.timeline, plan.projects, plan.unit_of_plant(key))
        if any(plan.products[name].serve == "cheapest_first" for name in plant.product_names):
            costs[key].write_unit_cost(plan.unit_of_plant(key))
    for maker in listed:
        product = plan.products[maker.product]
        rivals = [other for other in listed if other.product == maker.product]
        sold = _sold_text(maker, rivals, product, costs)
        _sales_rows(sheet, plan, maker, sold, money)
    for key, plant in plan.plants.items():
        if plant.products:
            label, parts = plant.name or key_in_words(key), [maker.prefix for maker in listed if maker.plant == key]
            for row, unit in (("shipments", plan.unit_of_plant(key)), ("revenue", money.reporting)):
                text = total(f"{part}.{row}" for part in parts)
                sheet.line(Row(f"plants.{key}.{row}", f"{label}: {row}", unit, FLOW, text))
        costs[key].write_costs()


def _product_rows(sheet: Sheet, plan: Plan, name: str, of: list[Maker], money: Currencies) -> None:
    """Write the price of a product and, if the market does not take all, its demand, output and share that is sold."""
    timeline, product, prefix = plan.timeline, plan.products[name], f"products.{name}"
    label = plan.product_label(name)
    unit, price = product.unit, f"{money.code_of(f'{prefix}.price')}/{product.unit}"
    linear = product.interpolate == "linear"
    series_row(sheet, timeline, f"{prefix}.price", f"{label}: price", product.price, price, linear=linear)
    if product.demand is None or not of:
        return
    text = f"({_demand_text(sheet, plan, name)}) * {{time.years}}"
    sheet.line(Row(f"{prefix}.demand", f"{label}: demand", unit, FLOW, text))
    text = total(f"{maker.prefix}.output" for maker in of)
    sheet.line(Row(f"{prefix}.output", f"{label}: output", unit, FLOW, text))
    if product.serve == "share":
        text = f"IF({{{prefix}.output}} > {{{prefix}.demand}}, {{{prefix}.demand}} / {{{prefix}.output}}, 1)"
        sheet.line(Row(f"{prefix}.sold_share", f"{label}: share of output sold", "", RATE, text))


def _demand_text(sheet: Sheet, plan: Plan, name: str) -> str:
    """Write the series of a product's demand; return the formula of what it comes to in a year. [unit/year]"""
    product, timeline, label = plan.products[name], plan.timeline, plan.product_label(name)
    linear, path, unit = product.interpolate == "linear", f"products.{name}.demand", f"{product.unit}/year"
    demand = product.demand
    if not isinstance(demand, MarketDemand):
        series_row(sheet, timeline, path, f"{label}: demand by year", demand or ALL, unit, linear=linear)
        return f"{{inputs.{path}}}"
    series_row(sheet, timeline, f"{path}.market", f"{label}: market by year", demand.market, unit, linear=linear)
    series_row(sheet, timeline, f"{path}.share", f"{label}: share of the market", demand.share, "", linear=linear)
    text = f"{{inputs.{path}.market}} * {{inputs.{path}.share}}"
    if demand.exports is not None:
        series_row(sheet, timeline, f"{path}.exports", f"{label}: exports by year", demand.exports, unit, linear=linear)
        text += f" + {{inputs.{path}.exports}}"
    return text


def _sold_text(maker: Maker, rivals: list[Maker], product: Product, costs: Mapping[str, VariableCosts]) -> str:
    """Return the formula of what a plant ships of a product in a period: its output, or its part of demand. [unit]

    Of plants that cost the same, the one whose name comes first is served first: the order of keys moves no figure.
    """
    output, prefix = f"{{{maker.prefix}.output}}", f"products.{maker.product}"
    if product.demand is None:
        return output
    if product.serve == "share":
        return f"{output} * {{{prefix}.sold_share}}"
    before = []
    cost = costs[maker.plant].unit_text()
    for other in rivals:
        if other != maker:
            sign = "<=" if other.plant < maker.plant else "<"
            before.append(f"IF({costs[other.plant].unit_text()} {sign} {cost}, {{{other.prefix}.output}}, 0)")
    left = f"{{{prefix}.demand}}" + "".join(f" - {text}" for text in before)
    return f"MIN({output}, MAX({left}, 0))"


def _sales_rows(sheet: Sheet, plan: Plan, maker: Maker, sold: str, money: Currencies) -> None:
    """Write what a plant ships of a product, and what it earns; `sold` is the formula of what it ships."""
    plant, price = plan.plants[maker.plant], f"products.{maker.product}.price"
    label, of = (
        plant.name or key_in_words(maker.plant),
        f" of {plan.product_label(maker.product)}" if plant.products else "",
    )
    unit = plan.products[maker.product].unit
    sheet.line(Row(f"{maker.prefix}.shipments", f"{label}: shipments{of}", unit, FLOW, sold))
    text = money.flow(price, f"{{{maker.prefix}.shipments}} * {{inputs.{price}}}")
    sheet.line(Row(f"{maker.prefix}.revenue", f"{label}: revenue{of}", money.reporting, FLOW, text))
