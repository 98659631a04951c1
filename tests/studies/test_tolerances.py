"""How far a value may be off what is claimed: a share of that, or points of a share, ratio or rate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fibercap.cli import cli
from fibercap.core.errors import ScenarioError
from fibercap.core.language.tolerance import Tolerance
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.reading.schema import schema
from fibercap.studies.claims import Outcome, holds, outcomes
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.input_uses import Use
from fibercap.studies.findings import findings
from fibercap.views.report.html import report
from fibercap.views.workbook.cases import AS_WRITTEN
from fibercap.views.workbook.workbook import workbook
from tests.sheets import Recalculator, disagreements, spoilt

if TYPE_CHECKING:
    from pathlib import Path

PLAN = """\
fibercap: 1
id: small
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 30 USD/km, utilization: 88 %}}
opening: {cash: 1 million USD}
claims:
  full: {says: The works run nearly full, row: inputs.plants.works.utilization, when: 2002, about: 92 %, within: WITHIN}
"""


def plan(within: str) -> str:
    return PLAN.replace("WITHIN", within)


def outcome(within: str) -> Outcome:
    return outcomes(project(scenario_of(plan(within))))["full"]


@given(st.floats(0, 1), st.floats(0.001, 1), st.floats(0, 0.5))
def test_points_are_the_same_whatever_the_limit_and_a_share_is_not(value: float, limit: float, wide: float) -> None:
    def is_kept(tolerance: Tolerance) -> bool:
        there = np.array([limit])
        return bool(holds("about", np.array([value]), there, tolerance.room(there))[0])

    off = abs(value - limit)
    if abs(off - wide) > 1e-6:
        assert is_kept(Tolerance(np.asarray(wide), points=True)) == (off < wide)
    if abs(off - wide * limit) > 1e-6:
        assert is_kept(Tolerance(np.asarray(wide))) == (off < wide * limit)


@pytest.mark.parametrize(
    ("within", "holds_"), [("4 points", True), ("3.9 points", False), ("4 %", False), ("5 %", True), ("500 bp", True)]
)
def test_eighty_eight_percent_is_four_points_off_ninety_two(within: str, holds_: bool) -> None:  # noqa: FBT001 - a parameter
    assert outcome(within).holds is holds_


@pytest.mark.parametrize("option", [[], ["--option", "narrow"]])
def test_points_are_reported_wherever_the_claim_is(tmp_path: Path, option: list[str]) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(plan("4 points") + "options: {narrow: {change: {claims.full.within: 1 point}}}\n")

    def points_of(*arguments: str) -> str:
        return CliRunner().invoke(cli, [arguments[0], str(file), *arguments[1:], *option]).stdout

    words = f"about 0.92 within {'1 point' if option else '4 points'}, -4.0 points"
    checked, document = points_of("check"), json.loads(points_of("check", "--json"))
    assert words in " ".join(checked.split())
    assert words in " ".join(points_of("run", "--only", "claims").split())
    assert document["claims"]["full"]["within"] == ("1 point" if option else "4 points")
    assert bool(document["findings"]) == bool(option)
    assert "points" in points_of("explain", "claims.full.within") or option


@pytest.mark.long
def test_report_and_finding_tell_points() -> None:
    projection = project(scenario_of(plan("1.5 points")))
    text = report(projection, None, "year").decode()

    (missed,) = findings(projection)
    assert missed.sentence.endswith("is 0.88 in 2002, claimed about 0.92 within 1.5 points")
    assert "about 0.92 within 1.5 points, 2002" in text
    assert "-4.0 points" in text


def test_a_default_is_a_tenth_of_the_limit() -> None:
    scenario = scenario_of(PLAN.replace(", within: WITHIN", ""))
    explanation = explain(project(scenario), "claims.full.within")

    assert str(scenario.claims["full"].within) == "10 %"
    assert isinstance(explanation, Use)
    assert explanation.inputs[0].text == "10 %"


@pytest.mark.long
@pytest.mark.parametrize("within", ["4 points", "1 point", "5 %"])
def test_the_workbook_tests_it_live(within: str, tmp_path: Path) -> None:
    """Recalculated from wrong cached values."""
    scenario = scenario_of(plan(within))
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path).read()

    assert disagreements(sheets, project(scenario), AS_WRITTEN) == []


@pytest.mark.parametrize(
    ("within", "words"),
    [
        ("101 points", "found `101 points`, wanted from 0 to 100 points"),
        ("-1 points", "found `-1 points`, wanted from 0 to 100 points"),
        ("many points", "found `many points`, wanted a share or points; write it like `5 points`"),
        ("4 %/year", "found `4 %/year`, wanted a share or points; write `4 points` of the rate, or `4 %` of the limit"),
    ],
)
def test_what_is_no_tolerance_is_refused(within: str, words: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        scenario_of(plan(within))
    assert words in str(refused.value)


def test_points_of_what_has_none_are_refused_at_their_place() -> None:
    text = plan("4 points").replace("row: inputs.plants.works.utilization", "row: plants.works.output")
    with pytest.raises(ScenarioError, match="wanted points of a share, a ratio or a rate") as refused:
        outcomes(project(scenario_of(text.replace("92 %", "90_000 km"))))
    (problem,) = refused.value.problems
    assert problem.path == "claims.full.within"
    assert problem.place is not None
    assert problem.place.line == 9
    assert "write a share of the limit, such as `5 %`" in problem.sentence()


@pytest.mark.long
def test_the_schema_takes_both_and_nothing_else() -> None:
    result = Draft202012Validator(schema())

    def valid(within: str) -> bool:
        claim = {"says": "a", "measure": "project_irr", "about": "9 %/year", "within": within}
        plan_ = {"fibercap": 1, "horizon": {"from": 2001, "to": 2002}, "money": {"report_in": "USD"},
                 "products": {"f": {"price": "4 USD/km"}}, "claims": {"c": claim},
                 "plants": {"w": {"product": "f", "capacity": "9 km/year", "cash_cost": "2 USD/km"}}}  # fmt: skip
        return result.is_valid(plan_)

    assert [valid(text) for text in ("5 points", "1 point", "2.5 points", "5 %", "50 bp")] == [True] * 5
    assert [valid(text) for text in ("5", "points", "-5 points", "5 %/year", "5 USD")] == [False] * 5
