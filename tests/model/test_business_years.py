"""Business years: a plan whose dates and years all move together has the same figures; tax, ratios and the run-off."""

from __future__ import annotations

import re
from math import isfinite

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from fibercap.core.period_names import MONTH_NAMES
from fibercap.core.timeline import month_end
from fibercap.core.units import Array
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from tests.model.test_formulas import disagreements
from tests.near import assert_near

STEPS = {"month": 1, "quarter": 3, "year": 12}


class Calendar:
    """Names of moments: year 1 is the first business year of the plan, month 1 the first month of that year."""

    def __init__(self, first: int, year_ends: int) -> None:
        """`first` is the month number at which the plan begins, the end of the month `year_ends`."""
        self.first, self.year_ends = first, year_ends

    def year(self, number: int) -> str:
        end = self.first + 12 * number
        return f"{'' if self.year_ends == 12 else 'FY'}{(end - 1) // 12}"

    def month(self, number: int) -> str:
        year, month = divmod(self.first + number - 1, 12)
        return f"{year}-{month + 1:02d}"

    def last_day(self, number: int) -> str:
        return str(month_end(self.first + number))


def plan(calendar: Calendar, step: str, tax: str, loan: str) -> str:
    year, month, day = calendar.year, calendar.month, calendar.last_day
    finer = step == "month"
    price = f"{year(1)}: 40 USD/km, {month(31) if finer else year(3)}: 12 USD/km, {year(4)}: 45 USD/km"
    return f"""
fibercap: 1
id: moved
horizon: {{from: {year(1)}, to: {year(5)}, year_ends: {MONTH_NAMES[calendar.year_ends - 1]}, step: {step}}}
money: {{report_in: USD, discount_rate: 9 %/year, minimum_cash: 1 million USD, terminal_value: {{multiple: 4}}}}
products: {{fiber: {{price: {{{price}}}, demand: {{{year(1)}: 0.9 million km/year, {year(3)}: 1 million km/year}}}}}}
plants: {{mill: {{product: fiber, capacity: 600_000 km/year, cash_cost: {{{year(1)}: 18 USD/km, {year(5)}: 20 USD/km}},
  fixed_cost: {{{year(1)}: 2 million USD/year, growth: prices}}, maintenance: 0.3 million USD/year}}}}
indices: {{prices: {{{year(1)}: 2 %/year, {year(3)}: 5 %/year}}}}
projects: {{line: {{plant: mill, adds: 200_000 km/year, capex: 12 million USD, complete: {day(24)},
  spend: {{{year(1)}: 40 %, {year(2)}: 60 %}}, ramp: {{linear: 12 months}}, life: 8 years}}}}
company: {{overhead: {{{year(1)}: 1 million USD/year, {year(2)}: 3 million USD/year}}, dividends: {{{day(48)}: 2 million USD}}}}
working_capital: {{receivables: {{{year(1)}: 30 days, {year(3)}: 45 days}}, inventory: 20 days}}
tax: {{rate: {{{year(1)}: 30 %, {year(4)}: 25 %}}, {tax}}}
opening: {{cash: 9 million USD, tax_losses: 4 million USD}}
loans: {{bank: {{commitment: 8 million USD, signed: {day(12)}, matures: {day(84)}, {loan}, payments: {{every: {step}, end_of_month: true}},
  rate: {{{year(1)}: 8 %/year, {year(3)}: 9.5 %/year}}, day_count: 30E/360 ISDA,
  covenants: {{yearly: {{row: accounts.debt_to_ebitda, at_most: 3, test: year}},
    halves: {{row: accounts.debt, at_most: 7 million USD, test: {"half_year" if step != "year" else "year"}}}}}}}}}
funding: {{line: {{bank: 8 million USD, equity: rest}}}}
claims: {{sales: {{says: sales, row: accounts.revenue, when: {year(3)}, at_least: 9 million USD}},
  cash: {{says: cash, row: accounts.cash, when: end of {year(2)}, above: {{times: 0.5, of: end of {year(1)}}}}}}}
"""


TAXES = ("lag: 0 months", "lag: 12 months, expire: 1 year", "use_at_most: 40 %", "expire: 2 years, use_at_most: 70 %")
LOANS = ("repayment: {style: equal_principal}", "repayment: {style: level}", "repayment: {style: bullet}")
plans = {
    "step": st.sampled_from(sorted(STEPS)),
    "tax": st.sampled_from(TAXES),
    "loan": st.sampled_from(LOANS),
}


BY_DAYS = re.compile(
    r"(^|\.)time\.|_quarters?$|schedule\.(period|rate_set_on)|fee_left$|^(all_in_cost|average_life|max_debt_to_ebitda$)"
)
"""What rests on quarters of the calendar, or on how many days a month has, and so does not move along."""


