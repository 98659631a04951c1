"""What 10,000 samples of the FiberCore case cost as a program and as rows, beside one projection and a PySAM run.

Processor time, in turns, in one process; six inputs and three results, as in `benchmarks/projection.py`.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from time import process_time

import numpy as np

from benchmarks.projection import KEEP, SAMPLES, pysam, samples_of_inputs
from fibercap.model.plan.samples import sample_values
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.batch import evaluate
from fibercap.studies.plan_program import program_of


def milliseconds(run: Callable[[], object]) -> float:
    """Return the processor time of a call."""
    start = process_time()
    run()
    return 1000 * (process_time() - start)


def main() -> None:
    warnings.simplefilter("ignore")
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    scenario, by_path = read("fibercore"), samples_of_inputs(SAMPLES)
    samples = {path: sample_values(values) for path, values in by_path.items()}
    program = program_of(scenario, samples, KEEP)
    runs: dict[str, Callable[[], object]] = {"one projection": lambda: project(scenario)}
    runs |= {"one PySAM run": pysam()} if find_spec("PySAM") else {}
    runs |= {
        "program made and compared": lambda: program_of(scenario, samples, KEEP),
        f"{SAMPLES:,} samples by a program": lambda: evaluate(scenario, by_path, KEEP, by="program"),
        f"{SAMPLES:,} samples by rows": lambda: evaluate(scenario, by_path, KEEP, by="rows"),
    }
    for run in runs.values():
        run()
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            taken[name].append(milliseconds(run))
    middle = {name: median(values) for name, values in taken.items()}
    for name, time in middle.items():
        print(f"{name}: {time:.1f} ms, {time / middle['one projection']:.1f} projections")
    result, rows = (evaluate(scenario, by_path, KEEP, by=by) for by in ("program", "rows"))
    apart = max(float(np.nanmax(np.abs(result[name] - rows[name]) / np.nanmax(np.abs(rows[name])))) for name in KEEP)
    print(f"{len(program.tape):,} operations in {program.tape.slots} slots; largest difference of a sample {apart:.0e}")


if __name__ == "__main__":
    main()
