"""A scenario as nested blocks of text: what it extends, changes, adds and removes (docs/reference/scenario.md)."""

import copy
from pathlib import Path
from typing import Any

import yaml

from tests.witness.dates import add_months, read_day
from tests.witness.quantities import FORM, read_number, read_quantity

Plan = dict[str, Any]
REMARKS = {"source", "where", "note"}
OPERATORS = {"times", "plus", "delay"}


def read_plan(text: str, folder: Path) -> Plan:
    """Return a scenario with everything that it extends; quantities stay text."""
    tree = strip_remarks(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - the base loader makes text alone
    below: Plan = {}
    named = tree.pop("extends", [])
    for name in [named] if isinstance(named, str) else named:
        path = folder / (name if name.endswith(".yaml") else f"{name}.yaml")
        lay_over(below, read_plan(path.read_text(encoding="utf-8"), folder))
    if below:
        overlay = {key: tree.pop(key) for key in ("remove", "change", "add") if key in tree}
        apply_overlay(below, overlay)
    lay_over(below, tree)
    return resolve_likes(below)


def lay_over(below: Plan, above: Plan) -> None:
    """Lay the blocks of one scenario over another."""
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            lay_over(below[key], value)
        else:
            below[key] = value


def strip_remarks(node: Any) -> Any:
    """Take values out of their `{value, source}` blocks and drop notes."""
    if not isinstance(node, dict):
        return [strip_remarks(item) for item in node] if isinstance(node, list) else node
    if "value" in node and set(node) <= REMARKS | {"value"}:
        return strip_remarks(node["value"])
    if node.keys() & OPERATORS and set(node) <= OPERATORS | REMARKS:
        return {key: value for key, value in node.items() if key in OPERATORS}
    return {key: strip_remarks(value) for key, value in node.items() if key != "note"}


def apply_overlay(plan: Plan, overlay: Plan) -> None:
    """Remove, change and add what an overlay or an option says."""
    for path in overlay.get("remove", []):
        block, key = find_block(plan, path)
        block.pop(key, None)
    for path, value in overlay.get("change", {}).items():
        block, key = find_block(plan, path)
        block[key] = change_value(block.get(key), value)
    for path, value in overlay.get("add", {}).items():
        block, key = find_block(plan, path)
        block[key] = copy.deepcopy(value)


def find_block(plan: Plan, path: str) -> tuple[Plan, str]:
    """Return the block in which a path ends, and its last key."""
    *blocks, key = path.split(".")
    for name in blocks:
        if not isinstance(plan.get(name), dict):
            plan[name] = {}
        plan = plan[name]
    return plan, key


def change_value(below: Any, above: Any) -> Any:
    """Return the value that a change leaves: an operation on the one below, a block over a block, or a new value."""
    if isinstance(above, dict) and above.keys() & OPERATORS:
        return operate(below, above)
    if isinstance(above, dict) and isinstance(below, dict) and not any(key[:1].isdigit() for key in above):
        return {**below, **copy.deepcopy(above)}
    return copy.deepcopy(above)


def operate(below: Any, operation: Plan) -> Any:
    """Return a value, or each value of a series, times or plus something, or a date with a delay."""
    if isinstance(below, dict):
        return {key: operate(value, operation) for key, value in below.items()}
    if "delay" in operation:
        months = int(read_number(operation["delay"]))
        return add_months(read_day(below, last=True), months).isoformat()
    match = FORM.match(below)
    unit = (match.group(3) if match else None) or ""
    value = read_number(below)
    value = value * read_number(operation["times"]) if "times" in operation else value + read_number(operation["plus"])
    return f"{value / read_quantity(f'1 {unit}'.strip()).value!r} {unit}".strip()


def resolve_likes(plan: Plan) -> Plan:
    """Give entries that are `like` another the keys of that one, but for those they have themselves."""
    for block in plan.values():
        if not isinstance(block, dict):
            continue
        for name, entry in block.items():
            while isinstance(entry, dict) and "like" in entry:
                other = copy.deepcopy(block[entry.pop("like")])
                entry = {**other, **entry}  # noqa: PLW2901 - a chain of likes is followed to its end
                block[name] = entry
    return plan


def choose_option(plan: Plan, option: str | None) -> Plan:
    """Return a plan with one of its options laid over it."""
    chosen = copy.deepcopy(plan)
    if option is not None:
        apply_overlay(chosen, plan["options"][option] or {})
    return chosen
