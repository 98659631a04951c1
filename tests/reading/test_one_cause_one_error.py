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
        ("one: 60 %", "one: 60 km", "plants.works.products.one: a length"),
        ("one: 60 %", "one: much", "plants.works.products.one: `much`, wanted a share"),
        ("coil: 12 km", "coil: 12 kmm", "units.coil: `12 kmm`, wanted `new`, or an amount of a unit of products"),
        ("coil: 12 km", "coil: many", "units.coil: `many`, wanted `new`"),
        ("libor: 4 %/year", "libor: 4 %%", "rates.libor: the unknown unit `%%`"),
        ("cpi: 2 %/year", "cpi: 2 km", "indices.cpi: a length"),
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


MILL = """
fibercap: 1
horizon: {from: 2024, to: 2027}
money: {report_in: USD}
units: {roll: 100 m}
products: {denim: {unit: roll, price: 260 USD/roll}, shirting: {unit: roll, price: 190 USD/roll}}
plants:
  mill: {products: {denim: 70 %, shirting: rest}, capacity: 3 Mm/year, cash_cost: 1.1 USD/m}
projects: {looms: {plant: mill, adds: 1 Mm/year, capex: 2 MUSD, complete: 2025-12-31, cash_cost: 0.9 USD/m}}
"""


def errors_in(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text)
    return [f"{problem.path}: {problem.hint}" for problem in caught.value.problems]


def test_a_unit_that_is_not_declared_is_one_error_however_it_is_used() -> None:
    assert errors_in(MILL.replace("units: {roll: 100 m}\n", "")) == [
        "products.denim.unit: declare it: `units: {roll: new}`, or `{roll: 12 km}`; it stands in 1 more input"
    ]
    bad = MILL.replace("unit: roll, price: 260 USD/roll", "unit: rol, price: 2.6 USD/m")
    assert [problem.partition(":")[0] for problem in errors_in(bad)] == ["products.denim.unit"]


def test_keys_of_business_years_without_them_are_one_error() -> None:
    bad = MILL.replace("70 %,", "{FY2024: 70 %, FY2026: 60 %},").replace("1.1 USD/m", "{FY2024: 1 USD/m}")
    assert errors_in(bad) == [
        "plants.mill.products.denim.FY2024: years end in December: write `2024`, or name another month in `horizon`, "
        "such as `year_ends: June`; 2 more keys name business years"
    ]


def test_words_for_a_plan_in_metres_speak_of_no_fiber() -> None:
    (hint,) = errors_in(MILL.replace("capacity: 3 Mm/year", "capacity: 3 tonne/year"))
    assert "fiber" not in hint
