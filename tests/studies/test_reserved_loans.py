"""Sizing and solving of plans with reserves, payouts and a lock-up, held against plans that are written out."""

from __future__ import annotations

import pytest
from scipy.optimize import brentq

from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.findings import faults
from fibercap.studies.sizing import Limit, size
from fibercap.studies.solving import solve
from tests.model.test_reserves import PLAN, USES
from tests.written import replace_parts

PRICE = "{2001: 40 USD/km, 2003-Q2: 18 USD/km, 2004: 40 USD/km}"
STEADY = (PRICE, "{2001: 40 USD/km, 2003-Q2: 30 USD/km}")
LOCKED = (
    "rate: 8 %/year, grace: 1 year",
    "rate: 8 %/year, grace: 1 year, covenants: {cover: {row: accounts.dscr_12m, at_least: 1.1, lock_up: 2, test: quarter}}",
)
NO_INTEREST = (", interest_on_cash: 3 %/year", "")
RESERVED = ("reserve: {covers: 6 months}", "reserve: {covers: 6 months, filled_from: operations}")
BARE = ((", reserve: {covers: 6 months}", ""), (", reserve: {covers: 3 months}", ""))
AMOUNTS = {"senior": "6 million USD", "junior": "2 million USD"}


def with_amount(text: str, loan: str, amount: float) -> Projection:
    """Project the plan with another loan, its commitment and what funding asks of it written out."""
    assert text.count(f"{loan}: {{commitment: {AMOUNTS[loan]}") == text.count(f"{loan}: {AMOUNTS[loan]}") == 1
    text = text.replace(f"commitment: {AMOUNTS[loan]}", f"commitment: {amount:.0f} USD")
    return project(scenario_of(text.replace(f"{loan}: {AMOUNTS[loan]}", f"{loan}: {amount:.0f} USD")))


def value(projection: Projection, measure: str) -> float:
    return float(measure_named(projection, measure).values[0])


@pytest.mark.parametrize(
    ("loan", "limit"),
    [("senior", Limit("min_dscr", 1.3)), ("junior", Limit("min_dscr", 1.3)), ("senior", Limit("min_llcr", 2.0)), ("junior", Limit("min_llcr", 1.3))],
    ids=["senior by dscr", "junior by dscr", "senior by llcr", "junior by llcr"],
)  # fmt: skip
@pytest.mark.parametrize("change", [RESERVED, USES, LOCKED], ids=["operations", "uses", "lock-up"])
def test_the_largest_loan_beside_reserves_keeps_its_limit_and_one_dollar_more_does_not(
    loan: str, limit: Limit, change: tuple[str, str]
) -> None:
    text = replace_parts(PLAN, STEADY, change)
    sizing = size(scenario_of(text), loan, [limit])
    kept, broken = (with_amount(text, loan, sizing.commitment + more) for more in (0.0, 1.0))

    assert value(kept, limit.measure) >= limit.value * (1 - 1e-9)
    assert value(broken, limit.measure) < limit.value
    assert sizing.values[limit.measure] == pytest.approx(value(kept, limit.measure), rel=1e-9)
    assert sizing.binds == (limit.measure,)
    assert kept.value(f"loans.{loan}.reserve")[0].any()


def test_reserves_stand_in_no_ratio_so_that_a_loan_is_as_large_with_them_as_without() -> None:
    """Cash bears no interest here, or what lies in a reserve would earn some."""
    limits = [Limit("min_dscr", 1.3)]
    sizes = {
        name: size(scenario_of(replace_parts(PLAN, STEADY, NO_INTEREST, *changes)), "senior", limits).commitment
        for name, changes in {"with": (RESERVED,), "from uses": (USES,), "without": BARE}.items()
    }

    assert sizes["with"] == sizes["from uses"] == sizes["without"] < 6e6


def test_what_goes_wrong_beside_a_reserve_at_that_size_is_reported() -> None:
    """The limit asked for holds with a loan at which the lender's own covenant is broken."""
    strict = (LOCKED[0], LOCKED[1].replace("at_least: 1.1", "at_least: 1.6"))
    text = replace_parts(PLAN, STEADY, strict)
    sizing = size(scenario_of(text), "senior", [Limit("min_dscr", 1.3)])

    assert sizing.faults == tuple(fault.fault for fault in faults(with_amount(text, "senior", sizing.commitment)))
    assert any("cover" in fault for fault in sizing.faults)


@pytest.mark.parametrize(
    ("measure", "target"), [("equity_npv", 3e6), ("min_llcr", 1.5), ("min_dscr", 1.5)]
)  # fmt: skip
def test_a_price_that_gives_a_result_beside_reserves_and_payouts_is_that_of_plans_written_out(
    measure: str, target: float
) -> None:
    text = replace_parts(PLAN, STEADY, LOCKED)

    def gap(factor: float) -> float:
        price = f"{{2001: {40 * factor!r} USD/km, 2003-Q2: {30 * factor!r} USD/km}}"
        return value(project(scenario_of(replace_parts(PLAN, (PRICE, price), LOCKED))), measure) - target

    solution = solve(scenario_of(text), measure, target, "products.fiber.price", between=(0.5, 3.0))
    assert solution.roots
    for root in solution.roots:
        near = brentq(gap, root.factor - 0.01, root.factor + 0.01, xtol=1e-12)
        assert root.factor == pytest.approx(near, rel=1e-6)
        assert root.result == pytest.approx(target, rel=1e-6)
