"""Loans of a random plan: every style, rate, clause and fee, and what lenders are promised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.fuzz.dice import Draft, Plan, later, number
from tests.fuzz.promises import draw_covenants
from tests.fuzz.ratios import pick_ratio

DAY_COUNTS = (
    "equal_periods", "30/360", "30/360 US", "30E/360", "30E/360 ISDA", "ACT/360", "ACT/365F", "ACT/ACT ISDA", "ACT/ACT ICMA",
)  # fmt: skip
STYLES = (
    "level", "level", "level", "equal_principal", "bullet", "at_maturity", "fixed_payment", "custom", "sculpted", "revolver",
)  # fmt: skip
AFTER = {1: 24, 3: 60, 12: 96}
"""Months that a loan may run on after the horizon, by the months of a step."""
EVERY = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
NO_RECAST = {"at_maturity", "revolver", "sculpted"}
WAYS = ("half_up", "half_even", "up", "down", "none")


def draw_loans(draft: Draft) -> None:
    """Add loans, and the indices on which they float."""
    dice = draft.dice
    draft.plan["rates"] = {
        name: draw_index(draft) for name in ("libor", "euribor-3m")[: dice.pick(1, 2)]
    }  # taken out again where nothing floats
    loans = {
        name: draw_loan(draft, name)
        for name in ("bank", "fleet", "vendor-2", "d_4")[: dice.pick(0, 1, 1, 1, 1, 2, 2, 3, 4)]
    }
    if loans:
        draft.plan["loans"] = loans
    draw_ranks(draft, loans)
    floats = any("index" in loan["rate"] for loan in loans.values() if isinstance(loan["rate"], dict))
    if not floats and dice.chance(0.7):
        del draft.plan["rates"]


def draw_ranks(draft: Draft, loans: Plan) -> None:
    """Add the order in which lenders are served, where some are served before others."""
    dice = draft.dice
    sculpted = set()
    if len(loans) > 1 and dice.chance(0.4):
        last = 1
        for name in dice.sample([*loans], len(loans))[1:]:
            last += dice.pick(0, 1)
            loans[name]["rank"] = last
    for loan in loans.values():
        style, rank = loan.get("repayment", {}), loan.get("rank", 1)
        if style.get("style") == "sculpted":
            if rank in sculpted or (rank > 1 and style.get("tax") == "unlevered"):
                loan["repayment"] = {"style": "bullet"}
            sculpted.add(rank)


def draw_index(draft: Draft) -> Any:
    """Return an index that is known from before any signing."""
    dice = draft.dice
    values = {str(draft.first.year - dice.randint(3, 4)): draft.rate(0.5, 12)}
    for key in dice.sample(("", "-Q2", "-Q4", "-02", "-11"), dice.randint(0, 4)):
        values[f"{draft.first.year + dice.randint(-2, 5)}{key}"] = dice.pick(draft.rate(0.5, 12), "-0.5 %/year")
    return values | draw_line(draft) if dice.chance(0.85) else draft.rate(1, 9)


def draw_loan(draft: Draft, name: str) -> Plan:
    """Return one contract."""
    dice = draft.dice
    style = dice.choice(STYLES)
    swept = style != "revolver" and dice.chance(0.18)
    code = draft.home if swept or style == "revolver" else draft.code(0.2)
    size = dice.between(5e5, 2e7) * draft.scale
    block, signed, matures = draw_term(draft, style, size, code)
    draft.room[name], draft.codes[name] = size, code
    block["rate"] = draw_rate(draft, signed)
    if swept:
        block["sweep"] = draw_changing(draft, signed, lambda: draft.share(5, 100))
        if dice.chance(0.5):
            block["sweep"] = {"share": block["sweep"], "while": draw_condition(draft)}
    draw_dates(draft, block, style, signed, matures, cash=swept or style == "revolver")
    if "roll" in block.get("payments", {}):
        matures = max(signed + timedelta(days=1), matures - timedelta(days=20))  # maturity itself may move
    draw_moves(draft, block, style, name, signed, matures)
    if style != "level" or dice.chance(0.7):
        block["repayment"] = draw_style(draft, style, size, code, signed, matures)
    draw_terms(draft, block, size, code, signed, matures)
    if dice.chance(0.3):
        block["covenants"] = draw_covenants(draft, name, (signed, matures))
    return block


def draw_term(draft: Draft, style: str, size: float, code: str) -> tuple[Plan, date, date]:
    """Return a loan's amount and term, with the days on which it begins and ends."""
    dice, eve = draft.dice, draft.first - timedelta(days=1)
    most = (draft.last.year - draft.first.year) * 12 + AFTER[draft.step]
    if style != "revolver" and dice.chance(0.2):
        months = dice.randint(2, min(most, 100))
        block: Plan = {"outstanding": draft.money(size, code), "remaining": f"{months} months"}
        signed = eve
        if dice.chance(0.3):
            signed = dice.day(later(eve, -min(months - 1, 10)), eve)
            block["signed"] = str(signed)
        return block, signed, later(signed, months)
    signed = dice.day(later(draft.first, -20), later(draft.last, -1))
    least = max(6, (draft.first.year - signed.year) * 12 + 10)
    months = dice.randint(least, max(least, min(most, 110)))
    matures = later(signed, months)
    block = {"commitment": draft.money(size, code), "signed": str(signed)}
    if dice.chance(0.3):
        matures = dice.day(later(signed, months - 1), matures)
        return block | {"matures": str(matures)}, signed, matures
    years = months % 12 == 0 and dice.chance(0.8)
    return block | {"matures": f"{months // 12} years" if years else f"{months} months"}, signed, matures


