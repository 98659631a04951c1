"""Values over time: paths by year, quarter or month, and blocks of values by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic_core import PydanticCustomError

from fibercap.core import grammar
from fibercap.core.dates import Day, way_to_name, year_ends_of
from fibercap.core.fields import Field, Of, text_of, wrong
from fibercap.core.input_hints import quote
from fibercap.core.money_or_share import PartField
from fibercap.core.period_names import DECEMBER, whole_period
from fibercap.core.units import Array
from fibercap.core.vocabulary import PlanUnits

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.timeline import Timeline


@dataclass(frozen=True)
class Series:
    """A value over time: one number, or values that each hold from their key's start until the next key.

    `starts` and `ends` are the month numbers at the start and the end of each key. [month]
    """

    values: tuple[Array, ...]
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    def weights(self, timeline: Timeline, *, linear: bool = False) -> Array:
        """Return the share of each value in the time average of each period, (value, period); columns add up to 1. [1]

        Parameters
        ----------
        timeline : Timeline
            The periods.
        linear : bool
            Whether a straight line joins the values at the starts of their keys; otherwise each holds until the next.

        Source
        ------
        docs/conventions.md, section 1, Series over time.
        """
        if not self.starts:
            return np.ones((1, timeline.count))
        knots = np.array(self.starts, dtype=float)
        start, end = timeline.starts, timeline.ends
        if not linear:
            until = np.append(knots[1:], np.inf)
            covered = np.minimum(end, until[:, None]) - np.maximum(start, knots[:, None])
            return np.asarray(np.maximum(covered, 0.0) / timeline.months)
        return (hats(knots, end) - hats(knots, start)) / timeline.months

    def averages(self, timeline: Timeline, *, linear: bool = False) -> Array:
        """Return the time average in each period, (period,) or (sample, period), in the unit of the values.

        Parameters
        ----------
        timeline : Timeline
            The periods.
        linear : bool
            As in `weights`.
        """
        weights = self.weights(timeline, linear=linear)
        return np.asarray(sum((v * weights[k] for k, v in enumerate(self.values)), start=np.zeros(timeline.count)))


def hats(knots: Array, moments: Array) -> Array:
    """Return the integral of each knot's weight in linear interpolation from the first knot to each moment. [month]

    Parameters
    ----------
    knots : (knot,)
        Month numbers at which values are given, in increasing order. After the last one its value holds. [month]
    moments : (moment,)
        Month numbers up to which to integrate, not before the first knot. [month]

    Returns
    -------
    (knot, moment)
        For each moment they add up to the months since the first knot.

    Source
    ------
    Own derivation: the weight of a knot falls from 1 to 0 at its neighbors, a triangle, whose integral is a parabola.
    """
    result = np.zeros((len(knots), len(moments)))
    for left, (a, b) in enumerate(pairwise(knots)):
        error_in_entry = np.clip(moments - a, 0.0, b - a)
        rising = error_in_entry**2 / (2 * (b - a))
        result[left] += error_in_entry - rising
        result[left + 1] += rising
    result[-1] += np.maximum(moments - knots[-1], 0.0)
    return result


@dataclass(frozen=True)
class PathOf(Field):
    """A quantity, or a block of quantities by year, quarter or month."""

    of: Of
    at_ends: bool = False
    """Whether each value is that of the last day of its key; keys are then sorted by their ends."""

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return self.of.unit

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = self.of.schema()
        return grammar.either(
            f"{one['title']}; or by period", one["x-unit"], one, grammar.block_by_key(grammar.PERIOD, one)
        )

    def parse(self, raw: Any, info: ValidationInfo) -> Series:
        """Return the series, in the order of time.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with one quantity, or a block of quantities by year, quarter or month, and the context.

        Raises
        ------
        PydanticCustomError
            If a key or quantity cannot be used, two keys stand for one moment, or the block is empty.
        """
        if not isinstance(raw, dict):
            return Series((self.of.parse(raw, info),))
        if not raw:
            raise wrong("empty", "an empty block", "a value, or values by year")
        year_ends = year_ends_of(info)
        points = read_block(raw, lambda key, _: (span_of(key, year_ends)[self.at_ends], key), self.of.parse, info)
        ordered = sorted(points.items(), key=lambda point: point[0])
        edges, names = [edge for (edge, _), _ in ordered], tuple(name for (_, name), _ in ordered)
        for edge, later, one, two in zip(edges, edges[1:], names, names[1:], strict=False):
            if edge == later:
                raise error_in_entry(two, _same_edge(one, two, at_ends=self.at_ends), key=True)
        starts, ends = zip(*(span_of(name, year_ends) for name in names), strict=True)
        return Series(tuple(value for _, value in ordered), starts, ends, names)


def _same_edge(one: str, two: str, *, at_ends: bool) -> PydanticCustomError:
    """Return the error of two keys whose values would be those of one moment."""
    wanted, way = "one value for each moment", "keep one of them"
    if at_ends:
        return wrong("same_end", f"`{two}`, which ends together with `{one}`", wanted, way)
    return wrong("same_start", f"`{two}`, which starts together with `{one}`", wanted, way)


def span_of(key: str, year_ends: int = DECEMBER) -> tuple[int, int]:
    """Return the month numbers at the start and the end of a period such as `2001-Q3`.

    Parameters
    ----------
    key : str
        The name of the period.
    year_ends : int
        The month in which the plan's years end, from 1 to 12.

    Raises
    ------
    PydanticCustomError
        If the key is not a year, quarter or month.
    """
    span = whole_period(key, year_ends)
    if span is None:
        hint = way_to_name(key, year_ends)
        raise wrong("not_a_period", f"the key {quote(key)}", "a year, quarter or month", hint)
    return span


def error_in_entry(name: str, error: PydanticCustomError, *, key: bool = False) -> PydanticCustomError:
    """Return an error that also says in which entry of a block it occurred.

    Parameters
    ----------
    name : str
        The key of the entry.
    error : PydanticCustomError
        The error as it was raised.
    key : bool
        Whether the key itself is wrong, and not its value.
    """
    context = {**(error.context or {}), "inside": name, "key": key}
    return PydanticCustomError(error.type, "{found}", context)


def read_block(
    raw: Mapping[str, Any], key_of: Callable[..., Any], parse: Callable[..., Any], info: ValidationInfo
) -> dict[Any, Any]:
    """Return the entries of a block by their parsed keys.

    Parameters
    ----------
    raw : mapping
        The block as written.
    key_of, parse : callable
        Parse a key and a value; each takes what is written and `info`.
    info : ValidationInfo
        Passed on to both.

    Raises
    ------
    PydanticCustomError
        If a key or value cannot be used, or a key is written twice; it holds the errors of all entries.
    """
    read: dict[Any, Any] = {}
    errors: list[PydanticCustomError] = []
    for name, value in raw.items():
        try:
            key: Any = key_of(name, info)
        except PydanticCustomError as error:
            errors.append(error_in_entry(name, error, key=True))
            continue
        try:
            twice = key in read
            read[key] = parse(value, info)
            if twice:
                repeated = wrong("same_key", f"`{name}` a second time", "each key once")
                errors.append(error_in_entry(name, repeated, key=True))
        except PydanticCustomError as error:
            errors.append(error_in_entry(name, error))
    if errors:
        first, *others = errors
        context = {**(first.context or {}), "others": [(error.type, error.context) for error in others]}
        raise PydanticCustomError(first.type, "{found}", context)
    return read


@dataclass(frozen=True)
class ByKey(Field):
    """A block of values by date, by period or by duration: `{2001-03-31: 2 million USD}`."""

    keys: ClassVar[tuple[str, str]] = ("date", grammar.DAY)
    """What a key is, and its pattern."""

    key: Callable[[str, ValidationInfo], Any]
    of: Of | PartField

    @property
    def unit(self) -> str | None:
        """Unit of every value; None for parts, each of which has its own."""
        return self.of.unit if isinstance(self.of, Of) else None

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = self.of.schema()
        return grammar.either(
            f"{one['title']}; by {self.keys[0]}", one["x-unit"], grammar.block_by_key(self.keys[1], one)
        )

    def parse(self, raw: Any, info: ValidationInfo) -> Mapping[Any, Any]:
        """Return the values by key, in the order of the keys.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A block of values by date, period or duration, and the context.

        Raises
        ------
        PydanticCustomError
            If it is not a block, or a key or value cannot be used.
        """
        if not isinstance(raw, dict):
            wanted = f"a block of values, each like {self.of.example(PlanUnits.from_context(info.context or {}))}"
            raise wrong("not_a_block", quote(text_of(raw, wanted)), wanted, "one for each date or period")
        return dict(sorted(read_block(raw, self.key, self.of.parse, info).items()))


Dated = Annotated[Mapping[date, Array] | None, ByKey(Day().parse, Of("money", low=0.0))]
