"""What projects, loans and owners are worth (docs/conventions.md, section 7)."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tests.witness.assets import find_financing, find_untaxed, hold_balance, read_days
from tests.witness.capacity import Rows
from tests.witness.company import Company
from tests.witness.dates import Row, number_day, read_day, shift
from tests.witness.income import OWN
from tests.witness.quantities import read_number
from tests.witness.series import average_series, grow_by_index
from tests.witness.tax import assess_row
from tests.witness.trading import draw_curve


@dataclass
class Worth:
    """The rows of worth of a plan, over its horizon, beside the company without projects."""

    company: Company
    without: Company
    rows: Rows = field(default_factory=dict)

    def less(self, name: str) -> Row:
        """Return a row of the accounts less the same without projects (section 7)."""
        return self.plain(name) - self.without.rows[f"accounts.{name}"][: self.count]

    def plain(self, name: str) -> Row:
        """Return a row of the accounts over the horizon."""
        return self.company.rows[f"accounts.{name}"][: self.count]

    def find_deferred(self, take: Callable[[str], Row]) -> Row:
        """Return the deferred tax that is owed, nothing where tax depreciates as the books do."""
        if "accounts.deferred_tax" not in self.company.rows:
            return np.zeros(self.count)
        return take("deferred_tax_liability") - take("deferred_tax_asset")

    @property
    def count(self) -> int:
        """Number of periods in the horizon."""
        return self.company.calendar.horizon

    @property
    def has_discount_rate(self) -> bool:
        """Whether the plan has a discount rate."""
        return "discount_rate" in self.company.plan["money"]

    def list_printed(self) -> Rows:
        """Return the rows that are printed of a plan: without a discount rate, none that is discounted."""
        return {path: row for path, row in self.rows.items() if self.has_discount_rate or "discount" not in path}

    @property
    def rate(self) -> float:
        """The discount rate, or its part beyond an index."""
        node = self.company.plan["money"].get("discount_rate")
        return read_number(node["real"] if isinstance(node, dict) else node)

    def find_ends(self) -> Row:
        """Return months from the moment of valuation to the ends of periods (section 1, discounting)."""
        calendar, money = self.company.calendar, self.company.plan["money"]
        dated = "valuation_date" in money
        moment = number_day(read_day(money["valuation_date"])) if dated else calendar.first
        return calendar.ends[: self.count] - moment

    def find_middles(self) -> Row:
        """Return the months at which flows of operations count (section 1, discounting)."""
        halves = self.company.plan["money"].get("discounting") == "mid_period"
        return self.find_ends() - (self.company.calendar.step / 2 if halves else 0)

    def discount(self, row: Row, *, middle: bool = False) -> Row:
        """Return the present value of each period's flow."""
        months = self.find_middles() if middle else self.find_ends()
        node = self.company.plan["money"].get("discount_rate")
        index = self.company.calendar.indices[node["index"]] if isinstance(node, dict) else "0 %/year"
        valued = float(self.company.calendar.ends[0] - self.find_ends()[0])
        year_ends = self.company.calendar.year_ends
        moved = np.array([grow_by_index(index, valued, valued + float(month), year_ends) for month in months])
        return np.asarray(row * (1 + self.rate) ** (-months / 12) / moved)

    def on_last(self, amount: float) -> Row:
        """Return a row that is nothing but an amount in the last period."""
        row = np.zeros(self.count)
        row[-1] = amount
        return row


