"""`explain` as its users type it, and the evidence that `run`, `compare` and `check` tell."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import say

__all__ = ["say"]  # a fixture


def test_a_result_is_reported_down_to_the_file(say: Any) -> None:
    output = say("explain", "small.yaml", "loans.bank.schedule.interest_due", "1", "--depth", "3")

    assert output.code == 0
    lines = output.out.splitlines()
    assert lines[0].startswith("loans.bank.schedule.interest_due @ 2000-04-01")
    assert lines[1] == "Interest due"
    assert any("` at small.yaml:" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_a_year_names_the_period_that_it_takes_apart(say: Any) -> None:
    """Of what stands at the end of a year the last period is the value itself, so there is nothing to say."""
    flow, stock, one = (say("explain", "small.yaml", *words) for words in (
        ("accounts.cfads", "2001"), ("accounts.cash", "2001"), ("accounts.cfads", "2001-Q4")
    ))  # fmt: skip

    lines = [line.strip() for line in flow.out.splitlines()]
    index = lines.index("the last of 4, in full; name another, such as 2001-Q1, to see its formula")
    assert lines[index - 1].startswith("accounts.cfads @ 2001-Q4")
    assert lines[index + 1].startswith("= ")
    assert "name another" not in stock.out + one.out


def test_an_input_is_reported_with_what_uses_it(say: Any) -> None:
    output = say("explain", "small.yaml", "loans.bank.rate", "--set", "loans.bank.rate=9 %/year")

    assert output.code == 0
    lines = output.out.splitlines()
    assert lines[0] == "loans.bank.rate" + "9 %/year".rjust(80 - len("loans.bank.rate"))
    assert "written at small.yaml:" in output.out
    assert "  2. `9 %/year` by --set loans.bank.rate=9 %/year" in lines
    assert any(line.startswith("used by ") for line in lines)
    assert any(line.startswith("reaches ") for line in lines)


def test_a_period_may_have_several_words(say: Any) -> None:
    plain = say("explain", "small.yaml", "accounts.cash", "end", "of", "2001")
    quoted = say("explain", "small.yaml", "accounts.cash", "end of 2001")

    assert plain.code == quoted.code == 0
    assert plain.out == quoted.out


def test_json_is_one_document(say: Any) -> None:
    row = json.loads(say("explain", "small.yaml", "accounts.cash", "2001", "--json").out)
    written = json.loads(say("explain", "small.yaml", "loans.bank.rate", "--json").out)

    assert (row["path"], row["period"], row["unit"]) == ("accounts.cash", "2001", "USD")
    assert row["inputs"][-1]["inputs"]
    assert row["evidence"] in {"stated", "derived", "assumed"}
    (one,) = written["inputs"]
    assert (one["file"], one["default"]) == ("small.yaml", False)
    assert [step["how"] for step in one["origins"]] == ["written"]
    assert "loans.bank.schedule.rate" in written["rows"]
    assert "total_interest" in written["measures"]


def test_an_option_and_a_depth_are_heeded(say: Any) -> None:
    assert say("explain", "fibercore", "loans.fleet.repayment.style", "--option", "bullet").out.startswith(
        "loans.fleet.repayment.style" + "bullet".rjust(53)
    )
    shallow = say("explain", "fibercore", "accounts.cash", "2002", "--depth", "0").out
    assert "numbers lie deeper" in shallow or "1 number lies deeper" in shallow
    assert len(shallow.splitlines()) < len(say("explain", "fibercore", "accounts.cash", "2002").out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("acounts.cash", "2001"), "did you mean `accounts.cash`?"),
        (("accounts.cash", "2040"), "`2040` is outside the horizon"),
        (("accounts.cash",), "is a row; name a period too"),
        (("accounts.cash", "2001", "--depth", "-1"), "--depth"),
    ],
)
def test_what_cannot_be_explained_exits_2(say: Any, arguments: tuple[str, ...], message: str) -> None:
    output = say("explain", "small.yaml", *arguments)

    assert (output.code, output.out) == (2, "")
    assert message in output.err


def test_errors_are_json_where_json_is_asked_for(say: Any) -> None:
    output = say("explain", "small.yaml", "acounts.cash", "2001", "--json")

    assert output.code == 2
    (error,) = json.loads(output.out)["errors"]
    assert (error["code"], error["hint"]) == ("no_such_name", "did you mean `accounts.cash`?")


@pytest.mark.long
def test_measures_and_claims_carry_their_evidence(say: Any) -> None:
    run = json.loads(say("run", "fibercore", "--json").out)
    compared = json.loads(say("compare", "fibercore", "--json").out)
    checked = json.loads(say("check", "fibercore", "--json").out)

    assert run["measures"]["project_npv"]["evidence"] == "assumed"
    assert run["measures"]["payback"]["evidence"] is None
    assert run["claims"]["jena_doubles"]["evidence"] == "assumed"
    assert checked["claims"]["two_of_ten_to_jena"]["evidence"] == "assumed"
    assert compared["options"]["level"]["measures"]["peak_debt"]["evidence"] == "assumed"
    page = say("run", "fibercore").out
    assert re.search(r"^Measure +Value +Unit$", page, re.MULTILINE)
    assert max(map(len, page.splitlines())) <= 80
    table = say("compare", "fibercore").out
    assert "  assumed  NPV of the projects; " in table
    assert max(map(len, table.splitlines())) <= 80


TWO = """\
fibercap: 1
sources: {memo: {title: Memo, kind: stated}, us: {title: We, kind: assumed}}
default_source: memo
horizon: {from: 2001, to: 2003}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
loans: {bank: {commitment: 1 million USD, signed: 2001-01-31, draws: {2001-01-31: 1 million USD}, matures: 2 years, rate: 8 %/year}}
options:
  known: {title: As stated}
  guessed: {title: A guess, change: {loans.bank.rate: {value: 9 %/year, source: us}}}
"""


def test_evidence_that_differs_between_cases_names_them(say: Any) -> None:
    Path("two.yaml").write_text(TWO)

    table = " ".join(say("compare", "two.yaml").out.split())

    assert "Interest to maturity in known" in table
    assert "assumed Lowest DSCR over 12 months in guessed" in table
