"""On which dates covenants are tested, what is refused, and what is not tested."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.core.errors import ScenarioError
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.compare import compare
from fibercap.studies.covenants import FAIL, NOT_TESTED, PASS, covenants
from fibercap.studies.findings import findings
from fibercap.studies.headroom import headroom
from tests.model.test_formulas import disagreements
from tests.written import replace_parts

if TYPE_CHECKING:
    from fibercap.model.projection import Projection
    from fibercap.studies.covenants import CovenantResult

SLUMP = """\
fibercap: 1
id: base
horizon: {from: 2001, to: 2008, step: quarter}
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
company: {dividends: {2004-06-30: 0.1 million USD, 2005-06-30: 0.1 million USD}}
"""
"""Prices fall for four quarters across a year's end; case V01 of the public cases."""
LEVERAGE = "row: accounts.debt_to_ebitda_12m, at_most: 3, test: quarter"
NEW_LOAN = """\
fibercap: 1
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 22 USD/km}}
loans:
  bank: {commitment: 5 million USD, signed: 2004-11-01, draws: {2004-11-01: 5 million USD}, matures: 5 years,
         rate: 8 %/year, covenants: {cover: {row: accounts.dscr, at_least: 1.2}}}
"""
SHORT_RUN = (
    NEW_LOAN.replace("from: 2001, to: 2004, step: quarter", "from: 2004-07, to: 2004-12, step: month")
    .replace("matures: 5 years", "matures: 2004-12-01")
    .replace("accounts.dscr,", "accounts.dscr_12m,")
)
"""A horizon of half a year: cover over twelve months exists on no day of it."""


def slump(row: str, *changes: tuple[str, str], text: str = SLUMP) -> Projection:
    return project(scenario_of(replace_parts(text.replace("ROW", row), *changes)))


def covenant_of(row: str, *changes: tuple[str, str], text: str = SLUMP, name: str = "bank.lev") -> CovenantResult:
    return covenants(slump(row, *changes, text=text))[name]


