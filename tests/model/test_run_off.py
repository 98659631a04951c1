"""The run-off: what a plan does after its horizon while a loan is owed, and what looks there."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.unit_proof import fits, unit_of
from fibercap.core.timeline import STOCK
from fibercap.core.units import Array, Samples
from fibercap.model.horizon.outliving import loans_past_horizon
from fibercap.model.loans.terms import Loan
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.findings import USES, findings
from tests.model.test_formulas import disagreements
from tests.written import valid_scenarios

FEW = settings(max_examples=40)


def projection_of(text: str) -> Projection:
    """Project a random plan; one whose loan would grow is none."""
    try:
        return project(scenario_of(text))
    except FibercapError as error:
        assume("would grow instead of being repaid" not in str(error))
        raise


def end_at(text: str, to: str) -> str:
    return re.sub(r"horizon: \{from: 2000, to: [-\d]+", f"horizon: {{from: 2000, to: {to}", text)


@pytest.mark.long
@settings(max_examples=80)
@given(
    text=st.one_of(valid_scenarios(), valid_scenarios(rich=True)),
    to=st.sampled_from(["2003", "2003-06", "2003-09", "2004-03"]),
)
def test_a_horizon_made_longer_by_hand_tells_the_same(text: str, to: str) -> None:
    """An independent witness: with nothing new to build, the years after the horizon are years like any others."""
    text = text.replace(", gap: [equity]", "")
    year_step = "step: year" in text
    text = end_at(text, to[:4] if year_step else to)
    assume(not ("step: quarter" in text and to[-2:] not in {"03", "06", "09"} and "-" in to))
    short = projection_of(text)
    assume(short.run_off is not None)
    assert short.run_off is not None
    end = float(short.timeline.ends[-1])
    assume(all(float(line.completes) <= end for line in short.scenario.projects.values()))

    long = projection_of(end_at(text, f"{short.run_off.end.year}"))

    assert long.run_off is None
    assert long.timeline.dates == short.dates_to_maturity
    block, horizon = short.blocks["run_off"], short.timeline.count
    for path in (block.continued_path(path) for path in block.rows):
        expected, result = long.value(path), short.to_maturity(path)
        if np.array_equal(result, expected):
            continue
        scale = float(np.nanmax(np.abs(expected), initial=0.0))
        alike = np.isclose(result, expected, rtol=1e-9, atol=max(1e-6, 1e-10 * scale), equal_nan=True)
        assert alike.all(), (path, np.argwhere(~alike)[0], horizon)
    for name in ("min_llcr", "min_plcr"):
        one, other = measures(short)[name], measures(long)[name]
        assert one.values == pytest.approx(other.values, rel=1e-9, nan_ok=True)
        assert one.when == other.when


@pytest.mark.long
@FEW
@given(text=st.one_of(valid_scenarios(), valid_scenarios(rich=True)))
def test_it_opens_with_the_last_balances_and_begins_nothing_new(text: str) -> None:
    projection = projection_of(text)
    assume(projection.run_off is not None)
    value = projection.value

    for path in ("accounts.cash", "accounts.debt", "accounts.tax_payable", "accounts.receivables"):
        change = np.diff(projection.to_maturity(path), axis=-1)[:, projection.timeline.count - 1]
        assert change == pytest.approx(value(f"run_off.{path}")[:, 0] - value(path)[:, -1])
    flows = [f"run_off.accounts.{kind}_cash_flow" for kind in ("operating", "investing", "financing")]
    moved = value("accounts.cash")[:, -1] + sum(value(row)[:, 0] for row in flows)
    assert value("run_off.accounts.cash")[:, 0] == pytest.approx(moved, rel=1e-9, abs=1e-3)
    for name in projection.scenario.loans:
        assert value(f"run_off.loans.{name}.opening")[:, 0] == pytest.approx(value(f"loans.{name}.closing")[:, -1])
        assert abs(value(f"run_off.loans.{name}.closing")[:, -1]) <= 1e-6
    for row in (
        "capex",
        "purchases",
        "grants",
        "equity_for_projects",
        "equity_paid_in",
        "equity_for_cash",
        "dividends",
    ):
        assert not value(f"run_off.accounts.{row}").any(), row


@pytest.mark.long
@FEW
@given(text=st.one_of(valid_scenarios(), valid_scenarios(rich=True)))
def test_the_books_tie_there_too(text: str) -> None:
    projection = projection_of(text)
    assume(projection.run_off is not None)

    def value_of(row: str) -> Array:
        return projection.value(f"run_off.accounts.{row}")

    owned = "cash receivables inventory construction_in_progress net_fixed_assets deferred_fees other_assets".split()
    owed = "payables tax_payable accrued_interest debt other_liabilities paid_in_capital retained_earnings".split()
    assert sum(value_of(row) for row in owned) == pytest.approx(sum(value_of(row) for row in owed), rel=1e-9, abs=1e-2)
    assert value_of("debt") == pytest.approx(
        sum(projection.value(f"run_off.loans.{name}.closing") for name in projection.scenario.loans), abs=1e-3
    )


@pytest.mark.long
@FEW
@given(text=st.one_of(valid_scenarios(), valid_scenarios(rich=True)))
def test_every_formula_there_holds_in_units(text: str) -> None:
    """The model proves only those that are not the horizon's own; here all are."""
    projection = projection_of(text)
    assume(projection.run_off is not None)
    units = {path: row.unit for path, row in projection.rows.items()}
    units |= {path: item.unit for path, item in projection.scalars.items()}

    for row in projection.blocks["run_off"].rows.values():
        assert not row.formula or fits(unit_of(row.formula, units.__getitem__), row.unit), row


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_without_a_loan_that_outlives_the_horizon_there_is_none(text: str) -> None:
    text = re.sub(r"matures: (5 years|61 months|2004-11-30)", "matures: 2003-11-30", text)

    projection = project(scenario_of(text))

    assert projection.run_off is None
    assert not any(
        "run_off" in path or "run_off" in row.formula or row.after != "0" for path, row in projection.rows.items()
    )
    assert projection.dates_to_maturity == projection.timeline.dates
    assert projection.to_maturity("accounts.cash") is not None


