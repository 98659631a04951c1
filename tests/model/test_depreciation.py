"""What every method of depreciation keeps, in its kernel, in the rows of every kind of asset, and in the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.quantity import Quantity
from fibercap.core.units import Array
from fibercap.model.depreciation import (
    METHODS,
    ByTable,
    DecliningBalance,
    StraightLine,
    SumOfYears,
)
from fibercap.model.depreciation_method import Asset, Depreciation
from fibercap.model.plan.company import FixedAssets
from fibercap.model.plan.scenario import Scenario
from fibercap.model.plants.capacity import Plant, Purchase
from fibercap.model.plants.projects import Project
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.views.terminal.explain import explain_lines
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, differences, spoilt
from tests.sheets import disagreements as unlike


@dataclass(frozen=True)
class AtOnce(Depreciation):
    """A method that the package does not have: a part in the first month, the rest evenly."""

    kind: ClassVar[str] = "at_once"
    part: float

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]"""
        first = np.clip(age, 0.0, 1.0) * self.part
        return np.asarray(first + np.clip(age / life, 0.0, 1.0) * (1.0 - self.part))

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the same share as a formula text of age and life."""
        part = asset.give("part", "", self.part)
        first = f"{part} * MIN(MAX({age} / {{time.one_month}}, 0), 1)"
        return f"{first} + (1 - {part}) * MIN(MAX({age} / {life}, 0), 1)"


TRIED: dict[str, Depreciation] = {
    "straight_line": StraightLine(),
    "declining_balance": DecliningBalance(np.asarray(0.25)),
    "declining_balance, quick": DecliningBalance(np.asarray(0.6)),
    "declining_balance, slow": DecliningBalance(np.asarray(0.05)),
    "sum_of_years": SumOfYears(),
    "table": ByTable({12.0: np.asarray(0.2), 18.0: np.asarray(0.1), 60.0: np.asarray(0.7)}),
    "a method of this test": AtOnce(0.3),
}
KINDS_OF_ASSETS = (Project, Purchase, Plant, FixedAssets)
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
    for kind in KINDS_OF_ASSETS:
        monkeypatch.setattr(kind, "depreciation", method)
    return method


def assets(projection: Projection) -> dict[str, Array]:
    """Return what each asset has cost in all."""
    spent = {at: projection.value(f"{at}.cost_to_date")[:, -1] for at in ("projects.line", "plants.bought.purchased")}
    return spent | {"opening": np.asarray([5e6])}


def test_no_method_is_left_out() -> None:
    assert {name.partition(",")[0] for name in TRIED} == {*METHODS, "a method of this test"}


@pytest.mark.parametrize("name", TRIED)
@given(life=st.integers(1, 400), ages=st.lists(st.floats(-50.0, 500.0), min_size=2, max_size=8))
def test_a_method_charges_all_over_the_life_and_takes_nothing_back(name: str, life: int, ages: list[float]) -> None:
    method, months = TRIED[name], np.asarray(float(life))
    at = np.sort(np.array(ages))
    charged = method.charged_share(at, months)

    assert (charged[at <= 0] == 0).all()
    assert charged[at >= max(method.months(life), 1.0)] == pytest.approx(1.0)
    assert (np.diff(charged) >= -1e-9).all()
    edges = np.linspace(-10.0, 500.0, 52)
    assert method.loss(np.asarray(7e6), months, edges[:-1], edges[1:]).sum() == pytest.approx(7e6)


@pytest.mark.parametrize("name", TRIED)
def test_lives_of_a_batch_are_each_its_own(name: str) -> None:
    lives, at = np.array([[12.0], [60.0], [90.0]]), np.linspace(0.0, 100.0, 41)
    batch = TRIED[name].charged_share(at, lives)

    for number, life in enumerate(lives):
        alone = TRIED[name].charged_share(at, life)
        assert np.broadcast_to(batch, (len(lives), len(at)))[number] == pytest.approx(alone)


@pytest.mark.parametrize("use", TRIED, indirect=True)
@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_every_asset_is_depreciated_in_full_by_formulas_that_are_the_kernel(use: Depreciation, step: str) -> None:
    del use
    projection = project(plan(step))

    assert disagreements(projection) == []
    for at, cost in assets(projection).items():
        loss, left = projection.value(f"{at}.depreciation"), projection.value(f"{at}.book_value")
        assert (loss >= -1e-6).all(), at
        assert loss.sum(-1) == pytest.approx(cost), at
        assert left[:, -1] == pytest.approx(0.0, abs=1e-3), at
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

    assert any("projects.line.depreciates_by.part" in line for line in lines)


def test_declining_balance_is_the_larger_of_its_share_and_of_what_is_left_spread_evenly() -> None:
    left, years = 1.0, 10
    for year in range(years):
        charged = max(0.25 * left, left / (years - year))
        method = DecliningBalance(np.asarray(0.25)).loss(
            np.asarray(1.0), np.asarray(120.0), np.asarray(12.0 * year), np.asarray(12.0 * year + 12)
        )
        assert method == pytest.approx(charged)
        left -= charged
    assert left == pytest.approx(0.0)


def test_sum_of_years_is_worth_what_it_saves_in_tax() -> None:
    """5,000 over five years, 1,500 a year before tax of 40 %, at 10 %: worth 23.9924."""
    ends = np.arange(1.0, 6.0)
    loss = SumOfYears().loss(np.asarray(5_000.0), np.asarray(60.0), 12 * (ends - 1), 12 * ends)

    assert loss == pytest.approx(5_000 * np.array([5, 4, 3, 2, 1]) / 15)
    assert ((1_500 - 0.4 * (1_500 - loss)) / 1.1**ends).sum() - 5_000 == pytest.approx(23.9924, abs=5e-5)


def test_a_table_of_equal_shares_is_a_straight_line() -> None:
    even = ByTable({12.0 * year: np.asarray(0.2) for year in range(1, 6)})
    at, life = np.linspace(-5.0, 80.0, 86), np.asarray(60.0)

    assert even.charged_share(at, life) == pytest.approx(StraightLine().charged_share(at, life))


@pytest.mark.parametrize(
    "shares", [{}, {12.0: 0.4}, {12.0: 1.4, 24.0: -0.4}, {24.0: 0.5, 12.0: 0.5}], ids=["none", "part", "below", "order"]
)
def test_a_table_that_is_none_is_refused(shares: dict[float, float]) -> None:
    with pytest.raises(ValueError, match="of a table"):
        ByTable({months: np.asarray(share) for months, share in shares.items()})


@pytest.mark.parametrize("rate", [0.0, 1.0, 1.5])
def test_a_balance_that_does_not_decline_year_by_year_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        DecliningBalance(np.asarray(rate))
