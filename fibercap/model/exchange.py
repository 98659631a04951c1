"""What other currencies are worth in the reporting one, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.calendar import serial
from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import RATE, STOCK
from fibercap.core.units import DEM_PER_EUR
from fibercap.model.day_rates import TIED, day_rates
from fibercap.model.market import path_row

if TYPE_CHECKING:
    from fibercap.model.plan import Plan


def exchange_rows(sheet: Sheet, plan: Plan) -> None:
    """Write average and closing rate of every other currency that the plan uses."""
    for code in plan.foreign:
        if code in plan.exchange:
            _own_rows(sheet, plan, code)
        else:
            other = TIED[code]
            if f"exchange.{other}.average" not in sheet:
                _own_rows(sheet, plan, other)
            _tied_rows(sheet, plan, code, other)


def _own_rows(sheet: Sheet, plan: Plan, code: str) -> None:
    unit, rates = f"{plan.currency}/{code}", plan.exchange[code]
    average = path_row(sheet, plan.timeline, f"exchange.{code}.average", rates.average, unit)
    row = Row(f"exchange.{code}.average", f"{code}: average rate", unit, RATE, f"{{inputs.exchange.{code}.average}}")
    sheet.put(row, average)
    day_rates(plan, code).give(sheet, unit)
    _closing_rows(sheet, plan, code)


def _tied_rows(sheet: Sheet, plan: Plan, code: str, other: str) -> None:
    """Write the rates of marks from those of euros, or the other way: the law fixed what one is worth."""
    worth = 1.0 / DEM_PER_EUR if code == "DEM" else DEM_PER_EUR
    fixed = sheet.give(f"exchange.{other}_per_{code}", f"{other}/{code}", worth)
    text, value = f"{{exchange.{other}.average}} * {fixed}", sheet.value(f"exchange.{other}.average") * worth
    unit = f"{plan.currency}/{code}"
    sheet.put(Row(f"exchange.{code}.average", f"{code}: average rate", unit, RATE, text), value)
    _closing_rows(sheet, plan, code)


def _closing_rows(sheet: Sheet, plan: Plan, code: str) -> None:
    """Write a currency's rate on the last day of each period, and on the day before the first."""
    unit, timeline, rates = f"{plan.currency}/{code}", plan.timeline, day_rates(plan, code)
    values = rates.on([serial(day) for day in (timeline.eve, *timeline.dates)])
    first = values[..., :1] if values.ndim > 1 else values[0]
    before = sheet.give(f"exchange.{code}.before", unit, first, formula=rates.text("{time.eve}"))
    row = Row(f"exchange.{code}.closing", f"{code}: closing rate", unit, STOCK, rates.text("{time.date}"), before)
    sheet.put(row, values[..., 1:])
