"""What projects are worth, and what owners really pay and get, less the company that does nothing new."""

from __future__ import annotations

from pathlib import Path
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
from fibercap.model.returns.explained_rates import explained_rates
from fibercap.model.returns.roots import all_rates, only_rate
from fibercap.reading.files import read, scenario_of
from fibercap.studies.batch import evaluate
from fibercap.studies.bridge import bridge
from fibercap.studies.compare import compare
from fibercap.studies.plan_warnings import warnings
from fibercap.studies.step_warning import step_warning
from fibercap.studies.verdict.verdict import verdict
from fibercap.views.verdict_text import PLAIN, free_cash_flow_text
from tests.written import valid_scenarios

# Rate of return of a plant built 30/70 whose tax is paid a year later: the question behind
# https://github.com/numpy/numpy-financial/issues/44, the plant as in
# https://tutorsglobe.com/question/assume-that-losses-cannot-be-offset-against-revenues-from-51177556.aspx
PLANT = """\
fibercap: 1
horizon: {from: 2001, to: 2013, step: year}
money: {report_in: USD, discount_rate: 15 %/year}
products: {a: {price: 1_000 USD/km}}
plants: {site: {product: a, capacity: 0 km/year, cash_cost: 400 USD/km, closes: 2012-12-31}}
projects: {plant: {plant: site, adds: 400_000 km/year, capex: 600 million USD, spend: {2001: 30 %, 2002: 70 %}, complete: 2002-12-31, ramp: {table: {0 months: 50 %, 12 months: 100 %}}, fixed_cost: 20 million USD/year}}
tax: {rate: 35 %, lag: 12 months}
"""

# A machine of 5,000 bought now, 1,300 after tax for five years at 10 %:
# http://www.me.utexas.edu/~jensen/ORMM/omie/problems/units/economics/taxes_review/rev_ans.html
MACHINE = """\
fibercap: 1
horizon: {from: 2000, to: 2005, step: year}
money: {report_in: USD, discount_rate: 10 %/year, valuation_date: 2000-12-31}
products: {a: {price: 2.5 USD/km}}
plants: {p: {product: a, capacity: 0 km/year, cash_cost: 1 USD/km}}
projects: {m: {plant: p, adds: 1000 km/year, capex: 5000 USD, spend: {2000: 100 %}, complete: 2000-12-31, life: 5 years}}
tax: {rate: 40 %}
opening: {cash: 10_000 USD}
"""

PATH = Path("scenarios/fibercore.yaml")
OWNED = ("equity_npv", "equity_irr", "fcfe_npv", "fcfe_irr")


def base(*settings: str, option: str | None = None) -> Projection:
    return project(read("fibercore", option, settings))


def value(projection: Projection, name: str) -> float:
    measure = measures(projection)[name].value
    assert measure is not None
    return measure


def option_of(text: str, written: str, name: str = "other") -> Projection:
    """Project a scenario with one more option."""
    return project(scenario_of(text.replace("options:\n", f"options:\n  {name}: {written}\n", 1)).with_option(name))


@pytest.fixture(scope="module")
def text() -> str:
    return PATH.read_text(encoding="utf-8")


def test_a_plant_whose_last_flow_is_negative_has_the_rate_that_lies_near() -> None:
    """The flows have rates of -74.5 % and 20.83 %; a plan is judged by the second, and the first is named."""
    by_name = measures(project(scenario_of(PLANT)))

    assert by_name["project_npv"].value == pytest.approx(121.0942e6, rel=1e-6)
    assert by_name["project_irr"].value == pytest.approx(0.208282, abs=1e-6)
    assert by_name["project_irr"].remark == "another rate, -74.55 %/year, is set aside"


def test_a_valuation_date_counts_from_the_end_of_its_day() -> None:
    """-5,000 + 1,300 a year for five years at 10 %, from the end of the year 2000."""
    by_hand = -5000 + sum(1300 / 1.1**year for year in range(1, 6))

    assert by_hand == pytest.approx(-71.9772, abs=1e-4)
    assert value(project(scenario_of(MACHINE)), "project_npv") == pytest.approx(by_hand)


FLOWS = np.array([-180.0, -420, 100, 206, *[164] * 8, -56])


