"""What every contract keeps, whatever its style, clauses, day count and compounding."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.core.daycount import CONVENTIONS
from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.loans.repayment.styles import STYLES
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from tests.model.test_formulas import disagreements

pytestmark = pytest.mark.long

STYLE_TEXTS = {
    "level": "{style: level}",
    "level over 10 years": "{style: level, amortize_over: 10 years}",
    "level with balloon": "{style: level, balloon: 2 million USD}",
    "German annuity": "{style: level, initial_repayment: 8 %/year}",
    "level, payment kept": "{style: level, after_reset: keep_payment, allow_negative_amortization: true}",
    "level, payment capped": "{style: level, payment_cap: 7.5 %, allow_negative_amortization: true}",
    "equal principal": "{style: equal_principal}",
    "equal principal with balloon": "{style: equal_principal, balloon: 2 million USD}",
    "bullet": "{style: bullet}",
    "at maturity": "{style: at_maturity}",
    "fixed payment": "{style: fixed_payment, payment: 700_000 USD, allow_negative_amortization: true}",
    "custom shares": "{style: custom, schedule: {2002-01-08: 30 %, 2003-05-20: 30 %, 2005-01-08: 40 %}}",
    "custom amounts": "{style: custom, schedule: {2002-01-08: 3 million USD, 2003-05-20: 3 million USD}}",
    "sculpted": "{style: sculpted, dscr: 1.30}",
    "revolver": "{style: revolver}",
}
RATES = {
    "fixed": "8.5 %/year",
    "none": "0 %/year",
    "nearly none": "0.0000001 %/year",
    "steps": "{2001: 6 %/year, 2002-04-08: 9 %/year, 2003-05: 7 %/year}",
    "floating": "{index: libor, margin: 2.5 %/year, floor: 4 %/year, cap: 9 %/year}",
    "fixed every year": "{index: libor, margin: 2 %/year, reset: year}",
    "margin over time": "{index: libor, margin: {2001: 2.5 %/year, 2002-02: 3 %/year, 2003-05-20: 2 %/year}, reset: year}",
    "limits over time": "{index: libor, margin: {2001: 2 %/year, 2004: 3 %/year}, floor: {2001: 4 %/year, 2002-05: 5 %/year}, "
    "cap: {2001: 9 %/year, 2003: 6 %/year}}",
    "following the index": "{index: libor, margin: 2 %/year, floor: 4 %/year, reset: any_day}",
}
CLAUSES = {
    "plain": "",
    "fees": "fees: {upfront: 1 %, undrawn: 0.5 %/year, guarantee: 1 %/year, agency: 10_000 USD/year}",
    "fees over time": "fees: {undrawn: {2001: 0.5 %/year, 2001-03-15: 1 %/year}, guarantee: {2001: 1 %/year, 2003: 0 %/year}, "
    "agency: {2001: 10_000 USD/year, 2002-02-10: 20_000 USD/year}, available_until: 2002-03-31}",
    "swept over time": "sweep: {2001: 50 %, 2002-05: 0 %, 2003: 20 %}",
    "prepaid at a fee": "prepayments: {2002-07-08: 1 million USD, 2003-02-10: 2 million USD}, prepayment_fee: {2001: 3 %, 2003: 1 %}",
    "grace": "grace: 1 year",
    "capitalized": "capitalize_until: 2002-01-31",
    "draws": "draws: {2001-01-08: 4 million USD, 2001-07-15: 3 million USD, 2002-04-08: 2 million USD}",
    "prepaid": "prepayments: {2002-07-08: 1 million USD, 2003-02-10: 2 million USD}",
    "recast": "prepayments: {2002-07-08: 1 million USD, 2003-02-10: 2 million USD}, after_prepayment: recast",
    "swept": "sweep: 50 %",
    "swept and recast": "sweep: 10 %, prepayments: {2003-02-10: 1 million USD}, after_prepayment: recast",
    "drawn, then recast": "draws: {2001-01-08: 4 million USD, 2002-09-15: 3 million USD}, "
    "prepayments: {2002-07-08: 1 million USD, 2003-02-10: 2 million USD}, after_prepayment: recast",
    "cents": "rounding: cent",
    "to the dime": "rounding: {to: 0.1 USD, payment: up, interest: half_even}",
    "shown in cents": "rounding: {to: 0.01 USD, balance: carry}",
    "late first": "payments: {every: quarter, first: 2001-05-31}",
    "month ends": "payments: {every: month, end_of_month: true}",
    "in advance": "payments: {every: quarter, on: start}",
    "short last": "payments: {every: quarter, first: 2001-03-05}",
    "short last kept": "payments: {every: quarter, first: 2001-03-05, short_last: keep}",
}


def plan_text(style: str, rate: str = "8.5 %/year", clause: str = "", rest: str = "", step: str = "month") -> str:
    clause = f", {clause}" if clause else ""
    at_signing = "draws" not in clause and "revolver" not in style
    draws = ", draws: {2001-01-08: 10 million USD}" if at_signing else ""
    return (
        f"fibercap: 1\nhorizon: {{from: 2001, to: 2004, step: {step}}}\n"
        "money: {report_in: USD, minimum_cash: 1 million USD}\n"
        "rates: {libor: {2001: 5.6 %/year, 2001-07: 3.8 %/year, 2002: 1.8 %/year, 2004: 8 %/year}}\n"
        "products: {f: {price: {2001: 20 USD/km, 2002: 5 USD/km, 2003: 40 USD/km}}}\n"
        "plants: {p: {product: f, capacity: 400_000 km/year, cash_cost: 10 USD/km}}\n"
        "opening: {cash: 2 million USD}\n"
        "tax: {rate: 30 %}\n"
        "loans:\n  bank: {commitment: 10 million USD, signed: 2001-01-08, matures: 5 years, "
        f"rate: {rate}, repayment: {style}{clause}{rest}{draws}}}\n"
    )


def run(style: str, rate: str = "8.5 %/year", clause: str = "", rest: str = "", step: str = "month") -> Projection:
    return project(scenario_of(plan_text(style, rate, clause, rest, step)))


def is_allowed(style: str, clause: str) -> bool:
    """Revolvers are not swept, what depends on cash pays in arrears, and a recast lowers payments where there are some.

    Prepayments of a loan that is sculpted on the tax really paid cost no fee.
    """
    if "prepayment_fee" in clause and "sculpted" in style and "tax: unlevered" not in style:
        return False
    if "recast" in clause and any(name in style for name in ("at_maturity", "sculpted", "revolver")):
        return False
    cash = "revolver" in style or "sweep" in clause
    if "revolver" in style and ("sweep" in clause or "capitalize_until" in clause):
        return False
    return not (cash and "on: start" in clause)


def keeps_its_promises(projection: Projection) -> None:
    path = "loans.bank.schedule"
    drawn, closing = projection.value(f"{path}.drawn"), projection.value(f"{path}.closing")
    principal, capitalized = projection.value(f"{path}.principal"), projection.value(f"{path}.capitalized")
    assert principal.sum(-1) == pytest.approx((drawn + capitalized).sum(-1), abs=1e-4)
    assert (closing >= -1e-6).all()
    assert np.abs(closing[..., -1]).max() <= 1e-6
    interest, opening = projection.value(f"{path}.interest"), projection.value(f"{path}.opening")
    due = projection.value(f"{path}.interest_due")
    assert interest.sum(-1) == pytest.approx(due.sum(-1), abs=1e-4)
    assert disagreements(projection) == []
    loan = projection.scenario.loans["bank"]
    if loan.compounding == "nominal" and "Exact" in type(loan.rounding).__name__:
        by_hand = opening * projection.value(f"{path}.rate") * projection.value(f"{path}.year_fraction")
        assert interest == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize("style", STYLE_TEXTS.values(), ids=STYLE_TEXTS)
@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_every_style_at_every_kind_of_rate(style: str, rate: str) -> None:
    keeps_its_promises(run(style, rate))


@pytest.mark.parametrize("style", STYLE_TEXTS.values(), ids=STYLE_TEXTS)
@pytest.mark.parametrize("clause", CLAUSES.values(), ids=CLAUSES)
def test_every_style_with_every_clause(style: str, clause: str) -> None:
    if not is_allowed(style, clause):
        with pytest.raises(
            ScenarioError, match=r"revolver|`recast` of a loan of style|fee on prepayments of a loan that is sculpted"
        ):
            run(style, clause=clause)
        return
    try:
        projection = run(style, clause=clause)
    except FibercapError as error:  # interest on what was owed before a sweep may be above the payment set after it
        if "sweep" not in clause or "recast" not in clause or "would grow instead of being repaid" not in str(error):
            raise
        return
    keeps_its_promises(projection)


def test_no_style_is_left_out() -> None:
    tried = {text.removeprefix("{style: ").split(",")[0].rstrip("}") for text in STYLE_TEXTS.values()}
    assert tried == set(STYLES)


@pytest.mark.parametrize("count", ["equal_periods", *CONVENTIONS])
@pytest.mark.parametrize("compounding", ["nominal", "effective", "semiannual"])
def test_a_level_loan_by_every_count_and_compounding(count: str, compounding: str) -> None:
    """Payments at the loan's own rate are worth what was drawn; all but the last are the same."""
    projection = run(
        "{style: level}", rest=f", day_count: {count}, compounding: {compounding}, payments: {{every: quarter}}"
    )
    keeps_its_promises(projection)
    path = "loans.bank.schedule"
    payment, paid = projection.value(f"{path}.payment")[0], projection.value(f"{path}.is_payment")[0] > 0
    assert payment[paid] == pytest.approx(payment[paid][0])
    fraction = projection.value(f"{path}.period_fraction")[0][paid]
    growth = {"nominal": 1 + 0.085 * fraction, "effective": 1.085**fraction, "semiannual": 1.0425 ** (2 * fraction)}
    worth = (payment[paid] / np.cumprod(growth[compounding])).sum()
    assert worth == pytest.approx(10e6)


