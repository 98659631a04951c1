"""Funding: who pays, in which order, and what is said when nobody can."""

from __future__ import annotations

import numpy as np
import pytest

from fibercap.core.units import Array
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.findings import USES, findings


def run(funding: str, loans: str = "", spend: str = "{2001: 100 %}") -> Projection:
    """Project a line of 12 million, a million a month in 2001."""
    return project(
        scenario_of(
            "fibercap: 1\nhorizon: {from: 2001, to: 2003}\nmoney: {report_in: USD}\nproducts: {f: {price: 40 USD/km}}\n"
            "plants: {p: {product: f, capacity: 1_000_000 km/year, cash_cost: 20 USD/km}}\nprojects:\n"
            f"  line: {{plant: p, adds: 1 km/year, capex: 12 million USD, complete: 2001-12-31, spend: {spend}}}\n"
            f"  more: {{plant: p, adds: 1 km/year, capex: 6 million USD, complete: 2002-12-31, spend: {{2002: 100 %}}}}\n"
            f"funding:\n{funding}\n" + (f"loans:\n{loans}\n" if loans else "")
        )
    )


def payments_of(projection: Projection, source: str, key: str = "line") -> Array:
    return np.asarray(projection.value(f"funding.{key}.{source}")[0] / 1e6)


BANK = "  bank: {commitment: 5 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year}"
LATE = BANK.replace("2001-01-01", "2001-06-15")


def test_sources_pay_in_the_order_of_the_file() -> None:
    projection = run("  line: {cash: 3 million USD, bank: 5 million USD, equity: rest}", BANK)

    assert payments_of(projection, "cash")[:4] == pytest.approx([1, 1, 1, 0])
    assert payments_of(projection, "bank")[:9] == pytest.approx([0, 0, 0, 1, 1, 1, 1, 1, 0])
    assert payments_of(projection, "equity")[:12] == pytest.approx([0] * 8 + [1] * 4)
    assert projection.value("loans.bank.draws")[0] / 1e6 == pytest.approx(payments_of(projection, "bank"))


def test_rest_pays_last_wherever_it_stands() -> None:
    projection = run("  line: {equity: rest, bank: 5 million USD}", BANK)

    assert payments_of(projection, "bank")[:12] == pytest.approx([1] * 5 + [0] * 7)
    assert payments_of(projection, "equity")[:12] == pytest.approx([0] * 5 + [1] * 7)


def test_pro_rata_shares_every_month() -> None:
    projection = run("  line: {order: pro_rata, grant: 25 %, bank: 3 million USD, equity: rest}", BANK)

    assert payments_of(projection, "grant")[:12] == pytest.approx([0.25] * 12)
    assert payments_of(projection, "bank")[:12] == pytest.approx([0.25] * 12)
    assert payments_of(projection, "equity")[:12] == pytest.approx([0.5] * 12)


def test_before_signing_the_next_source_pays() -> None:
    projection = run("  line: {bank: 5 million USD, equity: rest}", LATE)

    assert payments_of(projection, "bank")[:12] == pytest.approx([0] * 5 + [1] * 5 + [0] * 2)
    assert payments_of(projection, "equity")[:12] == pytest.approx([1] * 5 + [0] * 5 + [1] * 2)
    assert projection.value("funding.line.gap").sum() == 0


def test_rest_covers_what_a_late_loan_could_not() -> None:
    """Equity's own amount is used up before the bank signs; as `rest` it pays on, and the bank less than planned."""
    projection = run("  line: {bank: 5 million USD, equity: rest}", BANK.replace("2001-01-01", "2001-10-10"))

    assert payments_of(projection, "equity").sum() == pytest.approx(9)
    assert payments_of(projection, "bank").sum() == pytest.approx(3)


def test_pro_rata_with_a_late_loan_catches_up() -> None:
    projection = run("  line: {order: pro_rata, bank: 5 million USD, equity: rest}", LATE)

    assert payments_of(projection, "bank")[:5].sum() == 0
    assert payments_of(projection, "bank")[5:12] == pytest.approx([5 / 7] * 7)


def test_what_no_source_covers_is_unfunded_and_reported() -> None:
    projection = run("  line: {grant: 25 %, bank: 5 million USD}\n  more: {cash: rest}", BANK)

    gap = [0.0] * 6 + [0.25] + [0.75] * 5  # the grant pays a quarter of each month, the bank what is left of 5 million
    assert projection.value("funding.line.gap")[0, :12] / 1e6 == pytest.approx([0] * 6 + [0.25] + [0.75] * 5)
    assert projection.value("accounts.unfunded_uses")[0, :12] / 1e6 == pytest.approx(gap)
    assert measures(projection)["funding_gap"].value == pytest.approx(4e6)
    message = "unfunded: 4,000,000 USD of `line`, from 2001-07 on, which no loan, grant, equity or named `cash` pays"
    (uses,) = [
        problem for problem in findings(projection) if problem.kind == USES
    ]  # `cash: rest` says that cash is meant
    assert uses.sentence == message
    assert projection.laws["balance"] < 1e-6


def test_a_shared_loan_serves_shares_in_file_order() -> None:
    """Two halves of 12 and of 6 are 9, but only 5 may be drawn: the first project goes first."""
    projection = run("  line: {bank: 25 %, equity: rest}\n  more: {bank: 50 %, equity: rest}", BANK)

    assert payments_of(projection, "bank").sum() == pytest.approx(3)
    assert payments_of(projection, "bank", "more").sum() == pytest.approx(2)
    assert payments_of(projection, "equity", "more").sum() == pytest.approx(4)


def test_amounts_of_money_are_set_aside_before_shares() -> None:
    projection = run("  line: {bank: 50 %, equity: rest}\n  more: {bank: 4 million USD, equity: rest}", BANK)

    assert payments_of(projection, "bank").sum() == pytest.approx(1)
    assert payments_of(projection, "bank", "more").sum() == pytest.approx(4)


def test_a_grant_reduces_the_cost_of_the_asset() -> None:
    projection = run("  line: {grant: 25 %, equity: rest}")

    assert projection.value("projects.line.cost_to_date")[0, -1] == pytest.approx(9e6)
    assert projection.value("projects.line.depreciation")[0, 12] == pytest.approx(9e6 / 120)
    assert projection.value("accounts.grants").sum() == pytest.approx(3e6)


def test_a_project_without_funding_is_unfunded_and_the_output_says_so() -> None:
    projection = run("  line: {equity: rest}")

    message = "unfunded: 6,000,000 USD of `more`, from 2002-01 on, which no loan"
    assert [problem.sentence.startswith(message) for problem in findings(projection)] == [True]
    assert measures(projection)["funding_gap"].value == pytest.approx(6e6)
    assert projection.value("accounts.equity_for_projects").sum() == pytest.approx(12e6)


def test_cash_pays_like_any_other_source() -> None:
    projection = run("  line: {cash: 2 million USD, equity: rest}")

    assert payments_of(projection, "cash")[:3] == pytest.approx([1, 1, 0])
    assert projection.value("accounts.equity_for_projects").sum() == pytest.approx(10e6)
