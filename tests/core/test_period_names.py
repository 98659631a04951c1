"""Names of calendar periods and business years: every day lies in the period that is named after it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.period_names import (
    ends,
    half_year,
    is_business_year,
    period_label,
    periods_between,
    whole_period,
    year_end,
)
from fibercap.core.trees.operators import OperatorError, delay

DAYS = st.dates(date(1001, 1, 1), date(2998, 12, 31))
MONTHS = st.integers(1, 12)


@given(day=DAYS, year_ends=MONTHS)
def test_a_day_lies_in_the_periods_that_are_named_after_it(day: date, year_ends: int) -> None:
    month = 12 * day.year + day.month
    for by, months in (("month", 1), ("quarter", 3), ("half_year", 6), ("year", 12)):
        name = period_label(day, by, year_ends)
        span = half_year(name, year_ends) if by == "half_year" else whole_period(name, year_ends)
        assert span is not None
        start, end = span
        assert start < month <= end
        assert end - start == months
        assert ends(end, by, year_ends)
        assert [number for number in range(start + 1, end + 1) if ends(number, by, year_ends)] == [end]


@given(day=DAYS, year_ends=MONTHS)
def test_a_business_year_is_named_after_the_calendar_year_in_which_it_ends(day: date, year_ends: int) -> None:
    end = year_end(12 * day.year + day.month, year_ends)
    year, month = divmod(end - 1, 12)
    assert month + 1 == year_ends
    assert period_label(day, "year", year_ends) == (f"{year}" if year_ends == 12 else f"FY{year}")


@given(year=st.integers(1000, 2999), year_ends=MONTHS)
def test_a_calendar_year_is_one_whatever_month_ends_business_years(year: int, year_ends: int) -> None:
    assert whole_period(str(year), year_ends) == (12 * year, 12 * year + 12)
    assert whole_period(f"{year}-Q3", year_ends) == (12 * year + 6, 12 * year + 9)
    assert whole_period(f"FY{year}", 12) is None


@pytest.mark.parametrize("text", ["FY02", "fy2002", "FY 2002", "FY2002-Q1", "FY2002-07", "FY3000", "FY0999", "FY2002 "])
def test_other_texts_name_no_business_year(text: str) -> None:
    assert not is_business_year(text)
    assert whole_period(text, 6) is None


def test_business_years_between_two_days() -> None:
    assert periods_between(date(2001, 6, 30), date(2002, 7, 1), "year", 6) == ["FY2001", "FY2002", "FY2003"]


def test_a_business_year_is_delayed_by_whole_years() -> None:
    assert delay("FY2002", "2 years") == "FY2004"
    with pytest.raises(OperatorError, match="FY2002"):
        delay("FY2002", "6 months")
