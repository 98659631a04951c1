"""Plants, projects and loans in other currencies: flows at the average, what is owed at the closing rate, books tied."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from fibercap.core.currencies import PER_EURO
from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import disagreements

DEM_PER_EUR = PER_EURO["DEM"]

PLAN = """\
fibercap: 1
horizon: {from: 2000, to: 2003, step: month}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
exchange:
  EUR: {average: {2000: 0.90 USD/EUR, 2001: 0.80 USD/EUR, 2002: 1.10 USD/EUR},
        closing: {2000: 0.95 USD/EUR, 2001: 0.85 USD/EUR, 2002: 1.20 USD/EUR}}
products: {f: {price: 60 EUR/km}}
plants:
  jena: {product: f, capacity: 100_000 km/year, cash_cost: 30 EUR/km, fixed_cost: 1 million DEM/year,
         maintenance: 100_000 EUR/year}
projects:
  line: {plant: jena, adds: 50_000 km/year, capex: 5 million EUR, spend: {2000: 100 %}, complete: 2000-12-31,
         fixed_cost: 200_000 EUR/year}
loans:
  bank: {commitment: 4 million EUR, signed: 2000-02-15, matures: 6 years, rate: 6 %/year, grace: 1 year,
         fees: {upfront: 1 %, undrawn: 0.5 %/year}}
  old: {outstanding: 2 million DEM, remaining: 30 months, rate: 5 %/year}
funding:
  line: {grant: 20 %, bank: 3 million EUR, equity: rest}
