"""Margins, floors, caps, fees and sweeps that change over time."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.loans import Schedule, schedule
from fibercap.model.project import project
from fibercap.reading.files import contracts_of, scenario_of
from fibercap.studies.movable_inputs import input_samples, lever
from tests.studies.test_samples import alike

LOAN = """\
fibercap: 1
id: loans
rates: {libor: {2001: 6 %/year, 2001-04: 5 %/year, 2001-07: 4 %/year}}
loans:
  bank: {commitment: 1 million USD, signed: 2001-01-08, matures: 2003-01-08, day_count: ACT/360, repayment: {style: bullet},
         payments: {every: quarter, first: 2001-03-31, end_of_month: true},
         rate: {index: libor, margin: {2001: 2 %/year, 2001-05: 1 %/year}, floor: {2001: 0 %/year, 2001-12: 5.5 %/year},
                cap: {2001: 8 %/year, 2002-06: 5.5 %/year}}}
"""
PLAN = """\
fibercap: 1
id: swept
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, minimum_cash: 0.5 million USD}
rates: {libor: 5 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 15 USD/km}}
loans:
  bank: {outstanding: 6 million USD, remaining: 5 years, rate: {index: libor, margin: {2000: 3 %/year, 2002-05: 2 %/year}},
         sweep: {2000: 0 %, 2002-11-15: 50 %}}
opening: {cash: 2 million USD}
"""


def page_of(text: str) -> Schedule:
    contracts = contracts_of(text)
    return schedule(contracts.loans["bank"], contracts.rates)


def test_margin_floor_and_cap_are_fixed_on_the_first_day_of_an_interest_period() -> None:
    """From May the margin is 1 %, but the period from 31 March keeps 2 %; the floor of December counts from the 31st."""
    rates_and_days = [
        (0.08, 82),
        (0.08, 91),
        (0.06, 92),
        (0.05, 92),
        (0.055, 90),
        (0.055, 91),
        (0.055, 92),
        (0.055, 92),
    ]

    assert page_of(LOAN).values["interest"][1:9] == pytest.approx([1e6 * r * d / 360 for r, d in rates_and_days])


def test_a_level_payment_is_set_anew_when_the_margin_changes() -> None:
    text = LOAN.replace("style: bullet", "style: level").replace("ACT/360", "equal_periods")
    text = text.replace("first: 2001-03-31, end_of_month: true", "first: 2001-04-08")
    page = page_of(text)
    owed, rates = 1e6, [0.08, 0.07, 0.05, 0.05, 0.055, 0.055, 0.055, 0.055]
    for number, rate in enumerate(rates):
        payment = owed * (rate / 4) / (1 - (1 + rate / 4) ** (number - 8))
        assert page.values["payment"][number + 1] == pytest.approx(payment)
        owed -= payment - owed * rate / 4

    assert page.rates[1:].tolist() == pytest.approx(rates)
    assert owed == pytest.approx(0, abs=1e-6)


def test_fees_accrue_by_day_at_the_value_in_force() -> None:
    """40,000 USD are not drawn: 0.5 % on them for 63 days to 12 March, 1 % for 19; 120 and 240 USD a day to the agent."""
    fees = "fees: {undrawn: {2001: 0.5 %/year, 2001-03-12: 1 %/year}, agency: {2001: 43_200 USD/year, 2001-02-07: 86_400 USD/year}, "
    fees += "guarantee: {2001: 0 %/year, 2001-03-21: 3.6 %/year}, available_until: 2001-12-31}"
    page = page_of(LOAN.replace("rate:", f"draws: {{2001-01-08: 960_000 USD}}, {fees}, rate:"))

    undrawn = 40_000 * (0.005 * 63 + 0.01 * 19) / 360
    assert page.values["fees"][1] == pytest.approx(undrawn + 30 * 120 + 52 * 240 + 96 * 10)


def test_a_sweep_is_by_the_last_day_of_the_period_of_its_payment() -> None:
    projection = project(scenario_of(PLAN))
    value = {key: projection.value(f"loans.bank.{key}")[0] for key in ("swept", "repayable", "sweep_share")}

    assert value["sweep_share"].tolist() == [0.0] * 7 + [0.5] * 9
    left = projection.value("accounts.cash_after_service")[0] - 500_000
    swept: Any = np.minimum(value["sweep_share"] * np.maximum(left, 0), value["repayable"])
    assert value["swept"] == pytest.approx(swept)
    assert (value["swept"][6], value["swept"][7] > 1e5) == (0, True)


def test_a_batch_is_its_members() -> None:
    plan = scenario_of(PLAN)
    one, other = (lever(plan, f"loans.bank.{key}") for key in ("rate.margin", "sweep"))
    moves = [(one, 1.0), (one, 1.5), (other, 0.5)]
    batch = project(plan.with_samples(input_samples(moves)))

    for number, move in enumerate(moves):
        assert alike(batch, number, project(plan.with_samples(input_samples([move])))) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("2002-06: 5.5 %", "2002-06: 5.4 %", "cap_below_floor", "a cap below the floor from 2002-06-01 on, wanted one at"),
        ("2001: 2 %/year, 2001-05", "2001-02: 2 %/year, 2001-05", "late_path",
         "found a margin from 2001-02 on, wanted one from signing on, 2001-01-08; add a margin that starts earlier"),
    ],
)  # fmt: skip
def test_bad_terms(old: str, new: str, code: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)) as error:
        contracts_of(LOAN.replace(old, new, 1))

    assert [problem.code for problem in error.value.problems] == [code]


def test_a_negative_margin_at_any_date_wants_a_floor() -> None:
    text = LOAN.replace("2001-05: 1 %", "2001-05: -1 %").replace("floor: {2001: 0 %/year, 2001-12: 5.5 %/year},", "")

    with pytest.raises(ScenarioError, match="a negative margin"):
        contracts_of(text)
