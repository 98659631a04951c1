"""Cover over twelve months: recomputed from other rows, what funding and cash pay, and when there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.quantity import Quantity
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.batch import evaluate
from tests.model.test_formulas import disagreements
from tests.written import replace_parts, valid_scenarios

BUILDS = """\
fibercap: 1
horizon: {from: 2001, to: 2012, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {site: {product: fiber, capacity: 0 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: site, adds: 200_000 km/year, capex: 16 million USD, spend: {2001: 50 %, 2002: 50 %}, complete: 2002-12-31}
loans:
  bank: {commitment: 12 million USD, signed: 2001-01-01, matures: 2010-12-31, rate: 8 %/year, grace: 2 years,
         payments: {every: quarter, first: 2001-03-31, end_of_month: true}}
funding: {line: {include_financing_costs: true, bank: 12 million USD, equity: rest}}
"""
"""A plant whose interest while building is funded; cases V03 and V10 of the public cases."""


def run(*changes: tuple[str, str], text: str = BUILDS) -> Projection:
    return project(scenario_of(replace_parts(text, *changes)))


def row(projection: Projection, path: str) -> Any:
    return projection.value(path)[0]


def base(option: str = "level") -> Projection:
    return project(read("fibercore").with_option(option))


def over_twelve(flow: Any, projection: Projection) -> Any:
    """Add up a flow over the twelve months to each period's end, one by one."""
    count = 12 // projection.timeline.months
    return np.array([flow[max(k - count + 1, 0) : k + 1].sum() for k in range(len(flow))])


def quotient(above: Any, below: Any, projection: Projection) -> Any:
    known = (np.round(below, 2) > 0) & (np.arange(len(below)) >= 12 // projection.timeline.months - 1)
    return np.where(known, above / np.where(known, below, 1.0), np.nan)


@pytest.mark.long
@settings(max_examples=30, deadline=None)
@given(text=valid_scenarios(rich=True))
def test_ratios_over_twelve_months_recompute_from_other_rows(text: str) -> None:
    """Funding's own payments are added up by hand: uses less what cash and nobody pays."""
    projection = project(scenario_of(text))
    plan, rows = projection.scenario, {key: row(projection, f"accounts.{key}") for key in (
        "ebitda", "tax_paid", "working_capital_increase", "maintenance", "capex", "purchases", "interest_paid",
        "fees_paid", "scheduled_principal", "service_funded", "interest_accrued", "interest_funded", "debt",
    )}  # fmt: skip
    paid = np.zeros(projection.timeline.count)
    for key, funding in plan.funding.items():
        sources = sum(row(projection, f"funding.{key}.{name}") for name in funding.sources if name != "cash")
        spent = row(projection, f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase")
        uses = row(projection, f"funding.{key}.uses")
        paid += sources * np.divide(spent, uses, out=np.zeros_like(uses), where=uses > 0)
    equity = rows["capex"] + rows["purchases"] - paid
    cfads = rows["ebitda"] - rows["tax_paid"] - rows["working_capital_increase"] - rows["maintenance"] - equity
    service = rows["interest_paid"] + rows["fees_paid"] + rows["scheduled_principal"] - rows["service_funded"]
    interest = rows["interest_accrued"] - rows["interest_funded"]
    cash, before, due, earned, accrued = (
        over_twelve(flow, projection) for flow in (cfads, cfads + equity, service, rows["ebitda"], interest)
    )

    for key, above, below in (
        ("dscr", cash, due), ("dscr_before_capex", before, due), ("interest_cover", earned, accrued),
        ("debt_to_ebitda", rows["debt"], earned),
    ):  # fmt: skip
        ratio = row(projection, f"accounts.{key}_12m")
        assert ratio == pytest.approx(quotient(above, below, projection), rel=1e-6, abs=1e-5, nan_ok=True)
    december = np.array([day.month == 12 for day in projection.timeline.dates])
    for key in ("dscr", "interest_cover", "debt_to_ebitda"):
        ratio = np.where(december, row(projection, f"accounts.{key}_12m"), np.nan)
        assert row(projection, f"accounts.{key}") == pytest.approx(ratio, nan_ok=True)


@pytest.mark.long
@settings(max_examples=20, deadline=None)
@given(text=valid_scenarios())
def test_cash_for_debt_service_says_nothing_of_what_projects_are_worth(text: str) -> None:
    """The unlevered free cash flow is the same, whoever pays for capex."""
    projection = project(scenario_of(text))
    rows = {key: row(projection, f"accounts.{key}") for key in (
        "ebitda", "tax_paid_unlevered", "working_capital_increase", "maintenance", "capex", "purchases", "grants",
    )}  # fmt: skip
    flow = rows["ebitda"] - rows["tax_paid_unlevered"] - rows["working_capital_increase"] - rows["maintenance"]
    flow = flow - rows["capex"] - rows["purchases"] + rows["grants"]

    assert row(projection, "accounts.unlevered_cash_flow") == pytest.approx(flow, abs=1e-6)


def test_the_base_is_covered_as_two_other_programs_found() -> None:
    """Values at Fleet's payment months, computed outside the project (docs/conventions.md, section 6)."""
    projection = base()
    paid = row(projection, "loans.fleet.has_payment") > 0

    assert row(projection, "accounts.dscr_12m")[paid] == pytest.approx(
        [4.4492, 2.2286, 1.7471, 1.8963, 1.4868, 2.1249, 2.9443, 4.7097, 6.5278, 8.2522, 9.6926, 11.4545, 13.0730,
         14.6216, 16.2036], abs=5e-5,
    )  # fmt: skip
    ratio = row(projection, "accounts.dscr_12m")
    assert (np.nanmin(ratio), projection.timeline.labels[int(np.nanargmin(ratio))]) == (
        pytest.approx(1.3998, abs=5e-5),
        "2002-05",
    )
    by_name = measures(projection)
    for name, value, when in (
        ("min_dscr", 1.4868, "2002-04"),
        ("min_interest_cover", 11.742, "2002-01"),
        ("max_debt_to_ebitda", 1.079, "2001-03"),
        ("average_dscr", 7.7974, ""),
    ):
        assert by_name[name].value == pytest.approx(value, abs=5e-4)
        assert by_name[name].when == when
    lowest = {name: measures(base(name))["min_dscr"].value for name in ("equal_principal", "grace_one_year", "bullet")}
    assert lowest == pytest.approx({"equal_principal": 1.3789, "grace_one_year": 2.0978, "bullet": 2.4663}, abs=5e-5)


def test_capex_that_nobody_else_pays_comes_off_cash_flow() -> None:
    """Base without funding of the last step: -21.03 in 2003, not 10.84; before capex it is as it was."""
    gone = {"remove": Leaf(("funding.xtal_3",))}
    named: dict[str, Leaf | Branch] = {**gone, "add": Branch({"funding.xtal_3": Branch({"cash": Leaf("rest")})})}
    without, projection = (project(read("fibercore").with_changes(Branch(changes))) for changes in (gone, named))
    ratio = projection.by("accounts.dscr")["2003"][0]

    assert ratio == pytest.approx(-21.0274, abs=0.01)
    assert without.by("accounts.dscr")["2003"][0] == pytest.approx(ratio)
    assert row(projection, "accounts.dscr_before_capex_12m")[47] == pytest.approx(10.8352, abs=5e-5)
    assert row(projection, "accounts.self_funded_capex").sum() == pytest.approx(78.2e6)


def test_interest_that_funding_pays_is_no_debt_service() -> None:
    """CFADS of 1,000,000 a quarter over a payment of 511,327: 1.956 from 2003 on, and no ratio before."""
    projection = run()
    ratio = row(projection, "accounts.dscr_12m")

    assert np.isnan(ratio[:8]).all()
    assert ratio[8] == pytest.approx(1e6 / 511_327.288, rel=1e-6)
    assert measures(projection)["min_dscr"].value == pytest.approx(1.9557, abs=5e-5)
    assert measures(projection)["min_dscr"].when == "2003-Q1"
    assert np.isnan(row(projection, "accounts.interest_cover_12m")[:8]).all()


def test_a_running_company_that_builds_keeps_its_cover() -> None:
    """EBITDA of 1.0 million a year beside a line in building: no ratio in 2001 and 2002, 2.44 from 2003."""
    projection = run(("capacity: 0 km/year", "capacity: 50_000 km/year"))

    assert [round(value[0], 2) for value in projection.by("accounts.dscr").values() if np.isfinite(value[0])] == [
        2.44
    ] * 8
    assert np.isnan(row(projection, "accounts.dscr")[:8]).all()


@pytest.mark.parametrize("step", ["month", "quarter"])
@pytest.mark.parametrize("first", ["2001-03-31", "2001-02-14"])
def test_funding_pays_what_accrued_until_completion_on_whatever_day_it_is_due(step: str, first: str) -> None:
    projection = run(("step: quarter", f"step: {step}"), ("first: 2001-03-31, end_of_month: true", f"first: {first}"))
    funded, costs = row(projection, "accounts.service_funded"), row(projection, "funding.line.financing_costs")
    service = row(projection, "accounts.debt_service")
    inside = np.array([day.year < 2003 for day in projection.timeline.dates])

    assert funded.sum() == pytest.approx(costs.sum())
    assert service[inside] == pytest.approx(0.0, abs=1e-6)
    assert (service >= -1e-6).all()
    assert disagreements(projection) == []


def test_what_funding_does_not_reach_stays_debt_service() -> None:
    """The bank's 12 million are spent before the line is complete; from then on cash pays capex and interest."""
    projection = run((", equity: rest", ""))
    uses, gap = row(projection, "funding.line.uses"), row(projection, "funding.line.gap")
    capex, interest = row(projection, "projects.line.capex"), row(projection, "loans.bank.interest")
    share = gap / np.where(uses > 0, uses, 1.0)

    assert 0 < gap.sum() < uses.sum()
    assert row(projection, "accounts.self_funded_capex") == pytest.approx(capex * share)
    assert row(projection, "accounts.debt_service")[:8] == pytest.approx(interest[:8] * share[:8], abs=1e-6)


def test_interest_that_is_capitalized_is_not_served_by_funding_later() -> None:
    projection = run(("grace: 2 years", "grace: 2 years, capitalize_until: 2001-12-31"))

    assert (row(projection, "accounts.service_funded")[8:] == 0).all()
    assert disagreements(projection) == []


def test_parts_of_years_have_no_ratio_of_the_year() -> None:
    projection = run(("from: 2001, to: 2012", "from: 2001-07, to: 2010-06"), ("signed: 2001-01-01", "signed: 2001-07-01"),
                     ("first: 2001-03-31", "first: 2001-09-30"), ("spend: {2001: 50 %, 2002: 50 %}", "spend: {2002: 100 %}"),
                     ("capacity: 0 km/year", "capacity: 50_000 km/year"), ("include_financing_costs: true, ", ""))  # fmt: skip
    known = [year for year, value in projection.by("accounts.interest_cover").items() if np.isfinite(value[0])]

    assert known == [str(year) for year in range(2002, 2010)]
    assert np.isnan(row(projection, "accounts.interest_cover_12m")[:3]).all()
    assert np.isfinite(row(projection, "accounts.interest_cover_12m")[3:]).all()


def test_a_horizon_below_twelve_months_has_no_lowest_cover_and_says_so() -> None:
    projection = run(("to: 2012", "to: 2001-09"), ("matures: 2010-12-31, rate: 8 %/year, grace: 2 years,", "matures: 2001-09-30, rate: 8 %/year,"), ("spend: {2001: 50 %, 2002: 50 %}, complete: 2002-12-31",
                     "spend: {2001: 100 %}, complete: 2001-09-30"), ("include_financing_costs: true, ", ""))  # fmt: skip
    by_name = measures(projection)

    assert by_name["min_dscr"].reason == "no payment falls once twelve months of the horizon are over"
    assert by_name["min_dscr_by_year"].reason == "the horizon has no whole calendar year with it"


@pytest.mark.long
@settings(max_examples=10, deadline=None)
@given(prices=st.lists(st.integers(15, 60), min_size=2, max_size=3), rate=st.integers(1, 14))
def test_a_batch_of_covers_equals_its_members(prices: list[int], rate: int) -> None:
    keep = (
        "min_dscr", "min_dscr_by_year", "average_dscr", "min_interest_cover", "min_interest_cover_by_year",
        "max_debt_to_ebitda", "max_debt_to_ebitda_by_year", "min_dscr.bank", "accounts.dscr_12m", "accounts.service_funded",
    )  # fmt: skip
    text = BUILDS.replace("8 %/year", f"{rate} %/year").replace(", equity: rest", "")
    scenario, drawn = scenario_of(text), np.array(prices, dtype=float)[:, None]
    together = evaluate(scenario, {"products.fiber.price": Quantity(drawn, "USD/km")}, keep)
    for one in range(len(prices)):
        alone = evaluate(scenario, {"products.fiber.price": Quantity(drawn[one : one + 1], "USD/km")}, keep)
        for name in keep:
            assert np.broadcast_to(together[name], (len(prices), *np.shape(together[name])[1:]))[one] == pytest.approx(
                alone[name][0], nan_ok=True, rel=1e-9
            )


def test_the_horizon_is_as_far_as_lenders_look() -> None:
    projection = base()

    assert projection.dates_to_maturity[:60] == projection.timeline.dates
    assert projection.to_maturity("accounts.dscr_12m").shape[-1] == len(projection.dates_to_maturity)
