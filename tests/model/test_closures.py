"""Closures: on their days a plant makes nothing, and its fixed cost goes on or stops."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.core.timeline import month_number, month_start
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.studies.plan_warnings import warnings
from fibercap.studies.step_warning import step_warning
from fibercap.views.terminal.explain import explain_lines
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, differences, spoilt
from tests.sheets import disagreements as unlike

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2003, step: {step}}}
money: {{report_in: USD, discount_rate: 10 %/year, terminal_value: book}}
products: {{fiber: {{price: 40 USD/km}}}}
plants:
  works: {{product: fiber, capacity: {capacity}, cash_cost: 20 USD/km, fixed_cost: 1.2 million USD/year,
          maintenance: 0.6 million USD/year, closures: {closures}}}
projects:
  line: {{plant: works, adds: 120_000 km/year, capex: 6 million USD, complete: 2001-06-30, spend: {{from: 2001-01}},
         ramp: {ramp}, fixed_cost: 0.6 million USD/year{more}}}
loans: {{bank: {{commitment: 3 million USD, signed: 2001-01-31, matures: 5 years, rate: 8 %/year}}}}
funding: {{line: {{bank: 50 %, equity: rest}}}}
opening: {{cash: 9 million USD}}
"""
SLUMP = "{slump: {from: 2001-10-01, to: 2002-03-31, fixed_cost: stops}}"
TWO = "{slump: {from: 2001-10-11, to: 2002-03-05, fixed_cost: stops}, strike: {from: 2002-06-01, to: 2002-06-14}}"

SALES = ("", ", sold: {on: 2003-02-14, price: 1 USD}")


def text(
    closures: str = SLUMP,
    step: str = "month",
    ramp: str = "{linear: 12 months}",
    capacity: str = "240_000 km/year",
    more: str = "",
) -> str:
    return PLAN.format(closures=closures, step=step, ramp=ramp, capacity=capacity, more=more)


def plan(closures: str = SLUMP, **changes: str) -> Projection:
    return project(scenario_of(text(closures, **changes), "plan.yaml"))


days = st.dates(date(2001, 1, 1), date(2003, 12, 31))
ramps = st.sampled_from(
    ["none", "{linear: 9 months}", "{s_curve: 14 months}", "{table: {0 months: 40 %, 7 months: 100 %}}"]
)


@pytest.mark.long
@settings(max_examples=25)
@given(first=days, length=st.integers(0, 500), ramp=ramps, more=st.sampled_from(SALES))
def test_a_closure_takes_out_what_would_be_made_on_its_days(first: date, length: int, ramp: str, more: str) -> None:
    """What a plant makes in all is what it makes without the closure less what it makes if it counts on those days alone."""
    last = min(first + timedelta(days=length), date(2003, 12, 31))
    closed = plan(f"{{slump: {{from: {first}, to: {last}}}}}", ramp=ramp, more=more)
    always = plan("{}", ramp=ramp, more=more)
    alone = project(scenario_of(
        text("{}", ramp=ramp, more=more).replace("cash_cost: 20", f"opens: {first}, closes: {last}, cash_cost: 20")
    ))  # fmt: skip
    made = [one.value("plants.works.effective_capacity")[0] for one in (closed, always, alone)]

    assert disagreements(closed) == []
    assert made[0] == pytest.approx(made[1] - made[2])
    assert closed.value("plants.works.nameplate")[0] == pytest.approx(always.value("plants.works.nameplate")[0])
    assert closed.value("plants.works.fixed_cost")[0] == pytest.approx(always.value("plants.works.fixed_cost")[0])


@pytest.mark.long
@settings(max_examples=40)
@given(
    first=days,
    length=st.integers(0, 500),
    kind=st.sampled_from(["s_curve", "linear"]),
    months=st.lists(st.floats(3.0, 30.0), min_size=1, max_size=9),
)
def test_where_a_plant_is_closed_it_makes_nothing_and_no_speck_either(
    first: date, length: int, kind: str, months: list[float]
) -> None:
    """What its line has ramped up before does not move by a rounding: no cost per unit of nothing is shown."""
    last = min(first + timedelta(days=length), date(2003, 12, 31))
    opens = min(first, date(2001, 11, 15))  # the line is complete before
    closed = text(f"{{slump: {{from: {first}, to: {last}}}}}", ramp=f"{{{kind}: 9 months}}")
    written = scenario_of(closed.replace("cash_cost: 20", f"opens: {opens}, cash_cost: 20"))
    lengths = Quantity(np.array(months)[:, None], "month")
    batch = project(written.with_samples({f"projects.line.ramp.{kind}": lengths}))
    ends = batch.timeline.ends
    shut = (ends - 1 >= month_start(first)) & (ends <= month_number(last)) | (ends <= month_start(opens))

    assert (batch.value("plants.works.effective_capacity")[:, shut] == 0).all()
    assert disagreements(batch) == []


