"""Interest and fees during construction, funded with the project and put into its cost."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.funding import settling_costs
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
horizon: {from: 2000, to: 2004, step: month}
money: {report_in: USD}
products: {f: {price: 60 USD/km}}
plants: {p: {product: f, capacity: 200_000 km/year, cash_cost: 30 USD/km}}
projects:
  line: {plant: p, adds: 200_000 km/year, capex: 20 million USD, spend: {2000: 50 %, 2001: 50 %}, complete: 2001-12-31}
  other: {plant: p, adds: 50_000 km/year, capex: 6 million USD, spend: {2001: 40 %, 2002: 60 %}, complete: 2002-12-31}
loans:
  bank: {commitment: 20 million USD, signed: 2000-01-15, matures: 8 years, rate: 8 %/year, grace: 2 years,
         fees: {upfront: 1 %, undrawn: 0.5 %/year}}
funding:
  line: {bank: 70 %, equity: rest, include_financing_costs: true}
  other: {bank: 1 million USD, equity: rest}
opening: {cash: 5 million USD}
tax: {rate: 35 %}
"""


def value_at(projection: Projection, path: str) -> Any:
    return projection.value(path)[0]


def test_sources_equal_uses_and_the_bank_pays_its_share_of_all() -> None:
    projection = project(scenario_of(PLAN))
    uses, costs = value_at(projection, "funding.line.uses"), value_at(projection, "funding.line.financing_costs")

    assert disagreements(projection) == []
    assert costs.sum() > 0.5e6
    assert uses.sum() == pytest.approx(20e6 + costs.sum())
    assert value_at(projection, "funding.line.bank").sum() == pytest.approx(0.7 * uses.sum())
    assert projection.laws["financing_costs"] < 1e-6
    assert projection.laws["balance"] < 1e-6


def test_costs_are_what_the_loan_costs_up_to_completion() -> None:
    projection = project(scenario_of(PLAN))
    share = value_at(projection, "funding.line.bank.share")[0]
    cost: Any = sum(value_at(projection, f"loans.bank.{key}") for key in ("interest", "fees", "upfront_fee"))

    assert share == pytest.approx(
        value_at(projection, "funding.line.bank").sum() / value_at(projection, "loans.bank.draws").sum()
    )
    assert value_at(projection, "funding.line.financing_costs")[:24] == pytest.approx(share * cost[:24])
    assert (value_at(projection, "funding.line.financing_costs")[24:] == 0).all()


def test_they_go_into_the_asset_and_not_into_income() -> None:
    built, plain = project(scenario_of(PLAN)), project(scenario_of(PLAN.replace(": true}", ": false}")))
    costs = value_at(built, "funding.line.financing_costs").sum()

    assert value_at(built, "projects.line.cost_to_date")[-1] == pytest.approx(20e6 + costs)
    assert built.by("projects.line.depreciation")["2003"][0] == pytest.approx((20e6 + costs) / 10)
    interest = built.by("accounts.interest_expense")["2001"][0]
    assert interest < 0.2 * plain.by("accounts.interest_expense")["2001"][0]
    assert value_at(built, "accounts.investing_cash_flow").sum() == pytest.approx(
        value_at(plain, "accounts.investing_cash_flow").sum() - costs
    )


@pytest.mark.long
def test_a_batch_equals_its_members() -> None:
    scenario = scenario_of(PLAN)
    samples = {
        "loans.bank.rate": Quantity(np.array([[4.0], [12.0]]), "percent/year"),
        "projects.line.delay": Quantity(np.array([[0.0], [5.0]]), "month"),
    }
    batch = project(scenario.with_samples(samples))

    assert disagreements(batch) == []
    for number in range(2):
        alone = project(scenario.with_samples({path: value[number : number + 1] for path, value in samples.items()}))
        assert batch.value("accounts.cash")[number] == pytest.approx(alone.value("accounts.cash")[0], abs=1e-4)


