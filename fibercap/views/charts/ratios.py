"""Cover ratios with the covenants that limit them, as the chart of cover draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import period_label
from fibercap.model.cover.twelve_months import OVER, YEARLY
from fibercap.studies.covenant_values import half_year
from fibercap.studies.covenants import covenants
from fibercap.views.charts.claim_marks import SIGNS
from fibercap.views.charts.years import LINE, Years

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.covenants import Tested

RATIO: Final = 1.5
BEYOND: Final = 6.0
"""Where ratios reach twice so many times the lowest one, or the highest limit, they are cut there."""
MOST: Final = 6
"""Loans whose own cover is drawn."""
TWELVE: Final = "accounts.dscr_12m"


@dataclass(frozen=True, eq=False)
class Ratio:
    """A cover ratio where it is defined, and the covenants that limit it. [month / 12, 1]

    `labels` are for each value the names by which a test may call its period.
    """

    name: str
    places: Array
    values: Array
    labels: tuple[frozenset[str], ...]
    promises: tuple[Tested, ...]

    @property
    def broken(self) -> Array:
        """Tell for each value whether it breaks a covenant."""
        bad = {test.when for promise in self.promises for test in promise.tests if not test.holds}
        return np.array([bool(names & bad) for names in self.labels], dtype=bool)

    @property
    def limits(self) -> dict[tuple[str, float], list[str]]:
        """The loans that set each limit, the lowest first."""
        found: dict[tuple[str, float], list[str]] = {}
        for promise in sorted(self.promises, key=lambda promise: promise.limit):
            found.setdefault((SIGNS[promise.comparator], promise.limit), []).append(promise.loan_title)
        return found

    @property
    def room(self) -> float:
        """The least that is left to a limit, as a share of it."""
        rooms = [promise.tightest.headroom for promise in self.promises if promise.tightest]
        return min((room for room in rooms if room is not None), default=float("inf"))

    @property
    def shown(self) -> Array:
        """The values as they are drawn: far ones at the edge."""
        near = max([float(self.values.min()), 1.0, *(limit for _, limit in self.limits)])
        return np.minimum(self.values, BEYOND * near) if self.values.max() > 2 * BEYOND * near else self.values

    @property
    def tall(self) -> float:
        """Height of its panel, for the names of all limits to fit. [inch]"""
        return max(RATIO, LINE * (len(self.limits) + 1))


def ratios(projection: Projection) -> list[Ratio]:
    """Return the company's cover over twelve months at payments, and every other cover that a covenant limits."""
    promises = covenants(projection).values()
    found = [_at_periods("All loans, over twelve months, at payments", projection, TWELVE, promises)]
    subjects = dict.fromkeys(p.subject for p in promises if "dscr" in p.subject.rpartition(".")[2] and "." in p.subject)
    for row in subjects:
        if row in YEARLY:
            years = Years.of(projection)
            found.append(_ratio("All loans, by calendar year", years.middles, projection, row, promises))
        elif row != TWELVE and row in projection.rows:
            found.append(_at_periods(_name(projection, row), projection, row, promises))
    return [ratio for ratio in found if len(ratio.values)]


def _name(projection: Projection, row: str) -> str:
    """Return what a panel of one ratio is called."""
    stem, _, key = row.rpartition(".")
    loan = stem.removeprefix("loans.")
    whose = projection.scenario.loan_title(loan) if stem.startswith("loans.") else "All loans"
    if key.endswith(OVER):
        return f"{whose}{', before capex' if 'capex' in key else ''}, over twelve months, at payments"
    taxed = " with unlevered tax" if key == "dscr_unlevered" else ""
    return f"{whose}{taxed}, at its payments" if stem.startswith("loans.") else f"{whose}, by period"


def _at_periods(name: str, projection: Projection, row: str, promises: Iterable[Tested]) -> Ratio:
    """Return a ratio of single periods: of twelve months, where a payment falls or a covenant is tested."""
    own = tuple(p for p in promises if p.subject == row or (row == TWELVE and p.subject == "min_dscr"))
    timeline, values = projection.timeline, projection.value(row)[0]
    shown = np.isfinite(values)
    if row.endswith(OVER):
        stem = row.rpartition(".")[0]
        tested = {test.when for promise in own for test in promise.tests}
        dates = np.array([bool(_labels(day, timeline.step) & tested) for day in timeline.dates])
        shown &= (projection.value(f"{stem}.has_payment")[0] > 0) | dates
    labels = tuple(_labels(timeline.dates[k], timeline.step) for k in np.flatnonzero(shown))
    return Ratio(name, (timeline.ends / 12)[shown], values[shown], labels, own)


def _labels(day: date, step: str) -> frozenset[str]:
    """Return the names by which a test may call the period that a day closes: the model's, or one of the calendar."""
    found = {period_label(day, step)}
    for months, word in ((3, period_label(day, "quarter")), (6, half_year(day)), (12, period_label(day, "year"))):
        if day.month % months == 0:
            found.add(word)
    return frozenset(found)


def chosen(found: list[Ratio]) -> list[Ratio]:
    """Return the company's ratio, and of the loans' own those that come nearest to their limits."""
    company, own = found[:1], found[1:]
    kept = sorted(own, key=lambda ratio: ratio.room)[:MOST]
    return [*company, *(ratio for ratio in own if ratio in kept)]


def _ratio(name: str, places: Array, projection: Projection, row: str, promises: Iterable[Tested]) -> Ratio:
    """Return a ratio of calendar years."""
    by_year = projection.by(row)
    values = np.array([value[0] for value in by_year.values()])
    known = np.isfinite(values)
    labels = tuple(frozenset({year}) for year, is_known in zip(by_year, known, strict=True) if is_known)
    return Ratio(name, places[known], values[known], labels, tuple(p for p in promises if p.subject == row))
