"""What options are worth after moves: projected together as projected one by one; lives in a batch as written."""

from __future__ import annotations

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.units import Samples
from fibercap.model.project import project, project_owners_flow
from fibercap.reading.files import read, scenario_of
from fibercap.studies.batch import evaluate
from fibercap.studies.verdict.footing import owners_worth
from fibercap.studies.verdict.numbers_of_options import in_common, lever_of, numbers, plan_after, tenths
from fibercap.studies.verdict.race import Race, may_be_recommended

PLAN = """
fibercap: 1
id: raced
horizon: {from: 2000, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: {2000: 40 USD/km, 2002: 38 USD/km}}}
plants:
  works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}
  mill: {product: fiber, capacity: 50_000 km/year, cash_cost: 22 USD/km, purchase: {price: 1 million USD, on: 2000-06-30, life: 5 years}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31, life: 4 years}
tax: {rate: 30 %}
loans:
  bank: {commitment: 1 million USD, signed: 2000-01-01, matures: 40 months, rate: 8 %/year, payments: {every: quarter}}
  seller: {commitment: 0.6 million USD, signed: 2000-06-01, matures: 40 months, rate: 7 %/year, payments: {every: quarter}}
funding: {line: {bank: 1 million USD, equity: rest}, mill: {seller: 0.5 million USD, equity: rest}}
opening: {cash: 2 million USD, equipment: 0 USD}
options:
  bank: {}
  dearer: {change: {loans.bank.rate: 9 %/year}}
  moved: {change: {loans.bank.rate: {plus: 0.5 %/year}, projects.line.life: 5 years}}
  other: {remove: [loans.bank, funding.line.bank], add: {loans.other: {commitment: 1 million USD, signed: 2000-01-01,
    matures: 40 months, rate: 8.5 %/year, payments: {every: quarter}}, funding.line.other: 1 million USD}}
  twin: {remove: [funding.line.bank], add: {loans.twin: {like: bank, rate: 8.2 %/year}, funding.line.twin: 1 million USD}}
""".replace(", equipment: 0 USD", ", fixed_assets: {value: 1 million USD, life: 5 years}")
LIVES = ("projects.line.life", "plants.mill.purchase.life", "opening.fixed_assets.life")


@pytest.mark.long
def test_options_projected_together_stand_as_each_does_alone() -> None:
    plan = scenario_of(PLAN)
    projections = {name: project(plan.with_option(name)) for name in plan.options}
    race = Race(projections, ("bank",))
    moves = [(number, factor) for number in numbers(race.plans) if not number.in_months for factor in tenths(number)]
    stands, allowed = race.after(moves)

    assert [*race.common] == ["bank", "dearer", "moved", "other"]
    together = {number.name for number, _ in moves if in_common(number, race.common)}
    assert {"products.fiber.price", "loans.seller.rate", "projects.line.capex"} <= together
    assert "loans.bank.rate" in {number.name for number, _ in moves if not in_common(number, race.common)}
    assert 1 < allowed.sum() < len(moves)
    for row in np.flatnonzero(allowed):
        number, factor = moves[row]
        for name, now in projections.items():
            lever = lever_of(number, name)
            alone = now if lever is None else project(plan_after(race.plans[name], (lever, factor)))
            worth = float(owners_worth(alone)[0])
            assert stands[name].gap[row] == pytest.approx(worth, abs=1e-6), (number.name, factor, name)


@pytest.mark.parametrize("path", LIVES)
def test_a_life_in_a_batch_is_the_life_that_a_file_says(path: str) -> None:
    plan = scenario_of(PLAN)
    months = (48, 54, 66)
    batch = evaluate(
        plan, {path: Samples(np.array([[float(each)] for each in months]), "month")}, ["accounts.net_income"]
    )

    for row, each in enumerate(months):
        written = plan.with_changes(Branch({"change": Branch({path: Leaf(f"{each} months")})}))
        assert batch["accounts.net_income"][row] == pytest.approx(project(written).value("accounts.net_income")[0])
    assert np.ptp(batch["accounts.net_income"], axis=0).max() > 1.0


def test_a_drawn_life_is_a_whole_number_of_months_within_bounds() -> None:
    for months, message in (
        (54.5, "54.5 months in sample 0, wanted a whole number of months"),
        (0.0, "0 months? in sample 0"),
    ):
        with pytest.raises(ScenarioError, match=message):
            scenario_of(PLAN).with_samples({LIVES[0]: Samples(np.array([[months]]), "month")})


@pytest.mark.long
@pytest.mark.parametrize("path", ["fibercore", "two_banks", "fleet_revolver"])
def test_a_projection_without_rows_of_measures_is_the_same_but_for_these(path: str) -> None:
    plan = read(path)
    for name in plan.options:
        full = project(plan.with_option(name))
        bare = project_owners_flow(plan.with_option(name))
        assert {"accounts.cash", "returns.owners_flow"} <= bare.rows.keys() < full.rows.keys()
        assert all(bare.rows[row].formula == full.rows[row].formula for row in bare.rows)
        assert all(np.array_equal(bare.value(row), full.value(row), equal_nan=True) for row in bare.rows)
        by_rank = {"order_of_cash"}  # what it holds is shown by rows that the bare one lacks
        assert {law: gap for law, gap in bare.laws.items() if law not in by_rank} == {
            law: gap for law, gap in full.laws.items() if law not in by_rank
        }
        assert owners_worth(bare) == owners_worth(full)


@pytest.mark.long
def test_covenants_are_tested_after_moves() -> None:
    covenants = "covenants: {cover: {row: accounts.dscr_12m, at_least: 1.2, test: year}}"
    plan = scenario_of(
        PLAN.replace("  bank: {commitment: 1 million USD,", f"  bank: {{commitment: 1 million USD, {covenants},")
    )
    race = Race({name: project(plan.with_option(name)) for name in ("bank", "dearer", "other")}, ("bank",))
    price = next(number for number in numbers(race.plans) if number.name == "products.fiber.price")
    moves = [(price, factor) for factor in (1.1, 1.0, 0.9, 0.8, 0.7, 0.6)]
    stands, _ = race.after(moves)
    for name, plan_of in race.plans.items():
        alone = [project(plan_after(plan_of, (lever_of(price, name) or price, f))) for _, f in moves]
        assert stands[name].holds.tolist() == [bool(may_be_recommended(projection)[0]) for projection in alone]
    assert len({*stands["bank"].holds.tolist()}) == 2
    assert stands["bank"].holds.tolist() != stands["other"].holds.tolist()
