"""The script that runs a tape in a page gives what NumPy gives, in Node: all rows and measures, rates of return too."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fibercap.core.program.numpy_machine import run
from fibercap.core.program.tape_document import tape_document
from fibercap.model.measures.all_measures import names
from fibercap.model.project import project
from fibercap.model.returns.roots import only_rate
from fibercap.reading.files import read
from fibercap.studies.plan_program import program_of
from fibercap.studies.program_inputs import numbers_by_sample
from tests.near import assert_near
from tests.node import NODE, answer, run_in_script
from tests.studies.test_plan_program import moved_samples

pytestmark = pytest.mark.skipif(not NODE, reason="Node runs the script")


@pytest.mark.long
@pytest.mark.parametrize("name", ["annuity_road", "fleet_revolver"])
def test_the_script_gives_every_row_and_measure_that_numpy_gives(name: str) -> None:
    scenario = read(name)
    projection, samples = project(scenario), moved_samples(scenario, samples=12)
    program = program_of(scenario, samples, [*names(projection), *projection.rows])
    numbers = numbers_by_sample(scenario.with_samples(samples))
    inputs = np.stack([numbers[address] for address in program.inputs])
    wanted = run(program.tape, inputs, only_rate)

    result = run_in_script(program.tape, inputs)

    assert result.shape == wanted.shape
    assert np.isnan(wanted).any()
    assert np.array_equal(np.isnan(result), np.isnan(wanted))
    assert_near(result, wanted, rel=1e-9, least=1e-6, nan_ok=True)


def test_rates_of_return_follow_the_same_rule() -> None:
    """No rate, one, several: of random series with repeated times, and of those that touch zero."""
    random = np.random.default_rng(5)
    series = [random.integers(-4, 5, length).astype(float) for length in random.integers(2, 9, 400)]
    times = [np.sort(random.integers(0, 6, flows.size)).astype(float) for flows in series]
    asked = [[when.tolist(), flows.tolist()] for when, flows in zip(times, series, strict=True)]
    wanted = np.array([float(only_rate(*pair)) for pair in zip(times, series, strict=True)])

    result = answer("asked.map(pair => onlyRate(...pair))", asked)

    finite = np.isfinite(wanted)
    assert 50 < np.count_nonzero(finite) < 390
    assert result[finite] == pytest.approx(wanted[finite], rel=1e-9, abs=1e-12)
    assert np.isnan(result[~finite]).all()


def test_a_tape_as_data_has_no_number_that_json_lacks() -> None:
    scenario = read("annuity_road")
    program = program_of(scenario, moved_samples(scenario, samples=9), ["min_dscr", "lowest_cash"])

    document = tape_document(program.tape)

    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["results"] == {"min_dscr": [0, 1], "lowest_cash": [1, 1]}
