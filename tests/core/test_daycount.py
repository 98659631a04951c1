"""Year fractions: published figures, QuantLib as second opinion, and laws.

ISDA's workbook of 30/360 examples and its memorandum on Actual/Actual are also among the sources of `tests/published`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import QuantLib as ql
from hypothesis import assume, example, given
from hypothesis import strategies as st

from fibercap.core.daycount import CONVENTIONS, year_fraction
from fibercap.core.timeline import add_months, month_end

FIRST, LAST = date(1950, 1, 1), date(2110, 12, 31)
DAYS_360 = tuple(name for name in CONVENTIONS if name.startswith("30"))
PARTS_OF_A_YEAR = (1, 2, 3, 4, 6, 12)


def near_month_ends(earliest: date = FIRST, latest: date = LAST) -> st.SearchStrategy[date]:
    """Return any date; every second one from the 27th to the 2nd, where conventions differ."""

    def beside(day: date, shift: int) -> date:
        return min(max(month_end(12 * day.year + day.month) + timedelta(shift), earliest), latest)

    anywhere = st.dates(earliest, latest)
    return anywhere | st.builds(beside, anywhere, st.integers(-4, 2))


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date]:
    start = draw(near_month_ends())
    end = draw(near_month_ends() | st.integers(0, 800).map(lambda days: start + timedelta(days)))
    return min(start, end), max(start, end)


def of_quantlib(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)


def ends_february(day: date) -> bool:
    return day.month == 2 and (day + timedelta(1)).month == 3


def days(start: str, end: str, convention: str, maturity: str | None = None) -> float:
    matures = date.fromisoformat(maturity) if maturity else None
    return 360 * year_fraction(date.fromisoformat(start), date.fromisoformat(end), convention, maturity=matures)


# Published figures


@pytest.mark.parametrize(
    ("start", "end", "isda", "icma", "reference"),
    [
        ("2003-11-01", "2004-05-01", 61 / 365 + 121 / 366, 182 / (182 * 2), ("2003-11-01", "2004-05-01")),
        ("1999-02-01", "1999-07-01", 150 / 365, 150 / (365 * 1), ("1999-07-01", "2000-07-01")),
        ("1999-07-01", "2000-07-01", 184 / 365 + 182 / 366, 366 / (366 * 1), ("1999-07-01", "2000-07-01")),
        ("2002-08-15", "2003-07-15", 334 / 365, 181 / (181 * 2) + 153 / (184 * 2), ("2003-01-15", "2003-07-15")),
        ("2003-07-15", "2004-01-15", 170 / 365 + 14 / 366, 184 / (184 * 2), ("2003-01-15", "2003-07-15")),
        ("1999-07-30", "2000-01-30", 155 / 365 + 29 / 366, 184 / (184 * 2), ("1999-07-30", "2000-01-30")),
        ("2000-01-30", "2000-06-30", 152 / 366, 152 / (182 * 2), ("1999-07-30", "2000-01-30")),
        ("1999-11-30", "2000-04-30", 32 / 365 + 120 / 366, 91 / (91 * 4) + 61 / (92 * 4), ("1999-08-31", "1999-11-30")),
    ],
)
def test_the_examples_of_the_memorandum_on_actual_actual(
    start: str, end: str, isda: float, icma: float, reference: tuple[str, str]
) -> None:
    """ISDA, "EMU and Market Conventions: Recent Developments" (1998), pages 3 to 8; the fractions are printed as sums.

    The last is the long final period of a bond that pays quarterly at month ends.
    """
    ends = date.fromisoformat(start), date.fromisoformat(end)
    regular = date.fromisoformat(reference[0]), date.fromisoformat(reference[1])

    assert year_fraction(*ends, "ACT/ACT ISDA") == pytest.approx(isda, rel=1e-15)
    assert year_fraction(*ends, "ACT/ACT ICMA", reference=regular) == pytest.approx(icma, rel=1e-15)


# ISDA, workbook 30-360-2006ISDADefs.xls (2008): days of Bond Basis, 30E/360 and 30E/360 (ISDA), maturity 28 February 2009.
@pytest.mark.parametrize(
    ("start", "end", "bond", "european", "isda"),
    [
        ("2007-01-15", "2007-01-30", 15, 15, 15),
        ("2007-01-15", "2007-02-15", 30, 30, 30),
        ("2007-01-15", "2007-07-15", 180, 180, 180),
        ("2007-09-30", "2008-03-31", 180, 180, 180),
        ("2007-09-30", "2007-10-31", 30, 30, 30),
        ("2007-09-30", "2008-09-30", 360, 360, 360),
        ("2007-01-15", "2007-01-31", 16, 15, 15),
        ("2007-01-31", "2007-02-28", 28, 28, 30),
        ("2007-02-28", "2007-03-31", 33, 32, 30),
        ("2006-08-31", "2007-02-28", 178, 178, 180),
        ("2007-02-28", "2007-08-31", 183, 182, 180),
        ("2007-02-14", "2007-02-28", 14, 14, 16),
        ("2007-02-26", "2008-02-29", 363, 363, 364),
        ("2008-02-29", "2009-02-28", 359, 359, 358),
        ("2008-02-29", "2008-03-30", 31, 31, 30),
        ("2008-02-29", "2008-03-31", 32, 31, 30),
        ("2007-02-28", "2007-03-05", 7, 7, 5),
        ("2007-10-31", "2007-11-28", 28, 28, 28),
        ("2007-08-31", "2008-02-29", 179, 179, 180),
        ("2008-02-29", "2008-08-31", 182, 181, 180),
        ("2008-08-31", "2009-02-28", 178, 178, 178),
        ("2009-02-28", "2009-08-31", 183, 182, 180),
    ],
)
def test_the_comparison_of_isdas_workbook(start: str, end: str, bond: int, european: int, isda: int) -> None:
    assert days(start, end, "30/360") == pytest.approx(bond)
    assert days(start, end, "30E/360") == pytest.approx(european)
    assert days(start, end, "30E/360 ISDA", "2009-02-28") == pytest.approx(isda)


@pytest.mark.parametrize(
    ("start", "end", "convention", "printed"),
    [
        # Microsoft, support page of YEARFRAC, examples of basis 0 and 3.
        ("2012-01-01", "2012-07-30", "30/360 US", "0.58055556"),
        ("2012-01-01", "2012-07-30", "ACT/365F", "0.57808219"),
        # Microsoft Knowledge Base Q110464 (1997), the corrected examples of Excel 5 and 7.
        ("1993-01-01", "1993-06-30", "30/360 US", "0.497222"),
        ("1993-01-01", "1993-07-01", "ACT/365F", "0.49589"),
        # Apple, formulas and functions help, YEARFRAC, days-basis 0, 2, 3 and 4.
        ("2009-12-15", "2010-06-30", "30/360 US", "0.541666666666667"),
        ("2009-12-15", "2010-06-30", "ACT/360", "0.547222222222222"),
        ("2009-12-15", "2010-06-30", "ACT/365F", "0.53972602739726"),
        ("2009-12-15", "2010-06-30", "30E/360", "0.541666666666667"),
        # OpenOffice wiki, How-Tos, Calc: YEARFRAC function.
        ("2007-01-01", "2009-07-01", "30/360 US", "2.5"),
        ("2008-01-01", "2008-07-01", "ACT/365F", "0.498630136986"),
        # Results of Excel 2007 that the OpenFormula committee printed: Wheeler, office@lists.oasis-open.org, 17 and
        # 18 April 2008, on basis 0 and 4.
        ("2000-01-01", "2000-01-31", "30/360 US", "0.083333333"),
        ("2000-01-01", "2000-02-28", "30/360 US", "0.158333333"),
        ("1999-01-05", "2000-02-28", "30E/360", "1.147222222"),
        ("1999-01-05", "2000-02-29", "30E/360", "1.15"),
    ],
)
def test_yearfrac_as_spreadsheets_document_it(start: str, end: str, convention: str, printed: str) -> None:
    fraction = year_fraction(date.fromisoformat(start), date.fromisoformat(end), convention)

    assert f"{fraction:.{len(printed.partition('.')[2])}f}" == printed


@pytest.mark.parametrize(
    ("start", "end", "counted"),
    [
        ("2007-01-31", "2007-03-31", 60),  # both days are the 31st
        ("2007-01-31", "2007-03-01", 31),  # only the first
        ("2007-01-30", "2007-03-31", 60),  # 30th to 31st
        ("2007-01-29", "2007-03-31", 62),  # the 31st stays after a day before the 30th
        ("2007-02-28", "2008-02-29", 360),  # both are the last day of a February
        ("2008-02-29", "2009-02-28", 360),
        ("2007-02-28", "2008-02-28", 358),  # only the first is
        ("2007-02-28", "2007-03-01", 1),
        ("2025-02-28", "2025-03-31", 31),  # only the first is, and the 31st stays
        ("2008-02-28", "2008-03-31", 33),  # neither
        ("2007-01-31", "2007-02-28", 28),  # the last day of a February is moved only if the first day is one
    ],
)
def test_the_rules_of_basis_0_one_by_one(start: str, end: str, counted: int) -> None:
    """The chain of rules as Microsoft, [MS-OI29500] 2.1.1011 and others, and OpenFormula, 4.11.7, state it for basis 0."""
    assert days(start, end, "30/360 US") == pytest.approx(counted)


def test_a_february_at_maturity_is_as_long_as_it_is() -> None:
    """ISDA 2006 Definitions, section 4.16(h): the last day of February, unless it is the termination date."""
    assert days("2008-08-31", "2009-02-28", "30E/360 ISDA", "2009-02-28") == pytest.approx(178)
    assert days("2008-08-31", "2009-02-28", "30E/360 ISDA", "2010-02-28") == pytest.approx(180)
    assert days("2008-08-31", "2009-02-28", "30E/360 ISDA") == pytest.approx(180)
    assert days("2008-12-15", "2009-01-31", "30E/360 ISDA", "2009-01-31") == pytest.approx(45)


# A second opinion


@pytest.mark.parametrize(
    ("name", "counter"),
    [
        ("30/360", ql.Thirty360(ql.Thirty360.BondBasis)),
        ("30E/360", ql.Thirty360(ql.Thirty360.European)),
        ("30E/360 ISDA", ql.Thirty360(ql.Thirty360.ISDA)),
        ("30E/360 ISDA", ql.Thirty360(ql.Thirty360.German)),
        ("ACT/360", ql.Actual360()),
        ("ACT/365F", ql.Actual365Fixed()),
        ("ACT/ACT ISDA", ql.ActualActual(ql.ActualActual.ISDA)),
    ],
)
@given(span=spans())
@example(span=(date(2000, 2, 29), date(2004, 2, 29)))
@example(span=(date(1999, 12, 31), date(2001, 1, 1)))
@example(span=(date(1900, 2, 28), date(1901, 2, 28)))
def test_fractions_are_those_of_quantlib(name: str, counter: Any, span: tuple[date, date]) -> None:
    assume(span[0].year > 1900)  # where QuantLib's calendar begins

    expected = counter.yearFraction(*map(of_quantlib, span))

    assert year_fraction(*span, name) == pytest.approx(expected, rel=1e-13, abs=1e-15)


@given(span=spans())
@example(span=(date(2007, 2, 28), date(2008, 2, 29)))
@example(span=(date(2007, 2, 28), date(2007, 3, 31)))
def test_us_fractions_are_those_of_quantlib_but_for_a_day(span: tuple[date, date]) -> None:
    """From the last of February to a 31st QuantLib follows the SIA, under which February's end also moves the 31st.

    Spreadsheets ask whether the first day was a 30th before it was moved, so that they count one day more.
    """
    start, end = span
    later = ends_february(start) and end.day == 31

    expected = ql.Thirty360(ql.Thirty360.USA).yearFraction(*map(of_quantlib, span))

    assert year_fraction(start, end, "30/360 US") == pytest.approx(expected + later / 360, abs=1e-12)


@pytest.mark.long
@given(span=spans(), maturity=near_month_ends())
@example(span=(date(2008, 8, 31), date(2009, 2, 28)), maturity=date(2009, 2, 28))
def test_maturities_are_those_of_quantlib(span: tuple[date, date], maturity: date) -> None:
    assume(span[0] < span[1])  # from the last of February to itself at maturity, QuantLib counts less than nothing
    for matures in (maturity, span[1]):
        expected = ql.Thirty360(ql.Thirty360.ISDA, of_quantlib(matures)).yearFraction(*map(of_quantlib, span))

        fraction = year_fraction(*span, "30E/360 ISDA", maturity=matures)

        assert fraction == pytest.approx(expected, rel=1e-13, abs=1e-15)


@st.composite
def rhythms(draw: st.DrawFn) -> tuple[Callable[[int], date], int, bool]:
    """Return the k-th date of a rhythm, the months between two, and whether they are month ends."""
    anchor, months = draw(near_month_ends(date(1970, 1, 1), date(2090, 1, 1))), draw(st.sampled_from(PARTS_OF_A_YEAR))
    at_ends = draw(st.booleans())

    def due(number: int) -> date:
        day = add_months(anchor, number * months)
        return month_end(12 * day.year + day.month) if at_ends else day

    return due, months, at_ends


def is_month_end(day: date) -> bool:
    return (day + timedelta(1)).day == 1


def tells_its_rhythm(due: Callable[[int], date], *, at_ends: bool) -> bool:
    """Return whether the period from date 0 to 1 falls on two month ends only if all periods do.

    30 June to 30 September may belong to a rhythm of the 30th or of month ends; it is read as of month ends.
    """
    of_the_31st = max(due(number).day for number in range(13)) == 31
    return at_ends or of_the_31st or not (is_month_end(due(0)) and is_month_end(due(1)))


@pytest.mark.long
@given(rhythm=rhythms(), number=st.integers(-12, 12), limits=st.tuples(st.integers(0, 366), st.integers(0, 366)))
def test_icma_within_a_regular_period_is_that_of_quantlib(
    rhythm: tuple[Callable[[int], date], int, bool], number: int, limits: tuple[int, int]
) -> None:
    """QuantLib is told the period that holds the days, and we any other of the same rhythm."""
    due, _, at_ends = rhythm
    assume(tells_its_rhythm(due, at_ends=at_ends))
    left, right = due(number), due(number + 1)
    start, end = sorted(left + timedelta(days % ((right - left).days + 1)) for days in limits)
    assume(start < end)

    counter = ql.ActualActual(ql.ActualActual.ISMA)
    expected = counter.yearFraction(*map(of_quantlib, (start, end, left, right)))

    assert year_fraction(start, end, "ACT/ACT ICMA", reference=(left, right)) == pytest.approx(expected, rel=1e-13)
    assert year_fraction(start, end, "ACT/ACT ICMA", reference=(due(0), due(1))) == pytest.approx(expected, rel=1e-13)


@pytest.mark.long
@given(rhythm=rhythms(), span=st.tuples(st.integers(0, 1500), st.integers(0, 1500)))
def test_icma_over_many_periods_is_that_of_a_quantlib_schedule(
    rhythm: tuple[Callable[[int], date], int, bool], span: tuple[int, int]
) -> None:
    """The dates of the schedule are given to QuantLib, whose own generation lets month ends drift."""
    due, months, at_ends = rhythm
    assume(tells_its_rhythm(due, at_ends=at_ends))
    start, end = (due(0) + timedelta(days) for days in sorted(span))
    assume(start < end)
    count = 1500 // (28 * months) + 3
    dates = [of_quantlib(due(number)) for number in range(-1, count)]
    schedule = ql.Schedule(
        dates, ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted, ql.Period(months, ql.Months),
        ql.DateGeneration.Forward, at_ends, [True] * (len(dates) - 1),
    )  # fmt: skip

    expected = ql.ActualActual(ql.ActualActual.ISMA, schedule).yearFraction(of_quantlib(start), of_quantlib(end))

    fraction = year_fraction(start, end, "ACT/ACT ICMA", reference=(due(0), due(1)))
    assert fraction == pytest.approx(expected, rel=1e-12)


# Laws


@pytest.mark.parametrize("name", CONVENTIONS)
@given(span=spans())
def test_time_runs_forward_from_nothing(name: str, span: tuple[date, date]) -> None:
    start, end = span
    fraction = partial(year_fraction, convention=name, maturity=end, reference=(date(2001, 1, 31), date(2001, 7, 31)))

    assert fraction(start, start) == fraction(end, end) == 0.0
    assert fraction(start, end) >= 0.0
    assert fraction(start, end) == pytest.approx((end - start).days / 365.25, rel=0.015, abs=0.015)


@pytest.mark.parametrize("name", [name for name in CONVENTIONS if name.startswith("ACT")])
@given(span=spans(), day=st.dates(FIRST, LAST))
def test_actual_fractions_add_up(name: str, span: tuple[date, date], day: date) -> None:
    first, middle, last = sorted([*span, day])
    fraction = partial(year_fraction, convention=name, reference=(date(1999, 11, 30), date(2000, 2, 29)))

    assert fraction(first, middle) + fraction(middle, last) == pytest.approx(fraction(first, last), rel=1e-12)


@given(span=spans(), day=st.dates(FIRST, LAST))
def test_european_fractions_add_up(span: tuple[date, date], day: date) -> None:
    """30E/360 moves each day for itself; the other 30/360 look at both, or at maturity."""
    first, middle, last = sorted([*span, day])

    full = year_fraction(first, middle, "30E/360") + year_fraction(middle, last, "30E/360")

    assert full == pytest.approx(year_fraction(first, last, "30E/360"), abs=1e-12)


def test_bond_basis_makes_two_halves_more_than_a_year() -> None:
    """ISDA's workbook says so in a note: 31 August to the end of February and back are 361 days."""
    assert days("2006-08-31", "2007-02-28", "30/360") + days("2007-02-28", "2007-08-31", "30/360") == pytest.approx(361)


