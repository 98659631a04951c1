"""Sculpted loans: what they pay out of the cash flow that higher ranks, and other loans of their rank, leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.ranks import by_rank
from fibercap.model.cover.service import payment_counts, pays_row, service_row
from fibercap.model.loans.events.served_periods import served_periods, whole_periods

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan


def served_before(plan: Plan, name: str) -> list[str]:
    """Return the loans that are served before a sculpted one: those of higher ranks, and the others of its rank.

    Parameters
    ----------
    plan, name : Plan, str
        The plan and the sculpted loan.
    """
    rank = plan.loans[name].rank
    return [other for other in by_rank(plan) if other != name and plan.loans[other].rank <= rank]


def sculpted_rows(sheet: Sheet, plan: Plan, name: str) -> Array:
    """Write what a loan that is sculpted on the tax really paid is to pay; its values are settled with cash.

    Writes `pays`, `cfads_left` [flow, money], `serves`, `cfads_to_serve` [stock, money] and `service_target` [flow,
    money] under `loans.<name>.`.

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the rows, the plan, and the loan.

    Returns
    -------
    (period,)
        Zeros, until the target is settled. [money]

    Source
    ------
    docs/conventions.md, section 4, Principal.
    """
    prefix, loan, money = f"loans.{name}", plan.loans[name], plan.currency
    label, style, timeline = loan.title or key_in_words(name), loan.repayment, plan.timeline
    pays_row(sheet, plan, name, payment_counts(plan, name))
    cover = sheet.give(f"inputs.{prefix}.repayment.{style.cover_field}", "", style.cover)
    within = " / " + cover if style.of_package else ""
    others = "".join(f" - {{loans.{other}.service}}" for other in served_before(plan, name))
    reads = (*(f"loans.{other}.rank" for other in plan.loans), f"{prefix}.repayment.tax", f"{prefix}.repayment.of")
    row = Row(f"{prefix}.cfads_left", f"{label}: CFADS left for it", money, FLOW, f"{{accounts.cfads}}{within}{others}")
    sheet.put(row._replace(reads=reads), None)
    serves = np.zeros(sheet.length)
    if name not in plan.undrawn:
        for period in served_periods(loan, timeline).values():
            serves[period - 1] = 1.0
    when = tuple(f"{prefix}.{key}" for key in ("signed", loan.end_field, "payments"))
    row = Row(f"{prefix}.serves", f"{label}: cash flow up to here serves a payment", "", FLOW, reads=(*when, "horizon"))
    sheet.put(row, serves)
    first = sheet.give(f"{prefix}.counts_after", "", whole_periods(loan.signed, timeline), *when[:1], "horizon")
    before = f"IF({{{prefix}.serves@-1}} > 0, 0, {{{prefix}.cfads_to_serve@-1}})"
    text = f"IF({{time.period}} > {first}, {before} + {{{prefix}.cfads_left}}, 0)"
    sheet.put(Row(f"{prefix}.cfads_to_serve", f"{label}: CFADS since a payment was served", money, STOCK, text), None)
    share = "" if style.of_package else f" / {cover}"
    text = f"IF({{{prefix}.serves}} > 0, MAX({{{prefix}.cfads_to_serve}}, 0){share}, 0)"
    return sheet.put(Row(f"{prefix}.service_target", f"{label}: service aimed at", money, FLOW, text), None)


def rows_of_service(sheet: Sheet, plan: Plan) -> None:
    """Write `loans.<l>.service` of the loans that are served before a sculpted one, for its target depends on it.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows of loans, and the plan.
    """
    sculpted = [name for name, loan in plan.loans.items() if loan.repayment.follows_tax]
    needed = {other for name in sculpted for other in served_before(plan, name)}
    for name in plan.loans:
        if name in needed:
            service_row(sheet, plan, name)
