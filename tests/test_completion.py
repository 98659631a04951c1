"""What the shell offers while a command is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete

from fibercap.cli import cli
from fibercap.reading.shipped import shipped_scenarios
from fibercap.views.charts.all_charts import CHARTS

LOANS = "fibercap: 1\nloans: {harbour: {commitment: 1 MUSD, signed: 2001-01-31, matures: 5 years, rate: 6 %/year}}\n"
SMALL = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 30 USD/km}}
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep names that are remembered in a folder of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fibercap" / "names"


def offers(*words: str) -> list[str]:
    """Return what is offered in place of the last word."""
    complete = BashComplete(cli, {}, "fibercap", "_FIBERCAP_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1]) if item.type == "plain"]


@pytest.mark.parametrize(
    "verb",
    [
        "run",
        "compare",
        "check",
        "plot",
        "loan",
        "size",
        "solve",
        "sensitivity",
        "explore",
        "rows",
        "explain",
        "show",
        "diff",
        "export",
    ],
)
def test_every_verb_offers_shipped_scenarios_and_files(verb: str) -> None:
    complete = BashComplete(cli, {}, "fibercap", "_FIBERCAP_COMPLETE")

    assert offers(verb, "") == list(shipped_scenarios())
    assert "file" in [item.type for item in complete.get_completions([verb], "pl")]
    assert "--option" in offers(verb, "--o") or verb == "loan"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("run", "fibercore", "--option", "g"), ["grace_one_year", "german_bank"]),
        (("run", "--option", "g"), []),
        (("check", "fibercore", "jena_only", "--option", "b"), ["bullet"]),
        (("compare", "fibercore", "--baseline", "no"), ["no_debt"]),
        (("run", "fibercore", "--only", "ca"), ["capacity", "cash"]),
        (("run", "fibercore", "--rows", "accounts.cas"), ["accounts.cash_costs", "accounts.cash"]),
        (("rows", "fibercore", "loans.fleet.clo"), ["loans.fleet.closing"]),
        (("rows", "fibercore", "min_d"), ["min_dscr", "min_dscr_by_year"]),
        (("loan", "two_banks", "f"), ["fleet"]),
        (("size", "fibercore", "f"), ["fleet"]),
        (("plot", "fibercore", "cap"), ["capacity"]),
        (("plot", "jena_only", "--option", "no"), ["no_debt"]),
        (("solve", "fibercore", "--measure", "project_i"), ["project_irr"]),
        (("solve", "fibercore", "--vary", "loans.fleet.ra"), ["loans.fleet.rate"]),
        (("run", "fibercore", "--set", "loans.fleet.ra"), ["loans.fleet.rate="]),
        (("run", "fibercore", "--years", "200"), ["2000", "2001", "2002", "2003", "2004"]),
        (("simulate", "fibercore_uncertain", "--chart", "f"), ["fan"]),
        (("simulate", "fibercore_uncertain", "--option", "b", "--option", "bu"), ["bullet"]),
        (("simulate", "fibercore_uncertain", "--drives", "equity_i"), ["equity_irr"]),
        (("sensitivity", "fibercore", "--input", "loans.fleet.ra"), ["loans.fleet.rate"]),
        (("explain", "fibercore", "accounts.cash", "2002-0"), ["2002-01", "2002-09"]),
        (("export", "fibercore", "--as", "iamc"), ["iamc.csv", "iamc.xlsx"]),
        (("explain", "fibercore", "loans.fleet.ra"), ["loans.fleet.rate"]),
        (("schema", "--results", "ru"), ["run"]),
        (("run", "no_such_plan", "--option", ""), []),
    ],
)
def test_names_of_the_scenario_are_offered(words: tuple[str, ...], wanted: list[str]) -> None:
    result = offers(*words)

    assert [name for name in result if name in wanted] == wanted
    assert all(name.startswith(words[-1]) for name in result)
    assert bool(result) == bool(wanted)


def test_charts_that_apply_are_offered(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)

    assert set(offers("plot", "fibercore", "")) == set(CHARTS)
    assert set(CHARTS) - set(offers("plot", str(file), "")) >= {"compare", "verdict", "bridge"}


def test_loans_of_a_file_of_loans_are_offered(tmp_path: Path) -> None:
    file = tmp_path / "loans.yaml"
    file.write_text(LOANS)
    spoilt = tmp_path / "spoilt.yaml"
    spoilt.write_text("fibercap: [")

    assert offers("loan", str(file), "") == ["harbour"]
    assert offers("loan", str(spoilt), "") == []


def test_every_parameter_that_takes_a_name_offers_names() -> None:
    """A new option of a command is offered words, or stands here with what it takes."""
    free = {
        *("by --by", "between --between", "cluster --dask", "currency --currency", "unit --unit", "sheet --sheet"),
        *("ranges --between", "target --equals", "equals --equals", "dask --dask"),
        *("dscr --dscr", "payment_dscr --payment-dscr", "llcr --llcr", "gearing --gearing"),
        *("samples --samples", "seed --seed", "jobs --jobs", "points --points", "depth --depth"),
    }
    without = {
        f"{parameter.name} {parameter.opts[0]}"
        for command in cli.commands.values()
        for parameter in command.params
        if parameter._custom_shell_complete is None
        and not isinstance(parameter.type, click.Choice | click.Path)
        and not getattr(parameter, "is_flag", False)
    }

    assert without <= free


AFTER = """
import atexit, sys
atexit.register(lambda: print(*sorted({"numpy", "pydantic", "yaml"} & set(sys.modules)), file=sys.stderr))
from fibercap.cli import main
main()
"""


@pytest.mark.long
@pytest.mark.parametrize(
    "words", ["run fibercore --rows loans.f", "run fibercore --option g", "explain fibercore min_d"]
)
def test_the_second_time_nothing_is_projected_nor_read(words: str, cache: Path) -> None:
    def complete() -> tuple[str, str]:
        shell_says = {
            "_FIBERCAP_COMPLETE": "bash_complete",
            "COMP_WORDS": f"fibercap {words}",
            "COMP_CWORD": str(len(words.split())),
        }
        done = subprocess.run([sys.executable, "-c", AFTER], env={**os.environ, **shell_says}, capture_output=True, text=True, check=False)  # fmt: skip
        return done.stdout, done.stderr.strip()

    first, second = complete(), complete()

    assert first[0] == second[0] != ""
    assert (first[1], second[1]) == ("numpy pydantic yaml", "")
    assert len(list(cache.iterdir())) == 1


def test_remembered_names_go_when_a_file_of_the_plan_changes(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text(SMALL + "options: {first: {title: First}}\n")
    child.write_text("fibercap: 1\nextends: parent.yaml\n")

    assert offers("run", str(child), "--option", "") == ["first"]
    parent.write_text(SMALL + "options: {second: {title: Second}}\n")
    assert offers("run", str(child), "--option", "") == ["second"]
    child.write_text("fibercap: [")
    assert offers("run", str(child), "--option", "") == []


@pytest.mark.parametrize("text", ["", "[]", '{"files": {}, "names": {}}', "[" * 100_000, '{"files": 1}'])
def test_a_cache_that_is_not_ours_is_not_read(text: str, cache: Path) -> None:
    wanted = offers("run", "fibercore", "--option", "")
    (file,) = cache.iterdir()
    file.write_text(text)

    assert offers("run", "fibercore", "--option", "") == wanted != []


def test_names_are_offered_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("in the way")

    assert offers("run", "fibercore", "--option", "g") == ["grace_one_year", "german_bank"]
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert offers("run", "fibercore", "--option", "g") == ["grace_one_year", "german_bank"]


def no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_names_of_twenty_plans_are_kept(tmp_path: Path, cache: Path) -> None:
    for number in range(22):
        file = tmp_path / f"plan{number}.yaml"
        file.write_text(SMALL + "options: {first: {title: First}}\n")
        assert offers("run", str(file), "--option", "") == ["first"]

    assert len(list(cache.iterdir())) == 20


@pytest.mark.long
def test_a_real_bash_completes(tmp_path: Path) -> None:
    """As in `~/.bashrc`; bash hands over `--option=ge` as three words, and reads what to offer from COMPREPLY."""
    program = tmp_path / "fibercap"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m fibercap "$@"\n')
    program.chmod(0o755)
    script = """
    PATH="$1:$PATH"; eval "$(_FIBERCAP_COMPLETE=bash_source fibercap)"
    shift; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); complete -p fibercap
    _fibercap_completion fibercap; printf '%s\\n' "${COMPREPLY[@]}"
    """
    (tmp_path / "fibercore_us.yaml").write_text(SMALL)
    root = {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    for words, wanted in {
        "fibercap run fibercore --option g": ["grace_one_year", "german_bank"],
        "fibercap loan two_banks f": ["fleet"],
        "fibercap plot fibercore cap": ["capacity"],
        "fibercap run fibercore_u": ["fibercore_uncertain", "fibercore_us.yaml"],
        "fibercap run fibercore --set loans.fleet.ra": ["loans.fleet.rate="],
        "fibercap run fibercore --option = ge": ["german_bank"],
    }.items():
        done = subprocess.run(
            ["bash", "--norc", "-c", script, "bash", str(tmp_path), *words.split()],  # noqa: S607 - the user's bash
            env={**os.environ, **root}, capture_output=True, text=True, check=True, cwd=tmp_path,
        )  # fmt: skip
        assert "-F _fibercap_completion fibercap" in done.stdout.splitlines()[0]
        assert done.stdout.splitlines()[1:] == wanted, done.stderr


@pytest.mark.long
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told(shell: str) -> None:
    def message(instruction: str, words: str) -> str:
        word = "f" if shell == "fish" else "3"
        shell_says = {"_FIBERCAP_COMPLETE": f"{shell}_{instruction}", "COMP_WORDS": words, "COMP_CWORD": word}
        done = subprocess.run(
            [sys.executable, "-m", "fibercap"],
            env={**os.environ, **shell_says},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    assert "_FIBERCAP_COMPLETE=" in message("source", "")
    assert "fleet" in message("complete", "fibercap loan fibercore f")
