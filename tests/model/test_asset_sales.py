"""Assets that are sold: what leaves the books, what is earned and taxed, and what stops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.studies.plan_warnings import warnings
from fibercap.views.statement_lines import statement_lines
from fibercap.views.terminal.explain import explain_lines
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, differences, spoilt
from tests.sheets import disagreements as unlike

CASE = """\
fibercap: 1
horizon: {{from: 2000, to: 2005, step: year}}
money: {{report_in: USD, discount_rate: 10 %/year, valuation_date: 2000-12-31}}
products: {{a: {{price: 2.5 USD/km}}}}
plants: {{p: {{product: a, capacity: {capacity} km/year, cash_cost: 1 USD/km}}}}
projects: {{m: {{plant: p, adds: 1000 km/year, spend: {{2000: 100 %}}, complete: 2000-12-31, {terms}}}}}
tax: {{rate: {rate}}}
opening: {{cash: 100_000 USD}}
"""
PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2006, step: {step}}}
money: {{report_in: USD, discount_rate: 10 %/year, terminal_value: book}}
exchange: {{EUR: {{average: 0.9 USD/EUR}}}}
products: {{fiber: {{price: 45 USD/km}}}}
plants:
  works: {{product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km, maintenance: 0.4 million USD/year}}
  bought: {{product: fiber, capacity: 100_000 km/year, opens: 2001-07-01, cash_cost: 20 USD/km, fixed_cost: 0.2 million USD/year,
            purchase: {{price: 6 million USD, on: 2001-06-30, life: 66 months, sold: {{on: 2005-02-28, price: 2 million EUR}}}}}}
projects:
  line: {{plant: works, adds: 150_000 km/year, capex: 12 million USD, complete: 2001-10-17, spend: {{from: 2001-03}}, life: 5 years,
         residual: 10 %, ramp: {{linear: 9 months}}, fixed_cost: 0.3 million USD/year,
         sold: {{on: {on}, price: 3 million USD}}}}
loans:
  bank: {{commitment: 9 million USD, signed: 2001-01-03, matures: 8 years, rate: 8 %/year, repayment: {{style: bullet}}}}
funding: {{line: {{grant: 1 million USD, bank: 8 million USD, equity: rest, include_financing_costs: true}}, bought: {{equity: rest}}}}
tax: {{rate: 30 %}}
opening: {{cash: 9 million USD, fixed_assets: {{value: 5 million USD, life: 70 months, sold: {{on: 2003-06-30, price: 4 million USD}}}}}}
options: {{dear: {{change: {{projects.line.sold.price: 5 million USD}}}}}}
"""
SOLD = ("projects.line", "plants.bought.purchased", "opening")


def case(terms: str, rate: str = "40 %", capacity: int = 0) -> Projection:
    return project(scenario_of(CASE.format(terms=terms, rate=rate, capacity=capacity), "plan.yaml"))


def plan(step: str = "quarter", on: str = "2004-05-05") -> Projection:
    return project(scenario_of(PLAN.format(step=step, on=on), "plan.yaml"))


def test_a_sale_at_the_end_is_worth_what_the_book_prints() -> None:
    """R09: 5,000 over five years, 1,500 a year, 40 %, 10 %, sold at 5,000 at the end."""
    kept, sold = (
        case(f"capex: 5_000 USD, life: 5 years{more}") for more in ("", ", sold: {on: 2005-12-31, price: 5_000 USD}")
    )

    assert kept.measures["project_npv"].values == pytest.approx(-71.9772, abs=5e-5)
    assert sold.measures["project_npv"].values == pytest.approx(1_790.79, abs=5e-3)


@pytest.mark.parametrize(
    ("terms", "rate", "book", "cash"),
    [  # the sources are in docs/validation.md
        ("capex: 250_000 USD, depreciation: {table: {1 year: 20 %, 2 years: 32 %, 3 years: 19.2 %, 4 years: 28.8 %}}, "
         "sold: {on: 2003-12-31, price: 75_000 USD}", "40 %", 72_000, 73_800),
        ("capex: 160_000 USD, depreciation: {table: {1 year: 20 %, 2 years: 32 %, 3 years: 19.2 %, 4 years: 11.52 %, "
         "6 years: 17.28 %}}, sold: {on: 2004-12-31, price: 10_000 USD}", "34 %", 27_648, 16_000.32),
    ],
)  # fmt: skip
def test_a_published_sale_leaves_the_printed_cash_after_tax(terms: str, rate: str, book: float, cash: float) -> None:
    projection = case(terms, rate, 10_000_000)
    sale, disposed = (projection.value(f"projects.m.{row}")[0].sum() for row in ("sale", "disposed"))

    assert disposed == pytest.approx(book)
    assert sale - float(rate[:2]) / 100 * (sale - disposed) == pytest.approx(cash, abs=0.005)
    assert projection.value("accounts.gain_on_sales")[0].sum() == pytest.approx(sale - disposed)


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
@pytest.mark.parametrize("on", ["2001-10-17", "2001-12-31", "2004-05-05", "2006-12-31"])
def test_nothing_of_what_is_sold_is_left_and_formulas_are_kernels(step: str, on: str) -> None:
    projection = plan(step, on)

    assert disagreements(projection) == []
    for asset in SOLD:
        rows = {
            key: projection.value(f"{asset}.{key}")[0] for key in ("sale", "disposed", "depreciation", "book_value")
        }
        index = int(np.argmax(rows["sale"] > 0))
        assert (rows["sale"] > 0).sum() == 1
        assert rows["book_value"][index:] == pytest.approx(0.0, abs=1e-6)
        assert rows["depreciation"][index + 1 :] == pytest.approx(0.0)
    assert projection.value("plants.bought.purchased.sale").sum() == pytest.approx(1.8e6)


