"""What the projects are worth: flows with less without them, discounted, with what runs on after the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import FLOW, STOCK, month_number
from fibercap.model.company import BookValue, Multiple
from fibercap.model.levelized import levelized_rows
from fibercap.model.owners_worth import fcfe_rows, owners_rows
from fibercap.model.payback import payback_rows
from fibercap.model.without_projects import WITHOUT, less_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan


def worth_rows(sheet: Sheet, plan: Plan, without: Mapping[str, Array], prefix: str = WITHOUT) -> None:
    """Write the flows that projects add, their terminal value, and what owners get.

    Parameters
    ----------
    sheet : Sheet
        The plan with its loans and accounts.
    plan : Plan
        The plan.
    without : mapping
        By path, the rows of the same plan without projects, and of the owners' flow of the reference company.
    prefix : str
        Under what the rows of the same plan without projects stand.
    """
    money = plan.currency
    last_row(sheet)
    _factor_rows(sheet, plan)
    _flow_rows(sheet, plan, "company", "Company", {}, "")
    _flow_rows(sheet, plan, "project", "Projects", without, prefix)
    levelized_rows(sheet, plan, without, prefix)
    payback_rows(sheet, plan, without, prefix)
    fcfe_rows(sheet, plan)
    owners_rows(sheet, plan)
    for key, row, label in (
        ("equity_flow", "returns.owners_flow", "Owners' flow, less that without projects"),
        ("equity_paid", "returns.owners_paid", "Dividends less equity paid in, less those without projects"),
    ):
        less_row(sheet, f"returns.{key}", (label, money, FLOW), row, without, WITHOUT)


def last_row(sheet: Sheet) -> Array:
    """Write 1 in the last period of the horizon, else 0."""
    last = np.zeros(sheet.length)
    last[-1] = 1.0
    text = "IF({time.period} = {time.periods}, 1, 0)"
    return sheet.put(Row("returns.is_last", "Last period of the horizon", "", FLOW, text), last)


def _factor_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the discount factors of the periods' ends and, with mid-period discounting, of their middles."""
    timeline, day = plan.timeline, plan.money.valuation_date
    moment, text = float(timeline.origin), "{time.from}"
    if day is not None:
        moment, text = (
            month_number(day),
            month_number_text(sheet.give("inputs.money.valuation_date", "day", serial(day))),
        )
    valued = sheet.give("returns.valued_at", "month", moment, formula=text)
    moments = {"": ("{time.end}", timeline.ends)}
    if plan.money.in_middle:
        text, value = "{time.end} - {time.months_in_period} / 2", timeline.ends - timeline.months / 2
        reads = ("money.discounting",)
        sheet.put(Row("returns.middle", "Middle of the period", "month", STOCK, text, reads=reads), value)
        moments["_middle"] = ("{returns.middle}", value)
    if plan.money.discount_rate is None:
        return
    rate = sheet.give("inputs.money.discount_rate", "1/year", plan.money.discount_rate)
    for key, (when, ends) in moments.items():
        factor = (1.0 + plan.money.discount_rate) ** (-(ends - moment) / 12)
        text = f"(1 + {rate} * {{time.one_year}})^(({valued} - {when}) / {{time.months_in_year}})"
        label = "Discount factor" + (" of the period's middle" if key else "")
        sheet.put(Row(f"returns.discount_factor{key}", label, "", STOCK, text), factor)


