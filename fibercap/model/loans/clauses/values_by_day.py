"""A term of a loan that is one value, or values that each hold from their day until the next."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.language import grammar
from fibercap.core.language.dates import Day, year_ends_of
from fibercap.core.language.entries import read_block
from fibercap.core.language.fields import Of, wrong
from fibercap.core.language.period_keys import span_of
from fibercap.core.language.series import OverTime, without_keys
from fibercap.core.timeline import month_end
from fibercap.core.units import Array
from fibercap.core.vocabulary import PlanUnits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.formulas.sheet import Sheet


def first_day(months: int) -> date:
    """Return the first day of the month that follows a whole month number."""
    return month_end(months + 1).replace(day=1)


@dataclass(frozen=True)
class Steps:
    """A value, or values that each hold from their day until the next or, if `linear`, lie on lines between them."""

    values: tuple[Array, ...]
    days: tuple[date, ...] = ()
    names: tuple[str, ...] = ()
    linear: bool = False

    @property
    def by_key(self) -> tuple[tuple[str, Array], ...]:
        """The keys with their values; "" for one value alone."""
        return tuple(zip(self.names or ("",), self.values, strict=True))

    @property
    def ever(self) -> bool:
        """Whether any value is not zero, in any sample."""
        return any(value.any() for value in self.values)

    @property
    def by_end_of_path(self) -> dict[str, Array]:
        """The values by the ends of their paths: `.2001`, or "" for one value."""
        ends = [f".{name}" for name in self.names] or [""]
        return dict(zip(ends, self.values, strict=True))

    @property
    def range(self) -> tuple[float, float]:
        """The least and the largest value, of the first sample."""
        shown = [float(np.ravel(value)[0]) for value in self.values]
        return min(shown), max(shown)

    def number_on(self, day: date) -> int:
        """Return the number of the value that holds on a day; the first one holds before its day too."""
        return max(bisect_right(self.days, day) - 1, 0)

    def value_on(self, day: date) -> Array:
        """Return the value on a day, () or (sample, 1)."""
        if not self.linear:
            return self.values[self.number_on(day)]
        return np.asarray(sum(value * share[0] for value, share in zip(self.values, self._shares([day]), strict=True)))

    def _shares(self, days: Sequence[date]) -> Array:
        """Return the share of each value in the value on each day, (value, day). [1]"""
        known, on = np.array([serial(day) for day in self.days]), np.array([serial(day) for day in days])
        return np.array([np.interp(on, known, one) for one in np.eye(len(known))])

    def read_on(self, days: Iterable[date]) -> Steps:
        """Return values that hold from each of some days on, where straight lines are read on these days alone.

        Parameters
        ----------
        days : iterable of date
            The days, in any order. What is read after the last key is one value.
        """
        ordered = sorted(set(days))
        kept = [day for number, day in enumerate(ordered) if not number or ordered[number - 1] < self.days[-1]]
        return Steps(tuple(self.value_on(day) for day in kept), tuple(kept), tuple(map(str, kept)))

    def by_day(self, days: Sequence[date]) -> Array:
        """Return the value on each day, (day,) or (sample, day)."""
        if self.linear:
            shares = self._shares(days)
            return np.asarray(sum(value * share for value, share in zip(self.values, shares, strict=True)))
        if len(self.values) == 1:
            value = np.reshape(self.values[0], (*np.shape(self.values[0])[:-1], 1))
            return np.broadcast_to(value, (*value.shape[:-1], len(days)))
        values = np.stack(np.broadcast_arrays(*self.values), axis=-1)
        values = values[..., [self.number_on(day) for day in days]]
        return values.reshape(-1, len(days)) if values.ndim > 2 else values  # (sample, 1, day)

    def times(self, factor: Array) -> Steps:
        """Return the same steps with every value multiplied, factor () or (sample, 1)."""
        return Steps(tuple(value * factor for value in self.values), self.days, self.names, self.linear)


@dataclass(frozen=True)
class StepsOf(OverTime):
    """Reads one quantity, such as `8.5 %/year`, or quantities by day, month, quarter or year."""

    of: Of
    refusals = MappingProxyType(
        {"growth": "it is written by day; write each value by its key, or join them with `interpolate: linear`"}
    )
    key_pattern = f"(?:{grammar.PERIOD}|{grammar.DAY})"

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return self.of.unit

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = self.of.schema()
        return self.either_form(f"{one['title']}; or by period or day", one)

    def parse(self, raw: Any, info: ValidationInfo) -> Steps:
        """Return the values in the order of their days; one value alone has no days.

        Parameters
        ----------
        raw : object
            A quantity, or a block of quantities by period or day, as read from YAML.
        info : ValidationInfo
            The context, with the known currencies.

        Raises
        ------
        PydanticCustomError
            If the block is empty, or a day or a quantity cannot be read.
        """
        if not isinstance(raw, dict):
            return Steps((self.of.parse(raw, info),))
        if not raw:
            word = "rate" if self.unit == "1/year" else "value"
            raise wrong("empty", "an empty block", f"a {word}, or {word}s by period or day", f"write a {word}")
        self.refuse_settings(raw)
        beside = {key: field.parse for key, field in self.settings.items()}
        if beside.keys() >= raw.keys():
            raise without_keys(next(iter(raw)), self.of.example(PlanUnits.from_context(info.context or {})))
        points = read_block(raw, _day_of, self.of.parse, info, beside)
        linear = points.pop("interpolate", "") == "linear"
        days = tuple(sorted(points))
        names = {_day_of(name, info): name for name in raw if name not in beside}
        values = tuple(points[day] for day in days)
        return Steps(values, days, tuple(names[day] for day in days), linear and len(days) > 1)


def _day_of(key: str, info: Any) -> date:
    if key.count("-") == 2:  # year, month and day
        return Day().parse(key, info)
    return first_day(span_of(key, year_ends_of(info))[0])


def on_lines(term: object) -> bool:
    """Return whether straight lines join the values of a term."""
    return isinstance(term, Steps) and term.linear


def accrual_starts(days: Sequence[date]) -> list[date]:
    """Return the day from which the fees of each event accrue, that of the event before it."""
    return [date.min, *days[:-1]]


def give_steps(sheet: Sheet, path: str, unit: str, steps: Steps) -> list[str]:
    """Give each value as a scalar, and the days from which they hold; return the references to the values.

    Parameters
    ----------
    sheet, path : Sheet, str
        The sheet that gets the scalars, and the path of the input.
    unit : str
        The unit of the values.
    steps : Steps
        The values.
    """
    if not steps.days:
        return [sheet.give(f"inputs.{path}", unit, steps.values[0])]
    for name, day in zip(steps.names, steps.days, strict=True):
        sheet.give(f"inputs.{path}.{name}.from", "day", serial(day), f"{path}.{name}")
    return [
        sheet.give(f"inputs.{path}.{name}", unit, value) for name, value in zip(steps.names, steps.values, strict=True)
    ]


def give_read_on(
    sheet: Sheet, named: tuple[str, str], steps: Steps, prefix: str, reads: Sequence[str], days: Iterable[date]
) -> tuple[Steps, list[str]]:
    """Give the values of a term that straight lines have on some days; return them, and the references to them.

    Parameters
    ----------
    sheet, named, steps : Sheet, tuple of str, Steps
        The sheet of the schedule, the path of the input and its unit, and the term, whose keys `give_steps` has given.
    prefix, reads, days : str, sequence of str, iterable of date
        The prefix of the scalars of days, such as that of a loan's schedule; the inputs that decide the days; the days.
    """
    path, unit = named
    keys, read = [f"{{inputs.{path}.{name}}}" for name in steps.names], steps.read_on(days)
    references = []
    for name, day, value in zip(read.names, read.days, read.values, strict=True):
        on = sheet.give(f"{prefix}.days.{name}", "day", serial(day), *reads)
        text = text_on_day(path, steps, keys, on)
        references.append(sheet.give(f"{prefix}.{path}.{name}", unit, value, formula=text))
    return read, references


def text_on_day(path: str, steps: Steps, references: Sequence[str], on: str) -> str:
    """Return the formula text of the value on a day; the first one holds before its day too.

    Parameters
    ----------
    path : str
        The path of the input, whose days `give_steps` has given.
    steps, references : Steps, sequence of str
        The values, and the references to them.
    on : str
        Formula text of the day.
    """
    if not steps.names:
        return references[0]
    since = [f"{{inputs.{path}.{name}.from}}" for name in steps.names]
    if steps.linear:
        ways = zip(pairwise(references), pairwise(since), strict=True)
        rises = (f"({two} - {one}) * MIN(MAX(({on} - {a}) / ({b} - {a}), 0), 1)" for (one, two), (a, b) in ways)
        return " + ".join((references[0], *rises))
    begins = ["", *(f"{on} >= {day}" for day in since[1:])]
    ends = [*(f"{on} < {day}" for day in since[1:]), ""]
    terms = []
    for reference, begin, end in zip(references, begins, ends, strict=True):
        conditions = [condition for condition in (begin, end) if condition]
        terms.append(f"{reference} * AND({', '.join(conditions)})" if conditions else reference)
    return " + ".join(terms)
