"""Measures: each equals its own formula text, recomputes from printed rows, or says why it is undefined."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
import pyxirr

from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.rows import Block, Row
from fibercap.core.formulas.unit_proof import prove
from fibercap.core.quantity import Quantity
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.units import Array
from fibercap.model.measures import all_measures as of_measures
from fibercap.model.measures.all_measures import measure_named, measures, names
from fibercap.model.measures.measure import Measure
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.model.returns.roots import only_rate
from fibercap.reading.files import read, scenario_of
from tests.written import replace_parts

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2005, step: month}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: {multiple: 4}}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 150_000 km/year, capex: 6 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
loans: {bank: {commitment: 3 million USD, signed: 2001-01-01, matures: 7 years, rate: 8 %/year}}
funding: {line: {bank: 3 million USD, equity: rest}}
tax: {rate: 30 %}
"""


def run(*changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(PLAN, *changes)))


def timed_rate(flows: tuple[Array, ...], times: tuple[Array, ...], units: int) -> Array:
    """Return the rate a year of several series of flows together, their times in so many units a year."""
    together = np.concatenate(times, axis=-1)[0]
    return only_rate((together - together.min()) / units, np.concatenate(flows, axis=-1))[:, None]


def formula_value(projection: Projection, text: str) -> float:
    """Evaluate a measure's formula text on the projection's rows and inputs."""
    given = {path: item.value for block in projection.blocks.values() for path, item in block.given.items()}

    def value(path: str, shift: int) -> Array:
        if path in given:
            return np.asarray(given[path])
        row = projection.value(path)
        if shift == 0:
            return row
        assert shift == -1
        return np.concatenate([np.zeros((row.shape[0], 1)), row[:, :-1]], axis=-1)

    functions: dict[str, Any] = {
        "IRR": lambda *series: timed_rate(series[::2], series[1::2], 12),
        "XIRR": lambda *series: timed_rate(series[::2], series[1::2], 365),
    }
    return float(np.ravel(evaluate(text, value, functions))[0])


def scenarios() -> list[Any]:
    return [
        read("fibercore"),
        scenario_of(PLAN),
        scenario_of(PLAN.replace("rate: 8 %/year", "rate: 8 %/year, day_count: ACT/360")),
    ]


@pytest.mark.parametrize("scenario", scenarios(), ids=["fibercore", "plan", "by days"])
def test_every_measure_equals_its_formula_text(scenario: Any) -> None:
    projection = project(scenario)
    messages = [measure for measure in measures(projection).values() if measure.formula and measure.value is not None]

    assert len(messages) >= 17
    for measure in messages:
        assert formula_value(projection, measure.formula) == pytest.approx(measure.value, rel=1e-9, abs=1e-6), (
            measure.name
        )


def test_a_measure_is_worked_out_when_it_is_asked_for_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def measure_of(projection: Projection, name: str) -> Measure:
        asked.append(name)
        return measure_named(projection, name)

    monkeypatch.setattr(of_measures, "measure_named", measure_of)
    by_name = measures(run())
    assert "min_llcr" in by_name
    assert "min_llcr.bank" not in by_name
    assert [by_name["lowest_cash"].name, by_name["lowest_cash"].evidence, *asked] == [
        "lowest_cash",
        "assumed",
        "lowest_cash",
    ]
    assert [name for name, measure in by_name.items() if measure.name == name] == [*by_name] == names(run())


def test_every_measure_formula_has_the_unit_that_the_measure_declares() -> None:
    """The unit proof of rows holds for measures too."""
    projection = project(read("fibercore"))
    units = {measure.name: measure for measure in measures(projection).values() if measure.formula}
    rows = {f"measures.{n}": Row(f"measures.{n}", n, m.unit, "flow", m.formula) for n, m in units.items()}
    block = Block("measures", 1, rows, {})

    blocks = [result for result in projection.blocks.values() if result.continues is None]
    assert prove([*blocks, block], follows=projection.blocks["run_off"]) == projection.proved + len(rows)


def test_the_irr_of_the_projects_is_what_pyxirr_finds() -> None:
    projection = run()
    flows = projection.value("returns.project_flow")[0]

    monthly = pyxirr.irr(list(flows))

    assert monthly is not None
    assert measures(projection)["project_irr"].value == pytest.approx((1 + monthly) ** 12 - 1, rel=1e-8)


def test_npv_discounts_each_period_end_by_months_over_twelve() -> None:
    projection = run()
    flows = projection.value("returns.project_flow")[0]

    by_hand = sum(flow / 1.1 ** ((k + 1) / 12) for k, flow in enumerate(flows))

    assert measures(projection)["project_npv"].value == pytest.approx(by_hand)


