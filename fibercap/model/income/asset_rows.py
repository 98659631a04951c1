"""The rows of one fixed asset: what it loses, in the books and for tax, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.timeline import FLOW
from fibercap.model.depreciation_by_units import MADE, ByUnits, UnitsOfEach
from fibercap.model.depreciation_method import Asset
from fibercap.model.income.asset_sales import ages_until_sale, disposed_row, in_period_of, sale_row
from fibercap.model.plants.asset_terms import NONE

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.depreciation_method import Depreciation
    from fibercap.model.plan.company import FixedAssets
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.projects import Project
    from fibercap.model.plants.purchases import Purchase

    AssetTerms = Project | Purchase | FixedAssets

    M_co = TypeVar("M_co", covariant=True)

    class _Depreciated(Protocol[M_co]):
        @property
        def depreciation(self) -> M_co: ...


CHARGES: Final = {
    "": "depreciation",
    "tax_": "depreciation for tax",
    "financing_": "depreciation of financing costs",
    "financing_tax_": "depreciation of financing costs for tax",
}
"""Words for rows of depreciation, by what their names begin with."""
SOLD: Final = {
    "": "book value sold",
    "tax_": "value for tax sold",
    "financing_": "book value of financing costs sold",
    "financing_tax_": "value of financing costs for tax sold",
}
"""Words for rows of what a sale takes out."""
WRITTEN_OFF: Final = {
    "": "written off",
    "tax_": "written off for tax",
    "financing_": "financing costs written off",
    "financing_tax_": "financing costs written off for tax",
}
"""Words for rows of what cancelling takes out."""


@dataclass(frozen=True)
class Holding:
    """All that the rows of an asset need: their paths, its cost, its dates, and its method of depreciation.

    It is planned to be complete in the month `due`, with the formula `since_text`, and depreciated from the month
    number `since`, later than every period if it is not complete within the horizon. `prefix` is the start of its rows'
    paths, `cost` the row of its cost to date (of opening assets a scalar), `path` that of the block `terms`. Its value
    before the first period is `before`. `key` is what the names of rows about depreciation begin with, `for_tax` the
    method where they are those for tax. `written_off` is the reference to the month number at which it is written off,
    "" where it is not. `capacity` is the formula of what it can make, where it makes anything. [unit/year]
    """

    prefix: str
    label: str
    cost: str
    since: Array
    due: Array
    since_text: str
    path: str
    terms: AssetTerms
    before: str = "0"
    key: str = ""
    for_tax: Depreciation | ByUnits | None = None
    written_off: str = ""
    capacity: str = ""

    @property
    def method(self) -> Depreciation | ByUnits:
        """How it is depreciated."""
        return self.for_tax or method_of(self.terms)

    @property
    def method_path(self) -> str:
        """Path of the input that says how it is depreciated."""
        as_in_books = self.for_tax is None or self.for_tax is self.terms.depreciation
        return f"{self.path}.depreciation" if as_in_books else "tax.depreciation"

    def depreciate_for_tax(self, key: str, way: Depreciation | UnitsOfEach) -> Holding:
        """Return it as tax depreciates assets; by units, those that it has in the books count, if any.

        Parameters
        ----------
        key : str
            What the names of its rows about depreciation for tax begin with.
        way : Depreciation or UnitsOfEach
            How tax depreciates assets.

        Source
        ------
        docs/conventions.md, section 6, Deferred tax.
        """
        if not isinstance(way, UnitsOfEach):
            return replace(self, key=key, for_tax=way)
        in_books = self.terms.depreciation
        return replace(self, key=key, for_tax=in_books if isinstance(in_books, ByUnits) else ByUnits())


def value_rows(sheet: Sheet, plan: Plan, asset: Holding, text: str, start: str) -> None:
    """Write depreciation and value of an asset in the books and, where tax has a depreciation of its own, for tax.

    Parameters
    ----------
    sheet, plan, asset : Sheet, Plan, Holding
        The sheet that gets the rows, the plan, and the asset.
    text : str
        Formula of the payments in a period, "" if there are none. [money]
    start : str
        Reference to the month number from which it is depreciated. [month]

    Source
    ------
    docs/conventions.md, section 3, Depreciation, and section 6, Deferred tax.
    """
    kinds = [(asset, "book_value", "book value")]
    if plan.tax.depreciation is not None:
        kinds.append((asset.depreciate_for_tax("tax_", plan.tax.depreciation), "tax_value", "value for tax"))
    for one, key, words in kinds:
        charges = " - ".join(f"{{{row}}}" for row in charge_rows(sheet, plan, one, start))
        change, label = f"{text} - {charges}" if text else f"-{charges}", f"{asset.label}: {words}"
        sheet.write_balance(f"{asset.prefix}.{key}", label, plan.currency, change, asset.before)


def charge_rows(sheet: Sheet, plan: Plan, asset: Holding, start: str) -> list[str]:
    """Write what reduces the value of an asset: `depreciation` and, if it is sold, `sale` and `disposed`.

    An asset that is written off is not depreciated; it has `written_off` instead of `disposed`.

    Parameters
    ----------
    sheet, plan, asset : Sheet, Plan, Holding
        The sheet that gets the rows, the plan, and the asset.
    start : str
        Reference to the month number from which it is depreciated. [month]

    Returns
    -------
    list of str
        The rows that reduce it, such as `projects.line.depreciation`.

    Source
    ------
    docs/conventions.md, section 3, Depreciation, Sales of assets and Cancelled projects.
    """
    path, sale = f"{asset.prefix}.{asset.key}depreciation", asset.terms.sold
    row = Row(path, f"{asset.label}: {CHARGES[asset.key]}", plan.currency, FLOW)
    if asset.written_off:
        sheet.line(row._replace(formula="0", reads=(f"{asset.path}.cancelled",)))
        row = row._replace(
            path=f"{asset.prefix}.{asset.key}written_off", label=f"{asset.label}: {WRITTEN_OFF[asset.key]}"
        )
        sheet.line(row._replace(formula=in_period_of(asset.written_off, f"{{{asset.cost}}}")))
        return [path, row.path]
    _depreciation_row(sheet, plan, row, asset, start)
    if sale is None:
        return [path]
    if not asset.key:
        sale_row(sheet, plan, asset.prefix, asset.label, asset.path, sale)
    words = f"{asset.label}: {CHARGES[asset.key]} to date", f"{asset.label}: {SOLD[asset.key]}"
    return [path, disposed_row(sheet, plan, path, words, asset.cost, asset.path)]


def _depreciation_row(sheet: Sheet, plan: Plan, row: Row, asset: Holding, start: str) -> None:
    """Write depreciation both from the method's kernel and as its formula; a test compares them.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the row, and the plan.
    row : Row
        The row without its formula.
    asset : Holding
        The asset: its cost, from when it is depreciated, and how.
    start : str
        Reference to the month number from which it is depreciated. [month]
    """
    terms = asset.terms
    if terms.land:
        sheet.line(row._replace(formula="0", reads=(f"{asset.path}.land",)))
        return
    residual = "" if terms.residual is None else sheet.give(f"inputs.{asset.path}.residual", "", terms.residual)
    of = Asset(sheet, asset.prefix, asset.method_path, residual)
    cost_text, life_text = f"{{{asset.cost}}}", f"{{inputs.{asset.path}.life}}"
    if isinstance(asset.method, ByUnits):
        unit = sheet.rows[f"{asset.prefix}.{MADE}"].unit
        sheet.line(row._replace(formula=asset.method.loss_text(of, cost_text, life_text, asset.capacity, unit)))
        return
    ages, texts = ages_until_sale(sheet, plan.timeline, asset.since, start, asset.path, terms.sold)
    cost, kept = sheet.read(asset.cost, 0), NONE if terms.residual is None else terms.residual
    loss = asset.method.loss(cost, np.asarray(terms.life), ages, kept)
    text = asset.method.loss_text(of, cost_text, life_text, texts)
    sheet.put(row._replace(formula=text), loss)


def method_of(terms: _Depreciated[M_co]) -> M_co:
    """Return how an asset, or the maintenance of a plant, is depreciated."""
    return terms.depreciation
