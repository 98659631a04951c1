"""What plants can make, make and ship (docs/conventions.md, section 2)."""

from typing import Any

import numpy as np

from tests.witness.costs import cost_unit, find_apart, find_products, read_yield, share_products
from tests.witness.dates import Calendar, Row, number_day, number_start, read_day
from tests.witness.depreciation import find_sale
from tests.witness.plan import Plan
from tests.witness.quantities import read_number
from tests.witness.series import Exchange, average_series, grow, read_keys, read_month

Rows = dict[str, Row]


def find_done(project: Plan) -> float:
    """Return the month number of a project's completion, its delay included (docs/conventions.md, section 2)."""
    return number_day(read_day(project["complete"], last=True)) + read_number(project.get("delay"))


def find_projects(plan: Plan, plant: str) -> dict[str, Plan]:
    """Return the projects that add to a plant by name."""
    projects = plan.get("projects", {}).items()
    return {name: project for name, project in projects if project["plant"] == plant and not project.get("cancelled")}


def read_opening(plant: Plan, calendar: Calendar) -> tuple[float, float]:
    """Return the month numbers at which a plant opens and closes."""
    opens = number_start(read_day(plant["opens"])) if "opens" in plant else float(calendar.first)
    closes = number_day(read_day(plant["closes"], last=True)) if "closes" in plant else float(calendar.ends[-1])
    closes = min(closes, find_sale(plant.get("purchase") or {}))
    return opens, closes


def find_spans(plant: Plan, calendar: Calendar, *, stopped: bool = False) -> list[tuple[float, float]]:
    """Return the spans in which a plant works; if `stopped`, those in which its fixed cost runs (section 2, closures)."""
    begins, closes = read_opening(plant, calendar)
    spans = []
    closures = ((number_start(read_day(one["from"])), number_day(read_day(one["to"], last=True)))
                for one in plant.get("closures", {}).values() if not stopped or one.get("fixed_cost") == "stops")  # fmt: skip
    for start, end in sorted(closures):
        spans.append((begins, start))
        begins = end
    return [*spans, (begins, closes)]


def find_end(project: Plan) -> float:
    """Return the month number at which a project is complete or cancelled, whichever comes first (section 3)."""
    given_up = number_day(read_day(project["cancelled"])) if project.get("cancelled") else np.inf
    return float(min(find_done(project), given_up))


def start_clock(plant: Plan, calendar: Calendar) -> tuple[Row, Row]:
    """Return a plant's clock at the ends and at the starts of periods (docs/conventions.md, section 2)."""
    opens, closes = read_opening(plant, calendar)
    return np.clip(calendar.ends, opens, closes), np.clip(calendar.starts, opens, closes)


def integrate_ramp(ramp: Any, months: Row) -> Row:
    """Return R(x), the months of full work that a ramp has let pass (docs/conventions.md, section 2)."""
    after = np.maximum(months, 0)
    if not isinstance(ramp, dict):
        return after
    if "table" in ramp:
        steps = sorted((read_number(key), read_number(share)) for key, share in ramp["table"].items())
        befores = [0.0, *(share for _, share in steps)]
        parts = [
            (share - before) * np.maximum(after - place, 0)
            for (place, share), before in zip(steps, befores, strict=False)
        ]
        return np.asarray(sum(parts[1:], parts[0]))
    length = read_number(ramp.get("linear", ramp.get("s_curve")))
    u = np.clip(after / length, 0, 1)
    grown = length * u**2 / 2 if "linear" in ramp else length * (u**3 - u**4 / 2)
    return np.asarray(grown + np.maximum(after - length, 0))


def measure_capacity(node: Any, edges_of_work: list[list[Row]], calendar: Calendar) -> tuple[Row, Row]:
    """Return what a plant alone could make at each period's end, and its mean over the time of work, month by month."""
    keys = read_keys(node) if isinstance(node, dict) else [(0, 0, read_number(node))]
    linear = isinstance(node, dict) and node.get("interpolate") == "linear"
    growth = node.get("growth") if isinstance(node, dict) else None

    def capacity(month: int, part: float) -> float:
        factor = 1.0 if growth is None else grow(growth, keys[-1][0], month, calendar)
        return read_month(keys, month, linear=linear, part=part) * factor

    nameplate = np.array([capacity(int(end) - 1, 1.0) for end in calendar.ends])
    effective = np.zeros(calendar.count)
    for period, first in enumerate(calendar.starts):
        for month in range(int(first), int(first) + calendar.step):
            for ends, starts in edges_of_work:
                begins, stops = np.clip([starts[period], ends[period]], month, month + 1)
                effective[period] += (stops - begins) * capacity(month, (begins + stops) / 2 - month)
    return nameplate, effective / calendar.step


