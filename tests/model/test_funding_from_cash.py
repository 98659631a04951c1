"""Sources that hang on cash: cash that is available, and owners up to their limit; all of it settled with cash."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2004, step: quarter}}
money: {{report_in: USD, discount_rate: 10 %/year, minimum_cash: 1 million USD}}
products: {{fiber: {{price: 20 USD/km}}}}
plants: {{works: {{product: fiber, capacity: 400_000 km/year, cash_cost: 10 USD/km, maintenance: 0.1 million USD/year}}}}
projects:
  line: {{plant: works, adds: 100_000 km/year, capex: 8 million USD, complete: 2002-06-30}}
  hall: {{plant: works, adds: 100_000 km/year, capex: 8 million USD, complete: 2002-12-31}}
loans:
  bank: {{commitment: 4 million USD, signed: 2000-12-31, matures: 7 years, rate: 8 %/year, fees: {{upfront: 1 %, undrawn: 1 %/year}}}}
  other: {{commitment: 4 million USD, signed: 2001-03-31, matures: 7 years, rate: 8 %/year{terms}}}
funding:
  line: {{{line}}}
  hall: {{{hall}}}
company: {{{company}}}
opening: {{cash: 3 million USD}}
tax: {{rate: 30 %}}
"""
LINE, HALL = "cash: available, bank: 4 million USD, equity: rest", "cash: available, other: 4 million USD, equity: rest"
SOURCES = ("cash", "bank", "other", "equity", "gap")


def text_of(line: str = LINE, hall: str = HALL, company: str = "gap: [equity]", terms: str = "") -> str:
    return PLAN.format(line=line, hall=hall, company=company, terms=terms)


def run(**parts: str) -> Projection:
    return project(scenario_of(text_of(**parts)))


def row(projection: Projection, path: str) -> Any:
    return projection.value(path)[0]


def test_available_cash_is_what_service_and_the_minimum_leave_to_projects_in_turn() -> None:
    plan = run()
    opened = np.concatenate([[3e6], row(plan, "accounts.cash")[:-1]])
    service = sum(row(plan, f"accounts.{key}") for key in ("interest_paid", "fees_paid", "upfront_fees"))
    service = service + sum(row(plan, f"loans.{name}.scheduled") for name in ("bank", "other"))
    first = np.maximum(opened + row(plan, "accounts.cfads_before_capex") - service - 1e6, 0.0)

    assert row(plan, "funding.line.cash_available") == pytest.approx(first)
    assert row(plan, "funding.line.cash") == pytest.approx(np.minimum(first, row(plan, "funding.line.uses")))
    second = np.maximum(first - row(plan, "funding.line.cash"), 0.0)
    assert row(plan, "funding.hall.cash_available")[:9] == pytest.approx(second[:9])
    assert row(plan, "funding.hall.cash") == pytest.approx(np.minimum(second, row(plan, "funding.hall.uses")))
    for key, uses in (("line", 8e6), ("hall", 8e6)):
        paid = sum(row(plan, path) for name in SOURCES if (path := f"funding.{key}.{name}") in plan.rows)
        assert paid.sum() == pytest.approx(uses)
    assert row(plan, "accounts.cash").min() == pytest.approx(1e6)
    assert row(plan, "accounts.self_funded_capex").sum() == pytest.approx(
        row(plan, "funding.line.cash").sum() + row(plan, "funding.hall.cash").sum()
    )
    assert disagreements(plan) == []


@pytest.mark.parametrize(
    "terms", ["", ", sweep: 50 %", ", repayment: {style: bullet}", ", grace: 1 year, rounding: cent"]
)
@pytest.mark.parametrize("more", ["", ", payouts: {every: half_year}", ", equity_limit: 3 million USD"])
def test_formulas_and_values_agree(terms: str, more: str) -> None:
    assert disagreements(run(terms=terms, company=f"gap: [equity]{more}")) == []