@given(start=near_month_ends(FIRST, date(2090, 1, 1)), years=st.integers(1, 15))
def test_whole_years_are_whole(start: date, years: int) -> None:
    end = add_months(start, 12 * years)
    assume(end.day == start.day)

    for name in DAYS_360:
        if not ends_february(start):
            assert year_fraction(start, end, name, maturity=end) == years
    for months in PARTS_OF_A_YEAR:
        reference = start, add_months(start, months)
        if not (is_month_end(reference[0]) and is_month_end(reference[1])) or is_month_end(end):
            assert year_fraction(start, end, "ACT/ACT ICMA", reference=reference) == pytest.approx(years, abs=1e-12)
    if (start.month, start.day) == (1, 1):
        assert year_fraction(start, end, "ACT/ACT ISDA") == years


@given(start=near_month_ends(), months=st.sampled_from(PARTS_OF_A_YEAR))
def test_a_regular_period_needs_no_reference(start: date, months: int) -> None:
    assert year_fraction(start, add_months(start, months), "ACT/ACT ICMA") == months / 12


@pytest.mark.parametrize(
    ("reference", "quasi"),
    [
        (("2001-08-31", "2002-02-28"), ["2003-08-31", "2004-02-29", "2004-08-31"]),  # month ends stay month ends
        (("2001-08-30", "2002-02-28"), ["2003-08-30", "2004-02-29", "2004-08-30"]),  # the 30th, after the 28th too
        (("2002-02-28", "2002-08-30"), ["2003-08-30", "2004-02-29", "2004-08-30"]),
        (("2001-08-28", "2002-02-28"), ["2003-08-28", "2004-02-28", "2004-08-28"]),
        (("2001-08-31", "2002-02-28"), ["1999-08-31", "2000-02-29", "2000-08-31"]),  # backward too
    ],
)
def test_month_ends_do_not_drift(reference: tuple[str, str], quasi: list[str]) -> None:
    regular = date.fromisoformat(reference[0]), date.fromisoformat(reference[1])
    first, middle, last = map(date.fromisoformat, quasi)

    assert year_fraction(first, middle, "ACT/ACT ICMA", reference=regular) == 0.5
    assert year_fraction(middle, last, "ACT/ACT ICMA", reference=regular) == 0.5


