"""Tables for other programs: units, periods, nothing that a spreadsheet would run; the folder of a run; notebooks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fibercap as fc
from fibercap.cli import main
from fibercap.core.errors import FibercapError
from fibercap.core.period_names import periods_between
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.views.files.csv_text import csv_text
from fibercap.views.files.exports import write
from fibercap.views.report.written_inputs import amount, written_inputs
from fibercap.views.tables import rows_table

PLAN = """\
fibercap: 1
id: small
title: "=HYPERLINK(1)"
sources: {bank: {title: "@SUM(A1)", kind: stated, date: 2000-01-02}}
default_source: bank
horizon: {from: 2000, to: 2001, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: {value: {2000: 40 USD/km, 2001: 38 USD/km}, where: "-page 2", note: "+40 or so"}}}
plants: {works: {name: "=1+1", product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  lender:
    title: "=cmd|' /C calc'!A0"
    commitment: 1 million USD
    signed: 2000-01-01
    matures: 3 years
    rate: 8 %/year
    covenants: {cover: {says: "@covenant", row: accounts.dscr, at_least: 1.2}}
funding: {line: {lender: 1 million USD, cash: rest}}
opening: {cash: 1 million USD}
options: {level: {title: "=2+2"}, bullet: {change: {loans.lender.repayment: {style: bullet}}}}
claims: {grows: {says: "-grows", row: plants.works.nameplate, when: end of 2000, at_least: 150_000 km/year}}
"""


@pytest.fixture
def small() -> fc.Projection:
    return project(scenario_of(PLAN, "small.yaml"))


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1"])
def test_no_text_is_a_formula(text: str) -> None:
    _, line = csv.reader(io.StringIO(csv_text(("h",), [(text, "a=1", -1.5, None, float("nan"))]), newline=""))

    assert line == ["'" + text.replace("\r", "\n"), "a=1", "-1.5", "", ""]


def test_every_row_and_period_has_a_line_with_its_unit(small: fc.Projection) -> None:
    lines = lines_of(rows_table(small).csv().decode())
    results = {(line["path"], line["period"]): line for line in lines}

    assert len(lines) == 8 * len(small.period_rows)
    assert results["plants.works.nameplate", "2000-Q4"] == {
        "path": "plants.works.nameplate",
        "label": "'=1+1: nameplate",
        "period": "2000-Q4",
        "value": "150000.0",
        "unit": "km/year",
    }
    for path, row in small.period_rows.items():
        messages = [results[path, period] for period in small.timeline.labels]
        assert {line["unit"] for line in messages} == {row.unit}
        values = [float(line["value"] or "nan") for line in messages]
        np.testing.assert_array_equal(values, small.value(path)[0])


def test_tables_by_year_are_what_python_sees(small: fc.Projection) -> None:
    frame = fc.annual(small)
    lines = lines_of(rows_table(small, "year").csv().decode())

    assert len(lines) == 2 * len(frame)
    for line in lines:
        shown = float(line["value"] or "nan")
        np.testing.assert_equal(shown, frame.loc[(line["path"], line["unit"]), line["period"]])


def test_a_discount_factor_by_year_is_that_of_its_last_day(small: fc.Projection) -> None:
    path = "returns.discount_factor"
    by_year = [values[0] for values in small.by(path).values()]

    assert by_year == small.value(path)[0][3::4].tolist()


def test_shorter_periods_than_the_models_are_refused(small: fc.Projection) -> None:
    with pytest.raises(FibercapError, match="steps by quarter; its tables cannot be shown by month"):
        rows_table(small, "month")


def test_no_cell_of_any_exported_table_is_a_formula(small: fc.Projection, tmp_path: Path) -> None:
    written = write(small, tmp_path / "tables")

    names = "rows statements measures inputs sources claims schedules covenants options".split()
    pages = "income cash-flow order-of-cash balance-sheet debt-service".split()
    csvs = {tmp_path / "tables" / f"{name}.csv" for name in (*names, *(f"statements/{page}" for page in pages))}
    assert set(written) == {*csvs, tmp_path / "tables" / "datapackage.json"}
    for path in csvs:
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
        assert len(rows) > 1, path.name
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))):
            float(cell)  # a number may have a sign


def test_inputs_are_reported_as_written_and_as_number_and_unit() -> None:
    plan = scenario_of(PLAN, "small.yaml")
    price = next(item for item in written_inputs(plan) if item.path == "products.fiber.price")

    assert price.texts == (("2000", "40 USD/km"), ("2001", "38 USD/km"))
    assert price.text == "2000: 40 USD/km; 2001: 38 USD/km"
    assert (price.source, price.kind, price.where, price.note) == ("bank", "stated", "-page 2", "+40 or so")
    assert len(written_inputs(plan)) == len(plan.inputs())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25 million USD", (25e6, "USD")),
        ("8.5 %/year", (8.5, "%/year")),
        ("2001-12-31", ("2001-12-31", "")),
        ("rest", ("rest", "")),
    ],
)
def test_amounts_have_number_and_unit(text: str, expected: tuple[object, str]) -> None:
    assert amount(text) == expected


def test_an_unknown_suffix_is_refused(small: fc.Projection, tmp_path: Path) -> None:
    with pytest.raises(
        FibercapError,
        match=r"nothing is exported as `.doc`; known suffixes: .csv, .html, .iamc.csv, .iamc.xlsx, .parquet, .pdf, .xlsx",
    ):
        write(small, tmp_path / "x.doc")


def test_export_prints_what_it_wrote_and_replaces_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN)

    assert run("export", "small.yaml", "--out", "rows.CSV", "--by", "year") == 0
    assert capsys.readouterr().out == "rows.CSV\n"
    assert run("export", "small.yaml", "--out", "rows.CSV") == 2
    assert "rows.CSV exists; add --force to replace it" in capsys.readouterr().err
    assert run("export", "small.yaml", "--out", "rows.CSV", "--force", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"format": 2, "files": ["rows.CSV"]}
    assert len(lines_of(Path("rows.CSV").read_text())) == 8 * len(project(read("small.yaml")).period_rows)


def test_a_run_folder_says_what_was_asked_and_holds_what_came_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Running the resolved scenario again gives the same plan, and the same bytes but for what was asked."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN)

    asked = ("--option", "bullet", "--set", "opening.cash=3 million USD", "--out", "out")
    assert run("run", "small.yaml", *asked) == 0
    assert "files are in out" in capsys.readouterr().err
    manifest = json.loads(Path("out/manifest.json").read_text())
    files = {str(path.relative_to("out")): path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}

    assert (manifest["option"], manifest["settings"]) == ("bullet", ["opening.cash=3 million USD"])
    assert manifest["versions"]["fibercap"] == fc.__version__
    assert manifest["checks"]["balance"]["largest_gap"] < 1e-6
    assert manifest["scenario"]["file"] == "small.yaml"
    assert {name: hashlib.sha256(files[name]).hexdigest() for name in files if name != "manifest.json"} == manifest[
        "files"
    ]
    assert {"rows.csv", "rows-by-year.csv", "charts/capacity.svg", "charts/debt.svg"} <= set(files)
    assert "options.csv" not in files
    again = read("out/scenario.yaml")
    assert again.digest() == manifest["scenario"]["hash"]
    assert rows_table(project(again)).csv() == files["rows.csv"]


def test_a_run_folder_is_replaced_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN)
    Path("out").mkdir()
    Path("out/manifest.json").write_text("mine")

    assert run("run", "small.yaml", "--out", "out") == 2
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "out/manifest.json exists; add --force to replace it\n")
    assert [path.name for path in Path("out").iterdir()] == ["manifest.json"]


def test_results_say_in_a_line_what_they_are_and_show_in_notebooks(small: fc.Projection) -> None:
    comparison = fc.compare(small.scenario)
    shown: Any = fc.annual(small).loc[["plants.works.nameplate"]]._repr_html_()  # type: ignore[operator]
    options: Any = fc.table(comparison)._repr_html_()  # type: ignore[operator]

    assert repr(small) == f"<Projection of small: 2000-01-01 to 2001-12-31 by quarter, {len(small.period_rows)} rows>"
    assert repr(comparison) == "<Comparison with level: level, bullet>"
    assert "plants.works.nameplate" in shown
    assert "km/year" in shown
    assert "project_npv" in options
    assert "bullet" in options


@pytest.mark.parametrize(
    ("by", "names"), [("year", "2000 2001"), ("quarter", "2000-Q4 2001-Q1"), ("month", "2000-11 2000-12 2001-01")]
)
def test_periods_between_two_days(by: str, names: str) -> None:
    assert periods_between(date(2000, 11, 30), date(2001, 1, 1), by) == names.split()


@pytest.mark.parametrize(("by", "column"), [("year", "2006"), ("quarter", "2006-Q1"), ("month", "2006-01")])
def test_loans_are_shown_by_the_periods_asked_for(by: str, column: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Past the horizon too; what is drawn and repaid adds up in each."""
    run("run", "fibercore", "--by", by)

    after = capsys.readouterr().out.split("Fleet five-year loan, to maturity")[1].split("Vendor loan")[0]
    assert column in after
    drawn = [line.split()[1:] for line in after.splitlines() if line.startswith("Drawn")]
    assert sum(float(number) for line in drawn for number in line) == pytest.approx(10, abs=0.02)
