"""The workers of a command: this process, some of its own, or those of a Dask cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

PATIENCE: Final = "5s"
"""How long a scheduler may take to answer."""


@contextmanager
def workers(jobs: int, dask: str | None) -> Iterator[Executor | None]:
    """Yield what runs samples elsewhere; None if this process is to do it.

    Parameters
    ----------
    jobs, dask : int, str
        How many processes, and the address of a Dask scheduler.
    """
    if dask is not None:
        with _cluster(dask) as executor:
            yield executor
    elif jobs > 1:
        from fibercap.studies.chances.processes import own_processes

        with own_processes(jobs) as executor:
            yield executor
    else:
        yield None


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """Yield the executor of a running cluster.

    Raises
    ------
    FibercapError
        If distributed is not installed, nobody answers at the address, or the workers are lost or lack fibercap.
    """
    from importlib.util import find_spec

    from fibercap.core.errors import FibercapError

    if find_spec("distributed") is None:
        way = "install it by `pip install 'fibercap[dask]'`, or use --jobs"
        raise FibercapError("extra_missing", "--dask needs distributed, which is not installed", way)
    import logging
    from importlib import import_module

    dask: Any = import_module("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # an address that nobody answers would fill the page
    try:
        client = dask.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        way = "name that of a running scheduler, such as tcp://host:8786"
        reason = f": {error}" if isinstance(error, ValueError) else ""
        raise FibercapError("no_cluster", f"no Dask scheduler answers at {address}{reason}", way) from None
    try:
        if not client.scheduler_info()["workers"]:
            raise FibercapError("no_cluster", f"the Dask scheduler at {address} has no workers", "start some")
        yield client.get_executor()
    except ModuleNotFoundError as error:
        way = "install this version of fibercap on every worker"
        raise FibercapError("worker_lost", f"a worker of the cluster lacks a module: {error.name}", way) from None
    except dask.KilledWorker:
        way = "look at its memory; --keep DIR keeps what is done"
        raise FibercapError("worker_lost", "workers of the cluster ended before their samples were done", way) from None
    finally:
        client.close()
