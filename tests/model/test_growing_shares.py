"""Growth of shares, days and other series with an upper bound: refused only where it would leave the bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.language.growth import Growth
from fibercap.core.language.growth_by_month import factors_by_month
from fibercap.core.language.series import Series
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements
from tests.model.test_growing_series import grow_by_hand

PLAN = """
fibercap: 1
id: growing
horizon: {from: 2001, to: 2004}
money: {report_in: USD, discount_rate: 8 %/year}
indices: {cpi: {1990: 1 %/year, 2003: 4 %/year}}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 1200 km/year, cash_cost: 20 USD/km}}
"""
BLOCKS = {
    "plants.works.utilization": ("80 %", "95 %"),
    "products.fiber.demand.share": ("80 %", "95 %"),
    "working_capital.receivables": ("300 days", "360 days"),
    "tax.rate": ("70 %", "99 %"),
}


def plan(path: str, value: str, more: str = "") -> str:
    """Return the plan with a series."""
    text = PLAN + more
    if path.startswith("plants"):
        return text.replace("20 USD/km}", f"20 USD/km, utilization: {value}}}")
    if path.startswith("products"):
        return text.replace("40 USD/km}", f"40 USD/km, demand: {{market: 1000 km/year, share: {value}}}}}")
    block, _, key = path.partition(".")
    return f"{text}{block}: {{{key}: {value}}}\n"


@pytest.mark.parametrize("path", BLOCKS)
@pytest.mark.parametrize("growth", ["2 %/year", "-5 %/year", "cpi", "{rate: 2 %/year, every: month}"])
def test_a_series_with_an_upper_bound_grows(path: str, growth: str) -> None:
    projection = project(scenario_of(plan(path, f"{{2001: {BLOCKS[path][0]}, growth: {growth}}}")))

    row = projection.value(f"inputs.{path}")[0]
    yearly = {"2 %/year": 1.02**3, "-5 %/year": 0.95**3, "cpi": 1.01 * 1.04**2}.get(growth, 1.02 ** (47 / 12))
    assert row[-1] == pytest.approx(row[0] * yearly)
    assert disagreements(projection) == []


@pytest.mark.parametrize("path", BLOCKS)
@pytest.mark.parametrize(
    ("growth", "key", "month"),
    [
        ("12 %/year", "growth", "2002-01"),
        ("{rate: 12 %/year, every: month}", "growth.rate", "2001-"),
        ("cpi", "growth", "200"),
    ],
)
def test_growth_beyond_the_bound_is_refused_at_its_place(path: str, growth: str, key: str, month: str) -> None:
    steep = PLAN.replace("1990: 1 %/year", "1990: 30 %/year")
    text = plan(path, f"{{2001: {BLOCKS[path][1]}, growth: {growth}}}").replace(PLAN, steep)
    text = text.replace("1990: 1 %/year", "1990: 30 %/year")
    most = "366 days" if path.endswith("receivables") else "100 %"
    with pytest.raises(ScenarioError, match=f"a growth to more than {most}") as caught:
        scenario_of(text)

    (problem,) = caught.value.problems
    assert (problem.path, problem.code) == (f"{path}.{key}", "out_of_range")
    assert problem.found.startswith(f"a growth to more than {most} in {month}")
    assert (problem.wanted, problem.hint) == (f"at most {most}", "lower it, or write each value by its key")
    assert problem.place is not None
    assert problem.place.text[problem.place.column - 1 :].startswith(growth.removeprefix("{rate: ")[:5])


def test_a_share_that_is_full_at_the_end_is_taken() -> None:
    text = plan("plants.works.utilization", "{2001: 80 %, growth: {rate: 25 %/year, every: month}}")
    assert project(scenario_of(text.replace("to: 2004", "to: 2002-01"))).samples == 1
    with pytest.raises(ScenarioError, match="a growth to more than 100 % in 2002-02"):
        scenario_of(text)


def test_the_run_off_counts() -> None:
    """The series goes on while a loan is owed, and so does its growth."""
    text = plan("plants.works.utilization", "{2001: 90 %, growth: 2 %/year}")
    loan = (
        "loans: {bank: {commitment: 1000 USD, signed: 2001-01-15, matures: 8 years, rate: 5 %/year, "
        "draws: {2001-06-30: 1000 USD}}}\n"
    )
    scenario_of(text)
    with pytest.raises(ScenarioError, match="a growth to more than 100 % in 2007-01"):
        scenario_of(text + loan)


def test_samples_are_refused_by_their_number() -> None:
    scenario = scenario_of(plan("plants.works.utilization", "{2001: 90 %, growth: 2 %/year}"))
    path = "plants.works.utilization.growth"
    batch = project(scenario.with_samples({path: ("1/year", [0.01, 0.03])}))
    assert batch.value("inputs.plants.works.utilization")[:, -1] == pytest.approx([0.9 * 1.01**3, 0.9 * 1.03**3])
    with pytest.raises(ScenarioError, match="a growth to more than 100 % in 2003-01 in sample 1, wanted at most 100 %"):
        scenario.with_samples({path: ("1/year", [0.01, 0.06])})


@settings(max_examples=30, deadline=None)
@given(
    key=st.integers(12 * 1995, 12 * 2003),
    rate=st.floats(-0.5, 0.5),
    every=st.sampled_from(["year", "month"]),
    year_ends=st.sampled_from([12, 3, 6]),
    by_index=st.booleans(),
)
def test_factors_by_month_are_what_a_hand_steps(
    key: int, rate: float, every: str, year_ends: int, *, by_index: bool
) -> None:
    change = 12 * 2002
    index = Series((np.asarray(rate), np.asarray(0.01)), (0, change), (12, change + 12)) if by_index else None
    growth = Growth("growth", None if by_index else np.asarray(rate), "cpi" if by_index else "", every)
    months = np.arange(key + 1.0, key + 100.0)
    rates = {0: rate, change: 0.01} if by_index else {0: rate}
    by_hand = grow_by_hand(1.0, key, rates, year_ends, every, range(key, key + 100))
    assert factors_by_month(growth, index, months, year_ends) == pytest.approx(by_hand[1:])
