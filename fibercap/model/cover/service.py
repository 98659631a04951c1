"""Debt service cover of each loan, and the target service of sculpted loans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.cover.twelve_months import NO_SERVICE, calendar_rows
from fibercap.model.loans import signing_period
from fibercap.model.loans.events.payment_dates import payment_periods

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.repayment.style import Style
    from fibercap.model.plan.plan import Plan


def pays_row(sheet: Sheet, plan: Plan, name: str, pays: Array) -> None:
    """Write `loans.<name>.pays`, the number of payment dates in each period. [1]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the row, the plan, and the loan.
    pays : (period,)
        The number of payment dates. [1]
    """
    label = plan.loan_title(name)
    reads = tuple(f"loans.{name}.{key}" for key in ("signed", plan.loans[name].end_field, "payments"))
    sheet.put(Row(f"loans.{name}.pays", f"{label}: payment dates", "", FLOW, reads=(*reads, "horizon")), pays)


def since_payment_row(sheet: Sheet, plan: Plan, name: str, of: str) -> Array:
    """Write `loans.<name>.<of>_since_payment`, a flow summed since the period of the previous payment.

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the row, the plan, and the loan.
    of : str
        `cfads` or `cfads_unlevered`, a row under `accounts.`.

    Returns
    -------
    (..., period)
        The sum. [money]
    """
    prefix, label = f"loans.{name}", plan.loan_title(name)
    flow, pays = sheet.value(f"accounts.{of}"), sheet.value(f"{prefix}.pays")
    after_signing = (np.arange(sheet.length) > plan.timeline.index(plan.loans[name].signed)).astype(float)
    total = np.cumsum(flow * after_signing, axis=-1)
    last_payment = np.maximum.accumulate(
        np.where(pays > 0, np.arange(sheet.length) + 1, 0)
    )  # the last one's period, from 1
    result, before = total.copy(), np.concatenate([np.zeros((*total.shape[:-1], 1)), total], axis=-1)
    result[..., 1:] -= before[..., last_payment[:-1]]
    signed = signing_period(sheet, plan.timeline, plan.loans[name], name)
    earlier = f"IF({{{prefix}.pays@-1}} > 0, 0, {{{prefix}.{of}_since_payment@-1}})"
    text = f"IF({{time.period}} > {signed}, {earlier} + {{accounts.{of}}}, 0)"
    words = "CFADS" if of == "cfads" else "CFADS with unlevered tax"
    row = Row(f"{prefix}.{of}_since_payment", f"{label}: {words} since the last payment", plan.currency, STOCK, text)
    # the formula adds to its own column before; the values are computed once from cumulative sums
    return sheet.put(row, result)


def service_target_row(sheet: Sheet, plan: Plan, name: str, style: Style) -> Array:
    """Write `loans.<name>.service_target`, the payment of a sculpted loan in each period, (..., period). [money]

    Also writes `loans.<name>.pays` and `loans.<name>.cfads_unlevered_since_payment`.

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the rows, the plan, and the loan.
    style : Style
        The style of repayment, with the cover that payments keep. [1]

    Source
    ------
    docs/conventions.md, section 4, Principal.
    """
    pays_row(sheet, plan, name, payment_counts(plan, name))
    since_payment_row(sheet, plan, name, "cfads_unlevered")
    prefix, label = f"loans.{name}", plan.loan_title(name)
    cover = sheet.give(f"inputs.{prefix}.repayment.{style.cover_field}", "", style.cover)
    text = f"IF({{{prefix}.pays}} > 0, MAX({{{prefix}.cfads_unlevered_since_payment}}, 0) / {cover}, 0)"
    return sheet.line(Row(f"{prefix}.service_target", f"{label}: service aimed at", plan.currency, FLOW, text))


def payment_counts(plan: Plan, name: str) -> Array:
    """Return the number of payment dates in each model period, (period,); 0 for a loan that is not drawn. [1]

    Parameters
    ----------
    plan, name : Plan, str
        The plan and the loan.
    """
    counts = np.zeros(plan.timeline.count)
    for period in payment_periods(plan.loans[name]) if name not in plan.undrawn else ():
        index = plan.timeline.index(period.end)
        if 0 <= index < len(counts) and period.end <= plan.loans[name].maturity:
            counts[index] += 1
    return counts


def service_row(sheet: Sheet, plan: Plan, name: str) -> None:
    """Write `loans.<name>.service`, what a loan is paid as debt service, unless it is there. [money]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that has the loan's rows, the plan, and the loan.

    Source
    ------
    docs/conventions.md, section 6: less what funding pays; principal of revolvers is not service.
    """
    prefix, loan = f"loans.{name}", plan.loans[name]
    if f"{prefix}.service" in sheet:
        return
    text = f"{{{prefix}.interest_paid}} + {{{prefix}.fees_paid}}"
    text += "" if loan.revolves else f" + {{{prefix}.scheduled}}"
    if (funded := f"{prefix}.service_funded") in sheet:
        text = f"{text} - {{{funded}}}"
    sheet.line(Row(f"{prefix}.service", f"{loan.title or key_in_words(name)}: debt service", plan.currency, FLOW, text))


def cover_rows(sheet: Sheet, plan: Plan) -> None:
    """Write each loan's debt service cover in the periods of its payments, with levered and with unlevered tax.

    Writes `has_payment`, `dscr`, `dscr_unlevered` [1], `service`, `cfads_since_payment` and
    `cfads_unlevered_since_payment` [money] under `loans.<l>.`, `pays` if it is not there yet, and calendar rows.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the accounts and gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 6, Ratios.
    """
    calendar_rows(sheet, plan.timeline)
    trifle = trifle_of(sheet)
    for name, loan in plan.loans.items():
        prefix = f"loans.{name}"
        if f"{prefix}.pays" not in sheet:
            pays_row(sheet, plan, name, payment_counts(plan, name))
        text, label = f"{{{prefix}.interest_paid}} + {{{prefix}.fees_paid}}", loan.title or key_in_words(name)
        text += "" if loan.revolves else f" + {{{prefix}.scheduled}}"
        falls = f"IF(AND({{{prefix}.pays}} > 0, {trifle.counts_text(text)}), 1, 0)"
        sheet.line(Row(f"{prefix}.has_payment", f"{label}: a payment falls", "", FLOW, falls))
        service_row(sheet, plan, name)
        for flow, key, words in (
            ("cfads", "dscr", "DSCR"),
            ("cfads_unlevered", "dscr_unlevered", "DSCR with unlevered tax"),
        ):
            if f"{prefix}.{flow}_since_payment" not in sheet:
                since_payment_row(sheet, plan, name, flow)
            text = f"{{{prefix}.{flow}_since_payment}} / {trifle.counted_text(f'{{{prefix}.service}}')}"
            sheet.line(Row(f"{prefix}.{key}", f"{label}: {words}", "", STOCK, text, undefined=NO_SERVICE))
