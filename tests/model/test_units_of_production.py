"""Depreciation by units of production: what an asset makes, of all that it makes in its life."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, spoilt
from tests.sheets import disagreements as unlike

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2006, step: {step}}}
money: {{report_in: USD}}
products: {{fiber: {{price: 45 USD/km, demand: {{2001: 700_000 km/year, 2004: 300_000 km/year}}}}}}
plants:
  works: {{product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km, utilization: {{2001: 90 %, 2003: 80 %}}}}
  bought: {{product: fiber, capacity: 100_000 km/year, opens: 2001-07-01, cash_cost: 20 USD/km,
            purchase: {{price: 6 million USD, on: 2001-06-30, life: 5 years, residual: 10 %, depreciation: units}}}}
projects:
  line: {{plant: works, adds: 150_000 km/year, capex: 12 million USD, complete: 2001-10-17, spend: {{from: 2001-03}},
          residual: {residual}, depreciation: {units}, {more}}}
  spur: {{plant: bought, adds: 50_000 km/year, capex: 1 million USD, complete: 2002-03-31, spend: {{2001: 100 %}}}}
loans:
  bank: {{commitment: 9 million USD, signed: 2001-01-03, matures: 8 years, rate: 8 %/year, repayment: {{style: bullet}}}}
funding: {{line: {{bank: 8 million USD, equity: rest, include_financing_costs: true}}}}
tax: {{rate: 30 %, depreciation: sum_of_years}}
opening: {{cash: 19 million USD}}
"""


def plan(units: str, more: str = "life: 4 years", step: str = "quarter", residual: str = "20 %") -> Projection:
    return project(scenario_of(PLAN.format(units=units, more=more, step=step, residual=residual), "plan.yaml"))


@pytest.mark.long
@settings(max_examples=12)
@given(
    units=st.sampled_from(["units", "{units: 300_000 km}", "{units: 9 million km}"]),
    more=st.sampled_from(
        ["life: 4 years", "ramp: {linear: 9 months}", "sold: {on: 2004-05-20, price: 3 MUSD}", "cancelled: 2001-08-31"]
    ),
    step=st.sampled_from(["month", "quarter", "year"]),
)
def test_an_asset_loses_the_share_of_its_units_and_never_more_than_is_depreciated(
    units: str, more: str, step: str
) -> None:
    projection = plan(units, more, step)
    cost, charged = (projection.value(f"projects.line.{key}")[0] for key in ("cost_to_date", "depreciation"))

    assert disagreements(projection) == []
    assert (charged >= 0).all()
    assert charged.sum() <= 0.8 * cost[-1] + 1e-6
    book = projection.value("projects.line.book_value")[0]
    if "cancelled" in more:
        assert charged.sum() == book[-1] == 0
        return
    made = projection.value("projects.line.units_made")[0]
    assert made == pytest.approx(np.cumsum(projection.value("projects.line.shipments")[0]))
    total = {"u": 600_000 if "life" in more else 1_500_000, "{": 300_000 if "300" in units else 9e6}[units[0]]
    share = np.minimum(made / total, 1.0)
    assert charged == pytest.approx(0.8 * cost * np.diff(share, prepend=0.0))
    assert "sold" not in more or book[-1] == pytest.approx(0.0, abs=1e-6)


FULL = """\
fibercap: 1
horizon: {{from: 2001, to: 2006}}
money: {{report_in: USD}}
products: {{coil: {{unit: tonne, price: 45 USD/tonne}}}}
plants: {{works: {{product: coil, capacity: 0 tonne/year, cash_cost: 18 USD/tonne}}}}
projects: {{line: {{plant: works, adds: 3_000 tonne/year, capex: 12_000 USD, complete: 2001-12-31, life: 3 years, depreciation: {way}}}}}
opening: {{cash: 20_000 USD}}
"""


@pytest.mark.parametrize("way", ["units", "{units: 9_000_000 kg}"])
def test_full_use_over_the_life_is_a_straight_line(way: str) -> None:
    by_units, by_time = (project(scenario_of(FULL.format(way=one), "plan.yaml")) for one in (way, "straight_line"))

    row = "projects.line.depreciation"
    assert by_units.value(row) == pytest.approx(by_time.value(row))
    assert by_units.rows["projects.line.units_made"].unit == "tonne"


