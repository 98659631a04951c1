"""Checks of series: each covers the horizon's start, and each index the growth that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.growth_by_month import factors_by_month
from fibercap.core.period_names import period_label, year_end
from fibercap.core.series import PathOf, Series
from fibercap.core.spec import field_at, quantities
from fibercap.core.timeline import month_end, month_number
from fibercap.model.checks.funding_checks import in_sample
from fibercap.model.horizon.outliving import to_maturity
from fibercap.model.plan.discount_rate import RealRate

if TYPE_CHECKING:
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


def start_of_growth(s: Plan, name: str) -> Findings:
    """Yield the series that grow by an index before its first rate.

    Parameters
    ----------
    s, name : Plan, str
        The plan; the name is not read.
    """
    del name
    for path, series in _growing_by_index(s):
        growth, last = series.growth, series.starts[-1]
        index = s.indices.get(growth.index) if growth is not None else None
        if growth is None or index is None or not index.starts:
            continue
        year_ends = s.horizon.timeline.year_ends
        step = last + 1 if growth.every == "month" else year_end(last + 1, year_ends)
        if index.starts[0] > step:
            problem = f"`{growth.index}`, known from {index.names[0]} on"
            when = period_label(month_end(step + 1), growth.every, year_ends)
            hint = f"add a rate for {when} under `indices.{growth.index}`"
            yield ".".join((*path, *growth.key.split("."))), "late_path", problem, f"one that covers {when}", hint


def limit_of_growth(s: Plan, name: str) -> Findings:
    """Yield the series that grow beyond what they may be, such as a share of more than 100 %, in horizon or run-off.

    Parameters
    ----------
    s, name : Plan, str
        The plan; the name is not read.
    """
    del name
    for path, series, _ in quantities(s):
        growth = series.growth if isinstance(series, Series) else None
        field = field_at(type(s), path) if growth is not None else None
        if growth is None or not isinstance(field, PathOf) or not np.isfinite(field.of.high):
            continue
        timeline, index = to_maturity(s), s.indices.get(growth.index)
        if growth.index and index is None:
            continue
        months = np.arange(series.starts[-1] + 1, int(timeline.ends[-1]))
        factors = factors_by_month(growth, index, months, timeline.year_ends)
        beyond = np.atleast_2d(series.values[-1] * factors > field.of.high * (1.0 + 1e-9))  # the rounding of many steps
        if beyond.any():
            most = "100 %" if field.of.unit == "percent" else f"{field.of.high:g} {field.unit}s"
            when = month_end(int(months[beyond.any(axis=0).argmax()]) + 1)
            sample = in_sample(np.asarray(beyond.any(axis=1))) if len(beyond) > 1 else ""
            problem, way = (
                f"a growth to more than {most} in {when:%Y-%m}{sample}",
                "lower it, or write each value by its key",
            )
            yield ".".join((*path, *growth.key.split("."))), "out_of_range", problem, f"at most {most}", way


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


def _growing_by_index(s: Plan) -> Iterator[tuple[tuple[str, ...], Series]]:
    for path, value, _ in quantities(s):
        if isinstance(value, Series) and value.growth is not None and value.growth.index:
            yield path, value
