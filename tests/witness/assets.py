"""Depreciation and working capital (docs/conventions.md, section 3)."""

import math
from typing import Any

import numpy as np

from tests.witness.capacity import Rows, add_rows, find_done, find_end
from tests.witness.costs import find_apart
from tests.witness.dates import Calendar, Row, number_day, read_day, shift
from tests.witness.depreciation import charge_shares, counts_units, find_opened, find_sale, goes_by_units, is_land
from tests.witness.plan import Plan
from tests.witness.quantities import read_number
from tests.witness.series import average_series
from tests.witness.trading import find_bought

TEN_YEARS = "10 years"


def depreciate(cost: Row, start: float, terms: Plan, how: Any, calendar: Calendar) -> Row:
    """Return what an asset loses in each period by a method (docs/conventions.md, section 3)."""
    if is_land(terms) or terms.get("cancelled"):
        return np.zeros(calendar.count)
    end = math.ceil(find_sale(terms) - 1e-9) if terms.get("sold") else math.inf
    life, residual = read_number(terms.get("life"), TEN_YEARS), read_number(terms.get("residual"))
    ages = (np.minimum(edges, end) - start for edges in (calendar.starts, calendar.ends))
    before, after = (charge_shares(how, life, residual, age) for age in ages)
    return np.asarray(cost * (after - before))


def charge_units(path: str, terms: Plan, how: Any, plan: Plan, rows: Rows) -> Row:
    """Return the share of the cost that units charge in each period (section 3, depreciation, units)."""
    made, of = rows[f"{path}.units_made"], terms.get("adds")
    plants = path.split(".")[1:2] or [name for name in plan["plants"] if name not in find_bought(plan)]
    capacity = read_number(of) if of else sum(read_number(plan["plants"][name]["capacity"]) for name in plants)
    total = read_number(how["units"]) if isinstance(how, dict) else 0.0
    total = total or capacity * read_number(terms.get("life"), TEN_YEARS) / 12
    done = np.minimum(made / total, 1.0) if total else np.zeros(len(made))
    return np.asarray((1 - read_number(terms.get("residual"))) * np.diff(done, prepend=0.0))


def count_units(path: str, plan: Plan, rows: Rows, plants: list[str]) -> None:
    """Add what an asset has made to date: what a project ships, or what plants ship without their projects."""
    shipped = (
        rows[f"{path}.shipments"]
        if path.startswith("projects")
        else sum(rows[f"plants.{name}.shipments"] for name in plants)
    )
    for other in (other for name in plants for other in find_apart(plan, name)):
        shipped = shipped - rows[f"projects.{other}.shipments"]
    rows[f"{path}.units_made"] = np.cumsum(shipped)


def sell(cost: Row, loss: Row, terms: Plan, calendar: Calendar) -> Row:
    """Return the value that a sale takes out, in its period (section 3, sales of assets)."""
    day = find_sale(terms)
    return np.asarray((cost - np.cumsum(loss)) * ((calendar.starts < day) & (day <= calendar.ends)))


def value_asset(path: str, cost: Row, start: float, terms: Plan, plan: Plan, rows: Rows, calendar: Calendar) -> None:
    """Add depreciation, value and sale of one asset, in the books and for tax (section 3; section 6, deferred tax)."""
    lives = start <= calendar.horizon_end  # what is not complete within the horizon never is (section 7)
    ways = {"": terms.get("depreciation")}
    if "depreciation" in plan.get("tax", {}):
        ways["tax_"] = plan["tax"]["depreciation"]
        if ways["tax_"] == "units" and goes_by_units(ways[""]):
            ways["tax_"] = ways[""]
    for key, how in ways.items():
        by_units = goes_by_units(how) and counts_units(terms, plan)
        share = charge_units(path, terms, how, plan, rows) if by_units else None
        loss = (depreciate(cost, start, terms, how, calendar) if share is None else cost * share) * lives
        rows[f"{path}.{key}depreciation"] = loss
        left = cost - np.cumsum(loss)
        if terms.get("sold"):
            rows[f"{path}.{key}depreciated"] = np.cumsum(loss)
            rows[f"{path}.{key}disposed"] = sell(cost, loss, terms, calendar)
            left = left - np.cumsum(rows[f"{path}.{key}disposed"])
        if terms.get("cancelled"):
            gone = find_end(terms)
            rows[f"{path}.{key}written_off"] = cost * ((calendar.starts < gone) & (gone <= calendar.ends))
            left = left - np.cumsum(rows[f"{path}.{key}written_off"])
        rows[f"{path}.{'tax_value' if key else 'book_value'}"] = left


def add_asset(path: str, cost: Row, start: float, terms: Plan, plan: Plan, rows: Rows, calendar: Calendar) -> None:
    """Add the rows of one asset (docs/conventions.md, section 3, depreciation, rule 2)."""
    lives = start <= calendar.horizon_end
    rows[f"{path}.cost_to_date"] = cost
    rows[f"{path}.in_progress"] = np.where((calendar.ends < start) | (not lives), cost, 0.0)
    value_asset(path, cost, start, terms, plan, rows, calendar)


