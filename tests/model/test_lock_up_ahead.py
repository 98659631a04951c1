"""Lock-ups by a ratio that looks ahead to cash which they bar: settled where anything can settle them, else refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.circle import settle
from fibercap.core.quantity import Quantity
from fibercap.model.cash import order_of_cash, tests_ahead
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.chances.simulate import simulate
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2009, step: year}}
money: {{report_in: USD, minimum_cash: 1 million USD, interest_on_cash: 12 %/year}}
tax: {{rate: 30 %}}
products: {{fiber: {{price: {{2001: 14 USD/km, 2005: 19 USD/km}}}}}}
plants: {{works: {{product: fiber, capacity: 400_000 km/year, cash_cost: 10 USD/km}}}}
company: {{payouts: {{every: year}}}}
opening: {{cash: 5 million USD, other_assets: 10 million USD}}
loans:
  bank: {{commitment: 8 million USD, signed: 2000-12-31, matures: 9 years, rate: 8 %/year, draws: {{2001-01-31: 8 million USD}},
         repayment: {{style: bullet}}, covenants: {{cover: {{row: accounts.llcr, at_least: 0.1, lock_up: {level}, test: period}}}}}}
"""
YEARS = 9
FIRST_ALONE, BY_COMBINATION, NONE = ("1.2", "1.48", "2.4"), ("1.58", "1.66", "1.74"), ("1.68", "1.78")


def answers(level: str, monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """Return every result of the tests, of all that there may be, that agrees with itself, and what was found."""
    every, results = [], []
    settled = tests_ahead.settle_or_try

    def enumerate_all(settle_with: Callable[[Mapping[str, Any]], Any], labels: Any, locks: Mapping[str, str]) -> Any:
        if not locks:  # the company without its projects
            return settled(settle_with, labels, locks)
        (row,) = locks.values()
        tried = np.array(list(product([0.0, 1.0], repeat=YEARS)))
        agrees = (settle_with({row: tried})[row] == tried).all(axis=1)
        every.append(tried[agrees])
        values = settled(settle_with, labels, locks)
        results.append(np.ravel(values[row]))
        return values

    monkeypatch.setattr(order_of_cash, "settle_or_try", enumerate_all)
    try:
        project(scenario_of(PLAN.format(level=level)))
    except FibercapError as error:
        assert error.code == "never_settles"  # noqa: PT017 - both outcomes are results
    return every[0], results


@pytest.mark.parametrize("level", [*FIRST_ALONE, *BY_COMBINATION, *NONE])
def test_what_is_found_is_the_one_answer_of_all_and_nothing_is_refused_that_has_one(
    level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, result = answers(level, monkeypatch)

    assert len(every) == (0 if level in NONE else 1)
    assert [results.tolist() for results in result] == every.tolist()


@pytest.mark.parametrize("level", [*FIRST_ALONE, *BY_COMBINATION])
def test_what_was_barred_is_what_the_tests_say(level: str) -> None:
    plan = project(scenario_of(PLAN.format(level=level)))
    locked, paid = (plan.value(path)[0] for path in ("loans.bank.covenants.cover.locked", "accounts.payouts"))
    beyond = plan.value("accounts.llcr")[0] < float(level) * (1 - 1e-9)

    assert locked.tolist() == [float(is_beyond) for is_beyond in beyond[:-1]] + [0.0]
    assert not paid[1:][locked[:-1] > 0].any()
    assert disagreements(plan) == []


@pytest.mark.parametrize("level", NONE)
def test_a_lock_up_without_an_answer_is_refused_with_its_first_period(level: str) -> None:
    with pytest.raises(FibercapError, match=r"`loans\.bank\.covenants\.cover\.lock_up` never settles: it bars dividends on which it depends itself, first at the end of 200\d; test a ratio of the past"):  # fmt: skip
        project(scenario_of(PLAN.format(level=level)))


@pytest.mark.parametrize("level", [*FIRST_ALONE, *BY_COMBINATION, *NONE])
def test_the_number_of_rounds_is_bounded(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = []

    def count(*args: Any, **given: Any) -> Any:
        rounds.append(1)
        return settle(*args, **given)

    monkeypatch.setattr("fibercap.model.cash.order_of_cash.settle", count)
    try:
        project(scenario_of(PLAN.format(level=level)))
    except FibercapError:
        assert level in NONE

    assert len(rounds) <= 1 + (YEARS + 2) + 2**tests_ahead.MOST + 1


def test_a_batch_locks_up_each_sample_as_if_it_were_alone() -> None:
    plan = scenario_of(PLAN.format(level="1.58"))
    rates = [0.04, 0.12, 0.0, 0.118]
    batch = project(plan.with_samples({"money.interest_on_cash": Quantity(rates, "1/year")}))
    rows = ("loans.bank.covenants.cover.locked", "accounts.payouts", "accounts.cash", "accounts.llcr")

    for sample, rate in enumerate(rates):
        alone = project(plan.with_samples({"money.interest_on_cash": Quantity([rate], "1/year")}))
        for row in rows:
            assert batch.value(row)[sample] == pytest.approx(alone.value(row)[0], nan_ok=True)


def test_a_sample_whose_lock_up_has_no_answer_is_set_aside_by_its_number() -> None:
    either = "{choice: {some: {value: 9.9 USD/km, chance: 50 %}, none: {value: 10 USD/km, chance: 50 %}}}"
    cost = f"{{input: plants.works.cash_cost, is: {either}}}"
    plan = f"{PLAN.format(level=NONE[0])}uncertain: {{samples: 8, inputs: {{cost: {cost}}}}}\n"
    simulation = simulate(scenario_of(plan.replace("cash_cost: 10 ", "cash_cost: 9.9 ")), measures=["lowest_cash"])

    case, drawn = simulation.cases[""], simulation.inputs["cost"]
    assert [refusal.sample for refusal in case.refused] == np.flatnonzero(drawn == 10).tolist()
    assert 0 < len(case.refused) < 8
    assert all("never settles" in refusal.why for refusal in case.refused)
    assert np.isnan(case.measure("lowest_cash")).sum() == len(case.refused)
