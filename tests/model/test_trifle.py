"""Is there money? What rounding leaves decides no fee, no flag, no ratio; laws are measured by what went in."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.core.errors import FibercapError, IdentityError, ScenarioError
from fibercap.core.formulas.formula import evaluate
from fibercap.core.quantity import Quantity
from fibercap.model.cash.trifle import HALF_A_CENT, ROUNDING, Trifle, least_money
from fibercap.model.laws.law import largest_amount
from fibercap.model.laws.proof import ABSOLUTE, RELATIVE, Books, prove_laws
from fibercap.model.loans import Moves, Setting, schedule_block
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, read, scenario_of
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings
from tests.model.test_formulas import Reader, disagreements
from tests.written import valid_scenarios

MONEY = re.compile(r"([\d._]+) (million |thousand )?(USD|EUR|DEM)")
PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, fixed_cost: 1 million USD/year}}
projects: {line: {plant: works, adds: 100_000 km/year, capex: 5 million USD, complete: 2001-12-31}}
loans: {bank: {commitment: 3 million USD, signed: 2001-01-15, matures: 3 years, rate: 8 %/year, fees: {agency: 10_000 USD/year}}}
funding: {line: {bank: 2 million USD, equity: rest}}
company: {equity: {2001-03-31: 1 million USD}, overhead: 0.5 million USD/year}
opening: {cash: -2 million USD, receivables: 1 million USD}
"""


def scale(text: str, factor: float, of_loans: float = 1.0) -> str:
    """Return a plan with all amounts of money multiplied; those of the block of loans by another factor, too."""
    lines, block = [], ""
    for line in text.splitlines():
        block = block if line.startswith(" ") else line.split(":")[0]
        times = 1.0 if block == "exchange" else factor * (of_loans if block == "loans" else 1.0)
        more = MONEY.sub(lambda m, k=times: f"{float(m[1].replace('_', '')) * k:.12g} {m[2] or ''}{m[3]}", line)  # type: ignore[misc]
        lines.append(more)
    return "\n".join(lines) + "\n"


def extreme(*, rich: bool) -> st.SearchStrategy[str]:
    """Plans whose amounts are of a yen's size or of a cent's, and loans that are small or large beside them."""
    factors = st.sampled_from([1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6])
    return st.builds(scale, valid_scenarios(rich=rich), factors, st.sampled_from([1.0, 1.0, 1e-6, 1e-3, 1e3]))


PLANS = st.booleans().flatmap(lambda rich: extreme(rich=rich))


def sound(text: str) -> Projection:
    """Project a plan; what no plan can be is left aside, a broken law is not."""
    try:
        return project(scenario_of(text))
    except ScenarioError:  # an amount that is asked of a loan which is now too small
        assume(False)
    except IdentityError:
        raise
    except FibercapError as error:  # a balloon beyond what is drawn, a long first period
        if "would grow instead of being repaid" not in str(error):
            raise
        assume(False)
    raise AssertionError


@pytest.mark.long
@settings(max_examples=60)
@given(text=PLANS)
def test_no_sound_plan_is_stopped_whatever_the_size_of_its_amounts(text: str) -> None:
    projection = sound(text)

    measures(projection)
    warnings(projection)


@pytest.mark.long
@settings(max_examples=20)
@given(text=PLANS)
def test_formulas_decide_alike_whatever_the_size_of_amounts(text: str) -> None:
    projection = sound(text)

    message = disagreements(projection)
    assert [text for text in message if ".accrued at" not in text] == []  # what rounding leaves beside 1e15


SUMS = (
    ("accounts.cash", "cash"),
    ("accounts.total_assets", "balance"),
    ("accounts.paid_in_capital", "owners"),
    ("accounts.retained_earnings", "owners"),
    ("accounts.operating_cash_flow", "cash"),
    ("accounts.net_income", "owners"),
    ("accounts.dividends", "owners"),
    ("accounts.equity_paid_in", "owners"),
)


@pytest.mark.long
@settings(max_examples=60)
@given(
    text=PLANS,
    planted=st.sampled_from(SUMS),
    spot=st.floats(0.2, 0.99),
    sign=st.sampled_from([-1, 1]),
)
def test_a_cent_is_found_in_any_sum_where_doubles_hold_a_cent(
    text: str, planted: tuple[str, str], spot: float, sign: int
) -> None:
    """Beyond 10 billion a cent is less than 1e-12 of what went in: there, ten times the tolerance is planted."""
    projection = sound(text)
    reader = Reader(projection)
    values: dict[str, Any] = {path: value.copy() for path, value in reader.values.items()}
    reader.values = values
    entered = float(np.max(Books(projection.scenario, reader).company))
    tolerance = max(ABSOLUTE, RELATIVE * entered)
    row, _ = planted
    values[row][0, int(spot * projection.timeline.count)] += sign * max(0.01, 10 * tolerance)

    with pytest.raises(IdentityError, match="is broken"):
        prove_laws(projection.scenario, reader)


