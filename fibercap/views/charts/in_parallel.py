"""Run tasks in two processes where the machine has two processors."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

T = TypeVar("T")
THREADS: Final = Path("/proc/self/task")
"""Where Linux lists the threads of a process, those of libraries too. Locks that they have stay locked in a copy."""


def run_in_parallel(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run tasks, every second one in a copy of this process, and return their results in order.

    The first task runs before the copy is made, so that both processes have what it imports and caches. Where a copy
    is useless or not safe, all tasks run here. If a task fails in the copy, its tasks run here again, so that the error
    is raised in this process.
    """
    if len(tasks) < 2 or not may_copy():  # nothing to share
        return [task() for task in tasks]
    from multiprocessing import get_context

    results = [tasks[0]()] * len(tasks)  # the others are filled in below
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    copy = fork.Process(target=_give, args=(tasks[1::2], sender), daemon=True)
    copy.start()
    sender.close()
    try:
        results[2::2] = [task() for task in tasks[2::2]]
        # Received before the copy is ended: a full pipe would keep it waiting for its reader.
        results[1::2] = _receive(receiver) or [task() for task in tasks[1::2]]
    finally:
        copy.terminate()
        copy.join()
    return results


def may_copy() -> bool:
    """Tell whether a copy of this process is useful and safe.

    That takes Linux, a second processor, no threads, and a process that is not itself a copy.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1 or sum(1 for _ in THREADS.glob("*")) != 1:
        return False
    from multiprocessing import parent_process

    return parent_process() is None


def _give(tasks: Sequence[Callable[[], T]], sender: Connection) -> None:
    """Send the results of tasks; nothing if one of them fails."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt ends the first process, which ends this one
    with sender, suppress(FibercapError):
        sender.send([task() for task in tasks])


def _receive(receiver: Connection) -> list[T] | None:
    """Return the results sent; None if the copy sent nothing."""
    try:
        sent: list[T] = receiver.recv()
    except EOFError:
        return None
    return sent