def terminal_rows(sheet: Sheet, plan: Plan, key: str, label: str, without: Mapping[str, Array], prefix: str) -> Array:
    """Write what runs on after the horizon, on its last day, for one flow (`company` or `project`); return it."""
    money = plan.currency

    def less(row: str, name: str, words: str, nature: str = FLOW) -> Array:
        return less_row(sheet, f"returns.{key}_{name}", (f"{label}: {words}", money, nature), row, without, prefix)

    ebitda = less("accounts.ebitda", "ebitda", "EBITDA")
    assets = less("accounts.net_fixed_assets", "fixed_assets", "net fixed assets", STOCK)
    capital = less("accounts.working_capital", "working_capital", "working capital", STOCK)
    terms, last = plan.money.terminal_value, sheet.value("returns.is_last")
    text, value = "0", np.zeros(sheet.length)
    if isinstance(terms, BookValue):
        text = f"{{returns.is_last}} * ({{returns.{key}_fixed_assets}} + {{returns.{key}_working_capital}})"
        value = last * (assets + capital)
    elif isinstance(terms, Multiple):
        times = sheet.give("inputs.money.terminal_value.multiple", "", terms.multiple)
        periods = min(12 // plan.timeline.months, sheet.length)
        summed = f"returns.{key}_ebitda_to_date"
        text = f"{{{summed}@-1}} + {{returns.{key}_ebitda}}"
        sheet.put(Row(summed, f"{label}: EBITDA to date", money, STOCK, text), np.cumsum(ebitda, axis=-1))
        text = f"{{returns.is_last}} * {times} * ({{{summed}}} - {{{summed}@-{periods}}})"
        value = last * terms.multiple * ebitda[..., -periods:].sum(axis=-1, keepdims=True)
    kind = ("money.terminal_value",)
    row = Row(f"returns.{key}_terminal_value", f"{label}: terminal value", money, FLOW, text, reads=kind)
    return sheet.put(row, value)


def _settled(sheet: Sheet, plan: Plan, key: str, label: str, without: Mapping[str, Array], prefix: str) -> Array:
    """Write what is settled on the last day: grants receivable less the unlevered tax that is due."""
    parts, value = [], np.zeros(sheet.length)
    for sign, row in ((1, "accounts.grants_receivable"), (-1, "accounts.tax_payable_unlevered")):
        if row in sheet:
            taken = f" - {{{prefix}.{row}}}" if prefix and row in without else ""
            parts.append(f"{'+' if sign > 0 else '-'} ({{{row}}}{taken})")
            value = value + sign * (sheet.value(row) - without.get(row, 0.0))
    text = f"{{returns.is_last}} * ({' '.join(['0', *parts])})"
    words = f"{label}: grants receivable less tax due, on the last day"
    row_ = Row(f"returns.{key}_settlement", words, plan.currency, FLOW, text)
    return sheet.put(row_, sheet.value("returns.is_last") * value)


def _flow_rows(sheet: Sheet, plan: Plan, key: str, label: str, without: Mapping[str, Array], prefix: str) -> None:
    """Write one flow (`company` or `project`): operating flow, terminal value, both, and both discounted."""
    money, row = plan.currency, "accounts.unlevered_cash_flow"
    told = (f"{label}: unlevered free cash flow", money, FLOW)
    flow = less_row(sheet, f"returns.{key}_cash_flow", told, row, without, prefix)
    worth = terminal_rows(sheet, plan, key, label, without, prefix)
    settled = _settled(sheet, plan, key, label, without, prefix)
    whole = flow + worth + settled
    at = f"returns.{key}"
    text = f"{{{at}_cash_flow}} + {{{at}_terminal_value}} + {{{at}_settlement}}"
    sheet.put(Row(f"{at}_flow", f"{label}: flow with terminal value", money, FLOW, text), whole)
    if plan.money.discount_rate is None:
        return
    factor = sheet.value("returns.discount_factor")
    text, value = f"{{{at}_flow}} * {{returns.discount_factor}}", whole * factor
    if plan.money.in_middle:
        text = f"{{{at}_cash_flow}} * {{returns.discount_factor_middle}}"
        text += f" + ({{{at}_terminal_value}} + {{{at}_settlement}}) * {{returns.discount_factor}}"
        value = flow * sheet.value("returns.discount_factor_middle") + (worth + settled) * factor
    sheet.put(Row(f"{at}_discounted", f"{label}: discounted flow", money, FLOW, text), value)
