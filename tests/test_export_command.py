"""`export`: the suffix says as what; nothing is overwritten unasked, and nothing is left half-written."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from fibercap.cli import main

PLAN = """\
fibercap: 1
id: small
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 1_000 km/year, cash_cost: 20 USD/km}}
loans: {bank: {commitment: 9 thousand USD, signed: 2001-03-31, matures: 1 year, rate: 8 %/year}}
options:
  cheap: {title: A cheaper loan, change: {loans.bank.rate: 5 %/year}}
  longer: {title: A longer plan, change: {horizon.to: 2003}}
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as done:
        main(["export", *arguments])
    output = capsys.readouterr()
    return int(done.value.code or 0), output.out, output.err


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(PLAN, "utf-8")
    return path


def texts_of(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


@pytest.mark.long
def test_a_workbook_is_written_and_named(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = plan.with_suffix(".xlsx")

    code, output, _ = run(capsys, str(plan), "--out", str(out))

    assert (code, output.strip()) == (0, str(out))
    assert zipfile.is_zipfile(out)
    assert [path.name for path in sorted(plan.parent.iterdir())] == ["small.xlsx", "small.yaml"]


def test_json_names_the_file(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = plan.with_suffix(".xlsx")

    _, output, _ = run(capsys, str(plan), "--json", "--out", str(out))

    assert json.loads(output) == {"format": 2, "files": [str(out)]}


def test_a_file_is_replaced_only_with_force(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = plan.with_suffix(".xlsx")
    out.write_text("kept")

    code, _, err = run(capsys, str(plan), "--out", str(out))

    assert code == 2
    assert "exists; add --force to replace it" in err
    assert out.read_text() == "kept"
    assert run(capsys, str(plan), "--out", str(out), "--force")[0] == 0
    assert zipfile.is_zipfile(out)


def test_an_unknown_suffix_is_refused_with_the_known_ones(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, str(plan), "--out", str(plan.with_suffix(".xls")))

    assert code == 2
    assert "nothing is exported as `.xls`; did you mean `.xlsx`?" in err


def test_an_option_is_a_column_where_only_its_numbers_differ(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = plan.with_suffix(".xlsx")
    run(capsys, str(plan), "--out", str(out))

    text = texts_of(out)

    assert re.search(r"<f>INDEX\(\$J\$\d+:\$K\$\d+,1,'Inputs'!\$B\$6\)", text)
    assert "CHOOSE(" not in text


def test_an_option_with_other_columns_is_left_out_in_words(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = plan.with_suffix(".xlsx")
    run(capsys, str(plan), "--out", str(out))

    assert "longer is not in this workbook: it has another horizon, and so other columns" in texts_of(out)


@pytest.mark.long
def test_an_option_that_counts_in_another_unit_is_left_out_in_words(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sheet has one unit for each row."""
    text = plan.read_text("utf-8").replace("options:\n", "options:\n  metres: {change: {products.fiber.unit: m}}\n")
    plan.write_text(text, "utf-8")
    out = plan.with_suffix(".xlsx")
    run(capsys, str(plan), "--out", str(out))

    assert "metres is not in this workbook: it counts in m what works makes" in texts_of(out)


def test_an_option_alone_may_be_changed_by_settings(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = plan.with_suffix(".xlsx")

    code, _, _ = run(capsys, str(plan), "--option", "longer", "--set", "loans.bank.rate=7 %/year", "--out", str(out))

    assert code == 0
    assert "longer is not in this workbook" not in texts_of(out)


@pytest.mark.long
def test_names_are_cells(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = plan.with_suffix(".xlsx")
    run(capsys, str(plan), "--out", str(out))

    with zipfile.ZipFile(out) as book:
        names = re.findall(r'<definedName name="([^"_][^"]*)"[^>]*>([^<]*)<', book.read("xl/workbook.xml").decode())

    names_of_rows = {name: where for name, where in names if not name.startswith("_xlnm")}
    assert "in_plants_works_capacity" in names_of_rows
    assert "Master_check" in names_of_rows
    assert all(re.fullmatch(r"'?\w+'?!\$[A-Z]+\$\d+", where) for where in names_of_rows.values())
