"""What a random plan says of its fixed assets: maintenance, depreciation, residual values, land."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.fuzz.dice import Draft, Plan


def draw_maintenance(draft: Draft, plant: Plan) -> None:
    """Add what is spent to keep a plant up, and how that is depreciated."""
    dice = draft.dice
    if dice.chance(0.4):
        plant["maintenance"] = draft.series(lambda: draft.amount(5e4, 1e6, per="/year"), 0.35)
    if dice.chance(0.4):
        plant["life"] = draft.months(1, 130)
    if dice.chance(0.2):
        plant["depreciation"] = draw_depreciation(draft)


def draw_depreciation(draft: Draft) -> Any:
    """Return how an asset is depreciated."""
    dice = draft.dice
    ends = sorted({dice.randint(1, 12) for _ in range(3)})
    shares = [dice.randint(0, 100 // len(ends)) for _ in ends[1:]]
    shares.append(100 - sum(shares))
    table = {f"{years} years": f"{share} %" for years, share in zip(ends, shares, strict=True)}
    declining = {"declining_balance": draft.share(5, 60)}
    return dice.pick("straight_line", "sum_of_years", "sum_of_years", declining, declining, {"table": table})


def draw_units(draft: Draft, terms: Plan, makes: float, *, alone: bool = True, share: float = 0.15) -> None:
    """Let an asset be depreciated by what it makes, at times; `alone` is whether its units may be left out."""
    if terms.get("land") != "true" and draft.dice.chance(share):
        units = {"units": f"{draft.dice.between(makes, 12 * makes):.0f} km"}
        terms["depreciation"] = draft.dice.pick("units", units) if alone else units


def draw_asset_terms(draft: Draft, block: Plan, since: date, *, foreign: bool = True) -> None:
    """Add how an asset is depreciated, what of it is not, and its sale some time after it is complete."""
    dice = draft.dice
    if "life" not in block and dice.chance(0.3):
        block["land"] = dice.pick("true", "false")
    elif dice.chance(0.4):
        block["depreciation"] = draw_depreciation(draft)
    if block.get("land") != "true" and dice.chance(0.2):
        block["residual"] = dice.pick("0 %", draft.share(1, 60), draft.share(1, 60))
    if since < draft.last and dice.chance(0.12):
        price = dice.pick(0.0, dice.between(1e5, 2e7)) * draft.scale
        code = draft.code(0.1) if foreign else draft.home
        block["sold"] = {"on": str(dice.day(since, draft.last)), "price": draft.money(price, code)}
