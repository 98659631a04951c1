"""Financing costs that become part of an asset (docs/conventions.md, section 5, financing costs)."""

import math
from collections.abc import Callable

import numpy as np

from tests.witness.capacity import Rows, find_end
from tests.witness.dates import Calendar, Row, number_day, read_day
from tests.witness.ledger import Ledger
from tests.witness.plan import Plan
from tests.witness.series import Exchange

KINDS = ("interest", "fees", "upfront_fee")
Spend = Callable[[dict[str, Row]], tuple[Rows, dict[str, Ledger]]]


def list_included(plan: Plan) -> list[str]:
    """Return the projects and purchases whose funding includes financing costs."""
    blocks = plan.get("funding", {}).items()
    return [name for name, block in blocks if block and block.get("include_financing_costs") == "true"]


def find_completion(plan: Plan, name: str) -> int:
    """Return the end of the month in which a project is complete or cancelled, or a plant is bought."""
    if name in plan.get("projects", {}):
        return math.ceil(find_end(plan["projects"][name]) - 1e-9)
    return math.ceil(number_day(read_day(plan["plants"][name]["purchase"]["on"])) - 1e-9)


def find_fixed_point(plan: Plan, exchange: Exchange, spend: Spend) -> tuple[Rows, dict[str, Ledger]]:
    """Repeat draws and financing costs until they agree (section 5, financing costs, rule 3)."""
    costs: dict[str, Row] = {name: np.zeros(exchange.calendar.count) for name in list_included(plan)}
    for _ in range(300):
        rows, ledgers = spend(costs)
        parts = share_costs(plan, ledgers, exchange, rows)
        results = {name: np.zeros(exchange.calendar.count) for name in costs}
        for (name, _, _), row in parts.items():
            results[name] = results[name] + row
        moved = max((float(np.abs(results[name] - costs[name]).max()) for name in costs), default=0.0)
        costs = results
        if moved < 1e-9:
            break
    write_costs(plan, parts, costs, exchange.calendar, rows)
    return rows, ledgers


def share_costs(
    plan: Plan, ledgers: dict[str, Ledger], exchange: Exchange, rows: Rows
) -> dict[tuple[str, str, str], Row]:
    """Return interest and fees of loans that go into each asset, by project, loan and kind (rules 1 and 2)."""
    calendar, parts = exchange.calendar, {}
    for name in list_included(plan):
        built = calendar.ends <= find_completion(plan, name)
        for loan, ledger in ledgers.items():
            if f"funding.{name}.{loan}.share" not in rows:
                continue
            ledger.advance(calendar.last_days[-1])
            for kind in KINDS:
                flow = sum_periods(ledger, kind, exchange)
                parts[name, loan, kind] = flow * built * rows[f"funding.{name}.{loan}.share"]
    return parts


def sum_periods(ledger: Ledger, kind: str, exchange: Exchange) -> Row:
    """Return a flow of a loan by period: fees at signing at the rate of the day, accruals at average rates."""
    calendar, currency = exchange.calendar, ledger.contract.currency
    flow = np.zeros(calendar.count + 1)
    for day, amount in ledger.flows[kind].items():
        index = calendar.find(day)
        if index >= 0:
            at_day = kind == "upfront_fee" or index == calendar.count
            rate = exchange.on_day(currency, day) if at_day else float(exchange.average(currency)[index])
            flow[index] += amount * rate
    return np.asarray(flow[:-1])


def write_costs(
    plan: Plan, parts: dict[tuple[str, str, str], Row], costs: dict[str, Row], calendar: Calendar, rows: Rows
) -> None:
    """Add financing costs of projects, and what of each loan goes into assets (section 5, rule 2; section 6)."""
    ends = {name: find_completion(plan, name) for name in costs}
    for name, cost in costs.items():
        rows[f"funding.{name}.financing_costs"] = cost
    for (name, loan, kind), row in parts.items():
        funded = 1 - rows[f"funding.{name}.cash_share"]
        add_to(rows, f"loans.{loan}.{kind}_to_assets", row)
        if kind == "interest":
            add_to(rows, f"loans.{loan}.interest_funded", row * funded)
            share = rows[f"funding.{name}.{loan}.share"] * (calendar.ends <= ends[name])
            add_to(rows, f"loans.{loan}.funded_share", share * funded)
    for kind in KINDS:
        total = np.zeros(calendar.count)
        for path in [path for path in rows if path.startswith("loans.") and path.endswith(f".{kind}_to_assets")]:
            total = total + rows[path]
        rows[f"accounts.{kind}_to_assets"] = total
    paid = [row for path, row in rows.items() if path.startswith("loans.") and path.endswith(".interest_funded")]
    rows["accounts.interest_funded"] = sum(paid, np.zeros(calendar.count))


def serve_from_funding(loans: list[str], calendar: Calendar, rows: Rows) -> None:
    """Add what funding pays of interest and fees as they are paid (section 6, cash flow available, rule 6)."""
    rows["accounts.service_funded"] = np.zeros(calendar.count)
    for path in [f"loans.{name}" for name in loans if f"loans.{name}.funded_share" in rows]:
        prefix = f"{path}.own" if f"{path}.own.closing" in rows else path
        flows = {key: rows[f"{prefix}.{key}"] for key in ("interest", "fees", "interest_paid", "fees_paid", "accrued")}
        paid, ahead = flows["interest_paid"] + flows["fees_paid"], 0.0
        used, waiting = np.zeros(calendar.count), np.zeros(calendar.count)
        for t in range(calendar.count):
            ahead += float((flows["interest"][t] + flows["fees"][t]) * rows[f"{path}.funded_share"][t])
            used[t] = min(ahead, paid[t])
            ahead = waiting[t] = min(ahead - used[t], flows["accrued"][t])
        rows[f"{prefix}.service_funded"], rows[f"{prefix}.funded_ahead"] = used, waiting
        if prefix != path:
            share = np.divide(used, paid, out=np.zeros(calendar.count), where=paid > 0)
            rows[f"{path}.service_funded"] = share * (rows[f"{path}.interest_paid"] + rows[f"{path}.fees_paid"])
        rows["accounts.service_funded"] = rows["accounts.service_funded"] + rows[f"{path}.service_funded"]


def add_to(rows: Rows, path: str, row: Row) -> None:
    """Add to a row, or begin it."""
    rows[path] = rows[path] + row if path in rows else row
