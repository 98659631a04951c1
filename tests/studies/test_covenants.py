"""Covenants: tested each period or year while a loan runs, with headroom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.covenants import covenants
from fibercap.studies.findings import COVENANT, findings
from fibercap.studies.headroom import EBITDA, FALLS, VOLUME, headroom, tightest
from tests.test_cli import SMALL

if TYPE_CHECKING:
    from fibercap.model.projection import Projection
    from fibercap.studies.covenants import CovenantResult


def promise(text: str) -> CovenantResult:
    scenario = read("fibercore", settings=[f"loans.fleet.covenants={{promise: {text}}}"])
    return covenants(project(scenario))["fleet.promise"]


def test_a_row_is_tested_each_year_with_headroom() -> None:
    result = promise("{row: accounts.dscr, at_least: 2.5}")

    assert [test.when for test in result.tests] == ["2001", "2002", "2003", "2004", "2005", "2006"]
    for test in result.tests:
        assert test.headroom == pytest.approx(test.value / 2.5 - 1)
        assert test.holds == (test.value >= 2.5)
    assert not result.holds
    assert result.tightest is not None
    assert result.tightest.when == "2001"


def test_a_row_is_tested_each_period() -> None:
    result = promise("{row: loans.fleet.closing, at_most: 11 million USD, test: period}")

    assert len(result.tests) == 61  # to the month in which the loan matures, past the horizon
    assert result.holds
    assert result.tightest is not None
    assert result.tightest.headroom == pytest.approx(1 / 11)


def test_a_measure_is_tested_once() -> None:
    result = promise("{measure: peak_debt, below: 9 million USD, says: Debt below 9 million USD}")

    assert [test.when for test in result.tests] == ["in total"]
    assert not result.holds
    assert result.says == "Debt below 9 million USD"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{row: accounts.dscrs, at_least: 1.2}",
            "`accounts.dscrs`, which matches no row, wanted a row of the model; did you mean",
        ),
        (
            "{measure: peak_dept, at_most: 1 USD}",
            "`peak_dept`, which matches no measure, wanted a measure; did you mean",
        ),
        ("{row: accounts.dscr, at_least: 1.2 USD}", "the subject is in plain numbers"),
        ("{row: accounts.dscr}", "found no limit, wanted one of above, at_least, below, at_most"),
        ("{at_least: 2}", "neither `row` nor `measure` is given"),
        (
            "{row: accounts.dscr, at_least: 1, test: weekly}",
            "wanted one of the known times to test: payment, period, quarter, half_year, year",
        ),
    ],
)
def test_a_covenant_that_cannot_be_tested_is_refused(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        promise(text)

    assert message in str(error.value)


def test_a_ratio_of_payments_is_tested_on_each_of_them() -> None:
    dated, named = (promise(f"{{row: loans.fleet.dscr, at_least: 1.5{test}}}") for test in ("", ", test: payment"))

    assert len(dated.tests) == 20  # each payment to maturity, past the horizon too
    assert [test.when for test in dated.tests if not test.holds] == ["2002-04"]
    assert named.tests == dated.tests
    assert not dated.untested


@pytest.fixture(scope="module")
def projection_with_covenants() -> Projection:
    text = (
        "{cover: {row: accounts.dscr, at_least: 1.2}, leverage: {row: accounts.debt_to_ebitda, at_most: 1},"
        " owed: {row: loans.fleet.closing, at_most: 11 million USD, test: period}, tight: {row: accounts.dscr, at_least: 2.5}}"
    )
    return project(read("fibercore", settings=[f"loans.fleet.covenants={text}"]))


def with_fall(kind: str, fall: float) -> Projection:
    """Return the plan in which EBITDA, prices or volume are lower by a share, written as a user would."""
    base = project(read("fibercore"))
    settings = [f"products.{name}.price={{times: {1 - fall!r}}}" for name in ("multimode", "single_mode")]
    if kind == VOLUME:
        settings = [f"plants.{name}.utilization={{times: {1 - fall!r}}}" for name in ("jena", "xtal")]
    if kind == EBITDA:
        monthly = 12 * (base.value("accounts.overhead")[0] + fall * np.maximum(base.value("accounts.ebitda")[0], 0.0))
        path = ", ".join(
            f"{label}: {cost:.4f} USD/year" for label, cost in zip(base.timeline.labels, monthly, strict=True)
        )
        scenario = read("fibercore").with_changes(Branch({"remove": Leaf(("company.overhead",))}))
        block = Branch({label.split(": ")[0]: Leaf(label.split(": ")[1]) for label in path.split(", ")})
        return project(scenario.with_changes(Branch({"add": Branch({"company.overhead": block})})))
    return project(read("fibercore", settings=settings))


@pytest.mark.long
@pytest.mark.parametrize("kind", FALLS)
def test_headroom_is_the_fall_that_breaks_a_covenant(projection_with_covenants: Projection, kind: str) -> None:
    """Just below it both covenants hold, just above one is broken; the whole plan is projected anew."""
    result = headroom(projection_with_covenants)
    row = {"fleet.cover": "accounts.dscr", "fleet.leverage": "accounts.debt_to_ebitda"}

    for name, path in row.items():
        fall = result[name].falls[kind]
        assert fall is not None
        inside, outside = (np.nan_to_num(with_fall(kind, fall + off).value(path)[0], nan=-1) for off in (-1e-4, 1e-4))
        if name == "fleet.cover":
            assert inside[inside > -1].min() > 1.2 > outside[outside > -1].min()
        else:
            assert inside.max() < 1 < outside.max() or outside[11] == -1


def test_what_no_fall_breaks_and_what_is_broken_already_say_so(projection_with_covenants: Projection) -> None:
    result = headroom(projection_with_covenants)

    assert result["fleet.owed"].falls == dict.fromkeys(FALLS)
    assert result["fleet.owed"].least is None
    assert result["fleet.tight"].is_broken
    assert result["fleet.tight"].least == 0.0
    assert tightest(result) is result["fleet.tight"]
    kept = {name: room for name, room in result.items() if not room.is_broken}
    assert tightest(kept) is kept["fleet.leverage"]
    assert tightest({"fleet.owed": result["fleet.owed"]}) is None


def breaches(projection: Projection) -> list[str]:
    return [problem.sentence for problem in findings(projection) if problem.kind == COVENANT]


def test_a_breach_says_when_how_far_and_how_often() -> None:
    text = "{cover: {says: Covered twice, row: accounts.dscr, at_least: 5}, owed: {row: accounts.debt, at_most: 8 million USD}}"

    assert breaches(project(read("fibercore", settings=[f"loans.fleet.covenants={text}"]))) == [
        "covenant Fleet five-year loan: Covered twice is broken in 2001, 2 of 6 times: accounts.dscr is 2.32, at least 5.00 is promised",
        "covenant Fleet five-year loan: owed is broken in 2001: accounts.debt is 8,678,177 USD, at most 8,000,000 USD is promised",
    ]


@pytest.mark.long
def test_debt_without_earnings_is_beyond_any_multiple_of_them() -> None:
    """Undefined as a ratio, it is no covenant kept."""
    text = "loans.fleet.covenants={leverage: {row: accounts.debt_to_ebitda, at_most: 5}}"
    projection = project(read("fibercore", settings=[text, "products.single_mode.price={times: 0.3}"]))
    covenant = covenants(projection)["fleet.leverage"]

    assert not covenant.holds
    assert covenant.tightest is not None
    assert np.isinf(covenant.tightest.value)
    assert breaches(projection)[0].endswith("there is debt, and no EBITDA; at most 5.00 is promised")
    assert headroom(project(read("fibercore", settings=[text])))["fleet.leverage"].falls["prices"] is not None


def test_a_limit_of_zero_has_room_too() -> None:
    result = promise("{row: accounts.net_income, at_least: 10 million USD}")
    zero = promise("{row: accounts.net_income, at_least: 0 USD}")

    assert result.tightest is not None
    assert zero.tightest is not None
    assert zero.tightest.when == result.tightest.when
    assert zero.tightest.headroom is None


def test_the_year_in_which_a_loan_is_repaid_is_tested_too() -> None:
    """A bullet due on 1 January: the cover of that year is known at its end, when the loan is gone."""
    bullet = "rate: 8 %/year, repayment: {style: bullet}, covenants: {cover: {row: accounts.dscr, at_least: 3}}}"
    by_name = covenants(project(scenario_of(SMALL.replace("rate: 8 %/year}", bullet))))["bank.cover"]

    assert [test.when for test in by_name.tests] == ["2000", "2001", "2002", "2003"]
    assert not by_name.tests[-1].holds
    assert not by_name.holds