@pytest.mark.parametrize(
    ("flows", "rate", "remark"),
    [
        (FLOWS, 0.208282, "another rate, -74.55 %/year, is set aside"),
        ([-1.0, 0.3], -0.7, ""),  # the only rate is the rate, wherever it lies
        ([-1.0, 20.0], 19.0, ""),
        ([-100.0, 230.0, -132.0], None, ""),  # 10 % and 20 %: undefined, both named
        ([1.0, -60.0, 800.0, -2000.0], None, ""),  # three rates over 1,000 %, or one or none: see below
        ([-100.0, 4000.0, -4400.0], 0.132038, "another rate, over 1,000 %/year, is set aside"),
    ],
)
def test_one_rule_for_every_rate(flows: Any, rate: float | None, remark: str) -> None:
    rates, reason, message = explained_rates(np.arange(float(len(flows))), np.atleast_2d(flows))
    roots = all_rates(np.arange(len(flows)), flows)
    inside = [root for root in roots if -0.5 <= root <= 10]

    if len(roots) != 1 and len(inside) != 1:
        assert np.isnan(rates[0])
        assert reason
    if rate is not None:
        assert rates[0] == pytest.approx(rate, abs=1e-5)
        assert (reason, message) == ("", remark)


@pytest.mark.long
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=8))
def test_a_rate_is_the_only_root_or_the_only_one_in_reach(flows: list[float]) -> None:
    times = np.arange(len(flows))
    result, roots = only_rate(times, [flows])[0], all_rates(times, flows)
    inside = roots[(roots >= -0.5) & (roots <= 10.0)]

    expected = roots[0] if len(roots) == 1 else inside[0] if len(inside) == 1 else np.nan
    assert result == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("option", "npv", "irr"),
    [
        (None, 46_448_526.52, 0.248832),
        ("equal_principal", 46_489_004.10, 0.248934),
        ("bullet", 46_023_860.56, 0.247759),
        ("grace_one_year", 46_314_695.31, 0.248494),
        ("no_debt", 44_111_187.51, 0.232748),
        ("german_bank", 48_975_859.36, 0.269548),
    ],
)
def test_owners_worth_by_option(option: str | None, npv: float, irr: float) -> None:
    """Computed outside the project, by two programs written apart (docs/conventions.md, section 7)."""
    projection = base(option=option)

    assert value(projection, "equity_npv") == pytest.approx(npv, abs=0.006)
    assert value(projection, "equity_irr") == pytest.approx(irr, abs=6e-7)


def test_owners_worth_recomputes_from_printed_rows() -> None:
    """Dividends less equity, and on the last day five years of EBITDA and cash less debt, with projects and without."""
    projection = base()

    def owners(prefix: str) -> Any:
        def value_of(row: str) -> Any:
            return projection.value(f"{prefix}accounts.{row}")[0]

        flow = (
            value_of("dividends")
            - value_of("equity_for_projects")
            - value_of("equity_paid_in")
            - value_of("equity_for_cash")
        )
        owed = value_of("debt")[-1] + value_of("accrued_interest")[-1] + value_of("tax_payable")[-1]
        flow[-1] += 5 * value_of("ebitda")[-12:].sum() + value_of("cash")[-1] - owed
        return flow

    by_hand = (owners("") - owners("without_projects.")) @ (1.12 ** (-np.arange(1, 61) / 12))
    assert value(projection, "equity_npv") == pytest.approx(by_hand)


def test_the_reference_company_has_the_loans_of_its_purchases_only() -> None:
    projection = base()
    names = {path.split(".")[2] for path in projection.rows if path.startswith("without_projects.loans.")}

    assert names == {"algar"}
    assert projection.value("without_projects.loans.algar.draws").sum() == pytest.approx(2.5e6)
    assert "without_projects.loans.algar.schedule.closing" in projection.rows


def test_every_loan_counts_against_the_plan_as_written(text: str) -> None:
    """Equity in the place of the seller's loan makes owners poorer, though it pays for a purchase, not for a project."""
    projection = option_of(text, "{remove: [loans.algar, funding.xtal.algar]}")

    assert value(projection, "equity_npv") == pytest.approx(45_544_797, abs=0.6)
    assert value(projection, "equity_irr") == pytest.approx(0.242960, abs=6e-7)


