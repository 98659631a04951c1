"""Tests of covenants, and where they bar what owners are paid (docs/conventions.md, section 8, covenants)."""

from typing import Any

import numpy as np

from tests.witness.capacity import Rows
from tests.witness.dates import Calendar, Row, read_day, shift
from tests.witness.loans import Contract
from tests.witness.quantities import read_number


def find_locked(contracts: dict[str, Contract], calendar: Calendar, known: Rows, threshold: float) -> dict[str, Row]:
    """Return 1 at the ends of periods after which a lock-up bars dividends, by the rows of an earlier pass (rule 3)."""
    locked = {}
    for name, contract in contracts.items():
        for key, block in contract.block.get("covenants", {}).items():
            if "lock_up" in block:
                path = f"loans.{name}.covenants.{key}.locked"
                locked[path] = lock(block, name, contract, calendar, known, threshold)
    return locked


def lock(
    block: dict[str, str], name: str, contract: Contract, calendar: Calendar, known: Rows, threshold: float
) -> Row:
    """Return where one lock-up bars the dividends of later periods."""
    locked = np.zeros(calendar.count)
    if block["row"] not in known:
        return locked
    tests = list_tests(block, name, contract, calendar, known)
    values, levels = known[block["row"]], read_limit(block["lock_up"], calendar)
    upward = bool({"above", "at_least"} & block.keys())
    last = False
    for index in range(calendar.count):
        level, slack = levels[index], 1e-9 * abs(levels[index])
        if tests[index] and not np.isnan(values[index]):
            last = bool(values[index] < level - slack if upward else values[index] > level + slack)
        locked[index] = float(last and known[f"loans.{name}.closing"][index] > threshold)
    return locked


def find_stopped(contracts: dict[str, Contract], calendar: Calendar, known: Rows) -> Rows:
    """Return where covenants of loans with a draw stop are broken, and where their draws are stopped (rule 6)."""
    rows: Rows = {}
    for name, contract in contracts.items():
        if contract.block.get("draw_stop") != "true":
            continue
        stopped = np.zeros(calendar.count)
        for key, block in contract.block.get("covenants", {}).items():
            broken = find_broken(block, name, contract, calendar, known)
            rows[f"loans.{name}.covenants.{key}.broken"] = broken
            stopped = np.maximum(stopped, shift(broken))
        rows[f"loans.{name}.draws_stopped"] = stopped
    return rows


def find_broken(block: dict[str, Any], name: str, contract: Contract, calendar: Calendar, known: Rows) -> Row:
    """Return 1 from a test that is not kept until the next that is, and 0 after the last test."""
    broken = np.zeros(calendar.count)
    if block["row"] not in known:
        return broken
    word = next(word for word in ("above", "at_least", "below", "at_most") if word in block)
    limits, values, last = read_limit(block[word], calendar), known[block["row"]].copy(), 0.0
    if word in {"below", "at_most"}:
        without = "accounts.debt_without_ebitda" if block["row"].startswith("accounts.debt_to_ebitda") else ""
        values[known.get(without or f"{block['row']}.no_denominator", broken) > 0] = np.inf
    tests = list_tests(block, name, contract, calendar, known)
    for index in range(int(np.flatnonzero(tests)[-1]) + 1 if tests.any() else 0):
        if tests[index] and not np.isnan(values[index]):
            slack = 1e-9 * abs(limits[index]) * (1 if word in {"at_least", "below"} else -1)
            kept = (
                values[index] >= limits[index] - slack
                if word in {"above", "at_least"}
                else values[index] <= limits[index] - slack
            )
            last = float(not kept)
        broken[index] = last
    return broken


def read_limit(node: Any, calendar: Calendar) -> Row:
    """Return a limit at the end of each period: that of the last key that has begun (rule 3)."""
    if not isinstance(node, dict):
        return np.full(calendar.count, read_number(node))
    keys = sorted((read_day(key), read_number(text)) for key, text in node.items())
    return np.array(
        [([value for start, value in keys if start <= day] or [keys[0][1]])[-1] for day in calendar.last_days]
    )


def find_limits(contracts: dict[str, Contract], calendar: Calendar) -> Rows:
    """Return the limits and lock-ups that change, as rows (rules 3 and 5)."""
    rows = {}
    for name, contract in contracts.items():
        for key, block in contract.block.get("covenants", {}).items():
            for word in ("above", "at_least", "below", "at_most", "lock_up"):
                if isinstance(block.get(word), dict):
                    kind = "lock_up" if word == "lock_up" else "limit"
                    rows[f"loans.{name}.covenants.{key}.{kind}"] = read_limit(block[word], calendar)
    return rows


def list_tests(
    block: dict[str, str], name: str, contract: Contract, calendar: Calendar, known: Rows, *, closes: bool = True
) -> Row:
    """Return whether a covenant is tested at the end of each period (rules 1 and 2)."""
    test, row = block.get("test"), block["row"]
    ends = calendar.ends - calendar.year_ends
    if test == "payment":
        dates = known[f"loans.{name}.has_payment"] > 0
    elif test in {"quarter", "half_year", "year"}:
        dates = ends % {"quarter": 3, "half_year": 6, "year": 12}[test] == 0
    elif test == "period" or row.endswith(("_12m", "dscr", "interest_cover", "debt_to_ebitda")):
        dates = np.ones(calendar.count, dtype=bool)
    else:
        dates = ends % 12 == 0
    begins = max(contract.signed, read_day(block["from"])) if "from" in block else contract.signed
    first, last = calendar.find(begins), calendar.find(contract.matures)
    periods = np.arange(calendar.count)
    after = np.flatnonzero(dates & (periods >= last))
    until = after[0] if len(after) and closes else calendar.count
    return np.asarray(dates & (periods >= first) & (periods <= until))
