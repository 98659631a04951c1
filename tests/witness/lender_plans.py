"""Plans with what lenders and owners agree on: ranks, payouts, cash before equity, terms and limits that change."""


def change_plan(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    """Return a plan's text with parts of it replaced, each of which stands there once."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


RANKS = """
fibercap: 1
horizon: {from: 2001, to: 2010, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year, terminal_value: {multiple: 5}, minimum_cash: 0.5 million USD,
        interest_on_cash: {2001: 3 %/year, 2004: 2 %/year}, interest_on_overdraft: 9 %/year}
products: {fiber: {price: {2001: 46 USD/km, 2004: 38 USD/km, 2005-Q3: 16 USD/km, 2006-Q2: 44 USD/km, 2008: 48 USD/km}}}
plants:
  works: {product: fiber, capacity: 100_000 km/year, cash_cost: 25 USD/km, fixed_cost: 0.5 million USD/year, maintenance: 0.2 million USD/year}
projects:
  line: {plant: works, adds: 220_000 km/year, capex: 24 million USD, spend: {2001: 60 %, 2002: 40 %}, complete: 2002-06-30, ramp: {linear: 6 months}}
working_capital: {receivables: 45 days, payables: 30 days}
opening: {cash: 1.5 million USD, fixed_assets: {value: 10 million USD, life: 8 years}}
tax: {rate: 30 %, lag: 3 months}
rates: {libor: {2001: 5 %/year, 2002-02: 4 %/year, 2003: 3 %/year, 2005-05: 4.5 %/year}}
company: {gap: [revolver], dividends: {2003-06-30: 2 million USD, 2004-12-31: 0.5 million USD, 2007-06-30: 1 million USD, 2009-12-31: 1 million USD}}
loans:
  shaped:
    commitment: 14 million USD
    signed: 2001-01-31
    matures: 2009-07-31
    rate: {index: libor, margin: 2 %/year, floor: 5 %/year, cap: 8 %/year}
    payments: {every: quarter, first: 2001-03-31, end_of_month: true}
    grace: 1 year
    sweep: 25 %
    prepayments: {2003-05-15: 1 million USD, 2004-02-10: 0.7 million USD, 2006-11-20: 1.5 million USD}
    prepayment_fee: {2001: 2 %, 2004: 1 %}
    covenants: {cover: {row: loans.shaped.dscr_12m, at_least: 1.3, lock_up: 2, test: payment}}
    fees: {upfront: 1 %, undrawn: 0.5 %/year}
  shaped_two: {commitment: 6 million USD, signed: 2001-03-15, matures: 2012-03-31, rate: 10 %/year, rank: 2, grace: 1 year, payments: {every: half_year, first: 2001-09-30, end_of_month: true}, repayment: {style: equal_principal}, fees: {agency: 20_000 USD/year}}
  mezzanine: {commitment: 2 million USD, signed: 2001-06-30, matures: 2011-06-30, rate: 13 %/year, rank: 3, capitalize_until: 2004-06-30, payments: {every: quarter}, repayment: {style: bullet}, draws: {2001-06-30: 2 million USD}}
  overdraft: {commitment: 1 million USD, signed: 2001-01-31, matures: 2010-12-31, rate: {index: libor, margin: 2 %/year}, payments: {every: quarter}, repayment: {style: revolver}, fees: {undrawn: 0.25 %/year}}
funding: {line: {shaped: 14 million USD, shaped_two: 6 million USD, equity: rest}}
"""

ON_LINES = change_plan(
    RANKS,
    (
        ("2005-05: 4.5 %/year}}", "2005-05: 4.5 %/year, interpolate: linear}}"),
        (
            "margin: 2 %/year, floor: 5 %/year, cap: 8 %/year}",
            "margin: {2001: 2.5 %/year, 2003-02-15: 2 %/year, 2006: 3 %/year, interpolate: linear}, reset: half_year, "
            "floor: {2001: 5 %/year, 2005: 6.8 %/year, interpolate: linear}}",
        ),
        ("rate: 10 %/year", "rate: {2001: 10 %/year, 2004-05-20: 8 %/year, 2008: 9 %/year, interpolate: linear}"),
        ("sweep: 25 %", "sweep: {2001: 10 %, 2004: 30 %, interpolate: linear}"),
        ("2004: 1 %}", "2004: 1 %, interpolate: linear}"),
        ("agency: 20_000 USD/year", "agency: {2001: 20_000 USD/year, 2006-03: 50_000 USD/year, interpolate: linear}"),
    ),
)

BY_RULE = change_plan(
    RANKS,
    (
        (
            "dividends: {2003-06-30: 2 million USD, 2004-12-31: 0.5 million USD, 2007-06-30: 1 million USD, 2009-12-31: 1 million USD}",
            "dividends: {2004-09-30: 0.3 million USD}, "
            "payouts: {every: half_year, first: 2003-06-30, share: 80 %, keep: 1 million USD}",
        ),
        ("life: 8 years}}", "life: 8 years}, paid_in_capital: 3 million USD}"),
        (
            "margin: 2 %/year, floor: 5 %/year, cap: 8 %/year}",
            "margin: {2001: 2.5 %/year, 2003-02-15: 2 %/year, 2006: 3 %/year}, floor: {2001: 5 %/year, 2005: 6.8 %/year}, "
            "cap: {2001: 8 %/year, 2006-Q2: 7.25 %/year}}",
        ),
        (
            "lock_up: 2, test: payment}}",
            "lock_up: {2001: 1.8, 2004: 2}, from: 2002-06-30, test: payment}, "
            "fixed: {row: ratios.fixed_charge, at_least: 0.2, lock_up: 1.2, from: 2003-03-31, test: quarter}, "
            "worth: {row: accounts.tangible_net_worth, at_least: {2001: 1 million USD, 2004: 2 million USD}, test: year}}",
        ),
        (
            "funding: {line",
            "ratios:\n"
            "  fixed_charge: {title: Fixed charge cover, over: 12 months, denominator: {service: {add: accounts.debt_service}},\n"
            "                 numerator: {earnings: {add: accounts.ebitda}, upkeep: {subtract: accounts.maintenance},\n"
            "                             tax: {subtract: accounts.tax_paid}}}\n"
            "  net_leverage: {numerator: {debt: {add: accounts.net_debt}}, denominator: {earnings: {add: accounts.ebitda}}, over: 6 months}\n"
            "  equity_share: {numerator: {worth: {add: accounts.tangible_net_worth}}, denominator: {all: {add: accounts.total_assets}}}\n"
            "funding: {line",
        ),
        ("sweep: 25 %", "sweep: {2001: 0 %, 2003: 25 %, 2006-08: 40 %}"),
        (
            "fees: {undrawn: 0.25 %/year}",
            "fees: {undrawn: {2001: 0.25 %/year, 2005-02-10: 0.5 %/year}, agency: {2001: 10_000 USD/year, 2004-Q3: 20_000 USD/year}}",
        ),
        (
            "fees: {upfront: 1 %, undrawn: 0.5 %/year}",
            "fees: {upfront: 1 %, undrawn: {2001: 0.5 %/year, 2001-08-20: 0.75 %/year}, guarantee: {2001: 0.3 %/year, 2003: 0.2 %/year}}",
        ),
    ),
)

IN_STEPS = change_plan(
    RANKS,
    (
        (
            "margin: 2 %/year, floor: 5 %/year, cap: 8 %/year}",
            "margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.5, is: 1.5 %/year}, middle: {below: 3, is: 2 %/year}}, "
            "else: 3 %/year, at_first: 2.5 %/year}, floor: {2001: 5 %/year, 2005: 4 %/year}, cap: 8 %/year}",
        ),
        ("sweep: 25 %", "sweep: {share: 30 %, while: {row: accounts.debt_to_ebitda_12m, above: 2}}"),
        (
            "fees: {undrawn: 0.25 %/year}",
            "fees: {undrawn: {by: loans.shaped.dscr_12m, steps: {low: {below: 1.5, is: 0.5 %/year}}, else: 0.25 %/year, at_first: 0.3 %/year}}",
        ),
        (
            "repayment: {style: bullet}",
            "repayment: {style: bullet}, sweep: {by: accounts.debt_to_ebitda, "
            "steps: {low: {below: 1.5, is: 10 %}, middle: {below: 2.5, is: 30 %}}, else: 50 %, at_first: 0 %}",
        ),
    ),
)

SCULPTED = change_plan(
    RANKS,
    (
        (
            "first: 2001-09-30, end_of_month: true}, repayment: {style: equal_principal}",
            "first: 2001-09-30, end_of_month: true}, repayment: {style: sculpted, dscr: 2}",
        ),
    ),
)

BY_PACKAGE = change_plan(
    RANKS,
    (
        ("to: 2010", "to: 2007"),
        (", 2009-12-31: 1 million USD}", "}"),
        (
            "payments: {every: half_year, first: 2001-09-30, end_of_month: true}, repayment: {style: equal_principal}",
            "payments: {every: month, first: 2001-04-20}, repayment: {style: sculpted, dscr: 2.2, of: package}",
        ),
    ),
)

STOPPED_DRAWS = change_plan(
    RANKS,
    (
        (
            "    prepayments: {2003-05-15: 1 million USD, 2004-02-10: 0.7 million USD, 2006-11-20: 1.5 million USD}\n",
            "",
        ),
        ("    prepayment_fee: {2001: 2 %, 2004: 1 %}\n", "    draw_stop: true\n"),
        (
            "lock_up: 2, test: payment}}",
            "lock_up: 2, test: payment}, leverage: {row: accounts.debt_to_ebitda_12m, at_most: {2001: 8, 2003: 5}, test: quarter}}",
        ),
        (
            "shaped_two: {commitment: 6 million USD,",
            "shaped_two: {commitment: 6 million USD, draw_stop: true, "
            "covenants: {early: {row: accounts.debt_to_ebitda_12m, at_most: 3, test: quarter}},",
        ),
        (
            "overdraft: {commitment: 1 million USD,",
            "overdraft: {commitment: 1 million USD, draw_stop: true, covenants: {c: {row: accounts.dscr_12m, at_least: 0.9, test: quarter}},",
        ),
    ),
)

FROM_CASH = """
fibercap: 1
horizon: {from: 2001, to: 2008, step: quarter}
money: {report_in: USD, discount_rate: 11 %/year, terminal_value: {multiple: 4}, minimum_cash: 0.3 million USD, interest_on_cash: 2 %/year}
products: {fiber: {price: {2001: 44 USD/km, 2003: 38 USD/km, 2004: 20 USD/km, 2004-Q4: 42 USD/km}}}
plants: {works: {product: fiber, capacity: 250_000 km/year, cash_cost: 24 USD/km, fixed_cost: 0.4 million USD/year, maintenance: 0.2 million USD/year}}
projects:
  first: {plant: works, adds: 100_000 km/year, capex: 9 million USD, spend: {2001: 50 %, 2002: 50 %}, complete: 2002-06-30}
  second: {plant: works, adds: 100_000 km/year, capex: 10 million USD, spend: {2002: 30 %, 2003: 70 %}, complete: 2003-09-30}
  third: {plant: works, adds: 10_000 km/year, capex: 1 million USD, spend: {2002: 100 %}, complete: 2002-12-31}
  fourth: {plant: works, adds: 10_000 km/year, capex: 0.4 million USD, spend: {2003: 100 %}, complete: 2003-12-31}
working_capital: {receivables: 40 days, payables: 20 days}
opening: {cash: 1 million USD, fixed_assets: {value: 8 million USD, life: 8 years}}
tax: {rate: 30 %}
company: {gap: [equity], equity_limit: 4.5 million USD, equity: {2004-06-30: 0.4 million USD}, payouts: {every: year, share: 60 %}, may_run_dry: true}
loans:
  shaped: {commitment: 5 million USD, signed: 2001-01-31, matures: 2007-12-31, rate: 8 %/year, fees: {upfront: 1 %, undrawn: 0.5 %/year}, grace: 1 year, payments: {every: quarter, first: 2001-03-31, end_of_month: true}}
  shaped_two: {commitment: 3 million USD, signed: 2002-01-31, matures: 2009-06-30, rate: 11 %/year, rank: 2, payments: {every: half_year, first: 2002-06-30, end_of_month: true}, repayment: {style: equal_principal}}
funding:
  first: {grant: {share: 10 %, after: 6 months}, shaped: 4.5 million USD, cash: available, equity: rest}
  third: {cash: available, equity: 0.2 million USD}
  second: {shaped_two: 3 million USD, cash: available, equity: rest}
"""

RESERVED = """
fibercap: 1
horizon: {from: 2001, to: 2010, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year, terminal_value: {multiple: 5}, minimum_cash: 0.5 million USD, interest_on_cash: 3 %/year,
        interest_on_overdraft: 9 %/year}
products: {fiber: {price: {2001: 46 USD/km, 2004: 38 USD/km, 2005-Q3: 16 USD/km, 2006-Q2: 44 USD/km, 2008: 48 USD/km}}}
plants:
  works: {product: fiber, capacity: 100_000 km/year, cash_cost: 25 USD/km, fixed_cost: 0.5 million USD/year, maintenance: 0.2 million USD/year}
projects:
  line: {plant: works, adds: 220_000 km/year, capex: 24 million USD, spend: {2001: 60 %, 2002: 40 %}, complete: 2002-06-30, ramp: {linear: 6 months}}
working_capital: {receivables: 45 days, payables: 30 days}
opening: {cash: 1.5 million USD, fixed_assets: {value: 10 million USD, life: 8 years}, paid_in_capital: 3 million USD}
tax: {rate: 30 %, lag: 3 months}
rates: {libor: {2001: 5 %/year, 2002-02: 4 %/year, 2003: 3 %/year, 2005-05: 4.5 %/year}}
company: {gap: [revolver, equity], payouts: {every: half_year, first: 2003-06-30, share: 80 %, keep: 1 million USD}}
loans:
  shaped:
    commitment: 14 million USD
    signed: 2001-01-31
    matures: 2009-07-31
    rate: {index: libor, margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.5, is: 1.5 %/year}, middle: {below: 3, is: 2 %/year}}, else: 3 %/year, at_first: 2.5 %/year}, floor: {2001: 5 %/year, 2005: 4 %/year}, cap: 8 %/year}
    payments: {every: quarter, first: 2001-03-31, end_of_month: true}
    grace: 1 year
    sweep: {2001: 0 %, 2004: 25 %}
    reserve: {covers: 6 months, filled_from: operations}
    covenants: {cover: {row: loans.shaped.dscr_12m, at_least: 1.3, lock_up: 2, test: payment}}
    fees: {upfront: 1 %, undrawn: 0.5 %/year}
  shaped_two: {commitment: 6 million USD, signed: 2001-03-15, matures: 2012-03-31, rate: 10 %/year, rank: 2, grace: 1 year, payments: {every: half_year, first: 2001-09-30, end_of_month: true}, repayment: {style: sculpted, dscr: 3}, fees: {agency: 20_000 USD/year}}
  mezzanine: {commitment: 2 million USD, signed: 2001-06-30, matures: 2011-06-30, rate: 13 %/year, rank: 3, capitalize_until: 2004-06-30, payments: {every: quarter}, repayment: {style: bullet}, draws: {2001-06-30: 2 million USD}}
  overdraft: {commitment: 1 million USD, signed: 2001-01-31, matures: 2010-12-31, rate: {index: libor, margin: 2 %/year}, payments: {every: quarter}, repayment: {style: revolver}, fees: {undrawn: {2001: 0.25 %/year, 2005: 0.5 %/year}}}
