"""Growth of series: by a rate or an index, each year or each month, after the last key, in every reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.period_names import MONTH_NAMES
from fibercap.core.units import Array
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.movable_inputs import lever
from fibercap.studies.unused_inputs import unused_inputs
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, Sheets, spoilt
from tests.sheets import disagreements as unlike_sheets

PLAN = """
fibercap: 1
id: growing
horizon: {{from: {begins}, to: {ends}, step: {step}, year_ends: {month}}}
money: {{report_in: USD, discount_rate: 8 %/year}}
indices: {{cpi: {{1990: 1 %/year, 2002: 2.5 %/year, 2003-05: 4 %/year}}}}
products: {{fiber: {{price: {price}}}}}
plants: {{works: {{product: fiber, capacity: 1200 km/year, cash_cost: 20 USD/km}}}}
"""


def plan(price: str, step: str = "month", begins: str = "2001", ends: str = "2004", month: str = "December") -> str:
    return PLAN.format(price=price, step=step, begins=begins, ends=ends, month=month)


def prices(text: str) -> Array:
    """Return the price of each period."""
    return np.asarray(project(scenario_of(text)).value("inputs.products.fiber.price")[0])


def grow_by_hand(first: float, key: int, rates: dict[int, float], year_ends: int, every: str, months: range) -> Array:
    """Return the value of each month, stepped one month after another; `rates` are those of an index by month number."""
    value, values = first, {}
    for month in range(key, months.stop):
        rate = next(rate for start, rate in sorted(rates.items(), reverse=True) if start <= month)
        if month > key and every == "month":
            value *= (1 + rate) ** (1 / 12)
        elif month > key and (month - year_ends) % 12 == 0:
            value *= 1 + rate
        values[month] = value
    return np.array([values[month] for month in months])


@settings(max_examples=40, deadline=None)
@given(
    key=st.integers(12 * 1995, 12 * 2003),
    rate=st.sampled_from(["5 %/year", "-3 %/year", "0 %/year", "120 bp/year", "cpi"]),
    every=st.sampled_from(["year", "month"]),
    step=st.sampled_from(["month", "quarter", "year"]),
    year_ends=st.sampled_from([12, 3, 6]),
)
def test_growth_is_month_after_month_what_a_hand_steps(
    key: int, rate: str, every: str, step: str, year_ends: int
) -> None:
    """Periods of any step hold the mean over their months, wherever the last key stands and the year ends."""
    begins = 12 * 2001 + (year_ends % 12)
    names = [f"{month // 12}-{month % 12 + 1:02d}" for month in (key, begins, begins + 47)]
    earlier = "1994: 30 USD/km, "
    text = plan(
        f"{{{earlier}{names[0]}: 45 USD/km, growth: {{rate: {rate}, every: {every}}}}}",
        step, names[1], names[2], MONTH_NAMES[year_ends - 1],
    )  # fmt: skip
    fixed = {"5 %/year": 0.05, "-3 %/year": -0.03, "0 %/year": 0.0, "120 bp/year": 0.012}
    rates = {0: fixed[rate]} if rate in fixed else {12 * 1990: 0.01, 12 * 2002: 0.025, 12 * 2003 + 4: 0.04}

    values = prices(text)

    months = range(begins, begins + 48)
    grown = grow_by_hand(45.0, key, rates, year_ends, every, range(max(key, begins), begins + 48))
    by_hand = np.concatenate([np.full(max(key - begins, 0), 30.0), grown])
    assert len(by_hand) == len(months)
    assert values == pytest.approx(by_hand.reshape(len(values), -1).mean(axis=1), rel=1e-12)


def test_without_growth_every_digit_stays() -> None:
    """A rate of nothing is no growth, and what stands before the last key never grows."""
    keys = "2001: 45 USD/km, 2002-07: 37 USD/km"

    assert prices(plan(f"{{{keys}, growth: 0 %/year}}")).tolist() == prices(plan(f"{{{keys}}}")).tolist()
    grown = prices(plan(f"{{{keys}, growth: 50 %/year}}"))
    assert grown[:24].tolist() == prices(plan(f"{{{keys}}}"))[:24].tolist()
    assert grown[24] == 1.5 * 37


def test_an_index_is_the_same_as_keys_worked_out_by_hand() -> None:
    typed = "{2001: 40 USD/km, 2002: 41 USD/km, 2003: 42.025 USD/km, 2004: 43.706 USD/km}"

    assert prices(plan("{2001: 40 USD/km, growth: cpi}")) == pytest.approx(prices(plan(typed)))


def test_a_price_that_grows_five_percent_for_fifteen_years() -> None:
    """45 x 1.05^14: the first year does not grow (case S05)."""
    text = plan("{2001: 45 USD/km, growth: 5 %/year}", "year", ends="2015")

    assert prices(text)[-1] == pytest.approx(89.0969, abs=5e-5)


@pytest.mark.parametrize(
    ("price", "horizon", "rate", "worth"),
    [
        ("{2001: 800 USD/km, growth: 7 %/year}", ("year", "2001", "2024"), "5 %/year", 22_911.13),
        (
            "{2001: 2_500 USD/km, growth: {rate: 6.16778118644996 %/year, every: month}}",
            ("month", "2001", "2020"), "7.44241677219846 %/year", 530_847.02,
        ),
        ("{2001: 60_000 USD/km, growth: 3 %/year}", ("year", "2001", "2005"), "0 %/year", 318_548.0),
    ],
    ids=["wizedu 11172", "justaaa 1028326", "usecalcpro lease escalation"],
)  # fmt: skip
def test_published_growing_annuities(price: str, horizon: tuple[str, str, str], rate: str, worth: float) -> None:
    """Payments of one km a period, at the end of each, are worth what the source prints (docs/validation.md)."""
    text = plan(price, *horizon).replace("8 %/year", rate).replace("20 USD/km", "0 USD/km")
    text = text.replace("1200 km/year", "1 km/year" if horizon[0] == "year" else "12 km/year")

    result = float(measures(project(scenario_of(text)))["company_npv"].values[0])

    assert result == pytest.approx(worth, abs=0.5 if worth == 318_548.0 else 0.005)


RUN_OFF = (
    plan("{2001: 45 USD/km, 2004-12: 50 USD/km, growth: {rate: cpi, every: month}}", "quarter")
    + """
