"""What plants cost and make: cost lines, yield, cash cost of projects, products that share output (docs/conventions.md, 2 and 3)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.units import Array
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, spoilt
from tests.sheets import disagreements as unlike_sheets

HEAD = """\
fibercap: 1
id: works
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 8 %/year}
"""
ONE = "products: {fiber: {price: 60 USD/km}}\nplants:\n  works: {product: fiber, capacity: 1_000 km/year, "
EVERY = """\
fibercap: 1
id: every
horizon: {from: 2001-07, to: 2005-06, step: quarter, year_ends: June}
money: {report_in: USD, discount_rate: 8 %/year, terminal_value: book}
units: {bottle: new}
indices: {cpi: {2001: 3 %/year, 2003: 5 %/year}}
exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2003: 1.1 USD/EUR}}}
products:
  smf: {name: Single mode, price: {2001: 60 USD/km, growth: 2 %/year}, demand: {2001: 2_600 km/year, 2003: 1_900 km/year}, serve: cheapest_first}
  mmf: {price: 70 EUR/km, demand: 600 km/year}
plants:
  works:
    name: The works
    products: {mmf: {2001: 40 %, 2003: 25 %}, smf: rest}
    capacity: 1_500 km/year
    closures: {pause: {from: 2002-10-01, to: 2002-12-31, fixed_cost: stops}, stop: {from: 2004-11-15, to: 2004-12-31}}
    yield: {2001: 85 %, 2002: 95 %, interpolate: linear}
    cash_cost: 3 USD/km
    fixed_cost: 4_000 USD/year
    costs:
      glass: {use: {2001: 1.1 kg/km, 2003: 1 kg/km}, price: {2001: 12 EUR/kg, growth: cpi}}
      helium: {use: 0.2 bottle/km, price: 9 USD/bottle}
      packing: {price: 1 USD/km}
      crew: {per_year: {2001: 5_000 EUR/year, growth: {rate: 3 %/year, every: month}}}
  bought: {product: smf, capacity: 400 km/year, opens: 2002-04-01, costs: {making: {price: 18 USD/km}},
           purchase: {price: 9_000 USD, on: 2002-03-31, working_capital: {inventory: 500 USD}}}
projects:
  line: {plant: works, adds: 600 km/year, capex: 20_000 USD, complete: 2003-01-31, ramp: {linear: 6 months}, cash_cost: {2001: 2 EUR/km, growth: 1 %/year}, fixed_cost: 100 USD/year}
  next: {plant: bought, adds: 200 km/year, capex: 5_000 USD, complete: 2003-12-31, cash_cost: 4 USD/km}