OWN_RHYTHM = {name: text for name, text in STYLE_TEXTS.items() if name not in ("sculpted", "revolver")}


@pytest.mark.parametrize("style", OWN_RHYTHM.values(), ids=OWN_RHYTHM)
@pytest.mark.parametrize("compounding", ["nominal", "effective", "semiannual"])
def test_ends_of_model_periods_do_not_change_what_is_paid(style: str, compounding: str) -> None:
    paid: list[dict[float, float]] = []
    for step in ("month", "quarter", "year"):
        projection = run(style, RATES["steps"], rest=f", compounding: {compounding}", step=step)
        dates, payment = (projection.value(f"loans.bank.schedule.{key}")[0] for key in ("date", "payment"))
        paid.append({day: amount for day, amount in zip(dates, payment, strict=True) if amount})
    assert paid[0] == pytest.approx(paid[1], rel=1e-9)
    assert paid[0] == pytest.approx(paid[2], rel=1e-9)


@pytest.mark.parametrize("style", STYLE_TEXTS.values(), ids=STYLE_TEXTS)
def test_a_batch_of_loans_equals_its_members(style: str) -> None:
    scenario = scenario_of(plan_text(style))
    samples: dict[str, Any] = {
        "loans.bank.rate": Quantity(np.array([[0.0], [5.0], [12.0]]), "percent/year"),
        "loans.bank.commitment": Quantity(np.array([[7.0], [10.0], [13.0]]), "MUSD"),
        "plants.p.cash_cost": Quantity(np.array([[9.0], [12.0], [15.0]]), "USD/km"),
    }
    if "revolver" not in style:
        samples["loans.bank.draws.2001-01-08"] = samples["loans.bank.commitment"]
    batch = project(scenario.with_samples(samples))
    keeps_its_promises(batch)
    for number in range(3):
        alone = project(scenario.with_samples({path: value[number : number + 1] for path, value in samples.items()}))
        for row in ("loans.bank.schedule.payment", "loans.bank.closing", "accounts.cash"):
            assert batch.value(row)[number] == pytest.approx(alone.value(row)[0], abs=1e-5)


