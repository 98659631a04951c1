"""Limits of covenants that change over the years: every test keeps its own limit, in every reader."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.cli import cli
from fibercap.core.errors import ScenarioError
from fibercap.core.period_names import whole_period
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.covenants import CovenantResult, SampledTests, covenants, sampled_tests
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.explanation import Result
from fibercap.studies.findings import findings
from fibercap.studies.unused_inputs import unused_inputs
from fibercap.views.charts.cover import cover_chart
from fibercap.views.sentences import covenant_lines
from fibercap.views.tables import covenants_table
from fibercap.views.workbook.cases import AS_WRITTEN
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements as of_texts
from tests.sheets import Recalculator, disagreements, spoilt
from tests.written import replace_parts

PLAN = """\
fibercap: 1
id: base
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2003-Q2: 25 USD/km, 2004-Q2: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, fixed_cost: 1 million USD/year}}
projects: {line: {plant: works, adds: 150_000 km/year, capex: 9 million USD, spend: {2001: 100 %}, complete: 2001-12-31}}
loans:
  bank: {commitment: 6 million USD, signed: 2001-01-01, matures: 6 years, rate: 8 %/year, grace: 1 year,
         payments: {every: quarter, first: 2001-03-31, end_of_month: true}, covenants: {lev: {ROW}}}
funding: {line: {bank: 6 million USD, equity: rest}}
tax: {rate: 30 %}
opening: {cash: 1.5 million USD}
company: {dividends: {2003-03-31: 0.1 million USD, 2004-06-30: 0.1 million USD}}
"""
"""Prices fall for four quarters across a year's end; the loan outlives the horizon by two years."""
STEPS = "row: accounts.debt_to_ebitda_12m, at_most: {2001: 4.5, 2003: 3, 2004-Q2: 5, 2006: 0.5}, test: quarter"


def run(terms: str, *changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(PLAN, ("ROW", terms), *changes)))


def covenant_of(terms: str, *changes: tuple[str, str]) -> CovenantResult:
    return covenants(run(terms, *changes))["bank.lev"]


def covenant_of_samples(projection: Projection) -> SampledTests:
    covenant = sampled_tests(projection, "bank", "lev", projection.scenario.loans["bank"].covenants["lev"])
    assert isinstance(covenant, SampledTests)
    return covenant


def refusal(terms: str) -> str:
    with pytest.raises(ScenarioError) as error:
        covenant_of(terms)
    return str(error.value)


def limits_of(result: CovenantResult) -> dict[str, float]:
    return {test.when: test.limit for test in result.tests} | {date.when: date.limit for date in result.untested}


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(
    keys=st.lists(
        st.sampled_from(["2001-Q2", "2001-11", "2002", "2002-08", "2003-Q2", "2004", "2005", "2006-Q4"]),
        max_size=5, unique=True,
    ),
    test=st.sampled_from(["payment", "period", "quarter", "half_year", "year"]),
)  # fmt: skip
def test_a_limit_holds_from_its_key_until_the_next(keys: list[str], test: str) -> None:
    """The limit of a test is that of the last key whose first day is not after the test's date."""
    limits = {"2001": 3.0} | {key: 1.0 + number for number, key in enumerate(keys)}
    starts = sorted(((whole_period(key) or (0, 0))[0], limit) for key, limit in limits.items())
    text = ", ".join(f"{key}: {limit}" for key, limit in limits.items())

    covenant = covenant_of(f"row: accounts.debt_to_ebitda_12m, at_most: {{{text}}}, test: {test}")

    assert covenant.tests
    for when, limit in limits_of(covenant).items():
        year, _, part = when.partition("-")
        end = 12 * int(year) + {"Q": 3, "H": 6}.get(part[:1], 12) * int(part[1:] or 1)
        assert (when, limit) == (when, [limit for start, limit in starts if start < end][-1])


