"""Values over time: paths by year, quarter or month, and blocks of values by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic_core import PydanticCustomError

from fibercap.core.fields import Day, Field, Of, text_of, whole_period, wrong
from fibercap.core.units import Array

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.timeline import Timeline


@dataclass(frozen=True)
class TimePath:
    """A value over time: one number, or values that each hold from their key's start until the next key."""

    values: tuple[Array, ...]
    starts: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    def weights(self, timeline: Timeline, *, linear: bool = False) -> Array:
        """Return each value's share in each period's time average, (value, period); rows add up to one."""
        if not self.starts:
            return np.ones((1, timeline.count))
        knots = np.array(self.starts, dtype=float)
        start, end = timeline.starts, timeline.ends
        if not linear:
            until = np.append(knots[1:], np.inf)
            covered = np.minimum(end, until[:, None]) - np.maximum(start, knots[:, None])
            return np.maximum(covered, 0.0) / timeline.months
        return (hats(knots, end) - hats(knots, start)) / timeline.months


def hats(knots: Array, moments: Array) -> Array:
    """Integrate, from the first knot to each moment, the weight of each knot in linear interpolation; (knot, moment)."""
    result = np.zeros((len(knots), len(moments)))
    for left, (a, b) in enumerate(pairwise(knots)):
        inside = np.clip(moments - a, 0.0, b - a)
        rising = inside**2 / (2 * (b - a))
        result[left] += inside - rising
        result[left + 1] += rising
    result[-1] += np.maximum(moments - knots[-1], 0.0)
    return result


@dataclass(frozen=True)
class PathOf(Field):
    """A quantity, or a block of quantities by year, quarter or month."""

    of: Of

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return self.of.unit

    def parse(self, raw: Any, info: ValidationInfo) -> TimePath:  # noqa: ANN401
        """Return the path."""
        if not isinstance(raw, dict):
            return TimePath((self.of.parse(raw, info),))
        if not raw:
            raise wrong("empty", "an empty block", "a value, or values by year")
        points = {key: (span_of(key)[0], read_inside(self.of.parse, key, value, info)) for key, value in raw.items()}
        ordered = sorted(points.items(), key=lambda item: item[1][0])
        starts = tuple(start for _, (start, _) in ordered)
        if len(set(starts)) < len(starts):
            raise wrong("same_start", "two keys that start together", "one value for each moment")
        return TimePath(tuple(v for _, (_, v) in ordered), starts, tuple(key for key, _ in ordered))


def span_of(key: str) -> tuple[int, int]:
    """Return a period key's month numbers, or say that it is none."""
    span = whole_period(key)
    if span is None:
        raise wrong("not_a_period", f"the key `{key}`", "a year, quarter or month", "like `2001`, `2001-Q3`, `2001-07`")
    return span


def read_inside(parse: Callable[..., Any], key: str, raw: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
    """Read one entry of a block; an error remembers under which key it happened."""
    try:
        return parse(raw, info)
    except PydanticCustomError as error:
        context = {**(error.context or {}), "inside": key}
        raise PydanticCustomError(error.type, "{found}", context) from None  # type: ignore[arg-type]


@dataclass(frozen=True)
class ByKey(Field):
    """A block of values by date, by period or by duration: `{2001-03-31: 2 million USD}`."""

    key: Callable[[str, ValidationInfo], Any]
    of: Of

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return self.of.unit

    def parse(self, raw: Any, info: ValidationInfo) -> Mapping[Any, Any]:  # noqa: ANN401
        """Return the mapping, in the order of its keys."""
        if not isinstance(raw, dict):
            raise wrong("not_a_block", f"`{text_of(raw, 'a block')}`", "a block of values by key")
        read = {read_inside(self.key, k, k, info): read_inside(self.of.parse, k, v, info) for k, v in raw.items()}
        return dict(sorted(read.items()))


Dated = Annotated[Mapping[date, Array], ByKey(Day().parse, Of("money", low=0.0))]
