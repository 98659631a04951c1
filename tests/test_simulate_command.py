"""The command `simulate`: what it prints at 80 columns, as JSON, and what it refuses."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from fibercap.cli import cli, main
from fibercap.reading.files import read
from fibercap.studies.chances.simulate import simulate
from fibercap.views.charts.chances.all_simulation_charts import SIMULATION_CHARTS
from fibercap.views.json.schema import result_schema
from tests.studies.test_chances import PLAN


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "cable.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["simulate", *arguments], env={"COLUMNS": "80"})


@pytest.mark.long
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


@pytest.mark.long
def test_options_stand_side_by_side(plan: str) -> None:
    result = run(plan, "--samples", "32", "--option", "own")
    assert result.exit_code == 0
    assert "NOTE  own: no rate in this option" in result.stdout


@pytest.mark.long
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


@pytest.mark.long
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


def test_a_folder_holds_tables_charts_samples_and_what_identifies_them(plan: str, tmp_path: Path) -> None:
    out = tmp_path / "chances"
    result = run(plan, "--samples", "30", "--out", str(out))
    assert result.exit_code == 0
    assert "files are in" in result.stderr
    manifest = json.loads((out / "manifest.json").read_text())
    jsonschema.validate(manifest, result_schema("simulation_manifest"))
    assert (manifest["samples"], manifest["asked"], manifest["seed"]) == (32, 30, 7)
    assert manifest["options"][""]["why_rows"] == "rows are faster for fewer than 3,000 samples"
    assert manifest["fixed"]["loans.bank.matures"].startswith("dates, maturities and lives shape the calendar")
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert names == {*manifest["files"], "manifest.json"}
    assert {"likely.csv", "chances.csv", "drivers.csv", "samples.npz", "scenario.yaml"} < names
    assert {
        f"charts/{name}.svg" for name in ("fan-accounts.cash", "worth", "claims", "covenants", "cash", "drivers")
    } < names


@pytest.mark.long
def test_the_samples_of_a_folder_are_those_of_the_simulation(plan: str, tmp_path: Path) -> None:
    """Both forms hold what Python gives; the same command gives the same bytes."""
    arguments = (plan, "--samples", "32", "--option", "own", "--row", "accounts.cash")
    for form, name in (("npz", "a"), ("npz", "b"), ("parquet", "c")):
        assert run(*arguments, "--format", form, "--out", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / "a" / "samples.npz").read_bytes() == (tmp_path / "b" / "samples.npz").read_bytes()
    simulation = simulate(read(plan), options=["own"], samples=32, rows=["accounts.cash"])
    case = simulation.cases["own"]
    with np.load(tmp_path / "a" / "samples.npz", allow_pickle=False) as file:
        kept = dict(file)
    assert kept["years"].tolist() == simulation.years
    assert np.array_equal(kept["options/own/measures/equity_npv"], case.measure("equity_npv"))
    assert np.array_equal(kept["options/own/rows/accounts.cash"], case.row("accounts.cash"))
    assert np.array_equal(kept["inputs/price"], simulation.inputs["price"])
    frame = pd.read_parquet(tmp_path / "c" / "samples.parquet")
    assert len(frame) == 32
    assert np.array_equal(frame["options/own/rows/accounts.cash/2003"], case.row("accounts.cash")[:, 2])
    assert frame["options/own/claims/sells"].dtype == bool
    assert frame["options/own/claims/sells"].mean() == case.chances("claim:")["sells"][0].value


@pytest.mark.long
def test_a_chart_is_a_file(plan: str, tmp_path: Path) -> None:
    result = run(plan, "--samples", "32", "--chart", "fan", "--out", str(tmp_path / "cash.svg"))
    assert result.stdout == f"{tmp_path / 'cash.svg'}\n"
    assert b"<svg" in (tmp_path / "cash.svg").read_bytes()
    result = run(plan, "--samples", "32", "--chart", "worth", "--out", str(tmp_path / "charts"), "--as", "pdf")
    assert result.stdout == f"{tmp_path / 'charts' / 'cable-worth.pdf'}\n"
    streamed = run(plan, "--samples", "32", "--chart", "worth", "--out", "-")
    assert streamed.stdout_bytes.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--chart", "fna"), "no chart `fna`; did you mean `fan`?"),
        (("--chart", "fan", "--out", "there.svg"), "there.svg exists; add --force to replace it"),
        (("--chart", "fan", "--out", "x.doc"), "cannot be written to a file ending in `.doc`"),
        (("--out", "x.svg"), "x.svg looks like a file; name its chart by --chart, or a folder"),
        (("--out", "-"), "--out writes a folder"),
        (("--as", "pdf"), "name the chart by --chart"),
        (("--out", "there.svg/deep"), "there.svg is not a folder; name a folder"),
        (("--out", "full"), "manifest.json exists; add --force to replace it"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_sample_is_drawn(
    plan: str,
    arguments: tuple[str, ...],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(Path(plan).parent)
    Path("there.svg").touch()
    Path("full").mkdir()
    Path("full/manifest.json").touch()
    monkeypatch.setattr("fibercap.studies.chances.simulate.simulate", None)

    with pytest.raises(SystemExit) as ended:
        main(["simulate", plan, *arguments])

    assert ended.value.code == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_the_help_lists_every_chart() -> None:
    text = run("--help").stdout
    assert all(f"\n  {name}" in text for name in SIMULATION_CHARTS)


@pytest.mark.long
def test_many_samples_without_a_program_are_projected_and_that_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cable.yaml"
    path.write_text(PLAN.replace("row: accounts.dscr_12m, at_least: 9, test: year", "measure: min_dscr, at_least: 9"))
    monkeypatch.setattr("fibercap.studies.chances.job.MANY", 64)
    monkeypatch.setattr("fibercap.views.terminal.simulate.MANY", 64)
    text = " ".join(run(str(path), "--samples", "64", "--jobs", "2").stdout.split())
    assert "NOTE every sample was projected, without a program: a covenant limits a measure, which" in text


@pytest.mark.long
def test_the_document_is_the_same_by_one_process_and_by_two_and_when_kept(plan: str, tmp_path: Path) -> None:
    printed = {
        run(plan, "--samples", "64", "--json", *more).stdout
        for more in ((), ("--jobs", "2"), ("--keep", str(tmp_path / "kept")), ("--keep", str(tmp_path / "kept")))
    }
    assert len(printed) == 1
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--jobs", "0"), "0 is not in the range"),
        (("--jobs", "2", "--dask", "tcp://127.0.0.1:1"), "--jobs and --dask both say who works"),
        (("--dask", "tcp://127.0.0.1:1"), "no Dask scheduler answers at tcp://127.0.0.1:1"),
        (("--dask", "nonsense"), "name that of a running scheduler, such as tcp://host:8786"),
        (("--keep", "."), "holds other files, such as cable.yaml; name a new or empty folder"),
        (("--keep", "cable.yaml"), "is a file"),
    ],
)
@pytest.mark.filterwarnings("default")
def test_workers_that_are_not_there_and_folders_of_others_are_refused(
    plan: str,
    arguments: tuple[str, ...],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(Path(plan).parent)
    monkeypatch.setattr("fibercap.commands.workers.PATIENCE", "0.1s")

    with pytest.raises(SystemExit) as ended:
        main(["simulate", plan, *arguments])

    assert ended.value.code == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_missing_extra_says_how_to_install_it(
    plan: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SystemExit):
        main(["simulate", plan, "--dask", "tcp://127.0.0.1:8786"])
    assert "pip install 'fibercap[dask]'" in capsys.readouterr().err