def add_financing(index: str, cost: Row, start: float, terms: Plan, plan: Plan, rows: Rows, calendar: Calendar) -> None:
    """Add the part of charges that is due to financing costs (section 3, depreciation, rule 5)."""
    part: Rows = {path: row for path, row in rows.items() if path == f"{index}.units_made"}
    value_asset(index, cost, start, terms, plan, part, calendar)
    for path, row in part.items():
        key = path.rpartition(".")[2]
        if key.endswith(("depreciation", "depreciated", "disposed", "written_off")):
            rows[f"{index}.financing_{key}"] = row


def find_grant(name: str, rows: Rows, calendar: Calendar) -> Row:
    """Return what is claimed of a project's or purchase's grant to date."""
    return np.cumsum(rows.get(f"funding.{name}.grant", np.zeros(calendar.count)))


def depreciate_assets(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add depreciation and book values of all assets (docs/conventions.md, section 3)."""
    assets = []
    for name, project in plan.get("projects", {}).items():
        cost = np.cumsum(rows[f"projects.{name}.capex"]) - find_grant(name, rows, calendar)
        if counts_units(project, plan):
            count_units(f"projects.{name}", plan, rows, [])
        start = find_end(project) if project.get("cancelled") else math.ceil(find_done(project) - 1e-9)
        if f"funding.{name}.financing_costs" in rows:
            financed = np.cumsum(rows[f"funding.{name}.financing_costs"])
            add_financing(f"projects.{name}", financed, start, project, plan, rows, calendar)
            cost = cost + financed
        add_asset(f"projects.{name}", cost, start, project, plan, rows, calendar)
        assets.append(f"projects.{name}")
    for name in find_bought(plan):
        purchase = plan["plants"][name]["purchase"]
        paid = rows[f"plants.{name}.purchase"] - rows[f"plants.{name}.purchased.working_capital"]
        cost = np.cumsum(paid) - find_grant(name, rows, calendar)
        if counts_units(purchase, plan):
            count_units(f"plants.{name}.purchased", plan, rows, [name])
        start = math.ceil(number_day(read_day(purchase["on"])) - 1e-9)
        add_asset(f"plants.{name}.purchased", cost, start, purchase, plan, rows, calendar)
        assets.append(f"plants.{name}.purchased")
    for name in plan["plants"]:
        depreciate_maintenance(plan, name, calendar, rows)
    assets += [f"plants.{name}" for name in plan["plants"]]
    open_assets(plan, calendar, rows)
    assets.append("opening")
    rows["accounts.depreciation"] = add_rows((rows[f"{path}.depreciation"] for path in assets), calendar)
    progress = (rows[f"{path}.in_progress"] for path in assets if f"{path}.in_progress" in rows)
    rows["accounts.construction_in_progress"] = add_rows(progress, calendar)
    value = add_rows((rows[f"{path}.book_value"] for path in assets), calendar)
    rows["accounts.net_fixed_assets"] = value - rows["accounts.construction_in_progress"]
    sum_sales(assets, rows, calendar)
    defer_tax(plan, assets, rows, calendar)


def sum_sales(assets: list[str], rows: Rows, calendar: Calendar) -> None:
    """Add what is received for assets, the gain, and what is written off (section 3, sales; cancelled projects)."""
    sold = [path for path in assets if f"{path}.sale" in rows]
    if sold:
        rows["accounts.asset_sales"] = add_rows((rows[f"{path}.sale"] for path in sold), calendar)
        books = add_rows((rows[f"{path}.disposed"] for path in sold), calendar)
        rows["accounts.gain_on_sales"] = rows["accounts.asset_sales"] - books
    if gone := [rows[f"{path}.written_off"] for path in assets if f"{path}.written_off" in rows]:
        rows["accounts.write_offs"] = add_rows(gone, calendar)


def defer_tax(plan: Plan, assets: list[str], rows: Rows, calendar: Calendar) -> None:
    """Add the deferred tax, where tax has a depreciation of its own (section 6, deferred tax)."""
    if "depreciation" not in plan.get("tax", {}):
        return
    rows["accounts.tax_depreciation"] = add_rows((rows[f"{path}.tax_depreciation"] for path in assets), calendar)
    parts = (rows[f"{path}.book_value"] - rows[f"{path}.tax_value"] for path in assets)
    rows["accounts.temporary_difference"] = add_rows(parts, calendar)
    owed = average_series(plan["tax"].get("rate"), calendar) * rows["accounts.temporary_difference"]
    rows["accounts.deferred_tax_liability"] = np.maximum(owed, 0)
    rows["accounts.deferred_tax_asset"] = np.maximum(-owed, 0)
    rows["accounts.deferred_tax"] = owed - shift(owed)


def find_financing(rows: Rows, calendar: Calendar, key: str = "") -> Row:
    """Return what the books, or tax, charge for financing costs of projects."""
    ends = (f".financing_{key}depreciation", f".financing_{key}disposed", f".financing_{key}written_off")
    return add_rows((row for path, row in list(rows.items()) if path.endswith(ends)), calendar)


def find_untaxed(rows: Rows, calendar: Calendar, *, financed: bool = False) -> Row:
    """Return by how much tax charges more than the books, without financing costs or with them (deferred tax)."""
    if "accounts.temporary_difference" not in rows:
        return np.zeros(calendar.count)
    more = rows["accounts.temporary_difference"] - shift(rows["accounts.temporary_difference"])
    if financed:
        return more
    return more - find_financing(rows, calendar, "tax_") + find_financing(rows, calendar)


def open_assets(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add the depreciation of what the plan opens with (docs/conventions.md, section 3)."""
    terms = find_opened(plan)
    if counts_units(terms, plan):
        count_units("opening", plan, rows, [name for name in plan["plants"] if name not in find_bought(plan)])
        made = np.diff(rows["opening.units_made"], prepend=0.0)
        kept = np.clip((np.ceil(find_sale(terms)) - calendar.starts) / calendar.step, 0, 1)
        rows["opening.units_made"] = np.cumsum(made * kept)
    cost = np.full(calendar.count, read_number(terms["value"]))
    value_asset("opening", cost, calendar.first, terms, plan, rows, calendar)


def depreciate_maintenance(plan: Plan, name: str, calendar: Calendar, rows: Rows) -> None:
    """Add the depreciation of each period's maintenance from the period after it (section 3, depreciation, rule 3)."""
    plant = plan["plants"][name]
    life = read_number(plant.get("life"), TEN_YEARS)
    spent = rows[f"plants.{name}.maintenance"]
    ways = {"": plant.get("depreciation"), "tax_": plan.get("tax", {}).get("depreciation", "none")}
    if ways["tax_"] == "units":
        ways["tax_"] = ways[""]
    for key, how in ways.items():
        if how == "none":
            continue
        charged = np.diff(charge_shares(how, life, 0.0, calendar.step * np.arange(calendar.count + 1.0)))
        depreciation = np.zeros(calendar.count)
        for later in range(1, calendar.count):
            depreciation[later:] += charged[later - 1] * spent[:-later]
        rows[f"plants.{name}.{key}depreciation"] = depreciation
        rows[f"plants.{name}.{'tax_value' if key else 'book_value'}"] = np.cumsum(spent) - np.cumsum(depreciation)
    rows[f"plants.{name}.maintenance_to_date"] = np.cumsum(spent)
    rows[f"plants.{name}.maintenance_depreciated"] = np.cumsum(rows[f"plants.{name}.depreciation"])


def read_days(plan: Plan, item: str, calendar: Calendar) -> tuple[Row, float]:
    """Return the days of an item of working capital by period, and the days of a period."""
    block = plan.get("working_capital", {})
    return average_series(block.get(item), calendar), calendar.step * read_number(block.get("days_in_year"), "365") / 12


def hold_balance(flow: Row, days: Row, period: float) -> Row:
    """Return what is left of flows that each stay for the days of their own period (section 3, working capital)."""
    balance = np.zeros(len(flow))
    for k in range(len(flow)):
        for j in range(k, len(flow)):
            left = (days[k] - (j - k) * period) / period
            if left <= 0:
                break
            balance[j] += flow[k] * min(left, 1)
    return balance


def run_off(amount: float, start: int, days: Row, period: float) -> Row:
    """Return what is left of an amount that runs off evenly from the start of a period (section 3, working capital)."""
    left = np.zeros(len(days))
    for j in range(start, len(days)):
        if days[start] > 0:
            left[j] = amount * max(0.0, 1 - (j - start + 1) * period / days[start])
    return left


def tie_capital(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add receivables, inventory and payables (docs/conventions.md, section 3, working capital)."""
    opening = plan.get("opening", {})
    sources = {"receivables": "revenue", "inventory": "variable_cost", "payables": "variable_cost"}
    for item, source in sources.items():
        days, period = read_days(plan, item, calendar)
        balance = hold_balance(rows[f"accounts.{source}"], days, period)
        balance = balance + run_off(read_number(opening.get(item)), 0, days, period)
        for name in find_bought(plan):
            bought = rows[f"plants.{name}.purchased.{item}"]
            index = int(np.argmax(rows[f"plants.{name}.purchase"] != 0))
            left = run_off(float(bought.sum()), index, days, period)
            rows[f"plants.{name}.purchased.{item}_left"] = left
            balance = balance + left
        rows[f"accounts.{item}"] = balance
        rows[f"working_capital.{item}_periods"] = days / period
    capital = rows["accounts.receivables"] + rows["accounts.inventory"] - rows["accounts.payables"]
    rows["accounts.working_capital"] = capital
    opened = sum(sign * read_number(opening.get(item)) for item, sign in zip(sources, (1, 1, -1), strict=True))
    bought = add_rows((rows[f"plants.{name}.purchased.working_capital"] for name in find_bought(plan)), calendar)
    rows["accounts.working_capital_increase"] = capital - shift(capital, opened) - bought
