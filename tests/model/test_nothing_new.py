"""The company that does nothing new: a part of a contract is the contract in proportion, and nothing new is bought."""

import numpy as np
import pytest

from fibercap.core.quantity import Quantity
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.measures.all_measures import measures
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2006, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2003: 1 USD/EUR}}}
products: {fiber: {price: 40 USD/km}}
plants:
  works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}
  other: {product: fiber, capacity: 60_000 km/year, cash_cost: 22 USD/km, opens: 2001-07-01,
          purchase: {price: 4 million USD, on: 2001-06-30, life: 10 years}}
projects: {line: {plant: works, adds: 50_000 km/year, capex: 6 million USD, spend: {2001-Q2: 100 %}, complete: 2001-06-30}}
loans:
  bank: {commitment: 10 million USD, signed: 2001-01-01, matures: 7 years, rate: 8 %/year, TERMS}
funding: {line: {bank: 6 million USD}, other: {bank: 4 million USD}}
opening: {cash: 20 million USD}
tax: {rate: 30 %}
"""
TERMS = (
    "fees: {agency: 100_000 USD/year, undrawn: 1 %/year, upfront: 1 %}",
    "repayment: {style: level, balloon: 3 million USD}",
    "repayment: {style: equal_principal, balloon: 3 million USD}, fees: {agency: 50_000 USD/year}",
    "repayment: {style: fixed_payment, payment: 400_000 USD}",
    "repayment: {style: fixed_payment, payment: 400_000 USD}, prepayments: {2003-02-15: 1 million USD}, after_prepayment: recast",
    "repayment: {style: custom, schedule: {2003-01-01: 3 million USD, 2005-01-01: 5 million USD, 2008-01-01: 2 million USD}}",
    "repayment: {style: custom, schedule: {2003-01-01: 30 %, 2008-01-01: 70 %}}, prepayments: {2002-05-15: 2 million USD}",
)
ROWS = ("draws", "interest", "fees", "upfront_fee", "interest_paid", "scheduled", "principal", "closing", "accrued")


def with_terms(terms: str) -> Scenario:
    return scenario_of(PLAN.replace("TERMS", terms))


def loan_rows(projection: Projection, name: str, prefix: str = "") -> dict[str, np.ndarray]:
    return {key: projection.value(f"{prefix}loans.{name}.{key}")[0] for key in ROWS}


@pytest.mark.parametrize("terms", TERMS)
def test_a_part_of_a_contract_is_the_contract_in_proportion(terms: str) -> None:
    """The purchase takes 4 of 10 million in the very quarter in which the project takes the rest."""
    projection = project(with_terms(terms))

    full, part = loan_rows(projection, "bank"), loan_rows(projection, "bank", "without_projects.")
    for key in ROWS:
        assert part[key] == pytest.approx(0.4 * full[key], rel=1e-9, abs=1e-6), key
    assert full["closing"].max() == pytest.approx(10e6)
    assert disagreements(projection) == []


def test_a_loan_of_purchases_alone_is_paid_as_agreed() -> None:
    """It is not all drawn; what its commitment is cut to changes none of its payments."""
    terms = "repayment: {style: fixed_payment, payment: 90_000 USD}, fees: {agency: 7_000 USD/year}"
    text = PLAN.replace("TERMS", terms).replace("{line: {bank: 6 million USD}, other", "{line: {equity: rest}, other")
    projection = project(scenario_of(text))

    assert projection.value("loans.bank.closing").max() == pytest.approx(4e6)
    full, part = loan_rows(projection, "bank"), loan_rows(projection, "bank", "without_projects.")
    for key in set(ROWS) - {"fees", "accrued"}:
        assert part[key] == pytest.approx(full[key], abs=1e-6), key
    assert part["fees"][2:] == pytest.approx(full["fees"][2:])


def test_a_drawn_contract_is_cut_as_its_members_are() -> None:
    plan = with_terms("repayment: {style: fixed_payment, payment: 400_000 USD}, fees: {agency: 100_000 USD/year}")
    samples = {
        "loans.bank.repayment.payment": Quantity(np.array([[300_000.0], [500_000.0]]), "USD"),
        "funding.other.bank": Quantity(np.array([[1e6], [3e6]]), "USD"),
    }
    batch = project(plan.with_samples(samples))

    for number in range(2):
        alone = project(plan.with_samples({path: value[number : number + 1] for path, value in samples.items()}))
        for row in ("loans.bank.closing", "loans.bank.fees", "accounts.cash"):
            path = f"without_projects.{row}"
            assert batch.value(path)[number] == pytest.approx(alone.value(path)[0], abs=1e-6)
    assert disagreements(batch) == []


THIRD = """\
third: {product: fiber, capacity: 30_000 km/year, cash_cost: 21 USD/km, opens: 2002-07-01,
          purchase: {price: 3 million USD, on: 2002-06-30, life: 10 years}}"""
OPTIONS = f"""\
options:
  as_it_is: {{}}
  dearer: {{change: {{loans.bank.repayment.payment: 450_000 USD, loans.bank.fees.agency: 200_000 USD/year}}}}
  buys:
    add:
      plants.{THIRD}
      funding.third: {{equity: rest}}
"""
FIXED = "repayment: {style: fixed_payment, payment: 400_000 USD}, fees: {agency: 100_000 USD/year}"


def test_what_only_an_option_buys_is_something_new() -> None:
    plan = scenario_of(PLAN.replace("TERMS", FIXED) + OPTIONS)
    plain, buys = (project(plan.with_option(name)) for name in ("as_it_is", "buys"))

    rows = [path for path in plain.rows if path.startswith("without_projects.")]
    for path in rows:
        assert buys.value(path)[0] == pytest.approx(plain.value(path)[0], abs=1e-6, nan_ok=True), path
    assert not any(path.startswith("without_projects.plants.third.") for path in buys.rows)
    worth, other = measures(plain), measures(buys)
    assert other["project_npv"].value == pytest.approx(worth["project_npv"].value)
    factor = plain.value("returns.discount_factor")[0]
    more = ((buys.value("returns.owners_flow") - plain.value("returns.owners_flow"))[0] * factor).sum()
    assert abs(more) > 1e5
    assert other["equity_npv"].value == pytest.approx(worth["equity_npv"].value + more)
    assert disagreements(buys) == []


def test_a_plant_that_is_bought_as_the_plan_is_written_stays() -> None:
    projection = project(with_terms(FIXED))

    assert projection.value("without_projects.accounts.purchases").sum() == pytest.approx(4e6)


def test_plans_that_were_written_otherwise_share_no_reference() -> None:
    """Once the project asks the loan too, its fee is cut; written into the plan, the plant is bought."""
    plan = scenario_of(PLAN.replace("TERMS", FIXED).replace("{line: {bank: 6 million USD}", "{line: {equity: rest}"))
    other = plan.with_changes(Branch({"add": Branch({"funding.line.bank": Leaf("6 million USD")})}))
    known = project(plan)
    before, after = (each.value("without_projects.loans.bank.fees") for each in (known, project(other, like=known)))
    bought = scenario_of(PLAN.replace("TERMS", FIXED).replace("plants:\n", f"plants:\n  {THIRD}\n"))

    assert before[0, :4] == pytest.approx(25_000, rel=0.02)
    assert after[0, :4] == pytest.approx(0.4 * before[0, :4])
    assert project(bought).value("without_projects.accounts.purchases").sum() == pytest.approx(7e6)
