"""The dates on which a covenant is tested, and whether its row has values on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from fibercap.core.timeline import STOCK
from fibercap.model.cover.own_ratio import NO_DENOMINATOR, RATIOS
from fibercap.model.cover.twelve_months import AT_QUARTERS, LEVERAGE, MONTHS, NO_EBITDA, OVER, SUMS, YEARLY
from fibercap.model.loans.covenants.covenant import AT_PAYMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from fibercap.core.formulas.rows import Row
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.loans import Loan
    from fibercap.model.loans.covenants.covenant import Covenant

LENGTHS: Final = {"quarter": 3, "half_year": 6, "year": MONTHS}
"""Months of the calendar spans that `test` may name."""
WORDS: Final = {
    "time.ends_year": "the ends of {kind}s",
    "time.ends_quarter": "the ends of calendar quarters",
    "accounts.debt_moves": "payments and draws",
    "accounts.has_payment": "payments",
}


class Dates(NamedTuple):
    """The dates of a covenant: the row that is above zero on them ("" for every period), and the months each covers.

    `step` is the span that ends on a date: `quarter`, `half_year`, `year`, or `period` for a period of the model.
    """

    flag: str
    months: int
    step: str


def own_dates(row: str) -> str:
    """Return the row that is above zero in the periods in which a ratio exists; "" if it may exist in each."""
    stem, _, key = row.rpartition(".")
    if row in YEARLY:
        return "time.ends_year"
    if key.endswith(AT_QUARTERS):
        return "time.ends_quarter"
    if key.endswith(AT_PAYMENTS):
        paid = "has_payment" if key.removesuffix(AT_PAYMENTS).endswith(OVER) else "debt_moves"
        return f"{stem}.{paid}"
    return f"{stem}.pays" if stem.startswith("loans.") and key in {"dscr", "dscr_unlevered"} else ""


def breaking_row(covenant: Covenant) -> str:
    """Return the row that is above zero where a covenant is broken whatever its limit is; "" if there is none.

    Debt without earnings breaks any limit on leverage, and something over nothing any ceiling on a ratio of the plan's.
    """
    row = covenant.tested_row
    if row in LEVERAGE:
        return NO_EBITDA
    is_ratio = row.startswith(RATIOS) and row.count(".") == 1
    return f"{row}{NO_DENOMINATOR}" if is_ratio and covenant.limit[0] in {"below", "at_most"} else ""


def at_any_date(row: str) -> str:
    """Return the row with a value at the end of every period that corresponds to a row with values on certain dates."""
    if row in YEARLY:
        return YEARLY[row]
    if row.endswith((AT_PAYMENTS, AT_QUARTERS)):
        return row.removesuffix(AT_PAYMENTS).removesuffix(AT_QUARTERS)
    return f"{row.rpartition('.')[0]}.dscr{OVER}"


def dates_of(timeline: Timeline, loan: str, covenant: Covenant, row: Row) -> Dates:
    """Return the dates on which a covenant is tested.

    Without `test`, a ratio that exists on certain dates is tested on these, another at the end of each period, any
    other row at the end of each year.

    Parameters
    ----------
    timeline : Timeline
        The model's periods.
    loan : str
        The loan that carries the covenant.
    covenant : Covenant
        Its terms.
    row : Row
        The row that it limits.
    """
    row_flag, test = own_dates(row.path), covenant.test
    if not test and row_flag and row.path not in YEARLY:
        return Dates(row_flag, timeline.months, "period")
    if test == "payment":
        return Dates(f"loans.{loan}.has_payment", timeline.months, "period")
    if test == "period" or (not test and row.undefined and not row_flag):
        return Dates("", timeline.months, "period")
    step = test or "year"
    return Dates(f"time.ends_{step}", LENGTHS[step], step)


def indices(dates: Dates, timeline: Timeline, loan: Loan, covenant: Covenant, days: Sequence[date]) -> range:
    """Return the periods whose last days may be tested while a loan runs, from the covenant's `from` on.

    Parameters
    ----------
    dates : Dates
        Of the covenant.
    timeline : Timeline
        The model's periods.
    loan, covenant : Loan, Covenant
        Its days of signing and maturity, and the day before which the covenant is not tested.
    days : sequence of date
        Last days of the periods.
    """
    begins = max(loan.signed, covenant.first_test or loan.signed)
    first = sum(day < begins for day in days)
    last = sum(day < loan.maturity for day in days)
    return range(first, min(last + dates.months // timeline.months, len(days)))


def refusal(
    timeline: Timeline, name: str, loan: Loan, covenant: Covenant, row: Row, read: Callable[[str], Array]
) -> tuple[str, str, str] | None:
    """Return why a row cannot be tested on the dates that `test` names: what was found, what was wanted, the way out.

    None if it can be tested on them.

    Parameters
    ----------
    timeline : Timeline
        The model's periods.
    name : str
        The loan's name.
    loan : Loan
        Its terms.
    covenant : Covenant
        The covenant.
    row : Row
        The row that it limits.
    read : callable
        Returns the values of a row by its path, (..., period).
    """
    test = covenant.test
    if not test:
        return None
    if LENGTHS.get(test, timeline.months) < timeline.months:
        finer = "month" if timeline.year_ends % LENGTHS["quarter"] else "quarter"  # a year ends with a quarter, or not
        hint = f"write `test: {timeline.step}`, or let the horizon step by {finer}"
        return f"`{test}`, but the model steps by {timeline.step}", f"`{timeline.step}`", hint
    if test == "payment" and row.nature != STOCK:
        has_sum = row.path.removeprefix("accounts.") in SUMS
        way = f"`row: {row.path}{OVER}`" if has_sum else "a balance or a ratio"
        return f"`payment`, but `{row.path}` has no value on a day", way, "or write `test: period`"
    row_flag = own_dates(row.path)
    dates = dates_of(timeline, name, covenant, row)
    if not row_flag or _covers(row_flag, dates, timeline, (name, loan, covenant), read):
        return None
    where = WORDS.get(row_flag, f"payments of `{row_flag.split('.')[1]}`").format(kind=timeline.year_kind)
    hint = f"write `row: {at_any_date(row.path)}`, which has a value at the end of every period"
    return f"`{test}`, but `{row.path}` exists at {where} only", "a row with values on these dates", hint


def _covers(
    row_flag: str,
    dates: Dates,
    timeline: Timeline,
    promise: tuple[str, Loan, Covenant],
    read: Callable[[str], Array],
) -> bool:
    """Return whether a row exists on all dates of a test in the horizon."""
    name, loan, covenant = promise
    flag = f"loans.{name}.pays" if dates.flag == f"loans.{name}.has_payment" else dates.flag
    exists = _everywhere(read(row_flag))
    tested = _everywhere(read(flag)) if flag else np.ones(len(exists), dtype=bool)
    return all(exists[k] for k in indices(dates, timeline, loan, covenant, timeline.dates) if tested[k])


def _everywhere(flag: Array) -> npt.NDArray[np.bool_]:
    """Return where a flag is set in every sample, (period,)."""
    return np.asarray((np.reshape(flag, (-1, flag.shape[-1])) > 0).all(axis=0))
