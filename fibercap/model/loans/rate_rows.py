"""The row of a loan's rate at each event, and the formulas of the rates that it bears one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.rows import INPUT, Row
from fibercap.core.timeline import RATE
from fibercap.model.loans.rates import apply_limits
from fibercap.model.loans.values_by_day import Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.loans.rates import RateCourse
    from fibercap.model.loans.setting import Setting


def rate_row(
    sheet: Sheet, setting: Setting, course: RateCourse, steps: Sequence[int], path: str
) -> tuple[Array, list[str]]:
    """Write the row `<schedule>.rate`, the rate in force between the event before and each event.

    Gives the rates, or the values of the index, as `inputs.<path>`, and the days from which they hold.

    Parameters
    ----------
    sheet, setting : Sheet, Setting
        The sheet of the schedule, and the loan.
    course : RateCourse
        The rate over the loan's life; of a floating one, the index alone.
    steps : (event,)
        The number of the value in force at each event.
    path : str
        Path of the input that gives the rate or the index.

    Returns
    -------
    (event,) or (sample, event), list of str
        The rate at each event [1/year], and the formula text of each rate that the loan bears.

    Source
    ------
    docs/conventions.md, section 4, Interest.
    """
    give, rate, source = sheet.give, setting.loan.rate, f"{INPUT}{path}"
    if not course.days:
        value, text = course.values[0], give(source, "1/year", course.values[0])
        refs = [text]
    else:
        refs = [give(f"{source}.{n}", "1/year", v) for n, v in zip(course.names, course.values, strict=True)]
        since = [
            give(f"{source}.{n}.from", "day", serial(d), f"{path}.{n}")
            for n, d in zip(course.names, course.days, strict=True)
        ]
        on = f"{{{setting.prefix}.rate_set_on}}"
        until = [*(f", {on} < {day}" for day in since[1:]), ""]
        text = " + ".join(f"{r} * AND({on} >= {a}{b})" for r, a, b in zip(refs, since, until, strict=True))
        value = np.stack(np.broadcast_arrays(*course.values), axis=-1)[..., list(steps)]
        value = value.reshape(*value.shape[:-2], -1) if value.ndim > 2 else value  # (sample, 1, event)
    texts = [_limit_text(sheet, setting, ref) for ref in refs]
    value = apply_limits(rate, np.asarray(value))
    if value.shape[-1:] != (sheet.length,):
        value = np.broadcast_to(value, (*value.shape[:-1], sheet.length))
    row = Row(f"{setting.prefix}.rate", "Rate", "1/year", RATE, _limit_text(sheet, setting, text), texts[steps[0]])
    return sheet.put(row, value), texts


def _limit_text(sheet: Sheet, setting: Setting, text: str) -> str:
    """Return the formula text of a rate from that of its index: margin, floor and cap of a floating rate."""
    rate, give, path = setting.loan.rate, sheet.give, f"{setting.terms}.rate"
    if isinstance(rate, Steps):
        return text
    margin, floor = give(f"{path}.margin", "1/year", rate.margin), give(f"{path}.floor", "1/year", rate.floor)
    bare = f"MAX({text} + {margin}, {floor})"
    return bare if rate.cap is None else f"MIN({bare}, {give(f'{path}.cap', '1/year', rate.cap)})"
