"""The order of cash: nothing is paid to owners or prepaid to lenders that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fibercap.core.errors import FibercapError
from fibercap.core.quantity import Quantity
from fibercap.model.cash.order_of_cash import repaid_row
from fibercap.model.financing import financed_rows
from fibercap.model.horizon.outliving import to_maturity
from fibercap.model.income.operating import funded_rows, operations
from fibercap.model.loans import schedule, schedule_block
from fibercap.model.loans.facilities import _moves_before_cash, _setting
from fibercap.model.loans.prepayments import cuts_by_day, cuts_of, prepayments
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, read, scenario_of
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings
from tests.model.test_formulas import disagreements
from tests.written import replace_parts, valid_scenarios

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: month}
money: {report_in: USD, minimum_cash: 1 million USD}
exchange: {EUR: {average: {2001: 0.8 USD/EUR}}}
products: {f: {price: 12 USD/km}}
plants: {p: {product: f, capacity: 600_000 km/year, cash_cost: 10 USD/km}}
company: {dividends: {2001-06-30: 5 million USD}, gap: [revolver, equity]}
opening: {cash: 4 million USD}
loans:
  line: {commitment: 2 million USD, signed: 2001-01-01, matures: 5 years, rate: 6 %/year, repayment: {style: revolver}}
"""
MONEY = 1e6


def run(*changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(PLAN, *changes)))


def row(projection: Projection, path: str) -> Any:
    return projection.value(path)[0] / MONEY


def term(prepaid: str, terms: str = "") -> tuple[str, str]:
    """Return a change that adds a loan of a million, due at the end, with a prepayment."""
    loan = (
        f"  term: {{commitment: 1 million USD, signed: 2001-01-31, draws: {{2001-01-31: 1 million USD}}, matures: 4 years, "
        f"rate: 12 %/year, repayment: {{style: bullet}}, payments: {{every: month}}, prepayments: {{{prepaid}}}{terms}}}\n"
    )
    return "loans:\n", f"loans:\n{loan}"


def test_a_dividend_is_cut_to_retained_earnings() -> None:
    """Earnings at the end of June 2001: the opening 4.0 and six months of 0.1 million; cash above its minimum is 3.6."""
    projection = run(("opening: {cash: 4 million", "opening: {cash: 4 million USD, other_liabilities: 1 million"))

    assert row(projection, "accounts.dividends")[5] == pytest.approx(3.0 + 0.6)
    assert row(projection, "accounts.retained_earnings")[5] == pytest.approx(0.0, abs=1e-9)
    assert row(projection, "accounts.dividends_planned")[5] == pytest.approx(5.0)
    message = "dividends of 2001-06 are cut: 5,000,000 USD planned, 3,600,000 USD paid"
    assert any(warning.startswith(message) for warning in warnings(projection))
    assert disagreements(projection) == []


def test_a_dividend_is_cut_to_the_cash_above_its_minimum_and_draws_no_revolver() -> None:
    projection = run()

    assert row(projection, "accounts.dividends")[5] == pytest.approx(3.6)
    assert row(projection, "accounts.cash")[5] == pytest.approx(1.0)
    assert not row(projection, "loans.line.called").any()
    assert not row(projection, "accounts.equity_for_cash").any()


def test_losses_pay_no_dividend() -> None:
    owing = "opening: {cash: 4 million USD, other_liabilities: 9 million USD}"
    projection = run(("opening: {cash: 4 million USD}", owing))

    assert row(projection, "accounts.dividends").sum() == 0
    assert row(projection, "accounts.retained_earnings")[-1] < 0


def test_a_dividend_that_is_there_is_paid_whole_and_nothing_is_reported() -> None:
    projection = run(("2001-06-30: 5 million", "2001-06-30: 3.5 million"))

    assert row(projection, "accounts.dividends")[5] == pytest.approx(3.5)
    assert not any("cut" in warning for warning in warnings(projection))


