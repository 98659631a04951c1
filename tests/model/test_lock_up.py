"""Lock-up: dividends are barred by the last test before them, and by nothing that they bring about themselves."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements
from tests.written import replace_parts

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2006, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2003: 26 USD/km, 2005: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
loans:
  bank:
    commitment: 5 million USD
    signed: 2001-01-01
    matures: 5 years
    rate: 8 %/year
    draws: {2001-01-01: 5 million USD}
    covenants: {cover: {row: accounts.dscr, at_least: 0.9, lock_up: 1.3}}
company:
  dividends: {2002-06-30: 0.3 million USD, 2003-06-30: 0.3 million USD, 2004-06-30: 0.3 million USD, 2005-03-31: 0.3 million USD,
              2006-02-28: 0.3 million USD}
opening: {cash: 5 million USD}
"""
DUE = (5, 9, 13, 16, 20)
REVOLVER = "  line: {commitment: 4 million USD, signed: 2001-01-01, matures: 6 years, rate: 7 %/year, repayment: {style: revolver}}\n"


def run(*changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(PLAN, *changes)))


def dividends_of(projection: Projection) -> list[float]:
    return [float(projection.value("accounts.dividends")[0, index]) / 1e6 for index in DUE]


def test_a_dividend_is_barred_by_the_last_test_before_it() -> None:
    """Cover is below 1.3 in 2003 and 2004, so the dividends of 2004 and 2005 are not paid; in 2006 nothing is owed."""
    projection = run()
    dscr = projection.by("accounts.dscr")

    assert [year for year, value in dscr.items() if value[0] < 1.3] == ["2003", "2004"]
    assert dividends_of(projection) == pytest.approx([0.3, 0.3, 0.0, 0.0, 0.3])
    assert projection.value("accounts.dividends_barred").sum() == pytest.approx(0.6e6)


def test_what_is_barred_stays_in_cash() -> None:
    with_lock, without = run(), run((", lock_up: 1.3", ""))

    more = with_lock.value("accounts.cash")[0, -1] - without.value("accounts.cash")[0, -1]
    assert more == pytest.approx(0.6e6)
    assert with_lock.laws["balance"] < 1e-3


def test_a_ratio_of_payments_is_tested_on_each_of_them() -> None:
    """By payment the cover is low from the first quarter of 2003 on, so June 2003 is barred too."""
    projection = run(("row: accounts.dscr", "row: loans.bank.dscr"))

    assert dividends_of(projection) == pytest.approx([0.3, 0.0, 0.0, 0.0, 0.3])


def test_a_level_may_be_a_ceiling() -> None:
    projection = run(("row: accounts.dscr, at_least: 0.9, lock_up: 1.3", "row: accounts.debt, at_most: 6 million USD, lock_up: 3.5 million USD"))  # fmt: skip

    debt = [float(value[0]) for value in projection.by("accounts.debt").values()]
    assert [owed > 3.5e6 for owed in debt] == [True, False, False, False, False, False]
    assert dividends_of(projection) == pytest.approx([0.0, 0.3, 0.3, 0.3, 0.3])


def test_debt_without_earnings_bars_dividends() -> None:
    projection = run(
        ("row: accounts.dscr, at_least: 0.9, lock_up: 1.3", "row: accounts.debt_to_ebitda, at_most: 9, lock_up: 8"),
        ("2003: 26 USD/km", "2003: 15 USD/km"),
    )

    assert dividends_of(projection) == pytest.approx([0.3, 0.3, 0.0, 0.0, 0.3])
    assert disagreements(projection) == []


def test_formulas_of_a_lock_up_equal_their_kernels() -> None:
    assert disagreements(run()) == []
    assert disagreements(run(("row: accounts.dscr", "row: loans.bank.dscr"), ("loans:\n", f"loans:\n{REVOLVER}"))) == []


def test_with_a_revolver_a_barred_dividend_changes_later_tests_and_they_later_dividends() -> None:
    """What is not paid is not drawn on the revolver, whose interest would count; the end is where both agree."""
    low_cash = ("opening: {cash: 5 million USD}", "opening: {cash: 0.2 million USD}")
    projection = run(
        ("loans:\n", f"loans:\n{REVOLVER}"),
        low_cash,
        ("5 million USD\n", "4 million USD\n"),
        ("5 million USD}\n    cov", "4 million USD}\n    cov"),
    )
    dscr, locked = projection.value("accounts.dscr")[0], projection.value("loans.bank.covenants.cover.locked")[0]

    for index in DUE:
        tests = dscr[:index][np.isfinite(dscr[:index])]
        owed = projection.value("loans.bank.closing")[0, index - 1] > 0
        bars = bool(len(tests)) and tests[-1] < 1.3 and owed
        assert (projection.value("accounts.dividends")[0, index] == 0.0) == bars
        assert locked[index - 1] == float(bars)


def test_a_batch_locks_up_each_draw_on_its_own() -> None:
    scenario = scenario_of(PLAN)
    prices = np.array([[20.0], [26.0], [40.0]])
    together = project(scenario.with_samples({"products.fiber.price.2003": Quantity(prices, "USD/km")}))

    for row, price in enumerate(prices[:, 0]):
        alone = run(("2003: 26 USD/km", f"2003: {price} USD/km"))
        assert together.value("accounts.dividends")[row] == pytest.approx(alone.value("accounts.dividends")[0])
    assert together.value("accounts.dividends_barred").sum(axis=-1) == pytest.approx([0.6e6, 0.6e6, 0.0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{row: accounts.dscr, at_least: 1.4, lock_up: 1.3}", "found a level that is not above the limit, wanted one at or above it"),
        ("{row: accounts.dscr, at_most: 1.2, lock_up: 1.3}", "found a level that is not below the limit"),
        ("{measure: min_dscr, at_least: 1, lock_up: 1.3}", "name the `row` on which it is tested, date by date"),
        ("{row: accounts.dscr, lock_up: 1.3}", "found no limit"),
        ("{row: accounts.dscrs, at_least: 1, lock_up: 1.3}", "which matches no row of loans or accounts, wanted one of theirs; did you mean `accounts.dscr`"),
        ("{row: accounts.cfads, at_least: 1 USD, lock_up: 2 USD}", "neither a balance nor a ratio"),
        ("{row: accounts.dscr, at_least: 1, lock_up: 2 USD}", "found an amount of money, wanted a number without a unit"),
    ],
)  # fmt: skip
def test_a_lock_up_that_cannot_be_tested_is_refused(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)) as error:
        run(("{row: accounts.dscr, at_least: 0.9, lock_up: 1.3}", text))

    assert "loans.bank.covenants.cover" in str(error.value)


def test_a_lock_up_that_bars_what_it_depends_on_is_reported() -> None:
    """Paid, the dividend leaves a revolver to be drawn in 2006, so that the cash flow of 2007 counts to the last payment."""
    with pytest.raises(
        FibercapError, match=r"cover\.lock_up` never settles: it bars dividends on which it depends itself"
    ):
        run(
            ("row: accounts.dscr, at_least: 0.9, lock_up: 1.3", "row: accounts.loan_life_worth, at_most: 90 million USD, lock_up: 1 million USD, test: period"),
            ("loans:\n", f"loans:\n{REVOLVER.replace('6 years', '7 years')}"),
            ("2003: 26 USD/km, 2005: 40 USD/km", "2003: 26 USD/km, 2005: 20.5 USD/km, 2006: 17 USD/km, 2007: 80 USD/km"),
            ("2005-03-31: 0.3 million USD", "2005-03-31: 26 million USD"),
        )  # fmt: skip
