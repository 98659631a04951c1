"""What a currency is worth from day to day: straight lines by days through its closing rates, or its averages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import date_of, serial
from fibercap.core.dates import whole_period
from fibercap.core.timeline import month_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.series import Series
    from fibercap.core.sheet import Sheet
    from fibercap.core.units import Array


@dataclass(frozen=True)
class Moment:
    """The end of a day as formulas see it; `reads` are the inputs that give it, none where others know it already."""

    path: str
    day: float
    reads: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """How formulas name it."""
        return f"{{{self.path}}}"


@dataclass(frozen=True)
class Knot:
    """A rate, `()` or `(draw, 1)`, by the path of its input, and the day until which it is the rate.

    It is reached from the rate before: in a straight line to `arrives`, or, where that is None, at once on the day
    after `after`.
    """

    path: str
    value: Array
    until: Moment
    arrives: Moment | None = None
    after: Moment | None = None

    @property
    def reached(self) -> float:
        """The first day on which it is the rate."""
        if self.arrives is not None:
            return self.arrives.day
        return self.until.day if self.after is None else self.after.day + 1


@dataclass(frozen=True)
class Step:
    """From one rate to the next: in a straight line between two days, or at once after the first."""

    leaves: Moment
    arrives: Moment | None

    def text(self, day: str) -> str:
        """Return the formula of the share of the way that is gone by the end of a day."""
        if self.arrives is None:
            return f"AND({day} > {self.leaves.ref})"
        return f"MIN(MAX(({day} - {self.leaves.ref}) / ({self.arrives.ref} - {self.leaves.ref}), 0), 1)"

    def share(self, days: Array) -> Array:
        """Return the share of the way that is gone by the ends of some days, (day,). [1]"""
        if self.arrives is None:
            return (days > self.leaves.day).astype(float)
        return np.clip((days - self.leaves.day) / (self.arrives.day - self.leaves.day), 0.0, 1.0)


@dataclass(frozen=True)
class DayRates:
    """What a currency is worth at the end of any day; `times` is what a unit of it is in the currency of `knots`.

    Without knots that is the reporting currency, which is worth one.

    After the day `until`, the end of a month in the run-off, a day's rate is that of the same day a year before, for so
    many `years`; no year where rates hold.
    """

    knots: tuple[Knot, ...]
    times: float = 1.0
    times_ref: str = ""
    until: Moment | None = None
    years: int = 0

    def counted_text(self, day: str) -> str:
        """Return the formula of the day whose rate counts on a day, counted from its month's end."""
        text, until = day, "" if self.until is None else self.until.ref
        for year in range(1, self.years + 1):
            since = until if year == 1 else f"EOMONTH({until}, 12 * {year - 1})"
            back = f"EOMONTH({day}, -12 * {year}) - (EOMONTH({day}, 0) - {day})"
            text = f"IF({day} > {since}, {back}, {text})"
        return text

    def counted(self, days: Array) -> Array:
        """Return the days whose rates count on some days, (day,). [day]"""
        if self.until is None:
            return days
        last, found = date_of(self.until.day), days.copy()
        for place in np.flatnonzero(days > self.until.day):
            day = date_of(days[place])
            month = 12 * day.year + day.month
            year = min(-(-(month - 12 * last.year - last.month) // 12), self.years)
            found[place] = serial(month_end(month - 12 * year)) - (serial(month_end(month)) - days[place])
        return found

    @property
    def steps(self) -> list[Step]:
        """The ways from each rate to the next."""
        return [Step(one.until if two.after is None else two.after, two.arrives) for one, two in pairwise(self.knots)]

    def text(self, day: str) -> str:
        """Return the formula of the rate at the end of a day, such as `{time.date}`."""
        if not self.knots:
            return self.times_ref
        refs = [f"{{inputs.{knot.path}}}" for knot in self.knots]
        ways = zip(pairwise(refs), self.steps, strict=True)
        text = " + ".join([refs[0], *(f"({two} - {one}) * {way.text(day)}" for (one, two), way in ways)])
        if not self.times_ref:
            return text
        return f"({text}) * {self.times_ref}" if len(refs) > 1 else f"{text} * {self.times_ref}"

    def on(self, days: Sequence[float] | Array) -> Array:
        """Return the rate at the ends of some days, (day,) or (draw, day)."""
        ends = self.counted(np.asarray(days, dtype=float))
        if not self.knots:
            return np.full(len(ends), self.times)
        gone = [np.ones(len(ends)), *(step.share(ends) for step in self.steps), np.zeros(len(ends))]
        parts = [knot.value * (one - two) for knot, (one, two) in zip(self.knots, pairwise(gone), strict=True)]
        return np.asarray(sum(parts[1:], start=parts[0]) * self.times)

    def give(self, sheet: Sheet, unit: str) -> None:
        """Make the rates and their days known to formulas.

        Parameters
        ----------
        sheet, unit : Sheet, str
            The sheet that gets the scalars, and the unit of a rate.
        """
        if self.until is not None:
            sheet.give(self.until.path, "day", self.until.day, *self.until.reads)
        for knot in self.knots:
            written = knot.path.removesuffix(".value")
            sheet.give(f"inputs.{knot.path}", unit, knot.value, written)
            for moment in (knot.until, knot.arrives, knot.after):
                if moment is not None and moment.reads:
                    sheet.give(moment.path, "day", moment.day, *moment.reads)


def knots_of(at: str, path: Series, *, middles: bool) -> list[Knot]:
    """Return the rates of a path in order, each with its days.

    Parameters
    ----------
    at : str
        Where the path stands, such as `exchange.EUR.closing`.
    path : Series
        Closing rates, in the order of their last days; with `middles` averages, in the order of their first.
    middles : bool
        Whether a rate is that of the middle day of its time instead of the last.

    Source
    ------
    docs/conventions.md, section 6.
    """
    if not path.starts:
        return [Knot(f"{at}.value", path.values[0], Moment("time.eve", 0.0))]
    found = []
    for number, (name, value) in enumerate(zip(path.names, path.values, strict=True)):
        own, (begins, ends) = f"{at}.{name}", whole_period(name) or (0, 0)
        key, reads = f"inputs.{own}", (own,)
        if ends - begins == 1:
            until = Moment(f"{key}.until", serial(month_end(ends)), reads)
            found.append(Knot(own, value, until, after=Moment(f"{key}.after", serial(month_end(begins)), reads)))
            continue
        last = Moment(f"{key}.on", serial(month_end(ends)), reads)
        on = _middle(at, path, number) if middles else last
        found.append(Knot(own, value, on, arrives=on))
    return found


def _middle(at: str, path: Series, number: int) -> Moment:
    """Return the middle of the time of a key, which another that begins within it ends."""
    begins, ends = whole_period(path.names[number]) or (0, 0)
    reads = [f"{at}.{path.names[number]}"]
    if number + 1 < len(path.starts) and path.starts[number + 1] < ends:
        ends = path.starts[number + 1]
        reads.append(f"{at}.{path.names[number + 1]}")
    day = (serial(month_end(begins)) + 1 + serial(month_end(ends))) / 2
    return Moment(f"inputs.{reads[0]}.on", day, tuple(reads))
