"""Draw stop: nothing is drawn on a loan while a covenant of it was broken at its last test."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.core.units import Array
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.covenants import covenants
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.explanation import Result
from fibercap.studies.explaining.input_uses import Use
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings
from fibercap.views.workbook.cases import AS_WRITTEN
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements as of_texts
from tests.sheets import Recalculator, disagreements, spoilt
from tests.written import replace_parts

REVOLVER = """\
fibercap: 1
id: base
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year, minimum_cash: 0.3 million USD}
products: {fiber: {price: {2001: 40 USD/km, 2002-Q2: 21 USD/km, 2004: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, fixed_cost: 1 million USD/year}}
loans:
  line: {commitment: 4 million USD, signed: 2001-01-01, matures: 6 years, rate: 8 %/year, repayment: {style: revolver}, draw_stop: true,
         covenants: {lev: {row: accounts.debt_to_ebitda_12m, at_most: LIMIT, test: quarter}}}
projects: {annex: {plant: works, adds: 100 km/year, capex: 10_000 USD, spend: {2001: 100 %}, complete: 2001-12-31}}
funding: {annex: {equity: rest}}
company: {gap: [line, equity], overhead: 1.5 million USD/year}
opening: {cash: 1 million USD}
"""
TERM = """\
fibercap: 1
id: base
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2002: 26 USD/km, 2003-Q3: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, fixed_cost: 1 million USD/year}}
projects: {line: {plant: works, adds: 150_000 km/year, capex: 9 million USD, spend: {2002: 40 %, 2003: 60 %}, complete: 2003-12-31}}
loans:
  bank: {commitment: 6 million USD, signed: 2001-01-01, matures: 8 years, rate: 8 %/year, grace: 3 years, payments: {every: quarter, first: 2001-03-31, end_of_month: true},
         draw_stop: true, covenants: {margin: {row: accounts.ebitda_margin_12m, at_least: 20 %, test: quarter}}}
