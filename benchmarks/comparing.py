"""What comparing five ways of financing costs, beside projecting one; and looking for what decides claims."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.startup import MAIN, seconds
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.compare import compare
from fibercap.studies.flips import flips
from fibercap.studies.sizing import Limit, size
from fibercap.studies.solving import solve
from fibercap.studies.verdict.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable

FIVE = ("level", "equal_principal", "bullet", "grace_one_year", "german_bank")
COMMAND = ["compare", "fibercore"]
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
    compared = compare(scenario, only=FIVE)
    result = milliseconds(
        {
            "one option, laid before, projected": lambda: project(scenario.with_option("bullet")),
            "one projection": lambda: project(scenario),
            "compare of five options": lambda: compare(scenario, only=FIVE),
            "the verdict on them": lambda: verdict(compared),
            "what decides eight claims": lambda: flips(projection),
            "size of a loan by DSCR": lambda: size(bank, "fleet", [Limit("min_dscr", 1.3)]),
            "a price of no worth": lambda: solve(scenario, "project_npv", 0.0, "products.single_mode.price"),
        }
    )
    one = result["one projection"]
    for name, taken in result.items():
        print(f"{name}: {taken:.1f} ms, {taken / one:.1f} projections")
    commands = {
        n: MAIN.format(arguments=[*COMMAND, *(w for name in FIVE[-n:] for w in ("--option", name))]) for n in (1, 5)
    }
    pairs = [tuple(seconds(code) for code in commands.values()) for _ in range(TIMES)]
    alone, five = (median(taken) for taken in zip(*pairs, strict=True))
    more = median(b - a for a, b in pairs) / (one / 1000)
    print(f"fibercap compare of one: {alone:.3f} s; of five: {five:.3f} s; {more:.1f} projections for four more")


if __name__ == "__main__":
    main()
