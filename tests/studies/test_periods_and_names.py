"""Half years, years that end in nothing, names of products, and the units of charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.claims import outcomes
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.explanation import Result
from fibercap.studies.schedules import schedules
from fibercap.views.charts.capacity import capacity_chart, capacity_of
from fibercap.views.charts.loan import loan_chart
from fibercap.views.statements import capacity_figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLAN = """\
fibercap: 1
horizon: {from: FY2002, to: FY2004, year_ends: March}
money: {report_in: USD}
products:
  fiber: {name: Multimode fiber, price: 60 USD/km}
  cable: {price: 90 USD/km, demand: 4_000 km/year}
  glass: {unit: tonne, price: 900 USD/tonne}
plants:
  works: {products: {fiber: 60 %, cable: rest}, capacity: 24_000 km/year, cash_cost: 30 USD/km, closes: 2003-12-31}
  other: {product: fiber, capacity: 12_000 km/year, cash_cost: 30 USD/km}
  furnace: {product: glass, capacity: 2_000 tonne/year, cash_cost: 300 USD/tonne}
loans: {bank: {commitment: 1 MUSD, signed: 2001-05-31, matures: 3 years, rate: 8 %/year, payments: {every: quarter}, draws: {2001-05-31: 1 MUSD}}}
claims:
  half: {says: Half a year, row: plants.works.output, when: FY2003-H2, at_least: 12_000 km}
  late: {says: Its end, row: accounts.cash, when: end of 2002-H1, at_least: 1 USD}
"""


@pytest.fixture(scope="module")
def plan() -> Projection:
    return project(scenario_of(PLAN, "plan.yaml"))


def result(projection: Projection, path: str, when: str) -> Result:
    explanation = explain(projection, path, when)
    assert isinstance(explanation, Result)
    return explanation


def test_a_half_year_can_be_explained_and_claimed(plan: Projection) -> None:
    assert result(plan, "plants.works.output", "FY2003-H2").number.value == pytest.approx(12_000)
    assert result(plan, "plants.works.output", "2003-H2").number.value == pytest.approx(12_000)
    assert result(plan, "accounts.cash", "end of FY2002-H1").number.period == "2001-09"
    assert [outcome.holds for outcome in outcomes(plan).values()] == [True, True]
    with pytest.raises(ScenarioError, match="FY2003-H3`, wanted a time"):
        scenario_of(PLAN.replace("FY2003-H2", "FY2003-H3"), "plan.yaml")


def test_a_year_is_taken_apart_in_its_last_period_that_is_not_zero(plan: Projection) -> None:
    number = result(plan, "plants.works.output", "FY2004").number

    shown = number.inputs[-1]
    assert shown.period == "2003-12"
    assert shown.value == pytest.approx(2_000)
    assert shown.note.startswith("the last that is not zero of 12, in full; name another")
    assert [one.value for one in number.inputs if one.period > "2003-12"] == [0.0, 0.0, 0.0]
    full = result(plan, "plants.other.output", "FY2004").number.inputs[-1]
    assert (full.period, full.note[:12]) == ("2004-03", "the last of ")


def test_labels_have_the_names_of_products(plan: Projection) -> None:
    labels = {path: row.label for path, row in plan.rows.items()}

    assert labels["inputs.products.fiber.price"] == "Multimode fiber: price"
    assert labels["inputs.products.cable.price"] == "cable: price"
    assert labels["plants.works.products.fiber.shipments"] == "works: shipments of Multimode fiber"
    assert labels["plants.works.products.cable.output"] == "works: output of cable"
    assert labels["inputs.products.cable.demand"] == "cable: demand by year"


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for ax in figure.axes for text in ax.texts] + [text.get_text() for text in figure.texts]


def test_plants_of_one_unit_are_not_called_all(plan: Projection) -> None:
    results = [line.label for table in capacity_figures(plan, "year") for line in table.lines if line.strong]

    assert set(results) == {"All plants that make km"}
    drawn = texts(capacity_chart(plan, None))
    assert any("All plants that make km" in text for text in drawn)
    assert not any(text == "All plants" for text in drawn)


def test_a_loan_is_drawn_by_business_years(plan: Projection) -> None:
    loan, schedule = plan.scenario.loans["bank"], schedules(plan.scenario, "bank")["bank"]
    figure = loan_chart("bank", loan, schedule, 3)

    low, high = figure.axes[0].get_xlim()
    assert ((low - 0.25) % 1, (high - 0.25) % 1) == (0.0, 0.0)
    assert "FY2003" in texts(figure)


@pytest.mark.parametrize(
    "more", ["growth: 10 %/year", "growth: {rate: 10 %/year, every: month}", "interpolate: linear"]
)
def test_a_capacity_that_moves_is_drawn_where_it_is(more: str) -> None:
    text = PLAN.replace(
        "capacity: 12_000 km/year", f"capacity: {{FY2002: 12_000 km/year, 2002-07: 18_000 km/year, {more}}}"
    )
    projection = project(scenario_of(text, "plan.yaml"))
    drawn = capacity_of(projection, "other")

    middles = projection.timeline.ends / 12 - 0.5 / 12
    stands = drawn.nameplate[np.searchsorted(drawn.times, middles, side="right") - 1]
    assert stands == pytest.approx(projection.value("plants.other.effective_capacity")[0])
