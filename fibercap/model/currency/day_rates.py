"""The rate of exchange of a currency on every day: straight lines through its closing rates, or its averages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import date_of, serial
from fibercap.core.timeline import month_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.language.series import Series
    from fibercap.core.units import Array
    from fibercap.model.currency.day_growth import DayGrowth


@dataclass(frozen=True)
class DayEnd:
    """The end of a day: the path of its scalar, its number as spreadsheets count days, and the inputs that decide it.

    `reads` is empty if the scalar is given elsewhere.
    """

    path: str
    day: float
    reads: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """The reference to it in formulas."""
        return f"{{{self.path}}}"


@dataclass(frozen=True)
class Knot:
    """A rate, `()` or `(sample, 1)`, with the path of its input, and the last day on which it is the rate, `until`.

    From the rate before it, a straight line leads to it on the day `arrives`; if that is None, it holds from the day
    after `after` on.
    """

    path: str
    value: Array
    until: DayEnd
    arrives: DayEnd | None = None
    after: DayEnd | None = None

    @property
    def first_day(self) -> float:
        """The first day on which it is the rate, as spreadsheets count days. [day]"""
        if self.arrives is not None:
            return self.arrives.day
        return self.until.day if self.after is None else self.after.day + 1


@dataclass(frozen=True)
class Step:
    """The change from one rate to the next: a straight line between two days, or a jump after the first."""

    leaves: DayEnd
    arrives: DayEnd | None

    def text(self, day: str) -> str:
        """Return the formula text of the share of the change that is done by the end of a day. [1]"""
        if self.arrives is None:
            return f"AND({day} > {self.leaves.ref})"
        return f"MIN(MAX(({day} - {self.leaves.ref}) / ({self.arrives.ref} - {self.leaves.ref}), 0), 1)"

    def share(self, days: Array) -> Array:
        """Return the share of the change that is done by the end of each day, (day,). [1]"""
        if self.arrives is None:
            return (days > self.leaves.day).astype(float)
        return np.clip((days - self.leaves.day) / (self.arrives.day - self.leaves.day), 0.0, 1.0)


@dataclass(frozen=True)
class DayRates:
    """The rate of a currency at the end of any day: the rate of `knots`, times the fixed number `times`.

    Without knots, `times` is the rate: the currency is tied to the reporting one.

    After the day `until`, the end of a month in the run-off, a day's rate is that of the same day a year before, for
    `years` years; 0 if the last rate holds. The last rate may grow.
    """

    knots: tuple[Knot, ...]
    times: float = 1.0
    times_ref: str = ""
    until: DayEnd | None = None
    years: int = 0
    growth: DayGrowth | None = None

    def counted_day_text(self, day: str) -> str:
        """Return the formula text of the day whose rate applies on a day: after `until`, a day some years earlier."""
        text, until = day, "" if self.until is None else self.until.ref
        for year in range(1, self.years + 1):
            since = until if year == 1 else f"EOMONTH({until}, 12 * {year - 1})"
            back = f"EOMONTH({day}, -12 * {year}) - (EOMONTH({day}, 0) - {day})"
            text = f"IF({day} > {since}, {back}, {text})"
        return text

    def counted_days(self, days: Array) -> Array:
        """Return the days whose rates apply on some days, (day,). [day]"""
        if self.until is None:
            return days
        last, counted = date_of(self.until.day), days.copy()
        for index in np.flatnonzero(days > self.until.day):
            day = date_of(days[index])
            month = 12 * day.year + day.month
            year = min(-(-(month - 12 * last.year - last.month) // 12), self.years)
            counted[index] = serial(month_end(month - 12 * year)) - (serial(month_end(month)) - days[index])
        return counted

    @property
    def steps(self) -> list[Step]:
        """The changes from each rate to the next."""
        return [Step(one.until if two.after is None else two.after, two.arrives) for one, two in pairwise(self.knots)]

    def text(self, day: str) -> str:
        """Return the formula text of the rate at the end of a day, such as `{time.date}`."""
        if not self.knots:
            return self.times_ref
        refs = [f"{{inputs.{knot.path}}}" for knot in self.knots]
        ways = zip(pairwise(refs), self.steps, strict=True)
        terms = [refs[0], *(f"({two} - {one}) * {way.text(day)}" for (one, two), way in ways)]
        if self.growth is not None:
            terms.append(f"{refs[-1]} * ({self.growth.text(day)} - 1)")
        text = " + ".join(terms)
        if not self.times_ref:
            return text
        return f"({text}) * {self.times_ref}" if len(terms) > 1 else f"{text} * {self.times_ref}"

    def rates_on(self, days: Sequence[float] | Array) -> Array:
        """Return the rate at the end of each day, (day,) or (sample, day). [reporting currency per unit]"""
        ends = self.counted_days(np.asarray(days, dtype=float))
        if not self.knots:
            return np.full(len(ends), self.times)
        gone = [np.ones(len(ends)), *(step.share(ends) for step in self.steps), np.zeros(len(ends))]
        parts = [knot.value * (one - two) for knot, (one, two) in zip(self.knots, pairwise(gone), strict=True)]
        if self.growth is not None:
            parts.append(self.knots[-1].value * (self.growth.factors(ends) - 1.0))
        return np.asarray(sum(parts[1:], start=parts[0]) * self.times)

    def give(self, sheet: Sheet, unit: str) -> None:
        """Give the rates and their days as scalars.

        Parameters
        ----------
        sheet, unit : Sheet, str
            The sheet that gets the scalars, and the unit of a rate.
        """
        if self.until is not None:
            sheet.give(self.until.path, "day", self.until.day, *self.until.reads)
        if self.growth is not None:
            self.growth.give(sheet)
        for knot in self.knots:
            written = knot.path.removesuffix(".value")
            sheet.give(f"inputs.{knot.path}", unit, knot.value, written)
            for moment in (knot.until, knot.arrives, knot.after):
                if moment is not None and moment.reads:
                    sheet.give(moment.path, "day", moment.day, *moment.reads)


def knots_of(prefix: str, series: Series, *, middles: bool) -> list[Knot]:
    """Return the rates of a series in order, each with its days.

    Parameters
    ----------
    prefix : str
        The path of the series, such as `exchange.EUR.closing`.
    series : Series
        Closing rates, in the order of their last days; with `middles` averages, in the order of their first days.
    middles : bool
        Whether each rate is that of the middle day of its time instead of the last day; where straight lines join the
        averages, of the day before its time begins.

    Source
    ------
    docs/conventions.md, section 6.
    """
    if not series.starts:
        return [Knot(f"{prefix}.value", series.values[0], DayEnd("time.eve", 0.0))]
    knots = []
    keys = zip(series.names, series.starts, series.ends, series.values, strict=True)
    for number, (name, begins, ends, value) in enumerate(keys):
        input_path = f"{prefix}.{name}"
        key, reads = f"inputs.{input_path}", (input_path,)
        if not series.linear and (ends - begins == 1 or series.linear is False):
            until = DayEnd(f"{key}.until", serial(month_end(ends)), reads)
            since = begins if middles or not number else max(begins, series.ends[number - 1])
            knots.append(Knot(input_path, value, until, after=DayEnd(f"{key}.after", serial(month_end(since)), reads)))
            continue
        if middles and not series.linear:
            on = _middle_day(prefix, series, number)
        else:
            on = DayEnd(f"{key}.on", serial(month_end(begins if middles else ends)), reads)
        knots.append(Knot(input_path, value, on, arrives=on))
    return knots


def _middle_day(prefix: str, series: Series, number: int) -> DayEnd:
    """Return the middle day of a key's time, which ends early where the next key begins within it."""
    begins, ends = series.starts[number], series.ends[number]
    reads = [f"{prefix}.{series.names[number]}"]
    if number + 1 < len(series.starts) and series.starts[number + 1] < ends:
        ends = series.starts[number + 1]
        reads.append(f"{prefix}.{series.names[number + 1]}")
    day = (serial(month_end(begins)) + 1 + serial(month_end(ends))) / 2
    return DayEnd(f"inputs.{reads[0]}.on", day, tuple(reads))
