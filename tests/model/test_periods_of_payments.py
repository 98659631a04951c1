"""Payment dates in model periods: what those of one period share, and the rate of a loan that has matured."""

import numpy as np
import pytest

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements
from tests.written import drawn_at_signing

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2008, step: quarter}
money: {report_in: USD}
products: {f: {price: 40 USD/km}}
plants: {p: {product: f, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
tax: {rate: 30 %}
loans:
  bank: {commitment: 12 million USD, signed: 2001-02-15, matures: 5 years, rate: 8 %/year, LOAN}
"""


def run(loan: str) -> Projection:
    return project(scenario_of(drawn_at_signing(PLAN.replace("LOAN", loan))))


def test_a_sculpted_loan_keeps_its_cover_in_a_period_in_which_its_grace_ends() -> None:
    """Two of the three payments of the first quarter of 2002 are of interest only."""
    projection = run("grace: 1 year, payments: {every: month}, repayment: {style: sculpted, dscr: 1.5, tax: unlevered}")
    cover, repaid = (projection.value(f"loans.bank.{key}")[0] for key in ("dscr_unlevered", "scheduled"))

    assert repaid[3] == 0.0
    assert repaid[4] > 0.0
    assert cover[4] > 1.5
    assert cover[5:15] == pytest.approx(1.5)
    assert disagreements(projection) == []


@pytest.mark.parametrize("on", ["end", "start"])
def test_a_loan_bears_no_rate_after_maturity_whatever_its_payments_are_set_over(on: str) -> None:
    short, long = (
        run(f"payments: {{every: quarter, on: {on}}}, repayment: {{style: level{over}}}")
        for over in ("", ", amortize_over: 7 years")
    )
    rate = long.value("loans.bank.period_rate")[0]

    assert rate[:21] == pytest.approx(0.08)
    assert not np.any(rate[21:])
    assert rate == pytest.approx(short.value("loans.bank.period_rate")[0])
    assert disagreements(long) == []