funding: {line: {bank: 10_000 USD, equity: rest}, next: {cash: rest}, bought: {equity: rest}}
loans: {bank: {commitment: 10_000 USD, signed: 2002-01-31, matures: 6 years, rate: 7 %/year}}
working_capital: {receivables: 40 days, inventory: 30 days, payables: 45 days}
tax: {rate: 30 %}
opening: {cash: 9_000 USD}
"""
"""All of it in one plan: several products, currencies and materials, growth, a purchase, a run-off."""


def project_text(text: str) -> Projection:
    return project(scenario_of(text))


def one_plant(rest: str) -> Projection:
    """Project a plan of one plant that makes 1,000 km a year; `rest` are the other keys of the plant."""
    return project_text(f"{HEAD}{ONE}{rest}}}\n")


def yearly(projection: Projection, path: str) -> Array:
    return np.array([value[0] for value in projection.by(path).values()])


def test_each_line_is_a_row_on_what_is_made() -> None:
    """Shipments / yield x use x price; of a line by the year, the amount while the plant is open."""
    projection = one_plant(
        "yield: 90 %, closes: 2002-06-30, cash_cost: 2 USD/km, "
        "costs: {glass: {use: 1.1 kg/km, price: 12 USD/kg}, crew: {per_year: 1_800 USD/year}, gas: {price: 3 USD/km}}"
    )

    assert yearly(projection, "plants.works.output") == pytest.approx([900, 450, 0])
    assert yearly(projection, "plants.works.costs.glass") == pytest.approx([1.1 * 12 * 1_000, 1.1 * 12 * 500, 0])
    assert yearly(projection, "plants.works.costs.gas") == pytest.approx([3_000, 1_500, 0])
    assert yearly(projection, "plants.works.costs.crew") == pytest.approx([1_800, 900, 0])
    assert yearly(projection, "plants.works.variable_cost") == pytest.approx([13_200 + 3_000 + 1_800, 9_000, 0])
    assert yearly(projection, "accounts.fixed_cost") == pytest.approx([1_800, 900, 0])
    assert "inputs.plants.works.costs.glass.use" in projection.rows


@pytest.mark.parametrize(("word", "crew"), [("continues", 1_800), ("stops", 1_350)])
def test_a_closure_stops_lines_by_the_year_as_it_does_fixed_cost(word: str, crew: float) -> None:
    closed = (
        f"closures: {{slump: {{from: 2002-04-01, to: 2002-06-30, fixed_cost: {word}}}}}, fixed_cost: 1_800 USD/year"
    )
    projection = one_plant(f"{closed}, costs: {{crew: {{per_year: 1_800 USD/year}}, gas: {{price: 3 USD/km}}}}")

    assert yearly(projection, "plants.works.costs.crew") == pytest.approx([1_800, crew, 1_800])
    assert yearly(projection, "plants.works.costs.gas") == pytest.approx([3_000, 2_250, 3_000])
    assert yearly(projection, "plants.works.fixed_cost") == pytest.approx([3_600, 2 * crew, 3_600])


@pytest.mark.parametrize(
    ("use", "price"),
    [("1_100 g/km", "12 USD/kg"), ("1.1 kg/km", "12_000 USD/tonne"), ("0.0011 tonne/km", "0.012 USD/g")],
)
def test_units_of_a_material_are_converted(use: str, price: str) -> None:
    projection = one_plant(f"costs: {{glass: {{use: {use}, price: {price}}}}}")

    assert yearly(projection, "plants.works.costs.glass") == pytest.approx(np.full(3, 13_200))


def test_the_order_of_lines_and_other_words_for_one_cost_do_not_matter() -> None:
    """A cash cost, a line without `use`, and a line of a product's own unit are one cost where nothing is lost."""
    ways = ("cash_cost: 30 USD/km", "costs: {all: {price: 30 USD/km}}", "costs: {all: {use: 2 km/km, price: 15 USD/km}}",
            "costs: {one: {price: 10 USD/km}, two: {use: 1 kg/km, price: 20 USD/kg}}",
            "cash_cost: 10 USD/km, costs: {two: {use: 1 kg/km, price: 20 USD/kg}}")  # fmt: skip
    cash = [one_plant(way).value("accounts.cash")[0] for way in ways]

    for other in cash[1:]:
        assert other == pytest.approx(cash[0], rel=1e-12)


def test_a_yield_of_all_changes_nothing() -> None:
    cost = "costs: {glass: {use: 1.1 kg/km, price: 12 USD/kg}}"
    projection, plain = one_plant(f"yield: 100 %, {cost}"), one_plant(cost)

    for path in plain.rows:
        assert projection.value(path)[0] == pytest.approx(plain.value(path)[0], nan_ok=True), path


def test_cash_cost_per_unit_is_of_twelve_months_and_safe_where_nothing_is_shipped() -> None:
    """An example of the ACCA's text: 1,000 kg at 18 with a loss of 10 %, labor 1,800 and overheads 900 come to 23 a kg."""
    projection = one_plant(
        "yield: 90 %, opens: 2002-01-01, closes: 2002-12-31, "
        "costs: {material: {use: 1 kg/km, price: 18 USD/kg}, labor: {per_year: 1_800 USD/year}, other: {per_year: 900 USD/year}}"
    )

    per_unit = projection.value("plants.works.cash_cost_per_unit")[0]
    assert np.isnan(per_unit[:4]).all()
    assert per_unit[4:11] == pytest.approx(
        np.full(7, 23.0)
    )  # in the last quarter of 2003 nothing was shipped for a year
    assert np.isnan(per_unit[11])
    assert projection.rows["plants.works.cash_cost_per_unit"].unit == "USD/km"
    assert "nothing is shipped" in projection.rows["plants.works.cash_cost_per_unit"].undefined
    assert projection.value("products.fiber.cash_cost_per_unit")[0] == pytest.approx(per_unit, nan_ok=True)


