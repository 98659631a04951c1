"""How much of an asset is charged at an age (docs/conventions.md, section 3, depreciation)."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from tests.witness.dates import Row, number_day, read_day
from tests.witness.plan import Plan
from tests.witness.quantities import read_number


def charge_shares(how: Any, life: float, residual: float, ages: Row) -> Row:
    """Return the share of the cost that is charged at ages in months."""
    past = np.clip(ages, 0, None)
    if isinstance(how, dict) and "declining_balance" in how:
        return 1 - decline(read_number(how["declining_balance"]), life, residual, np.clip(past, 0, life))
    if isinstance(how, dict):
        steps = sorted((read_number(key), read_number(share)) for key, share in how["table"].items())
        months, total = [0.0, *(month for month, _ in steps)], np.cumsum([0.0, *(share for _, share in steps)])
        return np.asarray((1 - residual) * np.interp(past, months, total))
    if how == "sum_of_years":
        edges = [*range(0, math.ceil(life), 12), life]
        digits = [(life - first) * (last - first) for first, last in pairwise(edges)]
        return np.asarray((1 - residual) * np.interp(past, edges, np.cumsum([0.0, *digits]) / sum(digits)))
    return np.asarray((1 - residual) * np.clip(past / life, 0, 1))


def decline(rate: float, life: float, residual: float, past: Row) -> Row:
    """Return what is left of one unit of cost: it falls by a rate, at last in a line, to the residual."""
    years = math.ceil(life / 12)
    by_rate = np.interp(
        past, [12 * year for year in range(years + 1)], [(1 - rate) ** year for year in range(years + 1)]
    )
    turn = max(math.ceil(life / 12 - 1 / rate), 0)
    line = np.interp(past, [12 * turn, life], [(1 - rate) ** turn, residual])
    left = np.where(past > 12 * turn, np.minimum(by_rate, line), by_rate)
    return np.asarray(np.maximum(left, residual))


def find_sale(terms: Plan) -> float:
    """Return the month number of a sale, later than anything where there is none."""
    return number_day(read_day(terms["sold"]["on"])) if terms.get("sold") else math.inf


def goes_by_units(how: Any) -> bool:
    """Return whether a way to depreciate goes by what is made."""
    return how == "units" or (isinstance(how, dict) and "units" in how)


def counts_units(terms: Plan, plan: Plan) -> bool:
    """Return whether an asset is depreciated by what it makes, in the books or for tax."""
    ways = terms.get("depreciation"), plan.get("tax", {}).get("depreciation")
    return any(map(goes_by_units, ways)) and not is_land(terms) and "cancelled" not in terms


def is_land(terms: Plan) -> bool:
    """Return whether an asset is land."""
    return str(terms.get("land", "false")).lower() == "true"


def find_opened(plan: Plan) -> Plan:
    """Return the fixed assets that a plan opens with, as a block."""
    fixed = plan.get("opening", {}).get("fixed_assets", {"value": "0", "land": "true"})
    return fixed if isinstance(fixed, dict) else {"value": fixed}