def figures(projection: Projection) -> dict[str, Array]:
    """Return all rows but dates and what rests on days."""
    rows = {path for path, row in projection.rows.items() if row.unit not in {"day", "month"}}
    return {path: projection.value(path)[0] for path in rows if not BY_DAYS.search(path)}


@pytest.mark.long
@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(**plans, years=st.integers(1990, 2010), ends=st.integers(1, 12), months=st.integers(-30, 30))
def test_a_business_year_that_moves_with_all_dates_gives_the_same_figures(
    step: str, tax: str, loan: str, years: int, ends: int, months: int
) -> None:
    full = 3 if step == "quarter" else 1
    ends, months = -(-ends // full) * full, months * full
    first = 12 * years + ends
    moved = first + months
    assume(all((start - 1) % 12 != 1 for start in (first, moved)))  # an end of February on maturity is no 30th
    one, two = (
        project(scenario_of(plan(Calendar(start, (start - 1) % 12 + 1), step, tax, loan))) for start in (first, moved)
    )

    rows, others = figures(one), figures(two)
    assert rows.keys() == others.keys()
    for path, values in rows.items():
        assert_near(others[path], values, path, rel=1e-9, least=1e-6, nan_ok=True)
    for path in rows.keys() & one.period_rows.keys():
        years_of_one, years_of_two = ([value[0] for value in each.by(path).values()] for each in (one, two))
        assert years_of_two == pytest.approx(years_of_one, rel=1e-9, abs=1e-6, nan_ok=True), path
    known, other = one.measures, two.measures
    for name in (name for name in known if not BY_DAYS.search(name)):
        assert other[name].values == pytest.approx(known[name].values, rel=1e-7, nan_ok=True), name
    claimed = [[outcome.value for outcome in outcomes(each).values()] for each in (one, two)]
    assert claimed[0] == pytest.approx(claimed[1])
    tested = [[[t.value for t in c.tests] for c in covenants(each).values()] for each in (one, two)]
    assert tested[0]
    assert all(a == pytest.approx(b) for a, b in zip(*tested, strict=True))


JUNE = Calendar(12 * 2001 + 6, 6)


def run(text: str) -> Projection:
    return project(scenario_of(text))


@pytest.mark.parametrize("step", sorted(STEPS))
def test_formulas_give_what_kernels_give(step: str) -> None:
    assert disagreements(run(plan(JUNE, step, TAXES[3], LOANS[1]))) == []


def test_years_end_in_june_wherever_a_year_counts() -> None:
    projection = run(plan(JUNE, "month", TAXES[0], LOANS[0]))
    timeline = projection.timeline
    assert list(timeline.groups("year")) == ["FY2002", "FY2003", "FY2004", "FY2005", "FY2006"]
    for row in ("time.closes_year", "time.ends_year"):
        assert {day.month for day, flag in zip(timeline.dates, projection.value(row)[0], strict=True) if flag} == {6}
    opens = projection.value("time.opens_year")[0]
    assert {day.month for day, flag in zip(timeline.dates, opens, strict=True) if flag} == {7}
    halves = projection.value("time.ends_half_year")[0]
    assert {day.month for day, flag in zip(timeline.dates, halves, strict=True) if flag} == {6, 12}
    yearly = projection.value("accounts.dscr")[0]
    assert {day.month for day, value in zip(timeline.dates, yearly, strict=True) if isfinite(value)} == {6}
    assert [test.when for test in covenants(projection)["bank.halves"].tests][:2] == ["FY2002-H2", "FY2003-H1"]


def test_year_ends_alone_moves_nothing_but_what_is_by_year() -> None:
    text = (
        "fibercap: 1\nhorizon: {from: 2001-03, to: 2004-10}\nmoney: {report_in: USD, discount_rate: 8 %/year}\n"
        "products: {f: {price: {2001: 40 USD/km, 2003-05: 50 USD/km}}}\n"
        "plants: {p: {product: f, capacity: 1 million km/year, cash_cost: 10 USD/km}}\nopening: {cash: 1 million USD}\n"
        "loans: {b: {commitment: 2 million USD, signed: 2001-04-30, matures: 2004-04-30, rate: 8 %/year,"
        " draws: {2001-04-30: 2 million USD}}}\n"
    )
    plain, business = run(text), run(text.replace("to: 2004-10", "to: 2004-10, year_ends: March"))

    by_year = {"time.opens_year", "time.closes_year", "time.ends_year", "time.ends_half_year", "accounts.has_dscr"}
    by_year |= {"accounts.dscr", "accounts.interest_cover", "accounts.debt_to_ebitda"}
    changed = {
        path
        for path in plain.rows
        if plain.value(path).tobytes() != business.value(path).tobytes() and "tax" not in path
    }
    assert {path.removeprefix("without_projects.") for path in changed} <= by_year
    months, years = plain.by("accounts.revenue", "month"), business.by("accounts.revenue")
    assert list(years) == ["FY2001", "FY2002", "FY2003", "FY2004", "FY2005"]
    within = [f"2002-{month:02d}" for month in range(4, 13)] + ["2003-01", "2003-02", "2003-03"]
    assert years["FY2003"][0] == pytest.approx(sum(months[name][0] for name in within))


@pytest.mark.parametrize(
    ("named", "same"),
    [
        ("price: {FY2002: 40 USD/km, FY2004: 30 USD/km}", "price: {2001: 40 USD/km, 2003-07: 30 USD/km}"),
        ("rate: {FY2002: 8 %/year, FY2003: 9 %/year}", "rate: {2001: 8 %/year, 2002-07-01: 9 %/year}"),
        ("from: FY2002, to: FY2005", "from: 2001-07, to: 2005-06"),
        ("spend: {FY2002: 100 %}", "spend: {from: 2001-07, to: 2002-06}"),
        ("average: {FY2002: 1 USD/EUR, FY2004: 1.2 USD/EUR}", "average: {2001: 1 USD/EUR, 2003-07: 1.2 USD/EUR}"),
        (
            "closing: {FY2001: 1.1 USD/EUR, FY2003: 0.9 USD/EUR}",
            "closing: {2001-Q2: 1.1 USD/EUR, 2003-Q2: 0.9 USD/EUR}",
        ),
    ],
)
def test_a_business_year_means_the_months_that_it_has(named: str, same: str) -> None:
    text = """
fibercap: 1
horizon: {from: FY2002, to: FY2005, year_ends: June}
money: {report_in: USD}
exchange: {EUR: {average: {FY2002: 1 USD/EUR, FY2004: 1.2 USD/EUR}, closing: {FY2001: 1.1 USD/EUR, FY2003: 0.9 USD/EUR}}}
products: {f: {price: {FY2002: 40 USD/km, FY2004: 30 USD/km}}}
plants: {p: {product: f, capacity: 1 million km/year, cash_cost: 10 EUR/km}}
projects: {line: {plant: p, adds: 1000 km/year, capex: 1 million USD, complete: 2002-06-30, spend: {FY2002: 100 %}}}
loans: {b: {commitment: 2 million USD, signed: 2001-09-30, matures: 2004-09-30, draws: {2001-09-30: 2 million USD},
  rate: {FY2002: 8 %/year, FY2003: 9 %/year}}}
"""
    assert named in text
    one, two = run(text), run(text.replace(named, same))

    for path in one.rows:
        assert two.value(path) == pytest.approx(one.value(path), rel=1e-12, nan_ok=True), path


@pytest.mark.parametrize(("step", "matures", "end"), [
    ("month", "2006-09-30", "2007-06-30"), ("month", "2007-06-30", "2007-06-30"), ("quarter", "2007-07-31", "2008-06-30"),
    ("year", "2007-03-31", "2007-06-30"),
])  # fmt: skip
def test_a_plan_runs_off_to_the_end_of_the_last_maturitys_business_year(step: str, matures: str, end: str) -> None:
    projection = run(
        f"fibercap: 1\nhorizon: {{from: FY2002, to: FY2004, year_ends: June, step: {step}}}\nmoney: {{report_in: USD}}\n"
        "products: {f: {price: {2001: 40 USD/km, 2004-Q1: 42 USD/km}}}\n"
        "plants: {p: {product: f, capacity: 1 million km/year, cash_cost: 9 USD/km}}\n"
        "loans: {b: {commitment: 2 million USD, signed: 2001-09-30, rate: 8 %/year, draws: {2001-09-30: 2 million USD}, "
        f"matures: {matures}}}}}\n"
    )

    assert projection.run_off is not None
    assert str(projection.run_off.end) == end
    assert projection.run_off.groups("year").keys() == {f"FY{year}" for year in range(2005, int(end[:4]) + 1)}


@pytest.mark.parametrize("step", sorted(STEPS))
def test_tax_is_assessed_by_the_business_year(step: str) -> None:
    """Income is -5, 2, 4 and 30 million; the loss that is left after two years expires at the end of FY2003."""
    projection = run(
        f"fibercap: 1\nhorizon: {{from: FY2001, to: FY2004, year_ends: June, step: {step}}}\nmoney: {{report_in: USD}}\n"
        "products: {f: {price: {FY2001: 5 USD/km, FY2002: 12 USD/km, FY2003: 14 USD/km, FY2004: 40 USD/km}}}\n"
        "plants: {p: {product: f, capacity: 1 million km/year, cash_cost: 10 USD/km}}\n"
        "tax: {rate: 30 %, expire: 2 years}\nopening: {cash: 20 million USD}\n"
    )

    results = {year: float(value[0]) / 1e6 for year, value in projection.by("accounts.tax").items()}
    assert results == pytest.approx({"FY2001": 0, "FY2002": 0, "FY2003": 0.3, "FY2004": 9})
