"""Sources, remarks and likenesses in a random plan, which say where things come from and move no figure."""

from __future__ import annotations

import copy
from typing import Any

from tests.fuzz.dice import Dice, Draft, Plan
from tests.fuzz.keys import REMARKS, Node, language

COLLECTIONS = ("sources", "products", "plants", "projects", "loans", "claims", "ratios")


def draw_sources_of_inputs(draft: Draft) -> None:
    """Add what inputs may name as their source."""
    dice = draft.dice
    if dice.chance(0.4):
        return
    block: Plan = {}
    for name in ("release", "offer-2")[: dice.pick(1, 2)]:
        block[name] = {"title": "A release", "kind": dice.pick("stated", "derived", "assumed")}
        if dice.chance(0.4):
            block[name]["date"] = "2001-01-08"
        if dice.chance(0.4):
            block[name]["url"] = "https://example.org/offer.pdf"
    draft.plan["sources"] = block
    if dice.chance(0.4):
        draft.plan["default_source"] = dice.choice([*block])


def is_alone(entry: Any) -> bool:
    """Tell whether an entry is a loan unlike any other: a sculpted one, or one whose project fills its reserve."""
    keys = (entry.get("repayment", {}).get("style"), entry.get("reserve", {}).get("filled_from"))
    return bool(keys[0] == "sculpted" or keys[1] == "uses")


def add_likes(draft: Draft) -> None:
    """Add entries that are like another one of their block."""
    dice, plan = draft.dice, draft.plan
    for block in dice.some(list(COLLECTIONS), 0.12):
        names = [name for name, entry in plan.get(block, {}).items() if not is_alone(entry)]
        if names:
            plan[block][f"alike_{block[:4]}"] = {"like": dice.choice(names)}
    funded = plan.get("funding", {})
    free = [name for name in draft.uses if name not in funded]
    plain = [
        name
        for name, block in funded.items()
        if all(str(value).endswith(("%", "rest", "order")) for value in block.values())
    ]
    if free and plain and dice.chance(0.5):
        funded[free[0]] = {"like": plain[0]}
    if len(plan.get("exchange", {})) > 1 and dice.chance(0.5):
        one, other = [*plan["exchange"]][:2]
        rates = plan["exchange"][other]["average"]
        rate = rates if isinstance(rates, str) else next(iter(rates.values()))
        plan["exchange"][other] = {"like": one, "average": rate, "closing": rate, "opening": rate}
    for loan in plan.get("loans", {}).values():
        covenants = loan.get("covenants")
        if covenants and dice.chance(0.15):
            covenants["alike"] = {"like": dice.choice([*covenants]), "says": "The same once more"}


def add_remarks(draft: Draft) -> None:
    """Write notes into blocks, and values with their sources."""
    share = draft.dice.pick(0.0, 0.05, 0.4)
    if share:
        sources = [*draft.plan.get("sources", {})]
        write_remarks(draft.dice, draft.plan, language(), sources, share)
    if draft.dice.chance(0.1):
        draft.plan["note"] = "Drawn at random"


def write_remarks(dice: Dice, block: Plan, node: Node, sources: list[str], share: float) -> None:
    """Write remarks into one block and those below it."""
    node = node.enter(block)[2]
    for key, value in block.items():
        below = node.keys.get(key, node.name)
        if below is None or key in {"fibercap", "like", "note", "change", "add", "remove"}:
            continue
        if isinstance(value, dict):
            write_remarks(dice, value, below, sources, share)
            inner = below.enter(value)[2]
            if (
                "note" in inner.keys
                and not any(key[:1].isdigit() or key.startswith("FY") for key in value)
                and dice.chance(share)
            ):
                value["note"] = "As at Jena: 5 %, not 4"
        if below.takes_remarks and not isinstance(value, list) and dice.chance(share / 4):
            block[key] = with_remarks(dice, value, sources)


def with_remarks(dice: Dice, value: Any, sources: list[str]) -> Plan:
    """Return a value with where it comes from."""
    result: Plan = {"value": value}
    if sources and dice.chance(0.7):
        result["source"] = dice.choice(sources)
    if dice.chance(0.5):
        result["where"] = "page 3, table 2"
    if dice.chance(0.4):
        result["note"] = "Read off a chart"
    return result


def without_remarks(node: Any) -> Any:
    """Return a plan with no sources and notes."""
    if not isinstance(node, dict):
        return copy.copy(node)
    if "value" in node and set(node) <= {*REMARKS}:
        return without_remarks(node["value"])
    return {key: without_remarks(value) for key, value in node.items() if key != "note"}
