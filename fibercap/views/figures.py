"""Tables of figures for a terminal: numbers with their unit in the heading, split where the window is narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

GUTTER = 3  # blanks between two columns
SCALES = ((1e6, "million "), (1e3, "thousand "), (1.0, ""))


@dataclass(frozen=True)
class Line:
    """One line of a table: a label and a number for each column; None is shown as a dash. `strong` lines are sums."""

    label: str
    values: Sequence[float | None]
    strong: bool = False


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
        present = [abs(v) for line in self.lines for v in line.values if v is not None and np.isfinite(v)]
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


def show(console: Console, figures: Figures) -> None:
    """Print a table, in as many parts as the window's width needs."""
    divisor, unit, decimals = figures.scaled()
    cells = [[number(v, divisor, decimals) for v in line.values] for line in figures.lines]
    label_width = max([len(line.label) for line in figures.lines] + [12])
    label_width = min(label_width, max(20, console.width // 2))
    widest = max([len(c) for row in cells for c in row] + [len(c) for c in figures.columns])
    each = max(1, (console.width - label_width) // (widest + GUTTER))
    console.print(Text.assemble((figures.title, "bold"), (f"  [{unit}]" if unit else "", "dim")))
    if figures.note:
        console.print(Text(figures.note, style="dim"))
    for start in range(0, len(figures.columns), each):
        part = slice(start, start + each)
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
        table.add_column("", width=label_width, no_wrap=True, overflow="ellipsis")
        for column in figures.columns[part]:
            table.add_column(column, justify="right", no_wrap=True, min_width=widest)
        for line, row in zip(figures.lines, cells, strict=True):
            table.add_row(line.label, *row[part], style="bold" if line.strong else "")
        console.print(table)
        console.print()


def bars(console: Console, title: str, unit: str, values: Mapping[str, float], width: int = 40) -> None:
    """Print one bar for each name, the longest `width` characters."""
    longest = max([abs(v) for v in values.values()] + [0.0]) or 1.0
    figures = Figures(title, unit, (), [Line("", list(values.values()))])
    divisor, shown, decimals = figures.scaled()
    console.print(Text.assemble((title, "bold"), (f"  [{shown}]", "dim")))
    label = max(len(name) for name in values)
    for name, value in values.items():
        eighths = round(8 * width * max(value, 0.0) / longest)
        bar = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
        console.print(Text(f"{name:<{label}}  {bar} {number(value, divisor, decimals)}"))
    console.print()
