"""Payouts: a share of the cash above what is kept, within earnings; lock-ups hold them back and release them."""

from __future__ import annotations

from typing import Any

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
from tests.model.test_formulas import disagreements
from tests.written import valid_scenarios

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2004, step: quarter}}
money: {{report_in: USD, minimum_cash: 1 million USD}}
products: {{fiber: {{price: {price}}}}}
plants: {{works: {{product: fiber, capacity: 400_000 km/year, cash_cost: 10 USD/km}}}}
company: {{payouts: {{{payouts}}}{company}}}
opening: {{cash: 5 million USD{opening}}}
loans:
  bank: {{commitment: 4 million USD, signed: 2000-12-31, matures: 5 years, rate: 8 %/year, draws: {{2001-01-31: 4 million USD}},
          repayment: {{style: bullet}}{terms}}}
"""
LOCK = ", covenants: {cover: {row: accounts.interest_cover_12m, at_least: 1.1, lock_up: 10, test: quarter}}"
RICH = ", other_assets: 10 million USD"
"""Earnings that are not in cash, so that cash is what limits payouts."""
BAD = "{2001: 20 USD/km, 2002: 17 USD/km, 2003: 19 USD/km}"
"""In 2002 EBITDA covers interest less than ten times; at the end of 2001 and from the third quarter of 2003 on more."""


def run(
    payouts: str, *, price: str = "20 USD/km", company: str = "", opening: str = RICH, terms: str = ""
) -> Projection:
    text = PLAN.format(payouts=payouts, price=price, company=company, opening=opening, terms=terms)
    return project(scenario_of(text))


def row(projection: Projection, key: str) -> Any:
    return projection.value(f"accounts.{key}")[0]


def test_all_cash_above_what_is_kept_is_paid_on_the_dates() -> None:
    plan = run("first: 2001-12-31, keep: 2 million USD")

    assert np.flatnonzero(row(plan, "payouts")).tolist() == [3, 7, 11, 15]
    assert row(plan, "dividends") == pytest.approx(row(plan, "payouts"))
    assert row(plan, "cash")[3::4] == pytest.approx(np.full(4, 2e6))
    assert plan.value("returns.owners_paid")[0] == pytest.approx(row(plan, "payouts"))
    assert disagreements(plan) == []


def test_without_first_the_first_interval_ends_with_a_payout_and_the_minimum_is_kept() -> None:
    plan = run("every: half_year, share: 50 %")
    free, paid = row(plan, "cash") + row(plan, "payouts") - 1e6, row(plan, "payouts")

    assert np.flatnonzero(paid).tolist() == [1, 3, 5, 7, 9, 11, 13, 15]
    assert paid[1::2] == pytest.approx(0.5 * free[1::2])


def test_less_than_the_minimum_is_not_kept() -> None:
    plan = run("every: year, keep: 0.5 million USD")

    assert row(plan, "cash")[3::4] == pytest.approx(np.full(4, 1e6))


def test_payouts_stop_at_retained_earnings_less_the_capital_opened_with() -> None:
    """The company opens with 5 million of cash and owes 4 million more, so that cash lasts longer than earnings."""
    plan = run("every: year", opening="")
    capital = run("every: year", opening=", paid_in_capital: 4 million USD")

    assert row(plan, "payout_before_limits")[3] - row(plan, "payouts")[3] == pytest.approx(3e6)
    assert row(plan, "retained_earnings")[3] == pytest.approx(0.0)
    assert row(capital, "payouts")[3] == pytest.approx(row(plan, "payouts")[3] - 4e6)
    assert row(capital, "retained_earnings")[3::4] == pytest.approx(np.full(4, 4e6))
    assert disagreements(capital) == []


def test_dated_dividends_stop_at_the_capital_opened_with_too() -> None:
    plan = run(
        "first: 2004-12-31",
        company=", dividends: {2001-03-31: 9 million USD}",
        opening=", paid_in_capital: 4 million USD",
    )

    assert row(plan, "dividends_dated")[0] == pytest.approx(1e6 + row(plan, "net_income")[0])
    assert row(plan, "dividends")[0] == row(plan, "dividends_dated")[0]


def test_a_lock_up_holds_back_what_the_rule_would_have_paid_and_releases_it() -> None:
    plan = run("every: quarter, share: 40 %", price=BAD, terms=LOCK)
    locked = plan.value("loans.bank.covenants.cover.locked")[0]
    above, kept, paid = (row(plan, key) for key in ("cash_to_pay_out", "payouts_held", "payouts"))
    waiting, wanted = 0.0, []
    for period in range(16):
        day = 0.4 * max(above[period] - waiting, 0.0)
        bars = period > 0 and locked[period - 1] > 0
        wanted.append(0.0 if bars else min(waiting, above[period]) + day)
        waiting = waiting + day if bars else 0.0
        assert kept[period] == pytest.approx(waiting)

    assert paid == pytest.approx(wanted)
    assert locked.any()
    last = int(np.flatnonzero(locked)[-1])
    assert paid[last + 2] > above[last + 2] * 0.4 + 1e5  # the day's share, and what was held back
    assert disagreements(plan) == []
    assert any("payouts of up to" in message and "when the lock-up has ended" in message for message in warnings(plan))


def test_no_payout_after_the_horizon() -> None:
    plan = run("every: quarter")

    assert plan.to_maturity("accounts.payouts")[0][16:].tolist() == [0.0] * 4
    assert plan.to_maturity("accounts.dividends")[0][16:].tolist() == [0.0] * 4


def test_a_batch_of_payouts_equals_its_members() -> None:
    text = PLAN.format(
        payouts="every: quarter, share: 40 %, keep: 2 million USD", price=BAD, company="", opening=RICH, terms=LOCK
    )
    plan = scenario_of(text)
    shares, keeps = [0.2, 0.7, 1.0], [1.5e6, 2.5e6, 0.2e6]
    batch = project(
        plan.with_samples(
            {"company.payouts.share": Quantity(shares, ""), "company.payouts.keep": Quantity(keeps, "USD")}
        )
    )

    for sample, (share, keep) in enumerate(zip(shares, keeps, strict=True)):
        change: dict[str, Any] = {
            "company.payouts.share": Quantity([share], ""),
            "company.payouts.keep": Quantity([keep], "USD"),
        }
        alone = project(plan.with_samples(change))
        for key in ("payouts", "payouts_held", "cash"):
            assert batch.value(f"accounts.{key}")[sample] == pytest.approx(alone.value(f"accounts.{key}")[0])


@pytest.mark.parametrize(
    ("payouts", "company", "message"),
    [
        ("first: 2001-12-31", ", dividends: {2002-12-31: 1 million USD}", "a dividend on the day of a payout"),
        ("first: 2006-12-31", "", r"2006-12-31, wanted a day from 2001-01-01 to 2004-12-31"),
        ("every: decade", "", "`decade`"),
        ("share: 120 %", "", "120 %"),
    ],
)
def test_what_cannot_be_paid_is_refused(payouts: str, company: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        run(payouts, company=company)


def test_a_lock_up_is_used_where_there_are_payouts() -> None:
    assert not any("there are no dividends" in message for message in warnings(run("every: year", terms=LOCK)))


def test_a_lock_up_on_a_ratio_that_looks_ahead_bars_payouts_too() -> None:
    lock = ", covenants: {cover: {row: accounts.llcr, at_least: 1.05, lock_up: 2.5}}"
    plan = run("every: quarter", price=BAD, terms=lock)
    locked = plan.value("loans.bank.covenants.cover.locked")[0]

    assert locked.any()
    assert not locked.all()
    assert not (row(plan, "payouts")[1:] * locked[:-1]).any()
    assert row(plan, "payouts").any()
    assert disagreements(plan) == []


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(
    text=valid_scenarios(),
    every=st.sampled_from(["month", "quarter", "half_year", "year"]),
    share=st.sampled_from(["25 %", "100 %"]),
    keep=st.sampled_from(["", ", keep: 3 million USD"]),
)
def test_payouts_stay_within_cash_and_earnings_in_random_plans(text: str, every: str, share: str, keep: str) -> None:
    dividends = "dividends: {2002-12-31: 0.5 million USD}"
    assert dividends in text
    rule = f"payouts: {{every: {every}, share: {share}{keep}}}"
    plan = project(scenario_of(text.replace(dividends, f"dividends: {{2002-08-05: 0.5 million USD}}, {rule}")))
    paid, least = row(plan, "payouts"), float(plan.scenario.money.minimum_cash)

    if keep:
        least = max(least, 3e6)
    free = row(plan, "cash_before_gap") + paid
    assert (paid <= np.maximum(free - least, 0.0) + 1e-3).all()
    assert (row(plan, "retained_earnings")[paid > 1e-3] >= -1e-3).all()
    assert row(plan, "dividends") == pytest.approx(row(plan, "dividends_dated") + paid)
    locks = [path for path in plan.rows if path.startswith("loans.") and path.endswith(".locked")]
    for lock in locks:
        assert not (paid[1:] * plan.value(lock)[0][: len(paid) - 1]).any()
