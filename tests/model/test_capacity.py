"""Capacity: ramps and their integrals, nameplate against what runs, projects, openings, demand, spending, depreciation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.trees.tree import Leaf
from fibercap.model.plants.ramps import Linear, NoRamp, SCurve, Table
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.near import assert_near

LINE = "adds: 255_000 km/year, capex: 25 million USD, complete: 2001-12-31, ramp: {linear: 6 months}"


def run(plant: str = "", projects: str = "", extra: str = "", step: str = "month") -> Projection:
    return project(
        scenario_of(
            f"fibercap: 1\nhorizon: {{from: 2000, to: 2004, step: {step}}}\nmoney: {{report_in: USD}}\n"
            "products: {f: {price: 40 USD/km}, g: {price: 30 USD/km, demand: {2000: 300_000 km/year, 2003: 30_000 km/year}}}\n"
            f"plants:\n  jena: {{product: f, capacity: 255_000 km/year, cash_cost: 20 USD/km{plant}}}\n"
            + (f"projects:\n{projects}\n" if projects else "")
            + extra
        )
    )


def by_year(projection: Projection, path: str) -> list[float]:
    return [float(value[0]) for value in projection.by(path).values()]


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_the_doubling_of_jena(step: str) -> None:
    """Published check values: nameplate of 510,000 at the end of 2002, 446,250 that can run in that year."""
    projection = run(projects=f"  second: {{plant: jena, {LINE}}}", step=step)

    assert by_year(projection, "plants.jena.nameplate")[1:] == [510_000] * 4
    assert by_year(projection, "plants.jena.effective_capacity") == pytest.approx(
        [255_000, 255_000, 446_250, 510_000, 510_000]
    )


def test_without_a_ramp_all_of_it_runs_at_once() -> None:
    projection = run(projects=f"  second: {{plant: jena, {LINE.replace('{linear: 6 months}', 'none')}}}")

    assert by_year(projection, "plants.jena.effective_capacity")[2] == 510_000


def test_from_july_the_line_is_up() -> None:
    projection = run(projects=f"  second: {{plant: jena, {LINE}}}")

    months = projection.value("plants.jena.effective_capacity")[0, 24:36]
    assert (months[6:] == 510_000).all()
    assert (np.diff(months[:7]) > 0).all()


RAMPS: list[Any] = [
    (Linear.model_validate({"linear": Leaf("6 months")}), lambda t: np.clip(t / 6, 0, 1)),
    (
        SCurve.model_validate({"s_curve": Leaf("9 months")}),
        lambda t: 3 * np.clip(t / 9, 0, 1) ** 2 - 2 * np.clip(t / 9, 0, 1) ** 3,
    ),
    (NoRamp(), lambda t: np.where(t >= 0, 1.0, 0.0)),
    (
        Table.model_validate(
            {"table": {"0 months": Leaf("40 %"), "6 months": Leaf("75 %"), "12 months": Leaf("100 %")}}
        ),
        lambda t: np.select([t < 0, t < 6, t < 12], [0.0, 0.4, 0.75], 1.0),
    ),
]


def test_a_table_of_steps() -> None:
    table = "{table: {0 months: 40 %, 6 months: 75 %, 12 months: 100 %}}"
    projection = run(projects=f"  second: {{plant: jena, {LINE.replace('{linear: 6 months}', table)}}}")

    expected = 255_000 * (1 + np.r_[np.full(6, 0.4), np.full(6, 0.75), np.ones(24)])
    assert projection.value("plants.jena.effective_capacity")[0, 24:] == pytest.approx(expected)


@pytest.mark.long
@pytest.mark.parametrize(("ramp", "share"), [(r, s) for r, s in RAMPS if not isinstance(r, Table)])
def test_a_ramps_integral_is_that_of_its_share(ramp: Any, share: Any) -> None:
    ages = np.linspace(-4, 20, 240_001)
    numeric = np.concatenate([[0.0], np.cumsum((share(ages[1:]) + share(ages[:-1])) / 2 * np.diff(ages))])

    assert_near(ramp.ramped_months(ages), numeric, least=1e-3)
    assert (np.diff(ramp.ramped_months(ages)) >= -1e-12).all()
    assert not ramp.ramped_months(ages[ages <= 0]).any()


@given(start=st.floats(-5, 15), length=st.floats(0.1, 12))
def test_the_mean_share_of_a_span_lies_between_its_ends(start: float, length: float) -> None:
    for ramp, share in RAMPS[:3]:
        mean = (ramp.ramped_months(np.asarray(start + length)) - ramp.ramped_months(np.asarray(start))) / length
        assert share(np.asarray(start)) - 1e-9 <= mean <= share(np.asarray(start + length)) + 1e-9


def test_several_projects_at_one_plant_add_up() -> None:
    second = LINE.replace("255_000", "100_000").replace("2001-12-31", "2002-12-31")
    projection = run(projects=f"  one: {{plant: jena, {LINE}}}\n  two: {{plant: jena, {second}}}")

    assert by_year(projection, "plants.jena.nameplate") == [255_000, 510_000, 610_000, 610_000, 610_000]


def test_a_plant_counts_on_its_first_and_last_day_and_not_outside() -> None:
    projection = run(plant=", opens: 2000-06-01, closes: 2003-06-30")

    nameplate = projection.value("plants.jena.nameplate")[0]
    assert (nameplate[4], nameplate[5], nameplate[41], nameplate[42]) == (0, 255_000, 255_000, 0)
    assert by_year(projection, "plants.jena.effective_capacity") == pytest.approx(
        [255_000 * 7 / 12, 255_000, 255_000, 127_500, 0]
    )


def test_a_plant_opened_within_a_month_runs_for_the_days_left() -> None:
    projection = run(plant=", opens: 2000-06-16, fixed_cost: 1.2 million USD/year")

    assert projection.value("plants.jena.effective_capacity")[0, 5] == pytest.approx(255_000 / 2)
    assert projection.value("plants.jena.fixed_cost")[0, 5] == pytest.approx(50_000)


def test_utilization_takes_its_share() -> None:
    projection = run(plant=", utilization: {2000: 90 %, 2002: 80 %}")

    assert by_year(projection, "plants.jena.output")[:3] == pytest.approx([229_500, 229_500, 204_000])


def test_plants_share_a_demand_in_proportion_to_their_output() -> None:
    other = "  big: {product: g, capacity: 300_000 km/year, cash_cost: 5 USD/km}\n  small: {product: g, capacity: 100_000 km/year, cash_cost: 5 USD/km}\n"
    projection = run(plant="}\n" + other.rstrip().rstrip("}"))

    assert by_year(projection, "plants.big.shipments")[::3] == pytest.approx([225_000, 22_500])
    assert by_year(projection, "plants.small.shipments")[::3] == pytest.approx([75_000, 7_500])
    assert by_year(projection, "plants.jena.shipments")[0] == pytest.approx(255_000)
    assert by_year(projection, "plants.big.variable_cost")[0] == pytest.approx(225_000 * 5)


def test_spending_by_year_runs_evenly_over_its_months_up_to_completion() -> None:
    line = LINE.replace("2001-12-31", "2001-06-30") + ", spend: {2000: 40 %, 2001: 60 %}"
    capex = run(projects=f"  second: {{plant: jena, {line}}}").value("projects.second.capex")[0]

    assert capex[:12] == pytest.approx(np.full(12, 25e6 * 0.4 / 12))
    assert capex[12:18] == pytest.approx(np.full(6, 25e6 * 0.6 / 6))
    assert not capex[18:].any()


def test_spending_along_an_s_curve() -> None:
    line = LINE + ", spend: {from: 2001-01, to: 2001-12, shape: s_curve}"
    capex = run(projects=f"  second: {{plant: jena, {line}}}").value("projects.second.capex")[0]

    half = 25e6 * (3 * 0.25 - 2 * 0.125)
    assert capex[12:18].sum() == pytest.approx(half)
    assert capex.sum() == pytest.approx(25e6)
    assert capex[12] < capex[17]


def test_a_delay_moves_completion_and_stretches_spending() -> None:
    line = LINE + ", spend: {2001: 100 %}, delay: 12 months"
    projection = run(projects=f"  second: {{plant: jena, {line}}}")

    capex = projection.value("projects.second.capex")[0]
    assert capex[12:36] == pytest.approx(np.full(24, 25e6 / 24))
    assert by_year(projection, "plants.jena.nameplate")[1:3] == [255_000, 510_000]
    assert projection.value("accounts.construction_in_progress")[0, 34] == pytest.approx(25e6 * 23 / 24)
    assert projection.value("accounts.construction_in_progress")[0, 35] == 0


def test_an_overrun_scales_the_capex() -> None:
    projection = run(projects=f"  second: {{plant: jena, {LINE}, overrun: 10 %}}")

    assert projection.value("projects.second.capex").sum() == pytest.approx(27.5e6)


def test_depreciation_runs_from_the_month_after_completion() -> None:
    line = LINE.replace("2001-12-31", "2001-12-15") + ", life: 2 years, spend: {2001: 100 %}"
    projection = run(projects=f"  second: {{plant: jena, {line}}}")

    lost = projection.value("projects.second.depreciation")[0]
    assert not lost[:24].any()
    assert lost[24:48] == pytest.approx(np.full(24, 25e6 / 24))
    assert not lost[48:].any()


def test_maintenance_is_capitalized_and_depreciated_over_the_plants_life() -> None:
    projection = run(plant=", maintenance: 1.2 million USD/year, life: 18 months")

    spent, lost = projection.value("plants.jena.maintenance")[0], projection.value("plants.jena.depreciation")[0]
    assert spent == pytest.approx(np.full(60, 100_000))
    assert lost[:4] == pytest.approx([0, 100_000 / 18, 200_000 / 18, 300_000 / 18])
    assert lost[20:] == pytest.approx(np.full(40, 100_000))
    assert projection.value("plants.jena.book_value")[0, -1] == pytest.approx(
        100_000 * sum((18 - k) / 18 for k in range(18))
    )


def test_a_plant_bought_on_the_way() -> None:
    deal = "  xtal: {product: f, capacity: 1 million km/year, cash_cost: 18 USD/km, opens: 2000-06-01, purchase: {price: 25 million USD, on: 2000-06-20, working_capital: 5 million USD, life: 10 years}}"
    extra = "working_capital: {receivables: 36.5 days}\n"
    projection = run(plant="}\n" + deal.rstrip("}") + "}", extra=extra)

    value = projection.value
    assert value("accounts.purchases")[0, 5] == 25e6
    assert value("plants.xtal.purchased.depreciation")[0, 6] == pytest.approx(20e6 / 120)
    assert value("plants.xtal.purchased.depreciation")[0, 5] == 0
    rise = value("accounts.receivables")[0, 5] - value("accounts.receivables")[0, 4]
    month = 365 / 12
    assert rise == pytest.approx(1e6 * 40 / 12 + 5e6 * (1 - month / 36.5))
    assert value("accounts.working_capital_increase")[0, 5] == pytest.approx(rise - 5e6)
    assert value("accounts.receivables")[0, 6] - value("accounts.receivables")[0, 5] == pytest.approx(
        1e6 * 40 / 12 * (36.5 - month) / month - 5e6 * (1 - month / 36.5)
    )
