"""`run` in parts, `rows`, and short names in `explain`, as their users type them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fibercap.commands import run
from fibercap.views.terminal import run_sections
from tests.test_cli import say

__all__ = ["say"]  # a fixture
HEADS = [
    "Capacity", "Sales", "EBITDA", "Lowest cash", "Lowest cover", "Claims", "Covenants", "Owners' worth", "Warnings", "Inputs",
]  # fmt: skip


def test_the_command_knows_the_sections_that_there_are() -> None:
    assert run.SECTIONS == run_sections.SECTIONS


def test_run_begins_with_ten_lines(say: Any) -> None:
    output = say("run", "small.yaml", "--only", "summary")
    document = say("run", "small.yaml", "--json").document

    lines = output.out.splitlines()
    starts = [next(k for k, line in enumerate(lines) if line.startswith(head)) for head in HEADS]
    assert starts == sorted(starts)
    assert "Nameplate capacity" not in output.out
    assert list(document["summary"]) == HEADS
    assert say("run", "small.yaml").out.startswith(output.out.rstrip())


def test_each_of_the_ten_lines_is_what_the_rows_say(say: Any) -> None:
    settings = (
        "--set",
        "loans.bank.covenants={cover: {says: Covered, row: accounts.dscr_12m, at_least: 9, test: payment}}",
    )
    document = say("run", "small.yaml", *settings, "--json").document
    lines, rows, measures = document["summary"], document["rows"], document["measures"]
    quarters = [f"{day[:4]}-Q{int(day[5:7]) // 3}" for day in document["periods"]]

    def peak_of(row: str) -> tuple[float, str]:
        values = rows[f"plants.works.{row}"]["values"]
        return max(values), quarters[values.index(max(values))]

    def by_year(row: str) -> str:
        years = rows[f"accounts.{row}"]["annual"]
        return ", ".join(f"{years[year] / 1e6:.2f} million USD in {year}" for year in (min(years), max(years)))

    (made, then), (built, first) = peak_of("effective_capacity"), peak_of("nameplate")
    begins = rows["plants.works.effective_capacity"]["values"][0]
    rise = f"{made:,.0f} km/year effective in {then}, up from {begins:,.0f} km/year in {quarters[0]}"
    assert lines["Capacity"] == f"{rise}; nameplate {built:,.0f} km/year from {first}"
    assert (lines["Sales"], lines["EBITDA"]) == (by_year("revenue"), by_year("ebitda"))
    cover = [value for value in rows["accounts.dscr_12m"]["values"] if value is not None]
    when = quarters[rows["accounts.dscr_12m"]["values"].index(min(cover))]
    assert lines["Lowest cover"] == f"DSCR {min(cover):.2f} over the twelve months to the end of {when}"
    assert (lines["Claims"], lines["Covenants"]) == ("1 of 1 hold", "0 of 1 kept; broken: bank: Covered")
    assert lines["Owners' worth"].startswith(
        f"NPV {measures['equity_npv']['value'] / 1e6:.2f} million USD, IRR undefined"
    )
    assert lines["Warnings"].startswith(f"{len(document['warnings'])}: {document['warnings'][0].partition(';')[0]}")
    evidence = document["inputs"]
    assert lines["Inputs"].startswith(f"{sum(evidence.values())}: {evidence['stated']} stated, ")


def test_a_long_title_of_a_loan_hangs_below_the_name_of_its_measure(say: Any) -> None:
    title = "loans.bank.title=The very long name of a bank that lends for the long term to makers of fiber"
    lines = say("run", "small.yaml", "--set", title, "--only", "measures").out.splitlines()

    start = next(number for number, line in enumerate(lines) if line.startswith("Average life of The very long"))
    assert all(line.startswith("  ") for line in lines[start + 1 : start + 3])
    assert " ".join(lines[start + 1].split() + lines[start + 2].split()).endswith("to makers of fiber")


def test_a_wide_horizon_is_folded_by_the_years_that_fit(say: Any) -> None:
    output = say("run", "small.yaml", "--set", "horizon.to=2039", "--only", "income")

    blocks = [line.split() for line in output.out.splitlines() if re.match(r" +2\d{3}", line)]
    assert [year for block in blocks for year in block] == [str(year) for year in range(2000, 2040)]
    assert len({len(block) for block in blocks[:-1]}) == 1 < len(blocks)
    assert sum(line.startswith("Revenue ") for line in output.out.splitlines()) == len(blocks)
    assert 70 < max(map(len, output.out.splitlines())) <= 80


def test_lowest_cash_of_the_summary_is_that_of_the_row(say: Any) -> None:
    document = say("run", "fibercore", "--json").document
    cash = document["rows"]["accounts.cash"]["values"]
    lowest = document["periods"][cash.index(min(cash))]

    assert document["summary"]["Lowest cash"] == f"{min(cash) / 1e6:.2f} million USD at the end of {lowest[:7]}"


@pytest.mark.parametrize(
    ("section", "holds"),
    [("capacity", "Nameplate"), ("income", "Revenue"), ("cash", "Cash flow"), ("balance", "Balance sheet"),
     ("debt", "Owed at the end"), ("measures", "NPV of the projects"), ("claims", "claims")],
)  # fmt: skip
def test_a_section_is_printed_alone(section: str, holds: str, say: Any) -> None:
    output = say("run", "fibercore", "--only", section)

    assert output.code == 0
    assert holds.lower() in output.out.lower()
    assert "Owners' worth" not in output.out
    assert max(map(len, output.out.splitlines())) <= 80


def test_rows_and_years_narrow_the_tables_and_the_document(say: Any) -> None:
    output = say("run", "fibercore", "--rows", "loans.*.closing", "--rows", "cash", "--years", "2002-2003")
    document = say("run", "fibercore", "--rows", "loans.*.closing", "--years", "2002-2003", "--json").document

    assert output.code == 0
    assert re.search(r"^ +2002 +2003$", output.out, re.MULTILINE)
    assert all(name in output.out for name in ("loans.fleet.closing", "loans.algar.closing", "accounts.cash"))
    assert set(document["rows"]) == {"loans.fleet.closing", "loans.algar.closing"}
    assert [document["periods"][k] for k in (0, -1)] == ["2002-01-31", "2003-12-31"]
    assert {len(row["values"]) for row in document["rows"].values()} == {24}
    assert {tuple(row["annual"]) for row in document["rows"].values()} == {("2002", "2003")}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("--rows", "acounts.cash"), "no row matches `acounts.cash`"), (("--years", "2010"), "2010"),
     (("--years", "2003-2001"), "write the first year first"), (("--years", "two"), "write them like `2002-2003`"),
     (("--only", "profit"), "'profit' is not one of")],
)  # fmt: skip
def test_what_names_nothing_is_refused(arguments: tuple[str, ...], message: str, say: Any) -> None:
    output = say("run", "fibercore", *arguments)

    assert (output.code, output.out) == (2, "")
    assert message in output.err


def test_rows_are_listed_by_words(say: Any) -> None:
    output = say("rows", "fibercore", "loans.fleet.closing")
    document = say("rows", "fibercore", "cash", "--json").document

    assert output.code == 0
    assert re.search(r"loans\.fleet\.closing +.* USD +stock", output.out)
    assert {"label", "unit", "nature"} <= set(document["rows"]["accounts.cash"])
    assert "lowest_cash" in document["measures"]
    assert say("rows", "fibercore", "zebra").code == 2


@pytest.mark.parametrize(("short", "path"), [("cash 2004", "accounts.cash"), ("npv", "project_npv")])
def test_explain_finds_short_names(short: str, path: str, say: Any) -> None:
    output = say("explain", "fibercore", *short.split())

    assert output.code == 0
    assert output.out.startswith(path)


def test_months_are_broken_by_whole_years(say: Any) -> None:
    output = say("run", "fibercore", "--rows", "cash", "--by", "quarter")

    heads = [line.split() for line in output.out.splitlines() if re.match(r" +2\d{3}-Q", line)]
    assert [[head[:4] for head in row] for row in heads] == [[str(year)] * 4 for year in range(2000, 2005)]


def test_every_row_has_a_label(say: Any) -> None:
    document = say("rows", "fibercore", "--json").document

    assert "inputs.plants.jena.utilization" in document["rows"]
    assert [path for path, row in document["rows"].items() if row["label"] in ("", path)] == []
