"""The figures that a projection leads to (docs/conventions.md, section 7)."""

from datetime import date
from itertools import pairwise

import numpy as np

from tests.witness.company import Company
from tests.witness.dates import Row
from tests.witness.quantities import read_number
from tests.witness.returns import choose_rate
from tests.witness.worth import Worth

Measures = dict[str, float | None]
PAID = ("upfront_fee", "interest_paid", "fees_paid", "principal", "prepayment_fees")


def measure_plan(worth: Worth) -> Measures:
    """Return every measure of a plan; those that are undefined are None."""
    measures = measure_projects(worth) | measure_owners(worth)
    measures |= measure_cover(worth.company) | measure_years(worth.company) | measure_debt(worth.company)
    return measures


def measure_projects(worth: Worth) -> Measures:
    """Return worth, rate of return and payback of the projects (section 7, flows of the projects)."""
    rows = worth.rows
    npv = float(rows["project_discounted"].sum())
    terminal = float(worth.discount(rows["project_terminal_value"]).sum())
    made: Measures = {
        "project_npv": npv,
        "company_npv": float(rows["company_discounted"].sum()),
        "terminal_value": float(rows["project_terminal_value"].sum()),
        "terminal_share": terminal / npv if npv > worth.company.threshold else terminal,
        "levelized_cost": level_price(worth),
    }
    made["project_irr"] = find_irr(worth, rows["project_cash_flow"], rows["project_flow"] - rows["project_cash_flow"])
    projects = worth.company.plan.get("projects", {})
    outlay = rows["project_outlay"]
    for kind in ("", "_discounted"):
        paid_back = projects and rows[f"waiting{kind}"][-1] == 0
        made[f"payback{kind}"] = float(rows[f"payback_months{kind}"].sum()) / 12 if paid_back else None
        spent = float((worth.discount(outlay, middle=True) if kind else outlay).sum())
        gained = float(rows[f"project_before_terminal{kind}"].sum())
        made[f"share_paid_back{kind}"] = 1 + gained / spent if spent else None
    if not worth.has_discount_rate:
        made |= dict.fromkeys(("project_npv", "company_npv", "terminal_share", "levelized_cost"))
        made |= dict.fromkeys(("payback_discounted", "share_paid_back_discounted"))
    adds = sum(read_number(project["adds"]) for project in projects.values() if not project.get("cancelled"))
    capex = float(worth.company.rows["accounts.capex"][: worth.count].sum())
    made["capacity_cost"] = capex / adds if adds else None
    return made


def find_irr(worth: Worth, operations: Row, at_end: Row) -> float | None:
    """Return the rate of return of flows of which some may count in the middle of periods (section 1, discounting)."""
    flows = np.concatenate((operations, at_end))
    return choose_rate(flows, np.concatenate((worth.find_middles(), worth.find_ends())) / 12)


def level_price(worth: Worth) -> float | None:
    """Return the price at which the projects' NPV is nil (section 7, levelized cost)."""
    rows, factor = worth.rows, float(worth.rows["discount_factor"][-1])
    book = float(rows["project_fixed_assets"][-1] + rows["project_stock"][-1] - worth.find_deferred(worth.less)[-1])
    above = float(worth.discount(rows["levelized_costs"], middle=True).sum()) - book * factor
    below = float(worth.discount(rows["levelized_shipments"], middle=True).sum())
    below += float(rows["unpaid_shipments"][-1]) * factor
    return above / below if below > 0 else None


def measure_owners(worth: Worth) -> Measures:
    """Return worth and rates of return of equity (section 7, free cash flow to equity, and owners)."""
    rows = worth.rows
    later = rows["fcfe_flow"] - rows["project_cash_flow"]
    pays = bool((rows["equity_paid"] < -worth.company.threshold).any())
    fcfe = float(worth.discount(rows["project_cash_flow"], middle=True).sum() + worth.discount(later).sum())
    priced = worth.has_discount_rate
    return {
        "fcfe_npv": fcfe if priced else None,
        "fcfe_irr": find_irr(worth, rows["project_cash_flow"], later),
        "equity_npv": float(worth.discount(rows["equity_flow"]).sum()) if priced else None,
        "equity_irr": choose_rate(rows["equity_flow"], worth.find_ends() / 12) if pays else None,
    }


