"""Plans too large for a thousand samples at once: fewer are projected together, fewer inputs moved, and it is said."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from fibercap.core.errors import FibercapError
from fibercap.core.units import Samples
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies import batch, sensitivity
from fibercap.studies.batch import CHUNK, chunk_of, evaluate, size_if_large, size_of
from fibercap.studies.movable_inputs import levers
from fibercap.studies.sensitivity import one_at_a_time
from fibercap.views.report import subject
from fibercap.views.report.basis import sensitivity as section
from fibercap.views.report.live import page
from fibercap.views.report.live.page import live_part
from fibercap.views.report.parts import Items
from fibercap.views.report.subject import subject_of

HEAD = """
fibercap: 1
horizon: {from: 2000, to: 2002, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}}
opening: {cash: 900 million USD}
plants:
"""
PRICE = "products.fiber.price"
TERMS = "{product: fiber, capacity: 1_000 km/year, cash_cost: 15 USD/km}"


def plan(plants: int) -> Scenario:
    return scenario_of(HEAD + "".join(f"  plant_{k}: {TERMS}\n" for k in range(plants)))


def test_no_plan_is_projected_to_count_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "project", lambda _: pytest.fail("the plan is projected to count its values"))

    assert size_if_large(read("fibercore")) is None
    assert 300 < chunk_of(read("fibercore")) < CHUNK == chunk_of(plan(1))


@pytest.mark.parametrize("name", ["fibercore", "annuity_road", "two_banks", "term_sheet"])
def test_samples_of_a_shipped_plan_stay_near_the_limit(name: str) -> None:
    """The values of a plan are estimated; they differ from plan to plan by half, and about half differ by sample."""
    scenario = read(name)

    assert chunk_of(scenario) * batch.size_of(project(scenario)) <= 1.5 * batch.TOGETHER


def test_a_projection_is_freed_though_its_measures_were_computed() -> None:
    """Commands do not collect cycles: of many batches, those in a cycle would all stay in memory."""
    gc.disable()
    try:
        projection = project(read("fibercore"))
        kept = projection.measures["project_npv"]
        gone = weakref.ref(projection)
        del projection
        assert gone() is None
    finally:
        gc.enable()
    assert kept.value is not None


@pytest.fixture
def low_limits(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let plans count as large from the first value on; return how many values are held at once."""
    monkeypatch.setattr(batch, "_SMALL", 0)
    monkeypatch.setattr(batch, "TOGETHER", 100_000)
    return 100_000


def test_samples_that_are_projected_together_fall_as_plans_grow(low_limits: int) -> None:
    few, several, many = (chunk_of(plan(number)) for number in (5, 20, 2000))
    assert 1 == many < several < few < CHUNK
    assert several * (size_if_large(plan(20)) or 0) <= 3 * low_limits


@pytest.mark.usefixtures("low_limits")
def test_fewer_samples_together_give_the_same_results() -> None:
    scenario, prices = plan(30), Samples(np.linspace(30.0, 50.0, 30)[:, None], "USD/km")
    keep = ["accounts.cash", "project_npv"]
    parts, together = (evaluate(scenario, {PRICE: prices}, keep, chunk=chunk) for chunk in (None, 30))
    assert chunk_of(scenario) < 30
    assert all(np.array_equal(parts[name], together[name], equal_nan=True) for name in keep)


@pytest.mark.usefixtures("low_limits")
def test_of_a_very_large_plan_some_inputs_are_moved_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = plan(5)
    known = levers(scenario)
    monkeypatch.setattr(sensitivity, "MOST", 2 * 4 * (size_if_large(scenario) or 0))
    assert len(one_at_a_time(scenario, ["lowest_cash"])) == 4 < len(known)

    told_last = section(subject_of(project(scenario), None))
    assert told_last is not None
    messages = [text for part in told_last.parts if isinstance(part, Items) for text in part.texts]
    assert f"{len(known) - 4} further inputs were not moved: the plan is too large" in messages


def test_a_report_of_a_plan_too_large_for_it_is_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST_VALUES", 1_000)
    with pytest.raises(FibercapError, match="a report takes at most 1,000; export a workbook or tables"):
        subject_of(project(plan(1)), None)


@pytest.mark.long
def test_a_page_with_dated_prepayments_is_live_up_to_a_smaller_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells are worked out nine times, for what cash cuts prepayments by depends on itself."""
    bank = "loans: {bank: {outstanding: 1 million USD, remaining: 3 years, rate: 7 %/year, prepayments: {2001-02-01: 1_000 USD}}}\n"
    for more, rounds in (("", 1), (bank, 9)):
        of_plan = subject_of(project(scenario_of(f"{HEAD}  p: {TERMS}\n{more}")), None)
        size = size_of(of_plan.projection)
        monkeypatch.setattr(page, "MOST_VALUES", rounds * size)
        assert live_part(of_plan, "year").data
        monkeypatch.setattr(page, "MOST_VALUES", rounds * size - 1)
        assert f"the plan has {size:,} values in all options, of at most" in live_part(of_plan, "year").why
