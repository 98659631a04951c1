"""Payments on business days, against the schedules of QuantLib, and interest by hand."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
import QuantLib as ql

from fibercap.core.daycount import year_fraction
from fibercap.core.errors import ScenarioError
from fibercap.core.timeline import add_months
from fibercap.model.loans import Schedule, schedule
from fibercap.model.loans.contracts import Contracts
from fibercap.reading.files import contracts_of, read_loans

WAYS = {"following": ql.Following, "modified_following": ql.ModifiedFollowing, "preceding": ql.Preceding}
EVERY = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
HOLIDAYS = (
    "2001-01-01",
    "2001-04-13",
    "2001-04-16",
    "2001-12-25",
    "2001-12-26",
    "2002-07-01",
    "2002-12-31",
    "2003-01-02",
)
CLOSED = ", ".join(f"{day}: Closed" for day in HOLIDAYS)


def lending(terms: str, calendars: str = f"{{city: {{holidays: {{{CLOSED}}}}}}}") -> Contracts:
    return contracts_of(
        f"fibercap: 1\ncalendars: {calendars}\nloans: {{bank: {{commitment: 1 million USD, rate: 8 %/year, {terms}}}}}\n"
    )


def schedule_of(terms: str, calendars: str = f"{{city: {{holidays: {{{CLOSED}}}}}}}") -> Schedule:
    return schedule(lending(terms, calendars).loans["bank"])


def quant(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)


def plain(day: ql.Date) -> date:
    return date(day.year(), day.month(), day.dayOfMonth())


def quantlib_calendar(holidays: list[date], *, weekends: bool) -> ql.Calendar:
    calendar = ql.BespokeCalendar("city")
    for weekday in (ql.Saturday, ql.Sunday) if weekends else ():
        calendar.addWeekend(weekday)
    for day in holidays:
        calendar.addHoliday(quant(day))
    return calendar


@pytest.mark.long
@pytest.mark.parametrize("way", [*WAYS])
def test_random_schedules_are_those_of_quantlib(way: str) -> None:
    dice, ends = random.Random(f"roll {way}"), 0  # noqa: S311 - cases for a test
    for case in range(150):
        every, month_ends = dice.choice([*EVERY]), dice.random() < 0.4
        signed = date(2000, 1, 1) + timedelta(dice.randrange(1500))
        if month_ends:
            signed = date(signed.year, signed.month, 1) - timedelta(1)
        periods, weekends = dice.randint(1, 24), dice.random() < 0.8
        holidays = sorted({signed + timedelta(dice.randrange(3000)) for _ in range(dice.randrange(200))})
        calendar = quantlib_calendar(holidays, weekends=weekends)
        ends += month_ends
        matures = add_months(signed, periods * EVERY[every])
        if month_ends:
            matures = plain(ql.Date.endOfMonth(quant(matures)))
        theirs = ql.Schedule(
            quant(signed), quant(matures), ql.Period(EVERY[every], ql.Months), calendar, WAYS[way], WAYS[way],
            ql.DateGeneration.Forward, False,
        )  # fmt: skip
        unmoved = [
            matures if month_ends and k == periods else add_months(signed, k * EVERY[every])
            for k in range(1, periods + 1)
        ]
        if month_ends:
            unmoved = [plain(ql.Date.endOfMonth(quant(day))) for day in unmoved]
        moved = [plain(calendar.adjust(quant(day), WAYS[way])) for day in unmoved]
        closed = ", ".join(f"{day}: Closed" for day in holidays)
        table = schedule_of(
            f"signed: {signed}, matures: {matures}, repayment: {{style: bullet}}, "
            f"payments: {{every: {every}, end_of_month: {str(month_ends).lower()}, roll: {way}, calendar: city}}",
            f"{{city: {{weekends: {str(weekends).lower()}, holidays: {{{closed}}}}}}}",
        )

        assert list(table.dates[1:]) == moved, case
        if not month_ends:  # with month ends QuantLib moves to the last business day, another rule
            assert moved == [plain(day) for day in list(theirs)[1:]], case
    assert ends > 30


@pytest.mark.parametrize("way", [*WAYS])
@pytest.mark.parametrize(("name", "count"), [
    ("ACT/360", ql.Actual360()), ("ACT/365F", ql.Actual365Fixed()), ("30E/360", ql.Thirty360(ql.Thirty360.European)),
    ("ACT/ACT ISDA", ql.ActualActual(ql.ActualActual.ISDA)),
])  # fmt: skip
def test_adjusted_interest_is_that_of_a_fixed_leg_of_quantlib(way: str, name: str, count: ql.DayCounter) -> None:
    calendar = quantlib_calendar([date.fromisoformat(day) for day in HOLIDAYS], weekends=True)
    theirs = ql.Schedule(
        ql.Date(29, 12, 2000), ql.Date(29, 12, 2003), ql.Period(3, ql.Months), calendar, WAYS[way], WAYS[way],
        ql.DateGeneration.Forward, False,
    )  # fmt: skip
    leg = ql.FixedRateLeg(theirs, count, [1e6], [0.08], WAYS[way])
    table = schedule_of(
        f"signed: 2000-12-29, matures: 3 years, day_count: {name}, repayment: {{style: bullet}}, payments: {{roll: {way}, calendar: city}}"
    )

    assert table.values["interest"][1:] == pytest.approx([flow.amount() for flow in leg], abs=1e-6)
    assert list(table.dates[1:]) == [plain(flow.date()) for flow in leg]


@pytest.mark.parametrize("way", [*WAYS])
def test_unadjusted_interest_is_that_of_a_fixed_leg_on_regular_dates(way: str) -> None:
    calendar = quantlib_calendar([date.fromisoformat(day) for day in HOLIDAYS], weekends=True)
    theirs = ql.Schedule(
        ql.Date(29, 12, 2000), ql.Date(29, 12, 2003), ql.Period(3, ql.Months), calendar, ql.Unadjusted, ql.Unadjusted,
        ql.DateGeneration.Forward, False,
    )  # fmt: skip
    leg = ql.FixedRateLeg(theirs, ql.Actual360(), [1e6], [0.08], WAYS[way])
    table = schedule_of(
        "signed: 2000-12-29, matures: 3 years, day_count: ACT/360, repayment: {style: bullet}, "
        f"payments: {{roll: {way}, calendar: city, accrue: unadjusted}}"
    )

    assert table.values["interest"][1:] == pytest.approx([flow.amount() for flow in leg], abs=1e-6)
    assert list(table.dates[1:]) == [plain(flow.date()) for flow in leg]


def test_a_payment_on_the_last_day_of_grace_is_interest_only_though_it_rolls_beyond_it() -> None:
    terms = "signed: 2001-03-31, matures: 2 years, grace: 6 months, repayment: {style: equal_principal}"
    table = schedule_of(f"{terms}, payments: {{every: quarter, roll: following, calendar: city}}")

    assert table.dates[2] == date(2001, 10, 1)  # 30 September 2001 is a Sunday
    assert [float(amount) for amount in table.values["principal"][1:4]] == pytest.approx([0, 0, 1e6 / 6])


def test_level_payments_repay_whatever_the_roll() -> None:
    for way in WAYS:
        for accrue in ("adjusted", "unadjusted"):
            terms = f"payments: {{every: month, end_of_month: true, roll: {way}, calendar: city, accrue: {accrue}}}"
            table = schedule_of(f"signed: 2000-12-31, matures: 2 years, day_count: ACT/365F, {terms}")

            payments = table.values["payment"][1:]
            assert payments == pytest.approx([payments[0]] * 24)
            assert float(table.values["closing"][-1]) == 0


def test_by_equal_periods_a_roll_moves_dates_and_no_interest() -> None:
    terms, rolls = "signed: 2001-01-06, matures: 3 years", "payments: {roll: preceding, calendar: city}"
    moved, unmoved = schedule_of(f"{terms}, {rolls}"), schedule_of(terms)

    assert moved.dates != unmoved.dates
    assert moved.values["payment"] == pytest.approx(unmoved.values["payment"])


def test_interest_that_is_owed_at_a_month_end_before_a_payment_that_rolls_is_counted_in_full() -> None:
    loan = lending(
        "signed: 2001-03-30, matures: 1 year, day_count: ACT/360, repayment: {style: bullet}, "
        "payments: {every: quarter, first: 2001-06-30, roll: following, calendar: city, accrue: unadjusted}"
    ).loans["bank"]
    table = schedule(loan)

    assert table.dates[1] == date(2001, 7, 2)
    assert float(table.values["interest"][1]) == pytest.approx(
        1e6 * 0.08 * year_fraction(date(2001, 3, 30), date(2001, 6, 30), "ACT/360")
    )


def test_holidays_of_a_file_are_those_written_by_date(tmp_path: Path) -> None:
    loans = "loans: {bank: {commitment: 1 million USD, signed: 2001-01-08, matures: 1 year, rate: 8 %/year, payments: {roll: following, calendar: city}}}"
    (tmp_path / "closed.csv").write_text("day,holiday\n2001-04-09,Closed\n2001-10-08,Columbus Day\n")
    (tmp_path / "loans.yaml").write_text(
        f"fibercap: 1\ncalendars: {{city: {{holidays: {{file: closed.csv, column: holiday}}}}}}\n{loans}\n"
    )
    lending = read_loans(tmp_path / "loans.yaml")

    assert lending.calendars["city"].holidays == {date(2001, 4, 9): "Closed", date(2001, 10, 8): "Columbus Day"}
    assert schedule(lending.loans["bank"]).dates[1:] == (
        date(2001, 4, 10),
        date(2001, 7, 9),
        date(2001, 10, 9),
        date(2002, 1, 8),
    )

    (tmp_path / "closed.csv").write_text("day,holiday\nEaster,Closed\n2001-10-08,\n")
    with pytest.raises(ScenarioError, match=r"(?s)the key `Easter`, wanted a date.*write the name of the holiday"):
        read_loans(tmp_path / "loans.yaml")


def test_a_payment_that_would_fall_on_maturity_joins_the_last_one() -> None:
    terms = "signed: 2001-01-05, matures: 2001-07-08, repayment: {style: bullet}, day_count: ACT/360"
    table = schedule_of(f"{terms}, payments: {{first: 2001-04-07, short_last: keep, roll: following, calendar: city}}")

    assert list(table.dates) == [date(2001, 1, 5), date(2001, 4, 9), date(2001, 7, 9)]
    assert float(table.values["interest"].sum()) == pytest.approx(1e6 * 0.08 * 185 / 360)


@pytest.mark.parametrize(("payments", "calendars", "message"), [
    ("{roll: following}", "{}", "`roll: following` without a calendar"),
    ("{roll: following, calendar: citi}", "{city: {}}", "unknown calendar `citi`.*did you mean `city`"),
    ("{calendar: city}", "{city: {}}", "`calendar` without `roll`"),
    ("{accrue: unadjusted}", "{}", "`accrue` without `roll`"),
    ("{roll: next, calendar: city}", "{city: {}}", "`next`.*none, following, modified_following, preceding"),
    ("{every: month}", "{city: {holidays: {2001-02-30: Never}}}", "2001-02-30"),
    ("{every: month}", "{city: {holidays: Christmas}}", "a block of holidays by date"),
    ("{every: month}", "{city: {holidays: {" + ", ".join(f"2001-08-{day:02}: Holiday" for day in range(1, 26)) + "}}}", "no business day for weeks from 2001-08-01"),
])  # fmt: skip
def test_what_does_not_fit_is_reported(payments: str, calendars: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=f"(?s){message}"):
        schedule_of(f"signed: 2001-01-08, matures: 2 years, payments: {payments}", calendars)
