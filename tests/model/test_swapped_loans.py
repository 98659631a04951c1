"""A loan swapped for one with the same terms changes nothing; a loan that nothing uses is not drawn."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.plan_warnings import warnings
from tests.model.test_formulas import disagreements
from tests.written import valid_scenarios

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: month}
money: {report_in: USD, discount_rate: 10 %/year}
products: {f: {price: 40 USD/km}}
plants: {p: {product: f, capacity: 1_000_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: p, adds: 1 km/year, capex: 12 million USD, complete: 2001-12-31, spend: {2001: 100 %}}
loans:
  bank: {commitment: 5 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year, fees: {upfront: 1 %, undrawn: 1 %/year}}
funding:
  line: {grant: 20 %, bank: 5 million USD, equity: rest}
options:
  as_it_is: {title: As it is}
  the_same:
    remove: [loans.bank, funding.line.bank]
    add:
      loans.bank: {commitment: 5 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year, fees: {upfront: 1 %, undrawn: 1 %/year}}
      funding.line.bank: 5 million USD
  renamed:
    remove: [loans.bank, funding.line.bank]
    add:
      loans.lender: {commitment: 5 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year, fees: {upfront: 1 %, undrawn: 1 %/year}}
      funding.line.lender: 5 million USD
"""
OFFER = (
    "  offer: {commitment: 3 million USD, signed: 2001-02-01, matures: 4 years, rate: 9 %/year, REST"
    "fees: {upfront: 1 %, undrawn: 1 %/year, guarantee: 1 %/year, agency: 10_000 USD/year}}\n"
)


def of_plan(projection: Projection) -> dict[str, float]:
    """Return every measure that is not about one loan."""
    results = {key: m.value for key, m in measures(projection).items() if "." not in key}
    return {key: np.nan if value is None else float(value) for key, value in results.items()}


@pytest.mark.parametrize("name", ["the_same", "renamed"])
def test_a_loan_swapped_by_an_option_changes_no_measure(name: str) -> None:
    scenario = scenario_of(PLAN)
    before, after = (of_plan(project(scenario.with_option(option))) for option in ("as_it_is", name))

    assert after == pytest.approx(before, abs=0.005, rel=1e-12, nan_ok=True)


def test_the_german_bank_of_the_shipped_case_draws_before_equity() -> None:
    projection = project(read("fibercore", "german_bank"))
    bank, equity = (
        np.cumsum(projection.value(f"funding.jena_multimode.{key}")[0]) for key in ("german_bank", "equity")
    )
    signed = projection.timeline.labels.index("2001-01")

    assert bank[-1] == pytest.approx(13e6)
    during = (bank > 0) & (bank < 13e6 - 1)
    assert (np.diff(equity)[signed:][during[signed + 1 :]] < 1e-6).all()


@pytest.mark.long
@settings(max_examples=40)
@given(text=valid_scenarios(rich=True), data=st.data())
def test_a_swapped_loan_changes_nothing_in_random_plans(text: str, data: st.DataObject) -> None:
    """The swapped loan stands last in the file, and last but for the rest in each funding that it pays for."""
    loans = re.findall(r"^  (loan_\d): \{commitment", text, re.MULTILINE)
    assume(loans)
    name = data.draw(st.sampled_from(loans[-1:]))
    block = text[text.index(f"  {name}: {{commitment") :].split("\n", maxsplit=1)[0]
    asked = re.findall(
        rf"^  (\w+): \{{.*\b{name}: ([\d.]+ (?:%|million USD))", text[text.index("\nloans:") :], re.MULTILINE
    )
    asked = [(key, amount) for key, amount in asked if key != name]
    add = [f"      loans.other:{block[block.index(':') + 1 :]}"] + [
        f"      funding.{key}.other: {amount}" for key, amount in asked
    ]
    remove = ", ".join([f"loans.{name}", *(f"funding.{key}.{name}" for key, _ in asked)])
    option = "options:\n  swapped:\n    remove: [" + remove + "]\n    add:\n" + "\n".join(add) + "\n"
    try:
        scenario = scenario_of(text + option)
        before = project(scenario)
        after = project(scenario.with_option("swapped"))
    except FibercapError as error:
        if "would grow instead of being repaid" not in str(error):
            raise
        return
    for path in (
        "accounts.cash",
        "accounts.debt",
        "accounts.net_income",
        "accounts.paid_in_capital",
        "accounts.unfunded_uses",
    ):
        assert after.value(path)[0] == pytest.approx(before.value(path)[0], abs=0.005)
    assert of_plan(after) == pytest.approx(of_plan(before), abs=0.005, rel=1e-9, nan_ok=True)


def project_offer(rest: str = "", gap: str = "") -> Projection:
    text = PLAN.replace("funding:\n", f"{OFFER.replace('REST', rest)}funding:\n") + gap
    return project(scenario_of(text))


def rows(projection: Projection) -> dict[str, Any]:
    return {path: projection.value(path)[0] for path in projection.rows if path.startswith("accounts.")}


@pytest.mark.parametrize(
    ("rest", "gap"),
    [
        ("", ""),
        ("sweep: 50 %, ", ""),
        ("prepayments: {2002-03-31: 1 million USD}, ", ""),
        ("repayment: {style: sculpted, dscr: 1.3}, ", ""),
        ("repayment: {style: revolver}, ", "company: {gap: [equity]}\n"),
    ],
)
def test_a_loan_that_nothing_uses_is_not_drawn_and_costs_nothing(rest: str, gap: str) -> None:
    without, projection = project(scenario_of(PLAN + gap)), project_offer(rest, gap)
    flows = ("draws", "interest", "fees", "upfront_fee", "principal", "closing", "deferred_fee")

    for key in flows:
        assert not projection.value(f"loans.offer.{key}").any()
    for path, values in rows(without).items():
        if path in projection.rows and not projection.rows[path].undefined:
            assert projection.value(path)[0] == pytest.approx(values, abs=1e-6)
    message = "offer is not drawn: no funding, `gap`, `draws` or `outstanding` uses it"
    assert any(warning.startswith(message) for warning in warnings(projection))
    assert measures(projection)["all_in_cost.offer"].value is None
    assert disagreements(projection) == []


@pytest.mark.parametrize(
    "rest",
    [
        "draws: {2001-03-31: 1 million USD}, ",
        "repayment: {style: revolver}, ",
    ],
)
def test_a_loan_that_is_used_costs_its_fees(rest: str) -> None:
    """A revolver stands in `gap` unless `gap` is written without it."""
    projection = project_offer(rest)

    assert projection.value("loans.offer.upfront_fee").sum() == pytest.approx(30e3)
    assert not any("is not drawn" in warning for warning in warnings(projection))


@pytest.mark.parametrize(
    "name",
    [
        "grant",
        "rest",
        "revolver",
        "order",
        "note",
        "cash_for_grant",
        "include_financing_costs",
        "uses",
        "gap",
        "bank_to_date",
    ],
)
def test_a_loan_may_not_have_a_name_that_means_something_else(name: str) -> None:
    with pytest.raises(ScenarioError, match=f"found the name `{name}`, wanted another"):
        scenario_of(PLAN.replace("funding:\n", f"{OFFER.replace('REST', '').replace('offer', name)}funding:\n"))
