"""The road of `scenarios/annuity_road.yaml` against every figure that its annexure prints, in crores of rupees."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.studies.claims import outcomes

CRORE = 1e7
ANNUITY_SHARES = (2.10, 2.17, 2.24, 2.31, 2.38, 2.45, 2.52, 2.60, 2.68, 2.76, 2.84, 2.93, 3.02, 3.11, 3.20)
PRINTED = {
    "annuity": "12.60 13.02 13.44 13.86 14.28 14.70 15.12 15.60 16.08 16.56 17.04 17.58 18.12 18.66 19.20",
    "receivable": "587.40 574.38 560.94 547.08 532.80 518.10 502.98 487.38 471.30 454.74 437.70 420.12 402.00 383.34 364.14",
    "received": "30.00 29.37 28.72 28.05 27.35 26.64 25.91 25.15 24.37 23.57 22.74 21.89 21.01 20.10 19.17",
    "inflows": "42.60 42.39 42.16 41.91 41.63 41.34 41.03 40.75 40.45 40.13 39.78 39.47 39.13 38.76 38.37",
    "repayment": "11.25 12.83 13.28 13.50 14.18 14.63 14.63 15.08 15.75 15.75 16.20 16.65 16.88 16.43 16.65",
    "debt": "438.75 425.93 412.65 399.15 384.98 370.35 355.73 340.65 324.90 309.15 292.95 276.30 259.43 243.00 226.35",
    "interest": "22.84 22.27 21.62 20.94 20.26 19.54 18.80 18.05 17.29 16.49 15.69 14.87 14.02 13.17 12.33",
    "service": "34.09 35.09 34.89 34.44 34.43 34.16 33.42 33.13 33.04 32.24 31.89 31.52 30.90 29.59 28.98",
    "net_cash_flow": "8.51 7.30 7.27 7.47 7.20 7.18 7.60 7.62 7.41 7.89 7.89 7.95 8.23 9.17 9.38",
    "dscr": "1.25 1.21 1.21 1.22 1.21 1.21 1.23 1.23 1.22 1.24 1.25 1.25 1.27 1.31 1.32",
}
"""Rows of the annexure, fifteen half years each (https://www.scribd.com/document/483008776/Annexure-II-A-D-pdf)."""


@pytest.fixture(scope="module")
def road() -> Projection:
    return project(read("annuity_road"))


def print_figures(values: np.ndarray) -> str:
    """Return figures as the annexure prints them: two decimals, a half rounded up."""
    return " ".join(str(Decimal(f"{value:.6f}").quantize(Decimal("0.01"), ROUND_HALF_UP)) for value in values)


def by_half_year(row: np.ndarray) -> np.ndarray:
    return np.asarray(row[0, :90].reshape(15, 6).sum(axis=1) / CRORE)


def test_every_printed_result_comes_out_to_its_last_digit(road: Projection) -> None:
    ends = slice(5, 90, 6)
    cash = road.value("accounts.cash")[0, ends] / CRORE
    result = {
        "inflows": by_half_year(road.value("accounts.revenue")),
        "interest": by_half_year(road.value("loans.bank.interest_paid")),
        "repayment": by_half_year(road.value("loans.bank.principal")),
        "service": by_half_year(road.value("accounts.debt_service")),
        "net_cash_flow": np.diff(cash, prepend=0.0),
        "debt": road.value("loans.bank.closing")[0, ends] / CRORE,
        "dscr": road.value("loans.bank.dscr")[0, ends],
    }

    assert {name: print_figures(values) for name, values in result.items()} == {name: PRINTED[name] for name in result}


def test_prices_are_the_annuities_and_the_interest_on_what_the_authority_owes(road: Projection) -> None:
    annuities = 600 * np.array(ANNUITY_SHARES) / 100
    owed = 600 - np.cumsum(annuities)
    received = 0.05 * np.concatenate(([600], owed[:-1]))

    for name, values in (("annuity", annuities), ("receivable", owed), ("received", received)):
        assert print_figures(values) == PRINTED[name]
    prices = road.value("inputs.products.road.price")[0, ::6] / CRORE
    np.testing.assert_allclose(prices, annuities + received, rtol=1e-12)


def test_claims_say_what_is_printed_and_all_hold(road: Projection) -> None:
    printed = {
        f"{row}_{number:02}": float(figure) * (1 if row == "dscr" else CRORE)
        for row in ("interest", "repayment", "debt", "dscr")
        for number, figure in enumerate(PRINTED[row].split(), 1)
    }
    halves = [float(figure) * CRORE for figure in PRINTED["inflows"].split()]
    printed |= {f"inflows_{2021 + year}": halves[2 * year] + halves[2 * year + 1] for year in range(7)}

    claims = outcomes(road)

    assert {name: claim.limit for name, claim in claims.items()} == pytest.approx(printed)
    assert [name for name, claim in claims.items() if not claim.holds] == []


def test_the_books_open_with_the_equity_that_is_printed(road: Projection) -> None:
    earned = road.value("accounts.retained_earnings") - road.value("accounts.net_income").cumsum(axis=1)

    np.testing.assert_allclose(earned, 120 * CRORE)
