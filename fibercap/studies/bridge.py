"""From one plan's worth to its owners to another's, step by step, each step a kind of flow."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.worth.owners_flows import OWED_LAST, PAID_IN
from fibercap.model.worth.without_projects import WITHOUT

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

MEASURE: Final = "equity_npv"
"""What is bridged: the owners' net present value, for the projects' does not depend on how they are paid for."""
KEPT: Final[tuple[tuple[str, dict[str, float]], ...]] = (
    ("EBITDA", {"ebitda": 1.0}),
    ("Tax paid", {"tax_paid": -1.0}),
    ("Working capital", {"working_capital_increase": -1.0}),
    ("Capex, purchases, maintenance, less grants", {"investing_cash_flow": 1.0, "financing_costs": 1.0}),
    ("Raised from owners and loans", {**dict.fromkeys(PAID_IN, 1.0), "draws": 1.0}),
    ("Principal repaid", {"principal": -1.0}),
    ("Interest paid", {"interest_paid": -1.0}),
    ("Fees paid", {"fees_paid": -1.0, "upfront_fees_paid": -1.0}),
)
"""Rows that make up cash: what comes in and goes out stays in the company until the horizon's last day."""
LAST: Final = {
    "debt": "Debt owed at the horizon",
    "accrued_interest": "Interest and fees owed at the horizon",
    "tax_payable": "Tax owed at the horizon",
}


@dataclass(frozen=True)
class Step:
    """One kind of flow, and by how much its worth differs. [money]"""

    label: str
    amount: float


@dataclass(frozen=True)
class Bridge:
    """From `start` by its steps to `end`, with no remainder. [money]"""

    start: float
    steps: tuple[Step, ...]
    unit: str

    @property
    def end(self) -> float:
        """What start and steps add up to, rounded once."""
        return fsum([self.start, *(step.amount for step in self.steps)])


def parts(projection: Projection) -> dict[str, float]:
    """Return what each kind of the owners' flow is worth on the first draw; together the owners' NPV. [money]

    What owners pay in and take out counts on its day. All that moves cash counts on the horizon's last day, when the
    cash is theirs; a dividend takes from cash what it would have been worth there.

    Source
    ------
    docs/conventions.md, section 7: owners' flow less that of the company that does nothing new.
    """
    factor = projection.value("returns.discount_factor")[0]

    def difference(row: str) -> Array:
        return np.asarray(projection.value(row)[0] - projection.value(f"{WITHOUT}.{row}")[0])

    def worth_on_last_day(rows: dict[str, float]) -> float:
        return fsum(sign * float(difference(f"accounts.{key}").sum()) for key, sign in rows.items()) * float(factor[-1])

    paid_in = fsum(float((difference(f"accounts.{key}") * factor).sum()) for key in PAID_IN)
    dividends = float((difference("accounts.dividends") * (factor - factor[-1])).sum())
    worths = {"Equity paid in": -paid_in, "Dividends paid before the last day": dividends}
    worths |= {label: worth_on_last_day(rows) for label, rows in KEPT}
    worths["Terminal value"] = float((difference("returns.company_terminal_value") * factor).sum())
    if "accounts.grants_receivable" in projection.rows:
        worths["Grants receivable at the horizon"] = float(difference("accounts.grants_receivable")[-1] * factor[-1])
    return worths | {LAST[key]: -float(difference(f"accounts.{key}")[-1] * factor[-1]) for key in OWED_LAST}


def bridge(baseline: Projection, other: Projection) -> Bridge | None:
    """Return the steps from a plan's worth to its owners to another's; None where either has none.

    Parameters
    ----------
    baseline, other : Projection
        The two plans, in one currency.

    Source
    ------
    Own derivation: the owners' flow is the sum of its kinds, and discounting is linear; so the differences of the kinds
    add up to that of the whole, in any order, with nothing left over. Options that change only who pays share one
    company that does nothing new, which drops out of the differences.
    """
    plans = (baseline, other)
    if any(p.scenario.money.discount_rate is None or not p.scenario.projects for p in plans):
        return None
    old, new = (parts(plan) for plan in plans)
    steps = tuple(Step(label, new[label] - old[label]) for label in new)
    return Bridge(fsum(old.values()), steps, baseline.scenario.currency)
