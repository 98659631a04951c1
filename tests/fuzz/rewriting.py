"""A plan written another way: in other money, other units, another order, at another time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.fuzz.dice import MONTHS as NAMES
from tests.fuzz.dice import Dice, Plan, end_of_month, later, number, span_of
from tests.fuzz.remarks import without_remarks

CODES = "USD|EUR|DEM|BRL|JPY"
NUMBER = r"(-?[0-9_.]+(?:[eE][+-]?[0-9]+)?)"
MONEY = re.compile(rf"{NUMBER}((?: thousand| million| billion)? )([kM]?)({CODES})(/(?!{CODES})[A-Za-z]+[23]?)?")
RATE = re.compile(rf"{NUMBER} (%|bp)(/year)?")
LENGTH = re.compile(rf"{NUMBER}( thousand| million)? (M?)km/year")
MONTHS = re.compile(r"([0-9]+) (months?|quarters?|years?)")
DAY = re.compile(r"((?:[a-z].*\.)?(?:end of )?(?:FY)?)([12][0-9]{3})((?:-(?:Q[1-4]|[0-9]{2}(?:-[0-9]{2})?))?)")
SCALES = {"": 0, "thousand": 3, "million": 6, "billion": 9, "k": 3, "M": 6}
LENGTHS = {"month": 1, "quarter": 3, "year": 12}
READERS = {"note", "title", "says", "where", "date", "name", "lender", "url", "report_in"}
"""Keys whose texts are for readers alone."""
CALENDAR = 28
"""Years after which the calendar repeats."""


def change_leaves(node: Any, change: Callable[[str], str], key: str = "") -> Any:
    """Return a plan with every text and every key of a series changed; texts for readers stay as they are."""
    if isinstance(node, dict):
        return {change(str(name)): change_leaves(value, change, str(name)) for name, value in node.items()}
    if isinstance(node, list):
        return [change_leaves(value, change, key) for value in node]
    return node if isinstance(node, bool) or key in READERS else change(str(node))


def multiply_money(plan: Plan, factor: int) -> Plan:
    """Return a plan with all its money so many times as much."""

    def multiply(text: str) -> str:
        match = MONEY.fullmatch(text)
        return f"{number(Decimal(match[1]) * factor)}{text[match.end(1) :]}" if match else text

    twin: Plan = change_leaves(plan, multiply)
    for loan in twin.get("loans", {}).values():
        rounding = loan.get("rounding", "none")
        if rounding == "cent" or (isinstance(rounding, dict) and "to" not in rounding):
            amount = MONEY.fullmatch(str(loan.get("commitment", loan.get("outstanding"))))
            code = amount[4] if amount else ""
            loan["rounding"] = {
                **(rounding if isinstance(rounding, dict) else {}),
                "to": f"{number(Decimal(factor) / (1 if code == 'JPY' else 100))} {code}",
            }
    return twin


def move_years(plan: Plan) -> Plan:
    """Return a plan that happens when the calendar repeats."""

    def move(text: str) -> str:
        match = DAY.fullmatch(text)
        return f"{match[1]}{int(match[2]) + CALENDAR}{match[3]}" if match else text

    twin: Plan = change_leaves(plan, move)
    return twin | {"fibercap": plan["fibercap"]}


def change_units(dice: Dice, plan: Plan) -> Plan:
    """Return a plan with its quantities in other units."""

    def convert(text: str) -> str:
        if match := MONEY.fullmatch(text):
            value = Decimal(match[1]) * 10 ** (SCALES[match[2].strip()] + SCALES[match[3]])
            per = match[5] or ""
            if per == "/km" and dice.chance(0.5):
                return f"{number(value)} M{match[4]}/Mkm"
            form, digits = dice.pick(
                ("{} {}", 0), ("{} k{}", 3), ("{} M{}", 6), ("{} thousand {}", 3), ("{} million {}", 6)
            )
            return f"{form.format(number(value / 10**digits), match[4])}{per}"
        if match := RATE.fullmatch(text):
            value = Decimal(match[1]) * (1 if match[2] == "%" else Decimal("0.01"))
            return (
                f"{number(value * 100)} bp{match[3] or ''}" if match[2] == "%" else f"{number(value)} %{match[3] or ''}"
            )
        if match := LENGTH.fullmatch(text):
            value = Decimal(match[1]) * 10 ** (SCALES[(match[2] or "").strip()] + 6 * bool(match[3]))
            return dice.pick(
                f"{number(value / 10**6)} Mkm/year",
                f"{number(value)} km/year",
                f"{number(value / 1000)} thousand km/year",
            )
        if match := MONTHS.fullmatch(text):
            count = int(match[1]) * LENGTHS[match[2].rstrip("s")]
            return dice.choice(
                [
                    f"{count} months",
                    *[f"{count // 3} quarters"] * (count % 3 == 0),
                    *[f"{count // 12} years"] * (count % 12 == 0),
                ]
            )
        return text

    twin: Plan = change_leaves({key: block for key, block in plan.items() if key != "options"}, convert)
    return twin | ({"options": plan["options"]} if "options" in plan else {})


def shuffle_keys(dice: Dice, plan: Plan) -> Plan:
    """Return a plan with its keys in another order, where order means nothing."""
    twin = {}
    for key in dice.sample([*plan], len(plan)):
        value = plan[key]
        if key in {"loans", "funding"}:
            inner = {name: shuffle_block(dice, block) if key == "loans" else block for name, block in value.items()}
            twin[key] = inner
        else:
            twin[key] = value if key == "options" else shuffle_block(dice, value)
    return twin


def shuffle_block(dice: Dice, block: Any) -> Any:
    """Return a block with its keys in another order."""
    if not isinstance(block, dict):
        return block
    keys = dice.sample([*block], len(block))
    if has_steps(without_remarks(block)):
        keys = [*block]  # which stand in the order of their limits
    return {key: shuffle_block(dice, block[key]) for key in keys}


def has_steps(block: Any) -> bool:
    """Tell whether a block has the steps of a ratio."""
    return isinstance(block, dict) and all(isinstance(inner, dict) and "below" in inner for inner in block.values())


def lay_over(dice: Dice, plan: Plan) -> tuple[Plan, Plan]:
    """Return a plan that differs, and an overlay that makes this plan of it."""
    base, changes = plan, {}
    for path, value in dice.sample(result := [*find_amounts(plan)], min(len(result), 6)):
        base, changes[path] = alter(dice, base, path, value)
    base = put(
        base,
        "loans.spare",
        {
            "commitment": f"1 {plan['money']['report_in']}",
            "signed": find_start(plan),
            "matures": "1 year",
            "rate": "1 %/year",
        },
    )
    overlay: Plan = {"fibercap": 1, "extends": "base.yaml", "change": changes, "remove": ["loans.spare"]}
    for key in ("claims", "working_capital", "tax", "opening"):
        if key in plan and dice.chance(0.5) and not any(path.startswith(key) for path in changes):
            base = {name: block for name, block in base.items() if name != key}
            overlay.setdefault("add", {})[key] = plan[key]
    return base, overlay


def find_start(plan: Plan) -> str:
    """Return the first day of the horizon."""
    text, year_ends = str(plan["horizon"]["from"]), plan["horizon"].get("year_ends", "December")
    if text.startswith("FY"):
        return str(end_of_month(span_of(text, NAMES.index(year_ends))[0]) + timedelta(days=1))
    if "Q" in text:
        return f"{text[:5]}{3 * int(text[-1]) - 2:02d}-01"
    return (text + "-01-01")[:10]


def find_amounts(plan: Plan) -> list[tuple[str, str]]:
    """Return the paths of amounts and days that an overlay may change, with their values."""
    keys = {
        "plants": ("cash_cost", "capacity", "fixed_cost", "maintenance"), "loans": ("rate", "commitment", "outstanding"),
        "projects": ("capex", "adds", "complete"),
    }  # fmt: skip
    results = [
        (f"{block}.{name}.{key}", entry[key])
        for block, known in keys.items()
        for name, entry in plan.get(block, {}).items()
        for key in known
        if isinstance(entry.get(key), str) and not any("like" in other for other in plan[block].values())
    ]
    return results + [
        (f"opening.{key}", value) for key, value in plan.get("opening", {}).items() if isinstance(value, str)
    ]


def alter(dice: Dice, plan: Plan, path: str, value: str) -> tuple[Plan, Any]:
    """Return a plan with another value at a path, and what brings the value back."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        day, months = date.fromisoformat(value), dice.randint(1, 9)
        earlier = later(day, -months)
        ends = [end_of_month(12 * one.year + one.month) == one for one in (day, earlier)]  # an end is delayed to an end
        back = later(earlier, months) == day and ends[0] == ends[1]
        return put(plan, path, str(earlier)), {"delay": f"{months} months"} if back else value
    amount, _, unit = value.partition(" ")
    exact = Decimal(amount)
    if exact and dice.chance(0.5):
        return put(plan, path, f"{number(exact * 4)} {unit}"), dice.pick({"times": "0.25"}, {"times": "25 %"}, value)
    if exact > 0:
        return put(plan, path, f"{number(exact / 2)} {unit}"), {"plus": f"{number(exact / 2)} {unit}"}
    return put(plan, path, f"5 {unit}"), value


def put(plan: Plan, path: str, value: Any) -> Plan:
    """Return a plan with a value at a path; blocks that it does not touch are shared."""
    key, _, rest = path.partition(".")
    return {**plan, key: put(plan.get(key, {}), rest, value) if rest else value}
