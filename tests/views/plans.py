"""Plans of three sizes for charts and the report to be drawn of."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from fibercap.model.plan.scenario import Scenario
from fibercap.reading.files import read, scenario_of
from fibercap.reading.locating import new_plan

ROOT = Path(__file__).resolve().parents[2]
NAMES = "Jena Campinas Lund Osaka Hull Wuhan Pune Leon Arvika Graz Porto Yeosu".split()
PRODUCTS = ("single_mode", "multimode", "dispersion_shifted", "bend_insensitive", "ribbon", "preform")
STYLES = ("level", "equal_principal", "bullet")


def tutorial() -> Scenario:
    """Return the plan of the tutorial: one plant, one loan, three options."""
    text = (ROOT / "docs" / "tutorial.md").read_text()
    match = re.search(r"```yaml\n(fibercap: 1.*?)```", text, re.DOTALL)
    assert match is not None
    return scenario_of(match[1], "tutorial")


def plan_of_size(count: int, horizon: str = "{from: 2001-07, to: 2010, step: quarter}") -> Scenario:
    """Return a plan of so many plants, projects, loans, options and claims, some of them with long names."""
    text = [
        "fibercap: 1",
        f"id: sized_{count}",
        "title: Plants and loans on three continents, planned for ten years & two quarters",
        f"horizon: {horizon}",
        "money: {report_in: USD, discount_rate: 11 %/year, terminal_value: book, minimum_cash: 20 million USD}",
        "working_capital: {receivables: 45 days, inventory: 30 days, payables: 30 days}",
        "opening: {cash: 40 million USD, receivables: 20 million USD, fixed_assets: {value: 90 million USD, life: 9 years}}",
        f"company: {{overhead: {4.7 * count} million USD/year, gap: [equity]}}",
        "tax: {rate: 30 %}",
        "products:",
        *(_product(k, name) for k, name in enumerate(PRODUCTS[:count])),
        "plants:",
        *(_plant(k, NAMES[k]) for k in range(count)),
        "projects:",
        *(_project(k, NAMES[k]) for k in range(count)),
        "loans:",
        *(_loan(k, NAMES[k]) for k in range(count)),
        "funding:",
        *(_funding(k, NAMES[k]) for k in range(count)),
        "options:",
        "  as_written: {title: As the banks wrote it}",
        *(_option(k) for k in range(count - 1)),
        "claims:",
        *(_claim(k, NAMES[k]) for k in range(count)),
        "  npv: {says: The plan is worth more than nothing, measure: project_npv, above: 0 USD}",
    ]
    return scenario_of("\n".join(text), f"sized {count}")


def _product(k: int, name: str) -> str:
    demand = f", demand: {{2001: {400 + 300 * k}_000 km/year, 2008: {600 + 200 * k}_000 km/year}}" if k % 2 == 0 else ""
    return f"  {name}: {{name: {name.replace('_', ' ')} fiber, price: {{2001: {60 - 4 * k} USD/km, 2005: {52 - 4 * k} USD/km}}{demand}}}"


def _plant(k: int, name: str) -> str:
    long = " works on the river, second site" if k % 5 == 1 else ""
    return (
        f"  {name.lower()}: {{name: '{name}{long}', product: {PRODUCTS[k % 6]}, capacity: {k * 37 % 11 * 60 + 120}_000 km/year, "
        f"utilization: {85 + k % 3 * 4} %, cash_cost: {18 + k % 5} USD/km, fixed_cost: {1 + k % 4} million USD/year}}"
    )


def _project(k: int, name: str) -> str:
    year = 2002 + k % 5
    return (
        f"  line_{name.lower()}: {{name: '{name}, second line', plant: {name.lower()}, adds: {150 + 20 * k}_000 km/year, "
        f"capex: {8 + k * 1.7:.1f} million USD, spend: {{{year}: 60 %, {year + 1}: 40 %}}, "
        f"complete: {year + 1}-{('06-30', '09-30', '12-31')[k % 3]}, ramp: {{linear: {6 + k % 4 * 3} months}}, life: 10 years}}"
    )


def _loan(k: int, name: str) -> str:
    row = "accounts.dscr_12m" if k % 2 else f"loans.bank_{k + 1}.dscr"
    cover = f", covenants: {{cover: {{says: Cover, row: {row}, at_least: {1.2 + k * 0.5:.2f}, test: payment}}}}"
    return (
        f"  bank_{k + 1}: {{title: 'Bank {k + 1} for {name}', commitment: {4 + k} million USD, signed: {2002 + k % 5}-01-15, "
        f"matures: {5 + k % 6} years, rate: {6 + k * 0.25} %/year, repayment: {{style: {STYLES[k % 3]}}}, "
        f"payments: {{every: {'quarter' if k % 2 else 'half_year'}}}{cover if k % 3 == 0 else ''}}}"
    )


def _funding(k: int, name: str) -> str:
    grant, cash = ("grant: 15 %, " if k % 4 == 0 else ""), ("cash: 1 million USD, " if k % 3 == 0 else "")
    equity = "1 million USD" if k == 7 else "rest"
    return f"  line_{name.lower()}: {{{grant}bank_{k + 1}: {4 + k} million USD, {cash}equity: {equity}}}"


def _option(k: int) -> str:
    bank = f"bank_{k + 1}"
    changed = f"loans.{bank}.matures: {9 + k} years" if k % 2 else f"loans.{bank}.rate: {3 + k * 0.3:.1f} %/year"
    return f"  o{k + 1}: {{title: '{'Longer' if k % 2 else 'Cheaper'} offer {k + 1} of bank {k + 1}', change: {{{changed}}}}}"


def _claim(k: int, name: str) -> str:
    row, when = ("nameplate", "end of ") if k % 2 else ("effective_capacity", "")
    return (
        f"  c{k}: {{says: '{name} makes more than before', row: plants.{name.lower()}.{row}, "
        f"when: {when}{2003 + k % 4}, above: {k * 37 % 11 * 60 + 220 + 20 * k}_000 km/year}}"
    )


def thirty_years() -> Scenario:
    """Return a plan of ten plants over thirty years."""
    return plan_of_size(10, "{from: 2001, to: 2030, step: year}")


PAGES: dict[str, Callable[[], Scenario]] = {
    "a new plan": lambda: scenario_of(new_plan("km", "USD").decode(), "plan"),
    "fibercore": lambda: read("fibercore"),
    "ten plants over thirty years": thirty_years,
}
"""Plans of three sizes, whose pages are measured on screens and on paper."""

SIZES: dict[str, Callable[[], Scenario]] = {
    "tutorial": tutorial,
    "fibercore": lambda: read("fibercore"),
    "twelve": lambda: plan_of_size(12),
}
