"""The program of a plan agrees with projections: every shipped scenario and option, the plans of all keys, large plans."""

from __future__ import annotations

from contextlib import suppress
from time import process_time
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.units import Samples
from fibercap.model.measures.all_measures import names
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.reading.shipped import shipped_scenarios
from fibercap.studies import plan_program
from fibercap.studies.batch import MANY, evaluate
from fibercap.studies.movable_inputs import levers
from fibercap.studies.plan_program import program_of
from tests import errors, key_plans
from tests.error_requests import ROUND

pytestmark = pytest.mark.long

KEEP = ["project_npv", "equity_irr", "lowest_cash", "accounts.cash"]


def moved_samples(scenario: Scenario, samples: int = 40, width: float = 0.04) -> dict[str, Any]:
    """Return samples of every number that can be moved, a few percent around it, the plan as written first.

    Left out are sources of funding and what they lend against, which a plan refuses to have moved one by one.
    """
    random, moved = np.random.default_rng(3), dict[str, Any]()
    for lever in levers(scenario):
        factors = random.uniform(max(lever.low, 1 - width), min(lever.high, 1 + width), samples)
        factors[0] = 1.0
        for handle in lever.handles:
            values = handle.value + (factors - 1) * handle.slope
            moved[handle.path] = Samples(values[:, None], handle.unit)
    together = {path: values for path, values in moved.items() if not path.startswith("funding.")}
    for left_out in ((), (".commitment",), (".commitment", ".capex"), (".commitment", ".capex", ".price")):
        moved = {path: values for path, values in together.items() if not path.endswith(left_out)}
        with suppress(ScenarioError):
            scenario.with_samples(moved)
            return moved
    raise AssertionError("the plan refuses its inputs moved by a few percent")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_measure_of_every_shipped_plan_and_option_is_on_the_tape(name: str) -> None:
    """`program_of` compares all measures, undefined ones too, with projections at 8 corners and 8 samples."""
    for option in (None, *read(name).options):
        scenario = read(name, option)
        program = program_of(scenario, moved_samples(scenario), names(project(scenario)))
        assert program.gap < 1e-9, option
        assert program.points >= 12, option
        assert len(program.inputs) >= 15, option


@pytest.mark.parametrize("plan", ["MAKER", "LENDERS", "COSTS", "STEPS", "OWNERS"])
def test_every_row_and_measure_of_the_plans_of_all_keys_is_on_the_tape(plan: str) -> None:
    scenario = scenario_of(getattr(key_plans, plan))
    projection = project(scenario)

    program = program_of(scenario, moved_samples(scenario), [*names(projection), *projection.rows])

    assert program.gap < 1e-9
    assert len(program.inputs) > 30


def test_prepayments_that_cash_cuts_are_worked_out_round_by_round() -> None:
    """What a prepayment is cut by depends on itself: on the interest and fees of its own period."""
    scenario = read("term_sheet")
    samples = {"products.cable.price": {"times": Samples(np.linspace(0.6, 1.0, 40)[:, None], "")}}
    cut = "loans.senior.schedule.planned_prepayment"

    program = program_of(scenario, samples, [cut, *names(project(scenario))])

    planned = program.run(scenario.with_samples(samples))[cut].max(axis=1)
    assert planned.min() < 0.9 * planned.max()
    assert program.gap < 1e-9


def test_a_program_and_rows_give_the_same_whatever_the_chunk() -> None:
    scenario, samples = read("fibercore"), moved_samples(read("fibercore"), samples=60)

    batch = evaluate(scenario, samples, KEEP, by="program")
    parts = evaluate(scenario, samples, KEEP, by="program", chunk=17)
    rows = evaluate(scenario, samples, KEEP, by="rows")

    assert batch.program is not None
    assert (rows.program, rows.why) == (None, "rows are asked for")
    for name in KEEP:
        assert batch[name].shape == rows[name].shape
        assert batch[name] == pytest.approx(rows[name], rel=1e-10, abs=1e-6, nan_ok=True)
        assert parts[name] == pytest.approx(batch[name], rel=1e-14)


def test_few_samples_are_projected_and_many_are_run_on_a_tape_that_is_kept() -> None:
    scenario = read("annuity_road")
    price = next(lever for lever in levers(scenario) if lever.alone).handles[0]
    samples = Samples(price.value * np.linspace(0.95, 1.0, MANY)[:, None], price.unit)

    few = evaluate(scenario, {price.path: Samples(samples.magnitude[:9], price.unit)}, ["lowest_cash"])
    many = evaluate(scenario, {price.path: samples}, ["lowest_cash"])
    again = evaluate(scenario, {price.path: samples}, ["lowest_cash"])

    assert "rows are faster for fewer than 3,000 samples" in few.why
    assert few.program is None
    assert many.program is not None
    assert again.program is many.program
    assert many["lowest_cash"][:9] == pytest.approx(few["lowest_cash"], rel=1e-12)


