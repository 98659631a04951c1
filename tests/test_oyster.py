"""The oyster mushroom unit of `scenarios/oyster.yaml` against what its annexures print, in thousands of rupees."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.studies.claims import outcomes

LINES = {"straw": "0.75", "bran": "0.13", "bags": "1.20", "spawn": "0.80", "bavistin": "0.10", "formaldehyde": "0.11"}
"""Amounts of a year in annexure II (https://nhb.gov.in/report_files/oyster_Mushroom/annex2.htm); labor is 0.48 and 2.72."""

PRINTED = {
    "net_accruals": "9.17 9.17 9.17",
    "interest": "0.90 1.79 1.55 1.22 0.90 0.57 0.24",
    "principal": "1.36 2.72 2.72",
    "service": "3.15 4.26 3.94",
    "surplus": "6.02 4.91 5.23",
    "balance": "13.58 10.86 8.15",
}
"""By year from year 1, interest from year 0: annexure VII (A) (https://nhb.gov.in/report_files/oyster_Mushroom/annex7.htm)."""

OUTSTANDING = "13.58 12.22 10.86 9.51 8.15 6.79 5.43 4.07 2.72 1.36 0.00"
HALF_YEARLY_INTEREST = "0.81 0.73 0.65 0.57 0.49 0.41 0.33 0.24 0.16 0.08"
"""Annexure VII: after each of the eleven installments; interest from the second on."""

LOAN = "14_938 INR"
"""A loan that is printed as 14.94 thousand, and with which every figure comes out; see the test of the loan of 14,940."""


@pytest.fixture(scope="module")
def unit() -> Projection:
    """Return the plan with a loan of which each figure is printed as the source has it."""
    return project(read("oyster", None, [f"projects.growing_house.capex={LOAN}", f"loans.term.commitment={LOAN}"]))


def print_figures(values: np.ndarray) -> str:
    """Return amounts as the annexures print them: in thousands with two decimals, a half rounded up."""
    return " ".join(str(Decimal(f"{value / 1e3:.7f}").quantize(Decimal("0.01"), ROUND_HALF_UP)) for value in values)


def by_year(projection: Projection, row: str) -> np.ndarray:
    """Return a row's sums by year, from year 0 (2001) on."""
    return np.array([values[0] for values in projection.by(row).values()])


def table_of(projection: Projection) -> dict[str, str]:
    ends = [18, 30, 42]  # December of 2002, 2003 and 2004, counted from June 2001
    return {
        "net_accruals": print_figures(by_year(projection, "accounts.ebitda")[1:4]),
        "interest": print_figures(by_year(projection, "loans.term.interest_paid")),
        "principal": print_figures(by_year(projection, "loans.term.principal")[1:4]),
        "service": print_figures(by_year(projection, "accounts.debt_service")[1:4]),
        "surplus": print_figures(np.diff(projection.value("accounts.cash")[0, [6, *ends]])),
        "balance": print_figures(projection.value("loans.term.closing")[0, ends]),
    }


def test_every_printed_result_comes_out_to_its_last_digit(unit: Projection) -> None:
    assert table_of(unit) == PRINTED


def test_both_columns_of_the_loan_come_out_by_half_year(unit: Projection) -> None:
    assert print_figures(np.abs(unit.value("loans.term.closing")[0, 18::6])) == OUTSTANDING
    assert print_figures(unit.value("loans.term.interest_paid")[0, 24::6]) == HALF_YEARLY_INTEREST


def test_a_loan_of_exactly_what_is_printed_differs_in_one_figure() -> None:
    """The source computes with a loan that it prints as 14.94 thousand: after year 2 it has 10.86, where 14,940 leaves 10.87."""
    result = table_of(project(read("oyster")))

    assert result == PRINTED | {"balance": "13.58 10.87 8.15"}


def test_what_a_kilogram_takes_makes_the_printed_costs() -> None:
    plan = project(read("oyster"))
    costs = {name: float(by_year(plan, f"plants.farm.costs.{name}")[1]) for name in (*LINES, "labor")}

    assert {name: print_figures(np.array([costs[name]])) for name in LINES} == LINES
    assert costs["labor"] == pytest.approx(480 + 2720)
    assert sum(costs.values()) + 300 + 250 == pytest.approx(6830)
    assert by_year(plan, "plants.farm.cash_costs")[1:] == pytest.approx(6830)


def test_claims_say_what_is_printed_and_all_hold() -> None:
    claims = outcomes(project(read("oyster")))
    figures = {name: [1e3 * float(figure) for figure in row.split()] for name, row in PRINTED.items()}
    printed = {
        f"{name}_{year}": amount
        for name, row in figures.items()
        if name != "surplus"
        for year, amount in enumerate(row, 0 if name == "interest" else 1)
    }
    printed |= {f"surplus_{year}": sum(figures["surplus"][:year]) for year in (1, 2, 3)}
    after = [1e3 * float(figure) for figure in OUTSTANDING.split()]
    printed |= {f"balance_{2003 + count}_06": after[1 + 2 * count] for count in range(5)}
    printed |= {"balance_4": after[6], "balance_5": after[8], "installment": 1360, "recurring_cost": 6830}

    assert {name: claim.limit for name, claim in claims.items()} == pytest.approx(printed)
    assert [name for name, claim in claims.items() if not claim.holds] == []
