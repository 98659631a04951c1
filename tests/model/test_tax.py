"""Tax by calendar year; losses carried forward, limited and expiring; cash lifted to the minimum."""

from __future__ import annotations

import numpy as np
import pytest

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import disagreements

PRICES = "{2000: 5 USD/km, 2001: 12 USD/km, 2002: 14 USD/km, 2003: 40 USD/km}"


def run(tax: str, step: str = "month", extra: str = "opening: {cash: 20 million USD}\n") -> Projection:
    """Income of -5, 2, 4, 30, 30 million a year."""
    return project(
        scenario_of(
            f"fibercap: 1\nhorizon: {{from: 2000, to: 2004, step: {step}}}\nmoney: {{report_in: USD, minimum_cash: 1 million USD}}\n"
            f"products: {{f: {{price: {PRICES}}}}}\n"
            "plants: {p: {product: f, capacity: 1 million km/year, cash_cost: 10 USD/km}}\n"
            f"tax: {{{tax}}}\n{extra}"
        )
    )


def taxes(projection: Projection, row: str = "accounts.tax") -> list[float]:
    return [round(float(value[0]) / 1e6, 6) for value in projection.by(row).values()]


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
@pytest.mark.parametrize(
    ("tax", "expected"),
    [
        ("rate: 30 %", [0, 0, 0.3, 9, 9]),
        ("rate: 30 %, use_at_most: 50 %", [0, 0.3, 0.6, 8.4, 9]),
        ("rate: 30 %, expire: 1 year", [0, 0, 1.2, 9, 9]),
        ("rate: 30 %, expire: 2 years", [0, 0, 0.3, 9, 9]),
        ("rate: 30 %, expire: 2 years, use_at_most: 50 %", [0, 0.3, 0.6, 9, 9]),
        ("rate: {2000: 30 %, 2003: 20 %}", [0, 0, 0.3, 6, 6]),
    ],
)
def test_losses_are_carried_forward_alike_in_every_step(step: str, tax: str, expected: list[float]) -> None:
    assert taxes(run(tax, step)) == pytest.approx(expected)


def test_losses_of_before_the_horizon_count_and_expire() -> None:
    opening = "opening: {cash: 20 million USD, tax_losses: 10 million USD}\n"

    assert taxes(run("rate: 30 %", extra=opening)) == pytest.approx([0, 0, 0, 30 * 0.3 - 9 * 0.3, 9])
    assert taxes(run("rate: 30 %, expire: 3 years", extra=opening)) == pytest.approx([0, 0, 0, 9 - 0.3 * 5, 9])


def test_within_a_year_tax_may_fall_again() -> None:
    prices = PRICES.replace("2000: 5 USD/km", "2000: 20 USD/km, 2000-07: 0 USD/km")
    projection = project(
        scenario_of(
            "fibercap: 1\nhorizon: {from: 2000, to: 2000}\nmoney: {report_in: USD}\n"
            f"products: {{f: {{price: {prices.split(', 2001')[0]}}}}}}}\n"
            "plants: {p: {product: f, capacity: 1.2 million km/year, cash_cost: 10 USD/km}}\ntax: {rate: 30 %}\n"
        )
    )

    by_month = projection.value("accounts.tax")[0] / 1e6
    assert by_month == pytest.approx([0.3] * 6 + [-0.3] * 6)


def test_tax_is_paid_later_and_owed_until_then() -> None:
    projection = run("rate: 30 %, lag: 1 year")

    assert taxes(projection, "accounts.tax_paid") == pytest.approx([0, 0, 0, 0.3, 9])
    assert taxes(projection, "accounts.tax_payable") == pytest.approx([0, 0, 0.3, 9, 9])


def test_equity_called_holds_cash_at_the_minimum() -> None:
    extra = "company: {gap: [equity]}\nopening: {cash: 2 million USD}\n"
    projection = run("rate: 30 %", extra=extra)

    cash = projection.value("accounts.cash")[0]
    assert cash.min() == pytest.approx(1e6)
    assert projection.value("accounts.equity_for_cash").sum() == pytest.approx(4e6)
    assert projection.value("accounts.paid_in_capital")[0, -1] == pytest.approx(4e6)


def test_without_a_gap_clause_cash_may_fall_below_zero() -> None:
    projection = run("rate: 30 %", extra="opening: {cash: 2 million USD}\n")

    assert projection.value("accounts.cash")[0].min() == pytest.approx(-3e6)


def test_dated_equity_and_dividends_move_on_their_dates() -> None:
    extra = "company: {equity: {2000-03-15: 3 million USD}, dividends: {2003-12-31: 2 million USD}}\nopening: {cash: 9 MUSD}\n"
    projection = run("rate: 30 %", extra=extra)

    moved = (
        np.flatnonzero(projection.value("accounts.equity_paid_in")[0]),
        np.flatnonzero(projection.value("accounts.dividends")[0]),
    )
    assert [list(m) for m in moved] == [[2], [47]]
    earned = projection.value("accounts.net_income")[0].sum() - 2e6
    opening = 9e6
    assert projection.value("accounts.retained_earnings")[0, -1] == pytest.approx(opening + earned)


def test_a_lag_beyond_the_horizon_pays_nothing_in_it() -> None:
    projection = project(read("fibercore", settings=["tax.lag=60 months"]))
    late = project(read("fibercore", settings=["tax.lag=84 months"]))

    assert projection.value("accounts.tax_paid").sum() == 0
    assert late.value("accounts.tax_paid").sum() == 0
    assert late.value("accounts.tax").sum() > 0


@pytest.mark.parametrize("step", ["month", "quarter"])
@pytest.mark.parametrize("years", [1, 2, 3])
def test_losses_expire_alike_in_both_witnesses_where_a_horizon_starts_within_a_year(step: str, years: int) -> None:
    text = (
        f"fibercap: 1\nhorizon: {{from: 2001-07, to: 2006, step: {step}}}\nmoney: {{report_in: USD}}\n"
        "products: {f: {price: {2001: 5 USD/km, 2003: 30 USD/km}}}\n"
        "plants: {p: {product: f, capacity: 100_000 km/year, cash_cost: 10 USD/km}}\n"
        f"opening: {{cash: 9 million USD, tax_losses: 50 million USD}}\ntax: {{rate: 30 %, expire: {years} years}}\n"
    )

    assert disagreements(project(scenario_of(text))) == []
