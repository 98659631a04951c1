"""What every reader makes of the keys by which figures changed: one plan that has them all, each moved in turn."""

from __future__ import annotations

import json
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.core.errors import ScenarioError
from fibercap.model.measures.all_measures import measure_named, measures
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.batch import evaluate
from fibercap.studies.claims import outcomes
from fibercap.studies.compare import compare
from fibercap.studies.covenants import covenants
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.input_uses import Use
from fibercap.studies.findings import findings
from fibercap.studies.flips import flips
from fibercap.studies.movable_inputs import input_samples, lever
from fibercap.studies.sizing import Limit, size
from fibercap.studies.solving import solve
from fibercap.views.charts.all_charts import CHARTS
from fibercap.views.report.html import report
from fibercap.views.tables import measures_table, rows_table
from fibercap.views.workbook.workbook import workbook
from tests.reading.test_schema import path_of_refusal
from tests.sheets import Recalculator, differences, disagreements, live_measures_unlike, spoilt
from tests.studies.test_explain import off, result
from tests.studies.test_samples import alike

pytestmark = pytest.mark.long

PLAN = """\
fibercap: 1
id: rich
title: Every new key
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, discounting: mid_period, terminal_value: book, minimum_cash: 1 million USD}
exchange: {EUR: {opening: 0.93 USD/EUR, average: {2001: 0.90 USD/EUR, 2002: 1.00 USD/EUR}, closing: {2001: 0.89 USD/EUR, 2003: 1.20 USD/EUR}}}
rates: {libor: {2001-01: 6 %/year, 2001-05: 5 %/year, 2001-09: 4 %/year, 2002-02: 3 %/year}}
products: {fiber: {price: {2001: 45 USD/km, 2003: 42 USD/km}}}
plants:
  works: {product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km, fixed_cost: 1 million USD/year}
  bought: {product: fiber, capacity: 100_000 km/year, opens: 2001-07-01, cash_cost: 20 USD/km,
           purchase: {price: 6 million USD, on: 2001-06-30, working_capital: {receivables: 1 million USD, inventory: 0.4 million USD, payables: 0.3 million USD}}}
projects:
  line: {plant: works, adds: 150_000 km/year, capex: 12 million USD, spend: {2001: 60 %, 2002: 40 %}, complete: 2002-08-31, ramp: {linear: 6 months}}
loans:
  bank: {title: The bank, commitment: 5 million USD, signed: 2001-01-03, matures: 5 years, rate: {index: libor, margin: 2 %/year, reset: half_year},
         payments: {every: quarter, first: 2001-03-31, end_of_month: true, short_last: join}, grace: 1 year, after_prepayment: recast,
         prepayments: {2003-05-15: 0.5 million USD}, prepayment_fee: 2 %, covenants: {cover: {row: accounts.dscr_12m, at_least: 1.2, test: payment}}}
  abroad: {commitment: 3 million EUR, signed: 2001-02-01, matures: 2005-02-01, rate: 6 %/year, payments: {every: half_year}, grace: 1 year,
           repayment: {style: fixed_payment, payment: 0.5 million EUR}, after_prepayment: recast,
           prepayments: {2002-09-01: 0.2 million EUR, 2003-06-01: 0.1 million EUR}, prepayment_fee: {2002: 3 %, 2003-02-15: 1.5 %}}
  seller: {commitment: 4 million USD, signed: 2001-06-01, matures: 3 years, rate: 7 %/year, payments: {every: half_year}, prepayments: {2002-09-01: 0.3 million USD},
           repayment: {style: custom, schedule: {2002-12-01: 1 million USD, 2003-12-01: 2 million USD, 2004-06-01: 1 million USD}}, after_prepayment: recast}
  offered: {commitment: 1 million USD, signed: 2001-01-01, matures: 3 years, rate: 9 %/year, fees: {upfront: 1 %}}
funding:
  line: {grant: {share: 20 %, after: 5 months}, equity: rest, abroad: 2.5 million EUR, bank: 4 million USD}
  bought: {seller: 3 million USD, cash: 2 million USD}
company: {overhead: 1 million USD/year, may_run_dry: true, gap: [equity], dividends: {2003-12-31: 3 million USD}, equity: {2001-01-31: 2 million USD}}
working_capital: {receivables: {2001: 50 days, 2003: 70 days}, inventory: 40 days, payables: 30 days}
tax: {rate: 30 %, lag: 6 months}
opening: {cash: 2 million USD, receivables: 1.5 million USD, fixed_assets: {value: 5 million USD, life: 8 years}}
claims:
  gap: {says: Nothing is unfunded, measure: funding_gap, at_most: 1 USD, expect: fails}
  share: {says: The end is worth most, measure: terminal_share, above: 50 %}
  paid: {says: Little is paid back, measure: share_paid_back_discounted, below: 90 %}
  free: {says: Lenders add, measure: fcfe_npv, above: 1 USD}
  wait: {says: A grant is waited for, row: accounts.grants_receivable, when: end of 2001, above: 0 USD}
  lent: {says: Debt is low beside earnings, row: accounts.debt_to_ebitda_12m, when: end of 2003, below: 3}
"""
KEYS = {
    "money.discounting": "end_of_period",
    "exchange.EUR.opening": "1.1 USD/EUR",
    "plants.bought.purchase.working_capital.receivables": "1.5 million USD",
    "plants.bought.purchase.working_capital.inventory": "0.6 million USD",
    "plants.bought.purchase.working_capital.payables": "0.5 million USD",
    "working_capital.receivables.2003": "40 days",
    "funding.line.grant.share": "30 %",
    "funding.line.grant.after": "12 months",
    "loans.bank.rate.reset": "payment",
    "loans.bank.payments.short_last": "keep",
    "loans.bank.after_prepayment": "shorten",
    "loans.abroad.after_prepayment": "shorten",
    "loans.seller.after_prepayment": "shorten",
    "loans.bank.covenants.cover.test": "year",
    "loans.bank.covenants.cover.at_least": "9",
}
"""Every such key, and what else it may say."""
NUMBERS = {
    "exchange.EUR.opening": "equity_npv",
    "plants.bought.purchase.working_capital.receivables": "company_npv",
    "plants.bought.purchase.working_capital.inventory": "company_npv",
    "plants.bought.purchase.working_capital.payables": "company_npv",
    "working_capital.receivables": "project_npv",
    "funding.line.grant.share": "equity_npv",
}
"""Those that may be drawn, and a measure that each moves."""
UNLIKE = {"loans.seller.after_prepayment": {"returns.equity_flow", "equity_npv", "equity_irr"}}
"""The loan of a purchase is that of the reference company too: set, there as well; by an option, not."""
MEASURES = (
    "fcfe_npv", "fcfe_irr", "terminal_share", "payback_discounted", "share_paid_back", "share_paid_back_discounted",
    "funding_gap", "min_dscr_by_year", "min_interest_cover_by_year", "max_debt_to_ebitda_by_year",
)  # fmt: skip
ROWS = (
    "self_funded_capex", "cfads_before_capex", "service_funded", "interest_funded", "interest_to_cover", "has_payment",
    "debt_without_ebitda", "dscr_12m", "dscr_before_capex_12m", "interest_cover_12m", "debt_to_ebitda_12m",
    "grants_receivable", "unfunded_uses", "dividends_planned", "prepayments",
)  # fmt: skip


