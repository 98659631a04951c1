"""Closures: times in which a plant stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.formulas.rows import Row
from fibercap.core.language.dates import Edge
from fibercap.core.language.fields import Word
from fibercap.core.language.names import key_in_words
from fibercap.core.language.spec import Spec
from fibercap.core.timeline import STOCK, month_number, month_start
from fibercap.model.plants.growth_rows import cut_month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fibercap.core.formulas.sheet import Sheet


class Closure(Spec):
    """A time in which a plant makes nothing, projects included; what is installed stays."""

    start: Annotated[date, Edge()] = Spec.field_with_key("from")
    """First day on which it stands still. Like `2001-10-01`."""
    end: Annotated[date, Edge(last=True)] = Spec.field_with_key("to")
    """Last day on which it stands still. Like `2002-03-31`."""
    fixed_cost: Annotated[str, Word(("continues", "stops"), "words for fixed cost")] = "continues"
    """Whether the fixed cost of the plant and of its projects continues or stops. Like `stops`."""

    @property
    def months(self) -> tuple[float, float]:
        """The month numbers at which it starts and ends. [month]"""
        return month_start(self.start), month_number(self.end)


@dataclass(frozen=True)
class Span:
    """A span of a plant's clock: the path of its row, references to its edges, "" if open, and the edges. [month]"""

    path: str
    begins: str = ""
    ends: str = ""
    months: tuple[float, float] = (-np.inf, np.inf)

    def cut(self, clock: str) -> str:
        """Return the formula of the plant's clock, limited to the span. [month]"""
        return cut_month(self.begins, self.ends, clock)


def open_spans(prefix: str, closures: Mapping[str, Closure]) -> list[Span]:
    """Return the spans in which a plant works: all of its clock, without its closures.

    Parameters
    ----------
    prefix : str
        Start of the plant's paths.
    closures : mapping
        The closures by name; they do not overlap.
    """
    if not closures:
        return [Span(f"{prefix}.clock")]
    spans, begins, since = [], "", -np.inf
    for number, (key, closure) in enumerate(sorted(closures.items(), key=lambda item: item[1].months), 1):
        path, (first, last) = f"{prefix}.closures.{key}", closure.months
        spans.append(Span(f"{prefix}.open_{number}", begins, f"{{{path}.from}}", (since, first)))
        begins, since = f"{{{path}.to}}", last
    return [*spans, Span(f"{prefix}.open_{len(spans) + 1}", begins, "", (since, np.inf))]


def closure_rows(sheet: Sheet, prefix: str, label: str, before: str, closures: Mapping[str, Closure]) -> None:
    """Write a plant's clock as it runs in each closure and in each span between them.

    Writes `closures.<key>.clock`, and `open_1`, `open_2` and so on, under `plants.<name>.`. [month]

    Parameters
    ----------
    sheet : Sheet
        The sheet that has the plant's clock; it gets the rows, and the months of the closures as scalars.
    prefix, label, before : str
        Start of the plant's paths, its name for readers, and the formula of its clock at the horizon's start. [month]
    closures : mapping
        The closures by name; without any, nothing is written.

    Source
    ------
    docs/conventions.md, section 2, Closures.
    """
    spans: list[tuple[str, Span]] = []
    for key, closure in closures.items():
        path = f"{prefix}.closures.{key}"
        first, last = (
            sheet.give(f"inputs.{path}.{edge}", "day", serial(day))
            for edge, day in (("from", closure.start), ("to", closure.end))
        )
        begins = sheet.give(f"{path}.from", "month", closure.months[0], formula=month_number_text(first, start=True))
        ends = sheet.give(f"{path}.to", "month", closure.months[1], formula=month_number_text(last))
        spans.append((f"{label}: clock of closure {key_in_words(key)}", Span(f"{path}.clock", begins, ends)))
    opened = open_spans(prefix, closures) if closures else []
    spans += [(f"{label}: clock of open span {number}", span) for number, span in enumerate(opened, 1)]
    for words, span in spans:
        sheet.line(Row(span.path, words, "month", STOCK, span.cut(f"{{{prefix}.clock}}"), span.cut(before)))


def growth_over(clocks: Iterable[str], grown: Callable[[str], str]) -> str:
    """Return the formula of what grows in a period with several clocks.

    Parameters
    ----------
    clocks : iterable of str
        Paths of the clocks.
    grown : callable
        Returns the formula of what has grown up to the moment that a reference gives. [month]

    Returns
    -------
    str
        A sum of differences, to be put in parentheses.
    """
    return " + ".join(f"{grown(f'{{{clock}}}')} - {grown(f'{{{clock}@-1}}')}" for clock in clocks)
