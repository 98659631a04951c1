"""What is wrong in one place is one error, not another where its name is used."""

from __future__ import annotations

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.project import project
from fibercap.reading.files import scenario_of

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003}
money: {report_in: USD}
units: {coil: 12 km}
rates: {libor: 4 %/year}
indices: {cpi: 2 %/year}
products: {one: {price: 60 USD/coil, unit: coil}, two: {price: {2001: 70 USD/coil, growth: cpi}, unit: coil}}
plants: {works: {products: {one: 60 %, two: rest}, capacity: 255_000 coil/year, cash_cost: 30 USD/coil}}
loans: {bank: {commitment: 1 MUSD, signed: 2001-01-31, matures: 2 years, rate: {index: libor}}}
"""


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("one: 60 %", "one: 60 km", "plants.works.products.one: a length of fiber"),
        ("one: 60 %", "one: much", "plants.works.products.one: `much`, wanted a share"),
        ("coil: 12 km", "coil: 12 kmm", "units.coil: `12 kmm`, wanted `new`, or an amount of a unit of products"),
        ("coil: 12 km", "coil: many", "units.coil: `many`, wanted `new`"),
        ("libor: 4 %/year", "libor: 4 %%", "rates.libor: the unknown unit `%%`"),
        ("cpi: 2 %/year", "cpi: 2 km", "indices.cpi: a length of fiber"),
    ],
)
def test_what_is_wrong_in_one_place_is_one_error(was: str, now: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(PLAN.replace(was, now), "plan.yaml")

    (problem,) = caught.value.problems
    assert f"{problem.path}: {problem.found}, wanted {problem.wanted}".startswith(message)


def test_units_are_declared_in_any_order() -> None:
    one, other = (
        project(scenario_of(PLAN.replace("{coil: 12 km}", units).replace("255_000 coil", "80_000 box"), "plan.yaml"))
        for units in ("{coil: 12 km, box: 3 coil}", "{box: 3 coil, coil: 12 km}")
    )

    for row in one.rows:
        np.testing.assert_array_equal(one.value(row), other.value(row), row)


def test_units_that_are_each_other_are_none() -> None:
    with pytest.raises(ScenarioError, match=r"(?s)units.box.*found `3 coil`, wanted `new`"):
        scenario_of(PLAN.replace("{coil: 12 km}", "{box: 3 coil, coil: 2 box}"), "plan.yaml")