def name_of(path: str) -> str:
    """Return the option that moves one key."""
    return path.replace(".", "_")


TEXT = (
    PLAN + "options:\n" + "".join(f"  {name_of(path)}: {{change: {{{path}: {text}}}}}\n" for path, text in KEYS.items())
)


@cache
def plan() -> Scenario:
    return scenario_of(TEXT, "plan.yaml")


@cache
def base() -> Projection:
    return project(plan())


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("every") / "plan.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def results_of(projection: Projection) -> dict[str, str]:
    """Return all that a plan leads to, as text; the company that does nothing new is that of the plan before options."""
    rows = [path for path in projection.rows if "without_projects." not in path]
    results: dict[str, Any] = {path: projection.value(path).tolist() for path in rows}
    results |= {name: measure.value for name, measure in measures(projection).items()}
    results |= {name: (test.tests, test.untested) for name, test in covenants(projection).items()}
    results |= {"findings": [one.sentence for one in findings(projection)], "claims": outcomes(projection)}
    return {name: str(value) for name, value in results.items()}


def test_the_plan_has_every_row_and_measure_that_is_new() -> None:
    assert {f"accounts.{row}" for row in ROWS} <= set(base().rows)
    assert set(MEASURES) <= set(measures(base()))
    assert base().run_off is not None
    assert path_of_refusal(TEXT) is None  # by the schema


@pytest.mark.parametrize("path", KEYS)
def test_a_key_is_set_laid_over_and_explained_alike_and_moves_something(path: str, file: Path) -> None:
    chosen = results_of(project(plan().with_option(name_of(path))))

    results = results_of(project(read(file, settings=[f"{path}={KEYS[path]}"])))
    assert {name for name in chosen.keys() | results.keys() if results.get(name) != chosen.get(name)} == UNLIKE.get(
        path, set()
    )
    assert chosen != results_of(base())
    use = explain(base(), path)
    assert isinstance(use, Use)
    assert use.inputs[0].place is not None