# Errors


def test_an_unknown_convention_is_reported_with_the_known_ones() -> None:
    known = (
        "unknown day count `ACT/366`; known: 30/360, 30/360 US, 30E/360, 30E/360 ISDA, ACT/360, ACT/365F, "
        "ACT/ACT ISDA, ACT/ACT ICMA"
    )
    with pytest.raises(ValueError, match=f"^{known}$"):
        year_fraction(date(2001, 1, 1), date(2002, 1, 1), "ACT/366")


@pytest.mark.parametrize("name", CONVENTIONS)
def test_dates_in_the_wrong_order_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^2001-01-01 lies before 2001-01-02$"):
        year_fraction(date(2001, 1, 2), date(2001, 1, 1), name)


@pytest.mark.parametrize(
    "reference",
    [
        (date(1999, 11, 30), date(2000, 4, 30)),  # five months
        (date(2001, 1, 15), date(2001, 2, 14)),  # not whole months
        (date(2001, 1, 15), date(2003, 1, 15)),  # more than a year
        (date(2001, 7, 15), date(2001, 1, 15)),  # backward
        (date(2001, 1, 15), date(2001, 1, 15)),
    ],
)
def test_an_irregular_period_is_no_reference(reference: tuple[date, date]) -> None:
    message = (
        f"^{reference[0]} to {reference[1]} is no regular period of 1, 2, 3, 4, 6 or 12 months; "
        r"give one as `reference=\(first day, last day\)`$"
    )
    with pytest.raises(ValueError, match=message):
        year_fraction(date(2001, 1, 1), date(2002, 1, 1), "ACT/ACT ICMA", reference=reference)


def test_an_irregular_period_needs_a_reference() -> None:
    with pytest.raises(ValueError, match=r"^1999-11-30 to 2000-04-30 is no regular period .* give one as `reference="):
        year_fraction(date(1999, 11, 30), date(2000, 4, 30), "ACT/ACT ICMA")