def test_a_bought_plant_makes_what_its_projects_do_not() -> None:
    projection = plan("units")

    shipped, spur = (projection.value(row) for row in ("plants.bought.shipments", "projects.spur.shipments"))
    assert (spur > 0).any()
    assert projection.value("plants.bought.purchased.units_made") == pytest.approx(np.cumsum(shipped - spur, axis=-1))
    charged = projection.value("plants.bought.purchased.depreciation")
    assert charged == pytest.approx(6e6 * 0.9 * (shipped - spur) / 500_000)


def test_what_is_not_shipped_is_not_made() -> None:
    """Nothing is stored: where demand is short, less is made, and less is lost."""
    projection = plan("units", step="year")

    charged = projection.by("projects.line.depreciation")
    assert float(charged["2004"].flat[0]) < 0.6 * float(charged["2003"].flat[0])


def test_units_that_nothing_makes_charge_nothing() -> None:
    text = FULL.format(way="units").replace("adds: 3_000", "adds: 0")

    assert not project(scenario_of(text, "plan.yaml")).value("projects.line.depreciation").any()


def test_samples_of_units_and_of_delays_are_each_their_own() -> None:
    written = scenario_of(
        PLAN.format(units="{units: 500_000 km}", more="delay: 0 months", step="quarter", residual="20 %"), "p.yaml"
    )
    drawn = {
        "projects.line.depreciation.units": ("km", np.array([[5e5], [7e5]])),
        "projects.line.delay": ("month", np.array([[0.0], [4.0]])),
    }
    row = project(written.with_samples(drawn)).value("projects.line.depreciation")

    for number in range(2):
        alone = {path: (unit, values[number : number + 1]) for path, (unit, values) in drawn.items()}
        assert row[number] == pytest.approx(project(written.with_samples(alone)).value("projects.line.depreciation")[0])


@pytest.mark.long
def test_a_workbook_computes_with_other_units(tmp_path: Path) -> None:
    text = PLAN.format(units="{units: 500_000 km}", more="life: 4 years", step="quarter", residual="20 %")
    text += "options:\n  longer: {change: {projects.line.depreciation.units: 900_000 km, plants.bought.purchase.life: 8 years}}\n"
    written = scenario_of(text, "plan.yaml")
    calculator = Recalculator(spoilt(workbook(written, "0.1.0")), tmp_path)

    for option in ("as written", "longer"):
        calculator.choose(option)
        changed = written if option == "as written" else written.with_option(option)
        assert unlike(calculator.read(), project(changed), option) == []


OPENED = """\
fibercap: 1
horizon: {{from: 2001, to: 2004, step: quarter}}
money: {{report_in: USD}}
products: {{fiber: {{unit: {unit}, price: 45 USD/{unit}}}}}
plants:
  works: {{product: fiber, capacity: 300_000 {unit}/year, cash_cost: 18 USD/{unit}, utilization: {{2001: 90 %, 2003: 50 %}}}}
  side: {{product: fiber, capacity: 100_000 {unit}/year, cash_cost: 20 USD/{unit}}}
  bought: {{product: fiber, capacity: 50_000 {unit}/year, cash_cost: 20 USD/{unit}, purchase: {{price: 1 MUSD, on: 2001-06-30}}}}
projects:
  line: {{plant: works, adds: 150_000 {unit}/year, capex: 3 million USD, complete: 2001-10-17, spend: {{from: 2001-03}}}}
  spur: {{plant: bought, adds: 9_000 {unit}/year, capex: 1 million USD, complete: 2002-10-17, spend: {{from: 2001-03}}}}
loans: {{bank: {{commitment: 1 million USD, signed: 2001-01-03, matures: 8 years, rate: 8 %/year}}}}
funding: {{line: {{bank: 1 million USD, equity: rest}}}}
tax: {{rate: 30 %, depreciation: sum_of_years}}
opening: {{cash: 19 million USD, fixed_assets: {{value: 10 million USD, life: 4 years, residual: 10 %, depreciation: {way}{more}}}}}
"""


