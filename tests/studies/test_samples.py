"""Drawing inputs: every number that can be drawn, series that are moved as a whole, and the threads of a batch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.language.spec import quantities
from fibercap.core.quantity import Quantity
from fibercap.core.threads import blas_threads, one_blas_thread
from fibercap.core.units import Samples
from fibercap.model import project as model_project
from fibercap.model.laws import proof
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.plan.inputs import written_path
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.batch import evaluate
from fibercap.studies.movable_inputs import Handle, lever

RICH = """\
fibercap: 1
horizon: {from: 2000, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: {multiple: 3}, minimum_cash: 1 million USD}
exchange:
  EUR: {average: {2000: 0.90 USD/EUR, 2001: 0.80 USD/EUR, 2002: 1.10 USD/EUR}, closing: {2000: 0.95 USD/EUR, 2001: 0.85 USD/EUR, 2002: 1.20 USD/EUR}}
rates: {libor: {2000: 6 %/year, 2001: 4 %/year}}
products:
  f: {price: {2000: 60 EUR/km, 2002: 50 EUR/km}}
  g: {price: 40 USD/km, demand: {2000: 200_000 km/year, 2002: 1 Mkm/year}}
plants:
  jena: {product: f, capacity: 100_000 km/year, cash_cost: 30 EUR/km, fixed_cost: 1 million DEM/year, maintenance: 100_000 EUR/year, utilization: 90 %}
  xtal: {product: g, capacity: 400_000 km/year, cash_cost: {2000: 22 USD/km, 2001: 20 USD/km}, purchase: {price: 5 million USD, on: 2000-06-30, life: 8 years, working_capital: 1 million USD}}
projects:
  line: {plant: jena, adds: 50_000 km/year, capex: 5 million EUR, overrun: 5 %, spend: {2000: 40 %, 2001: 60 %}, complete: 2001-06-30, delay: 2 months, ramp: {linear: 6 months}, fixed_cost: 200_000 EUR/year}
  more: {plant: xtal, adds: 100_000 km/year, capex: 4 million USD, spend: {2001: 100 %}, complete: 2001-12-31, ramp: {s_curve: 6 months}, life: 8 years}
  third: {plant: xtal, adds: 50_000 km/year, capex: 2 million USD, spend: {2001: 100 %}, complete: 2001-12-31, ramp: {table: {0 months: 40 %, 6 months: 100 %}}, delay: 1 months}
loans:
  bank: {commitment: 6 million EUR, signed: 2000-02-15, matures: 6 years, rate: 6 %/year, grace: 1 year, fees: {upfront: 1 %, undrawn: 0.5 %/year, guarantee: 1 %/year, agency: 10_000 EUR/year}, prepayments: {2002-03-31: 0.1 million EUR}, after_prepayment: recast}
  old: {outstanding: 2 million DEM, remaining: 30 months, rate: {1999: 5 %/year, 2001-06-15: 6 %/year}, repayment: {style: equal_principal, balloon: 0.2 million DEM}}
  flo: {commitment: 3 million USD, signed: 2000-03-31, matures: 5 years, rate: {index: libor, margin: 2 %/year, floor: 3 %/year, cap: 9 %/year}, sweep: 30 %, after_prepayment: recast, draws: {2000-03-31: 2 million USD, 2000-09-30: 1 million USD}, repayment: {style: level, payment_cap: 7.5 %, allow_negative_amortization: true}, covenants: {cover: {row: accounts.dscr, at_least: 1.1, lock_up: 1.2}}}
  cust: {commitment: 1 million USD, signed: 2000-03-31, matures: 3 years, rate: 7 %/year, repayment: {style: custom, schedule: {2001-03-31: 0.3 million USD, 2002-03-31: 0.3 million USD}}, prepayments: {2001-09-30: 0.2 million USD}, after_prepayment: recast, rounding: {to: 0.01 USD}}
  fix: {commitment: 1 million USD, signed: 2000-03-31, matures: 4 years, rate: 7 %/year, repayment: {style: fixed_payment, payment: 60_000 USD, allow_negative_amortization: true}, prepayments: {2001-09-30: 0.2 million USD}, after_prepayment: recast}
  sculpt: {commitment: 1 million USD, signed: 2000-03-31, matures: 4 years, rate: 7 %/year, repayment: {style: sculpted, dscr: 1.3}}
  ann: {commitment: 1 million USD, signed: 2000-03-31, matures: 4 years, rate: 7 %/year, repayment: {style: level, initial_repayment: 3 %/year}}
  ends: {commitment: 1 million USD, signed: 2000-01-01, matures: 4 years, rate: 7 %/year, payments: {every: quarter, first: 2000-03-31, end_of_month: true}, repayment: {style: level, amortize_over: 6 years}}
  rev: {commitment: 5 million USD, signed: 2000-01-15, matures: 5 years, rate: 9 %/year, repayment: {style: revolver}, fees: {undrawn: 0.4 %/year}}
