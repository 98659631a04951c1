"""Solving: one root, several, none; each is met when it is laid over the plan."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.cli import cli
from fibercap.core.errors import FibercapError
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.solving import solve
from fibercap.views.terminal.solve_and_size import solution_lines
from tests.model.test_cover import DRAWN, PLAN
from tests.model.test_grants import PLAN as GRANTED


@pytest.mark.long
def test_break_even_of_a_price_path_is_a_factor_on_all_of_it() -> None:
    solution = solve(read("fibercore"), "project_npv", 0.0, "products.single_mode.price")

    (root,) = solution.roots
    moved = project(read("fibercore", settings=[f"products.single_mode.price={{times: {root.factor!r}}}"]))
    npv = measure_named(moved, "project_npv").value
    assert npv == pytest.approx(0.0, abs=1.0)
    assert root.value is None
    assert solution.present == pytest.approx(47_449_585.92)


@pytest.mark.long
def test_the_discount_rate_of_no_worth_is_the_irr() -> None:
    scenario = read("fibercore")
    solution = solve(scenario, "project_npv", 0.0, "money.discount_rate")

    (root,) = solution.roots
    assert root.value == pytest.approx(measure_named(project(scenario), "project_irr").value)


@pytest.mark.long
@settings(max_examples=10, deadline=None)
@given(price=st.integers(30, 60), cost=st.integers(5, 25))
def test_what_is_found_gives_the_measure_that_was_asked_for(price: int, cost: int) -> None:
    """Ask for the worth of a plan with another cost: the answer is that cost."""
    text = PLAN.replace("{2001: 40 USD/km, 2004: 34 USD/km}", f"{price} USD/km")
    target = measure_named(
        project(scenario_of(text.replace("cash_cost: 20", f"cash_cost: {cost}"))), "project_npv"
    ).value
    assert target is not None

    (root,) = solve(scenario_of(text), "project_npv", target, "plants.works.cash_cost").roots

    assert root.value == pytest.approx(cost, abs=1e-4)
    assert root.result == pytest.approx(target, abs=1.0)


TWO = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: 100 USD/km}}
plants: {works: {product: fiber, capacity: 0 km/year, cash_cost: {2001: 10 USD/km, 2003: 150.6 USD/km}}}
projects:
  line: {plant: works, adds: 100_000 km/year, capex: 4 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
"""


def test_the_share_of_a_grant_that_comes_later_is_solved_for() -> None:
    """Ask for the owners' worth with another share: the answer is that share."""
    granted = {
        share: GRANTED.replace("grant: 25 %", f"grant: {{share: {share} %, after: 6 months}}") for share in (10, 25)
    }
    target = measure_named(project(scenario_of(granted[25])), "equity_npv").value
    assert target is not None

    (root,) = solve(scenario_of(granted[10]), "equity_npv", target, "funding.line.grant.share").roots

    assert root.value == pytest.approx(0.25)
    assert root.result == pytest.approx(target, abs=1.0)


def test_several_roots_are_all_told() -> None:
    """-4 million, then 9, then -5.06: worth nothing at 10 and at 15 % a year."""
    solution = solve(scenario_of(TWO), "project_npv", 0.0, "money.discount_rate", (0.0, 0.5))

    assert [root.value for root in solution.roots] == pytest.approx([0.10, 0.15])


def test_none_says_how_far_it_was_looked_and_what_came() -> None:
    solution = solve(scenario_of(PLAN), "project_npv", 0.0, "plants.works.capacity")

    assert solution.roots == ()
    assert solution.between == (0.0, 4.0)
    assert solution.ends[0] is not None


def test_an_input_that_does_nothing_is_reported_so() -> None:
    solution = solve(scenario_of(PLAN), "project_npv", 0.0, "loans.bank.rate")

    assert (solution.roots, solution.moves) == ((), False)


def test_a_measure_that_is_the_target_throughout_is_not_said_to_miss_it() -> None:
    solution = solve(scenario_of(PLAN), "funding_gap", 0.0, "loans.bank.rate")
    lines = list(solution_lines(solution))

    assert (solution.roots, solution.moves, solution.throughout) == ((), False, True)
    assert lines[0] == "Funding gap equals 0 USD"


@pytest.mark.long
def test_a_root_is_closed_in_on_however_far_one_looks() -> None:
    near, far = (
        solve(scenario_of(PLAN), "project_npv", 0.0, "money.discount_rate", (0.0, most)) for most in (1.0, 10.0)
    )

    assert (len(near.roots), far.jumps) == (1, ())
    assert [root.value for root in far.roots] == pytest.approx([root.value for root in near.roots], abs=1e-6)