def value_projects(worth: Worth) -> None:
    """Add the flows of the projects and of the company (section 7, flows of the projects)."""
    rows, last = worth.rows, worth.count - 1
    rows["is_last"] = worth.on_last(1)
    for of, take in (("project", worth.less), ("company", worth.plain)):
        cash, ebitda = take("unlevered_cash_flow"), take("ebitda")
        assets, capital = take("net_fixed_assets"), take("working_capital")
        rows[f"{of}_cash_flow"], rows[f"{of}_ebitda"] = cash, ebitda
        rows[f"{of}_fixed_assets"], rows[f"{of}_working_capital"] = assets, capital
        if isinstance(worth.company.plan["money"].get("terminal_value"), dict):
            rows[f"{of}_ebitda_to_date"] = np.cumsum(ebitda)
        terminal = value_end(worth, ebitda, float(assets[last] + capital[last] - worth.find_deferred(take)[last]))
        settlement = float(take("grants_receivable")[last] - take("tax_payable_unlevered")[last])
        rows[f"{of}_terminal_value"] = worth.on_last(terminal)
        rows[f"{of}_settlement"] = worth.on_last(settlement)
        rows[f"{of}_flow"] = cash + worth.on_last(terminal) + worth.on_last(settlement)
        at_end = worth.discount(worth.on_last(terminal) + worth.on_last(settlement))
        rows[f"{of}_discounted"] = worth.discount(cash, middle=True) + at_end
    rows["project_shipments"] = worth.less("shipments")
    rows["project_outlay"] = worth.less("capex") + worth.less("purchases") - worth.less("grants")
    rows["discount_factor"] = worth.discount(np.ones(worth.count))
    before = rows["project_flow"] - rows["project_terminal_value"]
    rows["project_before_terminal"] = before
    discounted = rows["project_discounted"] - worth.discount(rows["project_terminal_value"])
    rows["project_before_terminal_discounted"] = discounted
    for kind, flow in (("", before), ("_discounted", discounted)):
        rows[f"project_cumulative{kind}"] = np.cumsum(flow)
        wait_for(worth, kind, flow)