PROJECTS = (
    HEAD
    + "products: {fiber: {price: 60 USD/km, demand: 900 km/year}}\n"
    + "plants: {works: {product: fiber, capacity: 300 km/year, cash_cost: 30 USD/km}}\n"
    + "projects:\n"
    + "  line: {plant: works, adds: 900 km/year, capex: 5_000 USD, complete: 2001-12-31, cash_cost: 10 USD/km}\n"
    + "  plain: {plant: works, adds: 300 km/year, capex: 5_000 USD, complete: 2002-12-31}\n"
)


def test_shipments_of_a_plant_are_shared_by_effective_capacity() -> None:
    """900 km are sold: in 2002 a fourth of them at the plant's cost, in 2003 two fifths (600 of 1,500 km a year)."""
    projection = project_text(PROJECTS)

    assert yearly(projection, "projects.line.capacity_share") == pytest.approx([0, 0.75, 0.6])
    assert yearly(projection, "projects.line.shipments") == pytest.approx([0, 675, 540])
    assert yearly(projection, "projects.line.variable_cost") == pytest.approx([0, 6_750, 5_400])
    assert yearly(projection, "plants.works.variable_cost") == pytest.approx(
        [9_000, 225 * 30 + 6_750, 360 * 30 + 5_400]
    )


def test_a_cancelled_project_has_no_part_in_shipments() -> None:
    cancelled = "cash_cost: 10 USD/km, cancelled: 2001-06-30"
    projection = project_text(PROJECTS.replace("cash_cost: 10 USD/km", cancelled))

    assert "projects.line.shipments" not in projection.rows
    assert yearly(projection, "plants.works.variable_cost") == pytest.approx([9_000, 9_000, 18_000])


def test_a_cash_cost_like_the_plant_s_changes_nothing() -> None:
    projection = project_text(PROJECTS.replace("cash_cost: 10 USD/km", "cash_cost: 30 USD/km"))
    plain = project_text(PROJECTS.replace(", cash_cost: 10 USD/km", ""))

    assert projection.value("accounts.cash")[0] == pytest.approx(plain.value("accounts.cash")[0])


@pytest.mark.long
@settings(max_examples=40)
@given(
    shares=st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(lambda shares: sum(shares[:2]) <= 100),
    demands=st.lists(st.integers(0, 900), min_size=3, max_size=3),
    serve=st.sampled_from(["share", "cheapest_first"]),
    last=st.sampled_from(["rest", "what is left"]),
)
def test_products_add_up_to_their_plant(shares: list[int], demands: list[int], serve: str, last: str) -> None:
    """Output, shipments, revenue and cash costs; with one price and no limit, the plant is one of a single product."""
    last = last if last == "rest" else f"{100 - shares[0] - shares[1]} %"
    products = "".join(
        f"  {name}: {{price: 60 USD/km, demand: {demand} km/year, serve: {serve}}}\n"
        for name, demand in zip("abc", demands, strict=True)
    )
    plants = (
        f"  works: {{products: {{a: {shares[0]} %, b: {shares[1]} %, c: {last}}}, capacity: 1_000 km/year, yield: 95 %,"
        " fixed_cost: 900 USD/year, costs: {glass: {use: 1 kg/km, price: 12 USD/kg}, crew: {per_year: 500 USD/year}}}\n"
        "  other: {product: b, capacity: 200 km/year, cash_cost: 12.5 USD/km, fixed_cost: 10 USD/year}\n"
    )

    projection = project_text(f"{HEAD}products:\n{products}plants:\n{plants}")

    for row in ("output", "shipments", "revenue", "cash_costs"):
        parts = sum(projection.value(f"plants.works.products.{name}.{row}")[0] for name in "abc")
        assert parts == pytest.approx(projection.value(f"plants.works.{row}")[0], abs=1e-9)
    costs = sum(projection.value(f"products.{name}.cash_costs")[0] for name in "abc")
    assert costs == pytest.approx(projection.value("accounts.cash_costs")[0], abs=1e-9)
    for name, demand in zip("abc", demands, strict=True):
        shipped = projection.value(f"products.{name}.shipments")[0]
        made = projection.value(f"products.{name}.output")[0]
        assert shipped == pytest.approx(np.minimum(made, demand / 4), abs=1e-9)


