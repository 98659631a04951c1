"""A job: everything that a process needs to compute any sample of a plan or option."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.model.plan.samples import sample_values
from fibercap.model.plan.scenario import Scenario
from fibercap.studies.batch import MANY
from fibercap.studies.chances.kept import keep
from fibercap.studies.chances.sample_overlay import SampleOverlay
from fibercap.studies.chances.sampled import noting
from fibercap.studies.chances.sampling import Sampler
from fibercap.studies.plan_program import PlanProgram, program_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.projection import Projection

ALGORITHM: Final = 1
"""Version of the way in which samples are computed; raised whenever the same sample would give another result."""
RANGE: Final = 4096
"""Number of the first samples, whose ranges a program is checked in."""
BY_PROGRAM: Final = 16_384
"""Samples of a shard that a program works out, which takes a fraction of a second."""
BY_ROWS: Final = 2048
"""Samples of a shard that are projected, which takes seconds."""


@dataclass(frozen=True)
class Job:
    """All that is needed to compute the samples of a plan or option; it can be sent to another process.

    Parameters
    ----------
    sampler, plan, overlay : Sampler, Scenario, SampleOverlay
        What is uncertain, the plan or option, and the same plan ready for samples.
    measures, rows : tuple of str
        What is kept.
    program : PlanProgram, optional
        The program of what is kept and of what it reads.
    why_rows : str
        Why every sample is projected; "" if there is a program.
    """

    sampler: Sampler
    plan: Scenario
    overlay: SampleOverlay
    measures: tuple[str, ...]
    rows: tuple[str, ...]
    program: PlanProgram | None = None
    why_rows: str = ""

    def shards(self, count: int) -> Iterator[range]:
        """Yield the numbers of the samples of each shard; they depend on nothing but `count`."""
        size = BY_PROGRAM if self.program else BY_ROWS
        yield from (range(first, min(first + size, count)) for first in range(0, count, size))

    def name_of(self, numbers: range) -> str:
        """Return a name for some samples, which only the same samples of the same job have."""
        return f"samples-{self._key}-{numbers.start}-{numbers.stop}"

    @cached_property
    def _key(self) -> str:
        way = "program" if self.program else "rows"
        plans = (self.sampler.scenario.digest(), self.plan.digest(), self.plan.option)
        text = repr((ALGORITHM, *plans, self.sampler.seed, self.measures, self.rows, way))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def parcel(self) -> bytes:
        """The job as another process gets it."""
        return zlib.compress(pickle.dumps(self), 1)


def job_of(
    sampler: Sampler, overlay: SampleOverlay, base: Projection, names: tuple[tuple[str, ...], ...], count: int
) -> Job:
    """Return a job. For many samples it has a program of all that the kept results read, if the plan has one.

    Parameters
    ----------
    sampler, overlay, base : Sampler, SampleOverlay, Projection
        What is uncertain, the plan that takes samples, and the plan without samples.
    names : tuple
        Names of measures, and paths of rows.
    count : int
        How many samples there are.
    """
    measures, rows = names
    plan = base.scenario
    if count < MANY:
        why = f"rows are faster for fewer than {MANY:,} samples"
        return Job(sampler, plan, overlay, measures, rows, why_rows=why)
    if any(covenant.measure for loan in plan.loans.values() for covenant in loan.covenants.values()):
        why = "a covenant limits a measure, which a program does not have"
        return Job(sampler, plan, overlay, measures, rows, why_rows=why)
    reader = noting(base)
    keep(reader, (), rows)
    claimed = (claim.measure for claim in plan.claims.values() if claim.measure)
    measures = tuple(dict.fromkeys((*measures, *claimed)))
    # Sobol points fill the cube evenly: the first few thousand reach nearly as far as all.
    values = sampler.draw(sampler.chances(range(min(count, RANGE))))
    samples = {path: sample_values(value) for path, value in overlay.samples(values).items()}
    try:
        program = program_for(overlay.scenario, samples, (*measures, *reader.paths))
    except FibercapError as error:
        return Job(sampler, plan, overlay, measures, rows, why_rows=str(error))
    return Job(sampler, plan, overlay, measures, rows, program)
