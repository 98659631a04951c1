"""Inputs and names in plain words, for pages that show no paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.language.names import key_in_words

if TYPE_CHECKING:
    from fibercap.model.plan.scenario import Scenario

GENERAL: Final = frozenset({"money", "company"})
"""Blocks whose inputs need no block name to be clear."""
KEYS: Final = {
    "adds": "added capacity",
    "matures": "maturity",
    "multiple": "multiple of EBITDA for the terminal value",
    "value": "amount",
}
"""Plain words for keys that are not clear by themselves."""


def input_words(plan: Scenario, path: str) -> str:
    """Return an input in plain words, such as `price of Single-mode fiber`.

    Parameters
    ----------
    plan : Scenario
        The plan.
    path : str
        The path of the input.
    """
    block, *rest = path.split(".")
    if block == "funding":
        payers = " ".join(name_in_words(plan, key) for key in rest[1:]) or "funding"
        return f"{name_in_words(plan, rest[0])} paid by {payers}"
    if block == "exchange":
        return f"exchange rate of {rest[0]}"
    if block == "tax":
        return f"tax {_key(rest)}"
    if block == "rates":
        return f"interest rate {key_in_words(rest[0])}"
    if block in {"plants", "projects", "products", "loans"} and len(rest) > 1:
        return f"{_key(rest[1:])} of {name_in_words(plan, rest[0])}"
    words = _key(rest)
    return words if block in GENERAL else f"{key_in_words(block)}: {words}"


def name_in_words(plan: Scenario, key: str) -> str:
    """Return the title of a loan, or the name of a project, plant or product; any other key in plain words."""
    if key in plan.loans:
        return plan.loan_title(key)
    for members in (plan.projects, plan.plants, plan.products):
        if key in members:
            return str(members[key].name or key_in_words(key))
    return key_in_words(key)


def _key(keys: list[str]) -> str:
    """Return the last key in words, after the key before it if there is one."""
    last = keys[-1]
    words = KEYS.get(last, key_in_words(last))
    if len(keys) == 1 or last == "multiple":
        return words
    return f"{key_in_words(keys[-2])} {words}"