@pytest.mark.parametrize("row", ["loans.bank.closing", "loans.bank.draws", "funding.line.uses", "funding.line.equity"])
def test_a_cent_is_found_in_loans_and_funding(row: str) -> None:
    projection = project(scenario_of(PLAN))
    reader = Reader(projection)
    values: dict[str, Any] = {path: value.copy() for path, value in reader.values.items()}
    reader.values = values
    values[row][0, 2] += 0.01

    with pytest.raises(IdentityError, match="is broken"):
        prove_laws(projection.scenario, reader)


@pytest.mark.parametrize("cents", [-1.0, 1.0])
def test_a_cent_too_many_owed_by_customers_is_found(cents: float) -> None:
    """Nothing is owed for longer than a period: the balance is what was billed, or nothing."""
    projection = project(scenario_of(PLAN + "working_capital: {receivables: 92 days}\n"))
    reader = Reader(projection)
    values: dict[str, Any] = {path: value.copy() for path, value in reader.values.items()}
    reader.values = values
    billed = np.cumsum(values["accounts.revenue"], axis=-1)[0, 0] + 1e6
    values["accounts.receivables"][0, 0] = billed + 0.01 if cents > 0 else -0.01

    with pytest.raises(IdentityError, match=r"`billed` is broken: accounts.receivables, 2001-Q1"):
        prove_laws(projection.scenario, reader)


def test_flows_count_with_all_that_came_before_them() -> None:
    flow = np.array([[1.0, -2.0, 3.0], [0.0, 0.0, 0.5]])

    assert largest_amount(np.array([[4.0], [0.25]]), flows=(flow,)).tolist() == [[6.0], [0.5]]


@given(amount=st.floats(0, 1e15), largest_amount=st.floats(0, 1e15))
def test_an_amount_counts_above_half_a_cent_and_above_rounding(amount: float, largest_amount: float) -> None:
    trifle = Trifle("{t}", least_money(np.asarray(largest_amount)))

    counts = amount > 0.005 and amount > 1e-12 * largest_amount
    assert bool(trifle.counts(np.asarray(amount))) == counts
    read_ = {"a": np.asarray(amount), "t": trifle.value}
    assert float(evaluate(trifle.counted_text("{a}"), lambda path, _: read_[path])) == (amount if counts else 0.0)
    assert (HALF_A_CENT, ROUNDING) == (0.005, 1e-12)


def test_the_largest_amount_of_a_plan_is_all_that_it_moves_opens_with_and_may_borrow() -> None:
    """Recounted by hand from the inputs: four years, the line from 2002 on, its capex, equity, cash and loan."""
    made = 200_000 * 4 + 100_000 * 3
    by_hand = made * (40 + 20) + 4 * 1e6 + 5e6 + 4 * 0.5e6 + 2e6 + 1e6 + 1e6 + 3e6

    given_ = project(scenario_of(PLAN)).scalars
    assert float(given_["money.largest"].value) == pytest.approx(by_hand)
    assert float(given_["money.trifle"].value) == HALF_A_CENT
    large = project(scenario_of(scale(PLAN, 1e4))).scalars
    assert float(large["money.trifle"].value) == pytest.approx(1e-12 * 1e4 * by_hand)


def test_it_is_drawn_with_what_it_is_made_of() -> None:
    plan = scenario_of(scale(PLAN, 1e4))
    samples = {"products.fiber.price": Quantity(np.array([[1e5], [4e5], [1e6]]), "USD/km")}

    batch = project(plan.with_samples(samples)).scalars["money.trifle"].value
    for member, value in enumerate(samples["products.fiber.price"]):
        alone = project(plan.with_samples({"products.fiber.price": value[None, :]}))
        assert batch[member, 0] == float(alone.scalars["money.trifle"].value.flat[0])


def test_no_result_rests_on_an_input_for_what_rounding_may_leave_of_it() -> None:
    """The scale reads every amount; what a measure rests on stays what its formulas use."""
    projection = project(scenario_of(PLAN))

    (rests,) = [
        {item.path for item in projection.evidence.inputs_under(measure.rests_on)}
        for name, measure in measures(projection).items()
        if name == "project_npv"
    ]
    assert "loans.bank.commitment" not in rests
    assert "opening.cash" not in rests
    assert "projects.line.capex" in rests


def test_a_loan_that_stands_alone_is_measured_by_its_own_commitment() -> None:
    text = """\
fibercap: 1
loans: {large: {commitment: 1e12 USD, signed: 2001-01-15, matures: 2 years, rate: 8 %/year}}
"""
    loan = contracts_of(text, "loans").loans["large"]
    block = schedule_block(Setting("large", loan, "USD"), Moves())

    assert float(block.given["loans.large.trifle"].value) == pytest.approx(1.0)
    assert f"MAX({{loans.large.half_a_cent}}, 1e-12 * {{{'inputs.loans.large.commitment'}}})" == (
        block.given["loans.large.trifle"].formula
    )


