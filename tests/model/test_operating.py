"""What plants and projects do is worked out once for plans that differ in who pays; nobody can tell but by the clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.reading.shipped import shipped_scenarios
from fibercap.reading.text import read_text
from tests.written import valid_scenarios

FIBERCORE = read("fibercore")
BASE = project(FIBERCORE)


def same(one: Projection, other: Projection) -> bool:
    """Tell whether two projections hold the same rows, formulas, scalars, proofs and numbers."""
    assert dict(one.rows) == dict(other.rows)
    assert {path: item.formula for path, item in one.scalars.items()} == {
        p: i.formula for p, i in other.scalars.items()
    }
    assert one.proved == other.proved
    return all(np.array_equal(one.value(path), other.value(path), equal_nan=True) for path in one.rows)


@pytest.mark.long
@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_option_is_projected_alike_with_and_without_what_is_known(name: str) -> None:
    scenario = read(name)
    base = project(scenario)

    for option in scenario.options:
        plan = scenario.with_option(option)
        assert same(project(plan, base), project(plan))


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        ("change: {loans.fleet.repayment: {style: bullet}, claims.jena_doubles.at_least: {times: 3, of: end of 2000}}", True),
        ("change: {funding.xtal_1.fleet: 7 million USD}", True),
        ("remove: [loans.fleet, funding.jena_multimode.fleet, funding.xtal_1.fleet, claims.two_of_ten_to_jena]", True),
        ("change: {loans.algar.rate: 9 %/year}", False),
        ("change: {funding.xtal.algar: 2 million USD}", False),
        ("change: {plants.jena.utilization: 80 %}", False),
        ("change: {projects.xtal_1.delay: 3 months}", False),
        ("change: {tax.rate: 30 %}", False),
        ("add: {exchange.EUR.average: 0.95 USD/EUR}", False),
    ],
)  # fmt: skip
def test_it_is_shared_where_only_who_pays_for_projects_differs(changes: str, *, shared: bool) -> None:
    """The loan `algar` pays for a plant that is bought, which belongs to the plan without its projects too."""
    plan = FIBERCORE.with_changes(read_text(changes, "changes"))
    projection = project(plan, BASE)

    assert (projection.operations is BASE.operations) == shared
    assert same(projection, project(plan))


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(text=valid_scenarios(rich=True), rate=st.integers(1, 20), full=st.booleans())
def test_any_plan_whose_loans_change_is_projected_alike(text: str, rate: int, *, full: bool) -> None:
    plan = scenario_of(text)
    changes = [f"change: {{loans.{name}.commitment: {{times: 1.{rate:02}}}}}" for name in plan.loans]
    changes += [f"change: {{money.discount_rate: {rate} %/year}}"] if full or not changes else []
    base = project(plan)

    for change in changes:
        changed = plan.with_changes(read_text(change, "changes"))
        assert same(project(changed, base), project(changed))
