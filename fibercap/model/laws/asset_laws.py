"""The laws of fixed assets: sold, written off, depreciated for tax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.sheet import total
from fibercap.model.funding.financing_costs import projects_with_costs
from fibercap.model.funding.sources import GRANT
from fibercap.model.income.asset_sales import cancelled_projects, sold_assets
from fibercap.model.laws.law import Law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan.plan import Plan


def laws_of_assets(plan: Plan) -> Iterator[Law]:
    """Yield the laws of fixed assets: where some are sold or written off, and of their values for tax."""
    sold, cancelled = [prefix for prefix, _ in sold_assets(plan)], cancelled_projects(plan)
    if sold or cancelled:
        rows = ("accounts.net_fixed_assets", "accounts.construction_in_progress")
        moved = " + ".join(f"{{{row}}} - {{{row}@-1}}" for row in rows)
        spent = [f"accounts.{key}" for key in ("capex", "purchases", "maintenance")]
        spent += [f"funding.{key}.financing_costs" for key in projects_with_costs(plan)]
        gone = [f"plants.{key}.purchased.working_capital" for key, plant in plan.plants.items() if plant.purchase]
        gone += [*(f"funding.{key}.{GRANT}" for key in plan.uses_with_grant), "accounts.depreciation"]
        gone += ["accounts.write_offs"] if cancelled else []
        text = f"{moved} - ({total(spent)}) + {total(gone)}"
        text += " + {accounts.asset_sales} - {accounts.gain_on_sales}" if sold else ""
        yield Law("sales", rows[0], text, company=True)
    for key in cancelled:
        project, capex = f"projects.{key}", f"{{projects.{key}.capex}}"
        for row, since in (("book_value", "end"), ("capex", "start")):
            text = f"IF({{time.{since}}} >= {{{project}.cancelled.month}}, {{{project}.{row}}}, 0)"
            yield Law("cancelled", f"{project}.{row}", text, flows=(capex,), company=True)
    if plan.tax.depreciation is not None:
        row, charged = "accounts.temporary_difference", ("accounts.tax_depreciation", "accounts.depreciation")
        taken = [(prefix, "disposed") for prefix in sold] + [(f"projects.{key}", "written_off") for key in cancelled]
        taxed, booked = (total(f"{prefix}.{key}{end}" for prefix, end in taken) for key in ("tax_", ""))
        text = f"{{{row}}} - {{{row}@-1}} - ({{{charged[0]}}} - {{{charged[1]}}} + {taxed} - ({booked}))"
        yield Law("deferred_tax", row, text, flows=tuple(f"{{{one}}}" for one in charged), company=True)


def assets(plan: Plan) -> list[str]:
    """Return the paths of the asset rows that must not fall below zero."""
    rows = ("net_fixed_assets", "construction_in_progress", "deferred_fees", "grants_receivable")
    return [f"projects.{name}.book_value" for name in plan.projects] + [f"accounts.{row}" for row in rows]