def find_extreme(row: Row, highest: float = 1.0) -> float | None:
    """Return the lowest defined value of a row, or the highest with -1."""
    defined = row[~np.isnan(row)]
    return float((defined * highest).min() * highest) if len(defined) else None


def measure_cover(company: Company) -> Measures:
    """Return the measures of lenders that come from ratios (section 7, measures of lenders)."""
    rows, horizon = company.rows, company.calendar.horizon
    unearned = rows["accounts.debt_without_ebitda"] > 0  # no limit on leverage holds there (section 6, ratios, rule 2)
    leverage = find_extreme(rows["accounts.debt_to_ebitda_12m_at_quarters"], -1.0)
    made: Measures = {
        "min_dscr": find_extreme(rows["accounts.dscr_12m_at_payments"]),
        "min_interest_cover": find_extreme(rows["accounts.interest_cover_12m_at_payments"]),
        "max_debt_to_ebitda": leverage if not (unearned & (company.calendar.ends % 3 == 0)).any() else None,
        "min_llcr": find_extreme(rows["accounts.llcr_at_payments"]),
        "min_plcr": find_extreme(rows["accounts.plcr_at_payments"]),
        "min_dscr_by_year": find_extreme(rows["accounts.dscr"][:horizon]),
        "min_interest_cover_by_year": find_extreme(rows["accounts.interest_cover"][:horizon]),
        "max_debt_to_ebitda_by_year": find_extreme(rows["accounts.debt_to_ebitda"][:horizon], -1.0),
    }
    closes = [company.calendar.closes_year(index) for index in range(company.calendar.count)]
    if (unearned & np.array(closes))[:horizon].any():
        made["max_debt_to_ebitda_by_year"] = None
    for name in company.contracts:
        made[f"min_dscr.{name}"] = find_extreme(rows[f"loans.{name}.dscr_12m_at_payments"])
    return made


def measure_years(company: Company) -> Measures:
    """Return what is added up over the horizon (section 7, measures of lenders, and other measures)."""
    rows, horizon = company.rows, company.calendar.horizon

    def add_up(name: str) -> float:
        """Add up a row of the accounts."""
        return float(rows[f"accounts.{name}"][:horizon].sum())

    served = rows["accounts.has_dscr"][:horizon] > 0
    service = float(rows["accounts.debt_service_12m"][:horizon][served].sum())
    uses = sum(
        float(rows[path][:horizon].sum()) for path in rows if path.startswith("funding.") and path.endswith(".uses")
    )
    loans = [f".{name}" for name in company.contracts]
    paid = [path for path in rows if path.startswith("funding.") and path.endswith(tuple(loans))] if loans else []
    return {
        "average_dscr": float(rows["accounts.cfads_12m"][:horizon][served].sum()) / service if service else None,
        "gearing": sum(float(rows[path].sum()) for path in paid) / uses if uses else None,
        "owed_at_horizon": float(rows["accounts.debt"][horizon - 1]),
        "total_interest_at_horizon": add_up("interest_accrued"),
        "total_fees_at_horizon": add_up("recurring_fees") + add_up("upfront_fees_paid") + add_up("prepayment_fees"),
        "lowest_cash": float(rows.get("accounts.cash_free", rows["accounts.cash"])[:horizon].min()),
        "equity_called": add_up("equity_for_projects") + add_up("equity_paid_in") + add_up("equity_for_cash"),
        "funding_gap": add_up("unfunded_uses"),
    }


def gather_flows(company: Company, loan: str, *, translated: bool) -> dict[date, float]:
    """Return the borrower's flows of a loan by day (section 7, measures of lenders)."""
    contract, ledger = company.contracts[loan], company.ledgers[loan]
    flows: dict[date, float] = {}
    for kind, sign in [("draws", 1), *((kind, -1) for kind in PAID)]:
        for day, amount in ledger.flows[kind].items():
            rate = company.exchange.on_day(contract.currency, day) if translated else 1.0
            if kind == "draws" and translated and 0 <= (index := company.calendar.find(day)) < company.calendar.horizon:
                funded = float(company.rows.get(f"loans.{loan}.funded", np.zeros(company.calendar.count))[index])
                average = float(company.exchange.average(contract.currency)[index])
                amount_home = amount * rate + (
                    funded * (average - rate) if day == company.calendar.last_days[index] else 0
                )
                flows[day] = flows.get(day, 0.0) + amount_home
                continue
            flows[day] = flows.get(day, 0.0) + sign * amount * rate
    return flows


