"""Who pays for projects and purchases (docs/conventions.md, section 5, who pays)."""

import math
import re
from typing import Any

import numpy as np

from tests.witness.capacity import Rows, add_rows
from tests.witness.dates import Calendar, Row, shift
from tests.witness.loans import Contract
from tests.witness.plan import Plan
from tests.witness.quantities import is_share, read_number, read_quantity
from tests.witness.series import Exchange

NOT_SOURCES = {"order", "include_financing_costs"}


def find_uses(name: str, rows: Rows) -> Row:
    """Return what a project or a purchase costs by period."""
    return rows[f"projects.{name}.capex"] if f"projects.{name}.capex" in rows else rows[f"plants.{name}.purchase"]


def find_planned(name: str, uses: Row, rows: Rows) -> Row:
    """Return what a project or a purchase would use by period if it were not cancelled (section 5, rule 1)."""
    return uses + rows.get(f"projects.{name}.capex_saved", np.zeros(len(uses)))


def find_mean(uses: Row, rate: Row) -> float:
    """Return the rate at which all uses come to what they are in another currency (section 5, rule 2)."""
    foreign = float((uses / rate).sum())
    return float(uses.sum()) / foreign if foreign else float(rate[0])


def open_loans(contract: Contract, calendar: Calendar) -> Row:
    """Return 1 in periods on whose last day a loan may be drawn (docs/conventions.md, section 5, rule 6)."""
    until = contract.available_until
    days = calendar.last_days
    return np.array(
        [float(contract.signed <= day < contract.matures and (until is None or day <= until)) for day in days]
    )


class Purse:
    """One source of one project: what it is asked, and what it has paid, in its own currency."""

    def __init__(self, asked: float, rate: Row, available: Row) -> None:
        """Take what is asked in the source's currency, the rate of each period, and when the source may pay."""
        self.asked, self.rate, self.available = asked, rate, available
        self.paid = np.zeros(len(rate))

    def reach(self, index: int) -> float:
        """Return the most that the source pays in a period, in the reporting currency."""
        return float(max(self.asked - float(self.paid.sum()), 0) * self.available[index] * self.rate[index])

    def pay(self, index: int, amount: float) -> float:
        """Pay an amount of the reporting currency in a period, and return it."""
        self.paid[index] += amount / self.rate[index]
        return amount


class Limits:
    """What cash and owners can pay for projects in each period, by the rows of an earlier pass (section 5, rules 11 and 12)."""

    def __init__(self, plan: Plan, known: Rows, calendar: Calendar) -> None:
        """Take what stands on cash after service, and what owners have not paid yet of their limit."""
        nothing = np.zeros(calendar.count)

        def find(name: str) -> Row:
            """Return a row of the earlier pass."""
            return known.get(f"accounts.{name}", nothing)

        opening = read_number(plan.get("opening", {}).get("cash"))
        free = shift(find("cash_free") if "accounts.cash_free" in known else find("cash"), opening)
        service = [row for path, row in known.items() if re.fullmatch(r"loans\.\w+\.service_before_funding", path)]
        lacking = [row for path, row in known.items() if path.endswith(".reserve_short")]
        stands = free + find("cfads_before_capex") - add_rows(service, calendar) - shift(add_rows(lacking, calendar))
        self.stands = stands - read_number(plan["money"].get("minimum_cash"))
        limit, self.limited = plan.get("company", {}).get("equity_limit"), "equity_limit" in plan.get("company", {})
        dated = float(find("equity_paid_in").sum())
        self.equity = np.full(calendar.count, np.inf)
        if limit is not None:
            paid = np.cumsum(find("equity_for_projects") + find("equity_for_cash"))
            self.equity = shift(read_number(limit) - dated - paid, read_number(limit) - dated)
        self.cash = nothing

    def open_project(self, late: Row) -> None:
        """Take what cash pays in place of the project's own grant off what it can pay for the project."""
        self.cash = np.maximum(self.stands - late, 0.0)

    def close_project(self, paid: Row, equity: Row) -> None:
        """Leave to later projects what one has not taken."""
        self.stands = self.stands - paid
        self.equity = self.equity - equity


