"""Projects of a random plan, and who pays for them and for plants that are bought."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.fuzz.assets import draw_asset_terms, draw_units
from tests.fuzz.company import draw_length
from tests.fuzz.dice import Draft, Plan, later, number


def draw_projects(draft: Draft) -> None:
    """Add what is built."""
    block = {}
    for name in ("line_1", "line_2", "tower")[: draft.dice.pick(0, 0, 1, 1, 1, 2, 3)]:
        block[name] = draw_project(draft, name)
    if block:
        draft.plan["projects"] = block


def draw_project(draft: Draft, name: str) -> Plan:
    """Return one project, its capex spent within the horizon."""
    dice = draft.dice
    complete = dice.day(later(draft.first, min(3, draft.step)), later(draft.last, 6))
    code = draft.code(0.12)
    capex, overrun = dice.between(1e6, 5e7) * draft.scale, dice.pick(0, 0, 0, 10, -10, 25.5, 40)
    block: Plan = {
        "plant": dice.choice([*draft.plan["plants"]]),
        "adds": "0 km/year" if dice.chance(0.05) else draw_length(draft, 2e4, 6e5),
        "capex": draft.money(capex, code),
        "complete": str(complete),
    }
    spend = draw_spend(draft, complete)
    if spend:
        block["spend"] = spend
    draft.uses[name] = (capex * (1 + overrun / 100), code)
    if overrun or dice.chance(0.1):
        block["overrun"] = f"{overrun} %"
    if dice.chance(0.3):
        block["delay"] = dice.pick(draft.months(0, 12), "2.5 months", "1 quarter")
    if dice.chance(0.6):
        block["ramp"] = draw_ramp(draft)
    if dice.chance(0.6):
        block["life"] = draft.months(1, 140)
    draw_asset_terms(draft, block, later(complete, 13))
    draw_units(draft, block, 2e5)
    if dice.chance(0.4):
        block["fixed_cost"] = draft.series(lambda: draft.amount(5e4, 1e6, per="/year"), 0.3)
    if "sold" not in block and dice.chance(0.15):
        block["cancelled"] = str(dice.day(draft.first, min(complete - timedelta(days=1), draft.last)))
    if dice.chance(0.2):
        block["name"] = "A line more"
    return block


def draw_spend(draft: Draft, complete: date) -> Any:
    """Return when capex is spent; nothing where the year before completion lies in the horizon."""
    dice, first = draft.dice, draft.first
    if later(complete, -12) >= first and dice.chance(0.4):
        return None
    if dice.chance(0.4):
        window: Plan = {"from": dice.pick(str(first), draft.period_at(draft.origin))}
        if dice.chance(0.5):
            latest = min(complete, later(complete, -1))
            window["to"] = str(dice.day(first + timedelta(days=20), max(latest, first + timedelta(days=25))))
            if window["to"] > str(complete):
                del window["to"]
        if dice.chance(0.6):
            window["shape"] = dice.pick("even", "s_curve")
        return window
    planned = 12 * complete.year + complete.month - 1
    keys: list[str] = []
    origin = draft.origin
    while origin < planned and len(keys) < 4:
        keys.append(draft.period_at(origin))
        origin = draft.span_of(keys[-1])[1] + dice.pick(0, 0, 1, 3)
    if not keys:
        return {"from": str(first)}
    shares = [dice.randint(1, 20) for _ in keys]
    cents = [share * 1000 // sum(shares) for share in shares]
    cents[-1] += 1000 - sum(cents)
    return {key: f"{number(Decimal(cent) / 10)} %" for key, cent in zip(keys, cents, strict=True)}


def draw_ramp(draft: Draft) -> Any:
    """Return how a project comes up."""
    dice, length = draft.dice, draft.months(1, 18)
    steps = sorted({0, *(dice.randint(1, 18) for _ in range(2))})
    shares = [*sorted(dice.randint(0, 100) for _ in steps[1:]), 100]
    table = {f"{month} months": f"{share} %" for month, share in zip(steps, shares, strict=True)}
    return dice.pick("none", {"linear": length}, {"s_curve": length}, {"table": table})


def draw_funding(draft: Draft) -> None:
    """Add who pays for projects and purchases."""
    block = {name: draw_sources(draft, name) for name in draft.dice.some([*draft.uses], 0.75)}
    if block:
        draft.plan["funding"] = block


def draw_sources(draft: Draft, name: str) -> Plan:
    """Return the sources of one project or purchase: shares of its uses that total no more than they."""
    dice, (uses, code) = draft.dice, draft.uses[name]
    left = 0.9
    parts: list[tuple[str, Any]] = []
    loans = draft.plan.get("loans", {})
    able = [name for name, loan in loans.items() if "outstanding" not in loan]
    payers = [*dice.some(able, 0.5), *dice.some(["equity", "cash"], 0.6)]
    rest = dice.choice(payers) if payers and dice.chance(0.7) else ""
    for payer in payers:
        share = min(dice.uniform(0.05, 0.5), left)
        left -= share
        if payer == rest:
            parts.append((payer, "rest"))
        elif dice.chance(0.6) or share < 0.01:
            parts.append((payer, f"{number(round(100 * share, 1))} %"))
        elif (asked := draw_asked(draft, payer, uses * share, code)) is not None:
            parts.append((payer, asked))
    if dice.chance(0.25) and left > 0.05:
        parts.append(("grant", draw_grant(draft, uses, code)))
    dice.shuffle(parts)
    block: Plan = dict(parts)
    if dice.chance(0.3):
        block["order"] = dice.pick("in_order", "pro_rata")
    known = not any(knows_cash(loans[payer]) for payer in block if payer in loans)
    if name in draft.plan.get("projects", {}) and known and dice.chance(0.3):
        block["include_financing_costs"] = dice.pick("true", "true", "false", True)
    if block.get("cash", "rest") != "rest" and may_wait(draft, block) and dice.chance(0.6):
        block["cash"] = "available"
    return block


def may_wait(draft: Draft, sources: Plan) -> bool:
    """Tell whether nothing beside cash that is available would have to be known before it."""
    loans, home = draft.plan.get("loans", {}), draft.home
    if sources.get("order") == "pro_rata" or "include_financing_costs" in sources:
        return False
    if any(loan.get("repayment", {}).get("style") == "sculpted" for loan in loans.values()):
        return False
    lenders = [name for name in sources if name in loans]
    return not any(
        loans[name].get("repayment", {}).get("style") == "revolver" or draft.codes[name] != home for name in lenders
    )


def knows_cash(loan: Plan) -> bool:
    """Tell whether a loan's flows depend on cash."""
    rate = loan.get("rate", {})
    terms = [*(rate.values() if isinstance(rate, dict) else ()), *loan.get("fees", {}).values()]
    if any(isinstance(term, dict) and "by" in term for term in terms):
        return True
    return "sweep" in loan or loan.get("repayment", {}).get("style") in {"revolver", "sculpted"}


def draw_asked(draft: Draft, payer: str, amount: float, code: str) -> str | None:
    """Return an amount that a source is asked, in its currency, within what a loan has left."""
    if payer not in draft.room:
        return draft.money(float(f"{0.98 * amount:.3g}")) if code == draft.home else None
    alone = draft.codes[payer]
    if alone != code and draft.home in {alone, code} and len({alone, code, draft.home}) > 2:
        return None
    asked = float(f"{min(0.95 * amount, 0.95 * draft.room[payer]):.3g}")
    if asked <= 0:
        return None
    draft.room[payer] -= asked
    return draft.money(asked, alone)


def draw_grant(draft: Draft, uses: float, code: str) -> Any:
    """Return a grant: a share or an amount, at once or later."""
    dice = draft.dice
    share, amount = f"{dice.randint(1, 5)} %", draft.money(float(f"{uses * 0.03:.3g}"), code)
    after = draft.months(0, 14)
    blocks: list[Plan] = [
        {"share": share},
        {"share": share, "after": after},
        {"amount": amount, "after": after},
        {"amount": amount},
    ]
    return dice.choice([share, amount, *blocks])
