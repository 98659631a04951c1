"""Runs of samples: by a program where there is one, else by projections; what the plan refuses is set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.program.numpy_machine import samples_together
from fibercap.model.plan.samples import sample_values
from fibercap.model.project import project
from fibercap.studies.batch import MANY, chunk_of
from fibercap.studies.chances.kept import Kept, keep
from fibercap.studies.chances.sampled import as_projection, noting
from fibercap.studies.plan_program import PlanProgram, program_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.chances.sample_overlay import SampleOverlay
    from fibercap.studies.chances.sampling import Sampler

    Numbers = npt.NDArray[np.int64]


RANGE: Final = 4096
"""Samples whose ranges a program is checked in."""


@dataclass(frozen=True)
class Refusal:
    """A sample that the plan refuses, by its number, and why."""

    sample: int
    why: str


class Runs:
    """Works out chunks of samples, and sets aside what the plan refuses.

    Parameters
    ----------
    sampler, overlay, base : Sampler, SampleOverlay, Projection
        What is uncertain, the plan that takes samples, and the plan without samples.
    measures, rows : tuple of str
        What is kept.
    """

    def __init__(
        self,
        sampler: Sampler,
        overlay: SampleOverlay,
        base: Projection,
        measures: tuple[str, ...],
        rows: tuple[str, ...],
    ) -> None:
        self._sampler, self._overlay, self._base, self._measures, self._rows = sampler, overlay, base, measures, rows
        self.program: PlanProgram | None = None
        self.refused: list[Refusal] = []
        self.why_rows = ""

    def all(self, count: int, done: Callable[[int], object]) -> Kept:
        """Return what is kept of all samples, by number."""
        results: Kept = {}
        chunk = samples_together(self.program.tape) if self.program else chunk_of(self._overlay.scenario)
        for start in range(0, count, chunk):
            numbers = np.arange(start, min(start + chunk, count))
            drawn = self._draw(start, int(numbers[-1]) + 1)
            for part, kept in self._work_out(numbers, drawn):
                for name, values in kept.items():
                    results.setdefault(name, np.full((count, *values.shape[1:]), np.nan))[part] = values
            done(int(numbers[-1]) + 1)
        if not results:
            first = self.refused[0]
            raise FibercapError("unfit_draws", f"the plan refuses every sample, the first one: {first.why}", "")
        return results

    def _draw(self, start: int, stop: int) -> dict[str, Array]:
        return self._sampler.draw(self._sampler.chances(range(start, stop)))

    def choose(self, count: int) -> None:
        """Make a program of all that is read for what is kept, where it pays and the plan has one."""
        if count < MANY:
            self.why_rows = f"rows are faster for less than {MANY:,} samples"
            return
        by_measure = any(c.measure for loan in self._overlay.scenario.loans.values() for c in loan.covenants.values())
        if by_measure:
            self.why_rows = "a covenant limits a measure, which a program does not have"
            return
        reader = noting(self._base)
        keep(reader, (), self._rows)
        claimed = (claim.measure for claim in self._base.scenario.claims.values() if claim.measure)
        self._measures = tuple(dict.fromkeys((*self._measures, *claimed)))
        samples = {
            path: sample_values(value)
            for path, value in self._overlay.samples(self._draw(0, min(count, RANGE))).items()
        }
        try:
            self.program = program_for(self._overlay.scenario, samples, (*self._measures, *reader.paths))
        except FibercapError as error:
            self.why_rows = str(error)

    def _work_out(self, numbers: Numbers, drawn: Mapping[str, Array]) -> list[tuple[Numbers, Kept]]:
        """Return what is kept of some samples; those that the plan refuses are left out, found by halving."""
        try:
            plan = self._overlay.scenario.with_samples(self._overlay.samples(drawn))
        except ScenarioError as error:
            if len(numbers) == 1:
                self.refused.append(Refusal(int(numbers[0]), _why(error)))
                return []
            half = len(numbers) // 2
            parts = (slice(0, half), slice(half, None))
            return [
                result
                for part in parts
                for result in self._work_out(numbers[part], {name: values[part] for name, values in drawn.items()})
            ]
        if self.program is None:
            projection = project(plan)
        else:
            projection = as_projection(self._base, self.program.run(plan), self._measures)
        return [(numbers, keep(projection, self._measures, self._rows))]


def _why(error: ScenarioError) -> str:
    """Return why the plan refuses a single sample; a message counts samples within those that are tried together."""
    return error.problems[0].sentence().replace(" in sample 0", "")
