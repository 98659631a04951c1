"""PySAM's sculpted debt beside ours. Left out where PySAM is not installed (see conftest)."""

from __future__ import annotations

import pytest
from PySAM import Singleowner

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.sizing import Limit, size


def pysam(dscr: float, rate: float, years: int) -> dict[str, list[float]]:
    """Return cash for debt service, payments, interest and balances by year of PySAM's single owner, debt by cover."""
    model = Singleowner.default("PVWattsSingleOwner")
    model.SystemOutput.gen = [50.0] * 8760
    terms = model.FinancialParameters
    terms.debt_option, terms.dscr, terms.term_tenor, terms.term_int_rate = 1, dscr, years, 100 * rate
    terms.cost_debt_fee = terms.cost_debt_closing = terms.dscr_reserve_months = 0
    model.execute(0)
    outputs = model.Outputs
    names = ("cash_for_ds", "debt_payment_total", "debt_payment_interest", "debt_balance")
    return {name: [abs(v) for v in getattr(outputs, f"cf_{name}")[: years + 1]] for name in names}


@pytest.mark.long
@pytest.mark.parametrize(("dscr", "rate", "years"), [(1.3, 0.07, 10), (1.6, 0.045, 18), (1.15, 0.11, 5)])
def test_sculpted_debt_is_as_large_as_pysam_makes_it(dscr: float, rate: float, years: int) -> None:
    """The same cash year by year, as the sales of a plant without costs; size, interest and balances agree."""
    theirs = pysam(dscr, rate, years)
    prices = ", ".join(f"{2000 + year}: {cash:.9f} USD/km" for year, cash in enumerate(theirs["cash_for_ds"]) if year)
    plan = f"""\
fibercap: 1
horizon: {{from: 2000, to: {2000 + years}, step: year}}
money: {{report_in: USD}}
products: {{fiber: {{price: {{2000: 1 USD/km, {prices}}}}}}}
plants: {{works: {{product: fiber, capacity: 1 km/year, cash_cost: 0 USD/km, opens: 2001-01-01}}}}
projects:
  line: {{plant: works, adds: 1e-15 km/year, capex: {2 * theirs["debt_balance"][0]:.2f} USD, spend: {{2000: 100 %}}, complete: 2000-12-31}}
funding: {{line: {{bank: 1 million USD, equity: rest}}}}
loans:
  bank: {{commitment: 1 million USD, signed: 2000-12-31, matures: {years} years, rate: {100 * rate!r} %/year,
         payments: {{every: year}}, repayment: {{style: sculpted, dscr: {dscr}}}}}
"""
    sizing = size(scenario_of(plan), "bank", [Limit("min_dscr", dscr)])
    exact = theirs["debt_balance"][0]
    ours = project(scenario_of(plan.replace("1 million USD", f"{exact:.9f} USD"))).value

    assert sizing.commitment == pytest.approx(exact, abs=1.0)
    assert sizing.commitment <= exact
    assert ours("loans.bank.service")[0, 1:] == pytest.approx(theirs["debt_payment_total"][1:], rel=1e-9)
    assert ours("loans.bank.interest")[0, 1:] == pytest.approx(theirs["debt_payment_interest"][1:], rel=1e-9)
    assert ours("loans.bank.closing")[0, 1:] == pytest.approx(theirs["debt_balance"][1:], rel=1e-9, abs=1e-3)
