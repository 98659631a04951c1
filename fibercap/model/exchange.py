"""What other currencies are worth in the reporting one, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import RATE, STOCK
from fibercap.core.units import DEM_PER_EUR
from fibercap.model.market import path_row
from fibercap.model.run_off import goes_on

if TYPE_CHECKING:
    from fibercap.core.paths import TimePath
    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

TIED = {"DEM": "EUR", "EUR": "DEM"}  # one is worth a fixed number of the other


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
    path, where = (rates.closing, "closing") if rates.closing is not None else (rates.average, "average")
    text, first, values = _held(sheet, plan, f"exchange.{code}.{where}", path, unit)
    closing = f"exchange.{code}.closing"
    later = goes_on(sheet, plan.timeline, closing, path, text, values[..., 1:])
    sheet.put(Row(closing, f"{code}: closing rate", unit, STOCK, text, first), later)
    sheet.give(f"exchange.{code}.before", unit, values[..., :1] if values.ndim > 1 else values[0], formula=first)


def _held(sheet: Sheet, plan: Plan, at: str, path: TimePath, unit: str) -> tuple[str, str, Array]:
    """Return a path as it stands at period ends: formula, the same at the horizon's start, and values from there on."""
    if not path.starts:
        only = sheet.give(f"inputs.{at}.value", unit, path.values[0], at)
        return only, only, path.values[0] + np.zeros(plan.timeline.count + 1)
    named = zip(path.names, path.values, strict=True)
    refs = [sheet.give(f"inputs.{at}.{name}", unit, value) for name, value in named]
    since = [
        sheet.give(f"inputs.{at}.{name}.from", "month", start, f"{at}.{name}")
        for name, start in zip(path.names, path.starts, strict=True)
    ]
    terms = []
    for number, (ref, start) in enumerate(zip(refs, since, strict=True)):
        until = f", {{time.end}} <= {since[number + 1]}" if number + 1 < len(refs) else ""
        terms.append(f"{ref} * AND({{time.end}} > {start}{until})")
    moments = np.append(plan.timeline.origin, plan.timeline.ends)
    steps = np.maximum(np.searchsorted(np.array(path.starts, dtype=float), moments, side="left") - 1, 0)
    values = np.concatenate(np.broadcast_arrays(*(np.atleast_1d(value) for value in path.values)), axis=-1)
    return " + ".join(terms), refs[steps[0]], values[..., steps]


def _tied_rows(sheet: Sheet, plan: Plan, code: str, other: str) -> None:
    """Write the rates of marks from those of euros, or the other way: the law fixed what one is worth."""
    worth = 1.0 / DEM_PER_EUR if code == "DEM" else DEM_PER_EUR
    fixed = sheet.give(f"exchange.{other}_per_{code}", f"{other}/{code}", worth)
    unit = f"{plan.currency}/{code}"
    before = f"{{exchange.{other}.before}} * {fixed}"
    for key, nature in (("average", RATE), ("closing", STOCK)):
        text = f"{{exchange.{other}.{key}}} * {fixed}"
        row = Row(
            f"exchange.{code}.{key}", f"{code}: {key} rate", unit, nature, text, before if key == "closing" else "0"
        )
        sheet.put(row, sheet.value(f"exchange.{other}.{key}") * worth)
    sheet.give(f"exchange.{code}.before", unit, rate_before(sheet, other) * worth, formula=before)


def rate_before(sheet: Sheet, code: str) -> Array:
    """Return a currency's rate at the horizon's start, `()` or `(draw, 1)`."""
    return sheet.given(f"exchange.{code}.before")
