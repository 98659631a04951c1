"""Compare all figures with those of another commit: `python -m tests.same COMMIT`; see `make same`."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.formula_text import term_of

GIT = shutil.which("git") or "git"
RANDOM = 200
FIRST_SEED = 4_000_000
NEAR = 1e-9
"""Share of its row's largest value by which a figure may differ where sums are added in another order."""
ROUNDING = 1e-15
"""Share of a plan's largest figure by which any of its figures may differ then."""


WRITE_PLANS = f"""\
import pathlib, sys
from tests.fuzz.plans import make_plan, write_plan
for seed in range({FIRST_SEED}, {FIRST_SEED + RANDOM}):
    pathlib.Path(sys.argv[1], f"p{{seed}}.yaml").write_text(write_plan(make_plan(seed)), encoding="utf-8")
"""


def write_plans(top: Path, folder: Path) -> None:
    """Write random plans as a tree makes them: they have no key that the tree does not know."""
    run = [sys.executable, "-c", WRITE_PLANS, str(folder)]
    subprocess.run(run, check=True, cwd=top, env=os.environ | {"PYTHONPATH": str(top)})


def record(top: Path, folder: Path, scenarios: Path, target: Path) -> subprocess.Popen[bytes]:
    """Start to write the figures of a tree: of plans in a folder, and of the scenarios that another folder names."""
    script = Path(__file__).with_name("figures.py")
    environment = os.environ | {"PYTHONPATH": str(top), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), str(folder), str(scenarios), str(target)]
    return subprocess.Popen(command, cwd=top, env=environment)


def read_figures(path: Path) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Run over the figures of a tree."""
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)  # noqa: S301 - written a moment ago by `record`


def differences(was: dict[str, Any], now: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Run over what differs between two plans' figures, as (kind, words)."""
    if "refused" in was or "refused" in now:
        if was.get("refused") != now.get("refused"):
            yield "refused", f"{was.get('refused', 'a plan')} -> {now.get('refused', 'a plan')}"
        return
    for kind in ("rows", "measures"):
        yield from (("names", name) for name in was[kind].keys() ^ now[kind].keys())
    dust = ROUNDING * max(np.nanmax(np.abs(value), initial=0.0) for value in was["rows"].values())
    for name in was["rows"].keys() & now["rows"].keys():
        yield from _gap(name, was["rows"][name], now["rows"][name], dust)
    for name in was["measures"].keys() & now["measures"].keys():
        (before, reason), (after, other) = was["measures"][name], now["measures"][name]
        yield from _gap(name, before, after, dust)
        if reason != other:
            yield "reasons", f"{name}: {reason} -> {other}"
    for name in was["texts"].keys() & now["texts"].keys():
        pairs = zip(was["texts"][name], now["texts"][name], strict=True)
        yield from (("formulas", f"{name}: {a} -> {b}") for a, b in pairs if not _is_same_tree(a, b))


def _gap(name: str, was: np.ndarray[Any, Any], now: np.ndarray[Any, Any], dust: float) -> Iterator[tuple[str, str]]:
    was, now = np.broadcast_arrays(was, now) if was.size and now.size else (was, now)
    if was.shape != now.shape or not np.array_equal(np.isnan(was), np.isnan(now)):
        yield "values", f"{name}: another shape, or defined elsewhere"
        return
    gap, size = np.nanmax(np.abs(was - now), initial=0.0), np.nanmax(np.abs(was), initial=0.0)
    if gap > 0:
        yield ("values" if gap > max(NEAR * size, dust) else "last digits"), f"{name}: {gap:.3g} of {size:.6g}"


def _is_same_tree(before: str, after: str) -> bool:
    try:
        return before == after or (bool(before and after) and term_of(before) == term_of(after))
    except FormulaError:
        return False


def main(commit: str) -> int:
    """Record both trees and compare; return 1 if anything but last digits differs."""
    top = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as scratch:
        base, plans = Path(scratch, "base"), Path(scratch, "plans")
        plans.mkdir()
        subprocess.run([GIT, "-C", str(top), "worktree", "add", "-q", "--detach", str(base), commit], check=True)
        try:
            write_plans(base, plans)
            targets = [Path(scratch, name) for name in ("was", "now")]
            known = base / "scenarios"
            runs = [record(tree, plans, known, target) for tree, target in zip((base, top), targets, strict=True)]
            codes = [run.wait() for run in runs]
        finally:
            subprocess.run([GIT, "-C", str(top), "worktree", "remove", "--force", str(base)], check=True)
        return 2 if any(codes) else report(*targets)


def report(was: Path, now: Path) -> int:
    """Print how many plans and figures are the same and what is not."""
    results: dict[str, list[str]] = {}
    plans = figures = 0
    for (name, option, before), (other, same, after) in zip(read_figures(was), read_figures(now), strict=True):
        assert (name, option) == (other, same)
        plans, figures = plans + 1, figures + sum(value.size for value in before.get("rows", {}).values())
        for kind, words in differences(before, after):
            results.setdefault(kind, []).append(f"{name} {option or ''} {words}")
    sys.stdout.write(f"{plans} plans, {figures:,} figures\n")
    for kind, lines in results.items():
        sys.stdout.write(f"{len(lines):,} {kind} differ\n" + "".join(f"  {line[:300]}\n" for line in lines[:20]))
    return int(bool(results.keys() - {"last digits"}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
