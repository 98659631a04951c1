"""Tables of figures: numbers that share a unit, and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

SCALES = ((1e6, "million "), (1e3, "thousand "), (1.0, ""))


@dataclass(frozen=True)
class Line:
    """One line of a table: a label and a number for each column; None is shown as a dash.

    `strong` lines are totals. A `share` is shown in percent, whatever the unit of the table.
    """

    label: str
    values: Sequence[float | None]
    strong: bool = False
    share: bool = False

    def texts(self, divisor: float, decimals: int) -> list[str]:
        """Return each value as the table shows it."""
        if self.share:
            return [
                f"{number(value, 0.01, 1)} %" if value is not None else number(None, 1.0, 0) for value in self.values
            ]
        return [number(value, divisor, decimals) for value in self.values]


@dataclass(frozen=True)
class Figures:
    """A table of numbers that share a unit."""

    title: str
    unit: str
    columns: Sequence[str]
    lines: Sequence[Line] = field(default_factory=list)
    note: str = ""

    def scaled(self) -> tuple[float, str, int]:
        """Return divisor, unit text and decimals that keep the largest number short."""
        present = [
            abs(v) for line in self.lines if not line.share for v in line.values if v is not None and np.isfinite(v)
        ]
        largest = max(present, default=0.0)
        if self.unit == "":
            return 1.0, "", 2
        steps = [(size, word) for size, word in SCALES if "km" not in self.unit or size < 1e6 or largest >= 1e8]  # noqa: PLR2004 - thousand km read best below 100 million
        size, word = next(((s, w) for s, w in steps if largest >= s), SCALES[-1])
        decimals = 0 if "km" in self.unit and size > 1 else 2
        return size, f"{word}{self.unit}", decimals


def number(value: float | None, divisor: float, decimals: int) -> str:
    """Return a number as tables show it; a dash where it is undefined, and no minus before a zero."""
    if value is None or not np.isfinite(value):
        return "–"
    shown = f"{value / divisor:,.{decimals}f}"
    return shown.removeprefix("-") if not shown.strip("-0.,") else shown
