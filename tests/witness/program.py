"""What the program prints of a plan, and where it differs from the witness."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner

from fibercap.cli import cli
from tests.witness.capacity import Rows
from tests.witness.page import PAGE
from tests.witness.witness import SCENARIOS, Testimony

PREFIXES = ("accounts.", "plants.", "projects.", "loans.", "funding.", "ranks.", "ratios.")
PRIVATE = re.compile(r"funding\..*_own$|funding\.gap$|.*\.(service_before_funding|prepay_limit)$")
TOLERANCE = 1e-6


def run_program(plan: str | Path, option: str | None) -> Any:
    """Return what `fibercap run --json` prints of a shipped plan, or a file."""
    path = SCENARIOS / f"{plan}.yaml" if isinstance(plan, str) else plan
    chosen = [] if option is None else ["--option", option]
    ran = CliRunner().invoke(cli, ["run", str(path), *chosen, "--json"])
    assert ran.exit_code in {0, 1}, ran.output
    return json.loads(ran.stdout)


def read_values(values: list[float | None]) -> Any:
    """Return values as an array, undefined ones as such."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def compare_rows(mine: Rows, theirs: dict[str, Any], prefix: str = "", after: int = 0) -> list[str]:
    """Return a line for each row that differs; those the program leaves out may hold nothing but nothing."""
    lines = []
    for path, row in mine.items():
        if PRIVATE.match(path):
            continue
        if prefix + path not in theirs and list_parts(prefix + path, theirs):
            continue  # of products in several units there is one for each, and no sum
        if path.startswith("accounts.shipments.") and prefix + path not in theirs:
            continue  # in one unit it is the row without it
        if prefix + path not in theirs:
            loan, _, item = path.rpartition(".")
            if f"{prefix}{loan}.own.{item}" in theirs and np.array_equal(row, mine[f"{loan}.own.{item}"]):
                continue  # what is no money is written once for a loan in another currency
            if np.nan_to_num(row).any():
                lines.append(f"{prefix}{path}: not among the rows of the program")
            continue
        other = read_values(theirs[prefix + path]["values"])
        largest = float(np.abs(np.nan_to_num(row)).max(initial=0))
        shown = row[after : after + len(other)]
        if len(shown) != len(other):
            lines.append(f"{prefix}{path}: {len(other)} values, wanted {len(shown)}")
            continue
        lines += compare_values(prefix + path, shown, other, largest)
    return lines


def list_parts(name: str, theirs: dict[str, Any]) -> list[str]:
    """Return the rows or measures of the program that are those of one unit of products each."""
    return [path for path in theirs if path.rpartition(".")[0] == name]


def compare_values(path: str, row: Any, other: Any, largest: float) -> list[str]:
    """Return a line if two rows differ by more than a millionth, of the row's largest amount near zero."""
    bad = np.isnan(row) != np.isnan(other)
    gap = np.abs(np.nan_to_num(row) - np.nan_to_num(other))
    bad |= gap > np.maximum(TOLERANCE * np.abs(np.nan_to_num(row)), TOLERANCE * max(largest, 1e-3))
    if not bad.any():
        return []
    index = int(np.argmax(bad))
    return [f"{path}: {int(bad.sum())} periods differ, first {index}: program {other[index]!r}, witness {row[index]!r}"]


def compare_measures(testimony: Testimony, theirs: dict[str, Any]) -> list[str]:
    """Return a line for each measure that differs, or that one of both does not have."""
    parts = {part for name in testimony.measures for part in list_parts(name, theirs) if name not in theirs}
    unknown = theirs.keys() - testimony.measures.keys() - parts
    lines = [f"{name}: the witness does not compute it" for name in unknown]
    for name, value in testimony.measures.items():
        if name not in theirs and list_parts(name, theirs):
            continue
        if name not in theirs:
            if value is not None:
                lines.append(f"{name}: not among the measures of the program")
            continue
        other = theirs[name]["value"]
        if name == "terminal_share" and other is None and value is not None:
            equal = f" {value:,.0f} " in theirs[name]["reason"]  # where NPV is not above zero, it is money
        elif value is None or other is None:
            equal = value is other
        else:
            equal = abs(value - other) <= TOLERANCE * max(abs(value), 1e-6)
        if not equal:
            lines.append(f"{name}: program {other}, witness {value}")
    return lines


def list_unknown(mine: Rows, theirs: dict[str, Any]) -> list[str]:
    """Return the program's rows under these prefixes that the witness does not compute."""
    return sorted(path for path in theirs if path.startswith(PREFIXES) and path not in mine)


def names_row(path: str) -> bool:
    """Whether the page names a row, by its last word; section 4 speaks of rows of loans."""
    text = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    if path.startswith("accounts."):
        text = text[: text.index("## 4.")] + text[text.index("## 5.") :]
    last = re.sub("_in_[A-Z]{3}$", "_in_", path.rsplit(".", 1)[-1])
    return any(last in re.split(r"[.,<> ]+", words) for words in re.findall(r"`([^`\n]+)`", text))


def find_run_off(printed: Any) -> tuple[dict[str, Any], str]:
    """Return the rows of the run-off, and the prefix that their paths bear (section 7, run-off, rule 4)."""
    block = printed.get("run_off") or {}
    rows = block.get("rows", block)
    return rows, "run_off." if any(path.startswith("run_off.") for path in rows) else ""
