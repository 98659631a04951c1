"""What a reserve is to hold: the service of the next months, by the contract as it stands."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fibercap.core.calendar import serial
from fibercap.core.timeline import month_end
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements

PLAN = """\
fibercap: 1
id: reserved
horizon: {{from: 2001, to: 2005, step: {step}}}
money: {{report_in: USD}}
rates: {{libor: {{2001: 4 %/year, 2002: 6 %/year, 2003-07: 3 %/year}}}}
products: {{fiber: {{price: 40 USD/km}}}}
plants: {{works: {{product: fiber, capacity: 200_000 km/year, cash_cost: 15 USD/km}}}}
loans:
  bank: {{signed: 2001-01-08, reserve: {{covers: {covers}}}, {terms}}}
opening: {{cash: 5 million USD, fixed_assets: 9 million USD}}
"""
DRAWN = "commitment: 3 million USD, draws: {2001-01-08: 3 million USD}"
PLAIN = {
    "level": "matures: 4 years, rate: 8.5 %/year",
    "monthly": "matures: 4 years, rate: 8.5 %/year, payments: {every: month}, rounding: cent",
    "last_interest": "matures: 4 years, rate: 8.5 %/year, payments: {every: month}, rounding: cent, true_up: last_interest",
    "equal_principal": "matures: 4 years, rate: 8 %/year, day_count: ACT/360, repayment: {style: equal_principal}",
    "grace": "matures: 5 years, rate: 8 %/year, grace: 1 year, payments: {every: half_year, first: 2001-06-30, end_of_month: true}",
    "new_rates": "matures: 4 years, rate: {2001: 8 %/year, 2002-05: 11 %/year, 2003: 6 %/year}",
    "kept_payment": "matures: 4 years, rate: {2001: 8 %/year, 2002-05: 9 %/year}, repayment: {style: level, after_reset: keep_payment}",
    "capped": "matures: 4 years, rate: {2001: 5 %/year, 2002-05: 9 %/year}, repayment: {style: level, payment_cap: 1 %}",
    "floating": "matures: 4 years, rate: {index: libor, margin: {2001: 2 %/year, 2002-03: 3 %/year}, floor: 7 %/year}",
    "on_a_line": "matures: 4 years, rate: {2001: 8 %/year, 2003: 6 %/year, interpolate: linear}",
    "effective": "matures: 4 years, rate: 8 %/year, compounding: effective",
    "semiannual": "matures: 4 years, rate: 8 %/year, compounding: semiannual, payments: {every: year}",
    "fees": "matures: 4 years, rate: 8 %/year, fees: {undrawn: 0.5 %/year, guarantee: {2001: 1 %/year, 2002-02-15: 2 %/year}, agency: 9_000 USD/year}",
    "added": "matures: 4 years, rate: 8 %/year, capitalize_until: 2002-06-30",
    "in_advance": "matures: 4 years, rate: 8 %/year, payments: {every: quarter, on: start}",
    "fixed": "matures: 2010-01-08, rate: 6 %/year, repayment: {style: fixed_payment, payment: 250_000 USD}",
    "grows": "matures: 5 years, rate: 8 %/year, repayment: {style: fixed_payment, payment: 20_000 USD, allow_negative_amortization: true}",
    "custom": "matures: 4 years, rate: 8 %/year, repayment: {style: custom, schedule: {2002-03-15: 1 million USD, 2003-09-30: 1 million USD, 2005-01-08: 1 million USD}}",
    "shares": "matures: 4 years, rate: 8 %/year, repayment: {style: custom, schedule: {2002-03-15: 30 %, 2003-09-30: 70 %}}",
    "quoted": "matures: 4 years, rate: 8 %/year, repayment: {style: level, initial_repayment: 20 %/year}",
    "bullet": "matures: 4 years, rate: 8 %/year, repayment: {style: bullet}",
    "balloon": "matures: 4 years, rate: 8 %/year, repayment: {style: equal_principal, balloon: 1 million USD}",
    "long": "matures: 4 years, rate: 8 %/year, repayment: {style: level, amortize_over: 9 years}",
    "at_maturity": "matures: 4 years, rate: 8 %/year, repayment: {style: at_maturity}",
}  # fmt: skip


def run(terms: str, covers: str = "6 months", step: str = "month") -> Projection:
    return project(scenario_of(PLAN.format(terms=terms, covers=covers, step=step)))


def ahead(projection: Projection, months: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, by period, what the loan's own schedule pays in the months after it, and whether maturity is among them."""
    row = {key: projection.value(f"loans.bank.schedule.{key}")[0] for key in
           ("date", "interest_paid", "fees_paid", "scheduled", "is_final")}  # fmt: skip
    paid, final = [], []
    for day in projection.timeline_to_maturity.dates:
        until = month_end(12 * day.year + day.month + months)
        falls = (row["date"] > serial(day)) & (row["date"] <= serial(until))
        paid.append((row["interest_paid"] + row["fees_paid"] + row["scheduled"])[falls].sum())
        final.append(bool((row["is_final"] * falls).any()))
    return np.array(paid), np.array(final)


def targets(projection: Projection) -> np.ndarray:
    later = "run_off.loans.bank.reserve_target"
    rows = [projection.value("loans.bank.reserve_target")[0]]
    return np.concatenate([*rows, *([projection.value(later)[0]] if later in projection.rows else [])])


@pytest.mark.parametrize("name", PLAIN)
def test_a_reserve_is_to_hold_what_the_schedule_pays_in_the_next_months(name: str) -> None:
    for covers, step in ((6, "month"), (12, "quarter"), (3, "year")):
        projection = run(f"{DRAWN}, {PLAIN[name]}", f"{covers} months", step)
        paid, final = ahead(projection, covers)
        since = np.array([day >= date(2001, 1, 8) for day in projection.timeline_to_maturity.dates])
        result = targets(projection)

        with_rest = name in {"bullet", "balloon", "long", "at_maturity", "grows", "fixed", "shares", "quoted", "capped"}
        with_rest |= name in {"kept_payment", "last_interest"}
        seen = since & ~(final & with_rest)
        assert result[seen] == pytest.approx(paid[seen], abs=0.011 if name == "last_interest" else 1e-6)
        assert result[seen].max() > 0 or name in {"at_maturity", "grows"}
        assert np.all(result[final] <= paid[final] + 0.02)
        assert disagreements(projection) == []
