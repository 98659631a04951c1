"""What makes `check` fail, and what is said of it."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.findings import findings

if TYPE_CHECKING:
    from pathlib import Path

INSOLVENT = "remove: [funding.xtal_3]"


@pytest.fixture(name="insolvent")
def insolvent_plan(tmp_path: Path) -> Path:
    file = tmp_path / "insolvent.yaml"
    file.write_text(f"fibercap: 1\nid: insolvent\nextends: fibercore\n{INSOLVENT}\n")
    return file


def test_a_plan_without_a_source_runs_dry_and_is_unfunded(insolvent: Path) -> None:
    """The base without `funding.xtal_3`: 19 months below zero (docs/conventions.md), 78.2 million without a source."""
    results = {(each.kind, each.after_horizon): each for each in findings(project(read(str(insolvent))))}

    uses, cash = results["uses_unfunded", False], results["cash_below_zero", False]
    assert uses.value == pytest.approx(78_200_000)
    assert "in 19 of 60 periods" in cash.sentence
    assert all(each.way_out for each in results.values())


@pytest.mark.long
def test_every_way_out_says_so(insolvent: Path) -> None:
    def output_of(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, list(arguments))
        return result.exit_code, result.stdout

    code, checked = output_of("check", str(insolvent))
    _, document = output_of("check", str(insolvent), "--json")

    assert code == 1
    assert checked.splitlines()[1].startswith("  FAIL  cash is below zero in 19 of 60 periods")
    assert "to fix it:" in checked
    kinds = [finding["kind"] for finding in json.loads(document)["findings"]]
    assert sorted(set(kinds)) == ["cash_below_zero", "uses_unfunded"]
    for verb in ("run", "compare"):
        ended, text = output_of(verb, str(insolvent))
        assert ended == 0
        assert text.index("FAIL") < text.index("million USD")


def test_the_shipped_plan_has_no_findings() -> None:
    assert findings(project(read("fibercore"))) == ()


@pytest.mark.long
def test_a_breach_in_one_option_alone_fails_the_check(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    cover = "{cover: {row: accounts.dscr_12m, at_least: 1.3}}"
    file.write_text(f"fibercap: 1\nid: one\nextends: fibercore\nadd:\n  loans.fleet.covenants: {cover}\n")
    every = CliRunner().invoke(cli, ["check", str(file)])
    one = CliRunner().invoke(cli, ["check", str(file), "--option", "grace_one_year"])
    document = json.loads(CliRunner().invoke(cli, ["check", str(file), "--json"]).stdout)

    assert (every.exit_code, one.exit_code) == (1, 0)
    text = " ".join(every.stdout.split())
    assert "FAIL option equal_principal: covenant Fleet five-year loan: cover is broken in" in text
    assert "  6 options, 1 fails: equal_principal" in every.stdout
    assert document["findings"] == []
    results = {name: [each["name"] for each in option["findings"]] for name, option in document["options"].items()}
    assert {name: names for name, names in results.items() if names} == {"equal_principal": ["fleet.cover"]}


@pytest.mark.long
def test_the_market_that_came_may_run_dry() -> None:
    result = CliRunner().invoke(cli, ["check", "soft_market"])

    assert result.exit_code == 0
    assert "`company.may_run_dry` says that this is" in result.stdout


@pytest.mark.long
def test_several_files_are_checked_each_and_a_bad_one_stops_none(insolvent: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("fibercap: 1\nextends: fibercore\nchange: {loans.fleet.rat: 9 %/year}\n")
    runner = CliRunner()

    sound = runner.invoke(cli, ["check", "fibercore", "jena_only"])
    failing = runner.invoke(cli, ["check", str(insolvent), "fibercore"])
    mixed = runner.invoke(cli, ["check", str(bad), str(insolvent), "--json"])
    files = json.loads(mixed.stdout)

    assert [result.exit_code for result in (sound, failing, mixed)] == [0, 1, 2]
    assert sound.stdout.count("is a valid scenario") == 2
    assert "fibercore.yaml is a valid scenario" in failing.stdout
    assert files["format"] == 2
    assert list(files["files"]) == [str(bad), str(insolvent)]
    assert files["files"][str(bad)]["errors"][0]["path"] == "loans.fleet.rat"
    assert {"cash_below_zero", "uses_unfunded"} == {each["kind"] for each in files["files"][str(insolvent)]["findings"]}


def test_a_scenario_is_read_from_standard_input(insolvent: Path) -> None:
    checked = CliRunner().invoke(cli, ["check", "-"], input=insolvent.read_bytes())

    assert checked.exit_code == 1
    assert checked.stdout.startswith("standard input is a valid scenario\n  FAIL  cash is below zero in 19 of 60")


@pytest.mark.long
def test_what_options_share_with_the_plan_is_printed_once(insolvent: Path) -> None:
    lines = CliRunner().invoke(cli, ["check", str(insolvent)]).stdout.splitlines()

    fails = [line for line in lines if line.startswith("  FAIL  ") and "claimed" not in line]
    assert len([line for line in fails if "cash is below" in line or "unfunded" in line]) == 2
    also = [line.strip() for line in lines if line.startswith("        also")]
    assert [line.partition(" option ")[0] for line in also] == ["also in", "also, with other amounts, in", "also in"]
    assert also[0] == "also in option level"
    assert also[1].startswith("also, with other amounts, in option equal_principal, bullet")
    assert also[2].startswith("also in option level, equal_principal, bullet")


@pytest.mark.long
def test_the_cover_of_a_workbook_begins_with_what_fails(insolvent: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.xlsx"
    assert CliRunner().invoke(cli, ["export", str(insolvent), "--option", "level", "--out", str(out)]).exit_code == 0

    with zipfile.ZipFile(out) as book:
        cover = book.read("xl/worksheets/sheet1.xml").decode()
    rows = [row for row in cover.split("<row ")[1:] if "<c " in row]
    assert "Fails when exported" in rows[2]
    assert "cash is below zero in 19 of 60 periods" in rows[2]
    assert "unfunded: 78,200,000 USD" in rows[3]
