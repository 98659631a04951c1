"""The workbook of plans whose loans pay for projects and purchases, and whose options buy plants."""

from pathlib import Path

import pytest

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.workbook import workbook
from tests.model.test_nothing_new import FIXED, OPTIONS, PLAN
from tests.sheets import Recalculator, disagreements, spoilt
from tests.views.test_workbook import recalculate

DOLLARS = PLAN.replace("TERMS", FIXED) + OPTIONS
EUROS = (
    DOLLARS.replace("400_000 USD", "400_000 EUR")
    .replace("450_000 USD", "450_000 EUR")
    .replace("00_000 USD/year}", "00_000 EUR/year}")
    .replace("commitment: 10 million USD", "commitment: 10 million EUR")
    .replace(
        "{bank: 6 million USD}, other: {bank: 4 million USD}",
        "{bank: 6 million EUR, equity: rest}, other: {bank: 4 million EUR}",
    )
)
STAGED = """\
  staged:
    remove: [loans.bank.repayment]
    add:
      loans.bank.repayment: {style: custom, schedule: {2003-01-01: 3 million USD, 2008-01-01: 7 million USD}}
      loans.bank.prepayments: {2002-05-15: 1 million USD}
"""


@pytest.mark.long
@pytest.mark.parametrize("text", [DOLLARS + STAGED, EUROS], ids=["USD", "EUR"])
def test_the_workbook_cuts_contracts_and_leaves_new_plants_out(text: str, tmp_path: Path) -> None:
    plan = scenario_of(text)
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    for name in plan.options:
        assert disagreements(recalculate(calculator, name), project(plan.with_option(name)), name) == []


def test_owners_have_no_rate_of_return_without_projects_even_if_they_pay(tmp_path: Path) -> None:
    plan = scenario_of("""\
fibercap: 1
id: base
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: 25 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
options: {owners: {add: {company.equity: {2001-06-30: 1 million USD}, company.dividends: {2003-06-30: 2 million USD}}}}
""")
    projection = project(plan.with_option("owners"))
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    assert projection.value("returns.equity_paid").min() == -1e6
    assert disagreements(recalculate(calculator, "owners"), projection, "owners") == []
