"""Loans that follow cash: revolvers, sweeps, sculpting; nothing is circular, everything is as the order of cash says."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import disagreements
from tests.written import drawn_at_signing

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2004, step: {step}}}
money: {{report_in: USD, minimum_cash: 1 million USD}}
products: {{f: {{price: {{2001: 12 USD/km, 2002: 8 USD/km, 2003: 22 USD/km}}}}}}
plants: {{p: {{product: f, capacity: 500_000 km/year, cash_cost: 10 USD/km}}}}
company: {{gap: {gap}, dividends: {{2003-06-30: 1 million USD}}}}
opening: {{cash: 1.2 million USD}}
tax: {{rate: 30 %, lag: {lag}}}
loans:
{loans}
"""
LINE = (
    "  line: {commitment: 1.5 million USD, signed: 2001-01-10, matures: 5 years, rate: 9 %/year, "
    "repayment: {style: revolver}, fees: {undrawn: 0.5 %/year}}"
)
TERM = "  term: {commitment: 2 million USD, signed: 2001-01-10, matures: 5 years, rate: 8 %/year, sweep: 60 %}"


def run(loans: str, gap: str = "[revolver, equity]", step: str = "month", lag: str = "0 months") -> Projection:
    return project(scenario_of(drawn_at_signing(PLAN.format(loans=loans, gap=gap, step=step, lag=lag))))


def row(projection: Projection, path: str) -> Any:
    return projection.value(path)[0]


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
@pytest.mark.parametrize("lag", ["0 months", "1 year"])
@pytest.mark.parametrize("loans", [LINE, TERM, f"{LINE}\n{TERM}"], ids=["revolver", "sweep", "both"])
def test_formulas_agree_and_cash_is_held(loans: str, step: str, lag: str) -> None:
    projection = run(loans, step=step, lag=lag)

    assert disagreements(projection) == []
    assert row(projection, "accounts.cash").min() >= 1e6 - 1e-6


def test_a_revolver_is_drawn_when_cash_is_short_and_repaid_from_the_excess() -> None:
    projection = run(LINE)
    before, called = row(projection, "accounts.cash_before_gap"), row(projection, "loans.line.called")
    owed, repaid, cash = (row(projection, p) for p in ("loans.line.closing", "loans.line.repaid", "accounts.cash"))

    assert called.sum() > 0
    assert repaid.sum() > 0
    assert (called[before >= 1e6] == 0).all()
    assert cash[(owed > 1) & (owed < 1.5e6 - 1)] == pytest.approx(1e6)
    assert owed.max() <= 1.5e6 + 1e-6
    assert (row(projection, "accounts.equity_for_cash")[owed < 1.5e6 - 1] == 0).all()


def test_what_the_revolver_cannot_lend_owners_pay() -> None:
    projection = run(LINE.replace("1.5 million", "20 thousand"))

    called, owners = row(projection, "loans.line.closing"), row(projection, "accounts.equity_for_cash")
    assert owners.sum() > 0
    assert called[owners > 0] == pytest.approx(20e3)


def test_owners_first_leaves_the_revolver_undrawn() -> None:
    assert row(run(LINE, gap="[equity, line]"), "loans.line.called").sum() == 0


def test_without_a_gap_named_revolvers_hold_cash() -> None:
    text = PLAN.format(loans=LINE, gap="[]", step="month", lag="0 months")

    assert row(project(scenario_of(text)), "loans.line.called").sum() > 0


def test_a_sweep_takes_its_share_of_the_excess_on_payment_dates() -> None:
    projection = run(TERM, gap="[equity]")
    swept, excess = row(projection, "loans.term.swept"), row(projection, "accounts.cash_after_service") - 1e6
    pays, repayable = row(projection, "loans.term.pays"), row(projection, "loans.term.repayable")

    assert swept.sum() > 0
    assert swept == pytest.approx(np.where(pays > 0, np.minimum(0.6 * np.maximum(excess, 0), repayable), 0))
    assert row(projection, "accounts.debt_service") == pytest.approx(
        row(projection, "loans.term.interest_paid") + row(projection, "loans.term.scheduled")
    )


def test_a_batch_of_revolvers_equals_its_members() -> None:
    text = PLAN.format(loans=f"{LINE}\n{TERM}", gap="[revolver, equity]", step="month", lag="0 months")
    scenario = scenario_of(drawn_at_signing(text))
    samples = {
        "plants.p.cash_cost": Quantity(np.array([[9.0], [10.0], [11.5]]), "USD/km"),
        "loans.line.commitment": Quantity(np.array([[0.3], [1.0], [2.0]]), "MUSD"),
    }
    batch = project(scenario.with_samples(samples))

    assert disagreements(batch) == []
    for number in range(3):
        alone = project(scenario.with_samples({path: value[number : number + 1] for path, value in samples.items()}))
        for path in ("accounts.cash", "loans.line.closing", "loans.term.swept", "accounts.tax"):
            assert batch.value(path)[number] == pytest.approx(alone.value(path)[0], abs=1e-6)


def test_sculpted_service_keeps_the_target_on_unlevered_tax() -> None:
    loan = (
        "  term: {commitment: 3 million USD, signed: 2001-01-10, matures: 5 years, rate: 8 %/year, "
        "repayment: {style: sculpted, dscr: 1.5, tax: unlevered}}"
    )
    projection = run(loan, gap="[equity]")
    ratio, levered = row(projection, "loans.term.dscr_unlevered"), row(projection, "loans.term.dscr")
    principal = row(projection, "loans.term.scheduled")

    sculpted = (principal > 1) & (row(projection, "loans.term.closing") > 1)
    assert sculpted.sum() >= 3
    assert ratio[sculpted] == pytest.approx(1.5)
    assert (levered[sculpted] >= 1.5 - 1e-9).all()


def test_fleets_revolving_note_keeps_the_cash_it_is_told() -> None:
    projection = project(read("fleet_revolver"))

    assert row(projection, "accounts.cash").min() == pytest.approx(2.5e6)
    assert row(projection, "loans.fleet.draws").sum() > 10e6
    assert row(projection, "loans.fleet.schedule.closing").max() <= 10e6 + 1e-6
    assert disagreements(projection) == []


@pytest.mark.parametrize(
    ("loans", "gap", "message"),
    [
        (LINE, "[revolvr]", "found `revolvr`, wanted any of equity, revolver, line; did you mean `revolver`?"),
        (LINE.replace("}}", "}, sweep: 50 %}"), "[equity]", "a revolver has a sweep"),
        (LINE.replace("}}", "}, payments: {on: start}}"), "[equity]", "found payments at the start of periods"),
    ],
)
def test_what_does_not_go_together_is_refused(loans: str, gap: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        run(loans, gap)
