"""Ratios of lenders (docs/conventions.md, section 6, ratios, and section 7, cover over life)."""

from datetime import date

import numpy as np

from tests.witness.capacity import Rows, add_rows
from tests.witness.dates import Calendar, Row, shift
from tests.witness.ledger import Ledger
from tests.witness.loans import Contract
from tests.witness.quantities import read_number
from tests.witness.ranks import rank_loans
from tests.witness.ratios import divide, roll_year
from tests.witness.series import Exchange


def cover_year(calendar: Calendar, rows: Rows, threshold: float) -> None:
    """Add ratios over twelve months and over years (section 6, ratios)."""
    for name in ("cfads", "cfads_before_capex", "debt_service", "ebitda", "interest_to_cover"):
        rows[f"accounts.{name}_12m"] = roll_year(rows[f"accounts.{name}"], calendar)
    tested = np.arange(calendar.count) >= 12 // calendar.step - 1
    service, ebitda = rows["accounts.debt_service_12m"], rows["accounts.ebitda_12m"]
    earns = np.where(ebitda > threshold, ebitda, 0)
    ratios = {
        "dscr_12m": divide(rows["accounts.cfads_12m"], service, threshold),
        "dscr_before_capex_12m": divide(rows["accounts.cfads_before_capex_12m"], service, threshold),
        "interest_cover_12m": divide(ebitda, rows["accounts.interest_to_cover_12m"], threshold),
        "debt_to_ebitda_12m": divide(rows["accounts.debt"], earns, threshold),
    }
    year_ends = np.array([calendar.closes_year(index) for index in range(calendar.count)])
    quarters = calendar.ends % 3 == 0
    paid = rows["accounts.has_payment"] > 0
    for name, ratio in ratios.items():
        rows[f"accounts.{name}"] = np.where(tested, ratio, np.nan)
    for name in ("dscr", "interest_cover", "debt_to_ebitda"):
        rows[f"accounts.{name}"] = np.where(year_ends, rows[f"accounts.{name}_12m"], np.nan)
    for name in ("dscr_12m", "interest_cover_12m"):
        rows[f"accounts.{name}_at_payments"] = np.where(paid, rows[f"accounts.{name}"], np.nan)
    at_quarters = np.where(quarters, rows["accounts.debt_to_ebitda_12m"], np.nan)
    rows["accounts.debt_to_ebitda_12m_at_quarters"] = at_quarters
    rows["accounts.period_dscr"] = divide(rows["accounts.cfads"], rows["accounts.debt_service"], threshold)
    owes = (rows["accounts.debt"] > threshold) & (ebitda <= threshold) & tested
    rows["accounts.debt_without_ebitda"] = owes.astype(np.float64)
    rows["accounts.has_dscr"] = (year_ends & tested & (service > threshold)).astype(np.float64)


def cover_loans(contracts: dict[str, Contract], calendar: Calendar, rows: Rows, threshold: float) -> None:
    """Add the ratios of each loan (section 4, rows in model periods)."""
    marks = [rows[f"loans.{name}.has_payment"] for name in contracts]
    rows["accounts.has_payment"] = np.max([np.zeros(calendar.count), *marks], axis=0)
    cover_year(calendar, rows, threshold)
    for name, contract in contracts.items():
        path, service = f"loans.{name}", rows[f"loans.{name}.service"]
        for kind in ("", "_unlevered"):
            since = add_since(rows[f"accounts.cfads{kind}"], rows[f"{path}.pays"], calendar.find(contract.signed))
            rows[f"{path}.cfads{kind}_since_payment"] = since
            rows[f"{path}.dscr{kind}"] = divide(since, service, threshold)
        rows[f"{path}.dscr_12m"] = rows["accounts.dscr_12m"]
        paid = rows[f"{path}.has_payment"] > 0
        rows[f"{path}.dscr_12m_at_payments"] = np.where(paid, rows["accounts.dscr_12m"], np.nan)
    rank_loans(contracts, calendar, rows, threshold)


def aim_loans(ledgers: dict[str, Ledger], exchange: Exchange, rows: Rows, known: Rows) -> None:
    """Tell sculpted loans what each payment date is to pay (section 4, principal, rules 5 and 6)."""
    for name, ledger in ledgers.items():
        if ledger.contract.style == "sculpted":
            ledger.targets = (
                aim_unlevered(ledger, exchange, rows)
                if ledger.contract.is_unlevered
                else aim_loan(name, ledgers, exchange, rows, known)
            )


