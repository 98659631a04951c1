"""An index: rates of growth over time, of which straight lines give one for each year between two keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fibercap.core.language.dates import year_ends_of
from fibercap.core.language.fields import Of
from fibercap.core.language.growth import RATE_OF_GROWTH
from fibercap.core.language.series import PathOf, Series
from fibercap.core.period_names import period_label
from fibercap.core.timeline import month_end

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

YEAR = 12


@dataclass(frozen=True)
class RatesOfGrowth(PathOf):
    """Reads an index, such as `{2001: 2 %/year, 2004: 3 %/year, interpolate: linear}`."""

    of: Of = RATE_OF_GROWTH
    no_growth: str = "an index is a growth itself; write each rate by its key, or join them with `interpolate: linear`"

    def parse(self, raw: Any, info: ValidationInfo) -> Series:
        """Return the index, with a rate for each year where straight lines join its keys.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with one rate, or a block of rates by year, quarter or month, and the context.

        Raises
        ------
        PydanticCustomError
            As of a `PathOf`.
        """
        series = super().parse(raw, info)
        return fill_years(series, year_ends_of(info)) if series.linear else series


def fill_years(series: Series, year_ends: int) -> Series:
    """Return an index that holds from key to key, and from year to year between two keys, at rates on their line.

    Parameters
    ----------
    series : Series
        The index as written. [1/year]
    year_ends : int
        The month in which years end, from 1 to 12.

    Source
    ------
    docs/conventions.md, section 1, Growth, rule 3.
    """
    points = dict(zip(series.starts, _points(series), strict=True))
    filled = []
    for start in range(series.starts[0] + 1, series.starts[-1]):
        if (start - year_ends) % YEAR or start in points:
            continue
        before = max(number for number, knot in enumerate(series.starts) if knot < start)
        a, b = series.starts[before : before + 2]
        low, high = series.values[before : before + 2]
        name = period_label(month_end(start + 1), "year", year_ends)
        points[start] = (low + (high - low) * ((start - a) / (b - a)), start + YEAR, name)
        filled.append(name)
    starts = tuple(sorted(points))
    values, ends, names = zip(*(points[start] for start in starts), strict=True)
    return replace(series, values=values, starts=starts, ends=ends, names=names, linear=False, filled=tuple(filled))


def _points(series: Series) -> zip[tuple[Any, int, str]]:
    return zip(series.values, series.ends, series.names, strict=True)
