"""What is owed at a period's end, recounted day by day; published and hand-made check values."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.formulas.formula import evaluate
from fibercap.core.quantity import Quantity
from fibercap.core.units import Array
from fibercap.model.income.working_capital import still_owed, still_owed_text
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: month}
money: {report_in: USD, discount_rate: 10 %/year}
products: {a: {price: 40 USD/km}}
plants: {p: {product: a, capacity: 300_000 km/year, cash_cost: 20 USD/km}}
working_capital: {receivables: 90 days}
opening: {cash: 5 million USD, receivables: 0.986 million USD}
"""
MILLION = 1e6


def run(*changes: tuple[str, str]) -> Projection:
    """Project the plan with texts replaced."""
    text = PLAN
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return project(scenario_of(text, "plan"))


def by_day(flows: list[float], days: list[float], length: float) -> list[float]:
    """Count what is owed at each period's end: each flow falls evenly on its days, and is owed for so many days."""
    results = []
    for end in range(len(flows)):
        owed = 0.0
        for k in range(end + 1):
            since = (end - k) * length
            oldest, newest = since + length, since  # how long ago the first and the last of the flow was billed
            young = max(min(oldest, days[k]) - newest, 0.0)
            owed += flows[k] * young / length
        results.append(owed)
    return results


@given(
    flows=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30),
    days=st.lists(st.floats(0, 366), min_size=30, max_size=30),
    months=st.sampled_from([1, 3, 12]),
    year=st.sampled_from([360, 365]),
)
def test_what_is_owed_is_counted_by_the_day(flows: list[float], days: list[float], months: int, year: int) -> None:
    length = months * year / 12
    periods = np.array(days[: len(flows)]) / length

    owed = still_owed(np.array(flows), periods)

    scale = sum(map(abs, flows)) or 1.0
    assert owed == pytest.approx(by_day(flows, days, length), abs=1e-12 * scale)


@pytest.mark.long
@given(
    flows=st.lists(st.floats(0, 1e9), min_size=16, max_size=16),
    days=st.lists(st.floats(0, 366), min_size=16, max_size=16),
    months=st.sampled_from([1, 3, 12]),
    year=st.sampled_from([360, 365]),
)
def test_the_formula_reaches_back_as_far_as_any_days_do(
    flows: list[float], days: list[float], months: int, year: int
) -> None:
    """Thirteen terms by month, five by quarter, two by year, whatever days are entered."""
    rows = {"f": np.array(flows), "p": np.array(days) / (months * year / 12)}

    def back(path: str, shift: int) -> Array:
        return np.concatenate([np.zeros(-shift), rows[path]])[: len(flows)]

    text = still_owed_text("f", "p", {1: 12, 3: 4, 12: 1}[months])

    assert len(re.findall("MIN", text)) == {1: 13, 3: 5, 12: 2}[months]
    assert evaluate(text, back) == pytest.approx(still_owed(rows["f"], rows["p"]), abs=1e-3)


def test_an_opening_runs_off_while_new_bills_are_owed() -> None:
    """Recomputed by hand: 0.986 x (1 - 30.4167 / 90) + 1.0; then 0.986 x (1 - 60.8333 / 90) + 2.0; then 2.9589."""
    owed = run().value("accounts.receivables")[0]

    month = 365 / 12
    assert owed[:3] / MILLION == pytest.approx([1.653, 2.320, 2.959], abs=5e-4)
    assert owed[:3] / MILLION == pytest.approx(
        [1 + 0.986 * (1 - month / 90), 2 + 0.986 * (1 - 2 * month / 90), 2 + (90 - 2 * month) / month]
    )
    assert owed[3:] / MILLION == pytest.approx(np.full(33, 90 / 365 * 12))


def test_a_plant_that_opens_is_owed_what_it_billed() -> None:
    """All that was ever billed: 1.0, then 2.0 million (asked at thecashflowprojector.com/learn/working-capital)."""
    projection = run(
        ("300_000 km/year,", "300_000 km/year, opens: 2001-07-01,"), (", receivables: 0.986 million USD", "")
    )

    owed = projection.value("accounts.receivables")[0]
    assert owed[:9] / MILLION == pytest.approx([0, 0, 0, 0, 0, 0, 1.0, 2.0, 2.958904], abs=1e-6)


def test_payables_alone_never_lift_cash_by_more_than_was_bought() -> None:
    projection = run(
        ("300_000 km/year,", "300_000 km/year, opens: 2001-07-01,"),
        ("receivables: 90 days", "payables: 90 days"),
        (", receivables: 0.986 million USD", ""),
        ("40 USD/km", "0 USD/km"),
    )

    value = projection.value
    assert value("accounts.payables")[0, 5:9] / MILLION == pytest.approx([0, 0.5, 1.0, 1.479452], abs=1e-6)
    assert (np.diff(value("accounts.cash")[0], prepend=5e6) <= 1e-6).all()
    assert value("accounts.cash")[0, 7] == pytest.approx(5e6)


@pytest.mark.parametrize(("step", "periods"), [("month", 12), ("quarter", 4), ("year", 1)])
def test_the_step_changes_nothing_of_what_a_steady_plant_is_owed(step: str, periods: int) -> None:
    projection = run(("step: month", f"step: {step}"), ("90 days", "300 days"))

    ends = projection.value("accounts.receivables")[0][2 * periods - 1 :: periods]
    assert ends / MILLION == pytest.approx(np.full(2, 12 * 300 / 365))