def value_end(worth: Worth, ebitda: Row, book: float) -> float:
    """Return the terminal value (section 7, flows of the projects, rule 2)."""
    terminal = worth.company.plan["money"].get("terminal_value", "none")
    if isinstance(terminal, dict):
        return read_number(terminal["multiple"]) * float(ebitda[-(12 // worth.company.calendar.step) :].sum())
    return book if terminal == "book" else 0.0


def wait_for(worth: Worth, kind: str, flow: Row) -> None:
    """Add the months of waiting until the projects are paid back (section 7, flows of the projects)."""
    calendar, projects = worth.company.calendar, worth.company.plan.get("projects", {})
    first = min((draw_curve(project)[1] for project in projects.values()), default=float(calendar.ends[-1]))
    total = np.cumsum(flow)
    below = np.flatnonzero(total < -worth.company.threshold)
    waiting = (np.arange(worth.count) <= (below[-1] if len(below) else -1)).astype(np.float64)
    months = np.clip(calendar.ends[: worth.count] - first, 0, calendar.step) * waiting
    if len(below) and below[-1] + 1 < worth.count:
        after = below[-1] + 1
        months[after] = calendar.step * -total[after - 1] / flow[after]
    worth.rows[f"waiting{kind}"], worth.rows[f"payback_months{kind}"] = waiting, months


def find_project_loans(worth: Worth) -> list[str]:
    """Return the loans that `funding` of a project names (section 7, free cash flow to equity)."""
    plan = worth.company.plan
    named = {
        source
        for name, block in plan.get("funding", {}).items()
        if name in plan.get("projects", {})
        for source in block or {}
    }
    return [name for name in worth.company.contracts if name in named]


def value_equity(worth: Worth) -> None:
    """Add free cash flow to equity (section 7, free cash flow to equity)."""
    company, rows, count = worth.company, worth.rows, worth.count
    loans = find_project_loans(worth)
    nothing = np.zeros(company.calendar.count)
    flows = {kind: sum((company.rows[f"loans.{name}.{kind}"] for name in loans), nothing) for kind in OWN}
    for kind in ("fee_amortization", "closing_revaluation", "accrued_revaluation", "closing", "accrued"):
        flows[kind] = sum((company.rows.get(f"loans.{name}.{kind}", nothing) for name in loans), nothing)
    exchange = flows["closing_revaluation"] + flows["accrued_revaluation"]
    income = company.rows["accounts.pretax_income"] + flows["interest"] + flows["fees"] + flows["fee_amortization"]
    income = income + flows["prepayment_fees"]
    for kind in ("interest_to_assets", "fees_to_assets"):
        income = income - sum((company.rows.get(f"loans.{name}.{kind}", nothing) for name in loans), nothing)
    prefix, income = "tax_without_project_debt", income + exchange + find_financing(company.rows, company.calendar)
    taxed = income - find_untaxed(company.rows, company.calendar)
    paid, payable = assess_row(company.plan, company.calendar, taxed, prefix, company.rows)
    company.rows.update(
        {f"{prefix}.pretax_income": income, f"{prefix}.tax_paid": paid, f"{prefix}.tax_payable": payable}
    )
    rows["tax_saved"] = paid[:count] - worth.plain("tax_paid")
    debt = flows["draws"] - flows["principal"] - flows["interest_paid"] - flows["fees_paid"] - flows["upfront_fee"]
    debt = debt - flows["prepayment_fees"]
    rows["debt_cash_flow"] = debt[:count] + rows["tax_saved"]
    left = (
        payable[count - 1] - worth.plain("tax_payable")[-1] - flows["closing"][count - 1] - flows["accrued"][count - 1]
    )
    rows["debt_settlement"] = worth.on_last(float(left))
    rows["fcfe_flow"] = rows["project_flow"] + rows["debt_cash_flow"] + rows["debt_settlement"]


def value_owners(worth: Worth) -> None:
    """Add what owners pay and get, less the same of the company that does nothing new (section 7, owners)."""
    rows = worth.rows
    paid, flows = [], []
    for company in (worth.company, worth.without):
        row = {name: company.rows[f"accounts.{name}"][: worth.count] for name in OWNERS}
        net = row["dividends"] - row["equity_for_projects"] - row["equity_paid_in"] - row["equity_for_cash"]
        nothing = np.zeros(worth.count)
        owed, had = (company.rows.get(f"accounts.deferred_tax_{kind}", nothing) for kind in ("liability", "asset"))
        book = row["net_fixed_assets"][-1] + row["working_capital"][-1] - owed[worth.count - 1] + had[worth.count - 1]
        end = value_end(worth, row["ebitda"], float(book))
        left = end + row["cash"][-1] + row["grants_receivable"][-1] - row["debt"][-1]
        left = float(left - row["accrued_interest"][-1] - row["tax_payable"][-1])
        paid.append(net)
        flows.append(net + worth.on_last(left))
        if company is worth.company:
            rows["owners_left"] = worth.on_last(left)
    rows["owners_paid"], rows["owners_flow"] = paid[0], flows[0]
    rows["equity_paid"], rows["equity_flow"] = paid[0] - paid[1], flows[0] - flows[1]


OWNERS = (
    "dividends",
    "equity_for_projects",
    "equity_paid_in",
    "equity_for_cash",
    "ebitda",
    "net_fixed_assets",
    "working_capital",
    "cash",
    "grants_receivable",
    "debt",
    "accrued_interest",
    "tax_payable",
)


def level_cost(worth: Worth) -> None:
    """Add the terms of the levelized cost (section 7, levelized cost)."""
    rows, company = worth.rows, worth.company
    tax = average_series(company.plan.get("tax", {}).get("rate"), company.calendar)[: worth.count]
    stock = worth.less("inventory") - worth.less("payables")
    days, period = read_days(company.plan, "receivables", company.calendar)
    km = hold_balance(worth.less("shipments"), days[: worth.count], period)
    rows["project_stock"], rows["unpaid_shipments"] = stock, km
    costs = (1 - tax) * worth.less("cash_costs") + worth.less("capex") - worth.less("grants")
    key = "tax_" if "accounts.tax_depreciation" in company.rows else ""
    costs = costs + worth.less("maintenance") - tax * worth.less(f"{key}depreciation") + stock - shift(stock)
    for name in company.plan.get("projects", {}):  # what the company without projects sells cancels out
        if f"projects.{name}.sale" in company.rows:
            price, book = (company.rows[f"projects.{name}.{of}"][: worth.count] for of in ("sale", f"{key}disposed"))
            costs = costs - price + tax * (price - book)
        gone = company.rows.get(f"projects.{name}.{key}written_off", np.zeros(worth.count))[: worth.count]
        costs = costs - tax * gone
    rows["levelized_costs"] = costs + tax * find_financing(company.rows, company.calendar, key)[: worth.count]
    rows["levelized_shipments"] = (1 - tax) * worth.less("shipments") - (km - shift(km))


def value_plan(company: Company, without: Company) -> Worth:
    """Return all rows of worth of a plan."""
    worth = Worth(company, without)
    value_projects(worth)
    value_equity(worth)
    value_owners(worth)
    level_cost(worth)
    return worth