@settings(max_examples=80)
@given(
    style=st.sampled_from(list(STYLE_TEXTS.values())),
    rate=st.sampled_from(list(RATES.values())),
    count=st.sampled_from(["equal_periods", *CONVENTIONS]),
    compounding=st.sampled_from(["nominal", "effective", "semiannual"]),
    clause=st.sampled_from([c for c in CLAUSES.values() if "payments:" not in c]),
    every=st.sampled_from(["month", "quarter", "half_year", "year"]),
    on=st.sampled_from(["start", "end"]),
    first=st.none() | st.dates(date(2001, 1, 9), date(2002, 12, 31)),
)
def test_any_contract_keeps_its_promises(**drawn: Any) -> None:
    assume(is_allowed(drawn["style"], drawn["clause"] + "on: " + drawn["on"]))
    first = f", first: {drawn['first']}" if drawn["first"] else ""
    rest = (
        f", day_count: {drawn['count']}, compounding: {drawn['compounding']}, "
        f"payments: {{every: {drawn['every']}, on: {drawn['on']}{first}}}"
    )
    try:
        projection = run(drawn["style"], drawn["rate"], drawn["clause"], rest)
    except FibercapError as error:  # a long first period, whose interest is above the payment
        if drawn["first"] is None or "would grow instead of being repaid" not in str(error):
            raise
        return
    keeps_its_promises(projection)


