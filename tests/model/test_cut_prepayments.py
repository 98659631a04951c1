"""Dated prepayments of several loans that the same cash cuts."""

import re
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import FibercapError
from fibercap.core.quantity import Quantity
from fibercap.model import financing
from fibercap.model.project import project
from fibercap.reading.files import scenario_of

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: USD}
products: {f: {price: 12 USD/km}}
plants: {p: {product: f, capacity: 60_000 km/year, cash_cost: 10 USD/km}}
opening: {cash: 0.5 million USD}
loans:
  first: {outstanding: 1 million USD, remaining: 5 years, rate: 12 %/year, repayment: {style: bullet}, payments: {every: year},
          prepayments: {2001-06-09: 0.9 million USD, 2002-07-18: 0.9 million USD}}
  second: {outstanding: 1 million USD, remaining: 5 years, rate: 12 %/year, repayment: {style: bullet}, payments: {every: year},
           prepayments: {2001-06-09: 0.9 million USD, 2002-07-18: 0.9 million USD}}
"""


def test_two_loans_share_what_cash_leaves_for_both_on_one_day() -> None:
    projection = project(scenario_of(PLAN, "plan.yaml"))
    cash, paid = projection.value("accounts.cash")[0], projection.value("accounts.prepayments")[0]

    # 620,000 of opening cash and EBITDA pays 240,000 of interest, less that of what is prepaid on 9 June, 205 days before
    # the payment at the year's end: x = 380,000 + 0.12 * 205 / 365 * x
    assert paid[0] == pytest.approx(380_000 / (1 - 0.12 * 205 / 365), abs=1e-6)
    assert projection.value("loans.second.schedule.prepaid")[0].sum() == 0
    np.testing.assert_allclose(cash[0], 0.0, atol=1e-6)


def test_each_prepayment_leaves_cash_to_the_next_one_of_its_period() -> None:
    """What is left is worked out again from the rows; formulas do not grow with the prepayments of a period."""
    days = [f"2001-{month:02d}-{day:02d}: 30_000 USD" for month in range(1, 13) for day in (5, 20)]
    projection = project(scenario_of(PLAN.replace("2001-06-09: 0.9 million USD", ", ".join(days)), "plan.yaml"))
    scalars = {path: item for path, item in projection.scalars.items() if path.endswith((".left", ".cut"))}
    in_2001 = re.compile(r"loans\.\w+\.prepayments\.2001-.*\.left")
    left = [item.value for path, item in scalars.items() if in_2001.fullmatch(path)]
    rows = [projection.value(f"loans.{loan}.schedule.prepaid") for loan in ("first", "second")]
    paid = np.concatenate([row[row > 0] for row in rows])
    free = projection.value("accounts.cash")[0, 0] + projection.value("accounts.prepayments")[0, 0]

    assert len(left) == 47  # of 48: no other takes what the last one leaves
    np.testing.assert_allclose(left[: len(paid)], free - np.cumsum(paid), atol=1e-6)
    np.testing.assert_allclose(left[len(paid) :], 0.0, atol=1e-6)
    assert max(len(item.formula) for item in scalars.values()) < 400


@pytest.mark.long
def test_it_does_not_matter_how_the_loans_are_called() -> None:
    turned = PLAN.replace("first:", "x:").replace("second:", "first:").replace("x:", "second:")
    one, other = (project(scenario_of(text, "plan.yaml")) for text in (PLAN, turned))

    np.testing.assert_allclose(one.value("accounts.cash"), other.value("accounts.cash"), rtol=1e-12, atol=1e-6)


@pytest.mark.long
def test_a_fee_that_is_rounded_up_breaks_no_law() -> None:
    left = []
    for cents in range(12):
        text = PLAN.replace("0.5 million USD}", f"{500_000 + cents * 0.17:.2f} USD}}").replace(
            "prepayments:", "prepayment_fee: 2 %, rounding: cent, prepayments:"
        )
        left.append(project(scenario_of(text, "plan.yaml")).value("accounts.cash")[0, 0])

    assert -0.01 < min(left) < -1e-4  # half a cent that the bank rounds up is paid from cash that is not there


def test_rounds_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two prepayments of two years are cut, or 37 of one year; a plan that can pay what it planned is written once."""
    written, write = [], financing._write

    def note(*given: Any, **options: Any) -> Any:
        written.append(given[1].id)
        return write(*given, **options)

    def rounds(text: str) -> float:
        written.clear()
        project(scenario_of(text, "plan.yaml"))
        return len(written) / 2  # the company without projects can pay the same, and is written as often

    monkeypatch.setattr(financing, "_write", note)
    days = ", ".join(f"2001-{month:02d}-{day:02d}: 30_000 USD" for month in range(1, 13) for day in (5, 20))

    assert rounds(PLAN.replace("cash: 0.5 million", "cash: 50 million")) == 1
    assert rounds(PLAN) == 4  # nothing is cut; what cash then leaves; where two answers lead to; the same again
    assert rounds(PLAN.replace("2001-06-09: 0.9 million USD", days)) == 5
    assert rounds(PLAN.replace("step: year", "step: month")) == 2  # in June there is nothing to pay from


def test_samples_are_cut_as_if_each_were_alone() -> None:
    plan = scenario_of(PLAN, "plan.yaml")
    cash = [0.1e6, 0.5e6, 0.9e6, 50e6]
    batch = project(plan.with_samples({"opening.cash": Quantity(np.array(cash), "USD")}))
    for number, amount in enumerate(cash):
        alone = project(scenario_of(PLAN.replace("cash: 0.5 million USD", f"cash: {amount} USD"), "plan.yaml"))
        for path in ("accounts.cash", "accounts.prepayments", "loans.second.closing"):
            np.testing.assert_allclose(batch.value(path)[number], alone.value(path)[0], rtol=1e-13, atol=1e-7)


def test_cuts_that_do_not_settle_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(financing, "ROUNDS", 0)

    with pytest.raises(FibercapError, match=r"what cash suffices for of `loans\.first\.prepayments\.2001-06-09`, .* never settles; move them to the ends of periods"):  # fmt: skip
        project(scenario_of(PLAN, "plan.yaml"))
