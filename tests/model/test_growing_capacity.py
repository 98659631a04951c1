"""A capacity that grows, or lies on straight lines: what a plant makes does not hang on the step, nor on the notation."""

from __future__ import annotations

import numpy as np
import pytest

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2004, step: STEP}
money: {report_in: USD}
indices: {cpi: {2001: 3 %/year, 2003: 5 %/year}}
products: {fiber: {price: 45 USD/km}}
plants: {works: {product: fiber, capacity: CAPACITY, cash_cost: 20 USD/km, MORE}}
"""
LINE = "{2001: 120_000 km/year, 2002-07: 300_000 km/year, 2003-Q4: 240_000 km/year, interpolate: linear"
GROWTHS = ["", ", growth: 10 %/year", ", growth: cpi", ", growth: {rate: cpi, every: month}", ", growth: {rate: -4 %/year, every: month}"]  # fmt: skip
OPEN = "opens: 2001-02-11, closes: 2004-10-20, closures: {slump: {from: 2003-02-10, to: 2003-03-20}}"


def plan(capacity: str, step: str = "month", more: str = "opens: 2001-01-01") -> Projection:
    text = PLAN.replace("CAPACITY", capacity).replace("STEP", step).replace("MORE", more)
    return project(scenario_of(text, "plan.yaml"))


@pytest.mark.parametrize("growth", GROWTHS)
@pytest.mark.parametrize("start", [LINE, LINE.replace("linear", "none")])
def test_what_a_plant_makes_does_not_hang_on_the_step(start: str, growth: str) -> None:
    by_month, *others = (plan(f"{start}{growth}}}", step, OPEN) for step in ("month", "quarter", "year"))
    made, stands = (by_month.value(f"plants.works.{row}")[0] for row in ("output", "nameplate"))

    assert disagreements(by_month) == []
    for other in others:
        months = 48 // other.value("plants.works.output").shape[-1]
        assert disagreements(other) == []
        assert other.value("plants.works.output")[0] == pytest.approx(made.reshape(-1, months).sum(axis=1))
        assert other.value("plants.works.nameplate")[0] == pytest.approx(stands[months - 1 :: months])


def test_a_line_is_where_it_should_be() -> None:
    stands, mean = (plan(f"{LINE}}}").value(f"plants.works.{row}")[0] for row in ("nameplate", "effective_capacity"))

    ends = np.arange(1, 49)
    assert stands == pytest.approx(np.interp(ends, [0, 18, 33], [120_000, 300_000, 240_000]))
    assert mean == pytest.approx(np.interp(ends - 0.5, [0, 18, 33], [120_000, 300_000, 240_000]))


def test_a_capacity_that_grows_is_one_typed_by_key() -> None:
    """10 % in each January after the last key, which is July 2001."""
    grown = plan("{2001: 90_000 km/year, 2001-07: 100_000 km/year, growth: 10 %/year}")
    typed = plan("{2001: 90_000 km/year, 2001-07: 100_000 km/year, 2002: 110_000 km/year, 2003: 121_000 km/year, 2004: 133_100 km/year}")  # fmt: skip

    for row in ("nameplate", "effective_capacity", "output"):
        assert grown.value(f"plants.works.{row}") == pytest.approx(typed.value(f"plants.works.{row}"))
    assert grown.value("growth.plants.works.capacity")[0, -1] == pytest.approx(1.331)