def test_a_valuation_date_moves_the_moment_of_discounting() -> None:
    at_start = measures(run())["project_npv"].value
    later = measures(run(("discount_rate: 10 %/year", "discount_rate: 10 %/year, valuation_date: 2002-12-31")))

    assert at_start is not None
    assert later["project_npv"].value == pytest.approx(at_start * 1.1**2)


def test_without_projects_nothing_is_left_of_them() -> None:
    """The case without projects is the same plant without the line: its flows are taken off."""
    projection = run()
    alone = project(projection.scenario.with_changes(_remove("projects.line", "funding.line", "loans.bank")))

    path = "accounts.unlevered_cash_flow"
    assert projection.value(f"without_projects.{path}")[0] == pytest.approx(alone.value(path)[0])
    assert measures(alone)["project_npv"].reason == "the scenario has no projects"


def _remove(*paths: str) -> Any:

    return Branch({"remove": Leaf(paths)})


def test_terminal_value_by_its_three_rules() -> None:
    projection = run()
    ebitda = projection.value("returns.project_ebitda")[0]
    multiple = measures(projection)["terminal_value"].value
    book = run(("terminal_value: {multiple: 4}", "terminal_value: book"))
    none = run((", terminal_value: {multiple: 4}", ""))

    assert multiple == pytest.approx(4 * ebitda[-12:].sum())
    assert measures(book)["terminal_value"].value == pytest.approx(6e6 * (1 - 48 / 120))
    assert measures(none)["terminal_value"].value == 0.0


def test_what_rounding_leaves_of_nothing_is_no_flow() -> None:
    """The flow of the projects is a difference of two plans: where both have the same, 1e-10 may be left, of any sign."""
    changed = ("opening.cash=3.06 million USD", "plants.xtal.opens=2000-06-02", "plants.xtal.purchase.on=2000-06-21")
    projection = project(read("fibercore", None, [*changed, "projects.jena_multimode.delay=1 month"]))

    assert measures(projection)["project_irr"].value == pytest.approx(0.2488, abs=1e-4)


def test_payback_is_counted_from_first_spending_and_interpolated() -> None:
    """6 million spent by the end of 2001; 3 million less 30 % tax a year from 2002, tax at the margin."""
    projection = run((", terminal_value: {multiple: 4}", ""), ("tax: {rate: 30 %}\n", ""))

    assert measures(projection)["payback"].value == pytest.approx(1 + 6 / 3)


def test_payback_within_a_period_is_linear() -> None:
    projection = run(
        ("step: month", "step: year"), ("capex: 6 million", "capex: 7 million"), ("tax: {rate: 30 %}\n", "")
    )

    assert measures(projection)["payback"].value == pytest.approx(1 + 7 / 3)


def test_a_plan_that_is_never_paid_back_says_so() -> None:
    measure = measures(run(("capex: 6 million", "capex: 60 million")))["payback"]

    assert (measure.value, measure.reason) == (None, "not paid back within the horizon, terminal value left out")


def test_without_a_sign_change_a_rate_is_undefined_and_says_why() -> None:
    measure = measures(run(("price: 40 USD/km", "price: 10 USD/km")))["project_irr"]

    assert (measure.value, measure.reason) == (None, "all flows have one sign")


def test_without_debt_free_cash_flow_to_equity_is_what_the_projects_yield() -> None:
    loans = PLAN[PLAN.index("loans:") : PLAN.index("funding:")]
    by_name = measures(run(("bank: 3 million USD, equity: rest", "equity: rest"), (loans, "")))

    assert by_name["fcfe_irr"].value == pytest.approx(by_name["project_irr"].value)
    for name in ("min_dscr", "average_dscr"):
        assert (by_name[name].value, by_name[name].reason) == (None, "no debt service within the horizon")
    assert by_name["all_in_cost"].reason == "no loan is drawn"


def test_free_cash_flow_to_equity_adds_the_debt_that_pays_for_the_projects() -> None:
    projection = run()
    value = projection.value

    debt = value("loans.bank.draws") - value("loans.bank.principal") - value("loans.bank.interest_paid")
    saved = value("tax_without_project_debt.tax_paid") - value("accounts.tax_paid")
    owed = np.zeros(60)
    owed[-1] = value("loans.bank.closing")[0, -1] + value("loans.bank.accrued")[0, -1]

    by_hand = value("returns.project_flow") + debt + saved - owed
    assert value("returns.fcfe_flow") == pytest.approx(by_hand)
    assert saved.sum() == pytest.approx(0.3 * value("loans.bank.interest").sum())


