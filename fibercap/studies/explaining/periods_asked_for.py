"""The columns of a row for a time such as `2002-06`, `2002-Q2`, `2002`, `end of 2002`, a date or a payment's number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.language.dates import way_to_name
from fibercap.core.language.input_hints import day_of, quote
from fibercap.core.period_names import DECEMBER, is_business_year
from fibercap.core.timeline import month_end
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.loans import schedule_of
from fibercap.studies.schedules import setting_of

if TYPE_CHECKING:
    from fibercap.core.timeline import Timeline
    from fibercap.studies.explaining.cells import Cells

FORMS = "write it like `2002-06`, `2002-Q2`, `{year}-H1`, `{year}`, `end of {year}` or `2002-06-30`"


@dataclass(frozen=True)
class Moment:
    """The columns of a time, in order, and a label for all of them."""

    label: str
    columns: tuple[int, ...]


def moment(cells: Cells, path: str, when: str) -> Moment:
    """Return the columns of a row for a time, as a user writes it.

    A date, or a period shorter than the model's step, means the step that contains it. For a row of a loan's schedule,
    a period or date means the events within it, and a number means the payment with that number.

    Raises
    ------
    FibercapError
        If the text is not a time, or the row has no column then.
    """
    events = cells.event_dates(path)
    if events is not None and re.fullmatch("[1-9][0-9]{0,2}", when):
        return _payment(cells, path, int(when), events)
    timeline = cells.projection.timeline_of(path)
    first, last = _span(timeline, when.removeprefix("end of "), of_loan=events is not None)
    if events is not None:
        columns = [number for number, day in enumerate(events) if first <= day <= last]
    else:
        columns = _periods(timeline, first, last)
        _refuse_parts(timeline, when)
    if not columns:
        raise FibercapError("no_such_time", *_outside(cells, path, when, first, events))
    if when.startswith("end of "):
        columns = columns[-1:]
    return Moment(cells.label(path, columns[0]) if len(columns) == 1 else when, tuple(columns))


def _span(timeline: Timeline, text: str, *, of_loan: bool) -> tuple[date, date]:
    """Return the first and last day of a period or date; raise a FibercapError if the text is neither."""
    months = timeline.span(text)
    if months:
        return month_end(months[0]) + timedelta(days=1), month_end(months[1])
    forms = FORMS.format(year="2002" if timeline.year_ends == DECEMBER else "FY2002")
    if is_business_year(text):
        raise FibercapError("not_a_time", f"{quote(text)} is no period", way_to_name(text, timeline.year_ends))
    forms = f"{forms}, or by the number of a payment" if of_loan else forms
    if not re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", text):
        raise FibercapError("not_a_time", f"{quote(text)} is no period", forms)
    day = day_of(text)  # a date, or a problem: its code first, its hint last
    if isinstance(day, date):
        return day, day
    raise FibercapError(day[0], f"{quote(text)} is no date", day[3] or forms)


def _periods(timeline: Timeline, first: date, last: date) -> list[int]:
    """Return the model periods that end within a span of days; if none does, the period that contains it."""
    ends = timeline.dates
    starts = [timeline.eve, *ends[:-1]]
    inside = [number for number, end in enumerate(ends) if first <= end <= last]
    return inside or [n for n, (start, end) in enumerate(zip(starts, ends, strict=True)) if start < first <= end]


def _refuse_parts(timeline: Timeline, when: str) -> None:
    """Refuse a calendar year that cuts the periods of a model that steps by business year."""
    months = timeline.span(when.removeprefix("end of "))
    if months and months[1] - months[0] >= timeline.months and (months[0] - timeline.origin) % timeline.months:
        years = " or ".join(f"`{timeline.label(month_end(month), 'year')}`" for month in (months[0] + 1, months[1]))
        message = f"`{when}` holds no whole period of the model, which steps by business year"
        raise FibercapError("no_such_time", message, f"name a business year: {years}")


def _payment(cells: Cells, path: str, number: int, events: tuple[date, ...]) -> Moment:
    """Return the event of a loan's payment, by its number in the schedule that `fibercap loan` prints."""
    block = cells.block(path)
    name = block.name.removeprefix("loans.").removesuffix(".schedule")
    schedule = schedule_of(setting_of(cells.projection.scenario, name), block)
    if number not in schedule.numbers:
        most = max(schedule.numbers)
        raise FibercapError(
            "no_such_time", f"loan `{name}` has no payment {number}", f"its payments count from 1 to {most}"
        )
    day = schedule.dates[schedule.numbers.index(number)]
    pays = block.values[f"{block.name}.is_payment"] > 0
    columns = tuple(int(n) for n in np.flatnonzero(pays) if events[n] == day)
    return Moment(str(day), columns)


def _outside(cells: Cells, path: str, when: str, first: date, events: tuple[date, ...] | None) -> tuple[str, str]:
    """Return a message that a row has no column at a time, and a hint which columns it has."""
    if events is None:
        labels, projection = cells.projection.timeline_of(path).labels, cells.projection
        if projection.timeline_of(path) is not projection.timeline:
            message = f"`{when}` is outside the run-off, which runs from {labels[0]} to {labels[-1]}"
            return message, "name one of its periods"
        message = f"`{when}` is outside the horizon, which runs from {labels[0]} to {labels[-1]}"
        later = f"{RUN_OFF}.{path}"
        if projection.run_off and later in projection.rows:
            return message, f"after it `{later}` goes on to {projection.run_off.labels[-1]}"
        return message, "name one of its periods"
    near = sorted(set(events), key=lambda day: abs(day - first))[:3]
    days = ", ".join(map(str, sorted(near)))
    message = f"`{path}` has no event in `{when}`"
    return message, f"the loan runs from {events[0]} to {events[-1]}, the nearest events: {days}"
