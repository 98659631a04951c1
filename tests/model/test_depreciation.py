"""What every method of depreciation keeps, in its kernel, in the rows of every kind of asset, and in the workbook."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.core.units import Array
from fibercap.model.depreciation import (
    DecliningBalance,
    StraightLine,
    SumOfYears,
    declining_balance,
    sum_of_years,
)
from fibercap.model.depreciation_by_table import ByTable
from fibercap.model.depreciation_method import Asset, Depreciation
from fibercap.model.income import asset_rows
from fibercap.model.income import assets as income_assets
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.model.ways_to_depreciate import METHODS
from fibercap.reading.files import scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.views.terminal.explain import explain_lines
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, differences, spoilt
from tests.sheets import disagreements as unlike


class AtOnce(Depreciation):
    """A method that the package does not have: a part in the first month, the rest evenly."""

    kind: ClassVar[str] = "at_once"
    part: float = 0.3

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]"""
        first = np.clip(age, 0.0, 1.0) * self.part
        return np.asarray(first + np.clip(age / life, 0.0, 1.0) * (1.0 - self.part))

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the same share as a formula text of age and life."""
        part = asset.give_input("part", "", self.part)
        first = f"{part} * MIN(MAX({age} / {{time.one_month}}, 0), 1)"
        return f"{first} + (1 - {part}) * MIN(MAX({age} / {life}, 0), 1)"


def declining(rate: float) -> DecliningBalance:
    return DecliningBalance.model_construct(declining_balance=np.asarray(rate))


def table(shares: dict[float, float]) -> ByTable:
    return ByTable.model_construct(table={month: np.asarray(share) for month, share in shares.items()})


TRIED: dict[str, Depreciation] = {
    "straight_line": StraightLine(),
    "declining_balance": declining(0.25),
    "declining_balance, quick": declining(0.6),
    "declining_balance, slow": declining(0.05),
    "sum_of_years": SumOfYears(),
    "table": table({12.0: 0.2, 18.0: 0.1, 60.0: 0.7}),
    "a method of this test": AtOnce(),
}
PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: {to}, step: {step}}}
money: {{report_in: USD}}
products: {{fiber: {{price: 45 USD/km}}}}
plants:
  works: {{product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km, maintenance: 0.4 million USD/year, life: 30 months}}
  bought: {{product: fiber, capacity: 100_000 km/year, opens: 2001-07-01, cash_cost: 20 USD/km,
            purchase: {{price: 6 million USD, on: 2001-06-30, life: 66 months}}}}
projects:
  line: {{plant: works, adds: 150_000 km/year, capex: 12 million USD, complete: 2001-10-17, spend: {{from: 2001-03}}, life: 5 years}}
loans:
  bank: {{commitment: 9 million USD, signed: 2001-01-03, matures: 6 years, rate: 8 %/year, repayment: {{style: bullet}}}}
funding: {{line: {{grant: 1 million USD, bank: 8 million USD, equity: rest, include_financing_costs: true}}, bought: {{equity: rest}}}}
tax: {{rate: 30 %}}
opening: {{cash: 9 million USD, fixed_assets: {{value: 5 million USD, life: 40 months}}}}
options: {{bullet: {{change: {{loans.bank.rate: 9 %/year}}}}}}
"""


def plan(step: str = "quarter", to: int = 2008) -> Scenario:
    return scenario_of(PLAN.format(step=step, to=to), "plan.yaml")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Depreciation:
    """Let every kind of asset be depreciated by a method."""
    method = TRIED[request.param]
    for module in (asset_rows, income_assets):
        monkeypatch.setattr(module, "method_of", lambda _: method)
    return method


def assets(projection: Projection) -> dict[str, Array]:
    """Return what each asset has cost in all."""
    spent = {
        path: projection.value(f"{path}.cost_to_date")[:, -1] for path in ("projects.line", "plants.bought.purchased")
    }
    return spent | {"opening": np.asarray([5e6])}


def test_no_method_is_left_out() -> None:
    assert {name.partition(",")[0] for name in TRIED} == {*METHODS, "a method of this test"}


