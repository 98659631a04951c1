"""`fibercap loan --against`: what is printed, what is written, and what it is refused for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fibercap.cli import main
from fibercap.model.loans import schedule
from fibercap.reading.files import contracts_of
from fibercap.views.json.schema import result_schema
from tests.bank_tables import cells_of, csv_bytes, lines_of, xlsx_bytes
from tests.test_cli import Said

TERMS = "title: Fleet loan, commitment: 10 million USD, signed: 2001-01-08, matures: 5 years"
LOANS = f"fibercap: 1\nloans:\n  fleet: {{{TERMS}, rate: 8.5 %/year}}\n  other: {{{TERMS}, rate: 9 %/year}}\n"
PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003}
money: {report_in: USD}
rates: {libor: {2000: 6 %/year, 2002: 5 %/year}}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
loans:
  fleet: {outstanding: 3 million USD, remaining: 4 years, rate: {index: libor, margin: 2 %/year}, reserve: {covers: 6 months},
          payments: {roll: following, calendar: city}, covenants: {cover: {row: accounts.dscr_12m, at_least: 1.1}}}
calendars: {city: {holidays: {2001-04-02: Closed}}}
"""


def cells_of_schedule(terms: str) -> list[list[Any]]:
    return cells_of(
        lines_of(schedule(contracts_of(f"fibercap: 1\nloans: {{bank: {{{terms}}}}}\n").loans["bank"])), "German"
    )


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "loans.yaml").write_text(LOANS)
    (tmp_path / "bank.xlsx").write_bytes(
        xlsx_bytes(cells_of_schedule(f"{TERMS}, rate: 8.5 %/year, day_count: ACT/360, rounding: cent"))
    )
    (tmp_path / "dear.csv").write_bytes(csv_bytes(cells_of_schedule(f"{TERMS}, rate: 8.6 %/year, rounding: cent"), ";"))

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(["loan", *arguments])
        output = capsys.readouterr()
        return Said(ended.value.code, output.out, output.err)

    return run


def test_conventions_are_printed_as_they_are_written_in_a_file(say: Any) -> None:
    output = say("loans.yaml", "fleet", "--against", "bank.xlsx")

    assert output.code == 0
    assert output.out.startswith("Fleet loan beside sheet `Plan`\n")
    assert "20 payments, 2001-04-08 to 2006-01-08" in output.out
    words = " ".join(output.out.split())
    assert "; column B: date, C `Rate`: payment" in words
    assert "D `Zinsanteil`: interest" in words
    assert "AGREES  to the last digit on all 20 lines, with\n  1.  day_count: ACT/360, rounding: cent\n" in output.out
    assert "1 or 2?" not in output.out
    assert all(len(line) <= 80 for line in output.out.splitlines())


def test_a_difference_is_printed_line_and_rate_and_exits_with_one(say: Any) -> None:
    output = say("loans.yaml", "fleet", "--against", "dear.csv")

    assert output.code == 1
    assert "DIFFERS  from line 1 of 2001-04-08 on (row 2 of the file)" in output.out
    assert "interest          215,000.00     212,500.00     2,500.00" in output.out
    assert "its interest is consistent with 8.6 %/year" in output.out
    assert "1.  rate: 8.6 %/year, rounding: cent" in output.out


def test_what_is_written_is_a_file_of_loans_that_agrees_as_written(say: Any, tmp_path: Path) -> None:
    for bank in ("bank.xlsx", "dear.csv"):
        say("loans.yaml", "fleet", "--against", bank, "--out", "counted.yaml", "--force")
        again = say("counted.yaml", "--against", bank)

        assert again.code == 0
        assert "AGREES  to the last digit as written, on all 20 lines" in again.out
        assert "  bank:\n    title:" in (tmp_path / "counted.yaml").read_text()
        assert say("counted.yaml").code == 0


def test_the_document_is_that_of_its_schema(say: Any) -> None:
    for bank, verdict in (("bank.xlsx", "under_conventions"), ("dear.csv", "differs")):
        document = json.loads(say("loans.yaml", "fleet", "--against", bank, "--json").out)

        jsonschema.validate(document, result_schema("loan_against"))
        assert document["verdict"] == verdict
        assert document["table"]["columns"] == {"C": "payment", "D": "interest", "E": "principal", "F": "closing"}


def test_a_loan_of_a_plan_is_compared_and_written_on_its_own(say: Any, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    terms = (
        "fibercap: 1\nrates: {libor: {2000: 6 %/year, 2002: 5 %/year}}\ncalendars: {city: {holidays: {2001-04-02: Closed}}}\n"
        "loans: {fleet: {commitment: 3 million USD, signed: 2000-12-31, matures: 4 years, rate: {index: libor, margin: 2 %/year}, "
        "payments: {roll: following, calendar: city}, day_count: ACT/360, rounding: cent}}\n"
    )
    lending = contracts_of(terms)
    (tmp_path / "plan.csv").write_bytes(csv_bytes(cells_of(lines_of(schedule(lending.loans["fleet"], lending.rates)))))
    output = say("plan.yaml", "--against", "plan.csv", "--out", "counted.yaml")

    assert "1.  day_count: ACT/360, rounding: cent" in output.out
    assert "as written" in say("counted.yaml", "--against", "plan.csv").out


@pytest.mark.parametrize(("arguments", "code", "message"), [
    (("--against", "bank.xlsx"), 2, "name one of its loans: fleet, other"),
    (("flet", "--against", "bank.xlsx"), 2, "no loan `flet`; did you mean `fleet`"),
    (("fleet", "--sheet", "Plan"), 2, "--sheet goes with --against"),
    (("fleet", "--against", "bank.xlsx", "--csv"), 2, "--against compares; leave --csv out"),
    (("fleet", "--against", "bank.xlsx", "--json", "--out", "-"), 2, "both write to standard output"),
    (("fleet", "--against", "bank.xlsx", "--out", "no/such/bank.yaml"), 2, "no/such"),
    (("fleet", "--against", "bank.xlsx", "--out", "loans.yaml"), 2, "loans.yaml exists"),
    (("fleet", "--against", "bank.doc"), 2, "there is no file bank.doc"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused(say: Any, arguments: tuple[str, ...], code: int, message: str) -> None:
    output = say("loans.yaml", *arguments)

    assert output.code == code
    assert message in " ".join(output.err.split())
