"""Mistakes seen in other tools: each has its test, so that none is made here."""

from __future__ import annotations

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_cover import DRAWN, PLAN
from tests.model.test_formulas import disagreements
from tests.written import replace_parts


def run(text: str, *changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(text, *changes)))


def message_of(*changes: tuple[str, str]) -> str:
    with pytest.raises(ScenarioError) as error:
        run(DRAWN, *changes)
    return str(error.value)


def test_a_dscr_is_cash_over_service_and_not_taxable_income_over_sales() -> None:
    projection = run(DRAWN)
    by = {
        key: projection.by(f"accounts.{key}") for key in ("cfads", "debt_service", "dscr", "pretax_income", "revenue")
    }

    for year in ("2001", "2003"):
        assert by["dscr"][year] == pytest.approx(by["cfads"][year] / by["debt_service"][year])
        assert by["dscr"][year] != pytest.approx(by["pretax_income"][year] / by["revenue"][year])


def test_a_level_payment_does_not_fall_for_interest_is_on_the_opening_balance() -> None:
    value = run(DRAWN, ("{bank: 3 million USD, equity: rest}", "{equity: rest}")).value
    pays = value("loans.bank.schedule.is_payment")[0] > 0
    payment, opening, interest = (value(f"loans.bank.schedule.{key}")[0][pays] for key in ("payment", "opening", "interest_due"))  # fmt: skip

    assert np.ptp(payment) == pytest.approx(0.0, abs=1e-6)
    assert interest == pytest.approx(0.02 * opening)


def test_the_llcr_ends_with_the_loan_and_not_with_the_plan() -> None:
    """Prices after the last payment are nothing to the LLCR, and something to the PLCR."""
    changed = ("{2001: 40 USD/km, 2004: 34 USD/km}", "{2001: 40 USD/km, 2004: 34 USD/km, 2007: 60 USD/km}")
    base, later = run(PLAN), run(PLAN, changed)

    assert later.value("accounts.llcr") == pytest.approx(base.value("accounts.llcr"), nan_ok=True)
    assert (later.value("accounts.plcr")[0, :23] > base.value("accounts.plcr")[0, :23]).all()


@pytest.mark.parametrize("fee", ["upfront: 1 %", "undrawn: 1 %/year", "guarantee: 1 %/year", "agency: 1000 USD/year"])
def test_every_fee_costs_something(fee: str) -> None:
    """Drawn as it is spent over a year, with a grace, so that there is something undrawn too."""
    with_fee, without = (run(DRAWN, ("rate: 8 %/year,", f"rate: 8 %/year, grace: 1 year, {text}")) for text in (f"fees: {{{fee}}},", ""))  # fmt: skip

    paid = [measures(p)["total_fees"].value for p in (with_fee, without)]
    assert paid[0] is not None
    assert paid[0] > 0 == paid[1]
    assert measures(with_fee)["all_in_cost.bank"].values[0] > measures(without)["all_in_cost.bank"].values[0]


def test_interest_during_construction_goes_where_the_switch_says() -> None:
    on, off = (run(DRAWN, ("{bank: 3 million USD, equity: rest}", f"{{bank: 3 million USD, equity: rest{text}}}")) for text in (", include_financing_costs: true", ""))  # fmt: skip

    assert on.value("accounts.financing_costs").sum() > 0 == off.value("accounts.financing_costs").sum()
    assert on.value("accounts.interest_expense").sum() < off.value("accounts.interest_expense").sum()


@pytest.mark.parametrize("share", ["70 %", "110 %"])
def test_spending_of_less_or_more_than_all_is_refused(share: str) -> None:
    message = message_of(("spend: {2001: 100 %}", f"spend: {{2001: {share}}}"))

    assert "projects.line.spend" in message
    assert share in message


def test_losses_of_construction_years_are_set_against_later_income() -> None:
    projection = run(DRAWN, ("cash_cost: 20 USD/km,", "cash_cost: {2001: 60 USD/km, 2002: 20 USD/km},"))
    income, tax = (projection.by(f"accounts.{key}") for key in ("pretax_income", "tax"))

    assert income["2001"][0] < 0 < income["2002"][0]
    full = sum(income[str(year)][0] for year in range(2001, 2005))
    assert sum(tax[str(year)][0] for year in range(2001, 2005)) == pytest.approx(0.3 * max(full, 0.0))


def test_principal_is_not_deducted_for_tax() -> None:
    """Without interest, how a loan is repaid changes no tax."""
    level, bullet = (run(PLAN, ("rate: 8 %/year,", f"rate: 0 %/year, repayment: {{style: {style}}},")) for style in ("level", "bullet"))  # fmt: skip

    assert level.value("accounts.principal")[0] != pytest.approx(bullet.value("accounts.principal")[0])
    assert level.value("accounts.tax") == pytest.approx(bullet.value("accounts.tax"))


def test_debt_of_more_than_the_cost_is_refused() -> None:
    message = message_of(("{bank: 3 million USD, equity: rest}", "{bank: 60 %, other: 52 %}"))

    assert "shares that total 112 %" in message


def test_of_two_rates_of_return_none_is_returned_in_silence() -> None:
    """-4 million, then 9, then -5.06: 10 and 15 % a year."""
    text = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: USD}
products: {fiber: {price: 100 USD/km}}
plants: {works: {product: fiber, capacity: 0 km/year, cash_cost: {2001: 10 USD/km, 2003: 150.6 USD/km}}}
projects:
  line: {plant: works, adds: 100_000 km/year, capex: 4 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
"""
    measure = measures(project(scenario_of(text)))["project_irr"]

    assert measure.value is None
    assert "10" in measure.reason
    assert "15" in measure.reason


def test_a_balloon_is_in_the_schedule_and_in_the_cover() -> None:
    projection = run(PLAN, ("payments: {every: quarter}}", "payments: {every: quarter}, repayment: {style: level, balloon: 2 million USD}}"))  # fmt: skip
    scheduled, closing = (projection.value(f"loans.bank.{key}")[0] for key in ("scheduled", "closing"))

    assert scheduled[23] > 2e6
    assert closing[23] == 0.0
    assert projection.value("loans.bank.service")[0, 23] > 2e6


@pytest.mark.parametrize("rate", ["nan %/year", "NaN", "", "~"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    assert "loans.bank.rate" in message_of(("rate: 8 %/year,", f"rate: {rate},"))


def test_a_utilization_of_90_is_refused_and_not_taken_for_a_fortune() -> None:
    message = message_of(("cash_cost: 20 USD/km,", "cash_cost: 20 USD/km, utilization: 90,"))

    assert "plants.works.utilization" in message
    assert "write it like `90 %`" in message


def test_a_missing_price_is_refused_and_not_taken_for_nothing() -> None:
    assert "products.fiber.price" in message_of(("price: {2001: 40 USD/km, 2004: 34 USD/km}", "demand: 1 Mkm/year"))


def test_what_a_workbook_would_compute_is_what_the_engine_computes() -> None:
    """The formula texts are the workbook's; each is evaluated and compared with its kernel."""
    assert disagreements(project(read("fibercore", "german_bank"))) == []