@pytest.mark.long
def test_a_revolver_of_the_same_plan_and_one_that_costs_a_fortune() -> None:
    by_name = measures(project(read("fleet_revolver")))
    assert by_name["equity_npv"].value == pytest.approx(47_128_490.74, abs=0.006)
    assert by_name["equity_irr"].value == pytest.approx(0.250574, abs=6e-7)
    assert by_name["fcfe_irr"].value == pytest.approx(0.249884, abs=6e-7)

    drawn = "add: {loans.dear: {commitment: 50 million USD, signed: 2000-01-31, matures: 6 years, rate: RATE, repayment: {style: revolver}, payments: {every: month}}}"
    options = "".join(
        f"  {name}: {{{drawn.replace('RATE', rate)}}}\n"
        for name, rate in (("cheap", "4 %/year"), ("dear", "40 %/year"))
    )
    plain = PATH.read_text(encoding="utf-8").replace("  cash: {value: 3 million USD,", "  cash: {value: 0 USD,")
    scenario = scenario_of(plain.replace("options:\n", f"options:\n{options}", 1))
    worth = {name: value(project(scenario.with_option(name)), "equity_npv") for name in ("cheap", "dear")}
    assert project(scenario.with_option("dear")).value("loans.dear.called").sum() > 0
    assert worth["dear"] < worth["cheap"]


def test_owners_who_pay_nothing_in_have_no_rate() -> None:
    plain = MACHINE.replace(
        "opening:",
        "loans: {bank: {commitment: 5000 USD, signed: 2000-01-01, matures: 8 years, rate: 5 %/year}}\nfunding: {m: {bank: rest}}\nopening:",
    )
    measure = measures(project(scenario_of(plain)))["equity_irr"]

    assert (measure.value, measure.reason) == (None, "owners pay nothing in")


@pytest.mark.parametrize(("changes", "npv"), [
    (("loans.fleet.repayment={style: bullet}",), 49_095_190.85),
    (("loans.fleet.repayment={style: bullet}", "loans.fleet.rate=10 %/year", "loans.fleet.payments={every: year}"), 48_939_498),
    ((), 48_598_562.42),
])  # fmt: skip
def test_free_cash_flow_to_equity_takes_off_interest_that_is_owed(changes: tuple[str, ...], npv: float) -> None:
    """Interest of 10 % that is paid once a year is not cheaper than 8.5 % by quarter for being owed at the horizon."""
    assert value(base(*changes), "fcfe_npv") == pytest.approx(npv, abs=0.6)


def test_tax_that_is_due_at_the_horizon_is_deducted() -> None:
    projection = base("tax.lag=12 months")

    assert value(projection, "project_npv") == pytest.approx(48_599_321, abs=0.6)
    due = projection.value("accounts.tax_payable_unlevered") - projection.value(
        "without_projects.accounts.tax_payable_unlevered"
    )
    assert projection.value("returns.project_settlement")[0, -1] == pytest.approx(-due[0, -1])
    assert value(projection, "equity_npv") == pytest.approx(value(base(), "equity_npv"))  # idle cash pays it either way


def test_mid_period_discounting_moves_operations_and_leaves_the_end() -> None:
    middle, end = base("money.discounting=mid_period"), base()

    assert value(middle, "project_npv") == pytest.approx(46_875_350, abs=0.6)
    assert value(middle, "equity_npv") == value(end, "equity_npv")
    moved = end.value("returns.project_cash_flow")[0] @ (1.12 ** (-np.arange(1, 61) / 12)) * (1.12 ** (1 / 24) - 1)
    assert value(middle, "project_npv") - value(end, "project_npv") == pytest.approx(moved)
    rate = value(middle, "project_irr")
    times = np.arange(1, 61) / 12
    flows = middle.value("returns.project_cash_flow")[0], middle.value("returns.project_terminal_value")[0]
    assert flows[0] @ (1 + rate) ** (1 / 24 - times) + flows[1] @ (1 + rate) ** -times == pytest.approx(0, abs=1)


def test_worth_without_a_terminal_value_has_a_rate_below_minus_fifty() -> None:
    assert value(base("money.terminal_value=none"), "project_irr") == pytest.approx(-0.5814, abs=6e-5)


def test_shares_of_the_base() -> None:
    by_name = measures(base())

    assert by_name["terminal_share"].value == pytest.approx(3.557, abs=6e-4)
    assert by_name["share_paid_back"].value == pytest.approx(0.2877, abs=6e-5)
    assert by_name["share_paid_back_discounted"].value == pytest.approx(0.2386, abs=6e-5)
    assert by_name["payback"].value is by_name["payback_discounted"].value is None
    poor = measures(base("products.single_mode.price=20 USD/km"))["terminal_share"]
    assert poor.value is None
    assert poor.reason.startswith("the NPV is not above zero; the terminal value is worth ")


