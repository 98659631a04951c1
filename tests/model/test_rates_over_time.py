"""Rates of exchange that grow or lie on straight lines, on average and from day to day, in every reader."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.timeline import month_end, month_number
from fibercap.model.loans import schedule
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, scenario_of
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
    results = dict(zip(projection.timeline.dates, values, strict=True))
    assert all(later[day] == pytest.approx(results[day], rel=1e-12) for day in later if day in results)
    return later | results


def test_a_closing_rate_grows_after_its_last_day_each_january() -> None:
    values = closings("{average: 0.9 USD/EUR, closing: {2001: 1 USD/EUR, 2002: 1.1 USD/EUR, growth: 5 %/year}}")

    assert values[date(2002, 12, 31)] == 1.1
    assert [values[month_end(24036 + month)] for month in (1, 12)] == [pytest.approx(1.155)] * 2
    assert values[date(2004, 1, 31)] == pytest.approx(1.1 * 1.05**2)
    assert values[date(2006, 12, 31)] == pytest.approx(1.1 * 1.05**4)  # after the horizon too


def test_a_closing_rate_grows_in_equal_steps_from_the_month_after_its_day() -> None:
    values = closings("{average: 0.9 USD/EUR, closing: {2001-06: 1 USD/EUR, growth: {rate: 6 %/year, every: month}}}")

    assert values[date(2001, 6, 30)] == 1.0
    for months in (1, 5, 12, 40, 66):
        assert values[month_end(24018 + months)] == pytest.approx(1.06 ** (months / 12), rel=1e-12)
    assert {day: month_number(day) for day in values if day == date(2006, 12, 31)} == {date(2006, 12, 31): 24084}


def test_averages_that_grow_are_rates_of_days_too_and_agree_with_their_means() -> None:
    rates = "{average: {2001: 0.9 USD/EUR, growth: ppp}}"
    values, projection = closings(rates), project(scenario_of(plan(rates)))

    average = projection.timeline.annual(projection.value("exchange.EUR.average")[0], "rate")
    by_hand = [0.9, 0.9 * 1.02, 0.9 * 1.02 * 1.02, 0.9 * 1.02 * 1.02 * 1.04]  # 2003 begins before May
    assert [float(value) for value in average.values()] == pytest.approx(by_hand)
    for year, rate in zip((2001, 2002, 2003, 2004), by_hand, strict=True):
        assert [values[month_end(12 * year + month)] for month in range(1, 13)] == pytest.approx([rate] * 12)


def test_straight_lines_between_averages_begin_with_their_keys() -> None:
    values = closings(LINEAR)

    assert values[date(2001, 12, 31)] == pytest.approx(1.0)
    assert values[date(2001, 6, 30)] == pytest.approx(0.9 + 0.1 * 181 / 365)
    assert values[date(2002, 3, 31)] == pytest.approx(1.0 - 0.2 * 90 / 181)
    assert values[date(2004, 12, 31)] == pytest.approx(0.8)
    average = project(scenario_of(plan(LINEAR))).value("exchange.EUR.average")[0]
    assert average[[0, 12, 30]] == pytest.approx([0.9 + 0.1 / 24, 1 - 0.2 / 12, 0.8])


def test_none_holds_closing_rates_by_year_through_their_time() -> None:
    values = closings(RATES[-1])

    assert [values[month_end(24012 + month)] for month in (1, 3, 4, 24, 25, 36)] == [0.8, 0.8, 0.9, 0.9, 1.0, 1.0]


@pytest.mark.parametrize("rates", RATES)
@pytest.mark.parametrize("step", ["month", "year"])
def test_formulas_give_the_same_rates(rates: str, step: str) -> None:
    assert disagreements(project(scenario_of(plan(rates, step)))) == []


def sheets_of(text: str, folder: Path) -> tuple[list[str], Projection]:
    scenario = scenario_of(text)
    projection = project(scenario)
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), folder).read()
    return unlike_sheets(sheets, projection, "As written"), projection


@pytest.mark.long
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


@pytest.mark.long
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


GROWING = """
fibercap: 1
id: growing
horizon: {{from: 2001, to: 2005, year_ends: {month}}}
money: {{report_in: USD, discount_rate: {{real: 5 %/year, index: cpi}}}}
indices: {{cpi: {cpi}}}
products: {{fiber: {{price: {{2001: 40 USD/km, growth: cpi}}}}}}
plants: {{works: {{product: fiber, capacity: 1200 km/year, cash_cost: {{2001: 20 USD/km, growth: {{rate: cpi, every: month}}}}}}}}
"""
LENT = """
fibercap: 1
rates: {{libor: {index}}}
loans:
  bank: {{commitment: 1 million USD, signed: 2001-01-08, matures: 2004-12-31, rate: {rate}, day_count: ACT/360,
         payments: {{every: quarter, first: 2001-03-31, end_of_month: true}}, repayment: {{style: {style}}}{more}}}
