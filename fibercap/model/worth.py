"""What the projects are worth: flows with less without them, discounted, with what runs on after the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.rows import Row, Sheet, total
from fibercap.core.timeline import FLOW, STOCK, month_start
from fibercap.model.company import BookValue, Multiple
from fibercap.model.funding import GRANT
from fibercap.model.operations import added
from fibercap.model.tax import paid_row, tax_rows
from fibercap.model.trifle import trifle_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

WITHOUT = "without_projects"


def project_loans(plan: Plan) -> list[str]:
    """Return the loans that funding asks to pay for a project."""
    asked = {name for key, funding in plan.funding.items() if key in plan.projects for name in funding.sources}
    return [name for name in plan.loans if name in asked]


def worth_rows(sheet: Sheet, plan: Plan, without: Mapping[str, Array]) -> None:
    """Write the flows that projects add, their terminal value, and what owners get; `without` has the case without."""
    timeline, money = plan.timeline, plan.currency
    moment = month_start(plan.money.valuation_date) if plan.money.valuation_date else float(timeline.origin)
    text = "{time.from}"
    if plan.money.valuation_date:
        day = sheet.give("inputs.money.valuation_date", "day", serial(plan.money.valuation_date))
        text = month_number_text(day, start=True)
    valued = sheet.give("returns.valued_at", "month", moment, formula=text)
    last = np.zeros(timeline.count)
    last[-1] = 1.0
    text = "IF({time.period} = {time.periods}, 1, 0)"
    sheet.put(Row("returns.is_last", "Last period of the horizon", "", FLOW, text), last)
    if plan.money.discount_rate is not None:
        rate = sheet.give("inputs.money.discount_rate", "1/year", plan.money.discount_rate)
        factor = (1.0 + plan.money.discount_rate) ** (-(timeline.ends - moment) / 12)
        text = f"(1 + {rate} * {{time.one_year}})^(({valued} - {{time.end}}) / {{time.months_in_year}})"
        sheet.put(Row("returns.discount_factor", "Discount factor", "", STOCK, text), factor)
    _flow_rows(sheet, plan, "company", "Company", {key: np.asarray(0.0) for key in without}, "")
    _flow_rows(sheet, plan, "project", "Projects", without, WITHOUT)
    _levelized_rows(sheet, money, without)
    _payback_rows(sheet, plan, money)
    _equity_rows(sheet, plan, money)


def _flow_rows(sheet: Sheet, plan: Plan, key: str, label: str, without: Mapping[str, Array], prefix: str) -> None:
    """Write one flow (`company` or `project`): operating flow, terminal value, both, and both discounted."""
    money = plan.currency

    def less(row: str, name: str, words: str, nature: str = FLOW) -> Array:
        text = f"{{{row}}}" + (f" - {{{prefix}.{row}}}" if prefix else "")
        path = f"returns.{key}_{name}"
        return sheet.put(Row(path, f"{label}: {words}", money, nature, text), sheet.value(row) - without[row])

    flow = less("accounts.unlevered_cash_flow", "cash_flow", "unlevered free cash flow")
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
    whole = flow + sheet.put(row, value)
    text = f"{{returns.{key}_cash_flow}} + {{returns.{key}_terminal_value}}"
    if any(plan.funding[use].sources[GRANT].after for use in plan.granted):
        owed = less("accounts.grants_receivable", "grants_receivable", "grants receivable", STOCK)
        text = f"{text} + {{returns.is_last}} * {{returns.{key}_grants_receivable}}"
        whole = whole + last * owed
    sheet.put(Row(f"returns.{key}_flow", f"{label}: flow with terminal value", money, FLOW, text), whole)
    if plan.money.discount_rate is not None:
        text = f"{{returns.{key}_flow}} * {{returns.discount_factor}}"
        value = whole * sheet.value("returns.discount_factor")
        sheet.put(Row(f"returns.{key}_discounted", f"{label}: discounted flow", money, FLOW, text), value)


def _levelized_rows(sheet: Sheet, money: str, without: Mapping[str, Array]) -> None:
    """Write what the projects cost in cash, and the fiber that they add: what a levelized cost is made of."""
    terms = (
        ("accounts.cash_costs", 1),
        ("accounts.capex", 1),
        ("accounts.purchases", 1),
        ("accounts.maintenance", 1),
        ("accounts.tax_paid_unlevered", 1),
        ("accounts.grants", -1),
    )
    value = sum((sign * (sheet.value(row) - without[row]) for row, sign in terms), start=np.zeros(sheet.length))
    parts = [f"{'+' if sign > 0 else '-'} ({{{row}}} - {{{WITHOUT}.{row}}})" for row, sign in terms]
    row = Row("returns.project_costs", "Projects: costs, capex and tax", money, FLOW, " ".join(parts)[2:])
    sheet.put(row, value)
    value = sheet.value("accounts.shipments") - without["accounts.shipments"]
    text = "{accounts.shipments} - {" + WITHOUT + ".accounts.shipments}"
    sheet.put(Row("returns.project_shipments", "Projects: shipments", "km", FLOW, text), value)


def _payback_rows(sheet: Sheet, plan: Plan, money: str) -> None:
    """Write the months from first project spending until the cumulative flow is positive for good."""
    flow, trifle = sheet.value("returns.project_cash_flow"), trifle_of(sheet)
    summed = np.cumsum(flow, axis=-1)
    text = "{returns.project_cumulative@-1} + {returns.project_cash_flow}"
    label = "Projects: cumulative flow, terminal value left out"
    sheet.put(Row("returns.project_cumulative", label, money, STOCK, text), summed)
    waiting = np.flip(np.maximum.accumulate(np.flip(trifle.counts(-summed), -1), axis=-1), -1).astype(float)
    lacks = trifle.counts_text("-{returns.project_cumulative}")
    text = f"IF(OR({lacks}, {{returns.waiting@1}} > 0), 1, 0)"
    sheet.put(Row("returns.waiting", "Projects are not paid back yet", "", FLOW, text), waiting)
    first = min((project.spans[0].start for project in plan.projects.values()), default=float(plan.timeline.origin))
    begun = [f"{{projects.{key}.first_spending}}" for key in plan.projects]
    text = f"MIN({', '.join(begun)})" if len(begun) > 1 else next(iter(begun), "{time.from}")
    start, step = sheet.give("returns.first_spending", "month", first, formula=text), plan.timeline.months
    since = np.clip(plan.timeline.ends - first, 0.0, step)
    before = np.concatenate([np.zeros((*summed.shape[:-1], 1)), summed[..., :-1]], axis=-1)
    waited = np.concatenate([np.zeros((*waiting.shape[:-1], 1)), waiting[..., :-1]], axis=-1)
    part = np.divide(-before, flow, out=np.zeros(waiting.shape), where=(flow != 0) & (waited > 0) & (waiting == 0))
    text = (
        f"IF({{returns.waiting}} > 0, MIN(MAX({{time.end}} - {start}, 0), {{time.months}}), "
        "IF({returns.waiting@-1} > 0, "
        "-{returns.project_cumulative@-1} / {returns.project_cash_flow} * {time.months}, 0))"
    )
    row = Row("returns.payback_months", "Months to payback", "month", FLOW, text)
    sheet.put(row, np.where(waiting > 0, since, part * step))


def _equity_rows(sheet: Sheet, plan: Plan, money: str) -> None:
    """Write what owners get: the project flow and the flows of the debt that pays for it."""
    loans, at = project_loans(plan), sheet.value
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
    path = "tax_without_project_debt"
    row = Row(f"{path}.pretax_income", "Pretax income without the projects' debt", money, FLOW, text)
    income = sheet.put(row, income)
    tax = tax_rows(sheet, plan, path, "Without the projects' debt", (f"{{{path}.pretax_income}}", income))
    paid = paid_row(sheet, plan, f"{path}.tax_paid", "Tax paid without the projects' debt", (f"{{{path}.tax}}", tax))
    text = f"{{{path}.tax_paid}} - {{accounts.tax_paid}}"
    row = Row("returns.tax_saved", "Tax saved by the projects' debt", money, FLOW, text)
    saved = sheet.put(row, paid - at("accounts.tax_paid"))
    draws = [f"loans.{n}.draws" for n in loans]
    paid_rows = [f"loans.{n}.{k}" for n in loans for k in ("upfront_fee", "principal", "interest_paid", "fees_paid")]
    flow = added(sheet, draws) - added(sheet, paid_rows) + saved
    text = f"{total(draws)} - ({total(paid_rows)}) + {{returns.tax_saved}}"
    flow = sheet.put(Row("returns.debt_cash_flow", "Flow of the projects' debt", money, FLOW, text), flow)
    owed = [f"loans.{n}.closing" for n in loans]
    value = at("returns.project_flow") + flow - at("returns.is_last") * added(sheet, owed)
    text = f"{{returns.project_flow}} + {{returns.debt_cash_flow}} - {{returns.is_last}} * ({total(owed)})"
    sheet.put(Row("returns.equity_flow", "Owners' flow", money, FLOW, text), value)
