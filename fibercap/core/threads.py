"""One thread for the matrix products of a model: they are small, and several threads would wait for each other."""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NUMPY: Final = ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath")
_NAMES: Final = tuple(
    (f"{before}openblas_{{}}_num_threads{after}") for before in ("scipy_", "") for after in ("64_", "_64", "")
)


class BlasThreads(NamedTuple):
    """Reads and sets the number of threads of the OpenBLAS that NumPy has loaded."""

    get: Callable[[], int]
    put: Callable[[int], None]


@cache
def blas_threads() -> BlasThreads | None:
    """Return how to read and set the number of threads, None where NumPy uses another library than OpenBLAS.

    Source
    ------
    OpenBLAS, `openblas_get_num_threads` and `openblas_set_num_threads`; NumPy's wheels add a prefix and a suffix. A
    symbol is looked for in NumPy's own library and in those that it has loaded.
    """
    for module in _NUMPY:
        try:
            library: Any = ctypes.CDLL(str(import_module(module).__file__))
        except (ImportError, OSError):
            continue
        for name in _NAMES:
            get, put = (getattr(library, name.format(verb), None) for verb in ("get", "set"))
            if get is not None and put is not None:
                return BlasThreads(get, put)
    return None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit matrix products to one thread within a `with` block or a decorated function."""
    threads = blas_threads()
    before = threads.get() if threads else 1
    if threads is None or before == 1:
        yield
        return
    threads.put(1)
    try:
        yield
    finally:
        threads.put(before)
