"""Marks and euros beside each other: the law fixed what one is worth, whatever a plan reports in."""

from __future__ import annotations

import pytest

from fibercap.model.project import project
from fibercap.reading.files import scenario_of

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: IN}
opening: {cash: 50 million IN}
products: {fiber: {price: 40 IN/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 IN/km, fixed_cost: 1.95583 million OF/year}}
"""


@pytest.mark.parametrize(("reported", "other", "worth"), [("EUR", "DEM", 1.0), ("DEM", "EUR", 1.95583**2)])
def test_a_plan_in_one_has_costs_in_the_other(reported: str, other: str, worth: float) -> None:
    """1 EUR = 1.95583 DEM, fixed; no rate of exchange is asked for."""
    projection = project(scenario_of(PLAN.replace("IN", reported).replace("OF", other)))

    assert projection.value("plants.works.fixed_cost")[0] == pytest.approx([worth * 1e6 / 4] * 12)
