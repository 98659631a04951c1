"""The bridge: steps from one plan's worth to its owners to another plan's, one step for each kind of flow."""

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
"""The measure that the bridge explains. The projects' NPV would not do: it does not depend on the financing."""
KEPT: Final[tuple[tuple[str, dict[str, float]], ...]] = (
    ("EBITDA", {"ebitda": 1.0}),
    ("Tax paid", {"tax_paid": -1.0}),
    ("Working capital", {"working_capital_increase": -1.0}),
    ("Interest on cash and overdraft", {"interest_on_cash": 1.0, "interest_on_overdraft": -1.0}),
    ("Capex, purchases, maintenance, less grants", {"investing_cash_flow": 1.0, "financing_costs": 1.0}),
    ("Raised from owners and loans", {**dict.fromkeys(PAID_IN, 1.0), "draws": 1.0}),
    ("Principal repaid", {"principal": -1.0}),
    ("Interest paid", {"interest_paid": -1.0}),
    ("Fees paid", {"fees_paid": -1.0, "upfront_fees_paid": -1.0, "prepayment_fees": -1.0}),
)
"""By step, the rows that change cash, with their signs. Cash stays in the company until the horizon's last day."""
LAST: Final = {
    "debt": "Debt owed at the horizon",
    "accrued_interest": "Interest and fees owed at the horizon",
    "tax_payable": "Tax owed at the horizon",
}


@dataclass(frozen=True)
class Step:
    """One kind of flow, and by how much its worth differs between two plans. [money]"""

    label: str
    amount: float


@dataclass(frozen=True)
class Bridge:
    """The steps from `start` to `end`, which add up without a remainder. [money]"""

    start: float
    steps: tuple[Step, ...]
    unit: str

    @property
    def end(self) -> float:
        """The sum of start and steps, rounded once."""
        return fsum([self.start, *(step.amount for step in self.steps)])


def parts(projection: Projection) -> dict[str, float]:
    """Return the present value of each kind of the owners' flow, in the first sample; they add up to their NPV. [money]

    Equity paid in and dividends count on their days. Every other flow changes cash, which is the owners' on the last
    day of the horizon, so it counts on that day. A dividend counts on its day less what it would be worth as cash then.

    Source
    ------
    docs/conventions.md, section 7: owners' flow less that of the company that does nothing new.
    """
    factor = projection.value("returns.discount_factor")[0]

    def difference(row: str) -> Array:
        nothing = np.zeros(projection.timeline.count)  # not every plan has interest on cash, or fees on prepayments
        with_projects, without = (
            projection.value(path)[0] if path in projection.rows else nothing for path in (row, f"{WITHOUT}.{row}")
        )
        return np.asarray(with_projects - without)

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
    """Return the steps from one plan's worth to its owners to another plan's; None if either has no such worth.

    Parameters
    ----------
    baseline, other : Projection
        The two plans, in one currency.

    Source
    ------
    Own derivation: the owners' flow is the sum of its kinds, and discounting is linear; so the differences of all kinds
    add up to the difference in total, in any order, without a remainder. Options that change only the financing share
    one reference company, which drops out of the differences.
    """
    plans = (baseline, other)
    if any(p.scenario.money.discount_rate is None or not p.scenario.projects for p in plans):
        return None
    old, new = (parts(plan) for plan in plans)
    steps = tuple(Step(label, new[label] - old[label]) for label in new)
    return Bridge(fsum(old.values()), steps, baseline.scenario.currency)
