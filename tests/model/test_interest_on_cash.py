"""Interest on cash, and on cash below zero: on what a period opens with, in income, cash and CFADS, never in EBITDA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.bridge import bridge
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2003, step: {step}}}
money: {{report_in: USD, discount_rate: 10 %/year{rates}}}
products: {{fiber: {{price: {{2001: 5 USD/km, 2002: 18 USD/km}}}}}}
plants: {{works: {{product: fiber, capacity: 400_000 km/year, cash_cost: 10 USD/km}}}}
company: {{may_run_dry: true}}
opening: {{cash: 0.5 million USD}}
tax: {{rate: 30 %}}
loans: {{bank: {{commitment: 1 million USD, signed: 2000-12-31, matures: 5 years, rate: 8 %/year, draws: {{2001-01-31: 1 million USD}}{terms}}}}}
"""
BOTH = ", interest_on_cash: {2001: 2 %/year, 2002-07: 6 %/year}, interest_on_overdraft: 12 %/year"


def run(rates: str = BOTH, step: str = "month", terms: str = "") -> Projection:
    return project(scenario_of(PLAN.format(rates=rates, step=step, terms=terms)))


def row(projection: Projection, key: str) -> Any:
    return projection.value(f"accounts.{key}")[0]


@pytest.mark.parametrize(("step", "months"), [("month", 1), ("quarter", 3), ("year", 12)])
def test_interest_runs_on_the_cash_with_which_a_period_opens(step: str, months: int) -> None:
    plan = run(step=step)
    opened = np.concatenate([[0.5e6], row(plan, "cash")[:-1]])
    rate = np.where(plan.timeline.ends > 12 * 2002 + 6, 0.06, 0.02) if step != "year" else np.array([0.02, 0.04, 0.06])

    assert row(plan, "interest_on_cash") == pytest.approx(rate * months / 12 * np.maximum(opened, 0.0))
    assert row(plan, "interest_on_overdraft") == pytest.approx(0.12 * months / 12 * np.maximum(-opened, 0.0))
    assert (opened < 0).any()
    assert (opened > 0).any()
    assert disagreements(plan) == []


def test_interest_is_in_income_cash_and_cfads_and_not_in_ebitda() -> None:
    plan, bare = run(), run("")
    moved = row(plan, "interest_on_cash") - row(plan, "interest_on_overdraft")

    def more(key: str) -> Any:
        return row(plan, key) - row(bare, key)

    assert not np.any(more("ebitda"))
    assert more("pretax_income") == pytest.approx(moved)
    assert more("cfads") == pytest.approx(moved - more("tax_paid"))
    assert more("operating_cash_flow") == pytest.approx(moved - more("tax"))
    assert more("cfads_unlevered") == pytest.approx(0.0)
    assert row(plan, "interest_accrued") == pytest.approx(row(bare, "interest_accrued"))
    assert more("cash")[-1] == pytest.approx((moved - more("tax_paid")).sum())


def test_a_rate_of_nothing_is_a_plan_without_interest() -> None:
    plan, bare = run(", interest_on_cash: 0 %/year, interest_on_overdraft: 0 %/year"), run("")

    assert row(plan, "cash") == pytest.approx(row(bare, "cash"))
    assert "accounts.interest_on_cash" not in bare.rows
    assert not row(plan, "interest_on_cash").any()


@pytest.mark.long
def test_a_sweep_takes_the_interest_on_cash_too() -> None:
    with_sweep, bare = run(terms=", sweep: 50 %"), run("", terms=", sweep: 50 %")

    assert with_sweep.value("loans.bank.swept")[0].sum() > bare.value("loans.bank.swept")[0].sum() > 0
    assert disagreements(with_sweep) == []


def test_interest_goes_on_after_the_horizon() -> None:
    plan = run()
    cash = plan.to_maturity("accounts.cash")[0]
    interest = plan.to_maturity("accounts.interest_on_cash")[0]

    assert interest[36:] == pytest.approx(0.06 / 12 * np.maximum(cash[35:-1], 0.0))
    assert interest[36:].all()


def test_the_company_without_projects_has_the_rates_of_the_plan() -> None:
    text = PLAN + (
        "projects: {{line: {{plant: works, adds: 100_000 km/year, capex: 1 million USD, complete: 2001-12-31}}}}\n"
        "funding: {{line: {{equity: rest}}}}\n"
        "options: {{better: {{change: {{money.interest_on_cash: 9 %/year}}}}}}\n"
    )
    plan = scenario_of(text.format(rates=BOTH, step="month", terms=""))
    written, better = project(plan), project(plan.with_option("better"))
    path = "without_projects.accounts.interest_on_cash"

    assert better.value(path)[0].sum() > written.value(path)[0].sum() > 0
    steps = bridge(written, better)
    assert steps is not None
    assert {step.label: step.amount for step in steps.steps}["Interest on cash and overdraft"] != 0
    values = [measures(one)["equity_npv"].value for one in (written, better)]
    assert steps.start == pytest.approx(values[0])
    assert steps.end == pytest.approx(values[1])