funding: {line: {bank: 6 million USD, SOURCE}}
opening: {cash: 9 million USD}
"""


def run(text: str, *changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(text, *changes)))


def check_stops(projection: Projection, loan: str, key: str) -> Array:
    """Hold the flags against the tests, one by one; return the periods in which draws are stopped."""
    tests = {test.when: test.holds for test in covenants(projection)[f"{loan}.{key}"].tests}
    broken = projection.value(f"loans.{loan}.covenants.{key}.broken")[0]
    stopped: Array = projection.value(f"loans.{loan}.draws_stopped")[0]
    last = 0.0
    for k, label in enumerate(projection.timeline.labels):
        assert stopped[k] == last
        last = float(not tests[label]) if label in tests else last
        assert broken[k] == last
    assert not of_texts(projection)
    return stopped


def test_a_revolver_is_not_drawn_while_it_is_stopped_and_owners_lift_cash_instead() -> None:
    free, kept = run(REVOLVER, ("LIMIT", "99"), (" draw_stop: true,", "")), run(REVOLVER, ("LIMIT", "1"))
    stopped = check_stops(kept, "line", "lev") > 0
    called, owners = kept.value("loans.line.called")[0], kept.value("accounts.equity_for_cash")[0]

    assert stopped.any()
    assert (called[stopped] == 0).all()
    assert called.sum() > 0
    assert (owners[stopped] > 0).any()
    assert free.value("loans.line.called")[0][stopped].sum() > 0
    np.testing.assert_allclose(kept.value("accounts.cash")[0].min(), 0.3e6)
    assert any("line: a broken covenant stops draws, from 200" in text for text in warnings(kept))


@pytest.mark.parametrize("source", ["equity: rest", "equity: 3 million USD"])
def test_what_a_stopped_loan_does_not_pay_the_next_source_pays_or_none(source: str) -> None:
    free, kept = run(TERM, ("SOURCE", source), ("draw_stop: true,", "")), run(TERM, ("SOURCE", source))
    stopped = check_stops(kept, "bank", "margin") > 0
    drawn, uses = kept.value("funding.line.bank")[0], kept.value("funding.line.uses")[0]
    paid = drawn + kept.value("funding.line.equity")[0]
    gap = kept.value("accounts.unfunded_uses")[0]

    assert (uses[stopped] > 0).any()
    assert (drawn[stopped] == 0).all()
    assert 0 < drawn.sum() < free.value("funding.line.bank").sum()
    np.testing.assert_allclose(paid + gap, uses, atol=1e-6)
    np.testing.assert_allclose(kept.value("loans.bank.draws")[0], drawn, atol=1e-6)
    assert (gap.sum() > 1e5) == ("rest" not in source)
    assert any(each.kind == "uses_unfunded" for each in findings(kept)) == ("rest" not in source)


DATED = TERM.replace(
    "draw_stop: true,", "draws: {2001-08-15: 1 million USD, 2003-02-10: 1 million USD}, draw_stop: true,"
)


def test_a_draw_on_a_date_on_which_draws_are_stopped_is_not_made() -> None:
    text = DATED.replace("bank: 6 million USD, SOURCE", "equity: rest")
    free, kept = run(text, (" draw_stop: true,", "")), run(text)
    stopped = check_stops(kept, "bank", "margin") > 0
    planned, made = free.value("loans.bank.draws")[0], kept.value("loans.bank.draws")[0]

    assert planned[stopped].tolist().count(1e6) == 1
    assert made.tolist() == np.where(stopped, 0.0, planned).tolist()
    assert kept.value("loans.bank.closing")[0, -1] < 1e6
    assert any("bank: a broken covenant stops draws, from 200" in text for text in warnings(kept))


def test_of_two_tests_one_may_look_ahead_to_cash_and_the_other_know_nothing_of_it() -> None:
    ahead = "test: quarter}, ahead: {row: accounts.llcr, at_least: LIMIT, test: quarter}", "tax: {rate: 30 %}\nopening:"
    changes = ("SOURCE", "equity: rest"), ("test: quarter}", ahead[0]), ("opening:", ahead[1])
    kept = {limit: run(TERM, *changes, ("LIMIT", limit)) for limit in ("0.1", "40")}

    for projection in kept.values():
        broken = [projection.value(f"loans.bank.covenants.{key}.broken")[0] for key in ("margin", "ahead")]
        stopped = projection.value("loans.bank.draws_stopped")[0]
        assert broken[0].any()
        assert stopped[1:].tolist() == np.maximum(*broken)[:-1].tolist()
        assert of_texts(projection) == []
    least, most = (projection.value("loans.bank.covenants.ahead.broken")[0].sum() for projection in kept.values())
    assert least < most


def test_after_the_last_test_nothing_is_stopped_any_more() -> None:
    changes = ("matures: 8 years", "matures: 2 years"), ("grace: 3 years", "grace: 1 year")
    kept = run(TERM, ("SOURCE", "equity: rest"), *changes)
    tests = covenants(kept)["bank.margin"].tests
    broken = kept.value("loans.bank.covenants.margin.broken")[0]
    last = kept.timeline.labels.index(tests[-1].when)

    assert tests[-1].when == "2003-Q1"
    assert not tests[-1].holds
    assert broken[last] == 1
    assert not broken[last + 1 :].any()
    assert kept.value("loans.bank.draws_stopped")[0][last + 2 :].sum() == 0


def test_without_a_broken_covenant_it_changes_nothing() -> None:
    kept = run(TERM, ("SOURCE", "equity: rest"), ("at_least: 20 %", "at_least: -90 %"))
    free = run(TERM, ("SOURCE", "equity: rest"), ("at_least: 20 %", "at_least: -90 %"), (" draw_stop: true,", ""))

    for row in ("accounts.cash", "loans.bank.closing", "accounts.interest_paid", "accounts.net_income"):
        np.testing.assert_allclose(kept.value(row), free.value(row), rtol=1e-12, atol=1e-6)
    assert kept.value("loans.bank.draws_stopped").sum() == 0


@pytest.mark.long
@pytest.mark.parametrize("comparator", ["above", "at_least", "below", "at_most"])
def test_a_row_at_its_limit_is_judged_as_its_comparator_says(comparator: str) -> None:
    """The opening cash of 9 million USD is kept while nothing happens: exactly at the limit."""
    still = TERM.replace("{2001: 40 USD/km, 2002: 26 USD/km, 2003-Q3: 40 USD/km}", "20 USD/km").replace(
        ", fixed_cost: 1 million USD/year", ""
    )
    covenant = f"row: accounts.cash, {comparator}: 9 million USD, test: quarter"
    projection = run(
        still, ("SOURCE", "equity: rest"), ("row: accounts.ebitda_margin_12m, at_least: 20 %, test: quarter", covenant)
    )
    broken = projection.value("loans.bank.covenants.margin.broken")[0]
    test = covenants(projection)["bank.margin"].tests[0]

    assert test.value == pytest.approx(9e6)
    assert test.holds == (comparator in {"at_least", "at_most"})
    assert broken[0] == float(not test.holds)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (REVOLVER.replace("LIMIT", "1"), "plants.works.cash_cost"),
        (TERM.replace("SOURCE", "equity: rest"), "plants.works.cash_cost"),
    ],
)
def test_a_batch_is_its_members(text: str, path: str) -> None:
    plan, samples = scenario_of(text), Quantity(np.array([[20.0], [19.0], [23.0]]), "USD/km")
    batch = project(plan.with_samples({path: samples}))
    loan = next(iter(plan.loans))

    for k in range(3):
        alone = project(plan.with_samples({path: samples[k : k + 1]}))
        for row in ("accounts.cash", f"loans.{loan}.closing", f"loans.{loan}.draws_stopped"):
            np.testing.assert_allclose(batch.value(row)[k], alone.value(row)[0], rtol=1e-12, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("covenants: {margin: {row: accounts.ebitda_margin_12m, at_least: 20 %, test: quarter}}", "covenants: {}", "the loan has a draw stop but no covenants"),
        ("row: accounts.ebitda_margin_12m, at_least: 20 %, test: quarter", "measure: min_dscr, at_least: 1", "name the `row` that is tested, date by date"),
        ("row: accounts.ebitda_margin_12m, at_least: 20 %, test: quarter", "row: accounts.ebitda, at_least: 1 USD, test: quarter", "neither a balance nor a ratio"),
        ("{bank: 6", "{include_financing_costs: true, bank: 6", "leave it out, or leave `draw_stop` of `bank` out"),
    ],
)  # fmt: skip
def test_a_draw_stop_that_cannot_wait_is_refused_with_a_way_out(old: str, new: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        run(TERM, ("SOURCE", "equity: rest"), (old, new))


def test_dated_draws_of_a_revolver_are_refused_beside_it() -> None:
    """Room is kept for draws to come, which later tests may stop."""
    dated = ("draw_stop: true,", "draw_stop: true, draws: {2001-06-30: 1 million USD},")
    with pytest.raises(ScenarioError, match=re.escape("let `company.gap` draw it")):
        run(REVOLVER, ("LIMIT", "1"), dated)


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "change"),
    [
        (REVOLVER.replace("LIMIT", "1"), "loans.line.rate: 11 %/year"),
        (TERM.replace("SOURCE", "equity: 3 million USD"), "loans.bank.covenants.margin.at_least: 1 %"),
        (DATED.replace("bank: 6 million USD, SOURCE", "equity: rest"), "loans.bank.covenants.margin.at_least: 1 %"),
    ],
)
def test_a_recalculated_workbook_stops_draws(text: str, change: str, tmp_path: Path) -> None:
    scenario = scenario_of(f"{text}options: {{other: {{change: {{{change}}}}}}}\n")
    calculator = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path)

    assert disagreements(calculator.read(), project(scenario), AS_WRITTEN) == []
    calculator.choose("other")
    assert disagreements(calculator.read(), project(scenario.with_option("other")), "other") == []


def test_it_stands_in_explain_and_in_a_plan_written_anew() -> None:
    projection = run(REVOLVER, ("LIMIT", "1"))
    stopped = projection.value("loans.line.draws_stopped")[0]
    explanation = explain(projection, "loans.line.draws_stopped", projection.timeline.labels[int(stopped.argmax())])

    assert isinstance(explanation, Result)
    assert explanation.number.value == 1
    use = explain(projection, "loans.line.covenants.lev.at_most")
    assert isinstance(use, Use)
    assert "loans.line.covenants.lev.broken" in use.rows


@pytest.mark.parametrize(
    "terms", ["commitment: 6 million USD, signed: 2001-01-01, matures: 8 years", "outstanding: 6 million USD, remaining: 8 years"]
)  # fmt: skip
def test_a_loan_that_nothing_draws_says_when_nothing_could_be_drawn_and_no_warning_does(terms: str) -> None:
    old = "commitment: 6 million USD, signed: 2001-01-01, matures: 8 years"
    projection = run(TERM, ("bank: 6 million USD, SOURCE", "equity: rest"), ("first: 2001-03-31, ", ""), (old, terms))

    assert check_stops(projection, "bank", "margin").any()
    assert isinstance(explain(projection, "loans.bank.draws_stopped", "2003-Q1"), Result)
    assert not any("stops draws" in warning for warning in warnings(projection))