def test_discounted_payback_comes_later() -> None:
    by_name = measures(project(scenario_of(MACHINE.replace("cash_cost: 1 USD/km", "cash_cost: 0.2 USD/km"))))

    flows = -5000 + np.cumsum([0.6 * 2300 + 400] * 5)
    discounted = -5000 + np.cumsum([1780 / 1.1**year for year in range(1, 6)])
    for name, summed in (("payback", flows), ("payback_discounted", discounted)):
        last = int(np.flatnonzero(summed < 0)[-1])
        gained = summed[last + 1] - summed[last]
        assert by_name[name].value == pytest.approx(1 + last + 1 - summed[last] / gained, rel=1e-3), name
    assert by_name["share_paid_back"].value == pytest.approx(1 + flows[-1] / 5000)
    assert by_name["share_paid_back_discounted"].value == pytest.approx(1 + discounted[-1] / 5000)


LEVELIZED = """\
fibercap: 1
horizon: {from: 2000, to: 2010, step: year}
money: {report_in: USD, discount_rate: 10 %/year, valuation_date: 2000-12-31}
products: {a: {price: 40 USD/km}}
plants: {p: {product: a, capacity: 0 km/year, cash_cost: 15 USD/km}}
projects: {m: {plant: p, adds: 100_000 km/year, capex: 10 million USD, spend: {from: 2000-12, to: 2000-12}, complete: 2000-12-31, life: 10 years}}
tax: {rate: 30 %}
opening: {cash: 20 million USD}
"""


@pytest.mark.parametrize("price", [30, 40, 50, 60])
@pytest.mark.parametrize(("step", "cost"), [("year", 33.9636), ("month", 32.9615)])
def test_a_levelized_cost_does_not_move_with_the_price(price: int, step: str, cost: float) -> None:
    """Capex of 10 million at the start, 100,000 km for ten years at a cost of 15, tax 30 %, straight line, 10 %."""
    plain = LEVELIZED.replace("40 USD/km", f"{price} USD/km").replace("step: year", f"step: {step}")

    assert value(project(scenario_of(plain)), "levelized_cost") == pytest.approx(cost, abs=6e-5)


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_at_its_levelized_cost_a_project_sold_at_book_is_worth_nothing(step: str) -> None:
    """Whatever the step; tax is unlevered and losses never arise, so that they are relieved at once."""
    plain = LEVELIZED.replace("step: year", f"step: {step}").replace("to: 2010", "to: 2006")
    plain = plain.replace("discount_rate", "terminal_value: book, discount_rate")
    cost = value(project(scenario_of(plain)), "levelized_cost")
    at_cost = project(scenario_of(plain.replace("40 USD/km", f"{cost!r} USD/km")))

    assert value(at_cost, "project_npv") == pytest.approx(0, abs=1e-3)


def test_the_warning_of_a_long_step_says_what_the_monthly_model_gives() -> None:
    """Projects' NPV by month 47.45, by quarter 48.69, by year 56.52 million USD."""
    for step, npv in (("quarter", 48_691_444), ("year", 56_517_542)):
        projection = base(f"horizon.step={step}")
        assert value(projection, "project_npv") == pytest.approx(npv, abs=0.6)
        (message,) = step_warning(projection)
        assert "47,449,586 USD by month" in message
        assert f"less than by {step}" in message
    assert step_warning(base()) == []


def test_a_valuation_date_is_warned_of() -> None:
    result = warnings(base("money.valuation_date=2001-01-01"))

    assert any("write 2000-12-31" in message for message in result)
    assert any("flows of 2000-01 to 2000-12 fall before the valuation date 2001-01-01" in message for message in result)
    assert not any(
        "valuation" in message for message in warnings(base("money.valuation_date=2000-01-31")) if "2000-01 " in message
    )
    assert not any("valuation" in message for message in warnings(base()))


def test_a_reference_that_runs_dry_is_reported_and_no_fault() -> None:
    result = warnings(
        base(
            "company.equity={2000-06-30: 1 million USD}",
            "plants.xtal.purchase.price=25 million USD",
            "company.overhead=16 million USD/year",
        )
    )

    assert any(
        message.startswith("without projects, and paid for as the plan is written, the company would")
        for message in result
    )


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(text=valid_scenarios())
def test_owners_flows_tie_to_the_books(text: str) -> None:
    """What owners pay and get adds up to paid-in capital, dividends and the last balance sheet, with projects or not."""
    projection = project(scenario_of(text))

    for prefix in ("", "without_projects."):

        def value_of(row: str, prefix: str = prefix) -> Any:
            return projection.value(f"{prefix}{row}")[0]

        left = value_of("accounts.cash")[-1] - sum(
            value_of(f"accounts.{key}")[-1] for key in ("debt", "accrued_interest", "tax_payable")
        )
        left += value_of("returns.company_terminal_value").sum()
        paid = value_of("accounts.dividends").sum() - value_of("accounts.paid_in_capital")[-1]
        scale = max(float(np.abs(value_of("accounts.cash")).max()), 1e6)
        assert value_of("returns.owners_flow").sum() == pytest.approx(paid + left, abs=1e-9 * scale)


