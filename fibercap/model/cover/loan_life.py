"""LLCR and PLCR: the present value of later CFADS over the debt owed, to the last payment and to the plan's end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.timeline import FLOW, RATE, STOCK
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.cover.net_worth import net_worth_rows
from fibercap.model.cover.twelve_months import twelve_month_rows
from fibercap.model.income.operations import sum_row
from fibercap.model.loans.covenants.covenant import AT_PAYMENTS

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

LIFE = "accounts.loan_life_worth"
REST = "accounts.cfads_worth"
PER_PERIOD = "{time.months_in_period} / {time.months_in_year}"


def ratio_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the loans' rate, LLCR and PLCR by date, and the rows of `twelve_month_rows`.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the accounts and gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 6 (Ratios), and section 7 (Cover over life).
    """
    _rate_rows(sheet, plan)
    _worth_rows(sheet, plan)
    twelve_month_rows(sheet, plan)
    net_worth_rows(sheet, plan)


def _rate_rows(sheet: Sheet, plan: Plan) -> None:
    """Write each loan's rate in model periods, and the average rate on the debt at the start of each period.

    Source
    ------
    docs/conventions.md, section 7: the loans' effective annual rates, weighted by principal at the start of the period.
    The rate of a loan is its average over the days of the period, compounded as the contract says.
    """
    texts = []
    for name, loan in plan.loans.items():
        prefix = f"loans.{name}"
        times = {"nominal": 12 // loan.interval, "effective": 1, "semiannual": 2}[loan.compounding]
        reads = (f"{prefix}.payments.every", f"{prefix}.compounding")
        times_a_year = sheet.give(f"{prefix}.times_a_year", "", times, *reads)
        growth = f"(1 + {{{prefix}.period_rate}} * {{time.one_year}} / {times_a_year})^{times_a_year}"
        texts.append(f"{{{prefix}.opening}} * ({growth} - 1)")
    owed = [f"loans.{name}.opening" for name in plan.loans]
    sum_row(sheet, "accounts.opening_debt", "Debt as the period opens", plan.currency, STOCK, owed)
    year = f"({' + '.join(texts)}) / {{accounts.opening_debt}} / {{time.one_year}}"
    has_debt = trifle_of(sheet).counts_text("{accounts.opening_debt}")
    text = f"IF({has_debt}, {year}, {{accounts.debt_rate@-1}})" if plan.loans else "0"
    sheet.carry(Row("accounts.debt_rate", "Rate on debt, effective", "1/year", RATE, text))


def _worth_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the present value of later CFADS at each period's end, to the last payment and to the end of the run-off.

    Source
    ------
    docs/conventions.md, section 7; the rate of each period: docs/decisions/cover-over-life.md.
    """
    money, value, trifle = plan.currency, sheet.value, trifle_of(sheet)
    pays = total(f"loans.{name}.pays" for name in plan.loans)
    text = f"IF(OR({pays} > 0, {trifle.counts_text('{accounts.draws}')}), 1, 0)"
    sheet.line(Row("accounts.debt_moves", "A payment date, or a draw", "", FLOW, text))
    has_debt = trifle.counts_text("{accounts.opening_debt}")
    debt_runs = sheet.until_last("accounts.debt_runs", "Debt is still to be paid", has_debt)
    cfads, factor = value("accounts.cfads"), (1 + value("accounts.debt_rate")) ** (plan.timeline.months / 12)
    growth = np.cumprod(factor, axis=-1)
    end = "the end of the run-off" if plan.timeline.past else "the horizon"
    for path, ratio, words, flow, counted in (
        (LIFE, "llcr", "to the last payment", cfads * debt_runs, "{accounts.cfads@1} * {accounts.debt_runs@1}"),
        (REST, "plcr", f"to {end}", cfads, "{accounts.cfads@1}"),
    ):
        # the formula reads its own next column; the values come from discounted sums, which is faster
        later = np.flip(np.cumsum(np.flip(flow / growth, -1), axis=-1), -1) - flow / growth
        text = f"({{{path}@1}} + {counted}) / (1 + {{accounts.debt_rate@1}} * {{time.one_year}})^({PER_PERIOD})"
        sheet.put(Row(path, f"Worth of CFADS {words}", money, STOCK, text), later * growth)
        for suffix, on, dates in (("", "", ""), (AT_PAYMENTS, " at payments", " * {accounts.debt_moves}")):
            text = f"{{{path}}} / ({trifle.counted_text('{accounts.debt}')}{dates})"
            unknown = "no debt is owed, or nothing is paid or drawn" if suffix else "no debt is owed"
            sheet.line(Row(f"accounts.{ratio}{suffix}", f"{ratio.upper()}{on}", "", STOCK, text, undefined=unknown))
