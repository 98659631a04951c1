"""What is wrong with a plan although its books tie, and that its way out mends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.project import project
from fibercap.reading.files import changes_of, read, scenario_of
from fibercap.studies.findings import CASH, CLAIM, COVENANT, USES, findings

if TYPE_CHECKING:
    from pathlib import Path

    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.findings import Finding

PLAN = """\
fibercap: 1
id: small
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 30 USD/km}}
opening: {cash: 1 million USD}
"""
BALLOON = """\
loans:
  bank: {commitment: 6 million USD, signed: 2002-01-31, matures: 5 years, rate: 6 %/year, repayment: {style: bullet},
    draws: {2002-01-31: 6 million USD}}
company:
  dividends: {2003-12-31: 5 million USD}
  overhead: {2001: 0 USD/year, 2004: 1 million USD/year}
"""
COVENANT_PLAN = """\
loans:
  bank: {commitment: 2 million USD, signed: 2001-01-31, matures: 3 years, rate: 6 %/year,
    draws: {2001-01-31: 2 million USD}, covenants: {cover: {row: accounts.dscr_12m, at_least: 1.2, test: payment}}}
options:
  sound: {}
  large: {change: {loans.bank.commitment: 3 million USD}, add: {loans.bank.draws.2001-04-30: 1 million USD}}
