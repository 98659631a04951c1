"""Plans that together have every key of the scenario language; tests/test_every_key.py moves each key in one of them."""

from __future__ import annotations

MAKER = """\
fibercap: 1
id: maker
horizon: {from: FY2002, to: FY2005, step: quarter, year_ends: June}
money: {report_in: USD, discount_rate: {real: 7 %/year, index: cpi}, valuation_date: 2001-12-31, terminal_value: {multiple: 4},
        discounting: mid_period, minimum_cash: 1 million USD}
units: {coil: 12 km}
indices: {cpi: {2001: 2 %/year, 2003: 3 %/year, interpolate: linear}, wages: 4 %/year}
exchange:
  EUR:
    opening: 0.93 USD/EUR
    average: {2001: 0.9 USD/EUR, 2003: 0.95 USD/EUR, growth: {rate: 2 %/year, every: month}, interpolate: linear}
    closing: {2001: 0.95 USD/EUR, 2003: 0.97 USD/EUR, growth: {rate: wages, every: month}, interpolate: none}
products:
  fiber:
    unit: coil
    price: {2001: 540 EUR/coil, 2003: 500 EUR/coil, growth: {rate: 5 %/year, every: month}, interpolate: linear}
    serve: cheapest_first
    demand:
      market: {2001: 60_000 coil/year, 2002: 62_000 coil/year, growth: {rate: 3 %/year, every: month}, interpolate: linear}
      share: {2001: 40 %, 2003: 45 %, growth: {rate: 1 %/year, every: month}, interpolate: linear}
      exports: {2001: 2_000 coil/year, 2003: 2_500 coil/year, growth: {rate: 2 %/year, every: month}, interpolate: linear}
  glass:
    unit: tonne
    price: {2001: 900 USD/tonne, 2003: 950 USD/tonne}
    demand: {2001: 1_500 tonne/year, 2002: 1_600 tonne/year, growth: {rate: cpi, every: month}, interpolate: linear}
    interpolate: linear
plants:
  works:
    product: fiber
    capacity: {2001: 20_000 coil/year, 2003: 18_000 coil/year}
    utilization: {2001: 80 %, 2003: 85 %, growth: {rate: 1 %/year, every: month}, interpolate: linear}
    cash_cost: {2001: 210 USD/coil, 2002: 220 USD/coil, growth: {rate: wages, every: month}, interpolate: linear}
    fixed_cost: {2001: 0.5 MUSD/year, 2002: 0.6 MUSD/year, growth: {rate: 4 %/year, every: month}, interpolate: linear}
    maintenance: {2001: 0.2 MUSD/year, 2002: 0.3 MUSD/year, growth: {rate: 4 %/year, every: month}, interpolate: linear}
    life: 9 years
    depreciation: {declining_balance: 25 %}
  other: {product: fiber, capacity: 9_000 coil/year, cash_cost: 25 USD/km, opens: 2002-01-01, closes: 2004-12-31,
          fixed_cost: 0.1 MUSD/year, closures: {repair: {from: 2003-02-01, to: 2003-04-30, fixed_cost: stops}}}
  furnace:
    product: glass
    capacity: {2001: 2_000 tonne/year, 2003: 2_100 tonne/year, growth: {rate: 2 %/year, every: month}, interpolate: linear}
    opens: 2002-01-01
    cash_cost: 400 USD/tonne
    purchase: {price: 4 MUSD, on: 2001-12-31, life: 8 years, depreciation: {declining_balance: 20 %}, residual: 10 %,
               sold: {on: 2004-09-30, price: 2 MUSD}}
projects:
  line:
    plant: works
    adds: 5_000 coil/year
    capex: 6 MUSD
    spend: {from: 2001-08, to: 2002-06, shape: s_curve}
    complete: 2002-06-30
    delay: 2 months
    overrun: 10 %
    ramp: {s_curve: 6 months}
    life: 7 years
    depreciation: {declining_balance: 25 %}
    residual: 10 %
    sold: {on: 2005-03-31, price: 3 MUSD}
    fixed_cost: {2001: 0.1 MUSD/year, 2003: 0.2 MUSD/year, growth: {rate: 4 %/year, every: month}, interpolate: linear}
  hall: {plant: works, adds: 2_000 coil/year, capex: 3 MUSD, spend: {FY2002: 40 %, FY2003: 60 %}, complete: 2003-03-31}
  annex: {plant: works, adds: 1_000 coil/year, capex: 2 MUSD, spend: {FY2002: 40 %, FY2003: 60 %}, complete: 2003-06-30, cancelled: 2002-10-31}
loans:
  bank: {commitment: 3 MUSD, signed: 2001-07-31, matures: 5 years, rate: 8 %/year, covenants: {worth: {row: accounts.net_worth, at_least: 900 MUSD, test: period}}}
funding:
  line: {order: in_order, grant: {amount: 0.5 MUSD, after: 3 months}, bank: 2 MUSD, equity: rest}
  hall: {bank: 0.5 MUSD, equity: rest}
  annex: {equity: rest}
company:
  overhead: {2001: 0.2 MUSD/year, 2003: 0.3 MUSD/year, growth: {rate: 4 %/year, every: month}, interpolate: linear}
  equity: {2001-12-31: 5 MUSD}
working_capital:
  receivables: {2001: 40 days, 2003: 50 days, growth: {rate: 1 %/year, every: month}, interpolate: linear}
  inventory: {2001: 20 days, 2003: 25 days, growth: {rate: 1 %/year, every: month}, interpolate: linear}
  payables: {2001: 30 days, 2003: 35 days, growth: {rate: 1 %/year, every: month}, interpolate: linear}
  days_in_year: 360
tax: {rate: {2001: 30 %, 2003: 35 %, growth: {rate: 1 %/year, every: month}, interpolate: linear}, lag: 3 months, depreciation: {declining_balance: 30 %}, expire: 1 year, use_at_most: 50 %}
opening:
  cash: 9 MUSD
  receivables: 1 MUSD
  inventory: 0.5 MUSD
  payables: 0.4 MUSD
  fixed_assets: {value: 2 MUSD, life: 6 years, depreciation: {declining_balance: 30 %}, residual: 10 %, sold: {on: 2004-06-30, price: 1 MUSD}}
  other_assets: 0.3 MUSD
  other_liabilities: 0.2 MUSD
  tax_losses: 6 MUSD
"""
"""Growing series, assets that are sold, deferred tax, business years, two currencies and two units."""

