"""Values over time: series by year, quarter or month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from fibercap.core.errors import nearest
from fibercap.core.language import grammar
from fibercap.core.language.entries import error_in_entry
from fibercap.core.language.fields import Field, Of, Word, wrong
from fibercap.core.language.growth import Growth, GrowthOf
from fibercap.core.language.period_keys import read_by_period
from fibercap.core.units import Array
from fibercap.core.vocabulary import PlanUnits

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError
    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.timeline import Timeline


INTERPOLATE: Final = Word(("none", "linear"), "ways to interpolate")
_LIKE: Final = {"growth": "5 %/year", "interpolate": "linear"}
SETTINGS: Final[Mapping[str, Field]] = {"growth": GrowthOf(), "interpolate": INTERPOLATE}
"""The keys that may stand beside those of periods."""


@dataclass(frozen=True)
class Series:
    """A value over time: one number, or values that each hold from their key's start until the next key.

    `starts` and `ends` are the month numbers at the start and the end of each key. [month]
    """

    values: tuple[Array, ...]
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    growth: Growth | None = None
    linear: bool | None = None
    """Whether straight lines join its values; None where what it belongs to says so."""
    at_ends: bool = False
    """Whether each value is that of the last day of its key."""
    filled: tuple[str, ...] = ()
    """Keys that were not written, whose values lie on the line between those that were."""

    @property
    def by_key(self) -> tuple[tuple[str, Array], ...]:
        """The keys that were written, with their values; "" of a series without keys."""
        keys = zip(self.names or ("",), self.values, strict=True)
        return tuple((key, value) for key, value in keys if key not in self.filled)

    @property
    def grows_from(self) -> int:
        """The month number at which the last month before any growth begins. [month]"""
        return self.ends[-1] - 1 if self.at_ends else self.starts[-1]

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
            until = np.append(knots[1:], np.inf)  # the last value holds for ever
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
        passed = np.clip(moments - a, 0.0, b - a)
        rising = passed**2 / (2 * (b - a))
        result[left] += passed - rising
        result[left + 1] += rising
    result[-1] += np.maximum(moments - knots[-1], 0.0)
    return result


class OverTime(Field):
    """A value, or values by key, which may stand in a file: `{file: prices.csv, column: price}`."""

    key_pattern: ClassVar[str] = grammar.PERIOD
    """The regular expression of a whole key."""
    may_be_bare: ClassVar[bool] = False
    """Whether numbers without a unit may be meant."""

    refusals: ClassVar[Mapping[str, str]] = {}
    """Why settings that stand beside the keys of other series do not apply, by setting."""

    @property
    def settings(self) -> Mapping[str, Field]:
        """The keys that may stand beside those of the values."""
        return {key: field for key, field in SETTINGS.items() if key not in self.refusals}

    def refuse_settings(self, raw: Mapping[str, Any]) -> None:
        """Raise if a setting that does not apply stands beside the keys of a block.

        Parameters
        ----------
        raw : mapping
            The block as written.

        Raises
        ------
        PydanticCustomError
            If there is one; it says why it does not apply.
        """
        for key in self.refusals.keys() & raw.keys():
            error = wrong("takes_keys_alone", f"`{key}`", "values by their keys", self.refusals[key])
            raise error_in_entry(key, error, key=True)

    def way_to_setting(self, key: str) -> str:
        """Return the way out for a key that is like one that may stand beside periods; "" for others."""
        near = nearest(key, SETTINGS)
        return f"did you mean `{near}`?" if near and near in self.settings else self.refusals.get(near, "")

    def either_form(self, title: str, one: grammar.Json) -> grammar.Json:
        """Return the JSON Schema of one value, of values by key, or of a column of a file.

        Parameters
        ----------
        title : str
            What the input is.
        one : Json
            The schema of one value.
        """
        settings = {key: field.schema() for key, field in self.settings.items()}
        block = grammar.block_by_key(self.key_pattern, one) | ({"properties": settings} if settings else {})
        return grammar.either(title, one["x-unit"], one, block, grammar.column_of_file(settings))


@dataclass(frozen=True)
class PathOf(OverTime):
    """A quantity, or a block of quantities by year, quarter or month."""

    of: Of
    at_ends: bool = False
    """Whether each value is that of the last day of its key; keys are then sorted by their ends."""
    no_growth: str = ""
    """Why it does not grow, if it does not."""

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return self.of.unit

    @property
    def refusals(self) -> Mapping[str, str]:  # type: ignore[override]  # a property, for it depends on a field
        """Why settings do not apply."""
        return {"growth": self.no_growth} if self.no_growth else {}

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = self.of.schema()
        return self.either_form(f"{one['title']}; or over time{', without growth' if self.no_growth else ''}", one)

    def parse(self, raw: Any, info: ValidationInfo) -> Series:
        """Return the series, in the order of time.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with one quantity, or a block of quantities by year, quarter or month, and the context.

        Raises
        ------
        PydanticCustomError
            If a key or quantity cannot be used, two keys stand for one moment, or the block has no key of a period.
        """
        if not isinstance(raw, dict):
            return Series((self.of.parse(raw, info),))
        self.refuse_settings(raw)
        beside = {key: field.parse for key, field in self.settings.items()}
        if beside.keys() >= raw.keys():
            raise without_keys(next(iter(raw), ""), self.of.example(PlanUnits.from_context(info.context or {})))
        points, settings = read_by_period(raw, info, self.of.parse, self.way_to_setting, beside, at_ends=self.at_ends)
        growth, interpolate = settings.get("growth"), settings.get("interpolate")
        values, starts, ends, names = zip(*((point.value, *point.span, point.name) for point in points), strict=True)
        linear = interpolate and interpolate == "linear"
        return Series(values, starts, ends, names, growth, linear, self.at_ends)


def without_keys(setting: str, example: str) -> PydanticCustomError:
    """Return the error of a block that has no value by period.

    Parameters
    ----------
    setting, example : str
        What stands there instead, and what a value is like.
    """
    if not setting:
        return wrong("empty", "an empty block", "a value, or values by year")
    way = f"write it like `{{2001: {example.strip('`')}, {setting}: {_LIKE[setting]}}}`"
    error = wrong("empty", f"`{setting}` without a value by period", "one to start from", way)
    return error_in_entry(setting, error, key=True)
