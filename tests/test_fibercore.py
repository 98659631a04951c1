"""The FiberCore case is sane against what was reported, and tells what the plan rested on."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from fibercap.core.trees.tree import Branch, Leaf, unwrap
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.reading.text import read_text
from fibercap.studies.claims import outcomes
from fibercap.studies.compare import compare
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings

MILLION = 1e6
OPTIONS = ["level", "equal_principal", "bullet", "grace_one_year", "german_bank", "no_debt"]


@pytest.fixture(scope="module")
def projection() -> Projection:
    return project(read("fibercore"))


def years(projection: Projection, row: str) -> dict[str, float]:
    return {year: float(value[0]) for year, value in projection.by(f"accounts.{row}").items()}


@pytest.mark.parametrize(("year", "reported"), [("2000", 36.9), ("2001", 52.4)])
def test_sales_are_near_the_reported_ones(projection: Projection, year: str, reported: float) -> None:
    """Releases of 29 March 2001 and 1 April 2002; Xtal counts from June 2000."""
    assert years(projection, "revenue")[year] / MILLION == pytest.approx(reported, rel=0.15)


def test_xtal_counts_from_june_2000(projection: Projection) -> None:
    shipments = projection.value("plants.xtal.shipments")[0]

    assert shipments[:5].sum() == 0
    assert shipments[5] == pytest.approx(1e6 * 0.95 / 12)


def test_gross_margin_of_2000_is_near_the_reported_one(projection: Projection) -> None:
    """32 %, release of 1 April 2002."""
    costs = sum(years(projection, row)["2000"] for row in ("variable_cost", "fixed_cost", "depreciation"))
    revenue = years(projection, "revenue")["2000"]

    assert (revenue - costs) / revenue == pytest.approx(0.32, abs=0.05)
    assert years(projection, "gross_profit")["2000"] == pytest.approx(revenue - costs)


@pytest.mark.parametrize(
    ("row", "paper", "within"),
    [
        ("revenue", [36.7, 52.5, 84.1, 129.5, 176.4], 0.1),
        ("ebitda", [7.6, 9.4, 22.6, 44.5, 65.1], 0.1),
        ("net_income", [3.8, 3.9, 8.4, 18.1, 26.6], 0.1),
        ("debt", [1.3, 8.7, 6.9, 5.0, 2.9], 0.1),
        ("cash", [7.5, 11.6, 18.9, 42.9, 82.8], 0.6),
        ("dscr", [4.4, 2.3, 4.0, 10.7, 17.2], 0.2),
    ],
)
def test_the_years_agree_with_a_calculation_on_paper(
    projection: Projection, row: str, paper: list[float], within: float
) -> None:
    """A monthly calculation made by hand before the model was written."""
    scale = 1.0 if row == "dscr" else MILLION

    assert np.array(list(years(projection, row).values())) / scale == pytest.approx(paper, abs=within)


def test_owners_pay_for_nearly_all_of_it(projection: Projection) -> None:
    """Fleet's 10 million are 10 of 218 million of expansion; owners put in 225 million."""
    by_name = measures(projection)

    capex = sum(years(projection, "capex").values()) / MILLION
    assert capex == pytest.approx(218.2)
    assert by_name["equity_called"].value == pytest.approx(224.95 * MILLION)


def test_the_return_lies_in_what_runs_on_after_the_horizon() -> None:
    """On paper: -58 % without a terminal value, 25 % at five times EBITDA; at book 4 % without working capital."""
    rates = {}
    for rule, text in (("none", "none"), ("book", "book"), ("multiple", "{multiple: 5}")):
        changes = read_text(f"remove: [money.terminal_value]\nadd: {{money.terminal_value: {text}}}", "rule")
        rates[rule] = measures(project(read("fibercore").with_changes(changes)))["project_irr"].value

    assert rates == {
        "none": pytest.approx(-0.58, abs=0.01),
        "book": pytest.approx(0.0906, abs=0.001),
        "multiple": pytest.approx(0.25, abs=0.01),
    }


def test_claims_come_out_as_they_are_expected_to(projection: Projection) -> None:
    tested = outcomes(projection)

    assert {name: (o.holds, o.value) for name, o in tested.items()} == {
        "jena_doubles": (True, 510_000),
        "jena_over_500k": (True, 510_000),
        "jena_over_500k_effective": (False, pytest.approx(446_250)),
        "xtal_one_million": (True, 1_000_000),
        "xtal_over_5m": (True, 5_200_000),
        "two_of_ten_to_jena": (True, pytest.approx(2e6)),
        "sales_of_2000": (True, pytest.approx(36.70e6, abs=0.01e6)),
        "sales_of_2001": (True, pytest.approx(52.53e6, abs=0.01e6)),
    }
    assert all(outcome.as_expected for outcome in tested.values())
    assert "446,250" in tested["jena_over_500k_effective"].note


