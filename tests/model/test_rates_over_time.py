"""Rates of exchange that grow or lie on straight lines, on average and from day to day, in every reader."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.timeline import month_end, month_number
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.movable_inputs import lever
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, spoilt
from tests.sheets import disagreements as unlike_sheets

PLAN = """
fibercap: 1
id: abroad
horizon: {{from: {begins}, to: {ends}, step: {step}, year_ends: {month}}}
money: {{report_in: USD}}
indices: {{ppp: {{2000: 1 %/year, 2002: 2 %/year, 2003-05: 4 %/year}}}}
exchange: {{EUR: {rates}}}
products: {{fiber: {{price: 45 EUR/km}}}}
plants: {{works: {{product: fiber, capacity: 1200 km/year, cash_cost: 20 USD/km}}}}
loans:
  bank: {{commitment: 900 EUR, signed: 2001-02-28, matures: 2006-12-31, rate: 6 %/year, fees: {{upfront: 1 %}},
         payments: {{every: quarter, first: 2001-03-31, end_of_month: true}}, draws: {{2001-02-28: 900 EUR}}}}
"""
LINEAR = (
    "{average: {2001: 0.9 USD/EUR, 2002: 1 USD/EUR, 2002-07: 0.8 USD/EUR, interpolate: linear}, opening: 0.85 USD/EUR}"
)
RATES = (
    "{average: {2001: 0.9 USD/EUR, 2002: 1 USD/EUR, growth: 5 %/year}}",
    "{average: {2001: 0.9 USD/EUR, growth: {rate: ppp, every: month}}, opening: 0.8 USD/EUR}",
    "{average: {2001: 0.9 USD/EUR, growth: 5 %/year}, closing: {2001: 1 USD/EUR, 2002-09: 1.1 USD/EUR, growth: ppp}}",
    "{average: 0.9 USD/EUR, closing: {2001: 1 USD/EUR, growth: {rate: 3 %/year, every: month}}}",
    LINEAR,
    "{average: 0.9 USD/EUR, closing: {2001-03: 1 USD/EUR, 2001-09: 1.1 USD/EUR, 2003: 0.7 USD/EUR, interpolate: linear}}",
    "{average: {2001: 0.9 USD/EUR, 2002-04: 1 USD/EUR, 2003: 1.2 USD/EUR, interpolate: none}, opening: 0.8 USD/EUR}",
    "{average: 0.9 USD/EUR, closing: {2001-Q1: 0.8 USD/EUR, 2001: 0.9 USD/EUR, 2003: 1 USD/EUR, interpolate: none}}",
)


def plan(rates: str, step: str = "month", begins: str = "2001", ends: str = "2004", month: str = "December") -> str:
    return PLAN.format(rates=rates, step=step, begins=begins, ends=ends, month=month)


def closings(rates: str) -> dict[date, float]:
    """Return the rate at the end of each month, of the horizon and, as the loan pays it, of its quarters after that."""
    projection = project(scenario_of(plan(rates)))
    values = projection.value("exchange.EUR.closing")[0].tolist()
    schedule = projection.blocks["loans.bank.schedule"]
    days = [month_end(int(month)) for month in schedule.values["loans.bank.schedule.month"]]
    events = schedule.values["loans.bank.schedule.exchange"].tolist()
    later = dict(zip(days, events, strict=True))
    found = dict(zip(projection.timeline.dates, values, strict=True))
    assert all(later[day] == pytest.approx(found[day], rel=1e-12) for day in later if day in found)
    return later | found


def test_a_closing_rate_grows_after_its_last_day_each_january() -> None:
    found = closings("{average: 0.9 USD/EUR, closing: {2001: 1 USD/EUR, 2002: 1.1 USD/EUR, growth: 5 %/year}}")

    assert found[date(2002, 12, 31)] == 1.1
    assert [found[month_end(24036 + month)] for month in (1, 12)] == [pytest.approx(1.155)] * 2
    assert found[date(2004, 1, 31)] == pytest.approx(1.1 * 1.05**2)
    assert found[date(2006, 12, 31)] == pytest.approx(1.1 * 1.05**4)  # after the horizon too


def test_a_closing_rate_grows_in_equal_steps_from_the_month_after_its_day() -> None:
    found = closings("{average: 0.9 USD/EUR, closing: {2001-06: 1 USD/EUR, growth: {rate: 6 %/year, every: month}}}")

    assert found[date(2001, 6, 30)] == 1.0
    for months in (1, 5, 12, 40, 66):
        assert found[month_end(24018 + months)] == pytest.approx(1.06 ** (months / 12), rel=1e-12)
    assert {day: month_number(day) for day in found if day == date(2006, 12, 31)} == {date(2006, 12, 31): 24084}


def test_averages_that_grow_are_rates_of_days_too_and_agree_with_their_means() -> None:
    rates = "{average: {2001: 0.9 USD/EUR, growth: ppp}}"
    found, projection = closings(rates), project(scenario_of(plan(rates)))

    average = projection.timeline.annual(projection.value("exchange.EUR.average")[0], "rate")
    by_hand = [0.9, 0.9 * 1.02, 0.9 * 1.02 * 1.02, 0.9 * 1.02 * 1.02 * 1.04]  # 2003 begins before May
    assert [float(value) for value in average.values()] == pytest.approx(by_hand)
    for year, rate in zip((2001, 2002, 2003, 2004), by_hand, strict=True):
        assert [found[month_end(12 * year + month)] for month in range(1, 13)] == pytest.approx([rate] * 12)


def test_straight_lines_between_averages_begin_with_their_keys() -> None:
    found = closings(LINEAR)

    assert found[date(2001, 12, 31)] == pytest.approx(1.0)
    assert found[date(2001, 6, 30)] == pytest.approx(0.9 + 0.1 * 181 / 365)
    assert found[date(2002, 3, 31)] == pytest.approx(1.0 - 0.2 * 90 / 181)
    assert found[date(2004, 12, 31)] == pytest.approx(0.8)
    average = project(scenario_of(plan(LINEAR))).value("exchange.EUR.average")[0]
    assert average[[0, 12, 30]] == pytest.approx([0.9 + 0.1 / 24, 1 - 0.2 / 12, 0.8])


def test_none_holds_closing_rates_by_year_through_their_time() -> None:
    found = closings(RATES[-1])

    assert [found[month_end(24012 + month)] for month in (1, 3, 4, 24, 25, 36)] == [0.8, 0.8, 0.9, 0.9, 1.0, 1.0]


@pytest.mark.parametrize("rates", RATES)
@pytest.mark.parametrize("step", ["month", "year"])
def test_formulas_give_the_same_rates(rates: str, step: str) -> None:
    assert disagreements(project(scenario_of(plan(rates, step)))) == []


def sheets_of(text: str, folder: Path) -> tuple[list[str], Projection]:
    scenario = scenario_of(text)
    projection = project(scenario)
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), folder).read()
    return unlike_sheets(sheets, projection, "As written"), projection


def test_the_workbook_recalculates_rates_that_grow_and_lie_on_lines(tmp_path: Path) -> None:
    others = (
        "{average: {FY2001: 1.5 USD/GBP, FY2002: 1.6 USD/GBP, growth: ppp, interpolate: linear}, opening: 1.4 USD/GBP}"
    )
    rates = RATES[3] + f", GBP: {others}, CHF: {RATES[2].replace('EUR', 'CHF')}"
    text = plan(rates, "quarter", "2000-10", "2004-09", "September").replace(
        "cash_cost: 20 USD/km", "cash_cost: 20 GBP/km"
    )
    text = text.replace("0.9 USD/EUR, closing: {2001", "0.9 USD/EUR, closing: {2000-12").replace(
        "capacity: 1200", "fixed_cost: 90 CHF/year, capacity: 1200"
    )
    text = text.replace("CHF: {average: {2001:", "CHF: {average: {2000:")

    unlike, projection = sheets_of(text, tmp_path)

    assert unlike == []
    assert disagreements(projection) == []


def test_samples_of_growth_of_exchange_are_members_of_their_batch() -> None:
    scenario = scenario_of(plan(RATES[2]))
    drawn = {
        "exchange.EUR.closing.2002-09": ("USD/EUR", [1.0, 1.2, 0.7]),
        "exchange.EUR.average.growth": ("1/year", [0.05, -0.1, 0.2]),
        "indices.ppp.2003-05": ("1/year", [0.04, 0.0, 0.12]),
    }
    batch = project(scenario.with_samples(drawn))
    for number in range(3):
        one = {path: (unit, [values[number]]) for path, (unit, values) in drawn.items()}
        alone = project(scenario.with_samples(one))
        for row in ("exchange.EUR.average", "exchange.EUR.closing", "accounts.cash"):
            assert np.array_equal(batch.value(row)[number], alone.value(row)[0]), row
    assert lever(scenario, "exchange.EUR.average.growth").value_at(2.0) == 0.1


def test_growth_of_exchange_by_an_index_that_begins_too_late() -> None:
    text = plan("{average: {1999: 0.9 USD/EUR, growth: ppp}}").replace("2000: 1", "2001: 1")
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text)
    assert [p.path for p in caught.value.problems] == ["exchange.EUR.average.growth"]
    assert "add a rate for 2000 under `indices.ppp`" in str(caught.value)
