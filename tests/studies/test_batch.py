"""Many draws at once: the same as each alone, whatever the chunk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.batch import evaluate

KEEP = ("project_npv", "project_irr", "min_dscr", "all_in_cost.fleet", "lowest_cash", "accounts.cash")


def samples_of_inputs(number: int) -> dict[str, Any]:
    random = np.random.default_rng(7)
    return {
        "products.multimode.price": Quantity(random.uniform(45, 70, (number, 1)), "USD/km"),
        "plants.xtal.utilization": Quantity(random.uniform(70, 100, (number, 1)), "percent"),
        "projects.xtal_1.delay": Quantity(random.uniform(0, 9, (number, 1)), "month"),
        "projects.jena_multimode.ramp.linear": Quantity(random.uniform(1, 12, (number, 1)), "month"),
        "loans.fleet.rate": Quantity(random.uniform(5, 12, (number, 1)), "percent / year"),
    }


@pytest.mark.long
def test_a_batch_equals_its_members_whatever_the_chunk() -> None:
    scenario, samples = read("fibercore"), samples_of_inputs(7)

    full, parts = evaluate(scenario, samples, KEEP), evaluate(scenario, samples, KEEP, chunk=3)

    assert full["accounts.cash"].shape == (7, 60)
    for name in KEEP:
        assert parts[name] == pytest.approx(full[name], nan_ok=True, rel=1e-9)
    for number in range(7):
        alone = project(scenario.with_samples({path: value[number : number + 1] for path, value in samples.items()}))
        by_name = measures(alone)
        for name in KEEP[:-1]:
            value = by_name[name].value
            assert full[name][number] == pytest.approx(np.nan if value is None else value, nan_ok=True, rel=1e-9)
        assert full["accounts.cash"][number] == pytest.approx(alone.value("accounts.cash")[0])


def test_the_samples_differ() -> None:
    npv = evaluate(read("fibercore"), samples_of_inputs(5), ["project_npv"])["project_npv"]

    assert len(set(npv)) == 5


def test_what_cannot_be_kept_or_drawn_is_refused() -> None:
    scenario, samples = read("fibercore"), samples_of_inputs(3)

    with pytest.raises(FibercapError, match=r"no measure `project_npw`; did you mean `project_npv`"):
        evaluate(scenario, samples, ["project_npw"])
    with pytest.raises(FibercapError, match="name at least one input"):
        evaluate(scenario, {}, ["project_npv"])
    with pytest.raises(FibercapError, match="different numbers of samples"):
        evaluate(
            scenario, {**samples, "loans.fleet.rate": Quantity(np.ones((4, 1)), "percent / year")}, ["project_npv"]
        )
    with pytest.raises(ScenarioError, match="did you mean `xtal_"):
        evaluate(scenario, {"projects.xtal_9.delay": samples["projects.xtal_1.delay"]}, ["project_npv"])
    with pytest.raises(ScenarioError, match=r"loans\.fleet\.matures"):
        evaluate(scenario, {"loans.fleet.matures": Quantity(np.ones((3, 1)), "year")}, ["project_npv"])


def test_a_draw_out_of_bounds_is_named() -> None:
    share = Quantity(np.array([[0.9], [1.2], [1.3]]), "dimensionless")

    with pytest.raises(ScenarioError, match=r"1\.2 in sample 1|120 % in sample 1|sample 1"):
        evaluate(read("fibercore"), {"plants.xtal.utilization": share}, ["project_npv"])