"""


def of(scenario: Scenario) -> tuple[Finding, ...]:
    return findings(project(scenario))


def insolvent() -> Scenario:
    return read("fibercore").with_changes(Branch({"remove": Leaf(("funding.xtal_3",))}), "test")


def lay_over(scenario: Scenario, *settings: str) -> Scenario:
    for setting in settings:
        scenario = scenario.with_changes(changes_of(setting), "test")
    return scenario


def heal(scenario: Scenario, finding: Finding) -> list[Scenario]:
    """Return the scenario with each way out laid over it that gives a path and a value."""
    matches = re.findall(r"`([a-z_.]+): (\{[^`]+\}|\[[^`]+\])`", finding.way_out)
    return [lay_over(scenario, f"{path}={value}") for path, value in matches]


def test_a_sound_plan_has_none() -> None:
    assert of(read("fibercore")) == ()
    assert of(scenario_of(PLAN)) == ()


def test_an_insolvent_plan_lacks_cash_and_sources() -> None:
    cash, uses = of(insolvent())

    assert (cash.kind, cash.when, cash.unit, cash.option) == (CASH, "2003-04", "USD", None)
    assert cash.value == pytest.approx(-34.93e6, abs=5e3)
    assert cash.sentence == (
        "cash is below zero in 19 of 60 periods, first in 2003-04; the lowest is -34,934,810 USD in 2003-12"
    )
    assert (uses.kind, uses.name, uses.when) == (USES, "xtal_3", "2003-01")
    assert uses.value == pytest.approx(78_200_000)
    assert "`equity: rest` or a loan in `funding.xtal_3`" in uses.way_out
    assert cash.stops
    assert uses.stops


def test_what_is_reported_to_heal_cash_does() -> None:
    plan = insolvent()

    ways = heal(plan, of(plan)[0])

    assert len(ways) == 2  # equity on a day, and owners whenever cash lacks
    for way in ways:
        assert [finding.kind for finding in of(way)] == [USES]
    less = lay_over(plan, "company.equity={2003-04-30: 34_900_000 USD}")
    assert [finding.kind for finding in of(less)] == [CASH, USES]
    funded = plan.with_changes(Branch({"add": Branch({"funding.xtal_3": Branch({"equity": Leaf("rest")})})}), "test")
    assert of(funded) == ()


def test_a_balloon_after_the_horizon_takes_cash_below_zero() -> None:
    plan = scenario_of(PLAN + BALLOON)

    (cash,) = of(plan)

    assert (cash.kind, cash.loan, cash.after_horizon) == (CASH, "bank", True)
    assert cash.sentence.startswith("cash is below zero after the horizon, while loans run off, in ")
    assert "a later `loans.bank.matures`, for bank repays 6,000,000 USD in that period" in cash.way_out
    (way,) = heal(plan, cash)
    assert of(way) == ()


def test_a_plan_that_may_run_dry_is_expected_to() -> None:
    plan = lay_over(insolvent(), "company.may_run_dry=true")

    assert [finding.kind for finding in of(plan)] == [USES]


def test_a_covenant_that_one_option_breaks_names_it() -> None:
    plan = scenario_of(PLAN + COVENANT_PLAN)

    assert of(plan) == of(plan.with_option("sound")) == ()
    (broken,) = of(plan.with_option("large"))
    assert (broken.kind, broken.option, broken.loan, broken.name) == (COVENANT, "large", "bank", "bank.cover")
    assert broken.value is not None
    assert broken.value < 1.2 == broken.limit
    assert broken.fault == f"breaks bank: cover in {broken.when}"


def test_a_claim_that_turns_out_otherwise_speaks_against_no_option() -> None:
    plan = read("fibercore", settings=["claims.jena_doubles.expect=fails", "projects.xtal_3.adds=0.1 million km/year"])

    known, missed = of(plan)

    assert (known.kind, known.name, known.stops) == (CLAIM, "jena_doubles", False)
    assert known.way_out == "write `claims.jena_doubles.expect: holds`"
    assert of(lay_over(plan, "claims.jena_doubles.expect=holds")) == (missed,)
    assert missed.sentence == (
        "claim `xtal_over_5m` (Xtal over 5 million km by 2004) fails: plants.xtal.nameplate is 3,600,000 km/year at the "
        "end of 2004, claimed more than 5,000,000 km/year"
    )
    assert missed.way_out == "1,400,000 km/year (28 %) more; `check --flips` names the input that decides it"


def smaller_loan(finding: Finding) -> dict[str, float]:
    """Return the amounts that a way out names, by path, in USD."""
    matches = re.findall(r"`([a-z_0-9.]+): ([0-9_.]+) USD`", finding.way_out)
    return {path: float(amount.replace("_", "")) for path, amount in matches}


def with_amounts(scenario: Scenario, amounts: dict[str, float], by: float = 1.0) -> Scenario:
    """Return the scenario with a loan of these amounts, times a factor."""
    leaves = {path: Leaf(f"{amount * by!r} USD") for path, amount in amounts.items()}
    return scenario.with_changes(Branch({"change": Branch(leaves)}), "test")


@pytest.mark.long
@pytest.mark.parametrize(
    ("option", "covenant"),
    [
        ("equal_principal", "{cover: {row: accounts.dscr_12m, at_least: 1.3}}"),
        (None, "{cover: {row: accounts.dscr_12m, at_least: 2.5, test: payment}}"),
        (None, "{leverage: {row: accounts.debt_to_ebitda_12m, at_most: 0.5}}"),
    ],
)
def test_the_loan_that_is_reported_to_keep_a_covenant_is_the_largest_that_does(
    option: str | None, covenant: str, tmp_path: Path
) -> None:
    """By laying it over the plan, and one dollar more."""
    file = tmp_path / "promised.yaml"
    file.write_text(f"fibercap: 1\nextends: fibercore\nadd: {{loans.fleet.covenants: {covenant}}}\n")
    plan = read(str(file), option)

    (broken,) = of(plan)
    amounts = smaller_loan(broken)
    commitment = amounts["loans.fleet.commitment"]

    assert broken.kind == COVENANT
    assert commitment < 10e6
    assert [each for each in of(with_amounts(plan, amounts)) if each.kind == COVENANT] == []
    more = of(with_amounts(plan, amounts, (commitment + 1) / commitment))
    assert broken.name in [each.name for each in more]


def test_a_covenant_that_no_smaller_loan_keeps_says_so(tmp_path: Path) -> None:
    """No loan brings so much cash."""
    file = tmp_path / "promised.yaml"
    file.write_text(
        "fibercap: 1\nextends: fibercore\n"
        "add: {loans.fleet.covenants: {much: {row: accounts.cash, at_least: 900 million USD}}}\n"
    )
    (broken,) = of(read(str(file)))

    assert broken.way_out.endswith("of its limit; no smaller commitment of Fleet five-year loan keeps it")


@pytest.mark.long
def test_what_a_smaller_loan_would_break_instead_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "promised.yaml"
    file.write_text(
        "fibercap: 1\nextends: fibercore\nchange: {funding.xtal_1: {equity: 38 million USD}}\n"
        "add: {loans.fleet.covenants: {debt: {row: accounts.debt, at_most: 5 million USD}}}\n"
    )
    plan = read(str(file))
    known = {finding.name for finding in of(plan)}
    (broken,) = (finding for finding in of(plan) if finding.kind == COVENANT)

    then = [finding for finding in of(with_amounts(plan, smaller_loan(broken))) if finding.name not in known]

    assert [finding.kind for finding in then] == [USES, CLAIM]  # the claim is that Jena takes 2 of 10 million
    assert broken.way_out.endswith(f", but then {then[0].fault}")
