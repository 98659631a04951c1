"""The owners' flow, and the free cash flow to equity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.timeline import FLOW
from fibercap.model.income.assets import financing_charges
from fibercap.model.income.deferred_tax import taxable_text
from fibercap.model.income.tax import tax_paid_row, tax_rows

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

WITHOUT_DEBT: Final = "tax_without_project_debt"
PAID_IN: Final = ("equity_for_projects", "equity_paid_in", "equity_for_cash")
"""Rows of `accounts.` that owners pay in."""
OWNED_LAST: Final = ("cash", "grants_receivable")
"""Rows of `accounts.` that owners receive on the last day, besides the terminal value."""
OWED_LAST: Final = ("debt", "accrued_interest", "tax_payable")
"""Rows of `accounts.` that are repaid on the last day."""


def project_loans(plan: Plan) -> list[str]:
    """Return the loans that finance a project."""
    lenders = {name for key, funding in plan.funding.items() if key in plan.projects for name in funding.sources}
    return [name for name in plan.loans if name in lenders]


def owners_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the payments of and to owners, and the worth of the company to them on the horizon's last day.

    Writes `returns.owners_paid`, `returns.owners_left` and `returns.owners_flow`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet, which has `returns.is_last` and `returns.company_terminal_value`; the plan.
    """
    money = plan.currency
    text = "{accounts.dividends}" + "".join(f" - {{accounts.{key}}}" for key in PAID_IN)
    sheet.line(Row("returns.owners_paid", "Owners: dividends less equity paid in", money, FLOW, text))
    owned = [row for key in OWNED_LAST if (row := f"accounts.{key}") in sheet]
    owed = [f"accounts.{key}" for key in OWED_LAST]
    text = f"{{returns.company_terminal_value}} + {{returns.is_last}} * ({total(owned)} - ({total(owed)}))"
    label = "Owners: worth of the company on the last day, less its debt"
    sheet.line(Row("returns.owners_left", label, money, FLOW, text))
    text = "{returns.owners_paid} + {returns.owners_left}"
    sheet.line(Row("returns.owners_flow", "Owners: what they pay and get", money, FLOW, text))


def fcfe_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the free cash flow to equity: the project flow and the flows of the debt that finances the projects.

    Writes `returns.tax_saved`, `returns.debt_cash_flow`, `returns.debt_settlement` and `returns.fcfe_flow`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet, which has `returns.project_flow`, and the plan.
    """
    loans, money = project_loans(plan), plan.currency
    _tax_saved_rows(sheet, plan, loans)
    draws = [f"loans.{n}.draws" for n in loans]
    paid = [f"loans.{n}.{k}" for n in loans for k in ("upfront_fee", "principal", "interest_paid", "fees_paid")]
    paid += _prepayment_fees(sheet, loans)
    text = f"{total(draws)} - ({total(paid)}) + {{returns.tax_saved}}"
    sheet.line(Row("returns.debt_cash_flow", "Flow of the projects' debt", money, FLOW, text))
    owed = [f"loans.{n}.{key}" for n in loans for key in ("closing", "accrued")]
    text = f"{{returns.is_last}} * ({{{WITHOUT_DEBT}.tax_payable}} - {{accounts.tax_payable}} - ({total(owed)}))"
    label = "The projects' debt: tax saved less debt owed, on the last day"
    sheet.line(Row("returns.debt_settlement", label, money, FLOW, text))
    text = "{returns.project_flow} + {returns.debt_cash_flow} + {returns.debt_settlement}"
    sheet.line(Row("returns.fcfe_flow", "Free cash flow to equity", money, FLOW, text))


def _prepayment_fees(sheet: Sheet, loans: list[str]) -> list[str]:
    """Return the rows of fees on dated prepayments, of those loans that have them."""
    return [row for name in loans if (row := f"loans.{name}.prepayment_fees") in sheet]


def _tax_saved_rows(sheet: Sheet, plan: Plan, loans: list[str]) -> None:
    """Write the tax that the projects' loans save, and the tax without them with the balance still to be paid."""
    money, path = plan.currency, WITHOUT_DEBT
    costs = [f"loans.{n}.{k}" for n in loans for k in ("interest", "fees", "fee_amortization")]
    costs += _prepayment_fees(sheet, loans)
    foreign = [n for n in loans if plan.loan_currency(n) != money]
    costs += [f"loans.{n}.{k}_revaluation" for n in foreign for k in ("closing", "accrued")]
    built = [f"loans.{n}.{k}_to_assets" for n in loans for k in ("interest", "fees")]
    built = [row for row in built if row in sheet]
    costs += [row for key in plan.projects for row in financing_charges(sheet, key)]
    text = f"{{accounts.pretax_income}} + {total(costs)} - ({total(built)})"
    label = "Pretax income without the projects' debt"
    sheet.line(Row(f"{path}.pretax_income", label, money, FLOW, text))
    taxed = taxable_text(sheet, plan, f"{{{path}.pretax_income}}", without_financing=True)
    tax_rows(sheet, plan, path, "Without the projects' debt", taxed)
    tax_paid_row(sheet, plan, f"{path}.tax_paid", "Tax paid without the projects' debt", f"{path}.tax")
    label = "Tax payable without the projects' debt"
    sheet.write_balance(f"{path}.tax_payable", label, money, f"{{{path}.tax}} - {{{path}.tax_paid}}")
    text = f"{{{path}.tax_paid}} - {{accounts.tax_paid}}"
    sheet.line(Row("returns.tax_saved", "Tax saved by the projects' debt", money, FLOW, text))
