"""What later cash flow is worth to lenders: cover over the life of the loans and over the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet, total
from fibercap.core.timeline import FLOW, RATE, STOCK
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.cover.twelve_months import twelve_month_rows
from fibercap.model.income.operations import sum_row
from fibercap.model.loans.covenant import AT_PAYMENTS

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


def _rate_rows(sheet: Sheet, plan: Plan) -> None:
    """Write each loan's rate in model periods, and the rate on all that is owed as a period opens.

    Source
    ------
    docs/conventions.md, section 7: the loans' effective annual rates, weighted by the principal owed as the period
    opens; a loan's is its rate averaged over the days of the period, as it compounds (or from payment to payment).
    """
    texts = []
    for name, loan in plan.loans.items():
        at = f"loans.{name}"
        times = {"nominal": 12 // loan.interval, "effective": 1, "semiannual": 2}[loan.compounding]
        reads = (f"{at}.payments.every", f"{at}.compounding")
        often = sheet.give(f"{at}.times_a_year", "", times, *reads)
        texts.append(f"{{{at}.opening}} * ((1 + {{{at}.period_rate}} * {{time.one_year}} / {often})^{often} - 1)")
    owed = [f"loans.{name}.opening" for name in plan.loans]
    sum_row(sheet, "accounts.opening_debt", "Debt as the period opens", plan.currency, STOCK, owed)
    year = f"({' + '.join(texts)}) / {{accounts.opening_debt}} / {{time.one_year}}"
    owes = trifle_of(sheet).counts_text("{accounts.opening_debt}")
    text = f"IF({owes}, {year}, {{accounts.debt_rate@-1}})" if plan.loans else "0"
    sheet.carry(Row("accounts.debt_rate", "Rate on debt, effective", "1/year", RATE, text))


def _worth_rows(sheet: Sheet, plan: Plan) -> None:
    """Write what later CFADS is worth at each period's end, to the loans' last payment and to the end of the run-off.

    Source
    ------
    docs/conventions.md, section 7; the rate of each period: docs/decisions/cover-over-life.md.
    """
    money, at, trifle = plan.currency, sheet.value, trifle_of(sheet)
    pays = total(f"loans.{name}.pays" for name in plan.loans)
    text = f"IF(OR({pays} > 0, {trifle.counts_text('{accounts.draws}')}), 1, 0)"
    sheet.line(Row("accounts.debt_moves", "A payment date, or a draw", "", FLOW, text))
    owes = trifle.counts_text("{accounts.opening_debt}")
    runs = sheet.until_last("accounts.debt_runs", "Debt is still to be paid", owes)
    cfads, factor = at("accounts.cfads"), (1 + at("accounts.debt_rate")) ** (plan.timeline.months / 12)
    growth = np.cumprod(factor, axis=-1)
    end = "the end of the run-off" if plan.timeline.past else "the horizon"
    for path, ratio, words, flow, counted in (
        (LIFE, "llcr", "to the last payment", cfads * runs, "{accounts.cfads@1} * {accounts.debt_runs@1}"),
        (REST, "plcr", f"to {end}", cfads, "{accounts.cfads@1}"),
    ):
        # the formula goes back from its own next column: quicker as sums of what is discounted
        later = np.flip(np.cumsum(np.flip(flow / growth, -1), axis=-1), -1) - flow / growth
        text = f"({{{path}@1}} + {counted}) / (1 + {{accounts.debt_rate@1}} * {{time.one_year}})^({PER_PERIOD})"
        sheet.put(Row(path, f"Worth of CFADS {words}", money, STOCK, text), later * growth)
        for suffix, on, dates in (("", "", ""), (AT_PAYMENTS, " at payments", " * {accounts.debt_moves}")):
            text = f"{{{path}}} / ({trifle.counted_text('{accounts.debt}')}{dates})"
            unknown = "no debt is owed, or nothing is paid or drawn" if suffix else "no debt is owed"
            sheet.line(Row(f"accounts.{ratio}{suffix}", f"{ratio.upper()}{on}", "", STOCK, text, undefined=unknown))