def test_what_is_sold_makes_and_costs_nothing_more() -> None:
    projection = plan("month")
    labels = list(projection.timeline.labels)
    nameplate, cost = projection.value("plants.works.nameplate")[0], projection.value("plants.works.fixed_cost")[0]
    other = projection.value("plants.bought.shipments")[0]

    assert nameplate[labels.index("2004-04")] == 450_000
    assert nameplate[labels.index("2004-05")] == 300_000
    assert cost[labels.index("2004-06") :] == pytest.approx(0.0)
    assert other[labels.index("2005-02")] > 0
    assert other[labels.index("2005-03") :] == pytest.approx(0.0)


def test_the_gain_is_income_and_the_price_is_cash_from_investing() -> None:
    projection = plan("year")
    value = {
        key: projection.value(f"accounts.{key}")[0]
        for key in ("ebit", "ebitda", "depreciation", "gain_on_sales", "asset_sales")
    }

    assert value["ebit"] == pytest.approx(value["ebitda"] - value["depreciation"] + value["gain_on_sales"])
    lines = {line.path for title in ("Income", "Cash flow") for line, _ in statement_lines(projection, title)}
    assert {"accounts.gain_on_sales", "accounts.asset_sales"} <= lines
    assert any("sold" in line for line in explain_lines(explain(projection, "projects.line.disposed", "2004")))


@pytest.mark.long
@settings(max_examples=15)
@given(price=st.integers(0, 30), month=st.integers(1, 12), rate=st.integers(0, 60))
def test_price_less_tax_on_the_gain_is_what_a_sale_brings(price: int, month: int, rate: int) -> None:
    """The sale after completion, its price and the tax on it: what is owned then grows by price less tax on the gain."""
    day = f"2003-{month:02d}-28"
    terms = "capex: 5_000 USD, life: 8 years, sold: {{on: {}, price: {}_000 USD}}"
    one, other = (case(terms.format(day, amount), f"{rate} %", 1_000_000) for amount in (price, 31))
    cash = (other.value("accounts.cash") - one.value("accounts.cash"))[0, -1]

    assert cash == pytest.approx((31 - price) * 1000 * (1 - rate / 100))


def test_samples_of_a_price_are_those_of_single_plans() -> None:
    scenario, prices = plan().scenario, np.array([[1e6], [4e6]])
    batch = project(scenario.with_samples({"projects.line.sold.price": Quantity(prices, "USD")}))

    assert disagreements(batch) == []
    for number, price in enumerate(prices):
        overlay = Branch({"change": Branch({"projects.line.sold.price": Leaf(f"{price[0]} USD")})})
        single = project(scenario.with_changes(overlay, "price"))
        assert batch.value("accounts.cash")[number] == pytest.approx(single.value("accounts.cash")[0])


@pytest.mark.long
def test_a_sale_is_live_in_the_workbook(tmp_path: Path) -> None:
    scenario = plan("year").scenario
    content = workbook(scenario, "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert unlike(sheets, project(scenario), "as written") == []


def test_the_levelized_cost_is_the_price_without_worth() -> None:
    terms = "capex: 5_000 USD, life: 8 years, sold: {on: 2004-12-31, price: 1_000 USD}"
    text = CASE.format(terms=terms, rate="40 %", capacity=1_000_000).replace(
        "valuation", "terminal_value: book, valuation"
    )
    cost = project(scenario_of(text)).measures["levelized_cost"].values
    fair = project(scenario_of(text.replace("price: 2.5 USD/km", f"price: {float(cost[0])!r} USD/km")))

    assert fair.measures["project_npv"].values == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("sold: {on: 2000-06-30, price: 1 USD}", "one not before completion, delay included"),
        ("delay: 13 months, sold: {on: 2001-12-31, price: 1 USD}", "one not before completion, delay included"),
        ("sold: {on: 2006-06-30, price: 1 USD}", "a day from 2000-01-01 to 2005-12-31"),
        ("sold: {on: 2004-06-30, price: -1 USD}", "at least 0 USD"),
        ("sold: {on: 2004-06-30}", "price"),
    ],
)
def test_a_sale_that_cannot_be_is_refused(terms: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        case(f"capex: 5_000 USD, life: 5 years, {terms}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2005-02-28", "2001-06-29", "one from 2001-06-30 on"),
        ("2001-07-01", "2005-06-01", "one from 2005-06-01 on, when the plant opens"),
    ],
)
def test_a_plant_is_not_sold_before_it_makes_anything(old: str, new: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario_of(PLAN.format(step="year", on="2004-05-05").replace(old, new))


def test_a_project_that_a_sold_plant_leaves_behind_is_warned_of() -> None:
    text = PLAN.format(step="year", on="2004-05-05").replace("line: {plant: works", "line: {plant: bought")
    at_sold_plant = "`bought` is sold on 2005-02-28 and `line`, which stands there, is not"

    assert not any(at_sold_plant in message for message in warnings(project(scenario_of(text))))
    left = text.replace("sold: {on: 2004-05-05, price: 3 million USD}", "delay: 0 months").replace(
        "options: {dear", "claims: {}\n# {dear"
    )
    assert any(at_sold_plant in message for message in warnings(project(scenario_of(left))))


def test_a_purchase_is_not_sold_before_it_is_bought() -> None:
    with pytest.raises(ScenarioError, match="one from 2001-06-30 on"):
        scenario_of(PLAN.format(step="year", on="2004-05-05").replace("2005-02-28", "2001-05-31"))