def test_cover_over_life_of_the_base_and_of_the_bullet() -> None:
    """Source: docs/conventions.md, section 7; computed outside the project by two programs."""
    by_name = measures(project(read("fibercore")))
    assert by_name["min_llcr"].value == pytest.approx(9.9067, abs=5e-5)
    assert by_name["min_plcr"].value == pytest.approx(12.9127, abs=5e-5)
    assert (by_name["min_llcr"].when, by_name["min_plcr"].when) == ("2001-03", "2001-03")
    assert by_name["project_npv"].value == pytest.approx(47_449_585.92, abs=0.01)
    bullet = measures(project(read("fibercore", "bullet")))["min_llcr"]
    assert bullet.when == "2005-10"
    assert bullet.value == pytest.approx(1.4284, abs=1e-4)


PLAN = """
fibercap: 1
horizon: {{from: 2001, to: 2002, step: month}}
money: {{report_in: USD}}
products: {{fiber: {{price: {price}}}}}
plants: {{works: {{product: fiber, capacity: 100_000 km/year, cash_cost: 10 USD/km{plant}}}}}
projects:
  line: {{plant: works, adds: 50_000 km/year, capex: 2 million USD, complete: {complete}{project}}}
loans:
  bank: {{commitment: 3 million USD, signed: 2001-01-01, matures: {matures}, rate: 6 %/year, draws: {{2001-01-01: 3 million USD}}, repayment: {{style: bullet}}{loan}}}
company: {{dividends: {{2001-06-30: 10_000 USD}}{company}}}
opening: {{cash: {cash}}}
"""


def small(**changes: str) -> Projection:
    parts = {
        "price": "20 USD/km", "plant": "", "complete": "2002-03-31", "project": "", "matures": "2004-06-30",
        "loan": "", "company": "", "cash": "1 million USD",
    }  # fmt: skip
    return project(scenario_of(PLAN.format(**{**parts, **changes})))


def test_it_lasts_to_the_end_of_the_year_of_the_last_maturity() -> None:
    projection = small()

    assert projection.run_off is not None
    assert (projection.run_off.start, projection.run_off.end) == (date(2003, 1, 1), date(2004, 12, 31))
    assert projection.value("run_off.loans.bank.principal")[0].nonzero()[0].tolist() == [17]
    assert projection.value("accounts.cash").shape == (1, 24)
    assert projection.by("run_off.accounts.revenue")["2004"][0] == pytest.approx(150_000 * 20)


