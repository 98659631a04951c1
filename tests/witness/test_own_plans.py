"""The program against the witness on plans with what no shipped loan has: sculpted, in advance, rounded, any day count."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.key_plans import MAKER
from tests.witness.lender_plans import (
    BY_PACKAGE,
    BY_RULE,
    FROM_CASH,
    FROM_USES,
    IN_STEPS,
    ON_LINES,
    RANKS,
    RESERVED,
    SCULPTED,
    STOPPED_DRAWS,
    USES_FROM_CASH,
    WITH_COSTS,
    change_plan,
)
from tests.witness.program import compare_measures, compare_rows, find_run_off, list_unknown, names_row, run_program
from tests.witness.witness import recompute_plan

pytestmark = pytest.mark.long

COMPANY = """
fibercap: 1
products: {fiber: {price: {2001: 50 USD/km, 2003: 45 USD/km}}}
plants:
  works: {product: fiber, capacity: 300_000 km/year, cash_cost: 25 USD/km, fixed_cost: 0.5 million USD/year,
          maintenance: 0.2 million USD/year}
projects:
  line: {plant: works, adds: 200_000 km/year, capex: 16 million USD, spend: {2001: 60 %, 2002: 40 %},
         complete: 2002-06-30, ramp: {linear: 6 months}}
working_capital: {receivables: 45 days, payables: 30 days}
opening: {cash: 6 million USD, fixed_assets: {value: 10 million USD, life: 8 years}}
company: {gap: [equity]}
"""

BY_MONTH = """
horizon: {from: 2001, to: 2006}
money: {report_in: USD, discount_rate: 12 %/year, terminal_value: {multiple: 5}}
tax: {rate: 30 %}
rates: {libor: {2001-01: 6 %/year, 2001-05: 5.5 %/year, 2002: 4.5 %/year, 2002-08: 4 %/year, 2003: 5 %/year}}
funding: {line: {shaped: 5 million USD, equity: rest}}
loans:
  shaped: {commitment: 5 million USD, signed: 2001-01-15, matures: 2007-07-15, rate: 8 %/year, grace: 1 year,
           day_count: ACT/365F, payments: {every: half_year}, repayment: {style: sculpted, dscr: 1.4, tax: unlevered},
           fees: {undrawn: 0.5 %/year, agency: 20_000 USD/year}}
  lease: {commitment: 2 million USD, signed: 2001-02-28, matures: 5 years, rate: 7 %/year,
          draws: {2001-02-28: 2 million USD}, payments: {every: quarter, on: start}}
  to_cent: {commitment: 3 million USD, signed: 2001-03-10, matures: 2006-03-31, rate: 7.3 %/year,
            draws: {2001-03-10: 3 million USD}, rounding: cent}
  isda_30e: {commitment: 1 million USD, signed: 2001-01-31, matures: 2008-02-29, day_count: 30E/360 ISDA,
             rate: {index: libor, margin: 2 %/year, reset: half_year}, draws: {2001-01-31: 1 million USD},
             payments: {every: quarter, first: 2001-02-28, end_of_month: true}}
  isda: {commitment: 1 million USD, signed: 2001-01-31, matures: 2008-02-29, rate: 8 %/year, day_count: ACT/ACT ISDA,
         draws: {2001-01-31: 1 million USD}, payments: {every: month}}
  icma: {commitment: 1 million USD, signed: 2001-01-31, matures: 2008-02-20, rate: 8 %/year, day_count: ACT/ACT ICMA,
         draws: {2001-01-31: 1 million USD}, payments: {every: half_year, first: 2001-05-31},
         repayment: {style: bullet}}
  us: {commitment: 1 million USD, signed: 2001-01-31, matures: 2008-02-29, day_count: 30/360 US,
       rate: {index: libor, margin: 1 %/year, reset: any_day}, draws: {2001-01-31: 1 million USD},
       payments: {every: quarter, first: 2001-02-28}}
