"""Overhead by year, as the plan gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.model.plants.products_and_time import series_row

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan


def overhead_by_year(sheet: Sheet, plan: Plan) -> Array:
    """Write `inputs.company.overhead`; return it, (..., period). [money/year]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the row, and the plan.
    """
    path, unit = "company.overhead", f"{plan.currency}/year"
    return series_row(sheet, plan.timeline, path, "Overhead by year", plan.company.overhead, unit)
