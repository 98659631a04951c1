"""What samples of the FiberCore case cost with numba on all cores, beside one projection, a PySAM run and NumPy.

By the clock and in processor time of all cores, in turns, in one process, six inputs and three results, as in
`benchmarks/projection.py`; then a million samples in processes of their own, compiling included, with their memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from time import perf_counter, process_time

import numpy as np

from benchmarks.projection import KEEP, SAMPLES, pysam, samples_of_inputs
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.batch import evaluate

MILLION = 1_000_000
ALONE = """
import resource
from time import perf_counter, process_time
from benchmarks.projection import KEEP, samples_of_inputs
from fibercap.reading.files import read
from fibercap.studies.batch import evaluate

scenario, samples = read("fibercore"), samples_of_inputs({number})
start, worked = perf_counter(), process_time()
evaluate(scenario, samples, KEEP, by="{by}")
print(perf_counter() - start, process_time() - worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def seconds(run: Callable[[], object]) -> tuple[float, float]:
    """Return the time of a call by the clock, and its processor time on all cores."""
    start, worked = perf_counter(), process_time()
    run()
    return perf_counter() - start, process_time() - worked


def alone(number: int, by: str, cache: str) -> str:
    """Say what samples cost in a process of their own, which keeps its compiled loops in `cache`."""
    surroundings = {**os.environ, "NUMBA_CACHE_DIR": cache}
    command = [sys.executable, "-c", ALONE.format(number=number, by=by)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    clock, worked, memory = map(float, done.stdout.split())
    return f"{clock:.1f} s by the clock, {worked:.1f} s worked, peak {memory:.2f} GB"


def main() -> None:
    warnings.simplefilter("ignore")
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    scenario, many = read("fibercore"), samples_of_inputs(10 * SAMPLES)
    samples = {path: values[:SAMPLES] for path, values in many.items()}
    runs: dict[str, Callable[[], object]] = {"one projection": lambda: project(scenario)}
    runs |= {"one PySAM run": pysam()} if find_spec("PySAM") else {}
    runs |= {
        f"{SAMPLES:,} samples by NumPy": lambda: evaluate(scenario, samples, KEEP, by="program"),
        f"{SAMPLES:,} samples by numba": lambda: evaluate(scenario, samples, KEEP, by="fast"),
        f"{10 * SAMPLES:,} samples by NumPy": lambda: evaluate(scenario, many, KEEP, by="program"),
        f"{10 * SAMPLES:,} samples by numba": lambda: evaluate(scenario, many, KEEP, by="fast"),
    }
    for run in runs.values():
        run()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            taken[name].append(seconds(run))
    middle = {name: [median(times) for times in zip(*pairs, strict=True)] for name, pairs in taken.items()}
    for name, (clock, worked) in middle.items():
        ratios = clock / middle["one projection"][0], worked / middle["one projection"][1]
        times = f"{1000 * clock:.1f} ms, worked {1000 * worked:.1f} ms"
        print(f"{name}: {times}: {ratios[0]:.1f}, {ratios[1]:.1f} projections")
    one, other = (evaluate(scenario, samples, KEEP, by=by) for by in ("program", "fast"))
    apart = max(float(np.nanmax(np.abs(one[name] - other[name]) / np.nanmax(np.abs(one[name])))) for name in KEEP)
    print(f"largest difference of a sample {apart:.0e}")
    with tempfile.TemporaryDirectory() as cache:
        for words in ("compiled first", "compiled before"):
            print(f"{MILLION:,} samples by numba, {words}: {alone(MILLION, 'fast', cache)}")
    print(f"{MILLION:,} samples by NumPy: {alone(MILLION, 'program', '')}")


if __name__ == "__main__":
    main()
