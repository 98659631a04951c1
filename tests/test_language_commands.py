"""`show`, `diff` and `new` as their users type them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fibercap.core.trees.tree import Branch, Leaf
from fibercap.reading.files import read, scenario_of
from fibercap.reading.shipped import shipped_scenarios
from fibercap.reading.text import read_text
from fibercap.reading.yaml_writer import yaml_text
from fibercap.studies.differences import differences
from tests.reading.test_schema import editor_view
from tests.test_cli import SMALL, say

__all__ = ["say"]  # a fixture

CHILD = "fibercap: 1\nextends: small.yaml\nchange: {loans.bank.rate: {plus: 1 %/year}}\nremove: [claims.grows]\n"


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_what_show_prints_is_the_same_scenario(name: str) -> None:
    options = [*read(name).options][-1:]
    for option in (None, *options):
        scenario = read(name, option)

        again = scenario_of(yaml_text(scenario.standalone_tree), "shown.yaml")

        assert again.tree == scenario.standalone_tree
        assert ("options" in again.tree) is (option is None and bool(options))
        assert again.digest() == scenario.digest()


scalars = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
trees = st.recursive(
    scalars.map(Leaf),
    lambda child: st.dictionaries(scalars, child, max_size=3).map(Branch),
    max_leaves=8,
)


@pytest.mark.long
@given(children=st.dictionaries(scalars, trees, min_size=1, max_size=3))
def test_any_tree_is_read_again_as_it_was_written(children: dict[str, Any]) -> None:
    """Whatever a text holds: quotes, colons, words that YAML takes for nothing, control characters."""
    tree = Branch(children)

    assert read_text(yaml_text(tree), "again") == tree


def test_show_tells_where_each_value_comes_from(say: Any) -> None:
    Path("child.yaml").write_text(CHILD)

    output = say("show", "child.yaml", "--set", "plants.works.cash_cost=21 USD/km")

    assert (output.code, output.err) == (0, "")
    assert "    rate: 9 %/year  # child.yaml:3 plus: 1 %/year, was 8 %/year; small.yaml:10" in output.out.splitlines()
    assert (
        "    cash_cost: 21 USD/km  # --set plants.works.cash_cost=21 USD/km was 20 USD/km; small.yaml:7" in output.out
    )
    assert "grows" not in output.out


def test_show_as_json_holds_the_chain(say: Any) -> None:
    Path("child.yaml").write_text(CHILD)

    document = say("show", "child.yaml", "--json").document

    assert document["loans.bank.rate"] == {
        "value": "9 %/year",
        "origins": [
            {"file": "small.yaml", "line": 10, "column": 87, "how": "written", "operator": None, "previous": None},
            {
                "file": "child.yaml",
                "line": 3,
                "column": 34,
                "how": "child.yaml",
                "operator": "plus: 1 %/year",
                "previous": "8 %/year",
            },
        ],
    }


def test_diff_lists_inputs_with_their_places_and_what_moves(say: Any) -> None:
    Path("child.yaml").write_text(CHILD)

    output = say("diff", "small.yaml", "child.yaml", "--results")

    assert output.code == 0
    lines = output.out.splitlines()
    assert lines[:2] == ["small.yaml -> child.yaml", "5 inputs differ"]
    index = lines.index("  loans.bank.rate")
    assert lines[index + 1 : index + 3] == ["    -  8 %/year  (small.yaml:10)", "    +  9 %/year  (child.yaml:3)"]
    assert "    -  Capacity grows by half  (small.yaml:17)" in lines
    assert any(line.startswith("  Interest to maturity  ") and " -> " in line for line in lines)
    assert "  claim grows  holds -> not claimed" in lines
    assert max(map(len, lines)) <= 80


def test_diff_of_one_scenario_shows_what_an_option_does(say: Any) -> None:
    document = say("diff", "small.yaml", "--option", "bullet", "--results", "--json").document

    assert (document["old"], document["new"]) == ("small.yaml", "with option bullet")
    assert list(document["differences"]) == ["loans.bank.repayment.style"]
    assert document["differences"]["loans.bank.repayment.style"]["new"] == "bullet"
    assert document["measures"]["total_interest"]["new"] > document["measures"]["total_interest"]["old"]
    assert document["claims"] == {}


def test_a_scenario_does_not_differ_from_itself(say: Any) -> None:
    output = say("diff", "small.yaml", "small.yaml", "--results")

    assert output.out.splitlines() == ["small.yaml -> small.yaml", "No input differs.", "", "No measure moves."]


def test_a_source_that_changes_is_a_difference() -> None:
    one = SMALL + "sources: {offer: {title: Offer, kind: stated}}\n"
    other = one.replace("rate: 8 %/year", "rate: {value: 8 %/year, source: offer}")

    result = differences(scenario_of(one), scenario_of(other))

    assert list(result) == ["loans.bank.rate"]
    assert (result["loans.bank.rate"].old_source, result["loans.bank.rate"].new_source) == (None, "offer")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("diff", "small.yaml"), "name a second scenario, or an --option or --set"),
        (("diff", "small.yaml", "small.yaml", "small.yaml"), "name one scenario, or two"),
        (("diff", "small.yaml", "smal.yaml"), "did you mean `small.yaml`?"),
        (("show", "small.yaml", "--option", "bulet"), "did you mean `bullet`?"),
        (("show", "up.yaml"), "leads out of the folder"),
    ],
)
def test_what_cannot_be_done_is_told(say: Any, arguments: tuple[str, ...], message: str) -> None:
    Path("up.yaml").write_text("fibercap: 1\nextends: ../other.yaml\n")
    output = say(*arguments)

    assert output.code == 2
    assert message in output.err.replace("\n", " ")


def test_a_command_may_leave_the_folder_if_it_is_reported_so(say: Any) -> None:
    Path("inner").mkdir()
    Path("inner/up.yaml").write_text("fibercap: 1\nextends: ../small.yaml\n")

    assert say("check", "inner/up.yaml").code == 2
    assert say("check", "inner/up.yaml", "--allow-outside").code == 0


@pytest.mark.long
def test_new_writes_a_plan_that_runs_and_fits_its_schema(say: Any) -> None:
    output = say("new", "plans")

    assert output.out.splitlines() == ["plans/plan.yaml", "plans/fibercap.schema.json"]
    first = Path("plans/plan.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=fibercap.schema.json"
    assert say("check", "plans/plan.yaml", "--unused").out.splitlines()[-1] == "  3 options, none fails"
    schema = json.loads(Path("plans/fibercap.schema.json").read_text())
    assert not list(Draft202012Validator(schema).iter_errors(editor_view(Path("plans/plan.yaml").read_text())))


@pytest.mark.long
def test_new_replaces_nothing_unless_told_so(say: Any) -> None:
    Path("plans").mkdir()
    Path("plans/fibercap.schema.json").write_text("mine")

    output = say("new", "plans")

    assert (output.code, output.out) == (2, "")
    assert output.err == "plans/fibercap.schema.json exists; add --force to replace it\n"
    assert not Path("plans/plan.yaml").exists()
    assert say("new", "plans", "--force").code == 0
