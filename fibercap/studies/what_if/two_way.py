"""Two-way tables: measures of a plan at all pairs of values of two inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.shown import html_of
from fibercap.core.threads import one_blas_thread
from fibercap.model.project import project
from fibercap.studies.what_if.lines import heads_of, line_of
from fibercap.studies.what_if.one_way import check_count, measures_now
from fibercap.studies.what_if.points import Point, points_at
from fibercap.studies.what_if.ranges import TENTH, ranges_of

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.what_if.lines import Cell
    from fibercap.studies.what_if.ranges import End


@dataclass(frozen=True)
class Axis:
    """An input of a two-way table, and the factors on it."""

    lever: Lever
    factors: tuple[float, ...]

    @property
    def values(self) -> list[float]:
        """Its values; the factors, if it has several values over time. [its unit]"""
        return [self.lever.value_at(factor) if self.lever.alone else factor for factor in self.factors]


@dataclass(frozen=True, repr=False)
class TwoWay:
    """Measures of a plan at all pairs of values of two inputs.

    Parameters
    ----------
    base : Projection
        The plan as it is.
    measures : mapping
        The measures, as they are now, by name.
    one, other : Axis
        The input of the lines, and that of the columns.
    points : tuple of tuple of Point
        The plan at each pair, line by line.
    """

    base: Projection
    measures: Mapping[str, Measure]
    one: Axis
    other: Axis
    points: tuple[tuple[Point, ...], ...]

    def __repr__(self) -> str:
        """Return one line."""
        plan, name = self.base.scenario, next(iter(self.measures))
        size = f"{len(self.one.factors)} x {len(self.other.factors)}"
        return f"<TwoWay of {plan.id}: {name} at {size} values of {self.one.lever.name} and {self.other.lever.name}>"

    def values(self, measure: str) -> Array:
        """Return a measure at all pairs, (line, column), nan where undefined or refused."""
        return np.array([[point.measures[measure] for point in line] for line in self.points])

    @property
    def heads(self) -> list[str]:
        """The heads of `lines`."""
        return heads_of(2, list(self.measures))

    @property
    def lines(self) -> list[list[Cell]]:
        """Every pair as a line, as those of `Sensitivity`."""
        levers = self.one.lever, self.other.lever
        return [line_of(levers, point) for line in self.points for point in line]

    def _repr_html_(self) -> str:
        """Return the grid of the first measure as a table for a notebook."""
        return html_of(self)


@one_blas_thread()
def two_way(
    scenario: Scenario,
    inputs: Sequence[str] | Mapping[str, tuple[End, End] | None],
    *,
    by: float = TENTH,
    points: int = 5,
    measures: Sequence[str] = (),
) -> TwoWay:
    """Move two inputs together; return measures at all pairs of their values.

    Parameters
    ----------
    scenario : Scenario
        The plan, with an option applied or as written.
    inputs : sequence of str, or mapping
        The two inputs, as `sensitivity` takes them; the first is that of the lines.
    by : float
        The share by which an input without a range is moved down and up.
    points : int
        How many values of each input are tried.
    measures : sequence of str
        Names of measures; if none is given, worth to the owners or the nearest to it that the plan has.

    Raises
    ------
    FibercapError
        If there are not two inputs, one is not there, is fixed or is named twice, a range is empty, reversed or in
        another unit, or a measure is not there.

    Source
    ------
    Own derivation: all pairs are samples of one batch.
    """
    base = project(scenario)
    now = measures_now(base, measures)
    check_count(points)
    ranges = ranges_of(scenario, inputs, by)
    if len(ranges) != 2:
        raise FibercapError("not_together", f"a two-way table has two inputs, not {len(ranges)}", "name two")
    one, other = (Axis(rng.lever, tuple(rng.factors(points).tolist())) for rng in ranges)
    pairs = [[(one.lever, first), (other.lever, second)] for first in one.factors for second in other.factors]
    every = points_at(scenario, pairs, list(now))
    lines = tuple(tuple(every[start : start + points]) for start in range(0, len(every), points))
    return TwoWay(base, now, one, other, lines)
