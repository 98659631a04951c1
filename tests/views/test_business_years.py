"""Business years in every reader: tables, documents, charts, report, workbook, explain, samples."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from fibercap.cli import main
from fibercap.core.errors import FibercapError
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.compare import compare
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.explanation import Result
from fibercap.views.charts.all_charts import CHARTS
from fibercap.views.report.html import report
from fibercap.views.workbook.workbook import workbook
from tests.sheets import Recalculator, differences, disagreements, spoilt

PLAN = """\
fibercap: 1
id: june
title: Mill
horizon: {from: FY2002, to: FY2005, year_ends: June}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: {2001: 40 USD/km, FY2003: 35 USD/km, 2004: 33 USD/km}}}
plants: {mill: {product: fiber, capacity: 400_000 km/year, cash_cost: 20 USD/km, fixed_cost: 1 million USD/year}}
projects: {line: {plant: mill, adds: 100_000 km/year, capex: 10 million USD, complete: 2002-12-31,
  spend: {FY2002: 60 %, FY2003: 40 %}}}
tax: {rate: {FY2002: 30 %, FY2005: 25 %}, expire: 2 years}
opening: {cash: 5 million USD, tax_losses: 3 million USD}
loans: {bank: {commitment: 6 million USD, signed: 2001-09-30, rate: {FY2002: 8 %/year, FY2004: 9 %/year},
  matures: 2007-03-31, repayment: {style: equal_principal},
  covenants: {cover: {row: accounts.dscr, at_least: 1.2, test: year}, half: {row: accounts.debt, at_most: 9 million USD, test: half_year}}}}
funding: {line: {bank: 6 million USD, equity: rest}}
claims:
  sales: {says: Sales, row: accounts.revenue, when: FY2003, about: 15.75 million USD, within: 1 %}
  cash: {says: Cash, row: accounts.cash, when: end of FY2004, above: {times: 1, of: end of FY2003}}
