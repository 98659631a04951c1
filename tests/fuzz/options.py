"""Ways to pay for a random plan: overlays that change, add and remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fuzz.costs import find_cost
from tests.fuzz.dice import Draft, Plan, later

PLAIN = {"level", "equal_principal", "bullet"}
Move = Callable[[Draft, Plan], None]


def draw_options(draft: Draft) -> None:
    """Add options, each of a few moves; the first is often the plan as it is."""
    dice = draft.dice
    if not dice.chance(0.45):
        return
    options: Plan = {}
    for name in ("as_is", "other", "third-way")[: dice.pick(1, 2, 2, 3)]:
        option: Plan = {"title": f"Way {name}"} if dice.chance(0.6) else {}
        for move in dice.sample(MOVES, dice.randint(0 if name == "as_is" else 1, 3)):
            move(draft, option)
        options[name] = option
    if dice.chance(0.12):
        options["alike"] = {"like": dice.choice([*options])}
    draft.plan["options"] = options


def change(option: Plan, path: str, value: Any) -> None:
    """Let an option change a value, unless it touches what is there or above already."""
    touched = [*option.get("change", {}), *option.get("add", {}), *option.get("remove", [])]
    if not any(f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.") for other in touched):
        option.setdefault("change", {})[path] = value


def names_written_out(plan: Plan, block: str) -> list[str]:
    """Return the entries of a block that are written out, not like another."""
    return [name for name, entry in plan.get(block, {}).items() if "like" not in entry]


def move_rate(draft: Draft, option: Plan) -> None:
    """Change a loan's rate."""
    for name in names_written_out(draft.plan, "loans"):
        if draft.dice.chance(0.5):
            rate = draft.plan["loans"][name]["rate"]
            floats = isinstance(rate, dict) and "index" in rate
            ways = [draft.rate(1, 12)] if floats else [draft.rate(1, 12), {"plus": "50 bp/year"}, {"times": "1.1"}]
            change(option, f"loans.{name}.rate", draft.dice.choice(ways))


def move_style(draft: Draft, option: Plan) -> None:
    """Change how a plain loan is repaid."""
    for name, loan in draft.plan.get("loans", {}).items():
        repayment = loan.get("repayment", {"style": "level"})
        plain = len(repayment) == 1 and repayment["style"] in PLAIN and "true_up" not in loan and "like" not in loan
        if plain and draft.dice.chance(0.7):
            change(option, f"loans.{name}.repayment", {"style": draft.dice.pick(*sorted(PLAIN))})


def move_amounts(draft: Draft, option: Plan) -> None:
    """Multiply, raise and delay inputs of any kind."""
    dice, plan = draft.dice, draft.plan
    for name in dice.some(names_written_out(plan, "projects"), 0.5):
        change(option, f"projects.{name}.capex", {"times": dice.pick("1.1", "120 %", 1.05)})
        if "sold" not in plan["projects"][name]:
            change(option, f"projects.{name}.complete", {"delay": draft.months(1, 9)})
    for name in dice.some(names_written_out(plan, "loans"), 0.3):
        key = "commitment" if "commitment" in plan["loans"][name] else "outstanding"
        change(option, f"loans.{name}.{key}", {"times": "1.25"})
    for name in dice.some(names_written_out(plan, "plants"), 0.3):
        change(option, find_cost(name, has_cash_cost="cash_cost" in plan["plants"][name]), {"times": "0.9"})


def move_company(draft: Draft, option: Plan) -> None:
    """Change who lifts cash, its minimum, and when customers pay."""
    dice = draft.dice
    if dice.chance(0.5):
        change(
            option, "company.gap", dice.pick(["equity"], ["revolver", "equity"])
        ) if "company" in draft.plan else None
    if dice.chance(0.5):
        change(option, "money.minimum_cash", draft.amount(1e5, 3e6))
    if "working_capital" in draft.plan and dice.chance(0.5):
        change(option, "working_capital.receivables", "33 days")


def move_out(draft: Draft, option: Plan) -> None:
    """Remove a loan and all that asks it."""
    loans, plan = draft.plan.get("loans", {}), draft.plan
    if any("like" in block for block in plan.get("funding", {}).values()):
        return
    named = plan.get("company", {}).get("gap", [])
    for name in draft.dice.sample([*loans], len(loans)):
        if name in named or any(name in path for path in option.get("change", {})):
            continue
        ranks = {
            other: loan.get("rank", loans.get(loan.get("like"), {}).get("rank", 1)) for other, loan in loans.items()
        }
        left = {rank for other, rank in ranks.items() if other != name}
        if left and left != {*range(1, max(left) + 1)}:
            continue  # the ranks of the others would skip one
        promises = str(loans[name].get("covenants"))
        if f"loans.{name}." in promises and any(loan.get("like") == name for loan in loans.values()):
            continue  # a loan like it promises what stands in its rows
        funded = [f"funding.{key}.{name}" for key, block in plan.get("funding", {}).items() if name in block]
        option.setdefault("remove", []).extend([f"loans.{name}", *funded])
        return


def move_in(draft: Draft, option: Plan) -> None:
    """Add a loan that pays for something, in place of owners."""
    dice = draft.dice
    terms = {
        "commitment": draft.amount(1e7, 5e7), "signed": str(draft.first), "matures": "5 years",
        "rate": draft.rate(3, 12), "grace": draft.months(0, 20), "repayment": {"style": dice.pick(*sorted(PLAIN))},
    }  # fmt: skip
    if draft.step == 1:
        terms["matures"] = str(later(draft.last, dice.randint(-1, 14)))
        del terms["grace"]
    for key, block in draft.plan.get("funding", {}).items():
        if block.get("equity") == "rest" and len(block) < 4 and draft.codes.get(key, draft.home) == draft.home:
            added = option.setdefault("add", {})
            added["loans.added"] = terms
            added[f"funding.{key}.added"] = "10 %"
            return


MOVES: tuple[Move, ...] = (move_rate, move_style, move_amounts, move_company, move_out, move_in)