def test_a_plant_of_products_is_a_plant_of_one_product_where_all_is_one() -> None:
    one = one_plant("yield: 90 %, fixed_cost: 10 USD/year, costs: {glass: {use: 1 kg/km, price: 12 USD/kg}}")
    text = ONE.replace("product: fiber", "products: {fiber: 60 %, other: rest}").replace(
        "{fiber: {price: 60 USD/km}}", "{fiber: {price: 60 USD/km}, other: {price: 60 USD/km}}"
    )
    two = project_text(
        f"{HEAD}{text}yield: 90 %, fixed_cost: 10 USD/year, costs: {{glass: {{use: 1 kg/km, price: 12 USD/kg}}}}}}\n"
    )

    for path in one.rows:
        if "products." not in path:
            assert two.value(path)[0] == pytest.approx(one.value(path)[0], nan_ok=True), path


MERIT = (
    HEAD.replace("step: quarter", "step: year")
    + "products: {fiber: {price: 60 USD/km, demand: 1_000 km/year, serve: cheapest_first}}\n"
    + "plants:\n"
    + "  dear: {product: fiber, capacity: 1_000 km/year, yield: 50 %, costs: {a: {use: 1 kg/km, price: 6 USD/kg}}}\n"
    + "  cheap: {product: fiber, capacity: 700 km/year, cash_cost: {2001: 11 USD/km, 2003: 13 USD/km}}\n"
)


def test_the_cheapest_plant_is_found_with_its_lines_and_its_yield() -> None:
    """6 a km made are 12 a good one: above 11, below 13; half of 1,000 is good."""
    projection = project_text(MERIT)

    assert projection.value("plants.dear.variable_cost_per_unit")[0].tolist() == [12, 12, 12]
    assert projection.value("plants.dear.shipments")[0].tolist() == [300, 300, 500]
    assert projection.value("plants.cheap.shipments")[0].tolist() == [700, 700, 500]
    assert projection.value("products.fiber.cash_cost_per_unit")[0] == pytest.approx(
        [(700 * 11 + 300 * 12) / 1_000] * 2 + [(500 * 13 + 500 * 12) / 1_000]
    )


def test_formulas_give_what_kernels_give_and_books_balance() -> None:
    projection = project_text(EVERY)

    assert disagreements(projection) == []
    assert projection.laws["products"] < 1e-6
    assert projection.run_off is not None
    assert (projection.value("run_off.plants.works.costs.glass")[0] > 0).all()
    assert projection.value("plants.works.costs.crew")[0, 5] == 0
    assert np.isfinite(projection.value("run_off.products.mmf.cash_cost_per_unit")).all()
    assert np.isfinite(measures(projection)["levelized_cost"].values[0])


@pytest.mark.long
def test_recalculated_workbooks_have_them_too(tmp_path: Path) -> None:
    scenario = scenario_of(EVERY)
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path).read()

    assert unlike_sheets(sheets, project(scenario), "As written") == []