@pytest.mark.parametrize("day", ["2001-03-31", "2001-03-10"])
def test_a_prepayment_is_cut_to_the_cash_above_its_minimum(day: str) -> None:
    """At the end of March 4.0 + 1.0 + 0.3 less interest of two months; 1.0 stays, and 4.0 are planned to go."""
    more = (
        "commitment: 1 million USD, signed: 2001-01-31, draws: {2001-01-31: 1",
        "commitment: 5 million USD, signed: 2001-01-31, draws: {2001-01-31: 5",
    )
    opening = ("opening: {cash: 4 million", "opening: {cash: 1.5 million")
    spent = ("dividends: {2001-06-30: 5 million USD}", "overhead: {2001: 20 million USD/year, 2001-Q2: 0 USD/year}")
    projection = run(term(f"{day}: 4 million USD"), more, opening, spent)
    prepaid, cash = row(projection, "accounts.prepayments"), row(projection, "accounts.cash")

    free = row(projection, "accounts.cash_after_service")[2] - row(projection, "loans.line.repaid")[2] - 1.0
    assert 0 < prepaid[2] < 4
    assert prepaid[2] == pytest.approx(free, abs=1e-9)
    assert cash[2] == pytest.approx(1.0, abs=1e-9)
    assert row(projection, "loans.line.called")[2] == pytest.approx(0, abs=1e-9)
    message = f"a prepayment of term on {day} is cut: 4,000,000 USD planned, {prepaid[2] * MONEY:,.0f} USD paid"
    assert any(warning.startswith(message) for warning in warnings(projection))
    assert disagreements(projection) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("day", "fee", "gained"),
    [("2001-03-10", "", 0.02371), ("2001-03-31", "", 0.0), ("2001-03-31", ", fees: {upfront: 2 %}", 0.02879)],
)
def test_cash_that_cuts_a_prepayment_rests_on_it(day: str, fee: str, gained: float) -> None:
    """By interest of the days after it, and by the rest of an upfront fee, both net of tax: docs/decisions/cash-without-a-circle.md."""
    more = (
        "commitment: 1 million USD, signed: 2001-01-31, draws: {2001-01-31: 1",
        "commitment: 5 million USD, signed: 2001-01-31, draws: {2001-01-31: 5",
    )
    rich = ("opening: {cash: 4 million", "tax: {rate: 30 %}\nopening: {cash: 20 million")
    half, full = (
        row(run(term(f"{day}: {much} USD", fee), more, rich), "accounts.cash_after_service")[2] for much in (1e-6, 5e6)
    )

    assert full - half == pytest.approx(gained, abs=1e-5)


def test_a_prepayment_that_is_there_is_paid_on_its_day() -> None:
    projection = run(term("2001-05-10: 0.4 million USD, 2001-05-20: 0.1 million USD"))
    path = "loans.term.schedule"

    days = projection.value(f"{path}.date")[0]
    paid = {
        int(day): amount for day, amount in zip(days, projection.value(f"{path}.prepaid")[0], strict=True) if amount
    }
    assert list(paid.values()) == pytest.approx([0.4e6, 0.1e6])
    assert not any("prepayment" in warning for warning in warnings(projection))


def test_revolvers_are_repaid_before_a_prepayment_and_it_before_a_sweep_and_dividends() -> None:
    """All in one month: what is there goes to the line first, then to the term loan, then to the sweep, then to owners."""
    swept = ", sweep: 100 %"
    dry = ("opening: {cash: 4 million USD}", "opening: {cash: 1 million USD, other_assets: 20 million USD}")
    paid_in = "overhead: {2001: 24 million USD/year, 2001-02: 0 USD/year}, equity: {2001-03-15: 3 million USD}"
    cost = ("company: {", f"company: {{{paid_in}, ")
    projection = run(term("2001-03-31: 0.5 million USD", swept), dry, cost, ("2001-06-30: 5", "2001-03-31: 5"))
    after, repaid = row(projection, "accounts.cash_after_service"), row(projection, "loans.line.repaid")
    prepaid, sweep = row(projection, "accounts.prepayments"), row(projection, "loans.term.swept")
    dividend = row(projection, "accounts.dividends")

    left = np.maximum(after - 1.0, 0.0)
    assert repaid == pytest.approx(np.minimum(left, row(projection, "loans.line.repayable")), abs=1e-9)
    left = left - repaid
    assert repaid.sum() > 0
    assert prepaid[2] == pytest.approx(min(left[2], 0.5), abs=1e-9)
    left = left - prepaid
    due = row(projection, "loans.term.repayable") * (row(projection, "loans.term.pays") > 0)
    assert sweep == pytest.approx(np.minimum(np.maximum(left, 0), due), abs=1e-9)
    assert sweep[2] > 0
    assert dividend[2] == pytest.approx(left[2] - sweep[2], abs=1e-9)
    assert dividend[2] > 0
    assert disagreements(projection) == []