"""

BY_QUARTER = """
horizon: {from: 2001, to: 2007, step: quarter}
money: {report_in: USD, discount_rate: 11 %/year, terminal_value: {multiple: 4}, minimum_cash: 0.5 million USD}
tax: {rate: 30 %, lag: 3 months}
exchange:
  EUR: {opening: 0.94 USD/EUR, average: {2001: 0.90 USD/EUR, 2002: 0.95 USD/EUR, 2003: 1.13 USD/EUR}}
rates: {euribor: {2001: 5 %/year, 2001-08: 4 %/year, 2002-05: 3 %/year, 2003: 6 %/year, 2004: 7 %/year}}
funding: {line: {shaped: 80 %, equity: rest}}
loans:
  shaped: {commitment: 6 million EUR, signed: 2001-02-15, matures: 2008-02-28, grace: 1 year, day_count: ACT/360,
           rate: {index: euribor, margin: 2.5 %/year, reset: year}, payments: {every: month},
           repayment: {style: sculpted, dscr: 1.5, tax: unlevered}, fees: {guarantee: 0.5 %/year, agency: 12_000 EUR/year, upfront: 1 %}}
  capped: {commitment: 1 million USD, signed: 2001-01-31, matures: 5 years, day_count: 30E/360,
           rate: {index: euribor, margin: 3 %/year}, draws: {2001-01-31: 1 million USD},
           repayment: {style: level, payment_cap: 2 %, allow_negative_amortization: true}}
  kept: {commitment: 1 million USD, signed: 2001-01-31, matures: 5 years, day_count: ACT/ACT ICMA,
         rate: {2001: 5 %/year, 2002-02-10: 9 %/year}, compounding: effective, payments: {every: month},
         draws: {2001-01-31: 0.6 million USD, 2001-09-12: 0.4 million USD},
         repayment: {style: level, after_reset: keep_payment}}
  up_and_down: {commitment: 1 million USD, signed: 2001-01-31, matures: 2007-01-31, rate: 7 %/year, day_count: ACT/365F,
                draws: {2001-01-31: 1 million USD}, rounding: {to: 1 USD, payment: up, interest: down},
                repayment: {style: equal_principal}, fees: {guarantee: 0.3 %/year}}
  carried: {commitment: 1 million USD, signed: 2001-01-31, matures: 2007-01-31, rate: 7 %/year,
            draws: {2001-01-31: 1 million USD}, rounding: {to: 100 USD, balance: carry}}
  trued_up: {commitment: 1 million EUR, signed: 2001-01-31, matures: 2007-01-31, rate: 7 %/year,
             draws: {2001-01-31: 1 million EUR}, rounding: {to: 10 EUR}, true_up: last_interest}
  half: {commitment: 1 million USD, signed: 2001-01-31, matures: 2007-03-02, rate: 7 %/year, day_count: ACT/ACT ICMA,
         draws: {2001-01-31: 1 million USD}, compounding: semiannual, rounding: cent,
         payments: {every: half_year, first: 2001-08-31, end_of_month: true},
         repayment: {style: custom, schedule: {2003-08-31: 30 %, 2005-02-28: 20 %, 2007-03-02: 50 %}}}
  lease: {commitment: 1 million USD, signed: 2001-04-10, matures: 2007-04-10, rate: 7 %/year, grace: 6 months,
          day_count: 30/360, draws: {2001-04-10: 0.7 million USD, 2001-11-20: 0.3 million USD}, rounding: cent,
          payments: {every: quarter, on: start}, repayment: {style: level, balloon: 0.2 million USD},
          fees: {undrawn: 0.4 %/year, agency: 1_000 USD/year}}
  advance: {commitment: 1 million USD, signed: 2001-04-10, matures: 2007-06-20, rate: 7 %/year,
            day_count: ACT/ACT ISDA, draws: {2001-04-10: 1 million USD},
            payments: {every: half_year, on: start, first: 2001-07-31},
            repayment: {style: equal_principal, amortize_over: 9 years}}