def aim_loan(name: str, ledgers: dict[str, Ledger], exchange: Exchange, rows: Rows, known: Rows) -> dict[date, float]:
    """Return what is left of cash after what is served before, over the loan's cover, for dates that have whole periods."""
    calendar, contract = exchange.calendar, ledgers[name].contract
    repayment = contract.block["repayment"]
    cash, served = known.get("accounts.cfads", np.zeros(calendar.count)), np.zeros(calendar.count)
    for other, ledger in ledgers.items():
        if ledger.contract.rank < contract.rank or (ledger.contract.rank == contract.rank and other != name):
            served = served + known.get(f"loans.{other}.service", np.zeros(calendar.count))
    dscr, targets, start = read_number(repayment["dscr"]), {}, contract.signed
    path, serves, due = f"loans.{name}", np.zeros(calendar.count), np.zeros(calendar.count)
    for day in sorted(ledgers[name].dates):
        complete = np.array([start < end <= day for end in calendar.last_days])
        if complete.any():
            left, ahead = float(cash[complete].sum()), float(served[complete].sum())
            package = repayment.get("of") == "package"
            targets[day] = max(left / dscr - ahead, 0.0) if package else max(left - ahead, 0.0) / dscr
            index = int(np.flatnonzero(complete)[-1])
            serves[index], due[index] = 1.0, targets[day]
        start = max(start, day)
    flow = cash / (dscr if repayment.get("of") == "package" else 1.0) - served
    rows[f"{path}.cfads_left"], rows[f"{path}.serves"], rows[f"{path}.service_target"] = flow, serves, due
    rows[f"{path}.cfads_to_serve"] = add_since(flow, serves, calendar.find(contract.signed) - 1)
    return targets


def aim_unlevered(ledger: Ledger, exchange: Exchange, rows: Rows) -> dict[date, float]:
    """Return the share of each payment date in cash flow with unlevered tax, over the loan's cover (rule 6)."""
    calendar, contract = exchange.calendar, ledger.contract
    days = [day for day in sorted(ledger.dates) if day > calendar.eve]
    periods = [calendar.find(day) for day in days]
    pays = np.array([float(periods.count(index)) for index in range(calendar.count)])
    since = add_since(rows["accounts.cfads_unlevered"], pays, calendar.find(contract.signed))
    dscr = read_number(contract.block["repayment"]["dscr"])
    targets = {}
    rows[f"loans.{contract.name}.service_target"] = np.where(pays > 0, np.maximum(since, 0) / dscr, 0.0)
    for day, index in zip(days, periods, strict=True):
        target = max(float(since[index]), 0) / dscr / pays[index]
        targets[day] = target / exchange.on_day(contract.currency, day)
    return targets


def add_since(flow: Row, pays: Row, signed: int) -> Row:
    """Return a flow added up since the period after the payment before, or after signing (section 4, rows)."""
    total, since = 0.0, np.zeros(len(flow))
    for index, amount in enumerate(flow):
        if index > signed:
            total += float(amount)
            since[index] = total
        if pays[index] > 0:
            total = 0.0
    return since


def cover_life(contracts: dict[str, Contract], calendar: Calendar, rows: Rows, threshold: float) -> None:
    """Add worth of later CFADS over debt: LLCR and PLCR (section 7, cover over life)."""
    opening = add_rows((rows[f"loans.{name}.opening"] for name in contracts), calendar)
    weighed = np.zeros(calendar.count)
    for name, contract in contracts.items():
        m = contract.compounds
        weighed += ((1 + rows[f"loans.{name}.period_rate"] / m) ** m - 1) * rows[f"loans.{name}.opening"]
    rates, last = np.zeros(calendar.count), 0.0
    for index in range(calendar.count):
        last = weighed[index] / opening[index] if opening[index] > threshold else last
        rates[index] = last
    growth = (1 + rates) ** (calendar.step / 12)
    owes = np.flatnonzero(opening > threshold)
    runs = (np.arange(calendar.count) <= (owes[-1] if len(owes) else -1)).astype(np.float64)
    rows["accounts.opening_debt"], rows["accounts.debt_rate"], rows["accounts.debt_runs"] = opening, rates, runs
    rows["accounts.cfads_worth"] = discount_back(rows["accounts.cfads"], growth)
    rows["accounts.loan_life_worth"] = discount_back(rows["accounts.cfads"] * runs, growth)
    moves = [(rows[f"loans.{name}.pays"] > 0) | (rows[f"loans.{name}.draws"] > threshold) for name in contracts]
    moved = np.any([np.zeros(calendar.count, dtype=bool), *moves], axis=0)
    rows["accounts.debt_moves"] = moved.astype(np.float64)
    for name, worth in (("llcr", "loan_life_worth"), ("plcr", "cfads_worth")):
        rows[f"accounts.{name}"] = divide(rows[f"accounts.{worth}"], rows["accounts.debt"], threshold)
        rows[f"accounts.{name}_at_payments"] = np.where(moved, rows[f"accounts.{name}"], np.nan)


def discount_back(flow: Row, growth: Row) -> Row:
    """Return the worth at each period's end of all later flows."""
    worth = np.zeros(len(flow))
    for index in range(len(flow) - 2, -1, -1):
        worth[index] = (worth[index + 1] + flow[index + 1]) / growth[index + 1]
    return worth


def open_loans(openings: dict[str, float], rows: Rows) -> None:
    """Add what is owed at the start of each period (section 4, rows)."""
    for name, opening in openings.items():
        rows[f"loans.{name}.opening"] = shift(rows[f"loans.{name}.closing"], opening)
        if f"loans.{name}.own.closing" in rows:
            closing = rows[f"loans.{name}.own.closing"]
            before = closing - rows[f"loans.{name}.own.draws"] - rows[f"loans.{name}.own.capitalized"]
            rows[f"loans.{name}.own.opening"] = before + rows[f"loans.{name}.own.principal"]
