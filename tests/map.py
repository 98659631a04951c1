"""The map of the house, made from its imports and from a projection: `python -m tests.map`; see `make map`.

Writes the picture of the folders, and the table of which file writes which rows, that stand in docs/architecture.md.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from unittest import mock

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.model.project import project
from fibercap.reading.files import read
from tests.house import imports_of
from tests.sources import Sources, sources_below

ROOT = Path(__file__).resolve().parents[1]
PAGE, PICTURE = ROOT / "docs" / "architecture.md", ROOT / "docs" / "img" / "architecture.svg"
BEGIN, END = "<!-- rows: made by `make map` -->\n", "<!-- end of rows -->\n"
FLOORS = (
    ("core",),
    ("model/currency", "model/plan", "model/returns", "model/plants", "model/horizon", "model/checks"),
    ("model/loans", "model/funding", "model/cash", "model/income", "model/cover", "model/worth"),
    ("model/measures", "model"),
    ("studies", "studies/verdict", "studies/explaining"),
    ("reading", "reading/schema", "views", "views/terminal", "views/json", "views/files"),
    ("views/charts", "views/report", "views/workbook"),
    ("commands",),
)
"""The folders from the lowest floor up; a folder of the package that is missing here stops the map."""
PLANS = ("fibercore", "fleet_revolver", "jena_in_euro", "two_banks", "soft_market")
WIDE, HIGH, GAP, EDGE = 150, 44, 30, 20


def folder_of(path: str) -> str:
    """Return the folder of a file or module of the package: `views/charts`; the files at its top are `commands`."""
    folder = PurePosixPath(path).parent.as_posix().removeprefix("fibercap").removeprefix("/")
    return folder or "commands"


def arrows(sources: Sources) -> Counter[tuple[str, str]]:
    """Count the imports from one folder into another, each pair of files once."""
    found: set[tuple[str, str]] = set()
    for path, text in sources.items():
        for entry in imports_of(path, text):
            file = entry.module.replace(".", "/")
            for target in (f"{file}/{entry.name}.py", f"{file}.py", f"{file}/__init__.py"):
                if target in sources:
                    found.add((path, target))
                    break
    pairs = Counter((folder_of(path), folder_of(target)) for path, target in found)
    return Counter({pair: count for pair, count in pairs.items() if pair[0] != pair[1]})


def places() -> dict[str, tuple[int, int]]:
    """Return where each folder's box begins, the lowest floor at the bottom."""
    most = max(map(len, FLOORS))
    whole = most * WIDE + (most - 1) * GAP
    found = {}
    for floor, folders in enumerate(FLOORS):
        used = len(folders) * WIDE + (len(folders) - 1) * GAP
        for column, folder in enumerate(folders):
            left = EDGE + (whole - used) // 2 + column * (WIDE + GAP)
            found[folder] = (left, EDGE + (len(FLOORS) - 1 - floor) * (HIGH + 3 * GAP))
    return found


def picture(sources: Sources) -> str:
    """Return the folders with their files and imports as SVG: thicker lines are more imports."""
    files, boxes = Counter(map(folder_of, sources)), places()
    if missing := sorted(set(files) - set(boxes)):
        raise SystemExit(f"tests/map.py knows no floor for {', '.join(missing)}; add it to FLOORS")
    wide, high = max(x for x, _ in boxes.values()) + WIDE + EDGE, max(y for _, y in boxes.values()) + HIGH + EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif">',
        "<title>The folders of fibercap and what they import</title>",
        f'<rect width="{wide}" height="{high}" fill="white"/>',
    ]
    for (above, below), count in sorted(arrows(sources).items()):
        (x1, y1), (x2, y2) = boxes[above], boxes[below]
        same = y1 == y2
        start = (x1 + WIDE // 2, y1 if same else y1 + HIGH)
        end = (x2 + WIDE // 2, y2)
        bend = f"Q {(start[0] + end[0]) // 2} {y1 - GAP}" if same else f"L {start[0]} {start[1]}"
        lines.append(
            f'<path d="M {start[0]} {start[1]} {bend} {end[0]} {end[1]}" fill="none" stroke="#5b7fa6"'
            f' stroke-opacity="0.55" stroke-width="{1 + min(count, 80) / 16:g}">'
            f"<title>{above} imports {below}: {count} files</title></path>"
        )
    for folder, (left, top) in boxes.items():
        middle = left + WIDE // 2
        lines += [
            f'<rect x="{left}" y="{top}" width="{WIDE}" height="{HIGH}" rx="4" fill="#eef3f8" stroke="#2f4b66"/>',
            f'<text x="{middle}" y="{top + 19}" text-anchor="middle" font-size="14">{folder}</text>',
            f'<text x="{middle}" y="{top + 36}" text-anchor="middle" font-size="11">{files[folder]} files</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def writers() -> dict[str, set[str]]:
    """Return, by file, the rows that it writes in the shipped plans, names of plants and loans left open."""
    found: dict[str, set[str]] = defaultdict(set)
    put = Sheet.put

    def watched(sheet: Sheet, row: Row, value: Any) -> Any:
        found[caller()].add(pattern(row.path))
        return put(sheet, row, value)

    with mock.patch.object(Sheet, "put", watched):
        for name in PLANS:
            project(read(name))
    return found


HELPERS = frozenset({"sum_row", "series_row", "added", "put", "line", "write_balance", "carry", "until_last"})
"""Functions that write a row for whoever calls them."""
NAMED = frozenset({"plants", "projects", "loans", "funding", "products", "exchange", "inputs", "company"})
OWN = frozenset({"uses", "gap", "grant", "grant_received", "financing_costs", "cash_share", "cash", "equity"})
"""Rows of a project's funding that are not of one source."""


def caller() -> str:
    """Return the file of the model that writes a row: the nearest one that does not write it for another."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        file = Path(frame.f_code.co_filename)
        if "fibercap" in file.parts and "core" not in file.parts and frame.f_code.co_name not in HELPERS:
            return file.relative_to(ROOT / "fibercap").as_posix()
        frame = frame.f_back
    raise AssertionError("a row that nobody wrote")


def pattern(path: str) -> str:
    """Return a row's path with `*` for the name of a plant, loan, project, product, source or currency."""
    parts = path.removeprefix("without_projects.").split(".")
    for at, part in enumerate(parts[:-2], start=1):
        if part in NAMED and parts[at] not in NAMED:
            parts[at] = "*"
    if parts[0] == "funding" and parts[2] not in OWN:
        kind = next((kind for kind in ("_available", "_to_date") if parts[2].endswith(kind)), "")
        parts[2] = f"*{kind}"
    return ".".join(parts)


def table(found: dict[str, set[str]]) -> Iterator[str]:
    """Run over the lines of the table of files and their rows."""
    yield "| file | writes |\n|---|---|\n"
    for file, rows in sorted(found.items()):
        by_head: dict[str, list[str]] = defaultdict(list)
        for row in sorted(rows):
            head, _, last = row.rpartition(".")
            by_head[head].append(last)
        told = "; ".join(f"`{head}.` {', '.join(lasts)}" for head, lasts in by_head.items())
        yield f"| `{file}` | {told} |\n"


def page(text: str) -> str:
    """Return the page with the table of rows made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{''.join(table(writers()))}\n{END}{after}"


if __name__ == "__main__":
    PICTURE.write_text(picture(sources_below(ROOT)), "utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
