"""What commands say of a plan in another currency: nearest codes, targets, and sizes as one writes them."""

from __future__ import annotations

import pytest

from fibercap.core.errors import FibercapError
from fibercap.core.language.input_hints import unknown_currency
from fibercap.reading.files import scenario_of
from fibercap.studies.quantities_asked_for import target_of
from fibercap.studies.sizing import size
from fibercap.views.terminal.solve_and_size import size_lines

PLAN = """
fibercap: 1
horizon: {from: 2024, to: 2028, step: quarter}
money: {report_in: INR, discount_rate: 10 %/year}
exchange: {EUR: {average: 90 INR/EUR}}
products: {glass: {unit: tonne, price: 30_000 INR/tonne}}
plants: {old: {product: glass, capacity: 10_000 tonne/year, cash_cost: 12_000 INR/tonne}}
projects: {furnace: {plant: old, adds: 9_000 tonne/year, capex: 600 million INR, spend: {2024: 100 %}, complete: 2024-12-31}}
loans: {bank: {commitment: 300 million INR, signed: 2024-01-15, matures: 4 years, rate: 9 %/year, grace: 1 year, payments: {every: quarter}}}
funding: {furnace: {bank: 300 million INR, equity: rest}}
opening: {cash: 90 million INR}
"""


@pytest.mark.parametrize(("code", "near"), [("USX", "USD"), ("INK", "INR"), ("JPN", "JPY"), ("GPB", "GBP")])
def test_the_nearest_currency_has_the_same_letters_in_the_same_places(code: str, near: str) -> None:
    assert unknown_currency(code) == f"did you mean `{near}`?"


def test_a_target_in_another_currency_is_to_be_written_in_that_of_the_plan() -> None:
    with pytest.raises(FibercapError) as caught:
        target_of(scenario_of(PLAN), "project_npv", "3 million EUR")
    assert caught.value.code == "other_currency"
    assert "write it in `INR`, in which the plan reports" in str(caught.value)


def test_sizes_are_written_as_in_a_plan_with_marks_between_thousands() -> None:
    sized = size(scenario_of(PLAN), "bank", {"min_dscr": 1.5})

    *_, commitment, funding = size_lines(sized)
    amount = f"{round(float(sized.commitment)):_} INR"
    assert amount.count("_") == 2
    assert [commitment.strip(), funding.strip()] == [
        f"loans.bank.commitment: {amount}",
        f"funding.furnace.bank: {amount}",
    ]
