"""Units of products of a random plan: a part of the plans is counted in tonnes, pieces or units of its own."""

from __future__ import annotations

import re
from typing import Any

from tests.fuzz.dice import Draft

KINDS = ("tonne", "piece", "m2", "kWh", "coil", "pallet")
DECLARED = {"coil": ("12 km", "0.5 tonne"), "pallet": ("new",)}
MILLIONS = re.compile(r"\bMkm\b")
KILOMETERS = re.compile(r"\bkm\b")


def draw_units(draft: Draft) -> None:
    """Count what some products are in another unit, with the plants that make them, their projects and claims."""
    dice, plan = draft.dice, draft.plan
    if dice.chance(0.6):
        return
    units = {name: dice.choice(("km", *KINDS)) for name in plan["products"]}
    if any("products" in plant for plant in plan["plants"].values()):  # which are of one unit
        units = dict.fromkeys(units, dice.choice(("km", *KINDS)))
    if declared := {unit: dice.choice(DECLARED[unit]) for unit in units.values() if unit in DECLARED}:
        plan["units"] = declared
    of_plants = {
        name: units[plant.get("product") or next(iter(plant["products"]))] for name, plant in plan["plants"].items()
    }
    for name, product in plan["products"].items():
        plan["products"][name] = in_unit({"unit": units[name], **product}, units[name])
    for name, plant in plan["plants"].items():
        plan["plants"][name] = in_unit(plant, of_plants[name])
    opened_with = {of_plants[name] for name, plant in plan["plants"].items() if "purchase" not in plant}
    fixed = plan.get("opening", {}).get("fixed_assets")
    if isinstance(fixed, dict) and len(opened_with) == 1:
        plan["opening"]["fixed_assets"] = in_unit(fixed, *opened_with)
    elif isinstance(fixed, dict) and "units" in fixed.get("depreciation", ""):
        fixed["depreciation"] = "sum_of_years"  # what plants make in several units is not added up
    for name, project in plan.get("projects", {}).items():
        plan["projects"][name] = in_unit(project, of_plants[project["plant"]])
    for name, claim in plan.get("claims", {}).items():
        row = str(claim.get("row", "")).split(".")
        plan["claims"][name] = in_unit(claim, of_plants[row[1]] if row[0] == "plants" else "km")


def in_unit(part: Any, unit: str) -> Any:
    """Return a part of a plan with another unit in place of kilometers."""
    if isinstance(part, dict):
        return {key: value if key in ("name", "says", "where") else in_unit(value, unit) for key, value in part.items()}
    if not isinstance(part, str):
        return part
    return KILOMETERS.sub(unit, MILLIONS.sub(f"million {unit}", part))


def draw_units_for_tax(draft: Draft) -> None:
    """Let tax go by units in place of a straight line, where it is known what each asset makes in its life."""
    plan = draft.plan
    if plan.get("tax", {}).get("depreciation") != "straight_line":
        return
    plants = plan["plants"].values()
    named = [plant.get("product") or next(iter(plant["products"])) for plant in plants if "purchase" not in plant]
    units = {plan["products"][name].get("unit", "km") for name in named}
    known = all(isinstance(plant["capacity"], str) for plant in plants)
    late = all(plant.get("opens", "") >= plant["purchase"]["on"] for plant in plants if "purchase" in plant)
    if known and late and (len(units) == 1 or "fixed_assets" not in plan.get("opening", {})):
        plan["tax"]["depreciation"] = "units"
