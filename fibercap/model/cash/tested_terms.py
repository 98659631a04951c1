"""Terms of loans that a test of a row decides, with the rows that say what it decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.model.loans.clauses.ratio_steps import RatioSteps
from fibercap.model.loans.clauses.sweeps import Condition, SweepWhile

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

Tested = tuple[str, str, RatioSteps | Condition]
"""A loan, the key of a term below it, such as `rate.margin`, and what is tested."""


def tested_terms(plan: Plan) -> list[tuple[str, Tested]]:
    """Return each tested term of a plan, after the path of the row that says what the test decided."""
    rows: list[tuple[str, Tested]] = []
    for name, loan in plan.loans.items():
        terms = (loan if name not in plan.undrawn else loan.undrawn_loan).ratio_terms
        rows += [(f"loans.{name}.{key.rsplit('.', 1)[-1]}_step", (name, key, term)) for key, term in terms.items()]
        sweep, row = loan.sweep, f"loans.{name}.sweep_step"
        if isinstance(sweep, SweepWhile):
            rows.append((f"loans.{name}.sweep_allowed", (name, "sweep.while", sweep.condition)))
            if isinstance(sweep.share, RatioSteps):
                rows.append((row, (name, "sweep.share", sweep.share)))
        elif isinstance(sweep, RatioSteps):
            rows.append((row, (name, "sweep", sweep)))
    return rows


def tested_row(test: RatioSteps | Condition) -> str:
    """Return the row that a test compares with its limits."""
    return test.by if isinstance(test, RatioSteps) else test.row