"""

WITH_PURCHASE = """
fibercap: 1
horizon: {from: 2001, to: 2006, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: {multiple: 4}}
exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2003: 1 USD/EUR}}}
products: {fiber: {price: 40 USD/km}}
plants:
  works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}
  other: {product: fiber, capacity: 60_000 km/year, cash_cost: 22 USD/km, opens: 2001-07-01,
          purchase: {price: 8 million USD, on: 2001-06-30, life: 10 years}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 12 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
tax: {rate: 30 %}
opening: {cash: 9 million USD}
loans:
  shaped: {commitment: 5 million USD, signed: 2001-01-01, matures: 8 years, rate: 8 %/year,
           fees: {agency: 100_000 USD/year, undrawn: 1 %/year},
           repayment: {style: equal_principal, balloon: 1 million USD}}
  fixed: {commitment: 5 million EUR, signed: 2001-01-01, matures: 5 years, rate: 8 %/year,
          fees: {agency: 10_000 EUR/year, upfront: 1 %}, repayment: {style: fixed_payment, payment: 300_000 EUR}}
  staged: {commitment: 5 million USD, signed: 2001-01-01, matures: 7 years, rate: 8 %/year, repayment: {style: custom,
           schedule: {2003-01-01: 1 million USD, 2005-01-01: 2 million USD, 2008-01-01: 2 million USD}}}
  alone: {commitment: 2.5 million USD, signed: 2001-01-01, matures: 7 years, rate: 8 %/year,
          fees: {agency: 7_000 USD/year}, repayment: {style: fixed_payment, payment: 90_000 USD}}
funding:
  line: {shaped: 3 million USD, fixed: 3 million EUR, staged: 3 million USD, equity: rest}
  other: {shaped: 2 million USD, fixed: 1 million EUR, staged: 2 million USD, alone: 2 million USD, equity: rest}
"""

TO_MARCH = """
fibercap: 1
horizon: {from: FY2002, to: FY2006, year_ends: March}
money: {report_in: USD, discount_rate: 12 %/year, terminal_value: {multiple: 5}}
exchange: {EUR: {opening: 0.88 USD/EUR, average: {FY2002: 0.9 USD/EUR, FY2004: 1.1 USD/EUR},
                 closing: {FY2002: 0.87 USD/EUR, FY2003: 1.05 USD/EUR, 2004-Q2: 1.2 USD/EUR}}}
products: {fiber: {price: {2001: 50 USD/km, FY2003: 20 USD/km, 2003-Q4: 42 USD/km, FY2005: 45 USD/km}}}
plants:
  works: {product: fiber, capacity: 300_000 km/year, cash_cost: {FY2002: 25 USD/km, FY2004: 24 USD/km},
          fixed_cost: 0.5 million USD/year, maintenance: 0.2 million USD/year}
projects:
  line: {plant: works, adds: 200_000 km/year, capex: 16 million USD, spend: {FY2002: 60 %, FY2003: 40 %},
         complete: 2002-09-30, ramp: {linear: 6 months}}
working_capital: {receivables: 45 days, payables: 30 days}
opening: {cash: 6 million USD, fixed_assets: {value: 10 million USD, life: 8 years}, tax_losses: 1 million USD}
company: {gap: [equity], overhead: {FY2002: 0.3 million USD/year, FY2004: 0.4 million USD/year}}
tax: {rate: {FY2002: 35 %, FY2005: 30 %}, lag: 2 months, expire: 1 year, use_at_most: 60 %}
rates: {libor: {FY2002: 6 %/year, 2001-10: 4.5 %/year, FY2004: 5 %/year}}
funding: {line: {shaped: 5 million USD, equity: rest}}
loans:
  shaped: {commitment: 5 million USD, signed: 2001-05-15, matures: 2007-07-15, rate: {FY2002: 8 %/year, FY2004: 9 %/year},
           grace: 1 year, day_count: ACT/365F, payments: {every: half_year}, repayment: {style: equal_principal}}
  index: {commitment: 2 million EUR, signed: 2001-04-30, matures: 2007-01-31, draws: {2001-04-30: 2 million EUR},
          rate: {index: libor, margin: 2 %/year, reset: any_day}, payments: {every: quarter}}
"""

ASSETS = """
fibercap: 1
horizon: {from: 2001, to: 2006, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2003: 1 USD/EUR}}}
products: {fiber: {price: 40 USD/km}}
plants:
  works: {product: fiber, capacity: 300_000 km/year, cash_cost: 20 USD/km, maintenance: 0.4 million USD/year,
          life: 30 months, depreciation: {declining_balance: 30 %}}
  other: {product: fiber, capacity: 60_000 km/year, cash_cost: 22 USD/km, opens: 2001-07-01,
          purchase: {price: 8 million USD, on: 2001-06-30, life: 66 months, depreciation: sum_of_years,
                     sold: {on: 2005-08-10, price: 1 million EUR}}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 12 million USD, spend: {2001: 100 %}, complete: 2001-11-20,
         residual: 20 %, life: 5 years, depreciation: {declining_balance: 40 %}, ramp: {linear: 6 months},
         fixed_cost: 0.3 million USD/year, sold: {on: 2004-05-05, price: 5 million USD}}
  slow: {plant: works, adds: 20_000 km/year, capex: 3 million USD, complete: 2002-12-31, residual: 5 %, life: 100 months,
         depreciation: {declining_balance: 20 %}}
  by_table: {plant: works, adds: 20_000 km/year, capex: 3 million USD, complete: 2002-10-31,
             depreciation: {table: {1 year: 20 %, 30 months: 80 %}}}
  site: {plant: works, adds: 0 km/year, capex: 2 million USD, complete: 2002-06-30, land: true}
