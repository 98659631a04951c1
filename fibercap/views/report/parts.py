"""The parts of a report: sections of words, tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

from fibercap.views.charts.all_charts import CHARTS
from fibercap.views.numbers import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.views.numbers import Figures
    from fibercap.views.report.subject import Subject

COLUMNS: Final = 16
"""How many columns of numbers fit in one table, on screen and on paper."""


@dataclass(frozen=True)
class Words:
    """A paragraph; its tone is "", `good` or `bad`."""

    kind: ClassVar[str] = "words"
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Items:
    """A list of texts."""

    kind: ClassVar[str] = "items"
    texts: Sequence[str]
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """A line of a table: its heading and cells; `strong` for totals; its tone is "", `good` or `bad`."""

    head: str
    cells: Sequence[str]
    strong: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a caption, a heading for each column, and lines; `texts` is true if its cells are not numbers."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[str]
    lines: Sequence[Line]
    texts: bool = False
    note: str = ""


def text_table(caption: str, columns: Sequence[str], lines: Sequence[Line]) -> Table:
    """Return a table of texts, without the columns in which no line says anything."""
    kept = [n for n in range(len(columns) - 1) if any(line.cells[n] for line in lines) or not lines]
    rows = [replace(line, cells=[line.cells[n] for n in kept]) for line in lines]
    return Table(caption, [columns[0], *(columns[n + 1] for n in kept)], rows, texts=True)


@dataclass(frozen=True)
class Figure:
    """A chart: its name and a caption that says what it shows."""

    kind: ClassVar[str] = "figure"
    name: str
    caption: str


def figure(name: str, note: str = "") -> Figure:
    """Return one of the charts of `fibercap plot` as a part of the report; a note is added to its caption."""
    return Figure(name, f"{CHARTS[name].shows}; {note}" if note else CHARTS[name].shows)


def figures_of(section: str, subject: Subject) -> list[Figure]:
    """Return the charts at the start of a section, if they apply to the plan."""
    plans = {True: subject.written.scenario, False: subject.projection.scenario}
    return [figure(name) for name, c in CHARTS.items() if c.section == section and c.applies(plans[c.compares])]


Part = Words | Items | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading and the parts below it."""

    key: str
    title: str
    parts: Sequence[Part]


def tables_of(figures: Figures) -> Iterator[Table]:
    """Yield figures as tables with the unit in the caption; several if the columns do not fit in one."""
    divisor, unit, decimals = figures.scale()
    lines = [Line(line.label, line.texts(divisor, decimals), line.strong) for line in figures.lines]
    caption = f"{figures.title} [{unit}]" if unit else figures.title
    blocks = blocks_of(figures.columns, COLUMNS, figures.year_ends) or [slice(0)]
    for block in blocks:
        columns = figures.columns[block]
        when = f", {columns[0]} to {columns[-1]}" if len(blocks) > 1 else ""
        rows = [replace(line, cells=line.cells[block]) for line in lines]
        yield Table(f"{caption}{when}", ("", *columns), rows, note=figures.note if block == blocks[0] else "")
