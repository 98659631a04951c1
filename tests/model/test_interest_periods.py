"""Interest periods: when a floating rate is fixed, and a regular payment just before maturity."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.core.daycount import CONVENTIONS, year_fraction
from fibercap.core.errors import FibercapError
from fibercap.core.timeline import add_months, month_end
from fibercap.model.loans import Schedule, schedule
from fibercap.model.loans.events.grid import Clock
from fibercap.model.loans.events.payment_dates import payment_periods
from fibercap.model.project import project
from fibercap.reading.files import contracts_of, scenario_of
from tests.model.test_contracts import keeps_its_promises, plan_text

INDEX = {date(2001, 1, 1): 0.06, date(2001, 4, 1): 0.05, date(2001, 7, 1): 0.04, date(2002, 2, 1): 0.07}
LIBOR = "{2001: 6 %/year, 2001-04: 5 %/year, 2001-07: 4 %/year, 2002-02: 7 %/year}"


def schedule_of(terms: str, index: str = LIBOR) -> Schedule:
    lending = contracts_of(f"fibercap: 1\nrates: {{libor: {index}}}\nloans: {{a: {{{terms}}}}}\n")
    return schedule(lending.loans["a"], lending.rates)


def payments(table: Schedule) -> list[dict[str, Any]]:
    return [event for event in table.events if event["number"]]


QUARTER_ENDS = "day_count: ACT/360, payments: {every: quarter, first: 2001-03-31, end_of_month: true}"
"""Case L08: interest periods that end with the calendar's quarters, the first one broken."""


def test_a_floating_rate_is_that_of_the_first_day_of_its_interest_period() -> None:
    """Case L08; asked at https://infraadvisory.com/?p=234. Each amount is 1 million x rate x days / 360."""
    terms = "commitment: 1 million USD, signed: 2001-01-08, matures: 2002-03-31, repayment: {style: bullet}, "
    index = "{2001: 6 %/year, 2001-04: 5 %/year, 2001-07: 4 %/year}"
    right = [18_222.2222, 20_222.2222, 17_888.8889, 15_333.3333, 15_000.0]
    for reset in ("", ", reset: quarter", ", reset: payment"):
        table = schedule_of(f"{terms} rate: {{index: libor, margin: 2 %/year{reset}}}, {QUARTER_ENDS}", index)

        assert [event["interest"] for event in payments(table)] == pytest.approx(right, abs=1e-4)
        assert [event["rate"] for event in payments(table)] == [0.08, 0.08, 0.07, 0.06, 0.06]


def test_a_rate_that_follows_its_index_mixes_two_rates_in_a_period() -> None:
    terms = "commitment: 1 million USD, signed: 2001-01-08, matures: 2002-03-31, repayment: {style: bullet}, "
    table = schedule_of(f"{terms} rate: {{index: libor, margin: 2 %/year, reset: any_day}}, {QUARTER_ENDS}")

    second, third = (payments(table)[number]["interest"] for number in (1, 2))
    assert second == pytest.approx(1e6 * (0.08 * 1 + 0.07 * 90) / 360)
    assert third == pytest.approx(1e6 * (0.07 * 1 + 0.06 * 91) / 360)


def days_of_fixing(starts: list[date], months: int) -> dict[date, date]:
    """Return by first day of an interest period the day on which its rate was fixed, by the words of the rule."""
    results, last = {}, starts[0]
    for start in starts:
        if start >= add_months(last, months):
            last = start
        results[start] = last
    return results


@pytest.mark.long
@settings(max_examples=150)
@given(
    signed=st.dates(date(2001, 1, 1), date(2001, 6, 30)),
    months=st.integers(6, 40),
    every=st.sampled_from(["month", "quarter", "half_year", "year"]),
    reset=st.sampled_from(["payment", "month", "quarter", "half_year", "year"]),
    ends=st.sampled_from(["", ", end_of_month: true"]),
    floor=st.sampled_from(["", ", floor: 6.5 %/year", ", cap: 7 %/year"]),
)
def test_interest_of_a_period_is_at_the_rate_of_one_day(
    signed: date, months: int, every: str, reset: str, ends: str, floor: str
) -> None:
    """A second reckoning in plain Python: balance x (index of the day + margin, within its limits) x days / 360."""
    terms = (
        f"commitment: 1 million USD, signed: {signed}, matures: {months} months, repayment: {{style: equal_principal}}, "
        f"rate: {{index: libor, margin: 2 %/year, reset: {reset}{floor}}}, day_count: ACT/360, "
        f"payments: {{every: {every}{ends}}}"
    )
    values = payments(schedule_of(terms))
    starts = [signed, *(date.fromisoformat(event["date"]) for event in values[:-1])]
    step = {"payment": 0, "month": 1, "quarter": 3, "half_year": 6, "year": 12}[reset]
    set_on = days_of_fixing(starts, step)
    for start, event in zip(starts, values, strict=True):
        index = next(rate for day, rate in reversed(INDEX.items()) if day <= set_on[start])
        rate = index + 0.02
        rate = max(rate, 0.065) if "floor" in floor else min(rate, 0.07) if "cap" in floor else rate
        days = (date.fromisoformat(event["date"]) - start).days
        assert event["interest"] == pytest.approx(event["opening"] * rate * days / 360, abs=1e-6)


