"""Compare: steps that add up with nothing left over, cash needed, what is best, broken covenants first."""

from __future__ import annotations

import json
from math import fsum
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from fibercap.cli import cli
from fibercap.core.errors import FibercapError
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.bridge import bridge
from fibercap.studies.compare import Comparison, compare
from fibercap.views.sentences import delta_texts
from tests.model.test_cover import DRAWN
from tests.written import valid_scenarios


@pytest.fixture(scope="module")
def case() -> Comparison:
    return compare(read("fibercore"))


def test_a_bridge_leads_from_the_baseline_to_the_option_with_nothing_left_over(case: Comparison) -> None:
    for name, result in case.cases.items():
        steps = case.bridge(name)
        assert steps is not None
        assert steps.start == pytest.approx(case.cases["level"].measures["equity_npv"].value)
        assert fsum([steps.start, *(step.amount for step in steps.steps)]) == steps.end
        assert steps.end == pytest.approx(result.measures["equity_npv"].value, abs=1e-6)


def test_steps_say_what_another_repayment_changes(case: Comparison) -> None:
    """Due at the end: principal later, more interest, less tax, more owed when the horizon ends; nothing else."""
    steps = case.bridge("bullet")
    assert steps is not None
    moved = {step.label: step.amount for step in steps.steps if abs(step.amount) > 1}

    owed = {"Debt owed at the horizon", "Interest and fees owed at the horizon"}
    assert set(moved) == {"Principal repaid", "Interest paid", "Tax paid", *owed}
    assert moved["Principal repaid"] > 0 > moved["Interest paid"]
    assert moved["Tax paid"] > 0 > moved["Debt owed at the horizon"]


def test_between_scenarios_operations_are_steps_too() -> None:
    result = compare(read("fibercore"), read("slow_brazil"))
    steps = result.bridge("slow_brazil")
    assert steps is not None
    moved = {step.label: step.amount for step in steps.steps if abs(step.amount) > 1}

    assert moved["EBITDA"] < 0 < moved["Equity paid in"]
    assert steps.end == pytest.approx(result.cases["slow_brazil"].measures["equity_npv"].value, abs=1e-6)


@pytest.mark.long
@settings(max_examples=12)
@given(one=valid_scenarios(steps=("quarter",)), other=valid_scenarios(steps=("month",)))
def test_bridges_between_any_two_plans_add_up(one: str, other: str) -> None:
    plans = [project(scenario_of(text)) for text in (one, other)]
    steps, values = bridge(*plans), [measures(plan)["equity_npv"].value for plan in plans]

    if steps is None:
        assert None in values
        return
    assert values[0] is not None
    assert values[1] is not None
    scale = 1e-9 * max(1.0, *(abs(step.amount) for step in steps.steps))
    assert fsum([steps.start, *(step.amount for step in steps.steps)]) == steps.end
    assert steps.start == pytest.approx(values[0], abs=max(scale, 1e-6))
    assert steps.end == pytest.approx(values[1], abs=max(scale, 1e-6))


def test_without_a_discount_rate_there_is_no_bridge() -> None:
    bare = project(scenario_of(DRAWN.replace(", discount_rate: 10 %/year", "")))

    assert bridge(bare, bare) is None


def test_cash_needed_is_what_operations_and_loans_leave_to_pay(case: Comparison) -> None:
    """Recomputed from statements: owners and cash pay for the rest of it."""
    for name, result in case.cases.items():
        by = {key: result.projection.by(f"accounts.{key}") for key in ("cash", "equity_for_projects", "equity_for_cash", "dividends")}  # fmt: skip
        before = float(result.projection.scenario.opening.cash)
        for year, needed in result.cash_needed.items():
            cash = float(by["cash"][year][0])
            owners = sum(float(by[key][year][0]) for key in ("equity_for_projects", "equity_for_cash"))
            assert needed == pytest.approx(max(before + owners - cash, 0.0), abs=1e-6), (name, year)
            before = cash


def test_best_is_lowest_or_highest_as_the_measure_says(case: Comparison) -> None:
    assert case.best("equity_npv") == ("german_bank",)
    assert case.best("peak_debt") == ("no_debt",)
    assert case.best("min_dscr") == ("no_debt",)
    assert case.best("project_npv") == ()
    assert case.best("terminal_value") == ()


def test_a_change_is_what_a_measure_differs_by(case: Comparison) -> None:
    base, other = (case.cases[name].measures for name in ("level", "german_bank"))
    assert base["equity_npv"].value is not None
    assert other["equity_npv"].value is not None

    assert case.delta("equity_npv", "german_bank") == other["equity_npv"].value - base["equity_npv"].value
    assert case.delta("equity_npv", "level") == 0.0
    assert case.delta("payback", "no_debt") is None  # undefined in the baseline
    assert case.delta("all_in_cost.german_bank", "german_bank") is None  # a loan that the baseline has not
    assert delta_texts(case, "equity_npv")["german_bank"] == "+2.53"
    assert delta_texts(case, "all_in_cost")["german_bank"] == "-1.48"
    assert delta_texts(case, "project_npv") == delta_texts(case, "funding_gap") == {}
    assert delta_texts(case, "equity_called")["bullet"] == "0.00"