def draw_rate(draft: Draft, signed: date) -> Any:
    """Return one rate, rates by key, or an index with a margin and limits."""
    dice = draft.dice
    if dice.chance(0.5):
        return "0 %/year" if dice.chance(0.06) else draft.rate(1, 14)
    if dice.chance(0.4):
        return draw_by_day(draft, signed, lambda: draft.rate(1, 14))
    block: Plan = {"index": dice.choice([*draft.plan["rates"]])}
    if dice.chance(0.6):
        block["margin"] = draw_changing(draft, signed, lambda: draft.rate(0.1, 5))
    if dice.chance(0.3):
        block["floor"] = draw_changing(draft, signed, lambda: draft.rate(0.5, 3))
        if dice.chance(0.2):
            block["margin"] = "-50 bp/year"
    if dice.chance(0.3):
        block["cap"] = draw_changing(draft, signed, lambda: draft.rate(3.1, 12))
    if dice.chance(0.5):
        block["reset"] = dice.pick("payment", "any_day", "month", "quarter", "half_year", "year")
        index = draft.plan["rates"][block["index"]]
        if block["reset"] == "any_day" and isinstance(index, dict) and index.get("interpolate") == "linear":
            del block["reset"]  # such a rate would change every day
    return block


def draw_steps(draft: Draft, signed: date, value: Callable[[], str]) -> Any:
    """Return one value, or values by key."""
    return value() if draft.dice.chance(0.5) else draw_by_day(draft, signed, value)


def draw_changing(draft: Draft, signed: date, value: Callable[[], str]) -> Any:
    """Return one value, values by key, or values by steps of a ratio."""
    return draw_ratio_steps(draft, value) if draft.dice.chance(0.2) else draw_steps(draft, signed, value)


def draw_ratio_steps(draft: Draft, value: Callable[[], str]) -> Plan:
    """Return values by steps of a ratio."""
    dice = draft.dice
    limits = sorted({float(number(dice.between(0.3, 6))) for _ in range(dice.randint(1, 3))})
    by = pick_ratio(draft, "accounts.debt_to_ebitda_12m", "accounts.dscr_12m", "accounts.debt_to_ebitda")
    block: Plan = {"by": by}
    block["steps"] = {f"step_{place}": {"below": limit, "is": value()} for place, limit in enumerate(limits)}
    return block | {"else": value()} | ({"at_first": value()} if dice.chance(0.5) else {})


def draw_condition(draft: Draft) -> Plan:
    """Return a test of a ratio."""
    word, first = draft.dice.pick("above", "at_least", "below", "at_most"), draft.first.year
    block: Plan = {"row": pick_ratio(draft, "accounts.debt_to_ebitda_12m")}
    limits = {
        str(first + years): number(draft.dice.between(0.3, 6)) for years in (-20, 1, 3)[: draft.dice.randint(1, 3)]
    }
    return block | {word: limits if draft.dice.chance(0.6) else limits[str(first - 20)]}


def draw_by_day(draft: Draft, signed: date, value: Callable[[], str]) -> Plan:
    """Return values by key, the first of them from signing on."""
    dice, keys = draft.dice, [draft.dice.pick(str(signed.year), str(signed.year - 1))]
    for _ in range(dice.randint(0, 3)):
        day = dice.day(later(signed, 1), later(signed, 60))
        keys.append(dice.pick(str(day), f"{day.year + 1}", f"{day.year}-{day.month:02d}", f"{day.year + 1}-Q2"))
    begins = {first_day(key): key for key in keys}
    return {key: value() for key in begins.values()} | draw_line(draft)


