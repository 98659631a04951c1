"""Worth of the projects: the flows that they add, their terminal value, and both discounted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW, RATE, STOCK, month_number
from fibercap.model.income.deferred_tax import net_deferred_tax
from fibercap.model.plan.company import BookValue, Multiple
from fibercap.model.plan.discount_rate import RealRate
from fibercap.model.plants.growth_rows import index_spans
from fibercap.model.worth.levelized import levelized_rows
from fibercap.model.worth.owners_flows import fcfe_rows, owners_rows
from fibercap.model.worth.payback import payback_rows
from fibercap.model.worth.without_projects import WITHOUT, less, less_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan


def worth_rows(sheet: Sheet, plan: Plan, prefix: str = WITHOUT, *, with_measures: bool = True) -> None:
    """Write the flows that projects add, their terminal value, and the owners' flow.

    Parameters
    ----------
    sheet : Sheet
        The sheet of the plan with its loans and accounts; it can read the rows of the company without projects.
    plan : Plan
        The plan.
    prefix : str
        Prefix of the rows of the same plan without projects.
    with_measures : bool
        If false, only the owners' flow and the rows that it needs are written.
    """
    last_row(sheet)
    _factor_rows(sheet, plan)
    if not with_measures:
        terminal_rows(sheet, plan, "company", "Company", "")
        owners_rows(sheet, plan)
        return
    _flow_rows(sheet, plan, "company", "Company", "")
    _flow_rows(sheet, plan, "project", "Projects", prefix)
    levelized_rows(sheet, plan, prefix)
    payback_rows(sheet, plan, prefix)
    fcfe_rows(sheet, plan)
    owners_rows(sheet, plan)
    for key, row, label in (
        ("equity_flow", "returns.owners_flow", "Owners' flow, less that without projects"),
        ("equity_paid", "returns.owners_paid", "Dividends less equity paid in, less those without projects"),
    ):
        less_row(sheet, f"returns.{key}", (label, plan.currency, FLOW), row, WITHOUT)


def last_row(sheet: Sheet) -> None:
    """Write `returns.is_last`, which is 1 in the last period of the horizon and else 0. [1]"""
    text = "IF({time.period} = {time.periods}, 1, 0)"
    sheet.line(Row("returns.is_last", "Last period of the horizon", "", FLOW, text))


def _factor_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the discount factors of the periods' ends and, with mid-period discounting, of their middles."""
    day = plan.money.valuation_date
    moment, text = float(plan.timeline.origin), "{time.from}"
    if day is not None:
        moment, text = (
            month_number(day),
            month_number_text(sheet.give("inputs.money.valuation_date", "day", serial(day))),
        )
    valued = sheet.give("returns.valued_at", "month", moment, formula=text)
    moments = {"": "{time.end}"}
    if plan.money.in_middle:
        text = "{time.end} - {time.months_in_period} / 2"
        row = Row("returns.middle", "Middle of the period", "month", STOCK, text, reads=("money.discounting",))
        sheet.line(row)
        moments["_middle"] = "{returns.middle}"
    if plan.money.discount_rate is None:
        return
    for key, when in moments.items():
        text = " * ".join(
            f"(1 + {rate} * {{time.one_year}})^(({clip(valued)} - {clip(when)}) / {{time.months_in_year}})"
            for rate, clip in _rates(sheet, plan.money.discount_rate)
        )
        label = "Discount factor" + (" of the period's middle" if key else "")
        sheet.line(Row(f"returns.discount_factor{key}", label, "", STOCK, text))


def _rates(sheet: Sheet, rate: Array | RealRate) -> list[tuple[str, Callable[[str], str]]]:
    """Return the rates by which flows are discounted, each with what cuts a month number to the time in which it holds.

    Writes `returns.discount_rate`, the mean rate in each period, if it is above an index. [1/year]
    """
    path = "inputs.money.discount_rate"
    if not isinstance(rate, RealRate):
        return [(sheet.give(path, "1/year", rate), str)]
    real = sheet.give(f"{path}.real", "1/year", rate.real)
    if "returns.discount_rate" not in sheet:
        one, both = "{time.one_year}", f"(1 + {real} * {{time.one_year}}) * (1 + {{inputs.indices.{rate.index}}}"
        row = Row("returns.discount_rate", "Discount rate", "1/year", RATE, f"({both} * {one}) - 1) / {one}")
        sheet.line(row._replace(reads=("money.discount_rate.index",)))
    return [(real, str), *index_spans(sheet, rate.index)]