@pytest.mark.parametrize(("upfront", "cost"), [("0 %", 0.087803), ("1 %", 0.092284)])
def test_all_in_cost_of_the_fleet_loan_as_published(upfront: str, cost: float) -> None:
    """docs/conventions.md, section 4: quarterly level, 8.5 %, five years, by actual dates / 365."""
    loan = f"{{commitment: 10 million USD, signed: 2001-01-08, matures: 5 years, rate: 8.5 %/year, draws: {{2001-01-08: 10 million USD}}, fees: {{upfront: {upfront}}}}}"
    projection = run(
        ("{commitment: 3 million USD, signed: 2001-01-01, matures: 7 years, rate: 8 %/year}", loan),
        ("bank: 3 million USD, equity: rest", "equity: rest"),
    )

    by_name = measures(projection)

    assert by_name["all_in_cost.bank"].value == pytest.approx(cost, abs=5e-7)
    assert by_name["all_in_cost"].value == by_name["all_in_cost.bank"].value
    assert by_name["average_life.bank"].value == pytest.approx(2.7993, abs=5e-5)


def test_an_absurd_second_rate_is_set_aside_and_reported() -> None:
    """A fee at signing and draws later give two rates, one of them beyond any price of money."""
    late = ("rate: 8 %/year}", "rate: 8 %/year, fees: {upfront: 1 %}}")
    projection = run(late, ("signed: 2001-01-01", "signed: 2001-01-10"))

    measure = measures(projection)["all_in_cost.bank"]

    assert measure.value == pytest.approx(0.0869, abs=2e-3)
    assert measure.remark == "another rate, over 1,000 %/year, is set aside"


def test_dscr_is_the_ratio_of_the_years_printed_rows() -> None:
    projection = run()
    cfads, service = projection.by("accounts.cfads"), projection.by("accounts.debt_service")

    years = {year: cfads[year][0] / service[year][0] for year in cfads if service[year][0] > 0}

    assert {y: v[0] for y, v in projection.by("accounts.dscr").items() if not np.isnan(v[0])} == pytest.approx(years)
    assert measures(projection)["min_dscr_by_year"].value == pytest.approx(min(years.values()))
    mean = sum(cfads[year][0] for year in years) / sum(service[year][0] for year in years)
    assert measures(projection)["average_dscr"].value == pytest.approx(mean)


def test_totals_to_maturity_go_past_the_horizon() -> None:
    projection = run()
    by_name = measures(projection)

    schedule = projection.value("loans.bank.schedule.interest")[0]
    inside = projection.value("loans.bank.interest")[0]
    assert by_name["total_interest"].value == pytest.approx(schedule.sum())
    assert by_name["total_interest_at_horizon"].value == pytest.approx(inside.sum())
    assert schedule.sum() > inside.sum()
    assert by_name["owed_at_horizon"].value == pytest.approx(projection.value("accounts.debt")[0, -1])


def test_peak_debt_is_the_most_owed_on_any_day_on_all_loans_together() -> None:
    terms = (
        "{commitment: 1 million USD, signed: 2001-06-15, matures: 2001-07-15, rate: 5 %/year, "
        "draws: {2001-06-15: 1 million USD}, payments: {every: month}}"
    )
    old = PLAN[PLAN.index("loans:") : PLAN.index("funding:")]
    new = old.replace("loans: {bank: ", "loans:\n  bank: ").replace("}}\n", f"}}\n  short: {terms}\n")
    text = PLAN.replace(old, new)

    projection = project(scenario_of(text))

    on_the_day = projection.value("loans.bank.schedule.closing")[0]
    dates = projection.value("loans.bank.schedule.date")[0]
    day = float(date(2001, 6, 30).toordinal() - 693_594)
    owed = on_the_day[dates <= day][-1]
    assert projection.value("accounts.debt")[0].max() >= 3e6
    assert measures(projection)["peak_debt"].value == pytest.approx(max(owed + 1e6, on_the_day.max()))


def test_capacity_cost_is_gross_capex_over_what_is_added() -> None:
    measure = measures(run(("complete: 2001-12-31", "complete: 2001-12-31, overrun: 10 %")))["capacity_cost"]

    assert measure.value == pytest.approx(6.6e6 / 150_000)
    assert measure.unit == "USD*year/km"


def test_measures_of_a_batch_equal_their_members() -> None:
    scenario = scenario_of(PLAN)
    prices = np.array([[38.0], [40.0], [25.0], [5.0]])

    batch = measures(project(scenario.with_samples({"products.fiber.price": Quantity(prices, "USD/km")})))

    for number, price in enumerate(prices[:, 0]):
        alone = measures(project(scenario_of(PLAN.replace("40 USD/km", f"{price} USD/km"))))
        for name, measure in alone.items():
            expected = np.nan if measure.value is None else measure.value
            assert batch[name].values[number % len(batch[name].values)] == pytest.approx(expected, nan_ok=True), name


def test_an_undefined_measure_always_says_why() -> None:
    silent: list[Measure] = []
    for text in (PLAN, PLAN.replace("price: 40", "price: 1"), PLAN.replace("discount_rate: 10 %/year, ", "")):
        silent += [m for m in measures(project(scenario_of(text))).values() if m.value is None and not m.reason]

    assert silent == []
