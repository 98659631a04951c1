"""The shipped term sheet: short, explained line by line, and kept by the plan that it pays for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fibercap.model.project import project
from fibercap.reading.files import read

ROOT = Path(__file__).resolve().parents[1]
SHEET = (ROOT / "scenarios" / "term_sheet.yaml").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "term-sheet.md").read_text(encoding="utf-8")
OF_A_LOAN = r"^    (\w+):"


def test_it_is_written_in_under_120_lines() -> None:
    assert len(SHEET.splitlines()) < 120


def test_the_page_explains_every_line_of_the_senior_loan() -> None:
    loan = SHEET[SHEET.index("  senior:\n") : SHEET.index("  line_of_credit:\n")]
    keys = set(re.findall(OF_A_LOAN, loan, re.MULTILINE)) - {"title", "note", "covenants"}

    assert len(keys) > 10
    assert [key for key in sorted(keys) if f"`{key}" not in PAGE] == []


def test_the_page_explains_every_promise() -> None:
    rows = re.findall(r"row: ([\w.]+)", SHEET[SHEET.index("covenants:") : SHEET.index("  line_of_credit:\n")])

    assert len(rows) == 4
    assert [row for row in rows if row not in PAGE] == []


def test_a_lock_up_holds_a_payout_back_and_lets_it_go() -> None:
    """Cover of September 2003 is below the lock-up, so that the payout of that year is paid with the next."""
    projection = project(read("term_sheet"))
    kept, paid = projection.by("accounts.payouts_held"), projection.by("accounts.payouts")

    assert projection.by("loans.senior.dscr_12m", "quarter")["2003-Q3"][0] < 1.4
    assert paid["2003"][0] == 0 < kept["2003"][0]
    assert paid["2004"][0] > kept["2003"][0]
    assert kept["2004"][0] == 0


def test_the_margin_falls_with_leverage_from_the_next_interest_period_on() -> None:
    """LIBOR of 2 % is fixed on 31 December 2002, and of 1.5 % a year and two years later; the margin is that of leverage on the same days."""
    projection = project(read("term_sheet"))
    ratio, rate = (projection.by(row, "quarter") for row in ("accounts.debt_to_ebitda_12m", "loans.senior.period_rate"))

    assert ratio["2002-Q4"][0] > 2.5 > ratio["2003-Q4"][0] > 1.5 > ratio["2004-Q4"][0]
    rates = [float(rate[quarter][0]) for quarter in ("2003-Q1", "2004-Q1", "2005-Q1")]
    assert rates == pytest.approx([0.02 + 0.03, 0.015 + 0.0225, 0.015 + 0.0175])
