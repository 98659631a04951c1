"""What the start of a command costs, beside the libraries that fibercap is made with. Whole processes, in turns."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from time import perf_counter

MAIN = "from fibercap.cli import main; main({arguments!r})"
PAIRS = {
    "fibercap --help": (MAIN.format(arguments=["--help"]), "import click"),
    "fibercap check fibercore": (
        MAIN.format(arguments=["check", "fibercore"]),
        "import numpy, pint, pydantic, yaml, click",
    ),
}
TIMES = 25


def seconds(code: str) -> float:
    """Return the time of one process."""
    start = perf_counter()
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled once, not at every start
    for name, (ours, bare) in PAIRS.items():
        pairs = [(seconds(ours), seconds(bare)) for _ in range(TIMES + 1)][1:]
        mine, theirs = median(a for a, _ in pairs), median(b for _, b in pairs)
        ratio = median(a / b for a, b in pairs)
        print(f'{name}: {mine:.3f} s, {ratio:.2f} times python -c "{bare}" ({theirs:.3f} s)')


if __name__ == "__main__":
    main()