def test_a_foreign_loan_is_prepaid_from_cash_at_the_rate_of_the_period() -> None:
    loan = (
        "  euro: {commitment: 9 million EUR, signed: 2001-01-31, draws: {2001-01-31: 9 million EUR}, matures: 4 years, "
        "rate: 0 %/year, repayment: {style: bullet}, prepayments: {2001-02-10: 9 million EUR, 2001-02-20: 1 million EUR}}\n"
    )
    none = ("dividends: {2001-06-30: 5 million USD}", "overhead: {2001: 60 million USD/year, 2001-02: 0 USD/year}")
    projection = run(("loans:\n", f"loans:\n{loan}"), none)

    free = row(projection, "accounts.cash_after_service")[1] - row(projection, "loans.line.repaid")[1] - 1
    assert 0 < free < 7.2
    assert row(projection, "accounts.prepayments")[1] == pytest.approx(free)
    assert projection.value("loans.euro.schedule.prepaid").sum() == pytest.approx(free / 0.8 * MONEY)
    assert disagreements(projection) == []


def test_a_prepayment_is_cut_in_the_run_off_too() -> None:
    """The horizon ends with 2003; in June 2004 there is no cash above the minimum but what half a year has brought."""
    projection = run(
        term("2004-06-30: 0.9 million USD"),
        ("dividends: {2001-06-30: 5 million USD}", "dividends: {2003-12-31: 9 million USD}"),
        ("{price: 12", "{price: 10.5"),
    )
    date, prepaid = (row(projection, f"loans.term.schedule.{key}") * MONEY for key in ("date", "prepaid"))

    assert projection.run_off is not None
    assert 0 < prepaid[date == 38168].max() < 0.9e6
    assert projection.value("run_off.accounts.cash")[0, 5] == pytest.approx(1e6)
    assert any(message.startswith("a prepayment of term on 2004-06-30 is cut") for message in warnings(projection))
    assert disagreements(projection) == []


def test_funding_pays_what_a_cut_prepayment_leaves_of_interest_while_building() -> None:
    """There is no cash to prepay from, so the loan costs more than its contract would, and that goes into the line."""
    line = (
        "projects: {line: {plant: p, adds: 1_000 km/year, capex: 5 million USD, complete: 2002-12-31, "
        "spend: {2001: 50 %, 2002: 50 %}}}\n"
        "funding: {line: {term: 40 %, equity: rest, include_financing_costs: true}}\nloans:\n"
    )
    loan = (
        "  term: {commitment: 3 million USD, signed: 2001-01-31, matures: 2 years, rate: 12 %/year, payments: {every: month}, "
        "repayment: {style: bullet}, prepayments: {2002-03-15: 1 million USD}}\n"
    )
    projection = run(
        ("loans:\n", f"{line}{loan}"),
        ("{price: 12", "{price: 10"),
        ("cash: 4 million", "cash: 1.2 million"),
        ("  line: {commitment", "  backup: {commitment"),
    )

    assert projection.scalars["loans.term.prepayments.2002-03-15.cut"].value > 0
    costs = projection.value("funding.line.financing_costs")[0]
    assert costs == pytest.approx(projection.value("accounts.financing_costs")[0], abs=1e-6)
    assert disagreements(projection) == []


def test_in_a_file_of_loans_a_prepayment_is_limited_by_nothing_but_the_loan() -> None:
    text = (
        "fibercap: 1\nloans: {bank: {commitment: 1 million USD, signed: 2001-01-01, matures: 4 years, rate: 5 %/year, "
        "prepayments: {2001-02-01: 0.7 million USD}}}\n"
    )
    table = schedule(contracts_of(text).loans["bank"])

    assert table.values["principal"][1] == pytest.approx(0.7e6)


def test_a_batch_of_cut_payments_equals_its_members() -> None:
    scenario = run(term("2001-06-15: 1 million USD")).scenario
    cost = np.array([[9.0], [10.5], [12.0], [13.5]])
    together = project(scenario.with_samples({"plants.p.cash_cost": Quantity(cost, "USD/km")}))

    assert disagreements(together) == []
    for number, one in enumerate(cost[:, 0]):
        alone = run(term("2001-06-15: 1 million USD"), ("cash_cost: 10 USD", f"cash_cost: {one} USD"))
        for path in ("accounts.dividends", "accounts.prepayments", "accounts.cash", "loans.line.closing"):
            assert together.value(path)[number] == pytest.approx(alone.value(path)[0], abs=1e-5)


def test_cash_that_may_run_dry_is_declared() -> None:
    dry = (
        ("opening: {cash: 4 million USD}", "opening: {cash: -9 million USD}"),
        ("gap: [revolver, equity]", "gap: [revolver]"),
    )
    silent, declared = run(*dry), run(*dry, ("company: {", "company: {may_run_dry: true, "))

    problems = findings(silent)
    assert [each.after_horizon for each in problems] == [False, True]
    assert findings(declared) == ()
    for each in problems:
        assert f"{each.sentence}; `company.may_run_dry` says that this is expected" in warnings(declared)
    assert declared.value("accounts.cash") == pytest.approx(silent.value("accounts.cash"))