DRAWN = {
    "plants.works.yield.2002": ("", [0.6, 0.9, 1.0]),
    "plants.works.costs.glass.use.2001": ("kg/km", [0.5, 1.1, 2.0]),
    "plants.works.costs.glass.price.2001": ("EUR/kg", [5.0, 12.0, 40.0]),
    "plants.works.costs.crew.per_year.2001": ("EUR/year", [1.0, 5_000.0, 9_000.0]),
    "plants.works.products.mmf.2003": ("", [0.0, 0.25, 1.0]),
    "projects.line.cash_cost.2001": ("EUR/km", [1.0, 2.0, 30.0]),
}


def test_samples_are_members_of_their_batch() -> None:
    scenario = scenario_of(EVERY)
    batch = project(scenario.with_samples(DRAWN))

    for number in range(3):
        alone = project(
            scenario.with_samples(
                {path: (unit, samples[number : number + 1]) for path, (unit, samples) in DRAWN.items()}
            )
        )
        for row in (
            "accounts.cash",
            "run_off.accounts.variable_cost",
            "products.smf.shipments",
            "plants.works.cash_costs",
        ):
            assert batch.value(row)[number].tolist() == alone.value(row)[0].tolist()
    assert np.ptp(batch.value("accounts.cash")[:, -1]) > 0


@pytest.mark.parametrize("path", list(DRAWN))
def test_each_input_moves_what_a_plan_leads_to(path: str) -> None:
    """It is set by `--set`, and counted among the inputs that results rest on."""
    scenario = scenario_of(EVERY)
    unit, samples = DRAWN[path]

    other = project(scenario.with_samples({path: (unit, samples[:1])}))

    assert path.rpartition(".")[0] in {item.path for item in scenario.inputs()}
    assert not np.allclose(other.value("accounts.cash"), project(scenario).value("accounts.cash"))