@pytest.mark.parametrize("name", TRIED)
@given(life=st.integers(1, 400), ages=st.lists(st.floats(-50.0, 500.0), min_size=2, max_size=8))
def test_a_method_charges_all_over_the_life_and_takes_nothing_back(name: str, life: int, ages: list[float]) -> None:
    method, months = TRIED[name], np.asarray(float(life))
    sorted_ages = np.sort(np.array(ages))
    charged = method.charged_share(sorted_ages, months)

    assert (charged[sorted_ages <= 0] == 0).all()
    assert charged[sorted_ages >= max(method.months(life), 1.0)] == pytest.approx(1.0)
    assert (np.diff(charged) >= -1e-9).all()
    edges = np.linspace(-10.0, 500.0, 52)
    assert method.loss(np.asarray(7e6), months, (edges[:-1], edges[1:])).sum() == pytest.approx(7e6)


@pytest.mark.parametrize("name", TRIED)
def test_lives_of_a_batch_are_each_its_own(name: str) -> None:
    lives, ages = np.array([[12.0], [60.0], [90.0]]), np.linspace(0.0, 100.0, 41)
    batch = TRIED[name].charged_share(ages, lives)

    for number, life in enumerate(lives):
        alone = TRIED[name].charged_share(ages, life)
        assert np.broadcast_to(batch, (len(lives), len(ages)))[number] == pytest.approx(alone)


@pytest.mark.parametrize("use", TRIED, indirect=True)
@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_every_asset_is_depreciated_in_full_by_formulas_that_are_the_kernel(use: Depreciation, step: str) -> None:
    del use
    projection = project(plan(step))

    assert disagreements(projection) == []
    for path, cost in assets(projection).items():
        loss, left = projection.value(f"{path}.depreciation"), projection.value(f"{path}.book_value")
        assert (loss >= -1e-6).all(), path
        assert loss.sum(-1) == pytest.approx(cost), path
        assert left[:, -1] == pytest.approx(0.0, abs=1e-3), path
    spent, gone = (projection.value(f"plants.works.{key}") for key in ("maintenance", "maintenance_depreciated"))
    assert (gone <= np.cumsum(spent, axis=-1) + 1e-6).all()
    assert (np.diff(gone) >= -1e-6).all()


@pytest.mark.parametrize("use", TRIED, indirect=True)
def test_depreciation_goes_on_after_the_horizon(use: Depreciation) -> None:
    del use
    projection = project(plan(to=2004))

    assert projection.run_off is not None
    assert disagreements(projection) == []


@pytest.mark.parametrize("use", TRIED, indirect=True)
def test_drawn_lives_of_assets_are_those_of_single_runs(use: Depreciation) -> None:
    del use
    scenario, lives = plan(), np.array([[24.0], [60.0], [77.0]])
    batch = project(scenario.with_samples({"projects.line.life": Quantity(lives, "month")}))

    assert disagreements(batch) == []
    for number, life in enumerate(lives):
        single = project(scenario.with_samples({"projects.line.life": Quantity(life[None], "month")}))
        loss, alone = batch.value("accounts.depreciation"), single.value("accounts.depreciation")[0]
        assert np.broadcast_to(loss, (len(lives), loss.shape[-1]))[number] == pytest.approx(alone)


