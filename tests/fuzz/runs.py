"""Runs of many cases, none of which may hang."""

from __future__ import annotations

import gc
import signal
import tempfile
from pathlib import Path
from typing import Any

from tests.fuzz.cases import try_case
from tests.fuzz.report import Report

LONGEST = 120
"""Seconds that one case may take."""


def stop_case(number: int, frame: Any) -> None:
    """End a case that hangs."""
    del number, frame
    raise TimeoutError(f"a case took more than {LONGEST} seconds")


def try_cases(seeds: range, folder: str) -> tuple[int, Report]:
    """Try a run of seeds in a folder of its own; return the first of them and what came of all."""
    report = Report()
    gc.disable()  # to look for cycles among many small objects takes a fifth of the time; once for each run is enough
    signal.signal(signal.SIGALRM, stop_case)
    with tempfile.TemporaryDirectory(dir=folder) as folder_of_run:
        for seed in seeds:
            signal.alarm(LONGEST)
            try_case(seed, Path(folder_of_run), report)
            signal.alarm(0)
    gc.enable()
    gc.collect()
    gc.freeze()  # what is remembered between plans is not looked through again: it would take as long as the plans
    return seeds.start, report
