"""Simulation: a plan and its financing options over many samples of what is uncertain, the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.core.shown import html_of
from fibercap.core.threads import one_blas_thread
from fibercap.model.project import project
from fibercap.studies.chances.estimates import FIGURES, Estimate, chance, estimate
from fibercap.studies.chances.job import Job, job_of
from fibercap.studies.chances.kept import CASH, MEASURE, ROW, refuse_unknown_names
from fibercap.studies.chances.points import round_up
from fibercap.studies.chances.sample_overlay import overlay_for
from fibercap.studies.chances.sampling import Sampler
from fibercap.studies.chances.shards import work_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.chances.runs import Refusal
    from fibercap.studies.chances.sample_overlay import SampleOverlay
    from fibercap.studies.chances.shards import Shards
    from fibercap.studies.plan_program import PlanProgram

    Numbers = npt.NDArray[np.int64]

KEPT: Final = (
    "project_npv", "equity_npv", "equity_irr", "min_dscr", "lowest_cash", "peak_debt", "equity_called", "funding_gap",
)  # fmt: skip
"""Measures that are always kept."""
PLAN: Final = ""
"""Name of the plan as written among the options."""


@dataclass(frozen=True, repr=False)
class Case:
    """The results of all samples, for the plan as written or for one option.

    Parameters
    ----------
    name, title : str
        The option, "" for the plan as written; and what tables call it.
    job : Job
        What worked the samples out.
    base : Projection
        The plan without samples.
    kept : mapping
        By a name of `kept.py`, (sample,) or (sample, year), nan where the sample was refused.
    refused : tuple of Refusal
        The samples that validation refuses.
    seconds : float
        Time it took to make the program, or to try to. [s]
    """

    name: str
    title: str
    job: Job
    base: Projection
    kept: Mapping[str, Array]
    refused: tuple[Refusal, ...]
    seconds: float = 0.0

    @property
    def overlay(self) -> SampleOverlay:
        """The plan that takes samples."""
        return self.job.overlay

    @property
    def program(self) -> PlanProgram | None:
        """The program that worked the samples out; None if each was projected."""
        return self.job.program

    @property
    def why_rows(self) -> str:
        """Why every sample was projected; "" if a program worked them out."""
        return self.job.why_rows

    def measure(self, name: str) -> Array:
        """Return a measure of every sample, (sample,), nan where it is undefined."""
        return self.kept[f"{MEASURE}{name}"]

    def row(self, path: str) -> Array:
        """Return a row that was kept, by year, (sample, year)."""
        return self.kept[f"{ROW}{path}"]

    @property
    def dry(self) -> Array:
        """Whether cash falls below zero in any year of the horizon, (sample,)."""
        return np.asarray(np.max(self.kept[CASH], axis=1))

    def figures(self, name: str) -> dict[str, Estimate]:
        """Return mean, quantiles and the mean of the lowest twentieth of a measure, with standard errors."""
        return {figure: estimate(self.measure(name), of) for figure, of in FIGURES.items()}

    def chances(self, kind: str) -> dict[str, list[Estimate]]:
        """Return chances of one kind by name: one, or one for each year.

        Parameters
        ----------
        kind : str
            A beginning of the names of `kept.py`, such as `claim:`.
        """
        return {
            key.removeprefix(kind): [chance(column) for column in np.atleast_2d(values.T)]
            for key, values in self.kept.items()
            if key.startswith(kind)
        }


@dataclass(frozen=True, repr=False)
class Simulation:
    """The results of a simulation.

    Parameters
    ----------
    scenario : Scenario
        The plan as written.
    sampler : Sampler
        What is uncertain, and the seed of the samples.
    samples, asked : int
        How many samples were drawn, and how many were asked for.
    cases : mapping
        The plan as written, or its options, by name.
    """

    scenario: Scenario
    sampler: Sampler
    samples: int
    asked: int
    cases: Mapping[str, Case]

    def __repr__(self) -> str:
        """Return one line."""
        names = ", ".join(name or "as written" for name in self.cases)
        return f"<Simulation of {self.scenario.id}: {self.samples:,} samples, seed {self.sampler.seed}, {names}>"

    def _repr_html_(self) -> str:
        """Return what is likely, as a notebook shows it."""
        return html_of(self)

    @property
    def years(self) -> list[str]:
        """The years of the horizon."""
        return list(self.sampler.years)

    @cached_property
    def inputs(self) -> dict[str, Array]:
        """What is drawn for each uncertain input, by name: (sample,), or factors, (sample, year)."""
        return self.first_inputs(self.samples)

    def first_inputs(self, count: int) -> dict[str, Array]:
        """Return what is drawn for the first samples, as `inputs` does for all."""
        return self.sampler.draw(self.sampler.chances(range(min(count, self.samples))))

    def sample(self, number: int, option: str | None = None) -> Projection:
        """Return the whole projection of one sample, which can be explained like any other.

        Parameters
        ----------
        number : int
            The number of the sample, from 0.
        option : str, optional
            The option; if not given, the first case.

        Raises
        ------
        ScenarioError
            If the plan refuses the sample.
        """
        case = self.cases[option] if option is not None else next(iter(self.cases.values()))
        values = self.sampler.draw(self.sampler.chances(range(number, number + 1)))
        return project(case.overlay.scenario.with_samples(case.overlay.samples(values)))


@one_blas_thread()
def simulate(  # noqa: PLR0913 - what a user may ask for
    scenario: Scenario,
    *,
    options: Sequence[str] | None = None,
    samples: int | None = None,
    seed: int | None = None,
    measures: Sequence[str] = (),
    rows: Sequence[str] = (),
    watch: Callable[[int, int], None] | None = None,
    executor: Executor | None = None,
    shards: Shards | None = None,
    clock: Callable[[], float] = lambda: 0.0,
) -> Simulation:
    """Draw samples of what a plan says is uncertain, and project the plan and its options over the same samples.

    Parameters
    ----------
    scenario : Scenario
        A plan with a block `uncertain`.
    options, samples, seed, measures, rows, watch, executor
        As of `fibercap.simulate`.
    shards : Shards, optional
        The place that keeps shards of samples.
    clock : callable, optional
        Returns the seconds that have passed, to tell how long a program took to make.

    Returns
    -------
    Simulation

    Raises
    ------
    FibercapError
        If the plan declares nothing uncertain, an option or row does not exist, or every sample is refused.

    Source
    ------
    docs/conventions.md, section 10.
    """
    uncertain = scenario.uncertain
    if uncertain is None:
        way = "write a block `uncertain`; see `docs/chances.md`"
        raise FibercapError("nothing_uncertain", f"{scenario.file} declares no uncertain input", way)
    asked = int(uncertain.samples) if samples is None else samples
    if asked < 1:
        raise FibercapError("unfit_draws", f"{asked} samples", "ask for one or more")
    sampler = Sampler(scenario, uncertain, int(uncertain.seed) if seed is None else seed)
    count, names = round_up(asked), [PLAN] if options is None else list(dict.fromkeys(options))
    for name in names:
        if name and name not in scenario.options:
            raise FibercapError("no_such_name", f"no option `{name}`", did_you_mean(name, scenario.options, "options"))
    bases = {name: project(scenario.with_option(name) if name else scenario) for name in names}
    for base in bases.values():
        refuse_unknown_names(base, measures, rows)
    cases: dict[str, Case] = {}
    for place, (name, base) in enumerate(bases.items()):
        started = clock()
        job = _job(sampler, base, measures, rows, count)
        seconds = clock() - started
        done = partial(_tell, watch, place * count, count * len(names))
        kept, refused = work_out(job, base, count, done, (executor, shards))
        title = (scenario.options[name].title if name else scenario.title) or name or scenario.id
        cases[name] = Case(name, title, job, base, kept, refused, seconds)
    return Simulation(scenario, sampler, count, asked, cases)


def _job(sampler: Sampler, base: Projection, measures: Sequence[str], rows: Sequence[str], count: int) -> Job:
    kept = dict.fromkeys((*(name for name in KEPT if name in base.measures), *measures))
    return job_of(sampler, overlay_for(sampler, base.scenario), base, (tuple(kept), tuple(rows)), count)


def _tell(watch: Callable[[int, int], None] | None, before: int, of: int, done: int) -> None:
    """Say how many samples are done, to whoever watches."""
    if watch is not None:
        watch(before + done, of)
