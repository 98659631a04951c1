"""`fibercap loan`: schedules of scenarios and of files that hold only loans."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from fibercap.cli import main
from fibercap.core.errors import ScenarioError
from fibercap.model.loans import schedule
from fibercap.reading.files import contracts_of, read
from tests.test_cli import Said

LOANS = """\
fibercap: 1
rates: {libor: {2001: 5.6 %/year, 2002: 3.8 %/year}}
loans:
  fleet: {commitment: 10 million USD, signed: 2001-01-08, matures: 5 years, rate: 8.5 %/year}
  floating: {commitment: 1 million EUR, signed: 2001-01-08, matures: 2 years, rate: {index: libor, margin: 2 %/year},
             prepayments: {2002-05-15: 100_000 EUR}, rounding: cent, fees: {upfront: 1 %}}
"""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "loans.yaml").write_text(LOANS)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(["loan", *arguments])
        output = capsys.readouterr()
        return Said(ended.value.code, output.out, output.err)

    return run


def test_the_table_has_a_line_for_each_date_and_fits_80_columns(say: Any) -> None:
    output = say("loans.yaml", "fleet")

    assert output.code == 0
    assert max(map(len, output.out.splitlines())) <= 80
    assert "  1  2001-04-08    212,500.00     406,469.21     618,969.21   9,593,530.79" in output.out
    assert "     Total       2,379,384.30  10,000,000.00  12,379,384.30" in output.out
    assert "All-in cost 8.7803 %/year effective; average life 2.7993 years" in output.out


def test_json_is_as_the_interface_says(say: Any) -> None:
    document = json.loads(say("loans.yaml", "fleet", "--json").out)

    assert (document["loan"], document["currency"]) == ("fleet", "USD")
    first, second = document["schedule"][:2]
    assert first == {
        "event": "draw", "number": None, "date": "2001-01-08", "opening": 0.0, "drawn": 1e7, "interest": 0.0,
        "capitalized": 0.0, "fees": 0.0, "principal": 0.0, "payment": 0.0, "closing": 1e7,
    }  # fmt: skip
    assert list(second) == [
        "event", "number", "date", "year_fraction", "opening", "drawn", "interest", "capitalized", "fees", "principal",
        "payment", "closing",
    ]  # fmt: skip
    assert (second["event"], second["number"], second["year_fraction"]) == ("payment", 1, 0.25)
    assert second["payment"] == pytest.approx(618_969.21, abs=0.005)
    totals = {"interest": 2_379_384.30, "fees": 0.0, "principal": 1e7, "payments": 12_379_384.30}
    assert document["totals"] == pytest.approx(totals, abs=0.005)
    assert document["measures"]["all_in_cost"]["value"] == pytest.approx(0.087803, abs=5e-7)
    assert document["measures"]["average_life"]["value"] == pytest.approx(2.7993, abs=5e-5)


def test_json_gives_the_rate_of_each_interest_period_where_it_changes(say: Any) -> None:
    document = json.loads(say("loans.yaml", "floating", "--json").out)
    paid = [event for event in document["schedule"] if event["number"]]

    assert len({event["rate"] for event in paid}) > 1
    for event in paid[:4]:
        assert event["interest"] == pytest.approx(event["opening"] * event["rate"] * event["year_fraction"])
    assert document["notes"] == []


def test_csv_has_every_loan_in_full_precision(say: Any) -> None:
    lines = list(csv.DictReader(io.StringIO(say("loans.yaml", "--csv").out)))

    assert {line["loan"] for line in lines} == {"fleet", "floating"}
    floating = [line for line in lines if line["loan"] == "floating"]
    assert floating[0]["fees"] == "10000.0"
    assert [line["event"] for line in floating].count("prepayment") == 1
    assert all(line["currency"] == "EUR" for line in floating)
    assert sum(float(line["principal"]) for line in floating) == pytest.approx(1e6)
    assert all(float(line["payment"]) == round(float(line["payment"]), 2) for line in floating)


def test_python_returns_the_same(say: Any) -> None:
    contracts = contracts_of(LOANS)

    document = json.loads(say("loans.yaml", "floating", "--json").out)

    table = schedule(contracts.loans["floating"], contracts.rates, contracts.loan_currency("floating"))
    assert table.events == document["schedule"]
    assert table.totals == document["totals"]


def test_a_loan_of_a_scenario_is_drawn_as_its_projects_spend(say: Any) -> None:
    document = json.loads(say("fibercore", "fleet", "--json").out)

    drawn = [event["drawn"] for event in document["schedule"] if event["drawn"]]
    assert len(drawn) > 1
    assert sum(drawn) == pytest.approx(1e7)
    assert json.loads(say("fibercore", "fleet", "--option", "bullet", "--json").out)["schedule"][-1]["balloon"] == 1e7
    alone = schedule(read("fibercore").loans["fleet"])
    assert alone.values["drawn"][0] == pytest.approx(1e7)


def test_a_picture_is_drawn_and_kept(say: Any, tmp_path: Path) -> None:
    assert say("loans.yaml", "fleet", "--plot", "fleet.svg").code == 0
    before = (tmp_path / "fleet.svg").read_bytes()
    assert b"Loan fleet" in before

    output = say("loans.yaml", "fleet", "--plot", "fleet.svg")
    assert output.code == 2
    assert "fleet.svg" in output.err
    assert say("loans.yaml", "fleet", "--plot", "fleet.svg", "--force").code == 0
    assert (tmp_path / "fleet.svg").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("loans.yaml", "flet"), "no loan `flet`; did you mean `fleet`?"),
        (("loans.yaml", "--json"), "name one of its loans: fleet, floating"),
        (("loans.yaml", "fleet", "--json", "--csv"), "name one of --json and --csv"),
        (("loans.yaml", "--option", "bullet"), "no option `bullet` in loans.yaml; it holds only loans"),
        (
            ("loans.yaml", "--set", "loans.fleet.repayment={style: revolver}"),
            "style `revolver` depends on a company's cash",
        ),
        (("loans.yaml", "--set", "loans.fleet.sweep=50 %"), "loans.fleet: a sweep depends on a company's cash"),
        (("loans.yaml", "--set", "loans.floating.fees.agency=5 USD/year"), "found an amount in USD, wanted one in EUR"),
    ],
)
def test_what_cannot_be_done_is_said(say: Any, arguments: tuple[str, ...], message: str) -> None:
    output = say(*arguments)

    assert output.code == 2
    assert message in output.err


def test_settings_are_laid_over_a_file_of_loans(say: Any) -> None:
    output = say("loans.yaml", "fleet", "--set", "loans.fleet.repayment={style: bullet}")

    assert "Balloon with the last payment 10,000,000.00 USD" in output.out
    assert "bullet, every quarter" in output.out


@pytest.mark.parametrize(
    ("step", "shown"), [("0.25", "618969.25"), ("2.5", "618970.0"), ("1", "618969.0"), ("0.01", "618969.21")]
)
def test_whole_steps_are_shown_as_they_are(say: Any, step: str, shown: str) -> None:
    output = say("loans.yaml", "fleet", "--csv", "--set", f"loans.fleet.rounding={{to: {step} USD}}")

    assert list(csv.DictReader(io.StringIO(output.out)))[1]["payment"] == shown


def test_a_balance_carried_in_full_is_shown_rounded_as_told(say: Any) -> None:
    block = "loans.fleet.rounding={to: 1 USD, balance: carry, interest: down, payment: up}"
    output = say("loans.yaml", "fleet", "--csv", "--set", block)

    second = list(csv.DictReader(io.StringIO(output.out)))[2]
    assert (second["payment"], second["interest"]) == ("618970.0", "203862.0")


def test_a_sculpted_loan_tells_what_is_left_to_its_last_payment(say: Any) -> None:
    output = say("fibercore", "fleet", "--set", "loans.fleet.repayment={style: sculpted, dscr: 1.4}")

    assert output.code == 0
    assert "sculpted to a cover of 1.4 by CFADS" in output.out


def test_files_of_loans_are_told_apart(say: Any, tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text("fibercap: 1\nloans: {}\n")
    (tmp_path / "five.yaml").write_text("fibercap: 1\nloans: {a: 5}\n")

    assert "none.yaml has no loans" in say("none.yaml").err
    assert "five.yaml cannot be used: 1 problem" in say("five.yaml").err
    with pytest.raises(ScenarioError, match="found a file that holds only loans, wanted a scenario; print them with"):
        read(tmp_path / "loans.yaml")
