"""Loans: published figures to the printed digit, other libraries as second opinion, and what every contract keeps."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest
import QuantLib as ql
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.core.daycount import CONVENTIONS
from fibercap.core.timeline import add_months
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.written import drawn_at_signing

FLEET = "commitment: 10 million USD, signed: 2001-01-08, matures: 5 years, rate: 8.5 %/year"


def project_loan(terms: str, step: str = "month", horizon: str = "from: 2001, to: 2004") -> Projection:
    return project(
        scenario_of(
            f"fibercap: 1\nhorizon: {{{horizon}, step: {step}}}\nmoney: {{report_in: USD}}\n"
            "products: {f: {price: 1 USD/km}}\nplants: {p: {product: f, capacity: 1 km/year, cash_cost: 1 USD/km}}\n"
            f"opening: {{cash: 50 million USD}}\nloans: {{bank: {{{drawn_at_signing(terms)}}}}}\n"
        )
    )


def schedule(projection: Projection, key: str) -> Any:
    return projection.value(f"loans.bank.schedule.{key}")[0]


def days(projection: Projection) -> list[date]:
    return [date.fromordinal(int(serial) + 693_594) for serial in schedule(projection, "date")]


def payments(projection: Projection) -> dict[date, float]:
    """Return the payments up to maturity by date."""
    paid, final = schedule(projection, "is_payment"), int(np.flatnonzero(schedule(projection, "is_final"))[0])
    amounts = schedule(projection, "payment")
    return {day: amounts[k] for k, day in enumerate(days(projection)) if paid[k] and k <= final}


def owed_after(projection: Projection, day: date) -> float:
    return float(schedule(projection, "closing")[days(projection).index(day)])


@pytest.mark.parametrize(
    ("terms", "payment", "interest", "owed"),
    [
        ("payments: {every: year}", 2_537_657.52, 2_688_287.59, 2_338_854.86),
        ("payments: {every: quarter}", 618_969.21, 2_379_384.30, 2_349_734.94),
        ("payments: {every: month}", 205_165.31, 2_309_918.80, 2_352_279.58),
        ("repayment: {style: equal_principal}", None, 2_231_250.00, 2_000_000.00),
        ("repayment: {style: equal_principal}, grace: 1 year", None, 2_656_250.00, 2_500_000.00),
        ("grace: 1 year", 743_813.90, 2_751_022.36, 2_823_671.13),
        ("repayment: {style: level, amortize_over: 10 years}", 373_618.62, 3_508_514.53, 6_967_543.69),
        ("day_count: ACT/360", 620_646.96, 2_412_939.21, 2_354_903.44),
        ("repayment: {style: bullet}", None, 4_250_000.00, 10_000_000.00),
    ],
)
def test_ten_million_at_8_5_percent_over_five_years(
    terms: str, payment: float | None, interest: float, owed: float
) -> None:
    """The table of check values in the design of the model, section 4."""
    projection = project_loan(f"{FLEET}, {terms}")

    assert schedule(projection, "interest").sum() == pytest.approx(interest, abs=0.005)
    assert owed_after(projection, date(2005, 1, 8)) == pytest.approx(owed, abs=0.005)
    if payment is not None:
        assert list(payments(projection).values())[-2] == pytest.approx(payment, abs=0.005)


def test_what_level_quarterly_owes_at_the_end_of_2004() -> None:
    assert project_loan(FLEET).value("accounts.debt")[0, -1] == pytest.approx(2_906_931.85, abs=0.005)


def test_a_longer_amortization_leaves_a_balloon_for_the_last_payment() -> None:
    projection = project_loan(f"{FLEET}, repayment: {{style: level, amortize_over: 10 years}}")

    *_, before, last = payments(projection).values()
    assert last - before == pytest.approx(6_036_142.17, abs=0.005)
    assert schedule(projection, "closing")[-1] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.long
@settings(max_examples=50)
@given(
    rate=st.floats(0.001, 0.25),
    years=st.integers(1, 15),
    every=st.sampled_from([("month", 12), ("quarter", 4), ("half_year", 2), ("year", 1)]),
)
def test_level_payments_are_those_of_numpy_financial(rate: float, years: int, every: tuple[str, int]) -> None:
    name, number = every
    terms = f"commitment: 1 million USD, signed: 2001-01-15, matures: {years} years, rate: {100 * rate:.9f} %/year"

    paid = list(payments(project_loan(f"{terms}, payments: {{every: {name}}}")).values())

    rate = float(f"{100 * rate:.9f}") / 100
    assert len(paid) == years * number
    assert paid == pytest.approx([-npf.pmt(rate / number, years * number, 1e6)] * len(paid), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "counter"),
    [
        ("30/360", ql.Thirty360(ql.Thirty360.BondBasis)),
        ("30/360 US", ql.Thirty360(ql.Thirty360.USA)),
        ("30E/360", ql.Thirty360(ql.Thirty360.European)),
        ("30E/360 ISDA", ql.Thirty360(ql.Thirty360.ISDA, ql.Date(8, 1, 2006))),
        ("ACT/360", ql.Actual360()),
        ("ACT/365F", ql.Actual365Fixed()),
        ("ACT/ACT ISDA", ql.ActualActual(ql.ActualActual.ISDA)),
        ("ACT/ACT ICMA", ql.ActualActual(ql.ActualActual.ISMA)),
    ],
)
def test_a_bullet_pays_the_interest_of_a_quantlib_bond(name: str, counter: Any) -> None:
    dates = ql.Schedule(
        ql.Date(8, 1, 2001), ql.Date(8, 1, 2006), ql.Period(ql.Quarterly), ql.NullCalendar(),
        ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Forward, False,
    )  # fmt: skip
    leg = ql.FixedRateLeg(dates, counter, [1e7], [0.085])

    paid = payments(project_loan(f"{FLEET}, repayment: {{style: bullet}}, day_count: {name}"))

    by_quantlib = {flow.date().to_date(): flow.amount() for flow in leg}
    assert list(paid)[:-1] == list(by_quantlib)[:-1]
    assert list(paid.values())[:-1] == pytest.approx(list(by_quantlib.values())[:-1], abs=1e-6)


@pytest.mark.parametrize("first", ["2001-02-28", "2001-06-30", "2001-03-31", "2001-08-30"])
@pytest.mark.parametrize("every", ["quarter", "half_year", "year"])
def test_regular_periods_are_parts_of_a_year_by_icma(first: str, every: str) -> None:
    """30 June to 30 September are two month ends, but what follows is 30 December, not the 31st."""
    terms = (
        f"{FLEET}, payments: {{every: {every}, first: {first}}}, repayment: {{style: bullet}}, day_count: ACT/ACT ICMA"
    )

    paid = list(payments(project_loan(terms)).values())

    assert paid[1:-2] == pytest.approx([850_000 / {"quarter": 4, "half_year": 2, "year": 1}[every]] * len(paid[1:-2]))


def test_a_broken_first_period_is_measured_in_the_rhythm_of_those_after_it() -> None:
    """From 8 January to 30 June: 81 of the 90 days from 30 December to 30 March and so on, not from month ends."""
    terms = f"{FLEET}, payments: {{first: 2001-06-30}}, repayment: {{style: bullet}}, day_count: ACT/ACT ICMA"

    first, *_ = payments(project_loan(terms)).values()

    assert first == pytest.approx(850_000 * (81 / 90 + 1) / 4)


def test_a_level_loan_is_a_quantlib_amortizing_bond() -> None:
    """Balances of a sinking bond at the same rate and intervals."""
    notionals = ql.sinkingNotionals(ql.Period(5, ql.Years), ql.Quarterly, 0.085, 1e7)

    projection = project_loan(FLEET)

    closing = [owed_after(projection, day) for day in payments(projection)]
    assert closing == pytest.approx(list(notionals)[1:], abs=0.01)


STYLES = [
    "level",
    "equal_principal",
    "bullet",
    "level, amortize_over: 9 years",
    "equal_principal, amortize_over: 9 years",
]
COUNTS = ["equal_periods", *CONVENTIONS]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", COUNTS)
def test_what_is_paid_is_worth_what_was_drawn_at_the_loans_own_rate(style: str, count: str) -> None:
    projection = project_loan(f"{FLEET}, grace: 6 months, repayment: {{style: {style}}}, day_count: {count}")

    factor, worth = 1.0, 0.0
    fraction, paid = schedule(projection, "period_fraction"), schedule(projection, "payment")
    for event in np.flatnonzero(schedule(projection, "is_payment")):
        factor /= 1 + 0.085 * fraction[event]
        worth += paid[event] * factor
    assert worth == pytest.approx(1e7, rel=1e-12)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", COUNTS)
def test_ends_of_model_periods_change_nothing_that_is_paid(style: str, count: str) -> None:
    terms = f"{FLEET}, payments: {{first: 2001-03-31}}, repayment: {{style: {style}}}, day_count: {count}"

    by_month, by_year = payments(project_loan(terms, "month")), payments(project_loan(terms, "year"))

    assert list(by_month) == list(by_year)
    assert list(by_month.values()) == pytest.approx(list(by_year.values()), rel=1e-12)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("rate", ["0", "1e-13", "1e-6", "0.01"])
def test_a_rate_near_zero_repays_by_equal_parts(style: str, rate: str) -> None:
    projection = project_loan(
        f"commitment: 10 million USD, signed: 2001-01-08, matures: 5 years, rate: {rate} %/year, repayment: {{style: {style}}}"
    )

    principal = schedule(projection, "principal")
    assert principal.sum() == pytest.approx(1e7)
    parts = {"level": 20, "equal_principal": 20, "bullet": 1}.get(style, 36)
    first = principal[principal > 0][0]
    assert first == pytest.approx(1e7 / parts, rel=2e-3)


def test_a_loan_of_one_payment() -> None:
    paid = payments(project_loan(f"{FLEET.replace('5 years', '1 year')}, payments: {{every: year}}"))

    assert paid == {date(2002, 1, 8): pytest.approx(10_850_000)}


def test_payments_signed_on_the_31st_return_to_the_31st() -> None:
    paid = payments(
        project_loan(
            "commitment: 1 million USD, signed: 2001-01-31, matures: 6 months, rate: 6 %/year, payments: {every: month}"
        )
    )

    assert list(paid) == [add_months(date(2001, 1, 31), k) for k in range(1, 7)]
    assert list(paid)[:2] == [date(2001, 2, 28), date(2001, 3, 31)]
    assert list(paid.values()) == pytest.approx([-npf.pmt(0.005, 6, 1e6)] * 6)


def test_later_payments_follow_the_day_of_the_first() -> None:
    paid = payments(project_loan(f"{FLEET}, payments: {{every: half_year, first: 2001-02-28}}"))

    assert list(paid)[:3] == [date(2001, 2, 28), date(2001, 8, 28), date(2002, 2, 28)]
    assert list(paid)[-1] == date(2006, 1, 8)


def test_a_broken_first_period_counts_its_30_360_fraction() -> None:
    projection = project_loan(f"{FLEET}, payments: {{every: quarter, first: 2001-03-31}}, repayment: {{style: bullet}}")

    first, second, *_ = payments(projection).values()
    assert first == pytest.approx(1e7 * 0.085 * 83 / 360)
    assert second == pytest.approx(1e7 * 0.085 / 4)


def test_interest_is_accrued_to_period_ends_and_paid_on_its_dates() -> None:
    projection = project_loan(FLEET)

    january = 1e7 * 0.085 / 4 * 23 / 90
    assert projection.value("loans.bank.interest")[0, 0] == pytest.approx(january)
    assert projection.value("accounts.accrued_interest")[0, 0] == pytest.approx(january)
    assert projection.value("loans.bank.interest_paid")[0, :3].sum() == 0
    assert projection.value("loans.bank.interest_paid")[0, 3] == pytest.approx(212_500)


def test_a_level_payment_is_set_again_after_a_draw() -> None:
    projection = project_loan(f"{FLEET}, draws: {{2001-01-08: 4 million USD, 2001-06-20: 6 million USD}}")

    first, second, *rest = payments(projection).values()
    assert first == pytest.approx(4e6 / 1e7 * 618_969.21, abs=0.01)
    assert rest == pytest.approx([second] * len(rest))
    assert second > 618_969.21


def test_a_draw_on_a_payment_date_is_not_repaid_that_day() -> None:
    projection = project_loan(
        f"{FLEET}, repayment: {{style: equal_principal}}, draws: {{2001-01-08: 2 million USD, 2001-04-08: 8 million USD}}"
    )

    event = days(projection).index(date(2001, 4, 8))
    assert schedule(projection, "principal")[event] == pytest.approx(100_000)
    assert schedule(projection, "closing")[event] == pytest.approx(9_900_000)


def test_the_undrawn_fee_runs_to_the_last_planned_draw() -> None:
    projection = project_loan(
        f"{FLEET}, draws: {{2001-01-08: 4 million USD, 2001-10-08: 5 million USD}}, fees: {{undrawn: 1 %/year}}"
    )

    paid = {day: fee for day, fee in zip(days(projection), schedule(projection, "fees_paid"), strict=True) if fee}
    assert paid == {
        date(2001, 4, 8): pytest.approx(15_000),
        date(2001, 7, 8): pytest.approx(15_000),
        date(2001, 10, 8): pytest.approx(15_000),
    }


def test_available_until_ends_the_undrawn_fee() -> None:
    projection = project_loan(
        f"{FLEET}, draws: {{2001-01-08: 4 million USD}}, fees: {{undrawn: 1 %/year, available_until: 2001-07-08}}"
    )

    assert schedule(projection, "fees").sum() == pytest.approx(6e6 * 0.01 / 2)


def test_the_upfront_fee_is_paid_at_signing_and_expensed_by_days() -> None:
    projection = project_loan(f"{FLEET}, fees: {{upfront: 1 %}}")

    life = (date(2006, 1, 8) - date(2001, 1, 8)).days
    assert projection.value("loans.bank.upfront_fee")[0, 0] == pytest.approx(100_000)
    assert projection.value("accounts.financing_cash_flow")[0, 0] == pytest.approx(9_900_000)
    assert projection.value("accounts.fee_expense")[0, 0] == pytest.approx(100_000 * 23 / life)
    left = 100_000 * (date(2006, 1, 8) - date(2004, 12, 31)).days / life
    assert projection.value("accounts.deferred_fees")[0, -1] == pytest.approx(left)


def test_a_loan_signed_before_the_horizon_opens_with_what_its_schedule_owes() -> None:
    late = project_loan(FLEET, horizon="from: 2003, to: 2005")
    full = project_loan(FLEET)

    assert late.value("loans.bank.opening")[0, 0] == pytest.approx(full.by("loans.bank.closing")["2002"][0])
    assert late.value("accounts.debt")[0, -1] == pytest.approx(full.value("loans.bank.schedule.closing")[0, -2], rel=1)
    assert payments(late) == pytest.approx(payments(full))
    before = late.value("accounts.accrued_interest")[0, 0]
    assert before > 0
    assert late.laws["balance"] < 1e-6


@pytest.mark.long
@settings(max_examples=60)
@given(
    signed=st.dates(date(2001, 1, 1), date(2003, 12, 31)),
    months=st.integers(2, 90),
    every=st.sampled_from(["month", "quarter", "half_year", "year"]),
    style=st.sampled_from(STYLES),
    count=st.sampled_from(COUNTS),
    rate=st.integers(0, 30),
    grace=st.integers(0, 24),
)
def test_every_contract_repays_what_it_drew(**terms: Any) -> None:
    """For any dates: repaid in full, never below zero, no payment date skipped, interest as it accrues."""
    assume(terms["months"] > 1)
    assume(terms["grace"] <= terms["months"])
    projection = project_loan(
        "commitment: 1 million USD, signed: {signed}, matures: {months} months, rate: {rate} %/year, "
        "payments: {{every: {every}}}, repayment: {{style: {style}}}, day_count: {count}, grace: {grace} months".format(
            **terms
        )
    )

    assert schedule(projection, "principal").sum() == pytest.approx(1e6)
    assert schedule(projection, "closing").min() >= -1e-6
    assert schedule(projection, "year_fraction").min() >= 0
    for one, two in pairwise(payments(projection)):
        assert 0 < (two - one).days <= 367
    interest = schedule(projection, "opening") * terms["rate"] / 100 * schedule(projection, "year_fraction")
    assert schedule(projection, "interest") == pytest.approx(interest)