@pytest.mark.parametrize("matures", ["2002-12-31", "2002-06-30"])
def test_a_loan_that_ends_with_the_horizon_needs_none(matures: str) -> None:
    assert small(matures=matures).run_off is None


def test_a_revolver_that_nobody_may_call_has_nothing_to_run_off() -> None:
    projection = small(
        matures="2002-06-30",
        loan="}\n  backup: {commitment: 1 million USD, signed: 2001-01-01, matures: 2005-01-01, rate: 5 %/year, "
        "repayment: {style: revolver}",
        company=", gap: [equity]",
    )

    assert loans_past_horizon(projection.scenario) == []
    assert projection.run_off is None


def test_a_line_that_the_horizon_stops_is_never_complete_and_costs_no_more() -> None:
    """By the end of 2002 half of it is spent: it stays in progress, adds nothing, and is not depreciated."""
    projection = small(complete="2003-06-30", project=", fixed_cost: 1 million USD/year, ramp: {linear: 6 months}")
    value = projection.value

    assert value("projects.line.cost_to_date")[0, -1] == pytest.approx(1e6)
    assert (value("run_off.projects.line.cost_to_date") == value("projects.line.cost_to_date")[0, -1]).all()
    assert value("run_off.accounts.construction_in_progress")[0] == pytest.approx(np.full(24, 1e6))
    for row in (
        "projects.line.capex",
        "projects.line.depreciation",
        "projects.line.ramped_months",
        "plants.works.fixed_cost",
    ):
        assert not value(f"run_off.{row}").any(), row
    assert value("run_off.plants.works.nameplate")[0] == pytest.approx(np.full(24, 100_000.0))


@pytest.mark.long
def test_a_batch_may_hold_lines_that_are_complete_and_lines_that_are_not() -> None:
    plan = small(project=", ramp: {s_curve: 4 months}, fixed_cost: 60_000 USD/year").scenario
    batch = project(plan.with_samples({"projects.line.delay": _months([0.0, 8.5, 14.0])}))

    made = batch.value("run_off.plants.works.nameplate")[:, -1]
    assert made.tolist() == [150_000, 150_000, 100_000]
    for member, delay in enumerate((0.0, 8.5, 14.0)):
        alone = project(plan.with_samples({"projects.line.delay": _months([delay])}))
        for path in alone.rows:
            assert batch.value(path)[member] == pytest.approx(alone.value(path)[0], rel=1e-9, abs=1e-6, nan_ok=True), (
                path
            )


def _months(values: list[float]) -> object:
    return Samples(np.array(values)[:, None], "month")


def test_a_line_that_is_complete_goes_on_ramping_up() -> None:
    projection = small(complete="2002-12-31", project=", ramp: {linear: 6 months}")

    months = projection.value("run_off.plants.works.effective_capacity")[0]
    mean = [(2 * month + 1) / 12 for month in range(6)]  # of each of the six months on a straight line
    assert months[:6] == pytest.approx([100_000 + 50_000 * share for share in mean])
    assert months[6:] == pytest.approx(np.full(18, 150_000.0))


def test_a_plant_closes_on_its_day_after_the_horizon() -> None:
    projection = small(plant=", closes: 2003-09-30")

    sold = projection.value("run_off.accounts.shipments")[0]
    assert sold[:9].all()
    assert not sold[9:].any()


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("{2001: 20 USD/km, 2002: 22 USD/km}", [22.0] * 24),
        ("{2001: 20 USD/km, 2003: 25 USD/km, 2004: 26 USD/km}", [25.0] * 12 + [26.0] * 12),
        ("{2001: 20 USD/km, 2002-Q1: 21 USD/km, 2002-Q4: 24 USD/km}", [21.0] * 9 + [24.0] * 3 + [21.0] * 9 + [24.0] * 3),
        ("{2001: 20 USD/km, 2002-12: 24 USD/km}", ([20.0] * 11 + [24.0]) * 2),
        ("{2001: 20 USD/km, 2002-11: 24 USD/km, 2003-02: 30 USD/km}",
         [24.0, 30.0, *([20.0] * 8), 24.0, 24.0, 24.0, 30.0, *([20.0] * 8), 24.0, 24.0]),
        ("{2001-03: 20 USD/km, 2001-06: 30 USD/km}", None),
    ],
)  # fmt: skip
def test_paths_go_on_by_their_own_keys_then_hold_or_repeat_their_last_year(
    price: str, expected: list[float] | None
) -> None:
    """By years a value holds; by months or quarters the last twelve months come again."""
    if expected is None:
        price, expected = price.replace("2001-03", "2001-01"), [30.0] * 24

    assert small(price=price).value("run_off.inputs.products.fiber.price")[0].tolist() == pytest.approx(expected)