funding:
  line: {grant: {share: 20 %, after: 4 months}, bank: 3 million EUR, equity: rest}
  more: {order: pro_rata, bank: 25 %, equity: 1 million USD, cash: rest}
  xtal: {equity: 3 million USD, cash: rest}
company: {overhead: {2000: 0.5 million USD/year, 2001: 1 million USD/year}, equity: {2000-03-31: 5 million USD}, dividends: {2002-12-31: 0.5 million USD}}
working_capital: {receivables: 55 days, inventory: 40 days, payables: 30 days, days_in_year: 360}
tax: {rate: {2000: 40 %, 2002: 34 %}, lag: 3 months, expire: 2 years, use_at_most: 60 %}
opening: {cash: 9 million USD, receivables: 1 million USD, inventory: 0.5 million USD, payables: 0.2 million USD, fixed_assets: {value: 8 million USD, life: 50 months}, other_assets: 1 million USD, other_liabilities: 2 million USD, tax_losses: 3 million USD}
claims: {c: {says: x, row: plants.jena.nameplate, when: end of 2002, at_least: 100_000 km/year}}
"""
"""A plan with a loan of nearly every style, three currencies, purchases, ramps, rules of tax, and who pays."""

REFUSED = (
    "an amount in", "depends on cash", "at most its commitment", "has an upfront fee", "are given", "one of them",
    "a revolver has a sweep", "shares that total", "`within` without `about`", "no such path",
)  # fmt: skip
"""Why a plan, rather than the field, does not take a draw: moved alone, the input contradicts another."""


def handles_with_samples(scenario: Scenario) -> Iterator[Handle]:
    """Run over one number of each input that can be drawn."""
    for path, _, _ in quantities(scenario):
        try:
            yield lever(scenario, ".".join(written_path(path))).handles[0]
        except FibercapError as error:
            assert re.search("cannot be moved|is fixed: ", str(error))  # noqa: PT017 - both outcomes are results


def alike(batch: Projection, number: int, alone: Projection) -> list[str]:
    """Return the rows in which a member of a batch differs from the same plan alone."""
    results = []
    others = dict(alone.rows)
    for row in [row for row in batch.rows if row in others]:
        values, single = batch.value(row), alone.value(row)[0]
        member = values[min(number, len(values) - 1)]
        # Nearly all are the same bit for bit, which is quicker to see.
        if not (member == single).all() and not np.allclose(member, single, rtol=1e-9, atol=1e-5, equal_nan=True):
            results.append(row)
    return results


@pytest.mark.long
def test_every_number_that_can_be_drawn_is_drawn() -> None:
    scenario = scenario_of(RICH)
    plain, tried = project(scenario), 0
    for count, handle in enumerate(handles_with_samples(scenario)):
        values = np.array([[handle.value], [handle.value * 0.99 if handle.value else 1e-3]])
        try:
            batch = project(scenario.with_samples({handle.path: Samples(values, handle.unit)}))
        except ScenarioError as error:
            assert any(why in str(error) for why in REFUSED), handle.path  # noqa: PT017 - both outcomes are results
            continue
        tried += 1
        assert alike(batch, 0, plain) == [], handle.path
        if count % 5 == 0:
            alone = project(scenario.with_samples({handle.path: Samples(values[1:], handle.unit)}))
            assert alike(batch, 1, alone) == [], handle.path
    assert tried > 100


@pytest.mark.long
def test_a_share_of_losses_is_drawn() -> None:
    """`tax.use_at_most`, the only thing drawn, widens what is assessed."""
    scenario = scenario_of(RICH.replace("utilization: 90 %", "utilization: 20 %"))
    shares = Samples(np.array([[0.2], [0.6], [1.0]]), "")
    batch = project(scenario.with_samples({"tax.use_at_most": shares}))
    for number in range(3):
        alone = project(scenario.with_samples({"tax.use_at_most": Samples(shares.magnitude[number : number + 1], "")}))
        assert alike(batch, number, alone) == []


def test_the_step_of_rounding_cannot_be_drawn() -> None:
    with pytest.raises(ScenarioError, match="cannot differ by sample"):
        scenario_of(RICH).with_samples({"loans.cust.rounding.to": Samples(np.array([[0.01], [0.1]]), "USD")})


FACTORS = np.array([[0.9], [1.0], [1.1]])
PRICE = "products.single_mode.price"
ROW = f"inputs.{PRICE}"


@pytest.mark.parametrize(
    ("move", "texts"),
    [
        ({"times": FACTORS}, ["{times: 0.9}", "{times: 1}", "{times: 1.1}"]),
        ({"times": Quantity(100 * FACTORS, "percent")}, ["{times: 90 %}", "{times: 100 %}", "{times: 110 %}"]),
        ({"plus": Quantity(FACTORS, "USD/km")}, ["{plus: 0.9 USD/km}", "{plus: 1 USD/km}", "{plus: 1.1 USD/km}"]),
        ({"plus": Samples(FACTORS, "kUSD/km")}, ["{plus: 900 USD/km}", "{plus: 1000 USD/km}", "{plus: 1100 USD/km}"]),
    ],
)
def test_a_series_is_moved_as_a_whole(move: dict[str, Any], texts: list[str]) -> None:
    """Each draw is the plan with the same operator laid over it by hand; every value over time moves."""
    scenario = read("fibercore")
    batch = evaluate(scenario, {PRICE: move}, ["project_npv", ROW], chunk=2)

    for number, text in enumerate(texts):
        alone = project(read("fibercore", settings=[f"{PRICE}={text}"]))
        assert batch[ROW][number] == pytest.approx(alone.value(ROW)[0])
        assert batch["project_npv"][number] == pytest.approx(measure_named(alone, "project_npv").values[0])
        assert len(set(batch[ROW][number].round(6))) > 1


@pytest.mark.parametrize("path", [PRICE, "company.overhead"])
def test_one_number_does_not_replace_a_series(path: str) -> None:
    scenario = read("fibercore", settings=["company.overhead={2000: 9 million USD/year, 2002: 10 million USD/year}"])
    unit = "USD/km" if path == PRICE else "USD/year"
    with pytest.raises(ScenarioError, match="in place of a block of values") as caught:
        evaluate(scenario, {path: Quantity(40 * FACTORS, unit)}, ["project_npv"])

    (problem,) = caught.value.problems
    assert problem.code == "in_place_of_block"
    assert f"{{'{path}': {{'times': samples}}}}" in problem.hint
    assert f"`{path}.2000`" in problem.hint
    assert evaluate(scenario, {f"{path}.2000": Quantity(40 * FACTORS, unit)}, ["project_npv"])["project_npv"].shape == (
        3,
    )


def test_a_floating_rate_is_not_made_a_fixed_one() -> None:
    scenario = scenario_of(RICH)
    with pytest.raises(ScenarioError, match=r"sample one of them: `loans\.flo\.rate\.margin`"):
        scenario.with_samples({"loans.flo.rate": Quantity(FACTORS, "percent/year")})


def test_matrix_products_of_a_batch_use_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = blas_threads()
    if threads is None:
        pytest.skip("NumPy uses another library than OpenBLAS")
    before, seen = threads.get(), []
    prove = proof.prove_laws

    def watch(*arguments: Any, **named: Any) -> Any:
        seen.append(threads.get())
        return prove(*arguments, **named)

    monkeypatch.setattr(model_project, "prove_laws", watch)
    threads.put(2)
    try:
        if threads.get() != 2:
            pytest.skip("there is but one core")
        evaluate(read("fibercore"), {PRICE: {"times": FACTORS}}, ["project_npv"])
        assert seen == [1]
        assert threads.get() == 2
        with one_blas_thread():
            assert threads.get() == 1
    finally:
        threads.put(before)