funding: {line: {shaped: 14 million USD, shaped_two: 6 million USD, equity: rest}}
"""

FROM_USES = change_plan(
    RESERVED,
    (
        (
            "repayment: {style: sculpted, dscr: 3}",
            "repayment: {style: equal_principal}, reserve: {covers: 12 months, filled_from: uses}",
        ),
        ("draws: {2001-06-30: 2 million USD}}", "draws: {2001-06-30: 2 million USD}, reserve: {covers: 3 months}}"),
    ),
)

USES_FROM_CASH = change_plan(
    RESERVED,
    (
        ("dscr: 3}", "dscr: 3}, reserve: {covers: 6 months, filled_from: uses}"),
        ("equity: rest}}", "cash: rest}}"),
    ),
)

WITH_COSTS = change_plan(
    RANKS,
    (
        (
            "dividends: {2003-06-30: 2 million USD, 2004-12-31: 0.5 million USD, 2007-06-30: 1 million USD, 2009-12-31: 1 million USD}",
            "payouts: {every: year, first: 2004-12-31, share: 60 %}",
        ),
        ("    sweep: 25 %\n", "    reserve: {covers: 6 months}\n"),
        (
            "ramp: {linear: 6 months}}\n",
            "ramp: {linear: 6 months}}\n"
            "  annex: {plant: works, adds: 60_000 km/year, capex: 5 million USD, spend: {from: 2002-04, shape: s_curve}, complete: 2003-08-20}\n",
        ),
        (
            "projects:",
            "exchange: {EUR: {opening: 0.94 USD/EUR, average: {2001: 0.90 USD/EUR, 2002: 0.95 USD/EUR, 2003: 1.13 USD/EUR}}}\nprojects:",
        ),
        (
            "  overdraft:",
            "  abroad: {commitment: 3 million EUR, signed: 2002-03-20, matures: 2009-03-31, rate: 7 %/year, day_count: ACT/360, "
            "capitalize_until: 2003-03-31, payments: {every: quarter, end_of_month: true}, fees: {upfront: 1.5 %, undrawn: 0.5 %/year, agency: 10_000 EUR/year}}\n"
            "  overdraft:",
        ),
        (
            "{line: {shaped: 14 million USD, shaped_two: 6 million USD, equity: rest}}",
            "\n  line: {shaped: 10 million USD, shaped_two: 20 %, grant: {share: 5 %, after: 6 months}, equity: 30 %, include_financing_costs: true}\n"
            "  annex: {shaped: 2 million USD, abroad: 40 %, cash: 10 %, equity: rest, order: pro_rata, include_financing_costs: true}",
        ),
    ),
)
