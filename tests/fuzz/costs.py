"""Costs and products of the plants of a random plan: cost lines, yield, several products, cash costs of projects."""

from __future__ import annotations

from tests.fuzz.dice import Draft, Plan, number

MATERIALS = ("kg", "tonne", "l", "MWh", "piece", "km")


def draw_costs(draft: Draft) -> None:
    """Give some plants cost lines, a yield or several products, and some projects a cash cost of their own."""
    dice = draft.dice
    for plant in draft.plan["plants"].values():
        if dice.chance(0.3):
            plant["costs"] = draw_lines(draft)
            if dice.chance(0.5):
                del plant["cash_cost"]
        if dice.chance(0.25):
            plant["yield"] = draft.series(lambda: draft.share(30, 100), 0.4, bounded=True)
        if len(draft.plan["products"]) > 1 and dice.chance(0.3):
            del plant["product"]
            plant["products"] = draw_shares(draft)
    for project in draft.plan.get("projects", {}).values():
        if dice.chance(0.25):
            code = draft.code(0.15)
            project["cash_cost"] = draft.series(lambda code=code: draft.amount(5, 40, code, "/km"), 0.3)  # type: ignore[misc]


def find_cost(name: str, *, has_cash_cost: bool) -> str:
    """Return the path of a variable cost of a plant."""
    return f"plants.{name}.{'cash_cost' if has_cash_cost else 'costs.glass.price'}"


def draw_lines(draft: Draft) -> Plan:
    """Return one to four cost lines."""
    dice, block = draft.dice, {}
    for name in ("glass", "gas", "packing", "crew")[: dice.pick(1, 2, 3, 4)]:
        code, unit = draft.code(0.15), dice.choice(MATERIALS)

        def price(per: str, code: str = code) -> str:
            return draft.amount(1, 15, code, f"/{per}")

        line: Plan = {}
        if name == "crew":
            line["per_year"] = draft.series(lambda code=code: draft.amount(1e4, 9e5, code, "/year"), 0.3)  # type: ignore[misc]
        elif name == "packing" and dice.chance(0.7):
            line["price"] = draft.series(lambda price=price: price("km"), 0.3)  # type: ignore[misc]
        else:
            line["use"] = draft.series(lambda unit=unit: f"{number(dice.between(0.01, 2))} {unit}/km", 0.3)  # type: ignore[misc]
            line["price"] = draft.series(lambda unit=unit, price=price: price(unit), 0.3)  # type: ignore[misc]
        block[name] = line
    return block


def draw_shares(draft: Draft) -> Plan:
    """Return shares of a plant's products: one has the rest, or they total 100 %."""
    dice, names = draft.dice, [*draft.plan["products"]]
    cuts = sorted(dice.randint(0, 100) for _ in names[1:])
    shares = [upper - lower for lower, upper in zip([0, *cuts], [*cuts, 100], strict=True)]
    block: Plan = {name: f"{share} %" for name, share in zip(names, shares, strict=True)}
    if dice.chance(0.7):
        rest = dice.choice(names)
        block[rest] = "rest"
        for name in names:
            if name != rest and dice.chance(0.4):
                most = 100 // len(names)
                block[name] = draft.series(lambda most=most: draft.share(1, most), 0.6, bounded=True)  # type: ignore[misc]
                others = sum(int(str(block[other]).split()[0]) for other in names if other not in (name, rest))
                if others + most > 100:
                    block[name] = "0 %"
                break
    return block