def test_owners_never_pay_more_than_their_limit() -> None:
    company = "gap: [equity], equity: {2001-03-31: 0.5 million USD}"
    free, limited = run(company=company), run(company=f"{company}, equity_limit: 2 million USD")
    paid = sum(row(limited, f"accounts.{key}") for key in ("equity_for_projects", "equity_paid_in", "equity_for_cash"))

    assert paid.sum() == pytest.approx(2e6)
    assert row(limited, "accounts.equity_left")[-1] == pytest.approx(0.0)
    gap = measures(limited)["funding_gap"].value
    assert gap == pytest.approx(row(limited, "accounts.unfunded_uses").sum())
    assert gap == pytest.approx(row(free, "accounts.equity_for_projects").sum() - 1.5e6, rel=0.05)
    assert row(limited, "accounts.cash").min() < 1e6
    assert any("`company.equity_limit`" in message for message in warnings(limited))
    assert not any("`company.equity_limit`" in message for message in warnings(free))
    ways = [finding.way_out for finding in findings(limited)]
    assert any("a higher `company.equity_limit`, or more of `other`" in way for way in ways)
    assert not any("equity: rest" in way for way in ways)


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    free, limited = run(), run(company="gap: [equity], equity_limit: 90 million USD")

    for path in free.rows:
        assert limited.value(path)[0] == pytest.approx(free.value(path)[0], nan_ok=True), path


def test_calls_stop_at_the_limit_too() -> None:
    company = "gap: [equity], overhead: 5 million USD/year, may_run_dry: true, equity_limit: 1 million USD"
    plan = run(line="bank: rest", hall="other: rest", company=company)

    assert row(plan, "accounts.equity_for_cash").sum() == pytest.approx(1e6)
    assert row(plan, "accounts.cash")[-1] < 0
    assert disagreements(plan) == []


def test_a_batch_equals_its_members() -> None:
    plan = scenario_of(text_of(company="gap: [equity], equity_limit: 2 million USD"))
    limits, costs = [0.5e6, 2e6, 5e6], [8e6, 6e6, 9e6]
    samples: dict[str, Any] = {
        "company.equity_limit": Quantity(limits, "USD"),
        "projects.hall.capex": Quantity(costs, "USD"),
    }
    batch = project(plan.with_samples(samples))

    for sample in range(3):
        alone = project(plan.with_samples({path: value[sample : sample + 1] for path, value in samples.items()}))
        for path in (
            "accounts.cash",
            "funding.hall.gap",
            "funding.line.bank",
            "loans.other.closing",
            "accounts.equity_left",
        ):
            assert batch.value(path)[sample] == pytest.approx(alone.value(path)[0])


def test_the_company_without_projects_buys_with_the_cash_that_is_there() -> None:
    text = (
        text_of(line="bank: rest", hall="other: rest")
        .replace(
            "plants: {",
            "plants: {bought: {product: fiber, capacity: 100_000 km/year, cash_cost: 9 USD/km, opens: 2002-01-01,"
            " purchase: {price: 6 million USD, on: 2001-12-31}}, ",
        )
        .replace("funding:\n", "funding:\n  bought: {cash: available, bank: rest, equity: 1 million USD}\n")
    )
    text = text.replace("signed: 2000-12-31", "signed: 2001-01-31")  # fmt: skip
    plan = project(scenario_of(text))
    lent, cash = (plan.value(f"without_projects.funding.bought.{name}")[0] for name in ("bank", "cash"))

    assert cash.sum() > 1e6
    assert lent.sum() > 1e5
    assert lent.sum() + cash.sum() <= 6e6
    fee = plan.value("without_projects.loans.bank.upfront_fee")[0]
    assert fee.sum() == pytest.approx(0.01 * lent.sum())  # the commitment is cut to what the purchase takes
    assert disagreements(plan) == []


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"terms": ", repayment: {style: sculpted, dscr: 1.4}"}, "`available` beside `other`, a `sculpted` loan"),
        ({"line": "bank: available, equity: rest"}, "only `cash` is what is available"),
        ({"line": f"order: pro_rata, {LINE}"}, "`available` beside `order: pro_rata`"),
        ({"line": f"include_financing_costs: true, {LINE}"}, "financing costs of `line`, whose sources wait for cash"),
        (
            {"hall": "include_financing_costs: true, bank: 40 %, equity: rest"},
            "financing costs of `hall` by `bank`, a source of `line` too, whose sources wait for cash",
        ),
        (
            {"terms": ", repayment: {style: revolver}"},
            "`other`, a revolver, whose room depends on what funding draws later",
        ),
        (
            {"company": "equity: {2001-03-31: 3 million USD}, equity_limit: 2 million USD"},
            "2,000,000 USD, wanted at least the 3,000,000 USD of `company.equity`",
        ),
    ],
)
def test_what_waits_for_each_other_is_refused(parts: dict[str, str], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        run(**parts)
