"""The parts that pages on a terminal are made of: tables, bars, and texts that hang beside a word."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderHook
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from fibercap.core.visible_text import visible
from fibercap.views.numbers import Figures, Line, blocks_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import ConsoleOptions, ConsoleRenderable

GUTTER = 3  # blanks between columns


def plain_table() -> Table:
    """Return an empty table with a line under its heads and no frame."""
    return Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))


def window() -> Console:
    """Return the console on which every command prints: texts as they are, no blanks at the ends of lines.

    With `NO_COLOR` it writes no escape sequence at all, so nothing is bold either.
    """
    plain = bool(os.environ.get("NO_COLOR"))
    console = _Window(highlight=False, markup=False, emoji=False, color_system=None if plain else "auto")
    console.push_render_hook(_Trimming())
    return console


class _Window(Console):
    """A console that prints texts of a file as they are: no markup, no emoji, no escapes."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a text with its control characters made visible, before it is measured."""
        return super().render_str(visible(text), **options)


class _Trimming(RenderHook):
    """Trims everything that is printed."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Return all parts, each trimmed."""
        return [_Trimmed(renderable) for renderable in renderables]


@dataclass(frozen=True)
class _Trimmed:
    """A part to print, without the blanks that rich writes at the ends of lines."""

    body: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Yield the lines of the body, each without blanks at its end."""
        for line in console.render_lines(self.body, options, pad=False):
            segments = [Segment(visible(s.text), s.style) for s in line if not s.control]
            while segments and not segments[-1].text.rstrip():
                segments.pop()
            if segments:
                segments[-1] = Segment(segments[-1].text.rstrip(), segments[-1].style)
            yield from segments
            yield Segment.line()


def print_title(console: Console, title: str) -> None:
    """Print a title in bold; further lines of a long one are indented, so that none passes for a line of the page."""
    lines = wrap(title, max(console.width, 20), subsequent_indent="  ")
    console.print(Text("\n".join(lines), style="bold"))


def show_figures(console: Console, figures: Figures) -> None:
    """Print a table, in blocks of as many columns as the window holds; long labels take several lines."""
    divisor, unit, decimals = figures.scale()
    cells = [line.texts(divisor, decimals) for line in figures.lines]
    widest = max([len(c) for row in cells for c in row] + [len(c) for c in figures.columns])
    room = max(12, min(max(20, console.width // 2), console.width - widest - GUTTER))
    labels = [fold_label(line.label, room) for line in figures.lines]
    label_width = max([len(line) for label in labels for line in label] + [12])
    each = max(1, (console.width - label_width) // (widest + GUTTER))
    console.print(Text.assemble((figures.title, "bold"), (f"  [{unit}]" if unit else "", "dim")))
    if figures.note:
        console.print(Text(figures.note, style="dim"))
    for part in blocks_of(figures.columns, each, figures.year_ends):
        table = plain_table()
        table.add_column("", width=label_width, no_wrap=True)
        for column in figures.columns[part]:
            table.add_column(column, justify="right", no_wrap=True, min_width=widest, vertical="bottom")
        for line, label, row in zip(figures.lines, labels, cells, strict=True):
            table.add_row(Text("\n".join(label)), *row[part], style="bold" if line.strong else "")
        console.print(table)
        console.print()


def fold_label(label: str, width: int) -> list[str]:
    """Return the lines of a label, broken after blanks and the dots of a path; further lines are indented.

    A single word that is wider than `width` is not broken.
    """
    indent = " " * (len(label) - len(label.lstrip()))
    lines = [indent]
    for piece in re.findall(r"[^ .]+[ .]*|[ .]+", label.strip()):
        if len(lines[-1]) + len(piece.rstrip()) > width and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append(f"{indent}  ")
        lines[-1] += piece
    return lines


def print_bars(console: Console, title: str, unit: str, values: Mapping[str, float], width: int = 40) -> None:
    """Print a bar for each name; the longest has `width` characters."""
    longest = max([abs(v) for v in values.values()] + [0.0]) or 1.0
    figures = Figures(title, unit, (), [Line("", list(values.values()))])
    divisor, shown, decimals = figures.scale()
    console.print(Text.assemble((title, "bold"), (f"  [{shown}]", "dim")))
    label = max(len(name) for name in values)
    widest = max(len(number(value, divisor, decimals)) for value in values.values())
    width = max(1, min(width, console.width - label - widest - GUTTER))
    for name, value in values.items():
        eighths = round(8 * width * max(value, 0.0) / longest)
        bar = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
        console.print(Text(f"{name:<{label}}  {bar} {number(value, divisor, decimals)}"))
    console.print()


def print_hanging(console: Console, head: str, body: str, style: str, indent: int = 0, body_style: str = "") -> None:
    """Print a word and beside it a text, whose further lines start in the same column."""
    left = indent + len(head) + 2
    first, *others = wrap(body, max(console.width - left, 20)) or [""]
    console.print(Text.assemble(" " * indent, (head, style), "  ", (first, body_style)))
    for line in others:
        console.print(Text(" " * left + line, style=body_style))


def print_failures(console: Console, pairs: Sequence[tuple[str, str]]) -> None:
    """Print the failures of a plan: pairs of a sentence and a way out, "" without one."""
    for sentence, way_out in pairs:
        print_hanging(console, "FAIL", sentence, "bold red", body_style="bold red")
        if way_out:
            print_hanging(console, "to fix it", way_out, "dim", indent=6)
    if pairs:
        console.print()
