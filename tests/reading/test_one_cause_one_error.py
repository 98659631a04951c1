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


GLASS = """
fibercap: 1
horizon: {from: 2001, to: 2004}
money: {report_in: INR}
products: {glass: {unit: tonne, price: {2001: 60_000 INR/tonne, 2003: 61_000 INR/tonne}}, sand: {unit: tonne, price: 9_000 INR/tonne}}
plants: {pune: {products: {glass: 60 %, sand: rest}, capacity: 2_000 tonne/year, costs: {soda: {use: 1.1 kg/tonne, price: 12 INR/kg}}}}
projects: {line: {plant: pune, adds: 1.5 kt/year, capex: 60 million INR, complete: 2002-12-31}}
options: {bank: {title: A bank}}
"""


@pytest.mark.parametrize(
    ("was", "now", "path", "sentence"),
    [
        (
            "glass: {unit: tonne, ",
            "glass: {",
            "products.glass.unit",
            "found no `unit` in `products.glass`, which is counted in km without one and priced per tonne, "
            "wanted the unit that it is priced in; add `unit: tonne`",
        ),
        ("{products: {glass: 60 %, sand: rest}", "{product: glas", "plants.pune.product", "did you mean `glass`?"),
        ("{products: {glass: 60 %, sand: rest}", "{product: kiln", "plants.pune.product", "the unknown product `kiln`"),
        ("{glass: 60 %,", "{glas: 60 %,", "plants.pune.products.glas", "did you mean `glass`?"),
        ("{glass: 60 %, sand: rest}", "{}", "plants.pune.products", "write it like `{glass: 60 %, sand: rest}`"),
        ("{plant: pune", "{plant: puen", "projects.line.plant", "did you mean `pune`?"),
        ("report_in: INR", "report_in: inr", "money.report_in", "did you mean `INR`?"),
        (
            "report_in: INR",
            "report_in: EUR",
            "products.glass.price.2001",
            "give its rates under `exchange: {INR: ...}`, or convert it; it stands in 4 more inputs",
        ),
        ("use: 1.1 kg/tonne", "use: 1.1", "plants.pune.costs.soda.use", "wanted a mass per mass; write it like"),
        (
            "use: 1.1 kg/tonne, price: 12 INR/kg",
            "use: 1.1, price: 12 INR/piece",
            "plants.pune.costs.soda.use",
            "write it like `1.1 piece/tonne`",
        ),
        (
            "use: 1.1 kg/tonne, price: 12 INR/kg",
            "use: 1.1 box/tonne, price: 12 INR/box",
            "plants.pune.costs.soda.use",
            "declare one of your own under `units`; it stands in 1 more input",
        ),
        (
            "{2001: 60_000 INR/tonne, 2003: 61_000 INR/tonne}",
            "{2001: 60_000 INR/km, 2003: 61_000 INR/km}",
            "products.glass.price.2001",
            "its unit is `INR/tonne`; 1 more of its values has the same mistake",
        ),
        (
            "{2001: 60_000 INR/tonne, 2003: 61_000 INR/tonne}",
            "{2001: 60_000, 2002: 60_500, 2003: 61_000}",
            "products.glass.price.2001",
            "write it like `60_000 INR/tonne`; 2 more of its values have the same mistake",
        ),
        (
            "options: {bank: {title: A bank}}",
            "uncertain: {inputs: {it: {input: plants.pune.capacity, times: {normal: {mean: 1, sd: 0.1}}}}}\nunits: {one: 2 kn}",
            "units.one",
            "write it like `12 km` or `0.5 tonne`",
        ),
        (
            "capacity: 2_000 tonne/year, costs: {soda: {use: 1.1 kg/tonne, price: 12 INR/kg}}}}",
            "capacity: 2_000 km/year, costs: {soda: {use: 1.1 kg/tonne, price: 12 INR/kg}}}}\n"
            "uncertain: {inputs: {it: {input: plants.pune.capacity, times: {normal: {mean: 1, sd: 0.1}}}}}",
            "plants.pune.capacity",
            "its unit is `tonne/year`",
        ),
    ],
)
def test_a_mistake_in_a_plan_in_tonnes_is_one_error(was: str, now: str, path: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(GLASS.replace(was, now))

    (problem,) = caught.value.problems
    assert problem.path == path
    assert problem.place is not None
    assert sentence in problem.sentence()


def test_a_price_alone_in_another_unit_is_an_error_of_the_price() -> None:
    """What plants can make is in km, so that the unit is not what is missing."""
    with pytest.raises(ScenarioError) as caught:
        scenario_of(PLAN.replace("price: 60 USD/coil, unit: coil", "price: 60 USD/tonne"))

    assert [problem.path for problem in caught.value.problems] == ["products.one.price"]