def test_there_is_no_alarm(projection: Projection) -> None:
    assert warnings(projection) == []
    assert findings(projection) == ()
    assert measures(projection)["lowest_cash"].value == pytest.approx(2.5 * MILLION, abs=0.05 * MILLION)


def test_every_option_pays_for_the_same_projects() -> None:
    comparison = compare(read("fibercore"))

    assert list(comparison.cases) == OPTIONS
    first = comparison.cases["level"].projection
    for case in comparison.cases.values():
        for row in ("accounts.ebitda", "accounts.capex"):
            assert case.projection.value(row) == pytest.approx(first.value(row))
        assert case.measures["funding_gap"].value == 0.0


def test_the_fleet_loan_is_drawn_for_both_plants_and_repaid_by_2006(projection: Projection) -> None:
    closing = projection.value("loans.fleet.schedule.closing")[0]

    assert projection.value("funding.jena_multimode.fleet").sum() == pytest.approx(2e6)
    assert projection.value("funding.xtal_1.fleet").sum() == pytest.approx(8e6)
    assert closing[-1] == pytest.approx(0.0, abs=1e-6)
    assert measures(projection)["owed_at_horizon"].value == pytest.approx(2.88e6, abs=0.005e6)
    paid = projection.value("loans.fleet.schedule.payment")[0]
    regular = paid[paid > 0][-4:]
    assert all(a == pytest.approx(b) for a, b in pairwise(regular))


STATED = {
    "plants.xtal.capacity",
    "projects.jena_multimode.capex",
    "projects.jena_multimode.complete",
    "loans.fleet.commitment",
    "loans.fleet.matures",
    "funding.jena_multimode.fleet",
    "funding.xtal_1.fleet",
}


def test_what_the_release_states_says_so_and_nothing_else_does() -> None:
    inputs = {item.path: item for item in read("fibercore").inputs()}

    assert {path for path, item in inputs.items() if item.source == "release"} == STATED
    claims = read("fibercore").claims
    assert {name for name, claim in claims.items() if claim.source != "release"} == {"sales_of_2000", "sales_of_2001"}


def test_every_input_that_is_not_stated_has_a_note() -> None:
    """Assumed openly, with a reason; derived with its arithmetic."""
    scenario = read("fibercore")
    values, wrappers = unwrap(scenario.tree)
    assert isinstance(values, Branch)

    silent = []
    for item in scenario.inputs():
        path = tuple(item.path.split("."))
        notes = [wrappers.get(path[:depth], Branch()).get("note") for depth in range(1, len(path) + 1)]
        block: Any = values.get(path[0])
        alone = block.get("note") if path[0] == "horizon" and isinstance(block, Branch) else None
        if item.kind != "stated" and not any(isinstance(note, Leaf) for note in [*notes, alone]):
            silent.append(item.path)
    assert silent == []


def test_evidence_adds_up() -> None:
    scenario = read("fibercore")

    assert sum(scenario.evidence().values()) == len(scenario.inputs())
    assert scenario.evidence()["stated"] >= 12
    assert {item.source for item in scenario.inputs()} == set(scenario.sources) - {"results"}


def test_with_the_prices_that_came_the_plan_fails() -> None:
    """Single-mode fiber cost 35 USD/km in 2001 and 15 in 2003 (KMI); on paper cash ends 2004 at -41.5 million."""
    prices = "{2000: 40 USD/km, 2001: 35 USD/km, 2002: 23 USD/km, 2003: 15 USD/km, 2004: 15 USD/km}"
    changes = read_text(f"change: {{products.single_mode.price: {prices}}}", "as it came")

    projection = project(read("fibercore").with_changes(changes))

    ebitda = years(projection, "ebitda")
    assert all(ebitda[year] < 0 for year in ("2002", "2003", "2004"))
    assert years(projection, "cash")["2004"] / MILLION == pytest.approx(-41.5, abs=1.0)
    worth, reference, lost = warnings(projection)
    cash, later = findings(projection)
    assert cash.sentence.startswith("cash is below zero in")
    assert later.sentence.startswith("cash is below zero after the horizon")
    assert worth == "the terminal value is -24,084,375 USD, below zero; to close the plants may cost less"
    assert reference.startswith(
        "without projects, and paid for as the plan is written, the company would run out of cash"
    )
    assert lost.startswith("owners get back less than they pay in: all that they pay and get is worth -245,916,759 USD")
