"""How seconds and memory of each command grow with the size of a plan, each command in a process of its own.

`python -m benchmarks.sizes [KIND] [COMMAND]`
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from math import log
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

FIBERCAP: Final = "import sys; from fibercap.cli import main; main(sys.argv[1:])"
SAMPLES: Final = """
import sys
import numpy as np
from fibercap.core.units import Samples
from fibercap.reading.files import read
from fibercap.studies.batch import evaluate
number = int(sys.argv[2])
prices = Samples(np.linspace(30.0, 50.0, number)[:, None], "USD/km")
evaluate(read(sys.argv[1]), {"products.fiber.price": prices}, ["project_npv", "accounts.cash"])
"""
MOST_SECONDS: Final = 900
LOAN: Final = ("loans:", "  bank:", "    outstanding: 8 million USD")
FIRST: Final = date(2000, 1, 1)


def plan(*blocks: list[str], years: int = 10, step: str = "month") -> str:
    """Return a plan with one product, a project and what the blocks add."""
    lines = [
        "fibercap: 1",
        f"horizon: {{from: 2000, to: {1999 + years}, step: {step}}}",
        "money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}",
        "products: {fiber: {price: 40 USD/km}}",
        "opening: {cash: 900 million USD}",
        "tax: {rate: 30 %}",
        "working_capital: {receivables: 45 days}",
        "projects:",
        "  line:",
        "    {plant: plant_0, adds: 50_000 km/year, capex: 4 MUSD, spend: {2001: 100 %}, complete: 2001-12-31}",
        "funding: {line: {equity: rest}}",
    ]
    return "\n".join([*lines, *(line for block in blocks for line in block)]) + "\n"


def plants(number: int) -> list[str]:
    """Return the lines of plants."""
    made = (f"  plant_{k}: {{product: fiber, capacity: 1_000 km/year, cash_cost: 15 USD/km}}" for k in range(number))
    return ["plants:", *made]


def of_plants(number: int) -> str:
    return plan(plants(number))


def of_daily_rates(number: int) -> str:
    """Return a plan whose loan has another rate each day."""
    days = [f"      {FIRST + timedelta(days=k)}: {5 + k % 7 / 10} %/year" for k in range(number)]
    return plan(plants(1), [*LOAN, "    remaining: 10 years", "    rate:", "      1999-12-31: 5 %/year", *days])


def of_prepayments(number: int, step: str = "month") -> str:
    """Return a plan whose loan is prepaid on many days, over forty years."""
    days = [f"      {FIRST + timedelta(days=30 + k * 14_000 // number)}: 100 USD" for k in range(number)]
    terms = ["    remaining: 40 years", "    rate: 7 %/year"]
    return plan(plants(1), [*LOAN, *terms, "    prepayments:", *days], years=40, step=step)


def of_prepayments_by_year(number: int) -> str:
    return of_prepayments(number, "year")


def of_samples(_: int) -> str:
    return plan(plants(20))


class Size(NamedTuple):
    """A kind of plan, and the sizes that it is measured in."""

    text: Callable[[int], str]
    steps: tuple[int, ...]
    commands: tuple[str, ...] = ("check", "run", "xlsx", "html")


KINDS: Final = {
    "plants": Size(of_plants, (250, 500, 1000, 2000)),
    "daily rates": Size(of_daily_rates, (450, 900, 1800, 3653)),
    "prepayments": Size(of_prepayments, (625, 1250, 2500, 5000)),
    "prepayments by year": Size(of_prepayments_by_year, (625, 1250, 2500, 5000)),
    "samples": Size(of_samples, (250, 500, 1000, 2000), ("samples",)),
}


def arguments(command: str, file: Path, number: int) -> list[str]:
    """Return what Python is started with."""
    if command == "samples":
        return ["-c", SAMPLES, str(file), str(number)]
    name = "export" if command in {"xlsx", "html"} else command
    out = ["--out", str(file.with_suffix(f".{command}")), "--force"] if name == "export" else []
    return ["-c", FIBERCAP, name, str(file), *out]


def measure_process(started_with: list[str]) -> tuple[float, float, int, str]:
    """Return processor seconds, peak GB, exit code and the end of what was printed, of a process of its own."""
    done = subprocess.run(
        [sys.executable, *started_with], capture_output=True, text=True, check=False, timeout=MOST_SECONDS
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, done.returncode, (done.stderr or done.stdout)[-200:]


def alone(started_with: list[str]) -> tuple[float, float, int, str]:
    """Measure in a process that has no other children: the peak of children is that of the largest."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure_process, (started_with,))


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    kinds = sys.argv[1:2] or list(KINDS)
    with TemporaryDirectory() as folder:
        for kind in kinds:
            size = KINDS[kind]
            for command in sys.argv[2:3] or size.commands:
                taken = []
                for number in size.steps:
                    file = Path(folder, f"{number}.yaml")
                    file.write_text(size.text(number), encoding="utf-8")
                    seconds, memory, code, message = alone(arguments(command, file, number))
                    taken.append((number, seconds))
                    print(f"{kind} {number:>5} {command:5} {seconds:6.1f} s {memory:.2f} GB, exit {code}", flush=True)
                    if code:
                        print(message)
                (a, one), (b, two) = taken[-2:]
                print(f"  growth of the last step: N^{log(two / one) / log(b / a):.2f}")


if __name__ == "__main__":
    main()
