"""What a workbook costs: the base case, and a large plan: time that grows with cells, memory that stays bounded."""

from __future__ import annotations

import re
import resource
import zipfile
from io import BytesIO
from time import perf_counter, process_time

from benchmarks.scaling import company
from fibercap.model.plan.scenario import Scenario
from fibercap.reading.files import read
from fibercap.views.workbook.workbook import workbook


def cells_of(content: bytes) -> int:
    with zipfile.ZipFile(BytesIO(content)) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        return sum(len(re.findall(rb"<c r=", book.read(name))) for name in sheets)


def measure_workbook(name: str, scenario: Scenario) -> float:
    """Print time, size and peak memory of one workbook; return seconds of the processor for a million cells."""
    start, clock = process_time(), perf_counter()
    content = workbook(scenario, "0")
    taken, elapsed = process_time() - start, perf_counter() - clock
    cells, peak = cells_of(content), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{name}: {taken:.1f} s of the processor ({elapsed:.1f} s of the clock), {cells:,} cells, "
        f"{len(content) / 1e6:.1f} MB, peak memory {peak:.2f} GB"
    )
    return taken / cells * 1e6


def main() -> None:
    measure_workbook("fibercore, first time", read("fibercore"))
    measure_workbook("fibercore, all seven ways to pay", read("fibercore"))
    rates = {
        years: measure_workbook(f"10 plants, 20 projects, 10 loans, {years} years by month", company(10, 20, 10, years))
        for years in (10, 20, 30)
    }
    for years, rate in rates.items():
        print(f"  {years} years: {rate:.0f} s a million cells, {rate / rates[10]:.2f} times 10 years")


if __name__ == "__main__":
    main()
