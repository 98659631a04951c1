"""Loans, income and tax from period to period (docs/conventions.md, sections 4 and 6)."""

from collections import defaultdict
from datetime import date

import numpy as np

from tests.witness.assets import find_untaxed
from tests.witness.capacity import Rows
from tests.witness.dates import Row, read_day
from tests.witness.ledger import Ledger
from tests.witness.plan import Plan
from tests.witness.quantities import read_number, read_quantity
from tests.witness.series import Exchange, average_series
from tests.witness.tax import Taxpayer

OWN = (
    "draws",
    "interest",
    "fees",
    "interest_paid",
    "fees_paid",
    "capitalized",
    "upfront_fee",
    "scheduled",
    "principal",
    "prepayment_fees",
)
ACCRUED = {"interest", "fees"}


class Income:
    """Keeps loans, income and tax from period to period (docs/conventions.md, sections 4 and 6)."""

    def __init__(self, plan: Plan, ledgers: dict[str, Ledger], exchange: Exchange, rows: Rows) -> None:
        """Take rows of trading, assets and funding, and loans on which what is planned is known."""
        self.plan, self.ledgers, self.exchange, self.rows = plan, ledgers, exchange, rows
        self.calendar = exchange.calendar
        company = plan.get("company", {})
        self.minimum = read_number(plan["money"].get("minimum_cash"))
        gap = company.get("gap", ["revolver"])
        self.gap = [gap] if isinstance(gap, str) else gap
        self.ranks = sorted({ledger.contract.rank for ledger in ledgers.values()})
        ranked = sorted(ledgers, key=lambda name: ledgers[name].contract.rank)
        self.revolvers = [name for name in ranked if ledgers[name].contract.style == "revolver"]
        self.sweeps = [name for name in ranked if "sweep" in ledgers[name].contract.block]
        nothing = np.zeros(exchange.calendar.count)
        self.sales = rows.get("accounts.asset_sales", nothing)
        self.untaxed = find_untaxed(rows, exchange.calendar, financed=True)
        self.deferred = rows.get("accounts.deferred_tax", nothing)
        self.equity = self.date_amounts(company.get("equity", {}))
        self.dividends = self.date_amounts(company.get("dividends", {}))
        self.cells: dict[str, Row] = defaultdict(lambda: np.zeros(self.calendar.count))
        self.taxpayer = Taxpayer(plan, self.calendar)
        self.cash = read_number(plan.get("opening", {}).get("cash"))
        self.earned = self.open_earnings()
        self.on_cash, self.on_overdraft = (
            average_series(plan["money"].get(f"interest_on_{kind}"), exchange.calendar) * exchange.calendar.years
            for kind in ("cash", "overdraft")
        )

    def date_amounts(self, block: dict[str, str]) -> Row:
        """Return dated amounts by period, translated at the average rate."""
        amounts = np.zeros(self.calendar.count + 1)
        for key, text in block.items():
            amount = read_quantity(text)
            index = self.calendar.find(read_day(key))
            amounts[index] += amount.value * self.exchange.average(amount.currency)[index]
        amounts[self.calendar.horizon :] = 0
        return amounts

    def open_earnings(self) -> float:
        """Return the retained earnings that balance what the plan opens with (section 3, opening balances)."""
        opening, eve = self.plan.get("opening", {}), self.calendar.eve
        fixed = opening.get("fixed_assets", "0")
        value = read_number(fixed["value"] if isinstance(fixed, dict) else fixed)
        value += sum(read_number(opening.get(item)) for item in ("cash", "receivables", "inventory", "other_assets"))
        value -= sum(read_number(opening.get(item)) for item in ("payables", "other_liabilities"))
        self.fees_left: dict[str, float] = {}
        for name, ledger in self.ledgers.items():
            ledger.advance(eve)
            rate = self.exchange.on_day(ledger.contract.currency, eve)
            value -= (ledger.owed + ledger.interest + ledger.fees) * rate
            self.fees_left[name] = self.defer_fee(name, -1, eve)
            value += self.fees_left[name]
        return value

    def defer_fee(self, name: str, index: int, day: date) -> float:
        """Return what is left of a loan's upfront fee at the end of a period (section 4, fees, rule 5)."""
        ledger = self.ledgers[name]
        contract = ledger.contract
        left = max((contract.matures - day).days, 0) / (contract.matures - contract.signed).days
        left = left if day >= contract.signed else 0.0
        paid_now = 0.0
        if contract.style == "sculpted" and not contract.is_unlevered and index >= 0:
            before = self.calendar.last_days[index - 1] if index else self.calendar.eve
            paid_now = ledger.sum_between(
                "scheduled", before, day
            )  # opening + draws + capitalized (section 4, principal, rule 5)
        live = float(not ledger.idle and (ledger.owed + paid_now > 0.005 or day < ledger.last_draw))
        paid = sum(fee * self.exchange.on_day(contract.currency, on) for on, fee in ledger.flows["upfront_fee"].items())
        into = self.rows.get(f"loans.{name}.upfront_fee_to_assets")
        paid -= float(into[: index + 1].sum()) if into is not None else 0.0
        if index >= 0:
            self.put(f"loans.{name}.fee_left", index, left)
            self.put(f"loans.{name}.live", index, live)
            self.put(f"loans.{name}.deferred_fee", index, paid * left * live)
        return paid * left * live

    def find_share_in_assets(self, name: str) -> float:
        """Return the share of a loan's upfront fee that assets bear (section 5, financing costs)."""
        ledger, into = self.ledgers[name], self.rows.get(f"loans.{name}.upfront_fee_to_assets")
        currency = ledger.contract.currency
        paid = sum(fee * self.exchange.on_day(currency, day) for day, fee in ledger.flows["upfront_fee"].items())
        return float(into.sum()) / paid if into is not None and paid else 0.0

    def put(self, path: str, index: int, value: float) -> None:
        """Write a value of a row."""
        self.cells[path][index] = value

    def amortize_fee(self, name: str, index: int, day: date) -> None:
        """Add what a period bears of an upfront fee (section 4, fees, rule 5)."""
        before = self.fees_left[name]
        self.fees_left[name] = self.defer_fee(name, index, day)
        start = self.calendar.last_days[index - 1] if index else self.calendar.eve
        paid = self.translate(name, "upfront_fee", index, start, day)
        into = self.rows.get(f"loans.{name}.upfront_fee_to_assets")
        paid -= float(into[index]) if into is not None else 0.0
        self.put(f"loans.{name}.fee_amortization", index, before + paid - self.fees_left[name])

    def translate(self, name: str, kind: str, index: int, after: date, until: date) -> float:
        """Return a period's flow of a loan in the reporting currency (section 6, other currencies, rule 5)."""
        ledger, currency = self.ledgers[name], self.ledgers[name].contract.currency
        average = float(self.exchange.average(currency)[index])
        if kind in ACCRUED:
            return ledger.sum_between(kind, after, until) * average
        total = 0.0
        for day, amount in ledger.flows[kind].items():
            if after < day <= until:
                total += amount * self.exchange.on_day(currency, day)
        if kind == "draws" and f"loans.{name}.funded" in self.rows:
            funded = float(self.rows[f"loans.{name}.funded"][index])
            total += funded * (average - self.exchange.on_day(currency, until))
        return total

    def earn(self, index: int, before: date, day: date) -> None:
        """Add a period's income and tax (section 6, income and tax)."""
        total = dict.fromkeys((*OWN, "exchange_result", "fee_amortization"), 0.0)
        for name, ledger in self.ledgers.items():
            values = {kind: self.translate(name, kind, index, before, day) for kind in OWN}
            for kind, value in values.items():
                self.put(f"loans.{name}.{kind}", index, value)
                total[kind] += value
            total["fee_amortization"] += self.cells[f"loans.{name}.fee_amortization"][index]
            if ledger.contract.currency not in {"", self.exchange.home}:
                total["exchange_result"] -= self.revalue(name, index, before, day, values)
        interest, fees = total["interest"], total["fees"] + total["fee_amortization"] + total["prepayment_fees"]
        pretax = self.rows["accounts.ebit"][index] - interest - fees + total["exchange_result"]
        pretax += self.rows["accounts.interest_to_assets"][index] + self.rows["accounts.fees_to_assets"][index]
        self.put("accounts.interest_on_cash", index, float(self.on_cash[index]) * max(self.cash, 0))
        self.put("accounts.interest_on_overdraft", index, float(self.on_overdraft[index]) * max(-self.cash, 0))
        pretax += self.earn_on_cash(index)
        self.put("accounts.exchange_result", index, total["exchange_result"])
        self.put("accounts.pretax_income", index, pretax)
        self.put("accounts.tax", index, self.taxpayer.assess(index, pretax - float(self.untaxed[index])))
        self.put("accounts.tax_paid", index, self.taxpayer.paid[index])
        self.put("accounts.tax_payable", index, self.taxpayer.payables[index])
        self.put("accounts.net_income", index, pretax - self.taxpayer.taxes[index] - float(self.deferred[index]))

    def earn_on_cash(self, index: int) -> float:
        """Return interest on cash less interest on what is below zero (section 6, interest on cash)."""
        earned, charged = (self.cells[f"accounts.interest_on_{kind}"][index] for kind in ("cash", "overdraft"))
        return float(earned - charged)

    def revalue(self, name: str, index: int, before: date, day: date, flows: dict[str, float]) -> float:
        """Add what new rates change of a loan in another currency (section 6, other currencies, rule 6)."""
        ledger, currency = self.ledgers[name], self.ledgers[name].contract.currency
        start, end = self.exchange.on_day(currency, before), self.exchange.on_day(currency, day)
        moves = {kind: ledger.sum_between(kind, before, day) for kind in OWN}
        owed_before = ledger.owed - moves["draws"] - moves["capitalized"] + moves["principal"]
        accrued = ledger.interest + ledger.fees
        paid = moves["interest_paid"] + moves["fees_paid"] + moves["capitalized"]
        accrued_before = accrued - moves["interest"] - moves["fees"] + paid
        closing = ledger.owed * end - owed_before * start - flows["draws"] - flows["capitalized"] + flows["principal"]
        moved = flows["interest"] + flows["fees"] - flows["interest_paid"] - flows["fees_paid"] - flows["capitalized"]
        accruals = accrued * end - accrued_before * start - moved
        self.put(f"loans.{name}.closing_revaluation", index, closing)
        self.put(f"loans.{name}.accrued_revaluation", index, accruals)
        return closing + accruals

    def count_payments(self, name: str, index: int) -> int:
        """Return the number of payment dates after signing in a period."""
        ledger = self.ledgers[name]
        after = [day for day in ledger.dates if day > ledger.contract.signed]
        return sum(self.calendar.find(day) == index for day in after) if not ledger.idle else 0

    def close_loan(self, name: str, index: int, before: date, day: date) -> None:
        """Add what is owed at a period's end, and the rows of payment dates (section 4, rows)."""
        ledger, path = self.ledgers[name], f"loans.{name}"
        rate = self.exchange.on_day(ledger.contract.currency, day)
        self.put(f"{path}.closing", index, ledger.owed * rate)
        self.put(f"{path}.accrued", index, (ledger.interest + ledger.fees) * rate)
        years = ledger.sum_between("years", before, day)
        weighed = ledger.sum_between("rate_years", before, day)
        self.put(f"{path}.period_rate", index, weighed / years if years else 0.0)
        self.put(f"{path}.pays", index, self.count_payments(name, index))
        paid = sum(ledger.sum_between(kind, before, day) for kind in ("interest_paid", "fees_paid", "scheduled"))
        self.put(f"{path}.has_payment", index, float(self.cells[f"{path}.pays"][index] > 0 and paid > 0.005))
        if ledger.contract.currency in {"", self.exchange.home}:
            return
        for kind in OWN:
            self.put(f"{path}.own.{kind}", index, ledger.sum_between(kind, before, day))
        spread = 1 - self.find_share_in_assets(name)
        paid_in = sum(ledger.flows["upfront_fee"].values()) * spread
        for item in ("fee_left", "live"):
            self.put(f"{path}.own.{item}", index, self.cells[f"{path}.{item}"][index])
        left = paid_in * self.cells[f"{path}.fee_left"][index] * self.cells[f"{path}.live"][index]
        self.put(f"{path}.own.deferred_fee", index, left)
        earlier = self.cells[f"{path}.own.deferred_fee"][index - 1] if index else 0.0
        amortized = earlier + ledger.sum_between("upfront_fee", before, day) * spread - left
        self.put(f"{path}.own.fee_amortization", index, amortized)
        self.put(f"{path}.own.closing", index, ledger.owed)
        self.put(f"{path}.own.accrued", index, ledger.interest + ledger.fees)