def test_leverage_of_four_quarters_is_broken_between_two_year_ends() -> None:
    """At the end of 2004-Q1 debt is about five times EBITDA of its four quarters, 0.75 million; at most 3 is allowed.

    The payment of 31 December 2006 falls a day before maturity and joins it, so that 20 payments are left, not 21
    (docs/decisions/check-values.md).
    """
    covenant = covenant_of(LEVERAGE)
    kept = covenant_of(LEVERAGE, ("end_of_month: true}", "end_of_month: true, short_last: keep}"))

    assert [(test.when, round(test.value, 2)) for test in covenant.tests if not test.holds] == [("2004-Q1", 4.79)]
    assert [(test.when, round(test.value, 2)) for test in kept.tests if not test.holds] == [("2004-Q1", 4.98)]
    assert covenant.verdict == FAIL
    yearly = covenant_of(LEVERAGE.replace("_12m", "").replace("quarter", "year"))
    assert {test.when: round(test.value, 2) for test in yearly.tests} | {"2003": 1.88, "2004": 0.57} == {
        test.when: round(test.value, 2) for test in yearly.tests
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("row: accounts.debt_to_ebitda, at_most: 3, test: period", "write `row: accounts.debt_to_ebitda_12m`"),
        ("row: accounts.dscr, at_least: 1, test: quarter", "exists at the ends of calendar years only"),
        ("row: accounts.interest_cover, at_least: 1, test: payment", "write `row: accounts.interest_cover_12m`"),
        ("row: accounts.dscr, at_least: 1, test: half_year", "write `row: accounts.dscr_12m`"),
        (
            "row: accounts.cfads, at_least: 1 USD, test: payment",
            "has no value on a day, wanted `row: accounts.cfads_12m`",
        ),
        (
            "row: accounts.net_income, at_least: 1 USD, test: payment",
            "wanted a balance or a ratio; or write `test: period`",
        ),
        ("measure: min_dscr, at_least: 1, test: quarter", "found a `test` of a measure, which has no dates"),
        ("row: accounts.dscr, at_least: 1, test: period, lock_up: 1.3", "write `row: accounts.dscr_12m`"),
    ],
)
def test_a_test_that_the_row_cannot_serve_is_refused_with_the_row_that_can(row: str, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        covenant_of(row)

    assert message in str(error.value)


def test_a_yearly_model_has_no_quarters() -> None:
    step = ("step: quarter", "step: year"), ("{2001: 40 USD/km, 2003-Q2: 25 USD/km, 2004-Q2: 40 USD/km}", "40 USD/km")
    with pytest.raises(ScenarioError, match="`quarter`, but the model steps by year"):
        covenant_of(LEVERAGE, *step)
    by_period = covenant_of(
        "row: accounts.debt_to_ebitda, at_most: 3, test: period", *step, ("matures: 6 years", "matures: 2006-12-31")
    )

    assert [test.when for test in by_period.tests] == [str(year) for year in range(2001, 2007)]


@pytest.mark.parametrize(
    ("test", "dates"),
    [
        ("payment", [f"{y}-Q{q}" for y in range(2001, 2007) for q in range(1, 5)][3:]),
        ("quarter", [f"{y}-Q{q}" for y in range(2001, 2007) for q in range(1, 5)][3:]),
        ("half_year", ["2001-H2", *(f"{y}-H{h}" for y in range(2002, 2007) for h in (1, 2))]),
        ("year", [str(year) for year in range(2001, 2007)]),
    ],
)
@pytest.mark.parametrize("step", ["quarter", "month"])
def test_a_covenant_is_tested_on_the_dates_that_it_names(test: str, dates: list[str], step: str) -> None:
    """Grace interest is served from 2001-Q1 on; three quarters are too early for twelve months."""
    row = f"row: accounts.dscr_12m, at_least: 0, test: {test}"
    covenant = covenant_of(row, ("step: quarter", f"step: {step}"), ("matures: 6 years", "matures: 2006-12-31"))

    if test == "payment" and step == "month":
        dates = [f"{y}-{m:02d}" for y in range(2001, 2007) for m in (3, 6, 9, 12)][3:]
    assert [tested.when for tested in covenant.tests] == dates
    assert {missing.reason for missing in covenant.untested} <= {"twelve months of the horizon are not over"}
    paid_first = 2 if step == "quarter" else 3  # what is drawn on the last day of a quarter bears no interest in it
    assert len(covenant.untested) == {"payment": paid_first, "quarter": 3, "half_year": 1, "year": 0}[test]


def test_flows_are_added_up_over_the_calendar_that_a_test_names() -> None:
    covenant = covenant_of("row: accounts.ebitda, at_least: 0 USD, test: half_year")
    projection = project(scenario_of(SLUMP.replace("ROW", "row: accounts.ebitda, at_least: 0 USD, test: half_year")))
    ebitda = projection.value("accounts.ebitda")[0]

    assert [test.value for test in covenant.tests][:12] == pytest.approx(list(ebitda.reshape(-1, 2).sum(axis=1))[:12])


def test_a_part_of_a_year_is_not_tested() -> None:
    covenant = covenant_of(
        "row: accounts.ebitda, at_least: 0 USD, test: year",
        ("from: 2001, to: 2008", "from: 2001-07, to: 2008-06"), ("signed: 2001-01-01", "signed: 2001-07-01"),
        ("first: 2001-03-31", "first: 2001-09-30"),
        ("spend: {2001: 100 %}, complete: 2001-12-31", "spend: {2002: 100 %}, complete: 2002-12-31"),
        ("{2001: 40 USD/km, ", "{2001-07: 40 USD/km, "),
    )  # fmt: skip

    assert [test.when for test in covenant.tests] == [str(year) for year in range(2002, 2008)]
    assert [(missing.when, missing.reason) for missing in covenant.untested] == [
        ("2001", "the horizon holds only a part of it")
    ]


def test_a_covenant_whose_ratio_exists_on_no_date_is_not_tested_and_not_broken(tmp_path: Any) -> None:
    """`robust/min_covenant_realistic`: 132 of 17,311 random plans ended in a traceback."""
    covenant = covenant_of("", text=SHORT_RUN, name="bank.cover")
    file = tmp_path / "plan.yaml"
    file.write_text(SHORT_RUN)
    shown = {verb: CliRunner().invoke(cli, [verb, str(file)]) for verb in ("check", "run")}
    document = json.loads(CliRunner().invoke(cli, ["check", str(file), "--json"]).stdout)["covenants"]["bank.cover"]

    assert (covenant.holds, covenant.verdict, covenant.is_broken) == (None, NOT_TESTED, False)
    assert findings(slump("", text=SHORT_RUN)) == ()
    for verb, result in shown.items():
        assert result.exit_code == 0, verb
        words = " ".join(result.stdout.split())
        assert "NOT TESTED" in words
        assert "not tested within the horizon: twelve months of the horizon are not over" in words
    assert "1 covenant, 0 broken, 1 not tested" in shown["check"].stdout
    assert (document["holds"], document["tests"], document["not_tested"]) == (
        None,
        {},
        dict.fromkeys(("2004-11", "2004-12"), "twelve months of the horizon are not over"),
    )
    assert headroom(project(scenario_of(SHORT_RUN)))["bank.cover"].is_broken is False


@pytest.mark.parametrize("limit", ["at_most: 9", "at_least: 1"])
@pytest.mark.parametrize("subject", ["row: accounts.debt_to_ebitda_12m, test: quarter", "measure: max_debt_to_ebitda"])
def test_debt_without_earnings_breaks_any_limit(subject: str, limit: str) -> None:
    plan = slump(f"{subject}, {limit}", ("2003-Q2: 25 USD/km", "2003-Q2: 10 USD/km"))
    covenant, broken = covenants(plan)["bank.lev"], findings(plan)[0]

    assert covenant.verdict == FAIL
    assert any(np.isinf(test.value) and not test.holds for test in covenant.tests)
    assert (broken.kind, broken.value, broken.name) == ("covenant_broken", None, "bank.lev")
    assert "there is debt, and no EBITDA" in broken.sentence
    assert broken.way_out.startswith("EBITDA above zero, or no debt")


def test_a_lock_up_follows_the_dates_of_its_test() -> None:
    row = "row: accounts.debt_to_ebitda_12m, at_most: 9, lock_up: 3, test: TEST"
    quarter, year = (row.replace("TEST", test) for test in ("quarter", "year"))

    assert covenant_of(quarter).locked == ("2004-Q2",)
    assert covenant_of(year).locked == ()
    for text in (quarter, year, quarter.replace("at_most: 9, lock_up: 3", "at_least: 0.1, lock_up: 0.5")):
        assert disagreements(project(scenario_of(SLUMP.replace("ROW", text)))) == []


def test_one_dividend_follows_no_earnings() -> None:
    """Beyond any level there is no EBITDA, so that dividends are barred whichever side the limit is on."""
    row = "row: accounts.debt_to_ebitda_12m, at_least: 0.01, lock_up: 0.01, test: quarter"
    covenant = covenant_of(row, ("2003-Q2: 25 USD/km", "2003-Q2: 10 USD/km"))

    assert "2004-Q2" in covenant.locked


def test_no_date_in_the_horizon_is_reported_too() -> None:
    """A loan of the last month, tested by half-year: nothing is left of it to test, and no command stops."""
    text = NEW_LOAN.replace("step: quarter", "step: month").replace("to: 2004,", "to: 2004-11,")
    text = text.replace("matures: 5 years", "matures: 2004-11-20")
    text = text.replace(
        "row: accounts.dscr, at_least: 1.2", "row: accounts.debt, at_most: 9 million USD, test: half_year"
    )
    covenant = covenant_of("", text=text, name="bank.cover")

    assert (covenant.verdict, covenant.why_untested) == (
        NOT_TESTED,
        "no date on which it is tested falls within the horizon",
    )
    assert headroom(project(scenario_of(text)))["bank.cover"].least is None


def test_a_covenant_of_a_loan_abroad_may_limit_the_companys_own_money() -> None:
    text = NEW_LOAN.replace("5 million USD", "5 million EUR").replace(
        "row: accounts.dscr, at_least: 1.2", "row: accounts.cash, at_least: 1 USD"
    )
    covenant = covenant_of("", text=f"{text}exchange: {{EUR: {{average: {{2001: 1.1 USD/EUR}}}}}}\n", name="bank.cover")

    assert (covenant.limit, covenant.unit, covenant.verdict) == (1.0, "USD", PASS)


def test_the_llcr_of_a_bullet_shows_it_up() -> None:
    """Its LLCR is known past the horizon, too, from the run-off."""
    options = "options: {level: {title: Level}, bullet: {change: {loans.bank.repayment: {style: bullet}}}}\n"
    text = SLUMP.replace(", covenants: {lev: {ROW}}", ", repayment: {style: level}") + options
    within, beyond = (compare(scenario_of(text.replace("2008", year))) for year in ("2008", "2005"))

    for comparison in (within, beyond):
        bullet, level = (comparison.cases[name].measures for name in ("bullet", "level"))
        assert (bullet["min_llcr"].value or 0.0) < (level["min_llcr"].value or 0.0)


def test_a_kept_covenant_counts_what_was_not_tested() -> None:
    covenant = covenant_of("row: accounts.dscr_12m, at_least: 0.1, test: payment")

    assert covenant.verdict == PASS
    assert covenant.why_untested == "twelve months of the horizon are not over"
