"""What the report of the base case costs, beside the imports it cannot do without. Whole processes, taken in turns."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter

BARE = "import numpy, pydantic, yaml, click, jinja2, matplotlib.figure, matplotlib.backends.backend_svg"
TIMES = 9


def seconds(code: str) -> tuple[float, float]:
    """Return the time of one process by the clock and by the processor."""
    before, start = getrusage(RUSAGE_CHILDREN), perf_counter()
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
    after, end = getrusage(RUSAGE_CHILDREN), perf_counter()
    return end - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        arguments = ["export", "fibercore", "--out", str(path), "--force"]
        ours = f"from fibercap.cli import main; main({arguments!r})"
        pairs = [(seconds(ours), seconds(BARE)) for _ in range(TIMES + 1)][1:]
        size = path.stat().st_size
    print(f'fibercap export fibercore --out report.html ({size / 1e6:.2f} MB) beside python -c "{BARE}"')
    for place, measured in enumerate(("the clock", "processor time")):
        full, bare = median(a[place] for a, _ in pairs), median(b[place] for _, b in pairs)
        ratio = median(a[place] / b[place] for a, b in pairs)
        print(f"by {measured}: {full:.2f} s, {ratio:.2f} times {bare:.2f} s")


if __name__ == "__main__":
    main()
