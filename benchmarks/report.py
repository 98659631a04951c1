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
    clock, processor = median(a[0] for a, _ in pairs), median(a[1] for a, _ in pairs)
    bare = median(b[1] for _, b in pairs)
    ratio = median(a[1] / b[1] for a, b in pairs)
    print(
        f"fibercap export fibercore --out report.html: {clock:.2f} s by the clock, {processor:.2f} s of processor time,"
    )
    print(f'{ratio:.2f} times python -c "{BARE}" ({bare:.2f} s); {size / 1e6:.2f} MB')


if __name__ == "__main__":
    main()
