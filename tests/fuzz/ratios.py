"""Ratios that a random plan defines, each a sum of rows over another."""

from __future__ import annotations

from tests.fuzz.dice import Draft, Plan

EARNED = ("ebitda", "cfads", "revenue", "operating_cash_flow")
SPENT = ("maintenance", "tax_paid", "interest_paid", "principal", "debt_service", "overhead")
OWED = ("debt", "payables", "net_debt", "total_assets", "net_worth", "tangible_net_worth", "cash")


def draw_ratios(draft: Draft) -> None:
    """Add ratios of the plan's own."""
    dice = draft.dice
    names = ("fixed_charge", "gearing", "own-3")[: dice.pick(0, 0, 1, 1, 2, 3)]
    if names:
        draft.plan["ratios"] = {name: draw_ratio(draft) for name in names}


def draw_ratio(draft: Draft) -> Plan:
    """Return one ratio: of flows, of balances, or of one over the other."""
    dice, step = draft.dice, draft.step
    block: Plan = {"title": "As the agreement says"} if dice.chance(0.3) else {}
    block["numerator"] = draw_parts(draft, *dice.pick((EARNED, SPENT), (EARNED, SPENT), (OWED, OWED)))
    block["denominator"] = draw_parts(draft, *dice.pick((SPENT, SPENT), (EARNED, SPENT), (OWED, OWED)))
    if dice.chance(0.6):
        months = step * dice.randint(1, 24 // step)
        block["over"] = f"{months // 12} years" if months % 12 == 0 and dice.chance(0.5) else f"{months} months"
    return block


def draw_parts(draft: Draft, added: tuple[str, ...], others: tuple[str, ...]) -> Plan:
    """Return the parts of one side: a row that is added, and some that are added or subtracted."""
    dice = draft.dice
    block: Plan = {"first": {"add": f"accounts.{dice.choice(added)}"}}
    for name in dice.some(["second", "third"], 0.35):
        sign = dice.pick("add", "add", "subtract")
        block[name] = {"like": "first"} if dice.chance(0.06) else {sign: f"accounts.{dice.choice(others)}"}
    return block


def pick_ratio(draft: Draft, *others: str) -> str:
    """Return the row of one of several ratios, or of one that the plan defines."""
    dice, ratios = draft.dice, [f"ratios.{name}" for name in draft.plan.get("ratios", {})]
    return dice.choice(ratios) if ratios and dice.chance(0.4) else dice.choice(others)
