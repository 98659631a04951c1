"""Days, month numbers, and the periods of a plan (docs/conventions.md, section 1)."""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float64]
MONTHS = list(calendar.month_name)
STEPS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def count_days(day: date) -> int:
    """Return the number of days in a day's month."""
    return calendar.monthrange(day.year, day.month)[1]


def number_day(day: date) -> float:
    """Return `month_number(day)`, counted from the day's end (docs/conventions.md, section 1)."""
    return 12 * day.year + day.month - 1 + day.day / count_days(day)


def number_start(day: date) -> float:
    """Return `month_start(day)`, counted from the end of the day before (docs/conventions.md, section 1)."""
    return 12 * day.year + day.month - 1 + (day.day - 1) / count_days(day)


def end_month(number: int) -> date:
    """Return the last day of the month that ends at a whole month number."""
    year, month = divmod(number - 1, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def add_months(day: date, months: int, *, to_end: bool = False) -> date:
    """Add months to a date, keeping its day or taking the last one of a shorter month (docs/conventions.md, section 1)."""
    last = end_month(12 * day.year + day.month + months)
    return last if to_end else last.replace(day=min(day.day, last.day))


def read_span(text: str) -> tuple[int, int]:
    """Return the month numbers at which a key such as `2001-Q3` or `2001-07/2002-06` begins and ends."""
    if "/" in text:
        start, end = text.split("/")
        return read_span(start)[0], read_span(end)[1]
    year, _, part = text.partition("-")
    if not part:
        return 12 * int(year), 12 * int(year) + 12
    if part.startswith("Q"):
        return 12 * int(year) + 3 * int(part[1:]) - 3, 12 * int(year) + 3 * int(part[1:])
    return 12 * int(year) + int(part) - 1, 12 * int(year) + int(part)


def read_day(text: str, *, last: bool = False) -> date:
    """Return a day, or the first or last day of a year, quarter or month."""
    if text.count("-") == 2 and "/" not in text:
        return date.fromisoformat(text)
    start, end = read_span(text)
    return end_month(end) if last else end_month(start) + timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The periods of a plan: those of its horizon, and those of its run-off after them (docs/conventions.md, section 1)."""

    first: int
    step: int
    horizon: int
    count: int
    year_ends: int = 12
    indices: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def ends(self) -> Row:
        """Month numbers of the ends of periods."""
        return self.first + self.step * np.arange(1, self.count + 1, dtype=np.float64)

    @cached_property
    def starts(self) -> Row:
        """Month numbers of the starts of periods."""
        return self.ends - self.step

    @cached_property
    def last_days(self) -> list[date]:
        """Last days of periods."""
        return [end_month(int(end)) for end in self.ends]

    @property
    def eve(self) -> date:
        """The day before the horizon."""
        return end_month(self.first)

    @property
    def years(self) -> float:
        """Length of a period in years."""
        return self.step / 12

    @property
    def horizon_end(self) -> int:
        """Month number of the end of the horizon."""
        return self.first + self.step * self.horizon

    def find(self, day: date) -> int:
        """Return the index of the period in which a day lies: -1 for the time before the horizon, `count` after all."""
        month = 12 * day.year + day.month - 1
        return max(-1, min((month - self.first) // self.step, self.count))

    def opens_year(self, period: int) -> bool:
        """Whether a period is the first of a calendar or business year, or of the horizon."""
        return period == 0 or int(self.starts[period] - self.year_ends) % 12 == 0

    def closes_year(self, period: int) -> bool:
        """Whether a period is the last of a calendar or business year."""
        return int(self.ends[period] - self.year_ends) % 12 == 0

    def extend(self, maturity: date | None) -> "Calendar":
        """Return the calendar with a run-off to the end of the year of a maturity (docs/conventions.md, section 7)."""
        if maturity is None or 12 * maturity.year + maturity.month <= self.horizon_end:
            return self
        month = 12 * maturity.year + maturity.month
        while (month - self.year_ends) % 12:
            month += 1
        return replace(self, count=(month - self.first) // self.step)


def read_calendar(horizon: dict[str, str], indices: Mapping[str, Any]) -> Calendar:
    """Return the periods of a horizon; with them go the indices by which series grow in time."""
    step = STEPS[horizon.get("step", "month")]
    first, end = read_span(horizon["from"])[0], read_span(horizon["to"])[1]
    count, year_ends = (end - first) // step, MONTHS.index(horizon.get("year_ends", "December"))
    return Calendar(first, step, count, count, year_ends, indices)


def spell_years(node: Any, year_ends: int) -> Any:
    """Return a plan in which each business year is written by its months: with years to June `FY2002` is `2001-07/2002-06`."""
    if isinstance(node, dict):
        return {spell_years(key, year_ends): spell_years(value, year_ends) for key, value in node.items()}
    if isinstance(node, list):
        return [spell_years(item, year_ends) for item in node]
    year = re.fullmatch(r"(end of )?FY(\d{4})", node)
    if year is None:
        return node
    last = end_month(12 * int(year[2]) + year_ends)
    return f"{year[1] or ''}{add_months(last, -11):%Y-%m}/{last:%Y-%m}"


def shift(row: Row, opening: float = 0.0) -> Row:
    """Return `row@-1`: each period's value in the period before, and the opening value in the first."""
    return np.concatenate(([opening], row[:-1]))