def test_what_is_known_of_a_program_can_go_into_a_manifest() -> None:
    samples = {"tax.rate": Samples(np.linspace(0.3, 0.4, 9)[:, None], "")}

    program = program_of(read("fibercore"), samples, ["project_npv"])

    assert program.manifest["inputs"] == ["tax.rate"]
    assert program.manifest["operations"] == len(program.tape) > 100
    assert (program.manifest["points"], program.manifest["refused"]) == (16, 0)


def test_corners_that_the_plan_refuses_are_counted_and_left_out() -> None:
    """A dear project with a small loan, or a cheap one with a large loan, is fine; a cheap one is not paid twice."""
    shares = np.linspace(0.4, 0.9, 40)[:, None]
    samples = {
        "loans.bank.commitment": Samples(3e6 * (1 + shares), "USD"),
        "funding.line.bank": Samples(3e6 * (1 + shares), "USD"),
    }
    samples["projects.line.capex"] = Samples(3.1e6 * (1 + shares), "USD")

    program = program_of(scenario_of(errors.PLAN), samples, ["lowest_cash"])

    assert program.refused > 0
    assert program.points == 16 - program.refused


def test_a_plan_without_a_program_is_projected_and_the_reason_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dividends that are barred by a ratio that looks ahead rest on themselves."""
    scenario = scenario_of(ROUND.replace("26 MUSD}", "0.3 MUSD}"))
    samples = {"opening.cash": Samples(np.linspace(5e6, 5.1e6, 5)[:, None], "USD")}
    monkeypatch.setattr("fibercap.studies.batch.MANY", 1)

    with pytest.raises(FibercapError, match=r'rests on itself in column 12 .*; write `by="rows"`'):
        evaluate(scenario, samples, ["lowest_cash"], by="program")
    batch = evaluate(scenario, samples, ["lowest_cash"])
    assert batch.program is None
    assert "rests on itself" in batch.why
    assert batch["lowest_cash"] == pytest.approx(evaluate(scenario, samples, ["lowest_cash"], by="rows")["lowest_cash"])


def test_a_program_that_differs_from_a_projection_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail: a rate of return that is a tenth too high is found and named."""
    monkeypatch.setattr(plan_program, "only_rate", lambda _, flows: 0.1 + 0.0 * flows[:, 0])

    with pytest.raises(FibercapError, match=r"the program gives 0\.1 instead of 0\.\d+ for `project_irr` at point 1"):
        program_of(read("fibercore"), {"tax.rate": Samples(np.array([[0.3], [0.4]]), "")}, ["project_irr"])


def test_samples_beyond_the_checked_ranges_are_checked_again() -> None:
    scenario = read("fibercore")
    near, far = ({"tax.rate": Samples(np.linspace(0.3, high, 9)[:, None], "")} for high in (0.35, 0.4))

    first = evaluate(scenario, near, ["project_npv"], by="program").program
    second = evaluate(scenario, far, ["project_npv"], by="program").program

    assert first is not None
    assert second is not None
    assert first is not second
    assert second.covers(near)
    assert not first.covers(far)


def test_the_program_of_33_plants_over_20_years_is_made_in_seconds() -> None:
    plant = "  works_{}: {{product: fiber, capacity: 90_000 km/year, cash_cost: 15 USD/km, fixed_cost: 0.1 MUSD/year}}"
    project_text = "  line_{0}: {{plant: works_{0}, adds: 50_000 km/year, capex: 4 MUSD, spend: {{2003: 100 %}}, complete: 2003-12-31}}"
    plan = "\n".join([
        "fibercap: 1",
        "horizon: {from: 2000, to: 2019, step: month}",
        "money: {report_in: USD, discount_rate: 10 %/year}",
        "products: {fiber: {price: 40 USD/km}}",
        "opening: {cash: 900 MUSD}",
        "plants:",
        *(plant.format(number) for number in range(33)),
        "projects:",
        *(project_text.format(number) for number in range(33)),
        "loans: {bank: {commitment: 30 MUSD, signed: 2002-12-31, matures: 10 years, rate: 8 %/year}}",
        "funding: {line_0: {bank: 3 MUSD, equity: rest}}",
    ])  # fmt: skip
    samples = {
        "products.fiber.price": {"times": Samples(np.linspace(0.8, 1.2, 9)[:, None], "")},
        "loans.bank.rate": Samples(np.linspace(0.06, 0.09, 9)[:, None], "1/year"),
    }

    begun = process_time()
    program = program_of(scenario_of(plan), samples, ["project_npv", "equity_irr", "lowest_cash"])

    assert program.gap < 1e-9
    assert process_time() - begun < 30
