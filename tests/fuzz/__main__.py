"""Try random plans: `python -m tests.fuzz --cases 100000` in as many processes as there are cores; see `make fuzz`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.fuzz.cases import Report
from tests.fuzz.keys import list_keys
from tests.fuzz.runs import try_cases

LEAST = 0.01
"""Share of plans that must have each key."""
FEW_REJECTED = 0.02
CHUNK = 50


def try_all(first: int, cases: int, processes: int) -> Report:
    """Try many cases in several processes, and say every minute how far it is."""
    report, told = Report(), time.monotonic()
    chunks = [range(at, min(at + CHUNK, first + cases)) for at in range(first, first + cases, CHUNK)]
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(processes) as pool:
        for done in as_completed([pool.submit(try_cases, chunk, folder) for chunk in chunks]):
            report.add(done.result())
            if time.monotonic() - told > 60:
                told = time.monotonic()
                sys.stderr.write(f"{report.cases:,} cases, {len(report.found)} findings\n")
    return report


def list_lines(report: Report, first: int) -> Iterator[str]:
    """Run over the lines of a report."""
    words = {"crashes": 0, "law stops": 0, "rejected": 0, "twins rejected": 0} | report.kinds
    yield f"{report.cases:,} cases, seeds {first} to {first + report.cases - 1}"
    yield from (f"{count:8,} {kind}" for kind, count in words.items())
    yield "tried: " + ", ".join(f"{law} {count:,}" for law, count in sorted(report.tried.items()))
    yield "seconds: " + ", ".join(
        f"{what} {seconds:,.0f}" for what, seconds in sorted(report.seconds.items(), key=lambda pair: -pair[1])
    )
    shares = {key: report.keys[key] / max(report.cases, 1) for key in list_keys()}
    yield f"{len(shares)} keys and words of the schema, each in so many of 100 plans:"
    yield from (f"{100 * share:7.2f} {key}{' TOO FEW' * (share < LEAST)}" for key, share in shares.items())
    shown: dict[str, int] = {}
    for seed, kind, what in sorted(report.found):
        shown[kind] = shown.get(kind, 0) + 1
        if shown[kind] <= 20:
            yield f"seed {seed}: {kind}: {what}"


def is_clean(report: Report) -> bool:
    """Tell whether nothing was found: a few plans may be refused with a message, and every key is met."""
    refused = report.kinds["rejected"] + report.kinds["twins rejected"]
    enough = all(report.keys[key] >= LEAST * report.cases for key in list_keys())
    return sum(report.kinds.values()) == refused and refused <= FEW_REJECTED * report.cases and enough


def main() -> None:
    """Try the cases that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    report = try_all(asked.seed, asked.cases, asked.processes)
    sys.stdout.write("\n".join(list_lines(report, asked.seed)) + "\n")
    sys.exit(not is_clean(report))


if __name__ == "__main__":
    main()