@settings(max_examples=10, deadline=None)
@given(text=valid_scenarios())
def test_a_plan_without_projects_is_its_own_reference(text: str) -> None:
    """Where nothing is new, owners get what the reference company gives them, but for loans that pay for nothing."""
    plan = scenario_of(text)
    if plan.projects or set(plan.loans) - {name for paid in plan.funding.values() for name in paid.sources}:
        return
    assert project(plan).value("returns.equity_flow") == pytest.approx(0.0, abs=1e-3)


def test_options_that_change_only_financing_share_one_reference() -> None:
    scenario = read("fibercore")
    first = project(scenario)

    for name in ("bullet", "german_bank", "no_debt"):
        assert project(scenario.with_option(name), first).operations.reference is first.operations.reference


def test_a_setting_on_an_option_counts_as_written_too() -> None:
    """`run --option bullet --set X` is what `compare --set X` says of `bullet`."""
    settings = ("loans.algar.rate=20 %/year", "money.minimum_cash=3 million USD", "company.gap=[equity]")
    alone = measures(base(*settings, option="bullet"))
    beside = compare(read("fibercore", None, settings)).cases["bullet"].measures

    for name in OWNED:
        assert alone[name].value == beside[name].value


@pytest.mark.parametrize("option", [None, "bullet", "german_bank"])
def test_a_batch_of_an_option_is_its_members(option: str | None) -> None:
    scenario = read("fibercore", option)
    keep = (*OWNED, "terminal_share", "levelized_cost", "share_paid_back_discounted")
    rates, prices = np.array([[0.02], [0.09]]), np.array([[55.0], [66.0]])
    samples = {"loans.algar.rate": Quantity(rates, "1/year"), "products.multimode.price": Quantity(prices, "USD/km")}
    together = evaluate(scenario, samples, keep)
    for one, (rate, price) in enumerate(zip(rates.ravel(), prices.ravel(), strict=True)):
        changes = Branch(
            {"loans.algar.rate": Leaf(f"{100 * rate:.6f} %/year"), "products.multimode.price": Leaf(f"{price} USD/km")}
        )
        by_name = measures(project(scenario.with_changes(Branch({"change": changes}))))
        for name in keep:
            assert together[name][one] == pytest.approx(by_name[name].value, rel=1e-9), name


def test_an_option_that_gives_a_purchase_a_grant(text: str) -> None:
    """The projects are worth the same, but for the years in which tax is paid; owners gain the grant."""
    projection = option_of(text, "{add: {funding.xtal.grant: 2 million USD}}")

    assert value(projection, "project_npv") == pytest.approx(value(base(), "project_npv"), abs=1e3)
    gained = value(projection, "equity_npv") - value(base(), "equity_npv")
    assert 1e6 < gained < 2e6
    assert "same_without_projects.accounts.unlevered_cash_flow" in projection.rows


def test_the_bridge_between_plans_whose_reference_differs_leaves_no_remainder() -> None:
    plans = [project(read(name)) for name in ("fibercore", "slow_brazil", "two_banks", "jena_in_euro")]
    for plan in plans[1:]:
        if plan.scenario.currency == plans[0].scenario.currency:
            steps = bridge(plans[0], plan)
            assert steps is not None
            assert steps.end == pytest.approx(value(plan, "equity_npv"), abs=1e-3)


@pytest.mark.long
def test_compare_says_where_free_cash_flow_ranks_otherwise() -> None:
    """Owners lose by a bullet, for cash lies idle until it is repaid; free cash flow is all paid out, and gains."""
    comparison = compare(read("fibercore"), only=["level", "bullet"])

    assert comparison.best("equity_npv") == ("level",)
    assert comparison.best("fcfe_npv") == ("bullet",)
    assert free_cash_flow_text(verdict(comparison), PLAIN).startswith(
        "free cash flow to equity ranks otherwise (bullet first; bullet before level): cash that stays in the company"
    )
