"""Cash cost per unit of each plant and product, over the twelve months to each period's end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.plants.product_mix import makers, share_text

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

MONTHS: Final = 12
OVER: Final = "_12m"
"""Suffix of rows over the last twelve months."""
NOTHING_SHIPPED: Final = "nothing is shipped in the twelve months"


def cash_cost_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the cash costs of each plant and product, and what they come to by unit that is shipped.

    Writes `cash_costs` [money], `cash_costs_12m` [money], `shipments_12m` [unit] and `cash_cost_per_unit` [money/unit]
    under `plants.<p>.` and `products.<k>.`, and `cash_costs` under `plants.<p>.products.<k>.` of plants that make
    several. Those of the last twelve months count from the horizon's start on.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the plants' costs and shipments and gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 3, Cash cost per unit.
    """
    money, listed = plan.currency, makers(plan.plants)
    for key, plant in plan.plants.items():
        prefix, label = f"plants.{key}", plant.name or key_in_words(key)
        text = f"{{{prefix}.variable_cost}} + {{{prefix}.fixed_cost}}"
        sheet.line(Row(f"{prefix}.cash_costs", f"{label}: cash costs", money, FLOW, text))
        _per_unit_rows(sheet, plan, prefix, label, plan.unit_of_plant(key))
        for maker in listed:
            if maker.plant == key and plant.products:
                shipped, part = f"{{{prefix}.shipments}}", f"{{{maker.prefix}.shipments}}"
                text = f"IF({shipped} > 0, {{{prefix}.variable_cost}} * ({part} / {shipped}), 0)"
                text += f" + {{{prefix}.fixed_cost}} * {share_text(maker, plant)}"
                words = f"{label}: cash costs of {plan.product_label(maker.product)}"
                sheet.line(Row(f"{maker.prefix}.cash_costs", words, money, FLOW, text))
    for name, product in plan.products.items():
        of = [maker.prefix for maker in listed if maker.product == name]
        if of:
            prefix, label = f"products.{name}", plan.product_label(name)
            for row, words, unit in (("shipments", "shipments", product.unit), ("cash_costs", "cash costs", money)):
                text = total(f"{part}.{row}" for part in of)
                sheet.line(Row(f"{prefix}.{row}", f"{label}: {words}", unit, FLOW, text))
            _per_unit_rows(sheet, plan, prefix, label, product.unit)


def _per_unit_rows(sheet: Sheet, plan: Plan, prefix: str, label: str, unit: str) -> None:
    """Write cash costs and shipments over twelve months, and the first by unit of the second."""
    back = range(MONTHS // plan.timeline.months)
    for row, words, kind in (("cash_costs", "cash costs", plan.currency), ("shipments", "shipments", unit)):
        # a sum, not a running total, so that it is nothing where nothing is shipped
        text = " + ".join(f"{{{prefix}.{row}{f'@-{ago}' if ago else ''}}}" for ago in back)
        sheet.line(Row(f"{prefix}.{row}{OVER}", f"{label}: {words} over twelve months", kind, STOCK, text))
    text = f"{{{prefix}.cash_costs{OVER}}} / {{{prefix}.shipments{OVER}}}"
    words, unit = f"{label}: cash cost per unit", f"{plan.currency}/{unit}"
    sheet.line(Row(f"{prefix}.cash_cost_per_unit", words, unit, STOCK, text, undefined=NOTHING_SHIPPED))
