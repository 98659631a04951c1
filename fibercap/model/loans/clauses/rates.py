"""The rate of a loan on each day: fixed, in steps, or an index and a margin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import numpy as np

from fibercap.core.language.fields import Label, Of, Word, wrong
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.timeline import add_months
from fibercap.core.units import Array
from fibercap.model.loans.clauses.ratio_steps import CapTerm, MarginTerm, RateTerm, choose_form
from fibercap.model.loans.clauses.values_by_day import Steps, StepsOf, first_day

INTERVALS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
EACH_PERIOD = "payment"
FOLLOWS_INDEX = "any_day"
RATE = Of("1/year", low=0.0)
INDEX = PathOf(
    Of("1/year"),
    no_growth="a rate of interest does not grow by a share of itself; write each by its key, or `interpolate: linear`",
)
Indices = Mapping[str, Series]


class Floating(Spec):
    """An index under `rates`, a margin and limits, fixed on the first day of an interest period for all of it."""

    index: Label
    """Name of the index under `rates`. Like `libor_3m`."""
    margin: MarginTerm = Steps((np.asarray(0.0),))
    """What comes on top of the index; below zero only with a `floor`. Like `2.5 %/year`,
    `{2001: 2.5 %/year, 2003: 2 %/year}` or `{by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}},
    else: 2 %/year}`."""
    floor: RateTerm = Steps((np.asarray(0.0),))
    """The rate is never below this. Like `4 %/year`."""
    cap: CapTerm = None
    """The rate is never above this. Like `9 %/year` or `{2001: 9 %/year, 2003: 8 %/year}`."""
    reset: Annotated[str, Word((EACH_PERIOD, FOLLOWS_INDEX, *INTERVALS), "reset intervals")] = EACH_PERIOD
    """When the rate is fixed anew: `payment`, on the first day of each interest period; `quarter` and the like, on that
    of the first interest period that begins when so much time has passed since signing or the last time; `any_day`, as
    soon as the index changes."""


def _choose(raw: Any) -> tuple[str, Any]:
    floating = isinstance(raw, dict) and any(key in Floating.model_fields for key in raw)
    margin = raw.get("margin") if floating else raw
    if isinstance(raw, dict) and "index" not in raw and choose_form(margin)[0] == "by":
        hint = "put the rate itself under `rates` as an index that stays, and write `{index: ..., margin: {by: ...}}`"
        raise wrong("steps_on_fixed_rate", "steps of a ratio without an index", "steps of a margin on an index", hint)
    return ("floating" if floating else "steps"), raw


Rate = Annotated[
    Steps | Floating,
    OneOf({"steps": Annotated[Steps, StepsOf(RATE)], "floating": Floating}, _choose, "1/year", "rate of a loan"),
]


@dataclass(frozen=True)
class RateCourse:
    """A loan's rate over its life: values, the days from which each holds, and the days on which it is set."""

    values: tuple[Array, ...]
    days: tuple[date, ...]
    resets: tuple[date, ...]
    written: Steps
    """The values as written by key, or of the index; if they lie on lines, `values` are those on the days of resets."""

    def set_on(self, day: date) -> date:
        """Return the day that decides which value holds from a day on."""
        return self.resets[max(bisect_right(self.resets, day) - 1, 0)] if self.resets else day

    def step(self, day: date) -> int:
        """Return the number of the value that a day decides."""
        return max(bisect_right(self.days, day) - 1, 0)

    def changes(self, signed: date, until: date) -> tuple[date, ...]:
        """Return the days on which the rate may change, between two dates and neither of them.

        Parameters
        ----------
        signed, until : date
            The dates.
        """
        return tuple(day for day in self.resets or self.days if signed < day < until)


def rate_course(rate: Steps | Floating, period_starts: Sequence[date], indices: Indices) -> RateCourse:
    """Return the course of a loan's rate; of a floating one, of the index alone, before margin and limits.

    Parameters
    ----------
    rate : Steps or Floating
        The rate of the contract.
    period_starts : sequence of date
        First days of the interest periods, from signing on, in order; not read where the rate follows its index.
    indices : mapping
        The paths under `rates`, by name. [1/year]

    Source
    ------
    docs/conventions.md, section 4: an index is fixed on the first day of an interest period for all of it, and so are
    the loan's own rates where straight lines join them.
    """
    if isinstance(rate, Steps):
        written, resets = rate, _resets(EACH_PERIOD, period_starts) if rate.linear else ()
    else:
        written = index_by_day(indices[rate.index])
        resets = () if rate.reset == FOLLOWS_INDEX or not written.days else _resets(rate.reset, period_starts)
    read = written.read_on(resets) if written.linear else written
    return RateCourse(read.values, read.days, resets, written)


def index_by_day(series: Series) -> Steps:
    """Return an index under `rates` by the days from which its values hold, or between which its lines run."""
    days = tuple(first_day(start) for start in series.starts)
    return Steps(series.values, days, series.names, bool(series.linear) and len(days) > 1)


def _resets(interval: str, period_starts: Sequence[date]) -> tuple[date, ...]:
    """Return the first days of interest periods on which a rate is fixed."""
    months, resets = INTERVALS.get(interval, 0), list(period_starts[:1])
    for day in period_starts[1:]:
        if day >= add_months(resets[-1], months):
            resets.append(day)
    return tuple(resets)


def apply_limits(index: Array, margin: Array, floor: Array, cap: Array | None = None) -> Array:
    """Return the rate that a loan bears, from the index on which it floats, (..., event). [1/year]

    Parameters
    ----------
    index, margin, floor : (..., event)
        The index, what comes on top of it, and the least that the rate may be. [1/year]
    cap : (..., event) or None
        The most that it may be; None if there is no most. [1/year]

    Source
    ------
    docs/conventions.md, section 4: index plus margin, between floor and cap.
    """
    bare = np.maximum(index + margin, floor)
    return bare if cap is None else np.minimum(bare, cap)


def is_one_rate(rate: Steps | Floating) -> bool:
    """Return whether a loan has one rate for its whole life."""
    return isinstance(rate, Steps) and not rate.days


def rate_text(rate: Steps | Floating) -> str:
    """Return a rate in words: `8.5 %/year`, `8 to 9 %/year`, `libor_3m + 2.5 %/year`."""
    if isinstance(rate, Floating):
        low, high = rate.margin.range
        if low == high:
            return f"{rate.index} {'-' if low < 0 else '+'} {abs(100 * low):g} %/year"
        return f"{rate.index} + {100 * low:g} to {100 * high:g} %/year"
    low, high = rate.range
    return f"{100 * low:g} %/year" if low == high else f"{100 * low:g} to {100 * high:g} %/year"
