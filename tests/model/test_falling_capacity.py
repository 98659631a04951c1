"""A capacity that falls by key: what is installed falls, what was paid does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fibercap.core.quantity import Quantity
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.views.charts.capacity import capacity_of
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, differences, spoilt
from tests.sheets import disagreements as unlike

FALLS = "{2001: 240_000 km/year, 2002-07: 120_000 km/year}"
PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: CAPACITY, cash_cost: 20 USD/km, opens: 2001-05-01, closes: 2004-06-30}}
projects: {line: {plant: works, adds: 60_000 km/year, capex: 3 million USD, complete: 2002-03-31, ramp: {linear: 6 months}}}
loans: {bank: {commitment: 1 million USD, signed: 2001-06-01, matures: 5 years, rate: 8 %/year}}
funding: {line: {bank: 1 million USD, equity: rest}}
opening: {cash: 5 million USD, fixed_assets: {value: 4 million USD, life: 60 months}}
"""


def plan(capacity: str = FALLS) -> Projection:
    return project(scenario_of(PLAN.replace("CAPACITY", capacity), "plan.yaml"))


def test_the_nameplate_falls_and_stays_low_in_the_run_off_but_no_asset_moves() -> None:
    falls, stays = plan(), plan("240_000 km/year")
    row = {key: falls.value(f"plants.works.{key}")[0] for key in ("nameplate", "output")}

    assert disagreements(falls) == []
    assert row["nameplate"] == pytest.approx([0, *[240_000] * 3, *[300_000] * 2, *[180_000] * 6])
    assert row["output"][1] == pytest.approx(240_000 * 2 / 12)  # open from May
    assert row["output"][7:] == pytest.approx([45_000] * 5)
    assert falls.value("run_off.plants.works.nameplate")[0][:3] == pytest.approx([180_000, 180_000, 0])
    for key in ("depreciation", "net_fixed_assets", "capex", "fixed_cost"):
        assert falls.value(f"accounts.{key}") == pytest.approx(stays.value(f"accounts.{key}"))
    assert list(capacity_of(falls, "works").nameplate) == [0, 240_000, 300_000, 180_000]


@pytest.mark.long
def test_a_key_of_it_is_set_and_drawn_and_live_in_the_workbook(tmp_path: Path) -> None:
    scenario, path = plan().scenario, "plants.works.capacity.2002-07"
    batch = project(scenario.with_samples({path: Quantity(np.array([[120_000.0], [60_000.0]]), "km/year")}))
    lower = scenario.with_changes(Branch({"change": Branch({path: Leaf("60_000 km/year")})}), "lower")
    content = workbook(scenario, "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert disagreements(batch) == []
    assert batch.value("accounts.cash")[1] == pytest.approx(project(lower).value("accounts.cash")[0])
    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert unlike(sheets, project(scenario), "as written") == []
