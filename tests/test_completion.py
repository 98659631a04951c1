"""What the shell offers while a command is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import BashComplete

from fibercap.cli import cli
from fibercap.reading.locating import shipped_scenarios
from fibercap.views.charts.all_charts import CHARTS

if TYPE_CHECKING:
    from pathlib import Path

LOANS = "fibercap: 1\nloans: {harbour: {commitment: 1 MUSD, signed: 2001-01-31, matures: 5 years, rate: 6 %/year}}\n"
SMALL = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 30 USD/km}}
"""


def offered(*words: str) -> list[str]:
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

    assert offered(verb, "") == list(shipped_scenarios())
    assert "file" in [item.type for item in complete.get_completions([verb], "pl")]
    assert "--option" in offered(verb, "--o") or verb == "loan"


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
        (("explain", "fibercore", "loans.fleet.ra"), ["loans.fleet.rate"]),
        (("schema", "--results", "ru"), ["run"]),
        (("run", "no_such_plan", "--option", ""), []),
    ],
)
def test_names_of_the_scenario_are_offered(words: tuple[str, ...], wanted: list[str]) -> None:
    found = offered(*words)

    assert [name for name in found if name in wanted] == wanted
    assert all(name.startswith(words[-1]) for name in found)
    assert bool(found) == bool(wanted)


def test_charts_that_apply_are_offered(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)

    assert set(offered("plot", "fibercore", "")) == set(CHARTS)
    assert set(CHARTS) - set(offered("plot", str(file), "")) >= {"compare", "verdict", "bridge"}


def test_loans_of_a_file_of_loans_are_offered(tmp_path: Path) -> None:
    file = tmp_path / "loans.yaml"
    file.write_text(LOANS)
    spoilt = tmp_path / "spoilt.yaml"
    spoilt.write_text("fibercap: [")

    assert offered("loan", str(file), "") == ["harbour"]
    assert offered("loan", str(spoilt), "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told(shell: str) -> None:
    def said(instruction: str, words: str) -> str:
        at = "f" if shell == "fish" else "3"
        told = {"_FIBERCAP_COMPLETE": f"{shell}_{instruction}", "COMP_WORDS": words, "COMP_CWORD": at}
        done = subprocess.run(
            [sys.executable, "-m", "fibercap"], env={**os.environ, **told}, capture_output=True, text=True, check=False
        )
        return done.stdout

    assert "_FIBERCAP_COMPLETE=" in said("source", "")
    assert "fleet" in said("complete", "fibercap loan fibercore f")