def measure_plant(plan: Plan, name: str, calendar: Calendar, rows: Rows) -> None:
    """Add the rows of a plant's capacity and output (docs/conventions.md, section 2)."""
    plant = plan["plants"][name]
    opens, closes = read_opening(plant, calendar)
    clock, _ = start_clock(plant, calendar)
    edges_of_work = [
        [np.clip(edge, *span) for edge in (calendar.ends, calendar.starts)] for span in find_spans(plant, calendar)
    ]
    nameplate, effective = measure_capacity(plant["capacity"], edges_of_work, calendar)
    for other, project in find_projects(plan, name).items():
        done = find_done(project)
        lives = done <= calendar.horizon_end  # in the run-off nothing is completed (section 7)
        passed = [
            [integrate_ramp(project.get("ramp"), np.minimum(edge, find_sale(project)) - done) * lives for edge in edges]
            for edges in edges_of_work
        ]
        grown = sum((end - start for end, start in passed), start=np.zeros(calendar.count))
        adds = read_number(project["adds"])
        rows[f"projects.{other}.ramped_months"] = passed[0][1][0] + np.cumsum(grown)
        nameplate += adds * (calendar.ends >= done) * lives * (calendar.ends <= find_sale(project))
        rows[f"projects.{other}.effective_capacity"] = adds * grown / calendar.step
        effective += rows[f"projects.{other}.effective_capacity"]
        if other not in find_apart(plan, name):
            del rows[f"projects.{other}.effective_capacity"]
    stands = (opens < calendar.ends) & (calendar.ends <= closes)
    share = average_series(plant.get("utilization"), calendar, default="100 %")
    rows[f"plants.{name}.clock"] = clock
    if plant.get("closures"):
        edges = [-np.inf, *[edge for span in find_spans(plant, calendar) for edge in span][1:-1], np.inf]
        for number, (first, last) in enumerate(zip(edges[::2], edges[1::2], strict=True), 1):
            rows[f"plants.{name}.open_{number}"] = np.clip(clock, first, last)
    for key, one in plant.get("closures", {}).items():
        first, last = number_start(read_day(one["from"])), number_day(read_day(one["to"], last=True))
        rows[f"plants.{name}.closures.{key}.clock"] = np.clip(calendar.ends, first, last)
    rows[f"plants.{name}.nameplate"] = nameplate * stands
    rows[f"plants.{name}.effective_capacity"] = effective
    rows[f"plants.{name}.output"] = effective * share * calendar.years * read_yield(plant, calendar)
    share_output(plan, name, calendar, rows)


def share_output(plan: Plan, name: str, calendar: Calendar, rows: Rows) -> None:
    """Add the parts that projects that count apart have in a plant's capacity, and products in its output."""
    plant, effective = plan["plants"][name], rows[f"plants.{name}.effective_capacity"]
    for other in find_apart(plan, name):
        part = np.divide(
            rows[f"projects.{other}.effective_capacity"], effective, out=np.zeros(calendar.count), where=effective > 0
        )
        rows[f"projects.{other}.capacity_share"] = part
    for product, part in share_products(plant, calendar).items() if "products" in plant else ():
        rows[f"plants.{name}.products.{product}.output"] = rows[f"plants.{name}.output"] * part
        if plant["products"][product] == "rest":
            rows[f"plants.{name}.products.{product}.share"] = part


def demand_by_year(demand: Any, calendar: Calendar, *, linear: bool) -> Row:
    """Return what is asked for in a year: a series, or a share of a market and exports."""
    if not isinstance(demand, dict) or "market" not in demand:
        return average_series(demand, calendar, linear=linear)
    market, share, exports = (
        average_series(demand.get(key, default), calendar, linear=linear)
        for key, default in (("market", ""), ("share", "100 %"), ("exports", "0 km/year"))
    )
    return market * share + exports


def serve_cheapest_first(makers: dict[str, str], costs: dict[str, Row], demand: Row, rows: Rows) -> None:
    """Give each period's demand to plants in the order of their variable cost, then of their names."""
    for prefix in makers.values():
        rows[f"{prefix}.shipments"] = np.zeros(len(demand))
    for period in range(len(demand)):
        left = demand[period]
        for plant in sorted(sorted(makers), key=lambda name: costs[name][period]):
            shipped = min(left, rows[f"{makers[plant]}.output"][period])
            rows[f"{makers[plant]}.shipments"][period] = shipped
            left -= shipped


def ship_output(plan: Plan, exchange: Exchange, rows: Rows) -> None:
    """Add what plants ship of what they make (docs/conventions.md, section 2)."""
    calendar = exchange.calendar
    for name in plan["plants"]:
        measure_plant(plan, name, calendar, rows)
    costs = {name: cost_unit(plan, name, exchange, rows) for name in plan["plants"]}
    for name, product in plan["products"].items():
        made_by = {plant: result[name] for plant in plan["plants"] if name in (result := find_products(plan, plant))}
        share = np.ones(calendar.count)
        if "demand" in product and made_by:
            linear = product.get("interpolate") == "linear"
            demand = demand_by_year(product["demand"], calendar, linear=linear) * calendar.years
            output = add_rows((rows[f"{prefix}.output"] for prefix in made_by.values()), calendar)
            made = output > 0
            share[made] = np.minimum(demand[made] / output[made], 1)
            rows[f"products.{name}.demand"] = demand
            rows[f"products.{name}.output"] = output
            if product.get("serve") == "cheapest_first":
                serve_cheapest_first(made_by, costs, demand, rows)
                continue
            rows[f"products.{name}.sold_share"] = share
        for prefix in made_by.values():
            rows[f"{prefix}.shipments"] = rows[f"{prefix}.output"] * share
    for name, plant in plan["plants"].items():
        if "products" in plant:
            parts = (rows[f"{prefix}.shipments"] for prefix in find_products(plan, name).values())
            rows[f"plants.{name}.shipments"] = add_rows(parts, calendar)
    rows["accounts.shipments"] = add_rows((rows[f"plants.{name}.shipments"] for name in plan["plants"]), calendar)
    units = {name: plan["products"][next(iter(find_products(plan, name)))].get("unit", "km") for name in plan["plants"]}
    for unit in set(units.values()):
        shipped = (rows[f"plants.{name}.shipments"] for name, one in units.items() if one == unit)
        rows[f"accounts.shipments.{unit}"] = add_rows(shipped, calendar)


def add_rows(parts: Any, calendar: Calendar) -> Row:
    """Return the sum of rows, nothing where there are none."""
    total = np.zeros(calendar.count)
    for part in parts:
        total = total + part
    return total
