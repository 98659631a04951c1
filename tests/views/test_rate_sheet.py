"""Rates of return in a workbook follow changed inputs by the engine's own rule, whatever number of rates flows have."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fibercap.core.units import Array
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.returns.rate_choice import plausible_rate
from fibercap.model.returns.roots import all_rates
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.rate_grid import newton_steps, scan_grid
from fibercap.views.workbook.workbook import workbook
from tests.sheets import Recalculator, Sheets, disagreements, inputs_of, spoilt

COST = 1_000_000.0
PRICES = {2002: 1_000_120.0, 2003: COST, 2004: COST, 2005: COST, 2006: COST}
PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2006, step: year}
money: {report_in: USD}
products: {fiber: {price: {2001: 1_000_000 USD/km, PRICES}}}
plants: {site: {product: fiber, capacity: 0 km/year, cash_cost: 1_000_000 USD/km}}
projects: {line: {plant: site, adds: 100_000 km/year, capex: 10 million USD, spend: {2001: 100 %}, complete: 2001-12-31}}
funding: {line: {bank: AMOUNT, equity: rest}}
loans: {bank: {commitment: 6 million USD, signed: 2001-02-01, matures: 3 years, rate: 8 %/year, fees: {upfront: FEE}}}
opening: {cash: 900 billion USD}
"""


def balancing_flows(*rates: float) -> tuple[float, ...]:
    """Return what follows -10 million in flows that balance at these rates, one a year."""
    flows = np.array([-10.0])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -(1.0 + rate)])
    return tuple(flows[1:].tolist())


FLOWS = {
    "one": (12.0,),
    "one, lost in part": (3.0,),
    "one, -99.5 %": (0.05,),
    "one, -99.9999 %": (0.00001,),
    "one, far above 1,000 %": (250.0,),
    "one late": (0.0, 0.0, 0.0, 0.0, 11.0),
    "none": (20.0, -12.0),
    "none, one sign": (-3.0, -2.0),
    "two": balancing_flows(0.1, 0.2),
    "two near each other": balancing_flows(0.151, 0.187),
    "two, one plausible": balancing_flows(-0.51, 1.3),
    "two, none plausible": balancing_flows(11.75, 36.6),
    "three": balancing_flows(0.1, 0.2, 0.3),
    "three, one plausible": balancing_flows(-0.81, 0.17, 11.2),
    "three, lost": balancing_flows(-0.99, -0.81, -0.6),
    "four": balancing_flows(0.1, 0.2, 0.3, 0.4),
    "five": balancing_flows(-0.2, 0.1, 0.4, 1.0, 3.0),
    "four, one plausible": balancing_flows(-0.9, 0.07, 11.0, 13.0),
}


def plan(flows: tuple[float, ...] = (), *, fee: str = "0 %", amount: str = "5 million USD") -> str:
    """Return a plan whose projects spend 10 million and then have these flows. [million USD]"""
    prices = PRICES | {2002 + number: COST + flow * 10.0 for number, flow in enumerate(flows)}
    written = ", ".join(f"{year}: {price!r} USD/km" for year, price in prices.items())
    return PLAN.replace("PRICES", written).replace("FEE", fee).replace("AMOUNT", amount)


@pytest.fixture(scope="module")
def calculator(tmp_path_factory: pytest.TempPathFactory) -> Recalculator:
    return Recalculator(spoilt(workbook(scenario_of(plan(fee="1 %")), "0.1.0")), tmp_path_factory.mktemp("rates"))


def enter(calculator: Recalculator, values: dict[str, float]) -> Sheets:
    cells = inputs_of(calculator.read(evaluate=False), "as written")
    for path, value in values.items():
        calculator.enter("Inputs", cells[path].row, cells[path].column, value)
    return calculator.read()


def prices(flows: tuple[float, ...]) -> dict[str, float]:
    here = PRICES | {2002 + number: COST + flow * 10.0 for number, flow in enumerate(flows)}
    return {f"products.fiber.price.{year}": price for year, price in here.items()}


@pytest.mark.parametrize("name", FLOWS)
def test_the_rate_and_what_is_reported_of_it_follow_changed_flows(name: str, calculator: Recalculator) -> None:
    flows = FLOWS[name]
    sheets = enter(calculator, prices(flows))
    projection = project(scenario_of(plan(flows, fee="1 %")))
    full = np.array([-10.0, *flows])
    rates = all_rates(np.arange(full.size), full)
    wanted = {"none": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}[re.findall("[a-z]+", name)[0]]

    assert len(rates) == wanted
    irr = measures(projection)["project_irr"].value
    assert np.nan_to_num(irr if irr is not None else np.nan) == pytest.approx(
        np.nan_to_num(plausible_rate(rates)), rel=1e-7
    )
    assert disagreements(sheets, projection, "as written") == []


@pytest.mark.parametrize(("fee", "amount"), [(0.0, 5e6), (0.03, 5e6), (0.03, 0.0), (0.0, 0.0)])
def test_the_cost_of_a_loan_follows_fees_and_draws(fee: float, amount: float, calculator: Recalculator) -> None:
    """A fee at signing, before the draw, brings a second rate, far above; a loan that nothing uses has none."""
    values = {"loans.bank.fees.upfront": fee, "funding.line.bank": amount, **prices((12.0,))}
    sheets = enter(calculator, values)
    projection = project(scenario_of(plan((12.0,), fee=f"{100 * fee} %", amount=f"{amount} USD")))

    assert [
        message for message in disagreements(sheets, projection, "as written") if message.startswith("Measures")
    ] == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rates=st.lists(
        st.sampled_from([-0.7, -0.52, -0.31, -0.1, 0.0, 0.04, 0.1, 0.13, 0.3, 1.0, 4.0, 11.0]), max_size=4, unique=True
    ),
    scale=st.sampled_from([1e-6, 1.0, 1e9]),
    step=st.sampled_from([0.5, 1.0, 2.0]),
)
def test_the_grid_shows_every_rate_that_the_engine_finds(rates: list[float], scale: float, step: float) -> None:
    flows: Array = np.array([-scale])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -((1.0 + rate) ** step)])
    times: Array = np.array([step * number for number in range(flows.size)])
    result = scan_grid(times, flows)
    here = [] if result is None else [np.expm1(newton_steps(place, times, flows)[-1]) for place in result.brackets]

    assert here == pytest.approx(all_rates(times, flows), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("times", [(0.0, 1.0), (0.0, 1 / 365), (0.0, 40.0)])
@pytest.mark.parametrize("ratio", [1e-9, 1e-3, 0.5, 2.0, 1e3, 1e9])
def test_rates_are_found_however_far_off(times: tuple[float, float], ratio: float) -> None:
    flows = np.array([-1.0, ratio])
    rates = scan_grid(np.array(times), flows)

    assert rates is not None
    assert len(rates.brackets) == 1
    x = newton_steps(rates.brackets[0], np.array(times), flows)[-1]
    assert x == pytest.approx(np.log(ratio) / times[1], rel=1e-9)
