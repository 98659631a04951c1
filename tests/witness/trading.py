"""Revenue, costs, capex and purchases (docs/conventions.md, section 3)."""

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from tests.witness.capacity import Rows, add_rows, find_done, find_end, find_projects, find_spans, start_clock
from tests.witness.costs import add_costs_per_unit, add_variable_costs, add_yearly_costs, find_products
from tests.witness.dates import Calendar, Row, number_day, number_start, read_day, read_span
from tests.witness.depreciation import find_sale
from tests.witness.plan import Plan
from tests.witness.quantities import read_number, read_quantity
from tests.witness.series import Exchange, average_series, read_currency

Curve = Callable[[float], float]


def trade(plan: Plan, exchange: Exchange, rows: Rows) -> None:
    """Add revenue and costs of plants and of the company (docs/conventions.md, section 3)."""
    calendar = exchange.calendar
    for name, product in plan["products"].items():
        linear = product.get("interpolate") == "linear"
        rows[f"inputs.products.{name}.price"] = average_series(product["price"], calendar, linear=linear)
    for name, plant in plan["plants"].items():
        clock, before = start_clock(plant, calendar)
        running = find_spans(plant, calendar, stopped=True)
        open_years = pass_months(running, calendar) / 12
        fixed = exchange.average_series(plant.get("fixed_cost", "0")) * open_years
        fixed = fixed + add_yearly_costs(plan, name, exchange, rows, open_years)
        for project in find_projects(plan, name).values():
            done, sold = find_done(project), find_sale(project)
            months = pass_months(((max(start, done), min(end, sold)) for start, end in running), calendar)
            if done > calendar.horizon_end:
                months = months * 0  # what is not complete by then never is (section 7)
            fixed = fixed + exchange.average_series(project.get("fixed_cost", "0")) * months / 12
        made = find_products(plan, name)
        for key, prefix in made.items():
            price = rows[f"inputs.products.{key}.price"]
            price = price * exchange.average(read_currency(plan["products"][key]["price"]))
            rows[f"{prefix}.revenue"] = rows[f"{prefix}.shipments"] * price
        if "products" in plant:
            rows[f"plants.{name}.revenue"] = add_rows((rows[f"{prefix}.revenue"] for prefix in made.values()), calendar)
        add_variable_costs(plan, name, exchange, rows)
        rows[f"plants.{name}.fixed_cost"] = fixed
        maintenance = exchange.average_series(plant.get("maintenance", "0"))
        rows[f"plants.{name}.maintenance"] = maintenance * (clock - before) / 12
    add_costs_per_unit(plan, calendar, rows)
    for item in ("revenue", "variable_cost", "fixed_cost", "maintenance"):
        rows[f"accounts.{item}"] = add_rows((rows[f"plants.{name}.{item}"] for name in plan["plants"]), calendar)
    rows["accounts.overhead"] = exchange.average_series(plan.get("company", {}).get("overhead", "0")) * calendar.years


def pass_months(spans: Iterable[tuple[float, float]], calendar: Calendar) -> Row:
    """Return the months of each period that lie in spans."""
    months = np.zeros(calendar.count)
    for start, end in spans:
        if start < end:
            months += np.clip(calendar.ends, start, end) - np.clip(calendar.starts, start, end)
    return months


def draw_curve(project: Plan) -> tuple[Curve, float]:
    """Return the share of capex that is planned to be spent by a moment, and the first moment (section 3)."""
    planned = number_day(read_day(project["complete"], last=True))
    spend = project.get("spend")
    if spend is None:
        return lambda index: float(np.clip((index - planned + 12) / 12, 0, 1)), planned - 12
    if "from" in spend:
        start = number_start(read_day(spend["from"]))
        end = number_day(read_day(spend["to"], last=True)) if "to" in spend else planned
        smooth = spend.get("shape") == "s_curve"

        def read_window(index: float) -> float:
            u = float(np.clip((index - start) / (end - start), 0, 1))
            return 3 * u**2 - 2 * u**3 if smooth else u

        return read_window, start
    keys = [(*read_span(key), read_number(share)) for key, share in spend.items()]

    def read_keys(index: float) -> float:
        parts = (share * float(np.clip((index - s) / (min(e, planned) - s), 0, 1)) for s, e, share in keys)
        return sum(parts)

    return read_keys, min(start for start, _, _ in keys)


