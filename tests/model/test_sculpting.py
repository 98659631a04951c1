"""Sculpted loans: what cash flow after the tax really paid, and after loans that are served before, pays at a cover."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.plan_warnings import warnings
from fibercap.studies.sizing import Limit, size
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, spoilt
from tests.sheets import disagreements as unlike_sheets
from tests.written import replace_parts

ONE = """\
fibercap: 1
horizon: {from: 2001, to: 2011, step: year}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 0 km/year, cash_cost: 15 USD/km}}
projects:
  line: {plant: works, adds: 100_000 km/year, capex: 10 million USD, spend: {2001: 100 %}, complete: 2001-12-31, life: 10 years}
loans:
  bank: {commitment: 9 million USD, signed: 2001-12-31, matures: 10 years, rate: 8 %/year, payments: {every: year},
         repayment: {style: sculpted, dscr: 1.6}}
funding: {line: {bank: 9 million USD, equity: rest}}
tax: {rate: 30 %}
"""
TWO = replace_parts(
    ONE,
    ("  bank: {commitment: 9 million USD", "  junior: {rank: 2, commitment: 3 million USD"),
    ("rate: 8 %/year, payments: {every: year},\n", "rate: 12 %/year, payments: {every: year},\n"),
    ("dscr: 1.6", "dscr: 1.3"),
    (
        "funding: {line: {bank: 9 million",
        "  senior: {commitment: 6 million USD, signed: 2001-12-31, matures: 10 years, rate: 8 %/year, payments: {every: year}}\n"
        "funding: {line: {senior: 6 million USD, junior: 3 million",
    ),
)
SERIES = (1 - 1.065**-10) / 0.065
"""What ten yearly payments are worth at 8 % less the tax that 1 / 1.6 of it saves: 8 % x (1 - 30 % / 1.6)."""


def run(text: str, *changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(text, *changes)))


def value_at(projection: Projection, path: str) -> list[float]:
    result: list[float] = projection.value(path)[0].tolist()
    return result


def test_the_cover_after_the_tax_really_paid_is_the_one_aimed_at() -> None:
    """CFADS = 2.5 - 0.3 (1.5 - interest) = 2.05 + 0.3 interest; the loan is what its payments repay."""
    largest = 1.28125e6 * SERIES
    projection = run(
        ONE, ("commitment: 9 million", f"commitment: {largest:.6f}"), ("{bank: 9 million", f"{{bank: {largest:.6f}")
    )

    assert largest == pytest.approx(9_210_689, abs=0.5)
    assert value_at(projection, "accounts.dscr_12m")[1:] == pytest.approx([1.6] * 10)
    assert value_at(projection, "loans.bank.closing")[-1] == 0.0
    assert disagreements(projection) == []


@pytest.mark.long
def test_the_largest_loan_is_what_its_payments_repay() -> None:
    assert size(scenario_of(ONE), "bank", [Limit("min_dscr", 1.6)]).commitment == pytest.approx(9_210_689, abs=1.0)


def test_on_unlevered_tax_a_smaller_loan_is_repaid() -> None:
    """Each payment is 2.05 / 1.6 million, and the cover that the bank sees is above 1.6."""
    largest = 1.28125e6 * (1 - 1.08**-10) / 0.08
    new = (("commitment: 9 million", f"commitment: {largest:.6f}"), ("{bank: 9 million", f"{{bank: {largest:.6f}"))
    projection = run(ONE, ("dscr: 1.6", "dscr: 1.6, tax: unlevered"), *new)

    assert largest == pytest.approx(8_597_292, abs=0.5)
    assert value_at(projection, "loans.bank.service")[1:] == pytest.approx([1.28125e6] * 10)
    assert min(value_at(projection, "accounts.dscr_12m")[1:]) > 1.6


def test_a_junior_loan_is_paid_from_what_the_senior_leaves() -> None:
    projection = run(TWO)
    senior = 6e6 * 0.08 / (1 - 1.08**-10)

    assert value_at(projection, "accounts.cfads")[1] == pytest.approx(2.05e6 + 0.3 * (0.48e6 + 0.36e6))
    assert value_at(projection, "loans.senior.service")[1:] == pytest.approx([senior] * 10)
    assert value_at(projection, "loans.junior.service")[1:4] == pytest.approx([1_082_941, 1_055_275, 1_025_360], abs=20)
    assert value_at(projection, "loans.junior.dscr_12m")[1:4] == pytest.approx([1.3] * 3)
    assert disagreements(projection) == []


def test_of_package_keeps_the_cover_of_both_loans() -> None:
    projection = run(TWO, ("dscr: 1.3", "dscr: 1.3, of: package"))

    assert value_at(projection, "loans.junior.service")[1:4] == pytest.approx([876_595, 854_643, 830_970], abs=20)
    assert value_at(projection, "accounts.dscr_12m")[1:4] == pytest.approx([1.3] * 3)
    assert disagreements(projection) == []


def test_other_loans_of_its_rank_are_served_before() -> None:
    projection = run(TWO, ("rank: 2, ", ""))
    cfads, senior = (np.array(value_at(projection, path))[1:4] for path in ("accounts.cfads", "loans.senior.service"))

    assert value_at(projection, "loans.junior.service")[1:4] == pytest.approx((cfads - senior) / 1.3)


def test_whole_periods_since_the_payment_before_are_served() -> None:
    """By quarter, with payments on 15 February and so on: each serves the quarter that ended before it."""
    projection = run(
        ONE,
        ("step: year", "step: quarter"),
        ("signed: 2001-12-31", "signed: 2001-11-15"),
        ("payments: {every: year}", "payments: {every: quarter}"),
    )
    service, cfads = value_at(projection, "loans.bank.service"), value_at(projection, "accounts.cfads")

    assert service[5:8] == pytest.approx([cash / 1.6 for cash in cfads[4:7]])
    assert disagreements(projection) == []


def test_dates_between_whole_periods_pay_interest_and_are_counted_at_the_next() -> None:
    """By year, with quarterly payments: what is paid in the year is its CFADS over the cover."""
    projection = run(ONE, ("payments: {every: year}", "payments: {every: quarter}"))
    principal = np.diff([9e6, *projection.value("loans.bank.schedule.closing")[0]])
    months = projection.value("loans.bank.schedule.month")[0] % 12

    assert value_at(projection, "accounts.dscr_12m")[1:9] == pytest.approx([1.6] * 8)
    assert set(np.round(months[np.abs(principal) > 1])) == {0}
    assert disagreements(projection) == []


def test_interest_is_paid_where_cash_flow_does_not_cover_it_and_that_is_reported() -> None:
    projection = run(ONE, ("{fiber: {price: 40 USD/km}}", "{fiber: {price: {2001: 25 USD/km, 2004: 40 USD/km}}}"))

    assert value_at(projection, "loans.bank.scheduled")[1:3] == [0.0, 0.0]
    assert value_at(projection, "loans.bank.interest_paid")[1:3] == pytest.approx([0.72e6] * 2)
    messages = [warning for warning in warnings(projection) if "below the interest" in warning]
    assert messages == [
        "bank: what cash flow pays at a cover of 1.6 is below the interest and fees due 2 times, first on 2002-12-31: "
        "625,000 of 720,000 USD; they are paid all the same"
    ]


def test_the_fee_of_a_loan_that_is_repaid_early_is_expensed_a_period_later() -> None:
    """Tax depends on the fee, and the payment that repays the loan on tax."""
    projection = run(ONE, ("dscr: 1.6}", "dscr: 1.0}, fees: {upfront: 1 %}"))
    owed, left = (
        np.array(value_at(projection, "loans.bank.closing")),
        np.array(value_at(projection, "loans.bank.deferred_fee")),
    )

    last = int(np.flatnonzero(owed[1:] == 0)[0]) + 1
    assert last < 10
    assert left[last] > 0
    assert left[last + 1] == 0
    assert disagreements(projection) == []


def test_a_loan_that_outlives_the_horizon_is_sculpted_to_its_end() -> None:
    full, cut = run(ONE), run(ONE, ("to: 2011", "to: 2005"))

    assert cut.value("run_off.loans.bank.service")[0] == pytest.approx(value_at(full, "loans.bank.service")[5:])


@pytest.mark.long
@settings(max_examples=8)
@given(costs=st.lists(st.integers(5, 30), min_size=2, max_size=3), dscr=st.integers(100, 220))
def test_a_batch_equals_its_members(costs: list[int], dscr: int) -> None:
    text = replace_parts(
        TWO, ("dscr: 1.3", f"dscr: {dscr / 100}"), ("rate: 12 %/year,", "rate: 12 %/year, sweep: 30 %,")
    )
    scenario = scenario_of(text)
    drawn = {"plants.works.cash_cost": Quantity(np.array(costs, dtype=float)[:, None], "USD/km")}
    batch = project(scenario.with_samples(drawn))

    assert disagreements(batch) == []
    for number, cost in enumerate(costs):
        alone = run(text, ("cash_cost: 15", f"cash_cost: {cost}"))
        for path in ("loans.junior.service", "accounts.cash", "accounts.tax", "loans.junior.swept"):
            assert batch.value(path)[number] == pytest.approx(alone.value(path)[0], abs=1e-5)


@pytest.mark.long
def test_a_workbook_works_the_payments_out(tmp_path: Path) -> None:
    options = "options: {old: {change: {loans.bank.repayment.tax: unlevered}}, high: {change: {loans.bank.repayment.dscr: 1.9}}}\n"
    plan = scenario_of(ONE + options)
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    calculator.choose("high")
    assert unlike_sheets(calculator.read(), project(plan.with_option("high")), "high") == []


SECOND = "  other: {like: junior, rate: 9 %/year, draws: {2001-12-31: 1 million USD}}\nfunding:"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ((("funding:", SECOND),), "found a second sculpted loan of rank 2, beside `junior`, wanted one of each rank"),
        ((("dscr: 1.3", "dscr: 1.3, tax: unlevered"),), "found `tax: unlevered` of a loan of rank 2, wanted `tax: paid`, or rank 1"),
        ((("rank: 2, ", ""), ("dscr: 1.3", "dscr: 1.3, tax: unlevered, of: package")), "both `package` and `tax: unlevered` are given"),
        (
            (("commitment: 3 million USD", "commitment: 3 million EUR"), ("junior: 3 million USD", "junior: 3 million EUR"), ("tax:", "exchange: {EUR: {average: 0.9 USD/EUR}}\ntax:")),
            "found a loan in EUR that is sculpted on the tax really paid",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_sculpted_is_refused(changes: tuple[tuple[str, str], ...], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        run(TWO, *changes)