def draw_line(draft: Draft) -> Plan:
    """Return what joins values by straight lines, or not."""
    dice = draft.dice
    return {"interpolate": dice.pick("linear", "linear", "none")} if dice.chance(0.15) else {}


def first_day(key: str) -> str:
    """Return the first day of a key of a rate, as text."""
    if "Q" in key:
        return f"{key[:5]}{3 * int(key[-1]) - 2:02d}-01"
    return (key + "-01-01")[:10]


def draw_dates(draft: Draft, block: Plan, style: str, signed: date, matures: date, *, cash: bool) -> None:  # noqa: C901 - so many dates
    """Add when payments fall due, and how time and interest are counted."""
    dice = draft.dice
    every = dice.pick("month", "quarter", "quarter", "half_year", "year")
    payments: Plan = {"every": every} if every != "quarter" or dice.chance(0.5) else {}
    if dice.chance(0.3):
        latest = matures if dice.chance(0.02) else min(matures, later(signed, EVERY[every]))
        payments["first"] = str(dice.day(signed + timedelta(days=1), latest))
    if dice.chance(0.4):
        payments["end_of_month"] = dice.pick("true", "false", True, False)
    if dice.chance(0.3):
        payments["on"] = "end" if cash else dice.pick("end", "start")
    if dice.chance(0.3):
        payments["short_last"] = dice.pick("join", "keep")
    if dice.chance(0.2):
        payments |= draw_roll(draft)
    if payments:
        block["payments"] = payments
    if dice.chance(0.7):
        block["day_count"] = dice.choice(DAY_COUNTS)
    if dice.chance(0.4):
        block["compounding"] = dice.pick("nominal", "effective", "semiannual")
    months = (matures.year - signed.year) * 12 + matures.month - signed.month - 1
    if dice.chance(0.3):
        block["grace"] = draft.months(0, max(min(months, 24), 0))
    if style != "revolver" and dice.chance(0.12):
        latest = matures - timedelta(days=20) if "roll" in payments else matures
        block["capitalize_until"] = str(dice.day(signed, max(signed, min(later(signed, 14), latest))))


def draw_roll(draft: Draft) -> Plan:
    """Return how payments move to business days, with the calendar that says which days these are."""
    dice, name = draft.dice, draft.dice.pick("new_york", "frankfurt")
    calendars = draft.plan.setdefault("calendars", {})
    if name not in calendars:
        days = sorted({dice.day(later(draft.first, -24), later(draft.last, 60)) for _ in range(dice.randint(0, 40))})
        block: Plan = {"holidays": {str(day): "Closed" for day in days}} if days else {"weekends": "true"}
        calendars[name] = block | ({"weekends": dice.pick("true", "false")} if dice.chance(0.4) else {})
    result: Plan = {"roll": dice.pick("following", "modified_following", "none", "preceding"), "calendar": name}
    return result | ({"accrue": dice.pick("adjusted", "unadjusted")} if dice.chance(0.7) else {})


def draw_moves(draft: Draft, block: Plan, style: str, name: str, signed: date, matures: date) -> None:
    """Add dated draws and prepayments."""
    dice, before = draft.dice, matures - timedelta(days=1)
    code, size = draft.codes[name], draft.room[name]
    if "commitment" in block and style != "revolver" and dice.chance(0.4):
        days = sorted({signed, dice.day(signed, before), dice.day(signed, min(later(signed, 9), before))})
        chosen = days[: dice.randint(1, 3)] if dice.chance(0.7) else days[1:] or days
        left = size if dice.chance(0.7) else 0.9 * size * dice.random()
        block["draws"] = {str(day): draft.money(0.99 * left / len(chosen), code) for day in chosen}
        draft.room[name] -= left
    if "outstanding" in block:
        draft.room[name] = 0.0
    if dice.chance(0.25) and (before - signed).days > 5:
        chosen = sorted({dice.day(signed + timedelta(days=1), before) for _ in range(dice.randint(1, 2))})
        block["prepayments"] = {str(day): draft.money(size * dice.uniform(0.01, 0.3), code) for day in chosen}
        if dice.chance(0.5) and style != "sculpted":
            block["prepayment_fee"] = draw_steps(draft, signed, lambda: draft.share(0.1, 8))
    recast = style not in NO_RECAST and dice.chance(0.4)
    if recast or dice.chance(0.1):
        block["after_prepayment"] = "recast" if recast else "shorten"


