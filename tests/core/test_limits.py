"""Impossible amounts are refused at every field, by the kind of its unit; what is possible is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Of
from fibercap.core.language.limits import LARGEST, most
from fibercap.core.language.money_or_share import PartField
from fibercap.core.language.spec import Spec, bounds_at, collection_in, field_at, specs_in
from fibercap.core.trees.operators import OperatorError, delay, times
from fibercap.core.units import Samples
from fibercap.model.plan.scenario import Scenario
from fibercap.reading.files import scenario_of
from fibercap.studies.quantities_asked_for import number_of

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 8 %/year}
rates: {libor: {2001: 5 %/year, 2002: 4 %/year}}
exchange: {EUR: {average: 0.9 USD/EUR, closing: 0.9 USD/EUR}}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: {2001: 20 USD/km, 2002: 21 USD/km}}}
projects: {line: {plant: works, adds: 50_000 km/year, capex: 5 million USD, complete: 2001-12-31, delay: 1 month}}
working_capital: {receivables: 45 days}
company: {overhead: 0.5 million USD/year}
loans:
  bank:
    commitment: 3 million USD
    signed: 2001-01-08
    matures: 5 years
    grace: 1 year
    rate: {index: libor, margin: 2 %/year, cap: 9 %/year}
    repayment: {style: custom, schedule: {2003-01-08: 30 %, 2006-01-08: 70 %}}
    covenants: {cash: {row: accounts.cash, at_least: -9 million USD, test: period}}
funding: {line: {bank: 50 %, equity: rest}}
options: {dear: {change: {loans.bank.rate.margin: 3 %/year}}}
claims: {sales: {says: It sells, row: accounts.revenue, when: in total, above: 1 million USD}}
"""
TEXTS = (
    ("margin: 2 %/year", "margin: 1001 %/year", "at most 1000 %/year"),
    ("margin: 2 %/year", "margin: -100_001 bp/year", "at least -1000 %/year"),
    ("cap: 9 %/year", "cap: 3 %/day", "at most 1000 %/year"),
    ("2002: 4 %/year", "2002: 4e6 %/year", "at most 1000 %/year"),
    ("discount_rate: 8 %/year", "discount_rate: 1_000.1 %/year", "at most 1000 %/year"),
    ("commitment: 3 million USD", "commitment: 1e10 MUSD", "at most 1e15 USD"),
    ("commitment: 3 million USD", "commitment: 1e16 EUR", "at most 1e15 EUR"),
    ("commitment: 3 million USD", "commitment: 1e308 million USD", "at most 1e15 USD"),
    ("overhead: 0.5 million USD/year", "overhead: 1e15 USD/month", "at most 1e15 USD/year"),
    ("price: 40 USD/km", "price: 1e16 USD/km", "at most 1e15 USD/km"),
    ("2002: 21 USD/km", "2002: 1e16 USD/km", "at most 1e15 USD/km"),
    ("average: 0.9 USD/EUR", "average: 1e16 USD/EUR", "at most 1e15 USD/EUR"),
    ("matures: 5 years", "matures: 201 years", "at most 100 years"),
    ("grace: 1 year", "grace: 201 years", "at most 100 years"),
    ("delay: 1 month", "delay: 2401 months", "at most 100 years"),
    ("receivables: 45 days", "receivables: 73_201 days", "a value from 0 day to 366 day"),
    ("at_least: -9 million USD", "at_least: -1e308 million USD", "a limit of at most 1e15 USD"),
    ("at_least: -9 million USD", "at_least: 1e999 USD", "more than can be computed"),
    ("above: 1 million USD", "above: 1e16 USD", "a limit of at most 1e15 USD"),
    ("row: accounts.revenue, when: in total, above: 1 million USD", "measure: irr, above: 1001 %/year", "1000 %/year"),
    ("margin: 3 %/year", "margin: 3000 %/year", "at most 1000 %/year"),
    ("margin: 3 %/year", "margin: {times: 1e6}", "at most 1000 %/year"),
    ("margin: 3 %/year", "margin: {plus: 1000 %/year}", "at most 1000 %/year"),
)


@pytest.mark.parametrize(("written", "impossible", "message"), TEXTS)
def test_an_impossible_amount_is_refused_at_its_place(written: str, impossible: str, message: str) -> None:
    scenario_of(PLAN)
    assert PLAN.count(written) == 1

    with pytest.raises(ScenarioError, match=re.escape(message)) as raised:
        scenario_of(PLAN.replace(written, impossible))

    first = raised.value.problems[0]
    assert first.code in {"out_of_range", "not_a_number"}
    assert first.place is not None


