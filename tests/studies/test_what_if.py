"""Moved inputs: figures are those of projections of the changed plan, and places where a measure turns are right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import fibercap as fc
from fibercap.reading.files import changes_of, scenario_of
from fibercap.studies.movable_inputs import levers
from fibercap.studies.solving import solve
from fibercap.studies.turning_points import Judgement, judge_samples

PLAN = """
fibercap: 1
id: cable
horizon: {from: 2001, to: 2004}
money: {report_in: USD, discount_rate: 10 %/year}
products: {cable: {price: {2001: 50 USD/km, 2003: 46 USD/km}, demand: 80_000 km/year}}
plants: {works: {product: cable, capacity: 60_000 km/year, cash_cost: 28 USD/km}}
projects: {line: {plant: works, adds: 20_000 km/year, capex: 0.5 million USD, complete: 2001-12-31}}
loans:
  bank:
    {commitment: 0.8 million USD, signed: 2001-01-15, matures: 3 years, rate: 8 %/year,
     covenants: {cover: {measure: min_dscr, at_least: 1.3}}}
funding: {line: {bank: 0.4 million USD, equity: rest}}
opening: {cash: 0.2 million USD}
tax: {rate: 30 %}
options:
  bank: {title: With the bank}
  own: {title: Own money, change: {funding.line: {equity: rest}}, remove: [loans.bank, funding.line.bank]}
