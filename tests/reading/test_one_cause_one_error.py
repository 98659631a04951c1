"""What is wrong in one place is one error, not another where its name is used."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.units import known_product_units
from fibercap.core.vocabulary import BUILT_IN
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


@pytest.mark.parametrize(
    ("units", "circles"),
    [
        ("{box: 3 coil, coil: 2 box}", ["`3 coil`, in a circle of `box`, `coil`, defined by each other"]),
        ("{coil: 2 coil}", ["`2 coil`, in a circle of `coil`, defined by itself"]),
        (
            "{coil: 5 crate, crate: 3 drum, drum: 2 crate}",
            ["`5 crate`, in a circle of `crate`, `drum`, defined by each"],
        ),
        (
            "{coil: 2 box, box: 3 coil, a: 2 b, b: 4 a}",
            ["`2 box`, in a circle of `coil`, `box`, defined", "`2 b`, in a circle of `a`, `b`, defined"],
        ),
    ],
)
def test_units_that_are_each_other_are_one_error_for_each_circle(units: str, circles: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(PLAN.replace("{coil: 12 km}", units), "plan.yaml")

    problems = caught.value.problems
    assert [one.found[: len(circle)] for one, circle in zip(problems, circles, strict=True)] == circles
    assert problems[0].hint.startswith("say what one of them is, like `")


def test_the_way_out_of_a_circle_is_one() -> None:
    assert scenario_of(PLAN.replace("{coil: 12 km}", "{box: new, coil: 2 box}"), "plan.yaml").products


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
        ("{products: {glass: 60 %, sand: rest}", "{product: kiln", "plants.pune.product", "unknown product `kiln`"),
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
        (
            "glass: {unit: tonne",
            "glass: {unit: GWh",
            "products.glass.unit",
            "found `GWh` of a product that is priced and made in tonne, wanted the unit that it is priced in; "
            "write `unit: tonne`",
        ),
        (
            "60 %, sand: rest}, capacity: 2_000 tonne/year, costs: {soda: {use: 1.1 kg/tonne",
            "60 %, sand: rest}, capacity: 2_000 GWh/year, costs: {soda: {use: 1.1 kg/GWh",
            "plants.pune.capacity",
            "its unit is `tonne/year`; 1 more amount is of that kind: does the plant make another product?",
        ),
        (
            "soda: {use: 1.1 kg/tonne",
            "soda: {per_year: 2 million INR/year, use: 1.1 kg/tonne",
            "plants.pune.costs.soda.price",
            "`price` and `use` beside `per_year`",
        ),
        (
            "complete: 2002-12-31",
            "complete: 2002-12-31, land: true, life: 9 years, residual: 5 %",
            "projects.line.residual",
            "remove `residual` and `life`, or `land`",
        ),
        ("price: 12 INR/kg", "price: 12 INR/l", "plants.pune.costs.soda.price", "its unit is `INR/kg`"),
        ("price: 12 INR/kg", "price: -12 INR/kg", "plants.pune.costs.soda.price", "wanted at least 0 INR/kg"),
        (
            "sand: {unit: tonne, price: 9_000 INR/tonne}",
            "sand: {unit: kg, price: 9 INR/l}",
            "products.sand.price",
            "its unit is `INR/kg`",
        ),
        (
            "2001: 60_000 INR/tonne, 2003: 61_000 INR/tonne",
            '2001: "60000,5 INR/tonne", 2003: "61000,5 INR/tonne"',
            "products.glass.price.2001",
            "write `60000.5 INR/tonne`; 1 more of its values has the same mistake",
        ),
        ("price: 12 INR/kg", "price: 12 INR/kgs", "plants.pune.costs.soda.price", "write `12 INR/kg`"),
        (
            "projects:",
            "units: {EUR: new}\nprojects:",
            "units.EUR",
            "found `EUR`, a currency, wanted a name for a unit; name it with other letters, such as `coil`",
        ),
        (
            "price: 12 INR/kg}}}}",
            "price: 12 INR/kg}}}, yard: {product: glass, capacity: 9 tonne/year, cash_cost: 9 INR/kg, closures: {one: {from: 2003-07-01, "
            "to: 2003-09-30}}, purchase: {price: 9 million INR, on: 2003-01-31, sold: {on: 2002-12-31, price: 1 INR}}}}",
            "plants.yard.purchase.sold.on",
            "sell it later",
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


def test_a_currency_as_a_unit_is_one_error_however_it_is_used() -> None:
    bad = GLASS.replace("projects:", "units: {EUR: new}\nprojects:").replace("tonne", "EUR").replace("kt/", "EUR/")

    assert errors_in(bad) == ["products.glass.unit: " + known_product_units(BUILT_IN) + "; it stands in 2 more inputs"]


def test_two_mistakes_in_one_product_are_two_errors() -> None:
    bad = GLASS.replace(
        "glass: {unit: tonne, ", "glass: {unit: GWh, demand: {market: 9_000 tonne/year, share: 350 %}, "
    )

    assert errors_in(bad) == ["products.glass.unit: write `unit: tonne`", "products.glass.demand.share: "]


def test_amounts_of_a_unit_whose_meaning_is_not_known_are_no_errors_too() -> None:
    bad = MILL.replace("{roll: 100 m}", "{roll: 2 bale, bale: 3 roll}")

    assert [path.partition(":")[0] for path in errors_in(bad)] == ["units.roll"]


def test_a_price_alone_in_another_unit_is_an_error_of_the_price() -> None:
    """What plants can make is in km, so that the unit is not what is missing."""
    with pytest.raises(ScenarioError) as caught:
        scenario_of(PLAN.replace("price: 60 USD/coil, unit: coil", "price: 60 USD/tonne"))

    assert [problem.path for problem in caught.value.problems] == ["products.one.price"]


SEVERAL = """
fibercap: 1
horizon: {from: 2001, to: 2005}
money: {report_in: INR}
products: {fiber: {price: 9 INR/km}, glass: {unit: tonne, price: 60_000 INR/tonne}}
plants:
  jena: {product: fiber, capacity: 2_000 km/year, cash_cost: 1 INR/km}
  pune: {product: glass, capacity: 2_000 tonne/year, cash_cost: 10 INR/kg, fixed_cost: 2 million INR/year, costs: {soda: {use: 1.1 kg/tonne, price: 12 INR/kg}}}