def test_every_test_has_headroom_to_its_own_limit_and_the_tightest_is_least_in_share() -> None:
    covenant = covenant_of(STEPS)
    tests = {test.when: test for test in covenant.tests}

    assert {when: tests[when].limit for when in ("2002-Q4", "2003-Q1", "2004-Q1", "2004-Q2", "2005-Q4", "2006-Q1")} == {
        "2002-Q4": 4.5, "2003-Q1": 3.0, "2004-Q1": 3.0, "2004-Q2": 5.0, "2005-Q4": 5.0, "2006-Q1": 0.5,
    }  # fmt: skip
    for test in covenant.tests:
        assert test.room == pytest.approx(test.limit - test.value)
        assert test.headroom == pytest.approx(1 - test.value / test.limit)
        assert test.holds == (test.value <= test.limit)
    assert covenant.tightest == min(covenant.tests, key=lambda test: test.room / test.limit)
    assert covenant.limit == covenant.tightest.limit
    assert [test.when for test in covenant.tests if not test.holds] == ["2004-Q1"]


def test_little_room_to_a_small_limit_is_not_the_least_room() -> None:
    """Room is compared in share of its own limit: 0.2 of 20 is tighter than 0.1 of 0.4."""
    text = "row: accounts.debt_to_ebitda_12m, at_most: {2001: LOW, 2006: HIGH}, test: year, from: 2002"
    values = {test.when: test.value for test in covenant_of(text.replace("LOW", "9").replace("HIGH", "9")).tests}
    low, high = values["2003"] * 1.01, max(values["2006"], values["2007"]) + 0.001
    covenant = covenant_of(text.replace("LOW", f"{low}").replace("HIGH", f"{high}"))

    rooms = {test.when: test.room for test in covenant.tests}
    assert covenant.tightest is not None
    assert covenant.tightest.when == "2003"
    assert min(rooms, key=lambda when: rooms[when]) != "2003"


def test_it_is_not_tested_before_its_day() -> None:
    every = covenant_of("row: accounts.debt_to_ebitda_12m, at_most: 3, test: quarter")
    later = covenant_of("row: accounts.debt_to_ebitda_12m, at_most: {2003: 3}, test: quarter, from: 2003-03-31")

    assert later.tests == every.tests[5:]
    assert (every.tests[4].when, later.tests[0].when, later.untested) == ("2002-Q4", "2003-Q1", ())
    assert (
        covenant_of("row: accounts.debt_to_ebitda_12m, at_most: 3, test: quarter, from: 2003-04").tests
        == every.tests[6:]
    )


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_a_lock_up_changes_too_and_has_its_row(step: str) -> None:
    """Locked is what the last test against the level in force says; texts agree with the values."""
    terms = "row: accounts.debt_to_ebitda_12m, at_most: {2001: 9, 2006: 8}, lock_up: {2001: 8, 2003: 1.5, 2004-Q2: 6}, test: TEST, from: 2002-07-01"
    projection = run(terms.replace("TEST", "year" if step == "year" else "quarter"), ("step: quarter", f"step: {step}"))
    locked = projection.value("loans.bank.covenants.lev.locked")[0]
    level = projection.value("loans.bank.covenants.lev.lock_up")[0]
    ratio, tested = (projection.value(path)[0] for path in ("accounts.debt_to_ebitda_12m", "time.ends_quarter"))
    dates = projection.timeline.dates

    last = 0.0
    for k, day in enumerate(dates):
        assert level[k] == (8.0 if day.year < 2003 else 1.5 if (day.year, day.month) < (2004, 4) else 6.0)
        if tested[k] and np.isfinite(ratio[k]) and (day.year, day.month) >= (2002, 7):
            last = float(ratio[k] > level[k])
        assert locked[k] == last
    assert locked.any()
    assert not of_texts(projection)


