"""From one plan's worth to its owners to another's, step by step, each step a kind of flow."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.owners_worth import project_loans
from fibercap.model.without_projects import WITHOUT

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

MEASURE: Final = "equity_npv"
"""What is bridged: the owners' net present value, for the projects' does not depend on how they are paid for."""
OPERATIONS: Final[tuple[tuple[str, dict[str, float]], ...]] = (
    ("EBITDA of the projects", {"ebitda": 1.0}),
    ("Tax before debt", {"tax_paid_unlevered": -1.0}),
    ("Working capital", {"working_capital_increase": -1.0}),
    ("Capex, purchases, maintenance", {"capex": -1.0, "purchases": -1.0, "maintenance": -1.0}),
    ("Grants", {"grants": 1.0}),
)
DEBT: Final[tuple[tuple[str, dict[str, float]], ...]] = (
    ("Loans drawn", {"draws": 1.0}),
    ("Principal repaid", {"principal": -1.0}),
    ("Interest paid", {"interest_paid": -1.0}),
    ("Fees paid", {"upfront_fee": -1.0, "fees_paid": -1.0}),
)


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

    Source
    ------
    finance.md, section 7: project flow and the flows of the debt that pays for it, each discounted by itself.
    """
    factor = projection.value("returns.discount_factor")[0]

    def worth(row: str) -> float:
        return float((projection.value(row)[0] * factor).sum())

    def less(key: str) -> float:
        row = f"accounts.{key}"
        return float(((projection.value(row)[0] - projection.value(f"{WITHOUT}.{row}")[0]) * factor).sum())

    loans = project_loans(projection.scenario)
    found = {label: fsum(sign * less(key) for key, sign in rows.items()) for label, rows in OPERATIONS}
    found["Terminal value"] = worth("returns.project_terminal_value")
    for label, rows in DEBT:
        found[label] = fsum(sign * worth(f"loans.{loan}.{key}") for key, sign in rows.items() for loan in loans)
    found["Tax saved by debt"] = worth("returns.tax_saved")
    owed: Array = np.asarray([projection.value(f"loans.{loan}.closing")[0, -1] for loan in loans])
    found["Debt owed at the horizon"] = -float(owed.sum() * factor[-1])
    return found


def bridge(baseline: Projection, other: Projection) -> Bridge | None:
    """Return the steps from a plan's worth to its owners to another's; None where either has none.

    Parameters
    ----------
    baseline, other : Projection
        The two plans, in one currency.

    Source
    ------
    Own derivation: the owners' flow is the sum of its kinds, and discounting is linear; so the differences of the kinds
    add up to that of the whole, in any order, with nothing left over.
    """
    plans = (baseline, other)
    if any(p.scenario.money.discount_rate is None or not p.scenario.projects for p in plans):
        return None
    old, new = (parts(plan) for plan in plans)
    steps = tuple(Step(label, new[label] - old[label]) for label in new)
    return Bridge(fsum(old.values()), steps, baseline.scenario.currency)
