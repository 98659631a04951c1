"""Rates of exchange of other currencies to the reporting one, period by period."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.currencies import EURO_FAMILY, PER_EURO
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.series import Series
from fibercap.core.timeline import RATE, STOCK, month_end
from fibercap.model.currency.day_growth import DayGrowth
from fibercap.model.currency.day_rates import DayEnd, DayRates, Knot, knots_of
from fibercap.model.horizon.run_off import YEAR, first_repeated_period, repeat_last_year
from fibercap.model.plants.products_and_time import series_row

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan


def anchor_of(plan: Plan, code: str) -> str:
    """Return the currency of which one without rates is worth a fixed number: euros, or what the euro replaced.

    Parameters
    ----------
    plan : Plan
        Its reporting currency, and those that have rates.
    code : str
        A currency without rates.
    """
    return next(other for other in (plan.currency, *plan.exchange) if other in EURO_FAMILY and other != code)


def fixed_worth(code: str, anchor: str) -> float:
    """Return how much of one currency another is worth, both of the euro's family. [anchor per unit of code]

    Parameters
    ----------
    code, anchor : str
        The currency, and the one in which it is valued.

    Source
    ------
    `core/currencies.py`: the irrevocable rates.
    """
    return PER_EURO.get(anchor, 1.0) / PER_EURO.get(code, 1.0)


def exchange_rows(sheet: Sheet, plan: Plan) -> None:
    """Write `exchange.<code>.average` and `exchange.<code>.closing` of every other currency that the plan uses.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan with its currencies and their rates.

    Source
    ------
    docs/conventions.md, section 6, Other currencies.
    """
    for code in dict.fromkeys(code if code in plan.exchange else anchor_of(plan, code) for code in plan.foreign):
        if code != plan.currency:
            _rate_rows(sheet, plan, code)
    for code in plan.foreign:
        if code not in plan.exchange:
            _tied_rows(sheet, plan, code, anchor_of(plan, code))


def _rate_rows(sheet: Sheet, plan: Plan, code: str) -> None:
    unit, rates = f"{plan.currency}/{code}", plan.exchange[code]
    series_row(sheet, plan.timeline, f"exchange.{code}.average", f"{code}: average rate given", rates.average, unit)
    text = f"{{inputs.exchange.{code}.average}}"
    sheet.line(Row(f"exchange.{code}.average", f"{code}: average rate", unit, RATE, text))
    day_rates(plan, code).give(sheet, unit)
    _closing_rows(sheet, plan, code)


def _tied_rows(sheet: Sheet, plan: Plan, code: str, other: str) -> None:
    """Write the rates of marks from those of euros, say, by their fixed rate."""
    fixed = sheet.give(f"exchange.{other}_per_{code}", f"{other}/{code}", fixed_worth(code, other))
    text = fixed if other == plan.currency else f"{{exchange.{other}.average}} * {fixed}"
    row = Row(f"exchange.{code}.average", f"{code}: average rate", f"{plan.currency}/{code}", RATE, text)
    sheet.line(row)
    _closing_rows(sheet, plan, code)


def _closing_rows(sheet: Sheet, plan: Plan, code: str) -> None:
    """Write a currency's rate on the last day of each period, and on the day before the first."""
    unit, timeline, rates = f"{plan.currency}/{code}", plan.timeline, day_rates(plan, code)
    values = rates.rates_on([serial(day) for day in (timeline.eve, *timeline.dates)])
    text, series = rates.text("{time.date}"), _days_series(plan, code)
    repeat_last_year(sheet, timeline, f"exchange.{code}.closing", series, text, values[..., 1:])
    first = values[..., :1] if values.ndim > 1 else values[0]
    before = sheet.give(f"exchange.{code}.before", unit, first, formula=rates.text("{time.eve}"))
    row = Row(f"exchange.{code}.closing", f"{code}: closing rate", unit, STOCK, text, before)
    # `put` and not `line`: the formula has a term for each key, and a search among many keys is quicker than their sum
    sheet.put(row, values[..., 1:])


def _days_series(plan: Plan, code: str) -> Series:
    """Return the series that gives a currency its rates of days."""
    if code not in plan.exchange and anchor_of(plan, code) == plan.currency:
        return Series((np.asarray(1.0),))  # the reporting currency's rate to itself
    rates = plan.exchange[code if code in plan.exchange else anchor_of(plan, code)]
    return rates.average if rates.closing is None else rates.closing


def day_rates(plan: Plan, code: str) -> DayRates:
    """Return the rates of a currency on every day, in the reporting currency.

    A closing rate is that of its key's last day. Where there are none, the average of a year or quarter is the rate of
    the day in its middle, halfway from its first to its last; a key that begins within it ends it. A key by year or
    quarter is reached in a straight line by days from the day of the key before. A key by month holds from its month's
    first day to its last, and the rate before holds until then. `opening` is the rate of the day before the horizon or,
    where the first key's day is reached by then, of the day before that key begins; it holds before, and without it the
    first key does. After the last key that one holds. A single rate holds for ever, or from the day after that of
    `opening` on. In the run-off, a path whose last key is a month or a quarter repeats its last year.

    Parameters
    ----------
    plan : Plan
        The plan, with rates of exchange by currency, `()` or (sample, 1).
    code : str
        A currency with a rate, or one that is tied to such a one or to the reporting currency.

    Source
    ------
    docs/conventions.md, section 6.
    """
    if code not in plan.exchange:
        other = anchor_of(plan, code)
        times = fixed_worth(code, other)
        tied = DayRates(()) if other == plan.currency else day_rates(plan, other)
        return replace(tied, times=times, times_ref=f"{{exchange.{other}_per_{code}}}")
    rates, eve = plan.exchange[code], DayEnd("time.eve", serial(plan.timeline.eve))
    prefix = f"exchange.{code}.{'average' if rates.closing is None else 'closing'}"
    series = _days_series(plan, code)
    knots = knots_of(prefix, series, middles=rates.closing is None)
    until, years, growth = None, 0, None
    if series.growth is not None:
        index = plan.indices.get(series.growth.index)
        ends = plan.timeline.year_ends
        growth = DayGrowth(prefix, series.growth, index, series.grows_from, series.names[-1], ends)
    if (first := first_repeated_period(plan.timeline, series)) is not None:
        end = plan.timeline.dates[first - 1]
        until = DayEnd(f"exchange.{code}.repeats_after", serial(end), (f"{prefix}.{series.names[-1]}", "horizon.to"))
        years = -(-(plan.timeline.count - first) * plan.timeline.months // YEAR)
    if rates.opening is None:
        return DayRates(tuple(knots), until=until, years=years, growth=growth)
    opening_path, start, first_knot = f"exchange.{code}.opening", eve, knots[0]
    if not series.starts:
        first_knot = replace(first_knot, after=eve)
    elif first_knot.first_day <= eve.day:
        day, reads = serial(month_end(series.starts[0])), (opening_path, f"{prefix}.{series.names[0]}", "horizon.from")
        start = DayEnd(f"inputs.{opening_path}.on", day, reads)
        if first_knot.arrives is not None and first_knot.arrives.day == day:  # straight lines begin there
            first_knot = replace(first_knot, arrives=None, after=start)
    knots = [Knot(opening_path, rates.opening, start), first_knot, *knots[1:]]
    return DayRates(tuple(knots), until=until, years=years, growth=growth)
