"""How much a rate of exchange has grown by the end of any day since its last key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import month_of, year_of
from fibercap.core.formulas.rows import INPUT
from fibercap.core.language.growth_by_month import factors_by_month
from fibercap.model.plants.growth_rows import KNOT, NEXT, factor_text, spans_of

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.language.growth import Growth
    from fibercap.core.language.series import Series
    from fibercap.core.units import Array
    from fibercap.model.plants.growth_rows import Spans


@dataclass(frozen=True)
class DayGrowth:
    """Growth of a series at `path`, each year or each month, from the month number `since` on; `index` gives its rates.

    `year_ends` is the month in which years end, from 1 to 12.
    """

    path: str
    growth: Growth
    index: Series | None
    since: int
    name: str
    """The last key."""
    year_ends: int

    @property
    def _since(self) -> str:
        return f"{INPUT}{self.path}.grows_from"

    def give(self, sheet: Sheet) -> None:
        """Give the rate of growth, and the month number from which it grows, as scalars.

        Parameters
        ----------
        sheet : Sheet
            The sheet that gets the scalars; it has those of indices.
        """
        keys = (self.growth.key, *(("growth.every",) if self.growth.every == "month" else ()))
        sheet.give(self._since, "month", self.since, *(f"{self.path}.{key}" for key in (self.name, *keys)))
        if self.growth.rate is not None:
            sheet.give(f"{INPUT}{self.path}.{self.growth.key}", "1/year", self.growth.rate)

    def text(self, day: str) -> str:
        """Return the formula text of the growth by the end of a day, such as `{time.date}`; 1 up to the first step."""
        until = f"(12 * YEAR({day}) + MONTH({day})) * {NEXT}"
        return factor_text(self._spans(), f"{{{self._since}}}", until, self.year_ends, self.growth.every)

    def _spans(self) -> Spans:
        if self.index is None:
            return [(f"{{{INPUT}{self.path}.{self.growth.key}}}", str)]
        path, names = f"{INPUT}indices.{self.growth.index}", self.index.names
        knots = [f"{{{path}.{name}{KNOT}}}" for name in names]
        return spans_of([f"{{{path}.{name}}}" for name in names or ("value",)], knots)

    def factors(self, days: Array) -> Array:
        """Return the growth by the end of each day, (day,) or (sample, day). [1]

        Parameters
        ----------
        days : (day,)
            Days as spreadsheets count them. [day]
        """
        months = (12 * year_of(days) + month_of(days) - 1 - self.since).astype(int)
        steps = np.arange(self.since + 1, self.since + 1 + max(int(months.max(initial=0)), 0), dtype=float)
        factors = factors_by_month(self.growth, self.index, steps, self.year_ends)
        before = np.ones((*factors.shape[:-1], 1))
        return np.concatenate([before, factors], axis=-1)[..., np.maximum(months, 0)]
