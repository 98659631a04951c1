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


def test_a_workbook_computes_with_other_units(tmp_path: Path) -> None:
    text = PLAN.format(units="{units: 500_000 km}", more="life: 4 years", step="quarter", residual="20 %")
    text += "options:\n  longer: {change: {projects.line.depreciation.units: 900_000 km, plants.bought.purchase.life: 8 years}}\n"
    written = scenario_of(text, "plan.yaml")
    calculator = Recalculator(spoilt(workbook(written, "0.1.0")), tmp_path)

    for option in ("as written", "longer"):
        calculator.enter("Inputs", 5, 2, option)
        changed = written if option == "as written" else written.with_option(option)
        assert unlike(calculator.read(), project(changed), option) == []


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("cash_cost: 18 USD/km,", "cash_cost: 18 USD/km, depreciation: units,", "units` of what makes none by itself.*project or a purchase"),
        ("sum_of_years", "{units: 9 km}", "units` of what makes none by itself"),
        ("opens: 2001-07-01", "opens: 2001-06-29", "runs before it is bought.*add `opens: 2001-06-30`"),
        ("opens: 2001-07-01, ", "", "runs before it is bought"),
        ("capacity: 100_000 km/year", "capacity: {2001: 9 km/year, 2002: 7 km/year}", "capacity that changes.*units: 2.5 million km"),
        ("{units: 5 km}", "{units: 0 km}", "more than 0"),
        ("{units: 5 km}", "{units: 5 tonne}", "found a mass, wanted a length"),
        ("{units: 5 km}", "{units: 5 km, table: {1 year: 100 %}}", "2 ways to depreciate: units, table"),
        ("{units: 5 km}", "unit", "did you mean `units`"),
        ("units: 5 km}", "units: 5 km}, land: true", "`depreciation` of land"),
    ],
)  # fmt: skip
def test_units_that_say_nothing_are_refused(was: str, now: str, message: str) -> None:
    text = PLAN.format(units="{units: 5 km}", more="life: 4 years", step="quarter", residual="20 %")

    assert text.count(was) == 1
    with pytest.raises(ScenarioError, match=message):
        scenario_of(text.replace(was, now), "plan.yaml")