@pytest.mark.long
@settings(max_examples=20)
@given(first=days, length=st.integers(0, 500), again=st.integers(0, 90))
def test_a_closure_cut_in_two_is_the_same_and_its_cost_stops_by_days(first: date, length: int, again: int) -> None:
    last = min(first + timedelta(days=length), date(2003, 12, 31))
    middle = min(first + timedelta(days=again), last)
    full = f"{{one: {{from: {first}, to: {last}, fixed_cost: stops}}}}"
    parts = f"{{one: {{from: {first}, to: {middle}, fixed_cost: stops}}"
    if middle < last:
        parts += f", two: {{from: {middle + timedelta(days=1)}, to: {last}, fixed_cost: stops}}"
    one, other, always = plan(full), plan(f"{parts}}}"), plan("{}")
    lost = (always.value("plants.works.fixed_cost") - one.value("plants.works.fixed_cost"))[0].sum()
    starts, ends = month_start(first), month_number(last)
    built = max(ends - max(starts, month_number(date(2001, 6, 30))), 0.0)

    for row in ("effective_capacity", "fixed_cost", "maintenance", "nameplate"):
        assert one.value(f"plants.works.{row}")[0] == pytest.approx(other.value(f"plants.works.{row}")[0])
    assert lost == pytest.approx(100_000 * (ends - starts) + 50_000 * built, abs=1e-3)


def test_a_slump_has_the_figures_worked_out_by_hand() -> None:
    """240,000 km a year, and a line that ramps up from July 2001 over a year; closed from October to March."""
    projection = plan()
    value = {
        row: projection.by(f"plants.works.{row}", "year")
        for row in ("effective_capacity", "output", "shipments", "fixed_cost", "maintenance", "nameplate")
    }
    first, second = (
        {row: float(values[next(key for key in values if str(key) == year)][0]) for row, values in value.items()}
        for year in ("2001", "2002")
    )
    ramp = [3**2 / 24, 9**2 / 24, 12**2 / 24]  # months of full work up to October, April and July

    assert first["output"] == pytest.approx(240_000 * 9 / 12 + 120_000 * ramp[0] / 12)
    assert second["output"] == pytest.approx(240_000 * 9 / 12 + 120_000 * (ramp[2] - ramp[1] + 6) / 12)
    assert first["effective_capacity"] == first["output"] == first["shipments"] == pytest.approx(183_750)
    assert first["fixed_cost"] == pytest.approx(1.2e6 * 9 / 12 + 0.6e6 * 3 / 12)
    assert second["fixed_cost"] == pytest.approx((1.2e6 + 0.6e6) * 9 / 12)
    assert first["maintenance"] == second["maintenance"] == pytest.approx(0.6e6)
    assert first["nameplate"] == second["nameplate"] == 360_000


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_steps_and_years_agree_on_what_is_made(step: str) -> None:
    made = plan(TWO, step=step).by("plants.works.output", "year")
    monthly = plan(TWO).by("plants.works.output", "year")

    assert [float(v[0]) for v in made.values()] == pytest.approx([float(v[0]) for v in monthly.values()])


def test_a_closure_of_a_business_year_and_of_months_is_that_of_their_days() -> None:
    by_key, by_day = (
        project(scenario_of(text(closures, step="month").replace("step: month", "step: month, year_ends: March")))
        for closures in ("{a: {from: FY2002, to: 2002-06}}", "{a: {from: 2001-04-01, to: 2002-06-30}}")
    )

    assert by_key.value("plants.works.output")[0] == pytest.approx(by_day.value("plants.works.output")[0])


def test_a_capacity_by_keys_is_closed_too() -> None:
    made = plan(capacity="{2001: 240_000 km/year, 2002-02: 120_000 km/year}", ramp="none").value("plants.works.output")[
        0
    ]

    assert made[:12] == pytest.approx([20_000] * 6 + [30_000] * 3 + [0] * 3)
    assert made[12:24] == pytest.approx([0] * 3 + [20_000] * 9)


