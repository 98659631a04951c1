"""What later cash flow is worth to lenders: cover over the life of the loans and over the plan, and ratios by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fibercap.core.rounding import rounded
from fibercap.core.rows import Row, Sheet, total
from fibercap.core.timeline import FLOW, RATE, STOCK
from fibercap.model.covenant import AT_PAYMENTS
from fibercap.model.operations import added
from fibercap.model.tax import within_year

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

LEVERAGE = "accounts.debt_to_ebitda"
"""A ratio that is beyond any limit, and not just undefined, where there is debt and no positive EBITDA."""
YEARLY = frozenset({"accounts.dscr", "accounts.interest_cover", LEVERAGE})
"""Ratios of a calendar year, which stand in its last period."""
LIFE = "accounts.loan_life_worth"
REST = "accounts.cfads_worth"
PER_PERIOD = "{time.months_in_period} / {time.months_in_year}"


def ratio_rows(sheet: Sheet, plan: Plan) -> None:
    """Write the loans' rate, LLCR and PLCR by date, cover of interest and debt to EBITDA by year."""
    _rate_rows(sheet, plan)
    _worth_rows(sheet, plan)
    _year_rows(sheet, plan)


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
    text = f"IF({{accounts.opening_debt}} > 0, {year}, {{accounts.debt_rate@-1}})"
    shape = np.broadcast_shapes(value.shape, debt.shape)
    growth = np.divide(value, debt, out=np.full(shape, np.nan), where=np.broadcast_to(debt > 0, shape))
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
    text = f"IF(OR({total(pays)} > 0, {{accounts.draws}} > 0), 1, 0)"
    moves = (added(sheet, pays) > 0) | (sheet.value("accounts.draws") > 0)
    return sheet.put(Row("accounts.debt_moves", "A payment date, or a draw", "", FLOW, text), moves.astype(float))


def _worth_rows(sheet: Sheet, plan: Plan) -> None:
    """Write what later CFADS is worth at each period's end, to the loans' last payment and to the end of the run-off.

    Source
    ------
    finance.md, section 7; the rate of each period: docs/decisions/cover-over-life.md.
    """
    money, at = plan.currency, sheet.value
    debt, cfads, owed = at("accounts.debt"), at("accounts.cfads"), at("accounts.opening_debt")
    moves = _dates_row(sheet, plan)
    runs = np.flip(np.maximum.accumulate(np.flip(_in_cents(owed), -1), axis=-1), -1).astype(float)
    text = "IF(OR(ROUND({accounts.opening_debt}, 2) > 0, {accounts.debt_runs@1} > 0), 1, 0)"
    sheet.put(Row("accounts.debt_runs", "Debt is still to be paid", "", FLOW, text), runs)
    factor = (1 + at("accounts.debt_rate")) ** (plan.timeline.months / 12)
    growth = np.cumprod(factor, axis=-1)
    end = "the end of the run-off" if plan.timeline.past else "the horizon"
    for path, ratio, words, flow, counted in (
        (LIFE, "llcr", "to the last payment", cfads * runs, "{accounts.cfads@1} * {accounts.debt_runs@1}"),
        (REST, "plcr", f"to {end}", cfads, "{accounts.cfads@1}"),
    ):
        later = np.flip(np.cumsum(np.flip(flow / growth, -1), axis=-1), -1) - flow / growth
        text = f"({{{path}@1}} + {counted}) / (1 + {{accounts.debt_rate@1}} * {{time.one_year}})^({PER_PERIOD})"
        value = sheet.put(Row(path, f"Worth of CFADS {words}", money, STOCK, text), later * growth)
        for suffix, on, dates, judged in (
            ("", "", "", 1.0),
            (AT_PAYMENTS, " at payments", " * {accounts.debt_moves}", moves),
        ):
            due = np.asarray(debt * _in_cents(debt) * judged)
            shape = np.broadcast_shapes(value.shape, due.shape)
            over = np.broadcast_to(due, shape)
            text = f"{{{path}}} / ({{accounts.debt}} * IF(ROUND({{accounts.debt}}, 2) > 0, 1, 0){dates})"
            unknown = "no debt is owed, or nothing is paid or drawn" if suffix else "no debt is owed"
            row = Row(f"accounts.{ratio}{suffix}", f"{ratio.upper()}{on}", "", STOCK, text, undefined=unknown)
            sheet.put(row, np.divide(value, over, out=np.full(shape, np.nan), where=over > 0))


def _in_cents(debt: Array) -> npt.NDArray[np.bool_]:
    """Tell where something is owed, more than what rounding leaves."""
    return np.asarray(rounded(debt, 0.01, "half_up") > 0)


def _year_rows(sheet: Sheet, plan: Plan) -> None:
    """Write EBITDA over interest accrued and debt over EBITDA at each year's end, and cover in single periods."""
    at, closes = sheet.value, sheet.value("time.closes_year")
    for key, of, words in (("ebitda", "ebitda", "EBITDA"), ("interest", "interest_accrued", "Interest accrued")):
        text = f"IF({{time.opens_year}} > 0, 0, {{accounts.{key}_in_year@-1}}) + {{accounts.{of}}}"
        row = Row(f"accounts.{key}_in_year", f"{words} since the year began", plan.currency, STOCK, text)
        sheet.put(row, within_year(at(f"accounts.{of}"), plan.timeline))
    ebitda, interest = at("accounts.ebitda_in_year"), at("accounts.interest_in_year")
    earned = "MAX({accounts.ebitda_in_year}, 0)"
    for key, label, above, below, parts, why in (
        ("interest_cover", "Interest cover of the year", ebitda, interest * closes,
         ("{accounts.ebitda_in_year}", "({accounts.interest_in_year} * {time.closes_year})"),
         "no interest accrues, or the year is not over"),
        ("debt_to_ebitda", "Debt to EBITDA of the year", at("accounts.debt"), np.maximum(ebitda, 0.0) * closes,
         ("{accounts.debt}", f"({earned} * {{time.closes_year}})"), "EBITDA is not positive, or the year is not over"),
        ("period_dscr", "DSCR of the period", at("accounts.cfads"), at("accounts.debt_service"),
         ("{accounts.cfads}", "{accounts.debt_service}"), "no debt service is due"),
    ):  # fmt: skip
        shape = np.broadcast_shapes(above.shape, below.shape)
        due = np.broadcast_to(below, shape)
        ratio = np.divide(above, due, out=np.full(shape, np.nan), where=due != 0)
        row = Row(f"accounts.{key}", label, "", STOCK, " / ".join(parts), undefined=why)
        sheet.put(row, ratio)
