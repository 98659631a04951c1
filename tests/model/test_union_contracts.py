"""What every member of a union keeps: ramps, and ways to spend on a project. Those of loans are in test_contracts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.quantity import Quantity
from fibercap.model.plan.scenario import Scenario
from fibercap.model.plants.projects import SPEND, Project
from fibercap.model.plants.ramps import RAMP_KINDS
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements

RAMPS = {
    "none": "none",
    "linear": "{linear: 8 months}",
    "s_curve": "{s_curve: 8 months}",
    "table": "{table: {0 months: 40 %, 2 months: 75 %, 8 months: 100 %}}",
}
LENGTH = 8.0
SPENDING = {
    "window": "{from: 2000-09, to: 2001-10-31}",
    "window, slow and fast": "{from: 2000-09, shape: s_curve}",
    "by_period": "{2000: 40 %, 2001-Q2: 20 %, 2001-11: 40 %}",
}


def plan_of(
    ramp: str = "none", spend: str = SPENDING["window"], adds: str = "120_000", step: str = "month"
) -> Scenario:
    return scenario_of(
        f"fibercap: 1\nhorizon: {{from: 2000, to: 2003, step: {step}}}\nmoney: {{report_in: USD}}\n"
        "products: {fiber: {price: 40 USD/km}}\n"
        "plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 22 USD/km}}\n"
        f"projects: {{line: {{plant: works, adds: {adds} km/year, capex: 6 million USD, complete: 2001-11-20, "
        f"ramp: {ramp}, spend: {spend}}}}}\ncompany: {{gap: [equity]}}\n"
    )


def line(scenario: Scenario) -> Project:
    return scenario.projects["line"]


def test_no_member_is_left_out() -> None:
    assert set(RAMPS) == set(RAMP_KINDS)
    assert {name.partition(",")[0] for name in SPENDING} == set(SPEND)


@pytest.mark.long
@pytest.mark.parametrize("kind", RAMPS)
@given(ages=st.lists(st.floats(-50.0, 50.0), min_size=2, max_size=12))
def test_what_a_ramp_runs_never_falls_and_is_never_above_all(kind: str, ages: list[float]) -> None:
    run = line(plan_of(RAMPS[kind])).ramp.ramped_months
    sorted_ages = np.sort(np.array(ages))
    months, passed = run(sorted_ages), np.diff(sorted_ages)

    assert (months[sorted_ages <= 0] == 0).all()
    assert (np.diff(months) >= -1e-12).all()
    assert (np.diff(months) <= passed + 1e-9).all()
    assert run(sorted_ages + LENGTH + 50) - run(np.array(LENGTH + 50.0)) == pytest.approx(sorted_ages, abs=1e-9)
    shares = np.diff(run(np.linspace(-1.0, LENGTH + 1, 200)))
    assert (np.diff(shares) >= -1e-9).all()


@pytest.mark.parametrize("kind", RAMPS)
@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_the_formula_of_a_ramp_is_its_kernel(kind: str, step: str) -> None:
    assert disagreements(project(plan_of(RAMPS[kind], step=step))) == []


@pytest.mark.parametrize("kind", RAMPS)
def test_twice_the_capacity_ramps_alike(kind: str) -> None:
    one, two = (project(plan_of(RAMPS[kind], adds=adds)) for adds in ("120_000", "240_000"))
    row = "plants.works.effective_capacity"
    start = one.value(row)[0, 0]

    assert two.value(row) - start == pytest.approx(2 * (one.value(row) - start))
    assert one.value(row)[0, -1] == pytest.approx(320_000)


@pytest.mark.parametrize("kind", [kind for kind in RAMPS if kind not in ("none", "table")])
def test_a_batch_of_ramps_equals_its_members(kind: str) -> None:
    scenario, lengths = plan_of(RAMPS[kind]), np.array([[2.0], [8.0], [14.5]])
    path, row = f"projects.line.ramp.{kind}", "plants.works.effective_capacity"
    batch = project(scenario.with_samples({path: Quantity(lengths, "month")}))

    assert disagreements(batch) == []
    for number, length in enumerate(lengths):
        single = project(scenario.with_samples({path: Quantity(length[None], "month")}))
        assert batch.value(row)[number] == pytest.approx(single.value(row)[0])


@pytest.mark.parametrize("way", SPENDING)
@pytest.mark.parametrize("step", ["month", "quarter"])
def test_what_is_spent_on_a_project_is_all_of_it_and_nothing_is_taken_back(way: str, step: str) -> None:
    projection = project(plan_of(spend=SPENDING[way], step=step))
    capex = projection.value("projects.line.capex")

    assert disagreements(projection) == []
    assert (capex >= -1e-6).all()
    assert capex.sum() == pytest.approx(6e6)


@pytest.mark.parametrize("way", SPENDING)
def test_a_batch_of_delays_equals_its_members(way: str) -> None:
    scenario, delays = plan_of(spend=SPENDING[way]), np.array([[0.0], [3.0], [7.5]])
    row = "projects.line.capex"
    batch = project(scenario.with_samples({"projects.line.delay": Quantity(delays, "month")}))

    assert disagreements(batch) == []
    for number, delay in enumerate(delays):
        single = project(scenario.with_samples({"projects.line.delay": Quantity(delay[None], "month")}))
        assert batch.value(row)[number] == pytest.approx(single.value(row)[0])