def test_a_closure_beyond_the_horizon_counts_in_the_run_off() -> None:
    projection = plan("{late: {from: 2003-11-01, to: 2004-02-29, fixed_cost: stops}}")
    later = [projection.value(f"run_off.plants.works.{row}")[0] for row in ("output", "fixed_cost")]

    assert projection.value("plants.works.output")[0][-2:] == pytest.approx(0.0)
    assert later[0][:3] == pytest.approx([0.0, 0.0, 30_000.0])
    assert later[1][:3] == pytest.approx([0.0, 0.0, 150_000.0])


def test_options_settings_samples_and_explanations_know_closures() -> None:
    scenario = scenario_of(f"{text(TWO)}options: {{open: {{remove: [plants.works.closures.slump]}}}}\n", "plan.yaml")
    batch = project(scenario.with_samples({"projects.line.adds": Quantity(np.array([[6e4], [9e4]]), "km/year")}))
    for number, adds in enumerate((60_000, 90_000)):
        overlay = Branch({"change": Branch({"projects.line.adds": Leaf(f"{adds} km/year")})})
        single = project(scenario.with_changes(overlay, "adds"))
        assert batch.value("accounts.cash")[number] == pytest.approx(single.value("accounts.cash")[0])
    assert disagreements(batch) == []
    opened = project(scenario.with_option("open"))
    assert opened.value("plants.works.output")[0].sum() > batch.value("plants.works.output")[0].sum()
    later = Branch({"change": Branch({"plants.works.closures.slump.to": Branch({"delay": Leaf("1 month")})})})
    moved = project(scenario.with_changes(later, "to"))
    assert moved.value("plants.works.closures.slump.clock")[0].max() == pytest.approx(month_number(date(2002, 4, 5)))
    lines = explain_lines(explain(project(scenario), "plants.works.fixed_cost", "2002-01"))
    assert any("plants.works.closures.slump.fixed_cost" in line for line in lines)
    assert not [line for line in warnings(project(scenario)) if "unused" in line]


def test_a_step_longer_than_a_month_is_reported_where_a_plant_rests() -> None:
    bare = text(step="year").split("projects:")[0]

    assert "the step is a year" in step_warning(project(scenario_of(bare)))[0]


@pytest.mark.long
def test_closures_are_live_in_the_workbook(tmp_path: Path) -> None:
    scenario = scenario_of(text(TWO, step="quarter"), "plan.yaml")
    content = workbook(scenario, "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert unlike(sheets, project(scenario), "as written") == []


@pytest.mark.parametrize(
    ("closures", "opened", "message"),
    [
        ("{a: {from: 2002-03, to: 2002-01}}", "", "wanted a day from 2002-03-01 on; swap `from` and `to`"),
        ("{a: {from: 1999, to: 2000}}", "", "wanted one from 2001-01-01 to 2003-12-31; or leave it out"),
        ("{a: {from: 2004, to: 2004}}", "", "wanted one from 2001-01-01 to 2003-12-31; or leave it out"),
        ("{a: {from: 2001-03, to: 2001-06}}", "opens: 2001-05-01, ", "wanted a day from 2001-05-01 on, when the plant opens"),
        ("{a: {from: 2002-03, to: 2002-06}}", "closes: 2002-05-31, ", "wanted a day up to 2002-05-31, when the plant closes"),
        (
            "{a: {from: 2002-03, to: 2002-06}, b: {from: 2001-11, to: 2002-03}}", "",
            r"plan.yaml:7:.*plants.works.closures.a.from[\s\S]*overlaps `plants.works.closures.b` \(plan.yaml:7\), wanted one "
            "that starts after 2002-03-31; make one closure of the two",
        ),
        ("{a: {from: 2002-03}}", "", "no `to`"),
        ("{a: {from: 2002-03, to: 2002-06, fixed_cost: rests}}", "", "continues, stops"),
    ],
)  # fmt: skip
def test_closures_that_cannot_be_are_refused(closures: str, opened: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario_of(text(closures).replace("cash_cost: 20", f"{opened}cash_cost: 20"), "plan.yaml")


def test_each_closure_that_overlaps_an_earlier_one_is_named() -> None:
    closures = "{a: {from: 2001, to: 2001}, b: {from: 2001-02, to: 2001-03}, c: {from: 2001-06, to: 2001-07}}"
    with pytest.raises(ScenarioError, match=r"which overlaps `plants\.works\.closures\.a`") as caught:
        scenario_of(text(closures), "plan.yaml")

    assert str(caught.value).count("which overlaps `plants.works.closures.a`") == 2
