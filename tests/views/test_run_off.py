"""The run-off where people look at it: JSON, the workbook's sheet, explanations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.core.errors import FibercapError
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.explanation import Result
from fibercap.views.workbook.cases import AS_WRITTEN
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements as texts_unlike_kernels
from tests.model.test_run_off import PLAN
from tests.sheets import Recalculator, disagreements, spoilt
from tests.written import replace_parts

if TYPE_CHECKING:
    from pathlib import Path

PARTS = {
    "price": "{2001: 20 USD/km, 2002-11: 24 USD/km, 2003-02: 30 USD/km}",
    "plant": ", maintenance: 0.1 million USD/year, life: 30 months",
    "complete": "2002-03-31", "project": ", ramp: {s_curve: 4 months}, fixed_cost: 10_000 USD/year",
    "matures": "2004-06-30", "loan": "", "company": "", "cash": "1 million USD",
}  # fmt: skip
OTHER = "}\n  other: {commitment: 2 million "
CASES: dict[str, tuple[dict[str, str], tuple[tuple[str, str], ...]]] = {
    "a horizon within a year": ({"project": ", delay: 14 months"}, (("to: 2002", "to: 2002-06"),)),
    "by quarter": ({"price": "60 USD/km"}, (("to: 2002", "to: 2002-09"), ("step: month", "step: quarter"))),
    "by year": ({"price": "{2001: 20 USD/km, 2002-Q3: 21 USD/km}"}, (("step: month", "step: year"),)),
    "cash decides": (
        {
            "price": "12 USD/km", "cash": "0.2 million USD", "company": ", gap: [equity, revolver]",
            "loan": ", sweep: 50 %, covenants: {life: {row: accounts.llcr, at_least: 1.1}, owed: {row: accounts.debt, "
            "at_most: 9 million USD, test: period}, lever: {row: accounts.debt_to_ebitda_12m, at_most: 9, test: quarter}}, payments: {every: quarter, end_of_month: true}" + OTHER +
            "USD, signed: 2001-01-01, matures: 2005-03-31, rate: 5 %/year, repayment: {style: revolver}",
        },
        (),
    ),
    "another currency": (
        {"price": "30 USD/km", "loan": OTHER + "EUR, signed: 2001-01-01, matures: 2006-06-30, rate: 7 %/year, "
         "draws: {2001-01-01: 2 million EUR}, payments: {every: half_year}, repayment: {style: sculpted, dscr: 1.5, tax: unlevered}"},
        (("company:", "exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2002-03: 1 USD/EUR, 2002-10: 1.2 USD/EUR}}}\ncompany:"),),
    ),
    "cover of a sculpted loan": (
        {"price": "40 USD/km", "matures": "2005-03-31",
         "loan": ", covenants: {cover: {row: loans.bank.dscr_unlevered, at_least: 0.1}}"},
        (("repayment: {style: bullet}", "repayment: {style: sculpted, dscr: 1.5}, payments: {every: month}"),),
    ),
    "financing costs of a line that is stopped": (
        {"complete": "2003-06-30", "project": ", spend: {2002: 50 %, 2003: 50 %}"},
        (("draws: {2001-01-01: 3 million USD}, ", ""), ("company:", "funding: {line: {bank: 1 million USD, equity: rest, include_financing_costs: true}}\ncompany:")),
    ),
}  # fmt: skip


def plan(name: str) -> str:
    parts, changes = CASES[name]
    text = PLAN.format(**{**PARTS, **parts})
    text += "tax: {rate: 30 %, lag: 1 year, expire: 2 years}\nworking_capital: {receivables: 45 days}\n"
    return replace_parts(text, *changes)


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_its_formulas_and_its_sheet_lead_to_what_the_engine_says(name: str, tmp_path: Path) -> None:
    scenario = scenario_of(plan(name))
    projection = project(scenario)
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path).read()

    assert projection.run_off is not None
    assert texts_unlike_kernels(projection) == []
    assert disagreements(sheets, projection, AS_WRITTEN) == []
    assert sheets("Run-off", 1, 1) == "Run-off after the horizon"


def explanation_of(projection: Projection, row: str, when: str) -> str:
    explanation = explain(projection, row, when)
    assert isinstance(explanation, Result)
    return " ".join(written.text for number in explanation.number.inputs for written in number.written)


def test_a_repeated_price_leads_to_the_key_it_repeats() -> None:
    projection = project(scenario_of(plan("a horizon within a year")))

    for when, price in (("2003-01", "24 USD/km"), ("2003-06", "20 USD/km"), ("2004-02", "30 USD/km")):
        assert price in explanation_of(projection, "run_off.plants.works.revenue", when), when


def test_a_row_asked_for_after_the_horizon_names_the_one_that_goes_on() -> None:
    projection = project(scenario_of(plan("by year")))

    with pytest.raises(FibercapError, match=r"after it `run_off\.accounts\.cash` goes on to 2004$"):
        explain(projection, "accounts.cash", "2003")
    with pytest.raises(FibercapError, match="outside the run-off, which runs from 2003 to 2004"):
        explain(projection, "run_off.accounts.cash", "2002")


def test_json_has_its_rows_apart(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(plan("by year"))
    document = json.loads(CliRunner().invoke(cli, ["run", str(path), "--json"]).output)

    assert document["periods"] == ["2001-12-31", "2002-12-31"]
    assert document["run_off"]["periods"] == ["2003-12-31", "2004-12-31"]
    assert all(path.startswith("run_off.") for path in document["run_off"]["rows"])
    assert not any(path.startswith("run_off.") for path in document["rows"])
    cash = document["run_off"]["rows"]["run_off.accounts.cash"]
    assert list(cash["annual"]) == ["2003", "2004"]
    assert len(cash["values"]) == 2
    path.write_text(plan("by year").replace("matures: 2004-06-30", "matures: 2002-06-30"))
    assert "run_off" not in json.loads(CliRunner().invoke(cli, ["run", str(path), "--json"]).output)
