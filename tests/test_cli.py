"""The commands as their users type them: output, JSON, exit codes, files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fibercap.cli import cli, join_percent, main
from fibercap.model.laws import proof
from fibercap.model.laws.law import Law

SMALL = """\
fibercap: 1
id: small
title: One plant, one loan
horizon: {from: 2000, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans: {bank: {commitment: 1 million USD, signed: 2000-01-01, matures: 3 years, rate: 8 %/year}}
funding: {line: {bank: 1 million USD, cash: rest}}
opening: {cash: 1 million USD}
options:
  level: {}
  bullet: {change: {loans.bank.repayment: {style: bullet}}}
claims:
  grows: {says: Capacity grows by half, row: plants.works.nameplate, when: end of 2000, at_least: 150_000 km/year}
"""


class Said:
    """What a command said."""

    def __init__(self, code: object, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command in an empty folder that holds `small.yaml`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "small.yaml").write_text(SMALL)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        output = capsys.readouterr()
        return Said(ended.value.code, output.out, output.err)

    return run


def test_run_prints_units_in_headings_and_fits_80_columns(say: Any) -> None:
    output = say("run", "small.yaml")

    assert output.code == 0
    assert "Nameplate capacity at the end  [thousand km/year]" in output.out
    assert "Income  [million USD]" in output.out
    assert (
        "Loan bank, to maturity  [thousand USD]" in output.out or "Loan bank, to maturity  [million USD]" in output.out
    )
    assert (
        "PASS  Capacity grows by half\n        150,000 km/year, claimed at least 150,000 km/year, +0.0%" in output.out
    )
    assert "Ways of financing" in output.out
    assert max(len(line) for line in output.out.splitlines()) <= 80


@pytest.mark.parametrize(("by", "column"), [("year", "2003"), ("quarter", "2003-Q4")])
def test_run_shows_years_or_quarters(say: Any, by: str, column: str) -> None:
    output = say("run", "small.yaml", "--by", by)

    assert column in output.out
    assert max(len(line) for line in output.out.splitlines()) <= 80


def test_months_of_a_quarterly_model_cannot_be_shown(say: Any) -> None:
    output = say("run", "small.yaml", "--by", "month")

    assert (output.code, output.out) == (2, "")
    message = "the model steps by quarter; its tables cannot be shown by month"
    assert output.err == f"{message}; ask for longer ones, or shorten `horizon.step`\n"
    assert "2000-Q1" in say("run", "small.yaml", "--by", "quarter").out


def test_the_chart_of_options_takes_none(say: Any) -> None:
    output = say("plot", "small.yaml", "compare", "--option", "bullet")

    assert output.code == 2
    assert output.err == "the chart `compare` shows every option; leave `--option` out\n"


def test_cash_below_its_minimum_is_reported(say: Any) -> None:
    output = say("check", "small.yaml", "--set", "money.minimum_cash=50 million USD")

    text = " ".join(output.out.split())
    assert "WARNING cash is below its minimum of 50,000,000 USD in 16 of 16 periods, first in 2000-Q1" in text
    assert "nobody lifts it: write `company: {gap: [equity]}`, or a loan of style `revolver`" in text


def test_a_project_at_a_closed_plant_is_reported(say: Any) -> None:
    output = say("check", "small.yaml", "--set", "plants.works.closes=2000-06-30")

    assert "unused: projects.line, complete when its plant is closed" in output.out


def test_what_set_breaks_is_shown_at_set(say: Any) -> None:
    output = say("run", "small.yaml", "--set", "projects.line.spend={2000: 70 %}")

    assert "--set projects.line.spend={2000: 70 %}: projects.line.spend" in output.err
    assert "found shares that total 70 %" in output.err


def test_the_examples_of_help_stand_each_on_its_line(say: Any) -> None:
    assert "\n  fibercap compare fibercore          its financing options side by side\n" in say("--help").out


def test_run_json_holds_rows_measures_claims_and_checks(say: Any) -> None:
    document = say("run", "small.yaml", "--json").document

    assert set(document) == {
        "format", "fibercap", "scenario", "horizon", "summary", "periods", "rows", "measures", "claims", "checks", "inputs",
        "findings", "warnings",
    }  # fmt: skip
    assert document["scenario"]["id"] == "small"
    assert document["scenario"]["option"] is None
    assert document["horizon"] == {"from": "2000-01-01", "to": "2003-12-31", "step": "quarter", "year_ends": "December"}
    assert document["periods"][0] == "2000-03-31"
    assert len(document["periods"]) == 16
    nameplate = document["rows"]["plants.works.nameplate"]
    assert nameplate["unit"] == "km/year"
    assert nameplate["nature"] == "stock"
    assert nameplate["values"][2:4] == [100000.0, 150000.0]
    assert nameplate["annual"]["2000"] == 150000.0
    assert document["rows"]["accounts.dscr"]["values"][0] is None
    assert document["claims"]["grows"]["holds"] is True
    assert document["checks"]["balance"]["unit"] == "USD"
    assert document["checks"]["balance"]["largest_gap"] < 1e-6


def test_run_json_has_every_row_that_others_rely_on(say: Any) -> None:
    rows = say("run", "small.yaml", "--json").document["rows"]
    plant = "nameplate effective_capacity output shipments revenue variable_cost fixed_cost"
    project = "ramped_months capex depreciation book_value"
    loan = "opening draws capitalized interest fees principal closing interest_paid fees_paid"
    accounts = (
        "revenue cash_costs gross_profit overhead ebitda depreciation ebit interest_expense fee_expense "
        "exchange_result pretax_income tax net_income operating_cash_flow investing_cash_flow financing_cash_flow cash "
        "receivables inventory construction_in_progress net_fixed_assets deferred_fees other_assets total_assets "
        "payables tax_payable accrued_interest debt other_liabilities paid_in_capital retained_earnings "
        "total_liabilities_and_equity cfads cfads_unlevered debt_service dscr"
    )

    wanted = [f"plants.works.{key}" for key in plant.split()] + [f"projects.line.{key}" for key in project.split()]
    wanted += [f"loans.bank.{key}" for key in loan.split()] + [f"accounts.{key}" for key in accounts.split()]
    wanted += ["funding.line.bank", "funding.line.cash"]
    assert [path for path in wanted if path not in rows] == []


def test_an_option_is_laid_over(say: Any) -> None:
    document = say("run", "small.yaml", "--option", "bullet", "--json").document

    assert document["scenario"]["option"] == "bullet"
    assert document["rows"]["loans.bank.principal"]["annual"]["2001"] == 0.0


def test_a_setting_is_laid_over(say: Any) -> None:
    document = say("run", "small.yaml", "--set", "plants.works.capacity=200_000 km/year", "--json").document

    assert document["rows"]["plants.works.nameplate"]["values"][0] == 200000.0


@pytest.mark.long
def test_compare_json_has_exactly_the_options(say: Any) -> None:
    document = say("compare", "small.yaml", "--json").document

    assert list(document["options"]) == ["level", "bullet"]
    assert document["baseline"] == "level"
    assert set(document["options"]["bullet"]) == {"title", "findings", "measures", "claims", "covenants"}
    assert document["differences"] == {"bullet": {"loans.bank.repayment.style": [None, "bullet"]}}


@pytest.mark.long
def test_compare_takes_a_baseline_and_a_choice_of_options(say: Any) -> None:
    assert say("compare", "small.yaml", "--baseline", "bullet", "--json").document["baseline"] == "bullet"
    assert list(say("compare", "small.yaml", "--option", "bullet", "--json").document["options"]) == ["bullet"]
    assert "did you mean `bullet`?" in say("compare", "small.yaml", "--baseline", "bulet").err


def test_compare_sets_several_scenarios_side_by_side(say: Any, tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text(SMALL.replace("id: small", "id: dear").replace("8 %/year", "12 %/year"))

    document = say("compare", "small.yaml", "dear.yaml", "--json").document

    assert list(document["options"]) == ["small", "dear"]
    assert document["differences"]["dear"] == {"loans.bank.rate": ["8 %/year", "12 %/year"]}


def test_compare_refuses_what_cannot_be_set_side_by_side(say: Any, tmp_path: Path) -> None:
    (tmp_path / "longer.yaml").write_text(SMALL.replace("id: small", "id: longer").replace("to: 2003", "to: 2004"))

    output = say("compare", "small.yaml", "longer.yaml")

    assert (output.code, output.err.strip()) == (
        2,
        "`longer` runs from 2000-01-01 to 2004-12-31, and `small` from 2000-01-01 to 2003-12-31: they cannot be set side "
        "by side; leave one of them out, or give both the same `horizon` and `money.report_in`",
    )


def test_check_passes_when_every_claim_is_as_expected(say: Any) -> None:
    output = say("check", "small.yaml")

    assert output.code == 0
    assert "1 claim, 0 not as expected" in output.out
    document = say("check", "small.yaml", "--json").document
    assert {"valid", "claims", "covenants", "checks", "unused"} <= set(document)


def test_what_moves_nothing_is_reported(say: Any, tmp_path: Path) -> None:
    text = SMALL.replace("products: {", "products: {spare: {price: 1 USD/km}, ").replace(
        "plants: {", "plants: {late: {product: fiber, capacity: 1 km/year, cash_cost: 1 USD/km, opens: 2010-01-01}, "
    )
    (tmp_path / "spare.yaml").write_text(text)

    assert say("check", "spare.yaml", "--json").document["unused"] == ["products.spare", "plants.late"]
    assert "unused: plants.late" in say("check", "spare.yaml").out


def test_check_exits_1_on_a_claim_that_is_not_as_expected(say: Any) -> None:
    setting = "plants.works.capacity=90_000 km/year"

    output = say("check", "small.yaml", "--set", setting)

    assert output.code == 1
    assert "FAIL  Capacity grows by half\n        140,000 km/year" in output.out
    assert "not as expected" in output.out


def test_a_claim_known_to_fail_is_no_surprise_but_still_a_fail(say: Any, tmp_path: Path) -> None:
    text = SMALL.replace("at_least: 150_000 km/year", "above: 150_000 km/year, expect: fails")
    (tmp_path / "fails.yaml").write_text(text)

    output = say("check", "fails.yaml")

    assert output.code == 0
    assert "FAIL  Capacity grows by half" in output.out
    assert "as expected" in output.out


def test_a_claim_that_matches_nothing_is_an_error(say: Any, tmp_path: Path) -> None:
    (tmp_path / "lost.yaml").write_text(SMALL.replace("row: plants.works.nameplate", "row: plants.works.nameplat"))

    output = say("check", "lost.yaml")

    assert output.code == 2
    assert "lost.yaml:17:46: claims.grows.row" in output.err
    assert "did you mean `plants.works.nameplate`?" in output.err


def test_a_broken_law_exits_1_in_any_verb(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "laws_of", lambda *_, **__: iter([Law("balance", "accounts.cash", "5")]))

    output = say("run", "small.yaml")

    assert output.code == 1
    assert "the law `balance` is broken: accounts.cash, 2000-Q1, by 5" in output.err


@pytest.mark.parametrize("verb", ["run", "compare", "check", "plot"])
def test_a_bad_scenario_exits_2_with_its_errors_as_json(say: Any, tmp_path: Path, verb: str) -> None:
    (tmp_path / "bad.yaml").write_text(SMALL.replace("100_000 km/year", "100_000 km"))

    output = say(verb, "bad.yaml", "--json")

    assert output.code == 2
    (error,) = output.document["errors"]
    assert set(error) == {"file", "line", "column", "path", "code", "found", "wanted", "hint"}
    assert (error["file"], error["line"], error["column"]) == ("bad.yaml", 7, 44)
    assert error["path"] == "plants.works.capacity"


def test_a_funding_gap_and_negative_cash_are_reported_loudly(say: Any, tmp_path: Path) -> None:
    text = SMALL.replace("bank: 1 million USD, cash: rest", "bank: 1 million USD").replace(
        "cash: 1 million USD", "cash: 0 USD"
    )
    (tmp_path / "short.yaml").write_text(text.replace("cash_cost: 20", "cash_cost: 45"))

    output = say("run", "short.yaml")

    assert "FAIL  cash is below zero in" in output.out
    message = " ".join(output.out.split())
    assert (
        "FAIL unfunded: 1,000,000 USD of `line`, from 2000-Q3 on, which no loan, grant, equity or named `cash`"
        in message
    )


@pytest.mark.parametrize("order", [("small.yaml", "capacity"), ("capacity", "small.yaml")])
def test_plot_writes_one_chart(say: Any, tmp_path: Path, order: tuple[str, str]) -> None:
    output = say("plot", *order, "--out", "chart.svg")

    assert (output.code, output.out.strip()) == (0, "chart.svg")
    assert (tmp_path / "chart.svg").read_text().startswith("<?xml")


@pytest.mark.long
def test_plot_writes_all_charts_into_a_folder(say: Any, tmp_path: Path) -> None:
    output = say("plot", "small.yaml", "--out", "charts")

    assert output.code == 0
    assert sorted(path.name for path in (tmp_path / "charts").iterdir()) == [
        f"small-{name}.png"
        for name in (
            "bridge",
            "capacity",
            "cash",
            "claims",
            "compare",
            "cover",
            "debt",
            "funding",
            "output",
            "revenue",
            "sensitivity",
            "verdict",
            "waterfall",
        )
    ]


def test_plot_replaces_a_file_only_when_told(say: Any, tmp_path: Path) -> None:
    (tmp_path / "chart.svg").write_text("mine")

    output = say("plot", "small.yaml", "--out", "chart.svg")

    assert output.code == 2
    assert "chart.svg exists; add --force to replace it" in output.err
    assert (tmp_path / "chart.svg").read_text() == "mine"
    assert say("plot", "small.yaml", "--out", "chart.svg", "--force").code == 0
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_plot_names_the_charts_there_are(say: Any) -> None:
    output = say("plot", "small.yaml", "capacty")

    assert output.code == 2
    assert "capacity" in output.err


def test_an_interruption_exits_130(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fibercap.studies.compare.project", interrupt)

    assert say("check", "small.yaml").code == 130


@pytest.mark.long
def test_no_colour_where_it_is_not_wanted() -> None:
    command = [sys.executable, "-c", "from fibercap.cli import main; main(['run', 'fibercore'])"]

    output = subprocess.run(command, capture_output=True, check=True, env={"NO_COLOR": "1", "PYTHONUTF8": "1"})

    assert b"\x1b[" not in output.stdout


@pytest.mark.parametrize("verb", ["run", "plot", "compare", "check"])
def test_every_verb_explains_itself(say: Any, verb: str) -> None:
    output = say(verb, "--help")

    assert output.code == 0
    assert "--set PATH=VALUE" in output.out
    assert "--option NAME" in output.out


def test_the_residual_of_financing_costs_is_printed(say: Any) -> None:
    settings = ("--set", "funding.line.include_financing_costs=true", "--set", "funding.line.bank=0.9 million USD")
    output = say("check", "small.yaml", *settings)

    assert "; financing costs settled to " in " ".join(output.out.split())
    assert "financing costs settled" not in say("check", "small.yaml").out


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals for a closed pipe")
@pytest.mark.parametrize("arguments", [["run", "fibercore"], ["check", "fibercore"], ["run", "fibercore", "--json"]])
def test_a_reader_that_has_seen_enough_ends_a_command_without_a_word(arguments: list[str]) -> None:
    """Not with 1, which says that a law is broken."""
    code = f"from fibercap.cli import main; main({arguments!r})"
    command = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdout is not None
    command.stdout.close()
    _, output = command.communicate()

    assert command.returncode == -signal.SIGPIPE
    assert output == b""


def test_a_share_needs_no_quotes() -> None:
    given = ["size", "plan", "bank", "--gearing", "70", "%", "--dscr", "1.3"]

    assert join_percent(given) == ["size", "plan", "bank", "--gearing", "70 %", "--dscr", "1.3"]
    assert join_percent(["--equals", "12.5", "%/year"]) == ["--equals", "12.5 %/year"]
    assert join_percent(["%", "--set", "a=70", "%"]) == ["%", "--set", "a=70", "%"]


@pytest.mark.parametrize("verb", ["", *cli.commands])
def test_help_fits_a_terminal(verb: str, say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    output = say(*verb.split(), "--help")

    assert output.code == 0
    assert max(map(len, output.out.splitlines())) <= 80