"""
DISCOUNT = "money.discount_rate"
PRICE, RATE, COST, DELAY = "products.cable.price", "loans.bank.rate", "plants.works.cash_cost", "projects.line.delay"


@pytest.fixture(scope="module")
def plan() -> fc.Scenario:
    return scenario_of(PLAN)


def with_settings(*settings: str) -> fc.Scenario:
    scenario = scenario_of(PLAN)
    for setting in settings:
        scenario = scenario.with_changes(changes_of(setting))
    return scenario


def value_after_change(*settings: str, measure: str = "equity_npv") -> float:
    value = fc.project(with_settings(*settings)).measures[measure].value
    assert value is not None
    return value


@pytest.mark.long
def test_every_point_is_a_projection_of_the_changed_plan(plan: fc.Scenario) -> None:
    result = fc.sensitivity(plan, {RATE: ("6 %/year", "12 %/year")}, points=4, measures=["equity_npv", "min_dscr"])

    for percent, point in zip((6, 8, 10, 12), result[RATE].points, strict=True):
        for measure, value in point.measures.items():
            expected = value_after_change(f"{RATE}={percent} %/year", measure=measure)
            assert value == pytest.approx(expected, rel=1e-9)


@pytest.mark.long
def test_values_over_time_move_together(plan: fc.Scenario) -> None:
    result = fc.sensitivity(plan, {PRICE: (0.9, 1.2)}, points=4)

    for factor, point in zip((0.9, 1.0, 1.1, 1.2), result[PRICE].points, strict=True):
        text = f"{PRICE}={{2001: {50 * factor} USD/km, 2003: {46 * factor} USD/km}}"
        assert point.measures["equity_npv"] == pytest.approx(value_after_change(text), rel=1e-9)


@pytest.mark.long
def test_an_input_that_is_zero_is_moved_over_a_range(plan: fc.Scenario) -> None:
    result = fc.sensitivity(plan, {DELAY: ("0 months", "12 months")}, points=3)

    values = [point.measures["equity_npv"] for point in result[DELAY].points]
    assert values == pytest.approx([value_after_change(f"{DELAY}={months} months") for months in (0, 6, 12)], rel=1e-9)
    with pytest.raises(fc.FibercapError, match=f"`{DELAY}` is zero, and so is any share of it; give its range"):
        fc.sensitivity(plan, [DELAY])


@pytest.mark.long
def test_a_tornado_has_the_widest_swing_first_and_leaves_out_what_moves_nothing(plan: fc.Scenario) -> None:
    result = fc.sensitivity(plan, by=0.2)
    measure = result.measures["equity_npv"]
    swings = [moved.swing(measure) for moved in result.inputs]

    assert swings == sorted(swings, reverse=True)
    assert min(swings) > 0
    assert len(swings) < result.tried
    assert "loans.bank.commitment" not in [moved.lever.name for moved in result.inputs]  # no more is drawn
    low, high = result[COST].values("equity_npv")
    assert (low, high) == pytest.approx(
        (value_after_change(f"{COST}=22.4 USD/km"), value_after_change(f"{COST}=33.6 USD/km")), rel=1e-9
    )


@pytest.mark.long
def test_break_even_is_what_solve_finds_and_the_measure_is_zero_there(plan: fc.Scenario) -> None:
    roots = [root.factor for root in solve(plan, "equity_npv", 0.0, COST).roots]
    alone = fc.sensitivity(plan, {COST: ("20 USD/km", "60 USD/km")})[COST].zeros
    among_all = fc.sensitivity(plan)[COST].zeros

    assert alone.factors == pytest.approx(roots, rel=1e-6)
    assert among_all.factors == pytest.approx(roots, rel=1e-6)
    assert abs(value_after_change(f"{COST}={28 * roots[0]!r} USD/km")) < 100.0
    assert fc.sensitivity(plan, {COST: ("20 USD/km", "29 USD/km")})[COST].zeros.factors == ()


def test_break_even_may_mean_another_value(plan: fc.Scenario) -> None:
    target = value_after_change(f"{COST}=30 USD/km")
    zeros = fc.sensitivity(plan, {COST: ("20 USD/km", "40 USD/km")}, target=target)[COST].zeros

    assert [28 * factor for factor in zeros.factors] == pytest.approx([30.0], rel=1e-6)


@pytest.mark.long
def test_another_option_is_first_beyond_a_change_and_not_before_it(plan: fc.Scenario) -> None:
    result = fc.sensitivity(plan, {DISCOUNT: ("1 %/year", "12 %/year")})
    (flip,) = result[DISCOUNT].firsts

    assert result.choice.first == ("bank",)
    assert flip.first == "own"
    assert flip.value is not None

    def first(rate: float) -> str:
        comparison = fc.compare(with_settings(f"{DISCOUNT}={100 * rate} %/year"))
        return fc.verdict(comparison).recommended[0]

    assert (first(flip.value - 0.001), first(flip.value + 0.001)) == ("own", "bank")


@pytest.mark.long
def test_what_the_plan_refuses_is_reported_and_the_rest_goes_on(plan: fc.Scenario) -> None:
    result = fc.sensitivity(plan, {"tax.rate": ("10 %", "130 %")}, points=5)
    points = result["tax.rate"].points

    assert [bool(point.refused) for point in points] == [False, False, False, False, True]
    assert points[-1].refused == "found 130 %, wanted a value from 0 % to 100 %"
    assert np.isnan(points[-1].measures["equity_npv"])
    assert points[1].measures["equity_npv"] == pytest.approx(value_after_change("tax.rate=40 %"), rel=1e-9)


@pytest.mark.long
def test_a_point_at_which_a_covenant_breaks_is_not_sound(plan: fc.Scenario) -> None:
    points = fc.sensitivity(plan, {PRICE: (0.5, 1.0)}, points=11, measures=["min_dscr"])[PRICE].points

    covered = [point.measures["min_dscr"] >= 1.3 for point in points]
    assert [point.sound for point in points] == covered
    assert len(set(covered)) == 2


@pytest.mark.long
def test_a_two_way_table_has_the_projections_of_all_pairs(plan: fc.Scenario) -> None:
    grid = fc.two_way(plan, {COST: ("26 USD/km", "30 USD/km"), "tax.rate": ("20 %", "40 %")}, points=3)

    expected = [
        [value_after_change(f"{COST}={c} USD/km", f"tax.rate={t} %") for t in (20, 30, 40)] for c in (26, 28, 30)
    ]
    assert grid.values("equity_npv") == pytest.approx(np.array(expected), rel=1e-9)
    frame = fc.table(grid)
    assert frame.to_numpy()[1, 1] == pytest.approx(value_after_change())
    assert list(frame.index) == [26.0, 28.0, 30.0]
    assert frame.columns.name == "tax.rate"


@pytest.mark.long
def test_results_are_lines_frames_and_pages(plan: fc.Scenario) -> None:
    single, grid = fc.sensitivity(plan, [RATE, PRICE], points=3), fc.two_way(plan, [COST, RATE])

    assert repr(single) == "<Sensitivity of cable: equity_npv to 2 inputs>"
    assert repr(grid) == f"<TwoWay of cable: equity_npv at 5 x 5 values of {COST} and {RATE}>"
    frame = fc.table(single)
    assert frame["equity_npv"].tolist()[:3] == single[RATE].values("equity_npv")
    assert frame["factor"].tolist() == pytest.approx([0.9, 1.0, 1.1] * 2)
    html = single._repr_html_()
    assert html.count("<tr>") == 1 + len(single.lines)
    assert f'<td style="text-align: right">{single[RATE].values("equity_npv")[0]:,.6g}</td>' in html
    assert f"{COST} / {RATE}</th>" in grid._repr_html_()
    assert grid._repr_html_().count("<tr>") == 6
    with pytest.raises(KeyError, match=COST):
        single[COST]


def test_more_points_than_are_projected_together_are_the_same(plan: fc.Scenario) -> None:
    grid = fc.two_way(plan, {COST: (20.0, 30.0), RATE: (0.05, 0.15)}, points=41)  # 1,681 points

    alone = fc.two_way(plan, {COST: (20.0, 30.0), RATE: (0.05, 0.15)}, points=2)
    assert grid.values("equity_npv")[::40, ::40] == pytest.approx(alone.values("equity_npv"), rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "wanted"),
    [
        (["loans.bank.signed"], r"`loans.bank.signed` is fixed: dates, maturities and lives shape the calendar"),
        (["loans.bank.matures"], r"`loans.bank.matures` is fixed: dates, maturities and lives .* --set loans.bank.matures=VALUE"),
        (["loans.bank.rat"], r"no input `loans.bank.rat` .*did you mean `loans.bank.rate`\?"),
        ([RATE, RATE], r"`loans.bank.rate` is named twice; name another input"),
        ({RATE: ("8 %/year", "8 %/year")}, r"the range of `loans.bank.rate` is empty: both ends are the same"),
        ({RATE: ("9 %/year", "8 %/year")}, r"the range of `loans.bank.rate` is reversed; write the lower end first"),
        ({RATE: ("1 USD", "8 %/year")}, r"the range of loans.bank.rate: found `1 USD`, wanted a rate per time"),
        ({"tax.rate": ("20", "30 %")}, r"the range of tax.rate: found `20`, wanted a share"),
        ({RATE: (0.1, float("nan"))}, r"the range of `loans.bank.rate` is not two numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_moved_is_refused(plan: fc.Scenario, inputs: list[str], wanted: str) -> None:
    with pytest.raises(fc.FibercapError, match=wanted):
        fc.sensitivity(plan, inputs)


def test_other_wrong_requests_are_refused(plan: fc.Scenario) -> None:
    with pytest.raises(fc.FibercapError, match="no measure `equity_nvp`; did you mean `equity_npv`"):
        fc.sensitivity(plan, measures=["equity_nvp"])
    with pytest.raises(fc.FibercapError, match="a two-way table has two inputs, not 1; name two"):
        fc.two_way(plan, [RATE])
    with pytest.raises(fc.FibercapError, match=r"`tax\.rate` is named twice"):
        fc.two_way(plan, ["tax.rate", "tax.rate"])
    with pytest.raises(fc.FibercapError, match="1 points; ask for 2 to 101"):
        fc.sensitivity(plan, [RATE], points=1)
    with pytest.raises(fc.FibercapError, match="inputs cannot be moved by 150%"):
        fc.sensitivity(plan, by=1.5)


def test_a_plan_without_options_says_that_none_is_ranked() -> None:
    alone = scenario_of(PLAN[: PLAN.index("options:")])

    assert fc.sensitivity(alone, [RATE]).choice.why_not == "the plan has fewer than two options"


@pytest.mark.long
def test_what_becomes_undefined_is_no_break_even(plan: fc.Scenario) -> None:
    """Payback is undefined where nothing is paid back; it is never zero."""
    zeros = [moved.zeros.factors for moved in fc.sensitivity(plan, measures="payback").inputs]

    assert zeros == [()] * len(zeros)


@pytest.mark.long
def test_one_input_and_one_measure_need_no_list(plan: fc.Scenario) -> None:
    one = fc.sensitivity(plan, RATE, measures="min_dscr", points=3)

    assert one[RATE].values("min_dscr") == fc.sensitivity(plan, [RATE], measures=["min_dscr"], points=3)[RATE].values(
        "min_dscr"
    )


@pytest.mark.long
def test_of_a_large_plan_inputs_of_every_kind_are_moved(plan: fc.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fibercap.studies.sensitivity.size_if_large", lambda _: 1_000_000)
    monkeypatch.setattr("fibercap.studies.sensitivity.MOST", 6_000_000)
    monkeypatch.setattr("fibercap.studies.what_if.first_changes.MOST", 1)
    result = fc.sensitivity(plan)

    assert (result.tried, result.left_out) == (3, 9)
    assert len(result.choice.not_tried) == len(result.inputs) - 1


def test_moves_that_a_plan_refuses_cost_one_trial_and_the_rest_is_judged_together() -> None:
    """An error names the first sample that is refused; that and what goes further are left out."""
    plan = scenario_of(PLAN.replace("cash_cost", "utilization: 90 %, cash_cost"))
    used = next(lever for lever in levers(plan) if lever.name == "plants.works.utilization")
    trials: list[int] = []

    def judge(samples: Mapping[str, Any]) -> Mapping[str, Judgement]:
        projection = fc.project(plan.with_samples(samples))
        trials.append(projection.samples)
        return {"made": Judgement(np.ones(projection.samples, bool), np.zeros(projection.samples))}

    moves = [(used, factor) for factor in (1.05, 1.2, 0.9, 1.5, 0.5, 2.0)]
    judgements, allowed = judge_samples(judge, moves)

    assert allowed.tolist() == [True, False, True, False, True, False]
    assert judgements["made"].holds.tolist() == allowed.tolist()
    assert trials == [3]
