"""Rows by rank, ratios of a plan's own, and what lenders ask for beside cover (docs/conventions.md, section 6)."""

import numpy as np

from tests.witness.capacity import Rows, add_rows
from tests.witness.dates import Calendar, Row
from tests.witness.loans import Contract
from tests.witness.plan import Plan
from tests.witness.quantities import read_number
from tests.witness.ratios import divide, roll_year

FLOWS = ("interest_paid", "fees_paid", "service", "swept", "reserve_filled", "reserve_used", "reserve_released")


def rank_loans(contracts: dict[str, Contract], calendar: Calendar, rows: Rows, threshold: float) -> None:
    """Add the rows of each rank, where loans are of more than one or a reserve is held (section 6, ratios)."""
    ranks = sorted({contract.rank for contract in contracts.values()})
    if len(ranks) < 2 and not any("reserve" in contract.block for contract in contracts.values()):
        return
    tested = np.arange(calendar.count) >= 12 // calendar.step - 1
    left = rows["accounts.cfads"]
    for rank in ranks:
        named = {name: contract for name, contract in contracts.items() if contract.rank == rank}
        path = f"ranks.{rank}"
        for item in FLOWS:
            paths = [f"loans.{name}.{item}" for name in named]
            rows[f"{path}.{item}"] = add_rows((rows[place] for place in paths if place in rows), calendar)
        paid = [f"loans.{name}.scheduled" for name, contract in named.items() if contract.style != "revolver"]
        rows[f"{path}.scheduled"] = add_rows((rows[place] for place in paid), calendar)
        rows[f"{path}.cfads"] = left
        above, below = roll_year(left, calendar), roll_year(rows[f"{path}.service"], calendar)
        rows[f"{path}.cfads_12m"], rows[f"{path}.service_12m"] = above, below
        rows[f"{path}.dscr_12m"] = np.where(tested, divide(above, below, threshold), np.nan)
        left = left - rows[f"{path}.service"]
        for name in named:
            rows[f"loans.{name}.dscr_12m"] = rows[f"{path}.dscr_12m"]
            due = rows[f"loans.{name}.has_payment"] > 0
            rows[f"loans.{name}.dscr_12m_at_payments"] = np.where(due, rows[f"{path}.dscr_12m"], np.nan)


def weigh_company(calendar: Calendar, rows: Rows, threshold: float) -> None:
    """Add net debt, net worth and margins (section 6, rows that lenders ask for)."""
    rows["accounts.net_debt"] = rows["accounts.debt"] - rows["accounts.cash"]
    rows["accounts.net_worth"] = rows["accounts.paid_in_capital"] + rows["accounts.retained_earnings"]
    rows["accounts.tangible_net_worth"] = rows["accounts.net_worth"] - rows["accounts.deferred_fees"]
    tested = np.arange(calendar.count) >= 12 // calendar.step - 1
    for name in ("gross_profit", "revenue"):
        rows[f"accounts.{name}_12m"] = roll_year(rows[f"accounts.{name}"], calendar)
    for name, of in (("gross_margin", "gross_profit"), ("ebitda_margin", "ebitda")):
        margin = divide(rows[f"accounts.{of}_12m"], rows["accounts.revenue_12m"], threshold)
        rows[f"accounts.{name}_12m"] = np.where(tested, margin, np.nan)


def form_ratios(plan: Plan, calendar: Calendar, rows: Rows, threshold: float) -> None:
    """Add the ratios that the plan defines (section 6, ratios of a plan's own)."""
    for name, block in plan.get("ratios", {}).items():
        months = int(read_number(block.get("over"), "12 months"))
        above, below = (add_terms(block[part], months, calendar, rows) for part in ("numerator", "denominator"))
        over = np.arange(calendar.count) >= months // calendar.step - 1
        holds, path = below > threshold, f"ratios.{name}"
        ratio = np.divide(above, below, out=np.full(calendar.count, np.nan), where=holds)
        rows[f"{path}.numerator"], rows[f"{path}.denominator"] = above, below
        rows[path] = np.where(over, ratio, np.nan)
        rows[f"{path}.no_denominator"] = (over & (above > threshold) & ~holds).astype(np.float64)


def add_terms(terms: Plan, months: int, calendar: Calendar, rows: Rows) -> Row:
    """Add up terms: flows over so many months, balances at their end, rates as means."""
    total = np.zeros(calendar.count)
    for term in terms.values():
        path = term["add" if "add" in term else "subtract"]
        size = months // calendar.step
        row = rows[path] if path.endswith(STOCKS) else roll(rows[path], size)
        row = row / np.minimum(np.arange(calendar.count) + 1, size) if path.endswith(RATES) else row
        total = total + row * (1.0 if "add" in term else -1.0)
    return total


STOCKS = (
    ".cash",
    ".cash_free",
    ".reserves",
    "debt",
    "net_worth",
    ".receivables",
    ".inventory",
    ".payables",
    ".working_capital",
    ".total_assets",
    ".closing",
    ".opening",
    ".paid_in_capital",
    ".retained_earnings",
)
RATES = (".period_rate", ".effective_capacity", ".utilization")


def roll(row: Row, size: int) -> Row:
    """Return the sum over the last periods, or over those that there are."""
    total = np.cumsum(row)
    return np.asarray(total - np.concatenate((np.zeros(min(size, len(row))), total[:-size])))