WRONG = [
    ("product: fiber, products: {fiber: 100 %}, cash_cost: 3 USD/km", "works.product\n.*both `product` and `products` are given"),
    ("cash_cost: 3 USD/km, note: no product", "plants.works.product\n.*neither `product` nor `products` in `plants.works`"),
    ("product: fiber", "plants.works.cash_cost\n.*no `cash_cost` in `plants.works`, wanted one, or `costs`"),
    ("products: {fiber: 60 %, other: 50 %}, cash_cost: 3 USD/km", "works.products\n.*total 110 % in 2001-01, wanted 100 %; lower one of them, or give one as `rest`"),
    ("products: {fiber: 60 %, other: 30 %}, cash_cost: 3 USD/km", "total 90 % in 2001-01"),
    ("products: {fiber: {2001: 60 %, 2002: 90 %}, other: 20 %, third: rest}, cash_cost: 3 USD/km", "total 110 % in 2002-01, wanted at most 100 %"),
    ("products: {fiber: {2001: 60 %, growth: 40 %/year}, other: 20 %, third: rest}, cash_cost: 3 USD/km", "total 104 % in 2002-01, wanted at most 100 %"),
    ("products: {fiber: rest, other: rest}, cash_cost: 3 USD/km", "works.products.other\n.*two products are `rest`"),
    ("products: {fiber: 130 %, other: rest}, cash_cost: 3 USD/km", "works.products.fiber\n.*`130 %`, wanted a value from 0 % to 100 %"),
    ("products: {fiber: 1 km/year, other: rest}, cash_cost: 3 USD/km", "works.products.fiber\n.*wanted a share"),
    ("products: {fibre: 60 %, other: rest}, cash_cost: 3 USD/km", "works.products.fibre\n.*unknown product `fibre`.*did you mean `fiber`"),
    ("products: {fiber: 60 %, wool: rest}, cash_cost: 3 USD/km", "works.products.wool\n.*`wool`, counted in tonne, wanted one counted in km, as `fiber`"),
    ("product: fiber, yield: 0 %, cash_cost: 3 USD/km", "works.yield\n.*more than 0 %"),
    ("product: fiber, yield: 101 %, cash_cost: 3 USD/km", "works.yield\n.*`101 %`"),
    ("product: fiber, costs: {a: {use: 1 kg/km, price: 2 USD/l}}", "costs.a.price\n.*money per volume, wanted money per mass"),
    ("product: fiber, costs: {a: {use: 1 kg/tonne, price: 2 USD/kg}}", "costs.a.use\n.*a mass per mass, wanted a mass per length"),
    ("product: fiber, costs: {a: {use: 1 kg, price: 2 USD/kg}}", "costs.a.use\n.*a mass, wanted a mass per length; write it like `1 kg/km`"),
    ("product: fiber, costs: {a: {use: 1.1, price: 2 USD/kg}}", "costs.a.use\n.*the bare number `1.1`"),
    ("product: fiber, costs: {a: {use: 110 %, price: 2 USD/km}}", "costs.a.use\n.*a share, wanted"),
    ("product: fiber, costs: {a: {use: 1 USD/km, price: 2 USD/kg}}", "costs.a.use\n.*money per length, wanted"),
    ("product: fiber, costs: {a: {use: 1 kg/km, price: 2 EUR/kg}}", "costs.a.price\n.*in EUR without an exchange rate"),
    ("product: fiber, costs: {a: {use: 1 kg/km, price: 2 USD/year}}", "costs.a.price\n.*wanted money per mass"),
    ("product: fiber, costs: {a: {use: 1 kg/km}}", "costs.a.price\n.*no `price`"),
    ("product: fiber, costs: {a: {note: nothing}}", "costs.a.price\n.*neither `price` nor `per_year` in `plants.works.costs.a`"),
    ("product: fiber, costs: {a: {price: 2 USD/km, per_year: 3 USD/year}}", "costs.a.price\n.*`price` beside `per_year`"),
    ("product: fiber, costs: {a: {use: 1 kg/km, per_year: 3 USD/year}}", "costs.a.use\n.*`use` beside `per_year`"),
    ("product: fiber, costs: {a: {per_yaer: 3 USD/year}}", "costs.a.per_yaer\n.*did you mean `per_year`"),
    ("product: fiber, costs: {a: {use: 1 kg/km, price: -2 USD/kg}}", "costs.a.price\n.*at least 0"),
    ("product: fiber, costs: 3 USD/km", "works.costs\n.*wanted a block"),
    ("prodct: fiber, cash_cots: 3 USD/km", "works.prodct\n.*did you mean `product`"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "message"), WRONG)
def test_what_is_wrong_is_refused_at_its_place(keys: str, message: str) -> None:
    text = f"{HEAD}products: {{fiber: {{price: 60 USD/km}}, other: {{price: 50 USD/km}}, third: {{price: 5 USD/km}}, wool: {{unit: tonne, price: 5 USD/tonne}}}}\nplants:\n  works: {{capacity: 1_000 km/year, {keys}}}\n"

    with pytest.raises(ScenarioError, match="scenario cannot be used") as refused:
        scenario_of(text)

    output = re.sub(r"\n +\d+ \|.*\n +\|[ ^]*\n *", "\n", str(refused.value))
    assert re.search(message, output), output


def test_one_misspelt_key_is_one_problem() -> None:
    with pytest.raises(ScenarioError, match="2 problems"):
        scenario_of(
            f"{HEAD}products: {{fiber: {{price: 6 USD/km}}}}\nplants: {{works: {{capacity: 1 km/year, prodct: fiber, cash_cots: 3 USD/km}}}}\n"
        )


def test_shares_that_exceed_all_in_one_sample_name_it() -> None:
    text = f"{HEAD}{ONE}cash_cost: 3 USD/km}}\n".replace(
        "product: fiber", "products: {fiber: 60 %, other: 30 %, third: rest}"
    ).replace("60 USD/km}}", "60 USD/km}, other: {price: 2 USD/km}, third: {price: 2 USD/km}}")

    with pytest.raises(ScenarioError, match="total 130 % in 2001-01 in sample 1"):
        scenario_of(text).with_samples({"plants.works.products.fiber": ("", [0.6, 1.0])})
