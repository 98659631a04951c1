"""Random valid rich plans, each from its seed: `python -m tests.fuzz.plans 12345` prints one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from tests.fuzz.building import draw_funding, draw_projects
from tests.fuzz.chances import draw_uncertain
from tests.fuzz.company import draw_capital, draw_owners, draw_plants, draw_products, open_draft
from tests.fuzz.costs import draw_costs
from tests.fuzz.dice import Dice, Draft, Plan
from tests.fuzz.lending import draw_loans
from tests.fuzz.options import draw_options
from tests.fuzz.promises import draw_claims, draw_stops, leave_out_late_costs
from tests.fuzz.ratios import draw_ratios
from tests.fuzz.remarks import add_likes, add_remarks, draw_sources_of_inputs
from tests.fuzz.reserves import draw_reserves
from tests.fuzz.series_files import move_to_files
from tests.fuzz.units import draw_units, draw_units_for_tax

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def make_plan(seed: int) -> Plan:
    """Return a random valid plan, all of it typed in."""
    return make_draft(seed).typed


def make_draft(seed: int) -> Draft:
    """Return a random valid plan with what is known of it, and the files of its series."""
    draft = open_draft(Dice(seed))
    draw_sources_of_inputs(draft)
    draw_products(draft)
    draw_plants(draft)
    draw_projects(draft)
    draw_ratios(draft)
    draw_loans(draft)
    draw_funding(draft)
    draw_owners(draft)
    draw_capital(draft)
    draw_stops(draft)
    leave_out_late_costs(draft)
    draw_reserves(draft)
    draw_claims(draft)
    draw_costs(draft)
    draw_units(draft)
    draw_units_for_tax(draft)
    add_likes(draft)
    draw_uncertain(draft)
    draw_options(draft)
    move_to_files(draft)
    add_remarks(draft)
    return draft


def write_plan(plan: Plan) -> str:
    """Return a plan as YAML."""
    return "\n".join(write_lines(plan, "")) + "\n"


def write_lines(block: Plan, indent: str) -> Iterator[str]:
    """Run over the lines of a block."""
    for key, value in block.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{write_scalar(key)}:"
            yield from write_lines(value, f"{indent}  ")
        else:
            yield f"{indent}{write_scalar(key)}: {write_value(value)}"


def write_value(value: Any) -> str:
    """Return what stands behind a key."""
    if isinstance(value, list):
        return f"[{', '.join(map(write_scalar, value))}]"
    return "{}" if value == {} else write_scalar(value)


def write_scalar(value: Any) -> str:
    """Return a scalar, between quotes where YAML might take it for something else."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    plain = all(PLAIN.fullmatch(word.strip("%")) or word == "%" or "/" in word for word in text.split(" "))
    return text if text and plain and not text.startswith(("-", "/")) else json.dumps(text)


if __name__ == "__main__":
    sys.stdout.write(write_plan(make_plan(int(sys.argv[1]))))