def terminal_rows(sheet: Sheet, plan: Plan, key: str, label: str, prefix: str) -> None:
    """Write the terminal value of one flow (`company` or `project`) on the horizon's last day.

    Writes `returns.<key>_ebitda`, `_fixed_assets`, `_working_capital` and `_terminal_value`, and under a multiple
    `_ebitda_to_date`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    key, label, prefix : str
        The flow, its label, and start of the paths of the company without projects.

    Source
    ------
    docs/conventions.md, section 7, Rows of worth.
    """
    money, terms, text, flow = plan.currency, plan.money.terminal_value, "0", f"returns.{key}"
    for row, name, words, nature in (
        ("ebitda", "ebitda", "EBITDA", FLOW),
        ("net_fixed_assets", "fixed_assets", "net fixed assets", STOCK),
        ("working_capital", "working_capital", "working capital", STOCK),
    ):
        less_row(sheet, f"{flow}_{name}", (f"{label}: {words}", money, nature), f"accounts.{row}", prefix)
    if isinstance(terms, BookValue):
        due = "".join(f" {sign} {less(row, prefix)}" for row, sign in net_deferred_tax(sheet).items())
        text = f"{{returns.is_last}} * ({{{flow}_fixed_assets}} + {{{flow}_working_capital}}{due})"
    elif isinstance(terms, Multiple):
        times = sheet.give("inputs.money.terminal_value.multiple", "", terms.multiple)
        periods, summed = min(12 // plan.timeline.months, sheet.length), f"{flow}_ebitda_to_date"
        sheet.write_balance(summed, f"{label}: EBITDA to date", money, f"{{{flow}_ebitda}}")
        text = f"{{returns.is_last}} * {times} * ({{{summed}}} - {{{summed}@-{periods}}})"
    words = f"{label}: terminal value"
    sheet.line(Row(f"{flow}_terminal_value", words, money, FLOW, text, reads=("money.terminal_value",)))


def _flow_rows(sheet: Sheet, plan: Plan, key: str, label: str, prefix: str) -> None:
    """Write one flow (`company` or `project`): operating flow, terminal value, both, and both discounted.

    On the last day grants receivable less the unlevered tax that is due are settled.
    """
    money, flow = plan.currency, f"returns.{key}"
    words = (f"{label}: unlevered free cash flow", money, FLOW)
    less_row(sheet, f"{flow}_cash_flow", words, "accounts.unlevered_cash_flow", prefix)
    terminal_rows(sheet, plan, key, label, prefix)
    owed, due = (less(f"accounts.{row}", prefix) for row in ("grants_receivable", "tax_payable_unlevered"))
    text = f"{{returns.is_last}} * (0 + {owed} - {due})"
    settled = f"{label}: grants receivable less tax due, on the last day"
    sheet.line(Row(f"{flow}_settlement", settled, money, FLOW, text))
    text = f"{{{flow}_cash_flow}} + {{{flow}_terminal_value}} + {{{flow}_settlement}}"
    sheet.line(Row(f"{flow}_flow", f"{label}: flow with terminal value", money, FLOW, text))
    if plan.money.discount_rate is None:
        return
    text = f"{{{flow}_flow}} * {{returns.discount_factor}}"
    if plan.money.in_middle:
        text = f"{{{flow}_cash_flow}} * {{returns.discount_factor_middle}}"
        text += f" + ({{{flow}_terminal_value}} + {{{flow}_settlement}}) * {{returns.discount_factor}}"
    sheet.line(Row(f"{flow}_discounted", f"{label}: discounted flow", money, FLOW, text))
