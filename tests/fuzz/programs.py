"""A random plan as a program: every row and measure of the tape is that of a projection, whatever inputs differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.program.numpy_machine import run
from fibercap.core.units import Samples
from fibercap.model.plan.scenario import Scenario
from fibercap.model.returns.roots import only_rate
from fibercap.studies.movable_inputs import levers
from fibercap.studies.plan_program import NO_PROGRAM, PlanProgram, program_of
from fibercap.studies.program_inputs import numbers_by_sample
from tests.fuzz.twins import Case
from tests.node import NODE, run_in_script

MOST = 12
"""Inputs that differ at once."""
SAMPLES = 24
ITSELF = "rests on itself"
CLOSE = 1e-6


def run_as_program(case: Case) -> Iterator[str]:
    """Check every row and measure of the program of a plan, with samples of some of its inputs.

    Plans whose cells rest on themselves where inputs decide have no program, and those whose dated prepayments are cut
    for lack of cash may have none.
    """
    random, scenario = np.random.default_rng(case.dice.randint(0, 10**6)), case.scenario
    movable = levers(scenario)
    samples: dict[str, Any] = {}
    for lever in case.dice.sample(movable, min(MOST, len(movable))):
        factors = random.uniform(max(lever.low, 0.95), min(lever.high, 1.05), SAMPLES)
        more = {h.path: Samples((h.value + (factors - 1) * h.slope)[:, None], h.unit) for h in lever.handles}
        try:
            scenario.with_samples(samples | more)
        except ScenarioError:
            continue
        samples |= more
    if samples:
        try:
            program = program_of(scenario, samples, [*case.measures, *case.projection.rows])
        except FibercapError as error:
            prepays = any(loan.prepayments for loan in scenario.loans.values())
            if error.code == NO_PROGRAM and ITSELF not in error.found and not prepays:
                yield f"with {', '.join(samples)}: {error.found}"
            return
        if NODE:
            yield from run_as_script(program, scenario.with_samples(samples))


def run_as_script(program: PlanProgram, sampled: Scenario) -> Iterator[str]:
    """Check that the script of the page gives what NumPy gives, undefined cells too."""
    numbers = numbers_by_sample(sampled)
    inputs = np.stack([numbers[address] for address in program.inputs]) if program.inputs else np.empty((0, 1))
    wanted, result = run(program.tape, inputs, only_rate), run_in_script(program.tape, inputs)
    for name, (start, length) in program.tape.results.items():
        part = slice(start, start + length)
        size = float(np.nanmax(np.abs(wanted[part]), initial=0.0))
        apart = np.abs(result[part] - wanted[part]) > CLOSE * size + CLOSE
        if (apart | (np.isnan(result[part]) != np.isnan(wanted[part]))).any():
            yield f"the script gives other values for `{name}`"
            return