"""
LINE = "{2001: 6 %/year, 2002: 4 %/year, interpolate: linear}"
STARTS = [
    date(2001, 1, 8),
    date(2001, 3, 31),
    date(2001, 6, 30),
    date(2001, 9, 30),
    date(2001, 12, 31),
    date(2002, 3, 31),
]


def on_line(day: date) -> float:
    """Return the rate of `LINE` on a day, by hand."""
    return 0.06 - 0.02 * min((day - date(2001, 1, 1)).days, 365) / 365


def interest(rate: str, index: str = "5 %/year", style: str = "bullet", more: str = "") -> list[float]:
    """Return the interest of the first payments."""
    lending = contracts_of(LENT.format(rate=rate, index=index, style=style, more=more))
    table = schedule(lending.loans["bank"], lending.rates, "USD")
    return [float(value) for value in table.by_event["interest"][1:] if value][:6]


def test_an_index_on_a_line_is_read_on_the_first_day_of_each_interest_period() -> None:
    ends = [*STARTS[1:], date(2002, 6, 30)]
    by_hand = [1e6 * (on_line(a) + 0.02) * (b - a).days / 360 for a, b in zip(STARTS, ends, strict=True)]

    assert interest("{index: libor, margin: 2 %/year}", LINE) == pytest.approx(by_hand, rel=1e-12)
    assert interest(LINE.replace("6 %", "8 %").replace("4 %", "6 %")) == pytest.approx(by_hand, rel=1e-12)
    margin = LINE.replace("6 %", "3 %").replace("4 %", "1 %")
    assert interest(f"{{index: libor, margin: {margin}}}") == pytest.approx(by_hand, rel=1e-12)


def test_a_reset_by_half_years_reads_the_line_on_its_own_days() -> None:
    values = interest("{index: libor, margin: 2 %/year, reset: half_year}", LINE)

    days = [82, 91, 92, 92, 90, 91]
    read = [STARTS[0], STARTS[0], STARTS[0], STARTS[3], STARTS[3], STARTS[5]]
    assert values == pytest.approx([1e6 * (on_line(a) + 0.02) * n / 360 for a, n in zip(read, days, strict=True)])


def test_level_payments_are_set_anew_at_each_rate_of_a_line() -> None:
    lending = contracts_of(LENT.format(rate=LINE, index="5 %/year", style="level", more=""))
    table = schedule(lending.loans["bank"], lending.rates, "USD")
    owed, dates = 1e6, [*STARTS, *(month_end(24024 + 3 * quarter) for quarter in range(2, 13))]
    for number, (begins, ends) in enumerate(pairwise(dates)):
        rate, factor, worth = on_line(begins), 1.0, 0.0
        for start, end in zip(dates[number:], dates[number + 1 :], strict=False):
            factor /= 1 + rate * (end - start).days / 360
            worth += factor
        due = owed * rate * (ends - begins).days / 360
        owed -= owed / worth - due
        if ends == date(2002, 6, 30):
            break
    place = [date.fromordinal(int(day) + 693_594) for day in table.by_event["date"]].index(date(2002, 6, 30))
    assert table.by_event["closing"][place] == pytest.approx(owed, rel=1e-12)


def test_fees_on_a_line_do_not_depend_on_the_steps_of_the_plan() -> None:
    fees = ", fees: {agency: {2001: 10_000 USD/year, 2004: 22_000 USD/year, interpolate: linear}}"
    text = plan("{average: 0.9 USD/EUR}").replace(", fees: {upfront: 1 %}", fees).replace("900 EUR", "900 USD")
    results = []
    for step in ("month", "quarter", "year"):
        projection = project(scenario_of(text.replace("step: month", f"step: {step}")))
        years = projection.timeline.annual(projection.value("loans.bank.fees")[0], "flow")
        results.append({key: float(value) for key, value in years.items()})
    assert results[0] == pytest.approx(results[1])
    assert results[0] == pytest.approx(results[2])


def test_lines_of_an_index_of_growth_give_a_rate_for_each_year() -> None:
    text = GROWING.format(cpi="{2001: 2 %/year, 2004: 5 %/year, interpolate: linear}", month="December")
    projection = project(scenario_of(text))

    years = projection.timeline.annual(projection.value("inputs.products.fiber.price")[0], "rate")
    by_hand = [40, 40 * 1.03, 40 * 1.03 * 1.04, 40 * 1.03 * 1.04 * 1.05, 40 * 1.03 * 1.04 * 1.05**2]
    assert [float(value) for value in years.values()] == pytest.approx(by_hand)
    index = projection.timeline.annual(projection.value("inputs.indices.cpi")[0], "rate")
    assert [float(value) for value in index.values()] == pytest.approx([0.02, 0.03, 0.04, 0.05, 0.05])
    assert [handle.path for handle in lever(projection.scenario, "indices.cpi").handles] == [
        "indices.cpi.2001",
        "indices.cpi.2004",
    ]


def test_business_years_read_the_line_of_an_index_in_their_first_month() -> None:
    text = GROWING.format(cpi="{2000: 2 %/year, 2002: 4 %/year, interpolate: linear}", month="September")
    text = text.replace("from: 2001, to: 2005", "from: FY2001, to: FY2005").replace("2001: ", "2000: ")
    projection = project(scenario_of(text))

    index = projection.timeline.annual(projection.value("inputs.indices.cpi")[0], "rate")
    days = [0.02 + 0.02 * (12 * year - 3) / 24 for year in (1, 2)]  # October 2000 and 2001, from January 2000 on
    assert [float(index[year]) for year in ("FY2001", "FY2002")] == pytest.approx(
        [days[0], (3 * days[1] + 9 * 0.04) / 12]
    )


@pytest.mark.long
def test_the_workbook_recalculates_loans_and_indices_on_lines(tmp_path: Path) -> None:
    text = (
        GROWING.format(cpi="{2001: 2 %/year, 2004-04: 5 %/year, interpolate: linear}", month="December")
        + f"""
