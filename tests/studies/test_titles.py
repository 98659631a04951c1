"""A reader meets loans and covenants by their titles, in every command that speaks of them; JSON keeps their names."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.plan_warnings import warnings

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2005, step: quarter}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: works, adds: 100_000 km/year, capex: 9 million USD, complete: 2001-12-31}}
loans:
  key_of_bank: {title: Term loan of the bank, commitment: 6 million USD, signed: 2001-01-01, matures: 8 years, rate: 8 %/year,
                payments: {every: quarter, first: 2001-03-31, end_of_month: true}, prepayments: {2002-03-31: 90 million USD},
                covenants: {key_of_cover: {says: Covered thirty times, row: accounts.dscr_12m, at_least: 30}}}
  key_of_offer: {title: Offer of another bank, commitment: 6 million USD, signed: 2001-01-01, matures: 8 years, rate: 8 %/year}
funding: {line: {key_of_bank: 6 million USD, equity: rest}}
options:
  larger: {title: A larger line, change: {projects.line.capex: 10 million USD}}
"""
COVENANT = "Term loan of the bank: Covered thirty times"


def output_of(folder: Path, *words: str) -> str:
    """Return what a command prints, in one line."""
    file = folder / "plan.yaml"
    file.write_text(PLAN, encoding="utf-8")
    return " ".join(CliRunner().invoke(cli, [words[0], str(file), *words[1:]]).stdout.split())


@pytest.mark.long
@pytest.mark.parametrize("command", ["run", "check", "compare"])
def test_commands_call_covenants_by_titles(command: str, tmp_path: Path) -> None:
    message = output_of(tmp_path, command)

    assert COVENANT in message
    assert "key_of_cover" not in message
    spoken = re.sub(r"[`\w.]*[.]key_of_bank[\w.-]*", "", message)  # paths, which a reader writes
    assert "key_of" not in spoken


@pytest.mark.long
def test_a_size_is_told_of_the_loan_by_its_title(tmp_path: Path) -> None:
    assert output_of(tmp_path, "size", "key_of_bank", "--dscr", "1.3").startswith("Term loan of the bank: at most ")


def test_warnings_call_loans_by_titles() -> None:
    messages = warnings(project(scenario_of(PLAN)))

    assert any(line.startswith("a prepayment of Term loan of the bank on 2002-03-31 is cut") for line in messages)
    assert any(line.startswith("Offer of another bank is not drawn") for line in messages)
    assert any(
        line.startswith("Term loan of the bank: the payment of 2008-12-31 is made on maturity") for line in messages
    )
    assert not any(
        "key_of_bank" in line or "key_of_offer" in line for line in messages if not line.startswith("unused: ")
    )


@pytest.mark.long
def test_json_keeps_the_names_that_a_program_asks_for(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN, encoding="utf-8")
    document = json.loads(CliRunner().invoke(cli, ["check", str(file), "--json"]).stdout)["findings"]

    broken = [finding for finding in document if finding["kind"] == "covenant_broken"]
    assert [(finding["loan"], finding["name"]) for finding in broken] == [("key_of_bank", "key_of_bank.key_of_cover")]