loans: {bank: {commitment: 1000 USD, signed: 2001-01-01, matures: 7 years, rate: 5 %/year, draws: {2001-01-01: 1000 USD}}}
company: {overhead: {2001: 100 USD/year, 2002: 110 USD/year, growth: 3 %/year, interpolate: linear}}
tax: {rate: {2001: 20 %, 2003: 30 %, interpolate: linear}}
working_capital: {receivables: {2001: 10 days, 2004: 40 days, interpolate: linear}}
projects: {line: {plant: works, adds: 100 km/year, capex: 900 USD, complete: 2001-12-31,
  fixed_cost: {2001: 12 USD/year, growth: {rate: 2 %/year}}}}
"""
)


def test_growth_goes_on_in_the_run_off() -> None:
    projection = project(scenario_of(RUN_OFF))

    later = projection.value("run_off.inputs.products.fiber.price")[0]
    overhead = projection.value("run_off.accounts.overhead")[0]

    by_hand = 50 * 1.04 ** (np.arange(1, 49) / 12)
    assert later == pytest.approx(by_hand.reshape(16, 3).mean(axis=1))
    assert overhead == pytest.approx(np.repeat(110 / 4 * 1.03 ** np.array([3, 4, 5, 6]), 4))


def test_formulas_give_what_kernels_give() -> None:
    assert disagreements(project(scenario_of(RUN_OFF))) == []


def sheets_of(text: str, folder: Path) -> tuple[Sheets, Projection]:
    scenario = scenario_of(text)
    return Recalculator(spoilt(workbook(scenario, "0.1.0")), folder).read(), project(scenario)


@pytest.mark.long
@pytest.mark.parametrize("text", [RUN_OFF, plan("{1999: 45 USD/km, growth: cpi}", "month", "FY2002", "FY2003", "June")])
def test_recalculated_workbooks_grow_too(text: str, tmp_path: Path) -> None:
    sheets, projection = sheets_of(text, tmp_path)

    assert unlike_sheets(sheets, projection, "As written") == []


def test_samples_of_rates_are_members_of_their_batch() -> None:
    scenario = scenario_of(RUN_OFF)
    drawn = {
        "company.overhead.growth": ("1/year", [0.01, 0.03, -0.2]),
        "projects.line.fixed_cost.growth.rate": ("1/year", [0.0, 0.02, 0.09]),
        "indices.cpi.2003-05": ("1/year", [0.04, 0.0, 0.12]),
    }
    batch = project(scenario.with_samples(drawn))

    for number in range(3):
        alone = project(
            scenario.with_samples(
                {path: (unit, samples[number : number + 1]) for path, (unit, samples) in drawn.items()}
            )
        )
        for row in ("accounts.cash", "run_off.accounts.revenue", "accounts.overhead"):
            assert batch.value(row)[number].tolist() == alone.value(row)[0].tolist()
    assert np.ptp(batch.value("accounts.cash")[:, -1]) > 0


@pytest.mark.long
def test_growth_is_set_scaled_apart_from_values_and_moved_as_an_input_of_its_own() -> None:
    scenario = scenario_of(plan("{2001: 45 USD/km, growth: 5 %/year}", "year"))
    changed = scenario_of(
        plan("{2001: 45 USD/km, growth: 5 %/year}", "year")
        + "options: {low: {change: {products.fiber.price: {times: 2}}}}"
    )

    assert [item.path for item in scenario.inputs() if "price" in item.path] == [
        "products.fiber.price",
        "products.fiber.price.growth",
    ]
    doubled = project(changed.with_option("low")).value("inputs.products.fiber.price")[0]
    assert doubled.tolist() == (2 * prices(plan("{2001: 45 USD/km, growth: 5 %/year}", "year"))).tolist()
    assert lever(scenario, "products.fiber.price.growth").value_at(2.0) == 0.1
    assert unused_inputs(scenario) == ["indices.cpi.1990", "indices.cpi.2002", "indices.cpi.2003-05"]


@pytest.mark.parametrize(
    "text", ["{change: {products.fiber.price.growth: 4 %/year}}", "{add: {products.fiber.price.growth: 4 %/year}}"]
)
def test_growth_can_be_laid_over_a_series_without_it(text: str) -> None:
    scenario = scenario_of(plan("{2001: 45 USD/km}", "year") + f"options: {{grows: {text}}}")

    projection = project(scenario.with_option("grows")).value("inputs.products.fiber.price")[0]

    assert projection.tolist() == prices(plan("{2001: 45 USD/km, growth: 4 %/year}", "year")).tolist()


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError, match="scenario cannot be used") as caught:
        scenario_of(text)
    return [f"{problem.path}: {problem.sentence().removeprefix('found ')}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("price", "wanted"),
    [
        ("{2001: 45 USD/km, growth: cpx}", "growth: unknown index `cpx`; did you mean `cpi`?"),
        ("{growth: 3 %/year}", "growth: `growth` without a value by period, wanted one to start from; write it like `{2001: 31 USD/km, growth: 5 %/year}`"),
        ("{interpolate: linear}", "interpolate: `interpolate` without a value by period, wanted one to start from; write it like `{2001: 31 USD/km, interpolate: linear}`"),
        ("{value: 45 USD/km, growth: 3 %/year}", "growth: unknown key; it stands beside values by period, such as `{value: {2001: 45 USD/km, growth: 5 %/year}, note: ...}`"),
        ("{2001: 45 USD/km, growth: 3 %}", "growth: a share, wanted a rate per time; write it like `3 %/year`"),
        ("{2001: 45 USD/km, growth: 0.5 %/month}", "growth: `0.5 %/month`, wanted a rate by the year; in a year it comes to `6.16778 %/year`"),
        ("{2001: 45 USD/km, growth: -100 %/year}", "growth: `-100 %/year`, wanted more than -100 %/year"),
        ("{2001: 45 USD/km, growth: {every: month}}", "growth: no `rate` in `growth`; write it like `{rate: 5 %/year, every: month}`"),
        ("{2001: 45 USD/km, growth: {rate: 3 %/year, evry: month}}", "growth.evry: `evry`, wanted `rate` or `every`; did you mean `every`?"),
        ("{2001: 45 USD/km, growth: {rate: 3 %/year, every: quarter}}", "growth.every: `quarter`, wanted one of the known intervals of growth: year, month"),
        ("{2001: 45 USD/km, growth: {rate: cpx}}", "growth.rate: unknown index `cpx`; did you mean `cpi`?"),
        ("{1985: 45 USD/km, growth: cpi}", "growth: `cpi`, known from 1990 on, wanted one that covers 1986; add a rate for 1986 under `indices.cpi`"),
        ("{2001: 45 USD/km, grwth: 3 %/year}", "grwth: the key `grwth`, wanted a year, quarter or month; did you mean `growth`?"),
        ("{2001: 45 USD/km, interpolate: yes}", "interpolate: `yes`, wanted one of the known ways to interpolate: none, linear"),
    ],
)  # fmt: skip
def test_what_does_not_grow_says_where_and_the_way_out(price: str, wanted: str) -> None:
    assert problems(plan(price)) == [f"products.fiber.price.{wanted}"]


def test_every_problem_of_a_series_is_reported_at_once() -> None:
    result = problems(plan("{2001: 45 USD, growth: 3, interpolate: yes}"))

    assert [problem.partition(": ")[0].rpartition(".")[2] for problem in result] == ["2001", "growth", "interpolate"]


def test_an_index_that_is_removed_names_its_users() -> None:
    text = plan("{2001: 45 USD/km, growth: cpi}") + "options: {flat: {remove: [indices.cpi]}}"

    with pytest.raises(ScenarioError) as caught:
        scenario_of(text).with_option("flat")

    assert "indices.cpi" in str(caught.value)
    assert "products.fiber.price.growth" in str(caught.value)


DISCOUNTED = (
    plan("{2001: 45 USD/km, growth: cpi}", "quarter")
    + """
