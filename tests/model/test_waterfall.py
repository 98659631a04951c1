"""The order of cash as a table: its lines add up to closing cash, in every plan and column."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from fibercap.core.errors import IdentityError
from fibercap.model.cash.waterfall import CLOSING, WATERFALL, is_subtotal, stages
from fibercap.model.laws.proof import prove_laws
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import Reader
from tests.written import valid_scenarios

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: USD, minimum_cash: 1 million USD}
products: {fiber: {price: 60 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 30 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 6 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
loans:
  bank: {commitment: 4 million USD, signed: 2001-01-01, matures: 2 years, rate: 10 %/year, sweep: 50 %,
         fees: {upfront: 1 %, agency: 20_000 USD/year}, repayment: {style: bullet}, payments: {every: year, first: 2001-12-31}}
  line_of_credit: {commitment: 3 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year,
                   repayment: {style: revolver}, payments: {every: year}}
funding: {line: {bank: 4 million USD, cash: rest}}
company: {dividends: {2003-12-31: 0.5 million USD}}
opening: {cash: 0.2 million USD}
"""


def test_the_lines_stand_in_the_order_in_which_cash_is_paid() -> None:
    projection = project(scenario_of(PLAN, "plan.yaml"))
    rows = {path.removeprefix(WATERFALL): row for path, row in projection.rows.items() if path.startswith(WATERFALL)}

    assert list(rows) == [
        "ebitda", "working_capital", "tax", "after_operations",
        "maintenance", "capex", "draws", "upfront_fees", "after_funding",
        "fees", "interest", "principal", "after_service",
        "revolvers_repaid", "sweeps", "after_prepayments",
        "dividends", "after_owners",
        "revolvers_drawn", "change", "closing",
    ]  # fmt: skip
    first = {key: projection.value(f"{WATERFALL}{key}")[0, 0] for key in rows}
    # 2001: 3.0 of EBITDA and 0.2 in cash; 6.0 is built with 4.0 of the bank; 40,000 and 20,000 of fees; no interest yet
    assert first["ebitda"] == pytest.approx(3e6)
    assert first["after_funding"] == pytest.approx(3e6 - 6e6 + 4e6 - 40_000)
    assert first["fees"] == pytest.approx(-20_000)
    assert first["closing"] == pytest.approx(projection.value("accounts.cash")[0, 0])


@pytest.mark.long
@settings(max_examples=25)
@given(text=valid_scenarios(rich=True))
def test_the_lines_add_up_to_closing_cash(text: str) -> None:
    projection = project(scenario_of(text, "random.yaml"))
    money = max(float(np.abs(projection.value("accounts.total_assets")).max()), 1.0)
    lines = {stage.key: [part.key for part in stage.parts] for stage in stages(projection.scenario, projection.rows)}
    totals = list(lines)

    for before, total in pairwise(["", *totals]):
        added = sum(projection.value(f"{WATERFALL}{key}") for key in (*lines[total], *([before] if before else [])))
        np.testing.assert_allclose(projection.value(f"{WATERFALL}{total}"), added, rtol=1e-12, atol=1e-9 * money)
    closing = projection.value(f"{WATERFALL}{CLOSING}")
    np.testing.assert_allclose(closing, projection.value("accounts.cash"), rtol=1e-12, atol=1e-9 * money)


def test_cash_that_no_line_explains_breaks_the_law() -> None:
    projection = project(scenario_of(PLAN, "plan.yaml"))
    reader = Reader(projection)
    values: dict[str, Any] = {path: value.copy() for path, value in reader.values.items()}
    reader.values = values
    values[f"{WATERFALL}{CLOSING}"][0, 1] += 1.0

    with pytest.raises(
        IdentityError, match=r"the law `order_of_cash` is broken: waterfall.closing, 2002, sample 0, by 1;"
    ):
        prove_laws(projection.scenario, reader)


def test_what_is_left_is_told_from_what_moves_cash() -> None:
    projection = project(read("term_sheet"))

    for stage in stages(projection.scenario, projection.rows):
        assert is_subtotal(f"{WATERFALL}{stage.key}")
        assert not any(is_subtotal(f"{WATERFALL}{part.key}") for part in stage.parts)
    assert not is_subtotal("accounts.change")
