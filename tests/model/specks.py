"""Plans in which something of no worth stands beside ten billion: what rounding leaves must decide nothing."""

LOAN_OF_WHAT_ROUNDING_LEAVES = """\
fibercap: 1
horizon: {from: 2001, to: 2006}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km, demand: 150_000 km/year}}
plants:
  works: {product: fiber, capacity: 200_000.1 km/year, cash_cost: 20.3 USD/km, utilization: 97.3 %}
  other: {product: fiber, capacity: 33_333.3 km/year, cash_cost: 21 USD/km}
projects: {line: {plant: works, adds: 77_777.7 km/year, capex: 5_123_457.89 USD, complete: 2001-12-31}}
loans:
  bank: {commitment: 9e9 USD, signed: 2001-01-15, matures: 3 years, rate: 8 %/year}
  left: {commitment: 9e9 USD, signed: 2001-01-01, matures: 4 years, rate: 8 %/year}
funding: {line: {bank: 15.6 %, equity: 14.6 %, cash: 69.8 %, left: rest}}
tax: {rate: 30 %}
"""

SPECK_OF_A_PROJECT = """\
fibercap: 1
horizon: {from: 2001, to: 2006, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
exchange: {EUR: {average: {2001: 0.91 USD/EUR, 2003: 0.97 USD/EUR}}, DEM: {average: 0.5 USD/DEM}}
products: {fiber: {price: 120 USD/km}}
plants: {works: {product: fiber, capacity: 20_000_000 km/year, cash_cost: 60.1 USD/km, utilization: 97.3 %}}
projects:
  speck: {plant: works, adds: 70_000.7 km/year, capex: 2.8e-9 USD, complete: 2001-12-31}
  big: {plant: works, adds: 1 km/year, capex: 3e9 USD, complete: 2002-12-31}
loans:
  bank: {commitment: 30 million EUR, signed: 2001-01-15, matures: 3 years, rate: 8 %/year,
         fees: {agency: 10_000 EUR/year, undrawn: 1 %/year}}
  mark: {commitment: 1 million DEM, signed: 2001-01-15, matures: 3 years, rate: 8 %/year, draws: {2001-01-20: 1e-9 DEM},
         fees: {agency: 10_000 DEM/year}}
funding:
  speck: {include_financing_costs: true, bank: 33.3 %, grant: 1e-9 USD, equity: rest}
  big: {order: pro_rata, grant: 1 %, bank: 10 million EUR, equity: 50 %, cash: 48 %}
tax: {rate: 30 %}
"""

REST_OF_A_LOAN = """\
fibercap: 1
horizon: {from: 2001, to: 2005}
money: {report_in: USD, discount_rate: 10 %/year, minimum_cash: 1 USD}
products: {fiber: {price: 1 USD/km}}
plants: {works: {product: fiber, capacity: 120e9 km/year, cash_cost: 1 USD/km, utilization: 97.3 %}}
projects: {line: {plant: works, adds: 1e-9 km/year, capex: 1e-9 USD, complete: 2001-12-31}}
loans:
  term: {commitment: 1 million USD, signed: 2001-01-31, matures: 4 years, rate: 7 %/year, payments: {every: month},
         draws: {2001-01-31: 333_333.33 USD}, prepayments: {2003-02-28: 159_722.2206249972 USD},
         repayment: {style: equal_principal}, fees: {agency: 10_000 USD/year, guarantee: 1 %/year}}
  revolving: {commitment: 5e9 USD, signed: 2001-01-01, matures: 6 years, rate: 9 %/year, repayment: {style: revolver},
              fees: {agency: 500 USD/year}}
funding: {line: {equity: 10 %, cash: rest}}
company: {gap: [revolver, equity], dividends: {2003-12-31: 1e-9 USD}, equity: {2001-06-30: 1e-9 USD}}
working_capital: {receivables: 47 days, inventory: 31 days, payables: 78 days}
tax: {rate: 30 %}
"""

SPECKS = {
    "loan_of_what_rounding_leaves": LOAN_OF_WHAT_ROUNDING_LEAVES,
    "speck_of_a_project": SPECK_OF_A_PROJECT,
    "rest_of_a_loan": REST_OF_A_LOAN,
}
