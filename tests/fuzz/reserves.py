"""Reserves of random loans, and what is judged of them again in plain numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz.books import Books, add, before, less
from tests.fuzz.dice import Draft, Plan


def draw_reserves(draft: Draft) -> None:
    """Set cash aside for the service of some loans; of those that pay an amount for one thing, some at its completion."""
    dice, funding = draft.dice, draft.plan.get("funding", {})
    for name, loan in draft.plan.get("loans", {}).items():
        asked = [sources[name] for sources in funding.values() if name in sources]
        fixed = len(asked) == 1 and asked[0] != "rest" and "%" not in str(asked[0])
        if loan.get("repayment", {}).get("style") == "revolver" or not dice.chance(0.6 if fixed else 0.2):
            continue
        reserve: Plan = {"covers": dice.pick("3 months", "6 months", "1 year", draft.months(1, 14))}
        if dice.chance(0.8):
            reserve["filled_from"] = dice.pick("uses", "uses", "uses", "operations") if fixed else "operations"
        loan["reserve"] = reserve


def follow_reserves(books: Books) -> Iterator[str]:
    """Reserves carry over within their targets, and nothing is paid by policy while one is short."""
    short, total = [0.0] * books.all, [0.0] * books.all
    for name in books.loans():
        path = f"loans.{name}.reserve"
        if path not in books:
            continue
        reserve = books(path)
        moved = less(books(f"{path}_filled"), books(f"{path}_used"), books(f"{path}_released"))
        yield from books.unlike(path, reserve, add(before(reserve, 0.0), moved))
        yield from books.below(f"{path} above its target", books(f"{path}_target"), reserve)
        for key in ("", "_used", "_filled", "_released"):
            yield from books.below(f"{path}{key}", books(f"{path}{key}"), [0.0] * books.all)
        short, total = add(short, less(books(f"{path}_target"), reserve)), add(total, reserve)
    if any(total) or "accounts.reserves" in books:
        yield from books.unlike("cash_free", books.account("cash_free"), less(books.account("cash"), total))
        for index, paid in enumerate(books.rare("payouts")):
            if paid > books.trifle and short[index] > 2 * books.trifle:
                yield f"payouts of {paid!r} in {books.ends[index]} while reserves lack {short[index]!r}"
                return
