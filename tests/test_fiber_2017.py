"""The fiber maker of `scenarios/fiber_2017.yaml`: its sales recomputed by hand, and what its sources say."""

from __future__ import annotations

import pytest

from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.studies.claims import outcomes

PRICE = {2017: 9.13, 2018: 9.13, 2019: 4.52, 2020: 2.90, 2021: 2.90}  # USD/km
RUPEES = {2017: 65.10, 2018: 68.37, 2019: 70.38, 2020: 74.14, 2021: 72.91}  # INR/USD
WORLD = {2017: 511, 2018: 511, 2019: 477, 2020: 477, 2021: 477}  # million km
STEPS = {(2018, 3): 8, (2018, 12): 10, (2019, 6): 10}  # million km/year, complete at the end of the month
PRICES = {2019: 1.0394, 2020: 1.0394 * 1.0373, 2021: 1.0394 * 1.0373 * 1.0662}  # of a business year, FY2018 is 1


@pytest.fixture(scope="module")
def maker() -> Projection:
    return project(read("fiber_2017"))


def ready_share(months: int) -> float:
    """Return the mean share of a step's capacity in the month that ends so many months after completion."""
    return 0.0 if months < 1 else min((2 * months - 1) / 6, 1.0)


def sold_by_year() -> tuple[dict[int, float], dict[int, float]]:
    """Return million km and million INR of sales by business year, month by month."""
    volume, revenue = dict.fromkeys(range(2018, 2022), 0.0), dict.fromkeys(range(2018, 2022), 0.0)
    for month in range(2017 * 12 + 3, 2021 * 12 + 3):
        year, fiscal = month // 12, (month + 9) // 12
        made = 22 + sum(add * ready_share(month + 1 - (12 * y + m)) for (y, m), add in STEPS.items())
        sold = min(made, WORLD[year] * 0.065) / 12
        volume[fiscal] += sold
        revenue[fiscal] += sold * PRICE[year] * RUPEES[year]
    return volume, revenue


def test_sales_and_costs_are_those_of_a_plain_sum(maker: Projection) -> None:
    volume, revenue = sold_by_year()

    for year in range(2018, 2022):
        fixed = 2000 * PRICES.get(year, 1)
        assert maker.by("accounts.shipments")[f"FY{year}"][0] / 1e6 == pytest.approx(volume[year])
        assert maker.by("accounts.revenue")[f"FY{year}"][0] / 1e6 == pytest.approx(revenue[year])
        assert maker.by("accounts.variable_cost")[f"FY{year}"][0] / 1e6 == pytest.approx(137 * volume[year])
        assert maker.by("accounts.fixed_cost")[f"FY{year}"][0] / 1e6 == pytest.approx(fixed)
        assert maker.by("accounts.overhead")[f"FY{year}"][0] / 1e6 == pytest.approx(fixed / 5)


def test_claims_come_out_as_expected_in_every_option() -> None:
    for option in read("fiber_2017").options:
        claims = outcomes(project(read("fiber_2017", option)))
        assert len(claims) == 13
        assert [name for name, claim in claims.items() if not claim.as_expected] == []
        missed = {name for name, claim in claims.items() if not claim.holds}
        assert missed == {"first_quarter_of_2021", "net_profit_2018"}


def test_the_last_steps_find_no_market(maker: Projection) -> None:
    """What the page says of it."""
    capacity, sold = maker.value("plants.works.effective_capacity"), maker.value("accounts.shipments") * 12

    assert capacity[0, -1] == pytest.approx(50e6)
    assert sold[0, -1] == pytest.approx(31e6, rel=0.001)
    assert measure_named(maker, "project_npv").values[0] < 0
    revenue = maker.value("accounts.revenue")[0]
    for first in (33, 36):  # the last quarter of fiscal 2020 and the first of 2021, beside those a year before
        fall = revenue[first : first + 3].sum() / revenue[first - 12 : first - 9].sum()
        assert fall == pytest.approx(0.676, abs=0.001)
    assert maker.by("accounts.net_income")["FY2018"][0] / 1e6 == pytest.approx(4595, abs=1)
