"""Rates of exchange from day to day, and what loans in other currencies owe and pay by them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.calendar import date_of, serial
from fibercap.core.currencies import PER_EURO
from fibercap.core.errors import ScenarioError
from fibercap.core.formulas.formula import evaluate
from fibercap.core.quantity import Quantity
from fibercap.model.currency.exchange import day_rates
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.covenants import covenants
from tests.model.test_formulas import Reader, disagreements
from tests.model.test_reads import projection_or_none
from tests.near import assert_near
from tests.written import valid_scenarios

DEM_PER_EUR = PER_EURO["DEM"]

PLAN = """\
fibercap: 1
horizon: {{from: {start}, to: {end}, step: {step}}}
money: {{report_in: USD}}
exchange: {{EUR: {{{rates}}}}}
products: {{fiber: {{price: 50 USD/km}}}}
plants: {{jena: {{product: fiber, capacity: 1_000_000 km/year, cash_cost: 30 USD/km}}}}
loans: {{ger: {loan}}}
opening: {{cash: 1 million USD, fixed_assets: 20 million USD}}
"""
BULLET = (
    "{outstanding: 10 million EUR, remaining: 2 years, rate: 10 %/year, "
    "payments: {every: quarter, first: 2001-03-31, end_of_month: true}, repayment: {style: bullet}}"
)
AVERAGE = "average: {2000: 0.92 USD/EUR, 2001: 0.90 USD/EUR, 2002: 1.00 USD/EUR}"
CLOSING = "closing: {2000: 0.94 USD/EUR, 2001: 0.95 USD/EUR, 2002: 1.10 USD/EUR}"


def plan_text(rates: str, loan: str = BULLET, start: str = "2001", end: str = "2002", step: str = "quarter") -> str:
    return PLAN.format(rates=rates, loan=loan, start=start, end=end, step=step)


def projection_of(
    rates: str, loan: str = BULLET, start: str = "2001", end: str = "2002", step: str = "quarter"
) -> Projection:
    return project(scenario_of(plan_text(rates, loan, start, end, step)))


def on(projection: Projection, day: str, code: str = "EUR") -> float:
    return float(day_rates(projection.scenario, code).rates_on([serial(date.fromisoformat(day))])[0])


def value_at(projection: Projection, path: str) -> Any:
    return projection.value(path)[0]


def span(key: str) -> tuple[date, date]:
    """Return the first and the last day of a year, quarter or month."""
    year, rest = int(key[:4]), key[5:]
    first, months = (1, 12) if not rest else (3 * int(rest[1]) - 2, 3) if rest[0] == "Q" else (int(rest), 1)
    following = date(year + (first + months - 1) // 12, (first + months - 1) % 12 + 1, 1)
    return date(year, first, 1), following - timedelta(1)


def rates_by_day(
    rates: dict[str, float], opening: float | None, start: date, *, middles: bool
) -> list[tuple[float, float, str]]:
    """Return days with their rates, and how the way to each is gone: `line` or `held`. Written apart from the model."""
    results: list[tuple[float, float, str]] = []
    spans = {key: span(key) for key in rates}
    for key in sorted(rates, key=lambda key: spans[key][0 if middles else 1]):
        first, last = spans[key]
        if "-" in key and "Q" not in key:
            results += [(first.toordinal(), rates[key], "held"), (last.toordinal(), rates[key], "held")]
        elif middles:
            later = [other for other, _ in spans.values() if first < other <= last]
            last = min(later) - timedelta(1) if later else last
            results.append(((first.toordinal() + last.toordinal()) / 2, rates[key], "line"))
        else:
            results.append((last.toordinal(), rates[key], "line"))
    if opening is not None:
        begins = min((first if middles else last, first) for first, last in spans.values())[1]
        day = start if results[0][0] >= start.toordinal() else begins
        results.insert(0, ((day - timedelta(1)).toordinal(), opening, "held"))
    return results


def rate(day: date, knots: list[tuple[float, float, str]]) -> float:
    """Return the rate of a day."""
    number = day.toordinal()
    if number <= knots[0][0]:
        return knots[0][1]
    for (one, was, _), (two, will, how) in pairwise(knots):
        if number == two:
            return will
        if one <= number < two:
            return was if how == "held" else was + (will - was) * (number - one) / (two - one)
    return knots[-1][1]


KEYS = ["1999", "2000", "2000-Q1", "2000-Q3", "2000-11", "2001-02", "2001-Q1", "2001-07", "2001", "2002-Q4", "2003"]


def test_what_is_due_on_a_day_is_paid_at_the_rate_of_that_day() -> None:
    """Ten million euro due on 31 December 2002, when one is worth 1.10 dollars: IAS 21, 21 and 23, as its textbooks show.

    Source: https://studmed.ru/view/acca-p2-int-corporate-reporting-study-text-2010-emile-woolf_a9b66b551f5.html?page=21
    """
    plan = projection_of(f"{AVERAGE}, {CLOSING}")

    assert value_at(plan, "loans.ger.principal")[-1] == pytest.approx(11.0e6)
    assert value_at(plan, "loans.ger.interest_paid")[-1] == pytest.approx(0.25e6 * 1.10)
    assert value_at(plan, "loans.ger.interest")[-1] == pytest.approx(0.25e6 * 1.00)
    assert value_at(plan, "loans.ger.opening")[0] == pytest.approx(9.4e6)
    assert value_at(plan, "loans.ger.closing")[4] == pytest.approx(10e6 * (0.95 + 0.15 * 90 / 365))
    result = plan.by("accounts.exchange_result")["2002"][0]
    accrued = sum(0.25e6 * (x - 1.00) for x in value_at(plan, "exchange.EUR.closing")[4:])
    assert result == pytest.approx(-(11.0e6 - 9.5e6) - accrued)
    assert value_at(plan, "accounts.exchange_result")[-1] < 0  # it is no gain that the average is lower
    assert disagreements(plan) == []


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_what_is_paid_on_a_day_is_the_same_whatever_the_step(step: str) -> None:
    loan = (
        "{commitment: 8 million EUR, signed: 2001-02-14, matures: 4 years, rate: 7 %/year, payments: {every: half_year}, "
        "draws: {2001-03-20: 3 million EUR, 2001-12-05: 4 million EUR}, prepayments: {2002-05-05: 0.5 million EUR}, "
        "fees: {upfront: 1 %, undrawn: 0.5 %/year}}"
    )
    plan, months = (
        projection_of(f"{AVERAGE}, {CLOSING}", loan, step=step),
        projection_of(f"{AVERAGE}, {CLOSING}", loan, step="month"),
    )

    for key in ("draws", "interest_paid", "fees_paid", "upfront_fee", "principal", "closing", "deferred_fee"):
        for year, value in months.by(f"loans.ger.{key}").items():
            assert plan.by(f"loans.ger.{key}")[year] == pytest.approx(value, abs=1e-4), key
    drawn = on(plan, "2001-03-20") * 3e6 + on(plan, "2001-12-05") * 4e6
    assert value_at(plan, "loans.ger.draws").sum() == pytest.approx(drawn)
    assert value_at(plan, "loans.ger.upfront_fee").sum() == pytest.approx(80_000 * on(plan, "2001-02-14"))
    prepaid = value_at(plan, "loans.ger.schedule.prepaid").sum()
    assert prepaid == pytest.approx(0.5e6)


@pytest.mark.parametrize(
    ("rates", "days"),
    [
        # by year: on the last day; before the first key it holds; after the last one, too
        (CLOSING, {"1999-05-01": 0.94, "2000-12-31": 0.94, "2001-07-02": 0.94 + 0.01 * 183 / 365, "2009-01-01": 1.10}),
        # the first key's day is reached when the horizon begins: opening stands for the day before that key
        (f"{CLOSING}, opening: 1.00 USD/EUR", {"1999-12-31": 1.00, "2000-07-01": 1.00 - 0.06 * 183 / 366, "1990-01-01": 1}),
        # by quarter, from the day before the horizon
        ("closing: {2001-Q1: 0.88 USD/EUR}, opening: 0.94 USD/EUR", {"2000-12-31": 0.94, "2001-02-14": 0.94 - 0.06 / 2, "2001-03-31": 0.88}),
        # a key within the horizon: the line begins on the day before it
        ("closing: {2002: 1.10 USD/EUR}, opening: 0.95 USD/EUR", {"2000-12-31": 0.95, "2001-12-31": 0.95 + 0.15 / 2, "2002-12-31": 1.10}),
        # by month: held from the first day on
        ("closing: {2001-01: 0.93 USD/EUR, 2001-03: 0.88 USD/EUR}", {"2001-01-01": 0.93, "2001-02-28": 0.93, "2001-03-01": 0.88}),
        ("closing: {2001-03: 0.88 USD/EUR}, opening: 0.94 USD/EUR", {"2001-02-28": 0.94, "2001-03-01": 0.88, "2005-03-01": 0.88}),
        # months, then a year: the line begins on the month's last day
        ("closing: {2001-12: 0.89 USD/EUR, 2002: 1.05 USD/EUR}", {"2001-12-31": 0.89, "2002-07-02": 0.89 + 0.16 * 183 / 365}),
        # a year, then months
        ("closing: {2001: 0.89 USD/EUR, 2002-02: 0.87 USD/EUR}", {"2002-01-31": 0.89, "2002-02-01": 0.87}),
        # a quarter within a year: each on its last day
        ("closing: {2001: 0.89 USD/EUR, 2001-Q2: 0.85 USD/EUR}", {"2001-06-30": 0.85, "2001-09-30": 0.87, "2001-12-31": 0.89}),
        # one rate for ever, or from the day after the opening on
        ("closing: 0.95 USD/EUR", {"1990-01-01": 0.95, "2030-01-01": 0.95}),
        ("closing: 0.95 USD/EUR, opening: 1 USD/EUR", {"2000-12-31": 1.0, "2001-01-01": 0.95}),
        # averages stand for the middle day of their time, by month for the whole of it
        ("", {"2000-01-01": 0.92, "2001-07-02": 0.90, "2002-07-02": 1.00, "2001-12-31": 0.90 + 0.10 * 182 / 365, "2003-01-01": 1.00}),
        ("opening: 1.00 USD/EUR", {"1999-12-31": 1.0, "2001-07-02": 0.90}),
    ],
)  # fmt: skip
def test_a_rate_is_that_of_its_day(rates: str, days: dict[str, float]) -> None:
    plan = projection_of(", ".join(part for part in (AVERAGE, rates) if part))

    for day, value in days.items():
        assert on(plan, day) == pytest.approx(value, rel=1e-12), day
        assert on(plan, day, "DEM") == pytest.approx(value / DEM_PER_EUR, rel=1e-12), day
    assert disagreements(plan) == []


@pytest.mark.parametrize("rates", ["closing: {2001: 0.89 USD/EUR}", "closing: {2001-12: 0.89 USD/EUR}"])
def test_the_opening_rate_is_that_of_the_day_before_the_horizon_though_a_key_has_begun(rates: str) -> None:
    loan = BULLET.replace("2001-03-31", "2001-09-30")
    plan = projection_of(f"{AVERAGE}, {rates}, opening: 0.85 USD/EUR", loan, start="2001-07", end="2003-06")

    assert on(plan, "2001-06-30") == on(plan, "2001-01-01") == pytest.approx(0.85)
    halfway = 0.87 if "2001:" in rates else 0.85
    assert on(plan, "2001-09-30") == pytest.approx(halfway)
    assert value_at(plan, "loans.ger.opening")[0] == pytest.approx(8.5e6)


def test_averages_by_month_stand_for_their_months() -> None:
    plan = projection_of(
        "average: {2000-12: 0.90 USD/EUR, 2001-01: 0.94 USD/EUR, 2001-02: 0.92 USD/EUR, 2001-Q2: 0.87 USD/EUR}"
    )

    assert [on(plan, day) for day in ("2000-12-31", "2001-01-01", "2001-01-31", "2001-02-28")] == [
        0.90,
        0.94,
        0.94,
        0.92,
    ]
    assert on(plan, "2001-05-16") == pytest.approx(0.92 - 0.05 * 77 / 77.0, abs=1e-3)


@pytest.mark.long
@settings(max_examples=150)
@given(
    chosen=st.dictionaries(st.sampled_from(KEYS), st.integers(80, 130), min_size=1),
    opening=st.sampled_from([None, 0.97]),
    middles=st.booleans(),
    start=st.sampled_from(["2000", "2000-07", "2001"]),
)
def test_any_keys_give_the_rates_that_another_program_gives(
    chosen: dict[str, int], opening: float | None, start: str, *, middles: bool
) -> None:
    edges = {(span(key)[0] if middles else span(key)[1]) for key in chosen}
    begins = span(start)[0]
    if len(edges) < len(chosen) or (middles and min(edges) > begins):
        return
    rates = {key: value / 100 for key, value in chosen.items()}
    keys = ", ".join(f"{key}: {value} USD/EUR" for key, value in rates.items())
    text = f"average: {{{keys}}}" if middles else f"average: 1 USD/EUR, closing: {{{keys}}}"
    message = text + (f", opening: {opening} USD/EUR" if opening else "")
    loan = BULLET.replace("first: 2001-03-31", f"first: {span(start)[0].year + 1}-03-31")
    plan = projection_of(message, loan, start=start, end="2003", step="month")

    knots = rates_by_day(rates, opening, begins, middles=middles)
    days = [date(1998, 12, 30) + timedelta(17 * number) for number in range(140)]
    result = day_rates(plan.scenario, "EUR")
    serials = np.array([serial(day) for day in days])
    assert result.rates_on(serials) == pytest.approx(np.array([rate(day, knots) for day in days]), rel=1e-12)
    reader = Reader(plan)
    by_text = [float(evaluate(result.text(f"{number}"), reader)) for number in serials]
    assert by_text == pytest.approx(result.rates_on(serials), rel=1e-12)
    ends = value_at(plan, "exchange.EUR.closing")
    assert ends == pytest.approx(np.array([rate(day, knots) for day in plan.timeline.dates]), rel=1e-12)


def debt_at(schedule: dict[str, Any], key: str, period: float) -> float:
    """Return what an event up to a period leaves."""
    before = [value for value, when in zip(schedule[key], schedule["period"], strict=True) if when <= period]
    return float(before[-1]) if before else 0.0


@pytest.mark.long
@settings(max_examples=60)
@given(text=valid_scenarios(rich=True))
def test_the_exchange_result_is_what_rates_do_to_what_is_owed(text: str) -> None:
    """Opening at the last closing rate + moves at theirs + accruals at the average - closing at closing, by hand."""
    plan = projection_or_none(text)
    if plan is None:
        return
    total = np.zeros(plan.timeline.count)
    for name in plan.scenario.loans:
        code = plan.scenario.loan_currency(name)
        if code == "USD":
            continue
        keys = "date period closing accrued_interest accrued_fees drawn interest fees interest_paid fees_paid principal".split()
        foreign = {key: value_at(plan, f"loans.{name}.schedule.{key}") for key in keys}
        owed = {key: foreign[key] for key in ("closing", "accrued_interest", "accrued_fees")} | {
            "period": foreign["period"]
        }
        funded = (
            value_at(plan, f"loans.{name}.schedule.funded")
            if f"loans.{name}.schedule.funded" in plan.rows
            else 0 * foreign["date"]
        )
        rates = day_rates(plan.scenario, code)
        average = value_at(plan, f"exchange.{code}.average")
        edges = rates.rates_on([serial(day) for day in (plan.timeline.eve, *plan.timeline.dates)])
        for period in range(plan.timeline.count):
            here = foreign["period"] == period + 1
            daily = rates.rates_on(foreign["date"][here])
            stands = [
                sum(debt_at(owed, key, period + edge) for key in ("closing", "accrued_interest", "accrued_fees"))
                for edge in (0, 1)
            ]
            paid = foreign["interest_paid"] + foreign["fees_paid"] + foreign["principal"] - (foreign["drawn"] - funded)
            grown = (foreign["interest"] + foreign["fees"] + funded)[here].sum() * average[period]
            moved = grown - (paid[here] * daily).sum()
            total[period] += stands[0] * edges[period] + moved - stands[1] * edges[period + 1]
    assert value_at(plan, "accounts.exchange_result") == pytest.approx(total, abs=1e-4)


@pytest.mark.long
@settings(max_examples=40)
@given(text=valid_scenarios(rich=True))
def test_at_a_rate_that_never_moves_a_loan_is_one_in_dollars(text: str) -> None:
    """A euro at 0.5 USD for ever is half a dollar: the same figures, and no exchange result."""
    block = text[text.index("exchange:") :].split("\n", 1)[0]
    still = text.replace(block, "exchange: {EUR: {average: 0.5 USD/EUR, opening: 0.5 USD/EUR}}")
    dollars = text.replace(block + "\n", "").replace("cent", "none")
    dollars = re.sub(r"([\d.]+) (million |thousand )?EUR", lambda m: f"{float(m[1]) / 2!r} {m[2] or ''}USD", dollars)
    dollars = re.sub(
        r"([\d.]+) (million |thousand )?DEM",
        lambda m: f"{float(m[1]) / 2 / PER_EURO['DEM']!r} {m[2] or ''}USD",
        dollars,
    )
    one, other = projection_or_none(still.replace("cent", "none")), projection_or_none(dollars)
    if one is None or other is None:
        return

    assert value_at(one, "accounts.exchange_result") == pytest.approx(0, abs=1e-4)
    for path in other.period_rows:
        in_dollars = path in one.period_rows and one.rows[path].unit == other.rows[path].unit == "USD"
        if path.startswith(("accounts.", "loans.")) and in_dollars:
            assert_near(value_at(one, path), value_at(other, path), path, rel=1e-9, least=0.01, nan_ok=True)
    mine, theirs = measures(one), measures(other)
    for name in ("total_interest", "total_fees", "peak_debt", "all_in_cost", "average_life", "equity_npv"):
        one_is, other_is = (np.nan if of[name].value is None else of[name].value for of in (mine, theirs))
        assert one_is == pytest.approx(other_is, rel=1e-7, abs=1e-2, nan_ok=True), name


def test_drawn_rates_are_a_batch() -> None:
    closing = CLOSING.replace("2000: 0.94 USD/EUR, ", "")
    scenario = scenario_of(plan_text(f"{AVERAGE}, {closing}, opening: 1 USD/EUR"))
    samples = {
        "exchange.EUR.closing.2002": Quantity(np.array([[1.1], [1.3]]), "USD/EUR"),
        "exchange.EUR.opening": Quantity(np.array([[1.0], [0.9]]), "USD/EUR"),
    }
    batch = project(scenario.with_samples(samples))

    assert disagreements(batch) == []
    for member in (0, 1):
        alone = project(scenario.with_samples({path: value[member : member + 1] for path, value in samples.items()}))
        for path in alone.rows:
            assert batch.value(path)[member] == pytest.approx(alone.value(path)[0], nan_ok=True), path
    assert batch.value("loans.ger.opening")[:, 0] == pytest.approx([10e6, 9e6])
    assert batch.value("loans.ger.principal")[:, -1] == pytest.approx([11e6, 13e6])


def test_events_beyond_the_horizon_count_later_keys() -> None:
    loan = BULLET.replace("remaining: 2 years", "remaining: 4 years")
    plan = projection_of(f"{AVERAGE}, {CLOSING[:-1]}, 2003: 1.30 USD/EUR}}", loan)

    rows = {
        key: value_at(plan, f"loans.ger.schedule.{key}")
        for key in ("date", "exchange", "reported.interest", "interest")
    }
    by_day = {date_of(day).isoformat(): value for day, value in zip(rows["date"], rows["exchange"], strict=True)}
    assert by_day["2003-12-31"] == pytest.approx(1.30)
    assert by_day["2003-06-30"] == pytest.approx(1.10 + 0.20 * 181 / 365)
    assert by_day["2004-12-31"] == pytest.approx(1.30)
    assert rows["reported.interest"][-1] == pytest.approx(0.25e6 * 1.00)  # the average goes on through the run-off
    assert value_at(plan, "loans.ger.schedule.reported.principal")[-1] == pytest.approx(13.0e6)
    assert measures(plan)["peak_debt"].value == pytest.approx(13.0e6)


def test_rates_by_month_repeat_their_last_year_in_the_run_off() -> None:
    """What a day was worth a year before counts, the last day of a month as the last day."""
    months = ", ".join(f"2002-{month:02}: {1 + month / 100} USD/EUR" for month in range(2, 13))
    loan = BULLET.replace("remaining: 2 years", "remaining: 4 years").replace(
        "every: quarter, first: 2001-03-31", "every: month"
    )
    plan = projection_of(
        f"{AVERAGE}, closing: {{2000: 0.94 USD/EUR, 2001: 0.95 USD/EUR, {months}}}", loan, step="month"
    )
    days, rates = (value_at(plan, f"loans.ger.schedule.{key}") for key in ("date", "exchange"))
    by_day = {date_of(day).isoformat(): value for day, value in zip(days, rates, strict=True)}

    assert plan.run_off is not None
    assert by_day["2003-02-28"] == by_day["2004-02-29"] == by_day["2002-02-28"] == pytest.approx(1.02)
    assert by_day["2003-09-30"] == by_day["2004-09-30"] == pytest.approx(1.09)
    assert by_day["2003-01-31"] == by_day["2002-01-31"] == pytest.approx(0.95)
    assert value_at(plan, "run_off.exchange.EUR.closing")[:12] == pytest.approx(
        value_at(plan, "exchange.EUR.closing")[-12:]
    )
    assert disagreements(plan) == []


def test_interest_while_building_goes_into_assets_as_it_was_converted() -> None:
    text = plan_text(f"{AVERAGE}, {CLOSING}").replace(
        "loans: {ger: " + BULLET,
        "projects: {line: {plant: jena, adds: 10_000 km/year, capex: 5 million EUR, spend: {2001: 100 %}, complete: 2001-12-31}}\n"
        "funding: {line: {bank: 60 %, equity: rest, include_financing_costs: true}}\n"
        "loans: {bank: {commitment: 6 million EUR, signed: 2001-01-15, matures: 5 years, rate: 8 %/year, fees: {upfront: 1 %}, "
        "payments: {every: quarter}}",
    )
    plan = project(scenario_of(text))
    at_average = value_at(plan, "loans.bank.own.interest") * value_at(plan, "exchange.EUR.average")

    assert value_at(plan, "loans.bank.interest") == pytest.approx(at_average)
    costs = value_at(plan, "funding.line.financing_costs")
    assert costs[0] == pytest.approx(at_average[0] + 60_000 * on(plan, "2001-01-15"))
    assert costs[1:4] == pytest.approx(at_average[1:4])
    paid = value_at(plan, "funding.line.bank") + value_at(plan, "funding.line.equity")
    assert paid == pytest.approx(value_at(plan, "projects.line.capex") + costs)
    assert value_at(plan, "loans.bank.draws") == pytest.approx(value_at(plan, "funding.line.bank"))
    assert disagreements(plan) == []


@pytest.mark.parametrize("code", ["EUR", "DEM"])
def test_a_sculpted_loan_pays_the_cover_it_aims_at(code: str) -> None:
    loan = f"{{commitment: 10 million {code}, signed: 2001-01-15, matures: 5 years, rate: 8 %/year, payments: {{every: month}}, "
    loan += f"draws: {{2001-01-15: 10 million {code}}}, "
    plan = projection_of(
        f"{AVERAGE}, {CLOSING}", f"{loan}repayment: {{style: sculpted, dscr: 4, tax: unlevered}}}}", step="quarter"
    )

    owed = (value_at(plan, "loans.ger.closing") > 1)[1:]  # in the period of signing there is nothing to pay with yet
    assert owed.sum() > 2
    assert value_at(plan, "loans.ger.dscr_unlevered")[1:][owed] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("opening: 1 USD/EUR", "opening: 1 EUR/USD", "wanted USD per unit of another currency"),
        ("opening: 1 USD/EUR", "opening: 1 USD/BRL", "found a rate of BRL, wanted one of EUR"),
        ("opening: 1 USD/EUR", "opening: 0 USD/EUR", "wanted"),
        ("opening: 1 USD/EUR", "opening: 1", "wanted"),
        ("opening: 1 USD/EUR", "opening: {2000: 1 USD/EUR}", "wanted"),
        ("2001: 0.95 USD/EUR", "2001: 0.95 USD/EUR, 2001-Q4: 0.94 USD/EUR", "which ends together with"),
        ("2001: 0.95 USD/EUR", "2001: 0.95 USD/EUR, 2001-12: 0.94 USD/EUR", "which ends together with"),
    ],
)
def test_rates_that_cannot_be_are_refused(old: str, new: str, message: str) -> None:
    text = plan_text(f"{AVERAGE}, {CLOSING}, opening: 1 USD/EUR")
    assert old in text

    with pytest.raises(ScenarioError, match=re.escape(message)):
        scenario_of(text.replace(old, new))


AMOUNT = re.compile(r"([\d._]+) (million |thousand )?(USD|EUR|DEM)(?!/(?:EUR|DEM))")


@pytest.mark.long
@settings(max_examples=40)
@given(text=valid_scenarios(rich=True))
def test_a_thousand_times_the_money_is_a_thousand_times_the_money(text: str) -> None:
    """In every currency alike: rates of exchange stay what they are."""
    plain = text.replace("rounding: cent", "rounding: none")
    larger = AMOUNT.sub(lambda m: f"{float(m[1].replace('_', '')) * 1000!r} {m[2] or ''}{m[3]}", plain)
    one, other = projection_or_none(plain), projection_or_none(larger)
    if one is None or other is None:
        return

    for path, row in one.rows.items():
        if row.unit in {"USD", "EUR", "DEM"}:
            mine, theirs = value_at(one, path) * 1000, value_at(other, path)
            assert_near(theirs, mine, path, rel=1e-9, least=10, nan_ok=True)


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("{row: loans.ger.own.closing, at_most: 11 million EUR}", ""),
        ("{row: loans.ger.closing, at_most: 12 million USD}", ""),
        ("{row: accounts.debt, at_most: 12 million USD}", ""),
        ("{row: accounts.debt, at_most: 12 million EUR}", "the subject is in USD"),
        ("{row: loans.ger.closing, at_most: 12 million DEM}", "found an amount in DEM, wanted one in USD"),
    ],
)
def test_a_covenant_limits_a_row_in_the_currency_of_the_row(limit: str, message: str) -> None:
    text = plan_text(
        f"{AVERAGE}, {CLOSING}", BULLET.replace("{outstanding", f"{{covenants: {{owed: {limit}}}, outstanding")
    )
    if not message:
        outcome = next(iter(covenants(project(scenario_of(text))).values()))
        assert outcome.holds
        return
    with pytest.raises(ScenarioError, match=message):
        covenants(project(scenario_of(text)))


def test_rates_of_marks_serve_for_euros_too() -> None:
    text = plan_text(f"{AVERAGE}, {CLOSING}", f"{BULLET}, mark: {BULLET.replace('EUR', 'DEM')}")
    in_euro = project(scenario_of(text))
    rates = text[text.index("exchange:") :].split("\n", 1)[0]
    in_marks = re.sub(r"([\d.]+) USD/EUR", lambda m: f"{float(m[1]) / PER_EURO['DEM']!r} USD/DEM", rates).replace(
        "EUR:", "DEM:"
    )
    other = project(scenario_of(text.replace(rates, in_marks)))

    for path in ("loans.ger.principal", "loans.mark.principal", "accounts.exchange_result", "accounts.cash"):
        assert value_at(other, path) == pytest.approx(value_at(in_euro, path)), path
    assert disagreements(other) == []