opening: {cash: 5 million USD, fixed_assets: 3 million USD}
tax: {rate: 35 %}
"""


def value_at(projection: Projection, path: str) -> Any:
    return projection.value(path)[0]


@pytest.fixture(scope="module")
def plan() -> Projection:
    return project(scenario_of(PLAN))


def test_formulas_agree_and_the_books_tie(plan: Projection) -> None:
    assert disagreements(plan) == []
    assert plan.laws["balance"] < 1e-6


def test_flows_are_translated_at_the_average_of_their_period(plan: Projection) -> None:
    assert plan.by("plants.jena.revenue")["2000"][0] == pytest.approx(100_000 * 60 * 0.90)
    assert plan.by("plants.jena.revenue")["2001"][0] == pytest.approx(150_000 * 60 * 0.80)
    fixed = (1e6 / DEM_PER_EUR + 200_000) * 0.80
    assert plan.by("plants.jena.fixed_cost")["2001"][0] == pytest.approx(fixed)
    assert plan.by("projects.line.capex")["2000"][0] == pytest.approx(5e6 * 0.90)


def test_fixed_assets_stay_at_the_rate_of_the_day(plan: Projection) -> None:
    cost = (5e6 * 0.8) * 0.90
    assert value_at(plan, "projects.line.cost_to_date")[-1] == pytest.approx(cost)
    assert plan.by("projects.line.depreciation")["2002"][0] == pytest.approx(cost / 10)


def test_debt_is_owed_at_the_closing_rate_and_revalued(plan: Projection) -> None:
    foreign, owed = value_at(plan, "loans.bank.own.closing"), value_at(plan, "loans.bank.closing")
    assert value_at(plan, "loans.bank.draws").sum() == pytest.approx(3e6 * 0.90)
    assert owed[11] == pytest.approx(foreign[11] * 0.95)
    assert owed[-1] == pytest.approx(foreign[-1] * 1.20)
    moved = owed[1:] - owed[:-1] - value_at(plan, "loans.bank.draws")[1:] + value_at(plan, "loans.bank.principal")[1:]
    assert value_at(plan, "loans.bank.closing_revaluation")[1:] == pytest.approx(moved, abs=1e-6)


def test_the_exchange_result_is_what_revaluation_costs(plan: Projection) -> None:
    parts = [f"loans.{name}.{of}_revaluation" for name in ("bank", "old") for of in ("closing", "accrued")]
    assert value_at(plan, "accounts.exchange_result") == pytest.approx(-sum(value_at(plan, part) for part in parts))
    assert plan.by("accounts.exchange_result")["2001"][0] > 0  # the euro fell, debt with it
    assert plan.by("accounts.exchange_result")["2002"][0] < 0


def test_marks_are_a_fixed_part_of_the_euro(plan: Projection) -> None:
    ratio = value_at(plan, "exchange.EUR.average") / value_at(plan, "exchange.DEM.average")
    assert ratio == pytest.approx(DEM_PER_EUR)
    assert value_at(plan, "loans.old.opening")[0] == pytest.approx(2e6 / DEM_PER_EUR * 0.95)


def test_the_schedule_stays_in_the_loans_own_money(plan: Projection) -> None:
    assert plan.rows["loans.bank.schedule.payment"].unit == "EUR"
    assert value_at(plan, "loans.bank.schedule.drawn").sum() == pytest.approx(3e6)
    assert plan.rows["loans.bank.interest"].unit == "USD"
    by_name = measures(plan)
    assert by_name["total_interest"].unit == "USD"
    assert by_name["all_in_cost.bank"].value is not None


def test_a_rate_of_one_changes_nothing() -> None:
    """Everything in euro at 1 USD per EUR is the same plan as everything in dollars."""
    flat = PLAN.replace(
        PLAN[PLAN.index("exchange:") : PLAN.index("products:")], "exchange: {EUR: {average: 1 USD/EUR}}\n"
    )
    dollars = flat.replace("exchange: {EUR: {average: 1 USD/EUR}}\n", "").replace(" EUR", " USD")
    marks = {"1 million DEM": f"{1e6 / PER_EURO['DEM']!r} USD", "2 million DEM": f"{2e6 / PER_EURO['DEM']!r} USD"}
    for old, new in marks.items():
        dollars = dollars.replace(old, new)
    ours, plain = project(scenario_of(flat)), project(scenario_of(dollars))

    for path in ("accounts.cash", "accounts.net_income", "accounts.debt", "accounts.total_assets", "accounts.dscr"):
        assert ours.value(path) == pytest.approx(plain.value(path), rel=1e-9, abs=1e-4, nan_ok=True)
    one, other = measures(ours), measures(plain)
    for name in ("project_npv", "equity_irr", "total_interest", "peak_debt", "all_in_cost", "capacity_cost"):
        assert one[name].value == pytest.approx(other[name].value)


def test_a_drawn_rate_of_exchange_is_a_batch() -> None:
    scenario = scenario_of(PLAN)
    samples = {
        "exchange.EUR.average.2001": Quantity(np.array([[0.7], [0.9]]), "USD/EUR"),
        "plants.jena.cash_cost": Quantity(np.array([[28.0], [31.0]]), "EUR/km"),
    }
    batch = project(scenario.with_samples(samples))

    assert disagreements(batch) == []
    alone = project(scenario.with_samples({path: value[1:] for path, value in samples.items()}))
    assert batch.value("accounts.cash")[1] == pytest.approx(alone.value("accounts.cash")[0])


@pytest.mark.long
def test_jena_in_euro_is_near_the_base_case_and_dearer_later() -> None:
    euro, base = project(read("jena_in_euro")), project(read("fibercore"))

    assert euro.by("plants.jena.variable_cost")["2001"][0] < base.by("plants.jena.variable_cost")["2001"][0]
    assert euro.by("plants.jena.variable_cost")["2004"][0] > 1.2 * base.by("plants.jena.variable_cost")["2004"][0]
    german = project(read("jena_in_euro", "german_bank"))
    assert german.rows["loans.german_bank.schedule.payment"].unit == "DEM"
    assert abs(value_at(german, "accounts.exchange_result")).sum() > 0
    assert disagreements(german) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("exchange:", "note:", "unknown"),
        ("price: 60 EUR/km", "price: 60 BRL/km", "found `60 BRL/km`, in BRL without an exchange rate"),
        ("average: {2000: 0.90", "average: {2001-06: 0.90", "a series that starts at 2001"),
        ("  EUR: {", "  EURO: {", "the unknown currency `EURO`"),
        ("2000: 0.95 USD/EUR", "2000: 0.95 EUR/USD", "wanted USD per unit of another currency"),
        ("2000: 0.95 USD/EUR", "2000: 1.9 BRL/EUR", "wanted USD per unit of another currency"),
        ("2000: 0.95 USD/EUR", "2000: 0.95 USD/BRL", "found a rate of BRL, wanted one of EUR"),
        ("cash: 5 million USD", "cash: 5 million EUR", "found an amount in EUR, wanted one in USD"),
        ("bank: 3 million EUR", "bank: 3 million USD", "found an amount in USD, wanted one in EUR"),
        ("undrawn: 0.5 %/year", "agency: 9 USD/year", "found an amount in USD, wanted one in EUR"),
        ("price: 60 EUR/km", "price: {2000: 60 EUR/km, 2002: 55 USD/km}", "found a value in USD, wanted one in EUR"),
        ("grace: 1 year", "sweep: 50 %", "a loan in EUR that depends on cash in USD"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(old: str, new: str, message: str) -> None:
    assert old in PLAN
    if message == "unknown":
        text, message = PLAN[: PLAN.index("exchange:")] + PLAN[PLAN.index("products:") :], "without an exchange rate"
    else:
        text = PLAN.replace(old, new)

    with pytest.raises(ScenarioError, match=re.escape(message)):
        scenario_of(text)


def test_an_amount_that_must_be_at_home_is_not_told_of_rates() -> None:
    """A rate of exchange would not help."""
    with pytest.raises(ScenarioError, match="found an amount in CHF") as error:
        scenario_of(PLAN.replace("money: {", "money: {minimum_cash: 1 million CHF, "))

    (problem,) = error.value.problems
    assert problem.render().endswith("found an amount in CHF, wanted one in USD; the company reports in it")


def test_a_missing_rate_is_one_error_that_counts_the_inputs_that_need_it() -> None:
    text = PLAN[: PLAN.index("exchange:")] + PLAN[PLAN.index("products:") :]

    with pytest.raises(ScenarioError, match="without an exchange rate") as error:
        scenario_of(text)

    problems = [problem for problem in error.value.problems if problem.code == "other_currency"]
    assert [problem.path for problem in problems] == ["products.f.price", "plants.jena.fixed_cost"]
    for problem, currency in zip(problems, ("EUR", "DEM"), strict=True):
        others = text.count(currency) - 1
        assert problem.hint.endswith(f"or convert it; it stands in {others} more input{'s' * (others > 1)}")
