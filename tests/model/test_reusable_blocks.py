"""What an overlay leaves alone is not read again; nobody can tell but by the clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.trees.overlay import overlay
from fibercap.model.plan.plan_schema import SCHEMA
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.reading.text import read_text
from tests.written import valid_scenarios

FIBERCORE = read("fibercore")

FITTING = [
    "change: {loans.fleet.rate: 9 %/year}",
    "change: {loans.fleet.repayment: {style: bullet}, funding.xtal_1.fleet: 7 million USD}",
    "change: {plants.jena.capacity: {value: 260_000 km/year, source: release}}",
    "change: {plants.jena: {capacity: 260_000 km/year}}",
    "change: {horizon.to: 2006}",
    "change: {tax.rate: 30 %, default_source: release}",
    "remove: [projects.xtal_3, funding.xtal_3]",
    "add: {exchange.EUR.average: 0.95 USD/EUR, plants.jena.purchase: {price: 1 million EUR, on: 2000-02-01}, funding.jena.equity: rest}",
    "{}",
]
REFUSED = [
    "change: {loans.fleet.rate: 9 %, loans.algar.rate: 6}",
    "change: {horizon.from: 2002}",
    "change: {money.report_in: EUR}",
    "change: {money.report_in: pounds}",
    "change: {plants: {value: 5, note: none}}",
    "change: {opening.cash: {value: 3 million USD, source: nobody}}",
    "remove: [plants.jena, sources.release]",
    "remove: [horizon]",
    "add: {loans.fleet.comitment: 5 million USD, projects.jena.plant: jena}",
]


def scenario_or_error(tree_text: str, like: Scenario | None) -> Scenario | str:
    """Return FiberCore with changes, or what is wrong with them."""
    try:
        return Scenario.from_tree(overlay(FIBERCORE.tree, read_text(tree_text, "changes"), SCHEMA), "it", None, like)
    except ScenarioError as error:
        return str(error)


def same(one: Scenario, other: Scenario) -> bool:
    """Tell whether two scenarios hold the same inputs and project to the same numbers."""
    mine, theirs = project(one), project(other)
    assert list(mine.rows) == list(theirs.rows)
    return repr(one) == repr(other) and all(
        np.array_equal(mine.value(path), theirs.value(path), equal_nan=True) for path in mine.rows
    )


@pytest.mark.parametrize("changes", FITTING)
def test_a_scenario_is_the_same_whether_all_of_it_was_read_again(changes: str) -> None:
    quick, full = scenario_or_error(changes, FIBERCORE), scenario_or_error(changes, None)

    assert isinstance(quick, Scenario)
    assert isinstance(full, Scenario)
    assert same(quick, full)
    assert quick.amounts == full.amounts
    assert repr(quick.inputs()) == repr(full.inputs())


@pytest.mark.parametrize("changes", REFUSED)
def test_what_is_wrong_is_reported_in_the_same_words(changes: str) -> None:
    quick = scenario_or_error(changes, FIBERCORE)

    assert isinstance(quick, str)
    assert quick == scenario_or_error(changes, None)


def test_only_what_changed_is_read_again() -> None:
    changed = FIBERCORE.with_changes(read_text("change: {loans.fleet.rate: 9 %/year}", "changes"))

    assert changed.loans["algar"] is FIBERCORE.loans["algar"]
    assert changed.plants["jena"] is FIBERCORE.plants["jena"]
    assert changed.opening is FIBERCORE.opening
    assert changed.loans["fleet"] is not FIBERCORE.loans["fleet"]


def test_all_is_read_again_where_blocks_would_read_otherwise() -> None:
    """Amounts may be written in euros once there is a rate."""
    changed = scenario_or_error("add: {exchange.EUR.average: 0.95 USD/EUR}", FIBERCORE)

    assert isinstance(changed, Scenario)
    assert changed.loans["algar"] is not FIBERCORE.loans["algar"]


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(text=valid_scenarios(rich=True), rate=st.integers(1, 20))
def test_any_plan_with_an_option_is_the_same_as_one_that_was_written_so(text: str, rate: int) -> None:
    plan = scenario_of(f"{text}options:\n  other: {{change: {{money.discount_rate: {rate} %/year}}}}\n")
    quick = plan.with_option("other")

    assert same(quick, Scenario.from_tree(quick.tree, quick.file, quick.option))
