"""What plants cost: cash costs of plants and projects, cost lines, cash cost per unit (docs/conventions.md, section 3)."""

from typing import Any

import numpy as np

from tests.witness.dates import Calendar, Row
from tests.witness.depreciation import counts_units, find_opened
from tests.witness.plan import Plan
from tests.witness.series import Exchange, average_series

Rows = dict[str, Row]


def find_products(plan: Plan, name: str) -> dict[str, str]:
    """Return the prefix of the rows of each product of a plant (docs/conventions.md, section 2)."""
    plant = plan["plants"][name]
    if "products" in plant:
        return {product: f"plants.{name}.products.{product}" for product in plant["products"]}
    return {plant["product"]: f"plants.{name}"}


def share_products(plant: Plan, calendar: Calendar) -> dict[str, Row]:
    """Return the shares of a plant's products (docs/conventions.md, section 2)."""
    parts = plant["products"]
    shares = {name: average_series(share, calendar) for name, share in parts.items() if share != "rest"}
    left = np.maximum(1 - sum(shares.values(), start=np.zeros(calendar.count)), 0)
    return {name: shares.get(name, left) for name in parts}


def read_yield(plant: Plan, calendar: Calendar) -> Row:
    """Return the share of what a plant makes that is good."""
    return average_series(plant.get("yield"), calendar, default="100 %")


def find_costly(plan: Plan, name: str) -> dict[str, Plan]:
    """Return the projects of a plant that have a cash cost of their own."""
    projects = plan.get("projects", {}).items()
    mine = {key: project for key, project in projects if project["plant"] == name and "cancelled" not in project}
    return {key: project for key, project in mine.items() if "cash_cost" in project}


def find_apart(plan: Plan, name: str) -> dict[str, Plan]:
    """Return the projects of a plant whose shipments count apart: for a cash cost, or for depreciation by units."""
    projects, base = plan.get("projects", {}).items(), plan["plants"][name].get("purchase") or find_opened(plan)
    mine = {key: project for key, project in projects if project["plant"] == name and "cancelled" not in project}
    return {
        key: project
        for key, project in mine.items()
        if "cash_cost" in project or counts_units(project, plan) or counts_units(base, plan)
    }


def cost_lines(plant: Plan, exchange: Exchange) -> dict[str, Row]:
    """Return what each line but those by the year costs for a unit that is shipped."""
    lines = {}
    for key, line in plant.get("costs", {}).items():
        if "price" in line:
            use = average_series(line.get("use"), exchange.calendar, default="1")
            lines[key] = use * exchange.average_series(line["price"]) / read_yield(plant, exchange.calendar)
    return lines


def cost_unit(plan: Plan, name: str, exchange: Exchange, rows: Rows) -> Row:
    """Return the variable cost of a unit, and add it to the rows where it has parts."""
    plant, projects = plan["plants"][name], find_costly(plan, name)
    shares = {key: rows[f"projects.{key}.capacity_share"] for key in projects}
    rest = 1 - sum(shares.values(), start=np.zeros(exchange.calendar.count))
    cost = rest * exchange.average_series(plant.get("cash_cost", "0"))
    for key, project in projects.items():
        cost = cost + shares[key] * exchange.average_series(project["cash_cost"])
    lines = cost_lines(plant, exchange)
    cost = cost + sum(lines.values(), start=np.zeros(exchange.calendar.count))
    products = (plan["products"][product] for product in find_products(plan, name))
    if (lines or projects or "cash_cost" not in plant) and any(p.get("serve") == "cheapest_first" for p in products):
        rows[f"plants.{name}.variable_cost_per_unit"] = cost
    return cost


def add_variable_costs(plan: Plan, name: str, exchange: Exchange, rows: Rows) -> None:
    """Add what a plant's shipments cost."""
    plant, shipments = plan["plants"][name], rows[f"plants.{name}.shipments"]
    left, cost = shipments, np.zeros(exchange.calendar.count)
    for key, project in find_apart(plan, name).items():
        shipped = shipments * rows[f"projects.{key}.capacity_share"]
        rows[f"projects.{key}.shipments"] = shipped
        if "cash_cost" not in project:
            continue
        rows[f"projects.{key}.variable_cost"] = shipped * exchange.average_series(project["cash_cost"])
        left, cost = left - shipped, cost + rows[f"projects.{key}.variable_cost"]
    for key, unit in cost_lines(plant, exchange).items():
        rows[f"plants.{name}.costs.{key}"] = shipments * unit
        cost = cost + shipments * unit
    rows[f"plants.{name}.variable_cost"] = cost + left * exchange.average_series(plant.get("cash_cost", "0"))


def add_yearly_costs(plan: Plan, name: str, exchange: Exchange, rows: Rows, open_years: Row) -> Row:
    """Add the lines of a plant by the year; return their sum."""
    cost = np.zeros(exchange.calendar.count)
    for key, line in plan["plants"][name].get("costs", {}).items():
        if "per_year" in line:
            rows[f"plants.{name}.costs.{key}"] = exchange.average_series(line["per_year"]) * open_years
            cost = cost + rows[f"plants.{name}.costs.{key}"]
    return cost


def add_costs_per_unit(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add cash costs of plants and products, and what they come to by unit."""
    by_product: dict[str, list[str]] = {}
    for name, plant in plan["plants"].items():
        variable, fixed = rows[f"plants.{name}.variable_cost"], rows[f"plants.{name}.fixed_cost"]
        rows[f"plants.{name}.cash_costs"] = variable + fixed
        shipped = rows[f"plants.{name}.shipments"]
        shares = share_products(plant, calendar) if "products" in plant else {}
        for product, prefix in find_products(plan, name).items():
            by_product.setdefault(product, []).append(prefix)
            if shares:
                part = np.divide(rows[f"{prefix}.shipments"], shipped, out=np.zeros(calendar.count), where=shipped > 0)
                rows[f"{prefix}.cash_costs"] = variable * part + fixed * shares[product]
        divide_costs(f"plants.{name}", calendar, rows)
    for product, prefixes in by_product.items():
        for item in ("shipments", "cash_costs"):
            rows[f"products.{product}.{item}"] = sum(
                (rows[f"{prefix}.{item}"] for prefix in prefixes), start=np.zeros(calendar.count)
            )
        divide_costs(f"products.{product}", calendar, rows)


def divide_costs(prefix: str, calendar: Calendar, rows: Any) -> None:
    """Add sums over twelve months, and the cash cost of a unit in them."""
    back = int(12 // calendar.step)
    for item in ("shipments", "cash_costs"):
        row = rows[f"{prefix}.{item}"]
        rows[f"{prefix}.{item}_12m"] = np.array(
            [row[max(index + 1 - back, 0) : index + 1].sum() for index in range(len(row))]
        )
    shipped = rows[f"{prefix}.shipments_12m"]
    rows[f"{prefix}.cash_cost_per_unit"] = np.divide(
        rows[f"{prefix}.cash_costs_12m"], shipped, out=np.full(len(shipped), np.nan), where=shipped > 0
    )
