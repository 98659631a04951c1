"""Parts of measures: undefined values and their reasons, lowest and highest values with their periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cover.twelve_months import YEARLY
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.measures.measure import Measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

ALIKE: Final = 1e-9
"""Relative difference up to which a value counts as equal to the lowest or highest value."""


def headline(measure: Callable[[Projection], Measure]) -> Callable[[Projection], Measure]:
    """Mark a measure as one that short tables show."""
    vars(measure)["is_headline"] = True
    return measure


def debt_service_cover(measure: Callable[..., Measure]) -> Callable[..., Measure]:
    """Mark a measure that a bullet loan flatters: until it is due, only its interest counts as debt service."""
    vars(measure)["is_debt_service_cover"] = True
    return measure


def make_measure(  # noqa: PLR0913 - a measure has that many parts
    name: str, label: str, unit: str, formula: str, values: Array, *, reason: str = "", better: str = ""
) -> Measure:
    """Return a measure; if a value is nan and no reason is given, its reason is "undefined".

    Parameters
    ----------
    name, label, unit, formula : str
        Name, words for readers, unit, and formula of the measure.
    values : (sample,)
        The value of each sample, nan if undefined. [`unit`]
    reason, better : str
        Why it is undefined, and whether a higher or a lower value is better.
    """
    flat = np.atleast_1d(np.asarray(values, dtype=float))
    missing = bool(np.isnan(flat).any())
    return Measure(name, label, unit, formula, flat, (reason or "undefined") if missing else "", better)


def extreme_of_row(
    projection: Projection, row: str, *, highest: bool = False, to_maturity: bool = False
) -> tuple[Array, str]:
    """Return the lowest or highest defined value of a row, (sample,), and its period in the first sample.

    Parameters
    ----------
    projection : Projection
        The projection.
    row : str
        Path of a row in model periods.
    highest : bool
        Return the highest value instead of the lowest.
    to_maturity : bool
        Include the run-off, to the last payment of the loans.
    """
    ratio = projection.to_maturity(row) if to_maturity else projection.value(row)
    dates = projection.dates_to_maturity if to_maturity else projection.timeline.dates
    sign = -1.0 if highest else 1.0
    signed = np.where(np.isnan(ratio), np.inf, sign * ratio)
    extremes = signed.min(axis=-1)
    values = np.where(np.isinf(extremes), np.nan, sign * extremes)
    if np.isnan(values[0]):
        return values, ""
    equals = signed[0] <= extremes[0] + ALIKE * abs(extremes[0])  # the first of those that only rounding tells apart
    day = dates[int(equals.argmax())]
    return values, projection.timeline.label(day, "year" if row in YEARLY else projection.timeline.step)


def to_maturity_text(projection: Projection, row: str) -> str:
    """Return the formula of a row over the horizon and, if there is one, the run-off.

    Parameters
    ----------
    projection, row : Projection, str
        The projection, and the path of the row.
    """
    return f"({{{row}}}, {{{RUN_OFF}.{row}}})" if projection.run_off else f"{{{row}}}"


def undefined_values(projection: Projection) -> Array:
    """Return nan for every sample, (sample,)."""
    return np.full(projection.samples, np.nan)
