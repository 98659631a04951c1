"""Conventions that banks use are found in their tables; a difference is reported with its first line and the rate behind it."""

from __future__ import annotations

import time
from datetime import date

import pytest

from fibercap.core.errors import FibercapError
from fibercap.model.loans import schedule
from fibercap.model.loans.contracts import Contracts
from fibercap.reading.against import against_loan_of
from fibercap.reading.files import contracts_of
from fibercap.studies.bank.agreement import Agreement
from tests.bank_tables import Cells, cells_of, lines_of

BASE = "commitment: 1 million USD, signed: 2001-01-08, matures: 5 years, rate: 8.5 %/year"
HOLIDAYS = "{new_york: {holidays: {2001-05-28: Memorial Day, 2001-07-04: Independence Day, 2003-09-08: Closed}}}"
MONTHLY = "payments: {every: month}"


def lending(terms: str) -> Contracts:
    return contracts_of(f"fibercap: 1\ncalendars: {HOLIDAYS}\nloans: {{bank: {{{BASE}, {terms}}}}}\n")


def bank_of(terms: str, base: str = BASE) -> Cells:
    loans = contracts_of(f"fibercap: 1\ncalendars: {HOLIDAYS}\nloans: {{bank: {{{base}, {terms}}}}}\n")
    return cells_of(lines_of(schedule(loans.loans["bank"])))


def compare(terms: str, bank: Cells) -> Agreement:
    return against_loan_of(lending(terms), "bank", bank)


@pytest.mark.parametrize(("bank", "changes"), [
    ("payments: {every: month}, rounding: cent", {"rounding": "cent"}),
    ("payments: {every: month}, day_count: ACT/360, rounding: cent", {"day_count": "ACT/360", "rounding": "cent"}),
    ("payments: {every: month}, day_count: ACT/365F, rounding: cent", {"day_count": "ACT/365F", "rounding": "cent"}),
    ("payments: {every: month}, day_count: ACT/ACT ISDA, rounding: cent", {"day_count": "ACT/ACT ISDA", "rounding": "cent"}),
    ("payments: {every: month}, compounding: effective, rounding: cent", {"compounding": "effective", "rounding": "cent"}),
    ("payments: {every: month}, compounding: semiannual, rounding: cent", {"compounding": "semiannual", "rounding": "cent"}),
    ("payments: {every: month}, rounding: {payment: up}", {"rounding": {"payment": "up"}}),
    ("payments: {every: month}, rounding: {interest: down, payment: down}", {"rounding": {"interest": "down", "payment": "down"}}),
    ("payments: {every: month}, rounding: {balance: carry}", {"rounding": {"balance": "carry"}}),
    ("payments: {every: month}, rounding: cent, true_up: last_interest", {"rounding": "cent", "true_up": "last_interest"}),
    ("payments: {every: month, on: start}, rounding: cent", {"payments.on": "start", "rounding": "cent"}),
    ("payments: {every: quarter}, rounding: cent", {"payments.every": "quarter", "rounding": "cent"}),
    ("payments: {every: month, first: 2001-02-28, end_of_month: true, short_last: keep}, rounding: cent",
     {"payments.end_of_month": "true", "rounding": "cent"}),
    ("payments: {every: month, roll: following, calendar: new_york}, day_count: ACT/360, rounding: cent",
     {"payments.roll": "following", "payments.calendar": "new_york", "day_count": "ACT/360", "rounding": "cent"}),
    ("payments: {every: month, roll: preceding, calendar: new_york, accrue: unadjusted}, day_count: ACT/360, rounding: cent",
     {"payments.roll": "preceding", "payments.calendar": "new_york", "day_count": "ACT/360", "payments.accrue": "unadjusted", "rounding": "cent"}),
])  # fmt: skip
def test_the_conventions_of_a_bank_are_found(bank: str, changes: dict[str, object]) -> None:
    agreement = compare(MONTHLY, bank_of(bank))

    assert agreement.verdict == "under_conventions"
    assert changes in (agreement.conventions[0].changes, *agreement.conventions[0].same)
    assert agreement.lines == len(bank_of(bank)) - 1


@pytest.mark.long
def test_a_later_maturity_and_a_rounded_payment_are_found() -> None:
    agreement = compare(
        MONTHLY, bank_of("payments: {every: month}, rounding: cent", BASE.replace("5 years", "2006-01-20"))
    )
    fixed = compare(
        MONTHLY,
        bank_of("payments: {every: month}, rounding: cent, repayment: {style: fixed_payment, payment: 20_520 USD}"),
    )

    assert agreement.conventions[0].changes == {"matures": "2006-01-20", "rounding": "cent"}
    assert fixed.conventions[0].changes["repayment"] == {"style": "fixed_payment", "payment": "20520 USD"}