def test_a_loans_own_rates_change_on_the_days_of_their_keys() -> None:
    terms = "commitment: 1 million USD, signed: 2001-01-08, matures: 2002-03-31, repayment: {style: bullet}, "
    table = schedule_of(f"{terms} rate: {{2001: 8 %/year, 2001-05-15: 6 %/year}}, {QUARTER_ENDS}")

    assert payments(table)[1]["interest"] == pytest.approx(1e6 * (0.08 * 45 + 0.06 * 46) / 360)


# a short last period


SLIVER = "commitment: 12 million USD, signed: 2001-01-01, matures: 10 years, rate: 8 %/year, grace: 2 years"
ENDS = "every: quarter, first: 2001-03-31, end_of_month: true"


def test_ten_years_of_quarters_are_forty_payments() -> None:
    """Case L06; asked at https://github.com/GaloyMoney/lana-bank/issues/1702. 12 million x 0.02 / (1 - 1.02^-32)."""
    table = schedule_of(f"{SLIVER}, payments: {{{ENDS}}}, repayment: {{style: level}}")
    paid = payments(table)

    assert len(paid) == 40
    assert [event["payment"] for event in paid[8:]] == pytest.approx([511_327.288] * 32, abs=1e-3)
    assert paid[-1]["date"] == "2011-01-01"
    assert paid[-1]["moved_from"] == "2010-12-31"
    assert "the payment of 2010-12-31 is made on maturity, 2011-01-01" in table.notes[0]


def test_a_short_last_period_is_kept_on_request() -> None:
    table = schedule_of(f"{SLIVER}, payments: {{{ENDS}, short_last: keep}}, repayment: {{style: level}}")
    paid = payments(table)

    assert [event["date"] for event in paid[-2:]] == ["2010-12-31", "2011-01-01"]
    assert len(paid) == 41
    assert paid[-2]["payment"] == pytest.approx(500_024, abs=1)
    assert table.notes == []
    assert "moved_from" not in paid[-1]


@pytest.mark.parametrize("days", range(8))
def test_up_to_five_days_before_maturity_a_payment_is_the_last(days: int) -> None:
    matures = date(2006, 1, 8) + timedelta(days)
    terms = f"commitment: 1 million USD, signed: 2001-01-08, matures: {matures}, rate: 8 %/year, payments: {{every: quarter}}"
    paid = payments(schedule_of(terms))

    assert len(paid) == (20 if days <= 5 else 21)
    assert paid[-1]["date"] == str(matures)
    level = 1e6 * 0.02 / (1 - 1.02**-20)
    if days <= 5:
        assert [event["payment"] for event in paid] == pytest.approx([level] * 20)


@pytest.mark.parametrize("count", CONVENTIONS)
def test_other_day_counts_bear_interest_for_the_days_there_are(count: str) -> None:
    terms = (
        "commitment: 1 million USD, signed: 2001-01-01, matures: 2003-01-01, rate: 8 %/year, repayment: {style: bullet}, "
        f"day_count: {count}, payments: {{{ENDS}}}"
    )
    last = payments(schedule_of(terms))[-1]
    years = year_fraction(
        date(2002, 9, 30),
        date(2003, 1, 1),
        count,
        maturity=date(2003, 1, 1),
        reference=(date(2002, 6, 30), date(2002, 9, 30)),
    )
    if count != "ACT/ACT ICMA":  # which measures a broken period by regular ones
        assert last["interest"] == pytest.approx(1e6 * 0.08 * years)
    assert last["interest"] > 1e6 * 0.08 * 0.25 - 1e-6


@pytest.mark.parametrize("style", ["level", "equal_principal"])
def test_payments_set_over_a_longer_time_have_no_sliver_either(style: str) -> None:
    """Five years of quarters, set over ten: 20 payments of 40; the dates before maturity and at the notional end move."""
    terms = f"commitment: 1 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year, payments: {{{ENDS}}}"
    paid = payments(schedule_of(f"{terms}, repayment: {{style: {style}, amortize_over: 10 years}}"))

    assert len(paid) == 20
    assert paid[-1]["date"] == "2006-01-01"
    if style == "level":
        level = 1e6 * 0.02 / (1 - 1.02**-40)
        assert [event["payment"] for event in paid[:-1]] == pytest.approx([level] * 19)
        assert paid[-1]["balloon"] == pytest.approx(paid[-1]["payment"] - level)
    else:
        assert [event["principal"] for event in paid[:-1]] == pytest.approx([25_000.0] * 19)