def spend_capex(plan: Plan, exchange: Exchange, rows: Rows) -> None:
    """Add what projects cost, stretched by their delays (docs/conventions.md, section 3)."""
    calendar = exchange.calendar
    for name, project in plan.get("projects", {}).items():
        curve, first = draw_curve(project)
        stretch = (find_done(project) - read_number(project.get("delay")) - first) / (find_done(project) - first)
        ends = np.minimum(calendar.ends, calendar.horizon_end)  # nothing is spent in the run-off (section 7)
        planned, spent = (
            np.array([curve(first + (end - first) * stretch) for end in np.minimum(ends, last)])
            for last in (np.inf, find_end(project))
        )
        capex = read_quantity(project["capex"])
        cost = capex.value * (1 + read_number(project.get("overrun")))
        rows[f"projects.{name}.spent_share"] = spent
        rows[f"projects.{name}.capex"] = cost * np.diff(spent, prepend=0.0) * exchange.average(capex.currency)
        if project.get("cancelled"):
            saved = cost * np.diff(planned - spent, prepend=0.0) * exchange.average(capex.currency)
            rows[f"projects.{name}.planned_share"], rows[f"projects.{name}.capex_saved"] = planned, saved
    rows["accounts.capex"] = add_rows((rows[f"projects.{name}.capex"] for name in plan.get("projects", {})), calendar)


def buy_plants(plan: Plan, exchange: Exchange, rows: Rows) -> None:
    """Add the prices of bought plants and the working capital that comes with them (docs/conventions.md, section 3)."""
    calendar = exchange.calendar
    for name, plant in plan["plants"].items():
        if "purchase" not in plant:
            continue
        purchase = plant["purchase"]
        index = mark_period(read_day(purchase["on"]), calendar)
        bought = purchase.get("working_capital", "0")
        items = bought if isinstance(bought, dict) else {"receivables": bought}
        amounts = {item: translate(items.get(item, "0"), exchange) for item in ("receivables", "inventory", "payables")}
        rows[f"plants.{name}.purchase"] = translate(purchase["price"], exchange) * index
        for item, amount in amounts.items():
            rows[f"plants.{name}.purchased.{item}"] = amount * index
        net = amounts["receivables"] + amounts["inventory"] - amounts["payables"]
        rows[f"plants.{name}.purchased.working_capital"] = net * index
    bought_plants = find_bought(plan)
    rows["accounts.purchases"] = add_rows((rows[f"plants.{name}.purchase"] for name in bought_plants), calendar)


def sell_assets(plan: Plan, exchange: Exchange, rows: Rows) -> None:
    """Add what is received for assets that are sold (docs/conventions.md, section 3, sales of assets)."""
    fixed = plan.get("opening", {}).get("fixed_assets")
    assets = {f"projects.{name}": project for name, project in plan.get("projects", {}).items()}
    assets |= {f"plants.{name}.purchased": plan["plants"][name]["purchase"] for name in find_bought(plan)}
    assets |= {"opening": fixed} if isinstance(fixed, dict) else {}
    for path, terms in assets.items():
        if terms.get("sold"):
            period = mark_period(read_day(terms["sold"]["on"]), exchange.calendar)
            rows[f"{path}.sale"] = translate(terms["sold"]["price"], exchange) * period


def find_bought(plan: Plan) -> list[str]:
    """Return the plants that are bought in the horizon."""
    return [name for name, plant in plan["plants"].items() if "purchase" in plant]


def mark_period(day: date, calendar: Calendar) -> Row:
    """Return 1 in the period in which a day falls, else 0."""
    return np.where(np.arange(calendar.count) == calendar.find(day), 1.0, 0.0)


def translate(text: str, exchange: Exchange) -> Row:
    """Return an amount at the average rate of every period."""
    amount = read_quantity(text)
    return amount.value * exchange.average(amount.currency)