@pytest.mark.parametrize("style", OWN_RHYTHM.values(), ids=OWN_RHYTHM)
@pytest.mark.parametrize("clause", ["", "prepayments: {2002-07-08: 1 million USD}", "capitalize_until: 2002-01-31"])
def test_payments_at_the_loans_own_rate_are_worth_what_was_drawn(style: str, clause: str) -> None:
    projection = run(style.replace("2003-05-20", "2003-04-08"), clause=clause)
    path = "loans.bank.schedule"
    growth = np.cumprod(1 + 0.085 * projection.value(f"{path}.period_fraction")[0])
    drawn, paid = projection.value(f"{path}.drawn")[0], projection.value(f"{path}.payment")[0]

    assert (paid / growth).sum() == pytest.approx((drawn / growth).sum())


@pytest.mark.parametrize("style", OWN_RHYTHM.values(), ids=OWN_RHYTHM)
def test_twice_the_money_is_twice_the_payments(style: str) -> None:
    amounts = {"2 million": "4 million", "3 million": "6 million", "700_000": "1_400_000", "10 million": "20 million"}
    doubled = plan_text(style)
    for old, new in {**amounts, "opening: {cash: 4 million": "opening: {cash: 2 million"}.items():
        doubled = doubled.replace(old, new)
    one, two = run(style), project(scenario_of(doubled))

    for key in ("payment", "interest", "closing"):
        path = f"loans.bank.schedule.{key}"
        assert two.value(path) == pytest.approx(2 * one.value(path), abs=1e-5)


@pytest.mark.parametrize("every", ["month", "year"])
@pytest.mark.parametrize("on", ["end", "start"])
def test_a_loan_of_one_payment(every: str, on: str) -> None:
    term = {"month": "1 month", "year": "12 months"}[every]
    text = plan_text("{style: level}").replace("matures: 5 years", f"matures: {term}")
    text = text.replace("repayment:", f"payments: {{every: {every}, on: {on}}}, repayment:")
    projection = project(scenario_of(text))

    keeps_its_promises(projection)
    interest = 0.0 if on == "start" else 10e6 * 0.085 * (1 if every == "year" else 1 / 12)
    assert projection.value("loans.bank.schedule.interest").sum() == pytest.approx(interest)


def test_a_rate_that_steps_on_a_payment_date_counts_from_that_day() -> None:
    projection = run(
        "{style: level}", "{2001-01-08: 8 %/year, 2002-01-08: 10 %/year}", rest=", payments: {every: year}"
    )
    path = "loans.bank.schedule"
    paid = projection.value(f"{path}.is_payment")[0] > 0
    interest, owed = (projection.value(f"{path}.{key}")[0][paid] for key in ("interest_due", "closing"))

    assert interest[0] == pytest.approx(10e6 * 0.08)
    assert interest[1] == pytest.approx(owed[0] * 0.10)
    payment = projection.value(f"{path}.payment")[0][paid]
    assert payment[0] == pytest.approx(10e6 * 0.08 / (1 - 1.08**-5))
    assert payment[1:] == pytest.approx(owed[0] * 0.10 / (1 - 1.10**-4))


@pytest.mark.parametrize("rate", ["0 %/year", "0.001 %/year", "8 %/year"])
@pytest.mark.parametrize("way", ["up", "down"])
def test_the_last_interest_makes_up_for_rounding_but_never_below_nothing(rate: str, way: str) -> None:
    clause = f"rounding: {{to: 10 USD, payment: {way}}}, true_up: last_interest, payments: {{every: month}}"
    projection = run("{style: level}", rate, clause)
    keeps_its_promises(projection)
    paid = projection.value("loans.bank.schedule.is_payment")[0] > 0
    interest, payment = (projection.value(f"loans.bank.schedule.{key}")[0][paid] for key in ("interest_due", "payment"))

    assert (interest >= 0).all()
    assert (interest[-1] > 0) == (rate == "8 %/year" or way == "up")
    assert (payment[-1] > payment[-2]) == (interest[-1] == 0)
    assert payment[-1] == pytest.approx(payment[-2], rel=0.02)