projects: {line: {plant: pune, adds: 1.5 kt/year, capex: 60 million INR, complete: 2002-12-31}}
"""
PRODUCT = "plants.pune.product: unknown product"


def findings(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text)
    return [f"{problem.path}: {problem.found}" for problem in caught.value.problems]


@pytest.mark.parametrize("product", ["glas", "kiln"])
def test_amounts_in_any_unit_of_products_are_no_errors_beside_an_unknown_product(product: str) -> None:
    plan = SEVERAL.replace("product: glass", f"product: {product}")

    assert findings(plan) == [f"{PRODUCT} `{product}`"]
    assert findings(plan.replace("10 INR/kg", "10 INR/GWh")) == [f"{PRODUCT} `{product}`"]
    in_units = plan.replace("tonne/year", "GWh/year").replace("1.5 kt", "1.5 GWh").replace("kg/tonne", "kg/GWh")
    assert findings(in_units.replace("10 INR/kg", "10 INR/GWh")) == [f"{PRODUCT} `{product}`"]


@pytest.mark.parametrize("product", ["glas", "kiln"])
@pytest.mark.parametrize(
    ("was", "now", "problem", "hint"),
    [
        ("2_000 tonne/year", "20 tonne", "capacity: a mass", "write it like `20 tonne/year`"),
        ("2_000 tonne/year", "{2001: 20 tonne, 2003: 9 tonne}", "capacity.2001: a mass", "like `20 tonne/year`; 1 more"),
        ("10 INR/kg", "10 INR", "cash_cost: an amount of money", "write it like `10 INR/tonne`"),
        ("2 million INR/year", "2 million INR", "fixed_cost: an amount of money", "write it like `2 million INR/year`"),
        ("2 million INR/year", "2 tonne/year", "fixed_cost: a mass per time", "its unit is `INR/year`"),
        ("1.1 kg/tonne", "1.1 kg", "costs.soda.use: a mass", "write it like `1.1 kg/tonne`"),
        ("12 INR/kg", "12 INR/l", "costs.soda.price: money per volume", "its unit is `INR/kg`"),
        ("1.5 kt/year", "1.5 kt", "projects.line.adds: a mass", "write it like `1.5 kt/year`"),
    ],
)  # fmt: skip
def test_an_amount_that_is_wrong_whatever_a_plant_makes_is_an_error_at_once(
    was: str, now: str, problem: str, hint: str, product: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(SEVERAL.replace(was, now).replace("product: glass", f"product: {product}"))

    first, second = caught.value.problems
    assert first.code == "unknown_product"
    assert f"{second.path}: {second.found}".removeprefix("plants.pune.") == problem
    assert hint in second.hint


def test_what_a_project_of_an_unknown_plant_adds_is_an_error_only_where_it_lacks_the_year() -> None:
    bad = SEVERAL.replace("plant: pune", "plant: mill")

    assert findings(bad) == ["projects.line.plant: unknown plant `mill`"]
    assert findings(bad.replace("1.5 kt/year", "1.5 kt"))[1:] == ["projects.line.adds: a mass"]


def test_an_amount_in_an_unknown_unit_that_lacks_the_year_is_an_error_at_once() -> None:
    bad = SEVERAL.replace("2_000 tonne/year", "2_000 crate").replace("tonne", "crate").replace("1.5 kt", "9 crate")

    assert findings(bad.replace("10 INR/kg", "10 INR/crate")) == [
        "products.glass.unit: `crate`, no unit of products",
        "plants.pune.capacity: an amount in crate",
    ]


RICH = """\
fibercap: 1
horizon: {from: 2001, to: 2005}
money: {report_in: INR}
sources: {letter: {title: A letter, kind: stated}}
products: {glass: {unit: tonne, price: 60_000 INR/tonne, demand: {market: 9_000 tonne/year, share: 30 %}}, sand: {unit: tonne, price: 9_000 INR/tonne}}
plants: {pune: {products: {glass: 60 %, sand: rest}, capacity: 2_000 tonne/year, costs: {soda: {use: 1.1 kg/tonne, price: 12 INR/kg}, crew: {per_year: 2 million INR/year}}, closures: {one: {from: 2003-01-01, to: 2003-03-31}}}}
projects: {line: {plant: pune, adds: 1.5 kt/year, capex: 60 million INR, complete: 2002-12-31, sold: {on: 2004-12-31, price: 1 million INR}}}
loans: {bank: {commitment: 30 million INR, signed: 2001-01-31, matures: 5 years, rate: 8 %/year, covenants: {cover: {measure: lowest_dscr, at_least: 1.2}}}}
funding: {line: {bank: 50 %, grant: {amount: 1 million INR}, equity: rest}}
claims: {one: {row: accounts.cash, at_least: 0 INR, source: letter, when: 2003, says: Cash at last.}}
ratios: {turn: {numerator: {top: {add: accounts.cash}}, denominator: {bottom: {add: accounts.revenue}}}}
"""
KEYS = [*re.finditer(r"(?<=[{ \n])([a-z_]+)(?=:[ \n])", RICH)]


@pytest.mark.parametrize("key", KEYS, ids=[f"{match.start()}-{match[0]}" for match in KEYS])
def test_a_misspelt_key_is_one_error(key: re.Match[str]) -> None:
    """Of names, which stand between keys, one that nothing refers to may be any; a misspelt one is one error."""
    spelt = f"{RICH[: key.end()]}{key[0][-1]}{RICH[key.end() :]}"
    try:
        scenario_of(spelt)
    except ScenarioError as error:
        (problem,) = error.problems
        assert problem.hint.startswith("did you mean") or problem.code.startswith("unknown_")
    else:
        assert key[0] in {"crew", "soda", "one", "bank", "cover", "turn", "top", "bottom"}


def test_what_is_wrong_beside_a_misspelt_key_is_an_error_too() -> None:
    bad = RICH.replace("report_in", "report_inn").replace("commitment", "comitment").replace("12 INR/kg", "12 INR/l")

    assert [problem.partition(":")[0] for problem in findings(bad)] == [
        "money.report_inn",
        "plants.pune.costs.soda.price",
        "loans.bank.comitment",
    ]


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("{top: {add:", "{add: {top:", "ratios.turn.numerator.add.top: unknown key"),
        ("{top: {add:", "{top: {row:", "ratios.turn.numerator.top.row: unknown key"),
        ("measure: lowest", "ratio: lowest", "loans.bank.covenants.cover.ratio: unknown key"),
        ("at_least: 0 INR", "minimum: 0 INR", "claims.one.minimum: unknown key"),
        ("grant: {amount", "state: {amount", "funding.line.state: unknown source `state`"),
    ],
)
def test_an_unknown_key_in_place_of_one_of_a_few_is_one_error(was: str, now: str, problem: str) -> None:
    assert findings(RICH.replace(was, now)) == [problem]


def test_a_unit_is_in_words_what_this_plan_makes_of_it() -> None:
    """Of a plan that was read before with the same unit, whose meaning is known there, nothing stays."""
    assert scenario_of(MILL).products
    bad = (
        MILL.replace("100 m}", "100 USD}")
        .replace("190 USD/roll", "190 USD/m")
        .replace("shirting: {unit: roll", "shirting: {unit: m")
    )

    assert findings(bad) == ["units.roll: `100 USD`"]


def test_a_number_alone_is_a_ratio_of_amounts_in_one_unit() -> None:
    (hint,) = errors_in(GLASS.replace("1.1 kg/tonne", "1.1"))
    assert hint == "plants.pune.costs.soda.use: write it like `1.1 kg/kg`"
    (hint,) = errors_in(GLASS.replace("use: 1.1 kg/tonne, price: 12 INR/kg", "use: 1.1, price: 12 INR/kWh"))
    assert hint == "plants.pune.costs.soda.use: write it like `1.1 kWh/tonne`"


@pytest.mark.parametrize(("was", "near"), [("RIN", "INR"), ("NIR", "INR"), ("BRZ", "BRL")])
def test_of_codes_one_of_the_same_letters_is_nearest(was: str, near: str) -> None:
    assert f"did you mean `{near}`?" in errors_in(GLASS.replace("report_in: INR", f"report_in: {was}"))[0]


LENT = """\
fibercap: 1
horizon: {from: 2001, to: 2005}
money: {report_in: INR, discount_rate: {value: 12 %/year, note: As the board says.}}
sources: {letter: {title: A letter, kind: stated}}
indices: {cpi: 2 %/year}
rates: {libor: 6 %/year}
products: {glass: {unit: tonne, price: {value: {2001: 60_000 INR/tonne, growth: cpi}, source: letter}}}
plants: {pune: {product: glass, capacity: 2_000 tonne/year, cash_cost: {value: {2001: 40_000 INR/tonne, growth: cpi}, source: letter}, fixed_cost: {value: 1 million INR/year, source: letter}}}
projects:
  line: {plant: pune, adds: 1.5 kt/year, capex: 60 million INR, complete: 2002-12-31}
  more: {like: line, complete: 2003-12-31}