def test_paid_in_advance_the_last_payment_stays_an_interval_before_maturity() -> None:
    terms = "commitment: 1 million USD, signed: 2001-01-08, matures: 2003-01-10, rate: 8 %/year"
    table = schedule_of(f"{terms}, payments: {{every: quarter, on: start}}, repayment: {{style: level}}")
    paid = [event for event in payments(table) if event["payment"]]

    assert len(paid) == 8
    assert paid[-1]["date"] == "2002-10-08"
    assert [event["payment"] for event in paid] == pytest.approx([1e6 / sum(1.02**-k for k in range(8))] * 8)


def test_a_custom_installment_moves_with_the_payment_it_is_written_for() -> None:
    terms = (
        "commitment: 1 million USD, signed: 2001-01-01, matures: 2 years, rate: 8 %/year, "
        f"payments: {{{ENDS}}}, repayment: {{style: custom, schedule: {{2001-12-31: 40 %, 2002-12-31: 60 %}}}}"
    )
    table = schedule_of(terms)
    paid = payments(table)

    assert len(paid) == 8
    assert (paid[-1]["date"], paid[-1]["principal"]) == ("2003-01-01", pytest.approx(600_000))
    assert "balloon" not in paid[-1]
    assert table.totals["interest"] == pytest.approx(1e6 * 0.02 * 4 + 0.6e6 * 0.02 * 4)


@pytest.mark.long
@settings(max_examples=150)
@given(
    signed=st.dates(date(2001, 1, 1), date(2001, 12, 31)),
    days=st.integers(40, 1500),
    every=st.sampled_from(["month", "quarter", "half_year", "year"]),
    ends=st.booleans(),
    on=st.sampled_from(["end", "start"]),
    style=st.sampled_from(
        ["level", "equal_principal", "bullet", "level, amortize_over: 9 years", "level, balloon: 0.2 million USD"]
    ),
    keep=st.booleans(),
)
def test_no_payment_falls_in_the_days_before_maturity(
    signed: date,
    days: int,
    every: str,
    ends: bool,  # noqa: FBT001 - hypothesis gives it by name
    on: str,
    style: str,
    keep: bool,  # noqa: FBT001 - hypothesis gives it by name
) -> None:
    """What a loan pays ties, text and kernel agree, and the last two payments are more than 5 days apart."""
    matures = signed + timedelta(days)
    rest = (
        f", payments: {{every: {every}, end_of_month: {str(ends).lower()}, on: {on}, "
        f"short_last: {'keep' if keep else 'join'}}}"
    )
    text = plan_text(f"{{style: {style}}}", rest=rest).replace("2001-01-08", f"{signed}")
    text = text.replace("matures: 5 years", f"matures: {matures}")
    try:
        projection = project(scenario_of(text))
    except FibercapError as error:  # a long first period, whose interest is above the payment
        if "would grow instead of being repaid" not in str(error):
            raise
        return
    keeps_its_promises(projection)
    loan = projection.scenario.loans["bank"]
    ends_at = [period.end for period in payment_periods(loan) if period.end <= matures]
    assume(len(ends_at) > 1)
    if not keep:
        assert (ends_at[-1] - ends_at[-2]).days > 5
    regular = [add_months(signed, k * loan.interval) for k in range(1, 60)]
    regular = [month_end(12 * day.year + day.month) if ends else day for day in regular]
    near = [day for day in regular if signed < day < matures and (matures - day).days <= 5]
    assert len(ends_at) == len({day for day in regular if signed < day < matures}) + (bool(keep) or not near)
    assert np.isfinite(projection.value("loans.bank.schedule.payment")).all()


@pytest.mark.parametrize("every", ["month", "quarter", "half_year", "year"])
@pytest.mark.parametrize("signed", ["1998-10-28", "1998-10-29", "1998-10-30", "1998-10-31", "1999-02-28"])
def test_icma_counts_the_period_after_a_payment_that_moved(signed: str, every: str) -> None:
    """Such a period is some days shorter than a regular one, by which it is measured: no count is far from the days'."""
    regular = add_months(date.fromisoformat(signed), 24)
    for days in range(7):
        loan = contracts_of(
            f"fibercap: 1\nloans: {{a: {{commitment: 1 million USD, signed: {signed}, matures: {regular + timedelta(days)}, "
            f"rate: 8 %/year, day_count: ACT/ACT ICMA, payments: {{every: {every}}}, "
            "repayment: {style: equal_principal, amortize_over: 50 months}}}\n"
        ).loans["a"]

        clock, periods = Clock(loan), payment_periods(loan)
        years = [clock.elapsed_years(period, period.end) for period in periods]

        lengths = [(period.end - period.start).days / 365.25 for period in periods]
        assert years == pytest.approx(lengths, abs=0.013)
        after = [period for period in periods if period.follows_moved]
        assert len(after) == (1 <= days <= 5)
        assert schedule(loan, {}).events[-1]["closing"] == pytest.approx(0)
