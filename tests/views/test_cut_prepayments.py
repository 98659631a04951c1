"""A dated prepayment that cash cuts: the workbook says when inputs would cut it otherwise, and what to."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.workbook import workbook
from tests.sheets import Recalculator, disagreements, inputs_of, spoilt

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: quarter}
money: {report_in: USD, minimum_cash: 1 million USD}
products: {f: {price: 12 USD/km}}
plants: {p: {product: f, capacity: 600_000 km/year, cash_cost: 10 USD/km}}
tax: {rate: 30 %}
opening: {cash: 200_000 USD}
loans:
  term: {commitment: 5 million USD, signed: 2001-01-31, draws: {2001-01-31: 5 million USD}, matures: 4 years, rate: 12 %/year,
         repayment: {style: bullet}, payments: {every: month}, fees: {upfront: 1 %}, prepayments: {2001-03-10: 9 million USD, 2001-06-30: 2 million USD}}
options: {small: {change: {loans.term.prepayments.2001-03-10: 4 million USD}}}
"""
IN_TURN = PLAN.replace(
    "money: {", "exchange: {EUR: {average: 0.9 USD/EUR, closing: {2001: 0.95 USD/EUR, 2002: 1.1 USD/EUR}}}\nmoney: {"
).replace(
    "options:",
    """\
  euros: {commitment: 2 million EUR, signed: 2001-01-31, draws: {2001-01-31: 2 million EUR}, matures: 4 years, rate: 8 %/year,
          repayment: {style: bullet}, payments: {every: quarter}, prepayment_fee: 1 %,
          prepayments: {2001-03-02: 0.2 million EUR, 2001-03-20: 6 million EUR, 2003-02-01: 1 million EUR, 2003-03-01: 9 million EUR}}
options:""",
)
"""Prepayments of two loans in two currencies that fall in one quarter, within the horizon and after it."""
MASTER = ("Checks", 3, 4)


def cuts(calculator: Recalculator, rows: list[int]) -> list[tuple[float, float]]:
    """Return what cuts are by their formula and in use."""
    sheet = calculator.names.index("Derived")
    calculator.model.evaluate()

    def read(row: int, column: int) -> float:
        value: Any = calculator.model.get_cell_value(sheet, row, column)
        return float(value)

    return [(read(row, 5), read(row, 6)) for row in rows]


@cache
def content(text: str) -> bytes:
    return workbook(scenario_of(text), "0.1.0")


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "number", "rounds", "option", "price"),
    [
        (PLAN, 2, 8, "as written", 11.0),
        (PLAN, 2, 8, "as written", 12.6),
        (PLAN, 2, 8, "small", 8.0),
        (IN_TURN, 6, 24, "as written", 12.6),
    ],
)
def test_what_is_found_round_by_round_can_be_found_in_the_workbook(
    text: str, number: int, rounds: int, option: str, price: float, tmp_path: Path
) -> None:
    calculator = Recalculator(spoilt(content(text)), tmp_path)
    plain = calculator.read(evaluate=False)
    rows = [row for row in plain.rows("Derived") if str(plain("Derived", row, 3)).endswith(".cut")]
    cell = inputs_of(plain, option)["products.f.price"]
    columns = [7 + ("as written", "small").index(option) if plain("Derived", row, 7) != "" else 6 for row in rows]
    for by_formula, used in cuts(calculator, rows):
        assert by_formula == pytest.approx(used, abs=1e-6)

    calculator.enter("Inputs", cell.row, cell.column, price)
    calculator.choose(option)
    first = cuts(calculator, rows)
    for _ in range(rounds):
        for row, column, (by_formula, _) in zip(rows, columns, cuts(calculator, rows), strict=True):
            calculator.enter("Derived", row, column, by_formula)
    after = calculator.read()

    assert len(rows) == number
    assert max(abs(by_formula - used) for by_formula, used in first) > 1_000
    scenario = scenario_of(text.replace("price: 12", f"price: {price}"))
    plan = scenario if option == "as written" else scenario.with_option(option)
    assert disagreements(after, project(plan), option) == []
    assert after(*MASTER) == 1
