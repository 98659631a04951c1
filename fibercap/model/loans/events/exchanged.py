"""Rates of exchange at a loan's events: of the day, for money that moves, and average of the period, for accruals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import RATE

if TYPE_CHECKING:
    from fibercap.model.loans.events.grid import Grid
    from fibercap.model.loans.setting import CurrencyRates


def day_rate_rows(sheet: Sheet, exchange: CurrencyRates, prefix: str, grid: Grid, of_period: str) -> None:
    """Write `exchange`, the rate of each event's day, and `exchange_average`, the average of its model period.

    Before the horizon, and after it and its run-off, there are no model periods; there the rate of the day applies to
    accruals too.

    Parameters
    ----------
    sheet : Sheet
        The loan's schedule.
    exchange : CurrencyRates
        The rates of its currency.
    prefix : str
        Prefix of the schedule's rows.
    grid : Grid
        Its events.
    of_period : str
        Formula text that looks up the average rate of an event's period.

    Source
    ------
    docs/conventions.md, section 6.
    """
    rates, days, on = exchange.rates, np.array([serial(day) for day in grid.dates]), f"{{{prefix}.date}}"
    # `put` and not `line`: the formula has a term for each key, and a search among many keys is quicker than their sum
    day_rates = rates.rates_on(days)
    if rates.until is not None:
        row = Row(f"{prefix}.rate_day", "Day whose rate of exchange counts", "day", RATE, rates.counted_day_text(on))
        sheet.put(row, rates.counted_days(days))
        on = f"{{{row.path}}}"
    text = rates.text(on)
    sheet.put(Row(f"{prefix}.exchange", "Rate of exchange of the day", exchange.unit, RATE, text), day_rates)
    events, count = grid.period.astype(int), exchange.average.shape[-1]
    inside = (events > 0) & (events <= count)
    average = np.where(inside, exchange.average[..., np.clip(events, 1, count) - 1], day_rates)
    text = f"IF(OR({{{prefix}.period}} = 0, {{{prefix}.period}} > {count}), {{{prefix}.exchange}}, {of_period})"
    row = Row(f"{prefix}.exchange_average", "Rate of exchange, average of the period", exchange.unit, RATE, text)
    sheet.put(row, average)
