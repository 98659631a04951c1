"""Statements: one description behind every reader, income that adds downward, tables that cut no figure."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from fibercap.cli import cli
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.compare import compare
from fibercap.views.files.exports import EXPORTS
from fibercap.views.report.basis import conventions
from fibercap.views.report.parts import Items
from fibercap.views.statement_lines import STATEMENTS, statement_lines
from fibercap.views.statements import cover_figures
from fibercap.views.tables import statements_table
from fibercap.views.workbook.annual_sheet import AnnualSheet
from fibercap.views.workbook.book import Book
from fibercap.views.workbook.cases import cases_of
from fibercap.views.workbook.workbook import workbook
from tests.written import valid_scenarios

if TYPE_CHECKING:
    from fibercap.views.report.subject import Subject

# The loan of a public exercise, with every optional column: draws, interest added to the debt, fees.
# Source: https://fmda2015.wordpress.com/2015/01/14/hw-2-3a-construction-loans-commitment-fees/
ALL_COLUMNS = """\
fibercap: 1
loans:
  n: {commitment: 142.5 million USD, signed: 2004-01-01, matures: 2016-12-31, rate: 8 %/year,
      draws: {2004-01-01: 11.4 million USD, 2005-01-01: 85.5 million USD, 2006-01-01: 45.6 million USD},
      capitalize_until: 2006-12-31, grace: 3 years, payments: {every: year, first: 2004-12-31, end_of_month: true},
      repayment: {style: level}, fees: {undrawn: 1 %/year}}
  large: {commitment: 1_234_567_890_123 USD, signed: 2001-01-31, matures: 3 years, rate: 8 %/year, grace: 1 year,
          fees: {upfront: 1 %, agency: 100 million USD/year}, capitalize_until: 2002-01-31}
  small: {commitment: 12 USD, signed: 2001-01-31, matures: 1 year, rate: 8 %/year}
"""

# Names that differ only in case, or in signs that defined names do not take.
# Source: https://github.com/jmcnamara/XlsxWriter/issues/963
ALIKE = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}, Fiber: {price: 41 USD/km}}
plants: {p: {product: fiber, capacity: 200_000 km/year, cash_cost: 22 USD/km}}
loans:
  senior-1: {outstanding: 1 million USD, remaining: 2 years, rate: 8 %/year}
  senior_1: {outstanding: 2 million USD, remaining: 2 years, rate: 9 %/year}
  Bank: {outstanding: 3 million USD, remaining: 2 years, rate: 6 %/year}
  bank: {outstanding: 4 million USD, remaining: 2 years, rate: 7 %/year}
opening: {cash: 30 million USD}
"""


@pytest.fixture(scope="module")
def fibercore() -> Projection:
    return project(read("fibercore"))


def adds_downward(projection: Projection, title: str) -> None:
    """Hold that every total of a statement is what stands above it, added up with its signs."""
    sign = {"plus": 1.0, "minus": -1.0}
    running = np.zeros((projection.samples, projection.timeline.count))
    for line, row in statement_lines(projection, title):
        if line.role in sign:
            running = running + sign[line.role] * projection.value(row.path)
        elif line.role == "total":
            value = projection.value(row.path)
            scale = max(float(np.abs(projection.value("accounts.revenue")).max()), 1.0)
            assert np.allclose(running, value, rtol=1e-9, atol=1e-9 * scale), row.path


@pytest.mark.long
@settings(max_examples=25)
@given(text=valid_scenarios(rich=True))
def test_income_adds_downward(text: str) -> None:
    adds_downward(project(scenario_of(text, "random.yaml")), "Income")


@settings(max_examples=10)
@given(text=valid_scenarios(rich=True))
def test_a_total_is_what_stands_between_it_and_the_total_above(text: str) -> None:
    projection = project(scenario_of(text, "random.yaml"))
    for title in ("Cash flow", "Balance sheet", "Debt service"):
        total = np.zeros((projection.samples, projection.timeline.count))
        for line, row in statement_lines(projection, title):
            if line.role in {"plus", "minus"}:
                total = total + projection.value(row.path) * (1.0 if line.role == "plus" else -1.0)
            elif line.key != "cash":  # cash is its opening and the totals above it
                scale = max(float(np.abs(projection.value(row.path)).max()), 1.0)
                assert np.allclose(total, projection.value(row.path), rtol=1e-9, atol=1e-6 * scale), row.path
                total = np.zeros_like(total)


def test_income_runs_from_revenue_by_ebitda_and_ebit_to_net_income_with_gross_profit_as_a_memo(
    fibercore: Projection,
) -> None:
    lines = [line for line, _ in statement_lines(fibercore, "Income")]

    assert [line.key for line in lines if line.role == "total"] == ["ebitda", "ebit", "pretax_income", "net_income"]
    assert [line.key for line in lines if line.role == "memo"] == ["gross_profit"]