def draw_style(draft: Draft, style: str, size: float, code: str, signed: date, matures: date) -> Plan:  # noqa: C901 - so many styles
    """Return how a loan is repaid."""
    dice = draft.dice
    block: Plan = {"style": style}
    if style in {"level", "equal_principal"} and dice.chance(0.4):
        longer = (matures.year - signed.year) * 12 + matures.month - signed.month + dice.randint(1, 120)
        ways: list[Plan] = [
            {"amortize_over": f"{longer} months"},
            {"balloon": draft.money(size * dice.uniform(0, 0.6), code)},
        ]
        if style == "level":
            ways.append({"initial_repayment": draft.rate(0.5, 9)})
        block |= dice.choice(ways)
    if style == "level":
        if dice.chance(0.3):
            block["after_reset"] = dice.pick("relevel", "keep_payment")
        if dice.chance(0.2):
            block["payment_cap"] = draft.share(1, 30)
        falls = {"balloon", "initial_repayment", "payment_cap"} & {*block} or block.get("after_reset") == "keep_payment"
        if falls or dice.chance(0.2):
            block["allow_negative_amortization"] = (
                dice.pick("true", True) if falls else dice.pick("true", "false", "false")
            )
    if style == "fixed_payment":
        block["payment"] = draft.money(size * dice.uniform(0.01, 0.3), code)
        small = dice.chance(0.6)
        if small or dice.chance(0.5):
            block["allow_negative_amortization"] = "true" if small else "false"
        if not small:
            block["payment"] = draft.money(size * 0.6, code)
    if style == "custom":
        block["schedule"] = draw_schedule(draft, size, code, signed, matures)
    if style == "sculpted":
        block |= {"dscr": dice.pick("1.3", 1, number(dice.between(1, 3)))} | draw_sculpting(draft, code)
    return block


def draw_sculpting(draft: Draft, code: str) -> Plan:
    """Return whose cover a sculpted loan keeps, or that it follows unlevered tax, as one in another currency must."""
    if code != draft.home or draft.dice.chance(0.2):
        return {"tax": "unlevered"}
    if draft.dice.chance(0.2):
        return {"tax": "paid"}
    return {"of": draft.dice.pick("rank", "package")} if draft.dice.chance(0.6) else {}


def draw_schedule(draft: Draft, size: float, code: str, signed: date, matures: date) -> Plan:
    """Return principal by date, in shares or in amounts."""
    dice = draft.dice
    days = sorted({dice.day(signed + timedelta(days=1), matures) for _ in range(dice.randint(1, 4))})
    if dice.chance(0.5):
        shares = [100 // len(days)] * len(days)
        shares[-1] += 100 - sum(shares)
        return {str(day): f"{share} %" for day, share in zip(days, shares, strict=True)}
    return {str(day): draft.money(size * dice.uniform(0.05, 0.99) / len(days), code) for day in days}


def draw_terms(draft: Draft, block: Plan, size: float, code: str, signed: date, matures: date) -> None:  # noqa: C901 - so many terms
    """Add fees, rounding and words."""
    dice = draft.dice
    fees: Plan = {}
    if "commitment" in block and dice.chance(0.4):
        fees["upfront"] = draft.share(0.1, 4)
    for key in dice.some(["undrawn", "guarantee"], 0.3):
        fees[key] = draw_changing(draft, signed, lambda: draft.rate(0.05, 2))
    if dice.chance(0.25):
        fees["agency"] = draw_changing(
            draft, signed, lambda: draft.money(size * dice.uniform(1e-4, 1e-2), code, "/year")
        )
    if dice.chance(0.2):
        fees["available_until"] = str(dice.day(signed, matures))
    if fees:
        block["fees"] = fees
    rounds = dice.chance(0.35)
    if rounds:
        full: Plan = {
            "to": draft.money(float(Decimal(dice.pick("0.01", "0.05", number(float(f"{size * 1e-7:.2g}"))))), code)
        }
        full |= {key: dice.choice(WAYS) for key in dice.some(["interest", "payment"], 0.6)}
        full |= {"balance": dice.pick("each", "carry")} if dice.chance(0.6) else {}
        block["rounding"] = dice.pick("cent", "none", full, full)
    equal = block.get("repayment", {"style": "level"}) == {"style": "level"} and not {"prepayments", "sweep"} & {*block}
    rounding = block.get("rounding", "none")
    if equal and rounding != "none" and "carry" not in str(rounding) and dice.chance(0.8):
        block["true_up"] = "last_interest"
    elif dice.chance(0.06):
        block["true_up"] = "last_payment"
    if dice.chance(0.15):
        block["title"] = "Loan of a bank"
    if dice.chance(0.15):
        block["lender"] = "A bank & its sons"
