"""Rows of growth: how much a series has grown since its last key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import INPUT, Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.period_names import DECEMBER
from fibercap.core.timeline import RATE, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fibercap.core.language.growth import Growth

    Spans = list[tuple[str, Callable[[str], str]]]

GROWTH: Final = "growth"
"""Prefix of the rows of factors."""
KNOT: Final = ".from"
"""The end of the path of the month number at which a key begins."""
NEXT: Final = "{time.one_month}"


def growth_rows(sheet: Sheet, timeline: Timeline, named: tuple[str, str], growth: Growth, last: str) -> str:
    """Write by how much the last value of a series has grown; return the reference to the row.

    Writes `growth.<name>` [1], the mean over the months of each period, 1 up to the first step; where a series grows
    each month and periods are longer, also `growth.<name>.month_1` and so on, the factor in each month of a period.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that has the keys of the series and of indices as scalars, and gets the rows; and its periods.
    named : tuple of str
        The path of the input, such as `products.multimode.price`, and the name of its row for readers.
    growth, last : Growth, str
        How it grows, and the reference to the month number at which its last key begins. [month]

    Source
    ------
    docs/conventions.md, section 1, Growth.
    """
    name, label = named[0], f"{named[1]}, growth since the last key"
    path, months = f"{GROWTH}.{name}", timeline.months if growth.every == "month" else 1
    reads = (f"{name}.{growth.key}", *((f"{name}.growth.every",) if growth.every == "month" else ()))
    paths = [path] if months == 1 else [f"{path}.month_{number + 1}" for number in range(months)]
    for number, of_month in enumerate(paths):
        words = label if months == 1 else f"{label}, month {number + 1}"
        text = _factor_text(sheet, timeline, (name, last), growth, f"{number} * {NEXT}" if number else "")
        sheet.line(Row(of_month, words, "", RATE, text, reads=reads))
    if months > 1:
        sheet.line(Row(path, label, "", RATE, f"({total(paths)}) / {months}"))
    return f"{{{path}}}"


def _factor_text(sheet: Sheet, timeline: Timeline, named: tuple[str, str], growth: Growth, later: str) -> str:
    """Return the formula of the growth up to a month of a period, which begins `later` than the period."""
    name, last = named
    until = f"{{time.start}} + {later} + {NEXT}" if later else f"{{time.start}} + {NEXT}"
    if growth.rate is not None:
        spans: Spans = [(sheet.give(f"{INPUT}{name}.{growth.key}", "1/year", growth.rate), str)]
    else:
        spans = index_spans(sheet, growth.index)
    return factor_text(spans, last, until, timeline.year_ends, growth.every)


def factor_text(spans: Spans, last: str, until: str, year_ends: int, every: str) -> str:
    """Return the formula of how much a series has grown by some month.

    Parameters
    ----------
    spans : list
        The references to the rates, each with what cuts a month number to the time in which it holds.
    last, until : str
        References to the month numbers at which the last key, and the month after that month, begin. [month]
    year_ends, every : int, str
        The month in which years end, from 1 to 12, and whether it grows each `year` or each `month`.

    Source
    ------
    docs/conventions.md, section 1, Growth.
    """
    return " * ".join(_power(rate, clip(f"{last} + {NEXT}"), clip(until), year_ends, every) for rate, clip in spans)


def index_spans(sheet: Sheet, name: str) -> Spans:
    """Return the reference to each rate of an index, with what cuts a month number to the time in which it holds.

    Parameters
    ----------
    sheet, name : Sheet, str
        The sheet that has the scalars of the index, and its name. The first rate holds before its key too.
    """
    keys = [key for key in sheet.block().given if key.startswith(f"{INPUT}indices.{name}.")]
    rates, knots = [[f"{{{key}}}" for key in keys if key.endswith(KNOT) is ends] for ends in (False, True)]
    return spans_of(rates, knots)


def spans_of(rates: Sequence[str], knots: Sequence[str]) -> Spans:
    """Return the reference to each rate, with what cuts a month number to the time in which it holds.

    Parameters
    ----------
    rates, knots : sequence of str
        References to the rates, and to the month numbers at which their keys begin; none for one rate.
    """
    edges = ["", *knots[1:], ""]
    return [(rate, partial(cut_month, *edges[number : number + 2])) for number, rate in enumerate(rates)]


def cut_month(begins: str, ends: str, month: str) -> str:
    """Return the formula of a month number that is cut to a span.

    Parameters
    ----------
    begins, ends : str
        References to the month numbers at which the span begins and ends; "" where it is open. [month]
    month : str
        Formula of the month number. [month]
    """
    later = f"MAX({month}, {begins})" if begins else month
    return f"MIN({later}, {ends})" if ends else later


def _power(rate: str, begins: str, ends: str, year_ends: int, every: str) -> str:
    """Return the growth by a rate in the months from one month number on and before another."""
    if every == "month":
        return f"(1 + {rate} * {{time.one_year}})^(MAX({ends} - ({begins}), 0) / {{time.months_in_year}})"
    shift = "" if year_ends == DECEMBER else " - {time.year_ends}"
    before, after = (f"ROUNDUP(({month}{shift}) / {{time.months_in_year}}, 0)" for month in (begins, ends))
    return f"(1 + {rate} * {{time.one_year}})^MAX({after} - {before}, 0)"
