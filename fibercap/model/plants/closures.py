"""Closures: times in which a plant stands still."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.dates import Edge
from fibercap.core.fields import Word
from fibercap.core.rows import Row
from fibercap.core.spec import Spec
from fibercap.core.timeline import STOCK, month_number, month_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fibercap.core.sheet import Sheet


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


def closure_rows(sheet: Sheet, prefix: str, label: str, closures: Mapping[str, Closure]) -> None:
    """Write the clock of each closure, `<prefix>.closures.<key>.clock`: the period's end, limited to the closure.

    Parameters
    ----------
    sheet : Sheet
        The sheet that gets the rows [month], and the closures' months as scalars.
    prefix, label : str
        Start of the plant's paths, and its name for readers.
    closures : mapping
        The closures by name.

    Source
    ------
    docs/conventions.md, section 2, Closures.
    """
    for key, closure in closures.items():
        path, (begins, ends) = f"{prefix}.closures.{key}", closure.months
        first, last = (
            sheet.give(f"inputs.{path}.{edge}", "day", serial(day))
            for edge, day in (("from", closure.start), ("to", closure.end))
        )
        sheet.give(f"{path}.from", "month", begins, formula=month_number_text(first, start=True))
        sheet.give(f"{path}.to", "month", ends, formula=month_number_text(last))
        text, before = (clock_text(path, moment) for moment in ("{time.end}", "{time.from}"))
        sheet.line(Row(f"{path}.clock", f"Clock of the closure {key} of {label}", "month", STOCK, text, before))


def clock_text(path: str, moment: str) -> str:
    """Return the formula of a moment limited to the closure at a path. [month]

    Parameters
    ----------
    path, moment : str
        Path of the closure, and the reference to the moment. [month]
    """
    return f"MIN(MAX({moment}, {{{path}.from}}), {{{path}.to}})"


def growth_while_open(prefix: str, closures: Iterable[str], grown: Callable[[str], str]) -> str:
    """Return the formula of what grows with time in a period, without what grows while the plant is closed.

    Parameters
    ----------
    prefix : str
        Start of the plant's paths.
    closures : iterable of str
        Names of the closures that count.
    grown : callable
        Returns the formula of what has grown up to the moment that a reference gives. [month]

    Returns
    -------
    str
        A sum of differences, to be put in parentheses.
    """
    clocks = [f"{prefix}.clock", *(f"{prefix}.closures.{key}.clock" for key in closures)]
    first, *closed = (f"{grown(f'{{{clock}}}')} - {grown(f'{{{clock}@-1}}')}" for clock in clocks)
    return first + "".join(f" - ({part})" for part in closed)