class Funding:
    """The sources of all projects and purchases (docs/conventions.md, section 5)."""

    def __init__(
        self,
        plan: Plan,
        contracts: dict[str, Contract],
        exchange: Exchange,
        rows: Rows,
        costs: dict[str, Row] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Set aside what dated draws and amounts of money ask of each loan (section 5, rule 3).

        Financing costs are by project; they are uses where they are included. Limits hold what rests on cash.
        """
        self.costs = costs or {}
        self.limits = limits or Limits(plan, {}, exchange.calendar)
        self.asked: dict[tuple[str, str], float] = {}
        self.blocks: Plan = {name: block for name, block in plan.get("funding", {}).items() if block}
        self.contracts, self.exchange, self.rows = contracts, exchange, rows
        self.left = {name: contract.commitment - sum(contract.draws.values()) for name, contract in contracts.items()}
        for block in self.blocks.values():
            for source, text in block.items():
                if source in contracts and text != "rest" and not is_share(text):
                    self.left[source] -= read_number(text)

    def pay_all(self) -> None:
        """Add who pays what for every project and purchase that funding names."""
        calendar = self.exchange.calendar
        unnamed = [find_uses(name, self.rows) for name in self.list_uses() if name not in self.blocks]
        self.limits.close_project(add_rows(unnamed, calendar), np.zeros(calendar.count))
        for name in self.blocks:
            self.pay_for(name)
        for loan in self.contracts:
            named = [name for name, block in self.blocks.items() if loan in block]
            if named:
                drawn = add_rows((self.rows[f"funding.{name}.{loan}_own"] for name in named), calendar)
                self.rows[f"loans.{loan}.funded"] = drawn
        self.rows["funding.gap"] = add_rows((self.rows[f"funding.{name}.gap"] for name in self.blocks), calendar)
        for (loan, name), asked in self.asked.items():
            if name in self.costs:
                of_all = sum(part for (other, _), part in self.asked.items() if other == loan)
                of_all += sum(self.contracts[loan].draws.values())
                self.rows[f"funding.{name}.{loan}.share"] = np.full(calendar.count, asked / of_all if of_all else 0.0)
        self.rows["accounts.unfunded_uses"] = self.rows["funding.gap"] + add_rows(unnamed, calendar)

    def list_uses(self) -> list[str]:
        """Return the names of all projects and purchases."""
        return [
            path.split(".")[1] for path in self.rows if path.startswith("projects.") and path.endswith(".capex")
        ] + [path.split(".")[1] for path in self.rows if path.startswith("plants.") and path.endswith(".purchase")]

    def ask(self, source: str, text: str, uses: Row) -> float:
        """Return what a source is asked in its own currency, of uses in the reporting currency (rules 2 and 3)."""
        contract = self.contracts.get(source)
        if not is_share(text):
            amount = read_quantity(text)
            if contract is not None:
                return amount.value
            return amount.value * float(self.exchange.average(amount.currency)[0])
        if contract is None:
            return read_number(text) * float(uses.sum())
        asked = min(
            read_number(text) * float((uses / self.exchange.average(contract.currency)).sum()), self.left[source]
        )
        self.left[source] -= asked
        return asked

    def fill_purses(self, name: str, uses: Row) -> tuple[dict[str, Purse], str | None]:
        """Return the sources but the grant, and which of them pays the rest (section 5, rules 2 to 6)."""
        calendar, block, total = self.exchange.calendar, self.blocks[name], float(uses.sum())
        purses, rest, asked_of_all = {}, None, 0.0
        for source, node in block.items():
            if source in NOT_SOURCES:
                continue
            if node == "available":
                purses[source] = Purse(float("inf"), self.exchange.average(""), self.limits.cash)
                continue
            text = str(node.get("share", node.get("amount"))) if isinstance(node, dict) else str(node)
            contract = self.contracts.get(source)
            rate = self.exchange.average(contract.currency if contract else "")
            available = open_loans(contract, calendar) if contract else np.ones(calendar.count)
            if contract and contract.tested is not None and f"loans.{source}.draws_stopped" in contract.tested.rows:
                available = available * (1 - contract.tested.rows[f"loans.{source}.draws_stopped"])
            if text == "rest":
                rest = source
                purses[source] = Purse(0, rate, available)
                continue
            purses[source] = Purse(self.ask(source, text, uses), rate, available)
            asked_of_all += purses[source].asked * find_mean(uses, rate)
        if rest is not None:
            asked = max(total - asked_of_all, 0) / find_mean(uses, purses[rest].rate)
            if rest in self.contracts:
                asked = min(asked, self.left[rest])
                self.left[rest] -= asked
            purses[rest].asked = asked
        return purses, rest

    def pay_for(self, name: str) -> None:
        """Add who pays what for one project or purchase (section 5, rules 4 to 8)."""
        uses = find_uses(name, self.rows) + self.costs.get(name, 0.0)
        planned = find_planned(name, uses, self.rows)
        purses, rest = self.fill_purses(name, planned)
        grant = purses.pop("grant", None)
        path, count = f"funding.{name}", len(uses)
        left = uses.copy()
        if grant is not None:
            left = left - self.claim_grant(name, grant.asked, uses, float(planned.sum()))
        others = {source: purse for source, purse in purses.items() if source != rest}
        self.limits.open_project(self.rows.get(f"{path}.cash_for_grant", np.zeros(count)))
        for t in range(count):
            in_turn = self.blocks[name].get("order") != "pro_rata"
            paying = others if in_turn else purses
            reaches = {source: self.reach(source, purse, t) for source, purse in paying.items()}
            share = 1.0 if in_turn or sum(reaches.values()) <= 0 else min(left[t] / sum(reaches.values()), 1)
            for source, purse in paying.items():
                left[t] -= purse.pay(t, min(reaches[source] * share, left[t]))
            if rest is not None:
                reach = purses[rest].reach(t) if rest in self.contracts else left[t]
                reach = min(reach, max(self.limits.equity[t], 0.0)) if rest == "equity" else reach
                left[t] -= purses[rest].pay(t, min(reach, left[t]))
        self.write_available(name, purses, left)
        self.rows[f"{path}.uses"] = uses
        self.rows[f"{path}.gap"] = left
        if name in self.costs:
            paid = left + (purses["cash"].paid if "cash" in purses else 0.0)
            self.rows[f"{path}.cash_share"] = np.divide(paid, uses, out=np.zeros(count), where=uses != 0)
        for source, purse in purses.items():
            self.rows[f"{path}.{source}"] = purse.paid * purse.rate
            self.rows[f"{path}.{source}_to_date"] = np.cumsum(purse.paid)
            if source in self.contracts:
                self.rows[f"{path}.{source}_available"] = open_loans(self.contracts[source], self.exchange.calendar)
                self.rows[f"{path}.{source}_own"] = purse.paid
                self.asked[source, name] = purse.asked
                currency = self.contracts[source].currency
                if currency != self.exchange.home:
                    self.rows[f"{path}.uses_in_{currency}"] = planned / purse.rate

    def write_available(self, name: str, purses: dict[str, Purse], left: Row) -> None:
        """Add what cash and owners could pay in the horizon, and leave to later projects what is not taken (rules 11 and 12)."""
        path, nothing = f"funding.{name}", np.zeros(len(left))
        inside = np.arange(len(left)) < self.exchange.calendar.horizon
        if "cash" in purses and purses["cash"].asked == float("inf"):
            self.rows[f"{path}.cash_available"] = self.limits.cash * inside
        if "equity" in purses and self.limits.limited:
            self.rows[f"{path}.equity_available"] = np.maximum(self.limits.equity, 0.0)
        paid = {source: purses[source].paid if source in purses else nothing for source in ("cash", "equity")}
        late = self.rows.get(f"{path}.cash_for_grant", nothing)
        self.limits.close_project(paid["cash"] + left + late, paid["equity"])

    def reach(self, source: str, purse: Purse, index: int) -> float:
        """Return the most that a source pays in a period, within what cash and owners can pay."""
        if purse.asked == float("inf"):
            return float(self.limits.cash[index])
        return (
            min(purse.reach(index), max(float(self.limits.equity[index]), 0.0))
            if source == "equity"
            else purse.reach(index)
        )

    def claim_grant(self, name: str, asked: float, uses: Row, total: float) -> Row:
        """Add a grant as it is claimed and received, and return what pays in its place (section 5, rule 4)."""
        node: Any = self.blocks[name]["grant"]
        if f"plants.{name}.purchased.working_capital" in self.rows:
            asked = min(asked, total - float(self.rows[f"plants.{name}.purchased.working_capital"].sum()))
        claimed = uses * (asked / total if total else 0)
        if isinstance(node, dict):
            late = math.ceil(read_number(node["after"]) / self.exchange.calendar.step)
            received = np.concatenate((np.zeros(late), claimed[: len(claimed) - late]))
            self.rows[f"funding.{name}.cash_for_grant"] = claimed
            self.rows[f"funding.{name}.grant_received"] = received
        self.rows[f"funding.{name}.grant"] = claimed
        return claimed


def find_last_draw(plan: Plan, loan: str, rows: Rows, calendar: Calendar) -> Any:
    """Return the end of the period of the last spending that a loan pays for (section 4, fees, rule 2)."""
    named = [name for name, block in plan.get("funding", {}).items() if block and loan in block]
    spent = [index for name in named for index in np.flatnonzero(find_uses(name, rows))]
    return calendar.last_days[max(spent)] if spent else None
