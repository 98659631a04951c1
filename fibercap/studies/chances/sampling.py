"""Samples of the uncertain inputs: values, or factors by year, from points of the unit cube."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.uncertain.correlation import matrix_of
from fibercap.model.uncertain.distributions import OneNumber
from fibercap.model.uncertain.free_input import FreeInput, free_input, inputs_by_path
from fibercap.studies.chances.points import sobol_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.uncertain.uncertain import Uncertain, UncertainInput
    from fibercap.model.uncertain.yearly import Shock, Walk

WALK: Final = "walk"
SHOCK: Final = "shock"


@dataclass(frozen=True)
class Axis:
    """Coordinates of the unit cube that belong to one part of an uncertain input: one, or one for each year."""

    name: str
    part: str
    first: int
    count: int

    @property
    def columns(self) -> slice:
        """Its columns among all coordinates."""
        return slice(self.first, self.first + self.count)


@dataclass(frozen=True)
class Sampler:
    """Draws samples of the inputs that a plan declares uncertain.

    Parameters
    ----------
    scenario : Scenario
        The plan as written; options are tried on the same samples.
    uncertain : Uncertain
        What is uncertain.
    seed : int
        Seed of the samples.
    """

    scenario: Scenario
    uncertain: Uncertain
    seed: int

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The coordinates of each uncertain input, in the order of the file."""
        axes: list[Axis] = []
        for name, part in self._parts():
            first = axes[-1].first + axes[-1].count if axes else 0
            axes.append(Axis(name, part, first, len(self.years) if part else 1))
        return tuple(axes)

    def _parts(self) -> Iterator[tuple[str, str]]:
        for name, uncertain in self.uncertain.inputs.items():
            distribution = uncertain.distribution
            if not distribution.is_yearly:
                yield name, ""
            if distribution.year_walk is not None:
                yield name, WALK
            if distribution.year_shock is not None and distribution.year_shock.chance is not None:
                yield name, SHOCK

    @cached_property
    def years(self) -> dict[str, slice]:
        """The periods of each year of the horizon, by label."""
        return self.scenario.timeline.groups("year")

    @property
    def dimensions(self) -> int:
        """How many coordinates a sample has."""
        return self.axes[-1].first + self.axes[-1].count

    def chances(self, numbers: range) -> Array:
        """Return the coordinates of some samples, (sample, dimension), with their correlations."""
        return self.correlate(sobol_points(self.dimensions, self.seed, numbers))

    def correlate(self, points: Array) -> Array:
        """Return points of independent coordinates as points with the rank correlations of the plan.

        Parameters
        ----------
        points : (sample, dimension)
            Coordinates that do not depend on one another.

        Source
        ------
        A Gaussian copula: normal numbers are mixed by the Cholesky factor of the correlations and turned back.
        """
        from scipy.special import ndtr, ndtri

        pairs = self.uncertain.pairs
        names = [
            name for name in self.uncertain.inputs if any(name in (pair.one, pair.other) for pair in pairs.values())
        ]
        if not names:
            return points
        factor = np.linalg.cholesky(matrix_of(names, pairs))
        firsts = [next(axis for axis in self.axes if axis.name == name) for name in names]
        moved = points.copy()
        for count, group in ((count, [a for a in firsts if a.count == count]) for count in {a.count for a in firsts}):
            rows = [names.index(axis.name) for axis in group]
            part = factor[np.ix_(rows, rows)]  # unlike counts are never correlated, so the factor falls into blocks
            for year in range(count):
                columns = [axis.first + year for axis in group]
                moved[:, columns] = ndtr(ndtri(points[:, columns]) @ part.T)
        return moved

    def draw(self, chances: Array) -> dict[str, Array]:
        """Return the samples of each uncertain input by name: values (sample,), or factors by year (sample, year).

        Parameters
        ----------
        chances : (sample, dimension)
            Coordinates of the samples.
        """
        return {name: self._draw(name, uncertain, chances) for name, uncertain in self.uncertain.inputs.items()}

    def _draw(self, name: str, uncertain: UncertainInput, chances: Array) -> Array:
        if uncertain.distribution.is_yearly:
            return self._factors(name, chances)
        column = chances[:, self._axis(name, "").first]
        terms, unit = uncertain.distribution.one_number, self.units[name]
        if uncertain.between is not None and isinstance(terms, OneNumber):
            low, high = (
                terms.chance_below(float(end.in_unit(unit) or 0.0), unit) for end in uncertain.between.ends.values()
            )
            column = low + (high - low) * column
        return terms.quantile(column, unit)

    def _axis(self, name: str, part: str) -> Axis:
        return next(axis for axis in self.axes if (axis.name, axis.part) == (name, part))

    def _factors(self, name: str, chances: Array) -> Array:
        """Return the factor of each year of a series, (sample, year)."""
        distribution = self.uncertain.inputs[name].distribution
        factors = np.ones((len(chances), len(self.years)))
        if distribution.year_walk is not None:
            moved = self._years_moved(distribution.year_walk)
            factors[:, moved] *= distribution.year_walk.factors(chances[:, self._axis(name, WALK).columns][:, moved])
        if distribution.year_shock is not None:
            moved, starter = self._years_moved(distribution.year_shock), distribution.year_shock.starts_with or name
            source = self.uncertain.inputs[starter].distribution.year_shock
            chance = 0.0 if source is None or source.chance is None else float(source.chance)
            started = chances[:, self._axis(starter, SHOCK).columns] < chance
            factors[:, moved] *= distribution.year_shock.factors(started[:, moved])
        return factors

    def _years_moved(self, terms: Walk | Shock) -> slice:
        """Return the years that may differ from the plan."""
        if terms.starts is None:
            return slice(1, None)  # without a start, the first year is as planned
        timeline = self.scenario.timeline
        return slice(list(self.years).index(timeline.label(terms.starts, "year")), None)

    @cached_property
    def units(self) -> Mapping[str, str]:
        """The unit of the samples of each uncertain input, by name; "" where samples are factors."""
        plans = [self.scenario, *(self.scenario.with_option(option) for option in self.scenario.options)]
        tables = [(plan, inputs_by_path(plan)) for plan in plans]
        units: dict[str, str] = {}
        for name, uncertain in self.uncertain.inputs.items():
            kinds = (free_input(plan, uncertain.input, inputs) for plan, inputs in tables)
            free = next((kind for kind in kinds if isinstance(kind, FreeInput)), None)
            units[name] = "" if uncertain.acts == "times" or free is None else free.house
        return units