def test_no_days_at_all_let_the_opening_run_off_at_once() -> None:
    projection = run(("receivables: 90 days", "payables: 0 days"))

    assert not projection.value("accounts.receivables").any()
    assert projection.value("accounts.working_capital_increase")[0, 0] == pytest.approx(-0.986e6)


def test_each_period_is_owed_for_its_own_days() -> None:
    """From 2002 on customers take 60 days: the bills of 2001 are still paid after 30."""
    projection = run(("90 days", "{2001: 30 days, 2002: 60 days}"), (", receivables: 0.986 million USD", ""))

    month = 365 / 12
    owed = projection.value("accounts.receivables")[0] / MILLION
    assert owed[10:14] == pytest.approx([30 / month, 30 / month, 1.0, 1.0 + (60 - month) / month])
    assert disagreements(projection) == []


BOUGHT = "purchase: {price: 20 million USD, on: 2001-05-15, working_capital: WHAT}, cash_cost"


def project_purchase(capital: str, days: str = "receivables: 90 days") -> Projection:
    return run(
        (", receivables: 0.986 million USD", ""),
        ("receivables: 90 days", days),
        ("40 USD/km", "0 USD/km"),
        ("cash_cost", BOUGHT.replace("WHAT", capital)),
    )


def test_what_comes_with_a_plant_runs_off_from_the_start_of_the_period_in_which_it_is_bought() -> None:
    projection = project_purchase("3 million USD")

    value, month = projection.value, 365 / 12
    left = [3.0 * max(1 - k * month / 90, 0) for k in range(5)]
    assert value("accounts.receivables")[0, 3:8] / MILLION == pytest.approx([0.0, *left[1:]])
    assert value("accounts.working_capital_increase")[0, 4:8] / MILLION == pytest.approx(np.diff(left))
    assert value("accounts.working_capital_increase").sum() == pytest.approx(-3e6)  # what was bought has been paid
    assert value("plants.p.purchased.book_value")[0, 4] == pytest.approx(17e6)
    assert disagreements(projection) == []


def test_what_comes_with_a_plant_may_be_told_apart() -> None:
    capital = "{receivables: 3 million USD, inventory: 2 million USD, payables: 1 million USD}"
    projection = project_purchase(capital, "receivables: 90 days, inventory: 365 days, payables: 20 days")

    value, month = projection.value, 365 / 12
    assert value("plants.p.purchased.working_capital")[0, 4] == pytest.approx(4e6)
    assert value("plants.p.purchased.book_value")[0, 4] == pytest.approx(16e6)
    assert value("plants.p.purchased.receivables_left")[0, 5] == pytest.approx(3e6 * (1 - 2 * month / 90))
    assert value("plants.p.purchased.inventory_left")[0, 5] == pytest.approx(2e6 * 10 / 12)
    assert not value("plants.p.purchased.payables_left").any()
    assert value("accounts.working_capital_increase")[0, 4] == pytest.approx(
        0.5e6 * 12 * 365 / 365 * 0
        + value("accounts.working_capital")[0, 4]
        - value("accounts.working_capital")[0, 3]
        - 4e6
    )
    assert disagreements(projection) == []


def test_payables_that_come_with_a_plant_are_taken_over_for_more_assets() -> None:
    projection = project_purchase("{payables: 1 million USD}")

    assert projection.value("plants.p.purchased.book_value")[0, 4] == pytest.approx(21e6)


def test_working_capital_above_the_price_is_refused_in_a_block_too() -> None:
    with pytest.raises(ScenarioError, match="working capital above the price"):
        project_purchase("{receivables: 22 million USD, payables: 1 million USD}")


@pytest.mark.parametrize("days", ["367 days", "{2001: 90 days, 2002: 400 days}"])
def test_more_than_a_year_of_days_is_refused(days: str) -> None:
    with pytest.raises(ScenarioError, match="a value from 0 day to 366 day"):
        run(("90 days", days))


def test_the_base_case_is_owed_what_it_billed_and_bought() -> None:
    """8.22 million USD of receivables and 4.10 of cash at the end of June 2000, as the design worked out beside it."""
    value = project(read("fibercore")).value

    june = 5
    billed = [1.21125e6] * 5 + [1.21125e6 + 0.95 * 1e6 / 12 * 40]
    days, month = 55, 365 / 12
    by_hand = billed[5] + billed[4] * (days / month - 1) + 6.4e6 * (1 - month / days)
    assert value("accounts.receivables")[0, june] == pytest.approx(by_hand)
    assert value("accounts.receivables")[0, june] / MILLION == pytest.approx(8.22, abs=5e-3)
    assert value("accounts.cash")[0, june] / MILLION == pytest.approx(4.10, abs=5e-3)


def test_drawn_days_and_amounts_equal_their_members() -> None:
    capital = "{receivables: 3 million USD, payables: 1 million USD}"
    plan = project_purchase(capital, "receivables: {2001: 90 days, 2002: 30 days}, payables: 20 days").scenario
    samples = {
        "working_capital.receivables.2001": Quantity(np.array([[0.0], [45.0], [366.0]]), "day"),
        "working_capital.payables": Quantity(np.array([[31.0], [0.0], [200.0]]), "day"),
        "plants.p.purchase.working_capital.receivables": Quantity(np.array([[1e6], [0.0], [5e6]]), "USD"),
    }

    batch = project(plan.with_samples(samples))

    for member in range(3):
        alone = project(plan.with_samples({path: value[member : member + 1] for path, value in samples.items()}))
        for path in alone.rows:
            assert batch.value(path)[member] == pytest.approx(alone.value(path)[0], nan_ok=True, abs=1e-6), path
    assert disagreements(batch) == []