@pytest.mark.parametrize("path", KEYS)
def test_a_value_that_a_key_does_not_take_is_refused_there(path: str, file: Path) -> None:
    with pytest.raises(ScenarioError, match="`often`") as refusal:
        read(file, settings=[f"{path}=often"])

    assert {problem.path for problem in refusal.value.problems} == {path}
    assert path_of_refusal(f"fibercap: 1\nextends: base\nchange: {{{path}: often}}\n") is not None


@pytest.mark.parametrize("path", NUMBERS)
def test_a_number_is_drawn_and_solved_for(path: str) -> None:
    """Draws equal the plans that they stand for; asked for what a factor of 1.2 leads to, the answer is that factor."""
    moved = lever(plan(), path)
    samples = input_samples([(moved, 1.0), (moved, 1.2)])
    batch, alone = project(plan().with_samples(samples)), project(plan().with_samples(input_samples([(moved, 1.2)])))

    assert alike(batch, 0, base()) == alike(batch, 1, alone) == []
    measure = NUMBERS[path]
    worth = evaluate(plan(), samples, [measure])[measure]
    assert worth[0] != pytest.approx(worth[1], abs=1.0)
    assert any(root.factor == pytest.approx(1.2) for root in solve(plan(), measure, worth[1], path).roots)


def test_every_row_and_measure_is_explained_by_numbers_that_recompute() -> None:
    wrong, count = list[str](), 0
    for path in [path for path in base().rows if ".schedule." not in path]:
        number = result(base(), path, "2005-Q1" if path.startswith("run_off.") else "2003-Q3", depth=1).number
        wrong += off(number)
        count += bool(number.numbers)
    for name in measures(base()):
        wrong += off(result(base(), name).number)

    assert wrong == []
    assert count > 400


def test_results_as_json_and_tables_have_every_row_and_measure(file: Path) -> None:
    printed = json.loads(CliRunner().invoke(cli, ["run", str(file), "--json"]).stdout)
    rows, run_off = printed["rows"], printed["run_off"]["rows"]
    lines = rows_table(base()).csv().decode().splitlines()

    assert set(base().period_rows) == rows.keys()
    assert {
        f"run_off.{row}" for row in ("accounts.dscr_12m", "accounts.debt_to_ebitda_12m", "accounts.cfads_before_capex")
    } <= run_off.keys()
    assert {line.split(",")[0] for line in lines[1:]} >= rows.keys()
    assert printed["measures"].keys() == measures(base()).keys()
    assert [line[0] for line in measures_table(base()).lines] == list(measures(base()))


def test_claims_about_them_flip_where_something_decides_them() -> None:
    flipping = flips(base())

    assert {name for name, outcome in outcomes(base()).items() if not outcome.as_expected} == set()
    assert {name for name, flip in flipping.items() if flip is None} == set()


def test_a_loan_is_sized_beside_them() -> None:
    """The limit is on twelve months at payments: as large as found it is kept, a tenth larger it is broken."""
    limit = 1.05 * measure_named(base(), "min_dscr").values[0]
    sizing = size(plan(), "bank", [Limit("min_dscr", limit)])
    share = sizing.commitment / sizing.present
    larger = evaluate(plan(), input_samples([(sizing.lever, share), (sizing.lever, 1.1 * share)]), ["min_dscr"])[
        "min_dscr"
    ]

    assert share < 1.0
    assert larger[0] >= limit > larger[1]


def test_the_report_has_every_measure_and_chart() -> None:
    options = [name_of(path) for path in ("funding.line.grant.after", "loans.bank.after_prepayment")]
    page = unescape(report(base(), compare(plan(), only=options)).decode())

    assert [name for name, one in measures(base()).items() if one.label not in page] == []
    assert page.count("<svg") >= len(CHARTS) - 1
    assert "not tested" in page
    assert "The bank" in page


def test_the_workbook_has_every_key_and_row_live(tmp_path: Path) -> None:
    """Each option moves one key: every cell is what the engine says, whichever is chosen."""
    content = workbook(plan(), "0.1.0")
    calculator = Recalculator(spoilt(content), tmp_path)
    assert differences(calculator.read(), Recalculator(content, tmp_path).read(evaluate=False)) == []
    for path in KEYS:
        calculator.choose(name_of(path))
        sheets = calculator.read()
        assert disagreements(sheets, project(plan().with_option(name_of(path))), name_of(path)) == [], path
        assert live_measures_unlike(sheets, name_of(path)) == [], path