def test_every_measure_that_has_a_better_side_says_which(case: Comparison) -> None:
    neutral = {name for name, m in case.cases["level"].measures.items() if not m.better and "." not in name}

    assert neutral == {"terminal_value", "terminal_share", "average_life"}


BROKEN = DRAWN.replace(
    "rate: 8 %/year, payments: {every: quarter}}",
    "rate: 8 %/year, payments: {every: quarter}, covenants: {cover: {says: Covered three times, row: accounts.dscr, at_least: 3}}}",
) + """options:
  small: {title: A small loan, change: {loans.bank.commitment: 0.2 million USD, funding.line.bank: 0.2 million USD, loans.other.commitment: 0.1 million USD, loans.other.draws: {2000-12-31: 0.1 million USD}}}
  large: {title: As offered}
"""  # fmt: skip


@pytest.fixture
def broken_plan(tmp_path: Any) -> str:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN)
    return str(file)


def invoke(*arguments: str) -> Any:
    return CliRunner(env={"COLUMNS": "100"}).invoke(cli, list(arguments))


@pytest.mark.long
def test_a_broken_covenant_is_shown_before_any_figure(broken_plan: str) -> None:
    compared, run, checked = (invoke(verb, broken_plan).stdout for verb in ("compare", "run", "check"))

    assert compared.startswith("FAIL  large: breaks bank: Covered three times in 2001")
    assert "FAIL  small" not in compared
    assert run.index("FAIL  covenant bank: Covered three times") < run.index("Nameplate capacity")
    assert checked.splitlines()[1].startswith("  FAIL  covenant bank: Covered three times is broken in 2001")
    assert invoke("check", broken_plan).exit_code == 1
    assert json.loads(invoke("run", broken_plan, "--json").stdout)["warnings"][0].startswith(
        "covenant bank: Covered three times"
    )


@pytest.mark.long
def test_check_names_the_falls_and_the_tightest_covenant(broken_plan: str) -> None:
    result = invoke("check", broken_plan, "--option", "small")
    document = json.loads(invoke("check", broken_plan, "--option", "small", "--json").stdout)

    falls = document["covenants"]["bank.cover"]["falls"]
    assert set(falls) == {"EBITDA", "prices", "volume"}
    assert document["tightest_covenant"] == "bank.cover"
    assert (
        f"broken by a fall of EBITDA {100 * falls['EBITDA']:.1f} %, or prices {100 * falls['prices']:.1f} %"
        in result.stdout
    )
    assert (
        f"tightest covenant: bank: Covered three times, broken if prices fall by {100 * falls['prices']:.1f} %"
        in result.stdout
    )


@pytest.mark.long
def test_compare_prints_steps_cash_and_covenants_case_by_case(broken_plan: str) -> None:
    output = invoke("compare", broken_plan).stdout
    document = json.loads(invoke("compare", broken_plan, "--json").stdout)

    assert "From small to each, step by step  [million USD]" in output
    assert "Cash needed by year, from owners or from cash" in output
    assert "tightest covenant: bank: Covered three times, broken as things are" in output
    assert "Change from small, where there is any" in output
    values = {name: option["measures"]["min_dscr"]["value"] for name, option in document["options"].items()}
    assert document["deltas"]["large"]["min_dscr"] == values["large"] - values["small"]
    assert set(document["deltas"]) == {"large"}
    steps = document["bridges"]["large"]
    assert fsum([steps["start"], *(step["amount"] for step in steps["steps"])]) == steps["end"]
    assert steps["measure"] == "equity_npv"
    assert set(document["cash_needed"]) == {"small", "large"}
    assert document["options"]["large"]["covenants"]["bank.cover"]["falls"] is None
    assert document["best"]["min_dscr"] == ["small"]


@pytest.mark.long
def test_flips_are_looked_for_when_asked() -> None:
    without, looked = (invoke("check", "fibercore", *flag).stdout for flag in ((), ("--flips",)))
    document = json.loads(invoke("check", "fibercore", "--flips", "--json").stdout)

    assert "decided by" not in without
    message = "decided by plants.jena.capacity, assumed: flips at 245,000 km/year, -3.9% from 255,000 km/year"
    assert message in " ".join(looked.split())
    flip = document["claims"]["xtal_one_million"]["flip"]
    assert (flip["path"], flip["kind"], flip["unit"]) == ("plants.xtal.capacity", "stated", "km/year")
    assert flip["value"] == pytest.approx(950_000)


def test_plans_in_other_currencies_or_years_are_refused() -> None:
    other = scenario_of(
        DRAWN.replace("report_in: USD", "report_in: EUR").replace("USD", "EUR").replace("id: plan", "id: euro")
    )

    with pytest.raises(
        FibercapError, match=r"`euro` reports in EUR, and `[a-z]+` USD: they cannot be set side by side"
    ):
        compare(scenario_of(DRAWN), other)
    with pytest.raises(
        FibercapError, match=r"runs from .* to .*: they cannot be set side by side; leave one of them out"
    ):
        compare(
            scenario_of(DRAWN), scenario_of(DRAWN.replace("to: 2008", "to: 2009").replace("id: plan", "id: longer"))
        )
