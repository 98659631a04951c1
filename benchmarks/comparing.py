"""What comparing five ways of financing costs, beside projecting one; and looking for what decides claims."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.startup import MAIN, seconds
from fibercap.model.projection import project
from fibercap.reading.files import read
from fibercap.studies.compare import compare
from fibercap.studies.flips import flips
from fibercap.studies.sizing import Limit, size
from fibercap.studies.solving import solve

if TYPE_CHECKING:
    from collections.abc import Callable

FIVE = ("level", "equal_principal", "bullet", "grace_one_year", "german_bank")
START = "from fibercap.reading.files import read; read('fibercore'); import rich.console, fibercap.views.side_by_side"
COMMAND = ["compare", "fibercore", *(word for name in FIVE for word in ("--option", name))]
TIMES = 11


def milliseconds(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median time of each, taken in turns so that a noisy moment hits all of them."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(TIMES + 1):
        for name, run in runs.items():
            start = perf_counter()
            run()
            taken[name].append(1000 * (perf_counter() - start))
    return {name: median(values[1:]) for name, values in taken.items()}


def main() -> None:
    scenario = read("fibercore")
    projection, bank = project(scenario), read("fibercore", "german_bank")
    found = milliseconds(
        {
            "one option laid, projected": lambda: project(scenario.with_option("bullet")),
            "one projection": lambda: project(scenario),
            "compare of five options": lambda: compare(scenario, only=FIVE),
            "what decides eight claims": lambda: flips(projection),
            "size of a loan by DSCR": lambda: size(bank, "fleet", [Limit("min_dscr", 1.3)]),
            "a price of no worth": lambda: solve(scenario, "project_npv", 0.0, "products.single_mode.price"),
        }
    )
    one = found["one projection"]
    for name, taken in found.items():
        print(f"{name}: {taken:.1f} ms, {taken / one:.1f} projections")
    pairs = [(seconds(MAIN.format(arguments=COMMAND)), seconds(START)) for _ in range(TIMES)]
    command, start = median(a for a, _ in pairs), median(b for _, b in pairs)
    share = median((a - b) / (one / 1000) for a, b in pairs)
    print(f"fibercap compare of five: {command:.3f} s; a start: {start:.3f} s; {share:.1f} projections between")


if __name__ == "__main__":
    main()