def test_samples_may_draw_a_limit() -> None:
    """A batch equals its members, with limits and levels of each sample."""
    plan = scenario_of(replace_parts(PLAN, ("ROW", f"{STEPS}, lock_up: {{2001: 2, 2004-Q2: 4, 2006: 0.4}}")))
    samples = {
        "loans.bank.covenants.lev.at_most.2003": Quantity(np.array([[3.0], [4.9], [0.7]]), ""),
        "loans.bank.covenants.lev.lock_up.2001": Quantity(np.array([[2.0], [0.5], [4.5]]), ""),
    }
    with pytest.raises(ScenarioError, match="found a level that is not below the limit"):
        project(plan.with_samples(samples))
    samples["loans.bank.covenants.lev.lock_up.2001"] = Quantity(np.array([[2.0], [0.5], [0.6]]), "")
    batch = project(plan.with_samples(samples))

    for k in range(3):
        alone = project(plan.with_samples({path: value[k : k + 1] for path, value in samples.items()}))
        together, one = covenant_of_samples(batch), covenant_of_samples(alone)
        np.testing.assert_array_equal(np.broadcast_to(together.limit, (3, len(one.when)))[k], one.limit[0])
        np.testing.assert_array_equal(together.holds[k], one.holds[0])
        np.testing.assert_array_equal(
            batch.value("accounts.dividends")[k], np.broadcast_to(alone.value("accounts.dividends"), (1, 16))[0]
        )
    assert len({tuple(row) for row in covenant_of_samples(batch).holds.tolist()}) == 3


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (
            "row: accounts.debt_to_ebitda, at_most: {2002: 4.5, 2003: 1.5}",
            r"found limits from 2002 on, wanted one for the first test, 2001; add a limit that starts earlier, or write `from: 2002`",
        ),
        (
            "row: accounts.debt_to_ebitda_12m, at_most: 5, lock_up: {2001-Q2: 4}, test: quarter",
            r"lev.lock_up|found limits from 2001-Q2 on, wanted one for the first test, 2001-Q1",
        ),
        ("row: accounts.debt_to_ebitda, at_most: {2001: 4.5, 2002: 1.5 USD}", "lev.at_most.2002|found an amount of money"),
        ("row: accounts.debt_to_ebitda, at_most: {}", "write it like `{2001: 4.5, 2002: 3}`"),
        ("row: accounts.debt_to_ebitda, at_most: {2001: 4.5, 2001-Q1: 4}", "which starts together with `2001`"),
        ("row: accounts.debt_to_ebitda, at_most: {2001: 4.5, growth: 5 %/year}", "at_most.growth|a test reads the limit in force"),
        ("row: accounts.debt_to_ebitda, at_most: {soon: 4.5}", "found the key `soon`"),
        ("row: accounts.debt_to_ebitda, at_most: 4, lock_up: {2001: 3, 2003: 5}", "lev.lock_up.2003|a level that is not below the limit"),
        ("row: accounts.debt_to_ebitda, at_most: {2001: 4, 2003: 2}, lock_up: 3", "lev.lock_up|a level that is not below the limit"),
        ("measure: min_dscr, at_least: {2001: 1.1, 2003: 1.2}", "name the `row` that is tested, date by date"),
        ("measure: min_dscr, at_least: 1.1, from: 2002", "remove `from`, or name a `row`"),
        ("row: accounts.debt_to_ebitda, at_most: {2001: 4}, at_least: {2001: 1}", "found 2 limits"),
        ("row: accounts.debt_to_ebitda, at_most: 4, from: 2008", "found 2008-01-01, wanted a day from 2001-01-01 to 2007-01-01"),
    ],
)  # fmt: skip
def test_limits_that_cannot_be_tested_are_refused_with_a_way_out(terms: str, expected: str) -> None:
    message = refusal(terms)

    for part in expected.split("|"):
        assert part in message


def test_findings_name_the_limit_that_was_broken() -> None:
    projection = run(STEPS.replace("2003: 3", "2002-Q4: 0.8, 2003: 3"))
    problem = next(each for each in findings(projection) if each.kind == "covenant_broken")

    assert problem.when == "2002-Q4"
    assert (
        "accounts.debt_to_ebitda_12m is 0.83 (at worst 4.79 in 2004-Q1, of at most 3.00), at most 0.80 is promised"
        in problem.sentence
    )
    assert (problem.limit, round(problem.value or 0.0, 2)) == (3.0, 4.79)
    assert "1.79 above its limit in 2004-Q1, 60 % of its limit" in problem.way_out


