"""What other programs get: a described folder, Parquet, IAMC; each read back by a library that is not ours."""

from __future__ import annotations

import hashlib
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from frictionless import Package, validate

import fibercap as fc
from fibercap.cli import cli, main
from fibercap.views.files import parquet

PLAN = """\
fibercap: 1
id: Small-Plan
title: "=A plan, with a comma"
sources:
  bank: {title: "Offer, page 2", kind: stated, date: 2000-01-02, url: https://example.org/offer}
  team: {title: Our guess, kind: assumed, url: on the shelf}
default_source: bank
horizon: {from: 2000, to: 2001, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: {value: {2000: 40 USD/km, 2001: 38 USD/km}, source: team}}}
plants: {works: {name: "=1+1", product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  lender:
    commitment: 1 million USD
    signed: 2000-01-01
    matures: 3 years
    rate: 8 %/year
    covenants: {cover: {row: accounts.dscr, at_least: 1.2}, late: {row: accounts.dscr, at_least: 1.2, from: 2001-06-30}}
funding: {line: {lender: 1 million USD, cash: rest}}
opening: {cash: 1 million USD}
options: {level: {title: "=2+2"}, bullet: {change: {loans.lender.repayment: {style: bullet}}}}
claims: {grows: {says: It grows, row: plants.works.nameplate, when: end of 2000, at_least: 150_000 km/year}}
"""
PAGES = {
    "income": "Income",
    "cash-flow": "Cash flow",
    "order-of-cash": "Order of cash",
    "balance-sheet": "Balance sheet",
    "debt-service": "Debt service",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(PLAN, "utf-8")
    return path


@pytest.fixture
def document_of_run(file: Path) -> dict[str, Any]:
    """Return what `run --json` prints, the first witness of every table."""
    document: dict[str, Any] = json.loads(CliRunner().invoke(cli, ["run", str(file), "--json"]).stdout)
    return document


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def values_of(table: pd.DataFrame, document_of_run: dict[str, Any]) -> None:
    """Hold a table of rows, a line for each value, against what `run --json` prints."""
    assert set(table["path"]) == set(document_of_run["rows"])
    for path, lines in table.groupby("path"):
        row = document_of_run["rows"][path]
        wanted = [np.nan if value is None else value for value in row["values"]]
        np.testing.assert_array_equal(lines["value"].to_numpy(float), wanted)
        assert set(lines["unit"].fillna("")) == {row["unit"]}


def test_frictionless_finds_the_folder_valid_and_reads_what_run_prints(
    file: Path, tmp_path: Path, document_of_run: dict[str, Any]
) -> None:
    out = tmp_path / "out"
    assert run("export", str(file), "--out", str(out)) == 0

    report = validate(out / "datapackage.json")
    package = Package(out / "datapackage.json")

    assert [error.message for task in report.tasks for error in task.errors] == []
    assert report.valid
    assert report.stats["tasks"] == len(package.resources) == len(list(out.rglob("*.csv")))
    rows = pd.DataFrame([row.to_dict() for row in package.get_table_resource("rows").read_rows()])
    values_of(rows, document_of_run)
    measures = {row["measure"]: row for row in package.get_table_resource("measures").read_rows()}
    assert {name: row["value"] and float(row["value"]) for name, row in measures.items()} == {
        name: measure["value"] for name, measure in document_of_run["measures"].items()
    }
    claims = package.get_table_resource("claims").read_rows()
    assert [claim["holds"] for claim in claims] == [document_of_run["claims"]["grows"]["holds"]] == [True]


def test_frictionless_sees_a_table_that_was_changed(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("export", str(file), "--out", str(out))
    claims = out / "claims.csv"
    claims.write_text(claims.read_text("utf-8").replace("True", "perhaps"), "utf-8")

    report = validate(out / "datapackage.json")

    assert {error.type for task in report.tasks for error in task.errors} >= {"type-error", "hash-count"}


def test_the_package_describes_plan_sources_and_columns(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("export", str(file), "--out", str(out), "--option", "bullet")
    package = json.loads((out / "datapackage.json").read_text("utf-8"))
    tables = {table["name"]: table for table in package["resources"]}
    fields = {name: {f["name"]: f for f in table["schema"]["fields"]} for name, table in tables.items()}

    assert (package["name"], package["title"]) == ("small-plan", "=A plan, with a comma")
    assert package["scenario"] == {
        "id": "Small-Plan",
        "hash": fc.read(file, "bullet").digest(),
        "option": "bullet",
        "fibercap": version("fibercap"),
    }
    assert package["sources"] == [
        {"title": "Offer, page 2", "path": "https://example.org/offer"},
        {"title": "Our guess"},
    ]
    assert tables["rows"]["schema"]["primaryKey"] == ["path", "period"]
    assert fields["rows"]["value"]["unitColumn"] == "unit"
    assert (fields["schedules"]["date"]["type"], fields["schedules"]["year_fraction"]["unit"]) == ("date", "year")
    assert fields["statements-income"]["2000-Q4"]["unit"] == "USD"
    for name, table in tables.items():
        content = (out / table["path"]).read_bytes()
        assert table["bytes"] == len(content)
        assert table["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert content.decode().splitlines()[0].split(",") == list(fields[name])
        assert all(field["title"] for field in fields[name].values())


@pytest.mark.parametrize("name", ["two_banks", "fibercore_uncertain"])
def test_the_tables_of_shipped_scenarios_are_as_described(name: str, tmp_path: Path) -> None:
    """Covenants in several currencies, uncertain inputs: no key stands twice, and every cell has its type."""
    fc.write(fc.project(fc.read(name)), tmp_path / "out", by="year")

    report = validate(tmp_path / "out" / "datapackage.json")

    assert [(task.name, error.message) for task in report.tasks for error in task.errors] == []
    assert report.valid


def test_each_statement_is_a_page_that_adds_up(file: Path, tmp_path: Path, document_of_run: dict[str, Any]) -> None:
    out = tmp_path / "out"
    run("export", str(file), "--out", str(out), "--by", "year")
    long = pd.read_csv(out / "statements.csv")

    for name, title in PAGES.items():
        page = pd.read_csv(out / "statements" / f"{name}.csv")
        assert list(page.columns) == ["line", "role", "path", "label", "unit", "2000", "2001"]
        assert list(page["path"]) == list(long[(long["statement"] == title) & (long["period"] == 2000)]["path"])
        for path, *years in page[["path", "2000", "2001"]].itertuples(index=False):
            assert years == list(document_of_run["rows"][path]["annual"].values()), path
    income = pd.read_csv(out / "statements" / "income.csv")
    sign = income["role"].map({"plus": 1.0, "minus": -1.0, "total": 0.0, "memo": 0.0})
    net = income[income["path"] == "accounts.net_income"]
    np.testing.assert_allclose((income[["2000", "2001"]].mul(sign, axis=0)).sum(), net[["2000", "2001"]].iloc[0])


@pytest.mark.long
def test_a_run_folder_is_a_package_too_and_has_its_pages_by_year(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("run", str(file), "--only", "summary", "--out", str(out)) == 0

    report = validate(out / "datapackage.json")
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))

    assert report.valid
    assert {task.name for task in report.tasks} >= {"rows", "rows-by-year", "statements-income", "covenants"}
    assert "datapackage.json" in manifest["files"]
    assert pd.read_csv(out / "statements" / "income.csv").columns[-1] == "2001"
    assert pd.read_csv(out / "statements.csv")["period"].iloc[-1] == "2001-Q4"


def test_tables_that_a_plan_has_no_more_go_unless_someone_changed_them(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("export", str(file), "--out", str(out))
    (out / "mine.csv").write_text("mine")
    (out / "sources.csv").write_text("mine")
    file.write_text(PLAN[: PLAN.index("claims:")].replace("default_source: bank\n", ""), "utf-8")

    assert run("export", str(file), "--out", str(out), "--force", "--format", "parquet") == 0

    assert sorted(path.name for path in out.glob("*.csv")) == ["mine.csv", "sources.csv"]
    assert not list(out.rglob("claims*"))
    assert len(list(out.rglob("*.parquet"))) == len(json.loads((out / "datapackage.json").read_text())["resources"])


def test_pyarrow_reads_the_tables_with_their_types(file: Path, tmp_path: Path, document_of_run: dict[str, Any]) -> None:
    out = tmp_path / "out"
    assert run("export", str(file), "--out", str(out), "--format", "parquet") == 0
    tables = {path.stem: pq.read_table(path) for path in out.glob("*.parquet")}

    values_of(tables["rows"].to_pandas(), document_of_run)
    assert str(tables["schedules"].schema.field("date").type) == "date32[day]"
    assert str(tables["claims"].schema.field("holds").type) == "bool"
    assert tables["schedules"].schema.field("year_fraction").metadata[b"unit"] == b"year"
    assert tables["rows"].column("label").to_pylist()[-1][0] != "'"
    assert "=1+1: nameplate" in tables["rows"].column("label").to_pylist()
    package = Package(out / "datapackage.json")
    assert {table.format for table in package.resources} == {"parquet"}


def test_csv_and_parquet_of_a_table_are_the_same(file: Path, tmp_path: Path) -> None:
    projection = fc.project(fc.read(file))
    for form in ("csv", "parquet"):
        fc.write(projection, tmp_path / form, tables=form)

    for path in (tmp_path / "csv").rglob("*.csv"):
        name = path.relative_to(tmp_path / "csv").with_suffix("")
        words = pd.read_csv(path, dtype=str, keep_default_na=False)
        other = pq.read_table(tmp_path / "parquet" / f"{name}.parquet").to_pandas()
        assert list(words.columns) == list(other.columns)
        for column in words.columns:
            cells = ["" if pd.isna(cell) else cell for cell in other[column]]
            for word, cell in zip(words[column], cells, strict=True):
                assert (float(word) == cell) if isinstance(cell, float) else (word.lstrip("'") == _word(cell)), column


def _word(cell: object) -> str:
    return str(cell).lstrip("'")


def test_a_file_of_rows_as_parquet(file: Path, tmp_path: Path, document_of_run: dict[str, Any]) -> None:
    out = tmp_path / "rows.parquet"

    assert run("export", str(file), "--out", str(out)) == 0

    values_of(pd.read_parquet(out), document_of_run)


def test_iamc_has_a_line_for_each_row_of_each_option(
    file: Path, tmp_path: Path, document_of_run: dict[str, Any]
) -> None:
    out = tmp_path / "plan.iamc.csv"
    assert run("export", str(file), "--out", str(out)) == 0
    table = pd.read_csv(out, keep_default_na=False, na_values={"2000": "", "2001": ""})

    assert list(table.columns) == ["Model", "Scenario", "Region", "Variable", "Unit", "2000", "2001"]
    assert set(table["Model"]) == {f"fibercap {version('fibercap')}"}
    assert list(dict.fromkeys(table["Scenario"])) == ["Small-Plan", "Small-Plan|level", "Small-Plan|bullet"]
    assert set(table["Region"]) == {"World"}
    assert not table.duplicated(["Scenario", "Variable"]).any()
    written = table[table["Scenario"] == "Small-Plan"]
    assert [name.replace("|", ".") for name in written["Variable"]] == list(document_of_run["rows"])
    for line in written.to_dict("records"):
        row = document_of_run["rows"][line["Variable"].replace("|", ".")]
        wanted = [np.nan if value is None else value for value in row["annual"].values()]
        np.testing.assert_array_equal([line["2000"], line["2001"]], wanted)
        assert line["Unit"] == row["unit"]
    bullet = fc.project(fc.read(file, "bullet"))
    paid = table[(table["Scenario"] == "Small-Plan|bullet") & (table["Variable"] == "loans|lender|principal")]
    assert list(paid.iloc[0, 5:]) == [float(value[0]) for value in bullet.by("loans.lender.principal").values()]


def test_an_iamc_workbook_has_the_same_lines_and_the_measures(file: Path, tmp_path: Path) -> None:
    for name in ("plan.iamc.csv", "plan.iamc.xlsx", "again.iamc.xlsx"):
        assert run("export", str(file), "--out", str(tmp_path / name)) == 0
    sheets = pd.read_excel(tmp_path / "plan.iamc.xlsx", sheet_name=None, engine="calamine")
    table = pd.read_csv(tmp_path / "plan.iamc.csv")
    measures = fc.project(fc.read(file, "bullet")).measures

    assert list(sheets) == ["data", "meta"]
    assert list(sheets["data"].columns) == [*table.columns[:5], 2000, 2001]
    np.testing.assert_allclose(sheets["data"][[2000, 2001]], table[["2000", "2001"]], rtol=1e-14)
    meta = sheets["meta"].set_index(["Model", "Scenario"])
    line = meta.to_dict("index")[f"fibercap {version('fibercap')}", "Small-Plan|bullet"]
    assert {name: value for name, value in line.items() if pd.notna(value)} == pytest.approx(
        {name: measure.value for name, measure in measures.items() if measure.value is not None}
    )
    assert (tmp_path / "plan.iamc.xlsx").read_bytes() == (tmp_path / "again.iamc.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("change", "by", "columns"),
    [
        ("", "quarter", ["2000-03-31", "2000-06-30", "2000-09-30", "2000-12-31", "2001-03-31"]),
        ("year_ends: June", "year", [2000, 2001, 2002]),
    ],
)
def test_periods_of_iamc_are_years_or_their_last_days(change: str, by: str, columns: list[object]) -> None:
    text = PLAN.replace("step: quarter}", f"step: quarter, {change}}}") if change else PLAN
    table = fc.iamc(fc.project(fc.read(text)), by=by, region="Brazil")

    assert list(table.columns[5:])[: len(columns)] == columns
    assert set(table["Region"]) == {"Brazil"}


def test_iamc_of_a_comparison_are_its_cases(file: Path) -> None:
    comparison = fc.compare(fc.read(file))

    assert list(dict.fromkeys(fc.iamc(comparison)["Scenario"])) == ["Small-Plan|level", "Small-Plan|bullet"]


def test_iamc_goes_to_standard_output(file: Path) -> None:
    printed = CliRunner().invoke(cli, ["export", str(file), "--out", "-", "--as", "iamc.csv"])

    assert printed.stdout.startswith("Model,Scenario,Region,Variable,Unit,2000,2001\n")
    assert len(pd.read_csv(io.StringIO(printed.stdout))) == 3 * len(fc.project(fc.read(file)).period_rows)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--out plan.iamc.csv --by month", "the model steps by quarter; its tables cannot be shown by month"),
        ("--out plan.iamc.json", "nothing is exported as `.json`; known suffixes: .csv, .html, .iamc.csv"),
        ("--out plan.parquett", "nothing is exported as `.parquett`; did you mean `.parquet`?"),
        ("--out plan.csv --format parquet", "--format is that of the tables in a folder; name a folder, or a file by its suffix"),
        ("--out tables --format parket", "Invalid value for '--format': 'parket' is not one of 'csv', 'parquet'"),
        ("--out /proc/tables", "/proc/tables/rows.csv cannot be written"),
        ("--out small.yaml/tables", "small.yaml is not a folder; name a folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_in_words(
    words: str, message: str, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(file.parent)

    assert run("export", "small.yaml", *words.split()) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in file.parent.iterdir()] == ["small.yaml"]


@pytest.mark.parametrize("words", ["--out rows.parquet", "--out tables --format parquet"])
def test_without_pyarrow_the_way_out_is_reported(
    words: str, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(file.parent)
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)

    assert run("export", "small.yaml", *words.split()) == 2
    assert capsys.readouterr().err == (
        "Parquet needs pyarrow, which is not installed; install it by `pip install 'fibercap[parquet]'`, or choose another format\n"
    )
    assert [path.name for path in file.parent.iterdir()] == ["small.yaml"]


def test_tables_of_an_unknown_format_are_refused_in_python(file: Path, tmp_path: Path) -> None:
    with pytest.raises(fc.FibercapError, match=r"no tables are written as `xml`; known formats: csv, parquet"):
        fc.write(fc.project(fc.read(file)), tmp_path / "out", tables="xml")


def test_a_batch_is_never_written_as_its_first_sample(file: Path, tmp_path: Path) -> None:
    times = np.array([0.9, 1.0, 1.1])
    batch = fc.project(fc.read(file).with_samples({"products.fiber.price": {"times": times}}))
    table = fc.iamc(batch).set_index("Variable")
    revenue = batch.by("accounts.revenue")["2000"]

    assert len({*revenue}) == 3
    assert table.loc["accounts|revenue|mean", 2000] == pytest.approx(revenue.mean())
    assert table.loc["accounts|revenue|P5", 2000] == pytest.approx(np.quantile(revenue, 0.05))
    assert "accounts|revenue" not in table.index
    for out in ("rows.csv", "plan.iamc.csv", "plan.html", "tables"):
        with pytest.raises(fc.FibercapError, match="files hold one run, and this is a batch of 3"):
            fc.write(batch, tmp_path / out)
        assert not (tmp_path / out).exists()
