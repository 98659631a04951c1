"""Workbooks of plans whose lock-ups look ahead: no circular reference, and a stale value is said and can be mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.workbook import workbook
from tests.model.test_payouts import BAD, PLAN, RICH
from tests.sheets import Recalculator, disagreements, inputs_of, spoilt
from tests.views.test_workbook import AS_WRITTEN, options_in, recalculate

LIFE = ", covenants: {cover: {row: accounts.llcr, at_least: 1.05, lock_up: 2.5}}"
YEAR = ", covenants: {cover: {row: accounts.interest_cover_12m, at_least: 1.1, lock_up: 10, test: quarter}}"
MASTER = ("Checks", 3, 4)
REVOLVER = (
    "  line: {commitment: 5 million USD, signed: 2000-12-31, matures: 4 years, rate: 7 %/year,"
    " repayment: {style: revolver}}\ntax: {rate: 30 %}\n"
)


def text(terms: str, *, money: str = "", company: str = "", more: str = "") -> str:
    plain = PLAN.format(payouts="every: quarter", price=BAD, company=company, opening=RICH, terms=terms) + more
    return plain.replace("minimum_cash: 1 million USD", f"minimum_cash: 1 million USD{money}")


INTEREST = text(LIFE, money=", interest_on_cash: 4 %/year")
PLANS = {
    "payouts held back in the first period": text(YEAR),
    "cover that no payout moves": text(LIFE),
    "interest on cash": INTEREST,
    "a revolver": text(LIFE, company=", gap: [line]", more=REVOLVER),
    "a draw stop": text(
        LIFE,
        company=", gap: [line]",
        more=REVOLVER.replace(
            "{style: revolver}",
            "{style: revolver}, draw_stop: true, covenants: {stop: {row: accounts.llcr, at_least: 2, test: period}}",
        ),
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_every_cell_recalculates_to_the_engine(name: str, tmp_path: Path) -> None:
    scenario = scenario_of(PLANS[name])
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path).read()

    assert disagreements(sheets, project(scenario), AS_WRITTEN) == []


def test_what_looks_ahead_to_itself_stands_as_a_value_and_nothing_else_does(tmp_path: Path) -> None:
    row = "loans.bank.covenants.cover.locked"
    kinds = {}
    for name in ("cover that no payout moves", "interest on cash"):
        sheets = Recalculator(workbook(scenario_of(PLANS[name]), "0.1.0"), tmp_path).read(evaluate=False)
        kinds[name] = next(
            sheets("Loans", place, 4) for place in sheets.rows("Loans") if sheets("Loans", place, 3) == row
        )

    assert kinds["cover that no payout moves"] == "formula"
    assert kinds["interest on cash"] == "value: looks ahead to cash that it bars"


def test_each_option_has_its_values(tmp_path: Path) -> None:
    options = "options:\n  strict: {change: {loans.bank.covenants.cover.lock_up: 3}}\n  lax: {change: {loans.bank.covenants.cover.lock_up: 1.5}}\n"
    scenario = scenario_of(INTEREST + options)
    calculator = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path)

    assert options_in(calculator.read()) == [AS_WRITTEN, "strict", "lax"]
    for option in ("strict", "lax", AS_WRITTEN):
        plan = scenario if option == AS_WRITTEN else scenario.with_option(option)
        assert disagreements(recalculate(calculator, option), project(plan), option) == []


def test_a_changed_input_makes_the_check_say_so_until_the_value_is_typed(tmp_path: Path) -> None:
    calculator = Recalculator(spoilt(workbook(scenario_of(INTEREST), "0.1.0")), tmp_path)
    plain, path, price = calculator.read(), "loans.bank.covenants.cover.locked", 30.0
    cell = inputs_of(plain, AS_WRITTEN)["products.fiber.price.2003"]
    check = next(row for row in plain.rows("Checks") if plain("Checks", row, 6) == path)
    line = next(row for row in plain.rows("Loans") if plain("Loans", row, 3) == path)
    assert plain(*MASTER) == 1

    calculator.enter("Inputs", cell.row, cell.column, price)
    stale = calculator.read()
    assert stale(*MASTER) == 0
    assert stale("Checks", check, 4) == 0

    for _ in range(20):
        gaps = [calculator.read()("Checks", check, 7 + number) for number in range(16)]
        if not any(gaps):
            break
        for number, gap in enumerate(gaps):
            calculator.enter("Loans", line, 7 + number, calculator.read()("Loans", line, 7 + number) - gap)
    mended = scenario_of(INTEREST.replace("2003: 19 USD/km", f"2003: {price} USD/km"))
    assert disagreements(calculator.read(), project(mended), AS_WRITTEN) == []