@pytest.mark.parametrize(("way", "in_life"), [("units", 1.6e6), ("{units: 700_000 UNIT}", 7e5)])
@pytest.mark.parametrize("unit", ["km", "tonne"])
def test_opening_assets_lose_what_the_plants_make_that_are_not_bought(way: str, in_life: float, unit: str) -> None:
    """On its own: capacity x utilization of two plants, quarter by quarter; the projects and the bought plant do not count."""
    opened = OPENED.format(unit=unit, way=way.replace("UNIT", unit), more="")
    projection = project(scenario_of(opened, "plan.yaml"))
    made = np.cumsum([(300_000 * (0.9 if quarter < 8 else 0.5) + 100_000) / 4 for quarter in range(16)])
    wanted = 9e6 * np.diff(np.minimum(made / in_life, 1.0), prepend=0.0)

    assert projection.value("opening.depreciation")[0] == pytest.approx(wanted)
    assert projection.value("opening.book_value")[0] == pytest.approx(1e7 - np.cumsum(wanted))
    assert projection.rows["opening.units_made"].unit == unit
    assert disagreements(projection) == []


def test_opening_assets_that_are_sold_lose_nothing_more() -> None:
    text = OPENED.format(unit="km", way="units", more=", sold: {on: 2003-05-13, price: 1 MUSD}")
    projection = project(scenario_of(text, "plan.yaml"))
    charged = projection.value("opening.depreciation")[0]

    assert charged[9] == pytest.approx(charged[8] * 2 / 3)  # to the end of the month, as assets by time
    assert not charged[10:].any()
    assert projection.value("opening.disposed")[0, 9] == pytest.approx(1e7 - charged.sum())
    assert disagreements(projection) == []


@pytest.mark.long
def test_a_workbook_computes_the_units_of_opening_assets(tmp_path: Path) -> None:
    text = OPENED.format(unit="tonne", way="units", more="")
    text += "options:\n  agreed: {change: {opening.fixed_assets.depreciation: {units: 900_000 tonne}}}\n"
    written = scenario_of(text, "plan.yaml")
    calculator = Recalculator(spoilt(workbook(written, "0.1.0")), tmp_path)

    for option in ("as written", "agreed"):
        calculator.choose(option)
        changed = written if option == "as written" else written.with_option(option)
        assert unlike(calculator.read(), project(changed), option) == []


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("capacity: 100_000 km/year", "capacity: {2001: 9 km/year, 2002: 7 km/year}", "capacity of `side`, which changes.*units: 2.5 million km"),
        ("  side: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}", "  side: {product: sheet, capacity: 9 m2/year, cash_cost: 2 USD/m2}", "plants that make km and m2"),
        ("depreciation: units", "depreciation: {units: 5 tonne}", "found a mass, wanted a length"),
    ],
)  # fmt: skip
def test_units_of_opening_assets_that_say_nothing_are_refused(was: str, now: str, message: str) -> None:
    text = OPENED.format(unit="km", way="units", more="").replace(
        "fiber: {unit", "sheet: {unit: m2, price: 3 USD/m2}, fiber: {unit"
    )

    assert text.count(was) == 1
    with pytest.raises(ScenarioError, match=message):
        scenario_of(text.replace(was, now), "plan.yaml")


def test_opening_assets_of_a_company_that_buys_every_plant_make_nothing() -> None:
    plants = (
        "{works: {product: fiber, capacity: 9 km/year, cash_cost: 1 USD/km, purchase: {price: 1 MUSD, on: 2001-06-30}}}"
    )
    text = f"fibercap: 1\nhorizon: {{from: 2001, to: 2002}}\nmoney: {{report_in: USD}}\nproducts: {{fiber: {{price: 4 USD/km}}}}\nplants: {plants}\n"

    with pytest.raises(ScenarioError, match="though every plant is bought"):
        scenario_of(f"{text}opening: {{fixed_assets: {{value: 1 MUSD, depreciation: units}}}}\n", "plan.yaml")


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("cash_cost: 18 USD/km,", "cash_cost: 18 USD/km, depreciation: units,", "units` of what makes none by itself.*assets of plants"),
        ("opens: 2001-07-01", "opens: 2001-06-29", "runs before it is bought.*add `opens: 2001-06-30`"),
        ("opens: 2001-07-01, ", "", "runs before it is bought"),
        ("capacity: 100_000 km/year", "capacity: {2001: 9 km/year, 2002: 7 km/year}", "capacity that changes.*units: 2.5 million km"),
        ("{units: 5 km}", "{units: 0 km}", "more than 0"),
        ("{units: 5 km}", "{units: 5 tonne}", "found a mass, wanted a length"),
        ("{units: 5 km}", "{units: 5 km, table: {1 year: 100 %}}", "2 ways to depreciate: units, table"),
        ("{units: 5 km}", "unit", "did you mean `units`"),
        ("units: 5 km}", "units: 5 km}, land: true", "found `depreciation` and .* of land"),
    ],
)  # fmt: skip
def test_units_that_say_nothing_are_refused(was: str, now: str, message: str) -> None:
    text = PLAN.format(units="{units: 5 km}", more="life: 4 years", step="quarter", residual="20 %")

    assert text.count(was) == 1
    with pytest.raises(ScenarioError, match=message):
        scenario_of(text.replace(was, now), "plan.yaml")


