"""Work that two processes share where the machine has two processors."""

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
"""Where Linux lists the threads of a process, also those of libraries: locks that they hold stay shut in a copy."""


def shared(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run tasks, every second one in a copy of this process, and return what they give, in order.

    The first one runs before there is a copy, so that both have what it imports and remembers. Where a copy is of no
    use or not safe, all run here. What the copy could not do is done here again: an error is then raised as itself.
    """
    if len(tasks) < 2 or not may_copy():  # nothing to share
        return [task() for task in tasks]
    from multiprocessing import get_context

    found = [tasks[0]()] * len(tasks)
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    copy = fork.Process(target=_give, args=(tasks[1::2], sender), daemon=True)
    copy.start()
    sender.close()
    try:
        found[2::2] = [task() for task in tasks[2::2]]
        found[1::2] = _taken(receiver) or [task() for task in tasks[1::2]]
    finally:
        copy.terminate()
        copy.join()
    return found


def may_copy() -> bool:
    """Tell whether a copy of this process is safe and has a processor: on Linux, without threads, no copy itself."""
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1 or sum(1 for _ in THREADS.glob("*")) != 1:
        return False
    from multiprocessing import parent_process

    return parent_process() is None


def _give(tasks: Sequence[Callable[[], T]], sender: Connection) -> None:
    """Send what tasks give; nothing where one of them fails."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a reader who interrupts ends the other process, and that one this
    with sender, suppress(FibercapError):
        sender.send([task() for task in tasks])


def _taken(receiver: Connection) -> list[T] | None:
    """Return what was sent; None where nothing was."""
    try:
        sent: list[T] = receiver.recv()
    except EOFError:
        return None
    return sent
