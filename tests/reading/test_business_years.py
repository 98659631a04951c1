"""What may be written of business years, and what is said of what may not."""

from __future__ import annotations

import pytest

from fibercap.core.errors import ScenarioError
from fibercap.reading.files import scenario_of
from tests.written import replace_parts

PLAN = """\
fibercap: 1
id: june
horizon: {from: 2001-07, to: 2004-06, year_ends: June}
money: {report_in: USD}
products: {fiber: {price: {2001: 40 USD/km, FY2003: 35 USD/km}}}
plants: {mill: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: mill, adds: 1_000 km/year, capex: 1 million USD, complete: 2002-12-31, spend: {FY2002: 60 %, FY2003: 40 %}}}
company: {overhead: {FY2002: 1 million USD/year}}
loans: {bank: {commitment: 2 million USD, signed: 2001-09-30, matures: 2004-03-31, draws: {2001-09-30: 2 million USD}, rate: {FY2002: 8 %/year}}}
claims: {sales: {says: sales, row: accounts.revenue, when: FY2003, at_least: 1 million USD}}
"""

NO_YEARS = "years end in December: write `2003`, or name another month in `horizon`, such as `year_ends: June`"
MONTHS = "January, February, March, April, May, June, July, August, September, October, November, December"

WRONG = {
    "no month": (
        [("year_ends: June", "year_ends: Jun")],
        [
            "scenario:3:50: horizon.year_ends",
            f"found `Jun`, wanted one of the known months: {MONTHS}; did you mean `June`?",
        ],
    ),
    "a number": ([("year_ends: June", "year_ends: 6")], ["found `6`, wanted one of the known months: January"]),
    "lower case": ([("year_ends: June", "year_ends: june")], ["found `june`", "did you mean `June`?"]),
    "a step that no business year begins with": (
        [
            ("2001-07, to: 2004-06, year_ends: June", "2001, to: 2003, year_ends: June, step: year"),
            ("{FY2002: 1 million", "{2001: 1 million"),
        ],
        [
            "scenario:3:17: horizon.from",
            "found 2001-01-01, wanted the first day of a year that ends in June; "
            "write `FY2001` or another year, or change `year_ends` or `step`",
        ],
    ),
    "a last step that is cut": (
        [("to: 2004-06, year_ends: June", "to: 2003-12, year_ends: June, step: year")],
        [
            "scenario:3:30: horizon.to",
            "found 2003-12-31, wanted the last day of a year that ends in June; write `FY2004` or another year",
        ],
    ),
    "a month within a quarter": (
        [("year_ends: June", "year_ends: May, step: quarter"), ("{FY2002: 60 %, FY2003: 40 %}", "{2002: 100 %}")],
        [
            "scenario:3:50: horizon.year_ends",
            "found `May`, wanted a month in which a quarter ends: March, June, September or December; "
            "or write `step: month`",
        ],
    ),
    "half a name": (
        [("FY2003: 35", "FY03: 35")],
        [
            "scenario:5:45: products.fiber.price.FY03",
            "found the key `FY03`, wanted a year, quarter or month; write it like `FY2002`, `2001`, `2001-Q3` or `2001-07`",
        ],
    ),
    "a quarter of a business year": (
        [("when: FY2003,", "when: FY2003-Q1,")],
        ["found `FY2003-Q1`, wanted a time; write `end of FY2002`, `FY2002`, `2002-06` or `in total`"],
    ),
    "two names of one start": (
        [("{2001: 40 USD/km, FY2003: 35 USD/km}", "{2001-07: 40 USD/km, FY2002: 35 USD/km}")],
        ["`FY2002`, which starts together with `2001-07`", "keep one of them"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_reported_with_its_place_and_the_way_out(case: str) -> None:
    changes, message = WRONG[case]

    with pytest.raises(ScenarioError) as raised:
        scenario_of(replace_parts(PLAN, *changes))

    for text in message:
        assert text in str(raised.value)
    assert len(raised.value.problems) == 1


@pytest.mark.parametrize("ends", ["", ", year_ends: December"])
def test_without_business_years_a_key_of_one_is_refused_everywhere_it_may_stand(ends: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        scenario_of(replace_parts(PLAN, (", year_ends: June", ends)))

    (problem,) = raised.value.problems
    assert problem.path == "products.fiber.price.FY2003"
    way = "years end in December: write `2003`, or name another month in `horizon`, such as `year_ends: June`"
    # two of the project's spending, one of overhead, of the loan's rate and of the claim
    assert problem.hint == f"{way}; 5 more keys name business years"


def test_a_horizon_of_business_years_needs_them() -> None:
    with pytest.raises(ScenarioError, match=r"(?s)horizon\.from.*found `FY2003`.*" + NO_YEARS):
        scenario_of(PLAN.replace("from: 2001-07", "from: FY2003").replace(", year_ends: June", ""))


@pytest.mark.parametrize("changes", [
    [("from: 2001-07, to: 2004-06", "from: FY2002, to: FY2004")],
    [("to: 2004-06, year_ends: June", "to: 2004-06, year_ends: June, step: year")],
    [("year_ends: June", "year_ends: March, step: quarter"), ("{FY2002: 60 %, FY2003: 40 %}", "{2002: 100 %}")],
    [("when: FY2003", "when: end of FY2003")],
])  # fmt: skip
def test_what_fits_is_read(changes: list[tuple[str, str]]) -> None:
    assert scenario_of(replace_parts(PLAN, *changes)).timeline.year_ends in {3, 6}


def test_an_option_may_name_a_business_year() -> None:
    scenario = scenario_of(PLAN + "options: {dear: {change: {products.fiber.price.FY2003: 30 USD/km}}}\n")

    assert [float(value) for value in scenario.with_option("dear").products["fiber"].price.values] == [40.0, 30.0]
