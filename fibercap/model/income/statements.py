"""The three statements with financing: income below ebit, cash flow, balance sheet, debt service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.interest_on_cash import interest_on_cash_rows
from fibercap.model.cash.order_of_cash import EQUITY, cash_decides, repaid_row
from fibercap.model.cash.owners import called_text
from fibercap.model.income.deferred_tax import taxable_text
from fibercap.model.income.opening_earnings import opening_earnings_text
from fibercap.model.income.operations import sum_row
from fibercap.model.income.tax import tax_paid_row, tax_rows
from fibercap.model.loans.facilities import short_text
from fibercap.model.loans.prepayments import prepayment_fees_row, prepayments_row, prepays

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

OWNED: Final = (
    "cash", "receivables", "grants_receivable", "inventory", "construction_in_progress", "net_fixed_assets",
    "deferred_fees", "deferred_tax_asset", "other_assets",
)  # fmt: skip
OWED: Final = (
    "payables", "tax_payable", "deferred_tax_liability", "accrued_interest", "debt", "other_liabilities",
    "paid_in_capital", "retained_earnings",
)  # fmt: skip


def _in_full(formula: str) -> str:
    """Return a formula with `{accounts.name}` where it says `[name]`."""
    return formula.replace("[", "{accounts.").replace("]", "}")


class Accounts:
    """Writes `accounts.` rows of one plan on one sheet."""

    def __init__(self, sheet: Sheet, plan: Plan) -> None:
        self.sheet, self.plan, self.money = sheet, plan, plan.currency

    def value_of(self, key: str) -> Array:
        """Return the value of `accounts.<key>`."""
        return self.sheet.value(f"accounts.{key}")

    def _if_written(self, sign: str, *keys: str) -> str:
        """Return the text that adds or subtracts those rows of accounts that are written."""
        return "".join(f"{sign}[{key}]" for key in keys if f"accounts.{key}" in self.sheet)

    def line(self, key: str, label: str, formula: str, nature: str = FLOW, before: str = "0") -> Array:
        """Write `accounts.<key>`, computed from its formula; return its values, (..., period). [money]

        Parameters
        ----------
        key, label, nature : str
            Last part of the path, words for readers, and flow, stock or rate.
        formula, before : str
            Formulas of the periods and of the day before them; `[name]` stands for `{accounts.name}`.
        """
        return self.sheet.line(Row(f"accounts.{key}", label, self.money, nature, _in_full(formula), before))

    def write_balance(self, key: str, label: str, change: str, before: str = "0") -> Array:
        """Write the balance `accounts.<key>` from its change in each period; return it, (..., period). [money]

        Parameters
        ----------
        key, label : str
            Last part of the path, and words for readers.
        change, before : str
            Formulas of the change, and of the balance on the day before the first period.
        """
        return self.sheet.write_balance(f"accounts.{key}", label, self.money, _in_full(change), before=before)

    def put(self, key: str, label: str, nature: str, text: str, value: Array | None) -> Array:
        """Write `accounts.<key>` with values that are computed elsewhere; return them, (..., period). [money]

        Parameters
        ----------
        key, label, nature, text : str
            Last part of the path, words for readers, flow or stock, and the formula.
        value : (..., period) or None
            Values of the formula [money]; None if they are computed later, together with cash.
        """
        return self.sheet.put(Row(f"accounts.{key}", label, self.money, nature, _in_full(text)), value)

    def of_loans(self, key: str, label: str, nature: str, row: str) -> Array:
        """Write `accounts.<key>`, the sum of one row over all loans; return it, (..., period). [money]

        Parameters
        ----------
        key, label, nature : str
            Last part of the path, words for readers, and flow or stock.
        row : str
            The row to add up, such as `interest` of `loans.<l>.interest`.
        """
        paths = [f"loans.{name}.{row}" for name in self.plan.loans]
        return sum_row(self.sheet, f"accounts.{key}", label, self.money, nature, paths)

    def of_loans_with_row(self, key: str, label: str, row: str) -> Array:
        """Write `accounts.<key>`, the sum of a flow over the loans that have the row; return it, (..., period). [money]

        Parameters
        ----------
        key, label, row : str
            As for `of_loans`.
        """
        paths = [path for name in self.plan.loans if (path := f"loans.{name}.{row}") in self.sheet]
        return sum_row(self.sheet, f"accounts.{key}", label, self.money, FLOW, paths)

    def capitalized_cost(self, key: str) -> Array:
        """Write the part of a cost of loans that is capitalized; return it, (..., period). [money]"""
        label = f"{key.replace('_', ' ').capitalize()} put into assets"
        return self.of_loans_with_row(f"{key}_to_assets", label, f"{key}_to_assets")

    def income(self) -> None:
        """Write income below ebit: interest and fees as they accrue, tax, net income."""
        self.of_loans("interest_accrued", "Interest accrued", FLOW, "interest")
        self.of_loans("recurring_fees", "Recurring fees accrued", FLOW, "fees")
        for key in ("interest", "fees", "upfront_fee"):
            self.capitalized_cost(key)
        self.line("interest_expense", "Interest expense", "[interest_accrued] - [interest_to_assets]")
        self.of_loans("fee_amortization", "Upfront fees expensed", FLOW, "fee_amortization")
        prepayment_fees_row(self.sheet, self.plan)
        text = "[recurring_fees] - [fees_to_assets] + [fee_amortization]" + self._if_written(" + ", "prepayment_fees")
        self.line("fee_expense", "Fee expense", text)
        foreign = [name for name in self.plan.loans if self.plan.loan_currency(name) != self.plan.currency]
        rows = [f"loans.{name}.{of}_revaluation" for name in foreign for of in ("closing", "accrued")]
        self.line("exchange_result", "Exchange result", f"-({total(rows)})" if rows else "0")
        on_cash = "".join(f" {sign} {{{row}}}" for row, sign in interest_on_cash_rows(self.sheet, self.plan).items())
        text = f"[ebit] - [interest_expense] - [fee_expense]{on_cash} + [exchange_result]"
        self.line("pretax_income", "Pretax income", text)
        tax_rows(self.sheet, self.plan, "tax", "Tax", taxable_text(self.sheet, self.plan, "{accounts.pretax_income}"))
        self.line("tax", "Tax", "{tax.tax}")
        self.line("net_income", "Net income", f"[pretax_income] - [tax]{self._if_written(' - ', 'deferred_tax')}")
        tax_paid_row(self.sheet, self.plan, "accounts.tax_paid", "Tax paid", "accounts.tax")
        self.write_balance("tax_payable", "Tax payable", "[tax] - [tax_paid]")

    def operating(self) -> Array:
        """Write the operating cash flow: net income and its adjustments."""
        self.of_loans("accrued_interest", "Interest and fees owed", STOCK, "accrued")
        self.of_loans("interest_paid", "Interest paid", FLOW, "interest_paid")
        self.of_loans("fees_paid", "Recurring fees paid", FLOW, "fees_paid")
        self.of_loans("capitalized_interest", "Interest capitalized", FLOW, "capitalized")
        text = "[interest_accrued] + [recurring_fees] - [interest_paid] - [fees_paid] - [capitalized_interest]"
        self.line("accrued_less_paid", "Interest and fees accrued less paid", text)
        self.line("tax_payable_increase", "Increase of tax payable", "[tax] - [tax_paid]")
        text = "[net_income] + [depreciation] + [fee_amortization] + [accrued_less_paid] + [capitalized_interest]"
        text += " - [exchange_result] + [tax_payable_increase] - [working_capital_increase]"
        text += self._if_written(" - ", "gain_on_sales")
        text += self._if_written(" + ", "write_offs", "deferred_tax", "prepayment_fees")
        return self.line("operating_cash_flow", "Operating cash flow", text)

    def investing(self) -> Array:
        """Write the investing cash flow."""
        built = [f"accounts.{key}_to_assets" for key in ("interest", "fees", "upfront_fee")]
        sum_row(self.sheet, "accounts.financing_costs", "Financing costs of projects", self.money, FLOW, built)
        text = "[grants] - [capex] - [purchases] - [maintenance] - [financing_costs]"
        text += self._if_written(" + ", "asset_sales")
        return self.line("investing_cash_flow", "Investing cash flow", text)

    def financing(self, before: Array) -> None:
        """Write the financing cash flow and closing cash; `before` is the operating and investing flow together."""
        plan, sheet = self.plan, self.sheet
        draws = self.of_loans("draws", "Loans drawn", FLOW, "draws")
        principal = self.of_loans("principal", "Principal repaid", FLOW, "principal")
        self.of_loans("upfront_fees_paid", "Upfront fees paid", FLOW, "upfront_fee")
        upfront = self.line("upfront_fees", "Upfront fees", "[upfront_fees_paid] - [upfront_fee_to_assets]")
        if cash_decides(plan):  # these rows are computed later, with all others that depend on cash
            self.cash_rows(None, None)
        else:
            owners = self.value_of("equity_for_projects") + self.value_of("equity_paid_in")
            flow = before + (draws - principal - upfront + owners - self.value_of("dividends"))
            flow = flow - self.value_of("prepayment_fees") if "accounts.prepayment_fees" in sheet else flow
            called = self.equity_call(flow)
            self.cash_rows(plan.opening.cash + np.cumsum(flow + called, axis=-1) - called, called)
        text = f"[draws] - [principal] - [upfront_fees]{self._if_written(' - ', 'prepayment_fees')}"
        text += " + [equity_for_projects] + [equity_paid_in] - [dividends]"
        self.line("financing_cash_flow", "Financing cash flow", f"{text} + [equity_for_cash]")
        start = sheet.give("inputs.opening.cash", self.money, plan.opening.cash)
        text = "[operating_cash_flow] + [investing_cash_flow] + [financing_cash_flow]"
        self.write_balance("cash", "Cash", text, start)

    def equity_call(self, flow: Array) -> Array:
        """Return the equity that keeps cash at its minimum, given the cash flow without it, (..., period). [money]"""
        plan, called = self.plan, np.zeros(self.sheet.length)
        if EQUITY in plan.cash_lifters:
            short = plan.money.minimum_cash - (plan.opening.cash + np.cumsum(flow, axis=-1))
            ever = np.maximum(np.maximum.accumulate(short, axis=-1), 0.0)
            called = np.diff(ever, axis=-1, prepend=0.0)
            called[..., plan.timeline.within :] = 0.0
        return called

    def cash_rows(self, before_gap: Array | None, called: Array | None) -> None:
        """Write cash after debt service, cash before any lift, and the equity that keeps cash at its minimum.

        Writes `cash_after_service`, `cash_before_gap`, `equity_for_cash` and, where there are any, `prepayments`.
        [money]

        Parameters
        ----------
        before_gap, called : (..., period) or None
            Cash, and equity called [money]; None if they are computed later, together with cash.

        Source
        ------
        docs/conventions.md, section 5, Order of cash in a period.
        """
        plan, terms = self.plan, []
        for name, loan in plan.loans.items():
            drawn = "known_draws" if loan.needs_cash else "draws"
            terms.append(f" + {{loans.{name}.{drawn}}} - {{loans.{name}.scheduled}}")
        dated = prepayments_row(self.sheet, self.plan)
        # formulas start from the cash of the period before; the values come from sums over all periods, which is faster
        text = "[cash@-1] + [operating_cash_flow] + [investing_cash_flow] - [upfront_fees] + [equity_for_projects]"
        text += " + [equity_paid_in]" + "".join(terms)
        value = None if before_gap is None else before_gap + self.value_of("dividends") + dated
        self.put("cash_after_service", "Cash after scheduled debt service", STOCK, text, value)
        rows = "".join(f" - {{{repaid_row(plan, name)}}}" for name, loan in plan.loans.items() if loan.needs_cash)
        rows += (" - [prepayments]" if prepays(plan) else "") + self._if_written(" - ", "prepayment_fees")
        text = f"[cash_after_service]{rows} - [dividends]"
        self.put("cash_before_gap", "Cash before it is lifted", STOCK, text, before_gap)
        text = called_text(plan, short_text(self.sheet, plan, EQUITY)) if EQUITY in plan.cash_lifters else "0"
        self.sheet.after_horizon("accounts.equity_for_cash", "0")
        self.put("equity_for_cash", "Equity called to hold cash", FLOW, text, called)

    def balance(self) -> None:
        """Write the balance sheet: both sides are added up independently, and retained earnings come from income."""
        opening, give = self.plan.opening, self.sheet.give
        self.of_loans("deferred_fees", "Deferred fees", STOCK, "deferred_fee")
        self.of_loans("debt", "Debt", STOCK, "closing")
        for key in ("other_assets", "other_liabilities"):
            start = give(f"inputs.opening.{key}", self.money, getattr(opening, key))
            self.line(key, key.replace("_", " ").capitalize(), start, STOCK, start)
        owned = [row for key in OWNED if (row := f"accounts.{key}") in self.sheet]
        self.line("total_assets", "Total assets", total(owned), STOCK)
        text = "[equity_for_projects] + [equity_paid_in] + [equity_for_cash]"
        self.write_balance("paid_in_capital", "Paid-in capital", text)
        start = self.sheet.derive("opening.retained_earnings", self.money, opening_earnings_text(self.sheet, self.plan))
        self.write_balance("retained_earnings", "Retained earnings", "[net_income] - [dividends]", start)
        owed = [row for key in OWED if (row := f"accounts.{key}") in self.sheet]
        self.line("total_liabilities_and_equity", "Liabilities and equity", total(owed), STOCK)

    def debt_service(self) -> None:
        """Write cash flow available for debt service, and the debt service.

        Source
        ------
        docs/conventions.md, section 6: CFADS is net of capex that cash pays; financing costs that funding pays are not
        part of debt service.
        """
        text = "[ebitda] - [tax_paid] - [working_capital_increase] - [maintenance]"
        text += self._if_written(" + ", "interest_on_cash") + self._if_written(" - ", "interest_on_overdraft")
        self.line("cfads_before_capex", "CFADS before capex paid by cash", text)
        self.line("cfads", "Cash flow available for debt service", "[cfads_before_capex] - [self_funded_capex]")
        paid = [f"loans.{name}.scheduled" for name, loan in self.plan.loans.items() if not loan.revolves]
        sum_row(self.sheet, "accounts.scheduled_principal", "Scheduled principal", self.money, FLOW, paid)
        self.of_loans_with_row("service_funded", "Interest and fees paid by funding", "service_funded")
        text = "[interest_paid] + [fees_paid] + [scheduled_principal] - [service_funded]"
        self.line("debt_service", "Debt service", text)
        self.of_loans_with_row("interest_funded", "Interest accrued that funding pays", "interest_funded")
        label = "Interest accrued that funding does not pay"
        self.line("interest_to_cover", label, "[interest_accrued] - [interest_funded]")


def account_rows(sheet: Sheet, plan: Plan) -> None:
    """Write income below EBIT, cash flow, balance sheet and debt service.

    Writes the rows `accounts.<key>` [money], from `accounts.interest_accrued` to `accounts.net_income`, then
    `operating_cash_flow`, `investing_cash_flow`, `financing_cash_flow` and `cash`, `total_assets` and
    `total_liabilities_and_equity`, `cfads` and `debt_service`, with the lines that they add up; and the rows `tax.`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows of operations and loans, and the plan.

    Source
    ------
    docs/conventions.md, section 6.
    """
    books = Accounts(sheet, plan)
    books.income()
    before = books.operating() + books.investing()
    books.financing(before)
    books.balance()
    books.debt_service()
