"""Try random plans: `python -m tests.fuzz --cases 100000` in as many processes as there are cores; see `make fuzz`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from types import FrameType

from tests.fuzz.report import Progress, list_findings, list_lines
from tests.fuzz.runs import LONGEST, try_cases

CHUNK = 20
CHUNKS = 60
"""Runs of cases after which a process is replaced, for what a process remembers grows."""
PAUSE = 60
"""Seconds after which a run says how far it is, and keeps it."""


def try_all(progress: Progress, processes: int) -> None:
    """Try the cases that are left in several processes; write what is found at once, and how far the run is."""
    spoken, chunks = time.monotonic(), progress.chunks_left(CHUNK)
    with tempfile.TemporaryDirectory() as folder, Pool(processes, start_worker, maxtasksperchild=CHUNKS) as pool:
        reports = pool.imap_unordered(partial(try_cases, folder=folder), chunks)
        try:
            for _ in chunks:
                start, report = reports.next(timeout=LONGEST * CHUNK)
                progress.add(start, report)
                sys.stderr.writelines(f"{line}\n" for line in list_findings(report))
                if time.monotonic() - spoken > PAUSE:
                    spoken = time.monotonic()
                    progress.save()
                    sys.stderr.write(f"{progress.report.cases:,} cases, {len(progress.report.found)} findings\n")
        except KeyboardInterrupt:
            sys.stderr.write("stopped; this is what came of the cases that were tried\n")
        finally:
            progress.save()


def start_worker() -> None:
    """Let a process end with the run."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop(number: int, frame: FrameType | None) -> None:
    """End a run as Ctrl-C does."""
    del number, frame
    raise KeyboardInterrupt


def main() -> None:
    """Try the cases that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--checkpoint", type=Path, help="a file that keeps what is done; the run goes on from there")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    progress = Progress(asked.seed, asked.cases, asked.checkpoint)
    try_all(progress, asked.processes)
    sys.stdout.write("\n".join(list_lines(progress)) + "\n")
    sys.exit(not progress.report.is_clean or progress.report.cases < progress.cases)


if __name__ == "__main__":
    main()
