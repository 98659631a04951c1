"""What measures are made with: undefined values and their reasons, lowest and highest values and when they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import period_label
from fibercap.model.cover.twelve_months import YEARLY
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.measures.measure import Measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

ALIKE: Final = 1e-9
"""Share of a lowest or highest value by which another may differ and still count as equal to it."""


def headline(measure: Callable[[Projection], Measure]) -> Callable[[Projection], Measure]:
    """Mark a measure as one that short tables show."""
    vars(measure)["is_headline"] = True
    return measure


def made(  # noqa: PLR0913 - a measure has that many parts
    name: str, label: str, unit: str, formula: str, values: Array, *, reason: str = "", better: str = ""
) -> Measure:
    """Return a measure; where it is nan without a reason given, it says that it is undefined.

    Parameters
    ----------
    name, label, unit, formula : str
        Name, words for readers, unit, and formula of the measure.
    values : (sample,)
        [`unit`]
    reason, better : str
        Why it is undefined, and whether a higher or a lower value is better.
    """
    flat = np.atleast_1d(np.asarray(values, dtype=float))
    missing = bool(np.isnan(flat).any())
    return Measure(name, label, unit, formula, flat, (reason or "undefined") if missing else "", better)


def extreme(projection: Projection, row: str, *, highest: bool = False, to_maturity: bool = False) -> tuple[Array, str]:
    """Return the lowest (or highest) value of a row where it is defined, (draw,), and when the first draw has it.

    Parameters
    ----------
    projection : Projection
        What a plan leads to.
    row : str
        A row in model periods.
    highest : bool
        Look for the highest value instead.
    to_maturity : bool
        Look past the horizon, to the last payment of the loans, where the plan runs off.
    """
    ratio = projection.to_maturity(row) if to_maturity else projection.value(row)
    dates = projection.dates_to_maturity if to_maturity else projection.timeline.dates
    sign = -1.0 if highest else 1.0
    signed = np.where(np.isnan(ratio), np.inf, sign * ratio)
    found = signed.min(axis=-1)
    values = np.where(np.isinf(found), np.nan, sign * found)
    if np.isnan(values[0]):
        return values, ""
    alike = signed[0] <= found[0] + ALIKE * abs(found[0])  # the first of those that only rounding tells apart
    day = dates[int(alike.argmax())]
    return values, period_label(day, "year" if row in YEARLY else projection.timeline.step)


def to_maturity_text(projection: Projection, row: str) -> str:
    """Return the formula of the whole of a row, over the horizon and the run-off where there is one.

    Parameters
    ----------
    projection, row : Projection, str
        The projection, and the path of the row.
    """
    return f"({{{row}}}, {{{RUN_OFF}.{row}}})" if projection.run_off else f"{{{row}}}"


def undefined(projection: Projection) -> Array:
    """Return nan for every draw, (draw,)."""
    return np.full(projection.draws, np.nan)
