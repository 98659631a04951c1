"""Tax that is due later: what depreciation for tax alone changes of taxable income, and the deferred tax on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.income.assets import financing_charges

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

DIFFERENCE = "accounts.temporary_difference"


def deferred_tax_rows(sheet: Sheet, plan: Plan, assets: list[str]) -> None:
    """Write by how much books and tax value assets differently, and the deferred tax; nothing where they do not.

    Writes `tax_depreciation`, `temporary_difference`, `deferred_tax_liability`, `deferred_tax_asset` and `deferred_tax`
    under `accounts.`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows of assets and gets these, and the plan.
    assets : list of str
        Start of the paths of the assets' rows.

    Source
    ------
    docs/conventions.md, section 6, Deferred tax; IAS 12, paragraph 15. The rate is that of the period.
    """
    if plan.tax.depreciation is None:
        return
    money, rate = plan.currency, "{inputs.tax.rate}"
    charged = total(f"{asset}.tax_depreciation" for asset in assets)
    sheet.line(Row("accounts.tax_depreciation", "Depreciation for tax", money, FLOW, charged))
    books, values = (total(f"{asset}.{key}" for asset in assets) for key in ("book_value", "tax_value"))
    words = "Assets: book value less value for tax"
    sheet.line(Row(DIFFERENCE, words, money, STOCK, f"{books} - ({values})"))
    for kind, sign in (("liability", ""), ("asset", "-")):
        text = f"MAX({sign}{rate} * {{{DIFFERENCE}}}, 0)"
        sheet.line(Row(f"accounts.deferred_tax_{kind}", f"Deferred tax {kind}", money, STOCK, text))
    owed, had = "accounts.deferred_tax_liability", "accounts.deferred_tax_asset"
    text = f"{{{owed}}} - {{{owed}@-1}} - ({{{had}}} - {{{had}@-1}})"
    sheet.line(Row("accounts.deferred_tax", "Deferred tax", money, FLOW, text))


def taxable_text(sheet: Sheet, plan: Plan, income: str, *, without_financing: bool = False) -> str:
    """Return the formula of taxable income: pretax income as tax depreciates assets. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows of assets, and the plan.
    income : str
        Formula of income as the books depreciate assets.
    without_financing : bool
        Whether that is without the financing costs of projects.

    Source
    ------
    docs/conventions.md, section 6, Deferred tax; own derivation: what tax charges more than the books is what the
    difference of their values grows by.
    """
    if DIFFERENCE not in sheet:
        return income
    text = f"{income} - ({{{DIFFERENCE}}} - {{{DIFFERENCE}@-1}})"
    for key in plan.projects if without_financing else ():
        text += "".join(f" + {{{row}}}" for row in financing_charges(sheet, key, for_tax=True))
        text += "".join(f" - {{{row}}}" for row in financing_charges(sheet, key))
    return text


def net_deferred_tax(sheet: Sheet) -> dict[str, str]:
    """Return the rows of deferred tax on the balance sheet, if any, with their signs in what is owned."""
    signs = {"accounts.deferred_tax_liability": "-", "accounts.deferred_tax_asset": "+"}
    return {row: sign for row, sign in signs.items() if row in sheet}
