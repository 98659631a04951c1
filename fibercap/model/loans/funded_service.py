"""Interest and fees of construction that funding pays: they are uses of funds, not debt service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.largest_amount import loan_trifle
from fibercap.model.loans.foreign import OWN

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

COSTS: Final = (("interest", "interest that funding pays"), ("fees", "fees that funding pays"))


def funded_service_rows(sheet: Sheet, plan: Plan, name: str) -> None:
    """Write what funding pays of a loan's interest and recurring fees; no rows if it pays nothing.

    Writes `loans.<l>.interest_funded` and `fees_funded` as they accrue, and `service_funded` as they are paid.

    Parameters
    ----------
    sheet, plan
        The sheet that has the loan's rows and the share of its costs that funding pays, and the plan.
    name : str
        Name of the loan.

    Source
    ------
    docs/conventions.md, section 6. What funding has paid in by the end of a period, as cost accrues, is the first money
    used for interest and fees that fall due, whatever day of the period that is; what is added to the balance instead
    of being paid is not service and uses it up as well.
    """
    prefix, label = f"loans.{name}", plan.loan_title(name)
    if f"{prefix}.funded_share" not in sheet:
        return
    share = sheet.value(f"{prefix}.funded_share")
    for key, words in COSTS:
        row = Row(f"{prefix}.{key}_funded", f"{label}: {words}", plan.currency, FLOW,
                  f"{{{prefix}.{key}}} * {{{prefix}.funded_share}}")  # fmt: skip
        sheet.line(row)
    money = plan.loan_currency(name)
    own_prefix = prefix if money == plan.currency else f"{prefix}.{OWN}"
    costs = (sheet.value(f"{own_prefix}.interest") + sheet.value(f"{own_prefix}.fees")) * share
    paid = sheet.value(f"{own_prefix}.interest_paid") + sheet.value(f"{own_prefix}.fees_paid")
    # `put` and not `line`: the two rows depend on each other from column to column
    used, left = _first_in(costs, paid, sheet.value(f"{own_prefix}.accrued"))
    funded = f"({{{own_prefix}.interest}} + {{{own_prefix}.fees}}) * {{{prefix}.funded_share}}"
    paid_text, ahead = (
        f"{{{own_prefix}.interest_paid}} + {{{own_prefix}.fees_paid}}",
        f"{{{own_prefix}.funded_ahead@-1}} + {funded}",
    )
    funded_row = f"{own_prefix}.service_funded"
    text = f"MIN({ahead}, {paid_text})"
    sheet.put(Row(funded_row, f"{label}: interest and fees paid by funding", money, FLOW, text), used)
    text = f"MIN({ahead} - {{{funded_row}}}, {{{own_prefix}.accrued}})"
    sheet.put(Row(f"{own_prefix}.funded_ahead", f"{label}: funding ahead of payment", money, STOCK, text), left)
    if own_prefix != prefix:
        _translated_row(sheet, plan, name)


def _first_in(costs: Array, paid: Array, accrued: Array) -> tuple[Array, Array]:
    """Return what funding pays of each period's payments, and what it has paid in beyond them, (..., period)."""
    shape = np.broadcast_shapes(costs.shape, paid.shape, accrued.shape)
    costs, paid, accrued = (np.broadcast_to(value, shape) for value in (costs, paid, accrued))
    used, left = np.zeros(shape), np.zeros(shape)
    ahead = np.zeros(shape[:-1])
    for period in range(shape[-1]):
        ahead = ahead + costs[..., period]
        used[..., period] = np.minimum(ahead, paid[..., period])
        ahead = np.minimum(ahead - used[..., period], accrued[..., period])
        left[..., period] = ahead
    return used, left


def _translated_row(sheet: Sheet, plan: Plan, name: str) -> None:
    """Write what funding pays of a payment in the reporting currency, the same share as in the loan's currency."""
    prefix, own_prefix = f"loans.{name}", f"loans.{name}.{OWN}"
    below = f"({{{own_prefix}.interest_paid}} + {{{own_prefix}.fees_paid}})"
    paid = f"({{{prefix}.interest_paid}} + {{{prefix}.fees_paid}})"
    counts = loan_trifle(sheet, plan, name).counts_text(below)
    text, label = (
        f"IF({counts}, {paid} * {{{own_prefix}.service_funded}} / {below}, 0)",
        plan.loan_title(name),
    )
    sheet.line(
        Row(f"{prefix}.service_funded", f"{label}: interest and fees paid by funding", plan.currency, FLOW, text)
    )
