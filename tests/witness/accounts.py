"""Sums over loans, and the statements made of them (docs/conventions.md, section 6)."""

import numpy as np

from tests.witness.assets import find_financing, find_untaxed
from tests.witness.capacity import Rows, add_rows
from tests.witness.dates import Calendar, Row, shift
from tests.witness.financing import serve_from_funding
from tests.witness.funding import find_uses
from tests.witness.plan import Plan
from tests.witness.quantities import read_number
from tests.witness.tax import assess_row

SUMS = {
    "interest_accrued": "interest",
    "recurring_fees": "fees",
    "interest_paid": "interest_paid",
    "fees_paid": "fees_paid",
    "capitalized_interest": "capitalized",
    "draws": "draws",
    "principal": "principal",
    "upfront_fees_paid": "upfront_fee",
    "fee_amortization": "fee_amortization",
    "prepayment_fees": "prepayment_fees",
    "deferred_fees": "deferred_fee",
    "accrued_interest": "accrued",
    "debt": "closing",
}


def earn_operations(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add income down to EBIT, grants and owners' money in funding (section 6, income)."""
    row = {name.removeprefix("accounts."): value for name, value in rows.items() if name.startswith("accounts.")}
    rows["accounts.cash_costs"] = row["variable_cost"] + row["fixed_cost"] + row["overhead"]
    rows["accounts.ebitda"] = row["revenue"] - rows["accounts.cash_costs"]
    rows["accounts.ebit"] = rows["accounts.ebitda"] - row["depreciation"] + row.get("gain_on_sales", 0.0)
    rows["accounts.ebit"] = rows["accounts.ebit"] - row.get("write_offs", 0.0)
    rows["accounts.gross_profit"] = row["revenue"] - row["variable_cost"] - row["fixed_cost"] - row["depreciation"]
    named = [name for name, block in plan.get("funding", {}).items() if block]

    def add_source(source: str) -> Row:
        """Add up what one source pays for all."""
        paths = (f"funding.{name}.{source}" for name in named)
        return add_rows((rows[path] for path in paths if path in rows), calendar)

    late = add_source("grant_received") - add_source("cash_for_grant")  # of grants that are received after their claim
    rows["accounts.grants"] = add_source("grant") + late
    rows["accounts.grants_receivable"] = -np.cumsum(late)
    rows["accounts.equity_for_projects"] = add_source("equity")
    unnamed = rows["accounts.unfunded_uses"] - rows["funding.gap"]
    rows["accounts.self_funded_capex"] = unnamed + add_rows((pay_self(name, rows) for name in named), calendar)


def pay_self(name: str, rows: Rows) -> Row:
    """Return the capex that cash pays for a project (section 6, cash flow available for debt service, rule 1)."""
    if f"funding.{name}.cash_share" in rows:
        return np.asarray(find_uses(name, rows) * rows[f"funding.{name}.cash_share"])
    paid = rows.get(f"funding.{name}.cash", np.zeros(len(rows[f"funding.{name}.gap"])))
    return np.asarray(paid + rows[f"funding.{name}.gap"])


def draw_statements(plan: Plan, loans: list[str], calendar: Calendar, rows: Rows) -> None:
    """Add the statements of cash and the balance sheet (section 6, cash flow and balance sheet)."""
    for name, item in SUMS.items():
        rows[f"accounts.{name}"] = add_rows((rows[f"loans.{loan}.{item}"] for loan in loans), calendar)
    row = {name.removeprefix("accounts."): value for name, value in rows.items() if name.startswith("accounts.")}
    made: Rows = {"interest_expense": row["interest_accrued"] - row["interest_to_assets"]}
    made["fee_expense"] = row["recurring_fees"] - row["fees_to_assets"] + row["fee_amortization"]
    made["fee_expense"] = made["fee_expense"] + row["prepayment_fees"]
    accrued = row["interest_accrued"] + row["recurring_fees"]
    made["accrued_less_paid"] = accrued - row["interest_paid"] - row["fees_paid"] - row["capitalized_interest"]
    made["tax_payable_increase"] = row["tax"] - row["tax_paid"]
    flow = row["net_income"] + row["depreciation"] + row["fee_amortization"] + made["accrued_less_paid"]
    flow = flow + row["capitalized_interest"] - row["exchange_result"] + made["tax_payable_increase"]
    flow = flow - row.get("gain_on_sales", 0.0) + row.get("write_offs", 0.0) + row.get("deferred_tax", 0.0)
    made["operating_cash_flow"] = flow - row["working_capital_increase"] + row["prepayment_fees"]
    made["financing_costs"] = row["interest_to_assets"] + row["fees_to_assets"] + row["upfront_fee_to_assets"]
    spent = row["capex"] + row["purchases"] + row["maintenance"] + made["financing_costs"]
    made["investing_cash_flow"] = row["grants"] - spent + row.get("asset_sales", 0.0)
    made["upfront_fees"] = row["upfront_fees_paid"] - row["upfront_fee_to_assets"]
    owners = row["equity_for_projects"] + row["equity_paid_in"] + row["equity_for_cash"]
    made["financing_cash_flow"] = row["draws"] - row["principal"] - made["upfront_fees"] + owners - row["dividends"]
    made["financing_cash_flow"] = made["financing_cash_flow"] - row["prepayment_fees"]
    opening = plan.get("opening", {})
    for item in ("other_assets", "other_liabilities"):
        made[item] = np.full(calendar.count, read_number(opening.get(item)))
    assets = row["cash"] + row["receivables"] + row["inventory"] + row["construction_in_progress"]
    assets = assets + row["net_fixed_assets"] + row["grants_receivable"] + row["deferred_fees"]
    made["total_assets"] = assets + made["other_assets"] + row.get("deferred_tax_asset", 0.0)
    made["paid_in_capital"] = np.cumsum(owners)
    debts = row["payables"] + row["tax_payable"] + row["accrued_interest"] + row["debt"] + made["other_liabilities"]
    debts = debts + row.get("deferred_tax_liability", 0.0)
    made["total_liabilities_and_equity"] = debts + made["paid_in_capital"] + row["retained_earnings"]
    rows.update({f"accounts.{name}": value for name, value in made.items()})
    prove_statements(read_number(opening.get("cash")), rows)


def prove_statements(opening: float, rows: Rows) -> None:
    """Hold the witness itself to the two laws of any set of books: they balance, and flows move cash."""
    assets, other = rows["accounts.total_assets"], rows["accounts.total_liabilities_and_equity"]
    flows = sum(rows[f"accounts.{kind}_cash_flow"] for kind in ("operating", "investing", "financing"))
    moved = rows["accounts.cash"] - shift(rows["accounts.cash"], opening)
    for gap in (assets - other, flows - moved):
        if float(np.abs(gap).max()) > 1e-9 * float(np.abs(assets).max()):
            raise ValueError("the books of the witness do not balance")


def earn_unlevered(plan: Plan, calendar: Calendar, rows: Rows) -> None:
    """Add tax and cash flow as if there were no debt (section 6, tax, rule 6, and cash flow available, rules 2 and 3)."""
    income = rows["accounts.ebit"] + find_financing(rows, calendar) - find_untaxed(rows, calendar)
    paid, payable = assess_row(plan, calendar, income, "tax_unlevered", rows)
    rows["accounts.tax_paid_unlevered"] = paid
    rows["accounts.tax_payable_unlevered"] = payable
    kept = rows["accounts.ebitda"] - rows["accounts.working_capital_increase"] - rows["accounts.maintenance"]
    rows["accounts.cfads_unlevered"] = kept - paid - rows["accounts.self_funded_capex"]
    spent = rows["accounts.capex"] + rows["accounts.purchases"] - rows["accounts.grants"]
    rows["accounts.unlevered_cash_flow"] = kept - paid - spent + rows.get("accounts.asset_sales", np.zeros(1))


def serve_debt(contracts: list[tuple[str, bool]], calendar: Calendar, rows: Rows) -> None:
    """Add CFADS and debt service (section 6, cash flow available for debt service); a loan may be a revolver."""
    kept = rows["accounts.ebitda"] - rows["accounts.working_capital_increase"] - rows["accounts.maintenance"]
    rows["accounts.cfads_before_capex"] = kept - rows["accounts.tax_paid"] + rows["accounts.interest_on_cash"]
    rows["accounts.cfads_before_capex"] -= rows["accounts.interest_on_overdraft"]
    rows["accounts.cfads"] = rows["accounts.cfads_before_capex"] - rows["accounts.self_funded_capex"]
    serve_from_funding([name for name, _ in contracts], calendar, rows)
    for name, revolves in contracts:
        path = f"loans.{name}"
        principal = rows[f"{path}.scheduled"] * (not revolves)
        rows[f"{path}.service"] = rows[f"{path}.interest_paid"] + rows[f"{path}.fees_paid"] + principal
        before = rows[f"{path}.interest_paid"] + rows[f"{path}.fees_paid"] + rows[f"{path}.upfront_fee"]
        rows[f"{path}.service_before_funding"] = before + rows[f"{path}.scheduled"]
        if f"{path}.service_funded" in rows:
            rows[f"{path}.service"] = rows[f"{path}.service"] - rows[f"{path}.service_funded"]
    scheduled = (rows[f"loans.{name}.scheduled"] for name, revolves in contracts if not revolves)
    rows["accounts.scheduled_principal"] = add_rows(scheduled, calendar)
    rows["accounts.debt_service"] = add_rows((rows[f"loans.{name}.service"] for name, _ in contracts), calendar)
    rows["accounts.interest_to_cover"] = rows["accounts.interest_accrued"] - rows["accounts.interest_funded"]


def find_threshold(plan: Plan, rows: Rows, commitments: float, horizon: int) -> float:
    """Return the amount above which something counts as money (section 6, is there money?)."""
    named = ("revenue", "cash_costs", "maintenance", "capex", "purchases", "equity_paid_in", "dividends_planned")
    total = commitments + sum(float(np.abs(rows[f"accounts.{name}"][:horizon]).sum()) for name in named)
    opening = plan.get("opening", {})
    total += sum(abs(read_number(text)) for text in opening.values() if isinstance(text, str))
    return max(0.005, 1e-12 * total)