def test_a_payment_by_twelfths_beside_interest_by_days_is_found() -> None:
    """Many banks work the level payment out at rate / 12, and charge interest by actual days; the last line has the rest."""
    terms = "payments: {every: month}, day_count: ACT/360, rounding: cent"
    payment = compare(MONTHLY, bank_of(MONTHLY)).conventions[0].schedule.values["payment"].round(2).max()

    agreement = compare(MONTHLY, bank_of(f"{terms}, repayment: {{style: fixed_payment, payment: {payment:.2f} USD}}"))

    assert agreement.conventions[0].changes == {
        "day_count": "ACT/360",
        "repayment": {"style": "fixed_payment", "payment": f"{payment:.10g} USD"},
        "rounding": "cent",
    }


def test_a_difference_is_told_from_its_line_on_with_the_rate_behind_it() -> None:
    bank = bank_of(
        "payments: {every: month}, rounding: cent",
        BASE.replace("8.5 %/year", "{2001: 8.5 %/year, 2001-07-08: 8.4 %/year}"),
    )
    agreement = compare("payments: {every: month}, rounding: cent", bank)

    assert agreement.verdict == "differs"
    assert agreement.difference is not None
    assert (agreement.difference.line, agreement.difference.row, agreement.difference.date) == (7, 8, date(2001, 8, 8))
    assert agreement.rate == {"2001-01-08": "8.5 %/year", "2001-07-08": "8.4 %/year"}
    assert agreement.with_rate[0].changes == {"rate": agreement.rate}
    opening = float(bank[6][5])
    assert agreement.difference.bank["interest"] == pytest.approx(opening * 0.084 / 12, abs=0.005)
    assert agreement.difference.loan["interest"] == pytest.approx(opening * 0.085 / 12, abs=0.005)


def test_another_rate_from_the_first_line_on_is_found_with_its_day_count() -> None:
    bank = bank_of("payments: {every: quarter}, day_count: ACT/360, rounding: cent", BASE.replace("8.5", "8.4"))
    agreement = compare("payments: {every: quarter}", bank)

    assert agreement.rate == "8.4 %/year"
    assert agreement.difference is not None
    assert agreement.difference.line == 1
    assert agreement.with_rate[0].changes == {"day_count": "ACT/360", "rate": "8.4 %/year", "rounding": "cent"}


def test_no_rate_explains_interest_at_random() -> None:
    bank = bank_of("payments: {every: quarter}, rounding: cent")
    for place, row in enumerate(bank[1:]):
        row[3] += 37.0 * (place * place % 7)
        row[2] += 37.0 * (place * place % 7)
    agreement = compare("payments: {every: quarter}, rounding: cent", bank)

    assert (agreement.verdict, agreement.rate, agreement.with_rate) == ("differs", None, ())


def test_where_lines_are_missing_the_payment_is_named_that_tells_two_conventions_apart() -> None:
    bank = bank_of("payments: {every: quarter}, rounding: {payment: up}")[:4]
    agreement = compare("payments: {every: quarter}", bank)

    assert agreement.verdict == "under_conventions"
    assert len(agreement.conventions) > 1
    assert agreement.tells_apart is not None
    number, day, column, (one, other) = agreement.tells_apart
    made = [convention.schedule for convention in agreement.conventions[:2]]
    places = [schedule.numbers.index(number) for schedule in made]
    assert number > 3
    assert made[0].dates[places[0]] == day
    assert [float(s.values[column][p]) for s, p in zip(made, places, strict=True)] == pytest.approx([one, other])
    assert abs(one - other) > 0.004


def test_what_no_payment_tells_apart_is_one_convention() -> None:
    agreement = compare(
        "payments: {every: month}", bank_of("payments: {every: month}, day_count: 30/360, rounding: cent")
    )

    assert agreement.conventions[0].changes == {"rounding": "cent"}
    assert {"day_count": "30E/360", "rounding": "cent"} in agreement.conventions[0].same
    assert agreement.tells_apart is None


def test_months_are_counted_where_a_table_has_no_dates() -> None:
    bank = [[row[0], *row[2:]] for row in bank_of("payments: {every: month}, compounding: effective, rounding: cent")]

    assert compare(MONTHLY, bank).conventions[0].changes == {"compounding": "effective", "rounding": "cent"}


def test_a_long_monthly_schedule_is_searched_in_a_second_or_two() -> None:
    bank = bank_of("payments: {every: month}, day_count: ACT/365F, rounding: cent", BASE.replace("5 years", "20 years"))
    loan = contracts_of(f"fibercap: 1\nloans: {{bank: {{{BASE.replace('5 years', '20 years')}, {MONTHLY}}}}}\n")
    start = time.process_time()
    agreement = against_loan_of(loan, "bank", bank)

    assert agreement.conventions[0].changes == {"day_count": "ACT/365F", "rounding": "cent"}
    assert time.process_time() - start < 5


def test_a_loan_that_rests_on_cash_is_not_compared() -> None:
    with pytest.raises(FibercapError, match="depend on a company's figures"):
        compare("payments: {every: month}, sweep: 50 %", bank_of(MONTHLY))
