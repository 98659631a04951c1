"""Blocks of values by year, quarter or month: their keys, in the order of time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from fibercap.core.language.dates import way_to_name, year_ends_of
from fibercap.core.language.entries import error_in_entry, read_block
from fibercap.core.language.fields import wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.period_names import DECEMBER, whole_period

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import PydanticCustomError
    from pydantic_core.core_schema import ValidationInfo


class Point(NamedTuple):
    """A value, the key of a period at which it stands, and the month numbers at the key's start and end. [month]"""

    name: str
    span: tuple[int, int]
    value: Any


def read_by_period(
    raw: Mapping[str, Any],
    info: ValidationInfo,
    parse: Callable[[Any, ValidationInfo], Any],
    way: Callable[[str], str],
    beside: Mapping[str, Callable[..., Any]] | None = None,
    *,
    at_ends: bool = False,
) -> tuple[list[Point], dict[str, Any]]:
    """Return the values of a block by year, quarter or month in the order of time, and what stands beside them by key.

    Parameters
    ----------
    raw, info : mapping, ValidationInfo
        The block as written, and the context.
    parse : callable
        Parses a value.
    way : callable
        Returns the way out for a key that is not a period; "" for the usual one.
    beside : mapping, optional
        For keys that stand beside those of periods, what parses their values.
    at_ends : bool
        Whether each value is that of the last day of its key; keys are then sorted by their ends.

    Raises
    ------
    PydanticCustomError
        If a key or value cannot be used, or two keys stand for one moment.
    """
    year_ends = year_ends_of(info)

    def point_of(key: str, _: ValidationInfo) -> tuple[tuple[int, int], str]:
        return span_of(key, year_ends, way(key)), key

    read = read_block(raw, point_of, parse, info, beside)
    settings = {key: read.pop(key) for key in beside or {} if key in read}
    points = [Point(name, span, value) for (span, name), value in read.items()]
    points.sort(key=lambda point: point.span[at_ends])
    for one, two in pairwise(points):
        if one.span[at_ends] == two.span[at_ends]:
            raise error_in_entry(two.name, _same_edge(one.name, two.name, at_ends=at_ends), key=True)
    return points, settings


def _same_edge(one: str, two: str, *, at_ends: bool) -> PydanticCustomError:
    """Return the error of two keys whose values would be those of one moment."""
    wanted, way = "one value for each moment", "keep one of them"
    if at_ends:
        return wrong("same_end", f"`{two}`, which ends together with `{one}`", wanted, way)
    return wrong("same_start", f"`{two}`, which starts together with `{one}`", wanted, way)


def span_of(key: str, year_ends: int = DECEMBER, way: str = "") -> tuple[int, int]:
    """Return the month numbers at the start and the end of a period such as `2001-Q3`.

    Parameters
    ----------
    key : str
        The name of the period.
    year_ends : int
        The month in which the plan's years end, from 1 to 12.
    way : str
        The way out of an error, if it is another than to write a period.

    Raises
    ------
    PydanticCustomError
        If the key is not a year, quarter or month.
    """
    span = whole_period(key, year_ends)
    if span is None:
        hint = way or way_to_name(key, year_ends)
        raise wrong("not_a_period", f"the key {quote(key)}", "a year, quarter or month", hint)
    return span
