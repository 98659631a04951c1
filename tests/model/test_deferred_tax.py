"""Depreciation for tax alone: taxable income, and the deferred tax that comes and goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.units import Samples, split_quantity
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.views.statement_lines import statement_lines
from fibercap.views.workbook.workbook import workbook
from tests.model.test_asset_sales import CASE, PLAN, SOLD
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, differences, spoilt
from tests.sheets import disagreements as unlike

WAYS = (
    "straight_line",
    "sum_of_years",
    "{declining_balance: 35 %}",
    "{table: {1 year: 20 %, 2 years: 50 %, 40 months: 30 %}}",
)


def case(terms: str, rate: str, tax: str, more: str = "") -> Projection:
    text = CASE.format(terms=terms, rate=f"{rate}, depreciation: {tax}", capacity=1_000_000_000)
    return project(scenario_of(text.replace("to: 2005", "to: 2008") + more, "plan.yaml"))


def plan(tax: str, step: str = "quarter", to: int = 2006, rate: str = "30 %") -> Projection:
    text = PLAN.format(step=step, on="2004-05-05").replace("{rate: 30 %}", f"{{rate: {rate}, depreciation: {tax}}}")
    text = text.replace("residual: 10 %", "residual: 10 %, depreciation: sum_of_years")
    return project(scenario_of(text.replace("to: 2006", f"to: {to}"), "plan.yaml"))


def net_liability(projection: Projection) -> list[float]:
    rows = (projection.value(f"accounts.deferred_tax_{kind}")[0] for kind in ("liability", "asset"))
    liability, asset = rows
    return list(liability - asset)


@pytest.mark.parametrize(
    ("terms", "rate", "tax", "printed", "within"),
    [  # the sources are in docs/validation.md
        ("capex: 106_000 USD, life: 4 years", "40 %",
         "{table: {1 year: 29.71698113207547 %, 2 years: 37.26415094339623 %, 3 years: 20.28301886792453 %, "
         "4 years: 12.73584905660377 %}}", [2_000, 7_200, 5_200, 0], 0.5),
        ("capex: 100_000 USD, life: 3 years", "30 %", "{table: {1 year: 50 %, 2 years: 35 %, 3 years: 15 %}}",
         [5_000, 5_500, 0], 0.5),
        ("capex: 25_352 USD, life: 5 years", "41 %", "{table: {1 year: 35 %, 2 years: 35 %, 3 years: 30 %}}",
         [None, None, 4_158], 0.5),
        ("capex: 800_000 USD, life: 5 years", "40 %", "{table: {1 year: 33 %, 2 years: 45 %, 3 years: 15 %, 4 years: 7 %}}",
         [41_600, None, None, None, 0], 0.5),
    ],
)  # fmt: skip
def test_published_deferred_tax(terms: str, rate: str, tax: str, printed: list[float | None], within: float) -> None:
    balances = net_liability(case(terms, rate, tax))[1:]

    for balance, figure in zip(balances, printed, strict=False):
        assert figure is None or balance == pytest.approx(figure, abs=within)


def test_sum_of_years_for_tax_is_worth_as_much_as_in_the_books() -> None:
    """Cash knows tax alone: 23.9924 as with sum of years in the books."""
    terms = "capex: 5_000 USD, life: 5 years"
    text = CASE.format(terms=terms, rate="40 %, depreciation: sum_of_years", capacity=1_000_000)

    assert project(scenario_of(text)).measures["project_npv"].values == pytest.approx(23.9924, abs=5e-5)


@pytest.mark.long
@settings(max_examples=20)
@given(book=st.sampled_from(WAYS), tax=st.sampled_from(WAYS), life=st.integers(6, 84), residual=st.integers(0, 100))
def test_deferred_tax_unwinds_to_zero_over_the_life(book: str, tax: str, life: int, residual: int) -> None:
    terms = f"capex: 5_000 USD, life: {life} months, depreciation: {book}, residual: {residual} %"
    projection = case(terms, "40 %", tax)
    income = projection.value("accounts.pretax_income")[0].sum()

    assert disagreements(projection) == []
    assert net_liability(projection)[-1] == pytest.approx(0.0, abs=1e-6)
    assert projection.value("accounts.deferred_tax")[0].sum() == pytest.approx(0.0, abs=1e-6)
    taxed_otherwise = projection.value("accounts.tax")[0].sum() - 0.4 * income  # of an income of ten billion
    assert taxed_otherwise == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("tax", WAYS)
@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_every_asset_has_a_value_for_tax_and_formulas_are_kernels(tax: str, step: str) -> None:
    projection = plan(tax, step)

    assert disagreements(projection) == []
    for asset in SOLD:
        assert projection.value(f"{asset}.tax_value")[0, -1] == pytest.approx(0.0, abs=1e-6)
    differences = [
        projection.value(f"{asset}.book_value")[0] - projection.value(f"{asset}.tax_value")[0]
        for asset in (*SOLD, "plants.works", "plants.bought")
    ]
    assert net_liability(projection) == pytest.approx(list(0.3 * np.sum(differences, axis=0)), abs=1e-3)


@pytest.mark.parametrize("tax", WAYS)
def test_the_tax_method_of_the_books_changes_nothing(tax: str) -> None:
    """With one method for both, deferred tax is zero and cash is that without a tax method."""
    text = PLAN.format(step="quarter", on="2004-05-05")
    for life in ("life: 66 months", "life: 5 years", "life: 70 months", "maintenance: 0.4 million USD/year"):
        text = text.replace(life, f"{life}, depreciation: {tax}")
    text = text.replace(
        "{product: fiber, capacity: 100_000", f"{{product: fiber, depreciation: {tax}, capacity: 100_000"
    )
    plain = project(scenario_of(text))
    taxed = project(scenario_of(text.replace("{rate: 30 %}", f"{{rate: 30 %, depreciation: {tax}}}")))

    assert net_liability(taxed) == pytest.approx([0.0] * len(net_liability(taxed)), abs=1e-6)
    for path in ("accounts.cash", "accounts.net_income", "returns.fcfe_flow", "returns.levelized_costs"):
        assert taxed.value(path) == pytest.approx(plain.value(path), abs=1e-4), path


def test_deferred_tax_goes_on_after_the_horizon() -> None:
    projection = plan("sum_of_years", to=2005)

    assert projection.run_off is not None
    assert disagreements(projection) == []


def test_the_rate_of_the_period_applies() -> None:
    projection = case("capex: 5_000 USD, life: 5 years", "{2000: 40 %, 2003: 30 %}", "sum_of_years")
    difference = projection.value("accounts.temporary_difference")[0]

    assert net_liability(projection)[2:4] == pytest.approx([0.4 * difference[2], 0.3 * difference[3]])


def test_every_statement_has_its_line() -> None:
    projection = plan("{declining_balance: 35 %}")
    paths = {
        title: [line.path for line, _ in statement_lines(projection, title)]
        for title in ("Income", "Cash flow", "Balance sheet")
    }

    assert "accounts.deferred_tax" in paths["Income"]
    assert "accounts.deferred_tax" in paths["Cash flow"]
    assert {"accounts.deferred_tax_asset", "accounts.deferred_tax_liability"} <= set(paths["Balance sheet"])


@pytest.mark.long
def test_it_is_live_in_the_workbook(tmp_path: Path) -> None:
    scenario = plan(WAYS[3], "year").scenario
    content = workbook(scenario, "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert unlike(sheets, project(scenario), "as written") == []


def test_the_levelized_cost_is_the_price_without_worth() -> None:
    terms = "capex: 5_000 USD, life: 9 years, depreciation: {declining_balance: 30 %}"
    text = CASE.format(terms=terms, rate="40 %, depreciation: sum_of_years", capacity=1_000_000)
    text = text.replace("valuation", "terminal_value: book, valuation")
    cost = project(scenario_of(text)).measures["levelized_cost"].values
    fair = project(scenario_of(text.replace("price: 2.5 USD/km", f"price: {float(cost[0])!r} USD/km")))

    assert np.abs(net_liability(fair)[-1]) > 1
    assert fair.measures["project_npv"].values == pytest.approx(0.0, abs=1e-6)


DRAWN = {
    "projects.line.residual": "45 %",
    "projects.line.depreciation.declining_balance": "25 %",
    "plants.works.depreciation.declining_balance": "25 %",
    "tax.depreciation.declining_balance": "35 %",
    "plants.bought.purchase.sold.price": "2 million EUR",
}


@pytest.mark.parametrize("path", DRAWN)
def test_samples_of_every_input_are_those_of_single_plans(path: str) -> None:
    text = PLAN.format(step="quarter", on="2004-05-05").replace(
        "{rate: 30 %}", f"{{rate: 30 %, depreciation: {WAYS[2]}}}"
    )
    text = text.replace("residual: 10 %", "residual: 45 %, depreciation: {declining_balance: 25 %}")
    text = text.replace(
        "maintenance: 0.4 million USD/year", "depreciation: {declining_balance: 25 %}, maintenance: 0.4 MUSD/year"
    )
    scenario, (number, unit) = scenario_of(text), split_quantity(DRAWN[path])
    values = np.array([[0.8], [1.3]]) * number
    rows = ("accounts.cash", "accounts.net_fixed_assets", "accounts.temporary_difference")
    batch = project(scenario.with_samples({path: Samples(values, unit)}))

    assert disagreements(batch) == []
    for sample, value in enumerate(values):
        single = project(scenario.with_samples({path: Samples(value[None], unit)}))
        for row in rows:
            assert np.broadcast_to(batch.value(row), (2, 24))[sample] == pytest.approx(single.value(row)[0]), row
    assert any(batch.value(row).std(axis=0).max() > 100 for row in rows)