projects: {line: {plant: works, adds: 100 km/year, capex: 900 USD, complete: 2001-12-31}}
opening: {cash: 1000 USD}
"""
)


def projection_discounted_at(
    rate: str, beside: str = "", cpi: str = "{1990: 1 %/year, 2002: 2.5 %/year, 2003-05: 4 %/year}"
) -> Projection:
    text = DISCOUNTED.replace("discount_rate: 8 %/year", f"discount_rate: {rate}{beside}")
    return project(scenario_of(text.replace("{1990: 1 %/year, 2002: 2.5 %/year, 2003-05: 4 %/year}", cpi)))


@pytest.mark.parametrize(
    ("real", "index", "nominal"),
    [
        ("4.347826086956522 %/year", "3.5 %/year", "8 %/year"),
        ("7 %/year", "3 %/year", "10.21 %/year"),
    ],
    ids=["HOMER Pro 3.14", "Acowtancy"],
)
@pytest.mark.parametrize("beside", ["", ", discounting: mid_period, valuation_date: 2001-05-15"])
def test_a_rate_beyond_an_index_of_one_rate_is_a_nominal_rate(real: str, index: str, nominal: str, beside: str) -> None:
    """In every measure, (1 + real)(1 + index) - 1 is the nominal rate that the source prints (docs/validation.md)."""
    one = measures(projection_discounted_at(f"{{real: {real}, index: cpi}}", beside, index))
    other = measures(projection_discounted_at(nominal, beside, index))

    assert one.keys() == other.keys()
    for name, measure in one.items():
        assert measure.values == pytest.approx(other[name].values, rel=1e-9, nan_ok=True), name


def test_a_rate_beyond_an_index_goes_on_year_by_year() -> None:
    """Each quarter is discounted at the real rate and at the rate that the index then has; 2003-Q2 has two of them."""
    result = projection_discounted_at("{real: 6 %/year, index: cpi}").value("returns.discount_factor")[0]

    months = np.array([0.01] * 12 + [0.025] * 16 + [0.04] * 20)
    by_hand = np.cumprod(((1 + 0.06) * (1 + months)) ** (-1 / 12))[2::3]
    assert result == pytest.approx(by_hand)


@pytest.mark.long
def test_the_row_of_the_rate_and_its_workbook(tmp_path: Path) -> None:
    text = DISCOUNTED.replace(
        "discount_rate: 8 %/year", "discount_rate: {real: 6 %/year, index: cpi}, valuation_date: 2002-08-11"
    )
    sheets, projection = sheets_of(text, tmp_path)

    assert projection.value("returns.discount_rate")[0, [0, -1]] == pytest.approx([1.06 * 1.01 - 1, 1.06 * 1.04 - 1])
    assert unlike_sheets(sheets, projection, "As written") == []
    assert disagreements(projection) == []


def test_samples_of_a_rate_beyond_an_index() -> None:
    scenario = projection_discounted_at("{real: 6 %/year, index: cpi}").scenario
    batch = project(
        scenario.with_samples(
            {"money.discount_rate.real": ("1/year", [0.06, 0.02]), "indices.cpi.2002": ("1/year", [0.0, 0.1])}
        )
    )
    alone = project(
        scenario.with_samples({"money.discount_rate.real": ("1/year", [0.02]), "indices.cpi.2002": ("1/year", [0.1])})
    )

    assert batch.value("returns.discount_factor")[1].tolist() == alone.value("returns.discount_factor")[0].tolist()


@pytest.mark.parametrize(
    ("rate", "wanted"),
    [
        ("{real: 6 %/year, index: cpx}", "money.discount_rate.index: unknown index `cpx`; did you mean `cpi`?"),
        ("{real: 6 %/year}", "money.discount_rate.index: no `index` in `money.discount_rate`; add `index:`"),
        ("{real: 6 %, index: cpi}", "money.discount_rate.real: a share, wanted a rate per time; write it like `6 %/year`"),
        ("{real: 6 %/year, index: cpi}, valuation_date: 1988-05-01", "money.discount_rate.index: `cpi`, known from 1990 on, wanted one that covers the valuation date, 1988-05-01; add a rate for 1988 under `indices.cpi`"),
    ],
)  # fmt: skip
def test_a_rate_beyond_an_index_that_cannot_be_used(rate: str, wanted: str) -> None:
    assert problems(DISCOUNTED.replace("discount_rate: 8 %/year", f"discount_rate: {rate}")) == [wanted]


FALLING = (
    plan("45 USD/km", "STEP").replace(
        "capacity: 1200 km/year", "capacity: CAPACITY, opens: 2001-02-10, closes: 2004-05-31"
    )
    + "projects: {line: {plant: works, adds: 600 km/year, capex: 900 USD, complete: 2002-08-31}}\n"
)


@pytest.mark.long
@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_capacity_falls_on_the_first_day_of_its_key(step: str, tmp_path: Path) -> None:
    """Output of a year is the same in every step, and that of the months in which each capacity stands."""
    text = FALLING.replace("STEP", step).replace(
        "CAPACITY", "{2000: 1200 km/year, 2002-05: 0 km/year, 2003: 360 km/year}"
    )
    projection = project(scenario_of(text))

    output = [float(value[0]) for value in projection.by("plants.works.output").values()]

    opened = 10 + 19 / 28  # months of 2001, from 10 February on
    assert output == pytest.approx([100 * opened, 100 * 4 + 50 * 4, 30 * 12 + 50 * 12, 30 * 5 + 50 * 5])
    if step == "month":
        nameplate = projection.value("plants.works.nameplate")[0]
        assert nameplate[[15, 16, 18, 19, 24]].tolist() == [1200, 0, 0, 600, 960]
    assert disagreements(projection) == []
    sheets = Recalculator(spoilt(workbook(projection.scenario, "0.1.0")), tmp_path).read()
    assert unlike_sheets(sheets, projection, "As written") == []


def test_one_capacity_by_its_key_is_the_same_as_one_number() -> None:
    text = (
        plan("45 USD/km", "quarter")
        + "projects: {line: {plant: works, adds: 600 km/year, capex: 900 USD, complete: 2002-08-31}}\n"
    )

    one, other = (
        project(scenario_of(text.replace("1200 km/year", capacity)))
        for capacity in ("1200 km/year", "{1999: 1200 km/year}")
    )

    for row in one.rows:
        np.testing.assert_array_equal(one.value(row), other.value(row), row)


@pytest.mark.parametrize(
    ("capacity", "wanted"),
    [
        ("{2002: 1200 km/year}", "plants.works.capacity: a series that starts at 2002, wanted one that covers the horizon's start; add a value from 2001 on"),
        ("{2001: 1200 km/year, 2002: -5 km/year}", "plants.works.capacity.2002: `-5 km/year`, wanted at least 0 km/year"),
    ],
)  # fmt: skip
def test_a_capacity_by_key_that_cannot_be_used(capacity: str, wanted: str) -> None:
    assert problems(plan("45 USD/km").replace("1200 km/year", capacity)) == [wanted]