@pytest.mark.long
def test_every_reader_follows_the_one_description(fibercore: Projection) -> None:
    shown = CliRunner().invoke(cli, ["run", "fibercore"], env={"COLUMNS": "100"}).output
    html = EXPORTS[".html"](fibercore, "").decode()
    table = list(csv.DictReader(io.StringIO(statements_table(fibercore, "year").csv().decode())))
    book = Book(cases_of(Scenario.from_tree(fibercore.scenario.tree.without_child("options"), "fibercore"))[0])
    annual = [entry if isinstance(entry, str) else entry.line.path for entry in AnnualSheet(book).entries]

    for title in STATEMENTS:
        labels = [line.label(row) for line, row in statement_lines(fibercore, title) if line.role == "total"]
        paths = [line.path for line, _ in statement_lines(fibercore, title)]
        in_terminal = shown.split(f"\n{title}  [", 1)[1]
        in_report = html.split(f"{title} [", 1)[1]
        assert in_order(in_terminal, [f"\n{label} " for label in labels])
        assert in_order(in_report, [f">{label}<" for label in labels])
        assert list(dict.fromkeys(row["path"] for row in table if row["statement"] == title)) == paths
        alone = [path for path in paths if path in annual[annual.index(title) :]]
        assert sorted(alone, key=annual.index) == alone


def in_order(text: str, parts: list[str]) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and all(one < two for one, two in pairwise(places))


def test_gross_margin_is_gross_profit_over_sales(fibercore: Projection) -> None:
    shown = CliRunner().invoke(cli, ["run", "fibercore"], env={"COLUMNS": "100"}).output
    profit, sales = (fibercore.by(f"accounts.{key}") for key in ("gross_profit", "revenue"))

    margins = [100 * float(profit[year][0] / sales[year][0]) for year in sales]

    assert re.search(r"Memo: gross margin +" + " +".join(f"{margin:.1f} %" for margin in margins), shown)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_a_loan_table_cuts_no_figure_and_no_line_at_any_width(
    width: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("loans") / "loans.yaml"
    file.write_text(ALL_COLUMNS)

    shown = CliRunner().invoke(cli, ["loan", str(file)], env={"COLUMNS": str(width)}).output

    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width
    for word in ("Drawn", "Interest", "to debt", "Fees", "Principal", "Payment", "Owed"):
        assert word in shown
    assert re.search(r"163[.,]3", shown)


def test_at_80_columns_the_loan_with_every_optional_column_is_one_table(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("loans") / "loans.yaml"
    file.write_text(ALL_COLUMNS)

    shown = CliRunner().invoke(cli, ["loan", str(file), "n"], env={"COLUMNS": "80"}).output

    assert shown.count("No.") == 1
    assert "  3  2006-12-31             12.09    12.09  0.00                0.00  163.31" in shown


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        "run fibercore",
        "run fleet_revolver --by quarter",
        "compare fibercore",
        "check fibercore",
        "loan fibercore fleet",
        "diff fibercore slow_brazil --results",
        "explain fibercore accounts.cash 2002-06",
        "show two_banks",
    ],
)
@pytest.mark.parametrize("width", [60, 80])
def test_no_line_ends_in_a_blank(command: str, width: int) -> None:
    shown = CliRunner().invoke(cli, command.split(), env={"COLUMNS": str(width)}).output

    assert shown
    assert not [line for line in shown.splitlines() if line != line.rstrip()]


def defined_names(content: bytes) -> list[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        matches = re.findall(r'<definedName name="([^"]+)"([^>]*)>', book.read("xl/workbook.xml").decode())
    return [(name, rest) for name, rest in matches]


def test_names_in_a_workbook_are_unique_whatever_loans_are_called() -> None:
    """ECMA-376, part 1, 18.2.5: a defined name is unique in its scope; spreadsheets compare names without case."""
    content = workbook(scenario_of(ALIKE, "alike.yaml"), "0.1.0")

    names = [(name.lower(), scope) for name, scope in defined_names(content)]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())

    assert len(names) == len(set(names))
    assert len({sheet.lower() for sheet in sheets}) == len(sheets)
    assert sum("senior_1_rate" in name for name, _ in names) == 2
    assert sum("loans_bank_rate" in name for name, _ in names) == 2


def test_a_list_is_printed_as_a_file_writes_it() -> None:
    changes = (
        ALIKE
        + "company: {gap: [equity]}\noptions: {as_written: {title: As written}, other: {change: {company.gap: [revolver, equity]}}}\n"
    )
    plan = scenario_of(changes, "lists.yaml")

    origins = plan.with_option("other").tree["company"]["gap"].origins  # type: ignore[index, union-attr]

    assert compare(plan).differences == {"other": {"company.gap": ("[equity]", "[revolver, equity]")}}
    assert [origin.previous for origin in origins] == [None, "[equity]"]


def test_cover_of_each_rank_stands_beside_that_of_all_loans() -> None:
    projection = project(read("two_banks"))
    (figures,) = cover_figures(projection, "year")
    lines = {line.label: line.values for line in figures.lines}
    cfads, served = (projection.by(f"ranks.2.{key}") for key in ("cfads", "service"))

    assert lines["DSCR of rank 2"][-1] == pytest.approx(float(cfads["2004"][0]) / float(served["2004"][0]))
    assert "DSCR of rank 3" not in lines
    assert not any("rank" in line.label for line in next(cover_figures(project(read("fibercore")), "year")).lines)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fibercore", {"Cash bears no interest.", "There is no deferred tax."}),
        ("term_sheet", {"Interest on cash runs on the cash with which a period opens.", "There is no deferred tax."}),
    ],
)
def test_the_conventions_of_a_report_are_those_of_its_plan(name: str, expected: set[str]) -> None:
    subject = cast("Subject", SimpleNamespace(projection=project(read(name))))
    (items,) = conventions(subject).parts

    assert isinstance(items, Items)
    assert expected <= set(items.texts)
    assert len([text for text in items.texts if re.search("[Ii]nterest on cash|no interest", text)]) == 1