LENDERS = """\
fibercap: 1
id: lenders
horizon: {from: 2001, to: 2004}
money:
  report_in: USD
  discount_rate: 10 %/year
  interest_on_cash: {2000: 3 %/year, 2003: 4 %/year, growth: {rate: 2 %/year, every: month}, interpolate: linear}
  interest_on_overdraft: {2000: 11 %/year, 2003: 12 %/year, growth: {rate: 2 %/year, every: month}, interpolate: linear}
rates: {libor: {2001: 4 %/year, 2002: 6 %/year, 2003: 8 %/year, interpolate: linear}, prime: {2001: 6 %/year, 2003: 5 %/year}}
calendars: {city: {weekends: true, holidays: {2001-04-03: A fair}}, sleepless: {weekends: false}}
products: {fiber: {price: 45 USD/km}, cable: {price: 47 USD/km}}
plants: {works: {product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km, fixed_cost: 1 million USD/year, maintenance: 0.5 million USD/year}}
projects:
  line: {plant: works, adds: 150_000 km/year, capex: 12 million USD, spend: {2001: 60 %, 2002: 40 %}, complete: 2002-08-31,
         ramp: {table: {0 months: 50 %, 5 months: 100 %}}, depreciation: {table: {2 years: 50 %, 5 years: 50 %}}}
loans:
  old: {outstanding: 2 million USD, signed: 1999-06-30, remaining: 4 years, rate: 7 %/year, rounding: cent, payments: {every: half_year, first: 2001-06-30}}
  float: {commitment: 2 million USD, signed: 2001-01-03, matures: 5 years, day_count: ACT/360, compounding: effective,
          rate: {index: libor, margin: 2 %/year, floor: 7.5 %/year, cap: 9 %/year},
          payments: {every: quarter, on: end, roll: following, calendar: city, accrue: adjusted},
          repayment: {style: level, amortize_over: 8 years}, draws: {2001-02-01: 1.9 million USD},
          rounding: {to: 10 USD, interest: up, payment: up, balance: each}}
  house: {commitment: 2 million USD, signed: 2001-01-03, matures: 6 years, rate: {2001: 8 %/year, 2002: 12 %/year}, payments: {every: month},
          draws: {2001-02-01: 1.9 million USD}, rounding: cent,
          repayment: {style: level, initial_repayment: 2 %/year, payment_cap: 5 %, allow_negative_amortization: true}}
  credit: {commitment: 3 million USD, signed: 2001-01-03, matures: 4 years, rate: {2001: 9 %/year, 2003: 8 %/year, interpolate: linear}, capitalize_until: 2002-06-30,
                   fees: {upfront: 1 %, undrawn: 0.5 %/year, guarantee: 1 %/year, agency: 10_000 USD/year, available_until: 2002-12-31},
                   covenants: {leverage: {says: Little debt, row: accounts.debt_to_ebitda_12m, at_most: 9, test: payment},
                               rises: {row: accounts.dscr_12m, above: {2001: 0.1, 2003: 0.2}, test: period},
                               cover: {measure: min_dscr, above: 0.1}, thin: {row: accounts.debt_to_ebitda_12m, below: 20},
                               steps: {row: accounts.debt_to_ebitda_12m, at_most: {2001: 9, 2003: 8}, test: quarter, from: 2002-03-31},
                               owes: {row: accounts.debt, below: {2001: 30 million USD, 2003: 29 million USD}, test: period},
                               keeps: {row: accounts.dscr_12m, at_least: {2001: 0.1, 2003: 0.2}, lock_up: {2001: 0.2, 2003: 0.3}}}}
funding: {line: {order: pro_rata, credit: 2 million USD, equity: rest}}
working_capital: {inventory: 30 days, payables: 20 days}
tax: {rate: 30 %}
opening: {cash: 0 USD, fixed_assets: 3 million USD}
company: {may_run_dry: true, overhead: {2000: 12 million USD/year, 2002: 1 million USD/year}}
ratios: {fixed: {title: Fixed cover, numerator: {earned: {add: accounts.ebitda}, upkeep: {subtract: accounts.maintenance}}, denominator: {service: {add: accounts.debt_service}, taxes: {subtract: accounts.tax_paid}}, over: 12 months}}
claims:
  grows: {says: It grows, row: accounts.revenue, when: 2004, above: {times: 1.1, of: 2001}}
  keeps: {says: It keeps, row: accounts.revenue, when: 2004, at_least: {times: 1.1, of: 2001}}
  falls: {says: It falls, row: accounts.revenue, when: 2004, below: {times: 3, of: 2001}}
  stays: {says: It stays, row: accounts.revenue, when: 2004, at_most: {times: 3, of: 2001}}
  holds: {says: It holds, row: accounts.revenue, when: 2004, about: {times: 1.5, of: 2001}, within: 20 %}
  owns: {says: Cash, row: accounts.cash, when: end of 2003, at_least: 1 million USD}
"""
"""Terms of loans and claims."""

