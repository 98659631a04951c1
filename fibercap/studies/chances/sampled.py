"""Samples worked out by a program, read as a projection of them would be."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.model.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure


@dataclass(frozen=True, repr=False)
class Noting(Projection):
    """A projection that notes which rows are read."""

    paths: dict[str, None] = field(default_factory=dict)

    def value(self, path: str) -> Array:
        """Return a row, and note its path."""
        self.paths[path] = None
        return super().value(path)


@dataclass(frozen=True, repr=False)
class Sampled(Projection):
    """The rows and measures that a program worked out for samples; another row cannot be read."""

    results: dict[str, Array] = field(default_factory=dict)
    known: dict[str, Measure] = field(default_factory=dict)

    def value(self, path: str) -> Array:
        """Return a row of every sample, (sample, period).

        Raises
        ------
        KeyError
            If the program did not work it out.
        """
        return self.results[path]

    @property
    def measures(self) -> Mapping[str, Measure]:
        """The measures that the program worked out."""
        return self.known


def noting(projection: Projection) -> Noting:
    """Return a projection that notes which rows are read.

    Parameters
    ----------
    projection : Projection
        The plan without samples.
    """
    return Noting(**_parts(projection))


def as_projection(base: Projection, results: dict[str, Array], measures: Sequence[str]) -> Sampled:
    """Return what a program worked out as a projection of samples.

    Parameters
    ----------
    base : Projection
        The plan without samples.
    results : dict
        Rows (sample, period) and measures (sample,) by name.
    measures : sequence of str
        The names of the measures among them.
    """
    count = len(next(iter(results.values())))
    known = {name: replace(base.measures[name], values=np.asarray(results[name])) for name in measures}
    return Sampled(**(_parts(base) | {"samples": count}), results=results, known=known)


def _parts(projection: Projection) -> dict[str, Any]:
    return {one.name: getattr(projection, one.name) for one in fields(Projection)}
