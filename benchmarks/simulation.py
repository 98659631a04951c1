"""What a million samples cost: in one process and in two, on a Dask cluster of two workers, and in memory.

FiberCore with six uncertain inputs; kept are the measures, claims, covenants and cash that `simulate` always keeps.
Each run is a process of its own, so that its peak of memory is its own; seconds are those of the clock.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any

MANY, FEW = 1 << 20, 1 << 17
INPUTS = """
  samples: 4096
  inputs:
    multimode: {input: products.multimode.price, times: {lognormal: {median: 100 %, sigma: 10 %}}}
    single_mode: {input: products.single_mode.price, times: {lognormal: {median: 95 %, sigma: 15 %}}}
    capex: {input: projects.xtal_1.capex, times: {triangular: {low: 90 %, mode: 105 %, high: 160 %}}}
    cost: {input: plants.xtal.cash_cost, times: {normal: {mean: 100 %, sd: 8 %}}}
    delay: {input: projects.xtal_1.delay, is: {uniform: {low: 0 months, high: 9 months}}}
    rate: {input: loans.fleet.rate, plus: {normal: {mean: 0 %/year, sd: 1 %/year}}}
"""
TEXT = f"fibercap: 1\nid: six\nextends: fibercore\nadd:\n  uncertain:{INPUTS.replace(chr(10), chr(10) + '  ')}"


def once(way: str, count: int) -> dict[str, float]:
    """Return seconds and memory of one simulation in this process, kept results aside, and of its workers."""
    import resource

    from fibercap.reading.files import scenario_of
    from fibercap.studies.chances.processes import own_processes
    from fibercap.views.simulation import simulate

    plan = scenario_of(TEXT)
    started = perf_counter()
    if way == "alone":
        simulation = simulate(plan, samples=count)
    elif way == "own":
        with own_processes(2) as executor:
            simulation = simulate(plan, samples=count, executor=executor)
    else:
        simulation, started = on_cluster(plan, count)
    taken = perf_counter() - started
    kept = sum(values.nbytes for case in simulation.cases.values() for values in case.kept.values())
    peak, child = (1024 * resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"seconds": taken, "beside": peak - kept, "worker": child, "kept": kept}


def on_cluster(plan: Any, count: int) -> tuple[Any, float]:
    """Return a simulation by two workers of a cluster that runs already, and when it started."""
    from fibercap.views.simulation import simulate

    dask: Any = import_module("distributed")
    with (
        dask.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        dask.Client(cluster, set_as_default=False) as client,
    ):
        simulate(plan, samples=1 << 15, executor=client.get_executor())
        started = perf_counter()
        return simulate(plan, samples=count, executor=client.get_executor()), started


def measure_in_fresh_process(way: str, count: int) -> dict[str, float]:
    """Return what `once` gives in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.simulation", way, str(count)]
    result: dict[str, float] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout.splitlines()[-1]
    )
    return result


def main() -> None:
    if len(sys.argv) == 3:
        print(json.dumps(once(sys.argv[1], int(sys.argv[2]))))
        return
    ways = ["alone", "own", *(["dask"] if find_spec("distributed") else [])]
    best = {
        way: min((measure_in_fresh_process(way, MANY) for _ in range(3)), key=lambda run: run["seconds"])
        for way in ways
    }
    few = measure_in_fresh_process("own", FEW)
    for way, run in best.items():
        times = run["seconds"] / best["own"]["seconds"]
        print(f"{MANY:,} samples, {way}: {run['seconds']:.1f} s, {times:.2f} of two own processes")
    for name in ("beside", "worker"):
        print(f"memory, {name}: {best['own'][name] / few[name]:.2f} times that of {FEW:,} samples")
    print(f"kept: {best['own']['kept'] / MANY:.0f} bytes a sample; beside it {best['own']['beside'] / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
