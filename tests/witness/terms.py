"""Terms that change over a loan's life: series, and steps on the last ratio that was tested (docs/conventions.md, section 4)."""

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.witness.capacity import Rows
from tests.witness.dates import Calendar, read_day
from tests.witness.quantities import read_number

LIMITS = {
    "above": lambda value, limit: value > limit,
    "at_least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
    "at_most": lambda value, limit: value <= limit,
}
NOT_STEPS = {"by", "steps", "else", "at_first"}


@dataclass(frozen=True)
class Tested:
    """The rows of an earlier pass over the plan, as they stand at the ends of periods."""

    rows: Rows = field(repr=False)
    calendar: Calendar = field(repr=False)

    def find(self, path: str, at: int) -> float | None:
        """Return a row at the end of a period: nothing before its first test, not a number where it is undefined."""
        if at < 0 or path not in self.rows:
            return None
        row = self.rows[path]
        if at < 12 // self.calendar.step - 1 and path.endswith("_12m"):
            return None
        return float(row[min(at, len(row) - 1)])

    def find_before(self, path: str, day: date) -> float | None:
        """Return a row at the last period's end that is not after a day."""
        at = self.calendar.find(day)
        on_end = 0 <= at < self.calendar.count and self.calendar.last_days[at] == day
        return self.find(path, at if on_end else at - 1)


def read_term(node: Any, day: date, tested: Tested | None, default: str = "0") -> float:
    """Return what a term is for the interest period that begins on a day: a value, a series by key, or steps."""
    if not isinstance(node, dict):
        return read_number(node, default)
    if "by" in node:
        return step_term(node, None if tested is None else tested.find_before(node["by"], day))
    keys = sorted((read_day(key), text) for key, text in node.items())
    return read_number(([text for start, text in keys if start <= day] or [keys[0][1]])[-1])


def step_term(node: dict[str, Any], ratio: float | None) -> float:
    """Return the lowest step that a ratio is below; `at_first` before its first test, `else` where it is undefined."""
    if ratio is None:
        return read_number(node.get("at_first", node["else"]))
    if math.isnan(ratio):
        return read_number(node["else"])
    steps = sorted((read_number(step["below"]), read_number(step["is"])) for step in node["steps"].values())
    return next((value for below, value in steps if ratio < below), read_number(node["else"]))


def holds_limit(node: dict[str, Any], value: float | None) -> bool:
    """Whether a value is beyond the one limit that a block has; one that is not known holds none."""
    if value is None or math.isnan(value):
        return False
    return any(LIMITS[word](value, read_number(node[word])) for word in LIMITS.keys() & node.keys())
