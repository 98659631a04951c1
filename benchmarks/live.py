"""The live report in Chromium: its size, how long it loads, recalculates and answers, and what it adds to a report."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

from tests.browser import Browser

TIMES = 5
BARE = (
    "from fibercap.views.report import html; from fibercap.views.report.live.page import LivePart;"
    "html.live_part = lambda *_: LivePart('');"
)
ANSWERS = """(() => {
  const { plan, changed } = window.fibercap, n = plan.data.first[0], { low, high } = plan.inputs[n];
  const all = [], runs = [];
  for (let k = 0; k < 230; k++) {
    plan.values[n] = low + (high - low) * ((k * 37) % 100) / 100;
    const start = performance.now();
    changed();
    document.body.getBoundingClientRect();
    const end = performance.now();
    plan.run();
    if (k >= 30) { all.push(end - start); runs.push(performance.now() - end); }
  }
  const sorted = (times) => times.sort((one, other) => one - other);
  return { median: sorted(all)[100], worst: all[199], run: sorted(runs)[100] };
})()"""
LOADS = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def seconds(code: str) -> float:
    """Return the processor time of a process."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        export = f"from fibercap.cli import main; main(['export', 'fibercore', '--out', {str(page)!r}, '--force'])"
        pairs = [(seconds(BARE + export), seconds(export)) for _ in range(TIMES)]
        answers: list[dict[str, Any]] = []
        loads = []
        for number in range(TIMES):
            with Browser(Path(folder) / f"home-{number}") as browser:
                browser.open(page)
                loads.append(float(browser.value(LOADS)))
                answers.append(browser.value(ANSWERS))
        size = page.stat().st_size
    print(f"the report of fibercore, six options: {size / 1e6:.2f} MB, loaded in {median(loads):.0f} ms")
    ratio, alone = median(live / bare for bare, live in pairs), median(bare for bare, _ in pairs)
    print(f"written in {ratio:.2f} times the processor time of one without its live part ({alone:.2f} s)")
    for key, what in (
        ("run", "one recalculation"),
        ("median", "an answer with its layout"),
        ("worst", "the worst of 200"),
    ):
        times = [answer[key] for answer in answers]
        print(f"{what}: {min(times):.2f} ms at best, {median(times):.2f} ms")


if __name__ == "__main__":
    main()