@pytest.mark.long
@settings(max_examples=40)
@given(
    text=valid_scenarios(rich=True),
    share=st.sampled_from(["0.5 million USD", "2 million USD", "40 million USD"]),
    day=st.sampled_from(["2001-05-31", "2002-03-17", "2003-12-31"]),
)
def test_nothing_is_paid_to_owners_that_is_not_there_in_random_plans(text: str, share: str, day: str) -> None:
    text = text.replace(
        "dividends: {2002-12-31: 0.5 million USD}", f"dividends: {{{day}: {share}, 2003-08-05: {share}}}"
    )
    try:
        projection = project(scenario_of(text))
    except FibercapError as error:
        if "would grow instead of being repaid" not in str(error):
            raise
        return
    planned, paid = (row(projection, f"accounts.{key}") for key in ("dividends_planned", "dividends"))
    before = row(projection, "accounts.cash_before_gap")
    on = paid > 1e-9

    assert (paid <= planned + 1e-9).all()
    assert (before[on] >= 1.0 - 1e-6).all()
    assert (row(projection, "accounts.retained_earnings")[on] >= -1e-6).all()
    prepaid = row(projection, "accounts.prepayments") if prepayments(projection.scenario) else np.zeros(len(paid))
    assert (before[prepaid > 1e-6] >= 1.0 - 1e-6).all()
    assert disagreements(projection) == []


def test_the_shipped_plans_pay_what_they_plan() -> None:
    for name in ("fibercore", "fleet_revolver"):
        assert not any("cut" in warning for warning in warnings(project(read(name))))


@pytest.mark.long
@settings(max_examples=15, suppress_health_check=[HealthCheck.filter_too_much])  # most plans have no such loan
@given(text=valid_scenarios(rich=True))
def test_a_loan_that_cash_moves_is_what_its_kernel_makes_of_the_moves(text: str) -> None:
    """The circle works with formulas alone; the account of a loan is carried in Python, given what was decided."""
    plan = scenario_of(text)
    plan = plan.over(to_maturity(plan))
    with_cash = [name for name, loan in plan.loans.items() if loan.needs_cash]
    assume(with_cash)
    sheet = operations(plan).spent.fork(plan.timeline.count)
    try:
        funded_rows(sheet, plan, {}, {})
        full, schedules = financed_rows(sheet, plan)
    except FibercapError:
        assume(False)
    cuts = cuts_of(plan, full, schedules)

    for name in with_cash:
        if plan.loans[name].repayment.cover_field:  # its target rows would be written twice
            continue
        block = schedules[f"loans.{name}.schedule"]
        known = _moves_before_cash(full, plan, name, cuts_by_day(plan, cuts)[name])
        called = full.value(f"loans.{name}.called") if plan.loans[name].revolves else None
        moved = replace(known, called=called, paid=full.value(repaid_row(plan, name)))
        try:
            made = schedule_block(_setting(full, plan, name), moved)
        except FibercapError as error:  # of a loan swept and drawn on one day the kernel says what the circle does not
            assume("would grow instead of being repaid" not in str(error))
            raise
        for path, value in made.values.items():
            size = max(float(np.abs(value).max()), float(plan.loans[name].commitment.max()))
            np.testing.assert_allclose(block.values[path], value, rtol=0, atol=1e-9 * size, err_msg=path)


RECAST = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD}
products: {f: {price: 60 USD/km}}
plants: {p: {product: f, capacity: 1_000 km/year, cash_cost: 30 USD/km}}
opening: {cash: 500_000 USD}
loans:
  bank: {outstanding: 1_000_000 USD, remaining: 40 months, signed: 2000-12-31, rate: 1 %/year,
         payments: {every: quarter, first: 2001-03-31}, repayment: {style: level},
         prepayments: {2001-01-31: 400_000 USD}, after_prepayment: recast}
"""


def test_a_prepayment_that_lowers_later_payments_of_its_year_is_cut_to_what_cash_leaves() -> None:
    """Of every dollar prepaid in January, payments of the same year fall by about a quarter."""
    projection = project(scenario_of(RECAST))

    paid = projection.value("loans.bank.schedule.prepaid").sum()

    assert 0.0 < paid < 400_000.0
    assert projection.value("accounts.cash")[0, 0] == pytest.approx(0.0, abs=1e-6)
    alone = RECAST.replace("400_000 USD}, after", f"{paid:.9f} USD}}, after")
    assert project(scenario_of(alone)).value("accounts.cash") == pytest.approx(
        projection.value("accounts.cash"), abs=1e-6
    )