COSTS = """\
fibercap: 1
id: costs
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 8 %/year}
units: {bottle: new}
indices: {cpi: {2001: 3 %/year, 2003: 5 %/year}, wages: 4 %/year}
exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2003: 1.1 USD/EUR}}}
products:
  single: {price: 60 USD/km, demand: 2_000 km/year, serve: cheapest_first}
  multi: {price: 70 EUR/km, demand: 600 km/year}
plants:
  works:
    products: {multi: {2001: 30 %, 2003: 35 %, growth: {rate: 1 %/year, every: month}, interpolate: linear}, single: rest}
    capacity: 1_500 km/year
    yield: {2001: 85 %, 2003: 88 %, growth: {rate: 1 %/year, every: month}, interpolate: linear}
    cash_cost: 3 USD/km
    costs:
      glass:
        use: {2001: 1.1 kg/km, 2003: 1 kg/km, growth: {rate: 1 %/year, every: month}, interpolate: linear}
        price: {2001: 12 EUR/kg, 2003: 13 EUR/kg, growth: {rate: wages, every: month}, interpolate: linear}
      helium: {use: 0.2 bottle/km, price: 9 USD/bottle}
      packing: {price: 1 USD/km}
      crew: {per_year: {2001: 5_000 EUR/year, 2003: 5_500 EUR/year, growth: {rate: wages, every: month}, interpolate: linear}}
  other: {product: single, capacity: 400 km/year, costs: {making: {price: 18 USD/km}}}
  bought: {product: single, capacity: 300 km/year, opens: 2001-04-01, cash_cost: 17 USD/km,
           purchase: {price: 8_000 USD, on: 2001-03-31, depreciation: {units: 1_500 km}}}
projects:
  line: {plant: works, adds: 600 km/year, capex: 20_000 USD, spend: {2001: 100 %}, complete: 2001-12-31, ramp: {linear: 6 months},
         cash_cost: {2001: 2 EUR/km, 2003: 3 EUR/km, growth: {rate: cpi, every: month}, interpolate: linear},
         depreciation: {units: 4_000 km}}
funding: {line: {bank: 8_000 USD, equity: rest}}
loans: {bank: {commitment: 10_000 USD, signed: 2001-01-31, matures: 6 years, rate: 7 %/year}}
working_capital: {receivables: 40 days, inventory: 30 days, payables: 45 days}
tax: {rate: 30 %}
opening: {cash: 9_000 USD, fixed_assets: {value: 5_000 USD, depreciation: {units: 30_000 km}}}
"""
"""Cost lines, yield, a plant of two products, and a project with a cash cost of its own."""

