"""Who serves demand, and what it is a share of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements

TWO = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: USD}
exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2002: 1.3 USD/EUR}}}
products: {a: {price: 40 USD/km, demand: 1_500_000 km/year, serve: cheapest_first}}
plants:
  dear: {product: a, capacity: 1_000_000 km/year, cash_cost: 20 EUR/km}
  cheap: {product: a, capacity: 1_000_000 km/year, cash_cost: 20 USD/km}
"""
MARKET = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: quarter}
money: {report_in: USD}
products: {a: {price: 40 USD/km, demand: {market: {2001: 1.9 million km/year, 2002: 2 million km/year}, share: 35 %,
  exports: 0.4 million km/year}}}
plants: {works: {product: a, capacity: 5_000_000 km/year, cash_cost: 20 USD/km}}
"""


def test_the_cheapest_plant_of_each_period_is_served_first() -> None:
    """In euros at 0.90 the first plant costs 18 USD, at 1.30 it costs 26."""
    projection = project(scenario_of(TWO))

    assert projection.value("plants.dear.shipments")[0] == pytest.approx([1e6, 0.5e6, 0.5e6])
    assert projection.value("plants.cheap.shipments")[0] == pytest.approx([0.5e6, 1e6, 1e6])
    assert list(disagreements(projection)) == []


def test_plants_of_one_cost_are_served_in_the_order_of_their_names() -> None:
    projection = project(scenario_of(TWO.replace("20 EUR/km", "20 USD/km")))

    assert projection.value("plants.cheap.shipments")[0] == pytest.approx([1e6] * 3)


def test_case_k01() -> None:
    """https://github.com/quintel/etmodel/issues/1200: the cheap one of two plants runs; 10 million, not 20."""
    text = TWO.replace("1_500_000", "1_000_000").replace("20 EUR/km", "30 USD/km").replace("20 USD/km", "10 USD/km")

    assert project(scenario_of(text)).value("accounts.variable_cost")[0, 0] == pytest.approx(10e6)


def test_demand_is_a_share_of_the_market_and_exports() -> None:
    projection = project(scenario_of(MARKET))

    yearly = projection.by("accounts.shipments")
    assert float(yearly["2001"][0]) == pytest.approx(1.9e6 * 0.35 + 0.4e6)
    assert float(yearly["2002"][0]) == pytest.approx(2e6 * 0.35 + 0.4e6)


@pytest.mark.long
@settings(max_examples=20, deadline=None)
@given(
    demand=st.integers(0, 4_000_000),
    costs=st.lists(st.integers(1, 4), min_size=3, max_size=3),
    sizes=st.lists(st.integers(0, 2_000_000), min_size=3, max_size=3),
)
def test_no_order_of_plants_costs_less(demand: int, costs: list[int], sizes: list[int]) -> None:
    plants = "".join(
        f"  p{k}: {{product: a, capacity: {size} km/year, cash_cost: {cost} USD/km}}\n"
        for k, (cost, size) in enumerate(zip(costs, sizes, strict=True))
    )
    head = TWO.split("plants:", maxsplit=1)[0].replace("1_500_000", str(demand))
    projection = project(scenario_of(f"{head}plants:\n{plants}"))

    left, least = float(demand), 0.0
    for cost, size in sorted(zip(costs, sizes, strict=True)):
        shipped = min(left, size)
        left, least = left - shipped, least + shipped * cost
    assert projection.value("accounts.variable_cost")[0, 0] == pytest.approx(least)
    assert projection.value("accounts.shipments")[0, 0] == pytest.approx(min(demand, sum(sizes)))


def test_samples_of_costs_are_each_served_by_their_own_order() -> None:
    scenario = scenario_of(TWO.replace("20 EUR/km", "20 USD/km"))
    batch = project(scenario.with_samples({"plants.dear.cash_cost": ("USD/km", np.array([15.0, 25.0]))}))

    assert batch.value("plants.dear.shipments")[:, 0] == pytest.approx([1e6, 0.5e6])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("share: 35 %", "share: 135 %", "0 % to 100 %"),
        ("market: {2001: 1.9 million km/year, 2002: 2 million km/year}, ", "", "no `market`"),
        ("exports: 0.4 million km/year", "exports: 0.4 million km", "per time"),
        ("price: 40 USD/km,", "price: 40 USD/km, serve: cheapest,", "did you mean `cheapest_first`"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message) as caught:
        scenario_of(MARKET.replace(old, new))

    assert all(problem.place is not None for problem in caught.value.problems)


def test_what_is_wrong_in_a_demand_is_refused_at_its_key() -> None:
    with pytest.raises(ScenarioError, match="wanted a value from 0 % to 100 %") as caught:
        scenario_of(MARKET.replace("share: 35 %", "share: 135 %").replace("exports: 0.4", "exports: -0.4"))

    assert [problem.path for problem in caught.value.problems] == [
        "products.a.demand.share",
        "products.a.demand.exports",
    ]
