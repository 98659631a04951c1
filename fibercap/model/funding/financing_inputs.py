"""The inputs that say how a plan is paid for."""

from __future__ import annotations

from typing import Final

from fibercap.core.trees.overlay import removals
from fibercap.core.trees.tree import Branch

FINANCING: Final = (
    "loans", "funding", "company.equity", "company.dividends", "company.payouts", "company.equity_limit", "company.gap",
    "money.minimum_cash",
)  # fmt: skip
"""Inputs that the reference company, which has no new projects, takes from the plan as written, not from an option."""


def is_financing(changes: Branch) -> bool:
    """Return whether an overlay changes inputs that the reference company takes from the plan as written."""
    names = [*removals(changes)]
    for verb in ("change", "add"):
        block = changes.get(verb)
        names += block if isinstance(block, Branch) else ()
    return any(f"{name}.".startswith(f"{of}.") or f"{of}.".startswith(f"{name}.") for name in names for of in FINANCING)
