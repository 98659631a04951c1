"""Calendar arithmetic, and rows brought to quarters and years by their nature."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.timeline import Timeline, add_months, month_end, month_number, month_start


def test_a_months_end_is_a_whole_number() -> None:
    assert month_number(date(2001, 12, 31)) == 24024
    assert month_number(date(2000, 2, 29)) == 24002
    assert month_start(date(2002, 1, 1)) == 24024
    assert month_end(24024) == date(2001, 12, 31)


@given(day=st.dates(date(1950, 1, 1), date(2100, 12, 30)))
def test_month_numbers_run_with_the_days(day: date) -> None:
    assert month_start(day) < month_number(day) <= month_start(date.fromordinal(day.toordinal() + 1)) + 1e-12


def test_the_31st_comes_back() -> None:
    assert [add_months(date(2001, 1, 31), k) for k in (1, 2, 3)] == [
        date(2001, 2, 28),
        date(2001, 3, 31),
        date(2001, 4, 30),
    ]


@pytest.mark.parametrize(
    ("step", "count", "last"), [("month", 24, "2001-12"), ("quarter", 8, "2001-Q4"), ("year", 2, "2001")]
)
def test_periods(step: str, count: int, last: str) -> None:
    timeline = Timeline(date(2000, 1, 1), date(2001, 12, 31), step)

    assert (timeline.count, timeline.labels[-1]) == (count, last)
    assert timeline.dates[-1] == date(2001, 12, 31)
    assert timeline.ends[-1] == 24024


def test_natures() -> None:
    """A flow is summed, a stock is taken at the end, a rate is averaged."""
    timeline = Timeline(date(2000, 1, 1), date(2001, 12, 31), "month")
    values = np.arange(24.0)

    assert timeline.annual(values, "flow") == {"2000": 66.0, "2001": 210.0}
    assert timeline.annual(values, "stock") == {"2000": 11.0, "2001": 23.0}
    assert timeline.annual(values, "rate") == {"2000": 5.5, "2001": 17.5}
    assert timeline.aggregate(values, "flow", "quarter")["2000-Q2"] == 12.0


def test_years_cannot_be_shown_by_month() -> None:
    with pytest.raises(ValueError, match="the model steps by year; it cannot be shown by month"):
        Timeline(date(2000, 1, 1), date(2001, 12, 31), "year").groups("month")


def test_days_fall_into_periods() -> None:
    timeline = Timeline(date(2000, 1, 1), date(2001, 12, 31), "quarter")

    results = [
        timeline.index(day) for day in (date(1999, 12, 31), date(2000, 1, 1), date(2000, 6, 30), date(2002, 1, 1))
    ]
    assert results == [-1, 0, 1, 8]
