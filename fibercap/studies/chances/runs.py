"""Runs of samples: by a program where there is one, else by projections; what the plan refuses is set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError, IdentityError, ScenarioError
from fibercap.core.program.numpy_machine import samples_together
from fibercap.model.project import project
from fibercap.studies.batch import chunk_of
from fibercap.studies.chances.kept import MEASURE, Kept, keep
from fibercap.studies.chances.sampled import as_projection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.chances.job import Job
    from fibercap.studies.plan_program import PlanProgram

    Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Refusal:
    """A sample that the plan refuses, by its number, and why."""

    sample: int
    why: str


@dataclass(frozen=True)
class Shard:
    """What is kept of some samples, nan where the plan refuses one; nothing if it refuses all of them."""

    kept: Kept
    refused: tuple[Refusal, ...]


class Runs:
    """Works out samples of a job.

    Parameters
    ----------
    job : Job
        What works them out.
    base : Projection, optional
        The plan without samples, if it is known.
    """

    def __init__(self, job: Job, base: Projection | None = None) -> None:
        self._job, self._base = job, base or project(job.plan)

    def shard(self, numbers: range) -> Shard:
        """Return what is kept of some samples, by their numbers."""
        return self.shard_at(self._job.sampler.chances(numbers), numbers.start)

    def shard_at(self, chances: Array, first: int = 0) -> Shard:
        """Return what is kept of some samples.

        Parameters
        ----------
        chances : (sample, dimension)
            Their coordinates.
        first : int
            The number of the first of them.
        """
        count, job = len(chances), self._job
        results: Kept = {}
        refused: list[Refusal] = []
        step = count if job.program else chunk_of(job.overlay.scenario)
        for start in range(0, count, step):
            places = np.arange(start, min(start + step, count))
            by_name = job.sampler.draw(chances[places[0] : places[-1] + 1])
            for part, kept in self._work_out(places, by_name, first, refused):
                for name, values in kept.items():
                    if name not in results:
                        results[name] = np.full((count, *values.shape[1:]), np.nan, dtype=values.dtype)
                    results[name][part] = values
        return Shard(results, tuple(refused))

    def measure(self, name: str, chances: Array) -> Array:
        """Return a measure that is kept, (sample,), nan where it is undefined or the plan refuses the sample.

        Parameters
        ----------
        name : str
            The measure.
        chances : (sample, dimension)
            Coordinates of the samples.
        """
        return self.shard_at(chances).kept.get(f"{MEASURE}{name}", np.full(len(chances), np.nan))

    def _work_out(
        self, places: Numbers, by_name: Mapping[str, Array], first: int, refused: list[Refusal]
    ) -> Iterator[tuple[Numbers, Kept]]:
        """Yield what is kept of some samples, part by part; those that the plan refuses are found by halving."""
        job = self._job
        try:
            plan = job.overlay.scenario.with_samples(job.overlay.samples(by_name))
            projection = None if job.program else project(plan)
        except IdentityError:  # no refusal: the books are wrong
            raise
        except FibercapError as error:
            if len(places) == 1:
                refused.append(Refusal(first + int(places[0]), _why(error)))
                return
            half = len(places) // 2
            for part in (slice(0, half), slice(half, None)):
                some = {name: each[part] for name, each in by_name.items()}
                yield from self._work_out(places[part], some, first, refused)
            return
        if projection is not None:
            yield places, keep(projection, job.measures, job.rows)
        elif job.program is not None:
            yield from self._run(places, plan, job.program)

    def _run(self, places: Numbers, plan: Scenario, program: PlanProgram) -> Iterator[tuple[Numbers, Kept]]:
        """Yield what is kept of samples that a program works out."""
        job, numbers, count = self._job, program.numbers(plan), len(places)
        together = -(-count // -(-count // samples_together(program.tape)))  # parts of one size share a machine
        for start in range(0, count, together):
            part = slice(start, start + together)
            projection = as_projection(self._base, program.run_numbers(numbers[:, part]), job.measures)
            yield places[part], keep(projection, job.measures, job.rows)


def _why(error: FibercapError) -> str:
    """Return why the plan refuses a single sample; a message counts samples within those that are tried together."""
    words = error.problems[0].sentence() if isinstance(error, ScenarioError) else str(error)
    return words.replace(" in sample 0", "")
