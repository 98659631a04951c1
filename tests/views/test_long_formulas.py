"""A row whose formula is longer than a cell takes holds the values of the option in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.views.workbook import lines
from fibercap.views.workbook.workbook import workbook
from tests.sheets import Recalculator, disagreements, spoilt

if TYPE_CHECKING:
    import pytest

SHORT = 100
"""What a cell takes in this test: a formula of 8,000 signs takes a minute to parse."""
SHARES = (5, 6, 7, 8, 9, 10, 11, 12, 13, 9, 6, 4)
TABLE = ", ".join(f"{month} months: {share} %" for month, share in zip(range(2, 14), SHARES, strict=True))
PLAN = f"""\
fibercap: 1
horizon: {{from: 2001, to: 2002, step: quarter}}
money: {{report_in: USD}}
products: {{fiber: {{price: 45 USD/km}}}}
plants: {{works: {{product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km, maintenance: 0.4 MUSD/year, depreciation: {{table: {{{TABLE}}}}}}}}}
tax: {{rate: 30 %}}
options:
  more: {{change: {{plants.works.maintenance: 0.9 MUSD/year}}}}
  none: {{change: {{plants.works.maintenance: 0 USD/year}}}}
  dearer: {{change: {{products.fiber.price: 47 USD/km}}}}
"""


def test_rows_that_no_cell_can_compute_follow_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST", SHORT)
    plan = scenario_of(PLAN, "plan.yaml")
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    for option in ("as written", "more", "none", "dearer"):
        calculator.choose(option)
        projection = project(plan if option == "as written" else plan.with_option(option))
        sheets = calculator.read()
        assert (option, disagreements(sheets, projection, option)) == (option, [])
    kinds = {name: [sheets(name, row, 4) for row in sheets.rows(name)] for name in sheets.cells}
    assert kinds["Plants by period"].count(lines.TOO_LONG) > 3