tax: {rate: {2001: 30 %, 2003: 35 %}, depreciation: {table: {1 year: 40 %, 2 years: 30 %, 50 months: 30 %}}}
opening: {cash: 20 million USD, fixed_assets: {value: 5 million USD, life: 7 years, residual: 10 %,
                                               sold: {on: 2003-12-31, price: 2 million USD}}}
loans:
  shaped: {commitment: 6 million USD, signed: 2001-01-01, matures: 8 years, rate: 8 %/year, payments: {every: quarter},
           fees: {agency: 100_000 USD/year, undrawn: 1 %/year}, repayment: {style: equal_principal}}
funding: {line: {shaped: 5 million USD, equity: rest}, other: {equity: rest},
          site: {equity: rest}, slow: {equity: rest}, by_table: {equity: rest}}
"""

STOPPED = (
    (
        "maintenance: 0.2 million USD/year}",
        "maintenance: 0.2 million USD/year, closures: {slump: {from: 2002-10-11, to: FY2003, fixed_cost: stops}, "
        "strike: {from: 2001-06-04, to: 2001-06-17}, late: {from: 2005-11, to: 2006-06, fixed_cost: continues}}}",
    ),
    (
        "complete: 2002-09-30, ramp: {linear: 6 months}}",
        "complete: 2002-09-30, ramp: {linear: 9 months}, fixed_cost: 0.3 million USD/year}\n"
        "  given_up: {plant: works, adds: 100_000 km/year, capex: 9 million EUR, spend: {from: 2001-10, shape: s_curve}, "
        "complete: 2003-09-30, delay: 2 months, overrun: 10 %, cancelled: 2003-01-20}\n"
        "  early: {plant: works, adds: 100_000 km/year, capex: 9 million USD, complete: 2005-06-30, cancelled: 2004-12-10}\n"
        "  never: {plant: works, adds: 100_000 km/year, capex: 9 million USD, complete: 2005-06-30, cancelled: 2004-05-31}",
    ),
    ("use_at_most: 60 %}", "use_at_most: 60 %, depreciation: sum_of_years}"),
    (
        "equity: rest}}\nloans:",
        "equity: rest}, given_up: {grant: 5 %, built: 40 %, equity: rest, include_financing_costs: true}, "
        "early: {abroad: 30 %, equity: rest}}\nloans:\n"
        "  abroad: {commitment: 4 million EUR, signed: 2004-03-15, matures: 5 years, rate: 6 %/year, fees: {undrawn: 1 %/year}}\n"
        "  built: {commitment: 5 million USD, signed: 2001-10-31, matures: 6 years, rate: 7 %/year, grace: 1 year,\n"
        "          payments: {every: month}, fees: {upfront: 1 %, undrawn: 0.5 %/year}, repayment: {style: equal_principal}}",
    ),
)


GROWING = (
    (
        "discount_rate: 12 %/year",
        "discount_rate: {real: 8 %/year, index: cpi}, valuation_date: 2001-08-15, discounting: mid_period",
    ),
    ("exchange:", "indices: {cpi: {1999: 2 %/year, FY2004: 4 %/year, 2005-02: 1 %/year}, wages: 3 %/year}\nexchange:"),
    ("FY2004: 1.1 USD/EUR}", "FY2004: 1.1 USD/EUR, growth: 2 %/year, interpolate: linear}"),
    ("2004-Q2: 1.2 USD/EUR}", "2004-Q2: 1.2 USD/EUR, growth: {rate: cpi, every: month}}"),
    ("FY2005: 45 USD/km", "FY2005: 45 USD/km, growth: 6 %/year"),
    ("FY2004: 24 USD/km", "2002-05: 24 USD/km, growth: {rate: cpi, every: month}, interpolate: linear"),
    (
        "capacity: 300_000 km/year",
        "capacity: {2000: 320_000 km/year, FY2003: 250_000 km/year, 2004-05: 310_000 km/year}",
    ),
    ("fixed_cost: 0.5 million USD/year", "fixed_cost: {2000: 0.5 million USD/year, growth: cpi}"),
    ("FY2004: 0.4 million USD/year", "FY2004: 0.4 million USD/year, growth: wages, interpolate: linear"),
    ("receivables: 45 days", "receivables: {FY2002: 45 days, FY2005: 30 days, interpolate: linear}"),
    ("FY2005: 30 %}", "FY2005: 30 %, interpolate: linear}"),
)


COSTLY = (
    (
        "products: {fiber: {price: {2001: 50 USD/km, 2003: 45 USD/km}}}",
        "products:\n  fiber: {price: {2001: 50 USD/km, 2003: 45 USD/km}, demand: 330_000 km/year, serve: cheapest_first}\n"
        "  cable: {price: 48 EUR/km, demand: {2001: 90_000 km/year, 2003: 120_000 km/year}}\nunits: {bottle: new}",
    ),
    (
        "product: fiber, capacity: 300_000 km/year, cash_cost: 25 USD/km",
        "products: {cable: {2001: 30 %, 2004: 40 %}, fiber: rest}, capacity: 300_000 km/year, yield: {2001: 85 %, 2003: 95 %},"
        " cash_cost: 3 USD/km, costs: {glass: {use: {2001: 1.1 kg/km, 2002-07: 1 kg/km}, price: {2001: 14 EUR/kg, growth: 3 %/year}},"
        " helium: {use: 0.5 bottle/km, price: 6 USD/bottle}, packing: {price: 1.5 USD/km}, crew: {per_year: 0.2 million EUR/year}}",
    ),
    (
        "projects:",
        "  old: {product: fiber, capacity: 120_000 km/year, closes: 2005-06-30, costs: {all: {price: {2001: 26 USD/km, 2003: 21 USD/km}}}}\n"
        "projects:\n  more: {plant: old, adds: 40_000 km/year, capex: 1 million USD, complete: 2003-03-31, cash_cost: 9 USD/km}",
    ),
    ("ramp: {linear: 6 months}", "ramp: {linear: 6 months}, cash_cost: {2001: 2 USD/km, 2004: 3 USD/km}"),
)


PLANS = {
    "ranks": RANKS,
    "ranks_on_lines": ON_LINES,
    "ranks_and_payouts": BY_RULE,
    "paid_from_cash": FROM_CASH,
    "stopped_draws": STOPPED_DRAWS,
    "steps_of_leverage": IN_STEPS,
    "sculpted_junior": SCULPTED,
    "reserved": RESERVED,
    "reserved_from_uses": FROM_USES,
    "uses_from_cash": USES_FROM_CASH,
    "sculpted_by_package": BY_PACKAGE,
    "ranks_with_costs": WITH_COSTS,
    "maker": MAKER.replace("bank", "shaped").replace("25 USD/km", "300 USD/coil"),
    "costly": change_plan(COMPANY + BY_QUARTER, COSTLY),
    "assets": ASSETS,
    "assets_taxed_by_years": ASSETS.replace("{table: {1 year: 40 %, 2 years: 30 %, 50 months: 30 %}}", "sum_of_years"),
    "assets_taxed_by_units": ASSETS.replace("{table: {1 year: 40 %, 2 years: 30 %, 50 months: 30 %}}", "units"),
    "growing": change_plan(TO_MARCH, GROWING),
    "growing_on_lines": change_plan(TO_MARCH, GROWING).replace(
        "2005-02: 1 %/year}", "2005-02: 1 %/year, interpolate: linear}"
    ),
    "growing_by_year": change_plan(TO_MARCH, GROWING)
    .replace("March}", "March, step: year}")
    .replace("lag: 2", "lag: 12"),
    "stopped": change_plan(TO_MARCH, STOPPED),
    "stopped_by_year": change_plan(TO_MARCH, STOPPED)
    .replace("March}", "March, step: year}")
    .replace("lag: 2", "lag: 12"),
    "with_purchase": WITH_PURCHASE,
    "by_month": COMPANY + BY_MONTH,
    "by_quarter": COMPANY + BY_QUARTER,
    "to_march": TO_MARCH,
    "to_march_by_quarter": TO_MARCH.replace("March}", "March, step: quarter}").replace("lag: 2", "lag: 3"),
    "to_march_by_year": TO_MARCH.replace("March}", "March, step: year}").replace("lag: 2", "lag: 12"),
}


@cache
def recompute(name: str) -> Any:
    """Recompute a plan once for all tests."""
    return recompute_plan(PLANS[name])


@pytest.fixture(scope="module")
def run_of_plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the program on a plan once for all tests."""
    path: Path = tmp_path_factory.mktemp(request.param) / "plan.yaml"
    path.write_text(PLANS[request.param], encoding="utf-8")
    return request.param, run_program(path, None)