loans:
  bank:
    commitment: 30 million INR
    signed: 2001-01-31
    matures: 5 years
    rate: {index: libor, margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year}}
    repayment: {style: level}
    sweep: {share: 50 %, while: {row: accounts.cash, above: 9 million INR}}
funding: {line: {bank: 50 %, equity: rest}}
company: {gap: [equity]}
options:
  bullet: {title: At the end, change: {loans.bank.repayment: {style: bullet}, loans.bank.matures: 6 years}}
  none: {title: No loan, remove: [loans.bank, funding.line.bank]}
"""


def test_the_plan_with_a_loan_has_no_error() -> None:
    assert set(scenario_of(LENT).options) == {"bullet", "none"}


@pytest.mark.parametrize(
    ("was", "now", "path", "hint"),
    [
        ("{letter: {", "{leter: {", "products.glass.price", "did you mean `leter`?; it stands in 2 more inputs"),
        ("{cpi: 2", "{cpii: 2", "products.glass.price.growth", "did you mean `cpii`?; it stands in 1 more input"),
        ("\nloans:", "\nloanss:", "loanss", "did you mean `loans`?"),
        ("\n  bank:", "\n  banks:", "funding.line.bank", "did you mean `banks`?"),
        ("funding: {line", "funding: {lien", "funding.lien", "did you mean `line`?"),
        ("{style: level", "{stile: level", "loans.bank.repayment.stile", "did you mean `style`?"),
        ("sweep: {share", "sweep: {shares", "loans.bank.sweep.shares", "did you mean `share`?"),
        ("{below: 2, is:", "{below: 2, iss:", "loans.bank.rate.margin.steps.low.iss", "did you mean `is`?"),
        ("{value: 12", "{valeu: 12", "money.discount_rate.valeu", "did you mean `value`?"),
        ("note: As", "notes: As", "money.discount_rate.notes", "did you mean `note`?"),
        ("{value: 1 m", "{vlue: 1 m", "plants.pune.fixed_cost.vlue", "did you mean `value`?"),
        ("{like: line", "{likee: line", "projects.more.likee", "did you mean `like`?"),
        ("{gap: [", "{gaps: [", "company.gaps", "did you mean `gap`?"),
        ("remove: [", "removes: [", "options.none.removes", "did you mean `remove`?"),
    ],
)
def test_a_word_that_is_misspelt_is_one_error_whatever_rests_on_it(was: str, now: str, path: str, hint: str) -> None:
    assert was in LENT
    assert errors_in(LENT.replace(was, now, 1)) == [f"{path}: {hint}"]
