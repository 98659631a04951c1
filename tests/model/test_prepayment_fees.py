"""Fees on dated prepayments: a share of what is prepaid, paid on the day, in every reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.loans import schedule
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, scenario_of
from fibercap.studies.movable_inputs import input_samples, lever
from fibercap.studies.plan_warnings import unused_paths
from fibercap.views.workbook.workbook import workbook
from tests.sheets import Recalculator, disagreements, spoilt
from tests.studies.test_samples import alike

PLAN = """\
fibercap: 1
id: fees
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, minimum_cash: 0.5 million USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 15 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 6 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
loans:
  bank: {commitment: 6 million USD, signed: 2001-01-01, matures: 2005-12-31, rate: 8 %/year,
         payments: {every: quarter, first: 2001-03-31, end_of_month: true},
         prepayments: {2002-05-15: 1 million USD, 2003-06-30: 4 million USD}, prepayment_fee: {2001: 3 %, 2003: 1 %}}
funding: {line: {bank: rest}}
tax: {rate: 30 %}
opening: {cash: 0.5 million USD}
"""
ALONE = """\
fibercap: 1
id: alone
loans:
  bank: {commitment: 100_000 USD, signed: 2001-01-01, matures: 2 years, rate: 10 %/year, payments: {every: year},
         repayment: {style: bullet}, prepayments: {2002-01-01: 40_000 USD}, prepayment_fee: 2 %}
"""


def value_at(projection: Projection, key: str) -> Any:
    return projection.value(key)[0]


def test_a_loan_alone_pays_its_fee_with_the_prepayment() -> None:
    page = schedule(contracts_of(ALONE).loans["bank"])

    assert page.values["fees"].tolist() == [0, 800, 0]
    assert page.values["payment"].tolist() == [0, 10_000 + 40_000 + 800, 60_000 + 6_000]
    rate = page.cost[0].item()
    assert 50_800 / (1 + rate) + 66_000 / (1 + rate) ** 2 == pytest.approx(100_000)
    assert page.totals["fees"] == 800


def test_a_fee_is_rounded_as_interest_is() -> None:
    text = ALONE.replace("40_000", "40_000.30").replace("2 %", "2.1 %").replace("bullet}", "bullet}, rounding: cent")

    assert schedule(contracts_of(text).loans["bank"]).values["fees"].tolist() == [0, 840.01, 0]


def test_a_prepayment_leaves_room_for_its_fee() -> None:
    projection = project(scenario_of(PLAN))
    paid, fee = value_at(projection, "accounts.prepayments"), value_at(projection, "accounts.prepayment_fees")

    assert paid[5] == 1_000_000
    assert fee[5] == 30_000  # the value in force on 2002-05-15
    room = value_at(projection, "accounts.cash_after_service")[9] - 500_000
    assert 1e6 < paid[9] < 4e6
    assert fee[9] == pytest.approx(0.01 * paid[9])
    assert paid[9] + fee[9] == pytest.approx(room)
    assert value_at(projection, "accounts.cash")[9] == pytest.approx(500_000)


def test_a_fee_is_an_expense_and_a_flow_of_financing() -> None:
    charged, free = (project(scenario_of(text)) for text in (PLAN, PLAN.replace("2001: 3 %", "2001: 0 %")))

    def difference(key: str) -> float:
        return float(value_at(charged, f"accounts.{key}")[5] - value_at(free, f"accounts.{key}")[5])

    assert difference("fee_expense") == pytest.approx(30_000)
    assert difference("net_income") == pytest.approx(-21_000)
    assert difference("tax_paid") == pytest.approx(-9_000)
    assert difference("operating_cash_flow") == pytest.approx(9_000)
    assert difference("financing_cash_flow") == pytest.approx(-30_000)
    assert difference("cash") == pytest.approx(-21_000)
    assert difference("cfads") == pytest.approx(9_000)
    assert difference("debt_service") == 0
    fees = {name: measure.value for name, measure in measures(charged).items() if name.startswith("total_fees")}
    assert fees == {name: pytest.approx(value_at(charged, "accounts.prepayment_fees").sum()) for name in fees}
    assert len(fees) == 2


def test_sweeps_and_revolvers_pay_no_fee_and_the_fee_comes_first() -> None:
    text = PLAN.replace("rate: 8 %/year,", "rate: 8 %/year, sweep: 50 %,").replace("1 million", "0.1 million")
    projection = project(scenario_of(text))
    swept, fee = value_at(projection, "loans.bank.swept"), value_at(projection, "accounts.prepayment_fees")

    assert swept.max() > 0
    assert np.count_nonzero(fee) == 2
    left = (
        value_at(projection, "accounts.cash_after_service")
        - value_at(projection, "accounts.prepayments")
        - fee
        - 500_000
    )
    most = value_at(projection, "loans.bank.repayable")
    assert swept == pytest.approx(np.minimum(0.5 * np.maximum(left, 0), most), abs=1e-6)
    assert (fee[5], swept[5] > 0) == (3_000, True)


def test_a_fee_of_nothing_is_no_fee() -> None:
    free, none = (project(scenario_of(PLAN.replace("{2001: 3 %, 2003: 1 %}", fee))) for fee in ("0 %", "{2001: 0 %}"))

    assert "accounts.prepayment_fees" not in free.rows
    assert value_at(free, "accounts.cash").tolist() == value_at(none, "accounts.cash").tolist()


def test_a_batch_is_its_members() -> None:
    plan = scenario_of(PLAN)
    one = lever(plan, "loans.bank.prepayment_fee")
    batch = project(plan.with_samples(input_samples([(one, 1.0), (one, 3.0)])))
    alone = project(plan.with_samples(input_samples([(one, 3.0)])))

    assert (alike(batch, 0, project(plan)), alike(batch, 1, alone)) == ([], [])
    assert batch.value("accounts.prepayment_fees")[1, 9] > batch.value("accounts.prepayment_fees")[0, 9]


def test_a_fee_without_dated_prepayments_is_unused() -> None:
    text = PLAN.replace("prepayments: {2002-05-15: 1 million USD, 2003-06-30: 4 million USD}, ", "")

    assert unused_paths(scenario_of(text)) == ["loans.bank.prepayment_fee, for there are no dated prepayments"]


def test_a_fee_must_be_known_from_the_first_prepayment_on() -> None:
    message = "found a fee from 2003 on, wanted one from the first prepayment on, 2002-05-15"
    with pytest.raises(ScenarioError, match=message) as error:
        scenario_of(PLAN.replace("{2001: 3 %, 2003: 1 %}", "{2003: 1 %}"))

    assert error.value.problems[0].code == "late_path"
    assert "add a fee that starts earlier, 0 % for none" in str(error.value)


@pytest.mark.long
def test_the_workbook_recalculates_the_fee(tmp_path: Path) -> None:
    plan = scenario_of(PLAN.replace("rate: 8 %/year,", "rate: 8 %/year, sweep: 50 %,", 1))
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    assert disagreements(calculator.read(), project(plan), "base") == []
