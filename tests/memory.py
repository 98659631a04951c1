"""Memory of a process of tests: what is kept between plans is given back once it is large."""

from __future__ import annotations

import ctypes
import functools
import gc
import sys
from pathlib import Path

MOST = 2_000_000_000
"""Bytes in memory beyond which some are given back."""
PAGE = 4096


def bytes_in_memory() -> int:
    """Return how much memory this process holds; 0 where that is not said."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text("ascii").split()[1]) * PAGE if pages.exists() else 0


def give_memory_back() -> None:
    """Give back the memory of cycles that a file of tests left, and what the caches of functions hold if need be.

    What outlives the file is frozen, so that the next collection looks at new objects alone.
    """
    gc.collect()
    gc.freeze()
    if bytes_in_memory() < MOST:
        return
    for name in [name for name in sys.modules if name.partition(".")[0] in {"fibercap", "tests"}]:
        for value in vars(sys.modules[name]).values():
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()
    _give_to_the_system()
    if bytes_in_memory() < MOST / 2:  # looking for cycles in all that is left takes seconds
        return
    gc.unfreeze()
    gc.collect()
    _give_to_the_system()
    gc.freeze()


def _give_to_the_system() -> None:
    if sys.platform == "linux":
        ctypes.CDLL("libc.so.6").malloc_trim(0)
