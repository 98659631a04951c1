"""Processes of one's own that work out shards: each is started afresh, and shares nothing with this one."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor


@contextmanager
def own_processes(count: int) -> Iterator[Executor]:
    """Start so many processes; they end with the block, at once if it is left by an error or Ctrl-C."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    others, pipe = active_children(), getattr(signal, "SIGPIPE", None)
    before = pipe and signal.signal(pipe, signal.SIG_IGN)  # a process that has ended must not end this one
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_ignore_interrupts)
    done = False
    try:
        yield pool
        done = True
    finally:
        for child in () if done else active_children():
            if child not in others:
                child.terminate()
        pool.shutdown(cancel_futures=True)
        if pipe:
            signal.signal(pipe, before)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the first one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
