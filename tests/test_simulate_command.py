"""The command `simulate`: what it prints at 80 columns, as JSON, and what it refuses."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from fibercap.cli import cli, main
from fibercap.views.json.schema import result_schema
from tests.studies.test_chances import PLAN


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "cable.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["simulate", *arguments], env={"COLUMNS": "80"})


def test_the_page_fits_and_says_what_is_likely(plan: str) -> None:
    result = run(plan, "--samples", "60")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "64 samples (60 rounded up), seed 7" in lines
    assert any(line.startswith("NPV of the projects [million USD]") or "NPV of the" in line for line in lines)
    heads = ["What is uncertain", "What is likely", "Chance that each claim holds", "Chance that something fails"]
    places = [lines.index(head) for head in (*heads, "Chance by year, in %", "What drives NPV of the owners")]
    assert places == sorted(places)
    assert "…" not in result.stdout


def test_options_stand_side_by_side(plan: str) -> None:
    result = run(plan, "--samples", "32", "--option", "own")
    assert result.exit_code == 0
    assert "NOTE  own: no rate in this option" in result.stdout


def test_the_document_follows_its_schema_and_agrees_with_the_page(plan: str) -> None:
    result = run(plan, "--samples", "32", "--row", "accounts.cash", "--measure", "total_interest", "--json")
    document = json.loads(result.stdout)

    jsonschema.validate(document, result_schema("simulate"))
    assert document["samples"] == document["asked"] == 32
    case = document["options"][""]
    assert set(case["rows"]) == {"accounts.cash"}
    assert len(case["rows"]["accounts.cash"]["p50"]) == len(document["years"]) == 4
    assert "total_interest" in case["measures"]
    page = run(plan, "--samples", "32").stdout
    chance = case["claims"]["sells"]["value"]
    assert f"{100 * chance:.1f} %" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--option", "owned"), "no option `owned`; did you mean `own`?"),
        (("--measure", "project_nvp"), "no measure `project_nvp`; did you mean `project_npv`?"),
        (("--row", "accounts.cahs"), "no row `accounts.cahs`; did you mean `accounts.cash`?"),
        (("--drives", "equity_nvp"), "no measure `equity_nvp`; did you mean `equity_npv`?"),
        (("--samples", "0"), "0 is not in the range"),
        (("--set", "uncertain.inputs.cost.times.lognormal.sigma=0"), "above zero"),
    ],
)
def test_what_is_not_there_is_refused(
    plan: str, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", plan, *arguments])

    assert ended.value.code == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_bar_is_drawn_on_a_terminal_and_nothing_in_a_pipe(plan: str) -> None:
    command = [sys.executable, "-m", "fibercap", "simulate", plan, "--samples", "16", "--json"]
    piped = subprocess.run(command, capture_output=True, check=True)
    assert piped.stderr == b""

    terminal, side = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=side) as shown:
        shown.wait()
    os.close(side)
    assert b"samples" in os.read(terminal, 4096)
    os.close(terminal)
