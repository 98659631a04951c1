"""A scenario of 20,000 lines, checked: seconds, memory, and the ratio to FiberCore. And one that is a bomb, refused."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

LINES = 20_000
CHECK = "from fibercap.cli import main; main(['check', {!r}])"
TIMES = 5
YEARS = range(2000, 2020)


def path(low: int, unit: str, step: int = 1) -> list[str]:
    """Return the lines of a value by month over the years."""
    return [f"        {year}-{month:02}: {low + step * (year % 7)} {unit}" for year in YEARS for month in range(1, 13)]


def lines_with_source(key: str, value: str) -> list[str]:
    """Return the lines of a value with its source."""
    return [f"    {key}:", f"      value: {value}", "      source: study", f"      where: page {len(value)}"]


def product(name: str) -> list[str]:
    return [f"  {name}:", "    price:", "      source: study", "      value:", *path(40, "USD/km")]


def plant(name: str, made: str) -> list[str]:
    capacity = lines_with_source("capacity", "100_000 km/year")
    cost = ["    cash_cost:", "      source: study", "      value:", *path(15, "USD/km")]
    return [f"  {name}:", f"    product: {made}", *capacity, *lines_with_source("utilization", "90 %"), *cost]


def project(name: str, index: str, year: int) -> list[str]:
    lines = [
        f"  {name}:",
        f"    plant: {index}",
        *lines_with_source("adds", "50_000 km/year"),
        *lines_with_source("capex", "4 million USD"),
    ]
    lines += [
        "    spend:",
        f"      {year - 1}: 40 %",
        f"      {year}: 60 %",
        *lines_with_source("complete", f"{year}-12-31"),
    ]
    return [*lines, "    ramp:", "      linear: 6 months"]


def loan(name: str, year: int) -> list[str]:
    lines = [
        f"  {name}:",
        *lines_with_source("commitment", "8 million USD"),
        f"    signed: {year}-01-15",
        "    matures: 10 years",
    ]
    return [*lines, *lines_with_source("rate", "7 %/year"), "    repayment:", "      style: level"]


def scenario(size: int) -> list[str]:
    """Return the lines of a company: for each plant a product, four projects and two loans that pay for them."""
    lines = ["fibercap: 1", "sources:", "  study:", "    title: A study of the market", "    kind: derived"]
    lines += ["horizon:", "  from: 2000", "  to: 2019", "  step: month"]
    lines += ["money:", "  report_in: USD", "  discount_rate: 10 %/year", "opening:", "  cash: 900 million USD"]
    lines += ["products:", *(line for k in range(size) for line in product(f"fiber_{k}"))]
    lines += ["plants:", *(line for k in range(size) for line in plant(f"plant_{k}", f"fiber_{k}"))]
    built = {f"project_{k}": (f"plant_{k % size}", 2001 + k % 7) for k in range(4 * size)}
    lines += ["projects:", *(line for name, (site, year) in built.items() for line in project(name, site, year))]
    lines += ["loans:", *(line for k in range(2 * size) for line in loan(f"loan_{k}", 2000))]
    lines += ["funding:"]
    for k, name in enumerate(built):
        lines += [f"  {name}:", f"    loan_{k // 2}:", "      value: 40 %", "      source: study", "    equity: rest"]
    lines += ["options:"]
    lines += [f"  rate_{k}: {{change: {{loans.loan_{k}.rate: 8 %/year}}}}" for k in range(3)]
    return lines


def bomb(levels: int = 9) -> str:
    """Return a small text whose aliases stand for a billion values."""
    lines = ["fibercap: 1", "a0: &a0 {x: 1, y: 1}"]
    lines += [f"a{k}: &a{k} {{{', '.join(f'b{n}: *a{k - 1}' for n in range(10))}}}" for k in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


def seconds(file: str, code: int = 0) -> float:
    """Return the time of one check."""
    start = perf_counter()
    ended = subprocess.run([sys.executable, "-c", CHECK.format(file)], capture_output=True, text=True, check=False)
    taken = perf_counter() - start
    assert ended.returncode == code, ended.stdout + ended.stderr
    return taken


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled once, not at every start
    with TemporaryDirectory() as folder:
        large, malicious = Path(folder, "large.yaml"), Path(folder, "bomb.yaml")
        lines: list[str] = []
        size = 1
        while len(lines) < LINES:
            size += 1
            lines = scenario(size)
        large.write_text("\n".join(lines) + "\n", encoding="utf-8")
        malicious.write_text(bomb(), encoding="utf-8")
        refused = median(seconds(str(malicious), 2) for _ in range(TIMES))
        pairs = [(seconds(str(large)), seconds("fibercore")) for _ in range(TIMES)]
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    taken, ratio = median(a for a, _ in pairs), median(a / b for a, b in pairs)
    print(f"check of {len(lines):,} lines: {taken:.2f} s, {memory:.2f} GB, {ratio:.1f} times fibercore")
    print(f"a billion values by aliases: refused in {refused:.2f} s")


if __name__ == "__main__":
    main()
