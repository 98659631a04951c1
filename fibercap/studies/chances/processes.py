"""Processes of this machine that compute shards; each starts anew and shares no memory with this one."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor


@contextmanager
def own_processes(count: int) -> Iterator[Executor]:
    """Start some processes; they end with the block, after the shards that they have begun.

    No process is ended while it works: one that is killed while it sends a shard leaves the others waiting forever.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pipe = getattr(signal, "SIGPIPE", None)
    before = pipe and signal.signal(pipe, signal.SIG_IGN)  # a process that has ended must not end this one
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_ignore_interrupts)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        if pipe:
            signal.signal(pipe, before)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the first one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