FOR_TAX = """\
fibercap: 1
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 60 USD/km, demand: 420_000 km/year}}
plants:
  jena: {product: fiber, capacity: 200_000 km/year, cash_cost: 30 USD/km, maintenance: 0.1 million USD/year, life: 3 years, depreciation: sum_of_years}
  annex: {product: fiber, capacity: 100_000 km/year, opens: 2001-07-01, cash_cost: 31 USD/km, purchase: {price: 3 million USD, on: 2001-06-30, life: 5 years}}
projects:
  line: {plant: jena, adds: 200_000 km/year, capex: 25 million USD, complete: 2001-12-31, residual: 20 %, life: 4 years}
  more: {plant: jena, adds: 50_000 km/year, capex: 5 million USD, complete: 2002-06-30, depreciation: {units: 90_000 km}}
  site: {plant: jena, adds: 0 km/year, capex: 1 million USD, spend: {2001: 100 %}, complete: 2001-06-30, land: true}
loans: {bank: {commitment: 9 million USD, signed: 2001-01-03, matures: 5 years, rate: 8 %/year}}
funding: {line: {bank: 8 million USD, equity: rest, include_financing_costs: true}}
tax: {rate: 30 %, depreciation: units}
opening: {cash: 90 million USD, fixed_assets: {value: 6 million USD}}
"""
ASSETS = (
    "projects.line",
    "projects.more",
    "projects.site",
    "plants.annex.purchased",
    "plants.annex",
    "plants.jena",
    "opening",
)


def in_books(plan: str) -> str:
    """Return a plan whose books depreciate its assets by units, as its tax does."""
    plan = plan.replace(", depreciation: units}", "}")
    for terms in ("life: 4 years", "life: 5 years", "value: 6 million USD"):
        plan = plan.replace(f"{terms}}}", f"{terms}, depreciation: units}}")
    return plan


def test_units_for_tax_are_those_that_the_books_would_count() -> None:
    """Each asset by its own; maintenance, which makes nothing, as in the books."""
    taxed, booked = project(scenario_of(FOR_TAX)), project(scenario_of(in_books(FOR_TAX)))

    for asset in ASSETS:
        charged = taxed.value(f"{asset}.tax_depreciation")
        assert (asset, charged.tolist()) == (asset, booked.value(f"{asset}.depreciation").tolist())
    assert taxed.value("accounts.tax_paid") == pytest.approx(booked.value("accounts.tax_paid"), abs=1e-6)
    assert np.abs(taxed.value("accounts.deferred_tax")).max() > 1000
    assert disagreements(taxed) == []


@pytest.mark.long
def test_a_workbook_computes_units_for_tax(tmp_path: Path) -> None:
    calculator = Recalculator(spoilt(workbook(scenario_of(FOR_TAX, "plan.yaml"), "0.1.0")), tmp_path)

    assert unlike(calculator.read(), project(scenario_of(FOR_TAX, "plan.yaml")), "as written") == []


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("depreciation: units}", "depreciation: {units: 5 million km}}", r"a block with `units`, wanted the word alone; write `units`"),
        ("opens: 2001-07-01, ", "", r"a plant that runs before it is bought, `plants\.annex\.purchase`, wanted one that opens on 2001-06-30"),
        ("capacity: 100_000 km/year", "capacity: {2001: 0 km/year, 2002: 9 km/year}",
         r"a capacity that changes, `plants\.annex\.purchase`, wanted the units of its life; depreciate for tax by time"),
        ("capacity: 200_000 km/year", "capacity: {2001: 0 km/year, 2002: 9 km/year}", r"the capacity of `jena`, which changes"),
    ],
)  # fmt: skip
def test_units_for_tax_that_say_nothing_are_refused(was: str, now: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message) as refused:
        scenario_of(FOR_TAX.replace(was, now))

    assert [problem.path for problem in refused.value.problems] == ["tax.depreciation"]
