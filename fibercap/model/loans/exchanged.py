"""What a loan's currency is worth at its events: on their days, for money that moves, and on average, for accruals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import RATE

if TYPE_CHECKING:
    from fibercap.model.loans.grid import Grid
    from fibercap.model.loans.setting import Exchanged


def day_rate_rows(sheet: Sheet, exchange: Exchanged, at: str, grid: Grid, of_period: str) -> None:
    """Write `exchange`, the rate of each event's day, and `exchange_average`, the average of its model period.

    Before the horizon, and beyond it and its run-off, there are no model periods: what accrues there counts at the rate
    of its day.

    Parameters
    ----------
    sheet : Sheet
        The loan's schedule.
    exchange : Exchanged
        What its currency is worth.
    at : str
        Where the schedule's rows stand.
    grid : Grid
        Its events.
    of_period : str
        The formula that looks the average rate of an event's period up.

    Source
    ------
    docs/conventions.md, section 6.
    """
    rates, days, on = exchange.rates, np.array([serial(day) for day in grid.dates]), f"{{{at}.date}}"
    # a term for each of many keys: they are searched, not added up
    day_rates = rates.rates_on(days)
    if rates.until is not None:
        row = Row(f"{at}.rate_day", "Day whose rate of exchange counts", "day", RATE, rates.counted_day_text(on))
        sheet.put(row, rates.counted_days(days))
        on = f"{{{row.path}}}"
    text = rates.text(on)
    sheet.put(Row(f"{at}.exchange", "Rate of exchange of the day", exchange.unit, RATE, text), day_rates)
    events, count = grid.period.astype(int), exchange.average.shape[-1]
    inside = (events > 0) & (events <= count)
    average = np.where(inside, exchange.average[..., np.clip(events, 1, count) - 1], day_rates)
    text = f"IF(OR({{{at}.period}} = 0, {{{at}.period}} > {count}), {{{at}.exchange}}, {of_period})"
    row = Row(f"{at}.exchange_average", "Rate of exchange, average of the period", exchange.unit, RATE, text)
    sheet.put(row, average)