def find_cost(flows: dict[date, float]) -> float | None:
    """Return the all-in cost of debt by actual days / 365 (section 7, measures of lenders)."""
    if not flows:
        return None
    days = sorted(flows)
    years = np.array([(day - days[0]).days / 365 for day in days])
    return choose_rate(np.array([flows[day] for day in days]), years)


def measure_debt(company: Company) -> Measures:
    """Return cost, life and size of debt (section 7, measures of lenders)."""
    made: Measures = {}
    together: dict[date, float] = {}
    weighed = drawn = interest = fees = 0.0
    for name, contract in company.contracts.items():
        ledger = company.ledgers[name]
        flows = gather_flows(company, name, translated=False)
        made[f"all_in_cost.{name}"] = find_cost(flows)
        life = live_on(company, name)
        lent = ledger.sum_between("draws", None, None)
        made[f"average_life.{name}"] = life / lent if lent else None
        for day, amount in gather_flows(company, name, translated=True).items():
            together[day] = together.get(day, 0.0) + amount
        weighed += live_on(company, name, translated=True)
        lent_home = gather_draws(company, name)
        drawn += lent_home
        accrued = [accrue_home(company, name, kind) for kind in ("interest", "fees")]
        interest += accrued[0]
        upfront = [*ledger.flows["upfront_fee"].items(), *ledger.flows["prepayment_fees"].items()]
        fees += accrued[1] + sum(amount * company.exchange.on_day(contract.currency, day) for day, amount in upfront)
    made["all_in_cost"] = find_cost(together)
    made["average_life"] = weighed / drawn if drawn else None
    made["total_interest"], made["total_fees"] = interest, fees
    made["peak_debt"] = find_peak(company)
    return made


def gather_draws(company: Company, loan: str) -> float:
    """Return all that is drawn on a loan, in the reporting currency."""
    flows = company.rows[f"loans.{loan}.draws"].sum()
    currency = company.contracts[loan].currency
    early = company.ledgers[loan].flows["draws"].items()
    before = sum(
        amount * company.exchange.on_day(currency, day) for day, amount in early if day <= company.calendar.eve
    )
    return float(flows + before)


def accrue_home(company: Company, loan: str, kind: str) -> float:
    """Return interest or fees from signing to maturity, at average rates (section 6, other currencies, rule 5)."""
    total, currency = 0.0, company.contracts[loan].currency
    averages = company.exchange.average(currency)
    for day, amount in company.ledgers[loan].flows[kind].items():
        index = company.calendar.find(day)
        inside = 0 <= index < company.calendar.count
        total += amount * (float(averages[index]) if inside else company.exchange.on_day(currency, day))
    return total


def live_on(company: Company, loan: str, *, translated: bool = False) -> float:
    """Return the sum of balance x time of a loan (section 7, measures of lenders)."""
    contract, ledger = company.contracts[loan], company.ledgers[loan]
    equal = contract.block.get("day_count", "equal_periods") == "equal_periods"
    kind = "owed_years" if equal else "owed_days"
    if not translated:
        return ledger.sum_between(kind, None, None)
    days = sorted(ledger.balances)
    starts = {day: before for before, day in pairwise(days)}
    return sum(
        amount * company.exchange.on_day(contract.currency, starts[day]) for day, amount in ledger.flows[kind].items()
    )


def find_peak(company: Company) -> float:
    """Return the most owed on all loans together after the events of any day (section 7, measures of lenders)."""
    days = sorted({day for ledger in company.ledgers.values() for day in ledger.balances})
    peak = 0.0
    for day in days:
        total = 0.0
        for name, ledger in company.ledgers.items():
            known = [day_of for day_of in ledger.balances if day_of <= day]
            if known:  # what is owed after an event counts at the rate of its day (section 6, other currencies, rule 8)
                rate = company.exchange.on_day(company.contracts[name].currency, max(known))
                total += ledger.balances[max(known)] * rate
        peak = max(peak, total)
    return peak