rates: {{libor: {LINE}}}
loans:
  float: {{commitment: 9_000 USD, signed: 2001-01-31, matures: 2006-12-31, repayment: {{style: level}}, fees: {{agency: {{2001: 9 USD/year, 2004: 30 USD/year, interpolate: linear}}}},
          rate: {{index: libor, margin: {{2001: 2 %/year, 2003-05-10: 3 %/year, interpolate: linear}}, cap: 7.4 %/year}},
          payments: {{every: half_year}}, draws: {{2001-01-31: 9_000 USD}}, prepayments: {{2003-03-31: 500 USD}},
          prepayment_fee: {{2001: 3 %, 2005: 1 %, interpolate: linear}}, sweep: {{2001: 1 %, 2005: 5 %, interpolate: linear}}}}
"""
    )
    unlike, projection = sheets_of(text, tmp_path)

    assert unlike == []
    assert disagreements(projection) == []


BANK = "rate: 6 %/year, fees"


@pytest.mark.parametrize(
    ("old", "new", "place", "code", "words"),
    [
        ("products:", "rates: {libor: {2001: 4 %/year, growth: 3 %/year}}\nproducts:", "rates.libor.growth", "takes_keys_alone", "does not grow by a share of itself"),
        ("products:", "rates: {libor: {2001: 4 %/year, growht: 3 %/year}}\nproducts:", "rates.libor.growht", "not_a_period", "does not grow by a share of itself"),
        ("4 %/year}}\n", "4 %/year, growth: 3 %/year}}\n", "indices.ppp.growth", "takes_keys_alone", "an index is a growth itself"),
        (BANK, "rate: {2001: 4 %/year, growth: 3 %/year}, fees", "loans.bank.rate.growth", "takes_keys_alone", "write each value by its key"),
        (BANK, "rate: {interpolate: linear}, fees", "loans.bank.rate.interpolate", "empty", "interpolate: linear}`"),
        (BANK, "rate: {2001: 4 %/year, interpolate: lines}, fees", "loans.bank.rate.interpolate", "unknown_word", "linear"),
        (BANK, "covenants: {c: {row: accounts.debt, below: {2001: 9_000 USD, interpolate: linear}}}, " + BANK, "loans.bank.covenants.c.below.interpolate", "takes_keys_alone", "a test reads the limit in force"),
        (BANK, "rate: {index: libor, reset: any_day}, fees", "loans.bank.rate.reset", "changes_every_day", "write `reset: payment` or `month`"),
    ],
)  # fmt: skip
def test_what_takes_keys_alone_says_why(old: str, new: str, place: str, code: str, words: str) -> None:
    text = plan("{average: 0.9 USD/EUR}")
    assert text.count(old) == 1
    text = text.replace(old, new)
    if "any_day" in new:
        text += "rates: {libor: {2001: 4 %/year, 2003: 5 %/year, interpolate: linear}}\n"
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text)
    assert [(problem.path, problem.code) for problem in caught.value.problems] == [(place, code)]
    assert words in str(caught.value)
