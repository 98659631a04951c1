"""The machine that numba compiles gives what the NumPy machine gives, undefined cells too, however it is called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import fibercap as fc
from fibercap.core.program.fast_machine import FastMachine
from fibercap.core.program.graph import Graph
from fibercap.core.program.node import Value
from fibercap.core.program.numpy_machine import run
from fibercap.core.program.operations import Do
from fibercap.core.program.tape import Tape, tape_of
from fibercap.core.units import Array
from fibercap.model.measures.all_measures import names
from fibercap.model.project import project
from fibercap.model.returns.roots import only_rate
from fibercap.reading.files import read
from fibercap.reading.shipped import shipped_scenarios
from fibercap.studies.batch import evaluate
from fibercap.studies.plan_program import program_of
from fibercap.studies.program_inputs import numbers_by_sample
from tests.core.test_program import NAMES, block, cells_of, texts
from tests.near import assert_near
from tests.studies.test_plan_program import KEEP, moved_samples

ROOT = Path(__file__).resolve().parents[2]


def same(tape: Tape, inputs: Array, **how: int) -> None:
    """Assert that both machines give the same, to rounding, and undefined cells where the other has them."""
    wanted, given_results = run(tape, inputs, only_rate), FastMachine(tape, only_rate).run(inputs, **how)
    largest = np.nanmax(np.abs(wanted), axis=1, keepdims=True, initial=0.0)
    assert np.array_equal(np.isnan(wanted), np.isnan(given_results))
    assert np.nan_to_num(np.abs(given_results - wanted) / np.maximum(largest, 1e-300)).max(initial=0.0) < 1e-9


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(text=texts())
def test_every_operation_is_that_of_numpy_undefined_cells_too(text: str) -> None:
    cells = cells_of(block({"row": f"IF({{x}} > 9, {{x}}, {text})"}, undefined=("row",)))
    tape = tape_of(cells.graph, {"row": cells.columns("row")})

    same(tape, np.random.default_rng(7).integers(-3, 4, (len(NAMES), 101)) / 2.0)


@pytest.mark.parametrize("do", [do for do in Do if do not in (Do.KEEP, Do.RATE)])
def test_each_operation_alone_takes_infinite_and_undefined_operands_as_numpy_does(do: Do) -> None:
    graph = Graph(3)
    special = np.array([0.0, -0.5, 1.0, 2.5, -3.0, np.inf, -np.inf, np.nan])
    steps = np.array([0.5]) if do is Do.ROUND else special
    inputs = np.array([part.ravel() for part in np.meshgrid(special, steps, special)])
    operands = graph.inputs[: {Do.IF: 3, Do.CEILING: 1, Do.DEFINED: 1}.get(do, 2)]

    tape = tape_of(graph, {"one": [graph.apply(do, *operands)], "other": [graph.apply(Do.ADD, 0.5, operands[0])]})

    wanted = run(tape, inputs, only_rate)
    np.testing.assert_allclose(FastMachine(tape, only_rate).run(inputs), wanted, rtol=4e-16, atol=0.0)


def test_a_rate_may_rest_on_a_rate_and_a_result_on_both() -> None:
    graph = Graph(2)
    x, y = graph.inputs
    one = graph.rate([graph.apply(Do.MULTIPLY, -1.0, x), y, 66.0], (0.0, 1.0, 2.0), 0.005)
    flow = graph.apply(Do.MULTIPLY, 1000.0, one)
    other = graph.rate([graph.apply(Do.MULTIPLY, -1.0, x), flow, 60.0], (0.0, 1.0, 2.5), 0.005)
    total: Value = graph.apply(Do.ADD, other, graph.apply(Do.MULTIPLY, 2.0, one))
    inputs = np.random.default_rng(1).uniform(20.0, 100.0, (2, 500))

    same(tape_of(graph, {"one": [one], "other": [other], "total": [total]}), inputs)
    same(tape_of(graph, {"total": [total]}), inputs)
    same(tape_of(graph, {"other": [other]}), inputs)


@pytest.mark.long
@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_measure_of_every_shipped_plan_is_that_of_numpy(name: str) -> None:
    scenario = read(name)
    samples = moved_samples(scenario)
    program = program_of(scenario, samples, names(project(scenario)))
    numbers = numbers_by_sample(scenario.with_samples(samples))

    same(program.tape, np.stack([numbers[address] for address in program.inputs]))


@pytest.mark.long
def test_results_do_not_depend_on_how_many_threads_work_or_how_samples_are_cut() -> None:
    scenario = read("fibercore")
    random = np.random.default_rng(5)
    values = {"loans.fleet.rate": random.uniform(0.05, 0.12, 40_000), "tax.rate": random.uniform(0.2, 0.4, 40_000)}
    samples = {"loans.fleet.rate": ("1/year", values["loans.fleet.rate"]), "tax.rate": values["tax.rate"]}
    fast = evaluate(scenario, samples, KEEP, by="fast")
    in_parts = evaluate(scenario, samples, KEEP, by="fast", chunk=7_777)
    program = evaluate(scenario, samples, KEEP, by="program")

    for name in KEEP:
        near = 1e-13 if name == "equity_irr" else 0.0  # a rate is sought together with others
        np.testing.assert_allclose(fast[name], in_parts[name], rtol=near, atol=0.0)
        assert_near(fast[name], program[name], name, rel=1e-9, nan_ok=True)
    assert fast.program is not None
    machine = FastMachine(fast.program.tape, only_rate)
    inputs = np.stack([values[address] for address in fast.program.inputs])
    np.testing.assert_allclose(machine.run(inputs, 1), machine.run(inputs, 3), rtol=1e-13, atol=0.0)


def test_without_numba_it_is_reported_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fibercap.core.program.fast_machine.has_numba", lambda: False)
    samples = {"tax.rate": np.full(10, 0.3)}

    with pytest.raises(
        fc.FibercapError, match=r"needs numba, which is not installed; install it by `pip install 'fibercap\[fast\]'`"
    ):
        evaluate(read("fibercore"), samples, KEEP, by="fast")
    assert evaluate(read("fibercore"), samples, KEEP)["project_npv"].shape == (10,)


FIRST = """
import numpy as np
from fibercap.reading.files import read
from fibercap.studies.batch import evaluate

samples = {"tax.rate": np.linspace(0.2, 0.4, 300)}
one, other = (evaluate(read("fibercore"), samples, ["equity_irr"], by=by)["equity_irr"] for by in ("fast", "program"))
assert np.allclose(one, other, rtol=1e-9)
print("same")
"""


@pytest.mark.long
def test_the_first_run_ever_compiles_and_the_next_takes_what_is_kept(tmp_path: Path) -> None:
    surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", FIRST], capture_output=True, text=True, env=surroundings, check=True
        )
        assert done.stdout == "same\n"
        kept = sorted(path.name for path in tmp_path.rglob("*.nbc"))

    assert len(kept) == 7  # one for each function, compiled once
