"""Plans with thousands of plants, rates and prepayments: work and values grow with them, not with their square."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from fibercap.core.calendar import serial
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of

PLAN = """
fibercap: 1
horizon: {{from: 2000, to: {to}, step: {step}}}
money: {{report_in: USD, discount_rate: 10 %/year}}
products: {{fiber: {{price: 40 USD/km}}}}
opening: {{cash: 900 million USD}}
plants:
{plants}
"""
PLANT = "  plant_{k}: {{product: fiber, capacity: 1_000 km/year, cash_cost: 15 USD/km}}"
FIRST = date(2000, 1, 1)


def plan(*more: str, plants: int = 1, step: str = "month", to: int = 2001) -> Projection:
    listed = "\n".join(PLANT.format(k=k) for k in range(plants))
    return project(scenario_of(PLAN.format(plants=listed, step=step, to=to) + "\n".join(more)))


def loan(*more: str, style: str = "level", years: int = 2) -> list[str]:
    terms = f"    outstanding: 8 million USD\n    remaining: {years} years\n    repayment: {{style: {style}}}"
    return ["loans:", "  bank:", terms, *more]


def by_day(number: int, value: str) -> list[str]:
    return [f"      {FIRST + timedelta(days=k)}: {value.format(5 + k % 7 / 10)}" for k in range(number)]


@pytest.mark.long
def test_more_than_a_thousand_plants_are_projected() -> None:
    projection = plan(plants=1_050, step="year")
    assert projection.value("accounts.shipments") == pytest.approx(1_050 * 1_000.0)


def test_a_level_loan_keeps_discount_factors_of_the_rates_that_set_a_payment_alone() -> None:
    for number in (365, 731):
        rate = ["    rate:", "      1999-12-31: 5 %/year", *by_day(number, "{} %/year")]
        rows = [row for row in plan(*loan(*rate)).rows if row.startswith("loans.bank.schedule.annuity_")]
        assert 3 <= len(rows) <= 8


def test_a_level_loan_with_rates_by_day_pays_what_the_rate_of_the_day_asks_for() -> None:
    rate = ["    rate:", "      1999-12-31: 5 %/year", *by_day(731, "{} %/year")]
    projection = plan(*loan(*rate))
    opening, counted, rate_then, repays, installment = (
        projection.value(f"loans.bank.schedule.{row}")[0]
        for row in ("opening", "counted", "rate", "repays", "installment")
    )
    due = np.flatnonzero(repays)
    quarterly, later = rate_then[due] / 4, np.arange(len(due))[::-1]
    owed = opening[due] + counted[due]
    asked = owed / (1 + (1 - (1 + quarterly) ** -later) / quarterly)
    assert len(set(quarterly)) == 4
    assert installment[due[:-1]] == pytest.approx(asked[:-1])


@pytest.mark.long
def test_prepayments_are_paid_on_their_days() -> None:
    number = 1_100
    lines = ["    rate: 7 %/year", "    prepayments:", *by_day(number, "100 USD")]
    projection = plan(*loan(*lines, years=4), to=2003)
    dates, prepaid = (projection.value(f"loans.bank.schedule.{row}") for row in ("date", "prepaid"))
    first = serial(FIRST)
    expected = np.where((dates >= first) & (dates < first + number), 100.0, 0.0)
    assert prepaid == pytest.approx(expected)