@pytest.mark.parametrize("use", [name for name in TRIED if "," not in name], indirect=True)
def test_a_method_is_live_in_the_workbook(use: Depreciation, tmp_path: Path) -> None:
    del use
    scenario = plan("year")
    content = workbook(scenario, "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert unlike(sheets, project(scenario), "as written") == []


@pytest.mark.parametrize("use", ["a method of this test"], indirect=True)
def test_a_new_method_is_explained(use: Depreciation) -> None:
    del use
    lines = explain_lines(explain(project(plan()), "projects.line.depreciation", "2002-Q1"))

    assert any("projects.line.depreciation.part" in line for line in lines)


def test_declining_balance_is_the_larger_of_its_share_and_of_what_is_left_spread_evenly() -> None:
    left, years = 1.0, 10
    for year in range(years):
        charged = max(0.25 * left, left / (years - year))
        ages = (np.asarray(12.0 * year), np.asarray(12.0 * year + 12))
        method = declining(0.25).loss(np.asarray(1.0), np.asarray(120.0), ages)
        assert method == pytest.approx(charged)
        left -= charged
    assert left == pytest.approx(0.0)


def test_sum_of_years_is_worth_what_it_saves_in_tax() -> None:
    """5,000 over five years, 1,500 a year before tax of 40 %, at 10 %: worth 23.9924."""
    ends = np.arange(1.0, 6.0)
    loss = SumOfYears().loss(np.asarray(5_000.0), np.asarray(60.0), (12 * (ends - 1), 12 * ends))

    assert loss == pytest.approx(5_000 * np.array([5, 4, 3, 2, 1]) / 15)
    assert ((1_500 - 0.4 * (1_500 - loss)) / 1.1**ends).sum() - 5_000 == pytest.approx(23.9924, abs=5e-5)


def test_a_table_of_equal_shares_is_a_straight_line() -> None:
    even = table({12.0 * year: 0.2 for year in range(1, 6)})
    ages, life = np.linspace(-5.0, 80.0, 86), np.asarray(60.0)

    assert even.charged_share(ages, life) == pytest.approx(StraightLine().charged_share(ages, life))


@pytest.mark.parametrize("name", TRIED)
@given(life=st.integers(1, 400), residual=st.floats(0.0, 1.0), ages=st.lists(st.floats(-50.0, 500.0), min_size=2))
def test_a_method_stops_at_the_residual(name: str, life: int, residual: float, ages: list[float]) -> None:
    method, months = TRIED[name], np.asarray(float(life))
    sorted_ages = np.sort(np.array(ages))
    charged = method.charged_of_cost(sorted_ages, months, residual)

    assert (charged[sorted_ages <= 0] == 0).all()
    assert charged[sorted_ages >= max(method.months(life), 1.0)] == pytest.approx(1.0 - residual)
    assert (np.diff(charged) >= -1e-9).all()
    assert (charged <= 1.0 - residual + 1e-9).all()


@given(rate=st.floats(0.01, 0.99), life=st.integers(1, 400), age=st.floats(0.0, 400.0))
def test_no_residual_is_one_of_zero(rate: float, life: int, age: float) -> None:
    method, months = declining(rate), np.asarray(float(life))
    small = method.charged_of_cost(np.asarray(age), months, 1e-13)

    assert small == pytest.approx(method.charged_of_cost(np.asarray(age), months), abs=1e-9)


def one(terms: str, to: int = 2010, more: str = "") -> Projection:
    return project(
        scenario_of(
            f"fibercap: 1\nhorizon: {{from: 2000, to: {to}, step: year}}\nmoney: {{report_in: USD, "
            "discount_rate: 10 %/year, valuation_date: 2000-12-31}\nproducts: {a: {price: 2.5 USD/km}}\n"
            "plants: {p: {product: a, capacity: 100_000 km/year, cash_cost: 1 USD/km}}\n"
            "projects: {m: {plant: p, adds: 1000 km/year, spend: {2000: 100 %}, complete: 2000-12-31, "
            f"{terms}}}}}\ntax: {{rate: 40 %}}\nopening: {{cash: 1 million USD}}\n{more}",
            "plan.yaml",
        )
    )


@pytest.mark.parametrize(
    ("terms", "losses"),
    [  # the sources are in docs/validation.md
        ("capex: 900 USD, life: 5 years, residual: 7.777777777777778 %, depreciation: sum_of_years",
         [276.67, 221.33, 166, 110.67, 55.33, 0]),
        ("capex: 10_000 USD, life: 4 years, residual: 20 %, depreciation: sum_of_years", [3200, 2400, 1600, 800, 0]),
        ("capex: 6_000 USD, life: 5 years, residual: 8.333333333333333 %, depreciation: {declining_balance: 40 %}",
         [2400, 1440, 864, 518.4, 277.6, 0]),
        ("capex: 12_000 USD, life: 5 years, residual: 25 %, depreciation: {declining_balance: 40 %}",
         [4800, 2880, 1320, 0, 0, 0]),
        ("capex: 5_000 USD, depreciation: {table: {1 year: 20 %, 2 years: 32 %, 3 years: 19.2 %, 4 years: 11.52 %, "
         "5 years: 11.52 %, 6 years: 5.76 %}}", [1000, 1600, 960, 576, 576, 288, 0]),
        ("capex: 5_000 USD, land: true", [0, 0, 0]),
    ],
)  # fmt: skip
def test_published_depreciation(terms: str, losses: list[float]) -> None:
    projection = one(terms)

    assert disagreements(projection) == []
    assert projection.value("projects.m.depreciation")[0, 1 : len(losses) + 1] == pytest.approx(losses, abs=0.005)


def test_a_declining_balance_ends_at_the_printed_book_values() -> None:
    terms = "capex: 3_500_000 USD, life: {life}, depreciation: {{declining_balance: 20 %}}"
    to_residual = one(f"{terms}, residual: 14.28571428571429 %".format(life="10 years"))
    long = one(terms.format(life="40 years"))

    assert long.value("projects.m.book_value")[0, 8:] == pytest.approx([587202.56, 469762.05, 375809.64], abs=0.005)
    assert to_residual.value("projects.m.depreciation")[0, 9:] == pytest.approx([87202.56, 0], abs=0.005)


def test_sum_of_years_is_worth_the_printed_amount() -> None:
    """R08 with sum of years, beside a plant that earns enough to use the losses of the first year."""
    straight, quick = (
        one(f"capex: 5_000 USD, life: 5 years, depreciation: {how}", 2005) for how in ("straight_line", "sum_of_years")
    )

    assert straight.measures["project_npv"].values == pytest.approx(-71.9772, abs=5e-5)
    assert quick.measures["project_npv"].values == pytest.approx(23.9924, abs=5e-5)


@pytest.mark.parametrize("kind", ["residual: 30 %", "land: true"])
def test_what_is_not_depreciated_stays_in_the_books_of_every_asset(kind: str) -> None:
    terms = kind + (", depreciation: {declining_balance: 25 %}" if "residual" in kind else "")
    text = PLAN.format(step="quarter", to=2008)
    for life in ("life: 66 months", "life: 5 years", "life: 40 months"):
        text = text.replace(life, terms if "land" in kind else f"{life}, {terms}")
    projection = project(scenario_of(text, "plan.yaml"))

    assert disagreements(projection) == []
    for path, cost in assets(projection).items():
        share = 0.3 if "residual" in kind else 1.0
        assert projection.value(f"{path}.book_value")[:, -1] == pytest.approx(share * cost), path


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("residual: 101 %", "from 0 % to 100 %"),
        ("land: true, life: 5 years", "`life` of land, which is not depreciated"),
        ("land: true, depreciation: sum_of_years", "`depreciation` of land, which is not depreciated"),
        ("depreciation: {table: {1 year: 20 %, 2 years: 70 %}}", "shares that total 90 %"),
        ("depreciation: {table: {0 years: 20 %, 2 years: 80 %}}", "at least 1 month"),
        ("depreciation: {declining_balance: 120 %}", "a value from 0.1 % to 99 %"),
        ("depreciation: {declining_balance: 25 %, table: {1 year: 100 %}}", "2 ways to depreciate"),
        ("depreciation: {sum_of_years: 5}", "the word alone"),
        ("depreciation: declining_balance", "straight_line, sum_of_years"),
        ("depreciation: {decline: 25 %}", "declining_balance, table"),
    ],
)
def test_terms_that_contradict_are_refused(terms: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        one(f"capex: 5_000 USD, {terms}")


@pytest.mark.parametrize(
    ("year", "by_rate", "by_digits"),
    [(1, 4000.0, 4000.0), (2, 2400.0, 3200.0), (5, 1080.0, 800.0)],
)
def test_methods_stand_on_their_own(year: int, by_rate: float, by_digits: float) -> None:
    """10,000 at 40 % over five years: 4,000, 2,400, 1,440, then a straight line; and 12,000 by the digits 5 to 1 of 15."""
    ages = 12.0 * (year - 1), 12.0 * year

    assert declining_balance.plain(*map(np.asarray, (10_000.0, 0.4, 60.0, *ages))) == pytest.approx(by_rate)
    assert sum_of_years.plain(*map(np.asarray, (12_000.0, 60.0, *ages))) == pytest.approx(by_digits)


def test_methods_on_their_own_take_quantities_and_arrays() -> None:
    years = np.arange(10.0)
    lost = declining_balance(
        Quantity(5.0, "MUSD"), 0.2, Quantity(10, "year"), Quantity(years, "year"), Quantity(years + 1, "year")
    )

    assert lost.to("USD").magnitude.sum() == pytest.approx(5e6)
    with pytest.raises(Exception, match="Cannot convert"):
        sum_of_years(Quantity(5.0, "km"), Quantity(10, "year"), Quantity(0, "year"), Quantity(1, "year"))
