"""The three statements with financing: income below ebit, cash flow, balance sheet, debt service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.rows import Row, Sheet, total
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash import EQUITY
from fibercap.model.facilities import paid_row, short_text
from fibercap.model.operations import added, sum_row
from fibercap.model.owners import earned_before
from fibercap.model.prepayments import prepaid_text, prepays
from fibercap.model.tax import paid_row as tax_paid_row
from fibercap.model.tax import tax_rows

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.cash import Moves
    from fibercap.model.plan import Plan


OWNED: Final = (
    "cash", "receivables", "grants_receivable", "inventory", "construction_in_progress", "net_fixed_assets",
    "deferred_fees", "other_assets",
)  # fmt: skip
OWED: Final = (
    "payables", "tax_payable", "accrued_interest", "debt", "other_liabilities", "paid_in_capital", "retained_earnings",
)  # fmt: skip


class Accounts:
    """Writes `accounts.` rows of one plan on one sheet."""

    def __init__(self, sheet: Sheet, plan: Plan) -> None:
        self.sheet, self.plan, self.money = sheet, plan, plan.currency

    def at(self, key: str) -> Array:
        """Return the value of `accounts.<key>`."""
        return self.sheet.value(f"accounts.{key}")

    def put(self, key: str, label: str, nature: str, text: str, value: Array, before: str = "0") -> Array:
        """Write `accounts.<key>`; in the text, `[name]` stands for `{accounts.name}`."""
        text, before = (t.replace("[", "{accounts.").replace("]", "}") for t in (text, before))
        return self.sheet.put(Row(f"accounts.{key}", label, self.money, nature, text, before), value)

    def of_loans(self, key: str, label: str, nature: str, row: str) -> Array:
        """Write the sum of one row over the loans."""
        paths = [f"loans.{name}.{row}" for name in self.plan.loans]
        return sum_row(self.sheet, f"accounts.{key}", label, self.money, nature, paths)

    def where_written(self, key: str, label: str, row: str) -> Array:
        """Write the sum of one row over the loans that have it."""
        paths = [path for name in self.plan.loans if (path := f"loans.{name}.{row}") in self.sheet]
        return sum_row(self.sheet, f"accounts.{key}", label, self.money, FLOW, paths)

    def put_into_assets(self, key: str) -> Array:
        """Write what loans cost that goes into assets."""
        label = f"{key.replace('_', ' ').capitalize()} put into assets"
        return self.where_written(f"{key}_to_assets", label, f"{key}_to_assets")

    def income(self) -> None:
        """Write income below ebit: interest and fees as they accrue, tax, net income."""
        whole = self.of_loans("interest_accrued", "Interest accrued", FLOW, "interest")
        accrued = self.of_loans("recurring_fees", "Recurring fees accrued", FLOW, "fees")
        built = {key: self.put_into_assets(key) for key in ("interest", "fees", "upfront_fee")}
        text = "[interest_accrued] - [interest_to_assets]"
        interest = self.put("interest_expense", "Interest expense", FLOW, text, whole - built["interest"])
        spread = self.of_loans("fee_amortization", "Upfront fees expensed", FLOW, "fee_amortization")
        text = "[recurring_fees] - [fees_to_assets] + [fee_amortization]"
        fees = self.put("fee_expense", "Fee expense", FLOW, text, accrued - built["fees"] + spread)
        foreign = [name for name in self.plan.loans if self.plan.loan_currency(name) != self.plan.currency]
        rows = [f"loans.{name}.{of}_revaluation" for name in foreign for of in ("closing", "accrued")]
        text = f"-({total(rows)})" if rows else "0"
        result = self.put("exchange_result", "Exchange result", FLOW, text, -added(self.sheet, rows))
        pretax = self.at("ebit") - interest - fees + result
        text = "[ebit] - [interest_expense] - [fee_expense] + [exchange_result]"
        pretax = self.put("pretax_income", "Pretax income", FLOW, text, pretax)
        income = ("{accounts.pretax_income}", pretax)
        tax = tax_rows(self.sheet, self.plan, "tax", "Tax", income)
        tax = self.put("tax", "Tax", FLOW, "{tax.tax}", tax)
        self.put("net_income", "Net income", FLOW, "[pretax_income] - [tax]", pretax - tax)
        tax_paid_row(self.sheet, self.plan, "accounts.tax_paid", "Tax paid", ("{accounts.tax}", tax))
        owed = np.cumsum(tax - self.at("tax_paid"), axis=-1)
        self.put("tax_payable", "Tax payable", STOCK, "[tax_payable@-1] + [tax] - [tax_paid]", owed)

    def operating(self) -> Array:
        """Write the operating cash flow, from net income by its adjustments."""
        self.of_loans("accrued_interest", "Interest and fees owed", STOCK, "accrued")
        paid = self.of_loans("interest_paid", "Interest paid", FLOW, "interest_paid")
        fees = self.of_loans("fees_paid", "Recurring fees paid", FLOW, "fees_paid")
        added_on = self.of_loans("capitalized_interest", "Interest capitalized", FLOW, "capitalized")
        unpaid = self.at("interest_accrued") + self.at("recurring_fees") - paid - fees - added_on
        text = "[interest_accrued] + [recurring_fees] - [interest_paid] - [fees_paid] - [capitalized_interest]"
        unpaid = self.put("accrued_less_paid", "Interest and fees accrued less paid", FLOW, text, unpaid)
        owed = self.at("tax") - self.at("tax_paid")
        owed = self.put("tax_payable_increase", "Increase of tax payable", FLOW, "[tax] - [tax_paid]", owed)
        value = self.at("net_income") + self.at("depreciation") + self.at("fee_amortization") + unpaid + added_on + owed
        value = value - self.at("exchange_result") - self.at("working_capital_increase")
        text = "[net_income] + [depreciation] + [fee_amortization] + [accrued_less_paid] + [capitalized_interest]"
        text += " - [exchange_result] + [tax_payable_increase] - [working_capital_increase]"
        return self.put("operating_cash_flow", "Operating cash flow", FLOW, text, value)

    def investing(self) -> Array:
        """Write the investing cash flow."""
        built = [f"accounts.{key}_to_assets" for key in ("interest", "fees", "upfront_fee")]
        built_value = sum_row(
            self.sheet, "accounts.financing_costs", "Financing costs of projects", self.money, FLOW, built
        )
        value = self.at("grants") - self.at("capex") - self.at("purchases") - self.at("maintenance") - built_value
        text = "[grants] - [capex] - [purchases] - [maintenance] - [financing_costs]"
        return self.put("investing_cash_flow", "Investing cash flow", FLOW, text, value)

    def financing(self, before: Array, moves: Moves) -> None:
        """Write the financing cash flow and closing cash; `before` is the operating and investing flow together."""
        plan, sheet = self.plan, self.sheet
        draws = self.of_loans("draws", "Loans drawn", FLOW, "draws")
        principal = self.of_loans("principal", "Principal repaid", FLOW, "principal")
        whole = self.of_loans("upfront_fees_paid", "Upfront fees paid", FLOW, "upfront_fee")
        text = "[upfront_fees_paid] - [upfront_fee_to_assets]"
        upfront = self.put("upfront_fees", "Upfront fees", FLOW, text, whole - self.at("upfront_fee_to_assets"))
        owners = self.at("equity_for_projects") + self.at("equity_paid_in")
        value = draws - principal - upfront + owners - self.at("dividends")
        opening, least = plan.opening.cash, plan.money.minimum_cash
        called: Array = np.zeros(sheet.length) if moves.equity is None else moves.equity
        if moves.equity is None and EQUITY in plan.lifts:
            short = least - (opening + np.cumsum(before + value, axis=-1))
            ever = np.maximum(np.maximum.accumulate(short, axis=-1), 0.0)
            called = np.diff(ever, axis=-1, prepend=0.0)
            called[..., plan.timeline.within :] = 0.0
        cash = opening + np.cumsum(before + value + called, axis=-1)
        self.in_order(moves, cash - called)
        text = short_text(sheet, plan, EQUITY) if EQUITY in plan.lifts else "0"
        sheet.after_horizon("accounts.equity_for_cash", "0")
        called = self.put("equity_for_cash", "Equity called to hold cash", FLOW, text, called)
        text = "[draws] - [principal] - [upfront_fees] + [equity_for_projects] + [equity_paid_in] - [dividends]"
        self.put("financing_cash_flow", "Financing cash flow", FLOW, f"{text} + [equity_for_cash]", value + called)
        text = "[cash@-1] + [operating_cash_flow] + [investing_cash_flow] + [financing_cash_flow]"
        start = sheet.give("inputs.opening.cash", self.money, opening)
        self.put("cash", "Cash", STOCK, text, cash, start)

    def in_order(self, moves: Moves, unlifted: Array) -> None:
        """Write cash after scheduled service, and before anyone lifts it; `unlifted` is closing cash without owners."""
        plan, terms = self.plan, []
        for name, loan in plan.loans.items():
            drawn = "known_draws" if loan.needs_cash else "draws"
            terms.append(f" + {{loans.{name}.{drawn}}} - {{loans.{name}.scheduled}}")
        paid_by_cash = sum(moves.paid.values(), start=np.zeros(self.sheet.length))
        dated = self.prepaid()
        before_gap = unlifted - sum(moves.called.values(), start=np.zeros(self.sheet.length))
        text = "[cash@-1] + [operating_cash_flow] + [investing_cash_flow] - [upfront_fees] + [equity_for_projects]"
        text += " + [equity_paid_in]" + "".join(terms)
        value = before_gap + self.at("dividends") + paid_by_cash + dated
        self.put("cash_after_service", "Cash after scheduled debt service", STOCK, text, value)
        rows = "".join(f" - {{{paid_row(plan, name)}}}" for name in moves.paid)
        rows += " - [prepayments]" if prepays(plan) else ""
        text = f"[cash_after_service]{rows} - [dividends]"
        self.put("cash_before_gap", "Cash before it is lifted", STOCK, text, before_gap)

    def prepaid(self) -> Array:
        """Write what is prepaid on dates; no row where there are no prepayments."""
        plan, names = self.plan, prepays(self.plan)
        value = np.zeros(self.sheet.length)
        for name in names:
            whole = "known_principal" if plan.loans[name].needs_cash else "principal"
            value = value + self.sheet.value(f"loans.{name}.{whole}") - self.sheet.value(f"loans.{name}.scheduled")
        if not names:
            return value
        text = " + ".join(prepaid_text(plan, name) for name in names)
        return self.put("prepayments", "Dated prepayments of loans", FLOW, text, value)

    def balance(self) -> None:
        """Write the balance sheet; what is owned and what is owed are added up apart, retained earnings from income."""
        opening, give = self.plan.opening, self.sheet.give
        self.of_loans("deferred_fees", "Deferred fees", STOCK, "deferred_fee")
        self.of_loans("debt", "Debt", STOCK, "closing")
        flat = np.zeros(self.sheet.length)
        for key in ("other_assets", "other_liabilities"):
            start = give(f"inputs.opening.{key}", self.money, getattr(opening, key))
            self.put(key, key.replace("_", " ").capitalize(), STOCK, start, getattr(opening, key) + flat, start)
        owned = [f"accounts.{key}" for key in OWNED]
        self.put("total_assets", "Total assets", STOCK, total(owned), added(self.sheet, owned))
        paid_in = np.cumsum(self.at("equity_for_projects") + self.at("equity_paid_in") + self.at("equity_for_cash"), -1)
        text = "[paid_in_capital@-1] + [equity_for_projects] + [equity_paid_in] + [equity_for_cash]"
        self.put("paid_in_capital", "Paid-in capital", STOCK, text, paid_in)
        earned = self.at("net_income") - self.at("dividends")
        before, text = self._earned_before()
        start = give("opening.retained_earnings", self.money, before, formula=text)
        text = "[retained_earnings@-1] + [net_income] - [dividends]"
        self.put("retained_earnings", "Retained earnings", STOCK, text, before + np.cumsum(earned, -1), start)
        owed = [f"accounts.{key}" for key in OWED]
        value = added(self.sheet, owed)
        self.put("total_liabilities_and_equity", "Liabilities and equity", STOCK, total(owed), value)

    def _earned_before(self) -> tuple[Array, str]:
        """Return retained earnings at the horizon's start, the figure that balances the opening sheet; and formula."""
        opening = self.plan.opening
        had = [
            "cash",
            "receivables",
            "inventory",
            "other_assets",
            *(["fixed_assets.value"] if opening.fixed_assets else []),
        ]
        text = " + ".join(f"{{inputs.opening.{key}}}" for key in had)
        text += " - {inputs.opening.payables} - {inputs.opening.other_liabilities}"
        for name in self.plan.loans:
            first = f"loans.{name}"
            for sign, key in (("+", "deferred_fee"), ("-", "closing"), ("-", "accrued")):
                text += f" {sign} ({self.sheet.rows[f'{first}.{key}'].before})"
        return earned_before(self.sheet, self.plan, self.plan.loans), text

    def debt_service(self) -> None:
        """Write cash flow available for debt service, and the service that it has to cover.

        Source
        ------
        docs/conventions.md, section 6: capex that cash pays is taken off CFADS, and financing costs that funding pays
        are no service.
        """
        cfads = self.at("ebitda") - self.at("tax_paid") - self.at("working_capital_increase") - self.at("maintenance")
        text = "[ebitda] - [tax_paid] - [working_capital_increase] - [maintenance]"
        cfads = self.put("cfads_before_capex", "CFADS before capex paid by cash", FLOW, text, cfads)
        text = "[cfads_before_capex] - [self_funded_capex]"
        label = "Cash flow available for debt service"
        self.put("cfads", label, FLOW, text, cfads - self.at("self_funded_capex"))
        paid = [f"loans.{name}.scheduled" for name, loan in self.plan.loans.items() if not loan.revolves]
        scheduled = sum_row(self.sheet, "accounts.scheduled_principal", "Scheduled principal", self.money, FLOW, paid)
        funded = self.where_written("service_funded", "Interest and fees paid by funding", "service_funded")
        service = self.at("interest_paid") + self.at("fees_paid") + scheduled - funded
        text = "[interest_paid] + [fees_paid] + [scheduled_principal] - [service_funded]"
        self.put("debt_service", "Debt service", FLOW, text, service)
        funded = self.where_written("interest_funded", "Interest accrued that funding pays", "interest_funded")
        text = "[interest_accrued] - [interest_funded]"
        label = "Interest accrued that funding does not pay"
        self.put("interest_to_cover", label, FLOW, text, self.at("interest_accrued") - funded)


def account_rows(sheet: Sheet, plan: Plan, moves: Moves) -> None:
    """Write income below ebit, cash flow, balance sheet and debt service."""
    books = Accounts(sheet, plan)
    books.income()
    before = books.operating() + books.investing()
    books.financing(before, moves)
    books.balance()
    books.debt_service()
