"""What owners pay and get, and the free cash flow to equity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.rows import Row, Sheet, total
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.operations import added
from fibercap.model.tax import paid_row, tax_rows

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

WITHOUT_DEBT: Final = "tax_without_project_debt"
PAID_IN: Final = ("equity_for_projects", "equity_paid_in", "equity_for_cash")
"""Rows of the accounts that owners pay in."""
OWNED_LAST: Final = ("cash", "grants_receivable")
"""What is theirs on the last day, beside what runs on."""
OWED_LAST: Final = ("debt", "accrued_interest", "tax_payable")
"""What is paid on the last day."""


def project_loans(plan: Plan) -> list[str]:
    """Return the loans that funding asks to pay for a project."""
    asked = {name for key, funding in plan.funding.items() if key in plan.projects for name in funding.sources}
    return [name for name in plan.loans if name in asked]


def owners_rows(sheet: Sheet, plan: Plan) -> None:
    """Write what owners really pay and get, and what the company leaves them on the horizon's last day.

    The sheet has `returns.is_last` and `returns.company_terminal_value`.

    Source
    ------
    docs/conventions.md, section 7.
    """
    money = plan.currency
    paid = [f"accounts.{key}" for key in PAID_IN]
    text = "{accounts.dividends}" + "".join(f" - {{{row}}}" for row in paid)
    value = sheet.value("accounts.dividends") - added(sheet, paid)
    paid_in = sheet.put(Row("returns.owners_paid", "Owners: dividends less equity paid in", money, FLOW, text), value)
    owned = [row for key in OWNED_LAST if (row := f"accounts.{key}") in sheet]
    owed = [f"accounts.{key}" for key in OWED_LAST]
    text = f"{{returns.company_terminal_value}} + {{returns.is_last}} * ({total(owned)} - ({total(owed)}))"
    value = sheet.value("returns.is_last") * (added(sheet, owned) - added(sheet, owed))
    value = sheet.value("returns.company_terminal_value") + value
    label = "Owners: worth of the company on the last day, less its debt"
    left = sheet.put(Row("returns.owners_left", label, money, FLOW, text), value)
    text = "{returns.owners_paid} + {returns.owners_left}"
    sheet.put(Row("returns.owners_flow", "Owners: what they pay and get", money, FLOW, text), paid_in + left)


def fcfe_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the free cash flow to equity: the project flow and the flows of the debt that pays for it.

    Source
    ------
    docs/conventions.md, section 7: as if every dollar were paid out as it comes. A loan of which any part pays for a
    project counts whole.
    """
    loans, at, money = project_loans(plan), sheet.value, plan.currency
    saved, due = _tax_saved(sheet, plan, loans)
    draws = [f"loans.{n}.draws" for n in loans]
    paid_rows = [f"loans.{n}.{k}" for n in loans for k in ("upfront_fee", "principal", "interest_paid", "fees_paid")]
    flow = added(sheet, draws) - added(sheet, paid_rows) + saved
    text = f"{total(draws)} - ({total(paid_rows)}) + {{returns.tax_saved}}"
    flow = sheet.put(Row("returns.debt_cash_flow", "Flow of the projects' debt", money, FLOW, text), flow)
    owed = [f"loans.{n}.{key}" for n in loans for key in ("closing", "accrued")]
    value = at("returns.is_last") * (due - added(sheet, owed))
    text = f"{{returns.is_last}} * ({{{WITHOUT_DEBT}.tax_payable}} - {{accounts.tax_payable}} - ({total(owed)}))"
    row = Row(
        "returns.debt_settlement", "The projects' debt: tax saved less debt owed, on the last day", money, FLOW, text
    )
    left = sheet.put(row, value)
    text = "{returns.project_flow} + {returns.debt_cash_flow} + {returns.debt_settlement}"
    value = at("returns.project_flow") + flow + left
    sheet.put(Row("returns.fcfe_flow", "Free cash flow to equity", money, FLOW, text), value)


def _tax_saved(sheet: Sheet, plan: Plan, loans: list[str]) -> tuple[Array, Array]:
    """Write the tax that the projects' loans save; return what is saved, and what of it is still due at each end."""
    at, money = sheet.value, plan.currency
    costs = [f"loans.{n}.{k}" for n in loans for k in ("interest", "fees", "fee_amortization")]
    costs += [
        f"loans.{n}.{k}_revaluation"
        for n in loans
        for k in ("closing", "accrued")
        if plan.loan_currency(n) != plan.currency
    ]
    built = [f"loans.{n}.{k}_to_assets" for n in loans for k in ("interest", "fees")]
    built = [path for path in built if path in sheet]
    worn = [path for key in plan.projects if (path := f"projects.{key}.financing_depreciation") in sheet]
    income = at("accounts.pretax_income") + added(sheet, [*costs, *worn]) - added(sheet, built)
    text = f"{{accounts.pretax_income}} + {total([*costs, *worn])} - ({total(built)})"
    path = WITHOUT_DEBT
    row = Row(f"{path}.pretax_income", "Pretax income without the projects' debt", money, FLOW, text)
    income = sheet.put(row, income)
    tax = tax_rows(sheet, plan, path, "Without the projects' debt", (f"{{{path}.pretax_income}}", income))
    paid = paid_row(sheet, plan, f"{path}.tax_paid", "Tax paid without the projects' debt", (f"{{{path}.tax}}", tax))
    text = f"{{{path}.tax_payable@-1}} + {{{path}.tax}} - {{{path}.tax_paid}}"
    label = "Tax payable without the projects' debt"
    payable = sheet.put(Row(f"{path}.tax_payable", label, money, STOCK, text), np.cumsum(tax - paid, axis=-1))
    text = f"{{{path}.tax_paid}} - {{accounts.tax_paid}}"
    row = Row("returns.tax_saved", "Tax saved by the projects' debt", money, FLOW, text)
    saved = sheet.put(row, paid - at("accounts.tax_paid"))
    return saved, payable - at("accounts.tax_payable")
