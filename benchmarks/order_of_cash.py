"""What the terms of the order of cash cost: projections with them, beside one of the same plan without them."""

from __future__ import annotations

from statistics import median
from time import process_time

from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read

PAIRS = 15
STEPS = """{by: accounts.debt_to_ebitda_12m, steps: {low: {below: 0.5, is: 1 %/year}}, else: 2.5 %/year,
  at_first: 2.5 %/year}"""
TERMS = {
    "lock-up": ("loans.fleet.covenants={cover: {row: accounts.dscr_12m, at_least: 1.1, lock_up: 1.3, test: payment}}",),
    "steps of the margin": (
        "rates={libor: 6 %/year}",
        f"loans.fleet.rate={{index: libor, margin: {STEPS}}}",
    ),
    "sweep": ("loans.fleet.sweep={share: 50 %, while: {row: accounts.debt_to_ebitda_12m, above: 0.5}}",),
    "reserve": ("loans.fleet.reserve={covers: 6 months}",),
    "payouts": ("company.payouts={every: year, first: 2003-12-31}",),
}


def ratio(plan: Scenario, beside: Scenario) -> float:
    """Return the median ratio of the processor times of two plans' projections, taken in turns."""
    ratios = []
    for _ in range(PAIRS):
        times = []
        for one in (plan, beside):
            begun = process_time()
            project(one)
            times.append(process_time() - begun)
        ratios.append(times[0] / times[1])
    return median(ratios)


def main() -> None:
    """Print the ratio of each term alone, of all together, and of the plan of the term sheet."""
    plain = read("fibercore")
    for name, settings in TERMS.items():
        print(f"{name:24}{ratio(read('fibercore', settings=list(settings)), plain):6.2f}")
    every = [setting for settings in TERMS.values() for setting in settings]
    print(f"{'all of them':24}{ratio(read('fibercore', settings=every), plain):6.2f}")
    print(f"{'term_sheet / fibercore':24}{ratio(read('term_sheet'), plain):6.2f}")


if __name__ == "__main__":
    main()