options: {small: {title: Small, change: {loans.bank.commitment: 5 million USD, funding.line.bank: 5 million USD}}}
"""
YEARS = ["FY2002", "FY2003", "FY2004", "FY2005"]


@cache
def plan() -> Scenario:
    return scenario_of(PLAN)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "june.yaml"
    path.write_text(PLAN)
    return str(path)


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code in {0, None}
    return capsys.readouterr().out


def test_tables_have_a_column_for_each_business_year(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = output_of(capsys, "run", file)

    assert text.count("FY2002   FY2003   FY2004   FY2005") >= 8
    assert "2001-07-01 to 2005-06-30, by month, years to June, in USD" in text
    assert "Cover of debt by business year" in text
    assert "Lowest DSCR by business year" in text
    assert re.search(r"Sales +16\.00 million USD in FY2002, 16\.50 million USD in FY2005", text)
    assert re.search(r"tightest [\d.]+ million USD in\s+FY2003-H1", text)
    assert not re.search(r"calendar|(?<![-\w])200\d(?![-\w])", text)


@pytest.mark.parametrize(("years", "by", "columns"), [
    ("FY2003-FY2004", "year", "FY2003 FY2004"), ("FY2003", "quarter", "2002-Q3 2002-Q4 2003-Q1 2003-Q2"),
    ("2003", "quarter", "2003-Q1 2003-Q2 2003-Q3 2003-Q4"), ("2002-2003", "year", "FY2003"),
])  # fmt: skip
def test_years_are_asked_for_by_their_names(
    years: str, by: str, columns: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = output_of(capsys, "run", file, "--only", "income", "--years", years, "--by", by)

    assert f"\n{columns}\n" in re.sub(" +", " ", text).replace("\n ", "\n")


def test_the_document_has_sums_of_business_years(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(output_of(capsys, "run", file, "--json"))

    assert document["horizon"] == {"from": "2001-07-01", "to": "2005-06-30", "step": "month", "year_ends": "June"}
    revenue = document["rows"]["accounts.revenue"]
    assert list(revenue["annual"]) == YEARS
    assert revenue["annual"]["FY2003"] == pytest.approx(sum(revenue["values"][12:24]))
    assert document["rows"]["accounts.cash"]["annual"]["FY2003"] == document["rows"]["accounts.cash"]["values"][23]
    assert list(document["run_off"]["rows"]["run_off.accounts.debt"]["annual"]) == ["FY2006", "FY2007"]
    assert all(claim["holds"] for claim in document["claims"].values())


def test_explain_adds_up_a_business_year(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = output_of(capsys, "explain", file, "accounts.revenue", "FY2003", "--depth", "1")
    assert "accounts.revenue @ FY2003" in text
    assert "the sum of 12 periods" in text
    assert "accounts.revenue @ 2002-07" in text
    assert "accounts.cash @ 2003-06" in output_of(capsys, "explain", file, "accounts.cash", "end", "of", "FY2003")
    assert "June" in output_of(capsys, "explain", file, "horizon.year_ends")


@pytest.mark.parametrize("when", ["2003", "end of 2003"])
def test_a_model_that_steps_by_business_year_has_no_calendar_years(when: str) -> None:
    by_year = scenario_of(PLAN.replace("year_ends: June", "year_ends: June, step: year").replace("half_year", "year"))

    with pytest.raises(FibercapError, match=f"`{when}` holds no whole period") as raised:
        explain(project(by_year), "accounts.revenue", when)
    assert raised.value.hint == "name a business year: `FY2003` or `FY2004`"
    quarter = explain(project(by_year), "accounts.revenue", "2003-Q1")
    assert isinstance(quarter, Result)
    assert quarter.number.value == pytest.approx(15.75e6)


@pytest.mark.parametrize("chart", sorted(CHARTS))
def test_charts_name_business_years(chart: str) -> None:
    figure = CHARTS[chart].draw(project(plan()), compare(plan()))
    words = [text.get_text() for text in figure.findobj(Text)]

    assert not [text for text in words if re.fullmatch(r"(19|20)\d\d", text) or "calendar" in text]
    if any(re.match("FY", text) for text in words):
        assert {"FY2003", "FY2004"} <= set(words)
    else:
        assert chart in {"bridge", "claims", "sensitivity", "verdict", "waterfall"}


@pytest.mark.long
def test_a_report_speaks_of_business_years() -> None:
    page = report(project(plan()), compare(plan())).decode()

    assert "Business years end in June" in page
    assert "assessed by business year" in page
    assert "calendar year" not in page
    assert "<th" in page
    assert all(year in page for year in YEARS)


@pytest.mark.long
def test_a_workbook_recalculates_to_the_engine_by_business_years(tmp_path: Path) -> None:
    content = workbook(plan(), "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert disagreements(sheets, project(plan()), "as written") == []
    assert [sheets("Annual", 3, column) for column in range(7, 12)] == [2002, 2003, 2004, 2005, ""]
    assert sheets("Annual", 1, 1) == "By business year"
    assert [sheets("Time", 5, column) for column in (7, 18, 19)] == [2002, 2002, 2003]


def test_samples_of_a_business_years_price_are_as_single_plans() -> None:
    prices = np.array([30.0, 36.0])[:, None]
    batch = project(plan().with_samples({"products.fiber.price.FY2003": ("USD/km", prices)}))

    for number, price in enumerate(prices[:, 0]):
        alone = project(scenario_of(PLAN.replace("FY2003: 35 USD/km", f"FY2003: {price} USD/km")))
        for row in ("accounts.cash", "accounts.tax", "accounts.dscr"):
            many = batch.value(row)
            shown = many[number] if len(many) > 1 else many[0]
            assert shown == pytest.approx(alone.value(row)[0], nan_ok=True)


PLAIN = """\
fibercap: 1
id: june
horizon: {from: 2001-07, to: 2005-06, year_ends: June}
money: {report_in: USD}
products: {fiber: {price: {2001: 5 USD/km, 2002-01: 40 USD/km}}}
plants: {mill: {product: fiber, capacity: 400_000 km/year, cash_cost: 20 USD/km}}
tax: {rate: 30 %}
opening: {cash: 9 million USD}
loans: {bank: {commitment: 6 million USD, signed: 2001-09-30, rate: 8 %/year, matures: 2007-03-31, draws: {2001-09-30: 6 million USD}}}
"""


def test_years_to_december_are_those_of_the_calendar() -> None:
    """Not a bit of a row, nor a formula, is another one where the month is named."""
    one, two = (
        project(scenario_of(PLAIN.replace(", year_ends: June", ends))) for ends in ("", ", year_ends: December")
    )

    assert one.rows.keys() == two.rows.keys()
    assert all(one.value(path).tobytes() == two.value(path).tobytes() for path in one.rows)
    assert {path: row.formula for path, row in one.rows.items()} == {
        path: row.formula for path, row in two.rows.items()
    }
    assert list(one.timeline.groups("year")) == ["2001", "2002", "2003", "2004", "2005"]


def test_a_setting_moves_the_year_in_which_tax_is_due(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(file).write_text(PLAIN)
    march = ("--set", "horizon.year_ends=March")

    june_tax, march_tax = (
        json.loads(output_of(capsys, "run", file, "--json", "--rows", "accounts.tax", *setting))["rows"]["accounts.tax"]
        for setting in ((), march)
    )
    assert list(june_tax["annual"]) == YEARS
    assert list(march_tax["annual"]) == [*YEARS, "FY2006"]
    assert june_tax["values"] != march_tax["values"]
    assert "year_ends: March" in output_of(capsys, "show", file, *march)


def test_plans_whose_years_end_in_other_months_are_not_compared() -> None:
    other = PLAIN.replace("year_ends: June", "year_ends: March").replace("id: june", "id: march")

    with pytest.raises(FibercapError, match=r"with years to March, and `june` .* with years to June"):
        compare(scenario_of(PLAIN), scenario_of(other))
