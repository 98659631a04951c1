"""Cover ratios and the covenants that limit them, for the chart of cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.period_names import ends
from fibercap.model.cover.own_ratio import RATIOS
from fibercap.model.cover.twelve_months import OVER, YEARLY
from fibercap.studies.covenants import covenants
from fibercap.views.charts.claim_marks import SIGNS
from fibercap.views.charts.years import LINE, Years

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.covenants import CovenantResult

RATIO: Final = 1.5
BEYOND: Final = 6.0
"""Ratios above this multiple of the lowest one, or of the highest limit, are drawn at the edge.

That happens only if some ratio exceeds twice the multiple.
"""
MOST: Final = 6
"""The most loans whose own cover is drawn."""
TWELVE: Final = "accounts.dscr_12m"


@dataclass(frozen=True, eq=False)
class Ratio:
    """The values of a cover ratio where it is defined, and the covenants that limit it.

    `places` are times, months / 12. `labels` has for each value the names by which a test may call its period.
    """

    name: str
    places: Array
    values: Array
    labels: tuple[frozenset[str], ...]
    promises: tuple[CovenantResult, ...]

    @property
    def breaks_covenant(self) -> Array:
        """Whether each value breaks a covenant."""
        bad = {test.when for promise in self.promises for test in promise.tests if not test.holds}
        return np.array([bool(names & bad) for names in self.labels], dtype=bool)

    @property
    def limits(self) -> dict[tuple[str, float], list[str]]:
        """The titles of the loans that set each limit, by sign and last limit; the lowest limit first."""
        loans_by_limit: dict[tuple[str, float], list[str]] = {}
        for promise in sorted(self.promises, key=_last_limit):
            loans = loans_by_limit.setdefault((SIGNS[promise.comparator], _last_limit(promise)), [])
            loans.append(promise.loan_title)
        return loans_by_limit

    @property
    def every_limit(self) -> list[float]:
        """All limits at any time."""
        return [step.value for promise in self.promises for step in promise.limits]

    @property
    def room(self) -> float:
        """The least headroom to a limit, as a share of it."""
        rooms = [promise.tightest.headroom for promise in self.promises if promise.tightest]
        return min((room for room in rooms if room is not None), default=float("inf"))

    @property
    def drawn_values(self) -> Array:
        """The values as they are drawn; those far above the others are drawn at the edge."""
        near = max([float(self.values.min()), 1.0, *self.every_limit])
        return np.minimum(self.values, BEYOND * near) if self.values.max() > 2 * BEYOND * near else self.values

    @property
    def tall(self) -> float:
        """Height of the panel, with room for the names of all limits. [inch]"""
        return max(RATIO, LINE * (len(self.limits) + 1))


def _last_limit(promise: CovenantResult) -> float:
    """Return the limit of the last test, which is that of all tests if it does not change."""
    return promise.tests[-1].limit if promise.tests else promise.limits[-1].value


def ratios(projection: Projection) -> list[Ratio]:
    """Return the company's cover over twelve months at payments, and every other cover ratio that has a covenant."""
    promises = covenants(projection).values()
    result = [_at_periods("All loans, over twelve months, at payments", projection, TWELVE, promises)]
    subjects = dict.fromkeys(p.subject for p in promises if _is_drawn(p))
    for row in subjects:
        if row in YEARLY:
            years, name = Years.of(projection), f"All loans, by {projection.timeline.year_kind}"
            result.append(_ratio(name, years.middles, projection, row, promises))
        elif row != TWELVE and row in projection.rows:
            result.append(_at_periods(_name(projection, row), projection, row, promises))
    return [ratio for ratio in result if len(ratio.values)]


def _is_drawn(promise: CovenantResult) -> bool:
    """Return whether a covenant is on a cover ratio, or on a ratio without unit of the plan's own."""
    block, _, key = promise.subject.rpartition(".")
    return bool(block) and ("dscr" in key or (f"{block}." == RATIOS and not promise.unit))


def _name(projection: Projection, row: str) -> str:
    """Return the name of the panel of a ratio."""
    stem, _, key = row.rpartition(".")
    if row.startswith(RATIOS):
        return f"{projection.rows[row].label}, over {projection.scenario.ratios[key].period}, as tested"
    loan = stem.removeprefix("loans.")
    whose = projection.scenario.loan_title(loan) if stem.startswith("loans.") else "All loans"
    if key.endswith(OVER):
        return f"{whose}{', before capex' if 'capex' in key else ''}, over twelve months, at payments"
    taxed = " with unlevered tax" if key == "dscr_unlevered" else ""
    return f"{whose}{taxed}, at its payments" if stem.startswith("loans.") else f"{whose}, by period"


def _at_periods(name: str, projection: Projection, row: str, promises: Iterable[CovenantResult]) -> Ratio:
    """Return a ratio by period; one over twelve months only where a payment falls or a covenant is tested."""
    on_row = tuple(p for p in promises if p.subject == row or (row == TWELVE and p.subject == "min_dscr"))
    timeline, values = projection.timeline, projection.value(row)[0]
    shown = np.isfinite(values)
    if row.startswith(RATIOS):
        tested = {test.when for promise in on_row for test in promise.tests}
        shown &= np.array([bool(_labels(day, timeline) & tested) for day in timeline.dates])
    if row.endswith(OVER):
        stem = row.rpartition(".")[0]
        tested = {test.when for promise in on_row for test in promise.tests}
        dates = np.array([bool(_labels(day, timeline) & tested) for day in timeline.dates])
        shown &= (projection.value(f"{stem}.has_payment")[0] > 0) | dates
    labels = tuple(_labels(timeline.dates[k], timeline) for k in np.flatnonzero(shown))
    return Ratio(name, (timeline.ends / 12)[shown], values[shown], labels, on_row)


def _labels(day: date, timeline: Timeline) -> frozenset[str]:
    """Return the names of the periods that end on a day: the model's period, quarter, half-year, year."""
    month = 12 * day.year + day.month
    longer = (by for by in ("quarter", "half_year", "year") if ends(month, by, timeline.year_ends))
    return frozenset(timeline.label(day, by) for by in (timeline.step, *longer))


def nearest_to_limits(every: list[Ratio]) -> list[Ratio]:
    """Return the company's ratio, and those of the loans that come nearest to their limits."""
    company, of_loans = every[:1], every[1:]
    nearest = sorted(of_loans, key=lambda ratio: ratio.room)[:MOST]
    return [*company, *(ratio for ratio in of_loans if ratio in nearest)]


def _ratio(name: str, places: Array, projection: Projection, row: str, promises: Iterable[CovenantResult]) -> Ratio:
    """Return a ratio of years."""
    by_year = projection.by(row)
    values = np.array([value[0] for value in by_year.values()])
    is_defined = np.isfinite(values)
    labels = tuple(frozenset({year}) for year, is_known in zip(by_year, is_defined, strict=True) if is_known)
    return Ratio(name, places[is_defined], values[is_defined], labels, tuple(p for p in promises if p.subject == row))
