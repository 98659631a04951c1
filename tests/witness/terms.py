"""Terms that change over a loan's life: series, and steps on the last ratio that was tested (docs/conventions.md, section 4)."""

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from tests.witness.capacity import Rows
from tests.witness.dates import Calendar, read_day
from tests.witness.quantities import read_number

LIMITS = {
    "above": lambda value, limit: value > limit,
    "at_least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
    "at_most": lambda value, limit: value <= limit,
}
DATED = (".dscr", ".interest_cover", ".debt_to_ebitda", "_at_payments", "_at_quarters")


@dataclass(frozen=True)
class Tested:
    """The rows of an earlier pass over the plan, as they stand at the ends of periods."""

    rows: Rows = field(repr=False)
    calendar: Calendar = field(repr=False)

    def find(self, path: str, index: int) -> float | None:
        """Return a row at the end of a period: nothing before its first test, not a number where it is undefined.

        Debt without EBITDA is above every limit; a row with values on certain dates keeps the last one (steps, rules 4 and 6).
        """
        if index < 0 or path not in self.rows:
            return None
        if path.endswith("_12m") and index < 12 // self.calendar.step - 1:
            return None
        row = self.rows[path]
        value = float(row[min(index, len(row) - 1)])
        if path.startswith("accounts.debt_to_ebitda") and self.rows["accounts.debt_without_ebitda"][index] > 0:
            return math.inf
        if math.isnan(value) and path.endswith(DATED):
            return self.find(path, index - 1)
        return value

    def find_before(self, path: str, day: date) -> float | None:
        """Return a row at the last period's end that is not after a day."""
        index = self.calendar.find(day)
        on_end = 0 <= index < self.calendar.count and self.calendar.last_days[index] == day
        return self.find(path, index if on_end else index - 1)


@dataclass(frozen=True)
class Frozen(Tested):
    """The same, as they stood on a day: what is tested later is not known."""

    on: date

    def find_before(self, path: str, day: date) -> float | None:
        """Return a row at the last period's end that is neither after a day nor after the one on which all stands still."""
        return super().find_before(path, min(day, self.on))


def read_term(node: Any, day: date, tested: Tested | None, default: str = "0") -> float:
    """Return what a term is for the interest period that begins on a day: a value, a series by key, or steps."""
    if not isinstance(node, dict):
        return read_number(node, default)
    if "by" in node:
        return step_term(node, None if tested is None else tested.find_before(node["by"], day))
    return read_on(node, day)


def read_on(node: dict[str, str], day: date) -> float:
    """Return the value of the last key that has begun on a day, or of the first key; or that on the line between two."""
    keys = sorted((read_day(key), read_number(text)) for key, text in node.items() if key[0].isdigit())
    if node.get("interpolate") == "linear":
        return float(np.interp(day.toordinal(), [start.toordinal() for start, _ in keys], [value for _, value in keys]))
    return ([value for start, value in keys if start <= day] or [keys[0][1]])[-1]


def step_term(node: dict[str, Any], ratio: float | None) -> float:
    """Return the lowest step that a ratio is below; `at_first` before its first test, `else` where it is undefined."""
    index = number_step(node, ratio)
    if index == 0:
        return read_number(node.get("at_first", node["else"]))
    steps = list_steps(node)
    return steps[index - 1][1] if index <= len(steps) else read_number(node["else"])


def list_steps(node: dict[str, Any]) -> list[tuple[float, float]]:
    """Return limits and values of steps, the lowest first."""
    return sorted((read_number(step["below"]), read_number(step["is"])) for step in node["steps"].values())


def number_step(node: dict[str, Any], ratio: float | None) -> int:
    """Return the number of the first step whose limit a ratio is below: 0 before its first test, one more than there are for `else`."""
    steps = list_steps(node)
    if ratio is None:
        return 0
    return next(
        (index for index, (below, _) in enumerate(steps, 1) if ratio < below - 1e-9 * abs(below)), len(steps) + 1
    )


def write_steps(name: str, block: dict[str, Any], tested: Tested) -> Rows:
    """Return the number of the step of each term at the end of each period, and where a condition lets a loan be swept (rules 4 and 6)."""
    rate, sweep = block["rate"], block.get("sweep")
    terms = {key: rate.get(key) for key in ("margin", "floor", "cap")} if isinstance(rate, dict) else {}
    terms |= {key: block.get("fees", {}).get(key) for key in ("undrawn", "guarantee", "agency")} | {"sweep": sweep}
    rows = {}
    for key, node in terms.items():
        if isinstance(node, dict) and "by" in node:
            numbers = [number_step(node, tested.find(node["by"], index)) for index in range(tested.calendar.count)]
            rows[f"loans.{name}.{key}_step"] = np.array(numbers, dtype=np.float64)
    if isinstance(sweep, dict) and "while" in sweep:
        path = sweep["while"]["row"]
        values = [tested.find(path, index) for index in range(tested.calendar.count)]
        rows[f"loans.{name}.sweep_allowed"] = np.array([float(holds_limit(sweep["while"], value)) for value in values])
    return rows


def holds_limit(node: dict[str, Any], value: float | None) -> bool:
    """Whether a value is beyond the one limit that a block has; one that is not known holds none."""
    if value is None or math.isnan(value):
        return False
    return any(LIMITS[word](value, read_number(node[word])) for word in LIMITS.keys() & node.keys())
