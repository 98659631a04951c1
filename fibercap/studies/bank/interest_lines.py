"""The interest of a table's lines: which counts of time reproduce it, and which rate it is consistent with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.units import Array
from fibercap.model.loans import schedule
from fibercap.model.loans.clauses.rates import Indices, is_one_rate
from fibercap.model.loans.clauses.rounding import Exact
from fibercap.model.loans.events.grid import Clock
from fibercap.model.loans.events.interest import interest_on_one
from fibercap.model.loans.events.payment_dates import payment_periods
from fibercap.model.loans.terms import Loan
from fibercap.studies.bank.columns import BankTable
from fibercap.studies.bank.comparing import matches
from fibercap.studies.bank.variants import Frame, Variant, other_counts, payment_days

MOST_RATE_DIGITS: Final = 6


def counts_by_lines(
    variant: Variant, table: BankTable, frame: Frame, lines: list[int], rates: Indices
) -> list[tuple[Variant, int | None]]:
    """Return the variant under each way to count time and interest, and the index of the first line that disagrees.

    The index is None if all lines may agree: if none disagrees, if only the last does, which may make up for rounding,
    or if the balance changes between payments, so that no line can be tested alone.

    Parameters
    ----------
    variant : Variant
        The loan, with its dates of payment.
    table : BankTable
        The bank's lines.
    frame : Frame
        The loan's currency and calendars.
    lines : list of int
        The lines that are payments.
    rates : mapping
        Indices by name, for a floating rate. [1/year]
    """
    counted: list[tuple[Variant, int | None]] = []
    years_by: dict[tuple[str, str], dict[Any, float]] = {}
    for changes in other_counts(variant.loan):
        other = variant.change(frame, changes)
        if _moves(other.loan):
            counted.append((other, None))
            continue
        key = (other.loan.day_count, other.loan.payments.accrue)
        if key not in years_by:
            years_by[key] = fractions_of(other.loan)
        balance, interest, years, slack = _lines_of(years_by[key], table, lines)
        off = np.abs(interest - balance * _interest_on_one(other.loan, table, lines, years, rates)) > slack
        counted.append((other, int(np.argmax(off)) if off[:-1].any() else None))
    return counted


def _interest_on_one(loan: Loan, table: BankTable, lines: list[int], years: Array, rates: Indices) -> Array:
    """Return the interest on one unit of money up to each line; nan where it is not known. [1]"""
    if is_one_rate(loan.rate):
        return interest_on_one(loan, loan.rate.values[0], years)
    try:
        made = schedule(loan.model_copy(update={"rounding": Exact()}), rates)
    except FibercapError:
        return np.full(len(lines), np.nan)
    places = matches(made, table, lines)
    owed, borne = (made.values[key][np.maximum(places, 0)] for key in ("opening", "interest"))
    known = (places >= 0) & (owed > 0)
    return np.asarray(np.divide(borne, owed, out=np.full(len(lines), np.nan), where=known))


def alike(variants: list[Variant]) -> list[list[Variant]]:
    """Return variants in groups that count the same time in the same way, so that one schedule is that of all."""
    groups: dict[Any, list[Variant]] = {}
    for place, variant in enumerate(variants):
        loan = variant.loan
        years = tuple(np.round(list(fractions_of(loan).values()), 12)) if _is_plain(loan) else (place,)
        groups.setdefault((loan.compounding, *payment_days(loan), *years), []).append(variant)
    return [sorted(group, key=lambda variant: variant.cost) for group in groups.values()]


def _moves(loan: Loan) -> bool:
    """Return whether what is owed changes between payments, or grows by interest."""
    return bool(loan.draws) or bool(loan.prepayments) or loan.repayment.capitalizes or bool(loan.capitalize_until)


def _is_plain(loan: Loan) -> bool:
    return is_one_rate(loan.rate) and not _moves(loan)


def fractions_of(loan: Loan) -> dict[Any, float]:
    """Return the years of each payment period by the day of its payment, and by its number."""
    clock, years = Clock(loan), dict[Any, float]()
    advance = loan.payments.on == "start" and loan.payments.first in (None, loan.signed)
    if advance:
        years[loan.signed] = years[1] = 0.0
    maturity = loan.maturity
    for number, period in enumerate(payment_periods(loan), 1 + advance):
        if period.end <= maturity:
            years[period.end] = years[number] = clock.elapsed_years(period, period.end)
    return years


def _lines_of(by: Mapping[Any, float], table: BankTable, lines: list[int]) -> tuple[Array, Array, Array, Array]:
    """Return balance, interest, years and allowed difference of each line of a table; nan where not known."""
    grid = table.grid
    keys: list[Any] = (
        [grid.dates[line] for line in lines]
        if grid.dates is not None
        else [grid.numbers[line] if grid.numbers is not None else order for order, line in enumerate(lines, 1)]
    )
    years = np.array([by.get(key, np.nan) for key in keys])
    balance, interest = opening_of(table)[lines], table.amounts["interest"][lines]
    digits = table.digits("interest")
    step = 2e-6 if digits is None else 1.01 * 10.0**-digits
    owed = table.digits("closing")
    unsure = 0.0 if owed is None else 0.51 * 10.0**-owed
    slack = step + 1e-9 * np.abs(interest) + unsure * np.nan_to_num(years)
    return balance, interest, years, slack


def opening_of(table: BankTable) -> Array:
    """Return what is owed before each line, nan where the line before is missing. [money]"""
    if "opening" in table.shown or not {"principal", "closing"} <= table.shown.keys():
        return table.amounts["opening"]
    return np.asarray(table.amounts["closing"] + table.amounts["principal"])


def rate_that_fits(variant: Variant, table: BankTable, frame: Frame, lines: list[int]) -> Iterator[tuple[Variant, Any]]:
    """Yield variants with another rate, from some line on, that fits a table's interest, and this rate as written.

    Parameters
    ----------
    variant, table, frame, lines
        As for `counts_by_lines`.
    """
    if not _is_plain(variant.loan):
        return
    rated: list[tuple[int, int, float, Variant, Any]] = []
    for changes in other_counts(variant.loan):
        other = variant.change(frame, changes)
        balance, interest, years, slack = _lines_of(fractions_of(other.loan), table, lines)
        now = float(other.loan.rate.values[0])
        expected = balance * interest_on_one(other.loan, np.asarray(now), years)
        off = np.abs(interest - expected) > slack
        first = int(np.argmax(off)) if off.any() else len(lines)
        known = np.isfinite(interest) & np.isfinite(years) & (years > 0) & (balance > 100 * slack)
        known &= np.arange(len(lines)) >= first
        if known.sum() < 2:
            continue
        low = _rate_of(other.loan, (interest - slack)[known] / balance[known], years[known]).max()
        high = _rate_of(other.loan, (interest + slack)[known] / balance[known], years[known]).min()
        if low <= high:
            rate, digits = _roundest(low, high)
            text: Any = f"{rate} %/year"
            if first:
                start = table.dates[lines[first - 1]] if table.dates is not None else None
                if start is None:
                    continue
                text = {str(other.loan.signed): f"{100 * now:.10g} %/year", str(start): text}
            rated.append((digits, -first, other.cost, other.change(frame, {"rate": text}), text))
    for *_, made, text in sorted(rated, key=lambda one: (one[0], one[2], one[1])):
        yield made, text


def _rate_of(loan: Loan, grown: Array, years: Array) -> Array:
    """Return the rate at which one unit of money bears the interest `grown` in `years`. [1/year]"""
    if loan.compounding == "nominal":
        return grown / years
    times = 1.0 if loan.compounding == "effective" else 2.0
    return np.asarray(times * np.expm1(np.log1p(grown) / (times * years)))


def _roundest(low: float, high: float) -> tuple[str, int]:
    """Return the rate with the fewest decimals between two, in percent, and how many it has."""
    middle = 50.0 * (low + high)
    for digits in range(MOST_RATE_DIGITS):
        text = f"{middle:.{digits}f}"
        if 100 * low <= float(text) <= 100 * high:
            return text, digits
    return f"{middle:.{MOST_RATE_DIGITS}f}", MOST_RATE_DIGITS
