"""Shards of samples: worked out here or by other processes, kept where a place for them is given, and put together."""

from __future__ import annotations

import pickle
import zlib
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.threads import one_blas_thread
from fibercap.studies.chances.runs import Refusal, Runs, Shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from fibercap.model.projection import Projection
    from fibercap.studies.chances.job import Job
    from fibercap.studies.chances.kept import Kept

WAITING: Final = 64
"""Shards that are handed out at once; the memory that their results take is bounded by it."""
_ONE_AT_A_TIME: Final = Lock()
"""Threads of one process take turns: a program's arrays are for one at a time."""


class Shards(Protocol):
    """A place that keeps shards by name."""

    def get(self, name: str) -> Shard | None:
        """Return a shard; None if it is not there, or is not what its name says."""

    def put(self, name: str, shard: Shard) -> None:
        """Keep a shard, all of it or nothing."""


def work_out(
    job: Job,
    base: Projection,
    count: int,
    done: Callable[[int], object],
    workers: tuple[Executor | None, Shards | None] = (None, None),
) -> tuple[Kept, tuple[Refusal, ...]]:
    """Compute all samples of a job; return the results that are kept, and the samples that the plan refuses.

    Parameters
    ----------
    job, base : Job, Projection
        What works samples out, and the plan without samples.
    count : int
        How many samples there are.
    done : callable
        Called with the number of samples that are done, after each shard.
    workers : tuple
        What runs shards elsewhere, and the place that keeps them; each may be None.

    Raises
    ------
    FibercapError
        If the plan refuses every sample, or workers end before they are done.
    """
    results: Kept = {}
    refused: list[Refusal] = []
    finished = 0
    for numbers, shard in _shards(job, base, count, *workers):
        for name, values in shard.kept.items():
            if name not in results:
                results[name] = np.full((count, *values.shape[1:]), np.nan, dtype=values.dtype)
            results[name][numbers.start : numbers.stop] = values
        refused += shard.refused
        finished += len(numbers)
        done(finished)
    refused.sort(key=lambda refusal: refusal.sample)
    if not results:
        raise FibercapError("unfit_draws", f"the plan refuses every sample, the first one: {refused[0].why}", "")
    return results, tuple(refused)


def _shards(
    job: Job, base: Projection, count: int, executor: Executor | None, kept: Shards | None
) -> Iterator[tuple[range, Shard]]:
    """Yield the shards that were kept before, then each of the others as soon as it is computed."""
    missing = []
    for numbers in job.shards(count):
        shard = kept.get(job.name_of(numbers)) if kept is not None else None
        if shard is None:
            missing.append(numbers)
        else:
            yield numbers, shard
    if executor is None:
        runs = Runs(job, base)
        others: Iterator[tuple[range, Shard]] = ((numbers, runs.shard(numbers)) for numbers in missing)
    else:
        others = _spread(job, missing, executor)
    for numbers, shard in others:
        if kept is not None:
            kept.put(job.name_of(numbers), shard)
        yield numbers, shard


def _spread(job: Job, missing: list[range], executor: Executor) -> Iterator[tuple[range, Shard]]:
    """Yield shards that an executor runs, in the order in which they are done."""
    left = iter(missing)
    waiting: dict[Future[Shard], range] = {}
    try:
        while True:
            for numbers in islice(left, WAITING - len(waiting)):
                waiting[executor.submit(run_shard, job.parcel, numbers.start, numbers.stop)] = numbers
            if not waiting:
                return
            finished = wait(waiting, return_when=FIRST_COMPLETED).done
            # Shards that succeeded are kept before the first error ends the run.
            for future in sorted(finished, key=lambda one: one.exception() is not None):  # first what is done
                yield waiting.pop(future), future.result()
    except BrokenExecutor:
        way = "run it again, by fewer processes if memory was short; a folder of shards keeps what is done"
        raise FibercapError("worker_lost", "a process ended before its samples were done", way) from None
    finally:
        for future in waiting:
            future.cancel()


def run_shard(parcel: bytes, first: int, last: int) -> Shard:
    """Work out some samples of a job; this runs in any process that has fibercap.

    Parameters
    ----------
    parcel : bytes
        The job, as `Job.parcel` gives it.
    first, last : int
        The number of the first sample, and of the one after the last.
    """
    with _ONE_AT_A_TIME, one_blas_thread():
        return _runs_of(parcel).shard(range(first, last))


@lru_cache(maxsize=2)
def _runs_of(parcel: bytes) -> Runs:
    return Runs(pickle.loads(zlib.decompress(parcel)))  # noqa: S301 - from the process that handed it out
