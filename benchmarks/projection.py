"""What a projection of the FiberCore case costs, alone and in batches, beside ProFAST and PySAM if installed.

`pip install ProFAST NREL-PySAM` to have them; neither is a dependency.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.batch import CHUNK, evaluate

SAMPLES = 10_000
KEEP = ("project_npv", "min_dscr", "lowest_cash")


def samples_of_inputs(number: int) -> dict[str, Any]:
    """Draw price, utilization, delay, ramp, capex and rate."""
    random = np.random.default_rng(1)

    def uniform(low: float, high: float, unit: str) -> Any:
        return Quantity(random.uniform(low, high, (number, 1)), unit)

    return {
        "products.multimode.price": uniform(50, 70, "USD/km"),
        "plants.xtal.utilization": uniform(0.8, 1.0, "dimensionless"),
        "projects.xtal_1.delay": uniform(0, 9, "month"),
        "projects.xtal_1.ramp.linear": uniform(3, 12, "month"),
        "projects.jena_multimode.capex": uniform(20e6, 30e6, "USD"),
        "loans.fleet.rate": uniform(0.05, 0.10, "1/year"),
    }


def profast() -> Callable[[], object]:
    """Return a ProFAST run of one plant with one loan, twenty years by year."""
    import ProFAST

    def run() -> object:
        model = ProFAST.ProFAST("blank")
        item = {"value": 0, "escalation": 0}
        for key, value in {
            "commodity": {"name": "Fiber", "unit": "km", "initial price": 40, "escalation": 0.0},
            "capacity": 100_000 / 365, "maintenance": item, "analysis start year": 2001, "operating life": 20,
            "installation months": 12, "non depr assets": 0, "end of proj sale non depr assets": 0, "demand rampup": 0,
            "installation cost": {"value": 0, "depr type": "Straight line", "depr period": 4, "depreciable": False},
            "long term utilization": 0.9, "credit card fees": 0, "sales tax": 0, "license and permit": item,
            "rent": item,
            "property tax and insurance": 0, "admin expense": 0, "total income tax rate": 0.3,
            "capital gains tax rate": 0.15, "sell undepreciated cap": True, "tax losses monetized": True,
            "general inflation rate": 0, "leverage after tax nominal discount rate": 0.1,
            "debt equity ratio of initial financing": 1.0, "debt type": "One time loan", "loan period if used": 5,
            "debt interest rate": 0.085, "cash onhand": 1,
        }.items():  # fmt: skip
            model.set_params(key, value)
        model.add_capital_item(name="Plant", cost=6e6, depr_type="Straight line", depr_period=10, refurb=[0])
        model.add_fixed_cost(name="Fixed", usage=1, unit="$/year", cost=1e5, escalation=0)
        model.add_feedstock(name="glass", usage=1.0, unit="km", cost=15, escalation=0)
        return model.solve_price()

    return run


def pysam() -> Callable[[], object]:
    """Return a PySAM run of its single-owner financial model."""
    from PySAM import Singleowner

    model = Singleowner.default("PVWattsSingleOwner")
    model.SystemOutput.gen = [50.0] * 8760
    return lambda: model.execute(0)


def milliseconds(runs: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Return the median time of each, taken in turns so that a noisy moment hits all of them."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times + 1):
        for name, run in runs.items():
            start = perf_counter()
            run()
            taken[name].append(1000 * (perf_counter() - start))
    return {name: median(values[1:]) for name, values in taken.items()}


def batch_peak() -> float:
    """Return the peak memory of a process that runs the batch, in MB."""
    code = "from benchmarks.projection import *; evaluate(read('fibercore'), samples_of_inputs(SAMPLES), KEEP)"
    subprocess.run([sys.executable, "-c", code], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    warnings.simplefilter("ignore")
    scenario, samples = read("fibercore"), samples_of_inputs(SAMPLES)
    runs: dict[str, Callable[[], object]] = {"one projection": lambda: project(scenario)}
    runs |= {"one ProFAST run": profast()} if find_spec("ProFAST") else {}
    runs |= {"one PySAM run": pysam()} if find_spec("PySAM") else {}
    single = milliseconds(runs, 30)
    batch = milliseconds({"batch": lambda: evaluate(scenario, samples, KEEP)}, 5)["batch"]
    for name, taken in single.items():
        print(f"{name}: {taken:.1f} ms")
    each = 1000 * batch / SAMPLES
    print(f"{SAMPLES:,} samples by {CHUNK}: {batch / 1000:.2f} s, {each:.0f} microseconds each")
    for name, taken in single.items():
        print(f"  = {batch / taken:.0f} times {name}")
    print(f"peak memory of the batch: {batch_peak():.0f} MB")


if __name__ == "__main__":
    main()