def fields_of(spec: type[Spec], path: tuple[str, ...] = (), depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Run over the paths of every key of the language, names of collections as `x`."""
    for key, name in spec.fields_by_key().items():
        annotation: Any = spec.model_fields[name].annotation
        here, member = (*path, key), collection_in(annotation)
        if member is not None:
            here, annotation = (*here, "x"), member
        yield here
        if depth < 6:
            for inner in specs_in(annotation):
                yield from fields_of(inner, here, depth + 1)


def test_every_rate_and_amount_of_the_language_has_a_most() -> None:
    """No key of a rate, a duration or money is left out: each is bounded as its unit says."""
    known = set()
    for path in fields_of(Scenario):
        field: Any = field_at(Scenario, path)
        field = getattr(field, "of", field)
        if isinstance(field, Of) and ("money" in field.unit or field.unit in {"1/year", "day", "year", "month"}):
            assert -1e15 <= field.bounds[0] < field.bounds[1] <= most(field.unit) < LARGEST, path
            limits = bounds_at(Scenario, path)
            assert limits is None or limits[1] == field.bounds[1], path
            known.add(field.unit)
        elif isinstance(field, Duration):
            known.add("duration")
    assert known >= {"money", "money/year", "money/product", "1/year", "day", "duration"}


@pytest.mark.parametrize(
    ("unit", "largest"),
    [
        ("1/year", 10), ("percent / year", 1000), ("bp / year", 100_000), ("percent / month", 1000 / 12), ("year", 200),
        ("month", 2400), ("USD", 1e15), ("MUSD", 1e9), ("EUR / km", 1e15), ("kUSD / year", 1e12), ("money/year", 1e15),
        ("km", LARGEST), ("", LARGEST), ("percent", LARGEST),
    ],
)  # fmt: skip
def test_the_most_is_the_same_in_every_unit(unit: str, largest: float) -> None:
    assert most(unit) == pytest.approx(largest)
    assert all(most(code) >= 1e15 / 3 for code in CURRENCIES)  # a pound of Cyprus is more than a euro


@pytest.mark.parametrize(
    ("path", "samples", "message"),
    [
        ("loans.bank.rate.margin", Samples(np.array([[0.02], [11.0]]), "1 / year"), "1100 %/year in sample 1"),
        ("loans.bank.commitment", Samples(np.array([[3e6], [np.inf]]), "USD"), "inf USD in sample 1"),
        ("loans.bank.commitment", Samples(np.array([[np.nan], [3e6]]), "USD"), "nan USD in sample 0"),
        ("projects.line.delay", Samples(np.array([[2401.0], [3.0]]), "month"), "2401 month in sample 0"),
        ("claims.sales.above", Samples(np.array([[1e6], [np.inf]]), "USD"), "a sample of inf"),
    ],
)
def test_samples_of_amounts_are_refused_too(path: str, samples: Samples, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario_of(PLAN).with_samples({path: samples})


@pytest.mark.parametrize("by", ["1e18 months", "201 years", "-300 years", "3 thousand months"])
def test_no_date_is_delayed_by_more_than_a_plan_lasts(by: str) -> None:
    with pytest.raises(OperatorError, match=re.escape(by)):
        delay("2001-12-31", by)


def test_options_of_commands_are_refused_too() -> None:
    with pytest.raises(FibercapError, match=r"--equals: found `1e308 million USD`, wanted at most 1e15 USD"):
        number_of("1e308 million USD", "USD", "--equals")


def test_a_share_is_written_in_basis_points_wherever_it_is_in_percent() -> None:
    """Funding shares, custom schedules, factors of `times` and what `rest` leaves are the same in both."""
    basis = PLAN.replace("50 %", "5000 bp").replace("30 %,", "3000 bp,").replace("70 %", "7 thousand bp")
    here, there = scenario_of(PLAN), scenario_of(basis)

    assert there.funding["line"].sources["bank"].unit == "share"
    assert there.funding["line"].sources["bank"].value == here.funding["line"].sources["bank"].value
    schedules = [plan.loans["bank"].repayment.schedule for plan in (here, there)]
    assert [part.unit for part in schedules[1].values()] == ["share", "share"]
    assert [float(part.value) for part in schedules[1].values()] == [
        float(part.value) for part in schedules[0].values()
    ]
    assert times("40 USD/km", "8000 bp") == times("40 USD/km", "80 %") == "32 USD/km"
    assert times("40 USD/km", "2 thousand") == "80_000 USD/km"


@pytest.mark.parametrize("text", ["23_000 bp", "-1 bp", "10_001 bp", "101 %"])
def test_a_share_in_basis_points_is_at_most_the_whole(text: str) -> None:
    with pytest.raises(ScenarioError, match="a value from 0 % to 100 %"):
        scenario_of(PLAN.replace("bank: 50 %", f"bank: {text}"))


@pytest.mark.parametrize("text", ["23 %", "2300 bp", "2.3 thousand bp", "0 bp", "100 %"])
def test_the_pattern_of_the_schema_takes_what_is_read(text: str) -> None:
    pattern = PartField(rest=True).schema()["pattern"]
    result = re.fullmatch(pattern, text) is not None

    assert result or "thousand" in text
    assert scenario_of(PLAN.replace("bank: 50 %", f"bank: {text}")).funding["line"].sources["bank"].unit == "share"