STEPS = """\
fibercap: 1
id: steps
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, minimum_cash: 0.5 million USD}
rates: {libor: {2000: 5 %/year, 2002: 4 %/year, 2003: 6 %/year}}
products: {fiber: {price: {2001: 45 USD/km, 2002: 38 USD/km, 2003: 28 USD/km, 2004: 60 USD/km}}}
plants: {works: {product: fiber, capacity: 400_000 km/year, cash_cost: 15 USD/km}}
loans:
  grid: {commitment: 4.4 million USD, signed: 2001-01-01, matures: 5 years, reserve: {covers: 6 months}, draws: {2001-01-01: 4 million USD},
         rate: {index: libor, margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 1 %/year}, middle: {below: 1.5, is: 1.5 %/year}}, else: 2 %/year, at_first: 2.25 %/year}},
         fees: {agency: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 5_000 USD/year}, middle: {below: 1.5, is: 10_000 USD/year}}, else: 15_000 USD/year, at_first: 20_000 USD/year}},
         sweep: {share: 5 %, while: {row: accounts.debt_to_ebitda_12m, above: {2001: 1.5, 2003: 1.2}}}}
  floor: {commitment: 4 million USD, signed: 2001-01-01, matures: 5 years, draws: {2001-01-01: 3 million USD},
          rate: {index: libor, floor: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 8 %/year}, middle: {below: 1.5, is: 8.5 %/year}}, else: 9 %/year, at_first: 9.5 %/year}},
          fees: {available_until: 2004-12-31, undrawn: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 0.3 %/year}, middle: {below: 1.5, is: 0.5 %/year}}, else: 0.6 %/year, at_first: 0.7 %/year}},
          sweep: {share: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 4 %}, middle: {below: 1.5, is: 6 %}}, else: 8 %, at_first: 3 %}, while: {row: accounts.cash, at_least: {2001: 5.6 million USD, 2003: 2.2 million USD}}}}
  cap: {commitment: 4.4 million USD, signed: 2001-01-01, matures: 5 years, draws: {2001-01-01: 4 million USD},
        rate: {index: libor, margin: 2 %/year, cap: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 3 %/year}, middle: {below: 1.5, is: 3.5 %/year}}, else: 4 %/year, at_first: 4.5 %/year}},
        fees: {guarantee: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 0.3 %/year}, middle: {below: 1.5, is: 0.5 %/year}}, else: 0.6 %/year, at_first: 0.7 %/year}},
        sweep: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 1.3, is: 4 %}, middle: {below: 1.5, is: 6 %}}, else: 8 %, at_first: 3 %}}
  dated: {commitment: 4 million USD, signed: 2001-01-01, matures: 5 years, draws: {2001-01-01: 3 million USD},
          rate: {index: libor, margin: 2 %/year, floor: {2001: 8 %/year, 2002: 2 %/year, interpolate: linear}},
          fees: {available_until: 2004-12-31, undrawn: {2001: 0.3 %/year, 2002: 0.5 %/year, interpolate: linear}, guarantee: {2001: 0.3 %/year, 2002: 0.5 %/year, interpolate: linear},
                 agency: {2001: 3_000 USD/year, 2002: 5_000 USD/year, interpolate: linear}},
          sweep: {2001: 5 %, 2003: 8 %, interpolate: linear}}
  less: {commitment: 4.4 million USD, signed: 2001-01-01, matures: 5 years, draws: {2001-01-01: 4 million USD}, rate: {index: libor, margin: 2 %/year, cap: {2001: 6.5 %/year, 2003: 7 %/year, interpolate: linear}},
         sweep: {share: {2001: 3 %, 2003: 6 %, interpolate: linear}, while: {row: accounts.debt_to_ebitda_12m, below: {2001: 1.6, 2003: 1.3}}}}
  most: {commitment: 4.4 million USD, signed: 2001-01-01, matures: 5 years, draws: {2001-01-01: 4 million USD}, rate: {index: libor, margin: {2001: 2 %/year, 2002: 1 %/year, interpolate: linear}}, prepayments: {2002-05-31: 0.2 million USD},
         prepayment_fee: {2001: 3 %, 2003: 1 %, interpolate: linear},
         sweep: {share: 4 %, while: {row: accounts.debt_to_ebitda_12m, at_most: {2001: 1.6, 2003: 1.3}}}}
projects: {line: {plant: works, adds: 40_000 km/year, capex: 20 million USD, spend: {2001-Q1: 100 %}, complete: 2001-03-31}}
funding: {line: {cash: rest}}
working_capital: {receivables: 30 days}
tax: {rate: 30 %}
opening: {cash: 3 million USD, fixed_assets: {value: 20 million USD, life: 8 years}}
company: {overhead: 3 million USD/year, gap: [equity]}
"""
"""Terms of loans over time, and in steps of a ratio."""

