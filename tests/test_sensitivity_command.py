"""The command `sensitivity`: what it prints at 80 columns, its files, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from fibercap.cli import cli, join_percent
from fibercap.views.json.schema import result_schema
from tests.studies.test_what_if import COST, PLAN, PRICE, RATE, value_after_change


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "cable.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, join_percent(["sensitivity", *arguments]), env={"COLUMNS": "80"})


@pytest.mark.long
def test_a_tornado_fits_and_has_the_widest_swing_first(plan: str) -> None:
    result = run(plan)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in result.stdout
    assert lines[1] == "NPV of the owners [thousand USD], now 199.26"
    assert lines[2] == "one input at a time 10 % lower and higher, the widest swing first"
    swings = [float(line.split()[4]) for line in lines if "(assumed)" in line]
    assert len(swings) == 10
    assert swings == sorted(swings, reverse=True)
    assert "Where another option becomes first, now bank" in lines
    assert "  money.discount_rate  2.14 %/year: own first" in lines
    assert "  products.cable.demand  15,621 km/year (-80.5 %): own first; bank: breaks bank:" in lines


def test_one_input_over_a_range_is_a_table_with_break_even(plan: str) -> None:
    result = run(plan, "--input", COST, "--between", "24 USD/km", "40 USD/km", "--points", "5")

    lines = result.stdout.splitlines()
    row = next(line for line in lines if line.startswith("32.00"))
    assert row.split() == ["32.00", "+14.3", "%", f"{value_after_change(f'{COST}=32 USD/km') / 1e3:.2f}"]
    assert "NPV of the owners is 0 at 34.95 USD/km (+24.8 %)" in lines
    assert "bank stays the first option within the range of each input" in lines


def test_a_range_without_break_even_says_so(plan: str) -> None:
    result = run(plan, "--input", PRICE, "--between", "95 %", "105 %", "--points", "3")

    assert "NPV of the owners is nowhere 0 from -5 % to +5 %: no break-even in this range" in " ".join(
        result.stdout.split()
    )


def test_refused_values_are_shown_with_one_reason(plan: str) -> None:
    result = run(plan, "--input", "tax.rate", "--between", "10 %", "190 %", "--points", "4")

    assert result.exit_code == 0
    assert [line.split()[-1] for line in result.stdout.splitlines() if line.startswith(("130", "190"))] == [
        "refused",
        "refused",
    ]
    printed = " ".join(result.stdout.split())
    assert "NOTE refused at 130.00 % and 1 more: found 130 %, wanted a value from 0 % to 100 %" in printed


def test_a_two_way_table_marks_what_fails(plan: str) -> None:
    result = run(plan, "--two-way", "--input", PRICE, "--input", COST, "--by", "40%", "--points", "3")

    lines = result.stdout.splitlines()
    assert f"down: {PRICE}" in lines
    assert f"across: {COST} [USD/km]" in lines
    assert next(line for line in lines if line.startswith("0 %")).split()[3] == "0.199"
    assert "! a covenant breaks, cash falls below zero, or uses lack a source" in lines


@pytest.mark.long
def test_the_document_follows_its_schema(plan: str) -> None:
    tornado, single, grid = (
        json.loads(run(plan, *words, "--json").stdout)
        for words in ((), ("--input", RATE), ("--two-way", "--input", RATE, "--input", COST))
    )

    for document in (tornado, single, grid):
        jsonschema.validate(document, result_schema("sensitivity"))
    assert tornado["tornado"] is True
    assert tornado["first"] == ["bank"]
    assert [len(moved["points"]) for moved in single["inputs"]] == [9]
    assert grid["two_way"]["values"]["equity_npv"][2][2] == pytest.approx(value_after_change(), rel=1e-9)


def test_a_table_and_charts_are_written(plan: str, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    assert run(plan, "--input", RATE, "--out", str(table)).stdout == f"{table}\n"

    lines = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(lines) == 9
    assert float(lines[4]["equity_npv"]) == pytest.approx(value_after_change(), rel=1e-9)
    assert (lines[4]["value"], lines[4]["unit"], lines[4]["sound"]) == ("0.08", "1/year", "True")
    assert "exists" in str(run(plan, "--input", RATE, "--out", str(table)).exception)


@pytest.mark.long
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((), "NPV of the owners when one input at a time is 20 % lower or higher"),
        (("--input", RATE), "One input at a time"),
        (("--two-way", "--input", RATE, "--input", COST), "NPV of the owners [thousand USD], now 199"),
    ],
)
def test_each_kind_of_result_has_its_chart(plan: str, tmp_path: Path, words: tuple[str, ...], shown: str) -> None:
    path = tmp_path / "chart.svg"

    assert run(plan, *words, "--by", "20 %", "--out", str(path)).exit_code == 0
    assert shown in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--by", "5"], "--by: found `5`, wanted a share"),
        (["--by", "0 %"], "inputs cannot be moved by 0%"),
        (["--input", RATE, "--input", COST, "--between", "1", "2"], "name the two ends for each input, in their order"),
        (["--between", "1", "2"], "0 --input and 1 --between"),
        (["--two-way"], "a two-way table has two inputs, not 0; name two"),
        (["--out", "table.xlsx"], "known suffixes: .csv, .png, .svg, .pdf"),
        (["--equals", "5 km"], "--equals, for equity_npv: found `5 km`, wanted an amount of money"),
    ],
)
def test_what_makes_no_sense_is_refused(plan: str, words: list[str], message: str) -> None:
    result = run(plan, *words)

    printed = result.stderr if isinstance(result.exception, SystemExit) else str(result.exception)
    assert message in printed
