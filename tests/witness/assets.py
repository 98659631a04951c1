"""Depreciation and working capital (docs/conventions.md, section 3)."""

import math

import numpy as np

from tests.witness.capacity import Rows, add_rows, find_done
from tests.witness.dates import Calendar, Row, number_day, read_day, shift
from tests.witness.plan import Plan
from tests.witness.quantities import read_number
from tests.witness.series import average_series
from tests.witness.trading import find_bought

TEN_YEARS = "10 years"


def depreciate(cost: Row, start: float, life: float, calendar: Calendar) -> Row:
    """Return straight-line depreciation by months over a life (docs/conventions.md, section 3)."""
    run = np.clip(calendar.ends - start, 0, life) - np.clip(calendar.starts - start, 0, life)
    return np.asarray(cost * run / life)


def add_asset(at: str, cost: Row, start: float, life: float, rows: Rows, calendar: Calendar) -> None:
    """Add the rows of one asset (docs/conventions.md, section 3, depreciation, rule 2)."""
    lives = start <= calendar.horizon_end  # what is not complete within the horizon never is (section 7)
    rows[f"{at}.cost_to_date"] = cost
    rows[f"{at}.depreciation"] = depreciate(cost, start, life, calendar) * lives
    rows[f"{at}.in_progress"] = np.where((calendar.ends < start) | (not lives), cost, 0.0)
    rows[f"{at}.book_value"] = cost - np.cumsum(rows[f"{at}.depreciation"])


def find_grant(name: str, rows: Rows, calendar: Calendar) -> Row:
    """Return what is claimed of a project's or purchase's grant to date."""
    return np.cumsum(rows.get(f"funding.{name}.grant", np.zeros(calendar.count)))


def depreciate_assets(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add depreciation and book values of all assets (docs/conventions.md, section 3)."""
    assets = []
    for name, project in plan.get("projects", {}).items():
        cost = np.cumsum(rows[f"projects.{name}.capex"]) - find_grant(name, rows, calendar)
        life, start = read_number(project.get("life"), TEN_YEARS), math.ceil(find_done(project) - 1e-9)
        if f"funding.{name}.financing_costs" in rows:
            financed = np.cumsum(rows[f"funding.{name}.financing_costs"])
            rows[f"projects.{name}.financing_depreciation"] = depreciate(financed, start, life, calendar)
            cost = cost + financed
        add_asset(f"projects.{name}", cost, start, life, rows, calendar)
        assets.append(f"projects.{name}")
    for name in find_bought(plan):
        purchase = plan["plants"][name]["purchase"]
        paid = rows[f"plants.{name}.purchase"] - rows[f"plants.{name}.purchased.working_capital"]
        cost = np.cumsum(paid) - find_grant(name, rows, calendar)
        start = math.ceil(number_day(read_day(purchase["on"])) - 1e-9)
        life = read_number(purchase.get("life"), TEN_YEARS)
        add_asset(f"plants.{name}.purchased", cost, start, life, rows, calendar)
        assets.append(f"plants.{name}.purchased")
    for name in plan["plants"]:
        depreciate_maintenance(plan, name, calendar, rows)
    assets += [f"plants.{name}" for name in plan["plants"]]
    open_assets(plan, calendar, rows)
    rows["accounts.depreciation"] = add_rows((rows[f"{at}.depreciation"] for at in [*assets, "opening"]), calendar)
    progress = (rows[f"{at}.in_progress"] for at in assets if f"{at}.in_progress" in rows)
    rows["accounts.construction_in_progress"] = add_rows(progress, calendar)
    value = add_rows((rows[f"{at}.book_value"] for at in [*assets, "opening"]), calendar)
    rows["accounts.net_fixed_assets"] = value - rows["accounts.construction_in_progress"]


def open_assets(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add the depreciation of what the plan opens with (docs/conventions.md, section 3)."""
    fixed = plan.get("opening", {}).get("fixed_assets", "0")
    value, life = (fixed["value"], fixed.get("life")) if isinstance(fixed, dict) else (fixed, None)
    cost = np.full(calendar.count, read_number(value))
    rows["opening.depreciation"] = depreciate(cost, calendar.first, read_number(life, TEN_YEARS), calendar)
    rows["opening.book_value"] = cost - np.cumsum(rows["opening.depreciation"])


def depreciate_maintenance(plan: Plan, name: str, calendar: Calendar, rows: Rows) -> None:
    """Add the depreciation of each period's maintenance from the period after it (section 3, depreciation, rule 3)."""
    life = read_number(plan["plants"][name].get("life"), TEN_YEARS)
    spent = rows[f"plants.{name}.maintenance"]
    depreciation = np.zeros(calendar.count)
    for later in range(1, calendar.count):
        share = min(max(life - (later - 1) * calendar.step, 0), calendar.step) / life
        depreciation[later:] += share * spent[:-later]
    rows[f"plants.{name}.maintenance_to_date"] = np.cumsum(spent)
    rows[f"plants.{name}.depreciation"] = depreciation
    rows[f"plants.{name}.maintenance_depreciated"] = np.cumsum(depreciation)
    rows[f"plants.{name}.book_value"] = np.cumsum(spent) - np.cumsum(depreciation)


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
            at = int(np.argmax(rows[f"plants.{name}.purchase"] != 0))
            left = run_off(float(bought.sum()), at, days, period)
            rows[f"plants.{name}.purchased.{item}_left"] = left
            balance = balance + left
        rows[f"accounts.{item}"] = balance
        rows[f"working_capital.{item}_periods"] = days / period
    capital = rows["accounts.receivables"] + rows["accounts.inventory"] - rows["accounts.payables"]
    rows["accounts.working_capital"] = capital
    opened = sum(sign * read_number(opening.get(item)) for item, sign in zip(sources, (1, 1, -1), strict=True))
    bought = add_rows((rows[f"plants.{name}.purchased.working_capital"] for name in find_bought(plan)), calendar)
    rows["accounts.working_capital_increase"] = capital - shift(capital, opened) - bought