OWNERS = """\
fibercap: 1
id: owners
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, minimum_cash: 0.5 million USD}
products: {fiber: {price: {2001: 12 USD/km, 2002: 17 USD/km, 2003: 19 USD/km}}}
plants: {works: {product: fiber, capacity: 400_000 km/year, cash_cost: 10 USD/km, fixed_cost: 0.1 million USD/year, maintenance: 0.1 million USD/year}}
projects: {line: {plant: works, adds: 100_000 km/year, capex: 2 million USD, complete: 2001-12-31, fixed_cost: 0.05 million USD/year}}
working_capital: {receivables: 20 days, inventory: 10 days, payables: 10 days}
loans:
  bank: {commitment: 5 million USD, signed: 2000-12-31, fees: {agency: 10_000 USD/year, guarantee: 1 %/year}, matures: 5 years, rate: 8 %/year, draws: {2001-01-31: 4 million USD},
         reserve: {covers: 3 months}, repayment: {style: bullet}, covenants: {cover: {row: accounts.interest_cover_12m, at_least: 1.1, lock_up: 12, test: quarter}}}
  credit: {commitment: 1 million USD, signed: 2001-01-31, matures: 4 years, rate: 9 %/year, rank: 2, reserve: {covers: 6 months, filled_from: uses}}
funding: {line: {cash: available, credit: 0.2 million USD, equity: rest}}
company: {overhead: 0.1 million USD/year, gap: [equity], equity: {2001-12-31: 0.2 million USD}, equity_limit: 0.3 million USD, payouts: {every: quarter, first: 2001-09-30, share: 50 %, keep: 1 million USD}}
opening: {cash: 0.6 million USD, paid_in_capital: 2.5 million USD, receivables: 0.4 million USD, payables: 0.2 million USD, inventory: 0.1 million USD,
          other_assets: 0.1 million USD}
tax: {rate: 30 %}
"""
"""What owners pay and are paid."""
