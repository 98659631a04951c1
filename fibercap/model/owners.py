"""What owners pay in and take out: for projects and purchases, and on dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import FLOW
from fibercap.model.operations import sum_row

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan


def owner_rows(sheet: Sheet, plan: Plan, locks: Collection[str], barred: Array) -> None:
    """Write equity for projects, and equity and dividends on their dates; none while one of the `locks` bars them."""
    funded = [f"funding.{key}.equity" for key, funding in plan.funding.items() if "equity" in funding.sources]
    sum_row(sheet, "accounts.equity_for_projects", "Equity for projects", plan.currency, FLOW, funded)
    _dated(sheet, plan, "equity_paid_in", "Equity paid in on dates", "equity", plan.company.equity or {})
    if not locks:
        _dated(sheet, plan, "dividends", "Dividends", "dividends", plan.company.dividends or {})
        return
    path, money = "accounts.dividends_planned", plan.currency
    _dated(sheet, plan, "dividends_planned", "Dividends planned", "dividends", plan.company.dividends or {})
    planned, bars = sheet.value(path), f"MAX({', '.join(f'{{{row}@-1}}' for row in sorted(locks))}, 0)"
    row = Row("accounts.dividends", "Dividends", money, FLOW, f"{{{path}}} * (1 - {bars})")
    paid = sheet.put(row, planned * (1.0 - barred))
    row = Row("accounts.dividends_barred", "Dividends barred", money, FLOW, f"{{{path}}} - {{accounts.dividends}}")
    sheet.put(row, planned - paid)


def _dated(sheet: Sheet, plan: Plan, key: str, label: str, block: str, amounts: Mapping[date, Array]) -> None:
    """Write what is moved on dates; in the run-off nothing is."""
    value, terms, money = np.zeros(sheet.length), [], plan.currency
    sheet.after_horizon(f"accounts.{key}", "0")
    for day, amount in amounts.items():
        index = plan.timeline.index(day)
        much = sheet.give(f"inputs.company.{block}.{day}", money, amount)
        at = f"company.{block}.{day}"
        when = sheet.give(f"{at}.period", "", index + 1, at, "horizon.from", "horizon.step")
        terms.append(f"IF({{time.period}} = {when}, {much}, 0)")
        value = value + amount * (np.arange(sheet.length) == index)
    sheet.put(Row(f"accounts.{key}", label, money, FLOW, " + ".join(terms) or "0"), value)
