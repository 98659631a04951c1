"""The public names: they do what their pages say, and print as a line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import fibercap as fc
from fibercap.studies.sizing import Limit


@pytest.fixture(scope="module")
def projection() -> fc.Projection:
    return fc.project(fc.read("fibercore"))


def test_what_is_shown_of_a_result_is_a_line(projection: fc.Projection) -> None:
    scenario = projection.scenario
    shown = {
        "scenario": scenario,
        "projection": projection,
        "measures": projection.measures,
        "measure": projection.measures["min_dscr"],
        "block": projection.blocks["model"],
        "explanation": fc.explain(projection, "accounts.cash", "2002"),
        "size": fc.size(scenario, "fleet", {"min_dscr": 1.3}),
        "solution": fc.solve(scenario, "project_npv", 0.0, "loans.fleet.rate"),
        "schedule": fc.schedule(scenario.loans["fleet"]),
    }

    lines = {name: repr(thing) for name, thing in shown.items()}

    assert {name: line for name, line in lines.items() if len(line) > 200 or "\n" in line or "array(" in line} == {}
    assert lines["scenario"].startswith("<Scenario fibercore: 2000-01-01 to 2004-12-31 by month, 2 plants, ")
    assert lines["schedule"] == "<Schedule in USD: 2001-01-08 to 2006-01-08, 20 payments>"


def test_measures_of_a_projection_are_known_by_name(projection: fc.Projection) -> None:
    assert projection.measures["project_npv"] is projection.measures["project_npv"]
    assert projection.measures["project_npv"].unit == "USD"
    assert {"equity_npv", "all_in_cost.fleet"} <= set(projection.measures)
    with pytest.raises(KeyError, match="project_nvp"):
        projection.measures["project_nvp"]


@pytest.mark.long
def test_a_size_asked_for_by_names_is_that_of_limits(projection: fc.Projection) -> None:
    scenario, limits = projection.scenario, {"min_dscr": 1.3, "gearing": 0.7}
    one = fc.size(scenario, "fleet", limits)

    assert one.commitment == fc.size(scenario, "fleet", [Limit(*limit) for limit in limits.items()]).commitment
    with pytest.raises(fc.FibercapError, match=r"^gearing: found 170 %, wanted a share of at most 100 %"):
        fc.size(scenario, "fleet", {"gearing": 1.7})


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_samples_in_a_row_or_in_a_column_with_their_unit_are_the_same(
    projection: fc.Projection, shape: tuple[int]
) -> None:
    scenario, prices, rates = projection.scenario, np.array([60.0, 65.0, 70.0]), np.array([0.3, 0.35, 0.4])
    samples = {"products.multimode.price": ("USD/km", prices.reshape(shape)), "tax.rate": rates.reshape(shape)}

    result = fc.evaluate(scenario, samples, ["project_npv"])["project_npv"]

    for price, rate, value in zip(prices, rates, result, strict=True):
        draw = {"products.multimode.price": ("USD/km", [price]), "tax.rate": [rate]}
        assert fc.evaluate(scenario, draw, ["project_npv"])["project_npv"][0] == pytest.approx(value, rel=1e-12)


def test_samples_that_move_what_stands_there_may_stand_in_a_row(projection: fc.Projection) -> None:
    scenario, factors = projection.scenario, np.array([0.9, 1.1])
    row, column = ({"products.single_mode.price": {"times": values}} for values in (factors, factors[:, None]))

    one, other = (fc.evaluate(scenario, samples, ["accounts.revenue"])["accounts.revenue"] for samples in (row, column))

    np.testing.assert_array_equal(one, other)


def test_what_prints_calls_a_monte_carlo_case_a_sample(projection: fc.Projection) -> None:
    """A loan is drawn; the parameter `draws` keeps its name for those who pass it."""
    batch = fc.project(projection.scenario.with_samples({"tax.rate": np.array([0.3, 0.4])}))

    assert repr(batch).endswith(" rows, 2 samples>")
    assert repr(batch.measures["project_npv"]).endswith(", the first of 2 samples>")
    with pytest.raises(fc.FibercapError, match="different numbers of samples"):
        fc.evaluate(projection.scenario, draws={"tax.rate": [0.3], "tax.use_at_most": [0.3, 0.4]}, keep=["project_npv"])
    page = (Path(__file__).resolve().parents[1] / "docs" / "python.md").read_text("utf-8")
    assert re.findall(r"\bdraw\w*", page) == ["draws"]


def test_samples_in_another_unit_are_refused(projection: fc.Projection) -> None:
    with pytest.raises(fc.ScenarioError, match="found samples in USD, wanted money per length"):
        fc.evaluate(projection.scenario, {"products.multimode.price": ("USD", [60.0])}, ["project_npv"])


def test_every_error_is_a_fibercap_error() -> None:
    errors = (fc.FormulaError, fc.IdentityError, fc.ScenarioError, fc.UnitError)

    assert all(issubclass(error, fc.FibercapError) for error in errors)