def test_lines_tables_and_documents_have_the_limit_of_each_test() -> None:
    projection = run(STEPS)
    covenant = covenants(projection)["bank.lev"]

    _, text = covenant_lines(covenant)
    assert (
        "at most 4.50 from 2001, 3.00 from 2003, 5.00 from 2004-Q2, 0.50 from 2006; tightest 4.79 in 2004-Q1 (limit 3.00)"
        in text
    )
    many = covenant_of(STEPS.replace("2003: 3", "2002: 4, 2003: 3"))
    assert "at most 4.50 from 2001, in 4 steps to 0.50 from 2006" in covenant_lines(many)[1]
    lines = list(csv.DictReader(io.StringIO(covenants_table(projection).csv().decode())))
    assert {line["when"]: float(line["limit"]) for line in lines} == limits_of(covenant)
    document = json.loads(
        CliRunner().invoke(cli, ["check", "-", "--json"], input=replace_parts(PLAN, ("ROW", STEPS))).stdout
    )
    entry = document["covenants"]["bank.lev"]
    assert entry["limits"] == {"2001": 4.5, "2003": 3.0, "2004-Q2": 5.0, "2006": 0.5}
    assert entry["limit"] == 3.0
    assert {when: test["limit"] for when, test in entry["tests"].items()} == {
        test.when: test.limit for test in covenant.tests
    }


def test_a_limit_is_explained_and_may_be_changed() -> None:
    projection = run(STEPS)
    row = explain(projection, "loans.bank.covenants.lev.limit", "2004-Q1")

    assert isinstance(row, Result)
    assert row.number.value == 3.0


@pytest.mark.long
def test_a_limit_that_is_never_in_force_is_unused() -> None:
    plan = scenario_of(replace_parts(PLAN, ("ROW", STEPS.replace("2006: 0.5", "2012: 0.5"))))

    assert [path for path in unused_inputs(plan) if "covenants" in path] == ["loans.bank.covenants.lev.at_most.2012"]


def test_the_chart_draws_the_limit_as_steps() -> None:
    figure = cover_chart(
        run("row: accounts.dscr_12m, at_least: {2001: 0.2, 2003: 0.4, 2004-Q2: 0.3}, test: payment"), None
    )
    drawn = [np.asarray(line.get_xydata()) for ax in figure.axes for line in ax.lines]
    (steps,) = [points for points in drawn if points.shape == (6, 2)]

    assert steps[:, 1].tolist() == [0.2, 0.2, 0.4, 0.4, 0.3, 0.3]
    assert steps[1:5, 0].tolist() == [2003, 2003, 2004.25, 2004.25]


@pytest.mark.long
def test_a_recalculated_workbook_has_the_limit_of_each_date(tmp_path: Path) -> None:
    """Also where an option has another limit, or one that does not change."""
    terms = f"{STEPS}, lock_up: {{2001: 3, 2003: 2, 2006: 0.4}}, from: 2001-07-01"
    options = (
        "options:\n  loose: {change: {loans.bank.covenants.lev.at_most.2003: 6}}\n"
        "  flat: {change: {loans.bank.covenants.lev.at_most: 4, loans.bank.covenants.lev.lock_up: 2}}\n"
        "  cheap: {change: {loans.bank.rate: 6 %/year}}\n"
    )
    scenario = scenario_of(replace_parts(PLAN, ("ROW", terms)) + options)
    calculator = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path)

    assert disagreements(calculator.read(), project(scenario), AS_WRITTEN) == []
    for option in ("loose", "flat", "cheap"):
        calculator.choose(option)
        assert (option, disagreements(calculator.read(), project(scenario.with_option(option)), option)) == (option, [])