every_plan = pytest.mark.parametrize("run_of_plan", PLANS, indirect=True)


@every_plan
def test_program_has_every_row_of_the_witness(run_of_plan: Any) -> None:
    name, program = run_of_plan
    mine, theirs = recompute(name), program["rows"]
    horizon = mine.company.calendar.horizon
    lines = compare_rows({path: row[:horizon] for path, row in mine.company.rows.items()}, theirs)
    lines += compare_rows(mine.worth.list_printed(), theirs, "returns.")
    without = {path: row[:horizon] for path, row in mine.without.rows.items() if f"without_projects.{path}" in theirs}
    lines += compare_rows(without, theirs, "without_projects.")
    later, prefix = find_run_off(program)
    known = {path: row for path, row in mine.company.rows.items() if prefix + path in later}
    lines += compare_rows(known, later, prefix, after=horizon)
    assert "loans.shaped.closing" in known
    assert without
    assert not lines, "\n" + "\n".join(lines)


@every_plan
def test_program_has_every_measure_of_the_witness(run_of_plan: Any) -> None:
    name, program = run_of_plan
    lines = compare_measures(recompute(name), program["measures"])
    assert not lines, "\n" + "\n".join(lines)


@every_plan
def test_witness_computes_every_row_that_the_page_names(run_of_plan: Any) -> None:
    name, program = run_of_plan
    unknown = list_unknown(recompute(name).company.rows, program["rows"])
    assert not [path for path in unknown if names_row(path)]
