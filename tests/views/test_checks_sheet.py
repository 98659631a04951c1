"""The sheet of checks in years after the horizon: laws, and cash that inputs take below zero."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fibercap.model.laws.all_laws import IDLE, LAWS
from fibercap.model.laws.law_texts import law_texts
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.findings import dry
from fibercap.views.workbook.check_sheet import WORDS
from fibercap.views.workbook.workbook import workbook
from tests.sheets import Recalculator, Sheets, disagreements, inputs_of, spoilt

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD}
exchange: {EUR: {average: 0.9 USD/EUR, opening: 0.9 USD/EUR, closing: {2001: 0.95 USD/EUR, 2004: 1.1 USD/EUR}}}
products: {fiber: {price: {2001: 50 USD/km, 2004: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 30 USD/km}}
projects: {line: {plant: works, adds: 100_000 km/year, capex: 6 million USD, complete: 2002-06-30, spend: {2001: 50 %, 2002: 50 %}}}
funding: {line: {grant: {share: 10 %, after: 24 months}, bank: 3 million USD, equity: rest}}
working_capital: {receivables: 60 days, payables: 30 days}
loans:
  bank: {commitment: 3 million USD, signed: 2001-01-15, matures: 5 years, rate: 8 %/year, repayment: {style: bullet}, fees: {upfront: 1 %}}
  euro: {outstanding: 2 million EUR, remaining: 5 years, rate: 6 %/year, repayment: {style: equal_principal}}
tax: {rate: 30 %}
opening: {cash: 4 million USD, fixed_assets: 9 million USD}
options: {short: {change: {loans.bank.matures: 3 years}}}
"""
LATER = "Cash is never negative after the horizon, while loans run off"


@pytest.fixture(scope="module")
def content() -> bytes:
    return workbook(scenario_of(PLAN), "0.1.0")


def with_price(price: float) -> Scenario:
    """Return the plan with another price after the horizon."""
    return scenario_of(PLAN.replace("2004: 40 USD", f"2004: {price} USD"))


def checks_on(sheets: Sheets) -> dict[str, float]:
    """Return whether each law is kept and each warning silent, by its words and row."""
    rows = {row: (str(sheets("Checks", row, 1)), str(sheets("Checks", row, 6))) for row in sheets.rows("Checks")}
    return {" ".join(text).strip(): sheets("Checks", row, 4) for row, text in rows.items() if row > 8}


def test_every_law_by_period_stands_for_the_years_after_the_horizon_too(content: bytes, tmp_path: Path) -> None:
    laws = list(law_texts(project(scenario_of(PLAN))))
    by_period = {(law.law, law.row) for law in laws if not law.as_total and law.law not in IDLE}
    later = {(law.law, law.row.removeprefix("run_off.")) for law in laws if law.row.startswith("run_off.")}
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert later == by_period
    assert {"cash", "balance", "owners", "loans_carry", "exchange", "grants", "billed"} <= {law for law, _ in later}
    written = {str(sheets("Checks", row, 6)) for row in sheets.rows("Checks")}
    assert {f"run_off.{row}" for _, row in later} <= written
    assert disagreements(sheets, project(scenario_of(PLAN)), "as written") == []
    assert set(checks_on(sheets).values()) <= {1, "", "Kept"}


@pytest.mark.parametrize(
    "path", ["accounts.cash", "loans.bank.closing", "accounts.total_assets", "plants.works.output"]
)
def test_a_formula_spoilt_after_the_horizon_breaks_a_law_there(path: str, content: bytes, tmp_path: Path) -> None:
    plain = Recalculator(content, tmp_path).read(evaluate=False)
    row = next(row for row in plain.rows("Run-off 1") if plain("Run-off 1", row, 3) == f"run_off.{path}")
    number = 1 + list(plain.cells).index("Run-off 1")

    def spoil(name: str, text: bytes) -> bytes:
        if name != f"xl/worksheets/sheet{number}.xml":
            return text
        cell = re.search(rb'(<c r="H%d"[^>]*>)<f[^>]*?(/>|>[^<]*</f>)' % row, text)
        assert cell is not None
        return text.replace(cell[0], cell[1] + b"<f>12345678+G%d</f>" % row)

    document = checks_on(Recalculator(spoilt(content, spoil), tmp_path).read())

    broken = {words for words, kept in document.items() if kept == 0}
    assert any(words.endswith(f"after the horizon run_off.{path}") for words in broken)


def test_that_nothing_is_paid_out_is_a_law_whichever_of_several_lock_ups_bars_it(tmp_path: Path) -> None:
    """The law reads whole rows: the highest of several flags in each period is made by arithmetic."""
    lock = "covenants: {cover: {row: accounts.interest_cover_12m, at_least: 0.1, lock_up: %d, test: quarter}}"
    third = "outstanding: 1 million USD, remaining: 5 years, rate: 6 %/year, repayment: {style: bullet}"
    text = PLAN.replace("fees: {upfront: 1 %}}", f"fees: {{upfront: 1 %}}, {lock % 2}}}")
    text = text.replace(
        "repayment: {style: equal_principal}}",
        f"repayment: {{style: equal_principal}}, {lock % 500}}}\n  third: {{{third}, {lock % 3}}}",
    )
    plan = scenario_of(f"{text}company: {{payouts: {{first: 2001-03-31, every: quarter, keep: 1 million USD}}}}\n")
    content, projection = workbook(plan, "0.1.0"), project(plan)
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert projection.value("loans.euro.covenants.cover.locked").max() == 1
    assert projection.value("loans.third.covenants.cover.locked").max() == 0
    assert disagreements(sheets, projection, "as written") == []
    assert set(checks_on(sheets).values()) <= {1, "", "Kept"}


@pytest.mark.parametrize("option", ["as written", "short"])
@pytest.mark.parametrize("price", [45.0, 28.0, 15.0])
def test_cash_below_zero_after_the_horizon_is_reported_as_inputs_change(
    price: float, option: str, content: bytes, tmp_path: Path
) -> None:
    calculator = Recalculator(spoilt(content), tmp_path)
    sheets = calculator.read()
    cell = inputs_of(sheets, option)["products.fiber.price.2004"]
    calculator.enter("Inputs", cell.row, cell.column, price)
    calculator.choose(option)

    after, scenario = calculator.read(), with_price(price)
    result = dry(project(scenario if option == "as written" else scenario.with_option(option)))

    assert checks_on(after)[LATER] == (0 if any(one.after_horizon for one in result) else 1)
    assert after("Checks", 3, 4) == 1
    warned = next(row for row in after.rows("Cover") if after("Cover", row, 1) == "Warnings to look at")
    assert after("Cover", warned, 2) == sum(value == 0 for value in checks_on(after).values())


def test_some_price_takes_cash_below_zero_after_the_horizon_and_not_before() -> None:
    result = dry(project(with_price(15.0)))

    assert [one.after_horizon for one in result] == [True]


def test_every_law_has_words_in_the_sheet() -> None:
    assert set(WORDS) >= set(LAWS)
