"""Checks of series: each covers the horizon's start, and each index the growth that it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.language.growth_by_month import factors_by_month
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import field_at, quantities
from fibercap.core.period_names import period_label, year_end
from fibercap.core.timeline import month_end, month_number
from fibercap.model.checks.funding_checks import in_sample
from fibercap.model.horizon.outliving import to_maturity
from fibercap.model.plan.discount_rate import RealRate

if TYPE_CHECKING:
    from fibercap.core.language.fields import Of
    from fibercap.core.language.growth import Growth
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan


def start_of_series(s: Plan, name: str) -> Findings:
    """Yield the series that begin after the horizon.

    Parameters
    ----------
    s, name : Plan, str
        The plan; the name is not read.
    """
    del name
    origin = s.horizon.timeline.origin
    for path, value, _ in quantities(s):
        closing = path[0] == "exchange" and path[-1] == "closing"  # before its first rate, that one holds, or `opening`
        if (
            path[0] != "rates"
            and not closing
            and isinstance(value, Series)
            and value.starts
            and value.starts[0] > origin
        ):
            hint = f"add a value from {s.horizon.start.year} on"
            problem = f"a series that starts at {value.names[0]}"
            yield ".".join(path), "late_path", problem, "one that covers the horizon's start", hint


def growth_of_series(s: Plan, name: str) -> Findings:
    """Yield the series that grow by an index before its first rate, or beyond what they may be.

    Parameters
    ----------
    s, name : Plan, str
        The plan; the name is not read.
    """
    del name
    for path, series, _ in quantities(s):
        growth = series.growth if isinstance(series, Series) else None
        index = s.indices.get(growth.index) if growth is not None else None
        if growth is None or (growth.index and index is None):
            continue
        place = ".".join((*path, *growth.key.split(".")))
        if (
            index is not None and index.starts and index.starts[0] <= s.horizon.timeline.origin
        ):  # else it is wrong itself
            yield from _start_of_index(s, series, growth, index, place)
        if isinstance(field := field_at(type(s), path), PathOf) and np.isfinite(field.of.high):
            yield from _limit_of_growth(s, series, growth, field.of, place)


def _start_of_index(s: Plan, series: Series, growth: Growth, index: Series, place: str) -> Findings:
    """Yield the growth of a series whose first step comes before the first rate of its index."""
    last, year_ends = series.grows_from, s.horizon.timeline.year_ends
    step = last + 1 if growth.every == "month" else year_end(last + 1, year_ends)
    if index.starts[0] > step:
        problem = f"`{growth.index}`, known from {index.names[0]} on"
        when = period_label(month_end(step + 1), growth.every, year_ends)
        yield (
            place,
            "late_path",
            problem,
            f"one that covers {when}",
            f"add a rate for {when} under `indices.{growth.index}`",
        )


def _limit_of_growth(s: Plan, series: Series, growth: Growth, of: Of, place: str) -> Findings:
    """Yield the growth of a series to more than it may be, such as a share of over 100 %, in horizon or run-off."""
    timeline = to_maturity(s)
    months = np.arange(series.grows_from + 1, int(timeline.ends[-1]), dtype=float)
    factors = factors_by_month(growth, s.indices.get(growth.index), months, timeline.year_ends)
    beyond = np.atleast_2d(series.values[-1] * factors > of.high * (1.0 + 1e-9))  # the rounding of many steps
    if beyond.any():
        most = "100 %" if of.unit == "percent" else f"{of.high:g} {of.unit}s"
        when = month_end(int(months[beyond.any(axis=0).argmax()]) + 1)
        sample = in_sample(np.asarray(beyond.any(axis=1))) if len(beyond) > 1 else ""
        problem, way = (
            f"a growth to more than {most} in {when:%Y-%m}{sample}",
            "lower it, or write each value by its key",
        )
        yield place, "out_of_range", problem, f"at most {most}", way


def start_of_discounting(s: Plan, name: str) -> Findings:
    """Yield a discount rate beyond an index that begins after the day to which flows are discounted.

    Parameters
    ----------
    s, name : Plan, str
        The plan; the name is not read.
    """
    del name
    day, rate = s.money.valuation_date, s.money.discount_rate
    if day is None or not isinstance(rate, RealRate):
        return
    index = s.indices.get(rate.index)
    if index is None or not index.starts or index.starts[0] <= month_number(day):
        return
    hint = f"add a rate for {day.year} under `indices.{rate.index}`"
    problem = f"`{rate.index}`, known from {index.names[0]} on"
    yield "money.discount_rate.index", "late_path", problem, f"one that covers the valuation date, {day}", hint
