"""Sobol indices are those of SALib, and the error of a quantile is at most half of that of plain random numbers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample

from fibercap.core.units import Array
from fibercap.reading.files import scenario_of
from fibercap.studies.batch import evaluate
from fibercap.studies.chances.drivers import drivers, sobol_indices
from fibercap.studies.chances.points import sobol_points
from fibercap.studies.chances.sample_overlay import overlay_for
from fibercap.studies.chances.sampling import Sampler
from fibercap.studies.chances.simulate import simulate
from tests.studies.test_chances import PLAN

BOUNDS = {"price": (0.8, 1.2), "cost": (0.7, 1.4), "tax": (0.1, 0.5)}
UNIFORM = (
    PLAN[: PLAN.index("    price: {input")].replace("opening:", "tax: {rate: 30 %}\nopening:")
    + """\
    price: {input: products.cable.price, times: {uniform: {low: 80 %, high: 120 %}}}
    cost: {input: plants.works.cash_cost, times: {uniform: {low: 70 %, high: 140 %}}}
    tax: {input: tax.rate, is: {uniform: {low: 10 %, high: 50 %}}}
"""
)


def problem(bounds: dict[str, tuple[float, float]]) -> dict[str, Any]:
    return {"num_vars": len(bounds), "names": list(bounds), "bounds": [list(pair) for pair in bounds.values()]}


def analyze(of: dict[str, Any], results: Array) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result: dict[str, Any] = sobol_analysis.analyze(of, results, calc_second_order=False, seed=1)
    return result


def ishigami(points: Array) -> Array:
    x, y, z = points.T
    return np.asarray(np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x))


def test_indices_of_the_same_results_are_those_of_salib() -> None:
    """Ishigami's function; SALib reads A, A with one column of B, and B, point by point."""
    points = np.pi * (2 * sobol_points(6, 5, range(2**13)) - 1)
    one, other = points[:, :3], points[:, 3:]
    mixed = [np.where(np.arange(3) == column, other, one) for column in range(3)]
    results = [ishigami(table) for table in (one, *mixed, other)]

    indices = sobol_indices(results[0], results[-1], results[1:-1])
    result = analyze(problem(dict.fromkeys("xyz", (-np.pi, np.pi))), np.stack(results, axis=1).ravel())

    assert [first.value for first, _ in indices] == pytest.approx(result["S1"].tolist(), abs=0.005)
    assert [total.value for _, total in indices] == pytest.approx(result["ST"].tolist(), rel=1e-9)
    assert [first.value for first, _ in indices] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)


@pytest.mark.long
def test_what_drives_a_plan_is_what_salib_finds_by_points_of_its_own() -> None:
    scenario = scenario_of(UNIFORM)
    simulation = simulate(scenario, samples=256)
    explained = {d.inputs[0]: d for d in drivers(simulation, simulation.cases[""], "equity_npv", base=1024)}

    of = problem(BOUNDS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        price, cost, tax = sobol_sample.sample(of, 1024, calc_second_order=False, seed=3).T
    samples = {"products.cable.price": {"times": price}, "plants.works.cash_cost": {"times": cost}, "tax.rate": tax}
    result = analyze(of, evaluate(scenario, samples, ["equity_npv"])["equity_npv"])

    assert [explained[name].first.value for name in BOUNDS] == pytest.approx(result["S1"].tolist(), abs=0.02)
    assert [explained[name].total.value for name in BOUNDS] == pytest.approx(result["ST"].tolist(), abs=0.02)
    assert sum(result["S1"]) == pytest.approx(1.0, abs=0.1)


@pytest.mark.long
def test_the_error_of_a_low_quantile_is_at_most_half_of_that_of_random_numbers() -> None:
    """P10 of worth at 4,096 samples over 60 seeds, beside that of 2**17 points."""
    scenario, seeds, count = scenario_of(UNIFORM), range(60), 4096
    uncertain = scenario.uncertain
    assert uncertain is not None
    sampler = Sampler(scenario, uncertain, 0)
    size, random = sampler.dimensions, np.random.default_rng(11)
    tables = [sobol_points(size, 1000, range(2**17))]
    tables += [sobol_points(size, seed, range(count)) for seed in seeds]
    tables += [random.random((count, size)) for _ in seeds]

    drawn = sampler.draw(sampler.correlate(np.concatenate(tables)))
    overlay = overlay_for(sampler, scenario)
    worth = evaluate(overlay.scenario, overlay.samples(drawn), ["project_npv"], by="program")["project_npv"]

    exact = np.quantile(worth[: 2**17], 0.1)
    low = np.quantile(worth[2**17 :].reshape(-1, count), 0.1, axis=1)
    errors = np.sqrt(np.mean((low.reshape(2, len(seeds)) - exact) ** 2, axis=1))
    assert errors[0] <= 0.5 * errors[1]
