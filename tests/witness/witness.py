"""The second witness: a plan recomputed from docs/conventions.md alone, without a line of the program."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tests.witness.company import Company, project_company, project_without
from tests.witness.dates import MONTHS, spell_years
from tests.witness.measures import Measures, measure_plan
from tests.witness.plan import Plan, apply_overlay, choose_option, read_plan
from tests.witness.quantities import is_share, read_quantity
from tests.witness.worth import Worth, value_plan

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"


@dataclass(frozen=True)
class Testimony:
    """What the witness says of a plan: its rows, those without projects, and its measures."""

    company: Company
    without: Company
    worth: Worth
    measures: Measures


def recompute_plan(text: str, option: str | None = None, changes: Plan | None = None) -> Testimony:
    """Recompute a scenario from its text, with an option and with changes by path."""
    plan = read_plan(text, SCENARIOS)
    apply_overlay(plan, {"change": changes or {}})
    plan = spell_years(plan, MONTHS.index(plan["horizon"].get("year_ends", "December")))
    chosen = choose_option(plan, option)
    company, without = project_company(chosen), project_without(chosen, plan)
    worth = value_plan(company, without)
    return Testimony(company, without, worth, measure_plan(worth))


@cache
def recompute_shipped(name: str, option: str | None = None) -> Testimony:
    """Recompute a shipped scenario."""
    return recompute_plan((SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8"), option)


def find_last(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the largest number for which something holds, by halving."""
    while high - low > 1e-9 * max(abs(high), 1):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def size_loan(text: str, loan: str, measure: str, limit: float) -> float:
    """Return the largest commitment that keeps a measure at its limit (docs/conventions.md, section 8)."""
    plan = read_plan(text, SCENARIOS)
    written = read_quantity(plan["loans"][loan]["commitment"])

    def keeps(commitment: float) -> bool:
        """Whether the plan keeps the limit with a commitment and all that is asked of it in proportion."""
        other = copy.deepcopy(plan)
        other["loans"][loan]["commitment"] = f"{commitment!r} {written.currency}"
        for block in other["funding"].values():
            if loan in block and block[loan] != "rest" and not is_share(block[loan]):
                asked = read_quantity(block[loan])
                block[loan] = f"{asked.value * commitment / written.value!r} {asked.currency}"
        result = measure_plan(value_plan(project_company(other), project_without(other, plan)))[measure]
        return result is not None and result >= limit

    return find_last(lambda millions: keeps(1e6 * millions), 1.0, 1e-6 * 10 * written.value) * 1e6


def find_fall(text: str, row: str, limit: float) -> float:
    """Return the smallest fall of EBITDA that brings a row below a limit (docs/conventions.md, section 8)."""
    plan = read_plan(text, SCENARIOS)
    earned = np.maximum(project_company(plan).rows["accounts.ebitda"], 0)

    def keeps(share: float) -> bool:
        """Whether the row keeps its limit when every period's EBITDA falls by a share."""
        result = project_company(plan, burden=share * earned).rows[f"{row}_at_payments"]
        return bool((result[~np.isnan(result)] >= limit).all())

    return find_last(keeps, 0.0, 1.0)