def test_owners_are_not_called_and_cash_below_zero_is_reported_as_a_finding_of_its_own() -> None:
    projection = small(
        price="11 USD/km", company=", gap: [equity]", plant=", fixed_cost: 2 million USD/year", matures="2003-06-30"
    )
    value = projection.value

    assert value("accounts.equity_for_cash").any()
    assert not value("run_off.accounts.equity_for_cash").any()
    (results,) = [results for results in findings(projection) if results.kind != USES]
    lowest = value("run_off.accounts.cash").min()
    assert (results.kind, results.after_horizon, results.value) == ("cash_below_zero", True, lowest)
    assert results.sentence == (
        "cash is below zero after the horizon, while loans run off, in 12 of 12 periods, first in 2003-01; "
        f"the lowest is {lowest:,.0f} USD in 2003-12"
    )


def test_a_revolver_and_a_sweep_go_on_by_the_order_of_cash() -> None:
    projection = small(
        loan=", sweep: 50 %, payments: {every: quarter, end_of_month: true}}\n"
        "  backup: {commitment: 1 million USD, signed: 2001-01-01, matures: 2005-03-31, rate: 5 %/year, "
        "repayment: {style: revolver}",
        cash="0.2 million USD",
        price="13 USD/km",
    )
    swept = projection.value("run_off.loans.bank.swept")[0]

    assert projection.run_off is not None
    assert projection.run_off.end == date(2005, 12, 31)
    assert swept.any()
    assert not np.delete(swept, np.arange(0, len(swept), 3)).any()


@pytest.mark.parametrize("step", ["quarter", "year"])
def test_a_longer_step_runs_off_in_whole_periods(step: str) -> None:
    plan = small().scenario.timeline
    assert plan.past == 0
    text = PLAN.format(
        price="{2001: 20 USD/km, 2002-Q2: 21 USD/km}", plant="", complete="2002-03-31", project="", matures="2005-02-01",
        loan="", company="", cash="1 million USD",
    ).replace("step: month", f"step: {step}")  # fmt: skip

    projection = project(scenario_of(text))

    assert projection.run_off is not None
    assert projection.run_off.end == date(2005, 12, 31)
    assert projection.value("run_off.accounts.cash").shape[-1] == {"quarter": 12, "year": 3}[step]
    balances = [path for path, row in projection.blocks["run_off"].rows.items() if row.nature == STOCK]
    assert balances


def test_no_sum_table_or_measure_of_the_horizon_contains_it() -> None:
    """The same company without the years after: all that is not cover is the same."""
    projection = project(read("fibercore"))
    cover = {
        "min_llcr",
        "min_plcr",
        "min_dscr",
        "min_interest_cover",
        *(f"min_dscr.{n}" for n in projection.scenario.loans),
    }

    assert not any(path.startswith("run_off.") for path in projection.period_rows)
    by_name = measures(projection)
    for name, measure in by_name.items():
        assert name in cover or "run_off" not in measure.formula, name
    assert isinstance(projection.scenario.loans["fleet"], Loan)


def test_working_capital_bought_just_before_the_end_runs_off_after_it() -> None:
    projection = project(scenario_of("""\
fibercap: 1
id: base
horizon: {from: 2001, to: 2002, step: quarter}
money: {report_in: USD}
products: {fiber: {price: 25 USD/km}}
plants:
  works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}
  other: {product: fiber, capacity: 10_000 km/year, cash_cost: 20 USD/km, opens: 2003-01-01,
          purchase: {price: 1 million USD, on: 2002-12-31, life: 5 years, working_capital: 90_000 USD}}
working_capital: {receivables: 200 days}
loans: {bank: {commitment: 1 million USD, signed: 2002-01-01, matures: 3 years, rate: 8 %/year, draws: {2002-01-01: 1 million USD}}}
opening: {cash: 2 million USD}
"""))  # fmt: skip

    assert projection.value("run_off.plants.other.purchased.receivables_left")[0, 0] == pytest.approx(7_875)
    assert disagreements(projection) == []
