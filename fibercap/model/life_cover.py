"""What later cash flow is worth to lenders: cover over the life of the loans and over the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row, Sheet, total
from fibercap.core.timeline import FLOW, RATE, STOCK
from fibercap.model.covenant import AT_PAYMENTS
from fibercap.model.operations import added
from fibercap.model.trifle import trifle_of
from fibercap.model.twelve_months import twelve_month_rows

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

LIFE = "accounts.loan_life_worth"
REST = "accounts.cfads_worth"
PER_PERIOD = "{time.months_in_period} / {time.months_in_year}"


def ratio_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the loans' rate, LLCR and PLCR by date, cover and debt to EBITDA over twelve months and by year."""
    _rate_rows(sheet, plan)
    _worth_rows(sheet, plan)
    twelve_month_rows(sheet, plan)


def late_loans(plan: Plan) -> list[str]:
    """Return the loans that mature past the horizon, each with its day."""
    end = plan.horizon.end
    late = (name for name, loan in plan.loans.items() if loan.maturity > end and name not in plan.undrawn)
    return [f"`{name}` matures on {plan.loans[name].maturity}" for name in late]


def _rate_rows(sheet: Sheet, plan: Plan) -> None:
    """Write each loan's rate in model periods, and the rate on all that is owed as a period opens.

    Source
    ------
    Own derivation: a loan's rate averaged over the days of a period, by which it grows as it compounds (or from one of
    its payments to the next); growth is weighed by what is owed, so that all that the loans pay is worth, at that
    rate, what they lent.
    """
    texts, value, share = [], np.zeros(sheet.length), plan.timeline.months / 12
    for name, loan in plan.loans.items():
        at = f"loans.{name}"
        rate = sheet.value(f"{at}.period_rate")
        times = {"nominal": 12 // loan.interval, "effective": 1, "semiannual": 2}[loan.compounding]
        reads = (f"{at}.payments.every", f"{at}.compounding")
        often = sheet.give(f"{at}.times_a_year", "", times, *reads)
        power = f"{often} * {PER_PERIOD}"
        texts.append(f"{{{at}.opening}} * (1 + {{{at}.period_rate}} * {{time.one_year}} / {often})^({power})")
        value = value + sheet.value(f"{at}.opening") * (1 + rate / times) ** (times * share)
    owed = [f"loans.{name}.opening" for name in plan.loans]
    row = Row("accounts.opening_debt", "Debt as the period opens", plan.currency, STOCK, total(owed))
    debt = sheet.put(row, added(sheet, owed))
    whole = " + ".join(texts)
    year = f"((({whole}) / {{accounts.opening_debt}})^(1 / ({PER_PERIOD})) - 1) / {{time.one_year}}"
    trifle = trifle_of(sheet)
    text = f"IF({trifle.counts_text('{accounts.opening_debt}')}, {year}, {{accounts.debt_rate@-1}})"
    owes = trifle.counts(debt)
    shape = np.broadcast_shapes(value.shape, debt.shape, owes.shape)
    growth = np.divide(value, debt, out=np.full(shape, np.nan), where=np.broadcast_to(owes, shape))
    row = Row("accounts.debt_rate", "Rate on debt, effective", "1/year", RATE, text if plan.loans else "0")
    sheet.put(row, last_known(growth ** (1 / share) - 1))


def last_known(value: Array) -> Array:
    """Return a series in which the last known value holds where there is none; 0 before the first."""
    known = ~np.isnan(value)
    last = np.maximum.accumulate(np.where(known, np.arange(value.shape[-1]), 0), axis=-1)
    return np.nan_to_num(np.take_along_axis(value, last, axis=-1))


def _dates_row(sheet: Sheet, plan: Plan) -> Array:
    """Write in which periods a loan has a payment date or is drawn: at their ends its cover over life is judged."""
    pays = [f"loans.{name}.pays" for name in plan.loans]
    trifle = trifle_of(sheet)
    text = f"IF(OR({total(pays)} > 0, {trifle.counts_text('{accounts.draws}')}), 1, 0)"
    moves = (added(sheet, pays) > 0) | trifle.counts(sheet.value("accounts.draws"))
    return sheet.put(Row("accounts.debt_moves", "A payment date, or a draw", "", FLOW, text), moves.astype(float))


def _worth_rows(sheet: Sheet, plan: Plan) -> None:
    """Write what later CFADS is worth at each period's end, to the loans' last payment and to the horizon.

    Source
    ------
    finance.md, section 7; the rate of each period: docs/decisions/cover-over-life.md.
    """
    money, at = plan.currency, sheet.value
    debt, cfads, owed = at("accounts.debt"), at("accounts.cfads"), at("accounts.opening_debt")
    moves, trifle = _dates_row(sheet, plan), trifle_of(sheet)
    runs = np.flip(np.maximum.accumulate(np.flip(trifle.counts(owed), -1), axis=-1), -1).astype(float)
    text = f"IF(OR({trifle.counts_text('{accounts.opening_debt}')}, {{accounts.debt_runs@1}} > 0), 1, 0)"
    sheet.put(Row("accounts.debt_runs", "Debt is still to be paid", "", FLOW, text), runs)
    whole = f"IF({trifle.counts_text('SUM({returns.is_last} * {accounts.debt})')}, 0, 1)"
    label = "All debt is repaid within the horizon"
    repaid = sheet.put(Row("accounts.repaid", label, "", STOCK, whole), (~trifle.counts(debt[..., -1:])).astype(float))
    factor = (1 + at("accounts.debt_rate")) ** (plan.timeline.months / 12)
    growth = np.cumprod(factor, axis=-1)
    late = "; ".join(late_loans(plan))
    why = f"no debt is owed{f', or a loan runs past the horizon ({late})' if late else ''}"
    for path, ratio, words, flow, counted, below in (
        (LIFE, "llcr", "to the last payment", cfads * runs, "{accounts.cfads@1} * {accounts.debt_runs@1}", repaid),
        (REST, "plcr", "to the horizon", cfads, "{accounts.cfads@1}", 1.0),
    ):
        later = np.flip(np.cumsum(np.flip(flow / growth, -1), axis=-1), -1) - flow / growth
        text = f"({{{path}@1}} + {counted}) / (1 + {{accounts.debt_rate@1}} * {{time.one_year}})^({PER_PERIOD})"
        value = sheet.put(Row(path, f"Worth of CFADS {words}", money, STOCK, text), later * growth)
        counts, reason = (" * {accounts.repaid}", why) if ratio == "llcr" else ("", "no debt is owed")
        for suffix, on, dates, judged in (
            ("", "", "", 1.0),
            (AT_PAYMENTS, " at payments", " * {accounts.debt_moves}", moves),
        ):
            due = np.asarray(trifle.counted(debt) * below * judged)
            shape = np.broadcast_shapes(value.shape, due.shape)
            over = np.broadcast_to(due, shape)
            text = f"{{{path}}} / ({trifle.counted_text('{accounts.debt}')}{counts}{dates})"
            unknown = f"{reason}, or nothing is paid or drawn" if suffix else reason
            row = Row(f"accounts.{ratio}{suffix}", f"{ratio.upper()}{on}", "", STOCK, text, undefined=unknown)
            sheet.put(row, np.divide(value, over, out=np.full(shape, np.nan), where=over > 0))
