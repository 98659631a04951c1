"""The laws as formula texts say what the laws say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from fibercap.core.errors import FibercapError, IdentityError
from fibercap.core.formulas.formula import evaluate
from fibercap.model.laws.all_laws import LAWS
from fibercap.model.laws.law_texts import law_texts
from fibercap.model.laws.proof import prove_laws
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import Reader
from tests.written import valid_scenarios


def gaps(projection: Projection) -> dict[tuple[str, str], float]:
    reader = Reader(projection)
    results = {}
    for law, row, text, _ in law_texts(projection):
        results[law, row] = float(np.abs(evaluate(text, reader)).max())
    return results


@pytest.mark.long
@settings(max_examples=25)
@given(text=valid_scenarios(rich=True))
def test_no_law_leaves_a_gap_in_random_scenarios(text: str) -> None:
    try:
        projection = project(scenario_of(text))
    except FibercapError as error:  # a long first period, whose interest is above the payment
        if "would grow instead of being repaid" not in str(error):
            raise
        return

    assert max(gaps(projection).values()) < 1e-4


def test_every_law_has_a_text() -> None:
    names = {law for law, _ in gaps(project(read("fibercore")))}

    assert set(LAWS) - names == {
        "financing_costs",
        "sales",
        "deferred_tax",
        "cancelled",
        "payouts",
        "equity_limit",
        "served_in_turn",
        "draw_stop",
        "reserves",
    }  # not in this plan


@pytest.mark.parametrize(
    ("row", "law"),
    [
        ("accounts.cash", "cash"),
        ("accounts.total_assets", "balance"),
        ("loans.fleet.closing", "loans_carry"),
        ("funding.jena_multimode.uses", "sources_equal_uses"),
        ("plants.jena.shipments", "capacity"),
        ("loans.fleet.schedule.drawn_to_date", "commitment"),
        ("accounts.net_fixed_assets", "not_negative"),
    ],
)
def test_a_row_that_breaks_a_law_leaves_a_gap(row: str, law: str) -> None:
    projection = project(read("fibercore"))
    reader = Reader(projection)
    reader.values = {**reader.values, row: reader.values[row] * (-1.0 if law == "not_negative" else 3.0) + 5.0}

    names = {
        result
        for result, of, text, _ in law_texts(projection)
        if np.abs(evaluate(text, reader)).max() > 1.0 and of == row
    }

    assert law in names


def test_what_is_found_round_by_round_is_checked_by_its_own_formula() -> None:
    text = """\
fibercap: 1
horizon: {from: 2001, to: 2003}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: works, adds: 100_000 km/year, capex: 6 million USD, complete: 2002-06-30, spend: {2001: 50 %, 2002: 50 %}}}
loans: {bank: {commitment: 9 million USD, signed: 2001-01-01, matures: 7 years, rate: 8 %/year, grace: 2 years}}
funding: {line: {include_financing_costs: true, bank: 60 %, equity: rest}}
"""
    projection = project(scenario_of(text))

    assert gaps(projection)["found_round_by_round", "funding.line.bank.limit"] < 1e-4


ROUNDED = """\
fibercap: 1
horizon: {from: 2001, to: 2005, step: year}
money: {report_in: USD}
products: {f: {price: 60 USD/km}}
plants: {p: {product: f, capacity: 200_000 km/year, cash_cost: 30 USD/km}}
projects: {line: {plant: p, adds: 1_000 km/year, capex: 2 million USD, spend: {2003: 100 %}, complete: 2003-12-31}}
loans:
  bank: {commitment: 1_000_123 USD, signed: 2000-03-04, matures: 6 years, rate: 5 %/year, payments: {every: year},
         fees: {undrawn: 0.3 %/year, available_until: 2000-11-21}, rounding: {to: 10 USD}}
funding: {line: {bank: 40 %, equity: rest, include_financing_costs: true}}
"""


def test_a_fee_that_is_rounded_before_anything_is_built_stops_no_plan() -> None:
    projection = project(scenario_of(ROUNDED))

    least = projection.value("projects.line.book_value").min()

    assert -10.0 <= least < 0.0
    assert gaps(projection)["not_negative", "projects.line.book_value"] == 0.0


def test_rounding_of_costs_does_not_hide_a_larger_gap() -> None:
    projection = project(scenario_of(ROUNDED))
    reader = Reader(projection)
    reader.values["projects.line.book_value"] = reader.values["projects.line.book_value"] - 1_000.0

    with pytest.raises(IdentityError, match=r"law `not_negative` is broken: projects\.line\.book_value, 2001"):
        prove_laws(projection.scenario, reader)
