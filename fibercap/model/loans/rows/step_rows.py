"""Rows of a schedule that say from when, and from which test, a changing term of a loan comes."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.timeline import STOCK
from fibercap.model.loans.clauses.values_by_day import accrual_starts, on_lines
from fibercap.model.loans.rows.term_rows import Since

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.loans.events.planned_payments import PlannedPayments

BY_TEST: Final = "SUMIFS({{{row}}}, {{{later}time.period}}, {{{prefix}.tested_in}})"


def since_days(prepared: PlannedPayments, days: Sequence[date], row: str = "interest_from") -> Since:
    """Return days by event, with the last model period that is over on the first day of each interest period.

    Parameters
    ----------
    prepared : PlannedPayments
        The schedule.
    days, row : sequence of date, str
        The days, and the row of the schedule that has them.
    """
    timeline, loan, calendar = prepared.setting.timeline, prepared.setting.loan, prepared.calendar_reads
    reads = (*calendar["date"], *calendar["is_payment"])
    if timeline is None or not loan.ratio_terms:
        return Since(days, [0] * len(days), row, reads)
    starts = prepared.grid.interest_from
    return Since(days, [bisect_right(timeline.dates, day) for day in starts], row, reads)


def fee_since(prepared: PlannedPayments, key: str) -> Since:
    """Return the day that decides a recurring fee at each event: that of the event before it, from which it accrues.

    Where straight lines join its values, it is the first day of the interest period.

    Parameters
    ----------
    prepared, key : PlannedPayments, str
        The schedule, and the key of the fee.
    """
    loan, days = prepared.setting.loan, prepared.grid.dates
    if on_lines(getattr(loan.fees, key)):
        return since_days(prepared, prepared.grid.interest_from)
    return since_days(prepared, accrual_starts(days), "date@-1")


def fee_values(prepared: PlannedPayments) -> dict[str, Array]:
    """Return the recurring fees at each event by key, (event,) or (sample, event), until ratios are known."""
    fees = prepared.setting.loan.fees
    return {key: fee_since(prepared, key).value_of(getattr(fees, key)) for key in ("undrawn", "guarantee", "agency")}


def step_rows(prepared: PlannedPayments, since: Since) -> None:
    """Write the first day of each event's interest period, the period tested before it, and the steps that follow.

    Writes `interest_from`, `tested_in` and, for each term that a ratio decides, `margin_step` or the like under the
    prefix of the schedule, where its loan has such terms. A period whose last day is that day is over.

    Parameters
    ----------
    prepared : PlannedPayments
        The schedule that gets the rows.
    since : Since
        The first day of the interest period of each event.

    Source
    ------
    docs/conventions.md, section 4, Terms that change.
    """
    setting, calendar = prepared.setting, prepared.calendar_reads
    if not setting.loan.changes_by_period:
        return
    reads = (*calendar["date"], *calendar["is_payment"])
    days = np.array([serial(day) for day in since.days])
    prepared.put_known("interest_from", "First day of the interest period", "day", days, reads)
    if not setting.loan.ratio_terms:
        return
    tested = np.array(since.tested, dtype=float)
    prepared.put_known("tested_in", "Last model period before the interest period", "", tested, (*reads, "horizon"))
    for key, term in setting.loan.ratio_terms.items():
        word = key.rsplit(".", 1)[-1]
        text = prepared.in_periods(BY_TEST, f"loans.{setting.name}.{word}_step")
        prepared.put(
            f"{word}_step", f"Step of the {word}", "", text, np.where(tested > 0, len(term.steps) + 1.0, 0.0), STOCK
        )  # not known yet
