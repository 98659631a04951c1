"""What came of many random plans, as it is kept between runs and printed."""

from __future__ import annotations

import json
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.keys import list_keys

LEAST = 0.01
"""Share of plans that must have each key."""
FEW_REJECTED = 0.02
MOST = 20
"""Findings of one kind that a report shows."""
WIDTH = 80


@dataclass
class Report:
    """What came of many cases: counts by kind, what was found, and how many plans have each key."""

    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    found: list[tuple[int, str, str]] = field(default_factory=list)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, other: Report) -> None:
        """Take another report in."""
        self.cases += other.cases
        self.kinds += other.kinds
        self.tried += other.tried
        self.keys += other.keys
        for stage, spent in other.seconds.items():
            self.seconds[stage] += spent
        self.found += other.found

    def tell(self, seed: int, kind: str, what: str) -> None:
        """Count something that was found."""
        self.kinds[kind] += 1
        self.found.append((seed, kind, what))

    @property
    def rare(self) -> list[str]:
        """The keys of the schema that too few plans have."""
        return [key for key in list_keys() if self.keys[key] < LEAST * self.cases]

    @property
    def refusals(self) -> int:
        """The number of plans and twins that were refused with a message."""
        return self.kinds["rejected"] + self.kinds["twins rejected"]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found: a few plans may be refused with a message, and every key is met."""
        few = self.refusals <= FEW_REJECTED * self.cases
        return self.kinds.total() == self.refusals and few and not self.rare


@dataclass
class Progress:
    """A run that may be cut and go on: its seeds, those that are done, and what came of them; kept in a file."""

    first: int
    cases: int
    file: Path | None = None
    done: set[int] = field(default_factory=set)
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        """Take up what the file says of these seeds."""
        if self.file is None or not self.file.exists():
            return
        kept = json.loads(self.file.read_text("utf-8"))
        if kept["seeds"] != [self.first, self.cases]:
            raise SystemExit(f"{self.file} is of {kept['seeds'][1]} cases from seed {kept['seeds'][0]}")
        self.done, report = set(kept["done"]), kept["report"]
        counts = {name: Counter(report[name]) for name in ("kinds", "tried", "keys")}
        troubles = [(seed, kind, what) for seed, kind, what in report["found"]]
        self.report = Report(report["cases"], **counts, found=troubles, seconds=defaultdict(float, report["seconds"]))

    def chunks_left(self, size: int) -> list[range]:
        """Return the seeds that are not done."""
        end = self.first + self.cases
        return [
            range(index, min(index + size, end)) for index in range(self.first, end, size) if index not in self.done
        ]

    def add(self, start: int, report: Report) -> None:
        """Take in what came of the seeds that begin with one."""
        self.done.add(start)
        self.report.add(report)

    def save(self) -> None:
        """Keep how far the run is, where a file was asked for."""
        if self.file is None:
            return
        kept: dict[str, Any] = {
            "seeds": [self.first, self.cases],
            "done": sorted(self.done),
            "report": vars(self.report),
        }
        draft = self.file.with_name(f"{self.file.name}.new")
        draft.write_text(json.dumps(kept), "utf-8")
        draft.replace(self.file)


def list_findings(report: Report) -> Iterator[str]:
    """Run over what was found, so many of each kind."""
    shown: Counter[str] = Counter()
    for seed, kind, what in sorted(report.found):
        shown[kind] += 1
        if shown[kind] <= MOST:
            yield f"seed {seed}: {kind}: {what}"


def list_lines(progress: Progress) -> Iterator[str]:
    """Run over the lines of a report."""
    report, last = progress.report, progress.first + progress.cases - 1
    words = {"crashes": 0, "law stops": 0, "rejected": 0, "twins rejected": 0} | report.kinds
    left = progress.cases - report.cases
    yield f"{report.cases:,} random plans, seeds {progress.first} to {last}" + f", {left:,} of which are left" * (
        left > 0
    )
    yield from (f"{count:8,} {kind}" for kind, count in words.items())
    yield from wrap(f"tried: {', '.join(f'{law} {count:,}' for law, count in sorted(report.tried.items()))}")
    spent = sorted(report.seconds.items(), key=lambda pair: -pair[1])
    yield from wrap(f"seconds: {', '.join(f'{what} {seconds:,.0f}' for what, seconds in spent)}")
    shares = {key: 100 * report.keys[key] / max(report.cases, 1) for key in list_keys()}
    yield f"{len(shares)} keys and words of the schema, each in so many of 100 plans:"
    yield from (f"{share:7.2f} {key}{' TOO FEW' * (key in report.rare)}" for key, share in shares.items())
    for line in list_findings(report):
        yield from [line] if "\n" in line else wrap(line)
    broken, rare = report.kinds.total() - report.refusals, len(report.rare)
    clean = ("clean so far" if left else "clean") if report.is_clean else "not clean"
    yield f"{clean}: {broken:,} findings, {rare} keys in too few plans; {report.refusals:,} refused in words"


def wrap(line: str) -> list[str]:
    """Return a line as lines that fit."""
    return textwrap.wrap(line, WIDTH, subsequent_indent="  ")