AGENCY = """\
fibercap: 1
horizon: {from: 2001, to: 2007}
money: {report_in: USD}
products: {p: {price: 40 USD/km}}
plants: {w: {product: p, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
loans:
  early:
    commitment: 512_000 USD
    signed: 2004-09-18
    draws: {2004-09-18: 512_000 USD}
    matures: 2010-01-28
    rate: 12 %/year
    repayment: {style: equal_principal}
    payments: {every: half_year, on: start, first: 2004-12-20}
    grace: 12 months
    fees: {undrawn: 0.5 %/year, guarantee: 1 %/year, agency: 10_000 USD/year}
"""


@pytest.mark.parametrize("style", ["equal_principal", "level"])
def test_a_repaid_loan_costs_no_fee(style: str) -> None:
    """Payments in advance repay all of it one interval before maturity, but for what rounding leaves (1,055.56 USD)."""
    projection = project(scenario_of(AGENCY.replace("equal_principal", style)))

    path = "loans.early.schedule"
    owed, fees = projection.value(f"{path}.opening")[0], projection.value(f"{path}.fees")[0]
    repaid = (owed <= 1e-6) & (projection.value(f"{path}.month")[0] > 24060)
    assert repaid.any()
    assert fees[repaid].max() < 1e-6
    assert projection.value("loans.early.schedule.principal").sum() == pytest.approx(512_000)
    assert disagreements(projection) == []


def test_what_rounding_leaves_makes_no_ratio_and_no_date_of_debt() -> None:
    """A service or a draw of a billionth of a dollar is none (the shipped `two_banks` drew 2.8e-9 USD)."""
    value = project(read("two_banks")).value

    drawn = value("accounts.draws")[0]
    dust = (drawn > 0) & (drawn < HALF_A_CENT)
    paid = sum(value(f"loans.{name}.pays") for name in read("two_banks").loans)
    assert not value("accounts.debt_moves")[0][dust & (np.asarray(paid)[0] == 0)].any()
    served = value("accounts.debt_service")[0] > HALF_A_CENT
    assert (np.isfinite(value("accounts.period_dscr")[0]) == served).all()


@pytest.mark.long
def test_what_is_funded_in_small_shares_of_a_large_project_is_a_sound_plan() -> None:
    """Each month's rest was cut at 1e-12 of the whole project, and measured by 1e-12 of a month (58 million USD)."""
    text = """\
fibercap: 1
horizon: {from: 2003, to: 2010}
money: {report_in: USD}
products: {p0: {price: 41.67 USD/km}}
plants: {w0: {product: p0, capacity: 571000 km/year, cash_cost: {2003: 49.54 USD/km}}}
projects: {j1: {plant: w0, adds: 186000 km/year, capex: 58468000 USD, complete: 2003-04-10, spend: {from: 2003-01-01}}}
rates: {lib: {1990: 1.95 %/year}}
loans:
  l0: {commitment: 8854000 USD, signed: 2010-09-26, matures: 2016-05-16, rate: {index: lib}}
  l1: {commitment: 13262000 USD, signed: 2004-02-29, matures: 2010-05-06, rate: {index: lib}}
funding: {j1: {l0: 5 %, l1: 5 %, equity: rest}}
"""
    projection = project(scenario_of(text))

    assert projection.laws["sources_equal_uses"] <= 1e-6
    assert projection.value("funding.j1.equity").sum() == pytest.approx(58_468_000)


def test_cash_near_nothing_beside_large_flows_is_a_sound_plan() -> None:
    """Costs of ten billion a month take what sales bring: nothing is left but rounding."""
    text = """\
fibercap: 1
horizon: {from: 2001, to: 2030}
money: {report_in: USD}
products: {p: {price: 0.7 USD/km}}
plants: {w: {product: p, capacity: 171428571428 km/year, utilization: 97.3 %, cash_cost: 0.7 USD/km}}
company: {gap: [equity]}
working_capital: {receivables: 47 days, inventory: 31 days, payables: 78 days}
"""
    projection = project(scenario_of(text))

    assert np.abs(projection.value("accounts.cash")).max() < 1e11
    assert findings(projection) == ()


def test_interest_that_is_rounded_up_is_not_charged_on_what_rounding_leaves() -> None:
    """What payments leave, 7e-11 USD, bears interest of less than a step; rounded up it would be a whole step a year."""
    exact = "rounding: {to: 0.0001 USD, interest: up, payment: none}"
    projection = project(scenario_of(AGENCY.replace("fees: {", f"{exact}\n    fees: {{")))

    value = projection.value
    owed, later = value("loans.early.schedule.opening")[0], value("loans.early.schedule.month")[0] > 24060
    left = later & (owed < 1e-6)
    assert left.sum() == 2
    assert (owed[left] > 0).all()
    assert value("loans.early.schedule.interest_paid")[0][left].tolist() == [0.0, 0.0]
    assert value("loans.early.schedule.interest_paid")[0][later & ~left].sum() > 3_000
    assert disagreements(projection) == []