def test_what_the_plan_refuses_is_reported_and_is_not_taken_for_undefined() -> None:
    """What funding asks of the loan is more than a smaller commitment."""
    solution = solve(scenario_of(DRAWN), "gearing", 0.25, "loans.bank.commitment")
    text = "\n".join(solution_lines(solution))

    assert solution.between == (1.0, 4.0)
    assert "searched from 3.00 million USD to 12.00 million USD; the plan allows no more: found " in text


def test_why_a_measure_is_undefined_is_reported() -> None:
    loans = PLAN[PLAN.index("loans:") : PLAN.index("funding:")]
    solution = solve(scenario_of(PLAN.replace(loans, "")), "min_llcr", 1.5, "plants.works.cash_cost")

    assert solution.reason == "no debt is owed after any payment or draw"
    assert any(line.endswith(f"undefined throughout: {solution.reason}") for line in solution_lines(solution))


def test_an_input_that_is_zero_is_moved_by_its_own_unit() -> None:
    text = PLAN.replace("complete: 2001-12-31", "complete: 2001-12-31, delay: 0 months")
    target = measure_named(project(scenario_of(text.replace("delay: 0", "delay: 7"))), "project_npv").value
    assert target is not None

    (root,) = solve(scenario_of(PLAN), "project_npv", target, "projects.line.delay").roots

    assert root.value == pytest.approx(7.0, abs=1e-3)


@pytest.mark.long
def test_a_leap_is_no_root() -> None:
    """-4, then 10 - f, then 10 - 15 f, then 9: paid back in the second year, or at f above 1 only in the fourth."""
    text = TWO.replace("to: 2003", "to: 2004").replace("2003: 150.6 USD/km", "2003: 150 USD/km, 2004: 10 USD/km")
    solution = solve(scenario_of(text), "payback", 2.5, "plants.works.cash_cost", (0.5, 1.7))

    assert solution.roots == ()
    assert solution.jumps == pytest.approx((1.0,), abs=1e-4)


@pytest.mark.parametrize(
    ("measure", "vary", "between", "message"),
    [
        ("project_npw", "tax.rate", None, "no measure `project_npw`; did you mean `project_npv`"),
        ("project_npv", "products.fiber.prise", None, r"no input `products\.fiber\.prise` in .*; did you mean `products\.fiber\.price`"),
        ("project_npv", "loans.bank.matures", None, r"`loans\.bank\.matures` is fixed: dates, maturities and lives shape the calendar"),
        ("project_npv", "company.overhead", None, r"`company\.overhead` is zero; give the values to search between"),
        ("project_npv", "tax.rate", (0.5, 0.1), "the lower end is not below the upper one"),
    ],
)  # fmt: skip
def test_what_cannot_be_solved_says_why(
    measure: str, vary: str, between: tuple[float, float] | None, message: str
) -> None:
    with pytest.raises(FibercapError, match=message):
        solve(scenario_of(PLAN), measure, 0.0, vary, between)


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["solve", "fibercore", *arguments])


@pytest.mark.long
def test_the_command_tells_roots_in_words_and_in_json() -> None:
    asked = ("--measure", "equity_irr", "--equals", "25 %/year", "--vary", "loans.fleet.rate")
    output, document = invoke(*asked).stdout, json.loads(invoke(*asked, "--json").stdout)

    (root,) = document["roots"]
    assert "IRR of the owners equals 25.00 %/year" in output
    assert f"loans.fleet.rate (assumed) at {100 * root['value']:.2f} %/year, {root['change']:+.2%}" in output
    assert document["present"] == pytest.approx(0.24883212)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--equals", "10", "--vary", "tax.rate"), "--equals, for project_npv: found `10`, wanted an amount of money; write it like `10 USD`"),
        (("--equals", "0", "--vary", "tax.rate", "--between", "5 USD", "10 %"), "--between, for tax.rate: found `5 USD`"),
    ],
)  # fmt: skip
def test_bad_numbers_are_refused_in_words(arguments: tuple[str, ...], message: str) -> None:
    result = invoke("--measure", "project_npv", *arguments)

    assert isinstance(result.exception, FibercapError)
    assert message in str(result.exception)


def test_an_input_that_does_nothing_is_reported_so_on_the_command_line() -> None:
    output = invoke("--measure", "project_npv", "--equals", "0", "--vary", "loans.fleet.rate").stdout

    assert "NPV of the projects never equals 0 USD" in output
    assert "it does not depend on loans.fleet.rate: it is 47.45 million USD throughout" in output
