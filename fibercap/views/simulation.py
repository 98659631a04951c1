"""Simulation for Python: on any executor, with a folder that keeps finished samples."""

from __future__ import annotations

import warnings
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from fibercap.studies.chances import simulate as studies
from fibercap.views.files.shard_folder import ShardFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.chances.simulate import Simulation


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
    keep: str | Path | None = None,
) -> Simulation:
    """Draw samples of what a plan says is uncertain, and project the plan and its options over the same samples.

    Parameters
    ----------
    scenario : Scenario
        A plan with a block `uncertain`.
    options : sequence of str, optional
        The options to try; if not given, the plan as it is read.
    samples, seed : int, optional
        In place of those of the plan. Samples are rounded up to a power of two.
    measures : sequence of str
        Names of measures that are kept beside the headlines.
    rows : sequence of str
        Paths of rows that are kept year by year.
    watch : callable, optional
        Called with the number of samples done and of all samples, over all options.
    executor : concurrent.futures.Executor, optional
        Runs the samples, such as a `ProcessPoolExecutor` or that of a Dask client; results are the same, bit for bit.
        Processes are best started afresh: `mp_context=multiprocessing.get_context("spawn")`.
    keep : str or Path, optional
        A folder of its own that keeps finished samples; with the same folder, an interrupted run continues.

    Returns
    -------
    Simulation

    Raises
    ------
    FibercapError
        If the plan declares nothing uncertain, an option or row does not exist, every sample is refused, a worker ends,
        or the folder holds other files.

    Source
    ------
    docs/conventions.md, section 10; docs/scale.md.
    """
    shards = None if keep is None else ShardFolder(Path(keep), lambda text: warnings.warn(text, stacklevel=2))
    return studies.simulate(
        scenario,
        options=options,
        samples=samples,
        seed=seed,
        measures=measures,
        rows=rows,
        watch=watch,
        executor=executor,
        shards=shards,
        clock=perf_counter,
    )