@pytest.mark.parametrize("path", ["plants.p.cash_cost", "opening.cash", "projects.other.capex"])
@pytest.mark.parametrize("paid", ["bank: 70 %, equity: rest", "cash: rest", ""], ids=["bank", "cash", "nobody"])
def test_a_draw_of_an_amount_that_is_no_use_of_a_project_is_what_it_is_alone(path: str, paid: str) -> None:
    plan = PLAN.replace("bank: 70 %, equity: rest, ", f"{paid}, " if paid else "")
    scenario, times = scenario_of(plan), np.array([[0.9], [1.1]])
    batch = project(scenario.with_samples({path: {"times": times}}))

    for number in range(2):
        alone = project(scenario.with_samples({path: {"times": times[number : number + 1]}}))
        for row in ("funding.line.uses", "funding.line.cash_share", "accounts.cash", "accounts.debt_rate"):
            assert batch.value(row)[number] == pytest.approx(alone.value(row)[0], abs=1e-4, nan_ok=True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("true}", "maybe}", "found `maybe`, wanted one of the known truths: false, true"),
        ("grace: 2 years", "sweep: 50 %", "financing costs of `bank`, which depends on cash"),
        (
            "plants: {p: {",
            "plants: {q: {product: f, capacity: 1 km/year, cash_cost: 1 USD/km, purchase: {price: 1 USD, "
            "on: 2001-01-01}}, p: {",
            "",
        ),
    ],
)
def test_where_they_cannot_be_included_it_is_reported(old: str, new: str, message: str) -> None:
    text = PLAN.replace(old, new)
    if not message:
        text = text.replace("funding:\n", "funding:\n  q: {bank: 1 USD, include_financing_costs: true}\n")
        message = "found financing costs of `q`, a purchase, wanted a project"

    with pytest.raises(ScenarioError, match=re.escape(message)):
        scenario_of(text)


def test_what_the_projects_are_worth_without_debt_does_not_depend_on_its_rate() -> None:
    text = PLAN.replace("report_in: USD", "report_in: USD, discount_rate: 10 %/year")
    dear = text.replace("rate: 8 %/year", "rate: 16 %/year")
    one, other = (measures(project(scenario_of(plan))) for plan in (text, dear))

    assert one["project_npv"].value == pytest.approx(other["project_npv"].value)
    assert one["total_interest"].value != pytest.approx(other["total_interest"].value, rel=0.1)


def test_shares_above_the_whole_are_refused() -> None:
    with pytest.raises(ScenarioError, match="found shares that total 110 %, wanted at most 100 %"):
        scenario_of(PLAN.replace("equity: rest, include", "equity: 40 %, include"))


SHARED = PLAN.replace("  other: {bank: 1 million USD, equity: rest}\n", "").replace(
    "commitment: 20", "commitment: 900_000"
)


@pytest.mark.parametrize("order", ["in_order", "pro_rata"])
@pytest.mark.parametrize(("rate", "most"), [(8, 10), (40, 15), (1000, 60)])
def test_rounds_end_whatever_the_rate(rate: int, most: int, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moves, costs_of = list[Any](), settling_costs._costs_of

    def note(*given: Any) -> Any:
        moves.append(costs_of(*given))
        return moves[-1]

    monkeypatch.setattr(settling_costs, "_costs_of", note)
    text = SHARED.replace("rate: 8 %/year", f"rate: {rate} %/year").replace(
        "70 %, equity", f"95 %, order: {order}, equity"
    )
    projection = project(scenario_of(text))
    changes = [float(np.abs(np.ravel(new) - np.ravel(old)).max()) for old, new in pairwise(moves)]

    assert 3 <= len(moves) <= most
    assert value_at(projection, "funding.line.financing_costs") == pytest.approx(np.ravel(moves[-1])[:60])
    if rate == 8:  # two years of interest on a dollar
        assert all(now <= 0.17 * before + 1e-8 for before, now in pairwise(changes))


def test_costs_that_do_not_settle_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling_costs, "MOST", 3)

    with pytest.raises(FibercapError, match=r"financing costs of line do not settle: they still move by .* USD; lower the rate, ask for amounts instead of shares"):  # fmt: skip
        project(scenario_of(SHARED))
